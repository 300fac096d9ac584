/* normalization.c -- the rule of all normalizations: shapes, running averages, gradients. */
#include "op/normalization.h"

/* Attributes. f: eps, decay. Inputs: x, then those of gamma, beta, running mean and variance that
 * are there; beta and the averages never without gamma. */
enum { AXES, AFFINE, CENTRED, HAS_BETA, HAS_AVERAGES };
enum { EPS, DECAY };

static bool has_gamma(const dg_call *c) { return c->inputs > 1; }

dg_view dg_affine_view(const dg_view *x, const dg_view *gamma, int64_t affine)
{
  dg_view v = *gamma;
  v.ndim = x->ndim;
  for (int i = 0, own = 0; i < x->ndim; i++) {
    bool spans = affine >> i & 1;
    v.shape[i] = spans ? gamma->shape[own] : 1;
    v.stride[i] = spans ? gamma->stride[own] : 0;
    own += spans;
  }
  dg_view_finish(&v);
  return v;
}

int dg_wants_affine(dg_call *c, int last, int wide, int64_t affine, const char *const *names)
{
  const dg_view *x = &c->x[0]->v;
  dg_view wanted = dg_view_along(x, (unsigned)affine);
  for (int i = 1; i <= last; i++) {
    const dg_view *v = &c->x[i]->v;
    char a[DG_SHAPE_TEXT], b[DG_SHAPE_TEXT];
    bool fits = v->dtype == x->dtype || (i > last - wide && dg_wide_of(x->dtype) == v->dtype);
    if (fits && dg_same_shape(v, &wanted)) continue;
    return dg_op_fail(c, DG_EARGUMENT, "%s is %s %s, wanted %s %s", names[i - 1],
                      dg_dtype_name(v->dtype), dg_shape_text(v, a), dg_dtype_name(x->dtype),
                      dg_shape_text(&wanted, b));
  }
  return 0;
}

int dg_normalization_shape(dg_call *c)
{
  static const char *const all[] = { "gamma", "beta", "running_mean", "running_var" };
  const char *names[4] = { all[0] };
  int count = 1;
  if (c->i[HAS_BETA]) names[count++] = all[1];
  names[count] = all[2], names[count + 1] = all[3];
  const dg_view *x = &c->x[0]->v;
  int averages = c->i[HAS_AVERAGES] ? 2 : 0;
  if (dg_wants_float(c, 0) < 0) return -1;
  if (dg_wants_affine(c, c->inputs - 1, averages, c->i[AFFINE], names) < 0) return -1;
  for (int i = c->inputs - 2; c->i[HAS_AVERAGES] && i < c->inputs; i++)
    if (!c->x[i]->v.contiguous)
      return dg_op_fail(c, DG_EARGUMENT, "%s is not contiguous", names[i - 1]);
  return dg_output_like(c, 0, x->dtype, x) ? 0 : -1;
}

/* average = decay average + (1 - decay) factor now, in place. */
static int follow(dg_body *average, const dg_view *now, double decay, double factor)
{
  const dg_view *to = &average->v;
  dg_view from = *to;
  from.data = now->data;
  dg_update shrink = { .rule = DG_UPDATE_SCALE, .states = 1, .fixed = true, .f = { decay } };
  dg_update add = {
    .rule = DG_UPDATE_ADD, .states = 2, .fixed = true, .f = { (1 - decay) * factor }
  };
  const dg_backend *d = dg_backend_of(to);
  if (d->update(&shrink, (const dg_view *[]){ to }) < 0) return -1;
  if (d->update(&add, (const dg_view *[]){ to, &from }) < 0) return -1;
  dg_touch(average);
  return 0;
}

int dg_normalization_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_view kept = dg_view_keepdims(x, (unsigned)c->i[AXES]), gamma, beta;
  dg_body *mean = dg_save(c, 0, dg_wide_of(x->dtype), kept.ndim, kept.shape);
  dg_body *var = mean ? dg_save(c, 1, dg_wide_of(x->dtype), kept.ndim, kept.shape) : NULL;
  if (!var) return -1;
  dg_norm n = {
    .axes = (unsigned)c->i[AXES],
    .centred = c->i[CENTRED] != 0,
    .eps = c->f[EPS],
    .mean = &mean->v,
    .var = &var->v,
  };
  if (has_gamma(c)) gamma = dg_affine_view(x, &c->x[1]->v, c->i[AFFINE]);
  if (c->i[HAS_BETA]) beta = dg_affine_view(x, &c->x[2]->v, c->i[AFFINE]);
  if (dg_backend_of(x)->normalize(&n, x, has_gamma(c) ? &gamma : NULL,
                                  c->i[HAS_BETA] ? &beta : NULL, &c->y[0]->v) < 0)
    return -1;
  if (!c->i[HAS_AVERAGES] || x->size == 0) return 0;
  double m = (double)(x->size / kept.size), unbiased = m / DG_MAX(m - 1, 1);
  dg_body *const *average = c->x + c->inputs - 2;
  if (follow(average[0], &mean->v, c->f[DECAY], 1) < 0) return -1;
  return follow(average[1], &var->v, c->f[DECAY], unbiased);
}

/* -- The gradients, an operator of their own -------------------------------------------------- */

/* Inputs: x, g, perhaps gamma, mean, var. Outputs: those of gx, ggamma, gbeta that are wanted.
 * mean and var count as functions of x. */
enum { WANTED = HAS_BETA }; /* a bit set */
enum { WANTS_X = 1, WANTS_GAMMA = 2, WANTS_BETA = 4 };

static bool weighs(const dg_call *c) { return c->inputs > 4; }
static int mean_at(const dg_call *c) { return c->inputs - 2; }
static int var_at(const dg_call *c) { return c->inputs - 1; }

static int grad_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_view along = dg_view_along(x, (unsigned)c->i[AFFINE]);
  int64_t wanted = c->i[WANTED];
  int count =
      (wanted & WANTS_X ? 1 : 0) + (wanted & WANTS_GAMMA ? 1 : 0) + (wanted & WANTS_BETA ? 1 : 0);
  if (dg_outputs(c, count) < 0) return -1;
  for (int i = 0; i < count; i++)
    if (!dg_output_like(c, i, x->dtype, i == 0 && wanted & WANTS_X ? x : &along)) return -1;
  return 0;
}

static int grad_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *gx = NULL;
  dg_view gamma, ggamma, gbeta;
  int64_t affine = c->i[AFFINE], wanted = c->i[WANTED];
  dg_body *const *y = c->y;
  dg_norm n = {
    .axes = (unsigned)c->i[AXES],
    .centred = c->i[CENTRED] != 0,
    .given = true,
    .eps = c->f[EPS],
    .mean = &c->x[mean_at(c)]->v,
    .var = &c->x[var_at(c)]->v,
  };
  if (weighs(c)) gamma = dg_affine_view(x, &c->x[2]->v, affine);
  if (wanted & WANTS_X) gx = &(*y++)->v;
  if (wanted & WANTS_GAMMA) ggamma = dg_affine_view(x, &(*y++)->v, affine);
  if (wanted & WANTS_BETA) gbeta = dg_affine_view(x, &(*y++)->v, affine);
  return dg_backend_of(x)->normalize_grad(&n, x, weighs(c) ? &gamma : NULL, &c->x[1]->v, gx,
                                          wanted & WANTS_GAMMA ? &ggamma : NULL,
                                          wanted & WANTS_BETA ? &gbeta : NULL);
}

static dg_tensor *over(dg_tensor *(*f)(dg_tensor *, int, const int64_t *, int), dg_tensor *x,
                       int64_t set, int keepdims)
{
  int64_t axes[DG_MAX_NDIM];
  int count = 0;
  for (int i = 0; i < DG_MAX_NDIM; i++)
    if (set >> i & 1) axes[count++] = i;
  return count > 0 ? f(x, count, axes, keepdims) : x;
}

/* The mean over the axes of a call, and the sum over those along which gamma repeats. */
static dg_tensor *mean_of(const dg_call *c, dg_tensor *x)
{
  return over(dg_mean, x, c->i[AXES], 1);
}
static dg_tensor *affine_sum(const dg_call *c, dg_tensor *x)
{
  int64_t all = ((int64_t)1 << c->x[0]->v.ndim) - 1;
  return over(dg_sum, x, all & ~c->i[AFFINE], 0);
}

/* gamma or beta as if it had x's rank. */
static dg_tensor *spread_affine(const dg_call *c, dg_tensor *gamma)
{
  const dg_view *x = &c->x[0]->v;
  dg_view kept = dg_view_keepdims(x, (unsigned)~c->i[AFFINE]);
  return dg_reshape(gamma, kept.ndim, kept.shape);
}

static int gradients(const dg_call *c, dg_tensor *g, dg_tensor *mean, dg_tensor *var,
                     dg_tensor *gamma, int64_t wanted, dg_tensor **y);

/* r P(v), with P(v) = v - mean of v - xh mean of v xh: what x gets of a gradient v of xh. */
static dg_tensor *pull(const dg_call *c, dg_tensor *v)
{
  dg_tensor *y = NULL;
  gradients(c, v, dg_x(c, mean_at(c)), dg_x(c, var_at(c)), NULL, WANTS_X, &y);
  return y;
}

/* 1 / sqrt(var + eps) and x normalized, as functions of x, for what is differentiated again. */
static dg_tensor *rstd_of(const dg_call *c)
{
  dg_tensor *x = dg_x(c, 0);
  if (c->i[CENTRED]) x = dg_sub(x, mean_of(c, x));
  return dg_rsqrt(dg_affine(mean_of(c, dg_square(x)), 1, c->f[EPS]));
}

DG_NORMALIZATION(normalize_plain)

static dg_tensor *normalized(const dg_call *c)
{
  dg_normalization n = { .axes = c->i[AXES], .centred = c->i[CENTRED] != 0, .eps = c->f[EPS] };
  return dg_normalization_apply(&normalize_plain_op, dg_x(c, 0), &n);
}

/* What x gets of the gradient u of gx = r P(h): -a r^2 xh - r^2 (P(h) mean of u xh + P(u) mean of
 * h xh), where a = mean of u h - mean of u mean of h - mean of u xh mean of h xh. */
static dg_tensor *curve(const dg_call *c, dg_tensor *u, dg_tensor *h, dg_tensor *xh)
{
  dg_tensor *r = rstd_of(c);
  dg_tensor *uxh = mean_of(c, dg_mul(u, xh)), *hxh = mean_of(c, dg_mul(h, xh));
  dg_tensor *a = dg_sub(mean_of(c, dg_mul(u, h)), dg_mul(uxh, hxh));
  if (c->i[CENTRED]) a = dg_sub(a, dg_mul(mean_of(c, u), mean_of(c, h)));
  dg_tensor *along = dg_mul(dg_mul(a, dg_square(r)), xh);
  dg_tensor *across = dg_mul(r, dg_add(dg_mul(pull(c, h), uxh), dg_mul(pull(c, u), hxh)));
  return dg_neg(dg_add(along, across));
}

/* The sum of two gradients, of which one may not exist. Those that failed are NULL. */
static dg_tensor *plus(bool has_a, dg_tensor *a, bool has_b, dg_tensor *b)
{
  return has_a && has_b ? dg_add(a, b) : has_a ? a : b;
}

/* With u, v, w = the gradients of gx = r P(g gamma), ggamma = sum of g xh, gbeta = sum of g: g gets
 * gamma r P(u) + v xh + w, gamma the sum of g r P(u), x what `curve` says and r P(v g). */
static int grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  const dg_view *like = &c->x[1]->v;
  int64_t wanted = c->i[WANTED];
  dg_tensor *u = wanted & WANTS_X ? *gz++ : NULL;
  dg_tensor *v = wanted & WANTS_GAMMA ? *gz++ : NULL;
  dg_tensor *w = wanted & WANTS_BETA ? *gz++ : NULL;
  bool has_u = u, has_v = v, has_w = w;
  dg_tensor *g = dg_x(c, 1), *gamma = weighs(c) ? spread_affine(c, dg_x(c, 2)) : NULL;
  dg_tensor *xh = has_u || has_v ? normalized(c) : NULL, *pulled = has_u ? pull(c, u) : NULL;
  if (has_v) v = spread_affine(c, v);
  if (has_w) w = spread_affine(c, w);
  if (dg_needs(c, 0)) {
    dg_tensor *h = weighs(c) ? dg_mul(g, gamma) : g;
    gx[0] =
        plus(has_u, has_u ? curve(c, u, h, xh) : NULL, has_v, has_v ? pull(c, dg_mul(v, g)) : NULL);
  }
  if (dg_needs(c, 1)) {
    dg_tensor *by_x = has_u && weighs(c) ? dg_mul(gamma, pulled) : pulled;
    dg_tensor *by_affine = plus(has_v, has_v ? dg_mul(v, xh) : NULL, has_w, w);
    gx[1] = plus(has_u, by_x, has_v || has_w, by_affine);
    if (!has_u) gx[1] = dg_broadcast_to(gx[1], like->ndim, like->shape);
  }
  if (weighs(c) && has_u && dg_needs(c, 2)) gx[2] = affine_sum(c, dg_mul(g, pulled));
  return 0;
}

static const dg_op_class normalization_grad_op = {
  .name = "normalization_grad",
  .flags = DG_HALVES_FAR,
  .shape = grad_shape,
  .forward = grad_forward,
  .backward = grad_backward,
  .reads = DG_READS_ALL_X,
};

/* `c` is a call of either operator: x is its first input, and they share the attributes. */
static int gradients(const dg_call *c, dg_tensor *g, dg_tensor *mean, dg_tensor *var,
                     dg_tensor *gamma, int64_t wanted, dg_tensor **y)
{
  dg_tensor *x[5] = { dg_x(c, 0), g, gamma };
  int count = gamma ? 3 : 2;
  x[count++] = mean, x[count++] = var;
  dg_call *d = dg_begin(&normalization_grad_op, count, x);
  if (!d) return -1;
  d->flags |= DG_CALL_WIDE_LAST;
  d->i[AXES] = c->i[AXES], d->i[AFFINE] = c->i[AFFINE], d->i[CENTRED] = c->i[CENTRED];
  d->i[WANTED] = wanted;
  d->f[EPS] = c->f[EPS];
  return dg_finish_all(d, y);
}

int dg_normalization_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *y[3], **next = y, *gamma = has_gamma(c) ? dg_x(c, 1) : NULL;
  int64_t wanted = dg_needs(c, 0) ? WANTS_X : 0;
  if (gamma && dg_needs(c, 1)) wanted |= WANTS_GAMMA;
  if (c->i[HAS_BETA] && dg_needs(c, 2)) wanted |= WANTS_BETA;
  if (wanted == 0) return 0; /* an average that requires a gradient gets none */
  if (gradients(c, gy[0], dg_saved(c, 0), dg_saved(c, 1), gamma, wanted, y) < 0) return -1;
  if (wanted & WANTS_X) gx[0] = *next++;
  if (wanted & WANTS_GAMMA) gx[1] = *next++;
  if (wanted & WANTS_BETA) gx[2] = *next++;
  return 0;
}

/* With averages of 16 bits: they follow in float32, and are rounded. */
static dg_tensor *apply_half(const dg_op_class *op, dg_tensor *x, const dg_normalization *n)
{
  dg_normalization wide = *n;
  dg_pool pool = dg_pool_open();
  wide.wide = true;
  wide.running_mean = dg_cast(n->running_mean, DG_F32);
  wide.running_var = dg_cast(n->running_var, DG_F32);
  dg_tensor *y = dg_normalization_apply(op, x, &wide);
  if (y && dg_assign(n->running_mean, wide.running_mean) < 0) y = NULL;
  if (y && dg_assign(n->running_var, wide.running_var) < 0) y = NULL;
  return dg_pool_close(pool, dg_round_as(x, y));
}

static bool is_half(const dg_tensor *x)
{
  const dg_body *b = dg_living_body(x);
  return b && dg_is_half(b->v.dtype);
}

dg_tensor *dg_normalization_apply(const dg_op_class *op, dg_tensor *x, const dg_normalization *n)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  if (!n->running_mean != !n->running_var) {
    dg_fail(DG_EARGUMENT, "%s: running_mean and running_var come together", op->name);
    return NULL;
  }
  if (n->running_mean && is_half(n->running_mean) && is_half(n->running_var))
    return apply_half(op, x, n);
  dg_pool pool = dg_pool_open();
  dg_tensor *inputs[5] = { x, n->gamma };
  int count = n->gamma || n->beta || n->running_mean ? 2 : 1;
  if (count == 2 && !n->gamma) {
    dg_view like = dg_view_along(&b->v, (unsigned)n->affine);
    inputs[1] = dg_constant(&b->v, like.ndim, like.shape, 1);
  }
  if (n->beta) inputs[count++] = n->beta;
  if (n->running_mean) inputs[count++] = n->running_mean, inputs[count++] = n->running_var;
  dg_call *c = dg_begin(op, count, inputs);
  if (c) {
    c->i[AXES] = n->axes, c->i[AFFINE] = n->affine, c->i[CENTRED] = n->centred;
    c->i[HAS_BETA] = n->beta != NULL, c->i[HAS_AVERAGES] = n->running_mean != NULL;
    c->f[EPS] = n->eps, c->f[DECAY] = n->decay;
    if (n->wide) c->flags |= DG_CALL_WIDE_LAST;
  }
  return dg_pool_close(pool, dg_finish(c));
}
