/* mlp.c -- a network learns which of two spirals a point lies on, with nothing but the C API.
 *
 *   make install-c PREFIX=/usr/local
 *   cc examples/c/mlp.c -ldgraph -lm -o build/mlp && build/mlp
 */
#include <dgraph.h>
#include <math.h>
#include <stdio.h>

enum { POINTS = 100, UNITS = 32, STEPS = 1500, PARAMETERS = 6 };

/* A parameter with what Adam remembers of it. */
typedef struct parameter {
  dg_tensor *value, *m, *v;
} parameter;

typedef struct network {
  parameter p[PARAMETERS]; /* W1 b1 W2 b2 W3 b3 */
  int t;                   /* steps done */
} network;

static dg_tensor *zeros(int ndim, const int64_t *shape) { return dg_full(DG_F32, ndim, shape, 0); }

/* A layer's W (out, in), uniform as Glorot and Bengio have it, and b (out). */
static void add_layer(parameter *p, int64_t in, int64_t out)
{
  const int64_t shape[2] = { out, in };
  double most = sqrt(6.0 / (double)(in + out));
  p[0] = (parameter){ dg_uniform(DG_F32, 2, shape, -most, most), zeros(2, shape), zeros(2, shape) };
  p[1] = (parameter){ zeros(1, shape), zeros(1, shape), zeros(1, shape) };
  for (int i = 0; i < 2; i++) dg_requires_grad_set(p[i].value, 1);
}

/* Two numbers for each row of x: how much the point looks like the first and the second spiral. */
static dg_tensor *forward(const network *n, dg_tensor *x)
{
  dg_tensor *h = dg_tanh(dg_linear(x, n->p[0].value, n->p[1].value));
  h = dg_tanh(dg_linear(h, n->p[2].value, n->p[3].value));
  return dg_linear(h, n->p[4].value, n->p[5].value);
}

/* One step of Adam on all points. All that is made in here is gone when the scope closes. A function
 * that fails returns NULL, and so does one that is given NULL: it is enough to look at the end. */
static int step(network *n, dg_tensor *x, dg_tensor *label, double *loss)
{
  double scope = dg_scope_open();
  dg_tensor *cost = dg_softmax_cross_entropy(forward(n, x), label, NULL, 0, INT64_MIN, 1, 1);
  dg_walk *walk = dg_walk_new(1, &cost, NULL, 0);
  int status = DG_WALK_MORE;
  while (status == DG_WALK_MORE) status = dg_walk_run(walk, 200); /* microseconds, then back here */
  dg_walk_free(walk);
  *loss = dg_item(cost);

  n->t++;
  double alpha = 0.01 * sqrt(1 - pow(0.999, n->t)) / (1 - pow(0.9, n->t));
  for (int i = 0; i < PARAMETERS && status == DG_WALK_DONE; i++) {
    parameter *p = &n->p[i];
    if (dg_update_adam(p->value, dg_gradient(p->value), p->m, p->v, NULL, alpha, 0.9, 0.999, 1e-8,
                       1, 0) < 0)
      status = DG_WALK_FAILED;
    dg_gradient_set(p->value, NULL);
  }
  dg_scope_close(scope, NULL, 0);
  return status == DG_WALK_DONE ? 0 : -1;
}

/* What the network takes each point of the square for. */
static void draw(const network *n)
{
  enum { WIDTH = 48, HEIGHT = 24 };
  double points[WIDTH * HEIGHT][2], answers[WIDTH * HEIGHT];
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    points[i][0] = (i % WIDTH + 0.5) / WIDTH * 2 - 1;
    points[i][1] = (i / WIDTH + 0.5) / HEIGHT * 2 - 1;
  }
  const int64_t shape[2] = { WIDTH * HEIGHT, 2 }, axis = 1;
  double scope = dg_scope_open();
  dg_mode_set(DG_MODE_BACKPROP, 0);
  dg_tensor *x = zeros(2, shape);
  dg_write(x, points[0], 2 * WIDTH * HEIGHT);
  if (dg_read(dg_argmax(forward(n, x), 1, &axis, 0, 0), answers, WIDTH * HEIGHT) == 0)
    for (int i = 0; i < WIDTH * HEIGHT; i++)
      printf("%c%s", answers[i] > 0 ? '#' : '.', i % WIDTH == WIDTH - 1 ? "\n" : "");
  dg_mode_set(DG_MODE_BACKPROP, 1);
  dg_scope_close(scope, NULL, 0);
}

int main(void)
{
  const int64_t rows[2] = { 2 * POINTS, 2 };
  double points[2 * POINTS][2], labels[2 * POINTS], loss = NAN;
  for (int i = 0; i < 2 * POINTS; i++) { /* the second spiral is the first, turned by half */
    double r = (i / 2 + 3.0) / (POINTS + 3), angle = 9 * r + 3.14159265 * (i % 2);
    points[i][0] = r * cos(angle), points[i][1] = r * sin(angle);
    labels[i] = i % 2;
  }

  double scope = dg_scope_open(); /* of the program; those of the steps lie inside */
  dg_seed(1);
  network n = { .t = 0 };
  add_layer(&n.p[0], 2, UNITS), add_layer(&n.p[2], UNITS, UNITS), add_layer(&n.p[4], UNITS, 2);
  dg_tensor *x = zeros(2, rows), *label = dg_full(DG_I32, 1, rows, 0);
  int status = dg_write(x, points[0], 4 * POINTS) | dg_write(label, labels, 2 * POINTS);
  for (int i = 0; i < STEPS && status == 0; i++) status = step(&n, x, label, &loss);
  double right = dg_item(dg_accuracy(forward(&n, x), label, 0, INT64_MIN));
  draw(&n);
  if (dg_scope_close(scope, NULL, 0) < 0 || status || right != right) {
    fprintf(stderr, "%s\n", dg_error_message());
    return 1;
  }
  printf("loss %.4f, %.0f %% of the points are right\n", loss, 100 * right);
  return 0;
}
