/* linalg.c -- linear algebra: stacks of matrices in workspace, and which of them are refused. */
#include "device/cuda/linalg.h"

#include <string.h>

int dg_stack_new(dg_stack *s, const dg_view *like, int64_t rows, int64_t columns)
{
  const int last = like->ndim - 1;
  int64_t shape[DG_MAX_NDIM];
  s->room.data = NULL;
  memcpy(shape, like->shape, sizeof shape);
  shape[last - 1] = rows;
  shape[last] = columns;
  if (dg_view_set(&s->v, "linalg", like->dtype, like->ndim, shape) < 0) return -1;
  s->v.device = like->device;
  s->v.stride[last - 1] = 1;
  s->v.stride[last] = DG_MAX(rows, 1);
  dg_view_finish(&s->v);
  int64_t bytes = DG_MAX(s->v.size, 1) * dg_item_bytes[like->dtype];
  if (dg_scratch_take(&s->room, like->device, bytes) < 0) return -1;
  s->v.data = s->room.data;
  s->m = (dg_matrices){ s->room.data, 0, rows, columns };
  if (s->v.size > 0) s->m.count = s->v.size / (rows * columns);
  return 0;
}

int dg_stack_of(dg_stack *s, const dg_view *x)
{
  if (dg_stack_new(s, x, x->shape[x->ndim - 2], x->shape[x->ndim - 1]) < 0) return -1;
  return dg_cuda_copy(x, &s->v);
}

void dg_stack_free(dg_stack *s) { dg_scratch_free(&s->room); }

int dg_stack_identity(const dg_view *y)
{
  dg_view d = *y;
  const int last = y->ndim - 1;
  if (dg_cuda_fill(y, 0) < 0) return -1;
  d.ndim--;
  d.shape[last - 1] = DG_MIN(y->shape[last - 1], y->shape[last]);
  d.stride[last - 1] = y->stride[last - 1] + y->stride[last];
  dg_view_finish(&d);
  return dg_cuda_fill(&d, 1);
}

/* -- Matrices that are refused ------------------------------------------------------------------- */

int dg_bad_take(dg_scratch *bad, int device)
{
  if (dg_scratch_take(bad, device, sizeof(uint64_t)) < 0) return -1;
  return dg_scratch_set(bad, 0xff, sizeof(uint64_t));
}

int dg_bad_tell(dg_scratch *bad, const dg_view *x, int status)
{
  static const char *const reasons[] = {
    "is singular", "is not positive definite", "has elements that are NaN or infinite",
    "has eigenvalues that did not converge", "has singular values that did not converge"
  }; /* as in prelude.h */
  uint64_t first = UINT64_MAX;
  if (status == 0) status = dg_cuda_download(x->device, &first, bad->data, sizeof first);
  dg_scratch_free(bad);
  if (status < 0 || first == UINT64_MAX) return status;
  if (x->ndim == 2) return dg_fail(DG_EARGUMENT, "the matrix %s", reasons[first % 8]);
  return dg_fail(DG_EARGUMENT, "matrix %lld of the stack %s", (long long)(first / 8) + 1,
                 reasons[first % 8]);
}

int dg_cuda_linalg(dg_linalg kind, const dg_view *const *x, const dg_view *const *y)
{
  switch (kind) {
  case DG_LINALG_INV:
    return dg_cuda_inverse(x[0], y[0]);
  case DG_LINALG_DET:
    return dg_cuda_determinant(x[0], y[0]);
  case DG_LINALG_SOLVE:
    return dg_cuda_solve(x[0], x[1], y[0]);
  case DG_LINALG_CHOLESKY:
    return dg_cuda_cholesky(x[0], y[0]);
  case DG_LINALG_EIGH:
    return dg_cuda_eigen(x[0], y[0], y[1]);
  case DG_LINALG_SVD:
    return dg_cuda_svd(x[0], y);
  case DG_LINALG_QR:
    return dg_cuda_qr(x[0], y[0], y[1]);
  }
  return dg_fail(DG_EARGUMENT, "there is no kind %d of linear algebra", (int)kind);
}
