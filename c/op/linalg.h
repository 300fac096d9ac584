/* linalg.h -- what the operators on matrices share. They work on the last two axes. */
#ifndef DG_LINALG_H
#define DG_LINALG_H

#include "op/op.h"

/* Fails unless input i is a float tensor of matrices, or of square ones. */
int dg_wants_matrices(dg_call *c, int i);
int dg_wants_square(dg_call *c, int i);

/* A forward rule that is one call of the backend, on all inputs and outputs. */
int dg_linalg_forward(dg_call *c, dg_linalg kind);

/* x with its last two axes exchanged. */
DG_INLINE dg_tensor *dg_turned(dg_tensor *x) { return dg_swap_axes(x, -1, -2); }
/* a' b and a b'. */
dg_tensor *dg_matmul_turned(dg_tensor *a, dg_tensor *b);
dg_tensor *dg_matmul_by_turned(dg_tensor *a, dg_tensor *b);
/* The identity of n x n. */
dg_tensor *dg_identity(const dg_view *like, int64_t n);
/* Numbers along the last axis as those of rows or columns: a new axis behind it or in front. */
DG_INLINE dg_tensor *dg_as_column(dg_tensor *x) { return dg_expand_dims(x, -1); }
DG_INLINE dg_tensor *dg_as_row(dg_tensor *x) { return dg_expand_dims(x, -2); }
/* (x + x') / 2. */
dg_tensor *dg_symmetric(dg_tensor *x);
/* 1 / (s_j - s_i) for row i and column j, 0 on the diagonal. */
dg_tensor *dg_inverse_gaps(dg_tensor *s);

#endif
