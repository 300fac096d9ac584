/* factor.c -- inverses, determinants and systems by LU factors; Cholesky factors. By panels of 32
 * columns: what a panel does to the rest of a matrix is spread over the card. */
#include "device/cuda/linalg.h"

enum { PANEL = 32 };                  /* of factor.cu */
enum { LOWER_OF_ONES, LOWER, UPPER }; /* as there */

#define KERNELS(variable, name)                                                                    \
  static dg_kernel variable[DG_NDTYPES] = {                                                        \
    [DG_F32] = { "factor", name "_f32" }, [DG_F64] = { "factor", name "_f64" }                     \
  }
KERNELS(eliminates, "eliminate");
KERNELS(exchanges, "exchange");
KERNELS(substitutes, "substitute");
KERNELS(subtracts, "subtract");
KERNELS(roots, "root");
KERNELS(keeps_lower, "keep_lower");
KERNELS(determinants, "determinant");

/* Factor of factor.cu: a part of each matrix of a stack, or the transpose of one. */
typedef struct part {
  void *data;
  int64_t step, row, column;
} part;

static part part_at(const dg_stack *s, int64_t row, int64_t column)
{
  return (part){ dg_at(&s->v, column * s->m.rows + row), s->m.rows * s->m.columns, 1, s->m.rows };
}

static part turned(part p)
{
  const int64_t row = p.row;
  p.row = p.column;
  p.column = row;
  return p;
}

/* b = t^-1 b for the triangle on the diagonal of `a` from `at` on, and `columns` columns. */
static int substitute(const dg_stack *a, int64_t at, int kind, part b, int64_t columns)
{
  part t = part_at(a, at, at);
  int64_t count = a->m.count;
  int width = (int)DG_MIN(PANEL, a->m.columns - at);
  return DG_LAUNCH(dg_kernel_for(substitutes, a->v.dtype), a->v.device,
                   dg_warp_blocks(count * columns), DG_CUDA_THREADS, 0, &t, &b, &count, &columns,
                   &width, &kind);
}

static int subtract(const dg_stack *s, part a, part b, part c, int64_t m, int64_t n,
                    int64_t columns, int lower)
{
  int64_t tiles = ((m + PANEL - 1) / PANEL) * ((n + PANEL - 1) / PANEL);
  int width = (int)columns;
  return DG_LAUNCH(dg_kernel_for(subtracts, s->v.dtype), s->v.device, s->m.count * tiles,
                   DG_CUDA_THREADS, 0, &a, &b, &c, &m, &n, &width, &lower);
}

/* -- LU factors ---------------------------------------------------------------------------------- */

/* Has the rows of b change places as pivots `from` and on say, but not in the columns left ... */
static int exchange(const dg_stack *b, const dg_scratch *pivots, int64_t from, int64_t to,
                    int64_t left, int64_t right)
{
  return DG_LAUNCH(dg_kernel_for(exchanges, b->v.dtype), b->v.device,
                   dg_blocks(b->m.count * b->m.columns, 1), DG_CUDA_THREADS, 0, DG_ARGUMENT(&b->m),
                   DG_ARGUMENT(&pivots->data), &from, &to, &left, &right);
}

/* L and U in place of `a`, and the pivots of each matrix. */
static int factor(const dg_stack *a, dg_scratch *pivots, const dg_scratch *bad)
{
  const int64_t n = a->m.rows;
  int status = dg_scratch_take(pivots, a->v.device, a->m.count * n * (int64_t)sizeof(int));
  for (int64_t from = 0, to; from < n && status == 0; from = to) {
    to = DG_MIN(from + PANEL, n);
    int64_t rest = n - to;
    status = DG_LAUNCH(dg_kernel_for(eliminates, a->v.dtype), a->v.device, a->m.count,
                       dg_block_threads((n - from) * (to - from)), 0, DG_ARGUMENT(&a->m), &from,
                       &pivots->data, DG_ARGUMENT(&bad->data));
    if (status == 0 && n > PANEL) status = exchange(a, pivots, from, to, from, to);
    if (status < 0 || rest == 0) continue;
    part right = part_at(a, from, to);
    status = substitute(a, from, LOWER_OF_ONES, right, rest);
    if (status == 0)
      status =
          subtract(a, part_at(a, to, from), right, part_at(a, to, to), rest, rest, to - from, 0);
  }
  return status;
}

/* b = the solution of L U y = P b. */
static int solve(const dg_stack *a, const dg_scratch *pivots, const dg_stack *b)
{
  const int64_t n = a->m.rows, k = b->m.columns;
  int status = exchange(b, pivots, 0, n, 0, 0);
  for (int64_t from = 0, to; from < n && status == 0; from = to) {
    to = DG_MIN(from + PANEL, n);
    part known = part_at(b, from, 0);
    status = substitute(a, from, LOWER_OF_ONES, known, k);
    if (status == 0 && to < n)
      status = subtract(a, part_at(a, to, from), known, part_at(b, to, 0), n - to, k, to - from, 0);
  }
  for (int64_t from = (n - 1) / PANEL * PANEL; from >= 0 && status == 0; from -= PANEL) {
    part known = part_at(b, from, 0);
    status = substitute(a, from, UPPER, known, k);
    if (status == 0 && from > 0)
      status = subtract(a, part_at(a, 0, from), known, part_at(b, 0, 0), from, k,
                        DG_MIN(PANEL, n - from), 0);
  }
  return status;
}

/* y = the solution of x y = b, which b has in the beginning. */
static int solve_all(const dg_view *x, dg_stack *b, const dg_view *y)
{
  dg_stack a = { .room = { NULL } };
  dg_scratch pivots = { NULL }, bad = { NULL };
  int status = dg_stack_of(&a, x);
  if (status == 0) status = dg_bad_take(&bad, x->device);
  if (status == 0) status = factor(&a, &pivots, &bad);
  if (status == 0) status = solve(&a, &pivots, b);
  if (status == 0) status = dg_cuda_copy(&b->v, y);
  dg_scratch_free(&pivots);
  dg_stack_free(&a);
  return dg_bad_tell(&bad, x, status);
}

int dg_cuda_inverse(const dg_view *x, const dg_view *y)
{
  if (y->size == 0) return 0;
  dg_stack b;
  int status = dg_stack_new(&b, x, x->shape[x->ndim - 1], x->shape[x->ndim - 1]);
  if (status == 0) status = dg_stack_identity(&b.v);
  if (status == 0) status = solve_all(x, &b, y);
  dg_stack_free(&b);
  return status;
}

int dg_cuda_solve(const dg_view *a, const dg_view *b, const dg_view *y)
{
  if (y->size == 0) return 0;
  dg_stack right;
  int status = dg_stack_of(&right, b);
  if (status == 0) status = solve_all(a, &right, y);
  dg_stack_free(&right);
  return status;
}

int dg_cuda_determinant(const dg_view *x, const dg_view *y)
{
  if (x->size == 0) return dg_cuda_fill(y, 1);
  dg_stack a;
  dg_scratch pivots = { NULL }, bad = { NULL }; /* singular matrices have a determinant as well */
  void *to = y->data;
  int status = dg_stack_of(&a, x);
  if (status == 0) status = dg_bad_take(&bad, x->device);
  if (status == 0) status = factor(&a, &pivots, &bad);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(determinants, x->dtype), x->device, dg_blocks(a.m.count, 1),
                       DG_CUDA_THREADS, 0, &a.m, &pivots.data, &to);
  dg_scratch_free(&pivots);
  dg_scratch_free(&bad);
  dg_stack_free(&a);
  return status;
}

/* -- Cholesky factors ---------------------------------------------------------------------------- */

static int find_roots(const dg_stack *a, const dg_scratch *bad)
{
  const int64_t n = a->m.rows;
  int status = 0;
  for (int64_t from = 0, to; from < n && status == 0; from = to) {
    to = DG_MIN(from + PANEL, n);
    int64_t rest = n - to;
    status = DG_LAUNCH(dg_kernel_for(roots, a->v.dtype), a->v.device, a->m.count,
                       dg_block_threads((to - from) * (to - from)), 0, DG_ARGUMENT(&a->m), &from,
                       DG_ARGUMENT(&bad->data));
    if (status < 0 || rest == 0) continue;
    part below = part_at(a, to, from), across = turned(below); /* below' = l^-1 below' */
    status = substitute(a, from, LOWER, across, rest);
    if (status == 0)
      status = subtract(a, below, across, part_at(a, to, to), rest, rest, to - from, 1);
  }
  return status;
}

int dg_cuda_cholesky(const dg_view *x, const dg_view *y)
{
  if (y->size == 0) return 0;
  dg_stack a;
  dg_scratch bad = { NULL };
  int status = dg_stack_of(&a, x);
  if (status == 0) status = dg_bad_take(&bad, x->device);
  if (status == 0) status = find_roots(&a, &bad);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(keeps_lower, x->dtype), x->device, dg_blocks(x->size, 1),
                       DG_CUDA_THREADS, 0, &a.m);
  if (status == 0) status = dg_cuda_copy(&a.v, y);
  dg_stack_free(&a);
  return dg_bad_tell(&bad, x, status);
}
