/* softmax_cross_entropy.c -- the loss of classifiers: -log softmax(x) at each row's label. */
#include "op/label.h"

/* Attributes, beside those of labels. f[0] is what each row counts: 1 / rows. */
enum { NORMALIZE = 2, MEAN };

static const dg_op_class entropy_grad_op;

/* -- The gradient: y = gy weight[label] scale (softmax(x) - 1 at the label) --------------------- */

enum { X, T, GY, WEIGHT }; /* its inputs */

static dg_tensor *entropy_grad(const dg_call *from, dg_tensor *const *in, int inputs)
{
  dg_call *c = dg_begin(&entropy_grad_op, inputs, in);
  if (!c) return NULL;
  for (int i = 0; i <= MEAN; i++) c->i[i] = from->i[i];
  c->f[0] = from->f[0];
  return dg_finish(c);
}

static int entropy_grad_shape(dg_call *c)
{
  const dg_view *x = &c->x[X]->v;
  return dg_output(c, 0, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int entropy_grad_forward(dg_call *c)
{
  const dg_view *x = &c->x[X]->v, *weight = c->inputs > WEIGHT ? &c->x[WEIGHT]->v : NULL;
  dg_labels l = dg_labels_of(c, T, x->shape[1]);
  return dg_backend_of(x)->cross_entropy_grad(x, &l, weight, c->f[0], &c->x[GY]->v, &c->y[0]->v);
}

/* v, shaped like the labels, with an axis of size 1 for the classes. */
static dg_tensor *with_classes(const dg_call *c, dg_tensor *v)
{
  int64_t shape[DG_MAX_NDIM];
  const dg_view *x = &c->x[X]->v;
  for (int i = 0; i < x->ndim; i++) shape[i] = i == 1 ? 1 : x->shape[i];
  return dg_reshape(v, x->ndim, shape);
}

/* weight[label] scale for each row, 0 where the label is ignored. */
static dg_tensor *factors(const dg_call *c)
{
  const dg_view *x = &c->x[X]->v;
  int64_t shape[2] = { x->shape[1], 1 };
  if (c->f[0] == DG_BY_USED) {
    dg_op_fail(
        c, DG_EGRAPH,
        "a second derivative inside of a step that dg.capture records needs normalize = false");
    return NULL;
  }
  dg_tensor *weight =
      c->inputs > WEIGHT ? dg_reshape(dg_x(c, WEIGHT), 2, shape) : dg_constant(x, 2, shape, 1);
  dg_tensor *rows = dg_embed_id(dg_x(c, T), weight, c->i[DG_LABEL_BASE], c->i[DG_LABEL_IGNORED], 0);
  return dg_affine(with_classes(c, rows), c->f[0], 0);
}

/* With h = gz and p = softmax(x): x gets gy factor p (h - sum of h p), and gy gets the sum of h
 * times what y is for gy = 1. */
static int entropy_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  const int64_t classes = 1;
  dg_tensor *x = dg_x(c, X), *gy = dg_x(c, GY), *h = gz[0];
  if (dg_needs(c, X)) {
    dg_tensor *p = dg_softmax(x, 1), *hp = dg_mul(h, p);
    dg_tensor *by_p = dg_sub(hp, dg_mul(p, dg_sum(hp, 1, &classes, 1)));
    dg_tensor *each = c->i[MEAN] ? gy : with_classes(c, gy);
    gx[X] = dg_mul(by_p, dg_mul(factors(c), each));
  }
  if (dg_needs(c, GY)) {
    const dg_view *like = &c->x[GY]->v;
    dg_tensor *one = dg_constant(like, like->ndim, like->shape, 1);
    dg_tensor *in[4] = { x, dg_x(c, T), one, c->inputs > WEIGHT ? dg_x(c, WEIGHT) : NULL };
    dg_tensor *by_gy = dg_mul(h, entropy_grad(c, in, c->inputs));
    gx[GY] = dg_sum(by_gy, c->i[MEAN] ? 0 : 1, &classes, 0);
  }
  return 0;
}

static const dg_op_class entropy_grad_op = {
  .name = "softmax_cross_entropy_grad",
  .flags = DG_HALVES_FAR,
  .shape = entropy_grad_shape,
  .forward = entropy_grad_forward,
  .backward = entropy_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2 | DG_READS_X3,
};

/* -- The loss ----------------------------------------------------------------------------------- */

static int entropy_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *t = &c->x[1]->v;
  char text[DG_SHAPE_TEXT];
  if (dg_wants_float(c, 0) < 0 || dg_wants_labels(c, 1) < 0) return -1;
  if (dg_labels_fit(c->op->name, x, t) < 0) return -1;
  if (c->inputs > 2) {
    const dg_view *w = &c->x[2]->v;
    if (w->dtype != x->dtype)
      return dg_op_fail(c, DG_ETYPE, "class_weight has dtype %s, wanted %s as x",
                        dg_dtype_name(w->dtype), dg_dtype_name(x->dtype));
    if (w->ndim != 1 || w->shape[0] != x->shape[1])
      return dg_op_fail(c, DG_EARGUMENT,
                        "class_weight has shape %s, wanted %lld as there are classes",
                        dg_shape_text(w, text), (long long)x->shape[1]);
  }
  return dg_output(c, 0, x->dtype, c->i[MEAN] ? 0 : t->ndim, t->shape) ? 0 : -1;
}

static int entropy_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *weight = c->inputs > 2 ? &c->x[2]->v : NULL;
  dg_labels l;
  int64_t used;
  if (dg_labels_checked(c, 1, x->shape[1], &l, &used) < 0) return -1;
  int64_t count = c->i[NORMALIZE] ? used : x->shape[0];
  c->f[0] = !c->i[MEAN]                    ? 1
            : count == DG_LABELS_UNCOUNTED ? DG_BY_USED
                                           : 1 / (double)DG_MAX(count, 1);
  return dg_backend_of(x)->cross_entropy(x, &l, weight, c->f[0], &c->y[0]->v);
}

static int entropy_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *in[4] = { dg_x(c, 0), dg_x(c, 1), gy[0], c->inputs > 2 ? dg_x(c, 2) : NULL };
  if (dg_needs(c, 0)) gx[0] = entropy_grad(c, in, c->inputs + 1);
  return 0;
}

static const dg_op_class entropy_op = {
  .name = "softmax_cross_entropy",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = entropy_shape,
  .forward = entropy_forward,
  .backward = entropy_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2,
};

/* -- The loss with soft targets: the sum over classes of -t log softmax(x) ----------------------- */

static dg_tensor *soft_entropy(dg_tensor *x, const dg_view *v, dg_tensor *t, const dg_view *targets,
                               dg_tensor *class_weight, int normalize, int mean)
{
  char s[DG_SHAPE_TEXT], u[DG_SHAPE_TEXT];
  if (v->ndim < 2 || !dg_same_shape(v, targets)) {
    dg_fail(DG_EARGUMENT, "softmax_cross_entropy: soft targets of shape %s do not fit %s",
            dg_shape_text(targets, s), dg_shape_text(v, u));
    return NULL;
  }
  const int64_t classes = 1, rows = v->shape[1] > 0 ? v->size / v->shape[1] : 0;
  int64_t shape[DG_MAX_NDIM] = { 1, v->shape[1], 1, 1, 1, 1, 1, 1 };
  dg_tensor *terms = dg_mul(t, dg_log_softmax(x, 1));
  if (class_weight) terms = dg_mul(terms, dg_reshape(class_weight, v->ndim, shape));
  if (!mean) return dg_neg(dg_sum(terms, 1, &classes, 0));
  int64_t count = normalize ? rows : v->shape[0];
  return dg_affine(dg_sum(terms, 0, NULL, 0), -1 / (double)DG_MAX(count, 1), 0);
}

/* The cross entropy of softmax(x) and t, where x is n x classes or n x classes x ... (floats). t has
 * its shape without classes and labels from `base` on (int32, int64, uint8), or its shape and
 * probabilities in its dtype. class_weight (classes) or NULL scales each label's loss and takes no
 * gradient from labels. With `mean` the result is the sum over the rows, divided by how many
 * labels are not ignore_label (normalize) or by n; without, one number for each row. */
DG_API dg_tensor *dg_softmax_cross_entropy(dg_tensor *x, dg_tensor *t, dg_tensor *class_weight,
                                           int64_t base, int64_t ignore_label, int normalize,
                                           int mean)
{
  dg_tensor *in[3] = { x, t, class_weight };
  const dg_body *a = dg_living_body(x), *b = dg_living_body(t);
  if (DG_LIKELY(dg_is_full(a) && dg_is_full(b)) && dg_is_float(b->v.dtype)) {
    dg_pool pool = dg_pool_open();
    return dg_pool_close(pool, soft_entropy(x, &a->v, t, &b->v, class_weight, normalize, mean));
  }
  dg_call *c = dg_begin(&entropy_op, class_weight ? 3 : 2, in);
  if (!c) return NULL;
  c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = ignore_label;
  c->i[NORMALIZE] = normalize, c->i[MEAN] = mean;
  return dg_finish(c);
}
