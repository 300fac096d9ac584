/* group_normalization.c -- normalization of each sample's channels, by groups or one by one. */
#include "op/normalization.h"

DG_NORMALIZATION(group_normalization)
DG_NORMALIZATION(instance_norm)

static bool has_channels(const char *who, const dg_body *x)
{
  if (x->v.ndim >= 2) return true;
  dg_fail(DG_EARGUMENT, "%s: x has %d axes, wanted batch x channels x ...", who, x->v.ndim);
  return false;
}

/* gamma or beta, one number for each channel, in groups. */
static dg_tensor *grouped(const char *name, dg_tensor *gamma, int64_t groups, int64_t channels)
{
  const dg_body *b = dg_full_body_of(gamma);
  char s[DG_SHAPE_TEXT];
  if (!b) return NULL;
  if (b->v.ndim == 1 && b->v.shape[0] == channels)
    return dg_reshape(gamma, 2, (int64_t[]){ groups, channels / groups });
  dg_fail(DG_EARGUMENT,
          "group_normalization: %s has the shape %s, wanted %lld, one for each channel", name,
          dg_shape_text(&b->v, s), (long long)channels);
  return NULL;
}

/* (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of each sample's groups
 * of channels; x is batch x channels x ..., the channels a multiple of `groups`. gamma and beta have
 * one number for each channel and may be NULL. Floats. Wu, He, "Group normalization", 2018. */
DG_API dg_tensor *dg_group_normalization(dg_tensor *x, int64_t groups, dg_tensor *gamma,
                                         dg_tensor *beta, double eps)
{
  dg_body *b = dg_full_body_of(x);
  if (!b || !has_channels("group_normalization", b)) return NULL;
  int64_t channels = b->v.shape[1], rest = 1;
  if (groups < 1 || channels % groups != 0) {
    dg_fail(DG_EARGUMENT, "group_normalization: %lld channels do not fall into %lld groups",
            (long long)channels, (long long)groups);
    return NULL;
  }
  for (int i = 2; i < b->v.ndim; i++) rest *= b->v.shape[i];
  dg_pool pool = dg_pool_open();
  dg_normalization n = { .axes = 0xc, .affine = 0x6, .centred = true, .eps = eps };
  if (gamma && !(n.gamma = grouped("gamma", gamma, groups, channels)))
    return dg_pool_close(pool, NULL);
  if (beta && !(n.beta = grouped("beta", beta, groups, channels))) return dg_pool_close(pool, NULL);
  dg_tensor *y = dg_reshape(x, 4, (int64_t[]){ b->v.shape[0], groups, channels / groups, rest });
  y = y ? dg_normalization_apply(&group_normalization_op, y, &n) : NULL;
  return dg_pool_close(pool, dg_reshape(y, b->v.ndim, b->v.shape));
}

/* (x - mean) / sqrt(var + eps) weight + bias, with the mean and the variance of each channel of each
 * sample; x is batch x channels x ... weight and bias have one number for each channel and may be
 * NULL. Floats. Ulyanov, Vedaldi, Lempitsky, "Instance normalization", 2016. */
DG_API dg_tensor *dg_instance_norm(dg_tensor *x, dg_tensor *weight, dg_tensor *bias, double eps)
{
  dg_body *b = dg_full_body_of(x);
  if (!b || !has_channels("instance_norm", b)) return NULL;
  dg_normalization n = {
    .axes = (((int64_t)1 << b->v.ndim) - 1) & ~(int64_t)3,
    .affine = 2,
    .centred = true,
    .eps = eps,
    .gamma = weight,
    .beta = bias,
  };
  return dg_normalization_apply(&instance_norm_op, x, &n);
}
