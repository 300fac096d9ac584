/* winograd.c -- convolutions of 3x3 with fewer multiplications. */
#include "device/cpu/winograd.h"
#include "base/memory.h"
#include "device/cpu/gemm.h"
#include "device/cpu/pool.h"

#include <string.h>

/* ROOM: elements of transformed tiles at a time, about what a second-level cache holds. LEAST_TILES:
 * fewer are too few for a product to be fast. COLUMNS: tiles of a line at a time. LEAST_CHANNELS,
 * and filters: with fewer the transforms cost more than they save. SIDE: weights transformed side by
 * side. Where weights result, CHUNK: channels of a unit; PARTS: so many units at least, which share
 * the tiles. PIECE_WORK: multiplications worth a thread. */
enum {
  ROOM = 128 << 10,
  LEAST_TILES = 96,
  COLUMNS = 64,
  LEAST_CHANNELS = 12,
  CHUNK = 64,
  SIDE = 16,
  PARTS = 4,
  PIECE_WORK = 1 << 20
};

bool dg_winograd_fits(const dg_sweep *s, int64_t channels, int64_t filters)
{
  for (int k = 0; k < 2; k++)
    if (s->ksize[k] != 3 || s->stride[k] != 1 || s->dilate[k] != 1 || s->out[k] < 4) return false;
  return s->n == 2 && channels >= LEAST_CHANNELS && filters >= LEAST_CHANNELS;
}

dg_winograd dg_winograd_of(const dg_sweep *s, int64_t batch, int64_t groups, int64_t channels,
                           int64_t filters)
{
  dg_winograd g = { batch, groups, channels, filters, { 0 }, { 0 }, { 0 } };
  for (int k = 0; k < 2; k++) {
    g.in[k] = s->in[k];
    g.out[k] = s->out[k];
    g.pad[k] = s->pad[k];
  }
  return g;
}

/* How tiles are done: blocks of some lines of them, counted over all images, or of a part of one.
 */
typedef struct blocks {
  int64_t lines, width;        /* of tiles in an image */
  int64_t per_block, columns;  /* lines, and the part of them, of a block */
  int64_t across, count, most; /* blocks along a line, in all, and the tiles of the largest */
} blocks;

typedef struct block {
  int64_t line, end; /* counted over all images */
  int64_t from, columns;
  int64_t tiles;
} block;

static blocks blocks_of(const dg_winograd *g, int64_t tiles)
{
  blocks b = { .lines = (g->out[0] + 1) / 2, .width = (g->out[1] + 1) / 2 };
  b.across = (b.width + COLUMNS - 1) / COLUMNS;
  b.columns = (b.width + b.across - 1) / b.across;
  int64_t lines = g->batch * b.lines, most = DG_MAX(tiles / b.columns, 1);
  int64_t parts = (lines + most - 1) / most;
  b.per_block = b.across > 1 ? 1 : (lines + parts - 1) / DG_MAX(parts, 1); /* alike, if possible */
  b.per_block = DG_MAX(b.per_block, 1);
  b.count = (lines + b.per_block - 1) / b.per_block * b.across;
  b.most = b.per_block * b.columns;
  return b;
}

static block block_at(const dg_winograd *g, const blocks *b, int64_t i)
{
  block p = { .line = i / b->across * b->per_block, .from = i % b->across * b->columns };
  p.end = DG_MIN(p.line + b->per_block, g->batch * b->lines);
  p.columns = DG_MIN(b->columns, b->width - p.from);
  p.tiles = (p.end - p.line) * p.columns;
  return p;
}

/* Threads that are worth it for so many units. */
static int64_t lanes_of(const dg_winograd *g, int64_t units)
{
  double work = 4.0 * (double)(g->batch * g->groups * g->channels * g->filters) *
                (double)(g->out[0] * g->out[1]);
  int64_t pieces = work > 256.0 * PIECE_WORK ? 256 : (int64_t)(work / PIECE_WORK) + 1;
  return DG_MAX(DG_MIN(DG_MIN(units, pieces), dg_pool_threads()), 1);
}

/* WILD: so large that what stands beside it in a tile has been lost. */
#define REAL float
#define WILD 0x1p96f
#define NAME(x) x##_f32
#include "device/cpu/winograd.inc"

#undef REAL
#undef NAME
#undef WILD
#define REAL double
#define WILD 0x1p960
#define NAME(x) x##_f64
#include "device/cpu/winograd.inc"
