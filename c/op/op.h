/* op.h -- what operator files share: shape rules, and forward rules that are one call. */
#ifndef DG_OP_H
#define DG_OP_H

#include "device/map.h"
#include "node/node.h"

/* -- Shape rules ---------------------------------------------------------------------------- */

/* One output, shaped like the first input; all inputs have one float dtype. */
int dg_shape_same(dg_call *c);
/* The same for every dtype. */
int dg_shape_same_any(dg_call *c);
/* One output with the inputs' broadcast shape and common dtype. */
int dg_shape_broadcast(dg_call *c);
/* The same, but the output is bool. */
int dg_shape_broadcast_bool(dg_call *c);
/* The same for float inputs alone. */
int dg_shape_broadcast_float(dg_call *c);
/* One output with the inputs' broadcast shape, whatever their dtypes are. */
int dg_shape_broadcast_as(dg_call *c, int dtype);

/* One output shaped like input 0 without a bit set of axes, or with size 1 there. */
int dg_shape_reduced(dg_call *c, int dtype, int64_t axes, bool keepdims);

/* `outputs` outputs, one like each of the first inputs: for operators that give gradients. */
int dg_shape_inputs(dg_call *c, int outputs);

/* Fails unless input i is a float tensor. */
int dg_wants_float(dg_call *c, int i);

/* Fails when a number beside integers is not whole: it would be rounded without a word. */
int dg_wants_whole(dg_call *c, double number);

/* A place as a user counts it: from 1, or from the end. For messages. */
DG_INLINE long long dg_counted(int64_t place)
{
  return place < 0 || place == INT64_MAX ? place : place + 1;
}

/* Turns an axis that may count from the end into 0 ... ndim - 1; -1 with an error. */
int dg_axis(dg_call *c, int64_t axis, int ndim);
int dg_axis_of(const char *who, int64_t axis, int ndim);
/* The bit set of `count` axes of a tensor, all of them when count is 0; -1 with an error. */
int64_t dg_axes(const char *who, int ndim, int count, const int64_t *axes);

/* Keeps a shape as attributes of a call: i[0] axes, then their sizes. On failure the call is gone.
 */
int dg_set_shape(dg_call *c, int ndim, const int64_t *shape);

/* -- Operators that others name in their gradients, or know by their nodes ------------------------ */

extern const dg_op_class dg_mul_op, dg_neg_op, dg_reshape_op, dg_transpose_op;

/* The backward rule of a class that declares its gradients. */
int dg_rule_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx);

/* -- Compositions --------------------------------------------------------------------------- */

/* gy summed to the shape of input i: the gradient of an operand that was broadcast. */
dg_tensor *dg_sum_back(const dg_view *x, dg_tensor *gy);
DG_INLINE dg_tensor *dg_unbroadcast(const dg_call *c, int i, dg_tensor *gy)
{
  const dg_body *g = dg_living_body(gy);
  if (DG_LIKELY(g && dg_same_shape(&c->x[i]->v, &g->v))) return gy;
  return dg_sum_back(&c->x[i]->v, gy);
}

/* What came of reducing x over a bit set of axes, with these axes back as size 1. */
dg_tensor *dg_restore_axes(dg_tensor *y, const dg_view *x, int64_t axes);

/* w, whose axes are those of x from axis `first` on, or the first of these, with axes of size 1 so
 * that it broadcasts to x. */
dg_tensor *dg_align(const char *who, dg_tensor *x, dg_tensor *w, int64_t first);

/* A tensor of `value`, with the dtype of `like` and where it is. Operators make constants with this. */
dg_tensor *dg_constant(const dg_view *like, int ndim, const int64_t *shape, double value);

/* A tensor like a view, of its device as well, whose elements are not set. */
dg_tensor *dg_blank(const dg_view *like);

/* y, computed in float32 for x of 16 bits, in the dtype of x; under autocast as it is. */
dg_tensor *dg_round_as(const dg_tensor *x, dg_tensor *y);

/* Zeros shaped like input i: the gradient of an operator that is flat almost everywhere. */
dg_tensor *dg_no_gradient(const dg_call *c, int i);

#endif
