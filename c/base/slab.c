/* slab.c -- the free lists and slabs behind handles. */
#include "base/slab.h"

#include <pthread.h>
#include <sys/mman.h>

char *dg_slabs[DG_MAX_SLABS];
uint32_t dg_slab_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static dg_slot *left_behind; /* free slots of threads that ended */

/* Their slots that were never used: what is written into the first of each run. */
typedef struct run {
  dg_slot slot;
  uint32_t count;
} run;
static run *left_fresh;

DG_THREAD_LOCAL dg_slot_list dg_slots;

static void leave_thread(void)
{
  pthread_mutex_lock(&lock);
  for (dg_slot *s = dg_slots.free, *next; s; s = next) {
    next = s->next;
    s->next = left_behind;
    left_behind = s;
  }
  dg_slots.free = NULL;
  if (dg_slots.fresh < dg_slots.end) {
    run *r = (run *)dg_slots.fresh;
    r->slot.number = dg_slots.number;
    r->slot.next = (dg_slot *)left_fresh;
    r->count = (uint32_t)((dg_slots.end - dg_slots.fresh) / DG_SLOT_BYTES);
    left_fresh = r;
    dg_slots.fresh = dg_slots.end = NULL;
  }
  dg_slots.registered = false;
  pthread_mutex_unlock(&lock);
}

static void use_fresh(char *first, uint32_t count, uint32_t number)
{
  dg_slots.fresh = first;
  dg_slots.end = first + (size_t)count * DG_SLOT_BYTES;
  dg_slots.number = number;
}

static void take_lock(void) { pthread_mutex_lock(&lock); }
static void give_lock(void) { pthread_mutex_unlock(&lock); }
static void survive_fork(void) { pthread_atfork(take_lock, give_lock, give_lock); }

void dg_slots_register(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, survive_fork);
  dg_slots.registered = true;
  dg_counters_register();
  dg_at_thread_exit(DG_EXIT_SLOTS, leave_thread);
}

/* Adds a slab, or takes over what ended threads left. */
static bool refill(void)
{
  if (!dg_slots.registered) dg_slots_register();
  pthread_mutex_lock(&lock);
  dg_slots.free = left_behind;
  left_behind = NULL;
  bool ok = dg_slots.free != NULL;
  if (!ok && left_fresh) {
    run *r = left_fresh;
    left_fresh = (run *)r->slot.next;
    use_fresh((char *)r, r->count, r->slot.number);
    ok = true;
  }
  if (!ok && dg_slab_count < DG_MAX_SLABS) {
    size_t bytes = (size_t)DG_SLOT_BYTES * DG_SLAB_SLOTS;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED) {
      use_fresh(p, DG_SLAB_SLOTS, dg_slab_count << DG_SLAB_BITS);
      dg_slabs[dg_slab_count] = p;
      __atomic_store_n(&dg_slab_count, dg_slab_count + 1, __ATOMIC_RELEASE);
      ok = true;
    }
  }
  pthread_mutex_unlock(&lock);
  if (!ok) dg_fail(DG_EMEMORY, "out of memory: no slot for another tensor");
  return ok;
}

dg_slot *dg_slot_take_fresh(uint32_t kind)
{
  if (dg_slots.fresh == dg_slots.end && !refill()) return NULL;
  dg_slot *s = dg_slots.free;
  if (s) {
    dg_slots.free = s->next;
  } else {
    s = (dg_slot *)dg_slots.fresh;
    s->number = dg_slots.number++;
    dg_slots.fresh += DG_SLOT_BYTES;
  }
  dg_slot_use(s, kind);
  dg_slot_unpoison(s);
  return s;
}
