/* sort.c -- the order of the elements along an axis: a stable merge sort of values and positions. */
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

enum { RUN = 16, GRAIN = 8 << 10 }; /* RUN: what insertion sorts before merging begins */

/* One row: n elements x, `stride` bytes apart; `keys` and `places` have room for 2 n. The places end
 * up in y, `step` bytes apart. */
typedef struct row {
  int64_t n, stride, step;
  const char *x;
  char *y;
  void *keys;
  int64_t *places;
} row;

typedef void sort_row(const row *r);

/* Whether an element comes strictly before another; with NaN above all numbers. */
#define RISES(a, b) ((a) < (b) || ((b) != (b) && (a) == (a)))
#define FALLS(a, b) RISES(b, a)
#define WHOLE_RISES(a, b) ((a) < (b))
#define WHOLE_FALLS(a, b) ((a) > (b))

/* Merges the sorted places from..middle and middle..to of k and p into those of m and q. */
#define SORT(name, T, BEFORE)                                                                      \
  static void insert_##name(T *k, int64_t *p, int64_t from, int64_t to)                            \
  {                                                                                                \
    for (int64_t i = from + 1; i < to; i++) {                                                      \
      const T key = k[i];                                                                          \
      const int64_t place = p[i];                                                                  \
      int64_t j = i;                                                                               \
      for (; j > from && BEFORE(key, k[j - 1]); j--) k[j] = k[j - 1], p[j] = p[j - 1];             \
      k[j] = key, p[j] = place;                                                                    \
    }                                                                                              \
  }                                                                                                \
  static void merge_##name(const T *k, const int64_t *p, T *m, int64_t *q, int64_t from,           \
                           int64_t middle, int64_t to)                                             \
  {                                                                                                \
    int64_t i = from, j = middle;                                                                  \
    for (int64_t o = from; o < to; o++) {                                                          \
      const bool right = i == middle || (j < to && BEFORE(k[j], k[i]));                            \
      const int64_t at = right ? j++ : i++;                                                        \
      m[o] = k[at], q[o] = p[at];                                                                  \
    }                                                                                              \
  }                                                                                                \
  static void sort_##name(const row *r)                                                            \
  {                                                                                                \
    T *k = r->keys, *m = k + r->n;                                                                 \
    int64_t *p = r->places, *q = p + r->n;                                                         \
    for (int64_t i = 0; i < r->n; i++) k[i] = *(const T *)(r->x + i * r->stride), p[i] = i;        \
    for (int64_t i = 0; i < r->n; i += RUN) insert_##name(k, p, i, DG_MIN(i + RUN, r->n));         \
    for (int64_t width = RUN; width < r->n; width *= 2) {                                          \
      for (int64_t i = 0; i < r->n; i += 2 * width)                                                \
        merge_##name(k, p, m, q, i, DG_MIN(i + width, r->n), DG_MIN(i + 2 * width, r->n));         \
      T *spare = k;                                                                                \
      int64_t *other = p;                                                                          \
      k = m, m = spare, p = q, q = other;                                                          \
    }                                                                                              \
    for (int64_t i = 0; i < r->n; i++) *(int64_t *)(r->y + i * r->step) = p[i];                    \
  }

SORT(rising_f32, float, RISES)
SORT(falling_f32, float, FALLS)
SORT(rising_f64, double, RISES)
SORT(falling_f64, double, FALLS)
SORT(rising_i32, int32_t, WHOLE_RISES)
SORT(falling_i32, int32_t, WHOLE_FALLS)
SORT(rising_i64, int64_t, WHOLE_RISES)
SORT(falling_i64, int64_t, WHOLE_FALLS)
SORT(rising_u8, uint8_t, WHOLE_RISES)
SORT(falling_u8, uint8_t, WHOLE_FALLS)

static sort_row *const sorters[2][DG_NDTYPES] = {
  { sort_rising_f32, sort_rising_f64, sort_rising_i32, sort_rising_i64, sort_rising_u8,
    sort_rising_u8 },
  { sort_falling_f32, sort_falling_f64, sort_falling_i32, sort_falling_i64, sort_falling_u8,
    sort_falling_u8 },
};

typedef struct sort_work {
  sort_row *sort;
  row r;                     /* of the first row */
  dg_loop loop;              /* over the rows: y, x */
  int64_t rows, each, bytes; /* each: how many rows a share of the workspace serves */
} sort_work;

static void sort_shares(void *context, int64_t first, int64_t last)
{
  const sort_work *w = context;
  const int end = w->loop.ndim - 1;
  const int64_t across = w->loop.shape[end];
  char *at[DG_LOOP_OPERANDS];
  for (int64_t share = first; share < last; share++) {
    row r = w->r;
    r.places += share * 2 * r.n;
    r.keys = (char *)r.keys + share * 2 * r.n * w->bytes;
    for (int64_t k = share * w->each; k < DG_MIN((share + 1) * w->each, w->rows); k++) {
      dg_loop_at(&w->loop, k / across, at);
      r.y = at[0] + k % across * w->loop.stride[0][end];
      r.x = at[1] + k % across * w->loop.stride[1][end];
      w->sort(&r);
    }
  }
}

/* A view with size 1 along one axis. */
static dg_view first_of(const dg_view *v, int axis)
{
  dg_view f = *v;
  f.shape[axis] = 1;
  dg_view_finish(&f);
  return f;
}

int dg_cpu_argsort(const dg_view *x, int axis, bool descending, const dg_view *y)
{
  if (y->size == 0) return 0;
  int64_t n = x->shape[axis], rows = x->size / n, got = 0;
  dg_view from = first_of(x, axis), to = first_of(y, axis);
  sort_work w = {
    .sort = sorters[descending][x->dtype],
    .r = { .n = n,
           .stride = x->stride[axis] * dg_item_bytes[x->dtype],
           .step = y->stride[axis] * (int64_t)sizeof(int64_t) },
    .rows = rows,
    .bytes = dg_item_bytes[x->dtype],
  };
  dg_loop_init(&w.loop, 2, (const dg_view *const[]){ &to, &from });
  int64_t shares = DG_MIN(rows, dg_pool_threads());
  w.each = (rows + shares - 1) / shares;
  char *block = dg_block_alloc(shares * 2 * n * (w.bytes + 8), DG_WORKSPACE, &got);
  if (!block) return -1;
  w.r.places = (int64_t *)block;
  w.r.keys = block + shares * 2 * n * 8;
  dg_parallel(shares, DG_MAX(GRAIN / (n * w.each), 1), sort_shares, &w);
  dg_block_free(block, got, DG_WORKSPACE);
  return 0;
}
