/* matmul.c -- the product of matrices, of stacks of them, and of vectors with them. */
#include "op/op.h"

/* The leading axes of a and b, broadcast; at most 6 of them. */
static int leading_axes(dg_call *c, int64_t *shape)
{
  const dg_view *a = &c->x[0]->v, *b = &c->x[1]->v;
  int ndim = DG_MAX(a->ndim, b->ndim) - 2;
  for (int i = 0; i < ndim; i++) {
    int in_a = i - (ndim - (a->ndim - 2)), in_b = i - (ndim - (b->ndim - 2));
    int64_t m = in_a < 0 ? 1 : a->shape[in_a], n = in_b < 0 ? 1 : b->shape[in_b];
    if (m != n && m != 1 && n != 1) {
      char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
      return dg_op_fail(c, DG_EARGUMENT, "leading axes of %s and %s do not broadcast",
                        dg_shape_text(a, s), dg_shape_text(b, t));
    }
    shape[i] = m == 1 ? n : m;
  }
  return ndim;
}

static int matmul_shape(dg_call *c)
{
  const dg_view *a = &c->x[0]->v, *b = &c->x[1]->v;
  if (a->dtype != b->dtype)
    return dg_op_fail(c, DG_ETYPE, "dtypes %s and %s differ (cast one of them)",
                      dg_dtype_name(a->dtype), dg_dtype_name(b->dtype));
  if (a->dtype == DG_BOOL) return dg_op_fail(c, DG_ETYPE, "there is no product of bools");
  int64_t shape[DG_MAX_NDIM];
  int ndim = leading_axes(c, shape);
  if (ndim < 0) return -1;
  shape[ndim] = a->shape[a->ndim - 2];
  shape[ndim + 1] = b->shape[b->ndim - 1];
  return dg_output(c, 0, a->dtype, ndim + 2, shape) ? 0 : -1;
}

/* v with the leading axes of y. */
static dg_view with_leading(const dg_view *v, const dg_view *y)
{
  dg_view like = *y;
  for (int i = 1; i <= 2; i++) like.shape[y->ndim - i] = v->shape[v->ndim - i];
  return dg_view_broadcast(v, &like);
}

static int matmul_forward(dg_call *c)
{
  const dg_view *y = &c->y[0]->v;
  if (y->ndim == 2) return dg_backend_of(y)->matmul(&c->x[0]->v, &c->x[1]->v, y);
  dg_view a = with_leading(&c->x[0]->v, y), b = with_leading(&c->x[1]->v, y);
  return dg_backend_of(y)->matmul(&a, &b, y);
}

static dg_tensor *turned(dg_tensor *x) { return dg_swap_axes(x, -1, -2); }

/* x with its leading axes and rows as one axis: a stack times one matrix is one tall product. */
static dg_tensor *tall(dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  int64_t shape[2] = { 1, b ? b->v.shape[b->v.ndim - 1] : 0 };
  for (int i = 0; b && i < b->v.ndim - 1; i++) shape[0] *= b->v.shape[i];
  return dg_reshape(x, 2, shape);
}

/* y = a b: ga = gy b', gb = a' gy, summed over leading axes that were broadcast. */
static int matmul_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *a = dg_x(c, 0), *b = dg_x(c, 1);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_matmul(gy[0], turned(b)));
  if (!dg_needs(c, 1)) return 0;
  if (c->x[0]->v.ndim > 2 && c->x[1]->v.ndim == 2) gx[1] = dg_matmul(turned(tall(a)), tall(gy[0]));
  else gx[1] = dg_unbroadcast(c, 1, dg_matmul(turned(a), gy[0]));
  return 0;
}

static const dg_op_class matmul_op = {
  .name = "matmul",
  .flags = DG_NARROWS | DG_HALVES_FAR,
  .shape = matmul_shape,
  .forward = matmul_forward,
  .backward = matmul_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

static bool inner_sizes_fit(const dg_view *a, const dg_view *b)
{
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (a->ndim == 0 || b->ndim == 0) {
    dg_fail(DG_EARGUMENT, "matmul: wanted vectors or matrices, got %s and %s", dg_shape_text(a, s),
            dg_shape_text(b, t));
    return false;
  }
  int64_t m = a->shape[a->ndim - 1], n = b->shape[b->ndim == 1 ? 0 : b->ndim - 2];
  if (m == n) return true;
  dg_fail(DG_EARGUMENT, "matmul: inner sizes %lld and %lld differ (a is %s, b is %s)", (long long)m,
          (long long)n, dg_shape_text(a, s), dg_shape_text(b, t));
  return false;
}

/* A vector counts as a row on the left and as a column on the right, and that axis goes again. */
static dg_tensor *with_vectors(dg_tensor *a, const dg_view *va, dg_tensor *b, const dg_view *vb)
{
  int64_t row[2] = { 1, va->shape[0] }, column[2] = { vb->shape[0], 1 }, shape[DG_MAX_NDIM];
  int ndim = 0;
  if (va->ndim > 1)
    for (int i = 0; i < va->ndim - 1; i++) shape[ndim++] = va->shape[i];
  if (vb->ndim > 1) {
    for (int i = 0; i < vb->ndim - 2; i++) shape[ndim++] = vb->shape[i];
    shape[ndim++] = vb->shape[vb->ndim - 1];
  }
  dg_pool pool = dg_pool_open();
  if (va->ndim == 1) a = dg_reshape(a, 2, row);
  if (vb->ndim == 1) b = dg_reshape(b, 2, column);
  return dg_pool_close(pool, dg_reshape(dg_finish(dg_begin2(&matmul_op, a, b)), ndim, shape));
}

/* The matrix product of a (..., m, k) and b (..., k, n), leading axes broadcast. A vector counts as
 * a row on the left, a column on the right, and that axis goes again. Both of one dtype, any but
 * bool; integers wrap around. */
DG_API dg_tensor *dg_matmul(dg_tensor *a, dg_tensor *b)
{
  const dg_body *s = dg_living_body(a), *t = dg_living_body(b);
  if (DG_UNLIKELY(!dg_is_full(s) || !dg_is_full(t))) return dg_finish(dg_begin2(&matmul_op, a, b));
  const dg_view *va = &s->v, *vb = &t->v;
  if (!inner_sizes_fit(va, vb)) return NULL;
  if (va->ndim == 1 || vb->ndim == 1) return with_vectors(a, va, b, vb);
  return dg_finish(dg_begin2(&matmul_op, a, b));
}
