/* memory.c -- a device's memory: a cache of blocks, and the way to and from the host.
 *
 * Blocks are of the same size classes as on the host (base/memory.c). As all work of a device is done
 * in order, a block that is freed may serve the next operation at once. When the driver has no more,
 * the cache is given back to it and it is asked once more. */
#include "device/cuda/graph.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

enum { SMALLEST = 512, CHUNK = 4 << 20, CHUNKS = 4 };

typedef struct pool {
  pthread_mutex_t lock;
  void **free[DG_SIZE_CLASSES]; /* a stack for each class: the blocks themselves are out of reach */
  int64_t count[DG_SIZE_CLASSES], room[DG_SIZE_CLASSES];
  int64_t bytes[DG_NKINDS];
  int64_t limit; /* 0: none */
} pool;

static pool pools[DG_CUDA_DEVICES + 1] = { [0 ... DG_CUDA_DEVICES] = {
                                               .lock = PTHREAD_MUTEX_INITIALIZER } };

/* Gives the free blocks back. The device must have been waited for. */
static void give_back(pool *p)
{
  for (int c = 0; c < DG_SIZE_CLASSES; c++) {
    while (p->count[c] > 0) {
      void *block = p->free[c][--p->count[c]];
      p->bytes[DG_CACHE] -= dg_size_of_class(c);
      dg_driver->mem_free((dg_cuda_ptr)(uintptr_t)block);
    }
  }
}

static void *refuse(const pool *p, int device, int64_t bytes)
{
  dg_fail(DG_EMEMORY,
          "out of memory on cuda:%d: %lld bytes wanted; live: %lld activations, %lld parameters, "
          "%lld gradients, %lld workspace",
          device - 1, (long long)bytes, (long long)p->bytes[DG_ACTIVATION],
          (long long)p->bytes[DG_PARAMETER], (long long)p->bytes[DG_GRADIENT],
          (long long)p->bytes[DG_WORKSPACE]);
  return NULL;
}

static int64_t live(const pool *p)
{
  return p->bytes[DG_ACTIVATION] + p->bytes[DG_PARAMETER] + p->bytes[DG_GRADIENT] +
         p->bytes[DG_WORKSPACE];
}

/* A block of the shared cache or the driver. */
static void *take(const dg_cuda_device *d, int device, int c, int64_t bytes, dg_kind kind,
                  const int64_t *got)
{
  pool *p = &pools[device];
  void *block = NULL;
  bool failed = false;
  pthread_mutex_lock(&p->lock);
  if (p->limit > 0 && c >= 0 && live(p) + *got > p->limit) c = -1;
  if (c >= 0 && p->count[c] > 0) {
    block = p->free[c][--p->count[c]];
    p->bytes[DG_CACHE] -= *got;
  } else if (c >= 0) {
    dg_cuda_ptr fresh = 0;
    int status = dg_driver->mem_alloc(&fresh, (size_t)*got);
    if (status == DG_CUDA_EMEMORY) {
      dg_driver->stream_wait(d->stream);
      give_back(p);
      status = dg_driver->mem_alloc(&fresh, (size_t)*got);
    }
    if (status == 0) block = (void *)(uintptr_t)fresh;
    else if (status != DG_CUDA_EMEMORY) failed = dg_cuda_fail("allocation", status) < 0;
  }
  if (block) p->bytes[kind] += *got;
  else if (!failed) refuse(p, device, bytes);
  pthread_mutex_unlock(&p->lock);
  return block;
}

/* The same while this thread records: what is taken belongs to the graph. */
static void *take_recorded(const dg_cuda_device *d, int device, int c, int64_t bytes, dg_kind kind,
                           const int64_t *got)
{
  void *block = c >= 0 ? dg_graph_take(device, c) : NULL;
  if (block) {
    dg_cuda_rename(device, *got, DG_WORKSPACE, kind);
    return block;
  }
  block = take(d, device, c, bytes, kind, got);
  if (!block || dg_graph_own(device, block, *got, c) == 0) return block;
  dg_cuda_release(device, block, *got, kind);
  return NULL;
}

void *dg_cuda_alloc(int device, int64_t bytes, dg_kind kind, int64_t *got)
{
  const dg_cuda_device *d = dg_cuda_enter(device);
  if (!d) return NULL;
  int c = dg_size_class(DG_MAX(bytes, SMALLEST), got);
  void *block = DG_LIKELY(!dg_recording) ? take(d, device, c, bytes, kind, got)
                                         : take_recorded(d, device, c, bytes, kind, got);
  if (block) dg_memory_elsewhere(*got);
  return block;
}

void dg_cuda_free(int device, void *block, int64_t got, dg_kind kind)
{
  dg_memory_elsewhere(-got);
  if (dg_cuda_is_forked()) return; /* it is the parent's, and so are the locks */
  if (dg_graph_keeps(device, block, got)) dg_cuda_rename(device, got, kind, DG_WORKSPACE);
  else dg_cuda_release(device, block, got, kind);
}

void dg_cuda_release(int device, void *block, int64_t got, dg_kind kind)
{
  int64_t rounded;
  int c = dg_size_class(got, &rounded);
  pool *p = &pools[device];
  pthread_mutex_lock(&p->lock);
  p->bytes[kind] -= got;
  if (p->count[c] == p->room[c]) {
    int64_t more = DG_MAX(2 * p->room[c], 16);
    void **grown = dg_table_grow(p->free[c], more * (int64_t)sizeof *grown);
    if (grown) p->free[c] = grown, p->room[c] = more;
    else dg_error_clear();
  }
  if (p->count[c] < p->room[c]) {
    p->free[c][p->count[c]++] = block;
    p->bytes[DG_CACHE] += got;
  } else { /* no room even to note it */
    const dg_cuda_device *d = dg_cuda_enter(device);
    if (d && dg_driver->stream_wait(d->stream) == 0)
      dg_driver->mem_free((dg_cuda_ptr)(uintptr_t)block);
  }
  pthread_mutex_unlock(&p->lock);
}

void dg_cuda_rename(int device, int64_t got, dg_kind from, dg_kind to)
{
  pool *p = &pools[device];
  if (dg_cuda_is_forked()) return;
  pthread_mutex_lock(&p->lock);
  p->bytes[from] -= got;
  p->bytes[to] += got;
  pthread_mutex_unlock(&p->lock);
}

int64_t dg_cuda_bytes(int device, dg_kind kind)
{
  pool *p = &pools[device];
  pthread_mutex_lock(&p->lock);
  int64_t bytes = p->bytes[kind];
  pthread_mutex_unlock(&p->lock);
  return bytes;
}

void dg_cuda_limit(int device, int64_t bytes)
{
  pthread_mutex_lock(&pools[device].lock);
  pools[device].limit = bytes == INT64_MAX ? 0 : bytes;
  pthread_mutex_unlock(&pools[device].lock);
}

int dg_cuda_trim(int device)
{
  if (dg_cuda_wait(device) < 0) return -1;
  pthread_mutex_lock(&pools[device].lock);
  give_back(&pools[device]);
  pthread_mutex_unlock(&pools[device].lock);
  return 0;
}

/* -- To and from the host ------------------------------------------------------------------------ */

/* Chunks of pinned memory, used in turn: the driver reads them while the host goes on. */
static struct {
  pthread_mutex_t lock;
  struct {
    char *memory;
    void *busy; /* the event behind its last upload */
    int device; /* whose event that is */
  } chunk[CHUNKS];
  int next;
} staging = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Makes the next chunk ready for the device; -1 with an error set. */
static int next_chunk(int device)
{
  int i = staging.next, status = 0;
  if (staging.chunk[i].busy && staging.chunk[i].device != device) {
    dg_driver->event_wait(staging.chunk[i].busy);
    dg_driver->event_free(staging.chunk[i].busy);
    staging.chunk[i].busy = NULL;
  }
  if (!staging.chunk[i].memory) {
    void *memory = NULL;
    status = dg_driver->host_alloc(&memory, CHUNK);
    if (status == 0) staging.chunk[i].memory = memory;
  }
  if (status == 0 && staging.chunk[i].busy) status = dg_driver->event_wait(staging.chunk[i].busy);
  else if (status == 0) status = dg_driver->event_new(&staging.chunk[i].busy, 2 /* no timing */);
  staging.chunk[i].device = device;
  staging.next = (i + 1) % CHUNKS;
  return status == 0 ? i : dg_cuda_fail("upload", status);
}

static int upload_chunk(const dg_cuda_device *d, int device, char *to, const char *from,
                        int64_t bytes)
{
  int i = next_chunk(device);
  if (i < 0) return -1;
  memcpy(staging.chunk[i].memory, from, (size_t)bytes);
  int status = dg_driver->upload((dg_cuda_ptr)(uintptr_t)to, staging.chunk[i].memory, (size_t)bytes,
                                 d->stream);
  if (status == 0) status = dg_driver->event_record(staging.chunk[i].busy, d->stream);
  return status == 0 ? 0 : dg_cuda_fail("upload", status);
}

int dg_cuda_upload(int device, void *to, const void *from, int64_t bytes)
{
  const dg_cuda_device *d = dg_cuda_enter(device);
  if (!d || dg_cuda_unless_recording("a value comes from the host") < 0) return -1;
  int status = 0;
  pthread_mutex_lock(&staging.lock);
  for (int64_t at = 0; at < bytes && status == 0; at += CHUNK)
    status = upload_chunk(d, device, (char *)to + at, (const char *)from + at,
                          DG_MIN(CHUNK, bytes - at));
  pthread_mutex_unlock(&staging.lock);
  return status;
}

int dg_cuda_download(int device, void *to, const void *from, int64_t bytes)
{
  const dg_cuda_device *d = dg_cuda_enter(device);
  if (!d || dg_cuda_unless_recording("a value is read") < 0) return -1;
  int status = dg_driver->download(to, (dg_cuda_ptr)(uintptr_t)from, (size_t)bytes, d->stream);
  if (status == 0) status = dg_driver->stream_wait(d->stream);
  return status == 0 ? dg_graph_reports(device) : dg_cuda_fail("download", status);
}
