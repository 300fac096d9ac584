/* hand.c -- some workloads written out in C for their sizes, with OpenBLAS: the limit.
 *
 * cc -O3 -march=native -std=c11 -D_GNU_SOURCE -fno-math-errno -fno-trapping-math -ffp-contract=fast
 *    -Ic -o hand spec/bench/hand/(all).c -ldl -lm
 * hand [--quick] [--threads 1] [WORKLOAD...]; prints workload,metric,value: the best of some blocks.
 * hand --probe: only tells, by its status, whether OpenBLAS can be had. Threads are OpenBLAS's; all
 * else runs in one.
 */
#include "hand.h"

#include <dlfcn.h>
#include <time.h>

void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int, float,
              float *, int);
void (*sgemv)(int, int, int, int, float, const float *, int, const float *, int, float, float *,
              int);
volatile float sink;

static int blocks = 9, threads = 1;
static double block_seconds = 0.06, warm_up = 0.3;

/* -- Measuring --------------------------------------------------------------------------------- */

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

void measure(const char *workload, const char *unit, double scale, void (*f)(void))
{
  double best = 1e9, spent = 0;
  long n = 1;
  while (spent < warm_up) {
    double elapsed = run(f, n);
    spent += elapsed;
    if (elapsed < block_seconds) n *= 2;
  }
  n = (long)((double)n * block_seconds / run(f, n));
  if (n < 1) n = 1;
  for (int i = 0; i < blocks; i++) {
    double time = run(f, n) / (double)n;
    if (time < best) best = time;
  }
  printf("%s,%s,%.5g\n", workload, unit, best * scale);
  fflush(stdout);
}

/* -- What they share --------------------------------------------------------------------------- */

float *numbers(size_t n, float scale)
{
  static unsigned state = 1;
  float *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    p[i] = scale * ((float)(state >> 8) / 8388608 - 1);
  }
  return p;
}

void dense(const float *x, int batch, int in, int out, const float *w, const float *b, float *y)
{
  for (int n = 0; n < batch; n++) memcpy(y + n * out, b, (size_t)out * sizeof *y);
  if (batch == 1) sgemv(ROW_MAJOR, NO_TRANS, out, in, 1, w, in, x, 1, 1, y, 1);
  else sgemm(ROW_MAJOR, NO_TRANS, TRANS, batch, out, in, 1, x, in, w, in, 1, y, out);
}

void dense_back(const float *x, const float *gy, int batch, int in, int out, const float *w,
                float *gw, float *gb, float *gx)
{
  memset(gb, 0, (size_t)out * sizeof *gb);
  for (int n = 0; n < batch; n++)
    for (int i = 0; i < out; i++) gb[i] += gy[n * out + i];
  sgemm(ROW_MAJOR, TRANS, NO_TRANS, out, in, batch, 1, gy, out, x, in, 0, gw, in);
  if (gx) sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, batch, in, out, 1, gy, out, w, in, 0, gx, in);
}

void relu(float *y, int n)
{
  for (int i = 0; i < n; i++) y[i] = y[i] > 0 ? y[i] : 0;
}

void relu_back(const float *y, float *g, int n)
{
  for (int i = 0; i < n; i++) g[i] = y[i] > 0 ? g[i] : 0;
}

float cross_entropy(float *y, const int *label, int n, int classes)
{
  float loss = 0;
  for (int r = 0; r < n; r++, y += classes) {
    float most = y[0], sum = 0, right = y[label[r]];
    for (int i = 1; i < classes; i++) most = y[i] > most ? y[i] : most;
    for (int i = 0; i < classes; i++) y[i] = dg_exp_f32(y[i] - most);
    for (int i = 0; i < classes; i++) sum += y[i];
    for (int i = 0; i < classes; i++) y[i] = (y[i] / sum - (i == label[r])) / (float)n;
    loss += logf(sum) + most - right;
  }
  return loss / (float)n;
}

learned learn(size_t n, float scale)
{
  return (learned){ n, numbers(n, scale), numbers(n, 0), numbers(n, 0), numbers(n, 0) };
}

void adam(const learned *all, int count, double step)
{
  double root = sqrt(1 - pow(0.999, step));
  const float rate = (float)(1e-3 * root / (1 - pow(0.9, step))), eps = (float)(1e-8 * root);
  for (const learned *t = all; t < all + count; t++) {
    float *restrict p = t->p, *restrict m = t->m, *restrict v = t->v;
    const float *restrict g = t->g;
    for (size_t i = 0; i < t->n; i++) {
      m[i] += 0.1f * (g[i] - m[i]);
      v[i] += 0.001f * (g[i] * g[i] - v[i]);
      p[i] -= rate * m[i] / (sqrtf(v[i]) + eps);
    }
  }
}

/* -- All of them ------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  void (*f)(void);
} workloads[] = {
  { "mlp_tiny", mlp_tiny },   { "infer_tiny", infer_tiny },
  { "logreg100", logreg100 }, { "lstm_b1", lstm_b1 },
  { "mlp_mnist", mlp_mnist }, { "infer_mnist", infer_mnist },
  { "lenet", lenet },         { "lstm_char", lstm_char },
  { "conv3x3", conv3x3 },     { "elementwise", elementwise },
  { "sgemm", sgemm_all },
};

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
  int named = 0, probe = 0;
  for (int i = 1; i < count; i++) {
    if (strcmp(word[i], "--quick") == 0) blocks = 5, block_seconds = 0.02, warm_up = 0.1;
    else if (strcmp(word[i], "--threads") == 0 && i + 1 < count) threads = atoi(word[++i]);
    else if (strcmp(word[i], "--probe") == 0) probe = 1;
    else named++;
  }
  if (open_blas() < 0) return 1;
  for (size_t w = 0; !probe && w < sizeof workloads / sizeof *workloads; w++) {
    int wanted = named == 0;
    for (int i = 1; i < count; i++) wanted |= strcmp(word[i], workloads[w].name) == 0;
    if (wanted) workloads[w].f();
  }
  return 0;
}
