/* pooling.c -- maxima and means of windows, and choices by the places that maxima had. */
#include "device/cuda/index.h"
#include "device/cuda/scratch.h"
#include "device/cuda/windows.h"

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "pooling", name "_f32" }, [DG_F64] = { "pooling", name "_f64" },                  \
    [DG_F16] = { "pooling", name "_f16" }, [DG_BF16] = {                                           \
      "pooling",                                                                                   \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

/* With numbers of 32 bits, and of 64. */
static dg_kernel maxima[2][DG_NDTYPES] = { FLOATS("pool_max"), FLOATS("pool_max_far") };
static dg_kernel maxima_back[2][DG_NDTYPES] = { FLOATS("pool_max_back"),
                                                FLOATS("pool_max_back_far") };
static dg_kernel means[2][DG_NDTYPES] = { FLOATS("pool_mean"), FLOATS("pool_mean_far") };
static dg_kernel means_back[2][DG_NDTYPES] = { FLOATS("pool_mean_back"),
                                               FLOATS("pool_mean_back_far") };
static dg_kernel picks[DG_NDTYPES] = FLOATS("pick");
static dg_kernel places_in_all = { "pooling", "places_in_all" };

#define ARGUMENT(x) (void *)(uintptr_t)(x)

int dg_cuda_pool_max(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *index)
{
  int64_t n = y->size;
  dg_windows w = dg_windows_of(s, x, n);
  return DG_LAUNCH(dg_kernel_for(maxima[w.far], x->dtype), y->device, dg_blocks(n, 1),
                   DG_CUDA_THREADS, 0, &n, &w, ARGUMENT(&y->data), ARGUMENT(&index->data));
}

int dg_cuda_pool_mean(dg_pooling_kind kind, const dg_sweep *s, const dg_view *x, const dg_view *y)
{
  int64_t n = y->size;
  int how = kind;
  dg_windows w = dg_windows_of(s, x, n);
  return DG_LAUNCH(dg_kernel_for(means[w.far], x->dtype), y->device, dg_blocks(n, 1),
                   DG_CUDA_THREADS, 0, &n, &w, &how, ARGUMENT(&y->data));
}

int dg_cuda_pool_mean_back(dg_pooling_kind kind, const dg_sweep *s, const dg_view *y,
                           const dg_view *x)
{
  int64_t n = x->size;
  int how = kind;
  dg_windows w = dg_windows_of(s, y, n);
  return DG_LAUNCH(dg_kernel_for(means_back[w.far], x->dtype), x->device, dg_blocks(n, 1),
                   DG_CUDA_THREADS, 0, &n, &w, &how, ARGUMENT(&x->data));
}

/* The elements of what is behind the first two axes. */
static int64_t plane_of(const dg_view *v)
{
  int64_t n = 1;
  for (int i = 2; i < v->ndim; i++) n *= v->shape[i];
  return n;
}

int dg_cuda_pick(const dg_view *x, const dg_view *index, const dg_view *y)
{
  int64_t n = y->size, places = plane_of(y), plane = plane_of(x);
  return DG_LAUNCH(dg_kernel_for(picks, x->dtype), y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, ARGUMENT(x), ARGUMENT(&index->data), &places, &plane, ARGUMENT(&y->data));
}

/* Elements of x look for themselves in the windows that they are in. */
static int look_for(const dg_sweep *s, const dg_view *y, const dg_view *index, const dg_view *x)
{
  int64_t n = x->size;
  dg_windows w = dg_windows_of(s, y, n);
  return DG_LAUNCH(dg_kernel_for(maxima_back[w.far], x->dtype), x->device, dg_blocks(n, 1),
                   DG_CUDA_THREADS, 0, &n, &w, ARGUMENT(&index->data), ARGUMENT(&x->data));
}

int dg_cuda_pick_back(const dg_sweep *s, const dg_view *y, const dg_view *index, const dg_view *x)
{
  if (s) return look_for(s, y, index, x);
  if (dg_cuda_fill(x, 0) < 0) return -1;
  int64_t n = y->size, places = plane_of(y), plane = plane_of(x);
  if (n == 0 || x->size == 0) return 0;
  dg_scratch all;
  if (dg_scratch_take(&all, y->device, n * 8) < 0) return -1;
  dg_cuda_entries a = { .index = all.data, .outer = 1, .places = x->size, .count = n, .inner = 1 };
  int status = DG_LAUNCH(&places_in_all, y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0, &n,
                         ARGUMENT(&index->data), &places, &plane, &all.data);
  if (status == 0) status = dg_cuda_add_in_order(&a, y, x);
  dg_scratch_free(&all);
  return status;
}
