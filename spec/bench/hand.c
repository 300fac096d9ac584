/* hand.c -- some workloads written out in C for their sizes, with OpenBLAS: the limit.
 *
 * cc -O3 -march=native -std=c11 -D_GNU_SOURCE -fno-math-errno -fno-trapping-math -ffp-contract=fast
 *    -Ic -o hand spec/bench/hand.c -ldl -lm
 * hand [--quick] [--threads 1]; prints workload,metric,value: the median of some blocks.
 * hand --probe: only tells, by its status, whether OpenBLAS can be had.
 */
#include "device/vmath.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };
static void (*sgemm)(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                     int lda, const float *b, int ldb, float beta, float *c, int ldc);
static void (*sgemv)(int order, int trans, int m, int n, float alpha, const float *a, int lda,
                     const float *x, int incx, float beta, float *y, int incy);

/* -- Measuring --------------------------------------------------------------------------------- */

static int blocks = 9, threads = 1;
static double block_seconds = 0.06, warm_up = 0.3;
static volatile float sink;

static double now(void)
{
  struct timespec t;
  clock_gettime(threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double run(void (*f)(void), long n)
{
  double start = now();
  for (long i = 0; i < n; i++) f();
  return now() - start;
}

static int by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void measure(const char *workload, const char *unit, double scale, void (*f)(void))
{
  double times[16], spent = 0;
  long n = 1;
  while (spent < warm_up) {
    double elapsed = run(f, n);
    spent += elapsed;
    if (elapsed < block_seconds) n *= 2;
  }
  n = (long)((double)n * block_seconds / run(f, n));
  if (n < 1) n = 1;
  for (int i = 0; i < blocks; i++) times[i] = run(f, n) / (double)n;
  qsort(times, (size_t)blocks, sizeof *times, by_size);
  printf("%s,%s,%.5g\n", workload, unit, times[blocks / 2] * scale);
  fflush(stdout);
}

static float *numbers(size_t n, float scale)
{
  static unsigned state = 1;
  float *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    p[i] = scale * ((float)(state >> 8) / 8388608 - 1);
  }
  return p;
}

/* -- 4-64-64-1 with tanh, one row -------------------------------------------------------------- */

/* A vector is one register: gcc 12 keeps wider ones in memory, three times slower. Weights lie as
 * [in][out]: forward adds up rows. */
#ifdef __AVX512F__
enum { WIDE = 16 };
#else
enum { WIDE = 8 };
#endif
typedef float wide __attribute__((vector_size(WIDE * sizeof(float))));
enum { IN = 4, H = 64, Q = H / WIDE };

static wide w1[IN][Q], b1[Q], w2[H][Q], b2[Q], w3[Q], g1[IN][Q], gb1[Q], g2[H][Q], gb2[Q], g3[Q];
static wide h1[Q], h2[Q];
static float b3, gb3;
static const float row[IN] = { 0.1f, -0.2f, 0.3f, 0.4f };
static const float rate = 0.01f;

static inline void tanh_all(float *x, int n)
{
  for (int i = 0; i < n; i++) x[i] = dg_tanh_f32(x[i]);
}

static inline float total(const wide *v)
{
  wide s = v[0];
  float t = 0;
  for (int q = 1; q < Q; q++) s += v[q];
  for (int i = 0; i < WIDE; i++) t += s[i];
  return t;
}

static inline float tiny_forward(void)
{
  wide z[Q], p[Q];
  for (int q = 0; q < Q; q++) z[q] = b1[q];
  for (int i = 0; i < IN; i++)
    for (int q = 0; q < Q; q++) z[q] += row[i] * w1[i][q];
  tanh_all((float *)z, H);
  memcpy(h1, z, sizeof h1);
  for (int q = 0; q < Q; q++) z[q] = b2[q];
  for (int i = 0; i < H; i++) {
    const float a = ((const float *)h1)[i];
    for (int q = 0; q < Q; q++) z[q] += a * w2[i][q];
  }
  tanh_all((float *)z, H);
  memcpy(h2, z, sizeof h2);
  for (int q = 0; q < Q; q++) p[q] = h2[q] * w3[q];
  return total(p) + b3;
}

static void infer_tiny(void) { sink = tiny_forward(); }

/* Gradients are written out, the update is a pass of its own: what a library has to do. */
static void mlp_tiny(void)
{
  float e = tiny_forward() - 0.5f, dy = 2 * e;
  wide dz[Q], dh[Q];
  sink = e * e;
  for (int q = 0; q < Q; q++) {
    g3[q] = dy * h2[q];
    gb2[q] = dz[q] = dy * w3[q] * (1 - h2[q] * h2[q]);
  }
  gb3 = dy;
  for (int i = 0; i < H; i++) {
    const float a = ((const float *)h1)[i];
    wide p[Q];
    for (int q = 0; q < Q; q++) {
      g2[i][q] = a * dz[q];
      p[q] = w2[i][q] * dz[q];
    }
    ((float *)dh)[i] = total(p);
  }
  for (int q = 0; q < Q; q++) gb1[q] = dh[q] *= 1 - h1[q] * h1[q];
  for (int i = 0; i < IN; i++)
    for (int q = 0; q < Q; q++) g1[i][q] = row[i] * dh[q];
  for (int q = 0; q < Q; q++) {
    b1[q] -= rate * gb1[q];
    b2[q] -= rate * gb2[q];
    w3[q] -= rate * g3[q];
    for (int i = 0; i < IN; i++) w1[i][q] -= rate * g1[i][q];
  }
  for (int i = 0; i < H; i++)
    for (int q = 0; q < Q; q++) w2[i][q] -= rate * g2[i][q];
  b3 -= rate * gb3;
}

static void tiny_begin(void)
{
  memcpy(w1, numbers(IN * H, 0.5f), sizeof w1);
  memcpy(w2, numbers(H * H, 0.1f), sizeof w2);
  memcpy(w3, numbers(H, 0.1f), sizeof w3);
}

/* -- The same, 32 rows ------------------------------------------------------------------------- */

enum { ROWS = 32 };
static float *rows, *wanted, *r1, *r2, *d1, *d2;

static void hidden(const float *x, int in, const wide *w, const wide *b, float *y)
{
  for (int n = 0; n < ROWS; n++) memcpy(y + n * H, b, H * sizeof *y);
  sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, ROWS, H, in, 1, x, in, (const float *)w, H, 1, y, H);
  tanh_all(y, ROWS * H);
}

static void hidden_back(const float *x, int in, const float *d, wide *g, wide *gb)
{
  sgemm(ROW_MAJOR, TRANS, NO_TRANS, in, H, ROWS, 1, x, in, d, H, 0, (float *)g, H);
  memset(gb, 0, H * sizeof(float));
  for (int n = 0; n < ROWS; n++)
    for (int q = 0; q < Q; q++) gb[q] += ((const wide *)d)[n * Q + q];
}

static void mlp_tiny_b32(void)
{
  float loss = 0;
  hidden(rows, IN, w1[0], b1, r1);
  hidden(r1, H, w2[0], b2, r2);
  memset(g3, 0, sizeof g3);
  gb3 = 0;
  for (int n = 0; n < ROWS; n++) {
    const wide *h = (const wide *)r2 + n * Q;
    wide *d = (wide *)d2 + n * Q, p[Q];
    for (int q = 0; q < Q; q++) p[q] = h[q] * w3[q];
    float e = total(p) + b3 - wanted[n], dy = 2 * e / ROWS;
    loss += e * e / ROWS;
    gb3 += dy;
    for (int q = 0; q < Q; q++) {
      g3[q] += dy * h[q];
      d[q] = dy * w3[q] * (1 - h[q] * h[q]);
    }
  }
  sink = loss;
  hidden_back(r1, H, d2, g2[0], gb2);
  sgemm(ROW_MAJOR, NO_TRANS, TRANS, ROWS, H, H, 1, d2, H, (const float *)w2, H, 0, d1, H);
  for (int i = 0; i < ROWS * H; i++) d1[i] *= 1 - r1[i] * r1[i];
  hidden_back(rows, IN, d1, g1[0], gb1);
  for (int q = 0; q < Q; q++) {
    b1[q] -= rate * gb1[q];
    b2[q] -= rate * gb2[q];
    w3[q] -= rate * g3[q];
    for (int i = 0; i < IN; i++) w1[i][q] -= rate * g1[i][q];
  }
  for (int i = 0; i < H; i++)
    for (int q = 0; q < Q; q++) w2[i][q] -= rate * g2[i][q];
  b3 -= rate * gb3;
}

static void b32_begin(void)
{
  tiny_begin();
  rows = numbers(ROWS * IN, 1), wanted = numbers(ROWS, 1);
  r1 = numbers(ROWS * H, 0), r2 = numbers(ROWS * H, 0);
  d1 = numbers(ROWS * H, 0), d2 = numbers(ROWS * H, 0);
}

/* -- Logistic regression, 100 features --------------------------------------------------------- */

enum { FEATURES = 100, ROOM = 112 }; /* the rest are zeros */
static wide lw[ROOM / WIDE], lx[ROOM / WIDE];
static float lb;

static void logreg100(void)
{
  wide s = lw[0] * lx[0];
  float z = lb;
  for (int q = 1; q < ROOM / WIDE; q++) s += lw[q] * lx[q];
  for (int i = 0; i < WIDE; i++) z += s[i];
  float g = dg_sigmoid_f32(z) - 1;
  for (int q = 0; q < ROOM / WIDE; q++) lw[q] -= rate * g * lx[q];
  lb -= rate * g;
  sink = g;
}

static void logreg_begin(void) { memcpy(lx, numbers(FEATURES, 1), FEATURES * sizeof(float)); }

/* -- 784-1000-1000-10 with relu ---------------------------------------------------------------- */

enum { LAYERS = 3, BATCH = 100 };
static const int size[LAYERS + 1] = { 784, 1000, 1000, 10 };
typedef struct {
  size_t n;
  float *p, *g, *m, *v;
} learned;
static learned weight[LAYERS], bias[LAYERS]; /* weights as [out][in] */
static float *at[LAYERS + 1], *back[LAYERS + 1];
static int label[BATCH];
static double steps;

static learned learn(size_t n, float scale)
{
  return (learned){ n, numbers(n, scale), numbers(n, 0), numbers(n, 0), numbers(n, 0) };
}

static void mnist_begin(void)
{
  for (int l = 0; l < LAYERS; l++) {
    weight[l] = learn((size_t)size[l] * (size_t)size[l + 1], 0.05f);
    bias[l] = learn((size_t)size[l + 1], 0);
  }
  for (int l = 0; l <= LAYERS; l++) {
    at[l] = numbers((size_t)(BATCH * size[l]), 1);
    back[l] = numbers((size_t)(BATCH * size[l]), 0);
  }
  for (int n = 0; n < BATCH; n++) label[n] = n % 10;
}

static void mnist_forward(int batch)
{
  for (int l = 0; l < LAYERS; l++) {
    int in = size[l], out = size[l + 1];
    float *y = at[l + 1];
    for (int n = 0; n < batch; n++) memcpy(y + n * out, bias[l].p, (size_t)out * sizeof *y);
    if (batch == 1) sgemv(ROW_MAJOR, NO_TRANS, out, in, 1, weight[l].p, in, at[l], 1, 1, y, 1);
    else
      sgemm(ROW_MAJOR, NO_TRANS, TRANS, batch, out, in, 1, at[l], in, weight[l].p, in, 1, y, out);
    for (int i = 0; i < batch * out && l + 1 < LAYERS; i++) y[i] = y[i] > 0 ? y[i] : 0;
  }
}

/* The gradient of the mean cross entropy by the last layer's outputs. */
static void cross_entropy(void)
{
  float loss = 0;
  for (int n = 0; n < BATCH; n++) {
    const float *y = at[LAYERS] + n * 10;
    float *g = back[LAYERS] + n * 10, most = y[0], sum = 0;
    for (int i = 1; i < 10; i++) most = y[i] > most ? y[i] : most;
    for (int i = 0; i < 10; i++) sum += g[i] = dg_exp_f32(y[i] - most);
    for (int i = 0; i < 10; i++) g[i] = (g[i] / sum - (i == label[n])) / BATCH;
    loss += logf(sum) + most - y[label[n]];
  }
  sink = loss / BATCH;
}

static void mlp_mnist_fwdbwd(void)
{
  mnist_forward(BATCH);
  cross_entropy();
  for (int l = LAYERS - 1; l >= 0; l--) {
    int in = size[l], out = size[l + 1];
    const float *g = back[l + 1];
    memset(bias[l].g, 0, (size_t)out * sizeof *g);
    for (int n = 0; n < BATCH; n++)
      for (int i = 0; i < out; i++) bias[l].g[i] += g[n * out + i];
    sgemm(ROW_MAJOR, TRANS, NO_TRANS, out, in, BATCH, 1, g, out, at[l], in, 0, weight[l].g, in);
    if (l == 0) break;
    sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, BATCH, in, out, 1, g, out, weight[l].p, in, 0, back[l],
          in);
    for (int i = 0; i < BATCH * in; i++) back[l][i] = at[l][i] > 0 ? back[l][i] : 0;
  }
}

static void adam(const learned *t, float lr, float eps)
{
  float *restrict p = t->p, *restrict m = t->m, *restrict v = t->v;
  const float *restrict g = t->g;
  for (size_t i = 0; i < t->n; i++) {
    m[i] += 0.1f * (g[i] - m[i]);
    v[i] += 0.001f * (g[i] * g[i] - v[i]);
    p[i] -= lr * m[i] / (sqrtf(v[i]) + eps);
  }
}

static void mlp_mnist(void)
{
  mlp_mnist_fwdbwd();
  steps++;
  double root = sqrt(1 - pow(0.999, steps));
  float lr = (float)(1e-3 * root / (1 - pow(0.9, steps)));
  for (int l = 0; l < LAYERS; l++) {
    adam(&weight[l], lr, (float)(1e-8 * root));
    adam(&bias[l], lr, (float)(1e-8 * root));
  }
}

static void infer_mnist(void)
{
  mnist_forward(1);
  sink = at[LAYERS][0];
}

/* -- Products ---------------------------------------------------------------------------------- */

static float *pa, *pb, *pc;
static int pn;

static void product(void)
{
  sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, pn, pn, pn, 1, pa, pn, pb, pn, 0, pc, pn);
}

static void products(void)
{
  pa = numbers(1024 * 1024, 1), pb = numbers(1024 * 1024, 1), pc = numbers(1024 * 1024, 0);
  for (int i = 0; i < 3; i++) {
    char name[32];
    pn = (int[]){ 64, 256, 1024 }[i];
    snprintf(name, sizeof name, "sgemm_%d", pn);
    measure(name, "us", 1e6, product);
  }
}

static int open_blas(void)
{
  void *lib = dlopen("libopenblas.so.0", RTLD_NOW);
  void (*set_threads)(int);
  if (!lib) {
    fprintf(stderr, "hand: %s\n", dlerror());
    return -1;
  }
  *(void **)&sgemm = dlsym(lib, "cblas_sgemm");
  *(void **)&sgemv = dlsym(lib, "cblas_sgemv");
  *(void **)&set_threads = dlsym(lib, "openblas_set_num_threads");
  set_threads(threads);
  return 0;
}

int main(int count, char **word)
{
  for (int i = 1; i < count; i++) {
    if (strcmp(word[i], "--quick") == 0) blocks = 5, block_seconds = 0.02, warm_up = 0.1;
    if (strcmp(word[i], "--threads") == 0 && i + 1 < count) threads = atoi(word[i + 1]);
  }
  if (open_blas() < 0) return 1;
  if (count > 1 && strcmp(word[1], "--probe") == 0) return 0;
  tiny_begin();
  measure("mlp_tiny", "us", 1e6, mlp_tiny);
  measure("infer_tiny", "us", 1e6, infer_tiny);
  b32_begin();
  measure("mlp_tiny_b32", "us", 1e6, mlp_tiny_b32);
  logreg_begin();
  measure("logreg100", "us", 1e6, logreg100);
  mnist_begin();
  measure("mlp_mnist", "ms", 1e3, mlp_mnist);
  measure("mlp_mnist_fwdbwd", "ms", 1e3, mlp_mnist_fwdbwd);
  measure("infer_mnist", "us", 1e6, infer_mnist);
  products();
  return 0;
}
