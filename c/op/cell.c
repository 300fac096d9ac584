/* cell.c -- what the cells of recurrent networks share. */
#include "op/cell.h"

int dg_gates_fit(dg_call *c, int h, int x, int gates)
{
  const dg_view *a = &c->x[h]->v, *b = &c->x[x]->v;
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (dg_wants_float(c, h) < 0) return -1;
  if (a->dtype != b->dtype)
    return dg_op_fail(c, DG_ETYPE, "dtypes %s and %s differ (cast one of them)",
                      dg_dtype_name(a->dtype), dg_dtype_name(b->dtype));
  bool fits = a->ndim == b->ndim && a->ndim >= 2 && a->ndim < DG_MAX_NDIM;
  for (int i = 0; i < a->ndim && fits; i++)
    fits = i == 1 ? b->shape[1] % gates == 0 && b->shape[1] / gates == a->shape[1]
                  : a->shape[i] == b->shape[i];
  if (fits) return 0;
  return dg_op_fail(c, DG_EARGUMENT,
                    "the state is %s and x is %s, wanted 2 to %d axes, and %d times as many along "
                    "axis 2",
                    dg_shape_text(a, s), dg_shape_text(b, t), DG_MAX_NDIM - 1, gates);
}

dg_tensor *dg_or_zeros(dg_tensor *g, const dg_body *like)
{
  if (g) return g;
  return dg_broadcast_to(dg_constant(&like->v, 0, NULL, 0), like->v.ndim, like->v.shape);
}
