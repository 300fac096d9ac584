/* im2col.c -- what windows look at as axes of their own, and the sum that undoes it. Each is the
 * other's gradient. */
#include "op/sweep.h"

static const dg_op_class im2col_op, col2im_op;

enum { MOST_AXES = (DG_MAX_NDIM - 2) / 2 }; /* which come twice */

static dg_tensor *apply(const dg_op_class *op, dg_tensor *x, dg_steps s)
{
  dg_call *c = dg_begin1(op, x);
  dg_steps_set(c, &s);
  return dg_finish(c);
}

/* -- im2col: `size` is that of the window ------------------------------------------------------ */

static int im2col_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_steps s = dg_steps_of(c);
  if (dg_wants_planes(c, 0, s.axes, "x") < 0) return -1;
  int64_t shape[DG_MAX_NDIM] = { x->shape[0], x->shape[1] };
  for (int k = 0; k < s.axes; k++) {
    int64_t wide = ((int64_t)s.size[k] - 1) * s.dilate[k] + 1, in = x->shape[k + 2];
    int64_t places = dg_places(in, wide, s.stride[k], s.pad[k], s.cover_all);
    if (places < 1 || places > INT32_MAX)
      return dg_op_fail(c, DG_EARGUMENT,
                        "a window of %lld does not fit axis %d, which is %lld with padding",
                        (long long)wide, k + 3, (long long)(in + 2 * (int64_t)s.pad[k]));
    shape[k + 2] = s.size[k];
    shape[k + 2 + s.axes] = places;
  }
  return dg_output(c, 0, x->dtype, 2 * s.axes + 2, shape) ? 0 : -1;
}

static int im2col_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = dg_sweep_of(&steps, x, y, y->shape + 2);
  return dg_backend_of(y)->im2col(&s, x, y);
}

static int im2col_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_steps s = dg_steps_of(c);
  for (int k = 0; k < s.axes; k++) s.size[k] = (int32_t)c->x[0]->v.shape[k + 2];
  gx[0] = apply(&col2im_op, gy[0], s);
  return 0;
}

static const dg_op_class im2col_op = {
  .name = "im2col",
  .shape = im2col_shape,
  .forward = im2col_forward,
  .backward = im2col_backward,
};

/* -- col2im: `size` is that of the planes ------------------------------------------------------ */

static int col2im_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_steps s = dg_steps_of(c);
  char text[DG_SHAPE_TEXT];
  if (dg_wants_planes(c, 0, 2 * s.axes, "the columns") < 0) return -1;
  int64_t shape[DG_MAX_NDIM] = { x->shape[0], x->shape[1] };
  for (int k = 0; k < s.axes; k++) {
    int64_t wide = (x->shape[k + 2] - 1) * s.dilate[k] + 1, places = x->shape[k + 2 + s.axes];
    shape[k + 2] = s.size[k];
    if (wide > 0 && dg_places(s.size[k], wide, s.stride[k], s.pad[k], s.cover_all) == places)
      continue;
    return dg_op_fail(c, DG_EARGUMENT,
                      "columns of shape %s are not of a plane of size %d along "
                      "axis %d",
                      dg_shape_text(x, text), s.size[k], k + 3);
  }
  return dg_output(c, 0, x->dtype, s.axes + 2, shape) ? 0 : -1;
}

static int col2im_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = dg_sweep_of(&steps, y, x, x->shape + 2);
  return dg_backend_of(y)->col2im(&s, x, y);
}

static int col2im_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_steps s = dg_steps_of(c);
  for (int k = 0; k < s.axes; k++) s.size[k] = (int32_t)c->x[0]->v.shape[k + 2];
  gx[0] = apply(&im2col_op, gy[0], s);
  return 0;
}

static const dg_op_class col2im_op = {
  .name = "col2im",
  .shape = col2im_shape,
  .forward = col2im_forward,
  .backward = col2im_backward,
};

static int read_steps(const char *who, dg_steps *s, int axes, const int64_t *size,
                      const int64_t *stride, const int64_t *pad, const int64_t *dilate)
{
  if (axes > MOST_AXES)
    return dg_fail(DG_EARGUMENT, "%s: %d axes, wanted at most %d behind batch and channels", who,
                   axes, MOST_AXES);
  if (dg_steps_read(who, "a size", axes, size, 1, 0, s->size) < 0) return -1;
  if (dg_steps_read(who, "a stride", axes, stride, 1, 1, s->stride) < 0) return -1;
  if (dg_steps_read(who, "a pad", axes, pad, 0, 0, s->pad) < 0) return -1;
  if (dg_steps_read(who, "a dilation", axes, dilate, 1, 1, s->dilate) < 0) return -1;
  s->axes = (int8_t)axes;
  return 0;
}

/* The elements that windows over the last `axes` axes, 1 to 3, of x (batch, channels, ...) look at:
 * (batch, channels, ksize..., places...), with zeros around x. stride, pad, dilate and cover_all as
 * for dg_convolution. Floats. */
DG_API dg_tensor *dg_im2col(dg_tensor *x, int axes, const int64_t *ksize, const int64_t *stride,
                            const int64_t *pad, const int64_t *dilate, int cover_all)
{
  dg_steps s = { .cover_all = cover_all != 0 };
  if (read_steps("im2col", &s, axes, ksize, stride, pad, dilate) < 0) return NULL;
  return apply(&im2col_op, x, s);
}

/* The transpose of dg_im2col: planes of `outsize`, each element the sum of those in the columns
 * (batch, channels, ksize..., places...) that would be copied from there. */
DG_API dg_tensor *dg_col2im(dg_tensor *columns, int axes, const int64_t *outsize,
                            const int64_t *stride, const int64_t *pad, const int64_t *dilate,
                            int cover_all)
{
  dg_steps s = { .cover_all = cover_all != 0 };
  if (read_steps("col2im", &s, axes, outsize, stride, pad, dilate) < 0) return NULL;
  return apply(&col2im_op, columns, s);
}
