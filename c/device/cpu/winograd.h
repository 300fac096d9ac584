/* winograd.h -- convolutions of 3x3 with 16 multiplications for 4 places instead of 36.
 *
 * Winograd's F(2x2, 3x3), after Lavin and Gray, "Fast algorithms for convolutional neural
 * networks", 2016: y = A' ((G w G') . (B' x B)) A for tiles of 4x4 elements of x, which overlap, and
 * 2x2 places of y. Over channels and filters the product of elements is one of matrices, for each of
 * the 16. Its sums are as exact as plain ones, for elements of one size: the rounding of an element
 * is that of its whole tile.
 *
 * An element that is infinite, or so large that a transform overflows, makes the places that share a
 * tile with it NaN or infinite: x - x, where plain sums would not look at it. So a result that is not
 * finite, or not far from that, is not taken; the caller makes it in the plain way. */
#ifndef DG_DEVICE_CPU_WINOGRAD_H
#define DG_DEVICE_CPU_WINOGRAD_H

#include "device/device.h"

/* Sizes of channels and filters are those of a group. */
typedef struct dg_winograd {
  int64_t batch, groups, channels, filters;
  int64_t in[2], out[2], pad[2];
} dg_winograd;

/* Whether it can be done, and is worth it. s has two axes. */
bool dg_winograd_fits(const dg_sweep *s, int64_t channels, int64_t filters);
dg_winograd dg_winograd_of(const dg_sweep *s, int64_t batch, int64_t groups, int64_t channels,
                           int64_t filters);

/* y = w * x + b; b may be NULL. -1 without memory. All are contiguous. Sets `wild`, of each image
 * false before, for those whose y is not to be taken. */
int dg_winograd_f32(const dg_winograd *g, const float *x, const float *w, const float *b, float *y,
                    bool *wild);
int dg_winograd_f64(const dg_winograd *g, const double *x, const double *w, const double *b,
                    double *y, bool *wild);
/* w = the gradient by w, of x and the gradient y by the result. Sets `wild` if it is not to be
 * taken. */
int dg_winograd_weight_f32(const dg_winograd *g, const float *x, const float *y, float *w,
                           bool *wild);
int dg_winograd_weight_f64(const dg_winograd *g, const double *x, const double *y, double *w,
                           bool *wild);

#endif
