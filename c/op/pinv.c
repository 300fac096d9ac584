/* pinv.c -- the Moore-Penrose inverse. */
#include "op/linalg.h"

/* The second input is the result, which dg_pinv has computed. */
static int pinv_shape(dg_call *c) { return dg_output_view(c, 0, c->x[1]) ? 0 : -1; }

/* For matrices whose rank stays (Golub and Pereyra 1973):
 *   dY = -Y dX Y + Y Y' dX' (I - X Y) + (I - Y X) dX' Y' Y, so
 *   gX = -Y' gY Y' + (I - X Y) gY' Y Y' + Y' Y gY' (I - Y X). */
static int pinv_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (!dg_needs(c, 0)) return 0;
  const dg_view *v = &c->x[0]->v;
  dg_tensor *x = dg_x(c, 0), *y = dg_y(c, 0), *turned = dg_turned(y), *g = dg_turned(gy[0]);
  dg_tensor *left = dg_sub(dg_identity(v, v->shape[v->ndim - 2]), dg_matmul(x, y));
  dg_tensor *right = dg_sub(dg_identity(v, v->shape[v->ndim - 1]), dg_matmul(y, x));
  dg_tensor *first = dg_matmul(dg_matmul(turned, gy[0]), turned);
  dg_tensor *second = dg_matmul(dg_matmul(left, g), dg_matmul(y, turned));
  dg_tensor *third = dg_matmul(dg_matmul(turned, y), dg_matmul(g, right));
  gx[0] = dg_sub(dg_add(second, third), first);
  return 0;
}

static const dg_op_class pinv_op = {
  .name = "pinv",
  .shape = pinv_shape,
  .backward = pinv_backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};

/* V S^+ U', with 0 for what is not above `rcond` times the largest singular value. */
static dg_tensor *from_svd(dg_tensor *x, double rcond)
{
  dg_tensor *f[3];
  if (dg_svd(x, 0, f) < 0) return NULL;
  const int64_t last = -1;
  dg_tensor *largest = dg_max(f[1], 1, &last, 1);
  dg_tensor *counts = dg_gt(f[1], dg_affine(largest, rcond, 0));
  const dg_body *s = dg_body_of(f[1]);
  dg_tensor *zero = s ? dg_constant(&s->v, 0, NULL, 0) : NULL;
  dg_tensor *inverse = dg_where(counts, dg_rdiv(f[1], 1), zero);
  return dg_matmul_by_turned(dg_mul(dg_turned(f[2]), dg_as_row(inverse)), f[0]);
}

/* The Moore-Penrose inverses of matrices (the last two axes of x), by singular values, of which
 * those count that exceed `rcond` times the largest. Floats. The gradient holds where the rank
 * stays. */
DG_API dg_tensor *dg_pinv(dg_tensor *x, double rcond)
{
  const dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  dg_view v = b->v;
  char shape[DG_SHAPE_TEXT];
  if (v.ndim < 2 || !dg_is_float(v.dtype)) {
    dg_fail(v.ndim < 2 ? DG_EARGUMENT : DG_ETYPE, "pinv: wanted float matrices, got %s %s",
            dg_dtype_name(v.dtype), dg_shape_text(&v, shape));
    return NULL;
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *values = dg_detach(x), *y;
  int64_t turned[DG_MAX_NDIM];
  for (int i = 0; i < v.ndim; i++) turned[i] = v.shape[i];
  turned[v.ndim - 1] = v.shape[v.ndim - 2];
  turned[v.ndim - 2] = v.shape[v.ndim - 1];
  y = v.size > 0 ? from_svd(values, rcond) : dg_constant(&v, v.ndim, turned, 0);
  return dg_pool_close(pool, dg_finish(dg_begin2(&pinv_op, x, y)));
}
