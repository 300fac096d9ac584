/* linear.c -- the linear layer y = x W' + b, and its gradients in one go. */
#include "op/op.h"

#include "node/rows.h"
#include "op/embedded.h"

enum { WANTED };                 /* attribute of linear_grad: which gradients, as a bit set */
enum { GX = 1, GW = 2, GB = 4 }; /* its bits */

static int linear_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v, *b = c->inputs > 2 ? &c->x[2]->v : NULL;
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  if (dg_wants_float(c, 0) < 0) return -1;
  if (w->dtype != x->dtype || (b && b->dtype != x->dtype))
    return dg_op_fail(c, DG_ETYPE, "dtypes %s, %s%s%s differ (cast some of them)",
                      dg_dtype_name(x->dtype), dg_dtype_name(w->dtype), b ? ", " : "",
                      b ? dg_dtype_name(b->dtype) : "");
  if (x->ndim != 2 || w->ndim != 2)
    return dg_op_fail(c, DG_EARGUMENT, "wanted matrices, x is %s and W is %s", dg_shape_text(x, s),
                      dg_shape_text(w, t));
  if (x->shape[1] != w->shape[1])
    return dg_op_fail(c, DG_EARGUMENT, "inner sizes %lld and %lld differ (x is %s, W is %s)",
                      (long long)x->shape[1], (long long)w->shape[1], dg_shape_text(x, s),
                      dg_shape_text(w, t));
  if (b && (b->ndim != 1 || b->shape[0] != w->shape[0]))
    return dg_op_fail(c, DG_EARGUMENT, "b is %s, wanted %lld as W is %s", dg_shape_text(b, s),
                      (long long)w->shape[0], dg_shape_text(w, t));
  int64_t shape[2] = { x->shape[0], w->shape[0] };
  return dg_output(c, 0, x->dtype, 2, shape) ? 0 : -1;
}

/* Multiplies each different row once. */
static int embedded_forward(const dg_call *c, const dg_view *b)
{
  const dg_view *w = &c->x[1]->v, *y = &c->y[0]->v;
  const dg_backend *d = dg_backend_of(y);
  dg_embedded e;
  dg_embedded_of(c, &e);
  dg_body *products = dg_body_matrix(y->dtype, e.rows.shape[0], y->shape[1], DG_WORKSPACE);
  int status = products ? d->linear(&e.rows, w, b, &products->v) : -1;
  if (status == 0) status = d->take_rows(&products->v, &e.places, y);
  if (products) dg_body_free(products);
  return status;
}

static int linear_forward(dg_call *c)
{
  const dg_body *x = c->x[0];
  const dg_view *b = c->inputs > 2 ? &c->x[2]->v : NULL;
  if (x->creator && (double)x->v.size * (double)c->x[1]->v.shape[0] >= DG_EMBEDDED_LEAST) {
    int repeats = dg_embedded_note(c);
    if (repeats != 0) return repeats < 0 ? -1 : embedded_forward(c, b);
  }
  return dg_backend_of(&c->y[0]->v)->linear(&x->v, &c->x[1]->v, b, &c->y[0]->v);
}

/* -- The gradients: gx = gy W, gW = gy' x, gb = the sum of the rows of gy --------------------- */

static int linear_grad_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v;
  int n = 0, wanted = (int)c->i[WANTED];
  if (dg_outputs(c, __builtin_popcount((unsigned)wanted)) < 0) return -1;
  if (wanted & GX && !dg_output_like(c, n++, x->dtype, x)) return -1;
  if (wanted & GW && !dg_output_like(c, n++, x->dtype, w)) return -1;
  if (wanted & GB && !dg_output(c, n++, x->dtype, 1, w->shape)) return -1;
  return 0;
}

/* From the outputs that exist to gx, gW, gb; NULL for the others. */
#define SPREAD(c, from, to)                                                                        \
  for (int bit_ = 0, n_ = 0; bit_ < 3; bit_++)                                                     \
  (to)[bit_] = (c)->i[WANTED] >> bit_ & 1 ? (from)[n_++] : NULL

static int linear_grad_forward(dg_call *c)
{
  dg_body *y[3];
  SPREAD(c, c->y, y);
  return dg_backend_of(&c->x[0]->v)
      ->linear_grad(&c->x[0]->v, &c->x[1]->v, &c->x[2]->v, y[0] ? &y[0]->v : NULL,
                    y[1] ? &y[1]->v : NULL, y[2] ? &y[2]->v : NULL);
}

static dg_tensor *plus(dg_tensor *a, dg_tensor *b) { return a && b ? dg_add(a, b) : a ? a : b; }

/* With h = the gradients of gx, gW, gb: x gets gy hW, W gets gy' hx, and gy what y would be for hx
 * in place of x, plus what it would be for hW, hb in place of W, b. */
static int linear_grad_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *w = dg_x(c, 1), *g = dg_x(c, 2), *h[3];
  SPREAD(c, gy, h);
  if (dg_needs(c, 0) && h[1]) gx[0] = dg_matmul(g, h[1]);
  if (dg_needs(c, 1) && h[0]) gx[1] = dg_matmul(dg_swap_axes(g, 0, 1), h[0]);
  if (!dg_needs(c, 2)) return 0;
  const dg_view *like = &c->x[2]->v;
  dg_tensor *by_x = h[0] ? dg_linear(h[0], w, NULL) : NULL;
  dg_tensor *by_w = h[1] ? dg_linear(x, h[1], NULL) : NULL;
  dg_tensor *by_b = h[2] ? dg_broadcast_to(h[2], like->ndim, like->shape) : NULL;
  gx[2] = plus(plus(by_x, by_w), by_b);
  return 0;
}

static const dg_op_class linear_grad_op = {
  .name = "linear_grad",
  .flags = DG_HALVES_FAR,
  .shape = linear_grad_shape,
  .forward = linear_grad_forward,
  .backward = linear_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2,
};

/* -- The layer -------------------------------------------------------------------------------- */

static int linear_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *from[3] = { dg_x(c, 0), dg_x(c, 1), gy[0] }, *made[3];
  int wanted = 0;
  for (int i = 0; i < c->inputs; i++) wanted |= dg_needs(c, i) << i;
  dg_call *g = dg_begin(&linear_grad_op, 3, from);
  if (!g) return -1;
  g->i[WANTED] = wanted;
  if (dg_finish_all(g, made) < 0) return -1;
  for (int i = 0, n = 0; i < c->inputs; i++)
    if (wanted >> i & 1) gx[i] = made[n++];
  return 0;
}

enum { WORTH = 8 }; /* how many times as large as its vectors a product is that is worth them */

/* What W gets from a single row of input is left as two vectors where they are much smaller. */
static int make_weight_gradient(dg_body *gw, const dg_view *x, const dg_view *gy)
{
  bool is_small = gw->v.size < WORTH * (x->size + gy->size);
  if (x->shape[0] == 1 && x->device == 0 && !is_small) return dg_outer_set(gw, gy, x);
  dg_outer_drop(gw);
  return dg_body_allocate(gw, DG_GRADIENT);
}

/* The gradient of the table that the rows came from, from those of the different rows of y. */
static int give_table(const dg_embedded *e, const dg_view *w, const dg_view *sums, dg_body *table)
{
  if (dg_rows_set(table, &e->numbers) < 0) return -1;
  const dg_view rows = dg_view_part(&e->rows, 0, 0, e->numbers.size);
  const dg_view gy = dg_view_part(sums, 0, 0, e->numbers.size);
  return dg_backend_of(w)->linear_grad(&rows, w, &gy, &dg_rows_elements(table)->v, NULL, NULL);
}

/* Sums the gradients of equal rows, and goes on with these. */
static int embedded_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx,
                           const dg_view *const *to, bool add)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v;
  const dg_backend *d = dg_backend_of(gy);
  dg_embedded e;
  dg_embedded_of(c, &e);
  dg_body *sums = dg_body_matrix(gy->dtype, e.rows.shape[0], gy->shape[1], DG_WORKSPACE);
  int status = sums ? d->add_rows(gy, &e.places, &sums->v) : -1;
  if (status == 0)
    status = (add ? d->linear_grad_add : d->linear_grad)(&e.rows, w, &sums->v, NULL, to[1], to[2]);
  if (status == 0 && to[0]) status = d->linear_grad(x, w, gy, to[0], NULL, NULL);
  else if (status == 0 && gx[0]) status = give_table(&e, w, &sums->v, gx[0]);
  if (sums) dg_body_free(sums);
  return status;
}

/* Adds to vectors that wait: others of a single row, or they are multiplied out. */
static int add_to_vectors(dg_body *gw, const dg_view *x, const dg_view *gy)
{
  int added = x->shape[0] == 1 ? dg_outer_append(gw, gy, x) : 0;
  return added != 0 ? DG_MIN(added, 0) : dg_outer_write(gw);
}

static int go_back(const dg_call *c, const dg_view *gy, dg_body *const *gx, bool add)
{
  const dg_view *x = &c->x[0]->v, *w = &c->x[1]->v, *to[3] = { NULL };
  const dg_backend *d = dg_backend_of(gy);
  dg_body *gw = gx[1];
  int (*prepare)(dg_body *, const dg_view *, const dg_view *) =
      add ? add_to_vectors : make_weight_gradient;
  if (gw && !gw->store && prepare(gw, x, gy) < 0) return -1;
  for (int i = 0; i < c->inputs; i++) to[i] = gx[i] && gx[i]->store ? &gx[i]->v : NULL;
  if (dg_is_embedded(c)) return embedded_direct(c, gy, gx, to, add);
  return (add ? d->linear_grad_add : d->linear_grad)(x, w, gy, to[0], to[1], to[2]);
}

static int linear_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  return go_back(c, gy, gx, false);
}

static int linear_direct_add(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  return go_back(c, gy, gx, true);
}

static const dg_op_class linear_op = {
  .name = "linear",
  .shape = linear_shape,
  .forward = linear_forward,
  .backward = linear_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
  .flags = DG_NARROWS | DG_HALVES_FAR | DG_OUTER_X1 | DG_EMBEDS_X0,
  .direct = linear_direct,
  .direct_add = linear_direct_add,
};

/* Whether a layer may go the short way: all that linear_shape asks for is there, and the product is too
 * small for equal rows to be looked for. */
static bool is_short(const dg_body *x, const dg_body *W, const dg_body *b)
{
  if (!dg_is_full(x) || !dg_is_full(W) || !dg_is_full(b) || dg_tape.mixed) return false;
  int dtype = x->v.dtype;
  uint32_t matrix = dg_plain_layout(dtype, 2), vector = dg_plain_layout(dtype, 1);
  int64_t out = W->v.shape[0];
  return dtype <= DG_F64 && dg_view_layout(&x->v) == matrix && dg_view_layout(&W->v) == matrix &&
         dg_view_layout(&b->v) == vector && x->v.shape[1] == W->v.shape[1] &&
         b->v.shape[0] == out && x->v.size > 0 && x->v.size < DG_EMBEDDED_LEAST &&
         out < DG_EMBEDDED_LEAST && x->v.size * out < DG_EMBEDDED_LEAST && !dg_graphs_recording;
}

/* The way of small models, where a layer takes less time than rules and checks. */
static dg_tensor *go_short(dg_body *const in[3])
{
  const dg_view *x = &in[0]->v, *W = &in[1]->v;
  dg_body *y = dg_body_matrix(x->dtype, x->shape[0], W->shape[0], DG_ACTIVATION);
  int status = DG_LIKELY(y != NULL) ? dg_backend_of(x)->linear(x, W, &in[2]->v, &y->v) : -1;
  if (DG_LIKELY(status == 0)) return dg_yield(&linear_op, 3, in, y, NULL, 0);
  dg_fail_prefix("linear: ");
  if (y) dg_body_free(y);
  return NULL;
}

static dg_tensor *of_matrix(dg_tensor *x, dg_tensor *W, dg_tensor *b)
{
  return dg_finish(b ? dg_begin3(&linear_op, x, W, b) : dg_begin2(&linear_op, x, W));
}

/* The same for x whose rows have several axes. */
static dg_tensor *of_rows(const dg_view *v, dg_tensor *x, dg_tensor *W, dg_tensor *b)
{
  int64_t columns = 1;
  for (int i = 1; i < v->ndim; i++) columns *= v->shape[i]; /* no more than v's size, or none */
  int64_t shape[2] = { v->shape[0], columns };
  dg_pool pool = dg_pool_open();
  return dg_pool_close(pool, of_matrix(dg_reshape(x, 2, shape), W, b));
}

/* x W' + b for x (batch, in), W (out, in) and b (out), or none where b is NULL: (batch, out). The
 * axes of x after the first are taken as one. Floats of one dtype. */
DG_API dg_tensor *dg_linear(dg_tensor *x, dg_tensor *W, dg_tensor *b)
{
  dg_body *in[3] = { dg_living_body(x), dg_living_body(W), b ? dg_living_body(b) : NULL };
  if (DG_LIKELY(is_short(in[0], in[1], in[2]))) return go_short(in);
  if (in[0] && in[0]->v.ndim > 2) return of_rows(&in[0]->v, x, W, b);
  return of_matrix(x, W, b);
}
