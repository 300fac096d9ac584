/* normalize.h -- the innermost loops of normalization, for contiguous elements. */
#ifndef DG_NORMALIZE_H
#define DG_NORMALIZE_H

#include <stdbool.h>
#include <stdint.h>

/* Those that end in s see columns: mean, scale ... are one number for each element. */
#define DG_NORMALIZE_KERNELS(REAL)                                                                 \
  {                                                                                                \
    /* the mean of x, and the sum of (x - mean)^2; not centred, 0 and the sum of x^2 */            \
    void (*moments)(int64_t n, const REAL *x, bool centred, double *mean, double *square);         \
    /* y = (x - mean) scale + shift */                                                             \
    void (*apply)(int64_t n, const REAL *x, REAL mean, REAL scale, REAL shift, REAL *y);           \
    /* y = (x - mean) scale gamma + beta */                                                        \
    void (*affine)(int64_t n, const REAL *x, REAL mean, REAL scale, const REAL *gamma,             \
                   const REAL *beta, REAL *y);                                                     \
    /* the sums of g and of g (x - mean) */                                                        \
    void (*sums)(int64_t n, const REAL *x, const REAL *g, REAL mean, double *sum,                  \
                 double *product);                                                                 \
    /* gx = a g - b - (x - mean) c */                                                              \
    void (*pull)(int64_t n, const REAL *x, const REAL *g, REAL mean, REAL a, REAL b, REAL c,       \
                 REAL *gx);                                                                        \
    /* sum += x */                                                                                 \
    void (*adds)(int64_t n, const REAL *x, REAL *sum);                                             \
    /* square += (x - mean)^2 */                                                                   \
    void (*squares)(int64_t n, const REAL *x, const REAL *mean, REAL *square);                     \
    void (*applies)(int64_t n, const REAL *x, const REAL *mean, const REAL *scale,                 \
                    const REAL *shift, REAL *y);                                                   \
    /* sum += g, product += g (x - mean) */                                                        \
    void (*products)(int64_t n, const REAL *x, const REAL *g, const REAL *mean, REAL *sum,         \
                     REAL *product);                                                               \
    /* sum += g, product += g (x - mean) scale, with one mean and scale */                         \
    void (*row_products)(int64_t n, const REAL *x, const REAL *g, REAL mean, REAL scale,           \
                         REAL *sum, REAL *product);                                                \
    void (*pulls)(int64_t n, const REAL *x, const REAL *g, const REAL *mean, const REAL *a,        \
                  const REAL *b, const REAL *c, REAL *gx);                                         \
    /* y = x gamma */                                                                              \
    void (*multiply)(int64_t n, const REAL *x, const REAL *gamma, REAL *y);                        \
    /* y = x gamma + beta */                                                                       \
    void (*multiply_add)(int64_t n, const REAL *x, const REAL *gamma, const REAL *beta, REAL *y);  \
  }

typedef struct dg_normalize_kernels_f32 DG_NORMALIZE_KERNELS(float) dg_normalize_kernels_f32;
typedef struct dg_normalize_kernels_f64 DG_NORMALIZE_KERNELS(double) dg_normalize_kernels_f64;

const dg_normalize_kernels_f32 *dg_get_normalize_kernels_f32(void);
const dg_normalize_kernels_f64 *dg_get_normalize_kernels_f64(void);

#endif
