/* sort.c -- the order of the elements along an axis, stable. */
#include "device/cuda/rows.h"
#include "device/cuda/scratch.h"

enum { CHUNK = 1024, ITEM = 12 }; /* of sort.cu; bytes of a key and a place */

#define KERNEL(dtype)                                                                              \
  {                                                                                                \
    "sort", "chunks_" dtype                                                                        \
  }

static dg_kernel chunks[DG_NDTYPES] = {
  [DG_F32] = KERNEL("f32"), [DG_F64] = KERNEL("f64"), [DG_I32] = KERNEL("i32"),
  [DG_I64] = KERNEL("i64"), [DG_U8] = KERNEL("u8"),   [DG_BOOL] = KERNEL("u8"),
};
static dg_kernel merge = { "sort", "merge" };

/* Merges the chunks of each row, by turns out of one half of the workspace and into the other. */
static int merge_all(dg_rows_of *rows, int device, uint64_t *keys[2], int32_t *places[2])
{
  int64_t n = rows->length, now = 0, status = 0;
  for (int64_t run = CHUNK; run < n && status == 0; run *= 2, now ^= 1)
    status = DG_LAUNCH(&merge, device, dg_blocks(n * rows->count, 1), DG_CUDA_THREADS, 0, rows,
                       &run, &keys[now], &places[now], &keys[now ^ 1], &places[now ^ 1]);
  return (int)status;
}

int dg_cuda_argsort(const dg_view *x, int axis, bool descending, const dg_view *y)
{
  if (y->size == 0) return 0;
  dg_rows_of rows;
  dg_rows_of_init(&rows, 2, (const dg_view *const[]){ x, y }, 1u << axis);
  int64_t n = rows.length, size = y->size;
  if (n > INT32_MAX) return dg_fail(DG_EARGUMENT, "cuda: more than %d elements to sort", INT32_MAX);
  uint64_t flip = descending ? UINT64_MAX : 0, *keys[2] = { NULL };
  int32_t *places[2] = { NULL };
  int padded = 1;
  while (padded < CHUNK && padded < n) padded *= 2;
  int64_t of_row = (n + CHUNK - 1) / CHUNK, at_once = CHUNK / padded;
  int64_t blocks = of_row > 1 ? rows.count * of_row : (rows.count + at_once - 1) / at_once;
  dg_scratch room = { NULL };
  if (of_row > 1) {
    if (dg_scratch_take(&room, y->device, 2 * ITEM * size) < 0) return -1;
    keys[0] = room.data;
    keys[1] = keys[0] + size;
    places[0] = (int32_t *)(keys[1] + size);
    places[1] = places[0] + size;
  }
  int status = DG_LAUNCH(dg_kernel_for(chunks, x->dtype), y->device, blocks, DG_CUDA_THREADS, 0,
                         &rows, &padded, &flip, &keys[0], &places[0]);
  if (status == 0) status = merge_all(&rows, y->device, keys, places);
  dg_scratch_free(&room);
  return status;
}
