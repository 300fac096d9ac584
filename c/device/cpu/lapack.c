/* lapack.c -- linear algebra by LAPACK, which OpenBLAS carries.
 *
 * LAPACK lays matrices out column by column and overwrites its input, so every stack is copied into
 * such a layout first. All arguments are pointers in Fortran, hence one signature serves both float
 * dtypes; what stands behind a `char` is its length, as gfortran passes it. */
#include "base/memory.h"
#include "device/cpu/blas.h"
#include "device/cpu/cpu.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef void getrf_fn(const int *m, const int *n, void *a, const int *lda, int *pivots, int *info);
typedef void getri_fn(const int *n, void *a, const int *lda, const int *pivots, void *work,
                      const int *room, int *info);
typedef void gesv_fn(const int *n, const int *k, void *a, const int *lda, int *pivots, void *b,
                     const int *ldb, int *info);
typedef void potrf_fn(const char *uplo, const int *n, void *a, const int *lda, int *info, size_t);
typedef void syevd_fn(const char *job, const char *uplo, const int *n, void *a, const int *lda,
                      void *w, void *work, const int *room, int *whole, const int *whole_room,
                      int *info, size_t, size_t);
typedef void gesdd_fn(const char *job, const int *m, const int *n, void *a, const int *lda, void *s,
                      void *u, const int *ldu, void *vt, const int *ldvt, void *work,
                      const int *room, int *whole, int *info, size_t);
typedef void geqrf_fn(const int *m, const int *n, void *a, const int *lda, void *tau, void *work,
                      const int *room, int *info);
typedef void orgqr_fn(const int *m, const int *n, const int *k, void *a, const int *lda,
                      const void *tau, void *work, const int *room, int *info);

typedef struct lapack {
  getrf_fn *getrf;
  getri_fn *getri;
  gesv_fn *gesv;
  potrf_fn *potrf;
  syevd_fn *syevd;
  gesdd_fn *gesdd;
  geqrf_fn *geqrf;
  orgqr_fn *orgqr;
} lapack;

static lapack functions[2]; /* float32, float64 */
static char missing[16];    /* the first symbol that was not there */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_all(void)
{
  static const char *const names[] = { "getrf", "getri", "gesv",  "potrf",
                                       "syevd", "gesdd", "geqrf", "orgqr" };
  for (int d = 0; d < 2; d++) {
    lapack *f = &functions[d];
    void *const to[] = { &f->getrf, &f->getri, &f->gesv,  &f->potrf,
                         &f->syevd, &f->gesdd, &f->geqrf, &f->orgqr };
    for (int i = 0; i < 8; i++) {
      char symbol[16];
      snprintf(symbol, sizeof symbol, "%c%s_", "sd"[d], names[i]);
      if (!dg_blas_find(symbol, to[i]) && !missing[0]) strcpy(missing, symbol);
    }
  }
}

/* The functions for a dtype; NULL with an error. */
static const lapack *get(int dtype)
{
  pthread_once(&once, find_all);
  if (!missing[0]) return &functions[dtype];
  if (!dg_blas_get()) dg_fail(DG_ESYSTEM, "needs OpenBLAS for its LAPACK, got %s", dg_blas_name());
  else dg_fail(DG_ESYSTEM, "this OpenBLAS has no LAPACK: %s is missing", missing);
  return NULL;
}

/* -- Stacks of matrices, column by column ------------------------------------------------------ */

typedef struct stack {
  dg_view v;
  int64_t got, step; /* step: bytes from one matrix to the next */
  int rows, columns;
} stack;

/* Room for x's matrices, but of `rows` x `columns`. */
static int stack_new(stack *s, const dg_view *x, int64_t rows, int64_t columns)
{
  int last = x->ndim - 1;
  if (rows > INT32_MAX || columns > INT32_MAX)
    return dg_fail(DG_EARGUMENT, "matrices of %lld x %lld are too large for LAPACK",
                   (long long)rows, (long long)columns);
  int64_t shape[DG_MAX_NDIM];
  s->v = *x;
  s->v.data = NULL;
  memcpy(shape, x->shape, sizeof shape);
  shape[last - 1] = rows;
  shape[last] = columns;
  if (dg_view_set(&s->v, "lapack", x->dtype, x->ndim, shape) < 0) return -1;
  s->v.stride[last - 1] = 1;
  s->v.stride[last] = DG_MAX(rows, 1);
  dg_view_finish(&s->v);
  s->rows = (int)rows, s->columns = (int)columns;
  s->step = rows * columns * dg_item_bytes[x->dtype];
  s->v.data = dg_block_alloc(DG_MAX(s->v.size, 1) * dg_item_bytes[x->dtype], DG_WORKSPACE, &s->got);
  return s->v.data ? 0 : -1;
}

static int stack_copy(stack *s, const dg_view *x)
{
  int last = x->ndim - 1;
  s->v.data = NULL;
  if (stack_new(s, x, x->shape[last - 1], x->shape[last]) < 0) return -1;
  return dg_cpu_copy(x, &s->v);
}

static void stack_free(stack *s)
{
  if (s->v.data) dg_block_free(s->v.data, s->got, DG_WORKSPACE);
}

static void *matrix(const stack *s, int64_t i) { return (char *)s->v.data + i * s->step; }

/* How many matrices x has; 0 where they have no elements. */
static int64_t count_of(const dg_view *x)
{
  int64_t each = x->shape[x->ndim - 1] * x->shape[x->ndim - 2];
  return each > 0 ? x->size / each : 0;
}

/* "the matrix", or which one of a stack, "has what". */
static int refuse(const dg_view *x, int64_t i, const char *what)
{
  if (x->ndim == 2) return dg_fail(DG_EARGUMENT, "the matrix %s", what);
  return dg_fail(DG_EARGUMENT, "matrix %lld of the stack %s", (long long)i + 1, what);
}

static double number(const void *p, int dtype, int64_t i)
{
  return dtype == DG_F32 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}

static bool is_finite(const stack *s, int64_t i)
{
  const void *a = matrix(s, i);
  for (int64_t k = 0; k < (int64_t)s->rows * s->columns; k++)
    if (!isfinite(number(a, s->v.dtype, k))) return false;
  return true;
}

static const char no_number[] = "has elements that are NaN or infinite";

/* What LAPACK works with besides matrices: reals, after them whole numbers. */
typedef struct room {
  void *block, *tau, *work;
  int *whole;
  int64_t got;
  int size; /* of `work` */
} room;

/* `wanted`: what LAPACK asked for, as it says it, in the first element of an array of `dtype`. */
static int room_new(room *r, int dtype, const void *wanted, int64_t reals, int64_t whole)
{
  int64_t bytes = dg_item_bytes[dtype];
  double size_wanted = number(wanted, dtype, 0);
  if (dtype == DG_F32) size_wanted = ceil(size_wanted * (1 + FLT_EPSILON)); /* it was rounded */
  if (size_wanted > INT32_MAX)
    return dg_fail(DG_EARGUMENT, "the matrices are too large for LAPACK");
  r->size = (int)DG_MAX(size_wanted, 1);
  int64_t size = (reals + r->size) * bytes + 8;
  r->block = dg_block_alloc(size + whole * (int64_t)sizeof(int), DG_WORKSPACE, &r->got);
  if (!r->block) return -1;
  r->tau = r->block;
  r->work = (char *)r->block + reals * bytes;
  r->whole = (int *)((char *)r->block + size / 8 * 8);
  return 0;
}

static void room_free(room *r) { dg_block_free(r->block, r->got, DG_WORKSPACE); }

/* -- Square matrices ------------------------------------------------------------------------ */

static int invert(const lapack *f, stack *a, const dg_view *x)
{
  const int n = a->rows, ask = -1;
  int info = 0;
  double wanted = 0;
  room r;
  f->getri(&n, a->v.data, &n, &info, &wanted, &ask, &info);
  if (room_new(&r, x->dtype, &wanted, 0, n) < 0) return -1;
  int64_t i = 0, count = count_of(x);
  for (info = 0; i < count && info == 0; i++) {
    f->getrf(&n, &n, matrix(a, i), &n, r.whole, &info);
    if (info == 0) f->getri(&n, matrix(a, i), &n, r.whole, r.work, &r.size, &info);
  }
  room_free(&r);
  return info == 0 ? 0 : refuse(x, i - 1, "is singular");
}

static int inverses(const lapack *f, const dg_view *x, const dg_view *y)
{
  stack a;
  int status = stack_copy(&a, x);
  if (status == 0 && x->size > 0) status = invert(f, &a, x);
  if (status == 0) status = dg_cpu_copy(&a.v, y);
  stack_free(&a);
  return status;
}

/* The product of U's diagonal, with a change of sign for each row that moved. */
static double determinant(const void *lu, int dtype, int n, const int *pivots)
{
  double d = 1;
  for (int k = 0; k < n; k++) {
    double u = number(lu, dtype, (int64_t)k * n + k);
    d *= pivots[k] == k + 1 ? u : -u;
  }
  return d;
}

static int determinants(const lapack *f, const dg_view *x, const dg_view *y)
{
  if (x->size == 0) return dg_cpu_fill(y, 1);
  stack a;
  room r = { .block = NULL };
  const double one = 0;
  int status = stack_copy(&a, x), info;
  const int n = a.rows;
  if (status == 0) status = room_new(&r, x->dtype, &one, 0, n);
  for (int64_t i = 0; i < y->size && status == 0; i++) {
    f->getrf(&n, &n, matrix(&a, i), &n, r.whole, &info);
    double d = determinant(matrix(&a, i), x->dtype, n, r.whole);
    if (x->dtype == DG_F32) ((float *)y->data)[i] = (float)d;
    else ((double *)y->data)[i] = d;
  }
  if (r.block) room_free(&r);
  stack_free(&a);
  return status;
}

static int solve_all(const lapack *f, stack *a, stack *b, const dg_view *x)
{
  const double one = 0;
  room r;
  if (room_new(&r, x->dtype, &one, 0, a->rows) < 0) return -1;
  int info = 0;
  int64_t i = 0, count = count_of(x);
  for (; i < count && info == 0; i++)
    f->gesv(&a->rows, &b->columns, matrix(a, i), &a->rows, r.whole, matrix(b, i), &a->rows, &info);
  room_free(&r);
  return info == 0 ? 0 : refuse(x, i - 1, "is singular");
}

static int solutions(const lapack *f, const dg_view *x, const dg_view *right, const dg_view *y)
{
  if (y->size == 0) return 0;
  stack a, b = { .got = 0 };
  int status = stack_copy(&a, x);
  if (status == 0) status = stack_copy(&b, right);
  if (status == 0) status = solve_all(f, &a, &b, x);
  if (status == 0) status = dg_cpu_copy(&b.v, y);
  stack_free(&a);
  stack_free(&b);
  return status;
}

static int cholesky(const lapack *f, const dg_view *x, const dg_view *y)
{
  stack a;
  int status = stack_copy(&a, x), info = 0;
  const int n = a.rows;
  for (int64_t i = 0; status == 0 && i < count_of(x); i++) {
    f->potrf("L", &n, matrix(&a, i), &n, &info, 1);
    if (info != 0) status = refuse(x, i, "is not positive definite");
    for (int64_t k = 1; k < n; k++)
      memset((char *)matrix(&a, i) + k * n * dg_item_bytes[x->dtype], 0,
             (size_t)k * dg_item_bytes[x->dtype]);
  }
  if (status == 0) status = dg_cpu_copy(&a.v, y);
  stack_free(&a);
  return status;
}

static int eigen_all(const lapack *f, stack *a, const dg_view *x, const dg_view *w)
{
  const int n = a->rows, ask = -1;
  int info = 0, whole = 1;
  double wanted = 0;
  room r;
  f->syevd("V", "L", &n, a->v.data, &n, w->data, &wanted, &ask, &whole, &ask, &info, 1, 1);
  if (room_new(&r, x->dtype, &wanted, 0, whole) < 0) return -1;
  int status = 0;
  for (int64_t i = 0; i < count_of(x) && status == 0; i++) {
    if (!is_finite(a, i)) {
      status = refuse(x, i, no_number);
      break;
    }
    f->syevd("V", "L", &n, matrix(a, i), &n, dg_at(w, i * n), r.work, &r.size, r.whole, &whole,
             &info, 1, 1);
    if (info != 0) status = refuse(x, i, "has eigenvalues that did not converge");
  }
  room_free(&r);
  return status;
}

static int eigen(const lapack *f, const dg_view *x, const dg_view *w, const dg_view *v)
{
  stack a;
  int status = stack_copy(&a, x);
  if (status == 0 && x->size > 0) status = eigen_all(f, &a, x, w);
  if (status == 0) status = dg_cpu_copy(&a.v, v);
  stack_free(&a);
  return status;
}

/* -- Matrices of any shape --------------------------------------------------------------------- */

/* Ones on the diagonals of a stack, zeros elsewhere. */
static int identities(const dg_view *y)
{
  dg_view d = *y;
  int last = y->ndim - 1;
  if (dg_cpu_fill(y, 0) < 0) return -1;
  d.ndim--;
  d.shape[last - 1] = DG_MIN(y->shape[last - 1], y->shape[last]);
  d.stride[last - 1] = y->stride[last - 1] + y->stride[last];
  dg_view_finish(&d);
  return dg_cpu_fill(&d, 1);
}

static int svd_all(const lapack *f, stack *a, stack *u, const dg_view *s, stack *v)
{
  const int m = a->rows, n = a->columns, k = m < n ? m : n, ask = -1;
  const char *job = u->columns > k || v->rows > k ? "A" : "S";
  int info = 0, status = 0;
  double wanted = 0;
  room r;
  f->gesdd(job, &m, &n, a->v.data, &m, s->data, u->v.data, &m, v->v.data, &v->rows, &wanted, &ask,
           &info, &info, 1);
  if (room_new(&r, a->v.dtype, &wanted, 0, 8 * (int64_t)k) < 0) return -1;
  for (int64_t i = 0; i < count_of(&a->v) && status == 0; i++) {
    if (!is_finite(a, i)) {
      status = refuse(&a->v, i, no_number);
      break;
    }
    f->gesdd(job, &m, &n, matrix(a, i), &m, dg_at(s, i * k), matrix(u, i), &m, matrix(v, i),
             &v->rows, r.work, &r.size, r.whole, &info, 1);
    if (info != 0) status = refuse(&a->v, i, "has singular values that did not converge");
  }
  room_free(&r);
  return status;
}

static int svd(const lapack *f, const dg_view *x, const dg_view *const *y)
{
  if (x->size == 0) return identities(y[0]) < 0 ? -1 : identities(y[2]);
  int last = x->ndim - 1;
  stack a, u = { .got = 0 }, v = { .got = 0 };
  int status = stack_copy(&a, x);
  if (status == 0) status = stack_new(&u, x, x->shape[last - 1], y[0]->shape[last]);
  if (status == 0) status = stack_new(&v, x, y[2]->shape[last - 1], x->shape[last]);
  if (status == 0) status = svd_all(f, &a, &u, y[1], &v);
  if (status == 0) status = dg_cpu_copy(&u.v, y[0]);
  if (status == 0) status = dg_cpu_copy(&v.v, y[2]);
  stack_free(&a);
  stack_free(&u);
  stack_free(&v);
  return status;
}

/* r = the upper triangle that geqrf left in the first n rows of matrix i. */
static int take_r(const stack *a, int64_t i, const dg_view *r)
{
  const int64_t n = a->columns;
  dg_view to = { .dtype = a->v.dtype, .ndim = 2, .shape = { n, n }, .stride = { n, 1 } }, from = to;
  dg_view_finish(&to);
  to.data = dg_at(r, i * n * n);
  from.data = matrix(a, i);
  from.stride[0] = 1, from.stride[1] = a->rows;
  dg_view_finish(&from);
  if (dg_cpu_copy(&from, &to) < 0) return -1;
  for (int64_t k = 1; k < n; k++) memset(dg_at(&to, k * n), 0, (size_t)k * dg_item_bytes[to.dtype]);
  return 0;
}

static int qr_all(const lapack *f, stack *a, const dg_view *y)
{
  const int m = a->rows, n = a->columns, ask = -1;
  int info = 0, status = 0;
  double one[2] = { 0, 0 };
  void *first = &one[0], *second = &one[1];
  room r;
  f->geqrf(&m, &n, a->v.data, &m, second, first, &ask, &info);
  f->orgqr(&m, &n, &n, a->v.data, &m, NULL, second, &ask, &info);
  bool more = number(second, a->v.dtype, 0) > number(first, a->v.dtype, 0);
  if (room_new(&r, a->v.dtype, more ? second : first, n, 0) < 0) return -1;
  for (int64_t i = 0; i < count_of(&a->v) && status == 0; i++) {
    f->geqrf(&m, &n, matrix(a, i), &m, r.tau, r.work, &r.size, &info);
    status = take_r(a, i, y);
    f->orgqr(&m, &n, &n, matrix(a, i), &m, r.tau, r.work, &r.size, &info);
  }
  room_free(&r);
  return status;
}

static int qr(const lapack *f, const dg_view *x, const dg_view *q, const dg_view *r)
{
  if (x->size == 0) return dg_cpu_fill(r, 0);
  stack a;
  int status = stack_copy(&a, x);
  if (status == 0) status = qr_all(f, &a, r);
  if (status == 0) status = dg_cpu_copy(&a.v, q);
  stack_free(&a);
  return status;
}

int dg_cpu_linalg(dg_linalg kind, const dg_view *const *x, const dg_view *const *y)
{
  const lapack *f = get(x[0]->dtype);
  if (!f) return -1;
  switch (kind) {
  case DG_LINALG_INV:
    return inverses(f, x[0], y[0]);
  case DG_LINALG_DET:
    return determinants(f, x[0], y[0]);
  case DG_LINALG_SOLVE:
    return solutions(f, x[0], x[1], y[0]);
  case DG_LINALG_CHOLESKY:
    return cholesky(f, x[0], y[0]);
  case DG_LINALG_EIGH:
    return eigen(f, x[0], y[0], y[1]);
  case DG_LINALG_SVD:
    return svd(f, x[0], y);
  case DG_LINALG_QR:
    return qr(f, x[0], y[0], y[1]);
  }
  return dg_fail(DG_EARGUMENT, "there is no kind %d of linear algebra", (int)kind);
}
