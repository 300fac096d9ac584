/* recurrent.c -- cells of recurrent networks: one step for all units, and its gradients. */
#include "device/cpu/cpu.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"
#include "device/tgvmath.h"

/* Units come in runs along the last axis, PIECE of them at a time; GRAIN: units worth a thread. */
enum { PIECE = 64, OPERANDS = 13, GRAIN = 1024 };

/* One run; `at` and `step` (in elements) for each operand. */
typedef void cell_run(int64_t n, void *const *at, const int64_t *step);

typedef struct cells {
  int64_t n, runs; /* units of a run */
  int axes;        /* those before the last one */
  int64_t shape[DG_MAX_NDIM];
  int64_t step[OPERANDS];                /* of each operand, in elements, along a run */
  int64_t stride[OPERANDS][DG_MAX_NDIM]; /* in bytes */
  void *data[OPERANDS];
  int operands;
  cell_run *run;
} cells;

#define PART "device/cpu/recurrent.inc"
#include "device/cpu/reals.h"

#if DG_HAS_X86
#define LOOPS_OF(kind, real)                                                                       \
  {                                                                                                \
    kind##_base_##real, kind##_avx2_##real, kind##_avx512_##real                                   \
  }
#else
#define LOOPS_OF(kind, real)                                                                       \
  {                                                                                                \
    kind##_base_##real, kind##_base_##real, kind##_base_##real                                     \
  }
#endif
#define CELL(kind)                                                                                 \
  static cell_run *const kind##_loops[2][DG_ISA_COUNT] = {                                         \
    [DG_F32] = LOOPS_OF(kind, f32), [DG_F64] = LOOPS_OF(kind, f64)                                 \
  };

CELL(lstm)
CELL(lstm_grad)
CELL(gru)
CELL(gru_grad)

static void some_runs(void *context, int64_t from, int64_t to)
{
  const cells *w = context;
  for (int64_t r = from; r < to; r++) {
    void *at[OPERANDS];
    for (int k = 0; k < w->operands; k++) {
      int64_t rest = r, offset = 0;
      for (int axis = w->axes - 1; axis > 0; axis--) {
        offset += rest % w->shape[axis] * w->stride[k][axis];
        rest /= w->shape[axis];
      }
      if (w->axes > 0) offset += rest * w->stride[k][0];
      at[k] = (char *)w->data[k] + offset;
    }
    w->run(w->n, at, w->step);
  }
}

static int run_cells(cell_run *const (*loops)[DG_ISA_COUNT], int inputs, const dg_view *const *x,
                     int outputs, const dg_view *const *y)
{
  const dg_view *like = y[0];
  cells w = { .operands = inputs + outputs, .axes = like->ndim - 1 };
  if (like->size == 0) return 0;
  w.n = like->shape[w.axes];
  w.runs = like->size / w.n;
  w.run = loops[like->dtype][dg_cpu_isa()];
  for (int i = 0; i < w.axes; i++) w.shape[i] = like->shape[i];
  for (int k = 0; k < w.operands; k++) {
    const dg_view *v = k < inputs ? x[k] : y[k - inputs];
    w.data[k] = v->data;
    w.step[k] = v->stride[w.axes];
    for (int i = 0; i < w.axes; i++) w.stride[k][i] = v->stride[i] * dg_item_bytes[v->dtype];
  }
  dg_parallel(w.runs, GRAIN / w.n + 1, some_runs, &w);
  return 0;
}

int dg_cpu_lstm(const dg_view *const *x, const dg_view *const *y)
{
  return run_cells(lstm_loops, 5, x, 2, y);
}

int dg_cpu_lstm_grad(const dg_view *const *x, const dg_view *const *y)
{
  return run_cells(lstm_grad_loops, 7, x, 5, y);
}

int dg_cpu_gru(const dg_view *const *x, const dg_view *const *y)
{
  return run_cells(gru_loops, 7, x, 1, y);
}

int dg_cpu_gru_grad(const dg_view *const *x, const dg_view *const *y)
{
  return run_cells(gru_grad_loops, 8, x, 5, y);
}
