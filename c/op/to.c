/* to.c -- tensors on their way between devices. */
#include "op/op.h"

#include "node/rows.h"

static int to_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_body *y = dg_output(c, 0, x->dtype, x->ndim, x->shape);
  if (!y) return -1;
  y->v.device = (uint8_t)c->i[0];
  return 0;
}

static int to_forward(dg_call *c) { return dg_transfer(&c->x[0]->v, &c->y[0]->v); }

/* gx = gy, back where x is. */
static int to_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_to(gy[0], c->x[0]->v.device);
  return 0;
}

static const dg_op_class to_op = {
  .name = "to",
  .flags = DG_TAKES_ALL,
  .shape = to_shape,
  .forward = to_forward,
  .backward = to_backward,
};

/* A contiguous copy of x on a device (0: the host, 1: cuda:0 ...), also if it is there already.
 * Gradients flow back to where x is. */
DG_API dg_tensor *dg_to(dg_tensor *x, int device)
{
  int before = dg_device_set(device);
  if (before < 0) return NULL;
  dg_device_set(before);
  dg_call *c = dg_begin1(&to_op, x);
  if (c) c->i[0] = device;
  return dg_finish(c);
}

/* Has a leaf, and its gradient, lie on a device from now on: handles stay, views of the old elements
 * keep those. A parameter that waits for its shape gets its elements there. */
DG_API int dg_move(dg_tensor *x, int device)
{
  dg_body *b = dg_body_of(x);
  int before = b ? dg_device_set(device) : -1;
  if (before < 0) return -1;
  dg_device_set(before);
  if (b->creator)
    return dg_fail(DG_EGRAPH, "move: only a leaf can be moved, this is the result of %s (use to)",
                   b->creator->op->name);
  if (b->v.device == device) return 0;
  if (b->grad && !dg_gradient_of(b)) dg_unhold(b->grad), b->grad = NULL;
  if (b->grad && dg_outer_fill(b->grad) < 0) return -1;
  if (dg_rows_drop(b) < 0 || (b->grad && dg_rows_drop(b->grad) < 0)) return -1;
  if (!b->store) {
    b->v.device = (uint8_t)device;
    return 0;
  }
  if (b->grad && b->grad->creator)
    return dg_fail(DG_EGRAPH, "move: its gradient has a graph (clear it first)");
  if (dg_body_move(b, device) == 0 && (!b->grad || dg_body_move(b->grad, device) == 0)) return 0;
  dg_fail_prefix("move: ");
  return -1;
}
