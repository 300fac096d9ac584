/* linalg.c -- what the operators on matrices share. */
#include "op/linalg.h"

int dg_wants_matrices(dg_call *c, int i)
{
  const dg_view *x = &c->x[i]->v;
  char shape[DG_SHAPE_TEXT];
  if (dg_wants_float(c, i) < 0) return -1;
  if (x->ndim >= 2) return 0;
  return dg_op_fail(c, DG_EARGUMENT, "wanted matrices, got shape %s", dg_shape_text(x, shape));
}

int dg_wants_square(dg_call *c, int i)
{
  const dg_view *x = &c->x[i]->v;
  char shape[DG_SHAPE_TEXT];
  if (dg_wants_matrices(c, i) < 0) return -1;
  if (x->shape[x->ndim - 1] == x->shape[x->ndim - 2]) return 0;
  return dg_op_fail(c, DG_EARGUMENT, "wanted square matrices, got shape %s",
                    dg_shape_text(x, shape));
}

int dg_linalg_forward(dg_call *c, dg_linalg kind)
{
  const dg_view *x[DG_CALL_INPUTS], *y[DG_CALL_OUTPUTS];
  for (int i = 0; i < c->inputs; i++) x[i] = &c->x[i]->v;
  for (int i = 0; i < c->outputs; i++) y[i] = &c->y[i]->v;
  int status = dg_backend_of(x[0])->linalg(kind, x, y);
  if (status < 0) dg_fail_prefix("%s: ", c->op->name);
  return status;
}

dg_tensor *dg_matmul_turned(dg_tensor *a, dg_tensor *b) { return dg_matmul(dg_turned(a), b); }
dg_tensor *dg_matmul_by_turned(dg_tensor *a, dg_tensor *b) { return dg_matmul(a, dg_turned(b)); }

dg_tensor *dg_identity(const dg_view *like, int64_t n)
{
  return dg_diag_embed(dg_constant(like, 1, &n, 1), 0);
}

dg_tensor *dg_symmetric(dg_tensor *x) { return dg_affine(dg_add(x, dg_turned(x)), 0.5, 0); }

dg_tensor *dg_inverse_gaps(dg_tensor *s)
{
  const dg_body *b = dg_body_of(s);
  if (!b) return NULL;
  const dg_view v = b->v;
  dg_tensor *one = dg_identity(&v, v.shape[v.ndim - 1]);
  dg_tensor *gaps = dg_sub(dg_as_row(s), dg_as_column(s));
  return dg_div(dg_affine(one, -1, 1), dg_add(gaps, one));
}
