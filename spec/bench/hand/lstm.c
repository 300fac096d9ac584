/* lstm.c -- a character model over 50 steps of 32 sequences, Adam; and one sequence of 20 steps,
 * SGD. Gates lie in the order i f u o. */
#include "hand.h"

/* One row: gates in, activations in their place; c from the step before. */
static inline void cell(float *restrict q, const float *restrict c, float *restrict next,
                        float *restrict squashed, float *restrict h, int units)
{
  float *restrict i = q, *restrict f = q + units, *restrict u = q + 2 * units;
  float *restrict o = q + 3 * units;
  for (int j = 0; j < units; j++) {
    i[j] = dg_sigmoid_f32(i[j]), f[j] = dg_sigmoid_f32(f[j]);
    u[j] = dg_tanh_f32(u[j]), o[j] = dg_sigmoid_f32(o[j]);
    next[j] = f[j] * c[j] + i[j] * u[j];
    squashed[j] = dg_tanh_f32(next[j]);
    h[j] = o[j] * squashed[j];
  }
}

/* gc comes as the gradient of the next c and leaves as that of this one's before. */
static inline void cell_back(const float *restrict q, const float *restrict c,
                             const float *restrict squashed, const float *restrict gh,
                             float *restrict gc, float *restrict d, int units)
{
  const float *restrict i = q, *restrict f = q + units, *restrict u = q + 2 * units;
  const float *restrict o = q + 3 * units;
  for (int j = 0; j < units; j++) {
    float z = squashed[j], g = gc[j] + gh[j] * o[j] * (1 - z * z);
    d[j] = g * u[j] * i[j] * (1 - i[j]);
    d[units + j] = g * c[j] * f[j] * (1 - f[j]);
    d[2 * units + j] = g * i[j] * (1 - u[j] * u[j]);
    d[3 * units + j] = gh[j] * z * o[j] * (1 - o[j]);
    gc[j] = g * f[j];
  }
}

/* -- The character model ----------------------------------------------------------------------- */

enum { V = 96, H = 128, G = 4 * H, STEPS = 50, B = 32, N = STEPS * B };
enum { EMBED, WX, WH, BIAS, OUT, OUT_BIAS, LEARNED };
static learned par[LEARNED];
static float *x, *gates, *h, *c, *squashed, *scores, *gh, *gg, *gc, *gx;
static int letter[N], label[N];
static double steps;

static void char_begin(void)
{
  static const size_t sizes[] = { V * H, G * H, G * H, G, V * H, V };
  for (int i = 0; i < LEARNED; i++) par[i] = learn(sizes[i], 0.1f);
  x = numbers(N * H, 0), gates = numbers(N * G, 0), h = numbers((N + B) * H, 0);
  c = numbers((N + B) * H, 0), squashed = numbers(N * H, 0), scores = numbers(N * V, 0);
  gh = numbers(N * H, 0), gg = numbers(N * G, 0), gc = numbers(B * H, 0), gx = numbers(N * H, 0);
  for (int i = 0; i < N; i++) letter[i] = i * 31 % V, label[i] = i * 17 % V;
}

/* h and c begin with a step of zeros. */
static void char_forward(void)
{
  for (int i = 0; i < N; i++) memcpy(x + i * H, par[EMBED].p + letter[i] * H, H * sizeof *x);
  dense(x, N, H, G, par[WX].p, par[BIAS].p, gates);
  for (int t = 0; t < STEPS; t++) {
    float *g = gates + t * B * G;
    if (t) sgemm(ROW_MAJOR, NO_TRANS, TRANS, B, G, H, 1, h + t * B * H, H, par[WH].p, H, 1, g, G);
    for (int n = t * B; n < (t + 1) * B; n++)
      cell(gates + n * G, c + n * H, c + (n + B) * H, squashed + n * H, h + (n + B) * H, H);
  }
  dense(h + B * H, N, H, V, par[OUT].p, par[OUT_BIAS].p, scores);
}

static void char_step(void)
{
  char_forward();
  sink = cross_entropy(scores, label, N, V);
  dense_back(h + B * H, scores, N, H, V, par[OUT].p, par[OUT].g, par[OUT_BIAS].g, gh);
  memset(gc, 0, B * H * sizeof *gc);
  for (int t = STEPS - 1; t >= 0; t--) {
    for (int n = 0; n < B; n++) {
      int at = t * B + n;
      cell_back(gates + at * G, c + at * H, squashed + at * H, gh + at * H, gc + n * H, gg + at * G,
                H);
    }
    if (t)
      sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, B, H, G, 1, gg + t * B * G, G, par[WH].p, H, 1,
            gh + (t - 1) * B * H, H);
  }
  dense_back(x, gg, N, H, G, par[WX].p, par[WX].g, par[BIAS].g, gx);
  sgemm(ROW_MAJOR, TRANS, NO_TRANS, G, H, N, 1, gg, G, h, H, 0, par[WH].g, H);
  memset(par[EMBED].g, 0, V * H * sizeof(float));
  for (int i = 0; i < N; i++)
    for (int j = 0; j < H; j++) par[EMBED].g[letter[i] * H + j] += gx[i * H + j];
  adam(par, LEARNED, ++steps);
}

void lstm_char(void)
{
  char_begin();
  measure("lstm_char", "ms", 1e3, char_step);
}

/* -- One sequence: weights lie as [in][out] ---------------------------------------------------- */

enum { U = 64, G1 = 4 * U, T = 20, LANES = 16 };
typedef float wide_sum[LANES]; /* sums side by side, so that the compiler may use vectors */
static float *wx, *wh, *wb, *gwx, *gwh, *gwb, *x1, *gates1, *h1, *c1, *squashed1;

static void one_begin(void)
{
  wx = numbers(U * G1, 0.1f), wh = numbers(U * G1, 0.1f), wb = numbers(G1, 0);
  gwx = numbers(U * G1, 0), gwh = numbers(U * G1, 0), gwb = numbers(G1, 0);
  x1 = numbers(T * U, 1), gates1 = numbers(T * G1, 0), squashed1 = numbers(T * U, 0);
  h1 = numbers((T + 1) * U, 0), c1 = numbers((T + 1) * U, 0);
}

static void one_back(void)
{
  float gh1[U], gc1[U] = { 0 }, d[G1];
  memset(gwx, 0, U * G1 * sizeof *gwx), memset(gwh, 0, U * G1 * sizeof *gwh);
  memset(gwb, 0, G1 * sizeof *gwb);
  for (int j = 0; j < U; j++) gh1[j] = 2 * h1[T * U + j];
  for (int t = T - 1; t >= 0; t--) {
    cell_back(gates1 + t * G1, c1 + t * U, squashed1 + t * U, gh1, gc1, d, U);
    for (int j = 0; j < G1; j++) gwb[j] += d[j];
    for (int i = 0; i < U; i++) {
      const float a = x1[t * U + i], b = h1[t * U + i];
      float *restrict to_x = gwx + i * G1, *restrict to_h = gwh + i * G1;
      wide_sum sum = { 0 };
      for (int j = 0; j < G1; j++) to_x[j] += a * d[j], to_h[j] += b * d[j];
      for (int j = 0; j < G1; j += LANES)
        for (int l = 0; l < LANES; l++) sum[l] += d[j + l] * wh[i * G1 + j + l];
      gh1[i] = 0;
      for (int l = 0; l < LANES; l++) gh1[i] += sum[l];
    }
  }
}

static void one_step(void)
{
  for (int t = 0; t < T; t++) {
    float *restrict z = gates1 + t * G1;
    memcpy(z, wb, G1 * sizeof *z);
    for (int i = 0; i < U; i++) {
      const float a = x1[t * U + i], b = h1[t * U + i];
      for (int j = 0; j < G1; j++) z[j] += a * wx[i * G1 + j] + b * wh[i * G1 + j];
    }
    cell(z, c1 + t * U, c1 + (t + 1) * U, squashed1 + t * U, h1 + (t + 1) * U, U);
  }
  one_back();
  for (int i = 0; i < U * G1; i++) wx[i] -= 1e-3f * gwx[i], wh[i] -= 1e-3f * gwh[i];
  for (int i = 0; i < G1; i++) wb[i] -= 1e-3f * gwb[i];
  sink = h1[T * U];
}

void lstm_b1(void)
{
  one_begin();
  measure("lstm_b1", "us", 1e6, one_step);
}
