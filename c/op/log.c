/* log.c -- logarithms: natural, of 1 + x, to base 2 and to base 10. */
#include "op/op.h"

#define LN2 0.693147180559945309417232121458
#define LN10 2.30258509299404568401799145468

DG_MAP1(log_map, (log(x)))
DG_MAP1(log1p_map, (log1p(x)))
DG_MAP1(log2_map, (log2(x)))
DG_MAP1(log10_map, (log10(x)))

/* y = ln x: gx = gy / x. */
static int log_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div(gy[0], dg_x(c, 0));
  return 0;
}

/* y = ln (1 + x): gx = gy / (1 + x). */
static int log1p_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div(gy[0], dg_affine(dg_x(c, 0), 1, 1));
  return 0;
}

/* y = ln x / ln 2: gx = gy / (x ln 2). */
static int log2_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div(gy[0], dg_affine(dg_x(c, 0), LN2, 0));
  return 0;
}

/* y = ln x / ln 10: gx = gy / (x ln 10). */
static int log10_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div(gy[0], dg_affine(dg_x(c, 0), LN10, 0));
  return 0;
}

static const dg_op_class log_op = {
  .name = "log",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &log_map,
  .backward = log_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class log1p_op = {
  .name = "log1p",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &log1p_map,
  .backward = log1p_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class log2_op = {
  .name = "log2",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &log2_map,
  .backward = log2_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class log10_op = {
  .name = "log10",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &log10_map,
  .backward = log10_backward,
  .reads = DG_READS_X0,
};

/* The natural logarithm, elementwise; floats. */
DG_API dg_tensor *dg_log(dg_tensor *x) { return dg_apply1(&log_op, x, NULL); }

/* The natural logarithm of 1 + x, elementwise, exact near 0 too; floats. */
DG_API dg_tensor *dg_log1p(dg_tensor *x) { return dg_apply1(&log1p_op, x, NULL); }

/* The logarithm to base 2, elementwise; floats. */
DG_API dg_tensor *dg_log2(dg_tensor *x) { return dg_apply1(&log2_op, x, NULL); }

/* The logarithm to base 10, elementwise; floats. */
DG_API dg_tensor *dg_log10(dg_tensor *x) { return dg_apply1(&log10_op, x, NULL); }
