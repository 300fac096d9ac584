/* softmax.c -- softmax and its logarithm along an axis, and log-sum-exp over axes. */
#include "op/op.h"

enum { AXES, KEEPDIMS }; /* attributes: a bit set of axes */

static dg_tensor *over_axes(const dg_op_class *op, dg_tensor *x, int64_t axes)
{
  dg_call *c = dg_begin1(op, x);
  if (c) c->i[AXES] = axes;
  return dg_finish(c);
}

/* The bit of one axis, which may count from the end; -1 with an error. */
static int64_t axis_bit(const dg_op_class *op, dg_tensor *x, int64_t axis)
{
  dg_body *b = dg_body_of(x);
  return b ? dg_axes(op->name, b->v.ndim, 1, &axis) : -1;
}

static int forward(dg_call *c, dg_softmax_kind kind)
{
  const dg_view *g = c->inputs > 1 ? &c->x[1]->v : NULL, *y = &c->y[0]->v;
  return dg_backend_of(y)->softmax(kind, &c->x[0]->v, g, y, (unsigned)c->i[AXES]);
}

/* The sum of x over the call's axes, which stay as size 1. */
static dg_tensor *sum_along(const dg_call *c, dg_tensor *x)
{
  int64_t axes[DG_MAX_NDIM];
  int count = 0;
  for (int i = 0; i < DG_MAX_NDIM; i++)
    if (c->i[AXES] >> i & 1) axes[count++] = i;
  return count > 0 ? dg_sum(x, count, axes, 1) : x;
}

static dg_tensor *grad_along(const dg_op_class *op, dg_tensor *y, dg_tensor *gy, int64_t axes)
{
  dg_call *c = dg_begin2(op, y, gy);
  if (c) c->i[AXES] = axes;
  return dg_finish(c);
}

/* -- softmax_grad: z = y (g - sum of g y) ------------------------------------------------------ */

static int softmax_grad_forward(dg_call *c) { return forward(c, DG_SOFTMAX_GRAD); }

static int softmax_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx);

static const dg_op_class softmax_grad_op = {
  .name = "softmax_grad",
  .flags = DG_HALVES_FAR,
  .shape = dg_shape_same,
  .forward = softmax_grad_forward,
  .backward = softmax_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* With h = gz: y gets h (g - sum of g y) - g sum of h y, and g gets y (h - sum of h y). */
static int softmax_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *y = dg_x(c, 0), *g = dg_x(c, 1), *h = gz[0];
  if (dg_needs(c, 0)) {
    dg_tensor *by_y = dg_mul(h, dg_sub(g, sum_along(c, dg_mul(g, y))));
    gx[0] = dg_sub(by_y, dg_mul(g, sum_along(c, dg_mul(h, y))));
  }
  if (dg_needs(c, 1)) gx[1] = grad_along(&softmax_grad_op, y, h, c->i[AXES]);
  return 0;
}

/* -- softmax ----------------------------------------------------------------------------------- */

static int softmax_forward(dg_call *c) { return forward(c, DG_SOFTMAX); }

static int softmax_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = grad_along(&softmax_grad_op, dg_y(c, 0), gy[0], c->i[AXES]);
  return 0;
}

static const dg_op_class softmax_op = {
  .name = "softmax",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = dg_shape_same,
  .forward = softmax_forward,
  .backward = softmax_backward,
  .reads = DG_READS_Y,
};

/* exp(x) / the sum of exp(x) along `axis`; x has floats. A row with +inf, or of -inf alone, gives
 * NaN. */
DG_API dg_tensor *dg_softmax(dg_tensor *x, int64_t axis)
{
  int64_t bit = axis_bit(&softmax_op, x, axis);
  return bit < 0 ? NULL : over_axes(&softmax_op, x, bit);
}

/* -- log_softmax_grad: z = g - exp(y) sum of g ------------------------------------------------- */

static int log_softmax_grad_forward(dg_call *c) { return forward(c, DG_LOG_SOFTMAX_GRAD); }

/* With h = gz: y gets -h exp(y) sum of g, and g gets h - sum of h exp(y). */
static int log_softmax_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *h = gz[0], *h_exp = dg_mul(h, dg_exp(dg_x(c, 0)));
  if (dg_needs(c, 0)) gx[0] = dg_neg(dg_mul(h_exp, sum_along(c, dg_x(c, 1))));
  if (dg_needs(c, 1)) gx[1] = dg_sub(h, sum_along(c, h_exp));
  return 0;
}

static const dg_op_class log_softmax_grad_op = {
  .name = "log_softmax_grad",
  .flags = DG_HALVES_FAR,
  .shape = dg_shape_same,
  .forward = log_softmax_grad_forward,
  .backward = log_softmax_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* -- log_softmax ------------------------------------------------------------------------------- */

static int log_softmax_forward(dg_call *c) { return forward(c, DG_LOG_SOFTMAX); }

static int log_softmax_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = grad_along(&log_softmax_grad_op, dg_y(c, 0), gy[0], c->i[AXES]);
  return 0;
}

static const dg_op_class log_softmax_op = {
  .name = "log_softmax",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = dg_shape_same,
  .forward = log_softmax_forward,
  .backward = log_softmax_backward,
  .reads = DG_READS_Y,
};

/* x - the logarithm of the sum of exp(x) along `axis`; x has floats. */
DG_API dg_tensor *dg_log_softmax(dg_tensor *x, int64_t axis)
{
  int64_t bit = axis_bit(&log_softmax_op, x, axis);
  return bit < 0 ? NULL : over_axes(&log_softmax_op, x, bit);
}

/* -- logsumexp --------------------------------------------------------------------------------- */

static int logsumexp_shape(dg_call *c)
{
  return dg_wants_float(c, 0) < 0
             ? -1
             : dg_shape_reduced(c, c->x[0]->v.dtype, c->i[AXES], c->i[KEEPDIMS] != 0);
}

static int logsumexp_forward(dg_call *c)
{
  dg_view y = dg_view_keepdims(&c->x[0]->v, (unsigned)c->i[AXES]);
  y.data = c->y[0]->v.data;
  return dg_backend_of(&y)->softmax(DG_LOGSUMEXP, &c->x[0]->v, NULL, &y, (unsigned)c->i[AXES]);
}

/* gx = gy softmax(x), gy repeated along the axes that went. */
static int logsumexp_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *kept = dg_restore_axes(gy[0], &c->x[0]->v, c->i[AXES]);
  gx[0] = dg_mul(over_axes(&softmax_op, dg_x(c, 0), c->i[AXES]), kept);
  return 0;
}

static const dg_op_class logsumexp_op = {
  .name = "logsumexp",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = logsumexp_shape,
  .forward = logsumexp_forward,
  .backward = logsumexp_backward,
  .reads = DG_READS_X0,
};

/* The logarithm of the sum of exp(x) over `count` axes (0: all of them), without overflow; with
 * keepdims they stay as size 1. x has floats; -inf over an axis of size 0. */
DG_API dg_tensor *dg_logsumexp(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  dg_body *b = dg_body_of(x);
  int64_t set = b ? dg_axes("logsumexp", b->v.ndim, count, axes) : -1;
  if (set < 0) return NULL;
  dg_call *c = dg_begin1(&logsumexp_op, x);
  if (c) c->i[AXES] = set, c->i[KEEPDIMS] = keepdims;
  return dg_finish(c);
}
