/* flash.c -- softmax attention in one kernel, gradients in two (flash.h): without mask and dropout, for a scale above 0, for
 * queries, keys and values of one width, on cards of compute capability 8.0 and later. */
#include "device/cuda/attention.h"
#include "device/cuda/scratch.h"

#include <stddef.h>

enum { THREADS = 128, ROWS = 64, PACK = 16 }; /* as in flash.h; bytes that are copied at once */

enum { W32, W64, W128, WIDTHS }; /* the widths that there are kernels for */

#define KERNELS(name, dtype)                                                                       \
  {                                                                                                \
    [W32] = { "flash_" dtype, name "_" dtype "_32" },                                              \
    [W64] = { "flash_" dtype, name "_" dtype "_64" }, [W128] = {                                   \
      "flash_" dtype,                                                                              \
      name "_" dtype "_128"                                                                        \
    }                                                                                              \
  }
#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = KERNELS(name, "f32"), [DG_F16] = KERNELS(name, "f16"),                              \
    [DG_BF16] = KERNELS(name, "bf16")                                                              \
  }

static dg_kernel forward[DG_NDTYPES][WIDTHS] = FLOATS("forward");
static dg_kernel queries_grad[DG_NDTYPES][WIDTHS] = FLOATS("queries_grad");
static dg_kernel keys_grad[DG_NDTYPES][WIDTHS] = FLOATS("keys_grad");

/* As in flash.h. */
typedef struct stack {
  void *data;
  int64_t outer, inner, row;
} stack;

typedef struct flash {
  stack q, k, v, y, gy, gq, gk, gv;
  float *log_sum, *known; /* known: two numbers for each query */
  int matrices, heads, queries, keys, width, causal;
  float scale;
} flash;

/* Which kernels have room for these rows; -1: none. */
static int room_for(int dtype, int64_t width)
{
  if (width > (dtype == DG_F32 ? 64 : 128)) return -1;
  return width > 64 ? W128 : width > 32 ? W64 : W32;
}

bool dg_flash_fits(const dg_attention_spec *a, const dg_view *q, const dg_view *k, const dg_view *v,
                   const dg_view *mask)
{
  int dtype = q->dtype, rows = q->ndim - 2;
  int64_t width = q->shape[rows + 1], queries = q->shape[rows], keys = k->shape[rows];
  const dg_cuda_device *d = dg_cuda_enter(q->device);
  if (!d) dg_error_clear();
  if (!d || d->arch < 80 || mask || a->keep < 1 || !(a->scale > 0) || dtype == DG_F64) return false;
  if (width != v->shape[rows + 1] || width < 1 || room_for(dtype, width) < 0) return false;
  if (width * dg_item_bytes[dtype] % PACK != 0 || keys == 0 || q->size == 0) return false;
  return queries < INT32_MAX - ROWS && keys < INT32_MAX - ROWS && q->size / width < INT32_MAX &&
         k->size / width < INT32_MAX;
}

/* Whether rows can be copied by packs from where v has them: its leading axes but the last must be one. */
static bool find_stack(const dg_view *v, stack *s)
{
  int last = v->ndim - 1, inner = v->ndim - 3, outer = v->ndim - 4;
  int64_t each = PACK / dg_item_bytes[v->dtype];
  *s = (stack){ v->data, outer < 0 ? 0 : v->stride[outer], inner < 0 ? 0 : v->stride[inner],
                v->stride[last - 1] };
  for (int i = outer - 1; i >= 0; i--)
    if (v->shape[i] != 1 && v->stride[i] != v->stride[i + 1] * v->shape[i + 1]) return false;
  return v->stride[last] == 1 && s->outer % each == 0 && s->inner % each == 0 &&
         s->row % each == 0 && (uintptr_t)v->data % PACK == 0;
}

/* The stack of a view, or of a copy of it without gaps. */
static int stack_of(const dg_view *v, dg_scratch *spare, stack *s)
{
  dg_view loose = *v, packed;
  if (find_stack(v, s)) return 0;
  loose.contiguous = false; /* copied even so: it may lie at an odd place */
  int status = dg_scratch_pack(spare, &loose, &packed);
  if (status == 0) find_stack(&packed, s);
  return status;
}

static int set_up(flash *f, const dg_attention_spec *a, const dg_view *const *x,
                  const dg_view *log_sum, dg_scratch *spare)
{
  const dg_view *q = x[0], *k = x[1];
  int rows = q->ndim - 2;
  f->width = (int)q->shape[rows + 1];
  f->queries = (int)q->shape[rows], f->keys = (int)k->shape[rows];
  f->matrices = (int)(q->size / f->width / f->queries);
  f->heads = rows > 0 ? (int)q->shape[rows - 1] : 1;
  f->causal = a->causal, f->scale = (float)a->scale;
  f->log_sum = log_sum->data;
  if (stack_of(q, &spare[0], &f->q) < 0 || stack_of(k, &spare[1], &f->k) < 0) return -1;
  return stack_of(x[2], &spare[2], &f->v);
}

static int launch(dg_kernel kernels[][WIDTHS], flash *f, const dg_view *q, int rows)
{
  int64_t blocks = (int64_t)f->matrices * ((rows + ROWS - 1) / ROWS);
  return DG_LAUNCH(&kernels[q->dtype][room_for(q->dtype, f->width)], q->device, blocks, THREADS, 0,
                   f);
}

int dg_flash_attention(const dg_attention_spec *a, const dg_view *const *x, const dg_view *y,
                       const dg_view *log_sum)
{
  flash f = { .matrices = 0 };
  dg_scratch spare[3] = { { NULL } };
  int status = set_up(&f, a, x, log_sum, spare);
  find_stack(y, &f.y);
  if (status == 0) status = launch(forward, &f, x[0], f.queries);
  for (int i = 0; i < 3; i++) dg_scratch_free(&spare[i]);
  return status;
}

int dg_flash_attention_grad(const dg_attention_spec *a, const dg_view *const *x, const dg_view *y,
                            const dg_view *log_sum, const dg_view *gy, const dg_view *const *gx)
{
  enum { X = 3, GY = 3, Y, KNOWN, SPARE };
  flash f = { .matrices = 0 };
  dg_scratch spare[SPARE] = { { NULL } };
  stack *to[] = { &f.gq, &f.gk, &f.gv };
  int status = set_up(&f, a, x, log_sum, spare);
  if (status == 0) status = stack_of(gy, &spare[GY], &f.gy);
  if (status == 0) status = stack_of(y, &spare[Y], &f.y);
  for (int i = 0; i < X; i++)
    if (gx[i]) find_stack(gx[i], to[i]);
  if (status == 0)
    status = dg_scratch_take(&spare[KNOWN], x[0]->device,
                             (int64_t)f.matrices * f.queries * 2 * (int64_t)sizeof(float));
  f.known = spare[KNOWN].data;
  if (status == 0) status = launch(queries_grad, &f, x[0], f.queries);
  if (status == 0 && (gx[1] || gx[2])) status = launch(keys_grad, &f, x[0], f.keys);
  for (int i = 0; i < SPARE; i++) dg_scratch_free(&spare[i]);
  return status;
}
