/* label.c -- what labels point at: elements of a class, rows of a matrix. */
#include "device/cuda/graph.h"
#include "device/cuda/index.h"
#include "device/cuda/label.h"
#include "device/cuda/scratch.h"

/* As in label.cu. */
typedef struct report {
  uint64_t count, bad;
} report;

static const report clean = { .count = 0, .bad = UINT64_MAX };

#define BY_SIZE(name)                                                                              \
  {                                                                                                \
    [DG_F32] = { "label", name "_4" }, [DG_F64] = { "label", name "_8" },                          \
    [DG_I32] = { "label", name "_4" }, [DG_I64] = { "label", name "_8" },                          \
    [DG_U8] = { "label", name "_1" }, [DG_BOOL] = {                                                \
      "label",                                                                                     \
      name "_1"                                                                                    \
    }                                                                                              \
  }

static dg_kernel check = { "label", "check" }, label_at = { "label", "label_at" },
                 check_after = { "label", "check_later" }, count_hits = { "label", "count_hits" },
                 read = { "label", "read" }, find_first = { "label", "find_first" },
                 take_first = { "label", "take_first" };
static dg_kernel shares[DG_NDTYPES] = {
  [DG_F32] = { "label", "share_f32" }, [DG_F64] = { "label", "share_f64" }
};
static dg_kernel sums[DG_NDTYPES] = {
  [DG_F32] = { "label", "sum_rows_f32" }, [DG_F64] = { "label", "sum_rows_f64" }
};
static dg_kernel selects[DG_NDTYPES] = BY_SIZE("select");
static dg_kernel takes[DG_NDTYPES] = BY_SIZE("take_rows");
static dg_kernel placers[DG_NDTYPES] = {
  [DG_F32] = { "label", "place_f32" }, [DG_F64] = { "label", "place_f64" },
  [DG_I32] = { "label", "place_i32" }, [DG_I64] = { "label", "place_i64" },
  [DG_U8] = { "label", "place_u8" },   [DG_BOOL] = { "label", "place_u8" },
};
#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* The first number that is too large. Differences could overflow: kernels look at the numbers
 * themselves. */
static int64_t end_of(const dg_labels *l)
{
  int64_t end;
  return __builtin_add_overflow(l->base, l->classes, &end) ? INT64_MAX : end;
}

/* Counts into a report of zeros how many labels are not ignored; and finds bad ones. */
static int count_labels(const dg_labels *l, void *to)
{
  int64_t end = end_of(l);
  return DG_LAUNCH(&check, l->t.device, dg_blocks(l->t.size, 1), DG_CUDA_THREADS, 0, ARGUMENT(l),
                   &end, &to);
}

/* While a step is recorded nothing is known of its labels: what the replays find is told later. */
static int check_later(const dg_labels *l, dg_label_report *result)
{
  result->used = l->ignored == INT64_MIN ? l->t.size : DG_LABELS_UNCOUNTED;
  if (l->classes < 0) return 0;
  int64_t end = end_of(l);
  uint64_t *bad = dg_graph_report(l);
  return !bad ? -1
              : DG_LAUNCH(&check_after, l->t.device, dg_blocks(l->t.size, 1), DG_CUDA_THREADS, 0,
                          ARGUMENT(l), &end, &bad);
}

int dg_cuda_check_labels(const dg_labels *l, dg_label_report *result)
{
  *result = (dg_label_report){ .used = 0, .bad = -1 };
  if (l->t.size == 0) return 0;
  if (DG_UNLIKELY(dg_recording != NULL)) return check_later(l, result);
  report r = clean;
  dg_scratch s;
  int device = l->t.device;
  if (dg_scratch_take(&s, device, sizeof r) < 0) return -1;
  int status = dg_cuda_upload(device, s.data, &r, sizeof r);
  if (status == 0) status = count_labels(l, s.data);
  if (status == 0) status = dg_cuda_download(device, &r, s.data, sizeof r);
  result->used = (int64_t)r.count;
  if (status == 0 && r.bad != UINT64_MAX) {
    result->bad = (int64_t)r.bad;
    status = DG_LAUNCH(&label_at, device, 1, 1, 0, ARGUMENT(l), &result->bad, &s.data);
    if (status == 0)
      status = dg_cuda_download(device, &result->label, s.data, sizeof result->label);
  }
  dg_scratch_free(&s);
  return status;
}

int dg_cuda_count_used(const dg_labels *l, dg_scratch *s)
{
  if (dg_scratch_take(s, l->t.device, sizeof(report)) < 0) return -1;
  int status = dg_scratch_set(s, 0, sizeof(report));
  return status == 0 && l->t.size > 0 ? count_labels(l, s->data) : status;
}

/* A share of 16 bits is rounded from 32. */
static int count_hits_wide(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  dg_scratch room;
  dg_view wide = *y;
  if (dg_scratch_take(&room, y->device, sizeof(float)) < 0) return -1;
  wide.dtype = DG_F32;
  wide.data = room.data;
  int status = dg_cuda_count_hits(x, l, &wide);
  if (status == 0) status = dg_cuda_copy(&wide, y);
  dg_scratch_free(&room);
  return status;
}

int dg_cuda_count_hits(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  if (l->t.size == 0) return dg_cuda_fill(y, 0);
  if (!shares[y->dtype].name) return count_hits_wide(x, l, y);
  dg_scratch hits, used;
  void *to = y->data;
  int device = l->t.device;
  if (dg_scratch_take(&hits, device, sizeof(report)) < 0) return -1;
  int status = dg_cuda_count_used(l, &used);
  if (status == 0) status = dg_scratch_set(&hits, 0, sizeof(report));
  if (status == 0)
    status = DG_LAUNCH(&count_hits, device, dg_blocks(l->t.size, 1), DG_CUDA_THREADS, 0,
                       ARGUMENT(x), ARGUMENT(l), &hits.data);
  if (status == 0)
    status =
        DG_LAUNCH(dg_kernel_for(shares, y->dtype), device, 1, 1, 0, &hits.data, &used.data, &to);
  dg_scratch_free(&hits);
  dg_scratch_free(&used);
  return status;
}

static int64_t inner_size(const dg_view *v)
{
  int64_t inner = 1;
  for (int i = 2; i < v->ndim; i++) inner *= v->shape[i];
  return inner;
}

int dg_cuda_select_item(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  if (y->size == 0) return 0;
  int64_t n = y->size, classes = x->shape[1], inner = inner_size(x);
  void *to = y->data;
  return DG_LAUNCH(dg_kernel_for(selects, y->dtype), y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, ARGUMENT(x), ARGUMENT(l), &classes, &inner, &to);
}

int dg_cuda_place_item(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  if (y->size == 0) return 0;
  int64_t n = y->size, classes = y->shape[1], inner = inner_size(y);
  int with_x = x != NULL;
  void *to = y->data;
  return DG_LAUNCH(dg_kernel_for(placers, y->dtype), y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, ARGUMENT(x ? x : y), &with_x, ARGUMENT(l), &classes, &inner, &to);
}

int dg_cuda_take_rows(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  if (y->size == 0) return 0;
  int64_t n = y->size, row = x->shape[1];
  void *to = y->data;
  return DG_LAUNCH(dg_kernel_for(takes, y->dtype), y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, ARGUMENT(x), ARGUMENT(l), &row, &to);
}

int dg_cuda_sum_rows(const dg_view *x, const dg_labels *l, const dg_view *bias, const dg_view *y)
{
  if (y->size == 0) return 0;
  int64_t n = y->size, bag = l->t.shape[1], row = x->shape[1];
  int has_bias = bias != NULL;
  void *to = y->data;
  return DG_LAUNCH(dg_kernel_for(sums, y->dtype), y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, ARGUMENT(x), ARGUMENT(l), ARGUMENT(bias ? bias : y), &has_bias, &bag, &row,
                   &to);
}

int64_t dg_cuda_distinct(const dg_labels *l, const dg_view *numbers, const dg_view *places)
{
  const int device = l->t.device;
  const int64_t count = l->t.size, bytes = l->classes * 8;
  dg_scratch first;
  if (count == 0) return 0;
  if (dg_scratch_take(&first, device, bytes) < 0) return -1;
  int status = dg_scratch_set(&first, 0xff, bytes);
  if (status == 0)
    status = DG_LAUNCH(&find_first, device, dg_blocks(count, 1), DG_CUDA_THREADS, 0, ARGUMENT(l),
                       &first.data);
  if (status == 0)
    status = DG_LAUNCH(&take_first, device, dg_blocks(count, 1), DG_CUDA_THREADS, 0, ARGUMENT(l),
                       &first.data, ARGUMENT(&numbers->data), ARGUMENT(&places->data));
  dg_scratch_free(&first);
  return status == 0 ? count : -1;
}

int dg_cuda_add_rows(const dg_view *x, const dg_labels *l, const dg_view *y)
{
  if (y->size == 0) return 0;
  if (dg_cuda_fill(y, 0) < 0) return -1;
  if (l->t.size == 0) return 0;
  dg_scratch index;
  if (dg_scratch_take(&index, y->device, l->t.size * 8) < 0) return -1;
  dg_cuda_entries a = {
    .index = index.data, .outer = 1, .places = y->shape[0], .count = l->t.size, .inner = y->shape[1]
  };
  int status = DG_LAUNCH(&read, y->device, dg_blocks(l->t.size, 1), DG_CUDA_THREADS, 0, ARGUMENT(l),
                         &index.data);
  if (status == 0) status = dg_cuda_add_in_order(&a, x, y);
  dg_scratch_free(&index);
  return status;
}
