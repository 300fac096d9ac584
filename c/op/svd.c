/* svd.c -- singular values and vectors. */
#include "op/linalg.h"

enum { FULL }; /* attribute: whether u and vh are square */

static int svd_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_matrices(c, 0) < 0 || dg_outputs(c, 3) < 0) return -1;
  const int last = x->ndim - 1;
  const int64_t m = x->shape[last - 1], n = x->shape[last], k = DG_MIN(m, n);
  dg_view y = *x;
  y.shape[last] = c->i[FULL] ? m : k;
  if (!dg_output(c, 0, x->dtype, x->ndim, y.shape)) return -1;
  y.shape[last - 1] = k;
  if (!dg_output(c, 1, x->dtype, last, y.shape)) return -1;
  y.shape[last - 1] = c->i[FULL] ? n : k;
  y.shape[last] = n;
  return dg_output(c, 2, x->dtype, x->ndim, y.shape) ? 0 : -1;
}

static int svd_forward(dg_call *c) { return dg_linalg_forward(c, DG_LINALG_SVD); }

static dg_tensor *sum(dg_tensor *a, dg_tensor *b) { return a && b ? dg_add(a, b) : a ? a : b; }

/* x - x'. */
static dg_tensor *skew(dg_tensor *x) { return dg_sub(x, dg_turned(x)); }

/* What of a gradient g of vectors u (columns) lies outside their span, divided by the values. */
static dg_tensor *outside(dg_tensor *u, dg_tensor *g, dg_tensor *s)
{
  dg_tensor *scaled = dg_div(g, dg_as_row(s));
  return dg_sub(scaled, dg_matmul(u, dg_matmul_turned(u, scaled)));
}

/* With E_ij = 1 / (s_j^2 - s_i^2), 0 on the diagonal, and skew(A) = A - A' (J. Townsend,
 * Differentiating the singular value decomposition, 2016):
 *   gX = U (E . skew(U' gU) S + S E . skew(V' gV) + diag(gs)) V'
 *        + (I - U U') gU S^-1 V' + U S^-1 gV' (I - V V'). */
static int svd_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  const int64_t m = x->shape[x->ndim - 2], n = x->shape[x->ndim - 1];
  if (c->i[FULL] && m != n && (gy[0] || gy[2]))
    return dg_op_fail(c, DG_EGRAPH,
                      "full_matrices of matrices that are not square have no gradient: the vectors "
                      "beyond the singular values are arbitrary");
  dg_tensor *u = dg_y(c, 0), *s = dg_y(c, 1), *vh = dg_y(c, 2), *inner = NULL;
  if (c->i[FULL]) {
    const int64_t k = DG_MIN(m, n);
    u = dg_narrow(u, -1, 0, k), vh = dg_narrow(vh, -2, 0, k);
  }
  dg_tensor *v = dg_turned(vh), *gv = gy[2] ? dg_turned(gy[2]) : NULL;
  dg_tensor *e = gy[0] || gv ? dg_inverse_gaps(dg_square(s)) : NULL;
  if (gy[0]) inner = dg_mul(dg_mul(e, skew(dg_matmul_turned(u, gy[0]))), dg_as_row(s));
  if (gv) inner = sum(inner, dg_mul(dg_mul(e, skew(dg_matmul_turned(v, gv))), dg_as_column(s)));
  if (gy[1]) inner = sum(inner, dg_diag_embed(gy[1], 0));
  dg_tensor *g = dg_matmul(dg_matmul(u, inner), vh);
  if (gy[0] && m > n) g = dg_add(g, dg_matmul(outside(u, gy[0], s), vh));
  if (gv && n > m) g = dg_add(g, dg_matmul_by_turned(u, outside(v, gv, s)));
  gx[0] = g;
  return 0;
}

static const dg_op_class svd_op = {
  .name = "svd",
  .shape = svd_shape,
  .forward = svd_forward,
  .backward = svd_backward,
  .reads = DG_READS_Y,
};

/* x = u diag(s) vh for matrices of m x n (the last two axes of x): ys[0] is u, m x k with
 * k = min(m, n), ys[1] the singular values, descending, ys[2] is vh, k x n. With `full` u is m x m
 * and vh n x n. Floats. The gradient of vectors wants singular values that differ, and none that is 0
 * where x is not square. */
DG_API int dg_svd(dg_tensor *x, int full, dg_tensor **ys)
{
  if (!ys) return dg_fail(DG_EARGUMENT, "svd: no room for the results (NULL)");
  dg_call *c = dg_begin1(&svd_op, x);
  if (c) c->i[FULL] = full != 0;
  return dg_finish_all(c, ys);
}
