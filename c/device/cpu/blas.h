/* blas.h -- OpenBLAS, if this machine has it; opened on first use. */
#ifndef DG_DEVICE_CPU_BLAS_H
#define DG_DEVICE_CPU_BLAS_H

#include <stdbool.h>

/* cblas.h's values, so that its header is not needed. */
enum { DG_BLAS_ROW_MAJOR = 101, DG_BLAS_NO_TRANS = 111, DG_BLAS_TRANS = 112 };

typedef void dg_sgemm_fn(int order, int ta, int tb, int m, int n, int k, float alpha,
                         const float *a, int lda, const float *b, int ldb, float beta, float *c,
                         int ldc);
typedef void dg_dgemm_fn(int order, int ta, int tb, int m, int n, int k, double alpha,
                         const double *a, int lda, const double *b, int ldb, double beta, double *c,
                         int ldc);

typedef struct {
  dg_sgemm_fn *sgemm;
  dg_dgemm_fn *dgemm;
} dg_blas;

/* NULL where there is none that can be used. DGRAPH_BLAS=path names another, "none" forbids it. */
const dg_blas *dg_blas_get(void);

/* Has `function`, a pointer to one, point to a function of this library; false where there is none.
 */
bool dg_blas_find(const char *symbol, void *function);

/* "openblas SkylakeX", or "built-in (why OpenBLAS is not used)". */
const char *dg_blas_name(void);

#endif
