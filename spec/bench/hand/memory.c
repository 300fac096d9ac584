/* memory.c -- passes over large arrays into memory that is there already; and matrix products. */
#include "hand.h"

enum { SIDE = 4096 };
static size_t size;
static float *a, *b, *y;

static void add(void)
{
  float *restrict to = y;
  for (size_t i = 0; i < size; i++) to[i] = a[i] + b[i];
}

static void relu_all(void)
{
  float *restrict to = y;
  for (size_t i = 0; i < size; i++) to[i] = a[i] > 0 ? a[i] : 0;
}

static void exp_all(void)
{
  float *restrict to = y;
  for (size_t i = 0; i < size; i++) to[i] = dg_exp_f32(a[i]);
}

static void tanh_all(void)
{
  float *restrict to = y;
  for (size_t i = 0; i < size; i++) to[i] = dg_tanh_f32(a[i]);
}

static void sigmoid_all(void)
{
  float *restrict to = y;
  for (size_t i = 0; i < size; i++) to[i] = dg_sigmoid_f32(a[i]);
}

enum { LANES = 32 };

static void sum(void)
{
  float lane[LANES] = { 0 }, total = 0;
  for (size_t i = 0; i < size; i += LANES)
    for (int l = 0; l < LANES; l++) lane[l] += a[i + l];
  for (int l = 0; l < LANES; l++) total += lane[l];
  sink = total;
}

static void softmax(void)
{
  for (size_t row = 0; row < SIDE; row++) {
    const float *x = a + row * SIDE;
    float *restrict to = y + row * SIDE, most[LANES], total[LANES] = { 0 };
    memcpy(most, x, sizeof most);
    for (int i = 0; i < SIDE; i += LANES)
      for (int l = 0; l < LANES; l++) most[l] = x[i + l] > most[l] ? x[i + l] : most[l];
    for (int l = 1; l < LANES; l++) most[0] = most[l] > most[0] ? most[l] : most[0];
    for (int i = 0; i < SIDE; i++) to[i] = dg_exp_f32(x[i] - most[0]);
    for (int i = 0; i < SIDE; i += LANES)
      for (int l = 0; l < LANES; l++) total[l] += to[i + l];
    for (int l = 1; l < LANES; l++) total[0] += total[l];
    const float scale = 1 / total[0];
    for (int i = 0; i < SIDE; i++) to[i] *= scale;
  }
}

static void sum_columns(void)
{
  memset(y, 0, SIDE * sizeof *y);
  for (size_t row = 0; row < SIDE; row++)
    for (int i = 0; i < SIDE; i++) y[i] += a[row * SIDE + i];
}

static void transpose(void)
{
  enum { TILE = 16 };
  for (size_t i = 0; i < SIDE; i += TILE)
    for (size_t j = 0; j < SIDE; j += TILE)
      for (size_t p = i; p < i + TILE; p++)
        for (size_t q = j; q < j + TILE; q++) y[p * SIDE + q] = a[q * SIDE + p];
}

void elementwise(void)
{
  static const struct {
    const char *name;
    void (*f)(void);
  } both[] = { { "add", add },       { "relu", relu_all },       { "exp", exp_all },
               { "tanh", tanh_all }, { "sigmoid", sigmoid_all }, { "sum", sum } };
  char name[32];
  a = numbers(SIDE * SIDE, 2), b = numbers(SIDE * SIDE, 2), y = numbers(SIDE * SIDE, 0);
  for (int big = 1; big >= 0; big--) {
    size = big ? SIDE * SIDE : 1 << 20;
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
      snprintf(name, sizeof name, "%s_%s", big ? "e16m" : "e1m", both[i].name);
      measure(name, big ? "ms" : "us", big ? 1e3 : 1e6, both[i].f);
    }
  }
  measure("e16m_softmax", "ms", 1e3, softmax);
  measure("e16m_sum_cols", "ms", 1e3, sum_columns);
  measure("e16m_transpose", "ms", 1e3, transpose);
}

/* -- Products: as in sgemm.lua ----------------------------------------------------------------- */

static struct {
  const char *kind;
  int m, n, k;
} shape, shapes[] = {
  { "nn", 64, 64, 64 },       { "nn", 256, 256, 256 },   { "nn", 1024, 1024, 1024 },
  { "nn", 2048, 2048, 2048 }, { "nt", 100, 1000, 784 },  { "tn", 1000, 784, 100 },
  { "nt", 100, 1000, 1000 },  { "nn", 100, 1000, 1000 }, { "nt", 1024, 768, 256 },
  { "nt", 1024, 1024, 256 },  { "tn", 1024, 256, 1024 }, { "nt", 32, 512, 128 },
  { "tn", 512, 128, 32 },     { "nt", 1, 64, 64 },       { "nt", 32, 64, 64 },
  { "nt", 1, 1000, 784 },
};

static void product(void)
{
  int ta = shape.kind[0] == 't', tb = shape.kind[1] == 't', m = shape.m, n = shape.n, k = shape.k;
  sgemm(ROW_MAJOR, NO_TRANS + ta, NO_TRANS + tb, m, n, k, 1, a, ta ? m : k, b, tb ? k : n, 0, y, n);
}

void sgemm_all(void)
{
  char name[48];
  a = numbers(2048 * 2048, 1), b = numbers(2048 * 2048, 1), y = numbers(2048 * 2048, 0);
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    shape = shapes[i];
    snprintf(name, sizeof name, "sgemm_%s_%dx%dx%d", shape.kind, shape.m, shape.n, shape.k);
    measure(name, "us", 1e6, product);
  }
}
