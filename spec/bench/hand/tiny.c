/* tiny.c -- 4-64-64-1 with tanh, one row and 32; logistic regression of one row. */
#include "hand.h"

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

static void infer_step(void) { sink = tiny_forward(); }

/* Gradients are written out, the update is a pass of its own: what a library has to do. */
static void mlp_step(void)
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

static void b32_step(void)
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

static void sgd_step(void)
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

/* The bias is the weight of a feature that is always 1. */
static float fw[ROOM], fx[ROOM], fz[ROOM], fn[ROOM];

static void ftrl_step(void)
{
  const float alpha = 0.1f, beta = 1, l1 = 1e-3f, l2 = 1e-3f;
  float s = 0;
  for (int i = 0; i < ROOM; i++) s += fw[i] * fx[i];
  float d = dg_sigmoid_f32(s) - 1;
  for (int i = 0; i < ROOM; i++) {
    float g = d * fx[i], n = fn[i] + g * g, root = sqrtf(n);
    float z = fz[i] + g - (root - sqrtf(fn[i])) / alpha * fw[i], over = fabsf(z) - l1;
    fz[i] = z, fn[i] = n;
    fw[i] = over <= 0 ? 0 : -copysignf(over, z) / ((beta + root) / alpha + l2);
  }
  sink = d;
}

/* -- What the table asks for ------------------------------------------------------------------- */

void mlp_tiny(void)
{
  tiny_begin();
  measure("mlp_tiny", "us", 1e6, mlp_step);
  b32_begin();
  measure("mlp_tiny_b32", "us", 1e6, b32_step);
}

void infer_tiny(void)
{
  tiny_begin();
  measure("infer_tiny", "us", 1e6, infer_step);
}

void logreg100(void)
{
  float *x = numbers(FEATURES, 1);
  memcpy(lx, x, FEATURES * sizeof *x);
  memcpy(fx, x, FEATURES * sizeof *x);
  fx[FEATURES] = 1;
  measure("logreg100", "us", 1e6, sgd_step);
  measure("logreg100_ftrl", "us", 1e6, ftrl_step);
}
