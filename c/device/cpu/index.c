/* index.c -- gathers, scatters and finds elements by position.
 *
 * One operand is the table, whose axis is indexed, the other the list, which has one entry for each
 * position. All other axes agree: those before the indexed one are visited one by one, those after
 * it in runs; a kernel does one run of every entry. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

#include <string.h>

enum { GRAIN = 32 << 10 };

typedef struct entries {
  const int64_t *index;
  int64_t count;
  int64_t table_step, list_step; /* bytes from one entry to the next */
  int64_t n;                     /* elements in a run */
  int64_t table_stride, list_stride;
} entries;

typedef void run_entries(const entries *e, char *table, char *list);

/* Runs without gaps and runs of one element are loops of their own. Table and list are no parts of
 * one tensor. */
#define ENTRIES(name, T, statement)                                                                \
  static void name(const entries *e, char *table, char *list)                                      \
  {                                                                                                \
    const bool dense = e->table_stride == sizeof(T) && e->list_stride == sizeof(T);                \
    for (int64_t k = 0; k < e->count; k++) {                                                       \
      char *t = table + e->index[k] * e->table_step, *l = list + k * e->list_step;                 \
      if (e->n == 1) {                                                                             \
        T *a = (T *)t, *b = (T *)l;                                                                \
        statement;                                                                                 \
      } else if (dense) {                                                                          \
        for (int64_t i = 0; i < e->n; i++) {                                                       \
          T *a = (T *)t + i, *b = (T *)l + i;                                                      \
          statement;                                                                               \
        }                                                                                          \
      } else {                                                                                     \
        for (int64_t i = 0; i < e->n; i++) {                                                       \
          T *a = (T *)(t + i * e->table_stride), *b = (T *)(l + i * e->list_stride);               \
          statement;                                                                               \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
  }

/* Gathers copy runs without gaps at once, and have a shorter loop for single elements. */
#define GATHER(name, T)                                                                            \
  static void name##_runs(const entries *e, char *table, char *list)                               \
  {                                                                                                \
    for (int64_t k = 0; k < e->count; k++)                                                         \
      for (int64_t i = 0; i < e->n; i++)                                                           \
        *(T *)(list + k * e->list_step + i * e->list_stride) =                                     \
            *(const T *)(table + e->index[k] * e->table_step + i * e->table_stride);               \
  }                                                                                                \
  static void name(const entries *e, char *table, char *list)                                      \
  {                                                                                                \
    int64_t step = e->table_step;                                                                  \
    if (e->n == 1 && step == sizeof(T) && e->list_step == sizeof(T)) {                             \
      for (int64_t k = 0; k < e->count; k++) ((T *)list)[k] = ((const T *)table)[e->index[k]];     \
    } else if (e->n > 1 && e->table_stride == sizeof(T) && e->list_stride == sizeof(T)) {          \
      for (int64_t k = 0; k < e->count; k++)                                                       \
        memcpy(list + k * e->list_step, table + e->index[k] * step, (size_t)e->n * sizeof(T));     \
    } else name##_runs(e, table, list);                                                            \
  }

GATHER(gather_1, uint8_t)
GATHER(gather_2, uint16_t)
GATHER(gather_4, uint32_t)
GATHER(gather_8, uint64_t)
ENTRIES(scatter_1, uint8_t, *a = *b)
ENTRIES(scatter_2, uint16_t, *a = *b)
ENTRIES(scatter_4, uint32_t, *a = *b)
ENTRIES(scatter_8, uint64_t, *a = *b)
ENTRIES(add_f32, float, *a += *b)
ENTRIES(add_f64, double, *a += *b)
ENTRIES(add_i32, uint32_t, *a += *b)
ENTRIES(add_i64, uint64_t, *a += *b)
ENTRIES(add_u8, uint8_t, *a = (uint8_t)(*a + *b))

/* The kernels of elements of 1, 2, 4 and 8 bytes. */
static run_entries *const gathers[] = { gather_1, gather_2, gather_4, gather_8 };
static run_entries *const scatters[] = { scatter_1, scatter_2, scatter_4, scatter_8 };

static run_entries *by_size(int dtype, run_entries *const *kernels)
{
  int bytes = dg_item_bytes[dtype];
  return kernels[bytes == 8 ? 3 : bytes / 2];
}

static run_entries *const adders[DG_NDTYPES] = { add_f32, add_f64, add_i32, add_i64, add_u8 };

/* The part of a view that its axes from `first` up to `last` span. */
static dg_view axes_of(const dg_view *v, int first, int last)
{
  dg_view part = *v;
  part.ndim = (uint8_t)(last - first);
  memmove(part.shape, v->shape + first, part.ndim * sizeof *part.shape);
  memmove(part.stride, v->stride + first, part.ndim * sizeof *part.stride);
  dg_view_finish(&part);
  return part;
}

typedef struct index_work {
  run_entries *kernel;
  entries e;
  char *table, *list;
  bool split_run; /* threads share the run, not the entries */
} index_work;

static void run_part(void *context, int64_t first, int64_t last)
{
  const index_work *w = context;
  entries e = w->e;
  if (w->split_run) {
    e.n = last - first;
    w->kernel(&e, w->table + first * e.table_stride, w->list + first * e.list_stride);
  } else {
    e.index += first;
    e.count = last - first;
    w->kernel(&e, w->table, w->list + first * e.list_step);
  }
}

/* Does all entries for one place of the axes before the indexed one. */
static void run_place(index_work *w, const dg_loop *inner, char *const *outer)
{
  char *at[DG_LOOP_OPERANDS];
  for (int64_t r = 0; r < inner->runs; r++) {
    dg_loop_at(inner, r, at);
    w->table = outer[0] + (at[0] - inner->data[0]);
    w->list = outer[1] + (at[1] - inner->data[1]);
    if (w->split_run) dg_parallel(w->e.n, DG_MAX(GRAIN / w->e.count, 64), run_part, w);
    else dg_parallel(w->e.count, DG_MAX(GRAIN / w->e.n, 1), run_part, w);
  }
}

static int apply(run_entries *kernel, const dg_view *table, const dg_view *list, int axis,
                 const int64_t *index, bool ordered)
{
  if (list->size == 0) return 0;
  dg_view before[2] = { axes_of(table, 0, axis), axes_of(list, 0, axis) };
  dg_view after[2] = { axes_of(table, axis + 1, table->ndim), axes_of(list, axis + 1, list->ndim) };
  dg_loop outer, inner;
  dg_loop_init(&outer, 2, (const dg_view *const[]){ &before[0], &before[1] });
  dg_loop_init(&inner, 2, (const dg_view *const[]){ &after[0], &after[1] });
  int last = inner.ndim - 1, end = outer.ndim - 1;
  int64_t bytes = dg_item_bytes[table->dtype];
  index_work w = { .kernel = kernel, .split_run = ordered };
  w.e = (entries){
    .index = index,
    .count = list->shape[axis],
    .table_step = table->stride[axis] * bytes,
    .list_step = list->stride[axis] * bytes,
    .n = inner.shape[last],
    .table_stride = inner.stride[0][last],
    .list_stride = inner.stride[1][last],
  };
  char *at[DG_LOOP_OPERANDS];
  for (int64_t r = 0; r < outer.runs; r++) {
    dg_loop_at(&outer, r, at);
    for (int64_t i = 0; i < outer.shape[end]; i++) {
      run_place(&w, &inner, at);
      at[0] += outer.stride[0][end];
      at[1] += outer.stride[1][end];
    }
  }
  return 0;
}

int dg_cpu_gather(const dg_view *x, int axis, const dg_view *index, const dg_view *y)
{
  run_entries *kernel = by_size(x->dtype, gathers);
  return apply(kernel, x, y, axis, index->data, false);
}

int dg_cpu_scatter(const dg_view *x, int axis, const dg_view *index, const dg_view *y)
{
  run_entries *kernel = by_size(x->dtype, scatters);
  return apply(kernel, y, x, axis, index->data, true);
}

int dg_cpu_scatter_add(const dg_view *x, int axis, const dg_view *index, const dg_view *y)
{
  if (!adders[x->dtype]) return dg_fail(DG_ETYPE, "scatter_add: bools cannot be added");
  return apply(adders[x->dtype], y, x, axis, index->data, true);
}

/* -- Positions ------------------------------------------------------------------------------ */

int dg_cpu_positions(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                     int64_t *bad)
{
  if (dg_cpu_copy(index, to) < 0) return -1;
  int64_t *p = to->data;
  for (int64_t i = 0; i < to->size; i++) {
    int64_t given = p[i];
    p[i] = given < 0 ? given + size : given - base;
    if (DG_LIKELY(p[i] >= 0 && p[i] < size)) continue;
    *bad = given;
    return 1;
  }
  return 0;
}

#define COUNT(T)                                                                                   \
  static int64_t count_##T(int64_t n, const char *x, int64_t step, int64_t *at, int64_t from)      \
  {                                                                                                \
    int64_t found = 0;                                                                             \
    for (int64_t i = 0; i < n; i++) {                                                              \
      if (*(const T *)(x + i * step) == 0) continue;                                               \
      if (at) at[found] = from + i;                                                                \
      found++;                                                                                     \
    }                                                                                              \
    return found;                                                                                  \
  }

COUNT(float)
COUNT(double)
COUNT(int32_t)
COUNT(int64_t)
COUNT(uint8_t)

typedef int64_t count_run(int64_t n, const char *x, int64_t step, int64_t *at, int64_t from);

static count_run *const counters[DG_NDTYPES] = { count_float,   count_double,  count_int32_t,
                                                 count_int64_t, count_uint8_t, count_uint8_t };

/* Turns row-major positions into coordinates, from the end on: they take more room. */
static void unravel(const dg_view *x, int64_t *to, int64_t count)
{
  for (int64_t k = count - 1; k >= 0; k--) {
    int64_t position = to[k];
    for (int i = x->ndim - 1; i >= 0; i--) {
      to[k * x->ndim + i] = position % x->shape[i];
      position /= x->shape[i];
    }
  }
}

int64_t dg_cpu_nonzero(const dg_view *x, const dg_view *y)
{
  dg_loop loop;
  char *at[DG_LOOP_OPERANDS];
  dg_loop_init(&loop, 1, (const dg_view *const[]){ x });
  int last = loop.ndim - 1;
  int64_t found = 0, *to = y ? y->data : NULL;
  for (int64_t r = 0; r < loop.runs; r++) {
    dg_loop_at(&loop, r, at);
    found += counters[x->dtype](loop.shape[last], at[0], loop.stride[0][last],
                                to ? to + found : NULL, r * loop.shape[last]);
  }
  if (to && y->ndim == 2 && x->ndim > 0) unravel(x, to, found);
  return found;
}
