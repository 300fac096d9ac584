/* blas.h -- products of matrices by cuBLAS. */
#ifndef DG_CUDA_BLAS_H
#define DG_CUDA_BLAS_H

#include "device/cuda/cuda.h"

/* A matrix of a product, or a stack of them: rows may be the columns in memory (`turned`). */
typedef struct dg_cuda_factor {
  const void *data;
  int64_t row;  /* elements from one row in memory to the next */
  int64_t step; /* elements from one matrix to the next */
  bool turned;
} dg_cuda_factor;

/* y = a b, or y += a b if `add`, for `count` products of m x k and k x n, each y without gaps and
 * `step` elements from the last. Factors have one float dtype, and so has y, or float32 where they have
 * 16 bits. */
int dg_cuda_gemm(int device, int dtype, int to_dtype, int64_t m, int64_t n, int64_t k,
                 const dg_cuda_factor *a, const dg_cuda_factor *b, void *y, int64_t step,
                 int64_t count, bool add);

/* y = a b + bias for one product whose y has no gaps, where the bias has an element for each column. 1
 * where cuBLAS has no way to do that at once: then nothing was done. */
int dg_cuda_gemm_bias(int device, int dtype, int64_t m, int64_t n, int64_t k,
                      const dg_cuda_factor *a, const dg_cuda_factor *b, const void *bias, void *y);

/* y = a b, or y += a b, for views as in `matmul`; the matrices of y have no gaps. Where y has three
 * axes they may be apart; it may be float32 for factors of 16 bits. */
int dg_cuda_product(const dg_view *a, const dg_view *b, const dg_view *y, bool add);

/* Whether products of float32 may be computed in TF32 from now on; returns whether they were. */
int dg_cuda_allow_tf32(int on);

/* Whether cuBLAS is there. */
bool dg_cuda_has_blas(void);

#endif
