/* sigmoid_cross_entropy.c -- the loss of yes-or-no answers: -t log s - (1 - t) log(1 - s) with
 * s = sigmoid(x). */
#include "op/op.h"

/* x are the logits, y the targets; with p, a target of -1 counts for nothing. q is what each counts.
 * Written so that the small losses of sure answers survive. */
DG_MAP2(entropy_map, ((p != 0) & (y == -1) ? 0 : (x > 0 ? x : 0) - x * y + softplus(-fabs(x))))
DG_MAP3(entropy_grad_map, ((p != 0) & (y == -1) ? 0 : (sigmoid(x) - y) * z * q))
DG_MAP2(target_grad_map, (-(x * y) * q))

enum { IGNORES, SCALE }; /* p and q */

static const dg_op_class entropy_grad_op;

static dg_tensor *entropy_grad(dg_tensor *x, dg_tensor *t, dg_tensor *gy, double ignores)
{
  dg_call *c = dg_begin(&entropy_grad_op, 3, (dg_tensor *[]){ x, t, gy });
  if (c) c->f[IGNORES] = ignores, c->f[SCALE] = 1;
  return dg_finish(c);
}

/* -- The gradient: z = (s - t) gy ---------------------------------------------------------------- */

static int entropy_grad_forward(dg_call *c) { return dg_map_forward(c, &entropy_grad_map); }

/* With h = gz: x gets h gy s (1 - s), t gets -h gy, gy gets h (s - t). */
static int entropy_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *t = dg_x(c, 1), *gy = dg_x(c, 2), *h = gz[0];
  if (dg_needs(c, 0)) {
    dg_tensor *s = dg_sigmoid(x), *slope = dg_mul(s, dg_affine(s, -1, 1));
    if (c->f[IGNORES] != 0) slope = dg_mul(slope, dg_cast(dg_ne_number(t, -1), c->x[0]->v.dtype));
    gx[0] = dg_mul(dg_mul(h, gy), slope);
  }
  if (dg_needs(c, 1)) gx[1] = dg_neg(dg_mul(h, gy));
  if (dg_needs(c, 2)) gx[2] = entropy_grad(x, t, h, c->f[IGNORES]);
  return 0;
}

static const dg_op_class entropy_grad_op = {
  .name = "sigmoid_cross_entropy_grad",
  .flags = DG_HALVES_FAR,
  .shape = dg_shape_same,
  .forward = entropy_grad_forward,
  .backward = entropy_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2,
};

/* -- The loss of each element --------------------------------------------------------------------- */

static int entropy_forward(dg_call *c) { return dg_map_forward(c, &entropy_map); }

/* x gets (s - t) gy, t gets -x gy. */
static int entropy_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0);
  if (dg_needs(c, 0)) gx[0] = entropy_grad(x, dg_x(c, 1), gy[0], c->f[IGNORES]);
  if (dg_needs(c, 1)) gx[1] = dg_neg(dg_mul(x, gy[0]));
  return 0;
}

static int entropy_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  const dg_backend *d = dg_backend_of(gy);
  const dg_view *x = &c->x[0]->v, *in[3] = { x, &c->x[1]->v, gy }, *by_t[2] = { x, gy };
  if (gx[0] && d->map(&entropy_grad_map, in, &gx[0]->v, c->f) < 0) return -1;
  return gx[1] ? d->map(&target_grad_map, by_t, &gx[1]->v, c->f) : 0;
}

static const dg_op_class entropy_op = {
  .name = "sigmoid_cross_entropy",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = dg_shape_same,
  .forward = entropy_forward,
  .backward = entropy_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
  .direct = entropy_direct,
};

/* -- The mean of few elements, at once: targets are cast on the way ------------------------------- */

static bool is_few(const dg_view *x, const dg_view *t)
{
  return x->device == 0 && t->device == 0 && x->size > 0 && x->size <= DG_FEW && x->contiguous &&
         t->contiguous && dg_is_float(x->dtype) && !dg_is_half(x->dtype) && dg_same_shape(x, t) &&
         (x->dtype == t->dtype || !dg_is_float(t->dtype));
}

static int few_shape(dg_call *c) { return dg_output(c, 0, c->x[0]->v.dtype, 0, NULL) ? 0 : -1; }

static int few_forward(dg_call *c)
{
  const dg_view *in[2] = { &c->x[0]->v, &c->x[1]->v };
  return dg_backend_of(in[0])->map_few(&entropy_map, in, &c->y[0]->v, c->f, c->f[SCALE]);
}

/* What entropy_backward says, of gy times what each element counts. */
static int few_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *v = &c->x[0]->v;
  dg_tensor *x = dg_x(c, 0), *t = dg_x(c, 1);
  dg_tensor *g = dg_broadcast_to(dg_affine(gy[0], c->f[SCALE], 0), v->ndim, v->shape);
  if (dg_needs(c, 0)) gx[0] = entropy_grad(x, dg_cast(t, v->dtype), g, c->f[IGNORES]);
  if (dg_needs(c, 1)) gx[1] = dg_neg(dg_mul(x, g));
  return 0;
}

static int few_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  const dg_backend *d = dg_backend_of(gy);
  const dg_view *x = &c->x[0]->v, *in[3] = { x, &c->x[1]->v, gy }, *by_t[2] = { x, gy };
  if (gx[0] && d->map_few(&entropy_grad_map, in, &gx[0]->v, c->f, 0) < 0) return -1;
  return gx[1] ? d->map_few(&target_grad_map, by_t, &gx[1]->v, c->f, 0) : 0;
}

static const dg_op_class few_op = {
  .name = "sigmoid_cross_entropy",
  .shape = few_shape,
  .forward = few_forward,
  .backward = few_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
  .direct = few_direct,
};

/* How many elements the loss is divided by; -1 with an error. */
static int64_t divisor(const dg_view *x, const dg_view *t, int normalize)
{
  dg_labels l = { .t = *t, .classes = -1, .ignored = -1 };
  dg_label_report report;
  if (!normalize) return x->ndim > 0 ? x->shape[0] : 1;
  if (dg_is_float(t->dtype)) return t->size;
  if (dg_backend_of(t)->check_labels(&l, &report) < 0) return -1;
  if (report.used != DG_LABELS_UNCOUNTED) return report.used;
  return dg_fail(DG_EGRAPH,
                 "sigmoid_cross_entropy: targets that are whole numbers are counted, which "
                 "a step that dg.capture records cannot (normalize = false, or floats)");
}

static dg_call *begin(const dg_op_class *op, dg_tensor *x, dg_tensor *t, bool ignores,
                      int64_t count)
{
  dg_call *c = dg_begin2(op, x, t);
  if (c) c->f[IGNORES] = ignores, c->f[SCALE] = 1 / (double)DG_MAX(count, 1);
  return c;
}

/* The cross entropy of sigmoid(x) and targets t, both of one shape: 0 or 1 in any integer dtype,
 * where -1 counts for nothing, or probabilities in the float dtype of x. With `mean` the result is
 * the sum, divided by how many targets count (normalize) or by the size of axis 0; without, one
 * number for each element. */
DG_API dg_tensor *dg_sigmoid_cross_entropy(dg_tensor *x, dg_tensor *t, int normalize, int mean)
{
  const dg_body *a = dg_living_body(x), *b = dg_living_body(t);
  if (!dg_is_full(a) || !dg_is_full(b)) return dg_finish(dg_begin2(&entropy_op, x, t));
  const dg_view *vx = &a->v, *vt = &b->v;
  bool whole = !dg_is_float(vt->dtype);
  int64_t count = 1;
  if (mean && is_few(vx, vt)) {
    if ((count = divisor(vx, vt, normalize)) < 0) return NULL;
    return dg_finish(begin(&few_op, x, t, whole, count));
  }
  dg_pool pool = dg_pool_open();
  if (whole && dg_is_float(vx->dtype)) t = dg_cast(t, vx->dtype);
  dg_tensor *y = dg_finish(begin(&entropy_op, x, t, whole, 1));
  if (y && mean) count = divisor(vx, vt, normalize);
  if (count < 0) y = NULL;
  if (y && mean) y = dg_affine(dg_sum(y, 0, NULL, 0), 1 / (double)DG_MAX(count, 1), 0);
  return dg_pool_close(pool, y);
}
