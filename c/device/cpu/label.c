/* label.c -- what labels point at: elements of a class, rows of a matrix. */
#include "device/cpu/label.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/pool.h"

#include <string.h>

enum { GRAIN = 64 << 10, SMALL = 64 };

/* Elements side by side, without a loop over axes: few labels are read faster than it is set up. */
#define READ(T)                                                                                    \
  static void read_##T(const dg_view *t, int64_t *to)                                              \
  {                                                                                                \
    const T *from = t->data;                                                                       \
    for (int64_t i = 0; i < t->size; i++) to[i] = from[i];                                         \
  }

READ(int32_t)
READ(int64_t)

static void read_numbers(const dg_labels *l, int64_t *to)
{
  if (l->t.contiguous && l->t.dtype == DG_I32) {
    read_int32_t(&l->t, to);
    return;
  }
  if (l->t.contiguous && l->t.dtype == DG_I64) {
    read_int64_t(&l->t, to);
    return;
  }
  dg_view v = l->t;
  dg_view_set(&v, "labels", DG_I64, l->t.ndim, l->t.shape);
  v.data = to;
  dg_cpu_copy(&l->t, &v);
}

void dg_read_labels(const dg_labels *l, int64_t *to)
{
  read_numbers(l, to);
  for (int64_t i = 0; i < l->t.size; i++) to[i] = to[i] == l->ignored ? -1 : to[i] - l->base;
}

/* The same in a block of workspace, or here if they are few. */
typedef struct label_list {
  int64_t *at;
  int64_t small[SMALL];
  void *block;
  int64_t got;
} label_list;

static int open_list(label_list *list, const dg_labels *l, bool as_places)
{
  list->block = NULL;
  list->at = list->small;
  if (l->t.size > SMALL) {
    list->block = dg_block_alloc(l->t.size * 8, DG_WORKSPACE, &list->got);
    if (!list->block) return -1;
    list->at = list->block;
  }
  if (as_places) dg_read_labels(l, list->at);
  else read_numbers(l, list->at);
  return 0;
}

static void close_list(label_list *list)
{
  if (list->block) dg_block_free(list->block, list->got, DG_WORKSPACE);
}

/* Counts labels of any kind, and finds the first that is of no class. */
static int find_bad(const dg_labels *l, dg_label_report *report)
{
  label_list list;
  int64_t first = l->base, end; /* differences could overflow: look at the numbers themselves */
  if (__builtin_add_overflow(l->base, l->classes, &end)) end = INT64_MAX;
  if (open_list(&list, l, false) < 0) return -1;
  *report = (dg_label_report){ .used = 0, .bad = -1 };
  for (int64_t i = 0; i < l->t.size; i++) {
    int64_t label = list.at[i];
    if (label == l->ignored) continue;
    report->used++;
    if (l->classes >= 0 && (label < first || label >= end) && report->bad < 0)
      report->bad = i, report->label = label;
  }
  close_list(&list);
  return 0;
}

/* How many labels side by side are not ignored, if all those are of the classes; else -1. */
#define COUNT(T)                                                                                   \
  static int64_t count_##T(const dg_labels *l)                                                     \
  {                                                                                                \
    const T *label = l->t.data;                                                                    \
    const int64_t base = l->base, ignored = l->ignored;                                            \
    const uint64_t classes = (uint64_t)l->classes; /* -1: all numbers */                           \
    int64_t used = 0, bad = 0;                                                                     \
    for (int64_t i = 0; i < l->t.size; i++) {                                                      \
      const bool counts = label[i] != ignored;                                                     \
      used += counts;                                                                              \
      bad |= counts & ((uint64_t)label[i] - (uint64_t)base >= classes);                            \
    }                                                                                              \
    return bad ? -1 : used;                                                                        \
  }

COUNT(int32_t)
COUNT(int64_t)

int dg_cpu_check_labels(const dg_labels *l, dg_label_report *report)
{
  int64_t used = -1;
  if (l->t.contiguous && l->t.dtype == DG_I32) used = count_int32_t(l);
  else if (l->t.contiguous && l->t.dtype == DG_I64) used = count_int64_t(l);
  *report = (dg_label_report){ .used = used, .bad = -1 };
  return used < 0 ? find_bad(l, report) : 0;
}

int dg_cpu_count_hits(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  label_list list;
  dg_dense d;
  if (dg_dense_read(&d, x) < 0) return -1;
  int status = open_list(&list, l, true);
  int64_t hits = 0, used = 0;
  for (int64_t i = 0; status == 0 && i < l->t.size; i++) {
    hits += list.at[i] >= 0 && ((const int64_t *)d.data)[i] == list.at[i];
    used += list.at[i] >= 0;
  }
  if (status == 0) close_list(&list);
  dg_dense_free(&d);
  return status == 0 ? dg_cpu_fill(y, (double)hits / (double)DG_MAX(used, 1)) : -1;
}

/* -- Elements of a class: x is n x classes x inner, with inner 1 or more axes as one ------------ */

#define MOVE(T)                                                                                    \
  static void select_##T(const T *x, const int64_t *label, T *y, int64_t count, int64_t classes,   \
                         int64_t inner)                                                            \
  {                                                                                                \
    for (int64_t i = 0; i < count; i++) {                                                          \
      const T *of = x + i / inner * classes * inner + i % inner;                                   \
      y[i] = label[i] < 0 ? 0 : of[label[i] * inner];                                              \
    }                                                                                              \
  }                                                                                                \
  static void place_##T(const T *x, const int64_t *label, T *y, int64_t count, int64_t classes,    \
                        int64_t inner)                                                             \
  {                                                                                                \
    for (int64_t i = 0; i < count; i++)                                                            \
      if (label[i] >= 0) y[(i / inner * classes + label[i]) * inner + i % inner] = x ? x[i] : 1;   \
  }

MOVE(float)
MOVE(double)
MOVE(int32_t)
MOVE(int64_t)
MOVE(uint8_t)

#define BY_DTYPE(dtype, f, x, ...)                                                                 \
  switch (dtype) {                                                                                 \
  case DG_F32:                                                                                     \
    f##_float(x, __VA_ARGS__);                                                                     \
    break;                                                                                         \
  case DG_F64:                                                                                     \
    f##_double(x, __VA_ARGS__);                                                                    \
    break;                                                                                         \
  case DG_I32:                                                                                     \
    f##_int32_t(x, __VA_ARGS__);                                                                   \
    break;                                                                                         \
  case DG_I64:                                                                                     \
    f##_int64_t(x, __VA_ARGS__);                                                                   \
    break;                                                                                         \
  default:                                                                                         \
    f##_uint8_t(x, __VA_ARGS__);                                                                   \
  }

static int64_t inner_size(const dg_view *v)
{
  int64_t inner = 1;
  for (int i = 2; i < v->ndim; i++) inner *= v->shape[i];
  return inner;
}

int dg_cpu_select_item(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  label_list list;
  dg_dense d;
  if (y->size == 0) return 0;
  if (dg_dense_read(&d, x) < 0) return -1;
  int status = open_list(&list, l, true);
  if (status == 0) {
    BY_DTYPE(y->dtype, select, d.data, list.at, y->data, y->size, x->shape[1], inner_size(x))
    close_list(&list);
  }
  dg_dense_free(&d);
  return status;
}

int dg_cpu_place_item(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  label_list list;
  dg_dense d = { NULL };
  if (y->size == 0) return 0;
  memset(y->data, 0, (size_t)(y->size * dg_item_bytes[y->dtype]));
  if (x && dg_dense_read(&d, x) < 0) return -1;
  int status = open_list(&list, l, true);
  if (status == 0) {
    BY_DTYPE(y->dtype, place, x ? d.data : NULL, list.at, y->data, l->t.size, y->shape[1],
             inner_size(y))
    close_list(&list);
  }
  dg_dense_free(&d);
  return status;
}

/* -- Rows of a matrix --------------------------------------------------------------------------- */

typedef struct rows_work {
  const void *x;
  void *y;
  const int64_t *label;
  int64_t row, count; /* row: bytes of a row taken, elements of a row added to */
  int64_t repeat;     /* how many labels after each other share a row of x, or y */
  const void *bias;   /* of a row of y, NULL: none */
} rows_work;

static void take_some(void *context, int64_t from, int64_t to)
{
  const rows_work *w = context;
  for (int64_t i = from; i < to; i++) {
    char *y = (char *)w->y + i * w->row;
    if (w->label[i] < 0) memset(y, 0, (size_t)w->row);
    else memcpy(y, (const char *)w->x + w->label[i] * w->row, (size_t)w->row);
  }
}

int dg_cpu_take_rows(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  label_list list;
  dg_dense d;
  if (y->size == 0) return 0;
  if (dg_dense_read(&d, x) < 0) return -1;
  int status = open_list(&list, l, true);
  if (status == 0) {
    rows_work w = { d.data, y->data, list.at, x->shape[1] * dg_item_bytes[x->dtype], 0, 1, NULL };
    dg_parallel(l->t.size, GRAIN / w.row + 1, take_some, &w);
    close_list(&list);
  }
  dg_dense_free(&d);
  return status;
}

static bool are_equal(const char *x, const int64_t *label, const char *y, int64_t count,
                      int64_t row)
{
  for (int64_t i = 0; i < count; i++)
    if (memcmp(y + i * row, x + label[i] * row, (size_t)row) != 0) return false;
  return true;
}

int dg_cpu_are_rows(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  label_list list;
  dg_dense d, e = { NULL };
  if (dg_dense_read(&d, x) < 0) return -1;
  int status = dg_dense_read(&e, y);
  if (status == 0) status = open_list(&list, l, true);
  if (status == 0) {
    int64_t row = x->shape[1] * dg_item_bytes[x->dtype];
    status = are_equal(d.data, list.at, e.data, l->t.size, row);
    close_list(&list);
  }
  dg_dense_free(&e);
  dg_dense_free(&d);
  return status;
}

/* Threads share the columns, so that each sum is taken in order. */
#define ADD_ROWS(T)                                                                                \
  static void add_ones_##T(const rows_work *w)                                                     \
  {                                                                                                \
    const T *x = w->x;                                                                             \
    T *restrict y = w->y;                                                                          \
    const int64_t *label = w->label;                                                               \
    for (int64_t i = 0; i < w->count; i += w->repeat, x++)                                         \
      for (int64_t k = i; k < i + w->repeat; k++)                                                  \
        if (label[k] >= 0) y[label[k]] += *x;                                                      \
  }                                                                                                \
  static void add_some_##T(void *context, int64_t from, int64_t to)                                \
  {                                                                                                \
    const rows_work *w = context;                                                                  \
    const int64_t *label = w->label, *end = label + w->count;                                      \
    if (w->row == 1) {                                                                             \
      add_ones_##T(w);                                                                             \
      return;                                                                                      \
    }                                                                                              \
    for (const T *x = w->x; label < end; x += w->row)                                              \
      for (const int64_t *last = label + w->repeat; label < last; label++) {                       \
        if (*label < 0) continue;                                                                  \
        T *restrict y = (T *)w->y + *label * w->row;                                               \
        for (int64_t j = from; j < to; j++) y[j] += x[j];                                          \
      }                                                                                            \
  }

ADD_ROWS(float)
ADD_ROWS(double)

/* How many rows of x after each other are one and the same, that x has no gaps otherwise; else 1. */
static int64_t repeats(const dg_view *x)
{
  int axis = x->ndim - 2;
  if (x->contiguous || axis < 0 || x->stride[axis] != 0) return 1;
  dg_view once = *x;
  once.shape[axis] = 1;
  dg_view_finish(&once);
  return once.contiguous ? x->shape[axis] : 1;
}

int dg_cpu_add_rows(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  label_list list;
  dg_dense d;
  if (y->size == 0) return 0;
  memset(y->data, 0, (size_t)(y->size * dg_item_bytes[y->dtype]));
  int64_t repeat = repeats(x);
  if (repeat > 1) d = (dg_dense){ .data = x->data };
  else if (dg_dense_read(&d, x) < 0) return -1;
  int status = open_list(&list, l, true);
  if (status == 0) {
    rows_work w = { d.data, y->data, list.at, y->shape[1], l->t.size, repeat, NULL };
    dg_parallel(w.row, GRAIN / (w.count + 1) + 16,
                y->dtype == DG_F32 ? add_some_float : add_some_double, &w);
    close_list(&list);
  }
  dg_dense_free(&d);
  return status;
}

/* Threads share the sums. The bias comes last, as if another operator had added it. */
#define SUM_ROWS(T)                                                                                \
  static void sum_some_##T(void *context, int64_t from, int64_t to)                                \
  {                                                                                                \
    const rows_work *w = context;                                                                  \
    const T *x = w->x, *bias = w->bias;                                                            \
    for (int64_t i = from; i < to; i++) {                                                          \
      T *restrict y = (T *)w->y + i * w->row;                                                      \
      const int64_t *label = w->label + i * w->repeat;                                             \
      if (w->row == 1) {                                                                           \
        T sum = 0;                                                                                 \
        for (int64_t k = 0; k < w->repeat; k++) sum += label[k] < 0 ? 0 : x[label[k]];             \
        y[0] = bias ? sum + bias[0] : sum;                                                         \
        continue;                                                                                  \
      }                                                                                            \
      memset(y, 0, (size_t)w->row * sizeof *y);                                                    \
      for (int64_t k = 0; k < w->repeat; k++)                                                      \
        for (int64_t j = 0; label[k] >= 0 && j < w->row; j++) y[j] += x[label[k] * w->row + j];    \
      for (int64_t j = 0; bias && j < w->row; j++) y[j] += bias[j];                                \
    }                                                                                              \
  }

SUM_ROWS(float)
SUM_ROWS(double)

int dg_cpu_sum_rows(const dg_view *x, const dg_labels *l, const dg_view *bias, const dg_view *y)
{
  label_list list;
  dg_dense d, b = { NULL };
  if (y->size == 0) return 0;
  if (dg_dense_read(&d, x) < 0) return -1;
  int status = bias ? dg_dense_read(&b, bias) : 0;
  if (status == 0) status = open_list(&list, l, true);
  if (status == 0) {
    rows_work w = { d.data, y->data, list.at, y->shape[1], 0, l->t.shape[1], b.data };
    dg_parallel(y->shape[0], GRAIN / (w.row * (w.repeat + 1)) + 1,
                y->dtype == DG_F32 ? sum_some_float : sum_some_double, &w);
    close_list(&list);
  }
  dg_dense_free(&b);
  dg_dense_free(&d);
  return status;
}
