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

/* y = a b, or y += a b if `add`, for `count` products of m x k and k x n, y without gaps; float32 or
 * float64. */
int dg_cuda_gemm(int device, int dtype, int64_t m, int64_t n, int64_t k, const dg_cuda_factor *a,
                 const dg_cuda_factor *b, void *y, int64_t count, bool add);

/* Whether cuBLAS is there. */
bool dg_cuda_has_blas(void);

#endif
