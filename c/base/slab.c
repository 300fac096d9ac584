/* slab.c -- the free lists and slabs behind handles. */
#include "base/slab.h"

#include "base/memory.h"

#include <pthread.h>
#include <sys/mman.h>

char *dg_slabs[DG_MAX_SLABS];
uint32_t dg_slab_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static dg_slot *left_behind; /* free slots of threads that ended */

static DG_THREAD_LOCAL struct {
  dg_slot *free;
  char *fresh, *end; /* never used slots of this thread's newest slab */
  uint32_t number;   /* of `fresh` */
  bool registered;
} mine;

static void leave_thread(void)
{
  pthread_mutex_lock(&lock);
  for (dg_slot *s = mine.free, *next; s; s = next) {
    next = s->next;
    s->next = left_behind;
    left_behind = s;
  }
  mine.free = NULL;
  mine.registered = false;
  pthread_mutex_unlock(&lock);
}

/* Adds a slab, or takes over what ended threads left. */
static bool refill(void)
{
  if (!mine.registered) {
    mine.registered = true;
    dg_at_thread_exit(leave_thread);
  }
  pthread_mutex_lock(&lock);
  mine.free = left_behind;
  left_behind = NULL;
  bool ok = mine.free != NULL;
  if (!ok && dg_slab_count < DG_MAX_SLABS) {
    size_t bytes = (size_t)DG_SLOT_BYTES * DG_SLAB_SLOTS;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED) {
      mine.fresh = p;
      mine.end = mine.fresh + bytes;
      mine.number = dg_slab_count << DG_SLAB_BITS;
      dg_slabs[dg_slab_count] = p;
      __atomic_store_n(&dg_slab_count, dg_slab_count + 1, __ATOMIC_RELEASE);
      ok = true;
    }
  }
  pthread_mutex_unlock(&lock);
  if (!ok) dg_fail(DG_EMEMORY, "out of memory: no slot for another tensor");
  return ok;
}

dg_slot *dg_slot_take(void)
{
  if (DG_UNLIKELY(!mine.free && mine.fresh == mine.end) && !refill()) return NULL;
  dg_slot *s = mine.free;
  if (DG_LIKELY(s != NULL)) {
    mine.free = s->next;
  } else {
    s = (dg_slot *)mine.fresh;
    s->number = mine.number++;
    mine.fresh += DG_SLOT_BYTES;
  }
  s->generation++;
  DG_UNPOISON((char *)s + sizeof *s, DG_SLOT_BYTES - sizeof *s);
  return s;
}

void dg_slot_give(dg_slot *s)
{
  s->generation++;
  s->kind = 0;
  DG_POISON((char *)s + sizeof *s, DG_SLOT_BYTES - sizeof *s);
  if (DG_UNLIKELY(s->generation == UINT32_MAX - 1)) return; /* retired */
  s->next = mine.free;
  mine.free = s;
}
