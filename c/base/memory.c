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
  LINE = 64,
  SMALL = 1024, /* classes are LINE apart up to here */
  STEP_BITS = 3,
  STEPS = 1 << STEP_BITS, /* classes to each doubling above */
  MAPPED = 2 << 20,       /* from here on blocks are mapped, not allocated */
  FLUSH = 256 << 10,      /* how far a thread's byte counters may drift */
  SLACK = 64 << 20        /* what may always be cached */
};

static const int64_t LARGEST = (int64_t)1 << 41;

static _Atomic int64_t total[DG_NCOUNTERS];
static _Atomic int64_t peak;            /* the most bytes ever live */
static _Atomic int64_t cap = INT64_MAX; /* dg_memory_limit */
static _Atomic int64_t fail_at = -1;    /* dg_memory_fail_after */
static _Atomic bool is_refusing;        /* one of the last two is set */

static DG_THREAD_LOCAL struct {
  void **head; /* a list for each class; NULL before the first block */
  int64_t drift;
} mine;

DG_THREAD_LOCAL int64_t dg_counters[DG_NCOUNTERS];

_Static_assert(DG_SIZE_CLASSES == SMALL / LINE + STEPS * 32, "as many lists as classes");

static _Atomic int64_t elsewhere; /* live bytes of devices */

DG_INLINE int class_of(int64_t bytes, int64_t *rounded)
{
  if (bytes <= SMALL) {
    int64_t lines = bytes <= 0 ? 1 : (bytes + LINE - 1) / LINE;
    *rounded = lines * LINE;
    return (int)lines - 1;
  }
  int power = 63 - __builtin_clzll((uint64_t)(bytes - 1)); /* 2^power < bytes <= 2^(power + 1) */
  int shift = power - STEP_BITS;                           /* of the step, a power of two */
  int64_t over = ((bytes - ((int64_t)1 << power) - 1) >> shift) + 1; /* 1 ... STEPS */
  *rounded = ((int64_t)1 << power) + (over << shift);
  return SMALL / LINE + (power - 10) * STEPS + (int)over - 1;
}

int dg_size_class(int64_t bytes, int64_t *rounded)
{
  return bytes <= LARGEST ? class_of(bytes, rounded) : -1;
}

int64_t dg_size_of_class(int c)
{
  if (c < SMALL / LINE) return (c + 1) * (int64_t)LINE;
  int over = (c - SMALL / LINE) % STEPS + 1, power = (c - SMALL / LINE) / STEPS + 10;
  return ((int64_t)1 << power) + over * (((int64_t)1 << power) / STEPS);
}

void dg_memory_elsewhere(int64_t change)
{
  atomic_fetch_add_explicit(&elsewhere, change, memory_order_relaxed);
}

static void flush_counters(void)
{
  for (int i = 0; i < DG_NCOUNTERS; i++) {
    if (dg_counters[i]) atomic_fetch_add_explicit(&total[i], dg_counters[i], memory_order_relaxed);
    dg_counters[i] = 0;
  }
  mine.drift = 0;
}

int64_t dg_count_of(int what)
{
  return atomic_load_explicit(&total[what], memory_order_relaxed) + dg_counters[what];
}

static int64_t live_bytes(void)
{
  int64_t sum = 0;
  for (int i = 0; i < DG_CACHE; i++) sum += dg_count_of(i);
  return sum;
}

static void count_bytes(dg_kind kind, int64_t change)
{
  dg_counters[kind] += change;
  mine.drift += change < 0 ? -change : change;
  if (DG_UNLIKELY(mine.drift > FLUSH)) {
    int64_t live = live_bytes();
    if (live > atomic_load_explicit(&peak, memory_order_relaxed)) atomic_store(&peak, live);
    flush_counters();
  }
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
  return aligned_alloc(LINE, (size_t)size);
}

static void trim(void)
{
  if (!mine.head) return;
  for (int c = 0; c < DG_SIZE_CLASSES; c++) {
    int64_t size = dg_size_of_class(c);
    for (void *p = mine.head[c]; p;) {
      DG_UNPOISON(p, (size_t)size);
      void *next;
      memcpy(&next, p, sizeof next);
      system_free(p, size);
      dg_counters[DG_CACHE] -= size;
      p = next;
    }
    mine.head[c] = NULL;
  }
}

static void leave_thread(void)
{
  trim();
  flush_counters();
  free(mine.head);
  mine.head = NULL;
}

void dg_counters_register(void) { dg_at_thread_exit(DG_EXIT_MEMORY, leave_thread); }

static bool enter_thread(void)
{
  mine.head = calloc(DG_SIZE_CLASSES, sizeof *mine.head);
  if (mine.head) dg_counters_register();
  return mine.head != NULL;
}

/* Has every allocation look at the limit and at the test's wish, where there is one. */
static void note_refusals(void)
{
  atomic_store(&is_refusing, atomic_load(&cap) != INT64_MAX || atomic_load(&fail_at) >= 0);
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
  count_bytes(kind, size);
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

/* Takes a block off its list: NULL when there is none. */
DG_INLINE void *take_cached(int c, int64_t size, dg_kind kind)
{
  void *p = mine.head[c];
  if (DG_UNLIKELY(!p)) return NULL;
  DG_UNPOISON(p, (size_t)size);
  memcpy(&mine.head[c], p, sizeof p);
  dg_counters[DG_CACHE] -= size;
  count_bytes(kind, size);
  return p;
}

static __attribute__((noinline)) void *alloc_any(int64_t bytes, dg_kind kind, int64_t *got)
{
  if (DG_UNLIKELY(bytes > LARGEST || fails_on_purpose())) {
    dg_fail(DG_EMEMORY, "out of memory: %lld bytes wanted", (long long)bytes);
    return NULL;
  }
  int c = class_of(bytes, got);
  if (DG_UNLIKELY(!mine.head) && !enter_thread()) {
    dg_fail(DG_EMEMORY, "out of memory: no room for this thread's block lists");
    return NULL;
  }
  if (DG_UNLIKELY(!fits_limit(*got))) return NULL;
  void *p = take_cached(c, *got, kind);
  return p ? p : fresh(*got, kind);
}

void *dg_block_alloc(int64_t bytes, dg_kind kind, int64_t *got)
{
  bool refusing = atomic_load_explicit(&is_refusing, memory_order_relaxed);
  if (DG_LIKELY(bytes > 0 && bytes <= SMALL && !refusing && mine.head)) {
    int lines = (int)((uint64_t)(bytes + LINE - 1) / LINE);
    void *p = take_cached(lines - 1, *got = lines * LINE, kind);
    if (DG_LIKELY(p != NULL)) return p;
  }
  return alloc_any(bytes, kind, got);
}

/* Puts a block on its list. */
DG_INLINE void cache(int c, void *block, int64_t got)
{
  memcpy(block, &mine.head[c], sizeof(void *));
  mine.head[c] = block;
  dg_counters[DG_CACHE] += got;
  DG_POISON(block, (size_t)got);
}

static __attribute__((noinline)) void free_any(void *block, int64_t got)
{
  int64_t rounded;
  int c = class_of(got, &rounded);
  if (DG_UNLIKELY(!mine.head) && !enter_thread()) {
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
  cache(c, block, got);
}

void dg_block_free(void *block, int64_t got, dg_kind kind)
{
  count_bytes(kind, -got);
  if (DG_LIKELY(got <= SMALL && mine.head)) cache((int)((uint64_t)got / LINE) - 1, block, got);
  else free_any(block, got);
}

void dg_block_rename(int64_t got, dg_kind from, dg_kind to)
{
  count_bytes(from, -got);
  count_bytes(to, got);
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
