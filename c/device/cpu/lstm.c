/* lstm.c -- an LSTM over whole sequences.
 *
 * The weights of the states are packed once for all steps. A thread takes some sequences from the
 * first step to the last, so that none waits for another. */
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"
#include "device/tgvmath.h"

/* GATES: of a unit: a, i, f, o. NEAR_K: rows of a packed strip
 * that stay in the first cache. SOME: sequences that belong together. WORK: multiplications worth a
 * thread. WIDEST: columns of a strip, at most. */
enum { GATES = 4, NEAR_K = 256, SOME = 8, WORK = 1 << 20, WIDEST = 32 };

/* A walk over all steps. Back: x is the gradient of y, and h, c, y are those of h, c, x. */
typedef struct walk {
  const dg_packing *steps;
  bool back;
  int64_t rows, batch, units;
  const void *x;
  void *kept, *h, *c, *y;
  void *packed, *room; /* weights; forward: products of one step */
} walk;

#define PART "device/cpu/lstm.inc"
#include "device/cpu/reals.h"

static int run(walk *w, const dg_view *x, const dg_view *weights)
{
  const int64_t size = dg_item_bytes[x->dtype], n = w->units;
  const int64_t packed = GATES * n * (n + WIDEST);
  const int64_t room = w->back ? 0 : w->batch * GATES * n;
  dg_dense d[2] = { { NULL } };
  int64_t got;
  w->packed = dg_block_alloc((packed + room) * size, DG_WORKSPACE, &got);
  if (!w->packed) return -1;
  w->room = (char *)w->packed + packed * size;
  int status = dg_dense_read(&d[0], x);
  if (status == 0) status = dg_dense_read(&d[1], weights);
  w->x = d[0].data;
  if (status == 0 && x->dtype == DG_F32) run_f32(w, d[1].data);
  else if (status == 0) run_f64(w, d[1].data);
  for (int i = 0; i < 2; i++) dg_dense_free(&d[i]);
  dg_block_free(w->packed, got, DG_WORKSPACE);
  return status;
}

int dg_cpu_lstm_steps(const dg_packing *s, const dg_view *const *x, const dg_view *const *y)
{
  walk w = { .steps = s, .rows = x[0]->shape[0], .batch = y[1]->shape[0], .units = y[1]->shape[1] };
  w.y = y[0]->data, w.h = y[1]->data, w.c = y[2]->data, w.kept = y[3]->data;
  if (dg_cpu_copy(x[1], y[1]) < 0 || dg_cpu_copy(x[2], y[2]) < 0) return -1;
  return w.rows == 0 || w.units == 0 ? 0 : run(&w, x[0], x[3]);
}

int dg_cpu_lstm_steps_grad(const dg_packing *s, const dg_view *const *x, const dg_view *const *y)
{
  walk w = { .steps = s, .back = true, .rows = x[0]->shape[0] };
  w.batch = y[1]->shape[0], w.units = y[1]->shape[1];
  w.y = y[0]->data, w.h = y[1]->data, w.c = y[2]->data, w.kept = x[4]->data;
  if (dg_cpu_copy(x[1], y[1]) < 0 || dg_cpu_copy(x[2], y[2]) < 0) return -1;
  return w.rows == 0 || w.units == 0 ? 0 : run(&w, x[0], x[3]);
}
