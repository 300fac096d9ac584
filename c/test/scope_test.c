/* scope_test.c -- scopes: what dies with them, what lives on, and what they borrow. */
#include "test.h"

#include "node/node.h"

#include <pthread.h>

static void nesting(void)
{
  double a = dg_scope_open(), b = dg_scope_open(), c = dg_scope_open();
  dg_tensor *x = scalar(1);
  CHECK(a > 0 && b > 0 && c > 0 && a != b && b != c && dg_scope_count() == 3);
  CHECK(dg_scope_close(c, NULL, 0) == 0 && !dg_alive(x));
  CHECK_FAILS(DG_EARGUMENT, dg_scope_close(c, NULL, 0) == -1);
  x = scalar(2);
  c = dg_scope_open();
  dg_tensor *y = dg_neg(x);
  CHECK(dg_scope_close(a, NULL, 0) == 0 && dg_scope_count() == 0);
  CHECK(!dg_alive(x) && !dg_alive(y));
  CHECK_FAILS(DG_EARGUMENT, dg_scope_close(b, NULL, 0) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_scope_close(a, NULL, 0) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_scope_close(NAN, NULL, 0) == -1);
  double s[300];
  int n = 0;
  while (n < 300 && (s[n] = dg_scope_open()) > 0) n++;
  CHECK(n == 200 && dg_error_code() == DG_EARGUMENT && dg_scope_close(s[0], NULL, 0) == 0);
}

static void keep_lists(void)
{
  double a = dg_scope_open();
  dg_tensor *outer = scalar(1);
  double b = dg_scope_open();
  dg_tensor *x = leaf(scalar(2)), *y = dg_mul(x, outer), *gone = dg_neg(y);
  dg_tensor *keep[] = { y, y, outer, x, outer };
  CHECK(dg_scope_close(b, keep, 5) == 0);
  CHECK(dg_alive(x) && dg_alive(y) && dg_alive(outer) && !dg_alive(gone));
  CHECK(at(y, 0) == 2 && dg_is_leaf(y) == 1 && !dg_creator(y) && dg_requires_grad(y) == 0);
  dg_tensor *z = dg_mul(x, y);
  b = dg_scope_open();
  double c = dg_scope_open();
  dg_tensor *deep = dg_neg(z);
  CHECK(dg_scope_close(c, &deep, 1) == 0 && dg_alive(deep));
  CHECK(dg_scope_close(b, &z, 1) == 0 && !dg_alive(deep) && backward(z, 0) == 0);
  dg_tensor *stale[] = { z, deep };
  CHECK_FAILS(DG_ESTALE, dg_scope_close(a, stale, 2) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_scope_close(a, NULL, 1) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_scope_close(a, &z, -1) == -1);
  CHECK(dg_scope_count() == 1 && dg_alive(z));
  dg_tensor *last[] = { z, z, x };
  CHECK(dg_scope_close(a, last, 3) == 0);
  CHECK(dg_alive(z) && !dg_alive(y) && at(z, 0) == 4 && grad_at(x, 0) == 2);
  RELEASE(z);
  CHECK(dg_alive(z)); /* it was in the list twice */
  RELEASE(z, x);
  CHECK(!dg_alive(z) && !dg_alive(x));
}

static void kept(void)
{
  double s = dg_scope_open();
  dg_tensor *x = vector(40, 3), *y = dg_keep(dg_neg(x));
  double t = dg_scope_open();
  dg_tensor *z = dg_keep(dg_keep(dg_add(x, y)));
  CHECK(dg_scope_close(t, NULL, 0) == 0 && dg_alive(z));
  CHECK(dg_release(z) == 0 && dg_alive(z));
  CHECK(dg_scope_close(s, NULL, 0) == 0);
  CHECK(!dg_alive(x) && at(y, 39) == -3 && at(z, 0) == 0);
  RELEASE(y, z);
  CHECK(!dg_alive(y) && !dg_alive(z));
}

/* A tensor released in a scope is invisible at once; its elements go unless the graph needs them. */
static void released_inside(void)
{
  double s = dg_scope_open();
  int64_t n = 1 << 18;
  double before = dg_memory_live();
  dg_tensor *x = dg_full(DG_F64, 1, &n, 1);
  CHECK(dg_memory_live() > before && dg_release(x) == 0 && !dg_alive(x));
  CHECK(dg_memory_live() == before);
  CHECK_FAILS(DG_ESTALE, dg_release(x) == -1);
  dg_tensor *p = leaf(vector(3, 2)), *y = dg_square(p), *z = total(dg_mul(y, y));
  CHECK(dg_release(y) == 0 && dg_release(z) == 0 && !dg_alive(z));
  z = total(dg_square(dg_square(p)));
  CHECK(backward(z, 0) == 0 && grad_at(p, 1) == 32);
  CHECK(dg_scope_close(s, NULL, 0) == 0);
}

/* What a scope uses of the world outside stays until the scope closes. */
static void borrowed(void)
{
  int64_t n = 1000;
  dg_tensor *x = leaf(dg_full(DG_F64, 1, &n, 3));
  double live = dg_memory_live();
  double s = dg_scope_open();
  dg_tensor *y = total(dg_square(x));
  CHECK(dg_release(x) == 0);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  CHECK(dg_walk_run(w, 0) == DG_WALK_DONE && dg_walk_free(w) == 0);
  CHECK(dg_scope_close(s, NULL, 0) == 0 && !dg_alive(x) && dg_memory_live() < live);
}

/* A chain of counted tensors, all released while a scope uses them. */
static void borrowed_chain(void)
{
  for (int order = 0; order < 2; order++) {
    dg_tensor *x = leaf(scalar(3)), *y = dg_neg(x), *z = dg_neg(y);
    double s = dg_scope_open();
    dg_tensor *sum = dg_add(dg_add(dg_square(x), dg_square(y)), z);
    if (order) RELEASE(x, y, z);
    else RELEASE(z, y, x);
    CHECK(backward(sum, 0) == 0 && grad_at(x, 0) == 13);
    CHECK(dg_scope_close(s, NULL, 0) == 0 && !dg_alive(x) && !dg_alive(z));
  }
}

/* The same tensor in the graphs of nested scopes, kept from the inner one, then released. */
static void borrowed_again(void)
{
  double s = dg_scope_open(), t = dg_scope_open();
  dg_tensor *x = dg_keep(leaf(scalar(3))), *inner = dg_square(x);
  CHECK(inner && dg_scope_close(t, NULL, 0) == 0);
  dg_tensor *y = dg_square(x);
  CHECK(dg_release(x) == 0);
  dg_tensor *fill[20];
  for (int i = 0; i < 20; i++) fill[i] = scalar(i);
  CHECK(fill[19] && backward(y, 0) == 0 && grad_at(x, 0) == 6);
  CHECK(dg_scope_close(s, NULL, 0) == 0 && !dg_alive(x));
}

/* A gradient that was looked at stays readable in the scope although its tensor lets it go. */
static void lent_gradients(void)
{
  dg_tensor *x = leaf(scalar(3));
  double s = dg_scope_open();
  CHECK(backward(dg_square(x), 0) == 0);
  dg_tensor *g = dg_gradient(x), *g2 = dg_mul(g, x);
  clear_grad(x);
  CHECK(dg_alive(g) && at(g, 0) == 6 && at(g2, 0) == 18);
  dg_tensor *mine = scalar(4);
  CHECK(dg_gradient_set(x, mine) == 0);
  clear_grad(x);
  CHECK(dg_alive(mine) && at(mine, 0) == 4);
  CHECK(dg_gradient_set(x, mine) == 0 && dg_scope_close(s, NULL, 0) == 0);
  CHECK(!dg_alive(g) && grad_at(x, 0) == 4 && dg_alive(mine));
  clear_grad(x);
  CHECK(!dg_alive(mine));
  CHECK_FAILS(DG_EARGUMENT, dg_gradient_set(x, x) == -1);
  RELEASE(x);
}

static void counted_graphs(void)
{
  int64_t n = 1000;
  dg_tensor *x = leaf(dg_full(DG_F64, 1, &n, 0.5)), *h = dg_exp(x), *y = dg_sum(h, 0, NULL, 0);
  double live = dg_memory_live();
  RELEASE(h); /* exp's backward rule reads it */
  CHECK(dg_memory_live() == live);
  CHECK(backward(y, 0) == 0 && dg_memory_live() < live + 8000); /* h gone, a gradient there */
  dg_tensor *g = dg_gradient(x);
  RELEASE(x, y);
  CHECK(!dg_alive(x) && !dg_alive(h) && !dg_alive(y) && dg_alive(g));
  RELEASE(g);
}

/* A result that only its node still wants comes back to life through the node. */
static void ghosts(void)
{
  dg_tensor *x = leaf(scalar(1)), *y = dg_exp(x);
  dg_node *n = dg_creator(y);
  RELEASE(y);
  dg_tensor *again = dg_node_output(n, 0);
  CHECK(again && fabs(at(again, 0) - exp(1)) < 1e-12);
  dg_tensor *z = dg_neg(again);
  CHECK(dg_node_release(n) == 0);
  RELEASE(again);
  CHECK(backward(z, 0) == 0 && fabs(grad_at(x, 0) + exp(1)) < 1e-12);
  RELEASE(z);
  y = dg_exp(x);
  n = dg_creator(y);
  RELEASE(y);
  CHECK(dg_unchain(y) == 0 && !dg_node_output(n, 0));
  RELEASE(x);
  CHECK(dg_node_release(n) == 0);
}

static int same_shape(dg_call *c) { return dg_output_like(c, 0, DG_F64, &c->x[0]->v) ? 0 : -1; }
static int no_rule(dg_call *c, dg_tensor **gy, dg_tensor **gx) { return c && gy && gx ? 0 : -1; }

/* An operator that is not recorded stays so while others run between its beginning and its end. */
static void modes(void)
{
  static const dg_op_class op = { "one", same_shape, NULL, no_rule, DG_READS_NOTHING, 0, NULL };
  dg_tensor *x = leaf(scalar(2));
  CHECK(dg_mode_set(DG_MODE_BACKPROP, 0) == 1);
  dg_call *a = dg_begin1(&op, x), *b = dg_begin1(&op, x);
  dg_tensor *y = dg_exp(x), *z = dg_finish(b), *w = dg_finish(a);
  CHECK(dg_requires_grad(y) == 0 && dg_requires_grad(z) == 0 && dg_requires_grad(w) == 0);
  CHECK(dg_is_leaf(y) == 1 && dg_is_leaf(z) == 1 && dg_is_leaf(w) == 1);
  CHECK(dg_mode_set(DG_MODE_BACKPROP, 1) == 0);
  CHECK_FAILS(DG_EARGUMENT, dg_mode_set(99, 1) == -1);
  CHECK(dg_memory_nodes() == 0);
  RELEASE(x, y, z, w);
}

static void *long_chain(void *scoped)
{
  enum { LENGTH = 1000000 };
  int in_scope = scoped != NULL, ok = 1;
  dg_tensor *x = leaf(scalar(1)), *y = dg_keep(x);
  double s = in_scope ? dg_scope_open() : 0;
  for (int i = 0; i < LENGTH && ok; i++) {
    dg_tensor *next = i % 2 ? dg_neg(y) : dg_tanh(y);
    ok = next != NULL;
    if (!in_scope || i == 0) dg_release(y);
    y = next;
  }
  CHECK(ok && dg_memory_nodes() == LENGTH);
  CHECK(backward(y, 0) == 0 && isfinite(grad_at(x, 0)));
  if (in_scope) dg_scope_close(s, NULL, 0);
  else RELEASE(y);
  CHECK(dg_memory_nodes() == 0);
  RELEASE(x);
  return NULL;
}

/* On a stack of 256 KB: nothing recurses. */
static void deep(void)
{
  for (int scoped = 0; scoped < 2; scoped++) {
    pthread_t thread;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 << 10);
    CHECK(pthread_create(&thread, &attr, long_chain, scoped ? &thread : NULL) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attr);
  }
  enum { LENGTH = 200000 };
  dg_tensor *x = leaf(scalar(1)), *y = dg_keep(x);
  for (int i = 0; i < LENGTH; i++) {
    dg_tensor *next = dg_neg(y);
    dg_release(y);
    y = next;
  }
  CHECK(dg_unchain_backward(y) == 0 && dg_memory_nodes() == 0 && dg_is_leaf(y) == 1);
  RELEASE(x, y);
}

int main(void)
{
  RUN(nesting);
  RUN(keep_lists);
  RUN(kept);
  RUN(released_inside);
  RUN(borrowed);
  RUN(borrowed_chain);
  RUN(borrowed_again);
  RUN(lent_gradients);
  RUN(counted_graphs);
  RUN(ghosts);
  RUN(modes);
  RUN(deep);
  return report();
}
