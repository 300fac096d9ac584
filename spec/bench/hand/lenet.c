/* lenet.c -- LeNet on 28x28 images: convolutions by im2col, an image at a time, SGD with momentum;
 * and a convolution of 3x3 alone. */
#include "hand.h"

enum { BATCH = 64, K = 5, FEATURES = 800, UNITS = 500, CLASSES = 10 };

/* A convolution of 5x5 with relu and pooling by 2: `in` images of size^2 to `out` ones. */
typedef struct {
  int in, out, size, wide; /* wide: size - 4 */
  learned w, b;
  float *y, *gy, *pooled, *columns;
  unsigned char *from; /* which of four a pooled element is; 4 where relu gave 0 */
} layer;

static layer one = { 1, 20, 28, 24 }, two = { 20, 50, 12, 8 };
static learned dense1[2], dense2[2];
static float *images, *h, *gh, *scores, *gfeatures, *gpooled;
static int label[BATCH];

static void layer_begin(layer *l)
{
  size_t taps = (size_t)(l->in * K * K), places = (size_t)(l->wide * l->wide);
  l->w = learn((size_t)l->out * taps, 0.1f), l->b = learn((size_t)l->out, 0);
  l->y = numbers((size_t)l->out * places, 0), l->gy = numbers((size_t)l->out * places, 0);
  l->pooled = numbers((size_t)(BATCH * l->out) * places / 4, 0);
  l->columns = numbers(taps * places, 0);
  l->from = malloc((size_t)(BATCH * l->out) * places / 4);
}

static void begin(void)
{
  layer_begin(&one), layer_begin(&two);
  dense1[0] = learn(FEATURES * UNITS, 0.05f), dense1[1] = learn(UNITS, 0);
  dense2[0] = learn(UNITS * CLASSES, 0.05f), dense2[1] = learn(CLASSES, 0);
  images = numbers(BATCH * 28 * 28, 1);
  h = numbers(BATCH * UNITS, 0), gh = numbers(BATCH * UNITS, 0);
  scores = numbers(BATCH * CLASSES, 0);
  gfeatures = numbers(BATCH * FEATURES, 0), gpooled = numbers(20 * 12 * 12, 0);
  for (int n = 0; n < BATCH; n++) label[n] = n % CLASSES;
}

static void to_columns(const layer *l, const float *x)
{
  float *c = l->columns;
  for (int i = 0; i < l->in * K * K; i++) {
    const float *from = x + (i / (K * K) * l->size + i / K % K) * l->size + i % K;
    for (int y = 0; y < l->wide; y++, c += l->wide)
      memcpy(c, from + y * l->size, (size_t)l->wide * sizeof *c);
  }
}

static void from_columns(const layer *l, float *x)
{
  const float *c = l->columns;
  memset(x, 0, (size_t)(l->in * l->size * l->size) * sizeof *x);
  for (int i = 0; i < l->in * K * K; i++) {
    float *to = x + (i / (K * K) * l->size + i / K % K) * l->size + i % K;
    for (int y = 0; y < l->wide; y++, c += l->wide)
      for (int j = 0; j < l->wide; j++) to[y * l->size + j] += c[j];
  }
}

static void pool(const layer *l, float *to, unsigned char *from)
{
  for (int row = 0; row < l->out * l->wide / 2; row++)
    for (int j = 0; j < l->wide / 2; j++) {
      const float *a = l->y + 2 * row * l->wide + 2 * j;
      float most = 0;
      unsigned char which = 4;
      for (unsigned char p = 0; p < 4; p++) {
        float v = a[(p >> 1) * l->wide + (p & 1)];
        which = v > most ? p : which, most = v > most ? v : most;
      }
      *to++ = most, *from++ = which;
    }
}

static void pool_back(const layer *l, const float *g, const unsigned char *from)
{
  memset(l->gy, 0, (size_t)(l->out * l->wide * l->wide) * sizeof *l->gy);
  for (int row = 0; row < l->out * l->wide / 2; row++)
    for (int j = 0; j < l->wide / 2; j++, g++, from++)
      if (*from < 4) l->gy[(2 * row + (*from >> 1)) * l->wide + 2 * j + (*from & 1)] = *g;
}

static int pooled_size(const layer *l) { return l->out * l->wide * l->wide / 4; }

static void layer_forward(const layer *l, int n, const float *x)
{
  int places = l->wide * l->wide, taps = l->in * K * K;
  to_columns(l, x);
  for (int k = 0; k < l->out; k++)
    for (int i = 0; i < places; i++) l->y[k * places + i] = l->b.p[k];
  sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, l->out, places, taps, 1, l->w.p, taps, l->columns, places, 1,
        l->y, places);
  pool(l, l->pooled + n * pooled_size(l), l->from + n * pooled_size(l));
}

/* Adds to the gradients of weights and bias; gx, if any, is written. */
static void layer_backward(const layer *l, int n, const float *x, const float *g, float *gx)
{
  int places = l->wide * l->wide, taps = l->in * K * K;
  pool_back(l, g, l->from + n * pooled_size(l));
  to_columns(l, x);
  sgemm(ROW_MAJOR, NO_TRANS, TRANS, l->out, taps, places, 1, l->gy, places, l->columns, places, 1,
        l->w.g, taps);
  for (int k = 0; k < l->out; k++) {
    float sum = 0;
    for (int i = 0; i < places; i++) sum += l->gy[k * places + i];
    l->b.g[k] += sum;
  }
  if (!gx) return;
  sgemm(ROW_MAJOR, TRANS, NO_TRANS, taps, places, l->out, 1, l->w.p, taps, l->gy, places, 0,
        l->columns, places);
  from_columns(l, gx);
}

static void clear(const learned *t) { memset(t->g, 0, t->n * sizeof *t->g); }

static void momentum(const learned *t)
{
  for (size_t i = 0; i < t->n; i++) {
    t->m[i] = 0.9f * t->m[i] - 0.01f * t->g[i];
    t->p[i] += t->m[i];
  }
}

static void step(void)
{
  const int size1 = pooled_size(&one);
  for (int n = 0; n < BATCH; n++) {
    layer_forward(&one, n, images + n * 28 * 28);
    layer_forward(&two, n, one.pooled + n * size1);
  }
  dense(two.pooled, BATCH, FEATURES, UNITS, dense1[0].p, dense1[1].p, h);
  relu(h, BATCH * UNITS);
  dense(h, BATCH, UNITS, CLASSES, dense2[0].p, dense2[1].p, scores);
  sink = cross_entropy(scores, label, BATCH, CLASSES);
  dense_back(h, scores, BATCH, UNITS, CLASSES, dense2[0].p, dense2[0].g, dense2[1].g, gh);
  relu_back(h, gh, BATCH * UNITS);
  dense_back(two.pooled, gh, BATCH, FEATURES, UNITS, dense1[0].p, dense1[0].g, dense1[1].g,
             gfeatures);
  clear(&one.w), clear(&one.b), clear(&two.w), clear(&two.b);
  for (int n = 0; n < BATCH; n++) {
    layer_backward(&two, n, one.pooled + n * size1, gfeatures + n * FEATURES, gpooled);
    layer_backward(&one, n, images + n * 28 * 28, gpooled, NULL);
  }
  momentum(&one.w), momentum(&one.b), momentum(&two.w), momentum(&two.b);
  for (int i = 0; i < 2; i++) momentum(&dense1[i]), momentum(&dense2[i]);
}

void lenet(void)
{
  begin();
  measure("lenet", "ms", 1e3, step);
}

/* -- 64 to 64 channels of 56x56, 3x3 with padding 1, a batch of 8 ------------------------------- */

enum { C = 64, S = 56, TAPS = C * 9, PLACES = S * S, N = 8 };
static float *cx, *cy, *cg, *cgx, *cw, *cgw, *cb, *columns;

static void padded_columns(const float *x)
{
  float *c = columns;
  for (int i = 0; i < TAPS; i++)
    for (int y = i / 3 % 3 - 1, row = 0; row < S; row++, y++, c += S)
      for (int j = 0, q = i % 3 - 1; j < S; j++, q++)
        c[j] = y >= 0 && y < S && q >= 0 && q < S ? x[(i / 9 * S + y) * S + q] : 0;
}

static void from_padded(float *x)
{
  const float *c = columns;
  memset(x, 0, C * PLACES * sizeof *x);
  for (int i = 0; i < TAPS; i++)
    for (int y = i / 3 % 3 - 1, row = 0; row < S; row++, y++, c += S) {
      int q = i % 3 - 1, from = q<0, to = q> 0 ? S - 1 : S;
      if (y < 0 || y >= S) continue;
      for (int j = from; j < to; j++) x[(i / 9 * S + y) * S + q + j] += c[j];
    }
}

static void conv_forward(void)
{
  for (int n = 0; n < N; n++) {
    float *y = cy + n * C * PLACES;
    padded_columns(cx + n * C * PLACES);
    for (int k = 0; k < C; k++)
      for (int i = 0; i < PLACES; i++) y[k * PLACES + i] = cb[k];
    sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, C, PLACES, TAPS, 1, cw, TAPS, columns, PLACES, 1, y,
          PLACES);
  }
}

static void conv_both(void)
{
  conv_forward();
  for (int n = 0; n < N; n++) {
    const float *g = cg + n * C * PLACES;
    padded_columns(cx + n * C * PLACES);
    sgemm(ROW_MAJOR, NO_TRANS, TRANS, C, TAPS, PLACES, 1, g, PLACES, columns, PLACES, n > 0, cgw,
          TAPS);
    sgemm(ROW_MAJOR, TRANS, NO_TRANS, TAPS, PLACES, C, 1, cw, TAPS, g, PLACES, 0, columns, PLACES);
    from_padded(cgx + n * C * PLACES);
    for (int k = 0; k < C; k++) {
      float sum = 0;
      for (int i = 0; i < PLACES; i++) sum += g[k * PLACES + i];
      sink = sum;
    }
  }
}

void conv3x3(void)
{
  size_t size = (size_t)N * C * PLACES;
  cx = numbers(size, 1), cy = numbers(size, 0), cg = numbers(size, 1), cgx = numbers(size, 0);
  cw = numbers(C * TAPS, 0.1f), cgw = numbers(C * TAPS, 0), cb = numbers(C, 1);
  columns = numbers((size_t)TAPS * PLACES, 0);
  measure("conv3x3", "ms", 1e3, conv_forward);
  measure("conv3x3_fwdbwd", "ms", 1e3, conv_both);
}
