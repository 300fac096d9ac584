/* inv.c -- inverses, determinants and linear systems.
 *
 * The gradients of this and the other files on matrices are those of M. Giles, Collected Matrix
 * Derivative Results for Forward and Reverse Mode Algorithmic Differentiation (2008). */
#include "op/linalg.h"

/* -- inv ------------------------------------------------------------------------------------ */

static int inv_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_square(c, 0) < 0) return -1;
  return dg_output(c, 0, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int inv_forward(dg_call *c) { return dg_linalg_forward(c, DG_LINALG_INV); }

/* dY = -Y dX Y, so gX = -Y' gY Y'. */
static int inv_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *turned = dg_turned(dg_y(c, 0));
  gx[0] = dg_neg(dg_matmul(dg_matmul(turned, gy[0]), turned));
  return 0;
}

static const dg_op_class inv_op = {
  .name = "inv",
  .shape = inv_shape,
  .forward = inv_forward,
  .backward = inv_backward,
  .reads = DG_READS_Y,
};

/* The inverses of square matrices (the last two axes of x); floats. A singular one is an error. */
DG_API dg_tensor *dg_inv(dg_tensor *x) { return dg_finish(dg_begin1(&inv_op, x)); }

/* -- det ------------------------------------------------------------------------------------ */

static int det_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_square(c, 0) < 0) return -1;
  return dg_output(c, 0, x->dtype, x->ndim - 2, x->shape) ? 0 : -1;
}

static int det_forward(dg_call *c) { return dg_linalg_forward(c, DG_LINALG_DET); }

/* The cofactors of singular matrices, which are the second input. */
static int cofactors_shape(dg_call *c) { return dg_output_view(c, 0, c->x[1]) ? 0 : -1; }

static int cofactors_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)gy, (void)gx;
  return dg_op_fail(c, DG_EGRAPH, "there is no second gradient where a matrix is singular");
}

static const dg_op_class cofactors_op = {
  .name = "det",
  .shape = cofactors_shape,
  .backward = cofactors_backward,
};

/* For X = U diag(s) V' they are det(U) det(V) U diag(p) V', where p_i is the product of all s but
 * s_i. */
static dg_tensor *cofactors(dg_tensor *x)
{
  dg_tensor *f[3];
  if (dg_svd(dg_detach(x), 0, f) < 0) return NULL;
  const dg_view v = dg_body_of(x)->v;
  const int64_t n = v.shape[v.ndim - 1];
  dg_tensor *one = dg_identity(&v, n);
  dg_tensor *others = dg_add(dg_mul(dg_as_row(f[1]), dg_affine(one, -1, 1)), one);
  dg_tensor *p = dg_select(others, -1, 0);
  for (int64_t i = 1; i < n; i++) p = dg_mul(p, dg_select(others, -1, i));
  dg_tensor *sign = dg_as_column(dg_as_column(dg_mul(dg_det(f[0]), dg_det(f[2]))));
  dg_tensor *y = dg_mul(sign, dg_matmul(dg_mul(f[0], dg_as_row(p)), f[2]));
  return dg_finish(dg_begin2(&cofactors_op, x, y));
}

/* dy = tr(C' dX), so gX = gy C with the cofactors C = y X^-1'. */
static int det_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *inverse = dg_inv(dg_x(c, 0));
  if (inverse) {
    gx[0] = dg_mul(dg_as_column(dg_as_column(dg_mul(gy[0], dg_y(c, 0)))), dg_turned(inverse));
  } else if (dg_error_code() == DG_EARGUMENT) { /* it is singular */
    dg_error_clear();
    gx[0] = dg_mul(dg_as_column(dg_as_column(gy[0])), cofactors(dg_x(c, 0)));
  }
  return 0;
}

static const dg_op_class det_op = {
  .name = "det",
  .shape = det_shape,
  .forward = det_forward,
  .backward = det_backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};

/* The determinants of square matrices (the last two axes of x, which go); floats. Where one is
 * singular there is a first gradient, but no second one. */
DG_API dg_tensor *dg_det(dg_tensor *x) { return dg_finish(dg_begin1(&det_op, x)); }

/* -- solve ---------------------------------------------------------------------------------- */

static int solve_shape(dg_call *c)
{
  const dg_view *a = &c->x[0]->v, *b = &c->x[1]->v;
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (dg_wants_square(c, 0) < 0 || dg_wants_matrices(c, 1) < 0) return -1;
  if (a->dtype != b->dtype)
    return dg_op_fail(c, DG_ETYPE, "dtypes %s and %s differ (cast one of them)",
                      dg_dtype_name(a->dtype), dg_dtype_name(b->dtype));
  int64_t shape[DG_MAX_NDIM];
  const int ndim = DG_MAX(a->ndim, b->ndim);
  bool fits = a->shape[a->ndim - 1] == b->shape[b->ndim - 2];
  for (int i = 1; i <= ndim && fits; i++) {
    int64_t m = i > a->ndim ? 1 : a->shape[a->ndim - i],
            n = i > b->ndim ? 1 : b->shape[b->ndim - i];
    if (i > 2) fits = m == n || m == 1 || n == 1;
    shape[ndim - i] = i <= 2 ? n : m == 1 ? n : m;
  }
  if (!fits)
    return dg_op_fail(c, DG_EARGUMENT, "shapes %s and %s do not fit", dg_shape_text(a, s),
                      dg_shape_text(b, t));
  return dg_output(c, 0, a->dtype, ndim, shape) ? 0 : -1;
}

static int solve_forward(dg_call *c)
{
  const dg_view *y = &c->y[0]->v;
  dg_view like = *y;
  like.shape[y->ndim - 1] = y->shape[y->ndim - 2];
  dg_view a = dg_view_broadcast(&c->x[0]->v, &like), b = dg_view_broadcast(&c->x[1]->v, y);
  int status = dg_backend_of(y)->linalg(DG_LINALG_SOLVE, (const dg_view *const[]){ &a, &b },
                                        (const dg_view *const[]){ y });
  if (status < 0) dg_fail_prefix("solve: ");
  return status;
}

/* A Y = B: gB = A'^-1 gY, gA = -gB Y', summed over leading axes that were broadcast. */
static int solve_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *gb = dg_solve(dg_turned(dg_x(c, 0)), gy[0]);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_neg(dg_matmul_by_turned(gb, dg_y(c, 0))));
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, gb);
  return 0;
}

static const dg_op_class solve_op = {
  .name = "solve",
  .shape = solve_shape,
  .forward = solve_forward,
  .backward = solve_backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};

/* The x of a x = b for square matrices a (n x n, the last two axes) and b (n x k, or one vector of
 * n); leading axes broadcast. Floats of one dtype. A singular matrix is an error. */
DG_API dg_tensor *dg_solve(dg_tensor *a, dg_tensor *b)
{
  const dg_body *right = dg_full_body_of(b);
  if (!right) return NULL;
  if (right->v.ndim != 1) return dg_finish(dg_begin2(&solve_op, a, b));
  dg_pool pool = dg_pool_open();
  dg_tensor *y = dg_finish(dg_begin2(&solve_op, a, dg_as_column(b)));
  return dg_pool_close(pool, dg_squeeze(y, 1, (const int64_t[]){ -1 }));
}
