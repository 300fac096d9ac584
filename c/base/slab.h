/* slab.h -- numbered slots for tensors and nodes, whose generation makes a stale handle harmless.
 *
 * A handle is (generation << 32 | number). The generation is odd while the slot is in use and
 * goes up at each birth and death, so a handle of the past never matches. Slabs are never
 * unmapped: looking at a slot is always safe. A slot whose generations are used up is retired. */
#ifndef DG_SLAB_H
#define DG_SLAB_H

#include "base/memory.h"

enum {
  DG_SLOT_BYTES = 320,
  DG_SLAB_BITS = 12,
  DG_SLAB_SLOTS = 1 << DG_SLAB_BITS,
  DG_MAX_SLABS = 1 << 14
};

typedef struct dg_slot {
  union {
    struct {
      uint32_t generation;
      uint32_t kind; /* what its owner says it is; 0 when free */
    };
    uint64_t state; /* both at once */
  };
  struct dg_slot *next; /* of a free slot */
  uint32_t number;
} dg_slot;

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "DG_SLOT_STATE has the kind further up");
#define DG_SLOT_STATE(kind) ((uint64_t)(kind) << 32)

extern DG_HIDDEN char *dg_slabs[DG_MAX_SLABS];
extern DG_HIDDEN uint32_t dg_slab_count;

_Static_assert(sizeof(void *) == 8, "a handle packs a generation and a number into a pointer");

/* The free slots of this thread. */
typedef struct dg_slot_list {
  dg_slot *free;
  char *fresh, *end; /* never used slots of its newest slab */
  uint32_t number;   /* of `fresh` */
  bool registered;
} dg_slot_list;

extern DG_HIDDEN DG_THREAD_LOCAL dg_slot_list dg_slots;

dg_slot *dg_slot_take_fresh(uint32_t kind);
/* Has the thread give its slots back when it ends. */
void dg_slots_register(void);

/* To the address sanitizer a free slot is no memory, but for what it has of its own. */
DG_INLINE void dg_slot_poison(dg_slot *s)
{
  DG_POISON((char *)s + sizeof *s, DG_SLOT_BYTES - sizeof *s);
}
DG_INLINE void dg_slot_unpoison(dg_slot *s)
{
  DG_UNPOISON((char *)s + sizeof *s, DG_SLOT_BYTES - sizeof *s);
}

/* Threads may look at the state of a slot that is not theirs: to find that it is stale. */
DG_INLINE void dg_slot_change(dg_slot *s, uint64_t by)
{
  __atomic_store_n(&s->state, s->state + by, __ATOMIC_RELAXED);
}

/* From a free slot to one in use, and back. */
DG_INLINE void dg_slot_use(dg_slot *s, uint32_t kind)
{
  dg_slot_change(s, DG_SLOT_STATE(kind) + 1);
}
DG_INLINE void dg_slot_retire(dg_slot *s) { dg_slot_change(s, 1 - DG_SLOT_STATE(s->kind)); }

/* A slot that was used before; NULL when there is none: then dg_slot_take_fresh has one. */
DG_INLINE dg_slot *dg_slot_take_used(uint32_t kind)
{
  dg_slot *s = dg_slots.free;
  if (DG_UNLIKELY(!s)) return NULL;
  dg_slots.free = s->next;
  dg_slot_use(s, kind);
  dg_slot_unpoison(s);
  return s;
}

/* A slot of DG_SLOT_BYTES bytes for one object; NULL with an error set. */
DG_INLINE dg_slot *dg_slot_take(uint32_t kind)
{
  dg_slot *s = dg_slot_take_used(kind);
  return DG_LIKELY(s != NULL) ? s : dg_slot_take_fresh(kind);
}

/* Lets a retired slot be used again. */
DG_INLINE bool dg_slot_is_used_up(const dg_slot *s) { return s->generation >= UINT32_MAX - 2; }
DG_INLINE void dg_slot_reuse(dg_slot *s)
{
  dg_slot_poison(s);
  if (DG_UNLIKELY(dg_slot_is_used_up(s))) return;
  s->next = dg_slots.free;
  dg_slots.free = s;
  if (DG_UNLIKELY(!s->next && !dg_slots.registered)) dg_slots_register();
}

/* Makes the handles of a slot in use stale, but not the slot. */
DG_INLINE void dg_slot_renew(dg_slot *s)
{
  if (DG_LIKELY(!dg_slot_is_used_up(s))) dg_slot_change(s, 2);
}

DG_INLINE void dg_slot_give(dg_slot *s)
{
  dg_slot_retire(s);
  dg_slot_reuse(s);
}

/* The slot that a handle numbers, whatever its generation, or NULL. */
DG_INLINE dg_slot *dg_slot_at(const void *handle)
{
  uint32_t number = (uint32_t)(uintptr_t)handle, slab = number >> DG_SLAB_BITS;
  if (DG_UNLIKELY(slab >= __atomic_load_n(&dg_slab_count, __ATOMIC_ACQUIRE))) return NULL;
  char *s = dg_slabs[slab] + (number & (DG_SLAB_SLOTS - 1)) * (size_t)DG_SLOT_BYTES;
  if (!s) __builtin_unreachable();
  return (dg_slot *)s;
}

/* The slot of a handle if it is alive, else NULL (no error set). */
DG_INLINE dg_slot *dg_slot_of(const void *handle)
{
  dg_slot *s = dg_slot_at(handle);
  if (!s) return NULL;
  uint32_t now = __atomic_load_n(&s->generation, __ATOMIC_RELAXED);
  return now & 1 && now == (uint64_t)(uintptr_t)handle >> 32 ? s : NULL;
}

/* The same, if it is also of that kind. */
DG_INLINE dg_slot *dg_slot_of_kind(const void *handle, uint32_t kind)
{
  dg_slot *s = dg_slot_at(handle);
  if (DG_UNLIKELY(!s)) return NULL;
  uint64_t wanted = DG_SLOT_STATE(kind) | (uint64_t)(uintptr_t)handle >> 32;
  return DG_LIKELY(__atomic_load_n(&s->state, __ATOMIC_RELAXED) == wanted) ? s : NULL;
}

DG_INLINE void *dg_slot_handle(const dg_slot *s)
{
  return (void *)(uintptr_t)((uint64_t)s->generation << 32 | s->number);
}

#endif
