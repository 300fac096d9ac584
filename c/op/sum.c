/* sum.c -- sums over axes, and their counterpart, repeating along axes. */
#include "op/op.h"

/* -- sum ------------------------------------------------------------------------------------ */

enum { AXES, KEEPDIMS }; /* attributes of sum */

static int sum_shape(dg_call *c)
{
  return dg_shape_reduced(c, c->x[0]->v.dtype, c->i[AXES], c->i[KEEPDIMS] != 0);
}

static int sum_forward(dg_call *c)
{
  dg_view y = dg_view_keepdims(&c->x[0]->v, (unsigned)c->i[AXES]);
  y.data = c->y[0]->v.data;
  return dg_backend_of(&y)->reduce(DG_SUM, &c->x[0]->v, &y, (unsigned)c->i[AXES]);
}

/* y = the sum of x: gx = gy, repeated along the axes that went. */
static int sum_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  gx[0] = dg_broadcast_to(dg_restore_axes(gy[0], x, c->i[AXES]), x->ndim, x->shape);
  return 0;
}

static const dg_op_class sum_op = {
  .name = "sum",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = sum_shape,
  .forward = sum_forward,
  .backward = sum_backward,
};

/* The sum of x over `count` axes (0: all of them); with keepdims they stay as size 1. Small integers
 * and bools are summed as int64. */
DG_API dg_tensor *dg_sum(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  dg_body *b = dg_full_body_of(x);
  int64_t set = b ? dg_axes("sum", b->v.ndim, count, axes) : -1;
  if (set < 0) return NULL;
  dg_pool pool = dg_pool_open();
  if (DG_UNLIKELY(!dg_is_float(b->v.dtype) && b->v.dtype != DG_I64)) x = dg_cast(x, DG_I64);
  dg_call *c = dg_begin1(&sum_op, x);
  if (c) c->i[AXES] = set, c->i[KEEPDIMS] = keepdims;
  return dg_pool_close(pool, dg_finish(c));
}

/* Sums x to a shape that broadcasts to its own: what broadcast_to undoes, and its gradient. */
DG_API dg_tensor *dg_sum_to(dg_tensor *x, int ndim, const int64_t *shape)
{
  dg_body *b = dg_body_of(x);
  if (!b) return NULL;
  if (ndim < 0 || ndim > b->v.ndim || (ndim > 0 && !shape)) {
    dg_fail(DG_EARGUMENT, "sum_to: %d axes cannot come of %d", ndim, b->v.ndim);
    return NULL;
  }
  int64_t axes[DG_MAX_NDIM];
  int count = 0, added = b->v.ndim - ndim;
  for (int i = 0; i < b->v.ndim; i++) {
    int64_t wanted = i < added ? 1 : shape[i - added];
    if (b->v.shape[i] == wanted) continue; /* also of size 1: the shape alone changes */
    if (i < added || wanted == 1) axes[count++] = i;
    else {
      dg_fail(DG_EARGUMENT, "sum_to: axis %d has size %lld, which cannot become %lld", i + 1,
              (long long)b->v.shape[i], (long long)wanted);
      return NULL;
    }
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *y = count > 0 ? dg_sum(x, count, axes, 1) : x;
  return dg_pool_close(pool, dg_reshape(y, ndim, shape));
}

/* -- broadcast_to --------------------------------------------------------------------------- */

static int broadcast_to_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_view like = { .device = x->device };
  char from[DG_SHAPE_TEXT], to[DG_SHAPE_TEXT];
  if (dg_view_set(&like, c->op->name, x->dtype, (int)c->i[0], c->i + 1) < 0) return -1;
  int added = like.ndim - x->ndim;
  bool fits = added >= 0;
  for (int i = 0; i < x->ndim && fits; i++)
    fits = x->shape[i] == 1 || x->shape[i] == like.shape[i + added];
  if (!fits)
    return dg_op_fail(c, DG_EARGUMENT, "shape %s does not broadcast to %s", dg_shape_text(x, from),
                      dg_shape_text(&like, to));
  dg_body *y = dg_output_view(c, 0, c->x[0]);
  if (!y) return -1;
  y->v = dg_view_broadcast(x, &like);
  return 0;
}

/* gx = gy, summed over what was repeated. */
static int broadcast_to_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_unbroadcast(c, 0, gy[0]);
  return 0;
}

static const dg_op_class broadcast_to_op = {
  .name = "broadcast_to",
  .shape = broadcast_to_shape,
  .backward = broadcast_to_backward,
};

/* x repeated along axes of size 1 and new leading axes, without a copy. */
DG_API dg_tensor *dg_broadcast_to(dg_tensor *x, int ndim, const int64_t *shape)
{
  dg_call *c = dg_begin1(&broadcast_to_op, x);
  if (dg_set_shape(c, ndim, shape) < 0) return NULL;
  return dg_finish(c);
}
