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
  uint32_t generation;
  uint32_t number;
  struct dg_slot *next; /* of a free slot */
  uint32_t kind;        /* what its owner says it is; 0 when free */
} dg_slot;

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

dg_slot *dg_slot_take_fresh(void);
/* Has the thread give its slots back when it ends. */
void dg_slots_register(void);

/* Threads may look at the generation of a slot that is not theirs: to find that it is stale. */
DG_INLINE void dg_slot_age(dg_slot *s)
{
  __atomic_store_n(&s->generation, s->generation + 1, __ATOMIC_RELAXED);
}

/* A slot that was used before; NULL when there is none: then dg_slot_take_fresh has one. */
DG_INLINE dg_slot *dg_slot_take_used(void)
{
  dg_slot *s = dg_slots.free;
  if (DG_UNLIKELY(!s)) return NULL;
  dg_slots.free = s->next;
  dg_slot_age(s);
  DG_UNPOISON((char *)s + sizeof *s, DG_SLOT_BYTES - sizeof *s);
  return s;
}

/* A slot of DG_SLOT_BYTES bytes for one object; NULL with an error set. */
DG_INLINE dg_slot *dg_slot_take(void)
{
  dg_slot *s = dg_slot_take_used();
  return DG_LIKELY(s != NULL) ? s : dg_slot_take_fresh();
}

/* Makes every handle of the slot stale. */
DG_INLINE void dg_slot_retire(dg_slot *s)
{
  dg_slot_age(s);
  s->kind = 0;
}

/* Lets a retired slot be used again. */
DG_INLINE void dg_slot_reuse(dg_slot *s)
{
  DG_POISON((char *)s + sizeof *s, DG_SLOT_BYTES - sizeof *s);
  if (DG_UNLIKELY(s->generation == UINT32_MAX - 1)) return; /* its generations are used up */
  s->next = dg_slots.free;
  dg_slots.free = s;
  if (DG_UNLIKELY(!s->next && !dg_slots.registered)) dg_slots_register();
}

/* Makes the handles of a slot in use stale, but not the slot. */
DG_INLINE void dg_slot_renew(dg_slot *s)
{
  uint32_t g = s->generation;
  if (DG_LIKELY(g < UINT32_MAX - 2)) __atomic_store_n(&s->generation, g + 2, __ATOMIC_RELAXED);
}

DG_INLINE void dg_slot_give(dg_slot *s)
{
  dg_slot_retire(s);
  dg_slot_reuse(s);
}

/* The slot whose generation a handle has, or NULL. It may be free: its kind is 0 then. */
DG_INLINE dg_slot *dg_slot_matching(const void *handle)
{
  uint64_t bits = (uint64_t)(uintptr_t)handle;
  uint32_t number = (uint32_t)bits, generation = (uint32_t)(bits >> 32);
  uint32_t slab = number >> DG_SLAB_BITS;
  if (DG_UNLIKELY(slab >= __atomic_load_n(&dg_slab_count, __ATOMIC_ACQUIRE))) return NULL;
  dg_slot *s = (dg_slot *)(dg_slabs[slab] + (number & (DG_SLAB_SLOTS - 1)) * (size_t)DG_SLOT_BYTES);
  uint32_t now = __atomic_load_n(&s->generation, __ATOMIC_RELAXED);
  return DG_LIKELY(now == generation) ? s : NULL;
}

/* The slot of a handle if it is alive, else NULL (no error set). */
DG_INLINE dg_slot *dg_slot_of(const void *handle)
{
  dg_slot *s = dg_slot_matching(handle);
  return DG_LIKELY(s && s->generation & 1) ? s : NULL;
}

DG_INLINE void *dg_slot_handle(const dg_slot *s)
{
  return (void *)(uintptr_t)((uint64_t)s->generation << 32 | s->number);
}

#endif
