/* vmath_test.c -- the largest errors of device/vmath.h, its special values, and its three builds. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/cpu/isa.h"
#include "device/vmath.h"

/* Errors are measured against the double (for float) and long double (for double) functions of
 * libm. vmath_test -v [stride] prints them; a stride of 977 takes seconds instead of one.
 *
 * The fourth build contracts to FMA whatever the flags say; the other three do as the library. */
#if DG_HAS_X86
#ifdef __clang__
#define TARGET_FMA DG_TARGET_AVX2
#else
#define TARGET_FMA DG_TARGET_AVX2 __attribute__((optimize("fp-contract=fast")))
#endif
#else
#define DG_TARGET_AVX2
#define DG_TARGET_AVX512
#define TARGET_FMA
#endif

enum { BLOCK = 1024, ISAS = 4 };

typedef void run_f32(float *restrict y, const float *restrict x, int n);
typedef void run_f64(double *restrict y, const double *restrict x, int n);

#define LOOP(attribute, isa, name, type, suffix)                                                   \
  attribute static void name##_##suffix##_##isa(type *restrict y, const type *restrict x, int n)   \
  {                                                                                                \
    for (int i = 0; i < n; i++) y[i] = dg_##name##_##suffix(x[i]);                                 \
  }
#define LOOPS(name)                                                                                \
  LOOP(, base, name, float, f32)                                                                   \
  LOOP(, base, name, double, f64)                                                                  \
  LOOP(DG_TARGET_AVX2, avx2, name, float, f32)                                                     \
  LOOP(DG_TARGET_AVX2, avx2, name, double, f64)                                                    \
  LOOP(DG_TARGET_AVX512, avx512, name, float, f32)                                                 \
  LOOP(DG_TARGET_AVX512, avx512, name, double, f64)                                                \
  LOOP(TARGET_FMA, fma, name, float, f32)                                                          \
  LOOP(TARGET_FMA, fma, name, double, f64)

LOOPS(exp)
LOOPS(expm1)
LOOPS(log)
LOOPS(log1p)
LOOPS(log2)
LOOPS(log10)
LOOPS(tanh)
LOOPS(sigmoid)
LOOPS(softplus)
LOOPS(sin)
LOOPS(cos)
LOOPS(erf)

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double softplus(double x) { return (x < 0 ? 0 : x) + log1p(exp(-fabs(x))); }
static long double sigmoidl(long double x) { return 1 / (1 + expl(-x)); }
static long double softplusl(long double x) { return (x < 0 ? 0 : x) + log1pl(expl(-fabsl(x))); }

typedef struct {
  const char *name;
  double bound32, bound64; /* ulp */
  double lo, hi;           /* where double arguments are drawn from, besides all bit patterns */
  int trig;
  double (*ref32)(double);
  long double (*ref64)(long double);
  run_f32 *f32[ISAS];
  run_f64 *f64[ISAS];
} function;

#define LOOPS32(name)                                                                              \
  {                                                                                                \
    name##_f32_base, name##_f32_avx2, name##_f32_avx512, name##_f32_fma                            \
  }
#define LOOPS64(name)                                                                              \
  {                                                                                                \
    name##_f64_base, name##_f64_avx2, name##_f64_avx512, name##_f64_fma                            \
  }
#define ROW(f, b32, b64, lo, hi, trig)                                                             \
  .name = #f, b32, b64, lo, hi, trig, f, f##l, LOOPS32(f), LOOPS64(f)

static const function functions[] = {
  { ROW(exp, 1.05, 1, -750, 712, 0) },  { ROW(expm1, 2, 2, -40, 40, 0) },
  { ROW(log, 1, 1, 0, 4, 0) },          { ROW(log1p, 2, 2, -1, 2, 0) },
  { ROW(log2, 1.5, 1, 0, 4, 0) },       { ROW(log10, 1.5, 1, 0, 4, 0) },
  { ROW(tanh, 2, 2, -21, 21, 0) },      { ROW(sigmoid, 2, 2, -750, 40, 0) },
  { ROW(softplus, 2, 2, -750, 40, 0) }, { ROW(sin, 1.6, 1, -10, 10, 1) },
  { ROW(cos, 1.6, 1, -10, 10, 1) },     { ROW(erf, 2, 2, -6.5, 6.5, 0) },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static const char *const isa_names[ISAS] = { "base", "avx2", "avx512", "fma" };
static int passed, failed, verbose;

static void check(int ok, const char *what, const char *name, const char *isa, double got)
{
  if (ok) {
    passed++;
    return;
  }
  failed++;
  printf("FAILED %s %s %s: %.9g\n", name, isa, what, got);
}

static int has_isa(int isa)
{
  dg_isa needed = isa == 3 ? DG_ISA_AVX2 : (dg_isa)isa;
  return dg_cpu_isa() >= needed;
}

static uint64_t state = 88172645463325252u;

static uint64_t random_u64(void)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/* ---- errors ---- */

/* Distance in units of the last place of the exact value; the spacing of subnormals from below. A
 * NaN, an infinity and the sign of zero are right or infinitely wrong. */
static double ulp_f32(float y, double exact)
{
  float r = (float)exact;
  if (isnan(r) || isnan(y)) return isnan(r) && isnan(y) ? 0 : INFINITY;
  if (isinf(r) || isinf(y)) return r == y ? 0 : INFINITY;
  if (y == 0 && r == 0) return signbit(y) == signbit(r) ? 0 : INFINITY;
  int e;
  frexp(exact, &e);
  return fabs(y - exact) / ldexp(1, e - 24 < -149 ? -149 : e - 24);
}

static double ulp_f64(double y, long double exact)
{
  double r = (double)exact;
  if (isnan(r) || isnan(y)) return isnan(r) && isnan(y) ? 0 : INFINITY;
  if (isinf(r) || isinf(y)) return r == y ? 0 : INFINITY;
  if (y == 0 && r == 0) return signbit(y) == signbit(r) ? 0 : INFINITY;
  int e;
  frexpl(exact, &e);
  return (double)(fabsl(y - exact) / ldexpl(1, e - 53 < -1074 ? -1074 : e - 53));
}

typedef struct {
  double ulp, at;
} worst;

static void measure_f32(const function *f, const float *x, int n, worst w[ISAS])
{
  float y[BLOCK];
  double exact[BLOCK];
  for (int i = 0; i < n; i++) exact[i] = f->ref32(x[i]);
  for (int isa = 0; isa < ISAS; isa++) {
    if (!has_isa(isa)) continue;
    f->f32[isa](y, x, n);
    for (int i = 0; i < n; i++) {
      double u = ulp_f32(y[i], exact[i]);
      if (u > w[isa].ulp) w[isa] = (worst){ u, x[i] };
    }
  }
}

static void measure_f64(const function *f, const double *x, int n, worst w[ISAS])
{
  double y[BLOCK];
  long double exact[BLOCK];
  for (int i = 0; i < n; i++) exact[i] = f->ref64(x[i]);
  for (int isa = 0; isa < ISAS; isa++) {
    if (!has_isa(isa)) continue;
    f->f64[isa](y, x, n);
    for (int i = 0; i < n; i++) {
      double u = ulp_f64(y[i], exact[i]);
      if (u > w[isa].ulp) w[isa] = (worst){ u, x[i] };
    }
  }
}

static void report(const function *f, const char *type, double bound, const worst w[ISAS])
{
  for (int isa = 0; isa < ISAS; isa++) {
    if (!has_isa(isa)) continue;
    check(w[isa].ulp <= bound, type, f->name, isa_names[isa], w[isa].ulp);
    if (verbose || w[isa].ulp > bound)
      printf("%-8s %s %-6s %.3f ulp at %.17g\n", f->name, type, isa_names[isa], w[isa].ulp,
             w[isa].at);
  }
}

/* Every stride-th of all 2^32 bit patterns. */
static void test_f32_sweep(const function *f, uint32_t stride)
{
  worst w[ISAS] = { { 0, 0 } };
  float x[BLOCK];
  int n = 0;
  for (uint64_t u = 0; u < 1ull << 32; u += stride) {
    float v = dg_from_bits_f32((uint32_t)u);
    if (f->trig && fabsf(v) > DG_TRIG_MAX_F32) continue;
    x[n++] = v;
    if (n == BLOCK) {
      measure_f32(f, x, n, w);
      n = 0;
    }
  }
  measure_f32(f, x, n, w);
  report(f, "f32", f->bound32, w);
}

/* Half of the arguments from where the function bends, half from all bit patterns; for sin and cos
 * also the neighbours of multiples of pi/2. */
static double draw_f64(const function *f, int i)
{
  double unit = (double)(random_u64() >> 11) * 0x1p-53, v = f->lo + (f->hi - f->lo) * unit;
  if (i % 2 == 0) return v;
  if (!f->trig) return i % 4 == 1 ? dg_from_bits_f64(random_u64()) : v * 0x1p-6;
  if (i % 4 == 1) return ldexp(v, (int)(random_u64() % 26));
  return (double)((long double)(random_u64() % 600000000) * (M_PI_2 + 6.1232339957367658e-17L));
}

static void test_f64_random(const function *f, int count)
{
  worst w[ISAS] = { { 0, 0 } };
  double x[BLOCK];
  for (int done = 0; done < count; done += BLOCK) {
    for (int i = 0; i < BLOCK; i++) x[i] = draw_f64(f, i);
    measure_f64(f, x, BLOCK, w);
  }
  report(f, "f64", f->bound64, w);
}

/* ---- special values ---- */

static const double specials[] = {
  0.0,
  -0.0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  10,
  1000,
  1024,
  1e-3,
  NAN,
  INFINITY,
  -INFINITY,
  FLT_MIN,
  -FLT_MIN,
  FLT_TRUE_MIN,
  -FLT_TRUE_MIN,
  FLT_MAX,
  -FLT_MAX,
  FLT_EPSILON,
  -FLT_EPSILON,
  DBL_MIN,
  -DBL_MIN,
  DBL_TRUE_MIN,
  -DBL_TRUE_MIN,
  DBL_MAX,
  -DBL_MAX,
  DBL_EPSILON,
  -DBL_EPSILON,
  88.7228,
  88.7229,
  89,
  -87.4,
  -103.97,
  -103.98,
  -104,
  -150,
  709.7827,
  709.79,
  710,
  -708.5,
  -745.1,
  -745.2,
  -746,
  -1000,
  -17.5,
  -18,
  -37.5,
  -38,
  0.625,
  -0.625,
  3.9,
  4,
  4.1,
  6,
  6.1,
  20,
  1e8,
  -1e8,
  0x1p-24,
  0x1p-25,
  0x1p-26,
  0x1p-53,
  0x1p-54,
  0x1p-55,
  0.70710678118654752,
  1.4142135623730951,
  -0.29289321881345248,
  0.41421356237309505,
  -0.99999994,
  M_PI,
  M_PI_2,
  M_PI_4,
  3 * M_PI_4,
};
enum { SPECIALS = sizeof specials / sizeof *specials };

static void test_specials(const function *f)
{
  worst w32[ISAS] = { { 0, 0 } }, w64[ISAS] = { { 0, 0 } };
  float x32[SPECIALS];
  double x64[SPECIALS];
  int n = 0;
  for (int i = 0; i < SPECIALS; i++) {
    double v = specials[i];
    if (f->trig && isfinite(v) && fabs(v) > DG_TRIG_MAX_F32) continue;
    x64[n] = v;
    x32[n++] = fabs(v) > FLT_MAX && isfinite(v) ? copysignf(FLT_MAX / 2, (float)v) : (float)v;
    if (f->trig && fabsf(x32[n - 1]) > DG_TRIG_MAX_F32 && !isinf(v)) n--;
  }
  measure_f32(f, x32, n, w32);
  measure_f64(f, x64, n, w64);
  report(f, "f32 special", f->bound32, w32);
  report(f, "f64 special", f->bound64, w64);
}

/* The powers of 2 are exact in log2; libm's bound alone would not show it. */
static void test_log2_exact(void)
{
  for (int isa = 0; isa < ISAS; isa++) {
    if (!has_isa(isa)) continue;
    int wrong = 0;
    for (int e = -1074; e < 1024; e++) {
      double x = ldexp(1, e), y;
      float x32 = (float)x, y32;
      functions[4].f64[isa](&y, &x, 1);
      wrong += y != e;
      if (e < -149 || e > 127) continue;
      functions[4].f32[isa](&y32, &x32, 1);
      wrong += y32 != (float)e;
    }
    check(wrong == 0, "powers of 2", "log2", isa_names[isa], wrong);
  }
}

static void test_trig_range(void)
{
  float x[65] = { 0 };
  double d[65] = { 0 };
  x[1] = d[1] = NAN;
  x[2] = d[2] = -INFINITY;
  x[64] = DG_TRIG_MAX_F32;
  d[64] = DG_TRIG_MAX_F64 / 2;
  check(dg_trig_fits_f32(x, 65) && dg_trig_fits_f64(d, 65), "fits", "sin", "", 0);
  x[64] = -nextafterf(DG_TRIG_MAX_F32, INFINITY);
  d[64] = -nextafter(DG_TRIG_MAX_F64, INFINITY);
  check(!dg_trig_fits_f32(x, 65) && !dg_trig_fits_f64(d, 65), "does not fit", "sin", "", 0);
  check(isnan(dg_sin_f32(x[64])) && isnan(dg_cos_f64(d[64])), "NaN beyond", "sin", "", 0);
  x[64] = FLT_MAX;
  d[64] = -DBL_MAX;
  check(!dg_trig_fits_f32(x, 65) && !dg_trig_fits_f64(d, 65), "largest", "sin", "", 0);
}

int main(int argc, char **argv)
{
  verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
  for (int i = 0; i < FUNCTIONS; i++) {
    test_f32_sweep(&functions[i], argc > 2 ? (uint32_t)atoi(argv[2]) : 9973);
    test_f64_random(&functions[i], 200000);
    test_specials(&functions[i]);
  }
  test_log2_exact();
  test_trig_range();
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
