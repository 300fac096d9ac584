/* eigh.c -- eigenvalues and eigenvectors of symmetric matrices. */
#include "op/linalg.h"

static int eigh_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_square(c, 0) < 0 || dg_outputs(c, 2) < 0) return -1;
  if (!dg_output(c, 0, x->dtype, x->ndim - 1, x->shape)) return -1;
  return dg_output(c, 1, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int eigh_forward(dg_call *c) { return dg_linalg_forward(c, DG_LINALG_EIGH); }

/* gX = V (diag(gw) + F . (V' gV)) V' with F_ij = 1 / (w_j - w_i), 0 on the diagonal (Giles 2008,
 * 3.1); made symmetric, as X is. */
static int eigh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *v = dg_y(c, 1), *inner = gy[0] ? dg_diag_embed(gy[0], 0) : NULL;
  if (gy[1]) {
    dg_tensor *turns = dg_mul(dg_inverse_gaps(dg_y(c, 0)), dg_matmul_turned(v, gy[1]));
    inner = inner ? dg_add(inner, turns) : turns;
  }
  gx[0] = dg_symmetric(dg_matmul_by_turned(dg_matmul(v, inner), v));
  return 0;
}

static const dg_op_class eigh_op = {
  .name = "eigh",
  .shape = eigh_shape,
  .forward = eigh_forward,
  .backward = eigh_backward,
  .reads = DG_READS_Y,
};

/* Eigenvalues, ascending, and eigenvectors of symmetric matrices (the last two axes of x): ys[0] is
 * w, ys[1] has the vectors as columns, x = v diag(w) v'. Floats. Reads the lower triangles alone.
 * The gradient of vectors wants eigenvalues that differ. */
DG_API int dg_eigh(dg_tensor *x, dg_tensor **ys)
{
  if (!ys) return dg_fail(DG_EARGUMENT, "eigh: no room for the results (NULL)");
  return dg_finish_all(dg_begin1(&eigh_op, x), ys);
}
