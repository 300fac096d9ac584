/* gemm_test.c -- matrix products, the linear layer and the pool against naive loops. */
#include "device/cpu/blas.h"
#include "device/cpu/gemm.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
  int passed, failed;
} count;

static int f64; /* the type that is being tested */

static void check(int ok, const char *what, const char *where)
{
  if (ok) {
    count.passed++;
    return;
  }
  if (count.failed++ < 20)
    fprintf(stderr, "FAILED %s: %s (f%d, %s, %d threads, %s)\n", what, where, f64 ? 64 : 32,
            dg_cpu_isa_name(), dg_pool_threads(), dg_blas_name());
}

/* The naive loops are most of the time, and not what the sanitizers are to look at. */
#define PLAIN __attribute__((no_sanitize("address", "undefined")))

/* Arrays of the type under test, read and written as double. */
PLAIN static inline double get(const void *p, int64_t i)
{
  return f64 ? ((const double *)p)[i] : (double)((const float *)p)[i];
}

static void put(void *p, int64_t i, double v)
{
  if (f64) ((double *)p)[i] = v;
  else ((float *)p)[i] = (float)v;
}

static double noise(void)
{
  static uint32_t s = 1;
  s = s * 1664525u + 1013904223u;
  return (double)(s >> 8) / (1 << 23) - 1;
}

/* rows x columns random numbers; what lies between the rows is `gap`. Exactly as long as needed. */
static void *matrix(int64_t rows, int64_t columns, int64_t ld, double gap)
{
  int64_t n = rows > 0 ? (rows - 1) * ld + columns : 0;
  void *p = malloc((size_t)(n > 0 ? n : 1) * (f64 ? 8 : 4));
  for (int64_t i = 0; i < n; i++) put(p, i, i % ld < columns ? noise() : gap);
  return p;
}

static double epsilon(void) { return f64 ? 2.3e-16 : 1.2e-7; }

static int close_to(double got, double want, double size, int64_t k)
{
  if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
  if (isinf(want) || isinf(got)) return got == want;
  return fabs(got - want) <= epsilon() * (double)(k + 8) * (size + 1);
}

typedef struct {
  int ta, tb, blocked;
  int64_t m, n, k, pad;
  double alpha, beta;
} shape;

static void run(const shape *s, const void *a, int64_t lda, const void *b, int64_t ldb, void *c,
                int64_t ldc)
{
  if (f64 && s->blocked)
    dg_gemm_blocked_f64(s->ta, s->tb, s->m, s->n, s->k, s->alpha, a, lda, b, ldb, s->beta, c, ldc,
                        c, ldc);
  else if (f64)
    dg_gemm_f64(s->ta, s->tb, s->m, s->n, s->k, s->alpha, a, lda, b, ldb, s->beta, c, ldc);
  else if (s->blocked)
    dg_gemm_blocked_f32(s->ta, s->tb, s->m, s->n, s->k, (float)s->alpha, a, lda, b, ldb,
                        (float)s->beta, c, ldc, c, ldc);
  else
    dg_gemm_f32(s->ta, s->tb, s->m, s->n, s->k, (float)s->alpha, a, lda, b, ldb, (float)s->beta, c,
                ldc);
}

PLAIN static int product_is_right(const shape *s, const void *a, int64_t lda, const void *b,
                                  int64_t ldb, const void *old, const void *c, int64_t ldc)
{
  for (int64_t i = 0; i < s->m; i++) {
    for (int64_t j = 0; j < s->n; j++) {
      double sum = 0, size = 0;
      for (int64_t p = 0; p < s->k && s->alpha != 0; p++) {
        double t = get(a, s->ta ? p * lda + i : i * lda + p) *
                   get(b, s->tb ? j * ldb + p : p * ldb + j) * s->alpha;
        sum += t;
        size += fabs(t);
      }
      double before = s->beta == 0 ? 0 : s->beta * get(old, i * ldc + j);
      if (!close_to(get(c, i * ldc + j), sum + before, size + fabs(before), s->k)) return 0;
    }
  }
  return 1;
}

static int gaps_are_kept(const void *c, int64_t rows, int64_t columns, int64_t ld)
{
  for (int64_t i = 0; i + 1 < rows; i++)
    for (int64_t j = columns; j < ld; j++)
      if (get(c, i * ld + j) != 7) return 0;
  return 1;
}

/* The gaps of A and B hold NaN, and so does C where beta is 0. `spoil` puts NaN, Inf and 0 in. */
static void try_product(shape s, int spoil)
{
  char text[160];
  int64_t wa = s.ta ? s.m : s.k, ha = s.ta ? s.k : s.m, lda = wa + s.pad + (wa == 0);
  int64_t wb = s.tb ? s.k : s.n, hb = s.tb ? s.n : s.k, ldb = wb + s.pad + (wb == 0);
  int64_t ldc = s.n + s.pad + (s.n == 0);
  size_t bytes = (size_t)(s.m > 0 && s.n > 0 ? (s.m - 1) * ldc + s.n : 0) * (f64 ? 8 : 4);
  void *a = matrix(ha, wa, lda, NAN), *b = matrix(hb, wb, ldb, NAN), *c = matrix(s.m, s.n, ldc, 7);
  if (spoil && s.m > 0 && s.n > 0 && s.k > 0) {
    put(a, 0, 0);
    put(b, (hb - 1) * ldb + wb - 1, NAN);
    put(a, (ha - 1) * lda + wa - 1, INFINITY);
    put(b, 0, s.m * s.n * s.k % 2 ? 0 : INFINITY);
  }
  for (int64_t i = 0; s.beta == 0 && i < s.m; i++)
    for (int64_t j = 0; j < s.n; j++) put(c, i * ldc + j, NAN);
  void *old = malloc(bytes + 1);
  memcpy(old, c, bytes);
  run(&s, a, lda, b, ldb, c, ldc);
  snprintf(text, sizeof text, "%c%c m %d n %d k %d pad %d alpha %g beta %g spoil %d", "NT"[s.ta],
           "NT"[s.tb], (int)s.m, (int)s.n, (int)s.k, (int)s.pad, s.alpha, s.beta, spoil);
  check(product_is_right(&s, a, lda, b, ldb, old, c, ldc), s.blocked ? "blocked" : "gemm", text);
  check(gaps_are_kept(c, s.m, s.n, ldc), "gaps", text);
  free(a);
  free(b);
  free(c);
  free(old);
}

/* All transpositions, with the first `forms` pairs of alpha and beta. */
static void try_shape(int64_t m, int64_t n, int64_t k, int forms)
{
  static const double factors[][2] = { { 1, 0 }, { -0.5, 0.75 }, { 1, 1 }, { 0, 0.5 }, { 2, 0 } };
  for (int t = 0; t < 4; t++) {
    for (int f = 0; f < forms; f++) {
      shape s = {
        .ta = t & 1,
        .tb = t >> 1,
        .m = m,
        .n = n,
        .k = k,
        .pad = f % 3,
        .alpha = factors[f][0],
        .beta = factors[f][1],
      };
      try_product(s, 0);
      if (f < 2 && forms > 2) try_product(s, 1);
      s.blocked = m > 0 && n > 0 && k > 0 && s.alpha != 0;
      if (s.blocked) try_product(s, f == 1);
    }
  }
}

static void try_small_products(void)
{
  static const int64_t sides[] = { 0, 1, 2, 5, 17, 35 };
  enum { SIDES = sizeof sides / sizeof *sides };
  for (int i = 0; i < SIDES; i++)
    for (int j = 0; j < SIDES; j++)
      for (int p = 0; p < SIDES; p++) try_shape(sides[i], sides[j], sides[p], 5);
}

/* Shapes that meet every limit in the code; those of the first group are cut by threads. */
static void try_large_products(int all)
{
  static const int64_t shapes[][3] = {
    { 150, 170, 160 }, { 1, 1100, 300 }, { 1100, 1, 300 }, { 700, 600, 1 },   { 100, 10, 300 },
    { 4, 64, 64 },     { 9, 64, 64 },    { 64, 64, 64 },   { 130, 97, 260 },  { 30, 530, 270 },
    { 1, 5000, 33 },   { 1, 37, 5000 },  { 2, 1030, 515 }, { 129, 200, 100 }, { 1050, 40, 60 },
    { 200, 150, 90 },  { 700, 40, 100 },
  };
  for (size_t i = 0; i < (all ? sizeof shapes / sizeof *shapes : 4); i++)
    try_shape(shapes[i][0], shapes[i][1], shapes[i][2], 2);
}

typedef struct {
  int64_t batch, in, out;
  void *x, *w, *b, *y, *gy, *gx, *gw, *gb;
} layer;

static void run_forward(const layer *l)
{
  if (f64) dg_linear_f64(l->batch, l->in, l->out, l->x, l->w, l->b, l->y);
  else dg_linear_f32(l->batch, l->in, l->out, l->x, l->w, l->b, l->y);
}

static void run_backward(const layer *l, int add)
{
  if (f64) dg_linear_grad_f64(l->batch, l->in, l->out, l->x, l->w, l->gy, l->gx, l->gw, l->gb, add);
  else dg_linear_grad_f32(l->batch, l->in, l->out, l->x, l->w, l->gy, l->gx, l->gw, l->gb, add);
}

/* Does r (m x n) equal the sum over p of a(i,p) b(p,j), with strides, plus `start`? */
PLAIN static int equals(const void *r, int64_t m, int64_t n, int64_t k, const void *a, int64_t ai,
                        int64_t ap, const void *b, int64_t bp, int64_t bj, double start)
{
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < n; j++) {
      double sum = start, size = fabs(start);
      for (int64_t p = 0; p < k; p++) {
        double t = get(a, i * ai + p * ap) * (b ? get(b, p * bp + j * bj) : 1);
        sum += t;
        size += fabs(t);
      }
      if (!close_to(get(r, i * n + j), sum, size, k)) return 0;
    }
  }
  return 1;
}

static void fill(void *p, int64_t n, double v)
{
  for (int64_t i = 0; p && i < n; i++) put(p, i, v);
}

static void try_layer(int64_t batch, int64_t in, int64_t out, int add, int without)
{
  char text[100];
  layer l = { batch,
              in,
              out,
              matrix(batch, in, in, 0),
              matrix(out, in, in, 0),
              NULL,
              matrix(batch, out, out, 0),
              matrix(batch, out, out, 0),
              NULL,
              NULL,
              NULL };
  if (!(without & 1)) l.gx = matrix(batch, in, in, 0);
  if (!(without & 2)) l.gw = matrix(out, in, in, 0);
  if (!(without & 4)) {
    l.gb = matrix(1, out, out, 0);
    l.b = matrix(1, out, out, 0);
  }
  fill(l.b, out, 0.25);
  fill(l.y, batch * out, NAN);
  fill(l.gx, batch * in, NAN);
  fill(l.gw, in * out, add ? 0.5 : NAN);
  fill(l.gb, out, add ? 0.5 : NAN);
  snprintf(text, sizeof text, "batch %d in %d out %d add %d without %d", (int)batch, (int)in,
           (int)out, add, without);
  run_forward(&l);
  run_backward(&l, add);
  double start = add ? 0.5 : 0;
  check(equals(l.y, batch, out, in, l.x, in, 1, l.w, 1, in, l.b ? 0.25 : 0), "linear", text);
  if (l.gx) check(equals(l.gx, batch, in, out, l.gy, out, 1, l.w, in, 1, 0), "gx", text);
  if (l.gw) check(equals(l.gw, out, in, batch, l.gy, 1, out, l.x, in, 1, start), "gw", text);
  if (l.gb) check(equals(l.gb, out, 1, batch, l.gy, 1, out, NULL, 0, 0, start), "gb", text);
  void *all[] = { l.x, l.w, l.b, l.y, l.gy, l.gx, l.gw, l.gb };
  for (int i = 0; i < 8; i++) free(all[i]);
}

static void try_layers(void)
{
  static const int64_t sizes[][3] = {
    { 1, 1, 1 },  { 1, 4, 64 },    { 1, 64, 64 },  { 1, 64, 1 },   { 1, 100, 37 },
    { 1, 33, 5 }, { 1, 784, 300 }, { 2, 3, 4 },    { 32, 64, 64 }, { 17, 100, 30 },
    { 5, 1, 9 },  { 0, 3, 2 },     { 1, 9000, 7 }, { 3, 4, 0 },
  };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (int add = 0; add < 2; add++)
      for (int without = 0; without < 8; without++)
        try_layer(sizes[i][0], sizes[i][1], sizes[i][2], add, without);
}

typedef struct {
  int64_t n;
  atomic_int *hits;
  atomic_int calls, short_ones;
  int64_t grain;
} cover;

static void cover_body(void *ctx, int64_t from, int64_t to)
{
  cover *c = ctx;
  atomic_fetch_add(&c->calls, 1);
  if (to - from < c->grain) atomic_fetch_add(&c->short_ones, 1);
  for (int64_t i = from; i < to; i++) atomic_fetch_add(&c->hits[i], 1);
}

static int covers_by(void (*parallel)(int64_t, int64_t, dg_parallel_fn *, void *), int most,
                     int64_t n, int64_t grain)
{
  cover c = { .n = n, .grain = grain < n ? grain : n };
  c.hits = calloc((size_t)n + 1, sizeof *c.hits);
  parallel(n, grain, cover_body, &c);
  int ok = atomic_load(&c.calls) <= most && !atomic_load(&c.short_ones);
  for (int64_t i = 0; i < n; i++) ok = ok && atomic_load(&c.hits[i]) == 1;
  free(c.hits);
  return ok;
}

static int covers(int64_t n, int64_t grain)
{
  return covers_by(dg_parallel, dg_pool_threads(), n, grain) &&
         covers_by(dg_parallel_many, (int)n, n, grain);
}

static void nested_body(void *ctx, int64_t from, int64_t to)
{
  for (int64_t i = from; i < to; i++)
    if (!covers(50, 10)) atomic_fetch_add((atomic_int *)ctx, 1);
}

static void *second_host_thread(void *bad)
{
  for (int i = 0; i < 300; i++)
    if (!covers(97, 1)) atomic_fetch_add((atomic_int *)bad, 1);
  return NULL;
}

static void try_pool(void)
{
  atomic_int bad = 0;
  for (int64_t n = 0; n < 40; n++)
    for (int64_t grain = 0; grain < 12; grain++) check(covers(n, grain), "pool", "ranges");
  for (int i = 0; i < 2000; i++)
    if (!covers(8, 1)) bad++;
  check(bad == 0, "pool", "2000 jobs in a row");
  dg_parallel(20, 1, nested_body, &bad);
  check(bad == 0, "pool", "nested");
  pthread_t other;
  if (pthread_create(&other, NULL, second_host_thread, &bad) == 0) {
    second_host_thread(&bad);
    pthread_join(other, NULL);
  }
  check(bad == 0, "pool", "two host threads");
  dg_pool_stop();
  check(covers(100, 1), "pool", "after a stop");
}

static void try_repeats(void)
{
  enum { N = 180 };
  void *a = matrix(N, N, N, 0), *b = matrix(N, N, N, 0);
  void *c = matrix(N, N, N, 0), *d = matrix(N, N, N, 0);
  shape s = { .m = N, .n = N, .k = N, .alpha = 1 };
  run(&s, a, N, b, N, c, N);
  for (int i = 0; i < 5; i++) {
    run(&s, a, N, b, N, d, N);
    check(memcmp(c, d, N * N * (f64 ? 8 : 4)) == 0, "gemm", "repeats bit for bit");
  }
  free(a);
  free(b);
  free(c);
  free(d);
}

static void try_threads(int threads)
{
  dg_pool_set_threads(threads);
  for (f64 = 0; f64 < 2; f64++) {
    if (threads == 1) try_small_products();
    if (threads == 1) try_layers();
    try_large_products(threads == 1);
    try_repeats();
  }
}

static void try_all(void)
{
  for (int isa = DG_ISA_BASE; isa < DG_ISA_COUNT; isa++)
    if (dg_cpu_set_isa((dg_isa)isa) == (dg_isa)isa)
      for (int threads = 1; threads <= 4; threads *= 2) try_threads(threads);
  try_pool();
}

/* Runs a test in a child, which reports its counts; a child that hangs or dies is one failure. */
static void in_child(void (*test)(void), const char *what)
{
  int ends[2], status = 0;
  fflush(NULL);
  if (pipe(ends)) return;
  pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    count.passed = count.failed = 0;
    test();
    dg_pool_stop();
    _exit(write(ends[1], &count, sizeof count) != sizeof count);
  }
  int passed = count.passed, failed = count.failed;
  close(ends[1]);
  int whole = read(ends[0], &count, sizeof count) == sizeof count;
  close(ends[0]);
  waitpid(pid, &status, 0);
  if (whole) {
    count.passed += passed;
    count.failed += failed;
  } else {
    count.passed = passed;
    count.failed = failed;
  }
  check(whole && status == 0, "child", what);
}

static void after_fork(void)
{
  dg_pool_set_threads(4);
  for (f64 = 0; f64 < 2; f64++) {
    try_large_products(0);
    try_repeats();
  }
  try_pool();
}

static void without_blas(void)
{
  setenv("DGRAPH_BLAS", "none", 1);
  dg_pool_set_threads(2);
  for (f64 = 0; f64 < 2; f64++) try_large_products(1);
  check(strncmp(dg_blas_name(), "built-in", 8) == 0, "blas", "none");
}

int main(void)
{
  unsetenv("DGRAPH_BLAS");
  unsetenv("OPENBLAS_NUM_THREADS");
  in_child(without_blas, "without OpenBLAS");
  try_all();
  check(getenv("OPENBLAS_NUM_THREADS") == NULL, "blas", "environment");
  for (int i = 0; i < 3; i++) in_child(after_fork, "after a fork");
  dg_pool_set_threads(2);
  check(covers(100, 1), "pool", "in the parent after forks");
  dg_pool_stop();
  printf("%d passed, %d failed\n", count.passed, count.failed);
  return count.failed != 0;
}
