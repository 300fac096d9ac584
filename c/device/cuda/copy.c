/* copy.c -- copies arrays, adds them to others in place, looks for zeros. */
#include "device/cpu/loop.h"
#include "device/cuda/graph.h"
#include "device/cuda/map.h"
#include "device/cuda/scratch.h"

enum { EACH = 4 }; /* of copy.cu */

static dg_kernel add_flat[DG_NDTYPES] = {
  [DG_F32] = { "copy", "add_flat_f32" },
  [DG_F64] = { "copy", "add_flat_f64" },
  [DG_F16] = { "copy", "add_flat_f16" },
  [DG_BF16] = { "copy", "add_flat_bf16" },
};
static dg_kernel add[DG_NDTYPES] = {
  [DG_F32] = { "copy", "add_f32" },
  [DG_F64] = { "copy", "add_f64" },
  [DG_F16] = { "copy", "add_f16" },
  [DG_BF16] = { "copy", "add_bf16" },
};
static dg_kernel zero[DG_NDTYPES] = { [DG_I32] = { "copy", "zero_i32" },
                                      [DG_I64] = { "copy", "zero_i64" },
                                      [DG_U8] = { "copy", "zero_u8" },
                                      [DG_BOOL] = { "copy", "zero_u8" } };

#define TRANSPOSES(kind)                                                                           \
  {                                                                                                \
    [DG_F32] = { "copy", kind "transpose_4" }, [DG_F64] = { "copy", kind "transpose_8" },          \
    [DG_I32] = { "copy", kind "transpose_4" }, [DG_I64] = { "copy", kind "transpose_8" },          \
    [DG_U8] = { "copy", kind "transpose_1" }, [DG_BOOL] = { "copy", kind "transpose_1" },          \
    [DG_F16] = { "copy", kind "transpose_2" }, [DG_BF16] = {                                       \
      "copy",                                                                                      \
      kind "transpose_2"                                                                           \
    }                                                                                              \
  }
/* The second is for packs. */
static dg_kernel transposes[2][DG_NDTYPES] = { TRANSPOSES(""), TRANSPOSES("packed_") };

/* As in copy.cu. */
typedef struct transposed {
  dg_loop others;
  int64_t columns, rows, to_step, from_step;
  uint32_t across, down;
} transposed;

/* A side that is worth a tile; the sides of tiles, of elements or packs, as in copy.cu. */
enum { LEAST = 8, TILE = 32, SIDE = 16 };

/* Whether `to` has no gaps along its last axis, and `from` none along another; along the last, one value
 * for all is no transpose, and needs no tile. */
static bool is_transposed(const dg_loop *l, int64_t bytes, transposed *t)
{
  int last = l->ndim - 1, other = -1;
  for (int a = 0; a < last; a++)
    if (l->stride[1][a] == bytes) other = a;
  if (other < 0 || l->stride[0][last] != bytes) return false;
  if (l->stride[1][last] == bytes || l->stride[1][last] == 0) return false;
  if (l->shape[last] < LEAST || l->shape[other] < LEAST) return false;
  *t = (transposed){ .others = *l,
                     .columns = l->shape[other],
                     .rows = l->shape[last],
                     .to_step = l->stride[0][other],
                     .from_step = l->stride[1][last] };
  t->others.shape[other] = t->others.shape[last] = 1;
  return true;
}

/* Whether packs of `bytes` bytes, of `each` elements, make up both sides, begin on borders everywhere,
 * and fill half a tile at least. */
static bool has_packs(const transposed *t, int each, int64_t bytes)
{
  const dg_loop *l = &t->others;
  int64_t least = SIDE / 2 * each, odd = t->columns % each + t->rows % each;
  if (t->columns < least || t->rows < least || odd != 0) return false;
  if (t->to_step % bytes != 0 || t->from_step % bytes != 0) return false;
  for (int k = 0; k < 2; k++) {
    if ((uintptr_t)l->data[k] % (uintptr_t)bytes != 0) return false;
    for (int a = 0; a < l->ndim; a++)
      if (l->shape[a] != 1 && l->stride[k][a] % bytes != 0) return false;
  }
  return true;
}

static int transpose(transposed *t, const dg_view *to)
{
  int64_t bytes = dg_item_bytes[to->dtype];
  int each = bytes == 1 ? 8 : 16 / (int)bytes;
  bool packed = has_packs(t, each, each * bytes);
  int64_t side = packed ? SIDE * each : TILE, across = (t->columns + side - 1) / side,
          down = (t->rows + side - 1) / side;
  t->across = (uint32_t)across;
  t->down = (uint32_t)down;
  return DG_LAUNCH(dg_kernel_for(transposes[packed], to->dtype), to->device,
                   to->size / (t->columns * t->rows) * across * down, DG_CUDA_THREADS, 0, t);
}

int dg_cuda_copy(const dg_view *from, const dg_view *to)
{
  int64_t n = to->size, bytes = dg_item_bytes[to->dtype];
  if (n == 0) return 0;
  dg_graph_note_view(from);
  dg_graph_note_view(to);
  if (from->dtype != to->dtype) return dg_cuda_cast(from, to);
  if (from->contiguous && to->contiguous && from->size == n) {
    const dg_cuda_device *d = dg_cuda_enter(to->device);
    void *stream;
    if (!d) return -1;
    int way = dg_cuda_way(to->device, d, &stream);
    if (way != 0) return DG_MIN(way, 0);
    int status = dg_driver->move((dg_cuda_ptr)(uintptr_t)to->data,
                                 (dg_cuda_ptr)(uintptr_t)from->data, (size_t)(n * bytes), stream);
    return status == 0 ? 0 : dg_cuda_fail("copy", status);
  }
  dg_loop loop;
  transposed t;
  dg_loop_init(&loop, 2, (const dg_view *const[]){ to, from });
  if (!is_transposed(&loop, bytes, &t)) return dg_cuda_cast(from, to);
  return transpose(&t, to);
}

int dg_cuda_accumulate(const dg_view *from, const dg_view *to)
{
  int64_t n = to->size;
  if (n == 0) return 0;
  dg_graph_note_view(from);
  dg_graph_note_view(to);
  if (from->contiguous && to->contiguous && from->size == n) {
    void *x = from->data, *y = to->data;
    return DG_LAUNCH(dg_kernel_for(add_flat, to->dtype), to->device, dg_blocks(n, EACH),
                     DG_CUDA_THREADS, 0, &n, &y, &x);
  }
  dg_loop loop;
  dg_loop_init(&loop, 2, (const dg_view *const[]){ to, from });
  return DG_LAUNCH(dg_kernel_for(add, to->dtype), to->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0,
                   &n, &loop);
}

int dg_cuda_has_zero(const dg_view *x)
{
  if (x->size == 0) return 0;
  int64_t n = x->size;
  int found = 0;
  dg_scratch flag;
  if (dg_scratch_take(&flag, x->device, sizeof found) < 0) return -1;
  int status = dg_scratch_set(&flag, 0, sizeof found);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(zero, x->dtype), x->device, dg_blocks(n, 1), DG_CUDA_THREADS,
                       0, &n, (void *)(uintptr_t)x, &flag.data);
  if (status == 0) status = dg_cuda_download(x->device, &found, flag.data, sizeof found);
  dg_scratch_free(&flag);
  return status == 0 ? found : -1;
}
