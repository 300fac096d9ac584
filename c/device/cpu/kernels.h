/* kernels.h -- the innermost loops of matrix products, one set for each real type and ISA.
 *
 * All run in the calling thread, allocate nothing and take sizes of at least 1. Where beta is 0 the
 * old values are not read. Vectors are contiguous unless a stride comes with them.
 */
#ifndef DG_DEVICE_CPU_KERNELS_H
#define DG_DEVICE_CPU_KERNELS_H

#include <stdint.h>

/* A product may be cut at columns of gemv_n, and rows of gemv_t, that are multiples of these, and a
 * product of `direct` anywhere along m and n: each element comes out as from the whole. */
enum { DG_GEMV_N_UNIT = 128, DG_GEMV_T_UNIT = 16 };

#define DG_DECLARE_KERNELS(REAL, type)                                                               \
  typedef struct {                                                                                   \
    int mr, nr; /* rows and columns of a tile of `direct` */                                         \
    /* y = alpha x B + beta z, B k x n, which are some columns of `whole`; z may be y */             \
    void (*gemv_n)(int64_t whole, int64_t n, int64_t k, REAL alpha, const REAL *b, int64_t ldb,      \
                   const REAL *x, int64_t incx, REAL beta, const REAL *z, REAL *y);                  \
    /* y = alpha B x + beta z, B n x k; z may be y */                                                \
    void (*gemv_t)(int64_t n, int64_t k, REAL alpha, const REAL *b, int64_t ldb, const REAL *x,      \
                   REAL beta, const REAL *z, REAL *y);                                               \
    /* C = alpha x y' + beta C, C m x n */                                                           \
    void (*rank1)(int64_t m, int64_t n, REAL alpha, const REAL *x, int64_t incx, const REAL *y,      \
                  REAL beta, REAL *c, int64_t ldc);                                                  \
    /* C = alpha A B + beta Z, A(i,p) = a[i rs + p cs], B k x n: for parts that fit a cache */       \
    /* Z may be C, or with ldz = 0 one row for all */                                                \
    void (*direct)(int64_t m, int64_t n, int64_t k, REAL alpha, const REAL *a, int64_t rs,           \
                   int64_t cs, const REAL *b, int64_t ldb, REAL beta, const REAL *z, int64_t ldz,    \
                   REAL *c, int64_t ldc);                                                            \
    /* Packs strips of `width` = mr or nr lines for i < n, p < k:                                  \
     * to[(i / width k + p) width + i % width] = from[p step + i], or from[i step + p] */ \
    void (*narrow)(int width, int64_t n, int64_t k, const REAL *from, int64_t step, REAL *to);       \
    void (*interleave)(int width, int64_t n, int64_t k, const REAL *from, int64_t step, REAL *to);   \
    /* gx = gy W and gW = gy' x (+ gW if add) in one walk over W, rows x in, rows ld apart */        \
    void (*outer)(int64_t in, int64_t rows, int64_t ld, const REAL *x, const REAL *w,                \
                  const REAL *gy, REAL *gx, REAL *gw, int add);                                      \
  } dg_kernels_##type;                                                                               \
  const dg_kernels_##type *dg_get_kernels_##type(void);

DG_DECLARE_KERNELS(float, f32)
DG_DECLARE_KERNELS(double, f64)

#endif
