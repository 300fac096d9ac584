/* mean_squared_error.c -- the mean of (a - b)^2. */
#include "op/op.h"

DG_MAP3(error_grad_map, ((x - y) * z * p))

/* -- The gradient: y = gy (a - b) f[0], with f[0] = 2 / elements -------------------------------- */

static dg_tensor *error_grad(dg_tensor *a, dg_tensor *b, dg_tensor *gy, double scale);

static int error_grad_shape(dg_call *c)
{
  const dg_view *a = &c->x[0]->v;
  return dg_output(c, 0, a->dtype, a->ndim, a->shape) ? 0 : -1;
}

static int error_grad_forward(dg_call *c) { return dg_map_forward(c, &error_grad_map); }

/* With h = gz: a gets h gy scale, b the negative, gy gets the sum of h (a - b) scale. */
static int error_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *a = dg_x(c, 0), *b = dg_x(c, 1), *gy = dg_x(c, 2), *h = gz[0];
  if (dg_needs(c, 0)) gx[0] = dg_mul(h, dg_affine(gy, c->f[0], 0));
  if (dg_needs(c, 1)) gx[1] = dg_mul(h, dg_affine(gy, -c->f[0], 0));
  if (dg_needs(c, 2)) gx[2] = dg_sum(dg_mul(h, dg_affine(dg_sub(a, b), c->f[0], 0)), 0, NULL, 0);
  return 0;
}

static const dg_op_class error_grad_op = {
  .name = "mean_squared_error_grad",
  .flags = DG_HALVES_FAR,
  .shape = error_grad_shape,
  .forward = error_grad_forward,
  .backward = error_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2,
};

static dg_tensor *error_grad(dg_tensor *a, dg_tensor *b, dg_tensor *gy, double scale)
{
  dg_call *c = dg_begin(&error_grad_op, 3, (dg_tensor *[]){ a, b, gy });
  if (c) c->f[0] = scale;
  return dg_finish(c);
}

/* -- The error ---------------------------------------------------------------------------------- */

static int error_shape(dg_call *c)
{
  const dg_view *a = &c->x[0]->v, *b = &c->x[1]->v;
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (dg_wants_float(c, 0) < 0) return -1;
  if (a->dtype != b->dtype || !dg_same_shape(a, b))
    return dg_op_fail(c, DG_EARGUMENT, "%s %s and %s %s differ", dg_dtype_name(a->dtype),
                      dg_shape_text(a, s), dg_dtype_name(b->dtype), dg_shape_text(b, t));
  return dg_output(c, 0, a->dtype, 0, NULL) ? 0 : -1;
}

static int error_forward(dg_call *c)
{
  const dg_view *a = &c->x[0]->v;
  return dg_backend_of(a)->square_error(a, &c->x[1]->v, 1 / (double)a->size, &c->y[0]->v);
}

static int error_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *a = dg_x(c, 0), *b = dg_x(c, 1);
  double scale = 2 / (double)c->x[0]->v.size;
  if (dg_needs(c, 0)) gx[0] = error_grad(a, b, gy[0], scale);
  if (dg_needs(c, 1)) gx[1] = error_grad(b, a, gy[0], scale);
  return 0;
}

static int error_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  double f[2] = { 2 / (double)c->x[0]->v.size, 0 };
  for (int i = 0; i < 2; i++) {
    const dg_view *from[3] = { &c->x[i]->v, &c->x[!i]->v, gy };
    if (gx[i] && dg_backend_of(gy)->map(&error_grad_map, from, &gx[i]->v, f) < 0) return -1;
  }
  return 0;
}

static const dg_op_class error_op = {
  .name = "mean_squared_error",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = error_shape,
  .forward = error_forward,
  .backward = error_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
  .direct = error_direct,
};

/* Whether all that error_shape asks for is there, on the host. */
static bool is_short(const dg_body *a, const dg_body *b)
{
  return dg_is_full(a) && dg_is_full(b) && !dg_tape.mixed && !dg_graphs_recording &&
         dg_is_plain_layout(dg_view_layout(&a->v)) && dg_is_alike(&a->v, &b->v);
}

/* The way of small models, where a loss takes less time than rules and checks. */
static dg_tensor *go_short(dg_body *const in[2])
{
  const dg_view *a = &in[0]->v;
  dg_body *y = dg_body_scalar(a->dtype, DG_ACTIVATION);
  int status = DG_LIKELY(y != NULL)
                   ? dg_backend_of(a)->square_error(a, &in[1]->v, 1 / (double)a->size, &y->v)
                   : -1;
  if (DG_LIKELY(status == 0)) return dg_yield(&error_op, 2, in, y, NULL, 0);
  dg_fail_prefix("mean_squared_error: ");
  if (y) dg_body_free(y);
  return NULL;
}

/* The mean of (a - b)^2 over all elements; both of one shape and float dtype. NaN without
 * elements. */
DG_API dg_tensor *dg_mean_squared_error(dg_tensor *a, dg_tensor *b)
{
  dg_body *in[2] = { dg_living_body(a), dg_living_body(b) };
  if (DG_LIKELY(is_short(in[0], in[1]))) return go_short(in);
  return dg_finish(dg_begin2(&error_op, a, b));
}
