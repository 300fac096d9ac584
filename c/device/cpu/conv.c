/* conv.c -- convolution and its transposes: what windows look at becomes the columns of a matrix, a
 * tile at a time, which the weights are multiplied with.
 *
 * The work is cut into units that write to places of their own, by shapes alone; lanes, one for
 * each thread, take the units in turn. So results do not depend on the number of threads. Windows
 * of 3x3 over many channels go to winograd.c, as far as what comes of it is finite; those over one
 * channel with few filters to direct.c. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/direct.h"
#include "device/cpu/gemm.h"
#include "device/cpu/patch.h"
#include "device/cpu/pool.h"
#include "device/cpu/winograd.h"

#include <string.h>

/* TILE: elements of a tile of columns, about what a second-level cache holds. LEAST_PLACES: fewer
 * are too few for a product to be fast. ROWS: of the columns of a unit, where only some of the
 * channels are its own. PIECE_WORK: multiplications worth a thread. */
enum { TILE = 128 << 10, LEAST_PLACES = 128, ROWS = 256, PIECE_WORK = 1 << 20 };

typedef enum conv_kind { FORWARD, DATA, WEIGHT } conv_kind;

typedef struct conv_plan {
  conv_kind kind;
  dg_sweep s;
  int64_t batch, groups, channels, filters; /* the latter two of one group */
  int64_t in, out, taps;                    /* elements of a plane of x, of y, of a window */
  bool pointwise;                           /* x itself is the columns */
  bool winograd, direct;                    /* there is a faster way */
  bool turned;                              /* data is better made by a convolution */
  dg_tiling tiling;
  int64_t chunk, chunks; /* channels of a unit, and units for all of a group's */
  int64_t units, lanes, room;
} conv_plan;

static bool is_pointwise(const dg_sweep *s)
{
  for (int k = 0; k < s->n; k++)
    if (s->ksize[k] != 1 || s->stride[k] != 1 || s->pad[k] != 0 || s->in[k] != s->out[k])
      return false;
  return true;
}

/* The transpose by x, as a convolution of y: places become elements, and the other way. */
static dg_sweep turned_sweep(const dg_sweep *s)
{
  dg_sweep t = *s;
  for (int k = 0; k < s->n; k++) {
    t.in[k] = s->out[k];
    t.out[k] = s->in[k];
    t.pad[k] = (s->ksize[k] - 1) * s->dilate[k] - s->pad[k];
  }
  return t;
}

/* Whether that can be done, and the columns are not many more than those of x. */
static bool is_turned(const conv_plan *p)
{
  if (p->pointwise) return false;
  for (int k = 0; k < p->s.n; k++)
    if (p->s.stride[k] != 1 || p->s.pad[k] > (p->s.ksize[k] - 1) * p->s.dilate[k]) return false;
  return p->filters <= 4 * p->channels && p->in <= p->out + p->out / 4;
}

static conv_plan make_plan(conv_kind kind, const dg_sweep *s, int64_t batch, int64_t groups,
                           int64_t channels, int64_t filters)
{
  conv_plan p = { .kind = kind,
                  .s = *s,
                  .batch = batch,
                  .groups = groups,
                  .channels = channels,
                  .filters = filters,
                  .in = dg_sweep_in(s),
                  .out = dg_sweep_out(s),
                  .taps = dg_sweep_taps(s),
                  .pointwise = is_pointwise(s),
                  .chunk = channels };
  p.winograd = kind != DATA && dg_winograd_fits(s, channels, filters);
  p.direct = kind == FORWARD && dg_direct_fits(s, channels, filters);
  p.turned = kind == DATA && is_turned(&p);
  if (kind != FORWARD) p.chunk = DG_MIN(p.channels, DG_MAX(ROWS / p.taps, 1));
  p.chunks = p.chunk ? (p.channels + p.chunk - 1) / p.chunk : 0;
  if (p.chunks) p.chunk = (p.channels + p.chunks - 1) / p.chunks; /* of one size, if possible */
  int64_t rows = DG_MAX(p.chunk * p.taps, 1);
  p.tiling = dg_tiling_of(&p.s, DG_MAX(TILE / rows, LEAST_PLACES));
  p.room = rows * DG_MIN(p.tiling.per_tile * p.tiling.columns, p.out);
  p.units = p.groups * (kind == FORWARD ? p.batch * p.tiling.count
                        : kind == DATA  ? p.batch * p.chunks
                                        : p.chunks);
  double work = (double)(p.batch * p.out) * (double)(groups * filters * channels * p.taps);
  int64_t pieces = work > 256.0 * PIECE_WORK ? 256 : (int64_t)(work / PIECE_WORK) + 1;
  p.lanes = DG_MAX(DG_MIN(DG_MIN(p.units, pieces), dg_pool_threads()), 1);
  return p;
}

static conv_plan plan_for(conv_kind kind, const dg_sweep *s, const dg_view *x, const dg_view *w)
{
  dg_sweep plane = dg_sweep_plane(s);
  int64_t channels = w->shape[1], groups = channels ? x->shape[1] / channels : 1;
  return make_plan(kind, &plane, x->shape[0], groups, channels, w->shape[0] / DG_MAX(groups, 1));
}

#define PART "device/cpu/conv.inc"
#include "device/cpu/reals.h"

/* Any of x, w, b, y may be NULL: what is not read. `p` comes from all of them. */
static int run(const conv_plan *p, const dg_view *x, const dg_view *w, const dg_view *b,
               const dg_view *y, const dg_view *to)
{
  const dg_view *from[4] = { x, w, b, y };
  const void *data[4] = { NULL };
  dg_dense d[4] = { { NULL } };
  int status = 0;
  for (int i = 0; i < 4 && status == 0; i++) {
    if (!from[i]) continue;
    status = dg_dense_read(&d[i], from[i]);
    data[i] = d[i].data;
  }
  bool narrow = to->dtype == DG_F32;
  if (status == 0 && p->turned)
    status = narrow ? conv_turned_f32(p, data[1], data[2], data[3], to->data)
                    : conv_turned_f64(p, data[1], data[2], data[3], to->data);
  else if (status == 0 && narrow)
    status = conv_run_f32(p, data[0], data[1], data[2], data[3], to->data);
  else if (status == 0) status = conv_run_f64(p, data[0], data[1], data[2], data[3], to->data);
  for (int i = 0; i < 4; i++) dg_dense_free(&d[i]);
  return status;
}

int dg_cpu_convolve(const dg_sweep *s, const dg_view *x, const dg_view *w, const dg_view *b,
                    const dg_view *y)
{
  if (y->size == 0) return 0;
  conv_plan p = plan_for(FORWARD, s, x, w);
  return run(&p, x, w, b, NULL, y);
}

int dg_cpu_convolve_data(const dg_sweep *s, const dg_view *y, const dg_view *w, const dg_view *b,
                         const dg_view *x)
{
  if (x->size == 0) return 0;
  conv_plan p = plan_for(DATA, s, x, w);
  return run(&p, NULL, w, b, y, x);
}

int dg_cpu_convolve_weight(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *w)
{
  if (w->size == 0) return 0;
  conv_plan p = plan_for(WEIGHT, s, x, w);
  return run(&p, x, NULL, NULL, y, w);
}
