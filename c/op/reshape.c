/* reshape.c -- the same elements in another shape. */
#include "op/op.h"

/* Finds the size that -1 stands for. */
static int fill_in(dg_call *c, const dg_view *x, int64_t *shape, int ndim)
{
  int unknown = -1;
  int64_t known = 1;
  for (int i = 0; i < ndim; i++) {
    if (shape[i] == -1 && unknown < 0) unknown = i;
    else if (shape[i] < 0) return dg_op_fail(c, DG_EARGUMENT, "axis %d has a negative size", i + 1);
    else if (!dg_mul_ok(known, shape[i], &known))
      return dg_op_fail(c, DG_EARGUMENT, "a shape of too many elements");
  }
  if (unknown >= 0 && known > 0 && x->size % known == 0) shape[unknown] = x->size / known;
  return 0;
}

/* Finds strides with which a view of shape v sees the elements of x in their order: each group of
 * axes of x that v regroups must lie without gaps. False when there are none. */
static bool restride(const dg_view *x, dg_view *v)
{
  int64_t shape[DG_MAX_NDIM], stride[DG_MAX_NDIM];
  int n = 0, i = 0, k = 0;
  for (int a = 0; a < x->ndim; a++)
    if (x->shape[a] != 1) shape[n] = x->shape[a], stride[n++] = x->stride[a];
  while (i < n) {
    int64_t have = shape[i++], want = 1;
    int first = k;
    while (want != have) {
      if (want < have) want *= v->shape[k++];
      else if (stride[i - 1] == stride[i] * shape[i]) have *= shape[i++];
      else return false;
    }
    int64_t step = stride[i - 1];
    for (int a = k - 1; a >= first; a--) {
      v->stride[a] = step;
      step *= v->shape[a];
    }
  }
  while (k < v->ndim) v->stride[k++] = 1; /* of size 1 */
  dg_view_finish(v);
  return true;
}

static int reshape_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_view v = { .device = x->device };
  char from[DG_SHAPE_TEXT], to[DG_SHAPE_TEXT];
  if (fill_in(c, x, c->i + 1, (int)c->i[0]) < 0) return -1;
  if (dg_view_set(&v, c->op->name, x->dtype, (int)c->i[0], c->i + 1) < 0) return -1;
  if (v.size != x->size)
    return dg_op_fail(c, DG_EARGUMENT, "shape %s has %lld elements, %s has %lld",
                      dg_shape_text(x, from), (long long)x->size, dg_shape_text(&v, to),
                      (long long)v.size);
  if (!x->contiguous && !restride(x, &v))
    return dg_output(c, 0, x->dtype, v.ndim, v.shape) ? 0 : -1;
  dg_body *y = dg_output_view(c, 0, c->x[0]);
  if (!y) return -1;
  v.data = x->data;
  y->v = v;
  return 0;
}

/* Copies what no view of x can show. */
static int reshape_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (c->y[0]->store == c->x[0]->store) return 0;
  dg_view y = *x; /* x's shape on y's elements */
  dg_view_set(&y, c->op->name, x->dtype, x->ndim, x->shape);
  y.data = c->y[0]->v.data;
  return dg_backend_of(x)->copy(x, &y);
}

static int reshape_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_reshape(gy[0], c->x[0]->v.ndim, c->x[0]->v.shape);
  return 0;
}

const dg_op_class dg_reshape_op = {
  .name = "reshape",
  .flags = DG_MOVES,
  .shape = reshape_shape,
  .forward = reshape_forward,
  .backward = reshape_backward,
};

/* x in another shape of as many elements; one size may be -1, which the others decide. Shares the
 * elements of x where some strides allow it. */
DG_API dg_tensor *dg_reshape(dg_tensor *x, int ndim, const int64_t *shape)
{
  dg_call *c = dg_begin1(&dg_reshape_op, x);
  if (dg_set_shape(c, ndim, shape) < 0) return NULL;
  return dg_finish(c);
}
