/* max.c -- maxima and minima over axes, and where they are. */
#include "op/op.h"

enum { AXES, KEEPDIMS }; /* attributes: a bit set of axes */

static int refuse_empty(dg_call *c, const char *what)
{
  const dg_view *x = &c->x[0]->v;
  bool empty = false;
  for (int i = 0; i < x->ndim; i++) {
    bool goes = c->i[AXES] >> i & 1;
    if (goes && x->shape[i] == 0) empty = true;
    if (!goes && x->shape[i] == 0) return 0; /* there is nothing to find one for */
  }
  return empty ? dg_op_fail(c, DG_EARGUMENT, "an empty axis has no %s", what) : 0;
}

static int reduce(dg_call *c, dg_reduction kind)
{
  const dg_view *x = &c->x[0]->v;
  dg_view y = dg_view_keepdims(x, (unsigned)c->i[AXES]);
  y.dtype = c->y[0]->v.dtype;
  y.data = c->y[0]->v.data;
  return dg_backend_of(&y)->reduce(kind, x, &y, (unsigned)c->i[AXES]);
}

static dg_tensor *over_axes(const dg_op_class *op, dg_tensor *x, int count, const int64_t *axes,
                            int keepdims)
{
  dg_body *b = dg_body_of(x);
  int64_t set = b ? dg_axes(op->name, b->v.ndim, count, axes) : -1;
  if (set < 0) return NULL;
  dg_call *c = dg_begin1(op, x);
  if (c) c->i[AXES] = set, c->i[KEEPDIMS] = keepdims;
  return dg_finish(c);
}

/* -- The gradient: gy goes to every element that is equal to the result ------------------------- */

DG_MAP3(pass_map, (x == y ? z : 0))

static dg_tensor *pass(dg_tensor *x, dg_tensor *y, dg_tensor *gy);

/* y and gy broadcast to x. */
static int pass_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_output(c, 0, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int pass_forward(dg_call *c) { return dg_map_forward(c, &pass_map); }

/* Flat in x and y; to gy it is the same choice, summed. */
static int pass_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  if (dg_needs(c, 2)) gx[2] = dg_unbroadcast(c, 2, pass(dg_x(c, 0), dg_x(c, 1), gz[0]));
  return 0;
}

static const dg_op_class pass_op = {
  .name = "max_grad",
  .shape = pass_shape,
  .forward = pass_forward,
  .backward = pass_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

static dg_tensor *pass(dg_tensor *x, dg_tensor *y, dg_tensor *gy)
{
  return dg_finish(dg_begin(&pass_op, 3, (dg_tensor *[]){ x, y, gy }));
}

static int backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  gx[0] = pass(dg_x(c, 0), dg_restore_axes(dg_y(c, 0), x, c->i[AXES]),
               dg_restore_axes(gy[0], x, c->i[AXES]));
  return 0;
}

/* -- max, min ----------------------------------------------------------------------------------- */

static int max_shape(dg_call *c)
{
  if (refuse_empty(c, "maximum") < 0) return -1;
  return dg_shape_reduced(c, c->x[0]->v.dtype, c->i[AXES], c->i[KEEPDIMS] != 0);
}

static int min_shape(dg_call *c)
{
  if (refuse_empty(c, "minimum") < 0) return -1;
  return dg_shape_reduced(c, c->x[0]->v.dtype, c->i[AXES], c->i[KEEPDIMS] != 0);
}

static int max_forward(dg_call *c) { return reduce(c, DG_MAX_OF); }
static int min_forward(dg_call *c) { return reduce(c, DG_MIN_OF); }

static const dg_op_class max_op = {
  .name = "max",
  .shape = max_shape,
  .forward = max_forward,
  .backward = backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};
static const dg_op_class min_op = {
  .name = "min",
  .shape = min_shape,
  .forward = min_forward,
  .backward = backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};

/* The largest element of x over `count` axes (0: all of them); with keepdims they stay as size 1.
 * Any dtype; NaN wins. The gradient goes to every element that is equal to the result. */
DG_API dg_tensor *dg_max(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  return over_axes(&max_op, x, count, axes, keepdims);
}

/* The smallest element, as dg_max. */
DG_API dg_tensor *dg_min(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  return over_axes(&min_op, x, count, axes, keepdims);
}

/* -- argmax, argmin ----------------------------------------------------------------------------- */

static int argmax_shape(dg_call *c)
{
  if (refuse_empty(c, "maximum") < 0) return -1;
  return dg_shape_reduced(c, DG_I64, c->i[AXES], c->i[KEEPDIMS] != 0);
}

static int argmin_shape(dg_call *c)
{
  if (refuse_empty(c, "minimum") < 0) return -1;
  return dg_shape_reduced(c, DG_I64, c->i[AXES], c->i[KEEPDIMS] != 0);
}

static int argmax_forward(dg_call *c) { return reduce(c, DG_ARGMAX); }
static int argmin_forward(dg_call *c) { return reduce(c, DG_ARGMIN); }

static const dg_op_class argmax_op = { .name = "argmax",
                                       .shape = argmax_shape,
                                       .forward = argmax_forward };
static const dg_op_class argmin_op = { .name = "argmin",
                                       .shape = argmin_shape,
                                       .forward = argmin_forward };

static dg_tensor *position(const dg_op_class *op, dg_tensor *x, int count, const int64_t *axes,
                           int keepdims, int64_t base)
{
  if (base == 0) return over_axes(op, x, count, axes, keepdims);
  dg_pool pool = dg_pool_open();
  dg_tensor *y = over_axes(op, x, count, axes, keepdims);
  return dg_pool_close(pool, dg_affine(y, 1, (double)base));
}

/* Where the largest element of x is, over `count` axes (0: all of them) in row-major order, counted
 * from `base`: int64. The first of equals; the first NaN if there is one. */
DG_API dg_tensor *dg_argmax(dg_tensor *x, int count, const int64_t *axes, int keepdims,
                            int64_t base)
{
  return position(&argmax_op, x, count, axes, keepdims, base);
}

/* Where the smallest element is, as dg_argmax. */
DG_API dg_tensor *dg_argmin(dg_tensor *x, int count, const int64_t *axes, int keepdims,
                            int64_t base)
{
  return position(&argmin_op, x, count, axes, keepdims, base);
}
