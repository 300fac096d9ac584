/* moments.h -- normalization of few long rows in parts, and the gradients of gamma and beta. */
#ifndef DG_CUDA_MOMENTS_H
#define DG_CUDA_MOMENTS_H

#include "device/cuda/cuda.h"

/* Both return 1 where this is not for x. mean and var are not of 16 bits. The second sets sums[0] and
 * sums[1], ggamma and gbeta or NULL, to NULL if it has computed these as well. */
int dg_cuda_normalize_in_parts(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                               const dg_view *beta, const dg_view *y, const dg_view *mean,
                               const dg_view *var);
int dg_cuda_normalize_grad_in_parts(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                                    const dg_view *g, const dg_view *gx, const dg_view *sums[2]);

/* Either of ggamma and gbeta may be NULL. */
int dg_cuda_affine_grads(const dg_norm *n, const dg_view *x, const dg_view *g,
                         const dg_view *ggamma, const dg_view *gbeta);

#endif
