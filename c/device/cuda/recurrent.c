/* recurrent.c -- cells of recurrent networks, and LSTMs over sequences: a product and a kernel for each
 * step. */
#include "device/cuda/blas.h"
#include "device/cuda/scratch.h"

enum { OPERANDS = 8, RESULTS = 5, GATES = 4, LANES_ON = 8, LANES_BACK = 16 }; /* of recurrent.cu */

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
static dg_kernel steps_on[DG_NDTYPES] = FLOATS("step_on");
static dg_kernel steps_back[DG_NDTYPES] = FLOATS("step_back");
static dg_kernel alls_on[DG_NDTYPES] = {
  [DG_F32] = { "recurrent", "all_on_f32" }, [DG_F64] = { "recurrent", "all_on_f64" }
};
static dg_kernel alls_back[DG_NDTYPES] = {
  [DG_F32] = { "recurrent", "all_back_f32" }, [DG_F64] = { "recurrent", "all_back_f64" }
};

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

/* -- LSTMs over sequences ------------------------------------------------------------------------- */

#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* A matrix that goes from step to step and begins as `first`: `last`, where it is to end up, or beside
 * floats of 16 bits float32 in workspace. */
static int start_state(dg_scratch *s, const dg_view *first, const dg_view *last, dg_view *state)
{
  *state = *last;
  s->data = NULL;
  if (dg_is_half(last->dtype)) {
    if (dg_scratch_take(s, last->device, last->size * dg_item_bytes[DG_F32]) < 0) return -1;
    state->dtype = DG_F32;
    state->data = s->data;
  }
  return dg_cuda_copy(first, state);
}

static int end_state(dg_scratch *s, const dg_view *state, const dg_view *last, int status)
{
  if (status == 0 && s->data) status = dg_cuda_copy(state, last);
  dg_scratch_free(s);
  return status;
}

static dg_view turned(const dg_view *w)
{
  dg_view t = *w;
  t.shape[0] = w->shape[1], t.stride[0] = w->stride[1];
  t.shape[1] = w->shape[0], t.stride[1] = w->stride[0];
  dg_view_finish(&t);
  return t;
}

/* Whether one kernel makes each step, with the products: those are so small that most of the time of
 * one by cuBLAS would be that of beginning, and what is read can be read 16 bytes at a time. */
static bool is_small(const dg_view *h, const dg_view *w)
{
  const int64_t most = 1 << 20, each = 16 / dg_item_bytes[h->dtype], units = h->shape[1];
  return (h->dtype == DG_F32 || h->dtype == DG_F64) && units % each == 0 && w->contiguous &&
         (uintptr_t)w->data % 16 == 0 && (double)h->size * (double)units <= (double)most;
}

/* A view's elements without gaps and where they can be read 16 bytes at a time. */
static int align(dg_scratch *s, const dg_view *v, dg_view *aligned)
{
  dg_view loose = *v;
  loose.contiguous = v->contiguous && (uintptr_t)v->data % 16 == 0;
  return dg_scratch_pack(s, &loose, aligned);
}

static int blocks_of(int64_t rows, int64_t units, int lanes)
{
  return (int)((rows * units * lanes + DG_CUDA_THREADS - 1) / DG_CUDA_THREADS);
}

/* x, h, c, W; y, h, c, what is kept. */
static int go_on_at_once(const dg_packing *s, const dg_view *const *x, const dg_view *const *y)
{
  dg_scratch spare;
  dg_view h0;
  const char *before = y[0]->data;
  int units = (int)y[1]->shape[1], rows_before = 0;
  int status = align(&spare, x[1], &h0);
  for (dg_step at = dg_before_steps(s, x[0]->shape[0], false);
       status == 0 && dg_next_step(s, false, &at);) {
    int rows = (int)at.rows;
    status =
        DG_LAUNCH(dg_kernel_for(alls_on, h0.dtype), h0.device, blocks_of(rows, units, LANES_ON),
                  DG_CUDA_THREADS, 0, &rows, &at.from, &units, ARGUMENT(x[0]), &rows_before,
                  &before, &h0.data, ARGUMENT(&x[3]->data), ARGUMENT(&y[2]->data),
                  ARGUMENT(&y[1]->data), ARGUMENT(&y[0]->data), ARGUMENT(&y[3]->data));
    rows_before = rows;
    before = (const char *)y[0]->data + at.from * units * dg_item_bytes[h0.dtype];
  }
  dg_scratch_free(&spare);
  return status;
}

/* x, h, c, W; y, h, c, what is kept. `products` is a matrix with room for those of one step. */
static int go_on(const dg_packing *s, const dg_view *const *x, const dg_view *const *y,
                 const dg_view *state, const dg_view *products)
{
  int64_t units = y[1]->shape[1];
  dg_view w = turned(x[3]);
  for (dg_step at = dg_before_steps(s, x[0]->shape[0], false); dg_next_step(s, false, &at);) {
    dg_view h = dg_view_part(y[1], 0, 0, at.rows), to = dg_view_part(products, 0, 0, at.rows);
    if (dg_cuda_product(&h, &w, &to, false) < 0) return -1;
    if (DG_LAUNCH(dg_kernel_for(steps_on, x[0]->dtype), h.device, dg_blocks(h.size, 1),
                  DG_CUDA_THREADS, 0, &at.rows, &at.from, &units, ARGUMENT(x[0]), &to.data,
                  ARGUMENT(&state->data), &h.data, ARGUMENT(&y[0]->data),
                  ARGUMENT(&y[3]->data)) < 0)
      return -1;
  }
  return 0;
}

int dg_cuda_lstm_steps(const dg_packing *s, const dg_view *const *x, const dg_view *const *y)
{
  const int64_t shape[2] = { y[1]->shape[0], GATES * y[1]->shape[1] };
  dg_scratch room, spare;
  dg_view state, products;
  if (dg_cuda_copy(x[1], y[1]) < 0) return -1;
  if (is_small(y[1], x[3])) {
    if (dg_cuda_copy(x[2], y[2]) < 0) return -1;
    return y[0]->size > 0 ? go_on_at_once(s, x, y) : 0;
  }
  if (dg_view_set(&products, "lstm", dg_wide_of(x[0]->dtype), 2, shape) < 0) return -1;
  products.device = y[1]->device;
  if (dg_scratch_take(&room, y[1]->device, products.size * dg_item_bytes[products.dtype]) < 0)
    return -1;
  products.data = room.data;
  int status = start_state(&spare, x[2], y[2], &state);
  if (status == 0 && y[0]->size > 0) status = go_on(s, x, y, &state, &products);
  dg_scratch_free(&room);
  return end_state(&spare, &state, y[2], status);
}

/* gy, gh, gc, W, what was kept; gx. */
static int go_back(const dg_packing *s, const dg_view *const *x, const dg_view *gx,
                   const dg_view *gh, const dg_view *gc)
{
  int64_t units = gh->shape[1];
  for (dg_step at = dg_before_steps(s, gx->shape[0], true); dg_next_step(s, true, &at);) {
    dg_view g = dg_view_part(gx, 0, at.from, at.rows), h = dg_view_part(gh, 0, 0, at.rows);
    if (DG_LAUNCH(dg_kernel_for(steps_back, gx->dtype), h.device, dg_blocks(h.size, 1),
                  DG_CUDA_THREADS, 0, &at.rows, &at.from, &units, ARGUMENT(x[0]),
                  ARGUMENT(&x[4]->data), &h.data, ARGUMENT(&gc->data), ARGUMENT(&gx->data)) < 0)
      return -1;
    if (dg_cuda_product(&g, x[3], &h, false) < 0) return -1;
  }
  return 0;
}

/* The same with a kernel for each step, and one for the gradients of the first h. */
static int go_back_at_once(const dg_packing *s, const dg_view *const *x, const dg_view *const *y)
{
  dg_scratch spare;
  dg_view w = turned(x[3]), wt;
  const dg_view *gx = y[0], *gh = y[1], *gc = y[2];
  const char *after = gx->data;
  int units = (int)gh->shape[1], rows_after = 0;
  int status = dg_scratch_pack(&spare, &w, &wt);
  for (dg_step at = dg_before_steps(s, gx->shape[0], true); status == 0;) {
    bool is_step = dg_next_step(s, true, &at);
    int rows = is_step ? (int)at.rows : 0, most = DG_MAX(rows, rows_after);
    status = DG_LAUNCH(dg_kernel_for(alls_back, gx->dtype), gx->device,
                       blocks_of(most, units, LANES_BACK), DG_CUDA_THREADS, 0, &rows, &at.from,
                       &units, ARGUMENT(x[0]), &rows_after, &after, &wt.data, ARGUMENT(&x[4]->data),
                       ARGUMENT(&gh->data), ARGUMENT(&gc->data), ARGUMENT(&gx->data));
    if (!is_step) break;
    rows_after = rows;
    after = (const char *)gx->data + at.from * GATES * units * dg_item_bytes[gx->dtype];
  }
  dg_scratch_free(&spare);
  return status;
}

int dg_cuda_lstm_steps_grad(const dg_packing *s, const dg_view *const *x, const dg_view *const *y)
{
  dg_scratch spare[2] = { { NULL } };
  dg_view gh = *y[1], gc = *y[2];
  if (is_small(y[1], x[3])) {
    if (dg_cuda_copy(x[1], y[1]) < 0 || dg_cuda_copy(x[2], y[2]) < 0) return -1;
    return y[0]->size > 0 ? go_back_at_once(s, x, y) : 0;
  }
  int status = start_state(&spare[0], x[1], y[1], &gh);
  if (status == 0) status = start_state(&spare[1], x[2], y[2], &gc);
  if (status == 0 && y[0]->size > 0) status = go_back(s, x, y[0], &gh, &gc);
  status = end_state(&spare[0], &gh, y[1], status);
  return end_state(&spare[1], &gc, y[2], status);
}
