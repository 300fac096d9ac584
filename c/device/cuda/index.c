/* index.c -- gathers, scatters and finds elements by position. */
#include "device/cuda/graph.h"
#include "device/cuda/index.h"
#include "device/cuda/scratch.h"

#define BY_SIZE(name)                                                                              \
  {                                                                                                \
    [DG_F32] = { "index", name "_4" }, [DG_F64] = { "index", name "_8" },                          \
    [DG_I32] = { "index", name "_4" }, [DG_I64] = { "index", name "_8" },                          \
    [DG_F16] = { "index", name "_2" }, [DG_BF16] = { "index", name "_2" },                         \
    [DG_U8] = { "index", name "_1" }, [DG_BOOL] = {                                                \
      "index",                                                                                     \
      name "_1"                                                                                    \
    }                                                                                              \
  }
#define NUMBERS(name)                                                                              \
  [DG_F32] = { "index", name "_f32" }, [DG_F64] = { "index", name "_f64" },                        \
  [DG_I32] = { "index", name "_i32" }, [DG_I64] = { "index", name "_i64" },                        \
  [DG_U8] = { "index", name "_u8" }

static dg_kernel gathers[DG_NDTYPES] = BY_SIZE("gather");
static dg_kernel scatters[DG_NDTYPES] = BY_SIZE("scatter");
static dg_kernel adders[DG_NDTYPES] = {
  NUMBERS("add"), [DG_F16] = { "index", "add_f16" }, [DG_BF16] = { "index", "add_bf16" }
};
static dg_kernel counters[DG_NDTYPES] = {
  NUMBERS("count_nonzero"), [DG_BOOL] = { "index", "count_nonzero_u8" }
};
static dg_kernel listers[DG_NDTYPES] = {
  NUMBERS("list_nonzero"), [DG_BOOL] = { "index", "list_nonzero_u8" }
};
static dg_kernel winners = { "index", "winners" }, count_entries = { "index", "count_entries" },
                 make_room = { "index", "make_room" }, list_entries = { "index", "list_entries" },
                 order_entries = { "index", "order_entries" }, positions = { "index", "positions" },
                 index_at = { "index", "index_at" }, add_up = { "index", "add_up" };

#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* As in index.cu. */
typedef struct shape {
  int64_t outer, places, count, inner;
} shape;

static shape shape_of(const dg_view *table, const dg_view *list, int axis)
{
  shape s = { .outer = 1, .places = table->shape[axis], .count = list->shape[axis], .inner = 1 };
  for (int i = 0; i < axis; i++) s.outer *= list->shape[i];
  for (int i = axis + 1; i < list->ndim; i++) s.inner *= list->shape[i];
  return s;
}

int dg_cuda_gather(const dg_view *x, int axis, const dg_view *index, const dg_view *y)
{
  if (y->size == 0) return 0;
  int64_t n = y->size;
  shape s = shape_of(x, y, axis);
  return DG_LAUNCH(dg_kernel_for(gathers, x->dtype), y->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, &s, ARGUMENT(x), ARGUMENT(&index->data), ARGUMENT(y));
}

int dg_cuda_set_in_order(const dg_cuda_entries *e, const dg_view *list, const dg_view *table)
{
  if (list->size == 0) return 0;
  int device = table->device;
  int64_t n = list->size;
  dg_graph_note_view(table);
  shape s = { e->outer, e->places, e->count, e->inner };
  dg_scratch winner;
  if (dg_scratch_take(&winner, device, s.places * 8) < 0) return -1;
  int status = dg_scratch_set(&winner, 0xff, s.places * 8); /* -1 */
  if (status == 0)
    status = DG_LAUNCH(&winners, device, dg_blocks(s.count, 1), DG_CUDA_THREADS, 0, &s.count,
                       ARGUMENT(&e->index), &winner.data);
  if (status == 0)
    status =
        DG_LAUNCH(dg_kernel_for(scatters, list->dtype), device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                  &n, &s, ARGUMENT(list), ARGUMENT(&e->index), &winner.data, ARGUMENT(table));
  dg_scratch_free(&winner);
  return status;
}

int dg_cuda_scatter(const dg_view *x, int axis, const dg_view *index, const dg_view *y)
{
  shape s = shape_of(y, x, axis);
  dg_cuda_entries e = { index->data, s.outer, s.places, s.count, s.inner };
  return dg_cuda_set_in_order(&e, x, y);
}

/* -- Additions -------------------------------------------------------------------------------- */

/* The parts of one block of workspace, 32-bit numbers: how many entries each place has, how many all
 * have, where the list of each place ends, the lists in no order, and in order. */
typedef struct lists {
  dg_scratch room;
  int32_t *size, *taken, *end, *loose, *ordered;
} lists;

static int make_lists(lists *l, const dg_cuda_entries *e, int device)
{
  int64_t places = e->places, count = e->count;
  if (places > INT32_MAX || count > INT32_MAX)
    return dg_fail(DG_EARGUMENT, "cuda: additions at more than %d places", INT32_MAX);
  if (dg_scratch_take(&l->room, device, (2 * places + 1 + 2 * count) * 4) < 0) return -1;
  l->size = l->room.data;
  l->taken = l->size + places;
  l->end = l->taken + 1;
  l->loose = l->end + places;
  l->ordered = l->loose + count;
  int status = dg_scratch_set(&l->room, 0, (places + 1) * 4);
  if (status == 0)
    status = DG_LAUNCH(&count_entries, device, dg_blocks(count, 1), DG_CUDA_THREADS, 0, &count,
                       ARGUMENT(&e->index), &l->size);
  if (status == 0)
    status = DG_LAUNCH(&make_room, device, dg_blocks(places, 1), DG_CUDA_THREADS, 0, &places,
                       &l->size, &l->end, &l->taken);
  if (status == 0)
    status = DG_LAUNCH(&list_entries, device, dg_blocks(count, 1), DG_CUDA_THREADS, 0, &count,
                       ARGUMENT(&e->index), &l->end, &l->loose);
  if (status == 0)
    status = DG_LAUNCH(&order_entries, device, dg_blocks(count, 1), DG_CUDA_THREADS, 0, &count,
                       ARGUMENT(&e->index), &l->size, &l->end, &l->taken, &l->loose, &l->ordered);
  if (status < 0) dg_scratch_free(&l->room);
  return status;
}

int dg_cuda_add_in_order(const dg_cuda_entries *e, const dg_view *list, const dg_view *table)
{
  lists l;
  int64_t n = table->size;
  shape s = { e->outer, e->places, e->count, e->inner };
  if (n == 0 || list->size == 0) return 0;
  dg_graph_note_view(table);
  if (make_lists(&l, e, table->device) < 0) return -1;
  int status = DG_LAUNCH(dg_kernel_for(adders, table->dtype), table->device, dg_blocks(n, 1),
                         DG_CUDA_THREADS, 0, &n, &s, ARGUMENT(list), &l.size, &l.end, &l.ordered,
                         ARGUMENT(table));
  dg_scratch_free(&l.room);
  return status;
}

int dg_cuda_scatter_add(const dg_view *x, int axis, const dg_view *index, const dg_view *y)
{
  if (x->dtype == DG_BOOL) return dg_fail(DG_ETYPE, "scatter_add: bools cannot be added");
  shape s = shape_of(y, x, axis);
  dg_cuda_entries e = { index->data, s.outer, s.places, s.count, s.inner };
  return dg_cuda_add_in_order(&e, x, y);
}

/* -- Positions ------------------------------------------------------------------------------ */

int dg_cuda_positions(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                      int64_t *bad)
{
  if (to->size == 0) return 0;
  dg_labels l = { .t = *index };
  uint64_t place = UINT64_MAX;
  dg_scratch s;
  if (dg_scratch_take(&s, to->device, sizeof place) < 0) return -1;
  int status = dg_scratch_set(&s, 0xff, sizeof place);
  if (status == 0)
    status = DG_LAUNCH(&positions, to->device, dg_blocks(to->size, 1), DG_CUDA_THREADS, 0, &l,
                       ARGUMENT(&to->data), &base, &size, &s.data);
  if (status == 0) status = dg_cuda_download(to->device, &place, s.data, sizeof place);
  bool is_bad = status == 0 && place != UINT64_MAX;
  if (is_bad) {
    status = DG_LAUNCH(&index_at, to->device, 1, 1, 0, &l, &place, &s.data);
    if (status == 0) status = dg_cuda_download(to->device, bad, s.data, sizeof *bad);
  }
  dg_scratch_free(&s);
  return status < 0 ? -1 : is_bad;
}

int64_t dg_cuda_nonzero(const dg_view *x, const dg_view *y)
{
  enum { PART = 1024 }; /* of index.cu */
  if (x->size == 0) return 0;
  int64_t blocks = (x->size + PART - 1) / PART, found = 0;
  int unravels = y && y->ndim == 2 && x->ndim > 0;
  dg_scratch s;
  if (dg_scratch_take(&s, x->device, (blocks + 1) * 8) < 0) return -1;
  int status = DG_LAUNCH(dg_kernel_for(counters, x->dtype), x->device, blocks, DG_CUDA_THREADS, 0,
                         ARGUMENT(x), &s.data);
  if (status == 0) status = DG_LAUNCH(&add_up, x->device, 1, DG_CUDA_THREADS, 0, &blocks, &s.data);
  if (status == 0 && y && y->size > 0)
    status = DG_LAUNCH(dg_kernel_for(listers, x->dtype), x->device, blocks, DG_CUDA_THREADS, 0,
                       ARGUMENT(x), &s.data, &unravels, ARGUMENT(&y->data));
  if (status == 0)
    status = dg_cuda_download(x->device, &found, (int64_t *)s.data + blocks, sizeof found);
  dg_scratch_free(&s);
  return status == 0 ? found : -1;
}
