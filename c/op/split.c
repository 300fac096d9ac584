/* split.c -- a tensor cut along an axis: several views of it, made by one node. */
#include "op/array.h"

/* The sizes of the parts are a note: backward needs those of parts that are gone. */
enum { AXIS, PARTS }; /* attributes of split and unstack */

static int64_t *sizes_of(dg_call *c) { return c->saved[0]->v.data; }

/* Zeros that take no room: one, repeated. */
static dg_tensor *zeros(const dg_view *like)
{
  return dg_broadcast_to(dg_constant(like, 0, NULL, 0), like->ndim, like->shape);
}

/* The parts' gradients joined by `join`; one that nothing used has 0. `part` is shaped like a part,
 * which has sizes[i] along the axis, or if that is NULL does not have it. */
static dg_tensor *join_gradients(dg_call *c, dg_tensor **gy, dg_view part, const int64_t *sizes,
                                 dg_tensor *(*join)(int, dg_tensor *const *, int64_t))
{
  dg_tensor **g = dg_table_grow(NULL, c->outputs * (int64_t)sizeof(dg_tensor *));
  if (!g) return NULL;
  for (int i = 0; i < c->outputs; i++) {
    if (sizes) part.shape[c->i[AXIS]] = sizes[i];
    g[i] = gy[i] ? gy[i] : zeros(&part);
  }
  dg_tensor *gx = join(c->outputs, g, c->i[AXIS]);
  dg_table_free(g);
  return gx;
}

/* -- split ---------------------------------------------------------------------------------- */

static int split_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int axis = (int)c->i[AXIS];
  int64_t from = 0;
  if (dg_outputs(c, (int)c->i[PARTS]) < 0) return -1;
  for (int i = 0; i < c->outputs; i++) {
    dg_body *y = dg_output_view(c, i, c->x[0]);
    if (!y) return -1;
    y->v = dg_view_part(x, axis, from, sizes_of(c)[i]);
    from += sizes_of(c)[i];
  }
  return 0;
}

static int split_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = join_gradients(c, gy, c->x[0]->v, sizes_of(c), dg_concat);
  return 0;
}

static const dg_op_class split_op = {
  .name = "split",
  .shape = split_shape,
  .backward = split_backward,
};

/* Writes the sizes of the parts to the call's note. */
static int set_sizes(dg_call *c, int axis, int count, const int64_t *sizes)
{
  int64_t size = c->x[0]->v.shape[axis], left = size;
  for (int i = 0; i < count && sizes; i++) {
    if (sizes[i] < 0 || sizes[i] > left) left = -1;
    if (left < 0) break;
    left -= sizes[i];
  }
  if (sizes && left != 0)
    return dg_op_fail(c, DG_EARGUMENT, "the sizes of %d parts do not add up to the %lld of axis %d",
                      count, (long long)size, axis + 1);
  if (!sizes && size % count != 0)
    return dg_op_fail(c, DG_EARGUMENT, "axis %d of size %lld does not divide into %d equal parts",
                      axis + 1, (long long)size, count);
  const int64_t shape = count;
  if (!dg_save_here(c, 0, DG_I64, 1, &shape)) return -1;
  for (int i = 0; i < count; i++) sizes_of(c)[i] = sizes ? sizes[i] : size / count;
  return 0;
}

/* x cut along an axis into `count` parts (up to 65535) of these sizes, or of equal ones if `sizes`
 * is NULL. `ys` gets the parts, which share the elements of x. */
DG_API int dg_split(dg_tensor *x, int64_t axis, int count, const int64_t *sizes, dg_tensor **ys)
{
  if (count < 1 || !ys)
    return dg_fail(DG_EARGUMENT, "split: %d parts, or no room for them (NULL)", count);
  dg_call *c = dg_begin1(&split_op, x);
  if (!c) return -1;
  int at = dg_axis(c, axis, c->x[0]->v.ndim);
  if (at < 0 || set_sizes(c, at, count, sizes) < 0) {
    dg_call_discard(c);
    return -1;
  }
  c->i[AXIS] = at;
  c->i[PARTS] = count;
  return dg_finish_all(c, ys);
}

/* -- unstack -------------------------------------------------------------------------------- */

static int unstack_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int axis = dg_axis(c, c->i[AXIS], x->ndim);
  if (axis < 0) return -1;
  if (x->shape[axis] != c->i[PARTS])
    return dg_op_fail(c, DG_EARGUMENT, "room for %lld parts of axis %d, which has size %lld",
                      (long long)c->i[PARTS], axis + 1, (long long)x->shape[axis]);
  c->i[AXIS] = axis;
  if (dg_outputs(c, (int)c->i[PARTS]) < 0) return -1;
  for (int i = 0; i < c->outputs; i++) {
    dg_body *y = dg_output_view(c, i, c->x[0]);
    if (!y) return -1;
    y->v = dg_view_without(x, axis);
    y->v.data = dg_at(x, i * x->stride[axis]);
  }
  return 0;
}

static int unstack_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_view part = dg_view_without(&c->x[0]->v, (int)c->i[AXIS]);
  gx[0] = join_gradients(c, gy, part, NULL, dg_stack);
  return 0;
}

static const dg_op_class unstack_op = {
  .name = "unstack",
  .shape = unstack_shape,
  .backward = unstack_backward,
};

/* The places of x along an axis one by one, without that axis: what stack undoes. `ys` gets as many
 * tensors as the axis is long, which is `count`; they share the elements of x. */
DG_API int dg_unstack(dg_tensor *x, int64_t axis, int count, dg_tensor **ys)
{
  if (!ys) return dg_fail(DG_EARGUMENT, "unstack: no room for the parts (NULL)");
  dg_call *c = dg_begin1(&unstack_op, x);
  if (!c) return -1;
  c->i[AXIS] = axis;
  c->i[PARTS] = count;
  return dg_finish_all(c, ys);
}
