/* qr.c -- orthogonal columns and a triangle. */
#include "op/linalg.h"

static int qr_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_matrices(c, 0) < 0 || dg_outputs(c, 2) < 0) return -1;
  dg_view r = *x;
  const int64_t m = x->shape[x->ndim - 2], n = x->shape[x->ndim - 1];
  if (m < n)
    return dg_op_fail(c, DG_EARGUMENT, "wanted no fewer rows than columns, got %lld and %lld",
                      (long long)m, (long long)n);
  r.shape[x->ndim - 2] = n;
  if (!dg_output(c, 0, x->dtype, x->ndim, x->shape)) return -1;
  return dg_output(c, 1, x->dtype, x->ndim, r.shape) ? 0 : -1;
}

static int qr_forward(dg_call *c) { return dg_linalg_forward(c, DG_LINALG_QR); }

/* gX = (gQ + Q (M + M' - diag M)) R'^-1, where M is the upper triangle of gR R' - Q' gQ (S. Walter
 * and L. Lehmann, Algorithmic differentiation of linear algebra functions, 2010). */
static int qr_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  dg_tensor *q = dg_y(c, 0), *r = dg_y(c, 1), *m = gy[1] ? dg_matmul_by_turned(gy[1], r) : NULL;
  if (gy[0]) {
    dg_tensor *turned = dg_matmul_turned(q, gy[0]);
    m = m ? dg_sub(m, turned) : dg_neg(turned);
  }
  dg_tensor *half = dg_affine(dg_identity(x, x->shape[x->ndim - 1]), -0.5, 1);
  m = dg_mul(dg_triu(m, 0), half);
  dg_tensor *g = dg_matmul(q, dg_add(m, dg_turned(m)));
  if (gy[0]) g = dg_add(g, gy[0]);
  gx[0] = dg_turned(dg_solve(r, dg_turned(g)));
  return 0;
}

static const dg_op_class qr_op = {
  .name = "qr",
  .shape = qr_shape,
  .forward = qr_forward,
  .backward = qr_backward,
  .reads = DG_READS_Y,
};

/* x = q r for matrices of m x n, m >= n (the last two axes of x): ys[0] is q, m x n with orthonormal
 * columns, ys[1] is r, n x n and upper triangular. Floats. The gradient wants columns that are
 * linearly independent. For more columns than rows, take the first ones: x = [x1, x2] = q [r1, q'
 * x2]. */
DG_API int dg_qr(dg_tensor *x, dg_tensor **ys)
{
  if (!ys) return dg_fail(DG_EARGUMENT, "qr: no room for the results (NULL)");
  return dg_finish_all(dg_begin1(&qr_op, x), ys);
}
