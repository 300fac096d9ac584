/* scan.c -- running sums along an axis. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"

#include <string.h>

typedef struct scan {
  int64_t length, x_step, y_step; /* along the axis, in bytes */
  int64_t n, x_stride, y_stride;  /* across it */
} scan;

typedef void scan_run(const scan *s, const char *x, char *y);

/* Along the axis first where that is the way in which y lies, else whole rows at a time. Unsigned
 * sums wrap around. */
#define SCAN(T)                                                                                    \
  static void scan_##T(const scan *s, const char *x, char *y)                                      \
  {                                                                                                \
    if (s->y_stride != sizeof(T) || s->n == 1) {                                                   \
      for (int64_t i = 0; i < s->n; i++) {                                                         \
        T sum = 0;                                                                                 \
        for (int64_t k = 0; k < s->length; k++) {                                                  \
          sum += *(const T *)(x + i * s->x_stride + k * s->x_step);                                \
          *(T *)(y + i * s->y_stride + k * s->y_step) = sum;                                       \
        }                                                                                          \
      }                                                                                            \
      return;                                                                                      \
    }                                                                                              \
    for (int64_t i = 0; i < s->n; i++) ((T *)y)[i] = *(const T *)(x + i * s->x_stride);            \
    for (int64_t k = 1; k < s->length; k++) {                                                      \
      const T *before = (const T *)(y + (k - 1) * s->y_step);                                      \
      T *now = (T *)(y + k * s->y_step);                                                           \
      for (int64_t i = 0; i < s->n; i++)                                                           \
        now[i] = before[i] + *(const T *)(x + i * s->x_stride + k * s->x_step);                    \
    }                                                                                              \
  }

SCAN(float)
SCAN(double)
SCAN(uint32_t)
SCAN(uint64_t)

static scan_run *const scans[DG_NDTYPES] = { scan_float, scan_double, scan_uint32_t,
                                             scan_uint64_t };

/* A view without one axis. */
static dg_view across(const dg_view *v, int axis)
{
  dg_view a = *v;
  size_t after = (size_t)(v->ndim - axis - 1);
  a.ndim--;
  memmove(a.shape + axis, v->shape + axis + 1, after * sizeof *a.shape);
  memmove(a.stride + axis, v->stride + axis + 1, after * sizeof *a.stride);
  dg_view_finish(&a);
  return a;
}

int dg_cpu_cumsum(const dg_view *x, const dg_view *y, int axis, bool reverse)
{
  if (y->size == 0) return 0;
  if (!scans[x->dtype])
    return dg_fail(DG_ETYPE, "cumsum: wanted floats, int32 or int64, got %s",
                   dg_dtype_name(x->dtype));
  dg_view ya = across(y, axis), xa = across(x, axis);
  int64_t bytes = dg_item_bytes[x->dtype], sign = reverse ? -1 : 1;
  int64_t first = reverse ? x->shape[axis] - 1 : 0;
  ya.data = dg_at(y, first * y->stride[axis]);
  xa.data = dg_at(x, first * x->stride[axis]);
  dg_loop loop;
  dg_loop_init(&loop, 2, (const dg_view *const[]){ &ya, &xa });
  int last = loop.ndim - 1;
  scan s = {
    .length = x->shape[axis],
    .x_step = sign * x->stride[axis] * bytes,
    .y_step = sign * y->stride[axis] * bytes,
    .n = loop.shape[last],
    .x_stride = loop.stride[1][last],
    .y_stride = loop.stride[0][last],
  };
  char *at[DG_LOOP_OPERANDS];
  for (int64_t r = 0; r < loop.runs; r++) {
    dg_loop_at(&loop, r, at);
    scans[x->dtype](&s, at[1], at[0]);
  }
  return 0;
}
