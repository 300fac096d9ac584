/* gemm_bench.c -- our matrix products against raw cblas, in GFLOP/s.
 *
 * cc -std=c11 -D_GNU_SOURCE -O3 -pthread -Ic -o gemm_bench spec/bench/gemm_bench.c
 *    c/device/cpu/{isa,pool,blas,gemm,gemm_blocked,linear,kernels_f32,kernels_f64}.c c/base/{error,memory,thread}.c
 *    -ldl -lm
 * OPENBLAS_CORETYPE=... ./gemm_bench keep   keeps the variable, to see what older machines do.
 */
#include "device/cpu/blas.h"
#include "device/cpu/gemm.h"
#include "device/cpu/isa.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9 };

typedef struct {
  int ta, tb;
  int64_t m, n, k;
  float *a, *b, *c, *d;
} work;

typedef void contender(const work *w);

static int64_t lda(const work *w) { return w->ta ? w->m : w->k; }
static int64_t ldb(const work *w) { return w->tb ? w->k : w->n; }

static void by_cblas(const work *w)
{
  dg_blas_get()->sgemm(DG_BLAS_ROW_MAJOR, DG_BLAS_NO_TRANS + w->ta, DG_BLAS_NO_TRANS + w->tb,
                       (int)w->m, (int)w->n, (int)w->k, 1, w->a, (int)lda(w), w->b, (int)ldb(w), 0,
                       w->c, (int)w->n);
}

static void by_us(const work *w)
{
  dg_gemm_f32(w->ta, w->tb, w->m, w->n, w->k, 1, w->a, lda(w), w->b, ldb(w), 0, w->c, w->n);
}

static void by_blocked(const work *w)
{
  dg_gemm_blocked_f32(w->ta, w->tb, w->m, w->n, w->k, 1, w->a, lda(w), w->b, ldb(w), 0, w->c, w->n,
                      w->c, w->n);
}

/* The kernels that only small products take, here for any size, to find where they stop paying. */
static void by_small(const work *w)
{
  const dg_kernels_f32 *kernels = dg_get_kernels_f32();
  if (!w->tb)
    kernels->direct(w->m, w->n, w->k, 1, w->a, w->ta ? 1 : w->k, w->ta ? w->m : 1, w->b, w->n, 0,
                    w->c, w->n, w->c, w->n);
  else
    dg_gemm_strips_f32(w->ta, 1, w->m, w->n, w->k, 1, w->a, lda(w), w->b, w->k, 0, w->c, w->n, w->c,
                       w->n);
}

static void by_dots(const work *w)
{
  if (!w->tb || w->ta || w->m > 32) return;
  for (int64_t i = 0; i < w->m; i++)
    dg_get_kernels_f32()->gemv_t(w->n, w->k, 1, w->b, w->k, w->a + i * w->k, 0, w->c + i * w->n,
                                 w->c + i * w->n);
}

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_of(contender *f, const work *w, int64_t times)
{
  double start = now();
  for (int64_t i = 0; i < times; i++) f(w);
  return (now() - start) / (double)times;
}

static float *numbers(int64_t n)
{
  float *p = aligned_alloc(64, (size_t)(n * 4 + 63) / 64 * 64);
  for (int64_t i = 0; p && i < n; i++) p[i] = (float)(i * 7 % 13 - 6) / 8;
  return p;
}

/* The contenders take turns, so that a noisy neighbour disturbs all; the best round counts. */
static void compare(int ta, int tb, int64_t m, int64_t n, int64_t k)
{
  contender *const all[] = { by_cblas, by_us, by_blocked, by_small, by_dots };
  enum { COUNT = sizeof all / sizeof *all };
  double flops = 2.0 * (double)m * (double)n * (double)k, best[COUNT] = { 0 };
  work w = { ta, tb, m, n, k, numbers(m * k), numbers(k * n), numbers(m * n), NULL };
  int64_t times = (int64_t)(1e8 / flops) + 1;
  for (int r = 0; r < ROUNDS; r++) {
    for (int i = 0; i < COUNT; i++) {
      double t = i || dg_blas_get() ? time_of(all[i], &w, times) : 1e9;
      if (r == 1 || t < best[i]) best[i] = t;
    }
  }
  printf("%c%c %5d %5d %5d %10.0f", "NT"[ta], "NT"[tb], (int)m, (int)n, (int)k, best[1] * 1e9);
  for (int i = 0; i < COUNT; i++) printf(" %8.1f", flops / best[i] * 1e-9);
  if (dg_blas_get()) printf("   %5.2f %5.2f", best[0] / best[1], best[0] / best[2]);
  putchar('\n');
  fflush(stdout);
  free(w.a);
  free(w.b);
  free(w.c);
}

static void linear_forward(const work *w)
{
  dg_linear_f32(w->m, w->k, w->n, w->a, w->b, NULL, w->c);
}

static void linear_backward(const work *w)
{
  dg_linear_grad_f32(w->m, w->k, w->n, w->a, w->b, w->c, w->a + w->m * w->k, w->d, NULL, 0);
}

static void blas_backward(const work *w)
{
  const dg_blas *blas = dg_blas_get();
  int m = (int)w->m, n = (int)w->n, k = (int)w->k;
  float *gx = w->a + w->m * w->k;
  blas->sgemm(DG_BLAS_ROW_MAJOR, DG_BLAS_NO_TRANS, DG_BLAS_NO_TRANS, m, k, n, 1, w->c, n, w->b, k,
              0, gx, k);
  blas->sgemm(DG_BLAS_ROW_MAJOR, DG_BLAS_TRANS, DG_BLAS_NO_TRANS, n, k, m, 1, w->c, n, w->a, k, 0,
              w->d, k);
}

static void compare_linear(int64_t batch, int64_t in, int64_t out)
{
  contender *const all[] = { linear_forward, linear_backward, blas_backward };
  double best[3] = { 0 };
  work w = { 0,
             1,
             batch,
             out,
             in,
             numbers(2 * batch * in),
             numbers(in * out),
             numbers(batch * out),
             numbers(in * out) };
  int64_t times = 100000000 / (2 * batch * in * out) + 1;
  for (int r = 0; r < ROUNDS; r++) {
    for (int i = 0; i < 2 + (dg_blas_get() != NULL); i++) {
      double t = time_of(all[i], &w, times);
      if (r == 1 || t < best[i]) best[i] = t;
    }
  }
  printf("linear %3d %5d %5d: forward %8.0f ns, gx and gW %8.0f ns (two sgemm %8.0f)\n", (int)batch,
         (int)in, (int)out, best[0] * 1e9, best[1] * 1e9, best[2] * 1e9);
  free(w.a);
  free(w.b);
  free(w.c);
  free(w.d);
}

int main(int argc, char **argv)
{
  static const int64_t shapes[][5] = {
    { 0, 0, 1, 64, 64 },      { 0, 1, 1, 64, 64 },      { 0, 1, 64, 1, 64 },
    { 0, 0, 64, 64, 1 },      { 0, 0, 1, 256, 256 },    { 0, 1, 1, 256, 256 },
    { 0, 0, 1, 1000, 784 },   { 0, 1, 1, 1000, 784 },   { 0, 1, 1, 1024, 1024 },
    { 1, 0, 1000, 784, 1 },   { 0, 0, 4, 64, 64 },      { 0, 1, 4, 64, 64 },
    { 1, 0, 64, 64, 4 },      { 0, 0, 8, 8, 8 },        { 0, 0, 16, 16, 16 },
    { 0, 1, 16, 16, 16 },     { 0, 0, 32, 32, 32 },     { 0, 1, 32, 32, 32 },
    { 0, 0, 32, 64, 64 },     { 0, 1, 32, 64, 64 },     { 1, 0, 64, 64, 32 },
    { 0, 1, 2, 64, 64 },      { 0, 1, 3, 64, 64 },      { 0, 1, 8, 64, 64 },
    { 0, 0, 64, 64, 64 },     { 0, 1, 64, 64, 64 },     { 0, 0, 128, 128, 128 },
    { 0, 1, 128, 128, 128 },  { 0, 0, 2, 1000, 784 },   { 0, 1, 2, 1000, 784 },
    { 0, 1, 4, 1000, 784 },   { 0, 1, 8, 1000, 784 },   { 0, 1, 16, 1000, 784 },
    { 0, 0, 8, 784, 1000 },   { 0, 0, 16, 784, 1000 },  { 0, 0, 32, 10, 64 },
    { 0, 1, 32, 10, 64 },     { 0, 1, 100, 10, 1000 },  { 0, 1, 100, 1000, 784 },
    { 0, 0, 100, 784, 1000 }, { 1, 0, 1000, 784, 100 }, { 0, 0, 256, 256, 256 },
    { 0, 1, 256, 256, 256 },  { 0, 0, 512, 512, 512 },  { 0, 0, 1024, 1024, 1024 },
  };
  if (argc < 2 || strcmp(argv[1], "keep") != 0) {
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
  }
  printf("%s, our kernels %s, %d thread(s)\n", dg_blas_name(), dg_cpu_isa_name(),
         dg_pool_threads());
  printf("op     m     n     k     our ns    cblas  dg_gemm  blocked   small     dots   ours/cblas "
         "blocked/cblas\n");
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    compare((int)shapes[i][0], (int)shapes[i][1], shapes[i][2], shapes[i][3], shapes[i][4]);
  compare_linear(1, 4, 64);
  compare_linear(1, 64, 64);
  compare_linear(1, 100, 100);
  compare_linear(1, 256, 256);
  compare_linear(1, 784, 1000);
  compare_linear(1, 1024, 1024);
  compare_linear(32, 64, 64);
  dg_pool_stop();
  return 0;
}
