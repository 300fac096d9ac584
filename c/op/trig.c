/* trig.c -- sine, cosine and tangent, elementwise. */
#include "op/op.h"

/* The vector code gives NaN beyond some magnitude; these go over such numbers again with libm. */
#define FAR(name, T, limit, function)                                                              \
  static void name(int64_t n, void *out, const void *const *in, const int64_t *step,               \
                   const double *par)                                                              \
  {                                                                                                \
    const T *x = in[0];                                                                            \
    T *y = out;                                                                                    \
    int far = 0;                                                                                   \
    (void)par;                                                                                     \
    for (int64_t i = 0; i < n; i++) far |= fabs(x[i * step[0]]) > limit;                           \
    for (int64_t i = 0; i < n && far; i++)                                                         \
      if (fabs(x[i * step[0]]) > limit) y[i] = (function)(x[i * step[0]]);                         \
  }

FAR(far_sin_f32, float, DG_TRIG_MAX_F32, sinf)
FAR(far_sin_f64, double, DG_TRIG_MAX_F64, sin)
FAR(far_cos_f32, float, DG_TRIG_MAX_F32, cosf)
FAR(far_cos_f64, double, DG_TRIG_MAX_F64, cos)

DG_MAP_REWORKED(1, sin_map, (sin(x)), far_sin_f32, far_sin_f64)
DG_MAP_REWORKED(1, cos_map, (cos(x)), far_cos_f32, far_cos_f64)
DG_MAP1(tan_map, (tan(x)))

/* y = sin x: gx = gy cos x. */
static int sin_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_cos(dg_x(c, 0)));
  return 0;
}

/* y = cos x: gx = -gy sin x. */
static int cos_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_neg(dg_mul(gy[0], dg_sin(dg_x(c, 0))));
  return 0;
}

/* y = tan x: gx = gy (1 + y^2). */
static int tan_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_affine(dg_square(dg_y(c, 0)), 1, 1));
  return 0;
}

static const dg_op_class sin_op = {
  .name = "sin",
  .shape = dg_shape_same,
  .map = &sin_map,
  .backward = sin_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class cos_op = {
  .name = "cos",
  .shape = dg_shape_same,
  .map = &cos_map,
  .backward = cos_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class tan_op = {
  .name = "tan",
  .shape = dg_shape_same,
  .map = &tan_map,
  .backward = tan_backward,
  .reads = DG_READS_Y,
};

/* The sine, elementwise; floats, in radians. */
DG_API dg_tensor *dg_sin(dg_tensor *x) { return dg_apply1(&sin_op, x, NULL); }

/* The cosine, elementwise; floats, in radians. */
DG_API dg_tensor *dg_cos(dg_tensor *x) { return dg_apply1(&cos_op, x, NULL); }

/* The tangent, elementwise; floats, in radians. */
DG_API dg_tensor *dg_tan(dg_tensor *x) { return dg_apply1(&tan_op, x, NULL); }
