/* layer_normalization.c -- normalization of each sample by itself, centred or by its size alone. */
#include "op/normalization.h"

DG_NORMALIZATION(layer_normalization)
DG_NORMALIZATION(rms_norm)

/* The last `count` of ndim axes. */
static int64_t last_axes(int ndim, int count)
{
  return (((int64_t)1 << count) - 1) << (ndim - count);
}

/* (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over its last axes,
 * as many as gamma has: for x of batch x units the units, and gamma and beta of that size. They have
 * the shape of these axes; beta may be NULL. Floats. Ba, Kiros, Hinton, "Layer normalization",
 * 2016. */
DG_API dg_tensor *dg_layer_normalization(dg_tensor *x, dg_tensor *gamma, dg_tensor *beta,
                                         double eps)
{
  dg_body *b = dg_full_body_of(x), *g = b ? dg_full_body_of(gamma) : NULL;
  if (!g) return NULL;
  if (g->v.ndim < 1 || g->v.ndim > b->v.ndim) {
    dg_fail(DG_EARGUMENT, "layer_normalization: gamma has %d axes, wanted 1 to %d", g->v.ndim,
            b->v.ndim);
    return NULL;
  }
  int64_t axes = last_axes(b->v.ndim, g->v.ndim);
  dg_normalization n = {
    .axes = axes,
    .affine = axes,
    .centred = true,
    .eps = eps,
    .gamma = gamma,
    .beta = beta,
  };
  return dg_normalization_apply(&layer_normalization_op, x, &n);
}

/* x / sqrt(mean of x^2 + eps) weight, with the mean over the last axes of x, which have the sizes
 * `shape`. weight has that shape or is NULL. A negative eps stands for the distance from 1 to the
 * next number of x's dtype. Floats. Zhang, Sennrich, "Root mean square layer normalization", 2019. */
DG_API dg_tensor *dg_rms_norm(dg_tensor *x, int ndim, const int64_t *shape, dg_tensor *weight,
                              double eps)
{
  dg_body *b = dg_full_body_of(x);
  dg_view wanted;
  if (!b) return NULL;
  if (ndim < 1 || ndim > b->v.ndim || !shape) {
    dg_fail(DG_EARGUMENT, "rms_norm: the shape has %d axes, wanted 1 to %d", ndim, b->v.ndim);
    return NULL;
  }
  int64_t axes = last_axes(b->v.ndim, ndim);
  dg_view last = dg_view_along(&b->v, (unsigned)axes);
  if (dg_view_set(&wanted, "rms_norm", b->v.dtype, ndim, shape) < 0) return NULL;
  if (!dg_same_shape(&last, &wanted)) {
    char s[DG_SHAPE_TEXT], t[DG_SHAPE_TEXT];
    dg_fail(DG_EARGUMENT, "rms_norm: the last axes of x (%s) have not the shape %s",
            dg_shape_text(&b->v, s), dg_shape_text(&wanted, t));
    return NULL;
  }
  static const double next[DG_NDTYPES] = {
    [DG_F32] = 0x1p-23, [DG_F64] = 0x1p-52, [DG_F16] = 0x1p-10, [DG_BF16] = 0x1p-7
  };
  if (eps < 0) eps = next[b->v.dtype];
  dg_normalization n = { .axes = axes, .affine = axes, .eps = eps, .gamma = weight };
  return dg_normalization_apply(&rms_norm_op, x, &n);
}
