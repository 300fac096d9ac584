/* device.h -- what a backend can do: one table of functions, the same for every device.
 *
 * Functions return 0, or -1 with an error set. Views may have any strides unless said otherwise;
 * shapes, dtypes and overlap have been checked by the operator that calls. */
#ifndef DG_DEVICE_H
#define DG_DEVICE_H

#include "device/view.h"

struct dg_map;

typedef enum dg_reduction { DG_SUM, DG_MAX_OF, DG_MIN_OF, DG_ARGMAX, DG_ARGMIN } dg_reduction;

typedef enum dg_distribution { DG_UNIFORM, DG_NORMAL, DG_RANDINT, DG_BERNOULLI } dg_distribution;

typedef struct dg_backend {
  const char *name;
  /* y = formula(x...), inputs broadcast to y's shape; y is contiguous. */
  int (*map)(const struct dg_map *m, const dg_view *const *x, const dg_view *y,
             const double *parameters);
  /* The same for n elements without gaps: x and y of one length. */
  int (*map_flat)(const struct dg_map *m, int dtype, int64_t n, void *y, const void *const *x,
                  const double *parameters);
  /* to = from, cast where the dtypes differ (floats to integers saturate, NaN gives 0). */
  int (*copy)(const dg_view *from, const dg_view *to);
  int (*fill)(const dg_view *y, double value);
  /* Whether an element of x, integers, is 0: 1 or 0. */
  int (*has_zero)(const dg_view *x);
  /* to += from, same dtype and shape. */
  int (*accumulate)(const dg_view *from, const dg_view *to);
  /* y has x's rank and size 1 along the bit set `axes`; ARGMAX and ARGMIN give int64 positions
   * counted over the reduced axes in row-major order. y is contiguous. NaN wins maxima, minima. */
  int (*reduce)(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes);
  /* y = a b for (..., m, k) and (..., k, n), leading axes already equal; y is contiguous. */
  int (*matmul)(const dg_view *a, const dg_view *b, const dg_view *y);
  /* y[..., i, ...] = x[..., index[i], ...] along `axis`; x and y have equal ranks and sizes but
   * along it; index is contiguous int64, of as many positions, in range. */
  int (*gather)(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
  /* y[..., index[i], ...] = x[..., i, ...]: of equal indices the last one stays. */
  int (*scatter)(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
  /* y[..., index[i], ...] += x[..., i, ...]: equal indices add up, in order. */
  int (*scatter_add)(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
  /* to = index - base, or from the end of `size` where negative. Returns 1 and the first index that
   * is out of range as `bad`, if there is one. `to` is contiguous int64. */
  int (*positions)(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                   int64_t *bad);
  /* How many elements are not 0; y, if not NULL, gets their row-major positions,
   * or if it has two axes their coordinates (int64, contiguous). */
  int64_t (*nonzero)(const dg_view *x, const dg_view *y);
  /* Softmax, or its logarithm, along the last axis; x and y contiguous. */
  int (*softmax)(const dg_view *x, const dg_view *y, bool logarithm);
  /* Element i depends on seed and offset + i alone. y is contiguous. */
  int (*random)(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                double b);
} dg_backend;

/* The backend of a view. */
const dg_backend *dg_backend_of(const dg_view *v);

#endif
