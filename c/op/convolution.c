/* convolution.c -- convolution, its transpose, and the gradient by the weights.
 *
 * A convolution is linear in x and in W. Its transposes, `deconvolution` by x and
 * `convolution_weight` by W, have in turn the other two as theirs: so the three make up the
 * derivatives of every order. */
#include "op/sweep.h"

#include <string.h>

static const dg_op_class convolution_op, deconvolution_op, convolution_weight_op;

/* In the place of a size: the shape rule finds it. Gradients say theirs, which must not be doubted.
 */
enum { UNKNOWN = -1 };

static const int64_t *behind(const dg_view *v) { return v->shape + 2; }

static int64_t reach(int64_t ksize, int64_t dilate) { return (ksize - 1) * dilate + 1; }

/* Checks that x has so many channels and b `out` elements, and that W has a window. */
static int check_inputs(dg_call *c, int n, int64_t in_channels, int64_t out)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v, *b = c->inputs > 2 ? &c->x[2]->v : NULL;
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (w->dtype != x->dtype || (b && b->dtype != x->dtype))
    return dg_op_fail(c, DG_ETYPE, "dtypes %s, %s%s%s differ (cast some of them)",
                      dg_dtype_name(x->dtype), dg_dtype_name(w->dtype), b ? ", " : "",
                      b ? dg_dtype_name(b->dtype) : "");
  for (int k = 2; k < n + 2; k++)
    if (w->shape[k] < 1)
      return dg_op_fail(c, DG_EARGUMENT, "the window of W is empty (W is %s)", dg_shape_text(w, t));
  if (x->shape[1] != in_channels)
    return dg_op_fail(c, DG_EARGUMENT, "x has %lld channels, wanted %lld (x is %s, W is %s)",
                      (long long)x->shape[1], (long long)in_channels, dg_shape_text(x, s),
                      dg_shape_text(w, t));
  if (b && (b->ndim != 1 || b->shape[0] != out))
    return dg_op_fail(c, DG_EARGUMENT, "b is %s, wanted %lld as W is %s", dg_shape_text(b, s),
                      (long long)out, dg_shape_text(w, t));
  return 0;
}

/* Fails unless W and x have n spatial axes and `groups` divides the filters. */
static int check_ranks(dg_call *c, int n, const dg_steps *s)
{
  char text[DG_SHAPE_TEXT];
  const dg_view *w = &c->x[1]->v;
  if (dg_wants_planes(c, 0, n, "x") < 0 || dg_wants_planes(c, 1, n, "W") < 0) return -1;
  if (w->shape[0] % s->groups != 0)
    return dg_op_fail(c, DG_EARGUMENT, "%d groups do not divide the first axis of W, which is %s",
                      s->groups, dg_shape_text(w, text));
  return 0;
}

/* A call on x and W (or gy), and b where it is not NULL, with `size` of its output. */
static dg_tensor *apply(const dg_op_class *op, dg_tensor *x, dg_tensor *w, dg_tensor *b, dg_steps s,
                        const int64_t *size, int n)
{
  dg_call *c = dg_begin(op, b ? 3 : 2, (dg_tensor *[]){ x, w, b });
  for (int k = 0; k < n; k++) s.size[k] = (int32_t)size[k];
  dg_steps_set(c, &s);
  return dg_finish(c);
}

/* The gradient of a bias: g summed over all axes but the channels. */
static dg_tensor *sum_channels(dg_tensor *g, int ndim)
{
  int64_t axes[DG_MAX_NDIM] = { 0 };
  for (int k = 2; k < ndim; k++) axes[k - 1] = k;
  return dg_sum(g, ndim - 1, axes, 0);
}

static dg_sweep sweep(const dg_steps *s, const dg_view *x, const dg_view *y, const dg_view *w)
{
  return dg_sweep_of(s, x, y, behind(w));
}

/* -- Convolution ------------------------------------------------------------------------------- */

static int convolution_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v;
  dg_steps s = dg_steps_of(c);
  int n = s.axes;
  int64_t shape[DG_MAX_NDIM], channels;
  if (check_ranks(c, n, &s) < 0) return -1;
  if (!dg_mul_ok(w->shape[1], s.groups, &channels)) channels = -1;
  if (check_inputs(c, n, channels, w->shape[0]) < 0) return -1;
  shape[0] = x->shape[0];
  shape[1] = w->shape[0];
  for (int k = 0; k < n; k++) {
    int64_t wide = reach(behind(w)[k], s.dilate[k]);
    if (s.size[k] == UNKNOWN) {
      int64_t places = dg_places(behind(x)[k], wide, s.stride[k], s.pad[k], s.cover_all);
      if (places < 1 || places > INT32_MAX)
        return dg_op_fail(c, DG_EARGUMENT,
                          "a window of %lld does not fit axis %d, which is %lld with padding",
                          (long long)wide, k + 3, (long long)(behind(x)[k] + 2 * s.pad[k]));
      s.size[k] = (int32_t)places;
    }
    shape[k + 2] = s.size[k];
  }
  return dg_output(c, 0, x->dtype, n + 2, shape) ? 0 : -1;
}

static int convolution_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = sweep(&steps, x, y, w);
  return dg_backend_of(y)->convolve(&s, x, w, c->inputs > 2 ? &c->x[2]->v : NULL, y);
}

/* y = W * x + b: gx = the transpose by x of gy, gW = that by W, gb = the sum of gy. */
static int convolution_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_steps s = dg_steps_of(c);
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v;
  if (dg_needs(c, 0))
    gx[0] = apply(&deconvolution_op, gy[0], dg_x(c, 1), NULL, s, behind(x), s.axes);
  if (dg_needs(c, 1))
    gx[1] = apply(&convolution_weight_op, dg_x(c, 0), gy[0], NULL, s, behind(w), s.axes);
  if (c->inputs > 2 && dg_needs(c, 2)) gx[2] = sum_channels(gy[0], x->ndim);
  return 0;
}

static const dg_op_class convolution_op = {
  .name = "convolution",
  .flags = DG_NARROWS | DG_HALVES_FAR,
  .shape = convolution_shape,
  .forward = convolution_forward,
  .backward = convolution_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* -- Deconvolution: x is what a convolution gives, and the output what it takes ---------------- */

/* Sets the size of an axis of the output: the smallest, or the one asked for if a convolution could
 * have come from there. */
static int deconvolved_size(dg_call *c, dg_steps *s, int k)
{
  int64_t wide = reach(behind(&c->x[1]->v)[k], s->dilate[k]), places = behind(&c->x[0]->v)[k];
  if (s->size[k] == UNKNOWN) {
    int64_t size = dg_covered(places, wide, s->stride[k], s->pad[k], false);
    if (size < 1 || size > INT32_MAX)
      return dg_op_fail(c, DG_EARGUMENT, "the size of axis %d would be %lld", k + 3,
                        (long long)size);
    s->size[k] = (int32_t)size;
  } else if (s->checked && dg_places(s->size[k], wide, s->stride[k], s->pad[k], false) != places) {
    return dg_op_fail(c, DG_EARGUMENT,
                      "outsize %d along axis %d does not go with size %lld of x (window %lld, "
                      "stride %d, pad %d)",
                      s->size[k], k + 3, (long long)places, (long long)wide, s->stride[k],
                      s->pad[k]);
  }
  return 0;
}

static int deconvolution_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v;
  dg_steps s = dg_steps_of(c);
  int64_t shape[DG_MAX_NDIM], channels;
  if (check_ranks(c, s.axes, &s) < 0) return -1;
  if (!dg_mul_ok(w->shape[1], s.groups, &channels)) channels = -1;
  if (check_inputs(c, s.axes, w->shape[0], channels) < 0) return -1;
  shape[0] = x->shape[0];
  shape[1] = channels;
  for (int k = 0; k < s.axes; k++) {
    if (deconvolved_size(c, &s, k) < 0) return -1;
    shape[k + 2] = s.size[k];
  }
  return dg_output(c, 0, x->dtype, s.axes + 2, shape) ? 0 : -1;
}

static int deconvolution_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = sweep(&steps, y, x, w);
  return dg_backend_of(y)->convolve_data(&s, x, w, c->inputs > 2 ? &c->x[2]->v : NULL, y);
}

/* The transpose by x of a convolution: gx = W * gy, gW has gy as the input of that, x as its
 * result. */
static int deconvolution_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_steps s = dg_steps_of(c);
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v;
  if (dg_needs(c, 0)) gx[0] = apply(&convolution_op, gy[0], dg_x(c, 1), NULL, s, behind(x), s.axes);
  if (dg_needs(c, 1))
    gx[1] = apply(&convolution_weight_op, gy[0], dg_x(c, 0), NULL, s, behind(w), s.axes);
  if (c->inputs > 2 && dg_needs(c, 2)) gx[2] = sum_channels(gy[0], x->ndim);
  return 0;
}

static const dg_op_class deconvolution_op = {
  .name = "deconvolution",
  .flags = DG_NARROWS | DG_HALVES_FAR,
  .shape = deconvolution_shape,
  .forward = deconvolution_forward,
  .backward = deconvolution_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* -- The transpose by W, of x and what the convolution gives ----------------------------------- */

static int convolution_weight_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->x[1]->v;
  dg_steps s = dg_steps_of(c);
  int64_t shape[DG_MAX_NDIM] = { y->shape[1], x->shape[1] / s.groups };
  for (int k = 0; k < s.axes; k++) shape[k + 2] = s.size[k];
  return dg_output(c, 0, x->dtype, s.axes + 2, shape) ? 0 : -1;
}

static int convolution_weight_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->x[1]->v, *w = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = sweep(&steps, x, y, w);
  return dg_backend_of(w)->convolve_weight(&s, x, y, w);
}

/* gx = the transpose by x of y with the gradient in W's place, gy = the convolution with it. */
static int convolution_weight_backward(dg_call *c, dg_tensor **gw, dg_tensor **gx)
{
  dg_steps s = dg_steps_of(c);
  const dg_view *x = &c->x[0]->v, *y = &c->x[1]->v;
  if (dg_needs(c, 0))
    gx[0] = apply(&deconvolution_op, dg_x(c, 1), gw[0], NULL, s, behind(x), s.axes);
  if (dg_needs(c, 1)) gx[1] = apply(&convolution_op, dg_x(c, 0), gw[0], NULL, s, behind(y), s.axes);
  return 0;
}

static const dg_op_class convolution_weight_op = {
  .name = "convolution_weight",
  .flags = DG_NARROWS | DG_HALVES_FAR,
  .shape = convolution_weight_shape,
  .forward = convolution_weight_forward,
  .backward = convolution_weight_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* -- Public functions -------------------------------------------------------------------------- */

static int read_steps(const char *who, dg_steps *s, int axes, const int64_t *stride,
                      const int64_t *pad, const int64_t *dilate, int64_t groups)
{
  if (dg_steps_read(who, "a stride", axes, stride, 1, 1, s->stride) < 0) return -1;
  if (dg_steps_read(who, "a pad", axes, pad, 0, 0, s->pad) < 0) return -1;
  if (dg_steps_read(who, "a dilation", axes, dilate, 1, 1, s->dilate) < 0) return -1;
  if (groups < 1 || groups > INT32_MAX)
    return dg_fail(DG_EARGUMENT, "%s: %lld groups", who, (long long)groups);
  s->axes = (int8_t)axes;
  s->groups = (int32_t)groups;
  return 0;
}

static const int64_t unknown[DG_SWEEP_AXES] = { UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN };

/* Convolution over the last `axes` axes, 1 to 4: x (batch, channels, ...), W (filters, channels /
 * groups, ...), b (filters) or NULL. y[n, o, place] = b[o] + the sum of x[n, c, place stride - pad
 * + i dilate] W[o, c, i] over c and i, with zeros around x. stride, pad and dilate have a number
 * for each axis, or are NULL for 1, 0 and 1. An axis of size s has (s + 2 pad - (k - 1) dilate - 1)
 * / stride + 1 places, rounded down, or up with `cover_all`. Floats of one dtype. */
DG_API dg_tensor *dg_convolution(dg_tensor *x, dg_tensor *W, dg_tensor *b, int axes,
                                 const int64_t *stride, const int64_t *pad, const int64_t *dilate,
                                 int64_t groups, int cover_all)
{
  dg_steps s = { .cover_all = cover_all != 0 };
  if (read_steps("convolution", &s, axes, stride, pad, dilate, groups) < 0) return NULL;
  return apply(&convolution_op, x, W, b, s, unknown, axes);
}

/* The transpose of a convolution by its input, plus b: x (batch, channels, ...), W (channels,
 * filters / groups, ...), b (filters) or NULL. A size s of x becomes `outsize`, or where that is
 * NULL stride (s - 1) + (k - 1) dilate + 1 - 2 pad. The rest as dg_convolution. */
DG_API dg_tensor *dg_deconvolution(dg_tensor *x, dg_tensor *W, dg_tensor *b, int axes,
                                   const int64_t *stride, const int64_t *pad, const int64_t *dilate,
                                   const int64_t *outsize, int64_t groups)
{
  dg_steps s = { .checked = 1 };
  if (read_steps("deconvolution", &s, axes, stride, pad, dilate, groups) < 0) return NULL;
  if (outsize && dg_steps_read("deconvolution", "an outsize", axes, outsize, 1, 1, s.size) < 0)
    return NULL;
  return apply(&deconvolution_op, x, W, b, s, outsize ? outsize : unknown, axes);
}
