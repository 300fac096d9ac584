/* ctc.c -- labels of sequences without known places, by the forward and backward sums of A. Graves
 * et al., "Connectionist temporal classification", 2006.
 *
 * A path goes through states: a blank, label 1, a blank, label 2, ... a blank. It stays, goes on by
 * one, or by two past a blank between two different labels. All sums are of logarithms, in
 * double. */
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/label.h"
#include "device/cpu/pool.h"
#include "device/tgvmath.h"

#include <string.h>

/* -- Rows of states ---------------------------------------------------------------------------- */

/* to = log(exp a + exp b + exp(c + gate)), where a gate is 0 or, closed, -infinity. The largest is
 * no less than a finite number, so that the sum of nothing is log 0 and not NaN. */
#define JOIN(target, isa)                                                                          \
  target static void join_##isa(int64_t n, double *restrict to, const double *a, const double *b,  \
                                const double *c, const double *gate)                               \
  {                                                                                                \
    for (int64_t k = 0; k < n; k++) {                                                              \
      const double d = c[k] + gate[k];                                                             \
      double most = a[k] > b[k] ? a[k] : b[k];                                                     \
      most = d > most ? d : most;                                                                  \
      most = most > -1e300 ? most : -1e300;                                                        \
      to[k] = most + log(exp(a[k] - most) + exp(b[k] - most) + exp(d - most));                     \
    }                                                                                              \
  }

JOIN(, base)
#if DG_HAS_X86
JOIN(DG_TARGET_AVX2, avx2)
JOIN(DG_TARGET_AVX512, avx512)
#endif

static void join(int64_t n, double *to, const double *a, const double *b, const double *c,
                 const double *gate)
{
#if DG_HAS_X86
  dg_isa isa = dg_cpu_isa();
  if (isa == DG_ISA_AVX512) return join_avx512(n, to, a, b, c, gate);
  if (isa == DG_ISA_AVX2) return join_avx2(n, to, a, b, c, gate);
#endif
  join_base(n, to, a, b, c, gate);
}

/* -- Sequences --------------------------------------------------------------------------------- */

enum { MARGIN = 2, BUFFERS = 5 }; /* impossible states before the first or behind the last one */

typedef struct ctc {
  const dg_sequences *s;
  dg_dense x, g;
  bool wide; /* float64 */
  int64_t steps, batch, classes, longest;
  int64_t width;  /* of a row of states */
  int64_t *label; /* batch x longest */
  double *rows;   /* of each sequence: one for each step, and the buffers */
  void *block;
  int64_t got;
  void *to;
} ctc;

/* One sequence. */
typedef struct path {
  const ctc *c;
  int64_t row, steps, states;
  int64_t *class; /* of each state */
  double *begins; /* steps x width: sums over the beginnings of paths, behind a margin */
  double *ends;   /* sums over the ends of paths, before a margin */
  double *gate;   /* whether a path may come from two states before */
  double *x, *sum;
} path;

static int open(ctc *c, const dg_sequences *s, const dg_view *x, const dg_view *g, void *to)
{
  *c = (ctc){ .s = s, .wide = x->dtype == DG_F64, .to = to };
  c->steps = x->shape[0], c->batch = x->shape[1], c->classes = x->shape[2];
  c->longest = s->labels.t.shape[1];
  c->width = 2 * c->longest + 1 + MARGIN;
  int64_t rows = c->steps + BUFFERS, bytes;
  if (__builtin_mul_overflow(rows, c->width, &bytes) ||
      __builtin_add_overflow(bytes, c->longest, &bytes) ||
      __builtin_mul_overflow(bytes, c->batch * 8, &bytes))
    return dg_fail(DG_EMEMORY, "ctc: the sequences are too long");
  if (!(c->block = dg_block_alloc(bytes, DG_WORKSPACE, &c->got))) return -1;
  c->rows = c->block;
  c->label = (int64_t *)(c->rows + c->batch * rows * c->width);
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
  path p = { .c = c, .row = row };
  const int64_t *label = c->label + row * c->longest;
  p.steps = ((const int64_t *)c->s->input_length.data)[row];
  p.states = 2 * ((const int64_t *)c->s->label_length.data)[row] + 1;
  p.begins = c->rows + row * (c->steps + BUFFERS) * c->width;
  p.ends = p.begins + c->steps * c->width;
  p.gate = p.ends + c->width;
  p.x = p.gate + c->width;
  p.sum = p.x + c->width;
  p.class = (int64_t *)(p.sum + c->width);
  for (int64_t k = 0; k < p.states; k++) {
    p.class[k] = k % 2 == 0 ? c->s->blank : label[k / 2];
    p.gate[k] = k % 2 == 1 && k > 1 && label[k / 2] != label[k / 2 - 1] ? 0 : -INFINITY;
  }
  p.gate[p.states] = p.gate[p.states + 1] = -INFINITY;
  return p;
}

/* Where the elements of a step lie. */
static int64_t place(const path *p, int64_t step)
{
  return (step * p->c->batch + p->row) * p->c->classes;
}

/* Looks up what each state is worth at a step. */
static void look_up(const path *p, int64_t step)
{
  const double *x64 = (const double *)p->c->x.data + place(p, step);
  const float *x32 = (const float *)p->c->x.data + place(p, step);
  for (int64_t k = 0; k < p->states; k++)
    p->x[k] = p->c->wide ? x64[p->class[k]] : x32[p->class[k]];
}

static void go_forward(const path *p)
{
  for (int64_t step = 0; step < p->steps; step++) {
    double *now = p->begins + step * p->c->width, *last = now - p->c->width;
    now[0] = now[1] = -INFINITY;
    look_up(p, step);
    if (step > 0) join(p->states, now + MARGIN, last + MARGIN, last + 1, last, p->gate);
    for (int64_t k = 0; k < p->states; k++)
      now[MARGIN + k] = (step > 0 ? now[MARGIN + k] : k < 2 ? 0 : -INFINITY) + p->x[k];
  }
}

/* The logarithm of the probability of the labels. */
static double total(const path *p)
{
  static const double open_gate = 0, nothing = -INFINITY;
  double sum;
  if (p->steps == 0) return p->states == 1 ? 0 : -INFINITY;
  const double *end = p->begins + (p->steps - 1) * p->c->width + MARGIN + p->states - 1;
  join(1, &sum, end, p->states > 1 ? end - 1 : &nothing, &nothing, &open_gate);
  return sum;
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

/* At each step, ends of paths (this step included) meet beginnings: that is the probability to be
 * in a state, which its class gets, times -g. */
static void go_back(const path *p, double logarithm, double g)
{
  double *ends = p->ends;
  ends[p->states] = ends[p->states + 1] = -INFINITY;
  for (int64_t step = p->steps - 1; step >= 0; step--) {
    const double *begins = p->begins + step * p->c->width + MARGIN;
    bool first = step == p->steps - 1;
    look_up(p, step);
    if (!first) join(p->states, p->sum, ends, ends + 1, ends + 2, p->gate + 2);
    for (int64_t k = 0; k < p->states; k++) {
      if (first) p->sum[k] = k >= p->states - 2 ? 0 : -INFINITY;
      ends[k] = p->sum[k] + p->x[k];
      const double weight = g * exp(begins[k] + p->sum[k] - logarithm);
      int64_t i = place(p, step) + p->class[k];
      if (p->c->wide) ((double *)p->c->to)[i] -= weight;
      else ((float *)p->c->to)[i] -= (float)weight;
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
