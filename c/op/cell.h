/* cell.h -- what the cells of recurrent networks share. */
#ifndef DG_CELL_H
#define DG_CELL_H

#include "op/op.h"

/* Fails unless x has the shape of h but along axis 1, where it has `gates` times as many. Both are
 * named by their inputs' numbers. */
int dg_gates_fit(dg_call *c, int h, int x, int gates);

/* A tensor that nothing used has a gradient of 0: one number, repeated. */
dg_tensor *dg_or_zeros(dg_tensor *g, const dg_body *like);

/* y (1 - y): what sigmoid's slope is where it gives y. */
DG_INLINE dg_tensor *dg_sigmoid_slope(dg_tensor *y) { return dg_mul(y, dg_affine(y, -1, 1)); }
/* 1 - y^2: the same for tanh. */
DG_INLINE dg_tensor *dg_tanh_slope(dg_tensor *y) { return dg_affine(dg_square(y), -1, 1); }

#endif
