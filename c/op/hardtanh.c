/* hardtanh.c -- activations made of straight pieces that are flat at both ends, elementwise. */
#include "op/op.h"

/* Between the ends the slope is 1; hard_sigmoid is the same after 0.2 x + 0.5. */
DG_MAP1(hardtanh_map, (x <= p ? p : x >= q ? q : x))
DG_MAP2(hardtanh_grad_map, ((x <= p) | (x >= q) ? 0 : y))
DG_MAP1(hard_sigmoid_map, (x <= K(-2.5) ? 0 : x >= K(2.5) ? 1 : x / 5 + K(0.5)))

static dg_tensor *gradient(dg_tensor *y, dg_tensor *gy, const double *ends);

/* Flat in y; to gy it is the same selection. */
static int hardtanh_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  if (dg_needs(c, 1)) gx[1] = gradient(dg_x(c, 0), gz[0], c->f);
  return 0;
}

static const dg_op_class hardtanh_grad_op = {
  .name = "hardtanh_grad",
  .shape = dg_shape_same,
  .map = &hardtanh_grad_map,
  .backward = hardtanh_grad_backward,
  .reads = DG_READS_X0,
};

static dg_tensor *gradient(dg_tensor *y, dg_tensor *gy, const double *ends)
{
  return dg_apply2(&hardtanh_grad_op, y, gy, ends);
}

static int hardtanh_forward(dg_call *c)
{
  if (!(c->f[0] < c->f[1]))
    return dg_op_fail(c, DG_EARGUMENT, "the lower end %g is not below the upper end %g", c->f[0],
                      c->f[1]);
  return dg_map_forward(c, &hardtanh_map);
}

/* gx = gy strictly between the ends, else 0: the output tells. */
static int hardtanh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = gradient(dg_y(c, 0), gy[0], c->f);
  return 0;
}

static int hard_sigmoid_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_affine(gradient(dg_y(c, 0), gy[0], (const double[]){ 0, 1 }), 0.2, 0);
  return 0;
}

/* One operator under the names of its users. */
#define HARDTANH(title)                                                                            \
  {                                                                                                \
    .name = title, .shape = dg_shape_same, .forward = hardtanh_forward,                            \
    .backward = hardtanh_backward, .reads = DG_READS_Y,                                            \
  }

static const dg_op_class hardtanh_op = HARDTANH("hardtanh");
static const dg_op_class clipped_relu_op = HARDTANH("clipped_relu");
static const dg_op_class relu6_op = HARDTANH("relu6");
static const dg_op_class hard_sigmoid_op = {
  .name = "hard_sigmoid",
  .shape = dg_shape_same,
  .map = &hard_sigmoid_map,
  .backward = hard_sigmoid_backward,
  .reads = DG_READS_Y,
};

static dg_tensor *between(const dg_op_class *op, dg_tensor *x, double min, double max)
{
  dg_call *c = dg_begin1(op, x);
  if (c) c->f[0] = min, c->f[1] = max;
  return dg_finish(c);
}

/* x limited to [min, max], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_hardtanh(dg_tensor *x, double min, double max)
{
  return between(&hardtanh_op, x, min, max);
}

/* x limited to [0, z], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_clipped_relu(dg_tensor *x, double z)
{
  return between(&clipped_relu_op, x, 0, z);
}

/* x limited to [0, 6], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_relu6(dg_tensor *x) { return between(&relu6_op, x, 0, 6); }

/* 0.2 x + 0.5 limited to [0, 1], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_hard_sigmoid(dg_tensor *x) { return dg_apply1(&hard_sigmoid_op, x, NULL); }
