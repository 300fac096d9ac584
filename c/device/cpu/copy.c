/* copy.c -- copies, casts, fills and adds arrays of any strides. */
#include "device/cpu/cpu.h"
#include "device/cpu/half.h"
#include "device/cpu/isa.h"
#include "device/cpu/kernels.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

#include <string.h>

enum { GRAIN = 64 << 10 };

typedef dg_run_loop run_loop;

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

static run_loop *const casts[DG_BOOL + 1][DG_BOOL + 1] = {
  ROW(f32), ROW(f64), ROW(i32), ROW(i64), ROW(u8), ROW(u8),
};

static run_loop *cast_loop(int from, int to)
{
  if (dg_is_half(from) || dg_is_half(to)) return dg_half_cast(from, to);
  return casts[from][to];
}

/* Gradients are added up by this, so it has vectors of each width. */
#define ADD(T, isa, target)                                                                        \
  target static void add_##T##_##isa(int64_t n, char *to, int64_t to_step, const char *from,       \
                                     int64_t from_step)                                            \
  {                                                                                                \
    if (to_step == sizeof(T) && from_step == sizeof(T)) {                                          \
      T *restrict y = (T *)to;                                                                     \
      const T *restrict x = (const T *)from;                                                       \
      for (int64_t i = 0; i < n; i++) y[i] += x[i];                                                \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++, to += to_step, from += from_step)                            \
        *(T *)to += *(const T *)from;                                                              \
    }                                                                                              \
  }

ADD(float, base, )
ADD(double, base, )
#if DG_HAS_X86
ADD(float, avx2, DG_TARGET_AVX2)
ADD(double, avx2, DG_TARGET_AVX2)
ADD(float, avx512, DG_TARGET_AVX512)
ADD(double, avx512, DG_TARGET_AVX512)
static run_loop *const adds[2][DG_ISA_COUNT] = {
  [DG_F32] = { add_float_base, add_float_avx2, add_float_avx512 },
  [DG_F64] = { add_double_base, add_double_avx2, add_double_avx512 },
};
#else
static run_loop *const adds[2][DG_ISA_COUNT] = {
  [DG_F32] = { add_float_base, add_float_base, add_float_base },
  [DG_F64] = { add_double_base, add_double_base, add_double_base },
};
#endif

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
  if (loop.runs == 1) dg_parallel_many(run, GRAIN, run_all, &w);
  else dg_parallel_many(loop.runs, DG_MAX(GRAIN / run, 1), run_all, &w);
  return 0;
}

/* -- Where neighbours in the result come from another axis -------------------------------------- */

/* TILE neighbours in the result are fetched at a time for STEP rows of it, so that on both sides
 * whole cache lines are used while they are near. */
enum { TILE = 32, STEP = 8 };

typedef struct turning {
  dg_loop outer;       /* all axes but the two; the last one that it has is `across` */
  int64_t n, k, tiles; /* of the axis that is the result's last, and of the source's */
  int64_t step, width; /* elements from one to the next of n in the source, of k in the result */
  int64_t bytes;
} turning;

static void turn_tiles(void *context, int64_t first, int64_t last)
{
  const turning *w = context;
  for (int64_t u = first; u < last; u++) {
    char *at[DG_LOOP_OPERANDS];
    int64_t j = u % w->tiles * TILE, n = DG_MIN(w->n - j, TILE);
    dg_loop_at(&w->outer, u / w->tiles, at);
    char *to = at[0] + j * w->bytes, *from = at[1] + j * w->step * w->bytes;
    for (int64_t p = 0; p < w->k; p += STEP) {
      int64_t k = DG_MIN(w->k - p, STEP);
      void *y = to + p * w->width * w->bytes, *x = from + p * w->bytes;
      if (w->bytes == 4) dg_get_kernels_f32()->interleave((int)w->width, n, k, x, w->step, y);
      else dg_get_kernels_f64()->interleave((int)w->width, n, k, x, w->step, y);
    }
  }
}

/* The axis along which the source's elements are neighbours, if that is not the result's; or -1. */
static int axis_across(const dg_loop *l, int64_t bytes)
{
  int inner = l->ndim - 1;
  if (bytes < 4 || l->stride[0][inner] != bytes || l->stride[1][inner] == bytes) return -1;
  for (int i = 0; i < inner; i++)
    if (l->stride[1][i] == bytes && l->shape[i] >= STEP / 2 && l->shape[inner] >= STEP / 2 &&
        l->stride[0][i] > 0 && l->stride[0][i] <= INT32_MAX)
      return i;
  return -1;
}

static void move_to_end(dg_loop *l, int axis)
{
  for (int i = axis; i + 1 < l->ndim; i++) {
    int64_t size = l->shape[i];
    l->shape[i] = l->shape[i + 1], l->shape[i + 1] = size;
    for (int o = 0; o < 2; o++) {
      int64_t stride = l->stride[o][i];
      l->stride[o][i] = l->stride[o][i + 1], l->stride[o][i + 1] = stride;
    }
  }
}

static bool turn(const dg_view *from, const dg_view *to)
{
  dg_loop loop;
  dg_loop_init(&loop, 2, (const dg_view *const[]){ to, from });
  int64_t bytes = dg_item_bytes[to->dtype];
  int across = axis_across(&loop, bytes), inner = loop.ndim - 1;
  if (across < 0) return false;
  turning w = { .n = loop.shape[inner],
                .k = loop.shape[across],
                .tiles = (loop.shape[inner] + TILE - 1) / TILE,
                .step = loop.stride[1][inner] / bytes,
                .width = loop.stride[0][across] / bytes,
                .bytes = bytes };
  loop.ndim--;
  move_to_end(&loop, across);
  w.outer = loop;
  dg_parallel(to->size / (w.n * w.k) * w.tiles, GRAIN / (TILE * w.k) + 1, turn_tiles, &w);
  return true;
}

void dg_cpu_cast(int from_dtype, const void *from, int to_dtype, void *to, int64_t n)
{
  cast_loop(from_dtype, to_dtype)(n, to, dg_item_bytes[to_dtype], from, dg_item_bytes[from_dtype]);
}

int dg_cpu_copy(const dg_view *from, const dg_view *to)
{
  if (from->dtype == to->dtype && from->contiguous && to->contiguous && from->size == to->size) {
    if (to->size > 0) memcpy(to->data, from->data, (size_t)(to->size * dg_item_bytes[to->dtype]));
    return 0;
  }
  if (from->contiguous && to->contiguous && from->size == to->size && to->size < GRAIN) {
    dg_cpu_cast(from->dtype, from->data, to->dtype, to->data, to->size);
    return 0;
  }
  if (from->dtype == to->dtype && to->size > 0 && turn(from, to)) return 0;
  return apply(cast_loop(from->dtype, to->dtype), from, to);
}

int dg_cpu_accumulate(const dg_view *from, const dg_view *to)
{
  run_loop *add = dg_is_half(to->dtype) ? dg_half_add(to->dtype) : adds[to->dtype][dg_cpu_isa()];
  if (!from->contiguous || !to->contiguous || to->size >= GRAIN) return apply(add, from, to);
  add(to->size, to->data, dg_item_bytes[to->dtype], from->data, dg_item_bytes[to->dtype]);
  return 0;
}

int dg_cpu_fill(const dg_view *y, double value)
{
  if (y->size == 1) {
    cast_loop(DG_F64, y->dtype)(1, y->data, 0, (const char *)&value, 0);
    return 0;
  }
  const dg_view one = { .data = &value, .size = 1, .dtype = DG_F64, .contiguous = true };
  return apply(cast_loop(DG_F64, y->dtype), &one, y);
}
