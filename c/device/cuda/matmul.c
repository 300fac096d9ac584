/* matmul.c -- products of matrices and stacks of them, as views of any strides; the linear layer. */
#include "device/cuda/blas.h"
#include "device/cuda/scratch.h"

#define KERNEL(dtype)                                                                              \
  {                                                                                                \
    "matmul", "multiply_" dtype                                                                    \
  }

static dg_kernel kernels[DG_NDTYPES] = {
  [DG_F32] = KERNEL("f32"), [DG_F64] = KERNEL("f64"),   [DG_I32] = KERNEL("i32"),
  [DG_I64] = KERNEL("i64"), [DG_U8] = KERNEL("u8"),     [DG_BOOL] = KERNEL("u8"),
  [DG_F16] = KERNEL("f16"), [DG_BF16] = KERNEL("bf16"),
};

/* Of factors of 16 bits, whose product is float32. */
static dg_kernel widening_kernels[DG_NDTYPES] = {
  [DG_F16] = KERNEL("f16_f32"),
  [DG_BF16] = KERNEL("bf16_f32"),
};

/* The leading axes of a stack, joined where both operands allow it. */
typedef struct stack {
  int ndim;
  int64_t shape[DG_MAX_NDIM], a[DG_MAX_NDIM], b[DG_MAX_NDIM]; /* steps in elements */
} stack;

/* Whether the last two axes of v are a matrix as cuBLAS takes it, or the transpose of one, and steps
 * from one to the next are not negative. */
static bool is_matrix(const dg_view *v, dg_cuda_factor *f)
{
  int last = v->ndim - 1;
  int64_t rows = v->shape[last - 1], columns = v->shape[last];
  int64_t down = v->stride[last - 1], across = v->stride[last];
  f->data = v->data;
  f->turned = !((across == 1 || columns == 1) && (down >= columns || rows == 1));
  if (f->turned && !((down == 1 || rows == 1) && (across >= rows || columns == 1))) return false;
  for (int i = 0; i < last - 1; i++)
    if (v->shape[i] != 1 && v->stride[i] < 0) return false;
  int64_t row = f->turned ? across : down, least = f->turned ? rows : columns;
  f->row = DG_MAX(row, DG_MAX(least, 1)); /* a single row may have any stride */
  return true;
}

/* The factor of v, or of a copy without gaps; *packed is what of the two it is. */
static int set_factor(dg_cuda_factor *f, dg_scratch *s, const dg_view *v, dg_view *packed)
{
  *packed = *v;
  if (is_matrix(v, f)) return 0;
  if (dg_scratch_pack(s, v, packed) < 0) return -1;
  is_matrix(packed, f);
  return 0;
}

static stack stack_of(const dg_view *a, const dg_view *b)
{
  stack s = { .ndim = 0 };
  for (int i = 0; i < a->ndim - 2; i++) {
    int last = s.ndim - 1;
    if (a->shape[i] == 1) continue;
    if (last >= 0 && s.a[last] == a->stride[i] * a->shape[i] &&
        s.b[last] == b->stride[i] * a->shape[i]) {
      s.shape[last] *= a->shape[i];
      s.a[last] = a->stride[i];
      s.b[last] = b->stride[i];
      continue;
    }
    s.shape[s.ndim] = a->shape[i];
    s.a[s.ndim] = a->stride[i];
    s.b[s.ndim++] = b->stride[i];
  }
  return s;
}

/* The last leading axis goes to cuBLAS at once, the others one by one. */
static int by_blas(int dtype, dg_cuda_factor a, dg_cuda_factor b, const stack *s, const dg_view *y,
                   int64_t k, bool add)
{
  int last = s->ndim - 1, status = 0;
  int64_t m = y->shape[y->ndim - 2], n = y->shape[y->ndim - 1];
  int64_t bytes = dg_item_bytes[dtype], to_bytes = dg_item_bytes[y->dtype];
  int64_t count = last >= 0 ? s->shape[last] : 1, calls = y->size / (m * n * count);
  if (last >= 0) a.step = s->a[last], b.step = s->b[last];
  else a.step = b.step = 0;
  int64_t step = y->ndim > 2 ? y->stride[y->ndim - 3] : m * n;
  if (count > 1 && b.step == 0 && !a.turned && a.step == m * a.row && step == m * n &&
      m * count <= INT32_MAX) {
    m *= count; /* a stack without gaps times one matrix is one tall product */
    count = 1;
  }
  const char *data_a = a.data, *data_b = b.data;
  for (int64_t i = 0; i < calls && status == 0; i++) {
    int64_t rest = i, at_a = 0, at_b = 0;
    for (int axis = last - 1; axis >= 0; axis--) {
      at_a += rest % s->shape[axis] * s->a[axis];
      at_b += rest % s->shape[axis] * s->b[axis];
      rest /= s->shape[axis];
    }
    a.data = data_a + at_a * bytes;
    b.data = data_b + at_b * bytes;
    status = dg_cuda_gemm(y->device, dtype, y->dtype, m, n, k, &a, &b,
                          (char *)y->data + i * m * n * count * to_bytes, step, count, add);
  }
  return status;
}

static int by_kernel(const dg_view *a, const dg_view *b, const dg_view *y, int64_t k, int add)
{
  enum { TILE = 16 };
  int64_t m = y->shape[y->ndim - 2], n = y->shape[y->ndim - 1];
  int64_t step = y->ndim == 3 ? y->stride[0] : m * n;
  int64_t tiles = ((m + TILE - 1) / TILE) * ((n + TILE - 1) / TILE);
  void *to = y->data;
  dg_kernel *of = a->dtype == y->dtype ? kernels : widening_kernels;
  return DG_LAUNCH(dg_kernel_for(of, a->dtype), y->device, y->size / (m * n) * tiles,
                   DG_CUDA_THREADS, 0, (void *)(uintptr_t)a, (void *)(uintptr_t)b, &to, &step, &m,
                   &n, &k, &add);
}

int dg_cuda_product(const dg_view *a, const dg_view *b, const dg_view *y, bool add)
{
  int64_t k = a->shape[a->ndim - 1];
  if (y->size == 0) return 0;
  if (k == 0) return add ? 0 : dg_cuda_fill(y, 0);
  if (!dg_is_float(y->dtype) || !dg_cuda_has_blas()) return by_kernel(a, b, y, k, add);
  dg_scratch spare_a = { NULL }, spare_b = { NULL };
  dg_view va, vb;
  dg_cuda_factor fa, fb;
  int status = set_factor(&fa, &spare_a, a, &va);
  if (status == 0) status = set_factor(&fb, &spare_b, b, &vb);
  if (status == 0) {
    stack s = stack_of(&va, &vb);
    status = by_blas(a->dtype, fa, fb, &s, y, k, add);
  }
  dg_scratch_free(&spare_a);
  dg_scratch_free(&spare_b);
  return status;
}

int dg_cuda_matmul(const dg_view *a, const dg_view *b, const dg_view *y)
{
  return dg_cuda_product(a, b, y, false);
}

/* -- The linear layer ------------------------------------------------------------------------- */

static dg_view transposed(const dg_view *v)
{
  dg_view t = *v;
  t.shape[0] = v->shape[1];
  t.shape[1] = v->shape[0];
  t.stride[0] = v->stride[1];
  t.stride[1] = v->stride[0];
  dg_view_finish(&t);
  return t;
}

/* y = x w + b by cuBLAS alone; 1 where it cannot do that, and nothing was done. */
static int biased(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y)
{
  int64_t k = x->shape[1];
  if (y->size == 0 || k == 0 || !b->contiguous || !dg_cuda_has_blas()) return 1;
  dg_scratch spare_x = { NULL }, spare_w = { NULL };
  dg_view vx, vw;
  dg_cuda_factor fx, fw;
  int status = set_factor(&fx, &spare_x, x, &vx);
  if (status == 0) status = set_factor(&fw, &spare_w, w, &vw);
  if (status == 0)
    status = dg_cuda_gemm_bias(y->device, y->dtype, y->shape[0], y->shape[1], k, &fx, &fw, b->data,
                               y->data);
  dg_scratch_free(&spare_x);
  dg_scratch_free(&spare_w);
  return status;
}

int dg_cuda_linear(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y)
{
  dg_view turned = transposed(w);
  int status = b ? biased(x, &turned, b, y) : 1;
  if (status <= 0) return status;
  if (b && dg_cuda_copy(b, y) < 0) return -1;
  return dg_cuda_product(x, &turned, y, b != NULL);
}

int dg_cuda_linear_grad(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                        const dg_view *gw, const dg_view *gb)
{
  dg_view turned = transposed(gy), row;
  if (gx && dg_cuda_product(gy, w, gx, false) < 0) return -1;
  if (gw && dg_cuda_product(&turned, x, gw, false) < 0) return -1;
  if (!gb) return 0;
  row = dg_view_keepdims(gy, 1);
  row.data = gb->data;
  return dg_cuda_reduce(DG_SUM, gy, &row, 1);
}
