/* clip.c -- limits a tensor's elements to an interval. */
#include "op/op.h"

DG_MAP1(clip_map, (x < p ? p : x > q ? q : x))
DG_MAP2(clip_grad_map, ((x < p) | (x > q) ? 0 : y))

static int clip_forward(dg_call *c)
{
  if (!(c->f[0] <= c->f[1]))
    return dg_op_fail(c, DG_EARGUMENT, "the minimum %g is above the maximum %g", c->f[0], c->f[1]);
  return dg_map_forward(c, &clip_map);
}

/* gx = gy where min <= x <= max, else 0. */
static int clip_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_clip_grad(dg_x(c, 0), gy[0], c->f[0], c->f[1]);
  return 0;
}

/* Flat in x; to gy it is the same selection. */
static int clip_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  if (dg_needs(c, 1)) gx[1] = dg_clip_grad(dg_x(c, 0), gz[0], c->f[0], c->f[1]);
  return 0;
}

static const dg_op_class clip_op = {
  .name = "clip",
  .shape = dg_shape_same,
  .forward = clip_forward,
  .backward = clip_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class clip_grad_op = {
  .name = "clip_grad",
  .shape = dg_shape_same,
  .map = &clip_grad_map,
  .backward = clip_grad_backward,
  .reads = DG_READS_X0,
};

/* x limited to [min, max], elementwise; floats. NaN stays NaN. */
DG_API dg_tensor *dg_clip(dg_tensor *x, double min, double max)
{
  dg_call *c = dg_begin1(&clip_op, x);
  if (c) c->f[0] = min, c->f[1] = max;
  return dg_finish(c);
}

/* gy where min <= x <= max, else 0: the gradient of clip. */
DG_API dg_tensor *dg_clip_grad(dg_tensor *x, dg_tensor *gy, double min, double max)
{
  dg_call *c = dg_begin2(&clip_grad_op, x, gy);
  if (c) c->f[0] = min, c->f[1] = max;
  return dg_finish(c);
}
