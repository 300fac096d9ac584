/* memory.h -- blocks from a size-class cache, with their bytes counted by kind. */
#ifndef DG_MEMORY_H
#define DG_MEMORY_H

#include "base/base.h"

/* A block of at least `bytes` bytes, aligned to 64; NULL with an error set. `*got` is its true
 * size, which dg_block_free wants back. */
void *dg_block_alloc(int64_t bytes, dg_kind kind, int64_t *got);
void dg_block_free(void *block, int64_t got, dg_kind kind);

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

extern DG_HIDDEN DG_THREAD_LOCAL int64_t dg_counters[DG_NCOUNTERS];

DG_INLINE void dg_count(int what, int64_t change) { dg_counters[what] += change; }

/* What the process has counted, exact for a single thread. */
int64_t dg_count_of(int what);

/* Has this thread's counts joined when it ends. */
void dg_counters_register(void);

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

#endif
