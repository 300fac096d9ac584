/* outer.c -- gradients of a matrix that are sums of a few outer products of two vectors. */
#include "node/outer.h"

/* Some columns of a matrix; axes that there are not stay as they are, since copies of whole views
 * take longer than the product of short vectors. */
DG_INLINE void take_columns(const dg_view *m, int64_t from, int64_t count, dg_view *part)
{
  part->data = dg_at(m, from * m->stride[1]);
  part->size = m->shape[0] * count;
  part->dtype = m->dtype;
  part->ndim = 2;
  part->contiguous = m->shape[0] == 1 || count == m->shape[1];
  part->device = m->device;
  part->shape[0] = m->shape[0], part->stride[0] = m->stride[0];
  part->shape[1] = count, part->stride[1] = m->stride[1];
}

void dg_outer_vectors(const dg_body *g, dg_view *columns, dg_view *rows)
{
  take_columns(&g->grad->v, 0, g->v.shape[0], columns);
  take_columns(&g->grad->v, g->v.shape[0], g->v.shape[1], rows);
}

/* Copies a vector, or a matrix of one row or column, to where its elements are to lie. */
static int put(const dg_view *from, void *to)
{
  if (DG_LIKELY(from->contiguous)) {
    memcpy(to, from->data, (size_t)(from->size * dg_item_bytes[from->dtype]));
    return 0;
  }
  dg_view flat = *from, dense;
  if (flat.ndim == 2) {
    int axis = flat.shape[0] == 1;
    flat.shape[0] = from->shape[axis], flat.stride[0] = from->stride[axis];
    flat.ndim = 1;
    dg_view_finish(&flat);
  }
  dense = flat;
  dense.data = to, dense.stride[0] = 1;
  dg_view_finish(&dense);
  return dg_backend_of(&flat)->copy(&flat, &dense);
}

/* Writes pair number `k`. */
static int put_pair(const dg_body *pairs, int64_t k, const dg_view *column, const dg_view *row)
{
  int64_t at = k * pairs->v.shape[1];
  if (put(column, dg_at(&pairs->v, at)) < 0) return -1;
  return put(row, dg_at(&pairs->v, at + column->size));
}

static dg_body *make_pairs(const dg_body *g, int64_t room)
{
  const int64_t shape[2] = { room, g->v.shape[0] + g->v.shape[1] };
  dg_body *pairs = dg_body_new("outer", g->v.dtype, 2, shape);
  if (!pairs) return NULL;
  if (dg_body_allocate(pairs, DG_GRADIENT) < 0) {
    dg_body_free(pairs);
    return NULL;
  }
  pairs->refs = DG_HOLD;
  return pairs;
}

void dg_outer_drop(dg_body *g)
{
  if (!g->grad) return;
  dg_unhold(g->grad);
  g->grad = NULL;
  g->flags &= ~(uint32_t)DG_OUTER;
}

int dg_outer_set(dg_body *g, const dg_view *column, const dg_view *row)
{
  dg_body *pairs = g->grad ? g->grad : make_pairs(g, 1);
  if (!pairs) return -1;
  g->grad = pairs;
  g->flags |= DG_OUTER;
  return put_pair(pairs, 0, column, row);
}

/* Doubles the room, which is a power of two. */
static int grow(dg_body *g, int64_t count)
{
  dg_body *old = g->grad, *pairs = make_pairs(g, 2 * count);
  if (!pairs) return -1;
  memcpy(pairs->v.data, old->v.data, (size_t)(old->v.size * dg_item_bytes[old->v.dtype]));
  pairs->v.shape[0] = count;
  dg_view_finish(&pairs->v);
  g->grad = pairs;
  dg_unhold(old);
  return 0;
}

int dg_outer_append(dg_body *g, const dg_view *column, const dg_view *row)
{
  int64_t count = g->grad->v.shape[0], width = g->grad->v.shape[1];
  if ((count + 1) * width > g->v.size) return 0;
  if ((count & (count - 1)) == 0 && grow(g, count) < 0) return -1;
  if (put_pair(g->grad, count, column, row) < 0) return -1;
  g->grad->v.shape[0] = count + 1;
  dg_view_finish(&g->grad->v);
  return 1;
}

int dg_outer_write(dg_body *g)
{
  if (dg_body_allocate(g, DG_GRADIENT) < 0) {
    dg_fail_prefix("grad: ");
    return -1;
  }
  dg_view columns, rows;
  dg_outer_vectors(g, &columns, &rows);
  if (dg_backend_of(&g->v)->outer(1, &columns, &rows, false, &g->v) < 0) {
    dg_body_drop_storage(g);
    return -1;
  }
  dg_outer_drop(g);
  return 0;
}
