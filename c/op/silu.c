/* silu.c -- smooth activations near the rectifier, elementwise: silu, swish, mish, logsigmoid. */
#include "op/op.h"

DG_MAP1(silu_map, (x * sigmoid(x)))
DG_MAP2(silu_grad_map, (y * sigmoid(x) * (1 + x * (1 - sigmoid(x)))))
DG_MAP1(mish_map, (x * tanh(softplus(x))))
DG_MAP1(logsigmoid_map, (-softplus(-x)))

/* With s = sigmoid x the slope is s + x s (1 - s), its own slope s (1 - s) (2 + x (1 - 2 s)). */
static int silu_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) {
    dg_tensor *s = dg_sigmoid(x);
    dg_tensor *inner = dg_affine(dg_mul(x, dg_affine(s, -2, 1)), 1, 2);
    gx[0] = dg_mul(gz[0], dg_mul(g, dg_sigmoid_grad(s, inner)));
  }
  if (dg_needs(c, 1)) gx[1] = dg_silu_grad(x, gz[0]);
  return 0;
}

/* y = x t, t = tanh(softplus x): gx = gy (t + x (1 - t^2) sigmoid x). */
static int mish_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0);
  dg_tensor *t = dg_tanh(dg_softplus(x, 1));
  dg_tensor *bend = dg_tanh_grad(t, dg_mul(x, dg_sigmoid(x)));
  gx[0] = dg_mul(gy[0], dg_add(t, bend));
  return 0;
}

/* y = log sigmoid x: gx = gy sigmoid(-x). */
static int logsigmoid_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_sigmoid(dg_neg(dg_x(c, 0))));
  return 0;
}

static const dg_op_class silu_grad_op = {
  .name = "silu_grad",
  .shape = dg_shape_same,
  .map = &silu_grad_map,
  .backward = silu_grad_backward,
  .reads = DG_READS_ALL_X,
};
static const dg_op_class silu_op = {
  .name = "silu",
  .shape = dg_shape_same,
  .map = &silu_map,
  .backward = dg_rule_backward,
  .gradient = { { &silu_grad_op, DG_X0, DG_GY } },
  .reads = DG_READS_X0,
};
static const dg_op_class mish_op = {
  .name = "mish",
  .shape = dg_shape_same,
  .map = &mish_map,
  .backward = mish_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class logsigmoid_op = {
  .name = "logsigmoid",
  .shape = dg_shape_same,
  .map = &logsigmoid_map,
  .backward = logsigmoid_backward,
  .reads = DG_READS_X0,
};

/* x sigmoid(x), elementwise; floats. */
DG_API dg_tensor *dg_silu(dg_tensor *x) { return dg_apply1(&silu_op, x, NULL); }

/* gy times the slope of silu at x: its gradient. */
DG_API dg_tensor *dg_silu_grad(dg_tensor *x, dg_tensor *gy)
{
  return dg_apply2(&silu_grad_op, x, gy, NULL);
}

/* x sigmoid(beta x), elementwise; floats of one dtype. beta has the shape of x behind its first
 * axis, or the first axes of that. */
DG_API dg_tensor *dg_swish(dg_tensor *x, dg_tensor *beta)
{
  const dg_body *b = dg_body_of(x);
  if (!b) return NULL;
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "swish: wanted a float tensor, got %s", dg_dtype_name(b->v.dtype));
    return NULL;
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *product = dg_mul(dg_align("swish", x, beta, 1), x);
  return dg_pool_close(pool, dg_mul(x, dg_sigmoid(product)));
}

/* x tanh(log(1 + exp(x))), elementwise; floats (Misra, arXiv:1908.08681). */
DG_API dg_tensor *dg_mish(dg_tensor *x) { return dg_apply1(&mish_op, x, NULL); }

/* log(1 / (1 + exp(-x))), elementwise, without overflow; floats. */
DG_API dg_tensor *dg_logsigmoid(dg_tensor *x) { return dg_apply1(&logsigmoid_op, x, NULL); }
