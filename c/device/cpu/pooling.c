/* pooling.c -- maxima and means of windows, and choices by the places that maxima had.
 *
 * A line of places along the last axis is computed at a time: each line of x that its windows touch
 * is taken in, one element of all windows after the other, in loops without branches. Adaptive
 * windows, whose sizes differ, take in whole lines of x, and go along what came of these. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/patch.h"
#include "device/cpu/pool.h"

#include <math.h>
#include <string.h>

/* GRAIN: elements worth a thread. LINE: the longest line that is taken in on the stack. */
enum { GRAIN = 32 << 10, LINE = 1024 };

typedef enum pool_task { MAXIMA, MEANS, MEANS_BACK, PICK, PICK_BACK } pool_task;

typedef struct pool_work {
  pool_task task;
  dg_pooling_kind kind;
  dg_sweep s;
  int64_t in, out; /* elements of a plane of x, and of y */
  void *x, *y, *scaled;
  int32_t *index;
} pool_work;

/* What the window at place o spans along axis k, the padding aside. */
static dg_range window(const dg_sweep *s, int k, int64_t o)
{
  int64_t from = o * s->stride[k] - s->pad[k], to = from + s->ksize[k];
  if (s->adaptive) {
    from = o * s->in[k] / s->out[k];
    to = ((o + 1) * s->in[k] + s->out[k] - 1) / s->out[k];
  }
  dg_range r = { DG_MAX(from, 0), DG_MIN(to, s->in[k]) };
  return r;
}

static int64_t length(const dg_sweep *s, int k, int64_t o)
{
  dg_range r = window(s, k, o);
  return DG_MAX(r.to - r.from, 0);
}

/* The lines of a plane of x that the windows of one line of places touch, the last one first. */
typedef struct lines {
  dg_range r[DG_SWEEP_AXES];
  int64_t at[DG_SWEEP_AXES];
  int64_t offset;
} lines;

static bool set_offset(lines *l, const dg_sweep *s)
{
  l->offset = 0;
  for (int k = 0; k < s->n - 1; k++) l->offset = (l->offset + l->at[k]) * s->in[k + 1];
  return true;
}

static bool first_line(lines *l, const dg_sweep *s, const int64_t *place)
{
  for (int k = 0; k < s->n - 1; k++) {
    l->r[k] = window(s, k, place[k]);
    if (l->r[k].to <= l->r[k].from) return false;
    l->at[k] = l->r[k].to - 1;
  }
  return set_offset(l, s);
}

static bool next_line(lines *l, const dg_sweep *s)
{
  for (int k = s->n - 2; k >= 0; k--) {
    if (--l->at[k] >= l->r[k].from) return set_offset(l, s);
    l->at[k] = l->r[k].to - 1;
  }
  return false;
}

/* Whether all windows are 2 x 2, side by side and inside of x. */
static bool is_halving(const dg_sweep *s)
{
  bool so = s->n == 2 && !s->adaptive;
  for (int k = 0; so && k < 2; k++)
    so = s->ksize[k] == 2 && s->stride[k] == 2 && s->dilate[k] == 1 && s->pad[k] == 0 &&
         2 * s->out[k] <= s->in[k];
  return so;
}

/* What adaptive windows span along the last axis; count is 0 if they are not adaptive, or x's lines
 * are too long for LINE. */
typedef struct columns {
  int count;
  int16_t from[LINE], to[LINE];
} columns;

static columns columns_of(const dg_sweep *s)
{
  columns c = { .count = 0 };
  int last = s->n - 1;
  if (!s->adaptive || s->in[last] > LINE || s->out[last] > LINE) return c;
  for (; c.count < s->out[last]; c.count++) {
    dg_range r = window(s, last, c.count);
    c.from[c.count] = (int16_t)r.from;
    c.to[c.count] = (int16_t)r.to;
  }
  return c;
}

#define TARGET
#define PART "device/cpu/pooling.inc"
#include "device/cpu/reals.h"

#if DG_HAS_X86
#undef TARGET
#define TARGET DG_TARGET_AVX2
#define SET _avx2
#include "device/cpu/reals.h"
#endif

static void run(pool_work *w, int dtype, int64_t planes)
{
  int64_t plane = DG_MAX(DG_MAX(w->in, w->out), 1);
  dg_parallel_fn *some = dtype == DG_F32 ? some_planes_f32 : some_planes_f64;
#if DG_HAS_X86
  if (dg_cpu_isa() != DG_ISA_BASE)
    some = dtype == DG_F32 ? some_planes_avx2_f32 : some_planes_avx2_f64;
#endif
  dg_parallel(planes, GRAIN / plane + 1, some, w);
}

static pool_work work_of(pool_task task, const dg_sweep *s)
{
  pool_work w = { .task = task, .s = dg_sweep_plane(s) };
  w.in = dg_sweep_in(s);
  w.out = dg_sweep_out(s);
  return w;
}

int dg_cpu_pool_max(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *index)
{
  dg_dense d = { NULL };
  if (y->size == 0) return 0;
  if (dg_dense_read(&d, x) < 0) return -1;
  pool_work w = work_of(MAXIMA, s);
  w.x = d.data;
  w.y = y->data;
  w.index = index->data;
  run(&w, x->dtype, y->shape[0] * y->shape[1]);
  dg_dense_free(&d);
  return 0;
}

int dg_cpu_pool_mean(dg_pooling_kind kind, const dg_sweep *s, const dg_view *x, const dg_view *y)
{
  dg_dense d = { NULL };
  if (y->size == 0) return 0;
  if (dg_dense_read(&d, x) < 0) return -1;
  pool_work w = work_of(MEANS, s);
  w.kind = kind;
  w.x = d.data;
  w.y = y->data;
  run(&w, x->dtype, y->shape[0] * y->shape[1]);
  dg_dense_free(&d);
  return 0;
}

int dg_cpu_pool_mean_back(dg_pooling_kind kind, const dg_sweep *s, const dg_view *y,
                          const dg_view *x)
{
  dg_dense d = { NULL }, scaled = { NULL };
  if (x->size == 0) return 0;
  int status = dg_dense_read(&d, y);
  if (status == 0 && kind != DG_POOL_SUM) status = dg_dense_make(&scaled, y);
  if (status == 0) {
    pool_work w = work_of(MEANS_BACK, s);
    w.kind = kind;
    w.x = x->data;
    w.y = d.data;
    w.scaled = scaled.block;
    run(&w, x->dtype, x->shape[0] * x->shape[1]);
  }
  dg_dense_free(&d);
  dg_dense_free(&scaled);
  return status;
}

/* -- Choices: x and y have any axes behind the first two --------------------------------------- */

static int64_t plane_of(const dg_view *v)
{
  int64_t size = 1;
  for (int k = 2; k < v->ndim; k++) size *= v->shape[k];
  return size;
}

static int choose(pool_task task, const dg_view *x, const dg_view *index, const dg_view *y)
{
  bool reads_x = task == PICK;
  dg_dense d = { NULL };
  if (dg_dense_read(&d, reads_x ? x : y) < 0) return -1;
  pool_work w = { .task = task,
                  .in = plane_of(x),
                  .out = plane_of(y),
                  .x = reads_x ? d.data : x->data,
                  .y = reads_x ? y->data : d.data,
                  .index = index->data };
  run(&w, x->dtype, x->shape[0] * x->shape[1]);
  dg_dense_free(&d);
  return 0;
}

int dg_cpu_pick(const dg_view *x, const dg_view *index, const dg_view *y)
{
  return y->size == 0 ? 0 : choose(PICK, x, index, y);
}

int dg_cpu_pick_back(const dg_sweep *s, const dg_view *y, const dg_view *index, const dg_view *x)
{
  (void)s;
  return x->size == 0 ? 0 : choose(PICK_BACK, x, index, y);
}
