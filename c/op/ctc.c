/* ctc.c -- the loss of sequences whose labels have no known places: -log p(labels | x). */
#include "op/label.h"

/* Inputs; the gradient has one more. Attributes beside those of labels: the class of no label. */
enum { X, T, INPUT_LENGTH, LABEL_LENGTH, GY };
enum { BLANK = 2 };

static dg_sequences sequences_of(const dg_call *c)
{
  return (dg_sequences){ .labels = dg_labels_of(c, T, c->x[X]->v.shape[2]),
                         .input_length = c->x[INPUT_LENGTH]->v,
                         .label_length = c->x[LABEL_LENGTH]->v,
                         .blank = c->i[BLANK] };
}

/* -- The gradient: y = -gy p(step is in class | labels) ---------------------------------------- */

static int ctc_grad_forward(dg_call *c)
{
  const dg_view *x = &c->x[X]->v;
  dg_sequences s = sequences_of(c);
  return dg_backend_of(x)->ctc_grad(&s, x, &c->x[GY]->v, &c->y[0]->v);
}

static int ctc_grad_shape(dg_call *c)
{
  const dg_view *x = &c->x[X]->v;
  return dg_output(c, 0, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int ctc_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  (void)gz, (void)gx;
  return dg_op_fail(c, DG_EGRAPH, "ctc has no second derivative");
}

static const dg_op_class ctc_grad_op = {
  .name = "ctc_grad",
  .shape = ctc_grad_shape,
  .forward = ctc_grad_forward,
  .backward = ctc_grad_backward,
};

/* -- The loss ---------------------------------------------------------------------------------- */

static int ctc_shape(dg_call *c)
{
  return dg_output(c, 0, c->x[X]->v.dtype, 1, c->x[X]->v.shape + 1) ? 0 : -1;
}

/* Fails unless input i has lengths up to `most`. */
static int check_lengths(const dg_call *c, int i, int64_t most, const char *what)
{
  dg_labels l = { .t = c->x[i]->v, .classes = most + 1, .ignored = INT64_MIN };
  dg_label_report report;
  if (dg_backend_of(&l.t)->check_labels(&l, &report) < 0) return -1;
  if (report.bad < 0) return 0;
  return dg_op_fail(c, DG_EARGUMENT, "%s %lld (element %lld) is not one of 0 to %lld", what,
                    (long long)report.label, (long long)report.bad + 1, (long long)most);
}

static int ctc_forward(dg_call *c)
{
  const dg_view *x = &c->x[X]->v, *t = &c->x[T]->v;
  dg_labels l;
  int64_t used;
  if (check_lengths(c, INPUT_LENGTH, x->shape[0], "input_length") < 0) return -1;
  if (check_lengths(c, LABEL_LENGTH, t->shape[1], "label_length") < 0) return -1;
  if (dg_labels_checked(c, T, x->shape[2], &l, &used) < 0) return -1;
  dg_sequences s = sequences_of(c);
  return dg_backend_of(x)->ctc(&s, x, &c->y[0]->v);
}

static int ctc_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *in[5] = { dg_x(c, X), dg_x(c, T), dg_x(c, INPUT_LENGTH), dg_x(c, LABEL_LENGTH),
                       gy[0] };
  dg_call *g = dg_begin(&ctc_grad_op, 5, in);
  if (!g) return -1;
  for (int i = 0; i <= BLANK; i++) g->i[i] = c->i[i];
  gx[X] = dg_finish(g);
  return 0;
}

static const dg_op_class ctc_op = {
  .name = "ctc",
  .flags = DG_WIDENS,
  .shape = ctc_shape,
  .forward = ctc_forward,
  .backward = ctc_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2 | DG_READS_X3,
};

static bool is_integer(const dg_view *v)
{
  return v->dtype == DG_I32 || v->dtype == DG_I64 || v->dtype == DG_U8;
}

/* Fails unless dtypes and shapes fit together. */
static int check(const dg_view *x, const dg_view *t, const dg_view *input_length,
                 const dg_view *label_length, int64_t base, int64_t blank)
{
  char s[DG_SHAPE_TEXT], u[DG_SHAPE_TEXT];
  if (!dg_is_float(x->dtype))
    return dg_fail(DG_ETYPE, "ctc: wanted a float tensor, got %s", dg_dtype_name(x->dtype));
  if (!is_integer(t) || (input_length && !is_integer(input_length)) ||
      (label_length && !is_integer(label_length)))
    return dg_fail(DG_ETYPE, "ctc: labels and lengths are int32, int64 or uint8");
  if (x->ndim != 3 || t->ndim != 2 || t->shape[0] != x->shape[1])
    return dg_fail(DG_EARGUMENT,
                   "ctc: x has shape %s, t %s, wanted steps x batch x classes and batch x labels",
                   dg_shape_text(x, s), dg_shape_text(t, u));
  for (int i = 0; i < 2; i++) {
    const dg_view *length = i == 0 ? input_length : label_length;
    if (length && (length->ndim != 1 || length->shape[0] != x->shape[1]))
      return dg_fail(DG_EARGUMENT, "ctc: %s_length has shape %s, wanted one for each of %lld rows",
                     i == 0 ? "input" : "label", dg_shape_text(length, s), (long long)x->shape[1]);
  }
  if (blank < base || (uint64_t)blank - (uint64_t)base >= (uint64_t)x->shape[2])
    return dg_fail(DG_EARGUMENT,
                   "ctc: the blank symbol %lld is not one of %lld classes from %lld on",
                   (long long)blank, (long long)x->shape[2], (long long)base);
  return 0;
}

/* Lengths as int64, all of them `all` where none are given. */
static dg_tensor *lengths(dg_tensor *given, const dg_view *t, int64_t all)
{
  if (given) return dg_cast(given, DG_I64);
  return dg_cast(dg_constant(t, 1, t->shape, (double)all), DG_I64);
}

/* Blanks in place of what stands behind a row's labels, so that it may be anything. */
static dg_tensor *trimmed(dg_tensor *t, const dg_view *v, dg_tensor *label_length, int64_t blank)
{
  const int64_t column[2] = { v->shape[0], 1 };
  dg_tensor *wide = dg_cast(t, DG_I64);
  dg_body *b = wide ? dg_body_of(wide) : NULL;
  if (!b) return NULL;
  dg_tensor *places = dg_cumsum(dg_constant(&b->v, 1, v->shape + 1, 1), 0, 0);
  dg_tensor *counts = dg_le(places, dg_reshape(label_length, 2, column));
  return dg_where(counts, wide, dg_constant(&b->v, 0, NULL, (double)blank));
}

/* For each row of a batch minus the logarithm of the probability that x, steps x batch x classes
 * logarithms of probabilities, are the labels t (batch x longest, from `base` on): equal classes in
 * a row count once, and blanks not at all. input_length and label_length (batch) tell how many
 * steps and labels of each row count, all of them where they are NULL; the rest may be anything. A.
 * Graves et al., "Connectionist temporal classification", 2006. Infinite, with a gradient of 0,
 * where there are too few steps. Cannot be differentiated twice. */
DG_API dg_tensor *dg_ctc(dg_tensor *x, dg_tensor *t, dg_tensor *input_length,
                         dg_tensor *label_length, int64_t base, int64_t blank)
{
  dg_tensor *in[4] = { x, t, input_length, label_length };
  const dg_view *v[4] = { NULL };
  for (int i = 0; i < 4; i++) {
    if (i >= INPUT_LENGTH && !in[i]) continue;
    dg_body *b = dg_full_body_of(in[i]);
    if (!b) return NULL;
    v[i] = &b->v;
  }
  if (check(v[X], v[T], v[INPUT_LENGTH], v[LABEL_LENGTH], base, blank) < 0) return NULL;
  dg_pool pool = dg_pool_open();
  in[INPUT_LENGTH] = lengths(in[INPUT_LENGTH], v[T], v[X]->shape[0]);
  in[LABEL_LENGTH] = lengths(in[LABEL_LENGTH], v[T], v[T]->shape[1]);
  in[T] = trimmed(t, v[T], in[LABEL_LENGTH], blank);
  dg_call *c = dg_begin(&ctc_op, 4, in);
  if (c) c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = INT64_MIN, c->i[BLANK] = blank - base;
  return dg_pool_close(pool, dg_finish(c));
}
