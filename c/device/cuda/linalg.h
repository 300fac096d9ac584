/* linalg.h -- stacks of matrices in workspace, and what is computed of them. */
#ifndef DG_CUDA_LINALG_H
#define DG_CUDA_LINALG_H

#include "device/cuda/scratch.h"

/* Matrices of prelude.h: `count` of them, column by column and without gaps. */
typedef struct dg_matrices {
  void *data;
  int64_t count, rows, columns;
} dg_matrices;

/* Such a stack in workspace, with the view that has its elements as tensors have them. */
typedef struct dg_stack {
  dg_matrices m;
  dg_view v;
  dg_scratch room;
} dg_stack;

/* Room for matrices of rows x columns, as many as `like` has; and these filled with those of x. Also
 * one that could not be had is to be freed. */
int dg_stack_new(dg_stack *s, const dg_view *like, int64_t rows, int64_t columns);
int dg_stack_of(dg_stack *s, const dg_view *x);
void dg_stack_free(dg_stack *s);
/* Ones on the diagonals of the last two axes of y, zeros elsewhere. */
int dg_stack_identity(const dg_view *y);

/* Where kernels note a matrix that they cannot work with (note_bad in prelude.h). */
int dg_bad_take(dg_scratch *bad, int device);
/* Fails if one was noted of the stack x, and frees the note; `status` is of what came before. */
int dg_bad_tell(dg_scratch *bad, const dg_view *x, int status);

/* Blocks that have a warp for each of n things; threads of a block that works on n numbers. */
DG_INLINE int64_t dg_warp_blocks(int64_t n) { return dg_blocks(32 * n, 1); }
DG_INLINE int dg_block_threads(int64_t n)
{
  return n < DG_CUDA_THREADS ? (int)((n + 31) / 32 * 32) : DG_CUDA_THREADS;
}
#define DG_ARGUMENT(x) (void *)(uintptr_t)(x)

/* factor.c */
int dg_cuda_inverse(const dg_view *x, const dg_view *y);
int dg_cuda_determinant(const dg_view *x, const dg_view *y);
int dg_cuda_solve(const dg_view *a, const dg_view *b, const dg_view *y);
int dg_cuda_cholesky(const dg_view *x, const dg_view *y);
/* reflect.c: x = q r; the first in place of x. */
int dg_cuda_qr(const dg_view *x, const dg_view *q, const dg_view *r);
/* Leaves r in the upper triangles of `a`; `taus` has min(rows, columns) numbers for each matrix. */
int dg_reflectors(const dg_stack *a, dg_scratch *taus);
/* q's columns = those of the orthogonal matrix that dg_reflectors has found; `positive`: with the
 * signs that make the diagonal of r positive. */
int dg_reflected(const dg_stack *a, const dg_scratch *taus, int positive, const dg_stack *q);
/* jacobi.c */
int dg_cuda_eigen(const dg_view *x, const dg_view *w, const dg_view *v);
int dg_cuda_svd(const dg_view *x, const dg_view *const *y);

#endif
