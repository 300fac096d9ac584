/* along.c -- elements that an index of their own shape chooses along one axis. */
#include "device/cuda/index.h"
#include "device/cuda/scratch.h"

static dg_kernel takers[DG_NDTYPES] = {
  [DG_F32] = { "index", "take_along_4" }, [DG_F64] = { "index", "take_along_8" },
  [DG_I32] = { "index", "take_along_4" }, [DG_I64] = { "index", "take_along_8" },
  [DG_U8] = { "index", "take_along_1" },  [DG_BOOL] = { "index", "take_along_1" },
  [DG_F16] = { "index", "take_along_2" }, [DG_BF16] = { "index", "take_along_2" },
};
static dg_kernel flatten = { "index", "flatten" };

/* As in index.cu. */
typedef struct places {
  dg_view table;
  int axis;
  int64_t list[DG_MAX_NDIM], flat[DG_MAX_NDIM];
} places;

static places places_of(const dg_view *table, int axis, const dg_view *list)
{
  places p = { .table = *table, .axis = axis };
  int64_t in_list = 1, in_table = 1;
  for (int i = table->ndim - 1; i >= 0; i--) {
    p.list[i] = in_list;
    p.flat[i] = in_table;
    in_list *= list->shape[i];
    in_table *= table->shape[i];
  }
  return p;
}

int dg_cuda_along(dg_along kind, const dg_view *table, int axis, const dg_view *index,
                  const dg_view *list)
{
  if (list->size == 0) return 0;
  if (kind == DG_ALONG_ADD && list->dtype == DG_BOOL)
    return dg_fail(DG_ETYPE, "bools cannot be added");
  places p = places_of(table, axis, list);
  int64_t n = list->size;
  void *chosen = index->data, *to = list->data;
  if (kind == DG_ALONG_TAKE)
    return DG_LAUNCH(dg_kernel_for(takers, list->dtype), list->device, dg_blocks(n, 1),
                     DG_CUDA_THREADS, 0, &n, &p, &chosen, &to);
  dg_scratch position;
  if (dg_scratch_take(&position, list->device, n * 8) < 0) return -1;
  dg_cuda_entries e = { position.data, 1, table->size, n, 1 };
  int status = DG_LAUNCH(&flatten, list->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0, &n, &p,
                         &chosen, &position.data);
  if (status == 0)
    status = kind == DG_ALONG_SET ? dg_cuda_set_in_order(&e, list, table)
                                  : dg_cuda_add_in_order(&e, list, table);
  dg_scratch_free(&position);
  return status;
}
