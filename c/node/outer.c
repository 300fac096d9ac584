/* outer.c -- gradients of a matrix that are the outer product of two vectors. */
#include "node/outer.h"

static dg_view part(const dg_body *vectors, int64_t from, int64_t count)
{
  dg_view v = vectors->v;
  v.data = dg_at(&v, from);
  v.shape[0] = v.size = count;
  return v;
}

void dg_outer_vectors(const dg_body *g, dg_view *column, dg_view *row)
{
  *column = part(g->grad, 0, g->v.shape[0]);
  *row = part(g->grad, g->v.shape[0], g->v.shape[1]);
}

static int put(const dg_view *from, const dg_view *to)
{
  dg_view flat = *from; /* of a matrix of one row or column, its other axis */
  if (flat.ndim == 2) {
    int axis = flat.shape[0] == 1;
    flat.shape[0] = from->shape[axis], flat.stride[0] = from->stride[axis];
    flat.ndim = 1;
    dg_view_finish(&flat);
  }
  if (!flat.contiguous) return dg_backend_of(to)->copy(&flat, to);
  memcpy(to->data, flat.data, (size_t)(to->size * dg_item_bytes[to->dtype]));
  return 0;
}

int dg_outer_set(dg_body *g, const dg_view *column, const dg_view *row)
{
  int64_t size = g->v.shape[0] + g->v.shape[1];
  dg_body *vectors = dg_body_new("outer", g->v.dtype, 1, &size);
  if (!vectors) return -1;
  if (dg_body_allocate(vectors, DG_GRADIENT) < 0) {
    dg_body_free(vectors);
    return -1;
  }
  vectors->refs = DG_HOLD;
  g->grad = vectors;
  g->flags |= DG_OUTER;
  dg_view to_column, to_row;
  dg_outer_vectors(g, &to_column, &to_row);
  return put(column, &to_column) < 0 ? -1 : put(row, &to_row);
}

int dg_outer_write(dg_body *g)
{
  if (dg_body_allocate(g, DG_GRADIENT) < 0) {
    dg_fail_prefix("grad: ");
    return -1;
  }
  dg_view column, row;
  dg_outer_vectors(g, &column, &row);
  if (dg_backend_of(&g->v)->outer(1, &column, &row, false, &g->v) < 0) {
    dg_body_drop_storage(g);
    return -1;
  }
  dg_unhold(g->grad);
  g->grad = NULL;
  g->flags &= ~(uint32_t)DG_OUTER;
  return 0;
}
