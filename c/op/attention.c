/* attention.c -- scaled dot-product attention: A. Vaswani et al., "Attention is all you need", 2017.
 *
 * The kernels never hold all weights at once, forward or backward. Where backward is recorded, or a
 * mask learns, the same is computed by operators, which do. */
#include "op/random.h"

#include <math.h>

enum { CAUSAL, SEED, OFFSET };                  /* attributes */
enum { SCALE, KEEP };                           /* f[KEEP]: the part that dropout leaves */
enum { Q, K, V, MASK, Y, GY, LOG_SUM, INPUTS }; /* of attention_grad; of attention up to MASK */

static dg_attention_spec attributes(const dg_call *c)
{
  return (dg_attention_spec){ .scale = c->f[SCALE],
                              .causal = c->i[CAUSAL] != 0,
                              .keep = c->f[KEEP],
                              .seed = (uint64_t)c->i[SEED],
                              .offset = (uint64_t)c->i[OFFSET] };
}

/* Blocks of random numbers that a row of weights takes. */
static int64_t row_blocks(int64_t keys) { return (keys + 3) / 4; }

/* The mask as it is repeated over all scores. */
static dg_view spread(const dg_view *mask, const dg_view *q, const dg_view *k)
{
  dg_view scores = *q;
  scores.shape[q->ndim - 1] = k->shape[k->ndim - 2];
  return dg_view_broadcast(mask, &scores);
}

/* -- The same in operators --------------------------------------------------------------------- */

/* What the numbers of a call, or those it is to get, make of q, k and v. */
typedef struct parts {
  dg_tensor *q, *k, *v, *mask; /* mask: NULL for none */
  dg_attention_spec a;
  dg_view scores; /* their shape */
} parts;

static dg_tensor *turned(dg_tensor *x) { return dg_swap_axes(x, -1, -2); }

/* True where a query sees a key, NULL where all see all: the places of both are compared. */
static dg_tensor *visible(const parts *s)
{
  const dg_view *v = &s->scores;
  int64_t down[2] = { v->shape[v->ndim - 2], 1 }, across[2] = { 1, v->shape[v->ndim - 1] };
  dg_tensor *seen = NULL;
  if (s->a.causal)
    seen = dg_ge(dg_cumsum(dg_constant(v, 2, down, 1), 0, 0),
                 dg_cumsum(dg_constant(v, 2, across, 1), 1, 0));
  if (!s->mask) return seen;
  dg_body *m = dg_body_of(s->mask);
  dg_tensor *open = s->mask;
  if (m && m->v.dtype != DG_BOOL) open = dg_logical_not(dg_le_number(s->mask, -INFINITY));
  return seen ? dg_logical_and(seen, open) : open;
}

/* The weights before dropout. What is not seen gets a score that is very low but finite, so that a
 * row without any does not turn into NaN, and then 0. */
static dg_tensor *weights(const parts *s)
{
  dg_tensor *scores = dg_affine(dg_matmul(s->q, turned(s->k)), s->a.scale, 0);
  dg_tensor *seen = visible(s), *zero = dg_constant(&s->scores, 0, NULL, 0);
  if (!seen) return dg_softmax(scores, -1);
  dg_body *m = dg_body_of(s->mask ? s->mask : seen);
  if (m && m->v.dtype != DG_BOOL) scores = dg_add(scores, dg_where(seen, s->mask, zero));
  dg_tensor *low = dg_constant(&s->scores, 0, NULL, -1e30);
  return dg_where(seen, dg_softmax(dg_where(seen, scores, low), -1), zero);
}

/* x times the numbers of dropout. */
static dg_tensor *dropped(const parts *s, dg_tensor *x)
{
  if (s->a.keep >= 1) return x;
  dg_view like = s->scores;
  int last = like.ndim - 1;
  int64_t keys = like.shape[last];
  like.shape[last] = 4 * row_blocks(keys);
  if (dg_is_half(like.dtype)) like.dtype = DG_F32;
  dg_tensor *m = dg_constant(&like, like.ndim, like.shape, 0);
  dg_body *b = dg_body_of(m);
  if (!b || dg_backend_of(&b->v)->random(DG_BERNOULLI, &b->v, s->a.seed, s->a.offset, s->a.keep,
                                         1 / s->a.keep) < 0)
    return NULL;
  m = dg_narrow(m, last, 0, keys);
  return dg_mul(x, like.dtype == s->scores.dtype ? m : dg_cast(m, s->scores.dtype));
}

static dg_tensor *composed(const parts *s) { return dg_matmul(dropped(s, weights(s)), s->v); }

/* With p = the weights: gp = gy v' (dropped out), gs = p (gp - the row sums of gp p),
 * gq = scale gs k, gk = scale gs' q, gv = (p, dropped out)' gy. */
static void composed_grad(const parts *s, dg_tensor *gy, dg_tensor *gx[3])
{
  const int64_t last = -1;
  dg_tensor *p = weights(s), *gp = dropped(s, dg_matmul(gy, turned(s->v)));
  dg_tensor *gs = dg_mul(p, dg_sub(gp, dg_sum(dg_mul(gp, p), 1, &last, 1)));
  gs = dg_affine(gs, s->a.scale, 0);
  gx[Q] = dg_matmul(gs, s->k);
  gx[K] = dg_matmul(turned(gs), s->q);
  gx[V] = dg_matmul(turned(dropped(s, p)), gy);
}

/* -- The gradients, where they are not recorded ------------------------------------------------- */

static int attention_grad_shape(dg_call *c) { return dg_shape_inputs(c, 3); }

static int attention_grad_forward(dg_call *c)
{
  int masked = c->inputs == INPUTS;
  dg_attention_spec a = attributes(c);
  const dg_view *x[3] = { &c->x[Q]->v, &c->x[K]->v, &c->x[V]->v }, *more[3] = { NULL };
  const dg_view *gx[3] = { &c->y[Q]->v, &c->y[K]->v, &c->y[V]->v };
  for (int i = 0; i < 3; i++) more[i] = &c->x[MASK + masked + i]->v; /* y, gy, log_sum */
  dg_view mask = masked ? spread(&c->x[MASK]->v, x[Q], x[K]) : *x[Q];
  return dg_backend_of(x[Q])->attention_grad(&a, x, masked ? &mask : NULL, more[0], more[2],
                                             more[1], gx);
}

static const dg_op_class attention_grad_op = {
  .name = "attention_grad",
  .flags = DG_HALVES_FAR,
  .shape = attention_grad_shape,
  .forward = attention_grad_forward,
};

/* -- The operator ------------------------------------------------------------------------------- */

static int attention_shape(dg_call *c)
{
  const dg_view *q = &c->x[Q]->v, *v = &c->x[V]->v;
  int64_t shape[DG_MAX_NDIM];
  for (int i = 0; i < q->ndim; i++) shape[i] = q->shape[i];
  shape[q->ndim - 1] = v->shape[q->ndim - 1];
  return dg_output(c, 0, q->dtype, q->ndim, shape) ? 0 : -1;
}

static int attention_forward(dg_call *c)
{
  const dg_view *q = &c->x[Q]->v, *k = &c->x[K]->v, *y = &c->y[0]->v;
  bool masked = c->inputs > MASK;
  dg_attention_spec a = attributes(c);
  dg_body *log_sum = dg_save(c, 0, dg_wide_of(q->dtype), q->ndim - 1, q->shape);
  if (!log_sum) return -1;
  dg_view mask = masked ? spread(&c->x[MASK]->v, q, k) : *q;
  return dg_backend_of(y)->attention(&a, q, k, &c->x[V]->v, masked ? &mask : NULL, y, &log_sum->v);
}

static int fused_grad(dg_call *c, dg_tensor *gy, dg_tensor *gx[3])
{
  dg_tensor *in[INPUTS];
  int n = 0;
  for (; n < c->inputs; n++) in[n] = dg_x(c, n);
  in[n++] = dg_y(c, 0), in[n++] = gy, in[n++] = dg_saved(c, 0);
  dg_call *g = dg_begin(&attention_grad_op, n, in);
  if (!g) return -1;
  g->flags |= DG_CALL_WIDE_LAST; /* log_sum; gy has what y has */
  for (int i = 0; i <= OFFSET; i++) g->i[i] = c->i[i];
  for (int i = 0; i <= KEEP; i++) g->f[i] = c->f[i];
  return dg_finish_all(g, gx);
}

static int attention_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *made[3];
  if (dg_tape.no_backprop) {
    if (fused_grad(c, gy[0], made) < 0) return -1;
  } else {
    parts s = { .q = dg_x(c, Q), .k = dg_x(c, K), .v = dg_x(c, V), .a = attributes(c) };
    if (c->inputs > MASK) s.mask = dg_x(c, MASK);
    s.scores = c->x[Q]->v;
    s.scores.shape[s.scores.ndim - 1] = c->x[K]->v.shape[s.scores.ndim - 2];
    composed_grad(&s, gy[0], made);
  }
  for (int i = 0; i < 3; i++)
    if (dg_needs(c, i)) gx[i] = made[i];
  return 0;
}

static const dg_op_class attention_op = {
  .name = "scaled_dot_product_attention",
  .flags = DG_NARROWS | DG_HALVES_FAR,
  .shape = attention_shape,
  .forward = attention_forward,
  .backward = attention_backward,
  .reads = DG_READS_ALL_X | DG_READS_Y,
};

/* -- What is called ----------------------------------------------------------------------------- */

#define WHO "scaled_dot_product_attention"

/* Floats of 16 bits go together with all others, which become one dtype then. */
static bool fit(int a, int b)
{
  return a == b || (dg_is_float(a) && dg_is_float(b) && (dg_is_half(a) || dg_is_half(b)));
}

static int check_dtypes(const dg_view *q, const dg_view *k, const dg_view *v, const dg_view *mask)
{
  if (!dg_is_float(q->dtype))
    return dg_fail(DG_ETYPE, WHO ": wanted a float tensor, got %s", dg_dtype_name(q->dtype));
  if (!fit(k->dtype, q->dtype) || !fit(v->dtype, q->dtype))
    return dg_fail(DG_ETYPE, WHO ": dtypes %s, %s and %s differ (cast some of them)",
                   dg_dtype_name(q->dtype), dg_dtype_name(k->dtype), dg_dtype_name(v->dtype));
  if (mask && mask->dtype != DG_BOOL && !fit(mask->dtype, q->dtype))
    return dg_fail(DG_ETYPE, WHO ": the mask is %s, wanted bool or %s", dg_dtype_name(mask->dtype),
                   dg_dtype_name(q->dtype));
  return 0;
}

/* The leading axes of q, k and v, broadcast, into scores, with queries and keys behind them. */
static int find_scores(const dg_view *const *x, dg_view *scores)
{
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT], u[DG_SHAPE_TEXT];
  const dg_view *q = x[Q], *k = x[K], *v = x[V];
  bool fits = q->ndim >= 2 && k->ndim >= 2 && v->ndim >= 2;
  int ndim = DG_MAX(q->ndim, DG_MAX(k->ndim, v->ndim));
  fits = fits && q->shape[q->ndim - 1] == k->shape[k->ndim - 1] &&
         k->shape[k->ndim - 2] == v->shape[v->ndim - 2];
  for (int axis = 0; axis < ndim - 2 && fits; axis++) {
    scores->shape[axis] = 1;
    for (int i = 0; i < 3; i++) {
      int own = axis - (ndim - x[i]->ndim);
      if (own < 0 || x[i]->shape[own] == 1) continue;
      fits = fits && (scores->shape[axis] == 1 || scores->shape[axis] == x[i]->shape[own]);
      scores->shape[axis] = x[i]->shape[own];
    }
  }
  if (!fits)
    return dg_fail(DG_EARGUMENT,
                   WHO ": query %s, key %s and value %s do not fit (wanted ... x queries x depth, "
                       "... x keys x depth, ... x keys x width)",
                   dg_shape_text(q, s), dg_shape_text(k, t), dg_shape_text(v, u));
  scores->ndim = (uint8_t)ndim;
  scores->dtype = q->dtype;
  scores->device = q->device;
  scores->shape[ndim - 2] = q->shape[q->ndim - 2];
  scores->shape[ndim - 1] = k->shape[k->ndim - 2];
  return 0;
}

static int check_mask(const dg_view *mask, const dg_view *scores)
{
  char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
  bool fits = mask->ndim <= scores->ndim;
  for (int i = 1; i <= mask->ndim && fits; i++) {
    int64_t own = mask->shape[mask->ndim - i];
    fits = own == 1 || own == scores->shape[scores->ndim - i];
  }
  if (fits) return 0;
  return dg_fail(DG_EARGUMENT, WHO ": the mask is %s, which does not spread over scores of %s",
                 dg_shape_text(mask, s), dg_shape_text(scores, t));
}

/* x with the leading axes of the scores. */
static dg_tensor *with_leading(dg_tensor *x, const dg_view *v, const dg_view *scores)
{
  int64_t shape[DG_MAX_NDIM];
  for (int i = 0; i < scores->ndim - 2; i++) shape[i] = scores->shape[i];
  for (int i = 1; i <= 2; i++) shape[scores->ndim - i] = v->shape[v->ndim - i];
  return dg_broadcast_to(x, scores->ndim, shape);
}

static dg_tensor *attend(const parts *s)
{
  dg_tensor *in[4] = { s->q, s->k, s->v, s->mask };
  dg_call *c = dg_begin(&attention_op, s->mask ? 4 : 3, in);
  if (!c) return NULL;
  c->i[CAUSAL] = s->a.causal;
  c->i[SEED] = (int64_t)s->a.seed, c->i[OFFSET] = (int64_t)s->a.offset;
  c->f[SCALE] = s->a.scale, c->f[KEEP] = s->a.keep;
  return dg_finish(c);
}

/* softmax(scale q k' + mask) v, over the keys, for q (..., queries, depth), k (..., keys, depth) and
 * v (..., keys, width), leading axes broadcast: (..., queries, width). The mask, or NULL, spreads
 * over (..., queries, keys): bools, true where a query sees a key, or numbers to be added, which
 * learn. `causal`: no query sees keys of higher positions; not together with a mask. A query that
 * sees none gets 0. Each weight is dropped out with probability `dropout`, in [0, 1), whatever mode
 * there is. A `scale` of NaN stands for 1 / sqrt(depth). Memory does not grow with queries times
 * keys, but for a mask that learns and under double backprop. Floats of one dtype. */
DG_API dg_tensor *dg_attention(dg_tensor *q, dg_tensor *k, dg_tensor *v, dg_tensor *mask,
                               double dropout, int causal, double scale)
{
  dg_body *b[4] = { dg_full_body_of(q), NULL };
  if (b[Q]) b[K] = dg_full_body_of(k);
  if (b[K]) b[V] = dg_full_body_of(v);
  if (b[V] && mask) b[MASK] = dg_full_body_of(mask);
  if (!b[V] || (mask && !b[MASK])) return NULL;
  const dg_view *x[3] = { &b[Q]->v, &b[K]->v, &b[V]->v }, *m = mask ? &b[MASK]->v : NULL;
  parts s = { .mask = mask, .a = { .scale = scale, .causal = causal != 0, .keep = 1 - dropout } };
  if (check_dtypes(x[Q], x[K], x[V], m) < 0 || find_scores(x, &s.scores) < 0) return NULL;
  if (m && check_mask(m, &s.scores) < 0) return NULL;
  if (!(dropout >= 0 && dropout < 1)) {
    dg_fail(DG_EARGUMENT, WHO ": dropout_p is %g, wanted one from 0 to below 1", dropout);
    return NULL;
  }
  if (mask && causal) {
    dg_fail(DG_EARGUMENT, WHO ": is_causal and attn_mask exclude each other");
    return NULL;
  }
  if (scale != scale) s.a.scale = 1 / sqrt((double)x[Q]->shape[x[Q]->ndim - 1]);
  if (dropout > 0) {
    uint64_t blocks = (uint64_t)row_blocks(s.scores.shape[s.scores.ndim - 1]);
    for (int i = 0; i < s.scores.ndim - 1; i++) blocks *= (uint64_t)s.scores.shape[i];
    dg_reserve(blocks, &s.a.seed, &s.a.offset);
  }
  bool learns = mask && b[MASK]->flags & DG_REQUIRES_GRAD && !dg_tape.no_backprop;
  dg_pool pool = dg_pool_open();
  s.q = with_leading(q, x[Q], &s.scores);
  s.k = with_leading(k, x[K], &s.scores);
  s.v = with_leading(v, x[V], &s.scores);
  return dg_pool_close(pool, learns ? composed(&s) : attend(&s));
}
