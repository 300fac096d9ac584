/* local_response_normalization.c -- channels are damped by those beside them. */
#include "op/op.h"

/* -- window_sum: y_i = the sum of x_(i - half) to x_(i + half) along axis 1, as far as there are --- */

enum { HALF }; /* attributes */

static int window_sum_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  const dg_backend *d = dg_backend_of(x);
  int64_t n = x->shape[1];
  if (d->copy(x, y) < 0) return -1;
  for (int64_t k = 1; k <= c->i[HALF] && k < n; k++) {
    dg_view low_x = dg_view_part(x, 1, 0, n - k), high_x = dg_view_part(x, 1, k, n - k);
    dg_view low_y = dg_view_part(y, 1, 0, n - k), high_y = dg_view_part(y, 1, k, n - k);
    if (d->accumulate(&high_x, &low_y) < 0 || d->accumulate(&low_x, &high_y) < 0) return -1;
  }
  return 0;
}

static dg_tensor *window_sum(dg_tensor *x, int64_t half);

/* The window is even on both sides: gx is gy summed alike. */
static int window_sum_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = window_sum(gy[0], c->i[HALF]);
  return 0;
}

static const dg_op_class window_sum_op = {
  .name = "window_sum",
  .shape = dg_shape_same,
  .forward = window_sum_forward,
  .backward = window_sum_backward,
};

static dg_tensor *window_sum(dg_tensor *x, int64_t half)
{
  dg_call *c = dg_begin1(&window_sum_op, x);
  if (c) c->i[HALF] = half;
  return dg_finish(c);
}

/* -- The normalization --------------------------------------------------------------------------- */

/* x / (k + alpha s)^beta, where s is the sum of x^2 over a channel and n / 2 (rounded down) others
 * on each side; x is batch x channels x ... Floats. Krizhevsky, Sutskever, Hinton, "ImageNet
 * classification with deep convolutional neural networks", 2012. */
DG_API dg_tensor *dg_local_response_normalization(dg_tensor *x, int64_t n, double k, double alpha,
                                                  double beta)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "local_response_normalization: wanted a float tensor, got %s",
            dg_dtype_name(b->v.dtype));
    return NULL;
  }
  if (b->v.ndim < 2 || n < 1) {
    dg_fail(DG_EARGUMENT,
            "local_response_normalization: %lld channels of a tensor of %d axes, wanted 1 or more "
            "of batch x channels x ...",
            (long long)n, b->v.ndim);
    return NULL;
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *damping = dg_affine(window_sum(dg_square(x), n / 2), alpha, k);
  return dg_pool_close(pool, dg_mul(x, dg_pow_number(damping, -beta)));
}
