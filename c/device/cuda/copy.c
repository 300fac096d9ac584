/* copy.c -- adds arrays to others in place, and looks for zeros (copies and fills are in map.c). */
#include "device/cpu/loop.h"
#include "device/cuda/scratch.h"

enum { EACH = 4 }; /* of copy.cu */

static dg_kernel add_flat[DG_NDTYPES] = {
  [DG_F32] = { "copy", "add_flat_f32" }, [DG_F64] = { "copy", "add_flat_f64" }
};
static dg_kernel add[DG_NDTYPES] = {
  [DG_F32] = { "copy", "add_f32" }, [DG_F64] = { "copy", "add_f64" }
};
static dg_kernel zero[DG_NDTYPES] = { [DG_I32] = { "copy", "zero_i32" },
                                      [DG_I64] = { "copy", "zero_i64" },
                                      [DG_U8] = { "copy", "zero_u8" },
                                      [DG_BOOL] = { "copy", "zero_u8" } };

int dg_cuda_accumulate(const dg_view *from, const dg_view *to)
{
  int64_t n = to->size;
  if (n == 0) return 0;
  if (from->contiguous && to->contiguous && from->size == n) {
    void *x = from->data, *y = to->data;
    return DG_LAUNCH(dg_kernel_for(add_flat, to->dtype), to->device, dg_blocks(n, EACH),
                     DG_CUDA_THREADS, 0, &n, &y, &x);
  }
  dg_loop loop;
  dg_loop_init(&loop, 2, (const dg_view *const[]){ to, from });
  return DG_LAUNCH(dg_kernel_for(add, to->dtype), to->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, &loop);
}

int dg_cuda_has_zero(const dg_view *x)
{
  if (x->size == 0) return 0;
  int64_t n = x->size;
  int found = 0;
  dg_scratch flag;
  if (dg_scratch_take(&flag, x->device, sizeof found) < 0) return -1;
  int status = dg_scratch_set(&flag, 0, sizeof found);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(zero, x->dtype), x->device, dg_blocks(n, 1), DG_CUDA_THREADS,
                       0, &n, (void *)(uintptr_t)x, &flag.data);
  if (status == 0) status = dg_cuda_download(x->device, &found, flag.data, sizeof found);
  dg_scratch_free(&flag);
  return status == 0 ? found : -1;
}
