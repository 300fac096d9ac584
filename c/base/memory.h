/* memory.h -- blocks from a size-class cache, with their bytes counted by kind. */
#ifndef DG_MEMORY_H
#define DG_MEMORY_H

#include "base/base.h"

#include <string.h>

/* The size classes that blocks come in: the class of a size and the bytes that its blocks have, which
 * are at most an eighth more. -1 for a size that no memory has. */
enum { DG_SIZE_CLASSES = 1024 / 64 + 8 * 32 };
int dg_size_class(int64_t bytes, int64_t *rounded);
int64_t dg_size_of_class(int size_class);

/* Notes that the live bytes of other memory than the host's, a device's, have changed. */
void dg_memory_elsewhere(int64_t change);

/* Counts a block under another kind from now on. */
void dg_block_rename(int64_t got, dg_kind from, dg_kind to);

/* What this thread has counted and not yet joined to the process's counters: bytes by dg_kind, then
 * tensors and nodes. */
enum { DG_TENSORS = DG_NKINDS, DG_NODES, DG_NCOUNTERS };

typedef struct dg_memory_state {
  void **free;   /* lists of free blocks, one for each class; NULL before the first block */
  int64_t drift; /* how far the counters of bytes may have moved since they were joined */
  int64_t counters[DG_NCOUNTERS];
} dg_memory_state;

extern DG_HIDDEN DG_THREAD_LOCAL dg_memory_state dg_memory;

DG_INLINE void dg_count(int what, int64_t change) { dg_memory.counters[what] += change; }

/* What the process has counted, exact for a single thread. */
int64_t dg_count_of(int what);

/* Has this thread's counts joined when it ends. */
void dg_counters_register(void);

/* Counts so many bytes more, or less, of one kind. */
enum { DG_DRIFT = 256 << 10 }; /* how far a thread's byte counters may move on their own */
void dg_counters_join(void);
DG_INLINE void dg_count_bytes(dg_kind kind, int64_t change, int64_t size)
{
  dg_memory.counters[kind] += change;
  dg_memory.drift += size;
  if (DG_UNLIKELY(dg_memory.drift > DG_DRIFT)) dg_counters_join();
}

/* realloc for tables that grow (scopes, walks); NULL with an error set, `old` stays valid. */
void *dg_table_grow(void *old, int64_t bytes);
void dg_table_free(void *table);

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define DG_POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define DG_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define DG_POISON(p, n) ((void)(p))
#define DG_UNPOISON(p, n) ((void)(p))
#endif

/* -- Blocks --------------------------------------------------------------------------------- */

enum {
  DG_LINE = 64,
  DG_SMALL = 1024 /* classes are a line apart up to here */
};

extern DG_HIDDEN bool dg_memory_refuses; /* a limit or a test's wish is to be looked at; atomic */

void *dg_block_alloc_any(int64_t bytes, dg_kind kind, int64_t *got);
void dg_block_free_any(void *block, int64_t got, dg_kind kind);

/* Takes a block off its list, and puts one on it. */
DG_INLINE void *dg_block_take(void **list, int64_t size, dg_kind kind)
{
  void *p = *list;
  if (DG_UNLIKELY(!p)) return NULL;
  DG_UNPOISON(p, (size_t)size);
  memcpy(list, p, sizeof p);
  dg_memory.counters[DG_CACHE] -= size;
  dg_count_bytes(kind, size, size);
  return p;
}
DG_INLINE void dg_block_put(void **list, void *block, int64_t size)
{
  memcpy(block, list, sizeof block);
  *list = block;
  dg_memory.counters[DG_CACHE] += size;
  DG_POISON(block, (size_t)size);
}

/* A block of at least `bytes` bytes, aligned to 64; NULL with an error set. `*got` is its true
 * size, which dg_block_free wants back. */
DG_INLINE void *dg_block_alloc(int64_t bytes, dg_kind kind, int64_t *got)
{
  uint64_t line = (uint64_t)(bytes - 1) / DG_LINE;
  bool refuses = __atomic_load_n(&dg_memory_refuses, __ATOMIC_RELAXED);
  if (DG_LIKELY(line < DG_SMALL / DG_LINE && !refuses && dg_memory.free)) {
    void *p = dg_block_take(&dg_memory.free[line], *got = (int64_t)(line + 1) * DG_LINE, kind);
    if (DG_LIKELY(p != NULL)) return p;
  }
  return dg_block_alloc_any(bytes, kind, got);
}

DG_INLINE void dg_block_free(void *block, int64_t got, dg_kind kind)
{
  if (DG_UNLIKELY(got > DG_SMALL || !dg_memory.free)) {
    dg_block_free_any(block, got, kind);
    return;
  }
  dg_count_bytes(kind, -got, got);
  dg_block_put(&dg_memory.free[(uint64_t)got / DG_LINE - 1], block, got);
}

#endif
