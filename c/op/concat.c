/* concat.c -- several tensors joined along an axis, one they have or a new one. */
#include "op/array.h"

enum { AXIS }; /* attributes of both */

static int same_dtypes(dg_call *c)
{
  for (int i = 1; i < c->inputs; i++)
    if (c->x[i]->v.dtype != c->x[0]->v.dtype)
      return dg_op_fail(c, DG_ETYPE, "input 1 is %s, input %d is %s",
                        dg_dtype_name(c->x[0]->v.dtype), i + 1, dg_dtype_name(c->x[i]->v.dtype));
  return 0;
}

/* Whether input i has the shape of the first; along the axis `but` it may differ. */
static int check_shape(dg_call *c, int i, int but)
{
  const dg_view *a = &c->x[0]->v, *b = &c->x[i]->v;
  char first[DG_SHAPE_TEXT], other[DG_SHAPE_TEXT];
  bool same = a->ndim == b->ndim;
  for (int k = 0; k < a->ndim && same; k++) same = k == but || a->shape[k] == b->shape[k];
  if (same) return 0;
  return dg_op_fail(c, DG_EARGUMENT, "input 1 has shape %s, input %d has %s",
                    dg_shape_text(a, first), i + 1, dg_shape_text(b, other));
}

/* -- concat --------------------------------------------------------------------------------- */

static int concat_shape(dg_call *c)
{
  dg_view y = c->x[0]->v;
  int axis = dg_axis(c, c->i[AXIS], y.ndim);
  if (axis < 0 || same_dtypes(c) < 0) return -1;
  c->i[AXIS] = axis;
  for (int i = 1; i < c->inputs; i++) {
    if (check_shape(c, i, axis) < 0) return -1;
    if (__builtin_add_overflow(y.shape[axis], c->x[i]->v.shape[axis], &y.shape[axis]))
      return dg_op_fail(c, DG_EARGUMENT, "a shape of too many elements");
  }
  return dg_output(c, 0, y.dtype, y.ndim, y.shape) ? 0 : -1;
}

static int concat_forward(dg_call *c)
{
  int axis = (int)c->i[AXIS];
  int64_t from = 0;
  for (int i = 0; i < c->inputs; i++) {
    const dg_view *x = &c->x[i]->v;
    const dg_view part = dg_view_part(&c->y[0]->v, axis, from, x->shape[axis]);
    if (dg_backend_of(x)->copy(x, &part) < 0) return -1;
    from += x->shape[axis];
  }
  return 0;
}

/* Each input's gradient is the part of gy that came of it. */
static int concat_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  int axis = (int)c->i[AXIS];
  int64_t from = 0;
  for (int i = 0; i < c->inputs; i++) {
    int64_t size = c->x[i]->v.shape[axis];
    if (dg_needs(c, i)) gx[i] = dg_narrow(gy[0], axis, from, size);
    from += size;
  }
  return 0;
}

static const dg_op_class concat_op = {
  .name = "concat",
  .flags = DG_MOVES,
  .shape = concat_shape,
  .forward = concat_forward,
  .backward = concat_backward,
};

static dg_call *begin(const dg_op_class *op, int count, dg_tensor *const *xs, int64_t axis)
{
  if (count < 1) {
    dg_fail(DG_EARGUMENT, "%s: no tensors given", op->name);
    return NULL;
  }
  dg_call *c = dg_begin(op, count, xs);
  if (c) c->i[AXIS] = axis;
  return c;
}

/* `count` tensors (up to 65535) of one dtype joined along an axis; the other axes must agree. */
DG_API dg_tensor *dg_concat(int count, dg_tensor *const *xs, int64_t axis)
{
  return dg_finish(begin(&concat_op, count, xs, axis));
}

/* -- stack ---------------------------------------------------------------------------------- */

static int stack_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int64_t shape[DG_MAX_NDIM];
  if (x->ndim == DG_MAX_NDIM)
    return dg_op_fail(c, DG_EARGUMENT, "the result would have more than %d axes", DG_MAX_NDIM);
  int axis = dg_axis(c, c->i[AXIS], x->ndim + 1);
  if (axis < 0 || same_dtypes(c) < 0) return -1;
  for (int i = 1; i < c->inputs; i++)
    if (check_shape(c, i, -1) < 0) return -1;
  for (int k = 0; k < x->ndim; k++) shape[k < axis ? k : k + 1] = x->shape[k];
  c->i[AXIS] = axis;
  shape[axis] = c->inputs;
  return dg_output(c, 0, x->dtype, x->ndim + 1, shape) ? 0 : -1;
}

static int stack_forward(dg_call *c)
{
  const dg_view *y = &c->y[0]->v;
  int axis = (int)c->i[AXIS];
  dg_view part = dg_view_without(y, axis);
  for (int i = 0; i < c->inputs; i++) {
    part.data = dg_at(y, i * y->stride[axis]);
    if (dg_backend_of(y)->copy(&c->x[i]->v, &part) < 0) return -1;
  }
  return 0;
}

static int stack_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  for (int i = 0; i < c->inputs; i++)
    if (dg_needs(c, i)) gx[i] = dg_select(gy[0], c->i[AXIS], i);
  return 0;
}

static const dg_op_class stack_op = {
  .name = "stack",
  .flags = DG_MOVES,
  .shape = stack_shape,
  .forward = stack_forward,
  .backward = stack_backward,
};

/* `count` tensors (up to 65535) of one dtype and shape side by side along a new axis, which is axis
 * `axis` of the result (negative: from its end). */
DG_API dg_tensor *dg_stack(int count, dg_tensor *const *xs, int64_t axis)
{
  return dg_finish(begin(&stack_op, count, xs, axis));
}
