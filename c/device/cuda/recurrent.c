/* recurrent.c -- cells of recurrent networks. */
#include "device/cuda/cuda.h"

enum { OPERANDS = 8, RESULTS = 5 }; /* of recurrent.cu */

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "recurrent", name "_f32" }, [DG_F64] = { "recurrent", name "_f64" },              \
    [DG_F16] = { "recurrent", name "_f16" }, [DG_BF16] = {                                         \
      "recurrent",                                                                                 \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

static dg_kernel lstm[DG_NDTYPES] = FLOATS("lstm");
static dg_kernel lstm_grad[DG_NDTYPES] = FLOATS("lstm_grad");
static dg_kernel gru[DG_NDTYPES] = FLOATS("gru");
static dg_kernel gru_grad[DG_NDTYPES] = FLOATS("gru_grad");

static int run(dg_kernel *kernels, int operands, const dg_view *const *x, int results,
               const dg_view *const *y)
{
  dg_view from[OPERANDS] = { { NULL } }, to[RESULTS] = { { NULL } };
  for (int i = 0; i < operands; i++) from[i] = *x[i];
  for (int i = 0; i < results; i++) to[i] = *y[i];
  return DG_LAUNCH(dg_kernel_for(kernels, to[0].dtype), to[0].device, dg_blocks(to[0].size, 1),
                   DG_CUDA_THREADS, 0, from, to);
}

int dg_cuda_lstm(const dg_view *const *x, const dg_view *const *y) { return run(lstm, 5, x, 2, y); }

int dg_cuda_lstm_grad(const dg_view *const *x, const dg_view *const *y)
{
  return run(lstm_grad, 7, x, 5, y);
}

int dg_cuda_gru(const dg_view *const *x, const dg_view *const *y) { return run(gru, 7, x, 1, y); }

int dg_cuda_gru_grad(const dg_view *const *x, const dg_view *const *y)
{
  return run(gru_grad, 8, x, 5, y);
}
