/* lstm.c -- one step of long short-term memory: S. Hochreiter, J. Schmidhuber, 1997, with the
 * forget gate of F. Gers, J. Schmidhuber, F. Cummins, 2000.
 *
 * x has the gates as Chainer has them: a, i, f, o of the first unit, then those of the second. */
#include "op/lstm.h"

enum { A = DG_LSTM_A, I = DG_LSTM_I, FORGET = DG_LSTM_F, O = DG_LSTM_O, GATES = DG_LSTM_GATES };

/* x as one view for each gate. */
static void gates_of(const dg_view *x, dg_view gate[GATES])
{
  for (int k = 0; k < GATES; k++) {
    gate[k] = *x;
    gate[k].shape[1] /= GATES;
    gate[k].stride[1] *= GATES;
    gate[k].data = dg_at(x, k * x->stride[1]);
    dg_view_finish(&gate[k]);
  }
}

/* x as one tensor for each gate, and back. */
static int split_gates(dg_tensor *x, const dg_view *like, dg_tensor *gate[GATES])
{
  int64_t shape[DG_MAX_NDIM] = { like->shape[0], like->shape[1], GATES };
  for (int i = 2; i < like->ndim; i++) shape[i + 1] = like->shape[i];
  return dg_unstack(dg_reshape(x, like->ndim + 1, shape), 2, GATES, gate);
}

static dg_tensor *join_gates(dg_tensor *const gate[GATES], const dg_view *x)
{
  return dg_reshape(dg_stack(GATES, gate, 2), x->ndim, x->shape);
}

/* -- The gradients ------------------------------------------------------------------------------ */

enum { C0, X, GC, GH, INPUTS }; /* inputs of lstm_grad; of lstm the first two */

static int lstm_grad_shape(dg_call *c) { return dg_shape_inputs(c, 2); }

static int lstm_grad_forward(dg_call *c)
{
  dg_view gate[GATES], grad[GATES];
  gates_of(&c->x[X]->v, gate);
  gates_of(&c->y[1]->v, grad);
  const dg_view *x[] = { &c->x[C0]->v, &gate[A],     &gate[I],    &gate[FORGET],
                         &gate[O],     &c->x[GC]->v, &c->x[GH]->v };
  const dg_view *y[] = { &c->y[0]->v, &grad[A], &grad[I], &grad[FORGET], &grad[O] };
  return dg_backend_of(y[0])->lstm_grad(x, y);
}

static dg_tensor *sum3(dg_tensor *a, dg_tensor *b, dg_tensor *c) { return dg_add(dg_add(a, b), c); }

/* With hc, ha ... = the gradients of gc0, ga ..., and d = gc + gh o (1 - t^2), t = tanh(c):
 *   S = d q + ho gh t o (1 - o), q = hc f + ha i (1 - a^2) + hi a i (1 - i) + hf c0 f (1 - f)
 * is what is differentiated. p = its slope by c. */
static int lstm_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *c0 = dg_x(c, C0), *gh = dg_x(c, GH), *g[GATES], *h[GATES], *to[GATES];
  dg_tensor *hc = dg_or_zeros(gz[0], c->x[C0]), *hx = dg_or_zeros(gz[1], c->x[X]);
  const dg_view *like = &c->x[C0]->v;
  if (split_gates(dg_x(c, X), like, g) < 0 || split_gates(hx, like, h) < 0) return -1;
  dg_tensor *a = dg_tanh(g[A]), *i = dg_sigmoid(g[I]), *f = dg_sigmoid(g[FORGET]);
  dg_tensor *o = dg_sigmoid(g[O]), *t = dg_tanh(dg_add(dg_mul(f, c0), dg_mul(i, a)));
  dg_tensor *sa = dg_tanh_slope(a), *si = dg_sigmoid_slope(i), *sf = dg_sigmoid_slope(f);
  dg_tensor *so = dg_sigmoid_slope(o), *st = dg_tanh_slope(t);
  dg_tensor *q =
      dg_add(sum3(dg_mul(hc, f), dg_mul(h[A], dg_mul(i, sa)), dg_mul(h[I], dg_mul(a, si))),
             dg_mul(h[FORGET], dg_mul(c0, sf)));
  dg_tensor *by_h = dg_mul(h[O], so);
  if (dg_needs(c, GC)) gx[GC] = q;
  if (dg_needs(c, GH)) gx[GH] = dg_add(dg_mul(q, dg_mul(o, st)), dg_mul(by_h, t));
  if (!dg_needs(c, C0) && !dg_needs(c, X)) return 0;

  dg_tensor *d = dg_add(dg_x(c, GC), dg_mul(gh, dg_mul(o, st)));
  dg_tensor *by_t = dg_sub(by_h, dg_affine(dg_mul(q, dg_mul(o, t)), 2, 0));
  dg_tensor *p = dg_mul(dg_mul(by_t, gh), st);
  if (dg_needs(c, C0)) gx[C0] = dg_add(dg_mul(d, dg_mul(h[FORGET], sf)), dg_mul(p, f));
  if (!dg_needs(c, X)) return 0;
  dg_tensor *by_a = dg_sub(dg_mul(h[I], si), dg_affine(dg_mul(h[A], dg_mul(i, a)), 2, 0));
  dg_tensor *by_i = dg_add(dg_mul(h[A], sa), dg_mul(dg_mul(h[I], a), dg_affine(i, -2, 1)));
  dg_tensor *by_f = dg_add(hc, dg_mul(dg_mul(h[FORGET], c0), dg_affine(f, -2, 1)));
  dg_tensor *by_o = dg_add(dg_mul(q, st), dg_mul(dg_mul(h[O], t), dg_affine(o, -2, 1)));
  to[A] = dg_mul(dg_add(dg_mul(d, by_a), dg_mul(p, i)), sa);
  to[I] = dg_mul(dg_add(dg_mul(d, by_i), dg_mul(p, a)), si);
  to[FORGET] = dg_mul(dg_add(dg_mul(d, by_f), dg_mul(p, c0)), sf);
  to[O] = dg_mul(dg_mul(gh, by_o), so);
  gx[X] = join_gates(to, &c->x[X]->v);
  return 0;
}

static const dg_op_class lstm_grad_op = {
  .name = "lstm_grad",
  .flags = DG_HALVES_FAR,
  .shape = lstm_grad_shape,
  .forward = lstm_grad_forward,
  .backward = lstm_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2 | DG_READS_X3,
};

int dg_lstm_grad(dg_tensor *c_prev, dg_tensor *x, dg_tensor *gc, dg_tensor *gh, dg_tensor **made)
{
  dg_tensor *in[INPUTS] = { c_prev, x, gc, gh };
  return dg_finish_all(dg_begin(&lstm_grad_op, INPUTS, in), made);
}

/* -- The step ----------------------------------------------------------------------------------- */

static int lstm_shape(dg_call *c)
{
  if (dg_gates_fit(c, C0, X, GATES) < 0 || dg_outputs(c, 2) < 0) return -1;
  for (int i = 0; i < 2; i++)
    if (!dg_output_like(c, i, c->x[C0]->v.dtype, &c->x[C0]->v)) return -1;
  return 0;
}

static int lstm_forward(dg_call *c)
{
  dg_view gate[GATES];
  gates_of(&c->x[X]->v, gate);
  const dg_view *x[] = { &c->x[C0]->v, &gate[A], &gate[I], &gate[FORGET], &gate[O] };
  const dg_view *y[] = { &c->y[0]->v, &c->y[1]->v };
  return dg_backend_of(y[0])->lstm(x, y);
}

static int lstm_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *gc = dg_or_zeros(gy[0], c->x[C0]), *gh = dg_or_zeros(gy[1], c->x[C0]), *made[2];
  if (dg_lstm_grad(dg_x(c, C0), dg_x(c, X), gc, gh, made) < 0) return -1;
  for (int i = 0; i < 2; i++)
    if (dg_needs(c, i)) gx[i] = made[i];
  return 0;
}

static const dg_op_class lstm_op = {
  .name = "lstm",
  .flags = DG_HALVES_FAR,
  .shape = lstm_shape,
  .forward = lstm_forward,
  .backward = lstm_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* c = sigmoid(f) c_prev + sigmoid(i) tanh(a) and h = sigmoid(o) tanh(c), which `ys` gets. c_prev is
 * batch x units or batch x units x ..., x has four times as many along axis 1: a, i, f, o of the
 * first unit, then of the second ... Floats of one dtype. */
DG_API int dg_lstm(dg_tensor *c_prev, dg_tensor *x, dg_tensor **ys)
{
  if (!ys) return dg_fail(DG_EARGUMENT, "lstm: no room for the results (NULL)");
  return dg_finish_all(dg_begin2(&lstm_op, c_prev, x), ys);
}
