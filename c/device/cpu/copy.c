/* copy.c -- copies, casts, fills and adds arrays of any strides. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

#include <string.h>

enum { GRAIN = 64 << 10 };

typedef void run_loop(int64_t n, char *to, int64_t to_step, const char *from, int64_t from_step);

/* A float outside the range of an integer type goes to its nearest end, NaN to 0: C leaves both
 * undefined. */

DG_INLINE int32_t to_i32(double x)
{
  return (int32_t)(x != x ? 0 : DG_MIN(DG_MAX(x, -0x1p31), 0x1p31 - 1));
}
DG_INLINE int64_t to_i64(double x)
{
  return x != x ? 0 : x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}
DG_INLINE uint8_t to_u8(double x) { return (uint8_t)(x != x ? 0 : DG_MIN(DG_MAX(x, 0), 255)); }

#define CAST(name, TO, FROM, expression)                                                           \
  static void name(int64_t n, char *to, int64_t to_step, const char *from, int64_t from_step)      \
  {                                                                                                \
    if (to_step == sizeof(TO) && from_step == sizeof(FROM)) {                                      \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const FROM x = ((const FROM *)from)[i];                                                    \
        ((TO *)to)[i] = (TO)(expression);                                                          \
      }                                                                                            \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++, to += to_step, from += from_step) {                          \
        const FROM x = *(const FROM *)from;                                                        \
        *(TO *)to = (TO)(expression);                                                              \
      }                                                                                            \
    }                                                                                              \
  }

#define CASTS_FROM(from, FROM, I32, I64, U8)                                                       \
  CAST(from##_to_f32, float, FROM, x)                                                              \
  CAST(from##_to_f64, double, FROM, x)                                                             \
  CAST(from##_to_i32, int32_t, FROM, I32)                                                          \
  CAST(from##_to_i64, int64_t, FROM, I64)                                                          \
  CAST(from##_to_u8, uint8_t, FROM, U8)                                                            \
  CAST(from##_to_bool, uint8_t, FROM, x != 0)

CASTS_FROM(f32, float, to_i32((double)x), to_i64((double)x), to_u8((double)x))
CASTS_FROM(f64, double, to_i32(x), to_i64(x), to_u8(x))
CASTS_FROM(i32, int32_t, x, x, x)
CASTS_FROM(i64, int64_t, x, x, x)
CASTS_FROM(u8, uint8_t, x, x, x)

#define ROW(from)                                                                                  \
  {                                                                                                \
    from##_to_f32, from##_to_f64, from##_to_i32, from##_to_i64, from##_to_u8, from##_to_bool       \
  }

static run_loop *const casts[DG_NDTYPES][DG_NDTYPES] = {
  ROW(f32), ROW(f64), ROW(i32), ROW(i64), ROW(u8), ROW(u8),
};

#define ADD(T)                                                                                     \
  static void add_##T(int64_t n, char *to, int64_t to_step, const char *from, int64_t from_step)   \
  {                                                                                                \
    if (to_step == sizeof(T) && from_step == sizeof(T)) {                                          \
      for (int64_t i = 0; i < n; i++) ((T *)to)[i] += ((const T *)from)[i];                        \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++, to += to_step, from += from_step)                            \
        *(T *)to += *(const T *)from;                                                              \
    }                                                                                              \
  }

ADD(float)
ADD(double)

typedef struct copy_work {
  run_loop *kernel;
  const dg_loop *loop;
} copy_work;

static void run_all(void *context, int64_t first, int64_t last)
{
  const copy_work *w = context;
  const dg_loop *l = w->loop;
  int inner = l->ndim - 1;
  char *at[DG_LOOP_OPERANDS];
  if (l->runs == 1) { /* split within the run */
    w->kernel(last - first, l->data[0] + first * l->stride[0][inner], l->stride[0][inner],
              l->data[1] + first * l->stride[1][inner], l->stride[1][inner]);
    return;
  }
  for (int64_t r = first; r < last; r++) {
    dg_loop_at(l, r, at);
    w->kernel(l->shape[inner], at[0], l->stride[0][inner], at[1], l->stride[1][inner]);
  }
}

static int apply(run_loop *kernel, const dg_view *from, const dg_view *to)
{
  if (to->size == 0) return 0;
  dg_loop loop;
  dg_loop_init(&loop, 2, (const dg_view *const[]){ to, from });
  copy_work w = { kernel, &loop };
  int64_t run = loop.shape[loop.ndim - 1];
  if (loop.runs == 1) dg_parallel(run, GRAIN, run_all, &w);
  else dg_parallel(loop.runs, DG_MAX(GRAIN / run, 1), run_all, &w);
  return 0;
}

int dg_cpu_copy(const dg_view *from, const dg_view *to)
{
  if (from->dtype == to->dtype && from->contiguous && to->contiguous && from->size == to->size) {
    if (to->size > 0) memcpy(to->data, from->data, (size_t)(to->size * dg_item_bytes[to->dtype]));
    return 0;
  }
  return apply(casts[from->dtype][to->dtype], from, to);
}

int dg_cpu_accumulate(const dg_view *from, const dg_view *to)
{
  if (from->contiguous && to->contiguous && to->size < GRAIN) {
    run_loop *add = to->dtype == DG_F32 ? add_float : add_double;
    add(to->size, to->data, dg_item_bytes[to->dtype], from->data, dg_item_bytes[to->dtype]);
    return 0;
  }
  return apply(to->dtype == DG_F32 ? add_float : add_double, from, to);
}

int dg_cpu_fill(const dg_view *y, double value)
{
  if (y->size == 1) {
    casts[DG_F64][y->dtype](1, y->data, 0, (const char *)&value, 0);
    return 0;
  }
  const dg_view one = { .data = &value, .size = 1, .dtype = DG_F64, .contiguous = true };
  return apply(casts[DG_F64][y->dtype], &one, y);
}
