/* mnist.c -- 784-1000-1000-10 with relu, Adam; what it predicts for one row. */
#include "hand.h"

/* -- 784-1000-1000-10 with relu ---------------------------------------------------------------- */

enum { LAYERS = 3, BATCH = 100 };
static const int size[LAYERS + 1] = { 784, 1000, 1000, 10 };
static learned weight[LAYERS], bias[LAYERS]; /* weights as [out][in] */
static float *at[LAYERS + 1], *back[LAYERS + 1];
static int label[BATCH];
static double steps;

static void begin(void)
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

static void forward(int batch)
{
  for (int l = 0; l < LAYERS; l++) {
    dense(at[l], batch, size[l], size[l + 1], weight[l].p, bias[l].p, at[l + 1]);
    if (l + 1 < LAYERS) relu(at[l + 1], batch * size[l + 1]);
  }
}

static void forward_and_backward(void)
{
  forward(BATCH);
  memcpy(back[LAYERS], at[LAYERS], BATCH * 10 * sizeof(float));
  sink = cross_entropy(back[LAYERS], label, BATCH, 10);
  for (int l = LAYERS - 1; l >= 0; l--) {
    dense_back(at[l], back[l + 1], BATCH, size[l], size[l + 1], weight[l].p, weight[l].g, bias[l].g,
               l ? back[l] : NULL);
    if (l) relu_back(at[l], back[l], BATCH * size[l]);
  }
}

static void step(void)
{
  forward_and_backward();
  steps++;
  adam(weight, LAYERS, steps);
  adam(bias, LAYERS, steps);
}

static void infer_step(void)
{
  forward(1);
  sink = at[LAYERS][0];
}

void mlp_mnist(void)
{
  begin();
  measure("mlp_mnist", "ms", 1e3, step);
  measure("mlp_mnist_fwdbwd", "ms", 1e3, forward_and_backward);
}

void infer_mnist(void)
{
  begin();
  measure("infer_mnist", "us", 1e6, infer_step);
}
