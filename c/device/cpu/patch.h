/* patch.h -- copies what windows look at into columns, a tile of places at a time, and back. */
#ifndef DG_DEVICE_CPU_PATCH_H
#define DG_DEVICE_CPU_PATCH_H

#include "device/device.h"

/* The places of some lines of an output plane, lines being those along the last axis: whole ones,
 * or a part of a single one. So they follow each other in memory. */
typedef struct dg_tile {
  int64_t line, lines;
  int64_t from, to; /* within each line */
  int64_t first, places;
} dg_tile;

/* A plane cut into tiles. */
typedef struct dg_tiling {
  int64_t lines, width;      /* of the plane */
  int64_t per_tile, columns; /* lines in a tile, and the part of them that it has */
  int64_t across, count;     /* tiles along a line, and in all */
} dg_tiling;

/* Tiles of about `places` places, the same whatever the number of threads. */
dg_tiling dg_tiling_of(const dg_sweep *s, int64_t places);
dg_tile dg_tile_at(const dg_tiling *t, int64_t i);

/* s with at least two axes, as the functions below want it. */
dg_sweep dg_sweep_plane(const dg_sweep *s);

/* How many elements a plane of x, one of y and a window have. */
int64_t dg_sweep_in(const dg_sweep *s);
int64_t dg_sweep_out(const dg_sweep *s);
int64_t dg_sweep_taps(const dg_sweep *s);

/* The places in [from, to) at which tap element `i` of axis k is not in the padding. */
typedef struct dg_range {
  int64_t from, to;
} dg_range;
dg_range dg_sweep_inside(const dg_sweep *s, int k, int64_t i, int64_t from, int64_t to);

/* Steps through all coordinates of a box of n axes, the last one first; false at the end. */
DG_INLINE bool dg_next(int n, const int64_t *sizes, int64_t *at)
{
  for (int k = n - 1; k >= 0; k--) {
    if (++at[k] < sizes[k]) return true;
    at[k] = 0;
  }
  return false;
}

/* col[(c taps + i) places + p] = element i of the window at place p of the tile in plane c of x. */
void dg_patches_f32(const dg_sweep *s, int64_t channels, const dg_tile *t, const float *x,
                    float *col);
void dg_patches_f64(const dg_sweep *s, int64_t channels, const dg_tile *t, const double *x,
                    double *col);
/* The same the other way: adds each element of col to the one it would be copied from. */
void dg_patches_back_f32(const dg_sweep *s, int64_t channels, const dg_tile *t, const float *col,
                         float *x);
void dg_patches_back_f64(const dg_sweep *s, int64_t channels, const dg_tile *t, const double *col,
                         double *x);

#endif
