/* gemm.h -- products of row-major matrices and the linear layer, on the CPU.
 *
 * Nothing here fails: without OpenBLAS or without memory the work is done another way. NaN and
 * infinity in A and B reach C, also against zeros (0 NaN = NaN), unless alpha is 0.
 */
#ifndef DG_DEVICE_CPU_GEMM_H
#define DG_DEVICE_CPU_GEMM_H

#include <stdint.h>

/*
 * C = alpha op(A) op(B) + beta C, C m x n, op(A) m x k, op(B) k x n; op transposes where ta, tb
 * say so. With beta = 0 the old C is not read. lda, ldb, ldc are the lengths of a row in memory
 * and at least as long as the row. C overlaps neither A nor B.
 */
void dg_gemm_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                 int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
void dg_gemm_f64(int ta, int tb, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
                 int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

/* C = A B', and `row` added to each row of C: A m x k, B n x k, C m x n, without gaps. */
void dg_gemm_onto_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                      const float *row, float *c);
void dg_gemm_onto_f64(int64_t m, int64_t n, int64_t k, const double *a, const double *b,
                      const double *row, double *c);

/* dg_gemm for parts that threads share already: the result does not depend on their number. */
void dg_gemm_here_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                      int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
void dg_gemm_here_f64(int ta, int tb, int64_t m, int64_t n, int64_t k, double alpha,
                      const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                      double *c, int64_t ldc);

/* C = alpha op(A) op(B) + beta Z by our own packed loops, whatever the shape. The rows of Z, which may
 * be C, lie ldz apart; 0 where there is one row for all. */
void dg_gemm_blocked_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, float alpha,
                         const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                         const float *z, int64_t ldz, float *c, int64_t ldc);
void dg_gemm_blocked_f64(int ta, int tb, int64_t m, int64_t n, int64_t k, double alpha,
                         const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                         const double *z, int64_t ldz, double *c, int64_t ldc);

/* The same in this thread, where strips of op(B) are copied, and A is walked over again for each: for
 * products that are small or have short rows. */
void dg_gemm_strips_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, float alpha,
                        const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                        const float *z, int64_t ldz, float *c, int64_t ldc);
void dg_gemm_strips_f64(int ta, int tb, int64_t m, int64_t n, int64_t k, double alpha,
                        const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                        const double *z, int64_t ldz, double *c, int64_t ldc);

/* C = alpha x y' + beta C: x has m elements, y has n. All contiguous. */
void dg_outer_f32(int64_t m, int64_t n, float alpha, const float *x, const float *y, float beta,
                  float *c);
void dg_outer_f64(int64_t m, int64_t n, double alpha, const double *x, const double *y, double beta,
                  double *c);

/* y = x W' + b: x batch x in, W out x in, b out or NULL, y batch x out. All contiguous. */
void dg_linear_f32(int64_t batch, int64_t in, int64_t out, const float *x, const float *w,
                   const float *b, float *y);
void dg_linear_f64(int64_t batch, int64_t in, int64_t out, const double *x, const double *w,
                   const double *b, double *y);

/*
 * The gradients of dg_linear: gx = gy W, gW = gy' x, gb = the sum of the rows of gy. Each of gx,
 * gw, gb may be NULL. With `add`, gw and gb are added to; gx is always overwritten.
 */
void dg_linear_grad_f32(int64_t batch, int64_t in, int64_t out, const float *x, const float *w,
                        const float *gy, float *gx, float *gw, float *gb, int add);
void dg_linear_grad_f64(int64_t batch, int64_t in, int64_t out, const double *x, const double *w,
                        const double *gy, double *gx, double *gw, double *gb, int add);

#endif
