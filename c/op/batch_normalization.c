/* batch_normalization.c -- normalization over the batch, by its own or by given mean and variance. */
#include "op/normalization.h"

DG_NORMALIZATION(batch_normalization)

/* The axes over which `who` normalizes x: `count` of them, or where none are named the first and all
 * that follow those of `like` (without it: those that follow the second). -1 with an error. */
static int64_t batch_axes(const char *who, const dg_body *x, const dg_tensor *like, int count,
                          const int64_t *axes)
{
  if (count > 0) return dg_axes(who, x->v.ndim, count, axes);
  const dg_body *l = like ? dg_body_of(like) : NULL;
  if (like && !l) return -1;
  int last = l ? l->v.ndim : 1;
  if (x->v.ndim < last + 1)
    return dg_fail(DG_EARGUMENT, "%s: x has %d axes, wanted at least %d", who, x->v.ndim, last + 1);
  int64_t all = ((int64_t)1 << x->v.ndim) - 1;
  return all & ~((((int64_t)1 << last) - 1) << 1);
}

/* (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over `count` axes: 0
 * of them stands for the first axis and all behind those of gamma, for (n, c, h, w) all but c. gamma,
 * beta and the running averages have x's shape without these axes, and may be NULL. The averages
 * become decay average + (1 - decay) now in place, with the unbiased variance, m / (m - 1) times
 * that of m elements; without elements they stay. Floats. Ioffe, Szegedy, "Batch normalization",
 * 2015. */
DG_API dg_tensor *dg_batch_normalization(dg_tensor *x, dg_tensor *gamma, dg_tensor *beta,
                                         double eps, dg_tensor *running_mean,
                                         dg_tensor *running_var, double decay, int count,
                                         const int64_t *axes)
{
  dg_body *b = dg_full_body_of(x);
  const dg_tensor *like = gamma ? gamma : beta ? beta : running_mean;
  int64_t set = b ? batch_axes("batch_normalization", b, like, count, axes) : -1;
  if (set < 0) return NULL;
  dg_normalization n = {
    .axes = set,
    .affine = (((int64_t)1 << b->v.ndim) - 1) & ~set,
    .centred = true,
    .eps = eps,
    .decay = decay,
    .gamma = gamma,
    .beta = beta,
    .running_mean = running_mean,
    .running_var = running_var,
  };
  return dg_normalization_apply(&batch_normalization_op, x, &n);
}

/* -- With given mean and variance --------------------------------------------------------------- */

enum { AFFINE }; /* attributes: the axes of gamma */
enum { X, GAMMA, MEAN, VAR, BETA, INPUTS };

static int fixed_shape(dg_call *c)
{
  static const char *const names[] = { "gamma", "mean", "var", "beta" };
  const dg_view *x = &c->x[0]->v;
  if (dg_wants_float(c, 0) < 0 || dg_wants_affine(c, BETA, 0, c->i[AFFINE], names) < 0) return -1;
  return dg_output_like(c, 0, x->dtype, x) ? 0 : -1;
}

static int fixed_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_view v[INPUTS];
  for (int i = 1; i < INPUTS; i++) v[i] = dg_affine_view(x, &c->x[i]->v, c->i[AFFINE]);
  unsigned all = (1u << x->ndim) - 1;
  dg_norm n = {
    .axes = all & ~(unsigned)c->i[AFFINE],
    .centred = true,
    .given = true,
    .eps = c->f[0],
    .mean = &v[MEAN],
    .var = &v[VAR],
  };
  return dg_backend_of(x)->normalize(&n, x, &v[GAMMA], &v[BETA], &c->y[0]->v);
}

/* v as if it had x's rank. */
static dg_tensor *spread(const dg_call *c, dg_tensor *v)
{
  dg_view like = dg_view_keepdims(&c->x[0]->v, (unsigned)~c->i[AFFINE]);
  return dg_reshape(v, like.ndim, like.shape);
}

static dg_tensor *sum(const dg_call *c, dg_tensor *x)
{
  int64_t axes[DG_MAX_NDIM];
  int count = 0;
  for (int i = 0; i < c->x[0]->v.ndim; i++)
    if (!(c->i[AFFINE] >> i & 1)) axes[count++] = i;
  return count > 0 ? dg_sum(x, count, axes, 0) : x;
}

/* x, or its cast to what is computed with: sums of products of 16 bits would lose too much. */
static dg_tensor *wide(dg_tensor *x)
{
  const dg_body *b = dg_body_of(x);
  return b && dg_is_half(b->v.dtype) ? dg_cast(x, DG_F32) : x;
}

/* With r = 1 / sqrt(var + eps): x gets g gamma r, gamma the sum of g (x - mean) r, beta that of g,
 * mean minus that of g gamma r, var -1/2 r^2 gamma of what gamma gets. */
static int fixed_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *g = wide(gy[0]), *gamma = wide(dg_x(c, GAMMA)), *total = NULL, *product = NULL;
  dg_tensor *r = dg_rsqrt(dg_affine(wide(dg_x(c, VAR)), 1, c->f[0])), *scale = dg_mul(gamma, r);
  if (dg_needs(c, BETA) || dg_needs(c, MEAN)) total = sum(c, g);
  if (dg_needs(c, GAMMA) || dg_needs(c, VAR)) {
    dg_tensor *centred = dg_sub(wide(dg_x(c, X)), spread(c, wide(dg_x(c, MEAN))));
    product = dg_mul(sum(c, dg_mul(g, centred)), r);
  }
  if (dg_needs(c, X)) gx[X] = dg_mul(g, spread(c, scale));
  if (dg_needs(c, GAMMA)) gx[GAMMA] = product;
  if (dg_needs(c, MEAN)) gx[MEAN] = dg_neg(dg_mul(total, scale));
  if (dg_needs(c, VAR)) gx[VAR] = dg_affine(dg_mul(product, dg_mul(scale, r)), -0.5, 0);
  if (dg_needs(c, BETA)) gx[BETA] = total;
  for (int i = 0; i < INPUTS; i++)
    if (g != gy[0] && gx[i]) gx[i] = dg_cast(gx[i], c->x[i]->v.dtype);
  return 0;
}

static const dg_op_class fixed_batch_normalization_op = {
  .name = "fixed_batch_normalization",
  .flags = DG_WIDENS | DG_HALVES_FAR,
  .shape = fixed_shape,
  .forward = fixed_forward,
  .backward = fixed_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2 | DG_READS_X3,
};

/* x itself, or a copy where it has gaps. */
static dg_tensor *without_gaps(dg_tensor *x)
{
  const dg_body *b = dg_full_body_of(x);
  return !b ? NULL : b->v.contiguous ? x : dg_copy(x);
}

/* (x - mean) / sqrt(var + eps) gamma + beta, for what batch_normalization has learned: mean and var
 * are like gamma and beta there, and the axes too. gamma and beta may be NULL. */
DG_API dg_tensor *dg_fixed_batch_normalization(dg_tensor *x, dg_tensor *gamma, dg_tensor *beta,
                                               dg_tensor *mean, dg_tensor *var, double eps,
                                               int count, const int64_t *axes)
{
  dg_body *b = dg_full_body_of(x);
  int64_t set = b ? batch_axes(fixed_batch_normalization_op.name, b, mean, count, axes) : -1;
  if (set < 0) return NULL;
  int64_t affine = (((int64_t)1 << b->v.ndim) - 1) & ~set;
  dg_view like = dg_view_along(&b->v, (unsigned)affine);
  dg_pool pool = dg_pool_open();
  if (!gamma) gamma = dg_constant(&b->v, like.ndim, like.shape, 1);
  if (!beta) beta = dg_constant(&b->v, like.ndim, like.shape, 0);
  dg_tensor *inputs[INPUTS] = { x, gamma, without_gaps(mean), without_gaps(var), beta };
  dg_call *c = dg_begin(&fixed_batch_normalization_op, INPUTS, inputs);
  if (c) c->i[AFFINE] = affine, c->f[0] = eps;
  return dg_pool_close(pool, dg_finish(c));
}
