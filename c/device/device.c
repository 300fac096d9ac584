/* device.c -- what the library computes with: threads, vector instructions, devices. */
#include "device/device.h"

#include "device/cpu/blas.h"
#include "device/cpu/cpu.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"
#include "device/cuda/blas.h"
#include "device/cuda/cuda.h"

/* -- The host ------------------------------------------------------------------------------------ */

/* Sets how many threads big operations may use, this one included; they start at the first that
 * wants them. Until it is set: DGRAPH_NUM_THREADS, or 1. */
DG_API int dg_set_num_threads(int threads)
{
  if (threads < 1 || threads > DG_MAX_THREADS)
    return dg_fail(DG_EARGUMENT, "set_num_threads: wanted 1 to %d threads, got %d", DG_MAX_THREADS,
                   threads);
  dg_pool_set_threads(threads);
  return 0;
}

/* How many threads big operations may use. */
DG_API int dg_num_threads(void) { return dg_pool_threads(); }

/* The vector instructions in use: "base", "avx2" or "avx512". DGRAPH_ISA chooses lower ones. */
DG_API const char *dg_isa_name(void) { return dg_cpu_isa_name(); }

/* What multiplies large matrices: "openblas SkylakeX", or "built-in (why there is no OpenBLAS)".
 * Opens OpenBLAS if nothing has yet. */
DG_API const char *dg_matmul_name(void) { return dg_blas_name(); }

/* -- Devices: 0 is the host, 1 is cuda:0 and so on ------------------------------------------------ */

static DG_THREAD_LOCAL int now;

int dg_device_now(void) { return now; }

/* How many CUDA devices there are; opens the driver if nothing has yet. 0 is no error:
 * dg_device_reason tells why. */
DG_API int dg_device_count(void) { return dg_cuda_count(); }

/* Why there is no CUDA device, in words; "" when there is one. */
DG_API const char *dg_device_reason(void) { return dg_cuda_reason(); }

/* Fails unless there is such a device and it can be used. */
static int check_device(const char *who, int device)
{
  if (device == 0) return 0;
  if (device < 0) return dg_fail(DG_EARGUMENT, "%s: there is no device %d", who, device);
  if (dg_cuda_enter(device)) return 0;
  dg_fail_prefix("%s: ", who);
  return -1;
}

/* Has this thread make new tensors on a device from now on (0: the host). Returns where it made them
 * before; -1 with an error when the device is not to be had. */
DG_API int dg_device_set(int device)
{
  int before = now;
  if (device != now && check_device("device", device) < 0) return -1;
  now = device;
  return before;
}

/* What a device is: "NVIDIA H100 80GB HBM3, compute capability 9.0"; NULL with an error. */
DG_API const char *dg_device_text(int device)
{
  if (check_device("device", device) < 0) return NULL;
  return device == 0 ? "cpu" : dg_cuda_enter(device)->text;
}

/* Waits until a device has done all that was asked of it; the host always has. */
DG_API int dg_device_wait(int device)
{
  if (check_device("wait", device) < 0) return -1;
  return device == 0 ? 0 : dg_cuda_wait(device);
}

/* Waits like dg_device_wait and tells the time by a card's own clock, in seconds since it was first
 * asked: the difference of two is what the work between them took. NaN with an error. */
DG_API double dg_device_time(int device)
{
  if (device == 0) dg_fail(DG_EARGUMENT, "time: the host has a clock of its own");
  else if (check_device("time", device) == 0) return dg_cuda_time(device);
  return __builtin_nan("");
}

/* Bytes of one kind (dg_kind) on a device, as dg_memory_bytes tells of the host; -1 with an error. */
DG_API double dg_device_bytes(int device, int kind)
{
  if (kind < 0 || kind >= DG_NKINDS)
    return dg_fail(DG_EARGUMENT, "memory: there is no kind %d", kind);
  if (check_device("memory", device) < 0) return -1;
  return device == 0 ? dg_memory_bytes(kind) : (double)dg_cuda_bytes(device, (dg_kind)kind);
}

/* Refuses allocations on a device that would bring its live bytes over `bytes`; 0 or less: no limit.
 * The host has dg_memory_limit. */
DG_API int dg_device_limit(int device, double bytes)
{
  if (device == 0) return dg_fail(DG_EARGUMENT, "memory: the limit of the host is memory_limit");
  if (check_device("memory", device) < 0) return -1;
  dg_cuda_limit(device, bytes > 0 && bytes < 9e18 ? (int64_t)bytes : INT64_MAX);
  return 0;
}

/* Gives a device's free blocks back to the system. */
DG_API int dg_device_trim(int device)
{
  if (check_device("trim", device) < 0) return -1;
  if (device > 0) return dg_cuda_trim(device);
  dg_memory_trim();
  return 0;
}

/* Whether products of float32 on devices may be computed in TF32 (factors with 10 bits of fraction,
 * sums in float32) from now on, on all threads: at first they are not. Returns 1 where they were, or 0. */
DG_API int dg_device_allow_tf32(int on) { return dg_cuda_allow_tf32(on); }

/* Compiles the text of one of the CUDA kernel files ("reduce" ...) for a compute capability (90 is
 * 9.0) into the cache on disk, unless it is there. Needs NVRTC but no device. The bytes of its machine
 * code; -1 with an error. */
DG_API double dg_device_compile(const char *unit, int arch)
{
  if (!unit) return dg_fail(DG_EARGUMENT, "compile: the unit is missing (NULL)");
  return (double)dg_cuda_try_unit(unit, arch);
}

/* The names of the CUDA kernel files, by number from 0; NULL with an error after the last. */
DG_API const char *dg_device_unit(int i)
{
  const char *unit = dg_cuda_unit(i);
  if (!unit) dg_fail(DG_EARGUMENT, "unit: there is no kernel file %d", i);
  return unit;
}

/* -- Recorded steps ------------------------------------------------------------------------------- */

dg_graph *dg_graph_begin(int device, uint64_t offset)
{
  return dg_cuda_graph_begin(device, offset);
}

int dg_graph_end(dg_graph *g) { return dg_cuda_graph_end(g); }
void dg_graph_free(dg_graph *g) { dg_cuda_graph_free(g); }
int dg_graph_updates(const dg_graph *g) { return dg_cuda_graph_updates(g); }
int dg_graph_number(dg_graph *g, int from) { return dg_cuda_graph_number(g, from); }
int dg_graph_numbered(dg_graph *g) { return dg_cuda_graph_numbered(g); }
int dg_graph_replay(dg_graph *g, uint64_t seed, uint64_t offset)
{
  return dg_cuda_graph_replay(g, seed, offset);
}
bool dg_graph_is_recording(void) { return dg_recording != NULL; }
bool dg_graph_is_stale(const dg_graph *g) { return dg_cuda_graph_is_stale(g); }
void dg_graph_note(const dg_view *v)
{
  if (v->device) dg_cuda_graph_note(v);
}

/* -- Between them --------------------------------------------------------------------------------- */

int dg_transfer(const dg_view *from, const dg_view *to)
{
  if (DG_LIKELY(from->device == to->device)) return dg_backend_of(to)->copy(from, to);
  return to->size == 0 ? 0 : dg_cuda_transfer(from, to);
}

void *dg_device_alloc(int device, int64_t bytes, dg_kind kind, int64_t *got)
{
  return dg_cuda_alloc(device, bytes, kind, got);
}

void dg_device_free(int device, void *block, int64_t got, dg_kind kind)
{
  dg_cuda_free(device, block, got, kind);
}

void dg_device_rename(int device, int64_t got, dg_kind from, dg_kind to)
{
  dg_cuda_rename(device, got, from, to);
}

int dg_map_far(const dg_map *m, const dg_view *like, void *y, const void *const *x,
               const double *parameters)
{
  int done = dg_cuda_map_alike(m, like, y, x, parameters);
  if (DG_LIKELY(done <= 0)) return done;
  dg_view result = *like, input[DG_MAP_INPUTS];
  const dg_view *in[DG_MAP_INPUTS];
  result.data = y;
  if (m->makes_bool) result.dtype = DG_BOOL;
  for (int i = 0; i < m->inputs; i++) {
    input[i] = *like;
    input[i].data = (void *)(uintptr_t)x[i];
    in[i] = &input[i];
  }
  return dg_backend_of(like)->map(m, in, &result, parameters);
}
