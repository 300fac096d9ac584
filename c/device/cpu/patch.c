/* patch.c -- what windows look at as columns, and how output planes are cut into tiles. */
#include "device/cpu/patch.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"

#include <string.h>

/* -- Sizes ------------------------------------------------------------------------------------- */

dg_sweep dg_sweep_plane(const dg_sweep *s)
{
  if (s->n > 1) return *s;
  dg_sweep p = { .n = 2, .adaptive = s->adaptive };
  for (int k = 0; k < 2; k++) {
    p.in[k] = k ? s->in[0] : 1;
    p.out[k] = k ? s->out[0] : 1;
    p.ksize[k] = k ? s->ksize[0] : 1;
    p.stride[k] = k ? s->stride[0] : 1;
    p.pad[k] = k ? s->pad[0] : 0;
    p.dilate[k] = k ? s->dilate[0] : 1;
  }
  return p;
}

static int64_t product(int n, const int64_t *sizes)
{
  int64_t size = 1;
  for (int k = 0; k < n; k++) size *= sizes[k];
  return size;
}

int64_t dg_sweep_in(const dg_sweep *s) { return product(s->n, s->in); }
int64_t dg_sweep_out(const dg_sweep *s) { return product(s->n, s->out); }
int64_t dg_sweep_taps(const dg_sweep *s) { return product(s->n, s->ksize); }

static int64_t rounded_up(int64_t a, int64_t b) { return b == 1 ? a : (a + b - 1) / b; }

dg_range dg_sweep_inside(const dg_sweep *s, int k, int64_t i, int64_t from, int64_t to)
{
  int64_t base = i * s->dilate[k] - s->pad[k], stride = s->stride[k];
  dg_range r = { from, to };
  if (base + from * stride < 0) r.from = DG_MIN(to, rounded_up(-base, stride));
  if (base + (to - 1) * stride >= s->in[k])
    r.to = base >= s->in[k] ? r.from : DG_MAX(r.from, rounded_up(s->in[k] - base, stride));
  return r;
}

/* -- Tiles ------------------------------------------------------------------------------------- */

dg_tiling dg_tiling_of(const dg_sweep *s, int64_t places)
{
  dg_tiling t = { .width = s->out[s->n - 1], .lines = product(s->n - 1, s->out), .across = 1 };
  if (t.width <= places) {
    t.columns = t.width;
    t.per_tile = DG_MAX(DG_MIN(places / DG_MAX(t.width, 1), t.lines), 1);
    int64_t tiles = rounded_up(t.lines, t.per_tile);
    t.per_tile = tiles ? rounded_up(t.lines, tiles) : 1; /* tiles of one size, if possible */
  } else {
    t.per_tile = 1;
    t.across = rounded_up(t.width, places);
    t.columns = rounded_up(t.width, t.across);
  }
  t.count = t.width ? rounded_up(t.lines, t.per_tile) * t.across : 0;
  return t;
}

dg_tile dg_tile_at(const dg_tiling *t, int64_t i)
{
  dg_tile p = { .line = i / t->across * t->per_tile, .from = i % t->across * t->columns };
  p.lines = DG_MIN(t->per_tile, t->lines - p.line);
  p.to = DG_MAX(p.from, DG_MIN(p.from + t->columns, t->width));
  p.first = p.line * t->width + p.from;
  p.places = p.lines * (p.to - p.from);
  return p;
}

#define PART "device/cpu/patch.inc"
#include "device/cpu/reals.h"

/* -- im2col and col2im ------------------------------------------------------------------------- */

typedef struct columns {
  dg_sweep s;
  dg_tile whole;
  int64_t channels, plane, rows; /* plane: elements of x's; rows: of a channel's columns */
  int dtype;
  bool back;
  void *x, *col;
} columns;

static void some_images(void *context, int64_t from, int64_t to)
{
  const columns *w = context;
  for (int64_t i = from; i < to; i++) {
    int64_t at = i * w->channels * w->plane, col_at = i * w->channels * w->rows;
    if (w->dtype == DG_F32) {
      float *x = (float *)w->x + at, *col = (float *)w->col + col_at;
      if (!w->back) {
        dg_patches_f32(&w->s, w->channels, &w->whole, x, col);
        continue;
      }
      memset(x, 0, (size_t)(w->channels * w->plane) * sizeof *x);
      dg_patches_back_f32(&w->s, w->channels, &w->whole, col, x);
    } else {
      double *x = (double *)w->x + at, *col = (double *)w->col + col_at;
      if (!w->back) {
        dg_patches_f64(&w->s, w->channels, &w->whole, x, col);
        continue;
      }
      memset(x, 0, (size_t)(w->channels * w->plane) * sizeof *x);
      dg_patches_back_f64(&w->s, w->channels, &w->whole, col, x);
    }
  }
}

static void run_columns(const dg_sweep *s, const dg_view *x, void *data, void *col, bool back)
{
  columns w = { .s = dg_sweep_plane(s), .channels = x->shape[1], .back = back };
  dg_tiling all = dg_tiling_of(&w.s, INT64_MAX);
  w.whole = dg_tile_at(&all, 0);
  w.plane = dg_sweep_in(s);
  w.rows = dg_sweep_taps(s) * dg_sweep_out(s);
  w.dtype = x->dtype;
  w.x = data;
  w.col = col;
  int64_t image = DG_MAX(w.channels * w.rows, 1);
  dg_parallel(x->shape[0], (32 << 10) / image + 1, some_images, &w);
}

int dg_cpu_im2col(const dg_sweep *s, const dg_view *x, const dg_view *col)
{
  dg_dense d = { NULL };
  if (col->size == 0) return 0;
  if (dg_dense_read(&d, x) < 0) return -1;
  run_columns(s, x, d.data, col->data, false);
  dg_dense_free(&d);
  return 0;
}

int dg_cpu_col2im(const dg_sweep *s, const dg_view *col, const dg_view *x)
{
  dg_dense d = { NULL };
  if (x->size == 0) return 0;
  if (dg_dense_read(&d, col) < 0) return -1;
  run_columns(s, x, x->data, d.data, true);
  dg_dense_free(&d);
  return 0;
}
