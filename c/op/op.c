/* op.c -- what operator files share: shape rules, and forward rules that are one call. */
#include "op/op.h"

int dg_wants_float(dg_call *c, int i)
{
  if (DG_LIKELY(dg_is_float(c->x[i]->v.dtype))) return 0;
  return dg_op_fail(c, DG_ETYPE, "wanted a float tensor, got %s", dg_dtype_name(c->x[i]->v.dtype));
}

int dg_wants_whole(dg_call *c, double number)
{
  if (DG_LIKELY(dg_is_float(c->x[0]->v.dtype)) || number == floor(number)) return 0;
  return dg_op_fail(c, DG_ETYPE, "the tensor is %s, the number %g is not whole (cast the tensor)",
                    dg_dtype_name(c->x[0]->v.dtype), number);
}

static int same_dtypes(dg_call *c)
{
  for (int i = 1; i < c->inputs; i++)
    if (DG_UNLIKELY(c->x[i]->v.dtype != c->x[0]->v.dtype))
      return dg_op_fail(c, DG_ETYPE, "dtypes %s and %s differ (cast one of them)",
                        dg_dtype_name(c->x[0]->v.dtype), dg_dtype_name(c->x[i]->v.dtype));
  return 0;
}

int dg_shape_same_any(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  if (same_dtypes(c) < 0) return -1;
  for (int i = 1; i < c->inputs; i++) {
    char a[DG_SHAPE_TEXT], b[DG_SHAPE_TEXT];
    if (!dg_same_shape(x, &c->x[i]->v))
      return dg_op_fail(c, DG_EARGUMENT, "shapes %s and %s differ", dg_shape_text(x, a),
                        dg_shape_text(&c->x[i]->v, b));
  }
  return dg_output_like(c, 0, x->dtype, x) ? 0 : -1;
}

int dg_shape_same(dg_call *c) { return dg_wants_float(c, 0) < 0 ? -1 : dg_shape_same_any(c); }

static int refuse_broadcast(dg_call *c)
{
  char a[DG_SHAPE_TEXT], b[DG_SHAPE_TEXT], d[DG_SHAPE_TEXT];
  if (c->inputs == 2)
    return dg_op_fail(c, DG_EARGUMENT, "shapes %s and %s do not broadcast",
                      dg_shape_text(&c->x[0]->v, a), dg_shape_text(&c->x[1]->v, b));
  return dg_op_fail(c, DG_EARGUMENT, "shapes %s, %s and %s do not broadcast",
                    dg_shape_text(&c->x[0]->v, a), dg_shape_text(&c->x[1]->v, b),
                    dg_shape_text(&c->x[2]->v, d));
}

int dg_shape_broadcast_as(dg_call *c, int dtype)
{
  int ndim = 0;
  int64_t shape[DG_MAX_NDIM];
  for (int i = 0; i < c->inputs; i++) ndim = DG_MAX(ndim, c->x[i]->v.ndim);
  for (int axis = 0; axis < ndim; axis++) {
    shape[axis] = 1;
    for (int i = 0; i < c->inputs; i++) {
      const dg_view *x = &c->x[i]->v;
      int own = axis - (ndim - x->ndim);
      if (own < 0 || x->shape[own] == 1) continue;
      if (shape[axis] != 1 && shape[axis] != x->shape[own]) return refuse_broadcast(c);
      shape[axis] = x->shape[own];
    }
  }
  return dg_output(c, 0, dtype, ndim, shape) ? 0 : -1;
}

/* Whether b changes nothing about the shape of what is computed from both. */
static bool adds_no_axis(const dg_view *a, const dg_view *b)
{
  return dg_same_shape(a, b) || (b->size == 1 && b->ndim <= a->ndim);
}

int dg_shape_broadcast(dg_call *c)
{
  const dg_view *a = &c->x[0]->v;
  if (DG_UNLIKELY(same_dtypes(c) < 0)) return -1;
  if (DG_LIKELY(c->inputs == 2 && adds_no_axis(a, &c->x[1]->v)))
    return dg_output_like(c, 0, a->dtype, a) ? 0 : -1;
  return dg_shape_broadcast_as(c, a->dtype);
}

int dg_shape_broadcast_bool(dg_call *c)
{
  return same_dtypes(c) < 0 ? -1 : dg_shape_broadcast_as(c, DG_BOOL);
}

int dg_shape_broadcast_float(dg_call *c)
{
  return dg_wants_float(c, 0) < 0 ? -1 : dg_shape_broadcast(c);
}

int dg_shape_reduced(dg_call *c, int dtype, int64_t axes, bool keepdims)
{
  const dg_view *x = &c->x[0]->v;
  int64_t shape[DG_MAX_NDIM];
  int ndim = 0;
  for (int i = 0; i < x->ndim; i++) {
    if (!(axes >> i & 1)) shape[ndim++] = x->shape[i];
    else if (keepdims) shape[ndim++] = 1;
  }
  return dg_output(c, 0, dtype, ndim, shape) ? 0 : -1;
}

int dg_shape_inputs(dg_call *c, int outputs)
{
  if (dg_outputs(c, outputs) < 0) return -1;
  for (int i = 0; i < outputs; i++)
    if (!dg_output_like(c, i, c->x[i]->v.dtype, &c->x[i]->v)) return -1;
  return 0;
}

int dg_axis_of(const char *who, int64_t axis, int ndim)
{
  if (axis >= -ndim && axis < ndim) return (int)(axis < 0 ? axis + ndim : axis);
  return dg_fail(DG_EARGUMENT, "%s: axis %lld is out of range for %d axes", who, dg_counted(axis),
                 ndim);
}

int dg_axis(dg_call *c, int64_t axis, int ndim) { return dg_axis_of(c->op->name, axis, ndim); }

int64_t dg_axes(const char *who, int ndim, int count, const int64_t *axes)
{
  if (count == 0) return ((int64_t)1 << ndim) - 1;
  if (count < 0 || !axes) return dg_fail(DG_EARGUMENT, "%s: the axes are missing (NULL)", who);
  int64_t set = 0;
  for (int i = 0; i < count; i++) {
    int64_t axis = axes[i] < 0 ? axes[i] + ndim : axes[i];
    if (axis < 0 || axis >= ndim)
      return dg_fail(DG_EARGUMENT, "%s: axis %lld is out of range for %d axes", who,
                     dg_counted(axes[i]), ndim);
    if (set >> axis & 1)
      return dg_fail(DG_EARGUMENT, "%s: axis %lld is given twice", who, (long long)axis + 1);
    set |= (int64_t)1 << axis;
  }
  return set;
}

int dg_set_shape(dg_call *c, int ndim, const int64_t *shape)
{
  if (!c) return -1;
  if (ndim < 0 || ndim > DG_MAX_NDIM) {
    dg_op_fail(c, DG_EARGUMENT, "%d axes, wanted 0 to %d", ndim, DG_MAX_NDIM);
  } else if (shape || ndim == 0) {
    c->i[0] = ndim;
    for (int i = 0; shape && i < ndim; i++) c->i[i + 1] = shape[i];
    return 0;
  } else {
    dg_op_fail(c, DG_EARGUMENT, "the shape is missing (NULL)");
  }
  dg_call_discard(c);
  return -1;
}

dg_tensor *dg_sum_back(const dg_view *x, dg_tensor *gy) { return dg_sum_to(gy, x->ndim, x->shape); }

dg_tensor *dg_align(const char *who, dg_tensor *x, dg_tensor *w, int64_t first)
{
  const dg_body *bx = dg_body_of(x), *bw = bx ? dg_body_of(w) : NULL;
  if (!bw) return NULL;
  const dg_view *vx = &bx->v, *vw = &bw->v;
  int from = dg_axis_of(who, first, vx->ndim);
  if (from < 0) return NULL;
  int64_t shape[DG_MAX_NDIM];
  bool fits = vw->ndim <= vx->ndim - from;
  for (int i = 0; i < vx->ndim && fits; i++) {
    bool repeats = i < from || i >= from + vw->ndim;
    shape[i] = repeats ? 1 : vw->shape[i - from];
    fits = repeats || shape[i] == vx->shape[i];
  }
  if (fits) return dg_reshape(w, vx->ndim, shape);
  char a[DG_SHAPE_TEXT], b[DG_SHAPE_TEXT];
  dg_fail(DG_EARGUMENT, "%s: shape %s is not that of the axes from %d on in %s", who,
          dg_shape_text(vw, a), from + 1, dg_shape_text(vx, b));
  return NULL;
}

dg_tensor *dg_constant(const dg_view *like, int ndim, const int64_t *shape, double value)
{
  int before = dg_device_set(like->device);
  dg_tensor *y = dg_full(like->dtype, ndim, shape, value);
  dg_device_set(before);
  return y;
}

dg_tensor *dg_blank(const dg_view *like)
{
  dg_body *b = dg_body_full_like(like->dtype, like, DG_ACTIVATION);
  return b ? dg_born(b) : NULL;
}

dg_tensor *dg_round_as(const dg_tensor *x, dg_tensor *y)
{
  const dg_body *b = dg_body_of(x);
  return b && y && dg_is_half(b->v.dtype) && !dg_tape.autocast ? dg_cast(y, b->v.dtype) : y;
}

dg_tensor *dg_no_gradient(const dg_call *c, int i)
{
  const dg_view *x = &c->x[i]->v;
  return dg_constant(x, x->ndim, x->shape, 0);
}

dg_tensor *dg_restore_axes(dg_tensor *y, const dg_view *x, int64_t axes)
{
  dg_view kept = dg_view_keepdims(x, (unsigned)axes);
  return dg_reshape(y, kept.ndim, kept.shape);
}

int dg_rule_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_body *operands[DG_OPERANDS];
  dg_rule_operands(c, dg_body_of(gy[0]), operands);
  for (int i = 0; i < c->inputs; i++) {
    const dg_gradient_rule *r = &c->op->gradient[i];
    if (!dg_needs(c, i)) continue;
    dg_tensor *a = dg_handle(operands[r->a]);
    dg_tensor *b = dg_handle(operands[r->b]);
    dg_tensor *x = !r->op ? gy[0] : b ? dg_apply2(r->op, a, b, NULL) : dg_apply1(r->op, a, NULL);
    gx[i] = dg_unbroadcast(c, i, x);
  }
  return 0;
}
