/* take.c -- places of one axis chosen by an integer tensor, and adding back to them. */
#include "op/array.h"

#include <string.h>

dg_body *dg_positions(const char *who, const dg_view *index, int axis, int64_t size, int64_t base)
{
  if (index->dtype != DG_I32 && index->dtype != DG_I64 && index->dtype != DG_U8) {
    dg_fail(DG_ETYPE, "%s: wanted an index of int32, int64 or uint8, got %s", who,
            dg_dtype_name(index->dtype));
    return NULL;
  }
  if (base < 0 || base > 1) {
    dg_fail(DG_EARGUMENT, "%s: positions count from 0 or 1, not from %lld", who, (long long)base);
    return NULL;
  }
  dg_body *p = dg_body_new(who, DG_I64, index->ndim, index->shape);
  if (!p) return NULL;
  p->v.device = index->device;
  int64_t bad = 0;
  int status = dg_body_allocate(p, DG_ACTIVATION);
  if (status == 0) status = dg_backend_of(index)->positions(index, &p->v, base, size, &bad);
  if (status > 0) {
    if (base == 0 && bad >= 0) bad++; /* messages count from 1 */
    if (size == 0)
      dg_fail(DG_EARGUMENT, "%s: index %lld into axis %d, which is empty", who, (long long)bad,
              axis + 1);
    else
      dg_fail(DG_EARGUMENT,
              "%s: index %lld is out of range for axis %d: wanted 1 to %lld, or "
              "-%lld to -1",
              who, (long long)bad, axis + 1, (long long)size, (long long)size);
  }
  if (status == 0) return p;
  dg_body_free(p);
  return NULL;
}

/* -- Operators: their positions are notes, so the index may change afterwards ------------------ */

static int declared(dg_call *c)
{
  return c->y[0] ? 0 : -1; /* what begins the call declares its output */
}

dg_call *dg_begin_at(const dg_op_class *op, dg_tensor *x, int axis, dg_body *positions)
{
  dg_call *c = positions ? dg_begin1(op, x) : NULL;
  if (c && positions->v.device != c->x[0]->v.device) {
    dg_op_fail(c, DG_EARGUMENT, "the index is on %s, the tensor on %s (move one with to)",
               dg_device_name(positions->v.device), dg_device_name(c->x[0]->v.device));
    dg_call_discard(c);
    c = NULL;
  }
  if (c) {
    c->i[0] = axis;
    positions->refs = DG_HOLD;
    c->saved[0] = positions;
  } else if (positions) {
    dg_body_free(positions);
  }
  return c;
}

static int take_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_backend_of(x)->gather(x, (int)c->i[0], &c->saved[0]->v, &c->y[0]->v);
}

static int scatter_add_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  if (dg_backend_of(x)->fill(y, 0) < 0) return -1;
  return dg_backend_of(x)->scatter_add(x, (int)c->i[0], &c->saved[0]->v, y);
}

/* gx = gy taken at the same positions. */
static int scatter_add_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_take_at(gy[0], (int)c->i[0], dg_body_view(c->saved[0]));
  return 0;
}

static const dg_op_class scatter_add_op = {
  .name = "scatter_add",
  .shape = declared,
  .forward = scatter_add_forward,
  .backward = scatter_add_backward,
};

/* x has one place for each position along `axis`, the result `size`. */
static dg_tensor *scatter_add_at(dg_tensor *x, int axis, dg_body *positions, int64_t size)
{
  dg_call *c = dg_begin_at(&scatter_add_op, x, axis, positions);
  if (!c) return NULL;
  dg_view y = c->x[0]->v;
  y.shape[axis] = size;
  dg_output(c, 0, y.dtype, y.ndim, y.shape);
  return dg_finish(c);
}

/* gx[..., i, ...] is the sum of what gy has where i was taken. */
static int take_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  int axis = (int)c->i[0];
  gx[0] = scatter_add_at(gy[0], axis, dg_body_view(c->saved[0]), c->x[0]->v.shape[axis]);
  return 0;
}

static const dg_op_class take_op = {
  .name = "take",
  .flags = DG_MOVES,
  .shape = declared,
  .forward = take_forward,
  .backward = take_backward,
};

dg_tensor *dg_take_at(dg_tensor *x, int axis, dg_body *positions)
{
  dg_call *c = dg_begin_at(&take_op, x, axis, positions);
  if (!c) return NULL;
  dg_view y = c->x[0]->v;
  y.shape[axis] = positions->v.size;
  dg_output(c, 0, y.dtype, y.ndim, y.shape);
  return dg_finish(c);
}

/* -- Public forms: the index may have any shape ------------------------------------------------ */

int dg_spread(const char *who, dg_view *v, int axis, const dg_view *index)
{
  int added = index->ndim - 1;
  if (v->ndim + added > DG_MAX_NDIM)
    return dg_fail(DG_EARGUMENT, "%s: the result would have more than %d axes", who, DG_MAX_NDIM);
  memmove(v->shape + axis + index->ndim, v->shape + axis + 1,
          (size_t)(v->ndim - axis - 1) * sizeof *v->shape);
  memcpy(v->shape + axis, index->shape, index->ndim * sizeof *v->shape);
  v->ndim = (uint8_t)(v->ndim + added);
  return 0;
}

/* The places of x along `axis` that an index (int32, int64 or uint8) chooses. The result has the
 * axes of the index in place of that axis: x[..., index, ...]. Indices count from `base` (0 or 1),
 * negative from the end. */
DG_API dg_tensor *dg_take(dg_tensor *x, int64_t axis, const dg_tensor *index, int base)
{
  dg_body *b = dg_full_body_of(x), *i = b ? dg_full_body_of(index) : NULL;
  if (!i) return NULL;
  dg_view shape = b->v;
  int at = dg_axis_of("take", axis, b->v.ndim);
  if (at < 0 || dg_spread("take", &shape, at, &i->v) < 0) return NULL;
  dg_body *positions = dg_positions("take", &i->v, at, b->v.shape[at], base);
  if (i->v.ndim == 1) return dg_take_at(x, at, positions);
  dg_pool pool = dg_pool_open();
  dg_tensor *y = dg_take_at(x, at, positions);
  return dg_pool_close(pool, dg_reshape(y, shape.ndim, shape.shape));
}

/* What take undoes, and its gradient: zeros, with x[..., index, ...] added to the `size` places of
 * the axis that stands in place of the index's axes. Equal indices add up, in order. */
DG_API dg_tensor *dg_scatter_add(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                                 int64_t size)
{
  dg_body *b = dg_full_body_of(x), *i = b ? dg_full_body_of(index) : NULL;
  if (!i) return NULL;
  const dg_view *v = &b->v;
  int span = i->v.ndim, rest = v->ndim - span;
  char have[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  if (rest < 0 || size < 0) {
    dg_fail(DG_EARGUMENT, "scatter_add: an index of %d axes for %d axes and size %lld", span,
            v->ndim, (long long)size);
    return NULL;
  }
  int at = dg_axis_of("scatter_add", axis, rest + 1);
  if (at < 0) return NULL;
  if (memcmp(v->shape + at, i->v.shape, (size_t)span * sizeof *v->shape) != 0) {
    dg_fail(DG_EARGUMENT, "scatter_add: shape %s does not have the index's %s from axis %d on",
            dg_shape_text(v, have), dg_shape_text(&i->v, wanted), at + 1);
    return NULL;
  }
  dg_view flat = *v;
  flat.ndim = (uint8_t)(rest + 1);
  flat.shape[at] = i->v.size;
  for (int k = at; k < rest; k++) flat.shape[k + 1] = v->shape[k + span];
  dg_body *positions = dg_positions("scatter_add", &i->v, at, size, base);
  if (!positions) return NULL;
  if (span == 1) return scatter_add_at(x, at, positions, size);
  dg_pool pool = dg_pool_open();
  dg_tensor *y = scatter_add_at(dg_reshape(x, flat.ndim, flat.shape), at, positions, size);
  return dg_pool_close(pool, y);
}
