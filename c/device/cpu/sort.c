/* sort.c -- the order of the elements along an axis, stable.
 *
 * Each element becomes a whole number without sign that orders as it does, with NaN above all. Short
 * rows are sorted by insertion, long ones byte by byte from the lowest (radix sort), leaving out the
 * bytes that all of them share. */
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

#include <string.h>

enum { SHORT = 64, GRAIN = 8 << 10, BYTES = 8, VALUES = 256 };

typedef struct item {
  uint64_t key;
  int64_t place;
} item;

/* Reads n elements that are `stride` bytes apart; `flip` is 0, or all ones for falling order. */
typedef void read_items(int64_t n, const char *x, int64_t stride, uint64_t flip, item *items);

#define READ(name, T, expression)                                                                  \
  static void name(int64_t n, const char *x, int64_t stride, uint64_t flip, item *items)           \
  {                                                                                                \
    for (int64_t i = 0; i < n; i++) {                                                              \
      const T v = *(const T *)(x + i * stride);                                                    \
      items[i] = (item){ (expression) ^ flip, i };                                                 \
    }                                                                                              \
  }

/* Bits of floats order like whole numbers with a sign, the negative ones backwards. -0 is 0. */
static inline uint64_t key_f32(float v)
{
  int32_t bits;
  memcpy(&bits, &v, sizeof bits);
  if (v != v) return UINT32_MAX;
  if (v == 0) bits = 0;
  return (uint32_t)(bits < 0 ? ~bits : bits ^ INT32_MIN);
}

static inline uint64_t key_f64(double v)
{
  int64_t bits;
  memcpy(&bits, &v, sizeof bits);
  if (v != v) return UINT64_MAX;
  if (v == 0) bits = 0;
  return (uint64_t)(bits < 0 ? ~bits : bits ^ INT64_MIN);
}

READ(read_f32, float, key_f32(v))
READ(read_f64, double, key_f64(v))
READ(read_i32, int32_t, (uint32_t)(v ^ INT32_MIN))
READ(read_i64, int64_t, (uint64_t)(v ^ INT64_MIN))
READ(read_u8, uint8_t, (uint64_t)v)

static read_items *const readers[DG_NDTYPES] = { read_f32, read_f64, read_i32,
                                                 read_i64, read_u8,  read_u8 };

static void insertion_sort(int64_t n, item *items)
{
  for (int64_t i = 1; i < n; i++) {
    const item it = items[i];
    int64_t j = i;
    for (; j > 0 && it.key < items[j - 1].key; j--) items[j] = items[j - 1];
    items[j] = it;
  }
}

/* By the lowest `bytes` bytes. Returns where the sorted items are: in `items` or in `spare`. */
static item *radix_sort(int64_t n, int bytes, item *items, item *spare)
{
  int64_t counts[BYTES][VALUES];
  memset(counts, 0, (size_t)bytes * sizeof counts[0]);
  for (int64_t i = 0; i < n; i++)
    for (int b = 0; b < bytes; b++) counts[b][items[i].key >> 8 * b & 255]++;
  for (int b = 0; b < bytes; b++) {
    int64_t *at = counts[b], from = 0;
    if (at[items[0].key >> 8 * b & 255] == n) continue;
    for (int v = 0; v < VALUES; v++) {
      const int64_t count = at[v];
      at[v] = from;
      from += count;
    }
    for (int64_t i = 0; i < n; i++) spare[at[items[i].key >> 8 * b & 255]++] = items[i];
    item *sorted = spare;
    spare = items;
    items = sorted;
  }
  return items;
}

typedef struct sort_work {
  read_items *read;
  uint64_t flip;
  int bytes;              /* of an element */
  int64_t n, rows, each;  /* each: how many rows a share of the workspace serves */
  int64_t x_step, y_step; /* along the axis, in bytes */
  item *items;            /* 2 n of them for each share */
  dg_loop loop;           /* over the rows: y, x */
} sort_work;

static void sort_row(const sort_work *w, const char *x, char *y, item *items)
{
  w->read(w->n, x, w->x_step, w->flip, items);
  if (w->n <= SHORT) insertion_sort(w->n, items);
  else items = radix_sort(w->n, w->bytes, items, items + w->n);
  for (int64_t i = 0; i < w->n; i++) *(int64_t *)(y + i * w->y_step) = items[i].place;
}

static void sort_shares(void *context, int64_t first, int64_t last)
{
  const sort_work *w = context;
  const int end = w->loop.ndim - 1;
  const int64_t across = w->loop.shape[end];
  const int64_t y_stride = w->loop.stride[0][end], x_stride = w->loop.stride[1][end];
  char *at[DG_LOOP_OPERANDS];
  for (int64_t row = first * w->each; row < DG_MIN(last * w->each, w->rows); row++) {
    dg_loop_at(&w->loop, row / across, at);
    sort_row(w, at[1] + row % across * x_stride, at[0] + row % across * y_stride,
             w->items + row / w->each * 2 * w->n);
  }
}

int dg_cpu_argsort(const dg_view *x, int axis, bool descending, const dg_view *y)
{
  if (y->size == 0) return 0;
  dg_view from = dg_view_part(x, axis, 0, 1), to = dg_view_part(y, axis, 0, 1);
  sort_work w = {
    .read = readers[x->dtype],
    .flip = descending ? UINT64_MAX : 0,
    .bytes = dg_item_bytes[x->dtype],
    .n = x->shape[axis],
    .rows = x->size / x->shape[axis],
    .x_step = x->stride[axis] * dg_item_bytes[x->dtype],
    .y_step = y->stride[axis] * (int64_t)sizeof(int64_t),
  };
  dg_loop_init(&w.loop, 2, (const dg_view *const[]){ &to, &from });
  int64_t shares = DG_MIN(w.rows, dg_pool_threads()), got = 0;
  w.each = (w.rows + shares - 1) / shares;
  w.items = dg_block_alloc(shares * 2 * w.n * (int64_t)sizeof(item), DG_WORKSPACE, &got);
  if (!w.items) return -1;
  dg_parallel(shares, DG_MAX(GRAIN / (w.n * w.each), 1), sort_shares, &w);
  dg_block_free(w.items, got, DG_WORKSPACE);
  return 0;
}
