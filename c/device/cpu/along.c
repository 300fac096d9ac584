/* along.c -- elements that an index of their own shape chooses along one axis. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

enum { GRAIN = 32 << 10 };

/* A run of n list elements. Strides are in bytes: of the table, of a position along the axis, of the
 * index, of the list. */
typedef struct run {
  int64_t n, table_stride, step, index_stride, list_stride;
} run;

typedef void run_along(const run *r, char *table, const char *index, char *list);

#define ALONG(name, T, statement)                                                                  \
  static void name(const run *r, char *table, const char *index, char *list)                       \
  {                                                                                                \
    for (int64_t i = 0; i < r->n; i++) {                                                           \
      int64_t place = *(const int64_t *)(index + i * r->index_stride);                             \
      T *a = (T *)(table + i * r->table_stride + place * r->step);                                 \
      T *b = (T *)(list + i * r->list_stride);                                                     \
      statement;                                                                                   \
    }                                                                                              \
  }

ALONG(take_1, uint8_t, *b = *a)
ALONG(take_2, uint16_t, *b = *a)
ALONG(take_4, uint32_t, *b = *a)
ALONG(take_8, uint64_t, *b = *a)
ALONG(set_1, uint8_t, *a = *b)
ALONG(set_2, uint16_t, *a = *b)
ALONG(set_4, uint32_t, *a = *b)
ALONG(set_8, uint64_t, *a = *b)
ALONG(add_f32, float, *a += *b)
ALONG(add_f64, double, *a += *b)
ALONG(add_i32, uint32_t, *a += *b)
ALONG(add_i64, uint64_t, *a += *b)
ALONG(add_u8, uint8_t, *a = (uint8_t)(*a + *b))

static run_along *const kernels[3][DG_NDTYPES] = {
  [DG_ALONG_TAKE] = { take_4, take_8, take_4, take_8, take_1, take_1, take_2, take_2 },
  [DG_ALONG_SET] = { set_4, set_8, set_4, set_8, set_1, set_1, set_2, set_2 },
  [DG_ALONG_ADD] = { add_f32, add_f64, add_i32, add_i64, add_u8 },
};

typedef struct along_work {
  run_along *kernel;
  run r;
  dg_loop loop;
} along_work;

static void along_runs(void *context, int64_t first, int64_t last)
{
  const along_work *w = context;
  char *at[DG_LOOP_OPERANDS];
  for (int64_t k = first; k < last; k++) {
    dg_loop_at(&w->loop, k, at);
    w->kernel(&w->r, at[2], at[1], at[0]);
  }
}

int dg_cpu_along(dg_along kind, const dg_view *table, int axis, const dg_view *index,
                 const dg_view *list)
{
  if (list->size == 0) return 0;
  along_work w = { .kernel = kernels[kind][list->dtype] };
  if (!w.kernel) return dg_fail(DG_ETYPE, "bools cannot be added");
  dg_view stand = *table; /* where a list's element would be at position 0 */
  for (int i = 0; i < list->ndim; i++) stand.shape[i] = list->shape[i];
  stand.stride[axis] = 0;
  dg_view_finish(&stand);
  dg_loop_init(&w.loop, 3, (const dg_view *const[]){ list, index, &stand });
  int end = w.loop.ndim - 1;
  w.r = (run){
    .n = w.loop.shape[end],
    .table_stride = w.loop.stride[2][end],
    .step = table->stride[axis] * dg_item_bytes[table->dtype],
    .index_stride = w.loop.stride[1][end],
    .list_stride = w.loop.stride[0][end],
  };
  if (kind == DG_ALONG_TAKE) dg_parallel(w.loop.runs, DG_MAX(GRAIN / w.r.n, 1), along_runs, &w);
  else along_runs(&w, 0, w.loop.runs); /* equal places are written in order */
  return 0;
}
