/* normalization.h -- what the normalizations share: one rule, under the names of several operators.
 */
#ifndef DG_NORMALIZATION_H
#define DG_NORMALIZATION_H

#include "op/op.h"

/* y = (x - mean) / sqrt(var + eps) gamma + beta, mean and var being those of x over `axes`; not
 * centred, 0 and the mean of x^2. gamma and beta lie along the axes `affine` of x; they may be NULL,
 * as may what keeps running averages of mean and var. */
typedef struct dg_normalization {
  int64_t axes, affine;
  bool centred;
  double eps, decay;
  dg_tensor *gamma, *beta, *running_mean, *running_var;
  bool wide; /* the averages are float32, whatever x is */
} dg_normalization;

dg_tensor *dg_normalization_apply(const dg_op_class *op, dg_tensor *x, const dg_normalization *n);

/* gamma or beta, input i, as if it had x's rank. */
dg_view dg_affine_view(const dg_view *x, const dg_view *gamma, int64_t affine);

/* Fails unless inputs 1 to `last` have x's dtype and lie along its axes `affine`; the last `wide` of them
 * may be float32 where x has 16 bits. */
int dg_wants_affine(dg_call *c, int last, int wide, int64_t affine, const char *const *names);

int dg_normalization_shape(dg_call *c);
int dg_normalization_forward(dg_call *c);
int dg_normalization_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx);

#define DG_NORMALIZATION(name_)                                                                    \
  static const dg_op_class name_##_op = {                                                          \
    .name = #name_,                                                                                \
    .flags = DG_WIDENS | DG_HALVES_FAR,                                                            \
    .shape = dg_normalization_shape,                                                               \
    .forward = dg_normalization_forward,                                                           \
    .backward = dg_normalization_backward,                                                         \
    .reads = DG_READS_X0 | DG_READS_X1,                                                            \
  };

#endif
