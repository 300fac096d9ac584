/* hello.c -- fits a line through points, with nothing but the C API.
 *
 *   make && cc -Ic examples/c/hello.c -Lbuild -ldgraph -Wl,-rpath,build -o build/hello && build/hello
 */
#include <stdio.h>

#include "dgraph.h"

enum { POINTS = 64, STEPS = 500 };

/* One step of gradient descent on the mean squared error of w x + b. Every tensor made in here is
 * gone when the scope closes; any function that fails returns NULL, and so do those that get it. */
static int step(dg_tensor *w, dg_tensor *b, dg_tensor *x, dg_tensor *y, double *loss)
{
  double scope = dg_scope_open();
  dg_tensor *line = dg_linear(x, w, b);
  dg_tensor *error = dg_mean_squared_error(line, y);
  dg_walk *walk = dg_walk_new(1, &error, NULL, 0);
  int status = dg_walk_run(walk, 0);
  dg_walk_free(walk);
  if (status == DG_WALK_DONE) {
    *loss = dg_item(error);
    if (dg_update_sgd(w, dg_gradient(w), 0.5) < 0 || dg_update_sgd(b, dg_gradient(b), 0.5) < 0)
      status = DG_WALK_FAILED;
    dg_gradient_set(w, NULL);
    dg_gradient_set(b, NULL);
  }
  dg_scope_close(scope, NULL, 0);
  return status == DG_WALK_DONE ? 0 : -1;
}

int main(void)
{
  const int64_t column[2] = { POINTS, 1 }, one[2] = { 1, 1 };
  double loss = 0;

  /* y = 3 x - 1, and a little noise */
  dg_seed(1);
  dg_tensor *x = dg_uniform(DG_F32, 2, column, -1, 1);
  dg_tensor *noise = dg_normal(DG_F32, 2, column, 0, 0.01);
  dg_tensor *exact = dg_affine(x, 3, -1);
  dg_tensor *y = dg_add(exact, noise);
  dg_tensor *w = dg_full(DG_F32, 2, one, 0), *b = dg_full(DG_F32, 1, one, 0);
  dg_requires_grad_set(w, 1);
  dg_requires_grad_set(b, 1);

  for (int i = 0; i < STEPS; i++)
    if (step(w, b, x, y, &loss) < 0) {
      fprintf(stderr, "%s\n", dg_error_message());
      return 1;
    }
  printf("y = %.2f x %+.2f, mean squared error %.5f\n", dg_item(w), dg_item(b), loss);

  dg_tensor *all[] = { x, noise, exact, y, w, b };
  for (int i = 0; i < 6; i++) dg_release(all[i]);
  return 0;
}
