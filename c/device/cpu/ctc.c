/* ctc.c -- labels of sequences without known places, by the forward and backward sums of A. Graves et
 * al., "Connectionist temporal classification", 2006.
 *
 * A path goes through states: a blank, label 1, a blank, label 2, ... a blank. It stays, goes on by one,
 * or by two past a blank between two different labels. All sums are of logarithms, in double. */
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/label.h"
#include "device/cpu/pool.h"

#include <math.h>
#include <string.h>

typedef struct ctc {
  const dg_sequences *s;
  dg_dense x, g;
  bool wide; /* float64 */
  int64_t steps, batch, classes, longest;
  int64_t states; /* room for those of one sequence */
  int64_t *label; /* batch x longest */
  double *sums;   /* of each sequence: steps x states, and one row more */
  void *block;
  int64_t got;
  void *to;
} ctc;

/* One sequence. */
typedef struct path {
  const ctc *c;
  int64_t row, steps, states;
  const int64_t *label;
  double *sums, *spare;
} path;

static int open(ctc *c, const dg_sequences *s, const dg_view *x, const dg_view *g, void *to)
{
  *c = (ctc){ .s = s, .wide = x->dtype == DG_F64, .to = to };
  c->steps = x->shape[0], c->batch = x->shape[1], c->classes = x->shape[2];
  c->longest = s->labels.t.shape[1];
  c->states = 2 * c->longest + 1;
  int64_t rows = c->steps + 1, bytes;
  if (__builtin_mul_overflow(rows, c->states, &bytes) ||
      __builtin_mul_overflow(bytes + c->longest, c->batch * 8, &bytes))
    return dg_fail(DG_EMEMORY, "ctc: the sequences are too long");
  if (!(c->block = dg_block_alloc(bytes, DG_WORKSPACE, &c->got))) return -1;
  c->sums = c->block;
  c->label = (int64_t *)(c->sums + c->batch * rows * c->states);
  dg_read_labels(&s->labels, c->label);
  if (dg_dense_read(&c->x, x) < 0) return -1;
  return g ? dg_dense_read(&c->g, g) : 0;
}

static void close(ctc *c)
{
  dg_dense_free(&c->x);
  dg_dense_free(&c->g);
  if (c->block) dg_block_free(c->block, c->got, DG_WORKSPACE);
}

static path path_of(const ctc *c, int64_t row)
{
  path p = { .c = c, .row = row, .label = c->label + row * c->longest };
  p.steps = ((const int64_t *)c->s->input_length.data)[row];
  p.states = 2 * ((const int64_t *)c->s->label_length.data)[row] + 1;
  p.sums = c->sums + row * (c->steps + 1) * c->states;
  p.spare = p.sums + c->steps * c->states;
  return p;
}

static int64_t class_of(const path *p, int64_t state)
{
  return state % 2 == 0 ? p->c->s->blank : p->label[state / 2];
}

/* Where the element of a step and a class lies. */
static int64_t place(const path *p, int64_t step, int64_t class)
{
  return (step * p->c->batch + p->row) * p->c->classes + class;
}

static double x_at(const path *p, int64_t step, int64_t state)
{
  int64_t i = place(p, step, class_of(p, state));
  return p->c->wide ? ((const double *)p->c->x.data)[i] : ((const float *)p->c->x.data)[i];
}

static double add(double a, double b)
{
  double most = a > b || a != a ? a : b;
  return most == -INFINITY ? most : most + log1p(exp((a > b ? b : a) - most));
}

/* Whether a path may go from state - 2 to this one. */
static bool skips(const path *p, int64_t state)
{
  return state % 2 == 1 && state >= 3 && p->label[state / 2] != p->label[state / 2 - 1];
}

/* The sums over all beginnings of paths that are in a state at a step. */
static void go_forward(const path *p)
{
  for (int64_t step = 0; step < p->steps; step++) {
    double *now = p->sums + step * p->c->states, *last = now - p->c->states;
    for (int64_t k = 0; k < p->states; k++) {
      double sum = step == 0 && k < 2 ? 0 : -INFINITY;
      if (step > 0) {
        sum = last[k];
        if (k > 0) sum = add(sum, last[k - 1]);
        if (skips(p, k)) sum = add(sum, last[k - 2]);
      }
      now[k] = sum + x_at(p, step, k);
    }
  }
}

/* The logarithm of the probability of the labels. */
static double total(const path *p)
{
  if (p->steps == 0) return p->states == 1 ? 0 : -INFINITY;
  const double *end = p->sums + (p->steps - 1) * p->c->states + p->states - 1;
  return p->states > 1 ? add(end[0], end[-1]) : end[0];
}

static void losses(void *context, int64_t from, int64_t to)
{
  const ctc *c = context;
  for (int64_t row = from; row < to; row++) {
    path p = path_of(c, row);
    go_forward(&p);
    if (c->wide) ((double *)c->to)[row] = -total(&p);
    else ((float *)c->to)[row] = (float)-total(&p);
  }
}

/* Adds -weight to the class of a state. */
static void take_away(const path *p, int64_t step, int64_t state, double weight)
{
  int64_t i = place(p, step, class_of(p, state));
  if (p->c->wide) ((double *)p->c->to)[i] -= weight;
  else ((float *)p->c->to)[i] -= (float)weight;
}

/* The sums over all ends of paths from a state on, this step included, meet those over beginnings. In
 * place: what stands at a state and above it belongs to the step after. */
static void go_back(const path *p, double logarithm, double g)
{
  double *ends = p->spare;
  for (int64_t step = p->steps - 1; step >= 0; step--) {
    const double *begins = p->sums + step * p->c->states;
    for (int64_t k = 0; k < p->states; k++) {
      double sum = k >= p->states - 2 ? 0 : -INFINITY;
      if (step < p->steps - 1) {
        sum = ends[k];
        if (k + 1 < p->states) sum = add(sum, ends[k + 1]);
        if (k + 2 < p->states && skips(p, k + 2)) sum = add(sum, ends[k + 2]);
      }
      ends[k] = sum + x_at(p, step, k);
      take_away(p, step, k, g * exp(begins[k] + sum - logarithm));
    }
  }
}

static void gradients(void *context, int64_t from, int64_t to)
{
  const ctc *c = context;
  for (int64_t row = from; row < to; row++) {
    path p = path_of(c, row);
    go_forward(&p);
    double logarithm = total(&p);
    if (logarithm == -INFINITY) continue;
    go_back(&p, logarithm,
            c->wide ? ((const double *)c->g.data)[row] : ((const float *)c->g.data)[row]);
  }
}

int dg_cpu_ctc(const dg_sequences *s, const dg_view *x, const dg_view *y)
{
  ctc c;
  if (y->size == 0) return 0;
  int status = open(&c, s, x, NULL, y->data);
  if (status == 0) dg_parallel(c.batch, 1, losses, &c);
  close(&c);
  return status;
}

int dg_cpu_ctc_grad(const dg_sequences *s, const dg_view *x, const dg_view *gy, const dg_view *gx)
{
  ctc c;
  if (gx->size == 0) return 0;
  memset(gx->data, 0, (size_t)(gx->size * dg_item_bytes[gx->dtype]));
  int status = open(&c, s, x, gy, gx->data);
  if (status == 0) dg_parallel(c.batch, 1, gradients, &c);
  close(&c);
  return status;
}
