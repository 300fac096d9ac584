/* direct.c -- convolutions of one channel by a few filters.
 *
 * Some lines of a padded plane are copied, split by what column and line leave when divided by the
 * strides: then the elements that a tap meets at places that follow each other follow each other too,
 * over the ends of lines as well, where a few sums come out that nobody wants. So each tap is one long
 * loop. */
#include "device/cpu/direct.h"
#include "base/memory.h"
#include "device/cpu/isa.h"
#include "device/cpu/patch.h"
#include "device/cpu/pool.h"

#include <string.h>

/* ROOM: sums of a block of lines, about what a first-level cache holds. MOST: filters, of which more
 * are better done by a product of matrices, strides, and elements of a window. PIECE_WORK:
 * multiplications worth a thread. */
enum { ROOM = 4096, MOST_FILTERS = 4, MOST_STRIDE = 4, MOST_TAPS = 49, PIECE_WORK = 1 << 18 };

bool dg_direct_fits(const dg_sweep *s, int64_t channels, int64_t filters)
{
  if (s->n != 2 || channels != 1 || filters > MOST_FILTERS) return false;
  return s->stride[0] <= MOST_STRIDE && s->stride[1] <= MOST_STRIDE &&
         dg_sweep_taps(s) <= MOST_TAPS && dg_sweep_taps(s) > 1;
}

/* How a plane is cut, and where a block of it lies: `phases` pieces of `rows` lines of `width`. */
typedef struct direct {
  dg_sweep s;
  int64_t groups, filters, planes;
  int64_t lines;                /* of places in a block */
  int64_t width, rows, size;    /* of a piece; size: of all of them, in elements */
  dg_range inside[MOST_STRIDE]; /* of each piece of a line: where it is not padding */
  int64_t in, out, taps;
  const void *x, *w, *b;
  void *y, *work;
  int64_t room, lanes; /* of work for a lane, in elements */
} direct;

/* Elements phase, phase + stride, ... of a padded line: those that x has. */
static dg_range inside_of(const dg_sweep *s, int64_t width, int64_t phase)
{
  int64_t step = s->stride[1], first = phase - s->pad[1];
  dg_range r = { first < 0 ? (-first + step - 1) / step : 0,
                 first < s->in[1] ? (s->in[1] - first + step - 1) / step : 0 };
  r.from = DG_MIN(r.from, width);
  r.to = DG_MAX(DG_MIN(r.to, width), r.from);
  return r;
}

static direct direct_of(const dg_sweep *s, int64_t batch, int64_t groups, int64_t filters)
{
  direct d = { .s = *s, .groups = groups, .filters = filters, .planes = batch * groups };
  int64_t reach[2];
  for (int k = 0; k < 2; k++) reach[k] = (s->ksize[k] - 1) * s->dilate[k] / s->stride[k];
  d.width = s->out[1] + reach[1];
  for (int k = 0; k < s->stride[1]; k++) d.inside[k] = inside_of(s, d.width, k);
  d.lines = DG_MIN(DG_MAX(ROOM / d.width, 1), s->out[0]);
  d.rows = d.lines + reach[0];
  d.size = d.width * d.rows * s->stride[0] * s->stride[1];
  d.in = dg_sweep_in(s);
  d.out = dg_sweep_out(s);
  d.taps = dg_sweep_taps(s);
  d.room = d.size + d.width * d.lines;
  double work = (double)(d.planes * filters) * (double)(d.out * d.taps);
  int64_t pieces = work > 256.0 * PIECE_WORK ? 256 : (int64_t)(work / PIECE_WORK) + 1;
  d.lanes = DG_MAX(DG_MIN(DG_MIN(d.planes, pieces), dg_pool_threads()), 1);
  return d;
}

#define TARGET
#define PART "device/cpu/direct.inc"
#include "device/cpu/reals.h"

#if DG_HAS_X86
#undef TARGET
#define TARGET DG_TARGET_AVX2
#define SET _avx2
#include "device/cpu/reals.h"
#endif

static int run(direct *d, int64_t size, dg_parallel_fn *base, dg_parallel_fn *avx2)
{
  int64_t got;
  d->work = dg_block_alloc(d->room * d->lanes * size, DG_WORKSPACE, &got);
  if (!d->work) return -1;
  dg_parallel(d->lanes, 1, dg_cpu_isa() == DG_ISA_BASE ? base : avx2, d);
  dg_block_free(d->work, got, DG_WORKSPACE);
  return 0;
}

#if !DG_HAS_X86
#define some_lanes_avx2_f32 some_lanes_f32
#define some_lanes_avx2_f64 some_lanes_f64
#endif

int dg_direct_f32(const dg_sweep *s, int64_t batch, int64_t groups, int64_t filters, const float *x,
                  const float *w, const float *b, float *y)
{
  direct d = direct_of(s, batch, groups, filters);
  d.x = x, d.w = w, d.b = b, d.y = y;
  return run(&d, sizeof(float), some_lanes_f32, some_lanes_avx2_f32);
}

int dg_direct_f64(const dg_sweep *s, int64_t batch, int64_t groups, int64_t filters,
                  const double *x, const double *w, const double *b, double *y)
{
  direct d = direct_of(s, batch, groups, filters);
  d.x = x, d.w = w, d.b = b, d.y = y;
  return run(&d, sizeof(double), some_lanes_f64, some_lanes_avx2_f64);
}
