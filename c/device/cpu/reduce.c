/* reduce.c -- sums, maxima and minima, and where they are, over any axes of any array.
 *
 * The axes fall into those that stay and those that go. Where the elements of a row go, each row
 * is folded into one number; where they stay, whole rows are folded into a row. Float sums are
 * taken over blocks, and the blocks' sums in pairs, so that the error grows with the logarithm of
 * the length. */
#include "device/cpu/cpu.h"
#include "device/cpu/isa.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

/* Strips are as long as the caches and the number of threads allow: memory likes long runs. Pieces of
 * an array from LEAST_FAR on are those of one that no cache holds. */
enum {
  GRAIN = 64 << 10,
  BLOCK = 2048,
  FAR = 4,
  STRIP_LEAST = 1024,
  STRIP_MOST = 4096,
  PIECES = 64,
  LEAST_FAR = 128 << 10
};

/* `row` folds n elements into one, `rows` folds `count` rows of n, `next` bytes apart, into a row;
 * `first`: there is nothing in it yet. */
typedef struct fold {
  void (*row)(int64_t n, const char *x, int64_t step, void *total, bool first);
  void (*rows)(int64_t n, const char *x, int64_t step, int64_t count, int64_t next, void *total,
               bool first);
} fold;

typedef struct reduction {
  const fold *fold;
  dg_loop kept;    /* operand 0: y, operand 1: x */
  dg_loop dropped; /* operand 0: x */
  int64_t strip;   /* columns that are folded together */
  bool greater;    /* for positions: maxima or minima */
} reduction;

/* Far arrays come faster where several places are read at once: sum_far goes through FAR blocks side
 * by side. */
#define SUM(T, isa, target)                                                                        \
  typedef T lanes_##T##_##isa __attribute__((vector_size(32), aligned(sizeof(T)), may_alias));     \
  target static T sum_lanes_##T##_##isa(lanes_##T##_##isa s)                                       \
  {                                                                                                \
    T total = 0;                                                                                   \
    for (int k = 0; k < (int)(32 / sizeof(T)); k++) total += s[k];                                 \
    return total;                                                                                  \
  }                                                                                                \
  target static T sum_block_##T##_##isa(int64_t n, const char *x, int64_t step)                    \
  {                                                                                                \
    enum { LANES = 32 / sizeof(T) };                                                               \
    lanes_##T##_##isa s0 = { 0 }, s1 = s0, s2 = s0, s3 = s0;                                       \
    T total = 0;                                                                                   \
    int64_t i = 0;                                                                                 \
    if (step == sizeof(T)) {                                                                       \
      for (const lanes_##T##_##isa *v = (const void *)x; i + 4 * LANES <= n;                       \
           i += 4 * LANES, v += 4)                                                                 \
        s0 += v[0], s1 += v[1], s2 += v[2], s3 += v[3];                                            \
    }                                                                                              \
    for (; i < n; i++) total += *(const T *)(x + i * step);                                        \
    return total + sum_lanes_##T##_##isa((s0 + s1) + (s2 + s3));                                   \
  }                                                                                                \
  target static T sum_far_##T##_##isa(const T *x)                                                  \
  {                                                                                                \
    enum { LANES = 32 / sizeof(T), HALF = BLOCK / 2 };                                             \
    T total[2];                                                                                    \
    for (int h = 0; h < 2; h++, x += HALF) {                                                       \
      lanes_##T##_##isa s[2 * FAR] = { { 0 } };                                                    \
      for (int64_t i = 0; i < HALF; i += 2 * LANES) {                                              \
        DG_UNROLL                                                                                  \
        for (int k = 0; k < 2 * FAR; k++)                                                          \
          s[k] += *(const lanes_##T##_##isa *)(x + k / 2 * BLOCK + i + k % 2 * LANES);             \
      }                                                                                            \
      total[h] = sum_lanes_##T##_##isa(((s[0] + s[1]) + (s[2] + s[3])) +                           \
                                       ((s[4] + s[5]) + (s[6] + s[7])));                           \
    }                                                                                              \
    return total[0] + total[1];                                                                    \
  }                                                                                                \
  target static T sum_pairs_##T##_##isa(int64_t n, const char *x, int64_t step, bool far)          \
  {                                                                                                \
    if (n <= BLOCK) return sum_block_##T##_##isa(n, x, step);                                      \
    if (n == FAR * BLOCK && far) return sum_far_##T##_##isa((const T *)x);                         \
    int64_t unit = n > FAR * BLOCK ? FAR * BLOCK : BLOCK, half = n / 2 / unit * unit;              \
    if (half == 0) half = unit;                                                                    \
    return sum_pairs_##T##_##isa(half, x, step, far) +                                             \
           sum_pairs_##T##_##isa(n - half, x + half * step, step, far);                            \
  }                                                                                                \
  static void sum_row_##T##_##isa(int64_t n, const char *x, int64_t step, void *total, bool first) \
  {                                                                                                \
    T sum = sum_pairs_##T##_##isa(n, x, step, n >= LEAST_FAR && step == sizeof(T));                \
    *(T *)total = first ? sum : *(T *)total + sum;                                                 \
  }                                                                                                \
  target static void sum_rows_##T##_##isa(int64_t n, const char *x, int64_t step, int64_t count,   \
                                          int64_t next, void *total, bool first)                   \
  {                                                                                                \
    T *restrict t = total;                                                                         \
    if (first) {                                                                                   \
      for (int64_t i = 0; i < n; i++) t[i] = *(const T *)(x + i * step);                           \
      count--, x += next;                                                                          \
    }                                                                                              \
    for (; step == sizeof(T) && count >= 4; count -= 4, x += 4 * next) {                           \
      const T *a = (const T *)x, *b = (const T *)(x + next), *c = (const T *)(x + 2 * next),       \
              *d = (const T *)(x + 3 * next);                                                      \
      for (int64_t i = 0; i < n; i++) t[i] += (a[i] + b[i]) + (c[i] + d[i]);                       \
    }                                                                                              \
    for (; count > 0; count--, x += next)                                                          \
      if (step == sizeof(T))                                                                       \
        for (int64_t i = 0; i < n; i++) t[i] += ((const T *)x)[i];                                 \
      else                                                                                         \
        for (int64_t i = 0; i < n; i++) t[i] += *(const T *)(x + i * step);                        \
  }                                                                                                \
  static const fold sum_##T##_##isa = { sum_row_##T##_##isa, sum_rows_##T##_##isa };

#if DG_HAS_X86
#define SUMS(T) SUM(T, base, ) SUM(T, avx2, DG_TARGET_AVX2) SUM(T, avx512, DG_TARGET_AVX512)
#define SUM_ENTRY(T)                                                                               \
  {                                                                                                \
    &sum_##T##_base, &sum_##T##_avx2, &sum_##T##_avx512                                            \
  }
#else
#define SUMS(T) SUM(T, base, )
#define SUM_ENTRY(T)                                                                               \
  {                                                                                                \
    &sum_##T##_base, &sum_##T##_base, &sum_##T##_base                                              \
  }
#endif

/* The first of equals stays; a NaN wins and stays. */
#define BETTER(a, than, sign) ((a)sign(than) || ((a) != (a) && (than) == (than)))

#define EXTREME(name, T, sign)                                                                     \
  static void name##_row_##T(int64_t n, const char *x, int64_t step, void *best, bool first)       \
  {                                                                                                \
    T b = first ? *(const T *)x : *(T *)best;                                                      \
    for (int64_t i = 0; i < n; i++) {                                                              \
      const T a = *(const T *)(x + i * step);                                                      \
      b = BETTER(a, b, sign) ? a : b;                                                              \
    }                                                                                              \
    *(T *)best = b;                                                                                \
  }                                                                                                \
  static void name##_rows_##T(int64_t n, const char *x, int64_t step, int64_t count, int64_t next, \
                              void *best, bool first)                                              \
  {                                                                                                \
    T *b = best;                                                                                   \
    for (; count > 0; count--, x += next, first = false)                                           \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T a = *(const T *)(x + i * step);                                                    \
        b[i] = first || BETTER(a, b[i], sign) ? a : b[i];                                          \
      }                                                                                            \
  }                                                                                                \
  static const fold name##_##T = { name##_row_##T, name##_rows_##T };

SUMS(float)
SUMS(double)
SUMS(int64_t)
EXTREME(max, float, >)
EXTREME(max, double, >)
EXTREME(max, int32_t, >)
EXTREME(max, int64_t, >)
EXTREME(max, uint8_t, >)
EXTREME(min, float, <)
EXTREME(min, double, <)
EXTREME(min, int32_t, <)
EXTREME(min, int64_t, <)
EXTREME(min, uint8_t, <)

static const fold *const sums[DG_NDTYPES][DG_ISA_COUNT] = {
  [DG_F32] = SUM_ENTRY(float),
  [DG_F64] = SUM_ENTRY(double),
  [DG_I64] = SUM_ENTRY(int64_t),
};
static const fold *const maxima[DG_NDTYPES] = {
  &max_float, &max_double, &max_int32_t, &max_int64_t, &max_uint8_t, &max_uint8_t,
};
static const fold *const minima[DG_NDTYPES] = {
  &min_float, &min_double, &min_int32_t, &min_int64_t, &min_uint8_t, &min_uint8_t,
};

/* NULL where positions are wanted. */
static const fold *fold_of(dg_reduction kind, int dtype)
{
  if (kind == DG_SUM) return sums[dtype][dg_cpu_isa()];
  if (kind == DG_MAX_OF) return maxima[dtype];
  return kind == DG_MIN_OF ? minima[dtype] : NULL;
}

/* Each kept element is the fold of the rows that go. */
static void fold_rows_away(void *context, int64_t from, int64_t to)
{
  const reduction *r = context;
  const dg_loop *kept = &r->kept, *gone = &r->dropped;
  int last = kept->ndim - 1, inner = gone->ndim - 1;
  for (int64_t k = from; k < to; k++) {
    char *at[DG_LOOP_OPERANDS], *row[DG_LOOP_OPERANDS];
    dg_loop_at(kept, k / kept->shape[last], at);
    int64_t place = k % kept->shape[last];
    char *y = at[0] + place * kept->stride[0][last], *x = at[1] + place * kept->stride[1][last];
    for (int64_t j = 0; j < gone->runs; j++) {
      dg_loop_at(gone, j, row);
      r->fold->row(gone->shape[inner], x + (row[0] - gone->data[0]), gone->stride[0][inner], y,
                   j == 0);
    }
  }
}

/* Each kept row is the fold of rows like it, a strip at a time so that it stays in the cache. */
static void fold_into_rows(void *context, int64_t from, int64_t to)
{
  const reduction *r = context;
  const dg_loop *kept = &r->kept, *gone = &r->dropped;
  int last = kept->ndim - 1, inner = gone->ndim - 1;
  int64_t strips = (kept->shape[last] + r->strip - 1) / r->strip, step = kept->stride[1][last];
  for (int64_t k = from; k < to; k++) {
    char *at[DG_LOOP_OPERANDS], *row[DG_LOOP_OPERANDS];
    dg_loop_at(kept, k / strips, at);
    int64_t begin = k % strips * r->strip, n = DG_MIN(r->strip, kept->shape[last] - begin);
    char *y = at[0] + begin * kept->stride[0][last], *x = at[1] + begin * step;
    for (int64_t j = 0; j < gone->runs; j++) {
      dg_loop_at(gone, j, row);
      r->fold->rows(n, x + (row[0] - gone->data[0]), step, gone->shape[inner],
                    gone->stride[0][inner], y, j == 0);
    }
  }
}

/* All elements into one number. Large arrays are cut into pieces that do not depend on the number
 * of threads. */
typedef struct whole {
  const fold *fold;
  const char *x;
  int64_t n, piece, bytes;
  double partial[PIECES]; /* of any type */
} whole;

static void fold_pieces(void *context, int64_t from, int64_t to)
{
  whole *w = context;
  for (int64_t k = from; k < to; k++)
    w->fold->row(DG_MIN(w->piece, w->n - k * w->piece), w->x + k * w->piece * w->bytes, w->bytes,
                 (char *)w->partial + k * w->bytes, true);
}

static void fold_whole(const fold *f, const dg_view *x, void *y)
{
  whole w = { .fold = f, .x = x->data, .n = x->size, .bytes = dg_item_bytes[x->dtype] };
  if (x->size < 2 * GRAIN) {
    f->row(w.n, w.x, w.bytes, y, true);
    return;
  }
  w.piece = DG_MAX(GRAIN, (w.n + PIECES - 1) / PIECES);
  int64_t pieces = (w.n + w.piece - 1) / w.piece;
  dg_parallel(pieces, 1, fold_pieces, &w);
  f->row(pieces, (const char *)w.partial, w.bytes, y, true);
}

/* The position of the best element, counted over the axes that go. */
#define POSITION(T)                                                                                \
  static void position_##T(void *context, int64_t from, int64_t to)                                \
  {                                                                                                \
    const reduction *r = context;                                                                  \
    const dg_loop *kept = &r->kept, *gone = &r->dropped;                                           \
    int last = kept->ndim - 1, inner = gone->ndim - 1;                                             \
    for (int64_t k = from; k < to; k++) {                                                          \
      char *at[DG_LOOP_OPERANDS], *row[DG_LOOP_OPERANDS];                                          \
      dg_loop_at(kept, k / kept->shape[last], at);                                                 \
      int64_t place = k % kept->shape[last], best = 0, position = 0;                               \
      const char *x = at[1] + place * kept->stride[1][last];                                       \
      T b = *(const T *)x;                                                                         \
      for (int64_t j = 0; j < gone->runs; j++) {                                                   \
        dg_loop_at(gone, j, row);                                                                  \
        const char *p = x + (row[0] - gone->data[0]);                                              \
        for (int64_t i = 0; i < gone->shape[inner]; i++, position++) {                             \
          const T a = *(const T *)(p + i * gone->stride[0][inner]);                                \
          if (r->greater ? BETTER(a, b, >) : BETTER(a, b, <)) b = a, best = position;              \
        }                                                                                          \
      }                                                                                            \
      *(int64_t *)(at[0] + place * kept->stride[0][last]) = best;                                  \
    }                                                                                              \
  }

POSITION(float)
POSITION(double)
POSITION(int32_t)
POSITION(int64_t)
POSITION(uint8_t)

static dg_parallel_fn *const positions[DG_NDTYPES] = {
  position_float,   position_double,  position_int32_t,
  position_int64_t, position_uint8_t, position_uint8_t,
};

int dg_cpu_reduce(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes)
{
  if (y->size == 0) return 0;
  if (x->size == 0) return dg_cpu_fill(y, 0); /* sums only: the operator refuses the others */
  const fold *f = fold_of(kind, x->dtype);
  if (f && y->size == 1 && x->contiguous) {
    fold_whole(f, x, y->data);
    return 0;
  }
  unsigned kept = ~axes;
  dg_view stays = dg_view_along(x, kept), goes = dg_view_along(x, axes),
          result = dg_view_along(y, kept);
  const dg_view *both[] = { &result, &stays }, *one[] = { &goes };
  reduction r = { .greater = kind == DG_ARGMAX };
  dg_loop_init(&r.kept, 2, both);
  dg_loop_init(&r.dropped, 1, one);
  int64_t each = goes.size, last = r.kept.shape[r.kept.ndim - 1];
  if (!f) {
    dg_parallel(y->size, DG_MAX(GRAIN / each, 1), positions[x->dtype], &r);
    return 0;
  }
  r.fold = f;
  int64_t kept_step = r.kept.stride[1][r.kept.ndim - 1];
  int64_t gone_step = r.dropped.stride[0][r.dropped.ndim - 1];
  bool rows = last > 1 &&
              (kept_step < 0 ? -kept_step : kept_step) < (gone_step < 0 ? -gone_step : gone_step);
  if (rows) {
    r.strip = DG_MIN(DG_MAX(last / dg_pool_threads(), STRIP_LEAST), STRIP_MOST);
    int64_t strips = (last + r.strip - 1) / r.strip;
    dg_parallel(r.kept.runs * strips, DG_MAX(GRAIN / (each * DG_MIN(last, r.strip)), 1),
                fold_into_rows, &r);
  } else {
    dg_parallel(y->size, DG_MAX(GRAIN / each, 1), fold_rows_away, &r);
  }
  return 0;
}
