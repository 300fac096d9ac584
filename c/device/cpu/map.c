/* map.c -- applies elementwise formulas to arrays of any strides. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

enum { GRAIN = 32 << 10 }; /* elements a thread must have to be worth waking */

typedef struct map_work {
  dg_map_loop *kernel, *rework;
  const double *parameters;
  const dg_loop *loop; /* NULL: everything is one run */
  char *y;
  const char *x[DG_MAP_INPUTS];
  int64_t step[DG_MAP_INPUTS]; /* elements, along a run */
  int64_t bytes[DG_MAP_INPUTS];
  int64_t y_bytes;
  int inputs;
} map_work;

static void one_run(void *context, int64_t from, int64_t to)
{
  const map_work *w = context;
  const void *x[DG_MAP_INPUTS];
  for (int i = 0; i < w->inputs; i++) x[i] = w->x[i] + from * w->step[i] * w->bytes[i];
  char *y = w->y + from * w->y_bytes;
  w->kernel(to - from, y, x, w->step, w->parameters);
  if (DG_UNLIKELY(w->rework != NULL)) w->rework(to - from, y, x, w->step, w->parameters);
}

static void many_runs(void *context, int64_t from, int64_t to)
{
  const map_work *w = context;
  char *at[DG_LOOP_OPERANDS];
  int64_t run = w->loop->shape[w->loop->ndim - 1];
  for (int64_t r = from; r < to; r++) {
    dg_loop_at(w->loop, r, at);
    const void *const *x = (const void *const *)(at + 1);
    w->kernel(run, at[0], x, w->step, w->parameters);
    if (DG_UNLIKELY(w->rework != NULL)) w->rework(run, at[0], x, w->step, w->parameters);
  }
}

/* A step for each input when the whole array is a single run: contiguous inputs and single
 * elements. */
static bool is_one_run(map_work *w, const dg_view *const *x, const dg_view *y)
{
  for (int i = 0; i < w->inputs; i++) {
    if (x[i]->size == 1) w->step[i] = 0;
    else if (x[i]->contiguous && x[i]->size == y->size) w->step[i] = 1;
    else return false;
  }
  return true;
}

int dg_cpu_map(const dg_map *m, const dg_view *const *x, const dg_view *y, const double *par)
{
  if (y->size == 0) return 0;
  map_work w; /* where there are few elements, filling it with zeros is as long as the rest */
  w.kernel = m->loop[x[0]->dtype][dg_cpu_isa()];
  w.rework = m->rework[x[0]->dtype];
  w.loop = NULL;
  w.parameters = par;
  w.y = y->data;
  w.y_bytes = dg_item_bytes[y->dtype];
  w.inputs = m->inputs;
  for (int i = 0; i < m->inputs; i++) {
    w.x[i] = x[i]->data;
    w.bytes[i] = dg_item_bytes[x[i]->dtype];
  }
  if (is_one_run(&w, x, y)) {
    if (y->size == 1) w.step[0] = 1; /* the vector loops come first */
    if (DG_LIKELY(y->size < GRAIN)) one_run(&w, 0, y->size);
    else dg_parallel_many(y->size, GRAIN, one_run, &w);
    return 0;
  }
  const dg_view *all[DG_LOOP_OPERANDS] = { y };
  for (int i = 0; i < m->inputs; i++) all[i + 1] = x[i];
  dg_loop loop;
  dg_loop_init(&loop, m->inputs + 1, all);
  int64_t run = loop.shape[loop.ndim - 1];
  for (int i = 0; i < m->inputs; i++) w.step[i] = loop.stride[i + 1][loop.ndim - 1] / w.bytes[i];
  w.loop = &loop;
  dg_parallel_many(loop.runs, DG_MAX(GRAIN / run, 1), many_runs, &w);
  return 0;
}

/* What map_flat does with long arrays, and with formulas that are gone over again. */
static __attribute__((noinline)) void flat_work(const dg_map *m, int dtype, int64_t n, void *y,
                                                const void *const *x, const double *par)
{
  map_work w = { .kernel = m->loop[dtype][dg_cpu_isa()],
                 .rework = m->rework[dtype],
                 .parameters = par,
                 .y = y,
                 .y_bytes = dg_item_bytes[m->makes_bool ? DG_BOOL : dtype],
                 .inputs = m->inputs };
  for (int i = 0; i < m->inputs; i++) {
    w.x[i] = x[i];
    w.step[i] = 1;
    w.bytes[i] = dg_item_bytes[dtype];
  }
  dg_parallel_many(n, GRAIN, one_run, &w);
}

int dg_cpu_map_flat(const dg_map *m, int dtype, int64_t n, void *y, const void *const *x,
                    const double *par)
{
  static const int64_t ones[DG_MAP_INPUTS] = { 1, 1, 1 };
  if (DG_LIKELY(n < GRAIN && !m->rework[dtype])) m->loop[dtype][dg_cpu_isa()](n, y, x, ones, par);
  else flat_work(m, dtype, n, y, x, par);
  return 0;
}

/* -- Few elements ------------------------------------------------------------------------------ */

/* What goes through a formula at a time. */
enum { BLOCK = 64 };
typedef union block {
  float f32[BLOCK];
  double f64[BLOCK];
} block;

/* Where `count` elements of x begin, from element `from` on, cast into a block where needed. */
static const void *few_of(const dg_view *x, int dtype, int64_t from, int64_t count, block *to)
{
  const void *at = dg_at(x, x->size > 1 ? from : 0);
  if (x->dtype == dtype) return at;
  dg_cpu_cast(x->dtype, at, dtype, to, x->size > 1 ? count : 1);
  return to;
}

static double sum_of(const block *b, int dtype, int64_t n)
{
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += dtype == DG_F32 ? (double)b->f32[i] : b->f64[i];
  return sum;
}

int dg_cpu_map_few(const dg_map *m, const dg_view *const *x, const dg_view *y, const double *par,
                   double scale)
{
  int dtype = y->dtype;
  int64_t n = scale != 0 ? x[0]->size : y->size, step[DG_MAP_INPUTS];
  dg_map_loop *kernel = m->loop[dtype][dg_cpu_isa()];
  block cast[DG_MAP_INPUTS], result;
  double sum = 0;
  for (int i = 0; i < m->inputs; i++) step[i] = n == 1 || x[i]->size > 1;
  for (int64_t from = 0; from < n; from += BLOCK) {
    int64_t count = DG_MIN(n - from, BLOCK);
    const void *in[DG_MAP_INPUTS];
    for (int i = 0; i < m->inputs; i++) in[i] = few_of(x[i], dtype, from, count, &cast[i]);
    kernel(count, scale != 0 ? (void *)&result : dg_at(y, from), in, step, par);
    if (scale != 0) sum += sum_of(&result, dtype, count);
  }
  if (scale == 0) return 0;
  if (dtype == DG_F32) *(float *)y->data = (float)(scale * sum);
  else *(double *)y->data = scale * sum;
  return 0;
}
