/* vmath_bench.c -- ns an element of device/vmath.h for 4096 numbers in L1, beside scalar libm.
 *
 * gcc -std=c11 -D_GNU_SOURCE -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -Ic \
 *   spec/bench/vmath_bench.c c/device/cpu/isa.c -o /tmp/vmath_bench -lm && /tmp/vmath_bench */
#include <math.h>
#include <stdio.h>
#include <time.h>
#include "device/cpu/isa.h"
#include "device/vmath.h"

enum { N = 4096 };

static float x32[N] __attribute__((aligned(64))), y32[N] __attribute__((aligned(64)));
static double x64[N] __attribute__((aligned(64))), y64[N] __attribute__((aligned(64)));

typedef void loop(void *y, const void *x);

#define LOOP(attribute, name, function, type)                                                      \
  attribute static void name(void *restrict y, const void *restrict x)                             \
  {                                                                                                \
    const type *a = x;                                                                             \
    type *o = y;                                                                                   \
    for (int i = 0; i < N; i++) o[i] = function(a[i]);                                             \
  }
#define ISA(attribute, isa, name)                                                                  \
  LOOP(attribute, name##_f32_##isa, dg_##name##_f32, float)                                        \
  LOOP(attribute, name##_f64_##isa, dg_##name##_f64, double)

/* Called through volatile pointers, so that libm stays scalar. */
#define LIBM(name)                                                                                 \
  static float (*volatile name##_libm32)(float) = name##f;                                         \
  static double (*volatile name##_libm64)(double) = name;                                          \
  LOOP(, name##_f32_libm, name##_libm32, float)                                                    \
  LOOP(, name##_f64_libm, name##_libm64, double)

#if DG_HAS_X86
#define ISAS(name)                                                                                 \
  ISA(, base, name) ISA(DG_TARGET_AVX2, avx2, name) ISA(DG_TARGET_AVX512, avx512, name)
#define RUN(name, type)                                                                            \
  {                                                                                                \
    name##type##_base, name##type##_avx2, name##type##_avx512, name##type##_libm                   \
  }
#else
#define ISAS(name) ISA(, base, name)
#define RUN(name, type)                                                                            \
  {                                                                                                \
    name##type##_base, NULL, NULL, name##type##_libm                                               \
  }
#endif
#define ALL(name) ISAS(name) LIBM(name)
#define ROW(f, from, to)                                                                           \
  .name = #f, from, to, { RUN(f, _f32), RUN(f, _f64) }

static float sigmoidf(float x) { return 1 / (1 + expf(-x)); }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static float softplusf(float x) { return (x < 0 ? 0 : x) + log1pf(expf(-fabsf(x))); }
static double softplus(double x) { return (x < 0 ? 0 : x) + log1p(exp(-fabs(x))); }

ALL(exp)
ALL(expm1)
ALL(log)
ALL(log1p)
ALL(log2)
ALL(log10)
ALL(tanh)
ALL(sigmoid)
ALL(softplus)
ALL(sin)
ALL(cos)
ALL(erf)

static const struct {
  const char *name;
  double lo, hi;
  loop *run[2][4];
} rows[] = {
  { ROW(exp, -8, 8) },      { ROW(expm1, -8, 8) }, { ROW(log, 0, 16) },   { ROW(log1p, -0.9, 16) },
  { ROW(log2, 0, 16) },     { ROW(log10, 0, 16) }, { ROW(tanh, -8, 8) },  { ROW(sigmoid, -8, 8) },
  { ROW(softplus, -8, 8) }, { ROW(sin, -10, 10) }, { ROW(cos, -10, 10) }, { ROW(erf, -4, 4) },
};

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* The best of many short runs: others share this machine. */
static double ns_per_element(loop *f, void *y, const void *x)
{
  double best = 1e9;
  for (int run = 0; run < 60; run++) {
    double t = now();
    for (int i = 0; i < 20; i++) f(y, x);
    t = now() - t;
    if (t < best) best = t;
  }
  return best * 1e9 / (20 * N);
}

int main(void)
{
  void *const y[2] = { y32, y64 };
  const void *const x[2] = { x32, x64 };
  printf("%-9s", "");
  for (int type = 0; type < 2; type++)
    printf(" %7s %7s %7s %7s", type ? "f64base" : "f32base", "avx2", "avx512", "libm");
  printf("\n");
  for (unsigned r = 0; r < sizeof rows / sizeof *rows; r++) {
    for (int i = 0; i < N; i++) {
      x64[i] = rows[r].lo + (rows[r].hi - rows[r].lo) * (i + 0.5) / N;
      x32[i] = (float)x64[i];
    }
    printf("%-9s", rows[r].name);
    for (int type = 0; type < 2; type++)
      for (int k = 0; k < 4; k++)
        if (k == 3 || (int)dg_cpu_set_isa((dg_isa)k) == k)
          printf(" %7.3f", ns_per_element(rows[r].run[type][k], y[type], x[type]));
        else printf(" %7s", "-");
    printf("\n");
  }
  return 0;
}
