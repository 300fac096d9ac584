/* windows.c -- windows that step over arrays, as kernels get them. */
#include "device/cuda/windows.h"

enum { NEAR_AXES = 3, FAR_AXES = DG_SWEEP_AXES }; /* of sweep.h */

static dg_divisor divisor_of(int64_t n)
{
  dg_divisor d = { .n = n };
  uint64_t by = (uint64_t)DG_MAX(n, 1);
  if (by > INT32_MAX) return d;
  while ((uint64_t)1 << d.shift < by) d.shift++;
  d.magic = (uint32_t)(((((uint64_t)1 << d.shift) - by) << 32) / by + 1);
  return d;
}

/* Whether all that kernels compute fits 32 bits. */
static bool is_near(const dg_sweep *s, const dg_view *read, int64_t most)
{
  const int64_t limit = INT32_MAX;
  bool fits = s->n <= NEAR_AXES && most <= limit && read->size <= limit;
  double reach = 0;
  for (int i = 0; i < read->ndim; i++) {
    double step = (double)read->stride[i];
    reach += (step < 0 ? -step : step) * (double)read->shape[i];
  }
  for (int k = 0; k < s->n; k++) {
    double in = (double)s->in[k] + 1, out = (double)s->out[k] + 1;
    double span = s->adaptive ? in * out + in + out
                              : in + 2 * (double)s->pad[k] + out * (double)s->stride[k] +
                                    (double)s->ksize[k] * (double)s->dilate[k];
    fits = fits && span < (double)limit;
  }
  return fits && reach < (double)limit;
}

dg_windows dg_windows_of(const dg_sweep *s, const dg_view *read, int64_t most)
{
  dg_windows w = { .data = read->data,
                   .step_n = read->stride[0],
                   .step_c = read->stride[1],
                   .channels = divisor_of(read->shape[1]),
                   .taps = 1,
                   .adaptive = s->adaptive,
                   .far = !is_near(s, read, most) };
  int axes = w.far ? FAR_AXES : NEAR_AXES, front = axes - s->n;
  for (int k = 0; k < axes; k++) {
    int from = k - front;
    bool is_one = from >= 0;
    w.in[k] = divisor_of(is_one ? s->in[from] : 1);
    w.out[k] = divisor_of(is_one ? s->out[from] : 1);
    w.stride[k] = divisor_of(is_one ? s->stride[from] : 1);
    w.ksize[k] = is_one ? s->ksize[from] : 1;
    w.pad[k] = is_one ? s->pad[from] : 0;
    w.dilate[k] = is_one ? s->dilate[from] : 1;
    w.step[k] = is_one ? read->stride[2 + from] : 0;
    w.taps *= w.ksize[k];
  }
  return w;
}
