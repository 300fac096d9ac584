/* random.c -- arrays of random numbers that depend on seed and offset only: the bits of the CPU. */
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cuda/graph.h"

#include <math.h>

#define ALL(name)                                                                                  \
  {                                                                                                \
    [DG_F32] = { "random", name "_f32" }, [DG_F64] = { "random", name "_f64" },                    \
    [DG_I32] = { "random", name "_i32" }, [DG_I64] = { "random", name "_i64" },                    \
    [DG_U8] = { "random", name "_u8" }, [DG_BOOL] = {                                              \
      "random",                                                                                    \
      name "_u8"                                                                                   \
    }                                                                                              \
  }

static dg_kernel kernels[][DG_NDTYPES] = {
  [DG_UNIFORM] = { [DG_F32] = { "random", "uniform_f32" }, [DG_F64] = { "random", "uniform_f64" } },
  [DG_NORMAL] = { [DG_F32] = { "random", "normal_f32" }, [DG_F64] = { "random", "normal_f64" } },
  [DG_RANDINT] = ALL("randint"),
  [DG_BERNOULLI] = ALL("bernoulli"),
};

/* Each number depends on those before it: made on the host. */
static int permutation(const dg_view *y, uint64_t seed, uint64_t offset, double a)
{
  dg_view made = *y;
  int64_t got, bytes = y->size * dg_item_bytes[y->dtype];
  made.device = 0;
  made.data = dg_block_alloc(bytes, DG_WORKSPACE, &got);
  if (!made.data) return -1;
  int status = dg_cpu_random(DG_PERMUTATION, &made, seed, offset, a, 0);
  if (status == 0) status = dg_cuda_upload(y->device, y->data, made.data, bytes);
  dg_block_free(made.data, got, DG_WORKSPACE);
  return status;
}

/* What stands for a and b in the kernels; see random.cu. */
static void set_numbers(dg_distribution kind, int dtype, double a, double b, double p[3])
{
  p[0] = a;
  p[1] = b;
  p[2] = 0;
  if (kind == DG_UNIFORM)
    p[2] = dtype == DG_F32 ? (double)nextafterf((float)b, (float)a) : nextafter(b, a);
  if (kind == DG_BERNOULLI) {
    double chance = a > 0 ? DG_MIN(a, 1) : 0;
    p[0] = floor(chance * 0x1p32 + 0.5) - 1;
    if (!dg_is_float(dtype)) p[1] = 1;
  }
}

int dg_cuda_random(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                   double b)
{
  if (y->size == 0) return 0;
  if (kind == DG_PERMUTATION) return permutation(y, seed, offset, a);
  int64_t n = y->size, low = (int64_t)a, high = (int64_t)b;
  bool two = kind == DG_RANDINT || (kind != DG_BERNOULLI && y->dtype == DG_F64);
  int64_t blocks = dg_blocks(n, two ? 2 : 4); /* whose threads make 2 or 4 numbers each */
  double p[3];
  void *to = y->data;
  const uint64_t *live = dg_graph_random(&offset);
  dg_kernel *k = dg_kernel_for(kernels[kind], y->dtype);
  if (kind == DG_RANDINT)
    return DG_LAUNCH(k, y->device, blocks, DG_CUDA_THREADS, 0, &n, &to, &seed, &offset, &live, &low,
                     &high);
  set_numbers(kind, y->dtype, a, b, p);
  return DG_LAUNCH(k, y->device, blocks, DG_CUDA_THREADS, 0, &n, &to, &seed, &offset, &live, p);
}
