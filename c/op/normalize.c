/* normalize.c -- vectors of length one: L2 normalization, and weights as direction and length. */
#include "op/op.h"

/* The smallest number whose root is exact: of less the root is taken as constant, for its slope
 * would be infinite at 0. */
static double tiny(int dtype) { return dtype == DG_F32 ? 0x1p-126 : 0x1p-1022; }

/* The length of x along `count` axes, which stay as size 1. */
static dg_tensor *length(dg_tensor *x, int dtype, int count, const int64_t *axes)
{
  return dg_sqrt(dg_clip(dg_sum(dg_square(x), count, axes, 1), tiny(dtype), INFINITY));
}

static dg_body *float_body(const char *who, dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  if (!b || dg_is_float(b->v.dtype)) return b;
  dg_fail(DG_ETYPE, "%s: wanted a float tensor, got %s", who, dg_dtype_name(b->v.dtype));
  return NULL;
}

/* x / (its length + eps), the length taken along `count` axes (0: all of them): the root of the sum
 * of x^2. What is 0 stays 0, and has the gradient of x / eps. Floats. */
DG_API dg_tensor *dg_normalize(dg_tensor *x, double eps, int count, const int64_t *axes)
{
  dg_body *b = float_body("normalize", x);
  if (!b || dg_axes("normalize", b->v.ndim, count, axes) < 0) return NULL;
  dg_pool pool = dg_pool_open();
  if (dg_is_half(b->v.dtype))
    return dg_pool_close(pool, dg_round_as(x, dg_normalize(dg_cast(x, DG_F32), eps, count, axes)));
  dg_tensor *size = dg_affine(length(x, b->v.dtype, count, axes), 1, eps);
  return dg_pool_close(pool, dg_div(x, size));
}

/* g v / the length of v, for each place along `axis`: g has v's shape with size 1 along all other
 * axes. Floats of one dtype. Salimans, Kingma, "Weight normalization", 2016. */
DG_API dg_tensor *dg_weight_norm(dg_tensor *v, dg_tensor *g, int64_t axis)
{
  dg_body *b = float_body("weight_norm", v), *s = b ? dg_full_body_of(g) : NULL;
  int kept = s ? dg_axis_of("weight_norm", axis, b->v.ndim) : -1, count = 0;
  if (kept < 0) return NULL;
  dg_view like = dg_view_keepdims(&b->v, ~(1u << kept));
  if (s->v.dtype != b->v.dtype || !dg_same_shape(&s->v, &like)) {
    char got[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
    dg_fail(DG_EARGUMENT, "weight_norm: g is %s %s, wanted %s %s", dg_dtype_name(s->v.dtype),
            dg_shape_text(&s->v, got), dg_dtype_name(b->v.dtype), dg_shape_text(&like, wanted));
    return NULL;
  }
  int64_t axes[DG_MAX_NDIM];
  for (int i = 0; i < b->v.ndim; i++)
    if (i != kept) axes[count++] = i;
  dg_pool pool = dg_pool_open();
  if (dg_is_half(b->v.dtype)) {
    dg_tensor *y = dg_weight_norm(dg_cast(v, DG_F32), dg_cast(g, DG_F32), axis);
    return dg_pool_close(pool, dg_round_as(v, y));
  }
  dg_tensor *size = count > 0 ? length(v, b->v.dtype, count, axes) : dg_abs(v);
  return dg_pool_close(pool, dg_mul(v, dg_div(g, size)));
}
