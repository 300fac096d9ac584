/* cholesky.c -- the triangular root of symmetric positive definite matrices. */
#include "op/linalg.h"

static int cholesky_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_square(c, 0) < 0) return -1;
  return dg_output(c, 0, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int cholesky_forward(dg_call *c) { return dg_linalg_forward(c, DG_LINALG_CHOLESKY); }

/* gX = (S + S') / 2 with S = L'^-1 P L^-1, where P is the lower triangle of L' gL, its diagonal
 * halved (Giles 2008, 2.3.2; I. Murray, Differentiation of the Cholesky decomposition, 2016). */
static int cholesky_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  dg_tensor *l = dg_y(c, 0), *turned = dg_turned(l);
  dg_tensor *half = dg_affine(dg_identity(x, x->shape[x->ndim - 1]), -0.5, 1);
  dg_tensor *p = dg_mul(dg_tril(dg_matmul(turned, gy[0]), 0), half);
  dg_tensor *s = dg_solve(turned, dg_turned(dg_solve(turned, p)));
  gx[0] = dg_symmetric(s);
  return 0;
}

static const dg_op_class cholesky_op = {
  .name = "cholesky",
  .shape = cholesky_shape,
  .forward = cholesky_forward,
  .backward = cholesky_backward,
  .reads = DG_READS_Y,
};

/* The lower triangular l with l l' = x for symmetric positive definite matrices (the last two axes);
 * floats. Reads the lower triangles alone; the gradient is symmetric. A matrix that is not positive
 * definite is an error. */
DG_API dg_tensor *dg_cholesky(dg_tensor *x) { return dg_finish(dg_begin1(&cholesky_op, x)); }
