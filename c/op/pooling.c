/* pooling.c -- maxima, means and sums of windows, and what undoes them.
 *
 * Taking the elements that were greatest, by their places, is linear, and so are means and sums:
 * each of these and its transpose are two operators that are each other's gradient. */
#include "op/sweep.h"

static int64_t plane_of(const dg_view *v)
{
  int64_t size = 1;
  for (int k = 2; k < v->ndim; k++) size *= v->shape[k];
  return size;
}

/* -- Shapes ------------------------------------------------------------------------------------ */

/* The output of a pooling: its size is known if windows are adaptive, or it is a gradient. */
static int pooled(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_steps s = dg_steps_of(c);
  if (dg_wants_planes(c, 0, s.axes, "x") < 0) return -1;
  int64_t shape[DG_MAX_NDIM] = { x->shape[0], x->shape[1] };
  for (int k = 0; k < s.axes; k++) {
    int64_t in = x->shape[k + 2], places = s.size[k];
    if (places == 0) places = dg_places(in, s.ksize[k], s.stride[k], s.pad[k], s.cover_all);
    if (places < 1 || places > INT32_MAX || (s.adaptive && in == 0))
      return dg_op_fail(c, DG_EARGUMENT,
                        "a window of %d does not fit axis %d, which is %lld with padding",
                        s.ksize[k], k + 3, (long long)(in + 2 * (int64_t)s.pad[k]));
    shape[k + 2] = places;
  }
  return dg_output(c, 0, x->dtype, s.axes + 2, shape) ? 0 : -1;
}

/* The output of a transpose: `size`, or the smallest from which the pooling would give x. */
static int unpooled(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_steps s = dg_steps_of(c);
  if (dg_wants_planes(c, 0, s.axes, "x") < 0) return -1;
  int64_t shape[DG_MAX_NDIM] = { x->shape[0], x->shape[1] };
  for (int k = 0; k < s.axes; k++) {
    int64_t places = x->shape[k + 2], size = s.size[k];
    if (s.checked && size == 0)
      size = dg_covered(places, s.ksize[k], s.stride[k], s.pad[k], s.cover_all);
    if (s.checked && (size < 1 || size > INT32_MAX ||
                      dg_places(size, s.ksize[k], s.stride[k], s.pad[k], s.cover_all) != places))
      return dg_op_fail(c, DG_EARGUMENT,
                        "outsize %lld along axis %d does not go with size %lld of x (window %d, "
                        "stride %d, pad %d)",
                        (long long)size, k + 3, (long long)places, s.ksize[k], s.stride[k],
                        s.pad[k]);
    shape[k + 2] = size;
  }
  return dg_output(c, 0, x->dtype, s.axes + 2, shape) ? 0 : -1;
}

/* A call on x, and an index if it is not NULL, with the output size of `like`'s planes. */
static dg_tensor *apply(const dg_op_class *op, dg_tensor *x, dg_tensor *index, dg_steps s,
                        const dg_view *like)
{
  dg_call *c = dg_begin(op, index ? 2 : 1, (dg_tensor *[]){ x, index });
  for (int k = 0; k < s.axes; k++) s.size[k] = (int32_t)like->shape[k + 2];
  s.checked = 0;
  dg_steps_set(c, &s);
  return dg_finish(c);
}

/* -- Elements by their places, and back -------------------------------------------------------- */

static const dg_op_class pick_op, upsampling_op;

static int pick_shape(dg_call *c)
{
  return dg_output_like(c, 0, c->x[0]->v.dtype, &c->x[1]->v) ? 0 : -1;
}

static int pick_forward(dg_call *c)
{
  return dg_backend_of(&c->x[0]->v)->pick(&c->x[0]->v, &c->x[1]->v, &c->y[0]->v);
}

/* y[p] = x[index[p]]: gx[q] = the sum of gy[p] over all p with index q. */
static int pick_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = apply(&upsampling_op, gy[0], dg_x(c, 1), dg_steps_of(c), &c->x[0]->v);
  return 0;
}

static const dg_op_class pick_op = {
  .name = "max_pooling_pick",
  .flags = DG_HALVES_FAR,
  .shape = pick_shape,
  .forward = pick_forward,
  .backward = pick_backward,
  .reads = DG_READS_X1,
};

static int upsampling_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = dg_sweep_of(&steps, y, x, NULL);
  return dg_backend_of(x)->pick_back(steps.maxima ? &s : NULL, x, &c->x[1]->v, y);
}

static int upsampling_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = apply(&pick_op, gy[0], dg_x(c, 1), dg_steps_of(c), &c->x[0]->v);
  return 0;
}

static const dg_op_class upsampling_op = {
  .name = "upsampling",
  .flags = DG_HALVES_FAR,
  .shape = unpooled,
  .forward = upsampling_forward,
  .backward = upsampling_backward,
  .reads = DG_READS_X1,
};

/* -- Maxima ------------------------------------------------------------------------------------ */

static int max_shape(dg_call *c)
{
  if (plane_of(&c->x[0]->v) > INT32_MAX)
    return dg_op_fail(c, DG_EARGUMENT, "planes of %lld elements are too large",
                      (long long)plane_of(&c->x[0]->v));
  return pooled(c);
}

static int max_indices_shape(dg_call *c)
{
  return dg_outputs(c, 2) < 0 || max_shape(c) < 0 || !dg_output_like(c, 1, DG_I32, &c->y[0]->v) ? -1
                                                                                                : 0;
}

static int max_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  const dg_backend *d = dg_backend_of(y);
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = dg_sweep_of(&steps, x, y, NULL);
  dg_body *index = dg_save(c, 0, DG_I32, y->ndim, y->shape);
  if (!index || d->pool_max(&s, x, y, &index->v) < 0) return -1;
  if (c->outputs == 1) return 0;
  return d->copy(&index->v, &c->y[1]->v);
}

/* Each maximum's gradient goes to where it came from. */
static int max_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (!gy[0]) return 0;
  gx[0] = apply(&upsampling_op, gy[0], dg_saved(c, 0), dg_steps_of(c), &c->x[0]->v);
  return 0;
}

static const dg_op_class max_pooling_op = {
  .name = "max_pooling",
  .flags = DG_HALVES_FAR,
  .shape = max_shape,
  .forward = max_forward,
  .backward = max_backward,
};

static const dg_op_class max_pooling_indices_op = {
  .name = "max_pooling",
  .flags = DG_HALVES_FAR,
  .shape = max_indices_shape,
  .forward = max_forward,
  .backward = max_backward,
};

/* -- Means and sums ---------------------------------------------------------------------------- */

static const dg_op_class unpooling_op;

static int average_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = dg_sweep_of(&steps, x, y, NULL);
  return dg_backend_of(y)->pool_mean((dg_pooling_kind)steps.kind, &s, x, y);
}

/* An element is in the mean of each window that it belongs to. */
static int average_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = apply(&unpooling_op, gy[0], NULL, dg_steps_of(c), &c->x[0]->v);
  return 0;
}

static const dg_op_class average_pooling_op = {
  .name = "average_pooling",
  .flags = DG_HALVES_FAR,
  .shape = pooled,
  .forward = average_forward,
  .backward = average_backward,
};

static int unpooling_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  dg_steps steps = dg_steps_of(c);
  dg_sweep s = dg_sweep_of(&steps, y, x, NULL);
  return dg_backend_of(y)->pool_mean_back((dg_pooling_kind)steps.kind, &s, x, y);
}

static int unpooling_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = apply(&average_pooling_op, gy[0], NULL, dg_steps_of(c), &c->x[0]->v);
  return 0;
}

static const dg_op_class unpooling_op = {
  .name = "unpooling",
  .flags = DG_HALVES_FAR,
  .shape = unpooled,
  .forward = unpooling_forward,
  .backward = unpooling_backward,
};

/* -- Public functions -------------------------------------------------------------------------- */

static int read_steps(const char *who, dg_steps *s, int axes, const int64_t *ksize,
                      const int64_t *stride, const int64_t *pad)
{
  if (dg_steps_read(who, "a window's size", axes, ksize, 1, 0, s->ksize) < 0) return -1;
  if (dg_steps_read(who, "a stride", axes, stride ? stride : ksize, 1, 1, s->stride) < 0) return -1;
  if (dg_steps_read(who, "a pad", axes, pad, 0, 0, s->pad) < 0) return -1;
  s->axes = (int8_t)axes;
  return 0;
}

static int read_outsize(const char *who, dg_steps *s, int axes, const int64_t *outsize)
{
  s->axes = (int8_t)axes;
  return dg_steps_read(who, "an outsize", axes, outsize, 1, 0, s->size);
}

static int check_base(const char *who, int64_t base)
{
  if (base == 0 || base == 1) return 0;
  return dg_fail(DG_EARGUMENT, "%s: places count from 0 or 1, not from %lld", who, (long long)base);
}

static dg_tensor *maxima(dg_tensor *x, const dg_steps *s, int64_t base, dg_tensor **indices)
{
  dg_call *c = dg_begin1(indices ? &max_pooling_indices_op : &max_pooling_op, x);
  dg_tensor *y[2] = { NULL };
  dg_steps_set(c, s);
  if (!c || !indices) return dg_finish(c);
  if (dg_finish_all(c, y) < 0) return NULL;
  *indices = y[1];
  if (base == 0) return y[0];
  *indices = dg_affine(y[1], 1, (double)base);
  dg_release(y[1]);
  if (*indices) return y[0];
  dg_release(y[0]);
  return NULL;
}

/* The greatest element of each window of ksize over the last `axes` axes, 1 to 4, of x (batch,
 * channels, ...), the padding aside. stride and pad have a number for each axis, or are NULL for
 * ksize and 0. An axis of size s has (s + 2 pad - ksize) / stride + 1 places, rounded down, or up
 * with `cover_all`. `indices`, if not NULL, gets the places of the maxima in their planes, counted
 * row-major from `base` (0 or 1): int32, base - 1 for a window that lies in the padding as a whole,
 * whose maximum is minus infinity. The gradient goes to the first of equals. Floats. */
DG_API dg_tensor *dg_max_pooling(dg_tensor *x, int axes, const int64_t *ksize,
                                 const int64_t *stride, const int64_t *pad, int cover_all,
                                 int64_t base, dg_tensor **indices)
{
  dg_steps s = { .cover_all = cover_all != 0, .maxima = 1 };
  if (read_steps("max_pooling", &s, axes, ksize, stride, pad) < 0) return NULL;
  if (check_base("max_pooling", base) < 0) return NULL;
  return maxima(x, &s, base, indices);
}

/* The greatest element of each of `outsize` windows over the last `axes` axes of x (batch,
 * channels, ...). Place o of n on an axis of size s reaches from floor(o s / n) to below ceil((o +
 * 1) s / n). `indices` as dg_max_pooling gives them. */
DG_API dg_tensor *dg_adaptive_max_pooling(dg_tensor *x, int axes, const int64_t *outsize,
                                          int64_t base, dg_tensor **indices)
{
  dg_steps s = { .adaptive = 1, .maxima = 1 };
  if (read_outsize("adaptive_max_pooling", &s, axes, outsize) < 0) return NULL;
  if (check_base("adaptive_max_pooling", base) < 0) return NULL;
  return maxima(x, &s, base, indices);
}

static dg_tensor *means(const dg_op_class *op, dg_tensor *x, const dg_steps *s)
{
  dg_call *c = dg_begin1(op, x);
  dg_steps_set(c, s);
  return dg_finish(c);
}

/* The mean of each window of ksize over the last `axes` axes, 1 to 4, of x (batch, channels, ...).
 * The padding counts as zeros, or not at all with `inside`: then a window that lies in it as a
 * whole gives NaN. The rest as dg_max_pooling without cover_all. */
DG_API dg_tensor *dg_average_pooling(dg_tensor *x, int axes, const int64_t *ksize,
                                     const int64_t *stride, const int64_t *pad, int inside)
{
  dg_steps s = { .kind = inside ? DG_POOL_MEAN_INSIDE : DG_POOL_MEAN };
  if (read_steps("average_pooling", &s, axes, ksize, stride, pad) < 0) return NULL;
  return means(&average_pooling_op, x, &s);
}

/* The mean of each of `outsize` windows, which reach as those of dg_adaptive_max_pooling. */
DG_API dg_tensor *dg_adaptive_average_pooling(dg_tensor *x, int axes, const int64_t *outsize)
{
  dg_steps s = { .kind = DG_POOL_MEAN_INSIDE, .adaptive = 1 };
  if (read_outsize("adaptive_average_pooling", &s, axes, outsize) < 0) return NULL;
  return means(&average_pooling_op, x, &s);
}

/* x (batch, channels, ...) with each element copied over a window of ksize, and sums where windows
 * overlap: the transpose of a pooling that sums. A size s becomes `outsize`, or where that is NULL
 * stride (s - 1) + ksize - 2 pad, less stride - 1 with `cover_all`. The rest as dg_max_pooling. */
DG_API dg_tensor *dg_unpooling(dg_tensor *x, int axes, const int64_t *ksize, const int64_t *stride,
                               const int64_t *pad, const int64_t *outsize, int cover_all)
{
  dg_steps s = { .kind = DG_POOL_SUM, .cover_all = cover_all != 0, .checked = 1 };
  if (read_steps("unpooling", &s, axes, ksize, stride, pad) < 0) return NULL;
  if (outsize && read_outsize("unpooling", &s, axes, outsize) < 0) return NULL;
  return means(&unpooling_op, x, &s);
}

/* Fails unless the indices are places of planes of so many elements. */
static int check_indices(const dg_view *index, int64_t plane, int64_t base)
{
  dg_label_report report;
  dg_labels l = { .t = *index, .classes = plane, .base = base, .ignored = base - 1 };
  if (dg_backend_of(index)->check_labels(&l, &report) < 0) return -1;
  if (report.bad < 0) return 0;
  return dg_fail(DG_EARGUMENT, "upsampling: index %lld (element %lld) is not one of %lld to %lld",
                 (long long)report.label, (long long)report.bad + 1, (long long)base,
                 (long long)(base + plane - 1));
}

static int check_upsampling(const dg_view *x, const dg_view *index, int axes, dg_steps *s)
{
  char have[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  if (index->dtype != DG_I32 && index->dtype != DG_I64 && index->dtype != DG_U8)
    return dg_fail(DG_ETYPE, "upsampling: wanted indices of int32, int64 or uint8, got %s",
                   dg_dtype_name(index->dtype));
  if (!dg_same_shape(x, index) || x->ndim != axes + 2)
    return dg_fail(DG_EARGUMENT,
                   "upsampling: x is %s and the indices %s, wanted %d axes of one shape",
                   dg_shape_text(x, have), dg_shape_text(index, wanted), axes + 2);
  int64_t plane = 1;
  for (int k = 0; k < axes; k++) {
    if (s->size[k] == 0) {
      int64_t size =
          dg_covered(x->shape[k + 2], s->ksize[k], s->stride[k], s->pad[k], s->cover_all);
      s->size[k] = (int32_t)DG_MAX(DG_MIN(size, INT32_MAX), 0);
    }
    if (!dg_mul_ok(plane, s->size[k], &plane) || plane > INT32_MAX)
      return dg_fail(DG_EARGUMENT, "upsampling: the planes are too large");
  }
  return (int)plane;
}

/* What undoes dg_max_pooling: zeros, with the elements of x (batch, channels, ...) at the places in
 * their planes that the indices of x's shape say, which count from `base`; base - 1 is nowhere, and
 * what goes to one place adds up. outsize and the rest as for dg_unpooling. */
DG_API dg_tensor *dg_upsampling(dg_tensor *x, dg_tensor *indices, int axes, const int64_t *ksize,
                                const int64_t *stride, const int64_t *pad, const int64_t *outsize,
                                int cover_all, int64_t base)
{
  dg_steps s = { .cover_all = cover_all != 0, .checked = 1 };
  dg_body *b = dg_full_body_of(x), *i = b ? dg_full_body_of(indices) : NULL;
  if (!i || read_steps("upsampling", &s, axes, ksize, stride, pad) < 0) return NULL;
  if (outsize && read_outsize("upsampling", &s, axes, outsize) < 0) return NULL;
  if (check_base("upsampling", base) < 0) return NULL;
  int plane = check_upsampling(&b->v, &i->v, axes, &s);
  if (plane < 0 || check_indices(&i->v, plane, base) < 0) return NULL;
  dg_pool pool = dg_pool_open();
  dg_tensor *index = dg_affine(dg_cast(indices, DG_I32), 1, -(double)base);
  dg_call *c = dg_begin2(&upsampling_op, x, index);
  dg_steps_set(c, &s);
  return dg_pool_close(pool, dg_finish(c));
}
