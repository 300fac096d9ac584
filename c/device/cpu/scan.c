/* scan.c -- what runs along an axis: sums, linear recurrences, where maxima are. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"

#include <string.h>

enum { OPERANDS = 3 };

typedef struct scan {
  int64_t length, step[OPERANDS]; /* along the axis, in bytes; operand 0 is the output */
  int64_t n, stride[OPERANDS];    /* across it */
  double start;
} scan;

/* Runs along n rows that begin at `at`. */
typedef void scan_run(const scan *s, char *const *at);

#define AT(T, k, i, place) (*(T *)(at[k] + (i)*s->stride[k] + (place)*s->step[k]))

/* Along the axis first where that is the way in which y lies, else whole rows at a time. Unsigned
 * sums wrap around. */
#define SUM(T)                                                                                     \
  static void sum_##T(const scan *s, char *const *at)                                              \
  {                                                                                                \
    if (s->stride[0] != sizeof(T) || s->n == 1) {                                                  \
      for (int64_t i = 0; i < s->n; i++) {                                                         \
        T sum = 0;                                                                                 \
        for (int64_t k = 0; k < s->length; k++) AT(T, 0, i, k) = sum += AT(const T, 1, i, k);      \
      }                                                                                            \
      return;                                                                                      \
    }                                                                                              \
    for (int64_t i = 0; i < s->n; i++) AT(T, 0, i, 0) = AT(const T, 1, i, 0);                      \
    for (int64_t k = 1; k < s->length; k++) {                                                      \
      T *now = &AT(T, 0, 0, k);                                                                    \
      const T *before = &AT(const T, 0, 0, k - 1);                                                 \
      for (int64_t i = 0; i < s->n; i++) now[i] = before[i] + AT(const T, 1, i, k);                \
    }                                                                                              \
  }

SUM(float)
SUM(double)
SUM(uint32_t)
SUM(uint64_t)

static scan_run *const sums[DG_NDTYPES] = { sum_float, sum_double, sum_uint32_t, sum_uint64_t };

#define RECURRENCE(T)                                                                              \
  static void recurrence_##T(const scan *s, char *const *at)                                       \
  {                                                                                                \
    const T start = (T)s->start;                                                                   \
    if (s->stride[0] != sizeof(T) || s->n == 1) {                                                  \
      for (int64_t i = 0; i < s->n; i++) {                                                         \
        T y = start;                                                                               \
        for (int64_t k = 0; k < s->length; k++)                                                    \
          AT(T, 0, i, k) = y = AT(const T, 1, i, k) * y + AT(const T, 2, i, k);                    \
      }                                                                                            \
      return;                                                                                      \
    }                                                                                              \
    for (int64_t i = 0; i < s->n; i++)                                                             \
      AT(T, 0, i, 0) = AT(const T, 1, i, 0) * start + AT(const T, 2, i, 0);                        \
    for (int64_t k = 1; k < s->length; k++) {                                                      \
      T *now = &AT(T, 0, 0, k);                                                                    \
      const T *before = &AT(const T, 0, 0, k - 1);                                                 \
      for (int64_t i = 0; i < s->n; i++)                                                           \
        now[i] = AT(const T, 1, i, k) * before[i] + AT(const T, 2, i, k);                          \
    }                                                                                              \
  }

RECURRENCE(float)
RECURRENCE(double)

static scan_run *const recurrences[DG_NDTYPES] = { recurrence_float, recurrence_double };

#define ARGCUMMAX(T)                                                                               \
  static void argcummax_##T(const scan *s, char *const *at)                                        \
  {                                                                                                \
    for (int64_t i = 0; i < s->n; i++) {                                                           \
      T best = AT(const T, 1, i, 0);                                                               \
      int64_t place = 0;                                                                           \
      for (int64_t k = 0; k < s->length; k++) {                                                    \
        T x = AT(const T, 1, i, k);                                                                \
        if (best == best && !(x < best)) best = x, place = k;                                      \
        AT(int64_t, 0, i, k) = place;                                                              \
      }                                                                                            \
    }                                                                                              \
  }

ARGCUMMAX(float)
ARGCUMMAX(double)
ARGCUMMAX(int32_t)
ARGCUMMAX(int64_t)
ARGCUMMAX(uint8_t)

static scan_run *const argcummaxes[DG_NDTYPES] = {
  argcummax_float,   argcummax_double,  argcummax_int32_t,
  argcummax_int64_t, argcummax_uint8_t, argcummax_uint8_t,
};

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

/* Runs along `axis` of views of one shape, of which v[0] is not empty. */
static void run(scan_run *f, int operands, const dg_view *const *v, int axis, bool reverse,
                double start)
{
  dg_view without[OPERANDS];
  const dg_view *all[OPERANDS] = { NULL };
  int64_t length = v[0]->shape[axis], first = reverse ? length - 1 : 0;
  scan s = { .length = length, .start = start };
  dg_loop loop;
  for (int k = 0; k < operands; k++) {
    without[k] = across(v[k], axis);
    without[k].data = dg_at(v[k], first * v[k]->stride[axis]);
    s.step[k] = (reverse ? -1 : 1) * v[k]->stride[axis] * dg_item_bytes[v[k]->dtype];
    all[k] = &without[k];
  }
  dg_loop_init(&loop, operands, all);
  int last = loop.ndim - 1;
  s.n = loop.shape[last];
  for (int k = 0; k < operands; k++) s.stride[k] = loop.stride[k][last];
  char *at[DG_LOOP_OPERANDS];
  for (int64_t r = 0; r < loop.runs; r++) {
    dg_loop_at(&loop, r, at);
    f(&s, at);
  }
}

int dg_cpu_cumsum(const dg_view *x, const dg_view *y, int axis, bool reverse)
{
  if (y->size == 0) return 0;
  if (!sums[x->dtype])
    return dg_fail(DG_ETYPE, "cumsum: wanted floats, int32 or int64, got %s",
                   dg_dtype_name(x->dtype));
  run(sums[x->dtype], 2, (const dg_view *const[]){ y, x }, axis, reverse, 0);
  return 0;
}

int dg_cpu_recurrence(const dg_view *a, const dg_view *b, const dg_view *y, int axis, bool reverse,
                      double start)
{
  if (y->size == 0) return 0;
  run(recurrences[y->dtype], 3, (const dg_view *const[]){ y, a, b }, axis, reverse, start);
  return 0;
}

int dg_cpu_argcummax(const dg_view *x, const dg_view *y, int axis)
{
  if (y->size == 0) return 0;
  run(argcummaxes[x->dtype], 2, (const dg_view *const[]){ y, x }, axis, false, 0);
  return 0;
}
