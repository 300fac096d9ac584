/* pause_test.c -- walks that stop: steps, budgets, hooks, the caller's operators, and what may happen to
 * the graph meanwhile. */
#include "test.h"

/* sum(sin(x)^2 ...): `length` operators between x and the result. */
static dg_tensor *chain(dg_tensor *x, int length)
{
  dg_tensor *y = dg_keep(x);
  for (int i = 0; i < length; i++) {
    dg_tensor *z = i % 3 == 0 ? dg_sin(y) : i % 3 == 1 ? dg_exp(y) : dg_mul(y, y);
    dg_release(y);
    y = z;
  }
  dg_tensor *sum = total(y);
  dg_release(y);
  return sum;
}

static double expected(int length)
{
  dg_tensor *x = leaf(vector(3, 0.3)), *y = chain(x, length);
  backward(y, 0);
  double g = grad_at(x, 1);
  RELEASE(x, y);
  return g;
}

static void steps(void)
{
  double right = expected(10);
  for (int scoped = 0; scoped < 2; scoped++) {
    double s = scoped ? dg_scope_open() : 0;
    dg_tensor *x = leaf(vector(3, 0.3)), *y = chain(x, 10);
    dg_walk *w = dg_walk_new(1, &y, NULL, 0);
    int visits = 0, status;
    CHECK_FAILS(DG_EARGUMENT, !dg_walk_node(w));
    while ((status = dg_walk_step(w)) == DG_WALK_MORE) {
      dg_tensor *gy = dg_walk_output_gradient(w, 0), *gx = dg_walk_input_gradient(w, 0);
      dg_node *n = dg_walk_node(w);
      CHECK(gy && gx && dg_node_inputs(n) >= 1 && dg_walk_needs(w, 0) == 1);
      CHECK_FAILS(DG_EARGUMENT, !dg_walk_output_gradient(w, 1));
      CHECK_FAILS(DG_EARGUMENT, !dg_walk_input_gradient(w, -1));
      CHECK_FAILS(DG_EARGUMENT, dg_walk_give(w, 0, gx) == -1);
      CHECK(scoped || (dg_release(gy) == 0 && dg_release(gx) == 0));
      dg_release(gx); /* once too often */
      dg_release(gy);
      visits++;
    }
    CHECK(status == DG_WALK_DONE && visits == 11 && grad_at(x, 1) == right);
    CHECK(dg_walk_step(w) == DG_WALK_DONE && dg_walk_free(w) == 0);
    if (scoped) dg_scope_close(s, NULL, 0);
    else RELEASE(x, y);
  }
}

/* Budgets, with tensors made and freed between the slices. */
static void budgets(void)
{
  double right = expected(40);
  dg_tensor *x = leaf(vector(3, 0.3)), *y = chain(x, 40);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  RELEASE(y);
  CHECK(dg_alive(y)); /* the walk has it */
  int slices = 0, status;
  while ((status = dg_walk_run(w, 1e-3)) == DG_WALK_MORE) {
    dg_tensor *a = vector(3, slices), *b = dg_exp(a);
    double s = dg_scope_open();
    dg_tensor *c = dg_add(a, b), *d = dg_mul(c, x);
    if (slices % 3 == 0) CHECK(d && dg_walk_run(w, 1e-3) >= 0);
    dg_scope_close(s, NULL, 0);
    RELEASE(a, b);
    slices++;
  }
  CHECK(status == DG_WALK_DONE && slices > 20 && grad_at(x, 1) == right);
  CHECK(dg_walk_free(w) == 0);
  RELEASE(x);
}

static void abandoned(void)
{
  for (int visits = 0; visits < 8; visits++)
    for (int scoped = 0; scoped < 2; scoped++) {
      double s = scoped ? dg_scope_open() : 0;
      dg_tensor *x = leaf(vector(3, 0.3)), *y = chain(x, 6);
      dg_walk *w = dg_walk_new(1, &y, NULL, visits % 2 ? DG_RETAIN_GRAPH : 0);
      for (int i = 0; i < visits; i++) CHECK(dg_walk_step(w) >= 0);
      CHECK(dg_walk_free(w) == 0 && (visits == 8 || !dg_gradient(x)));
      if (scoped) dg_scope_close(s, NULL, 0);
      else RELEASE(x, y);
    }
}

/* The scope closes under a paused walk. */
static void scope_closes(void)
{
  for (int kind = 0; kind < 6; kind++) {
    dg_tensor *p = leaf(vector(3, 0.3));
    double s = dg_scope_open();
    dg_tensor *y = chain(p, 6);
    if (kind == 3) dg_keep(y);
    dg_walk *w = dg_walk_new(1, &y, NULL, 0);
    for (int i = 0; i < 3; i++) dg_walk_step(w);
    CHECK(dg_scope_close(s, &y, kind == 2) == 0);
    if (kind == 2 || kind == 3) dg_requires_grad_set(y, 1); /* a leaf now */
    dg_tensor *noise[30];                                   /* in the slots that were freed */
    for (int i = 0; i < 30; i++) noise[i] = vector(3, i);
    if (kind != 1) {
      CHECK_FAILS(DG_ESTALE, !dg_walk_node(w));
      CHECK_FAILS(DG_ESTALE, !dg_walk_output_gradient(w, 0));
      CHECK_FAILS(DG_ESTALE, !dg_walk_input_gradient(w, 0));
      CHECK_FAILS(DG_ESTALE, dg_walk_needs(w, 0) == -1);
      if (kind != 4) CHECK_FAILS(DG_ESTALE, dg_walk_step(w) == DG_WALK_FAILED);
      if (kind != 4) CHECK_FAILS(DG_EGRAPH, dg_walk_step(w) == DG_WALK_FAILED);
    }
    CHECK(dg_walk_free(w) == 0 && !dg_gradient(p));
    release_all(noise, 30);
    if (kind == 2 || kind == 3) RELEASE(y);
    CHECK(!dg_alive(y));
    RELEASE(p);
  }
}

/* The graph is cut under a paused walk, outside a scope, inside, and where the two meet. */
static void unchained(void)
{
  for (int kind = 0; kind < 12; kind++) {
    dg_tensor *x = leaf(vector(3, 0.3)), *a = dg_exp(x), *b = dg_square(a), *c = dg_sin(b);
    double s = kind % 3 ? dg_scope_open() : 0;
    dg_tensor *d = dg_exp(c), *y = total(d);
    if (kind % 3 == 2) RELEASE(a, b, c);
    dg_walk *w = dg_walk_new(1, &y, NULL, 0);
    for (int i = 0; i < kind / 3 + 1; i++) CHECK(dg_walk_step(w) == DG_WALK_MORE);
    if (kind % 2) CHECK(dg_unchain_backward(y) == 0);
    else CHECK(dg_unchain(c) == 0);
    dg_tensor *noise[30];
    for (int i = 0; i < 30; i++) noise[i] = vector(3, i);
    int status = dg_walk_run(w, 0);
    CHECK(status == DG_WALK_DONE || (status == DG_WALK_FAILED && dg_error_code() == DG_EGRAPH));
    CHECK(dg_walk_free(w) == 0);
    if (kind % 3) dg_scope_close(s, NULL, 0);
    else {
      RELEASE(d, y);
      release_all(noise, 30);
    }
    if (kind % 3 != 2) RELEASE(a, b, c);
    RELEASE(x);
  }
}

/* Two walks take turns on one graph; both are right. */
static void interleaved(void)
{
  double right = expected(9);
  for (int scoped = 0; scoped < 2; scoped++) {
    double s = scoped ? dg_scope_open() : 0;
    dg_tensor *x = leaf(vector(3, 0.3)), *y = chain(x, 9);
    dg_walk *a = dg_walk_new(1, &y, NULL, DG_RETAIN_GRAPH), *c;
    dg_walk *b = dg_walk_to(1, &y, NULL, 1, &x, DG_RETAIN_GRAPH);
    for (int i = 0; i < 5; i++) CHECK(dg_walk_step(i % 2 ? a : b) == DG_WALK_MORE);
    CHECK(finish(dg_walk_to(1, &y, NULL, 1, &x, DG_RETAIN_GRAPH)) == 0);
    c = dg_walk_to(1, &y, NULL, 1, &y, DG_RETAIN_GRAPH);
    while (dg_walk_step(b) == DG_WALK_MORE || dg_walk_step(a) == DG_WALK_MORE) continue;
    CHECK(dg_walk_run(a, 0) == DG_WALK_DONE && dg_walk_run(c, 0) == DG_WALK_DONE);
    dg_tensor *g = dg_walk_result(b, 0), *one = dg_walk_result(c, 0);
    CHECK(grad_at(x, 1) == right && at(g, 1) == right && dg_item(one) == 1);
    CHECK(dg_walk_free(a) == 0 && dg_walk_free(b) == 0 && dg_walk_free(c) == 0);
    if (scoped) dg_scope_close(s, NULL, 0);
    else RELEASE(x, y, g, one);
  }
}

static void hooks(void)
{
  dg_tensor *x = leaf(scalar(2)), *h = dg_square(x), *y = dg_mul(h, x), *ten = scalar(10);
  dg_hooked_set(h, 1), dg_hooked_set(x, 1);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_tensor(w));
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_gradient(w));
  CHECK(dg_walk_run(w, 0) == DG_WALK_HOOK);
  dg_tensor *t = dg_walk_tensor(w), *g = dg_walk_gradient(w), *wrong = vector(2, 1);
  CHECK(t == h && dg_item(g) == 2 && dg_walk_give(w, 0, ten) == 0);
  CHECK_FAILS(DG_EARGUMENT, dg_walk_give(w, 0, wrong) == -1);
  RELEASE(t, g, ten, wrong);
  CHECK(dg_walk_run(w, 0) == DG_WALK_HOOK);
  t = dg_walk_tensor(w), g = dg_walk_gradient(w);
  CHECK(t == x && dg_item(g) == 4 + 10 * 4 && dg_walk_run(w, 0) == DG_WALK_DONE);
  CHECK(dg_walk_free(w) == 0 && grad_at(x, 0) == 44 && dg_hooked_set(x, 0) == 0);
  RELEASE(t, g, x, h, y);
}

/* A hook that cuts the tensor it is called for. */
static void unchained_by_hook(void)
{
  dg_tensor *x = leaf(scalar(2)), *h = dg_exp(x), *y = dg_square(h);
  dg_hooked_set(h, 1);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  CHECK(dg_walk_run(w, 0) == DG_WALK_HOOK && dg_unchain(h) == 0);
  CHECK(dg_walk_run(w, 0) == DG_WALK_DONE && dg_walk_free(w) == 0);
  CHECK(!dg_gradient(x) && grad_at(h, 0) == 2 * dg_item(h));
  RELEASE(x, h, y);
}

int main(void)
{
  RUN(steps);
  RUN(budgets);
  RUN(abandoned);
  RUN(scope_closes);
  RUN(unchained);
  RUN(interleaved);
  RUN(hooks);
  RUN(unchained_by_hook);
  return report();
}
