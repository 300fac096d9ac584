/* embed_id.c -- rows of a matrix by number, and sums of rows by number. */
#include "op/embedded.h"
#include "op/label.h"

#include "node/rows.h"

/* Input 0 holds the numbers, input 1 the rows. Both operators are linear in the rows, and each is
 * the gradient of the other. */
/* Attributes, beside those of labels: of embed_id_grad how many rows W has; of the others whether
 * the gradient may be rows. */
enum { ROWS = 2, SPARSE = 2 };

static const dg_op_class embed_id_grad_op;

static dg_tensor *apply(const dg_op_class *op, dg_call *from, dg_tensor *rows, int64_t count)
{
  dg_call *c = dg_begin2(op, dg_x(from, 0), rows);
  if (!c) return NULL;
  c->i[DG_LABEL_BASE] = from->i[DG_LABEL_BASE];
  c->i[DG_LABEL_IGNORED] = from->i[DG_LABEL_IGNORED];
  c->i[ROWS] = count;
  return dg_finish(c);
}

/* -- embed_id: y[...] = W[id[...]] ------------------------------------------------------------- */

static int embed_id_shape(dg_call *c)
{
  const dg_view *id = &c->x[0]->v, *w = &c->x[1]->v;
  char text[DG_SHAPE_TEXT];
  int64_t shape[DG_MAX_NDIM + 1];
  if (dg_wants_labels(c, 0) < 0 || dg_wants_float(c, 1) < 0) return -1;
  if (w->ndim != 2)
    return dg_op_fail(c, DG_EARGUMENT, "W has shape %s, wanted a matrix", dg_shape_text(w, text));
  for (int i = 0; i < id->ndim; i++) shape[i] = id->shape[i];
  shape[id->ndim] = w->shape[1];
  return dg_output(c, 0, w->dtype, id->ndim + 1, shape) ? 0 : -1;
}

static int embed_id_forward(dg_call *c)
{
  dg_labels l;
  int64_t used;
  const dg_view *w = &c->x[1]->v, *y = &c->y[0]->v;
  if (dg_labels_checked(c, 0, w->shape[0], &l, &used) < 0) return -1;
  return dg_backend_of(y)->take_rows(w, &l, y);
}

/* A leaf takes the gradient as rows, unless this is to be differentiated again. */
bool dg_embed_is_sparse(const dg_call *c)
{
  return c->i[SPARSE] && !c->x[1]->creator && dg_tape.no_backprop;
}

static dg_tensor *by_rows(const dg_call *c, const dg_view *g)
{
  dg_labels l = dg_labels_of(c, 0, c->x[1]->v.shape[0]);
  return dg_rows_new(&c->x[1]->v, &l, g);
}

static int embed_id_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (dg_embed_is_sparse(c)) gx[1] = by_rows(c, &dg_body_of(gy[0])->v);
  else gx[1] = apply(&embed_id_grad_op, c, gy[0], c->x[1]->v.shape[0]);
  return 0;
}

const dg_op_class dg_embed_id_op = {
  .name = "embed_id",
  .shape = embed_id_shape,
  .forward = embed_id_forward,
  .backward = embed_id_backward,
  .reads = DG_READS_X0,
};

/* -- embed_id_grad: y[id[...]] = the sum of x[...] --------------------------------------------- */

static int embed_id_grad_shape(dg_call *c)
{
  const dg_view *id = &c->x[0]->v, *x = &c->x[1]->v;
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (dg_wants_labels(c, 0) < 0 || dg_wants_float(c, 1) < 0) return -1;
  bool fits = x->ndim == id->ndim + 1;
  for (int i = 0; i < id->ndim && fits; i++) fits = x->shape[i] == id->shape[i];
  if (!fits)
    return dg_op_fail(c, DG_EARGUMENT, "x has shape %s, wanted one row for each of %s",
                      dg_shape_text(x, s), dg_shape_text(id, t));
  int64_t shape[2] = { c->i[ROWS], x->shape[x->ndim - 1] };
  return dg_output(c, 0, x->dtype, 2, shape) ? 0 : -1;
}

static int embed_id_grad_forward(dg_call *c)
{
  dg_labels l;
  int64_t used;
  if (dg_labels_checked(c, 0, c->i[ROWS], &l, &used) < 0) return -1;
  return dg_backend_of(&l.t)->add_rows(&c->x[1]->v, &l, &c->y[0]->v);
}

static int embed_id_grad_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[1] = apply(&dg_embed_id_op, c, gy[0], c->i[ROWS]);
  return 0;
}

static const dg_op_class embed_id_grad_op = {
  .name = "embed_id_grad",
  .shape = embed_id_grad_shape,
  .forward = embed_id_grad_forward,
  .backward = embed_id_grad_backward,
  .reads = DG_READS_X0,
};

/* -- embedding_bag: y[i] = the sum of W[id[i, k]] over k, and the bias if there is one ------------ */

static const dg_view *bias_of(const dg_call *c) { return c->inputs > 2 ? &c->x[2]->v : NULL; }

static int check_bias(const dg_view *w, const dg_view *b)
{
  char text[DG_SHAPE_TEXT];
  if (b->dtype != w->dtype)
    return dg_fail(DG_ETYPE, "embedding_bag: the bias is %s, wanted %s as W (cast one of them)",
                   dg_dtype_name(b->dtype), dg_dtype_name(w->dtype));
  if (b->ndim != 1 || b->shape[0] != w->shape[1])
    return dg_fail(DG_EARGUMENT,
                   "embedding_bag: the bias has shape %s, wanted %lld as W has columns",
                   dg_shape_text(b, text), (long long)w->shape[1]);
  return 0;
}

static int bag_shape(dg_call *c)
{
  const dg_view *id = &c->x[0]->v, *w = &c->x[1]->v;
  char text[DG_SHAPE_TEXT];
  if (dg_wants_labels(c, 0) < 0 || dg_wants_float(c, 1) < 0) return -1;
  if (id->ndim != 2)
    return dg_op_fail(c, DG_EARGUMENT, "the ids have shape %s, wanted a matrix",
                      dg_shape_text(id, text));
  if (w->ndim != 2)
    return dg_op_fail(c, DG_EARGUMENT, "W has shape %s, wanted a matrix", dg_shape_text(w, text));
  if (c->inputs > 2 && check_bias(w, bias_of(c)) < 0) return -1;
  const int64_t shape[2] = { id->shape[0], w->shape[1] };
  return dg_output(c, 0, w->dtype, 2, shape) ? 0 : -1;
}

static int bag_forward(dg_call *c)
{
  dg_labels l;
  int64_t used;
  const dg_view *w = &c->x[1]->v, *y = &c->y[0]->v;
  if (dg_labels_checked(c, 0, w->shape[0], &l, &used) < 0) return -1;
  return dg_backend_of(y)->sum_rows(w, &l, bias_of(c), y);
}

/* The gradient of a bag's sum for each of its rows. */
static dg_view spread(const dg_call *c, const dg_view *gy)
{
  const dg_view *id = &c->x[0]->v, *w = &c->x[1]->v;
  dg_view g = *gy;
  g.ndim = 3;
  g.shape[1] = id->shape[1], g.shape[2] = w->shape[1];
  g.stride[2] = g.stride[1], g.stride[1] = 0;
  dg_view_finish(&g);
  return g;
}

/* Every row of a bag gets the gradient of its sum, the bias that of all sums. */
static int bag_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (c->inputs > 2 && dg_needs(c, 2)) gx[2] = dg_unbroadcast(c, 2, gy[0]);
  if (!dg_needs(c, 1)) return 0;
  const dg_view *id = &c->x[0]->v, *w = &c->x[1]->v;
  const int64_t once[3] = { id->shape[0], 1, w->shape[1] };
  const int64_t each[3] = { id->shape[0], id->shape[1], w->shape[1] };
  if (dg_embed_is_sparse(c)) {
    const dg_view g = spread(c, &dg_body_of(gy[0])->v);
    gx[1] = by_rows(c, &g);
    return 0;
  }
  dg_tensor *g = dg_broadcast_to(dg_reshape(gy[0], 3, once), 3, each);
  gx[1] = apply(&embed_id_grad_op, c, g, w->shape[0]);
  return 0;
}

static int sum_bags(const dg_view *gy, const dg_view *gb)
{
  const dg_backend *d = dg_backend_of(gy);
  dg_view sum = *gb;
  sum.ndim = 2;
  sum.shape[0] = 1, sum.shape[1] = gb->shape[0];
  sum.stride[0] = gb->shape[0], sum.stride[1] = 1;
  return gy->shape[0] == 1 ? d->copy(gy, &sum) : d->reduce(DG_SUM, gy, &sum, 1);
}

static int bag_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  dg_body *gw = gx[1];
  if (c->inputs > 2 && gx[2] && sum_bags(gy, &gx[2]->v) < 0) return -1;
  if (!gw) return 0;
  const dg_labels l = dg_labels_of(c, 0, gw->v.shape[0]);
  const dg_view g = spread(c, gy);
  if (!gw->store && c->i[SPARSE]) return dg_rows_take(gw, &l, &g);
  if (!gw->store && dg_body_allocate(gw, DG_GRADIENT) < 0) return -1;
  return dg_backend_of(gy)->add_rows(&g, &l, &gw->v);
}

static const dg_op_class bag_op = {
  .name = "embedding_bag",
  .shape = bag_shape,
  .forward = bag_forward,
  .backward = bag_backward,
  .reads = DG_READS_X0,
  .flags = DG_ROWS_X1,
  .direct = bag_direct,
};

/* Rows of W (ids, size) by number: shape of id, then size. `id` has int32, int64 or uint8 from
 * `base` on; `ignore_label` gives a row of zeros (INT64_MIN: none does). With `sparse` the gradient
 * of a leaf W is kept as the rows that were taken (dg_gradient_rows), where nothing is recorded. */
DG_API dg_tensor *dg_embed_id(dg_tensor *id, dg_tensor *W, int64_t base, int64_t ignore_label,
                              int sparse)
{
  dg_call *c = dg_begin2(&dg_embed_id_op, id, W);
  if (c) c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = ignore_label, c->i[SPARSE] = sparse;
  return dg_finish(c);
}

/* The same of more operators, for floats of 16 bits. */
static dg_tensor *sum_embedded(dg_tensor *id, dg_tensor *W, dg_tensor *bias, int64_t base,
                               int64_t ignore_label, int sparse)
{
  const int64_t inner = 1;
  const dg_body *b = bias ? dg_full_body_of(bias) : NULL;
  if (bias && (!b || dg_body_of(W)->v.ndim != 2 || check_bias(&dg_body_of(W)->v, &b->v) < 0))
    return NULL;
  dg_pool pool = dg_pool_open();
  dg_tensor *rows = dg_embed_id(id, W, base, ignore_label, sparse);
  dg_tensor *sums = dg_sum(rows, 1, &inner, 0);
  return dg_pool_close(pool, bias ? dg_add(sums, bias) : sums);
}

/* The sums of the rows of W (ids, size) that the rows of `id`, a matrix, name: bags, size. `bias`,
 * of W's columns, is added to each unless it is NULL. The rest is as in dg_embed_id. */
DG_API dg_tensor *dg_embedding_bag(dg_tensor *id, dg_tensor *W, dg_tensor *bias, int64_t base,
                                   int64_t ignore_label, int sparse)
{
  const dg_body *w = dg_full_body_of(W), *ids = w ? dg_full_body_of(id) : NULL;
  if (!ids) return NULL;
  if (dg_is_half(w->v.dtype) && ids->v.ndim == 2)
    return sum_embedded(id, W, bias, base, ignore_label, sparse);
  dg_call *c = dg_begin(&bag_op, bias ? 3 : 2, (dg_tensor *[]){ id, W, bias });
  if (c) c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = ignore_label, c->i[SPARSE] = sparse;
  return dg_finish(c);
}

/* A matrix of `rows` rows: each is the sum of the rows of x (shape of id, then size) that have its
 * number, from `base` on; those with the number `ignore_label` are left out. The gradient of
 * embed_id. */
DG_API dg_tensor *dg_embed_id_grad(dg_tensor *id, dg_tensor *x, int64_t rows, int64_t base,
                                   int64_t ignore_label)
{
  dg_call *c = dg_begin2(&embed_id_grad_op, id, x);
  if (c) c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = ignore_label, c->i[ROWS] = rows;
  return dg_finish(c);
}
