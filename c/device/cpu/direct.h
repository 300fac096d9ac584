/* direct.h -- convolutions of one channel by a few filters, as of depthwise ones: no columns are made,
 * of which each element would be used that few times. */
#ifndef DG_DEVICE_CPU_DIRECT_H
#define DG_DEVICE_CPU_DIRECT_H

#include "device/device.h"

/* Whether it can be done, and is worth it: two axes, one channel and few filters in a group. */
bool dg_direct_fits(const dg_sweep *s, int64_t channels, int64_t filters);

/* y = w * x + b for `batch` images of `groups` planes; b may be NULL. All are contiguous. -1 without
 * memory. */
int dg_direct_f32(const dg_sweep *s, int64_t batch, int64_t groups, int64_t filters, const float *x,
                  const float *w, const float *b, float *y);
int dg_direct_f64(const dg_sweep *s, int64_t batch, int64_t groups, int64_t filters,
                  const double *x, const double *w, const double *b, double *y);

#endif
