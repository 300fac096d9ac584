/* gru.c -- one step of a gated recurrent unit: K. Cho et al., "Learning phrase representations using
 * RNN encoder-decoder for statistical machine translation", 2014, with the reset gate behind the
 * product, as in cuDNN. */
#include "op/cell.h"

enum { R, Z, N, GATES };       /* one after the other along axis 1 */
enum { H0, X, U, GH, INPUTS }; /* inputs of gru_grad; of gru the first three */

/* x as one view for each gate. */
static void gates_of(const dg_view *x, dg_view gate[GATES])
{
  const int64_t units = x->shape[1] / GATES;
  for (int k = 0; k < GATES; k++) gate[k] = dg_view_part(x, 1, k * units, units);
}

/* -- The gradients ------------------------------------------------------------------------------ */

static int gru_grad_shape(dg_call *c) { return dg_shape_inputs(c, 3); }

/* The gates r and z see the sum of x and u, so that both have one gradient. */
static int gru_grad_forward(dg_call *c)
{
  dg_view xs[GATES], us[GATES], gx[GATES], gu[GATES];
  gates_of(&c->x[X]->v, xs), gates_of(&c->x[U]->v, us);
  gates_of(&c->y[X]->v, gx), gates_of(&c->y[U]->v, gu);
  const dg_view *x[] = {
    &c->x[H0]->v, &xs[R], &xs[Z], &xs[N], &us[R], &us[Z], &us[N], &c->x[GH]->v
  };
  const dg_view *y[] = { &c->y[H0]->v, &gx[R], &gx[Z], &gx[N], &gu[N] };
  const dg_backend *d = dg_backend_of(y[0]);
  if (d->gru_grad(x, y) < 0 || d->copy(&gx[R], &gu[R]) < 0) return -1;
  return d->copy(&gx[Z], &gu[Z]);
}

/* With hh, hr ... = the gradients of gh0 and of what r ... get, and s' = s (1 - s):
 *   S = gh (hh z + hz (h0 - n) z' + (1 - z) k), k = (1 - n^2) (hn + hu r + hr un r')
 * is what is differentiated; hr and hz are what came to x and to u. */
static int gru_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *h0 = dg_x(c, H0), *gh = dg_x(c, GH), *x[GATES], *u[GATES], *hx[GATES], *hu[GATES];
  dg_tensor *hh = dg_or_zeros(gz[H0], c->x[H0]);
  if (dg_split(dg_x(c, X), 1, GATES, NULL, x) < 0 || dg_split(dg_x(c, U), 1, GATES, NULL, u) < 0 ||
      dg_split(dg_or_zeros(gz[X], c->x[X]), 1, GATES, NULL, hx) < 0 ||
      dg_split(dg_or_zeros(gz[U], c->x[U]), 1, GATES, NULL, hu) < 0)
    return -1;
  dg_tensor *r = dg_sigmoid(dg_add(x[R], u[R])), *z = dg_sigmoid(dg_add(x[Z], u[Z]));
  dg_tensor *n = dg_tanh(dg_add(x[N], dg_mul(r, u[N]))), *left = dg_affine(z, -1, 1);
  dg_tensor *sr = dg_sigmoid_slope(r), *sz = dg_sigmoid_slope(z), *sn = dg_tanh_slope(n);
  dg_tensor *hr = dg_add(hx[R], hu[R]), *hz = dg_add(hx[Z], hu[Z]), *past = dg_sub(h0, n);
  dg_tensor *inner = dg_add(dg_add(hx[N], dg_mul(hu[N], r)), dg_mul(hr, dg_mul(u[N], sr)));
  dg_tensor *k = dg_mul(sn, inner), *hz_sz = dg_mul(hz, sz);
  if (dg_needs(c, GH)) gx[GH] = dg_add(dg_add(dg_mul(hh, z), dg_mul(hz_sz, past)), dg_mul(left, k));
  if (dg_needs(c, H0)) gx[H0] = dg_mul(gh, hz_sz);
  if (!dg_needs(c, X) && !dg_needs(c, U)) return 0;

  dg_tensor *by_n = dg_add(hz_sz, dg_affine(dg_mul(left, dg_mul(n, inner)), 2, 0));
  dg_tensor *to_n = dg_mul(dg_neg(dg_mul(gh, by_n)), sn), *weight = dg_mul(gh, dg_mul(left, sn));
  dg_tensor *slope = dg_mul(dg_mul(hr, u[N]), dg_affine(r, -2, 1));
  dg_tensor *by_r = dg_add(dg_mul(weight, dg_add(hu[N], slope)), dg_mul(to_n, u[N]));
  dg_tensor *by_z = dg_sub(dg_add(hh, dg_mul(dg_mul(hz, past), dg_affine(z, -2, 1))), k);
  dg_tensor *to[GATES] = { dg_mul(by_r, sr), dg_mul(dg_mul(gh, by_z), sz), to_n };
  if (dg_needs(c, X)) gx[X] = dg_concat(GATES, to, 1);
  to[N] = dg_add(dg_mul(to_n, r), dg_mul(weight, dg_mul(hr, sr)));
  if (dg_needs(c, U)) gx[U] = dg_concat(GATES, to, 1);
  return 0;
}

static const dg_op_class gru_grad_op = {
  .name = "gru_grad",
  .flags = DG_HALVES_FAR,
  .shape = gru_grad_shape,
  .forward = gru_grad_forward,
  .backward = gru_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2 | DG_READS_X3,
};

/* -- The step ----------------------------------------------------------------------------------- */

static int gru_shape(dg_call *c)
{
  const dg_view *h = &c->x[H0]->v;
  if (dg_gates_fit(c, H0, X, GATES) < 0 || dg_gates_fit(c, H0, U, GATES) < 0) return -1;
  return dg_output_like(c, 0, h->dtype, h) ? 0 : -1;
}

static int gru_forward(dg_call *c)
{
  dg_view xs[GATES], us[GATES];
  gates_of(&c->x[X]->v, xs), gates_of(&c->x[U]->v, us);
  const dg_view *x[] = { &c->x[H0]->v, &xs[R], &xs[Z], &xs[N], &us[R], &us[Z], &us[N] };
  const dg_view *y = &c->y[0]->v;
  return dg_backend_of(y)->gru(x, &y);
}

static int gru_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *in[INPUTS] = { dg_x(c, H0), dg_x(c, X), dg_x(c, U), gy[0] }, *made[3];
  if (dg_finish_all(dg_begin(&gru_grad_op, INPUTS, in), made) < 0) return -1;
  for (int i = 0; i < 3; i++)
    if (dg_needs(c, i)) gx[i] = made[i];
  return 0;
}

static const dg_op_class gru_op = {
  .name = "gru",
  .flags = DG_HALVES_FAR,
  .shape = gru_shape,
  .forward = gru_forward,
  .backward = gru_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2,
};

/* h = (1 - z) n + z h_prev with r = sigmoid(xr + ur), z = sigmoid(xz + uz), n = tanh(xn + r un).
 * h_prev is batch x units; x, what the input gives, and u, what h_prev gives, have r, z, n one after
 * the other along axis 1. Floats of one dtype. */
DG_API dg_tensor *dg_gru(dg_tensor *h_prev, dg_tensor *x, dg_tensor *u)
{
  dg_tensor *in[3] = { h_prev, x, u };
  return dg_finish(dg_begin(&gru_op, 3, in));
}
