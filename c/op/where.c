/* where.c -- a choice between two tensors, element by element. */
#include "op/op.h"

/* z, the condition, is bool whatever x and y are. The choice has no need of vector code by hand. */
#define WHERE_LOOP(T)                                                                              \
  static void where_##T(int64_t n, void *out, const void *const *in, const int64_t *step,          \
                        const double *par)                                                         \
  {                                                                                                \
    const T *a = in[0], *b = in[1];                                                                \
    const uint8_t *z = in[2];                                                                      \
    const int64_t sa = step[0], sb = step[1], sz = step[2];                                        \
    T *restrict o = out;                                                                           \
    (void)par;                                                                                     \
    for (int64_t i = 0; i < n; i++) o[i] = z[i * sz] ? a[i * sa] : b[i * sb];                      \
  }
#define WHERE_TABLE(T)                                                                             \
  {                                                                                                \
    where_##T, where_##T, where_##T                                                                \
  }

WHERE_LOOP(float)
WHERE_LOOP(double)
WHERE_LOOP(int32_t)
WHERE_LOOP(int64_t)
WHERE_LOOP(uint8_t)
WHERE_LOOP(uint16_t)

static const dg_map where_map = {
  .name = "where_map",
  .formula = "(z ? x : y)",
  .inputs = 3,
  .takes_mask = true,
  .loop = { [DG_F32] = WHERE_TABLE(float),
            [DG_F64] = WHERE_TABLE(double),
            [DG_I32] = WHERE_TABLE(int32_t),
            [DG_I64] = WHERE_TABLE(int64_t),
            [DG_U8] = WHERE_TABLE(uint8_t),
            [DG_BOOL] = WHERE_TABLE(uint8_t),
            [DG_F16] = WHERE_TABLE(uint16_t),
            [DG_BF16] = WHERE_TABLE(uint16_t) },
};

static int where_shape(dg_call *c)
{
  int condition = c->x[0]->v.dtype, a = c->x[1]->v.dtype, b = c->x[2]->v.dtype;
  if (condition != DG_BOOL)
    return dg_op_fail(c, DG_ETYPE, "the condition is %s, wanted bool", dg_dtype_name(condition));
  if (a != b)
    return dg_op_fail(c, DG_ETYPE, "dtypes %s and %s differ (cast one of them)", dg_dtype_name(a),
                      dg_dtype_name(b));
  return dg_shape_broadcast_as(c, a);
}

static int where_forward(dg_call *c)
{
  const dg_view *x[] = { &c->x[1]->v, &c->x[2]->v, &c->x[0]->v };
  return dg_backend_of(&c->y[0]->v)->map(&where_map, x, &c->y[0]->v, c->f);
}

/* ga = gy where the condition holds, gb = gy where it does not; 0 elsewhere. */
static int where_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *condition = dg_x(c, 0), *zero = dg_constant(&c->x[1]->v, 0, NULL, 0);
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, dg_where(condition, gy[0], zero));
  if (dg_needs(c, 2)) gx[2] = dg_unbroadcast(c, 2, dg_where(condition, zero, gy[0]));
  return 0;
}

static const dg_op_class where_op = {
  .name = "where",
  .flags = DG_MOVES,
  .shape = where_shape,
  .forward = where_forward,
  .backward = where_backward,
  .reads = DG_READS_X0,
};

/* a where the condition (bool) holds, else b; all three broadcast, a and b of one dtype. */
DG_API dg_tensor *dg_where(dg_tensor *condition, dg_tensor *a, dg_tensor *b)
{
  return dg_finish(dg_begin(&where_op, 3, (dg_tensor *const[]){ condition, a, b }));
}
