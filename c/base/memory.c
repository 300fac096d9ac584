/* memory.c -- a caching block allocator: what a training loop frees in one step it gets in the next.
 *
 * Sizes are rounded up to classes (64 bytes apart to 1 KB, then eight to each doubling). A freed
 * block joins its class's list in the freeing thread; only when live and cached bytes together
 * pass what was ever live by a quarter do blocks go back to the system. Large blocks are mapped on
 * huge pages, whose first touch is eight times cheaper.
 *
 * Counters are kept by each thread and joined into the process's when they have moved far enough:
 * an atomic addition would cost as much as the allocation. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
  STEP_BITS = 3,
  STEPS = 1 << STEP_BITS, /* classes to each doubling above */
  MAPPED = 2 << 20,       /* from here on blocks are mapped, not allocated */
  SLACK = 64 << 20        /* what may always be cached */
};

static const int64_t LARGEST = (int64_t)1 << 41;

static _Atomic int64_t total[DG_NCOUNTERS];
static _Atomic int64_t peak;            /* the most bytes ever live */
static _Atomic int64_t cap = INT64_MAX; /* dg_memory_limit */
static _Atomic int64_t fail_at = -1;    /* dg_memory_fail_after */
bool dg_memory_refuses;                 /* one of the last two is set */

DG_THREAD_LOCAL dg_memory_state dg_memory;

_Static_assert(DG_SIZE_CLASSES == DG_SMALL / DG_LINE + STEPS * 32, "as many lists as classes");

static _Atomic int64_t elsewhere; /* live bytes of devices */

DG_INLINE int class_of(int64_t bytes, int64_t *rounded)
{
  if (bytes <= DG_SMALL) {
    int64_t lines = bytes <= 0 ? 1 : (bytes + DG_LINE - 1) / DG_LINE;
    *rounded = lines * DG_LINE;
    return (int)lines - 1;
  }
  int power = 63 - __builtin_clzll((uint64_t)(bytes - 1)); /* 2^power < bytes <= 2^(power + 1) */
  int shift = power - STEP_BITS;                           /* of the step, a power of two */
  int64_t over = ((bytes - ((int64_t)1 << power) - 1) >> shift) + 1; /* 1 ... STEPS */
  *rounded = ((int64_t)1 << power) + (over << shift);
  return DG_SMALL / DG_LINE + (power - 10) * STEPS + (int)over - 1;
}

int dg_size_class(int64_t bytes, int64_t *rounded)
{
  return bytes <= LARGEST ? class_of(bytes, rounded) : -1;
}

int64_t dg_size_of_class(int c)
{
  if (c < DG_SMALL / DG_LINE) return (c + 1) * (int64_t)DG_LINE;
  int over = (c - DG_SMALL / DG_LINE) % STEPS + 1, power = (c - DG_SMALL / DG_LINE) / STEPS + 10;
  return ((int64_t)1 << power) + over * (((int64_t)1 << power) / STEPS);
}

void dg_memory_elsewhere(int64_t change)
{
  atomic_fetch_add_explicit(&elsewhere, change, memory_order_relaxed);
}

static void flush_counters(void)
{
  for (int i = 0; i < DG_NCOUNTERS; i++) {
    if (dg_memory.counters[i])
      atomic_fetch_add_explicit(&total[i], dg_memory.counters[i], memory_order_relaxed);
    dg_memory.counters[i] = 0;
  }
  dg_memory.drift = 0;
}

int64_t dg_count_of(int what)
{
  return atomic_load_explicit(&total[what], memory_order_relaxed) + dg_memory.counters[what];
}

static int64_t live_bytes(void)
{
  int64_t sum = 0;
  for (int i = 0; i < DG_CACHE; i++) sum += dg_count_of(i);
  return sum;
}

__attribute__((cold)) void dg_counters_join(void)
{
  int64_t live = live_bytes();
  if (live > atomic_load_explicit(&peak, memory_order_relaxed)) atomic_store(&peak, live);
  flush_counters();
}

static void system_free(void *block, int64_t size)
{
  if (size >= MAPPED) munmap(block, (size_t)size);
  else free(block);
}

static void *system_alloc(int64_t size)
{
  if (size >= MAPPED) {
    void *p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return NULL;
    madvise(p, (size_t)size, MADV_HUGEPAGE);
    return p;
  }
  return aligned_alloc(DG_LINE, (size_t)size);
}

static void trim(void)
{
  if (!dg_memory.free) return;
  for (int c = 0; c < DG_SIZE_CLASSES; c++) {
    int64_t size = dg_size_of_class(c);
    for (void *p = dg_memory.free[c]; p;) {
      DG_UNPOISON(p, (size_t)size);
      void *next;
      memcpy(&next, p, sizeof next);
      system_free(p, size);
      dg_memory.counters[DG_CACHE] -= size;
      p = next;
    }
    dg_memory.free[c] = NULL;
  }
}

static void leave_thread(void)
{
  trim();
  flush_counters();
  free(dg_memory.free);
  dg_memory.free = NULL;
}

void dg_counters_register(void) { dg_at_thread_exit(DG_EXIT_MEMORY, leave_thread); }

static bool enter_thread(void)
{
  dg_memory.free = calloc(DG_SIZE_CLASSES, sizeof *dg_memory.free);
  if (dg_memory.free) dg_counters_register();
  return dg_memory.free != NULL;
}

/* Has every allocation look at the limit and at the test's wish, where there is one. */
static void note_refusals(void)
{
  bool refuses = atomic_load(&cap) != INT64_MAX || atomic_load(&fail_at) >= 0;
  __atomic_store_n(&dg_memory_refuses, refuses, __ATOMIC_SEQ_CST);
}

/* Whether `size` bytes more stay below the limit that was set. */
static bool fits_limit(int64_t size)
{
  int64_t most = atomic_load_explicit(&cap, memory_order_relaxed);
  if (DG_LIKELY(most == INT64_MAX)) return true;
  int64_t live = live_bytes();
  if (size <= most - live) return true;
  dg_fail(DG_EMEMORY, "out of memory: %lld bytes wanted, %lld live, the limit is %lld",
          (long long)size, (long long)live, (long long)most);
  return false;
}

/* A new block from the system; what is cached is given up before an allocation is refused. */
static void *fresh(int64_t size, dg_kind kind)
{
  void *p = system_alloc(size);
  if (!p) {
    trim();
    p = system_alloc(size);
  }
  if (!p) {
    dg_fail(DG_EMEMORY, "out of memory: %lld bytes wanted, %lld live (%lld parameters)",
            (long long)size, (long long)live_bytes(), (long long)dg_count_of(DG_PARAMETER));
    return NULL;
  }
  dg_count_bytes(kind, size, size);
  return p;
}

/* True when a test asked for this allocation to fail. */
static bool fails_on_purpose(void)
{
  if (DG_LIKELY(atomic_load_explicit(&fail_at, memory_order_relaxed) < 0)) return false;
  if (atomic_fetch_sub(&fail_at, 1) > 0) return false;
  atomic_store(&fail_at, -1);
  return true;
}

void *dg_block_alloc_any(int64_t bytes, dg_kind kind, int64_t *got)
{
  if (DG_UNLIKELY(bytes > LARGEST || fails_on_purpose())) {
    dg_fail(DG_EMEMORY, "out of memory: %lld bytes wanted", (long long)bytes);
    return NULL;
  }
  int c = class_of(bytes, got);
  if (DG_UNLIKELY(!dg_memory.free) && !enter_thread()) {
    dg_fail(DG_EMEMORY, "out of memory: no room for this thread's block lists");
    return NULL;
  }
  if (DG_UNLIKELY(!fits_limit(*got))) return NULL;
  void *p = dg_block_take(&dg_memory.free[c], *got, kind);
  return p ? p : fresh(*got, kind);
}

void dg_block_free_any(void *block, int64_t got, dg_kind kind)
{
  int64_t rounded;
  dg_count_bytes(kind, -got, got);
  int c = class_of(got, &rounded);
  if (DG_UNLIKELY(!dg_memory.free) && !enter_thread()) {
    system_free(block, got);
    return;
  }
  if (got >= MAPPED / 2) { /* small blocks are too few bytes to be worth the question */
    int64_t most = atomic_load_explicit(&peak, memory_order_relaxed);
    if (live_bytes() + dg_count_of(DG_CACHE) + got > most + most / 4 + SLACK) {
      system_free(block, got);
      return;
    }
  }
  dg_block_put(&dg_memory.free[c], block, got);
}

void dg_block_rename(int64_t got, dg_kind from, dg_kind to)
{
  dg_count_bytes(from, -got, got);
  dg_count_bytes(to, got, got);
}

void *dg_table_grow(void *old, int64_t bytes)
{
  void *table = fails_on_purpose() ? NULL : realloc(old, (size_t)bytes);
  if (!table) dg_fail(DG_EMEMORY, "out of memory: a table of %lld bytes", (long long)bytes);
  return table;
}

void dg_table_free(void *table) { free(table); }

/* Live bytes of one kind (dg_kind), exact for a single thread; -1 for an unknown kind. */
DG_API double dg_memory_bytes(int kind)
{
  if (kind < 0 || kind >= DG_NKINDS) {
    dg_fail(DG_EARGUMENT, "memory: there is no kind %d", kind);
    return -1;
  }
  return (double)dg_count_of(kind);
}

/* Bytes of all live tensors, whatever they are for and wherever they lie. */
DG_API double dg_memory_live(void)
{
  return (double)(live_bytes() + atomic_load_explicit(&elsewhere, memory_order_relaxed));
}

/* Refuses allocations that would bring the live bytes over `bytes`; 0 or less: no limit. */
DG_API void dg_memory_limit(double bytes)
{
  atomic_store(&cap, bytes > 0 && bytes < 9e18 ? (int64_t)bytes : INT64_MAX);
  note_refusals();
}

/* Gives this thread's free blocks back to the system. */
DG_API void dg_memory_trim(void) { trim(); }

/* For tests: the allocation after the next `n` fails, once; a negative `n` turns this off. */
DG_API void dg_memory_fail_after(double n)
{
  atomic_store(&fail_at, n >= 0 && n < 9e18 ? (int64_t)n : -1);
  note_refusals();
}
