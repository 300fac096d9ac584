/* attention.h -- softmax attention in one kernel, where it can be had; attention.c has it otherwise. */
#ifndef DG_CUDA_ATTENTION_H
#define DG_CUDA_ATTENTION_H

#include "device/cuda/cuda.h"

/* Whether the two below can do it. */
bool dg_flash_fits(const dg_attention_spec *a, const dg_view *q, const dg_view *k, const dg_view *v,
                   const dg_view *mask);
/* As `attention` and `attention_grad` of device/device.h; x is q, k, v. */
int dg_flash_attention(const dg_attention_spec *a, const dg_view *const *x, const dg_view *y,
                       const dg_view *log_sum);
int dg_flash_attention_grad(const dg_attention_spec *a, const dg_view *const *x, const dg_view *y,
                            const dg_view *log_sum, const dg_view *gy, const dg_view *const *gx);

#endif
