/* counts.c -- five small workloads on the C tape, for .ci/counts to count their instructions.
 *
 * counts WORKLOAD: some steps to warm up, then STEPS of them in `counted`.
 */
#include "dgraph.h"

#include <stdio.h>
#include <string.h>

enum { WARM_UP = 20, STEPS = 50, UNITS = 64, INPUTS = 4, FEATURES = 100 };

static dg_tensor *variable(int ndim, const int64_t *shape)
{
  dg_tensor *x = dg_normal(DG_F32, ndim, shape, 0, 0.1);
  dg_requires_grad_set(x, 1);
  return x;
}

static dg_tensor *vector(int64_t n) { return variable(1, &n); }
static dg_tensor *matrix(int64_t n, int64_t m) { return variable(2, (const int64_t[]){ n, m }); }

/* What all workloads share: parameters, as many as they are, an input and a target. */
static dg_tensor *param[6], *input, *target;
static int params;

static int backward(dg_tensor *y)
{
  dg_walk *rest;
  return dg_backward(y, 0, &rest) == DG_WALK_DONE ? 0 : -1;
}

static int learn(dg_tensor *loss)
{
  uint8_t changed[6];
  dg_gradients_clear(params, param);
  if (backward(loss) < 0) return -1;
  return dg_update_sgd_all(params, param, 0.01, changed);
}

static int chain1000(void)
{
  dg_tensor *y = param[0];
  for (int i = 0; i < 500; i++) {
    y = dg_mul(y, param[1]);
    y = dg_add(y, param[2]);
  }
  int status = backward(y);
  dg_gradients_clear(params, param);
  return status;
}

static int xx_plus_x(void)
{
  int status = backward(dg_add(dg_mul(param[0], param[0]), param[0]));
  dg_gradients_clear(params, param);
  return status;
}

static dg_tensor *mlp(void)
{
  dg_tensor *h = dg_tanh(dg_linear(input, param[0], param[1]));
  h = dg_tanh(dg_linear(h, param[2], param[3]));
  return dg_linear(h, param[4], param[5]);
}

static int mlp_tiny(void) { return learn(dg_mean_squared_error(mlp(), target)); }

static int logreg(void)
{
  return learn(dg_sigmoid_cross_entropy(dg_linear(input, param[0], param[1]), target, 1, 1));
}

static int infer_tiny(void)
{
  int before = dg_mode_set(DG_MODE_BACKPROP, 0), failed = mlp() == NULL;
  dg_mode_set(DG_MODE_BACKPROP, before);
  return -failed;
}

static void begin_scalars(void)
{
  for (params = 0; params < 3; params++) param[params] = vector(1);
}

static void begin_mlp(void)
{
  params = 6;
  param[0] = matrix(UNITS, INPUTS), param[1] = vector(UNITS);
  param[2] = matrix(UNITS, UNITS), param[3] = vector(UNITS);
  param[4] = matrix(1, UNITS), param[5] = vector(1);
  input = dg_normal(DG_F32, 2, (const int64_t[]){ 1, INPUTS }, 0, 1);
  target = dg_normal(DG_F32, 2, (const int64_t[]){ 1, 1 }, 0, 1);
}

static void begin_logreg(void)
{
  params = 2;
  param[0] = matrix(1, FEATURES), param[1] = vector(1);
  input = dg_normal(DG_F32, 2, (const int64_t[]){ 1, FEATURES }, 0, 1);
  target = dg_full(DG_I32, 2, (const int64_t[]){ 1, 1 }, 1);
}

static const struct {
  const char *name;
  void (*begin)(void);
  int (*step)(void);
} workloads[] = {
  { "chain1000", begin_scalars, chain1000 }, { "xx_plus_x", begin_scalars, xx_plus_x },
  { "mlp_tiny", begin_mlp, mlp_tiny },       { "logreg", begin_logreg, logreg },
  { "infer_tiny", begin_mlp, infer_tiny },
};

__attribute__((noinline)) int counted(int (*step)(void), int steps)
{
  int status = 0;
  for (int i = 0; i < steps && status == 0; i++) {
    double scope = dg_scope_open();
    status = step();
    if (dg_scope_close(scope, NULL, 0) < 0) status = -1;
  }
  return status;
}

int main(int count, char **word)
{
  dg_seed(1);
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
    if (count < 2 || strcmp(word[1], workloads[i].name) != 0) continue;
    workloads[i].begin();
    int status = 0;
    for (int k = 0; k < WARM_UP && status == 0; k++) {
      double scope = dg_scope_open();
      status = workloads[i].step();
      dg_scope_close(scope, NULL, 0);
    }
    if (status == 0) status = counted(workloads[i].step, STEPS);
    if (status != 0) fprintf(stderr, "%s: %s\n", word[1], dg_error_message());
    return status != 0;
  }
  fprintf(stderr, "counts: which workload?\n");
  return 1;
}
