/* recurrence.c -- linear recurrences along an axis, and products by them. */
#include "op/op.h"

enum { AXIS, REVERSE }; /* attributes; f[0] is y before the first place */

static int recurrence_shape(dg_call *c)
{
  if (dg_shape_same(c) < 0) return -1;
  int axis = dg_axis(c, c->i[AXIS], c->x[0]->v.ndim);
  c->i[AXIS] = axis;
  return axis < 0 ? -1 : 0;
}

static int recurrence_forward(dg_call *c)
{
  const dg_view *y = &c->y[0]->v;
  return dg_backend_of(y)->recurrence(&c->x[0]->v, &c->x[1]->v, y, (int)c->i[AXIS],
                                      c->i[REVERSE] != 0, c->f[0]);
}

/* x moved by one place along an axis, towards the end or (`back`) the beginning; what was there
 * last is gone, and `value` comes in. */
static dg_tensor *moved(const dg_view *like, dg_tensor *x, int axis, bool back, double value)
{
  int64_t shape[DG_MAX_NDIM], kept = like->shape[axis] - 1;
  for (int i = 0; i < like->ndim; i++) shape[i] = i == axis ? 1 : like->shape[i];
  dg_tensor *edge = dg_constant(like, like->ndim, shape, value);
  dg_tensor *rest = dg_narrow(x, axis, back, kept);
  return dg_concat(2, (dg_tensor *const[]){ back ? rest : edge, back ? edge : rest }, axis);
}

/* h_k = gy_k + a_(k+1) h_(k+1), from the other end, is the gradient of y_k in all that follows:
 * gb = h, ga_k = h_k y_(k-1). */
static int recurrence_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *v = &c->x[0]->v;
  int axis = (int)c->i[AXIS];
  bool reverse = c->i[REVERSE] != 0;
  if (v->shape[axis] == 0) {
    for (int i = 0; i < 2; i++)
      if (dg_needs(c, i)) gx[i] = dg_no_gradient(c, i);
    return 0;
  }
  dg_tensor *next = moved(v, dg_x(c, 0), axis, !reverse, 0);
  dg_tensor *h = dg_recurrence(next, gy[0], axis, !reverse, 0);
  if (dg_needs(c, 0)) gx[0] = dg_mul(h, moved(v, dg_y(c, 0), axis, reverse, c->f[0]));
  if (dg_needs(c, 1)) gx[1] = h;
  return 0;
}

static const dg_op_class recurrence_op = {
  .name = "recurrence",
  .shape = recurrence_shape,
  .forward = recurrence_forward,
  .backward = recurrence_backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};

/* y_k = a_k y_(k-1) + b_k along an axis, where y before the first place is `start`; with `reverse`
 * from the end on. Floats of one shape and dtype. */
DG_API dg_tensor *dg_recurrence(dg_tensor *a, dg_tensor *b, int64_t axis, int reverse, double start)
{
  dg_call *c = dg_begin2(&recurrence_op, a, b);
  if (c) c->i[AXIS] = axis, c->i[REVERSE] = reverse != 0, c->f[0] = start;
  return dg_finish(c);
}

/* Fails unless x is a float tensor with elements. */
static dg_body *floats(const char *name, dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  if (!b || dg_is_float(b->v.dtype)) return b;
  dg_fail(DG_ETYPE, "%s: wanted a float tensor, got %s", name, dg_dtype_name(b->v.dtype));
  return NULL;
}

/* The products of x up to each place of an axis, that place included. Floats. */
DG_API dg_tensor *dg_cumprod(dg_tensor *x, int64_t axis)
{
  dg_body *b = floats("cumprod", x);
  int at = b ? dg_axis_of("cumprod", axis, b->v.ndim) : -1;
  if (at < 0) return NULL;
  dg_pool pool = dg_pool_open();
  dg_tensor *zero = dg_broadcast_to(dg_constant(&b->v, 0, NULL, 0), b->v.ndim, b->v.shape);
  return dg_pool_close(pool, dg_recurrence(x, zero, at, 0, 1));
}

/* The product of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; 1
 * where there is nothing. The gradient is right beside zeros too. */
DG_API dg_tensor *dg_prod(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  dg_body *b = floats("prod", x);
  const dg_view *v = b ? &b->v : NULL;
  int64_t set = b ? dg_axes("prod", v->ndim, count, axes) : -1;
  if (set < 0) return NULL;
  int64_t order[DG_MAX_NDIM], shape[DG_MAX_NDIM + 1], result[DG_MAX_NDIM], n = 1;
  int kept = 0, ndim = 0, at = 0;
  for (int i = 0; i < v->ndim; i++)
    if (!(set >> i & 1)) order[at++] = i, shape[kept++] = v->shape[i];
  for (int i = 0; i < v->ndim; i++) {
    bool goes = set >> i & 1;
    if (goes) order[at++] = i, n *= v->shape[i];
    if (!goes || keepdims) result[ndim++] = goes ? 1 : v->shape[i];
  }
  if (kept == v->ndim) return dg_copy(x);
  shape[kept] = n;
  dg_pool pool = dg_pool_open();
  if (n == 0) return dg_pool_close(pool, dg_affine(dg_sum(x, count, axes, keepdims), 1, 1));
  dg_tensor *rows = dg_reshape(dg_transpose(x, v->ndim, order), kept + 1, shape);
  dg_tensor *last = dg_select(dg_cumprod(rows, kept), kept, n - 1);
  return dg_pool_close(pool, dg_copy(dg_reshape(last, ndim, result)));
}
