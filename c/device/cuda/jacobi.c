/* jacobi.c -- eigenvalues and singular values, and their vectors, by Jacobi's rotations. */
#include "device/cuda/linalg.h"

/* Matrices with so few columns are worked off by a block each; so are many with a few more. */
enum { SMALL = 32, MANY = 8, MEDIUM = 128, SWEEPS = 60 };

#define KERNELS(variable, name)                                                                    \
  static dg_kernel variable[DG_NDTYPES] = {                                                        \
    [DG_F32] = { "jacobi", name "_f32" }, [DG_F64] = { "jacobi", name "_f64" }                     \
  }
KERNELS(prepares, "prepare");
KERNELS(mirrors, "mirror");
KERNELS(diagonals, "diagonals");
KERNELS(lengths, "lengths");
KERNELS(ranks, "rank");
KERNELS(arranges, "arrange");
KERNELS(svds_alone, "svd_alone");
KERNELS(svd_rounds, "svd_round");
KERNELS(eigens_alone, "eigen_alone");
KERNELS(eigen_chooses, "eigen_choose");
KERNELS(eigen_turns, "eigen_turn");

/* What both need besides matrices, in one block: what each kernel leaves for the next. */
typedef struct notes {
  dg_scratch room, bad;
  void *values, *turns, *exponents, *order, *turned;
} notes;

static int notes_take(notes *s, const dg_stack *a)
{
  const int64_t n = a->m.columns, all = a->m.count * n, bytes = dg_item_bytes[a->v.dtype];
  const int64_t turns = 3 * a->m.count * ((n + 1) / 2), whole = (int64_t)sizeof(int);
  s->room.data = s->bad.data = NULL;
  if (dg_bad_take(&s->bad, a->v.device) < 0) return -1;
  int64_t size = (all + turns) * bytes + (all + a->m.count + 1) * whole;
  if (dg_scratch_take(&s->room, a->v.device, size) < 0) return -1;
  s->values = s->room.data;
  s->turns = (char *)s->values + all * bytes;
  s->order = (char *)s->turns + turns * bytes;
  s->exponents = (char *)s->order + all * whole;
  s->turned = (char *)s->exponents + a->m.count * whole;
  return 0;
}

static bool is_alone(const dg_matrices *m)
{
  return m->columns <= SMALL || (m->count > MANY && m->columns <= MEDIUM);
}

/* Sweeps until a whole one has found nothing to turn; `round` does one round of it. */
static int sweep(const dg_stack *a, const dg_stack *v, notes *s, const char *what,
                 int (*round)(const dg_stack *a, const dg_stack *v, notes *s, int64_t number))
{
  const int64_t n = a->m.columns, rounds = n - 1 + n % 2;
  dg_scratch turned = { .data = s->turned, .device = a->v.device };
  for (int i = 0; i < SWEEPS; i++) {
    int any = 0, status = dg_scratch_set(&turned, 0, sizeof any);
    for (int64_t k = 0; k < rounds && status == 0; k++) status = round(a, v, s, k);
    if (status == 0) status = dg_cuda_download(a->v.device, &any, s->turned, sizeof any);
    if (status < 0 || !any) return status;
  }
  return dg_fail(DG_EARGUMENT, "a matrix has %s that did not converge", what);
}

/* Sorts s->values into `sorted`, and tells the order. */
static int rank(const dg_stack *a, notes *s, int falling, const dg_view *sorted)
{
  int64_t count = a->m.count, n = a->m.columns;
  void *to = sorted->data;
  return DG_LAUNCH(dg_kernel_for(ranks, a->v.dtype), a->v.device, dg_blocks(count * n, 1),
                   DG_CUDA_THREADS, 0, &s->values, &count, &n, &falling, &s->exponents, &to,
                   &s->order);
}

/* to = the columns of `from` in that order, divided by s->values if `divided`. */
static int arrange(const dg_stack *from, notes *s, bool divided, const dg_stack *to)
{
  void *values = divided ? s->values : NULL;
  return DG_LAUNCH(dg_kernel_for(arranges, to->v.dtype), to->v.device, dg_blocks(to->v.size, 1),
                   DG_CUDA_THREADS, 0, DG_ARGUMENT(&from->m), &s->order, &values,
                   DG_ARGUMENT(&to->m));
}

static int prepare(const dg_stack *a, notes *s)
{
  return DG_LAUNCH(dg_kernel_for(prepares, a->v.dtype), a->v.device, a->m.count,
                   dg_block_threads(a->m.rows * a->m.columns), 0, DG_ARGUMENT(&a->m), &s->exponents,
                   &s->bad.data);
}

/* -- Symmetric matrices --------------------------------------------------------------------------- */

static int eigen_round(const dg_stack *a, const dg_stack *v, notes *s, int64_t number)
{
  const int64_t pairs = (a->m.rows + 1) / 2, parts = pairs * (pairs + a->m.rows);
  int status = DG_LAUNCH(dg_kernel_for(eigen_chooses, a->v.dtype), a->v.device,
                         dg_blocks(a->m.count * pairs, 1), DG_CUDA_THREADS, 0, DG_ARGUMENT(&a->m),
                         &number, &s->turns, &s->turned);
  if (status < 0) return -1;
  return DG_LAUNCH(dg_kernel_for(eigen_turns, a->v.dtype), a->v.device,
                   dg_blocks(a->m.count * parts, 1), DG_CUDA_THREADS, 0, DG_ARGUMENT(&a->m),
                   DG_ARGUMENT(&v->m), &number, &s->turns);
}

/* Leaves eigenvalues on the diagonals of `a`, and the vectors in v. */
static int find_eigen(const dg_stack *a, const dg_stack *v, notes *s)
{
  const int64_t n = a->m.rows;
  int status = DG_LAUNCH(dg_kernel_for(mirrors, a->v.dtype), a->v.device, dg_blocks(a->v.size, 1),
                         DG_CUDA_THREADS, 0, DG_ARGUMENT(&a->m));
  if (status == 0) status = dg_stack_identity(&v->v);
  if (status < 0) return -1;
  if (!is_alone(&a->m)) return sweep(a, v, s, "eigenvalues", eigen_round);
  return DG_LAUNCH(dg_kernel_for(eigens_alone, a->v.dtype), a->v.device, a->m.count,
                   dg_block_threads(n * n), 0, DG_ARGUMENT(&a->m), DG_ARGUMENT(&v->m), &s->turns,
                   &s->bad.data);
}

int dg_cuda_eigen(const dg_view *x, const dg_view *w, const dg_view *v)
{
  if (x->size == 0) return 0;
  const int64_t n = x->shape[x->ndim - 1];
  dg_stack a, turned = { .room = { NULL } };
  notes s = { .room = { NULL }, .bad = { NULL } };
  int status = dg_stack_of(&a, x);
  if (status == 0) status = dg_stack_new(&turned, x, n, n);
  if (status == 0) status = notes_take(&s, &a);
  if (status == 0) status = prepare(&a, &s);
  if (status == 0) status = find_eigen(&a, &turned, &s);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(diagonals, x->dtype), x->device, dg_blocks(a.m.count * n, 1),
                       DG_CUDA_THREADS, 0, &a.m, &s.values);
  if (status == 0) status = rank(&a, &s, 0, w);
  if (status == 0) status = arrange(&turned, &s, false, &a);
  if (status == 0) status = dg_cuda_copy(&a.v, v);
  dg_scratch_free(&s.room);
  dg_stack_free(&turned);
  dg_stack_free(&a);
  return dg_bad_tell(&s.bad, x, status);
}

/* -- Matrices of any shape ------------------------------------------------------------------------ */

static int svd_round(const dg_stack *w, const dg_stack *v, notes *s, int64_t number)
{
  return DG_LAUNCH(dg_kernel_for(svd_rounds, w->v.dtype), w->v.device,
                   dg_warp_blocks(w->m.count * ((w->m.columns + 1) / 2)), DG_CUDA_THREADS, 0,
                   DG_ARGUMENT(&w->m), DG_ARGUMENT(&v->m), &number, &s->turned);
}

/* Makes the columns of w orthogonal; those of v, in the beginning of the identity, go with them. */
static int find_svd(const dg_stack *w, const dg_stack *v, notes *s)
{
  int status = dg_stack_identity(&v->v);
  if (status < 0) return -1;
  if (!is_alone(&w->m)) return sweep(w, v, s, "singular values", svd_round);
  return DG_LAUNCH(dg_kernel_for(svds_alone, w->v.dtype), w->v.device, w->m.count,
                   dg_block_threads(32 * ((w->m.columns + 1) / 2)), 0, DG_ARGUMENT(&w->m),
                   DG_ARGUMENT(&v->m), &s->bad.data);
}

/* u = the directions of w's columns, and as many more as there is room for: what reflections make
 * orthonormal columns of, also where values are 0. */
static int take_u(const dg_stack *w, const dg_stack *u)
{
  dg_scratch taus = { NULL };
  int status = dg_reflectors(w, &taus);
  if (status == 0) status = dg_reflected(w, &taus, 1, u);
  dg_scratch_free(&taus);
  return status;
}

static dg_view turned(const dg_view *v)
{
  dg_view t = *v;
  const int last = v->ndim - 1;
  t.shape[last - 1] = v->shape[last], t.stride[last - 1] = v->stride[last];
  t.shape[last] = v->shape[last - 1], t.stride[last] = v->stride[last - 1];
  dg_view_finish(&t);
  return t;
}

/* The same for x with no more columns than rows; v is not yet turned. */
static int svd_of_tall(const dg_view *x, const dg_view *u, const dg_view *values, const dg_view *v)
{
  const int last = x->ndim - 1;
  const int64_t m = x->shape[last - 1], n = x->shape[last];
  dg_stack w, to_v = { .room = { NULL } }, to_u = to_v, sorted = to_v;
  notes s = { .room = { NULL }, .bad = { NULL } };
  int status = dg_stack_of(&w, x);
  if (status == 0) status = dg_stack_new(&to_v, x, n, n);
  if (status == 0) status = dg_stack_new(&to_u, x, m, u->shape[last]);
  if (status == 0) status = dg_stack_new(&sorted, x, m, n);
  if (status == 0) status = notes_take(&s, &w);
  if (status == 0) status = prepare(&w, &s);
  if (status == 0) status = find_svd(&w, &to_v, &s);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(lengths, x->dtype), x->device, dg_warp_blocks(w.m.count * n),
                       DG_CUDA_THREADS, 0, &w.m, &s.values);
  if (status == 0) status = rank(&w, &s, 1, values);
  if (status == 0) status = arrange(&w, &s, true, &sorted);
  if (status == 0) status = take_u(&sorted, &to_u);
  if (status == 0) status = dg_cuda_copy(&to_u.v, u);
  sorted.m.rows = n; /* it has room for v as well */
  dg_view square = to_v.v;
  square.data = sorted.m.data;
  if (status == 0) status = arrange(&to_v, &s, false, &sorted);
  if (status == 0) status = dg_cuda_copy(&square, v);
  dg_scratch_free(&s.room);
  dg_stack_free(&sorted);
  dg_stack_free(&to_u);
  dg_stack_free(&to_v);
  dg_stack_free(&w);
  return dg_bad_tell(&s.bad, x, status);
}

int dg_cuda_svd(const dg_view *x, const dg_view *const *y)
{
  if (x->size == 0) return dg_stack_identity(y[0]) < 0 ? -1 : dg_stack_identity(y[2]);
  const dg_view v = turned(y[2]);
  if (x->shape[x->ndim - 2] >= x->shape[x->ndim - 1]) return svd_of_tall(x, y[0], y[1], &v);
  const dg_view wide = turned(x); /* x' = v s u' */
  return svd_of_tall(&wide, &v, y[1], y[0]);
}
