/* walk_test.c -- backward: values, several roots, chosen inputs, second passes and second derivatives. */
#include "test.h"

static void accumulation(void)
{
  dg_tensor *x = leaf(scalar(5)), *p = dg_square(x), *y = dg_add(p, x);
  CHECK(backward(y, DG_RETAIN_GRAPH) == 0 && grad_at(x, 0) == 11);
  CHECK(backward(y, 0) == 0 && grad_at(x, 0) == 22);
  CHECK_FAILS(DG_EGRAPH, backward(y, 0) == -1);
  CHECK(grad_at(x, 0) == 22 && strstr(dg_error_message(), "retain_graph"));
  RELEASE(p, y);
  y = dg_mul(x, x);
  clear_grad(x);
  CHECK(backward(y, 0) == 0 && grad_at(x, 0) == 10);
  RELEASE(x, y);
  x = leaf(vector(3, 2));
  y = dg_neg(x);
  CHECK_FAILS(DG_EARGUMENT, backward(y, 0) == -1);
  RELEASE(y);
  y = total(x);
  dg_tensor *z = dg_detach(y);
  CHECK_FAILS(DG_EGRAPH, backward(z, 0) == -1);
  RELEASE(x, y, z);
}

/* Gradients that pass through operators unchanged are not shared by the leaves they reach. */
static void aliases(void)
{
  for (int flags = 0; flags <= DG_DOUBLE_BACKPROP; flags += DG_DOUBLE_BACKPROP) {
    dg_tensor *a = leaf(vector(3, 1)), *b = leaf(vector(3, 2)), *y = dg_add(a, b);
    dg_tensor *seed = vector(3, 4);
    CHECK(finish(dg_walk_new(1, &y, &seed, flags | DG_RETAIN_GRAPH)) == 0);
    CHECK(grad_at(a, 0) == 4 && grad_at(b, 0) == 4);
    CHECK(finish(dg_walk_new(1, &y, &seed, DG_RETAIN_GRAPH)) == 0);
    CHECK(grad_at(a, 2) == 8 && grad_at(b, 2) == 8 && at(seed, 1) == 4);
    dg_tensor *g = dg_gradient(a);
    CHECK(dg_fill(g, 0) == 0 && grad_at(b, 0) == 8 && at(seed, 0) == 4);
    RELEASE(g, seed);
    dg_tensor *mine = vector(3, 1);
    CHECK(dg_gradient_set(a, mine) == 0 && dg_gradient_set(b, mine) == 0);
    seed = vector(3, 1);
    CHECK(finish(dg_walk_new(1, &y, &seed, 0)) == 0);
    CHECK(grad_at(a, 0) == 2 && grad_at(b, 0) == 2 && at(mine, 0) == 1);
    clear_grad(a), clear_grad(b);
    RELEASE(a, b, y, seed, mine);
  }
}

static void several_roots(void)
{
  dg_tensor *x = leaf(scalar(3)), *y[3] = { dg_square(x), dg_neg(x), NULL };
  y[2] = dg_mul(y[0], y[1]); /* depends on the others */
  dg_tensor *half = scalar(0.5), *seeds[3] = { NULL, half, NULL };
  CHECK(finish(dg_walk_new(3, y, seeds, DG_RETAIN_GRAPH)) == 0);
  CHECK(grad_at(x, 0) == 6 - 0.5 - 27 && at(half, 0) == 0.5);
  clear_grad(x);
  dg_tensor *same[2] = { y[2], y[2] };
  CHECK(finish(dg_walk_new(2, same, NULL, 0)) == 0 && grad_at(x, 0) == -54);
  CHECK(finish(dg_walk_new(1, &x, NULL, 0)) == 0 &&
        grad_at(x, 0) == -53); /* a leaf is its own root */
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_new(0, y, NULL, 0));
  dg_tensor *bad[2] = { y[0], NULL };
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_new(2, bad, NULL, 0));
  dg_tensor *wrong = vector(3, 1);
  CHECK_FAILS(DG_EGRAPH, !dg_walk_new(1, y, &wrong, 0));
  RELEASE(x, y[0], y[1], y[2], half, wrong);
}

static void chosen_inputs(void)
{
  dg_tensor *a = leaf(scalar(2)), *b = leaf(scalar(3)), *far = leaf(scalar(1));
  dg_tensor *h = dg_mul(a, b), *y = dg_square(h), *z = dg_exp(b);
  dg_tensor *roots[] = { y, z }, *x[] = { a, h, y, far, z, b };
  dg_walk *w = dg_walk_to(2, roots, NULL, 6, x, DG_RETAIN_GRAPH);
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_result(w, 0));
  CHECK(dg_walk_run(w, 0) == DG_WALK_DONE && dg_walk_run(w, 0) == DG_WALK_DONE);
  double wanted[] = { 36, 12, 1, NAN, 1, 24 + exp(3) };
  /* Another walk over the same tensors does not disturb what this one found. */
  CHECK(finish(dg_walk_to(1, &y, NULL, 1, &a, DG_RETAIN_GRAPH)) == 0);
  for (int i = 0; i < 6; i++) {
    dg_error_clear();
    dg_tensor *g = dg_walk_result(w, i);
    CHECK(dg_error_code() == DG_OK && (g ? fabs(dg_item(g) - wanted[i]) < 1e-9 : isnan(wanted[i])));
    if (g) RELEASE(g);
  }
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_result(w, 6));
  CHECK(dg_walk_free(w) == 0 && !dg_gradient(a) && !dg_gradient(b) && !dg_gradient(h));
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_to(1, &y, NULL, 0, x, 0));
  RELEASE(a, b, far, h, y, z);
}

/* What does not lead to the inputs is not visited: not even when it was freed. */
static void only_what_leads(void)
{
  dg_tensor *x = leaf(scalar(2)), *h = dg_exp(x), *y = dg_square(h), *hh = dg_neg(h);
  CHECK(backward(hh, 0) == 0); /* frees exp */
  dg_walk *w = dg_walk_to(1, &y, NULL, 1, &h, 0);
  int visits = 0;
  while (dg_walk_step(w) == DG_WALK_MORE) visits++;
  dg_tensor *g = dg_walk_result(w, 0);
  CHECK(visits == 1 && g && dg_item(g) == 2 * dg_item(h));
  dg_walk_free(w);
  RELEASE(g, x, h, y, hh);
}

static void retained(void)
{
  dg_tensor *x = leaf(scalar(2)), *h = dg_square(x), *y = dg_square(h), *k = dg_neg(h);
  CHECK(dg_retain_grad(h) == 0 && backward(y, DG_RETAIN_GRAPH) == 0 && grad_at(h, 0) == 8);
  CHECK(backward(k, DG_RETAIN_GRAD) == 0 && grad_at(h, 0) == 7 && grad_at(k, 0) == 1);
  CHECK(grad_at(x, 0) == 28);
  RELEASE(x, h, y, k);
}

static void double_backprop(void)
{
  for (int scoped = 0; scoped < 2; scoped++) {
    double s = scoped ? dg_scope_open() : 0;
    dg_tensor *x = leaf(scalar(5)), *p = dg_square(x), *y = dg_mul(p, x); /* x^3 */
    CHECK(backward(y, DG_DOUBLE_BACKPROP) == 0);
    dg_tensor *g = dg_gradient(x);
    CHECK(dg_item(g) == 75 && dg_requires_grad(g) == 1);
    clear_grad(x); /* or it keeps its graph, and that x */
    CHECK(backward(g, DG_DOUBLE_BACKPROP) == 0 && grad_at(x, 0) == 30);
    dg_tensor *g2 = dg_gradient(x), *g3[1];
    clear_grad(x);
    dg_walk *w = dg_walk_to(1, &g2, NULL, 1, &x, DG_DOUBLE_BACKPROP);
    CHECK(dg_walk_run(w, 0) == DG_WALK_DONE);
    g3[0] = dg_walk_result(w, 0);
    CHECK(dg_walk_free(w) == 0 && dg_item(g3[0]) == 6);
    if (scoped) CHECK(dg_scope_close(s, NULL, 0) == 0);
    else RELEASE(x, p, y, g, g2, g3[0]);
  }
}

/* A leaf outside, its gradient with a graph inside: the scope takes the graph along. */
static void double_backprop_of_outer(void)
{
  dg_tensor *x = leaf(scalar(2));
  double s = dg_scope_open();
  dg_tensor *y = dg_mul(dg_square(x), x);
  CHECK(backward(y, DG_DOUBLE_BACKPROP) == 0 && backward(total(dg_gradient(x)), 0) == 0);
  CHECK(grad_at(x, 0) == 12 + 12);
  CHECK(dg_scope_close(s, NULL, 0) == 0 && grad_at(x, 0) == 24);
  dg_tensor *g = dg_gradient(x);
  CHECK(dg_requires_grad(g) == 0 && dg_is_leaf(g) == 1 && dg_memory_nodes() == 0);
  RELEASE(g, x);
}

/* The gradient that is set at y starts the walk and is used up, unless the walk fails. */
static void started_at_y(void)
{
  dg_tensor *x = leaf(vector(3, 2)), *y = dg_square(x), *g = vector(3, 10);
  dg_walk *rest = (dg_walk *)&y;
  CHECK_FAILS(DG_EARGUMENT, dg_backward(y, 0, &rest) == -1 && !rest);
  CHECK(dg_gradient_set(y, g) == 0);
  CHECK(dg_fill(x, 2) == 0);
  CHECK_FAILS(DG_EGRAPH, dg_backward(y, 0, &rest) == -1 && grad_at(y, 0) == 10);
  RELEASE(y);
  y = dg_square(x);
  CHECK(dg_gradient_set(y, g) == 0 && dg_backward(y, 0, &rest) == DG_WALK_DONE && !rest);
  CHECK(grad_at(x, 0) == 40 && !dg_gradient(y) && at(g, 0) == 10);
  CHECK_FAILS(DG_EARGUMENT, dg_backward(y, 0, &rest) == -1 && !dg_gradient(y)); /* no start now */
  RELEASE(x, y, g);
}

static void versions(void)
{
  dg_tensor *x = leaf(vector(3, 2)), *y = dg_square(x), *z = total(y);
  CHECK(dg_fill(x, 9) == 0);
  CHECK_FAILS(DG_EGRAPH, backward(z, 0) == -1);
  CHECK(strstr(dg_error_message(), "square") && !dg_gradient(x));
  RELEASE(y, z);
  y = dg_exp(x), z = total(y);
  CHECK(dg_fill(y, 1) == 0);
  CHECK_FAILS(DG_EGRAPH, backward(z, 0) == -1);
  RELEASE(y, z);
  y = dg_neg(x), z = total(y); /* reads neither */
  CHECK(dg_fill(y, 1) == 0 && dg_fill(x, 1) == 0 && backward(z, 0) == 0 && grad_at(x, 0) == -1);
  RELEASE(x, y, z);
}

/* A walk that fails half way leaves the leaves as they were. */
static void failed_walks(void)
{
  dg_tensor *x = leaf(vector(3, 2)), *k = leaf(vector(3, 1)), *a = dg_square(x), *b = dg_mul(a, k);
  dg_tensor *y = total(b);
  CHECK(backward(y, DG_RETAIN_GRAPH) == 0 && grad_at(x, 0) == 4 && grad_at(k, 0) == 4);
  CHECK(dg_fill(x, 3) == 0);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  CHECK_FAILS(DG_EGRAPH, dg_walk_run(w, 0) == DG_WALK_FAILED);
  CHECK_FAILS(DG_EGRAPH, dg_walk_step(w) == DG_WALK_FAILED);
  CHECK(dg_walk_free(w) == 0 && grad_at(x, 0) == 4 && grad_at(k, 0) == 4);
  RELEASE(x, k, a, b, y);
}

/* What backward needs no more goes as it passes, and all of it afterwards. */
static void early_freeing(void)
{
  int64_t n = 1 << 16;
  dg_tensor *x = leaf(dg_full(DG_F64, 1, &n, 0.1)), *y = dg_keep(x);
  for (int i = 0; i < 20; i++) {
    dg_tensor *z = i % 2 ? dg_square(y) : dg_sin(y);
    RELEASE(y);
    y = z;
  }
  dg_tensor *loss = total(y);
  RELEASE(y);
  double live = dg_memory_live();
  dg_walk *w = dg_walk_new(1, &loss, NULL, 0);
  for (int i = 0; i < 11; i++) CHECK(dg_walk_step(w) == DG_WALK_MORE);
  CHECK(dg_memory_live() < live * 0.8);
  CHECK(dg_walk_run(w, 0) == DG_WALK_DONE && dg_walk_free(w) == 0);
  CHECK(dg_memory_live() < live * 0.15);
  RELEASE(x, loss);
}

/* What a caller sees of the node that comes next. */
static void next_node(void)
{
  double before = dg_sequence();
  dg_tensor *x = leaf(scalar(3)), *p = dg_square(x), *y = dg_neg(p), *g;
  dg_node *newest = dg_creator(y);
  CHECK(dg_node_sequence(newest) == before + 2 && dg_sequence() == before + 2);
  dg_node_release(newest);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  CHECK(!strcmp(dg_node_name(dg_walk_next(w)), "neg"));
  g = dg_walk_next_gradient(w, 0);
  CHECK(at(g, 0) == 1);
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_next_gradient(w, 1));
  CHECK_FAILS(DG_EARGUMENT, !dg_walk_next_gradient(w, -1));
  CHECK(dg_walk_step(w) == DG_WALK_MORE && !strcmp(dg_node_name(dg_walk_next(w)), "square"));
  RELEASE(g);
  g = dg_walk_next_gradient(w, 0);
  CHECK(at(g, 0) == -1 && dg_walk_step(w) == DG_WALK_MORE);
  dg_error_clear();
  CHECK(!dg_walk_next(w) && dg_error_code() == DG_OK);
  CHECK(dg_walk_step(w) == DG_WALK_DONE && !dg_walk_next(w) && grad_at(x, 0) == -6);
  dg_walk_free(w);
  RELEASE(g, x, p, y);
}

/* What a caller that checks things of its own needs. */
static void own_checks(void)
{
  dg_tensor *x = vector(3, 1), *many = vector(3000, 1), *whole = dg_cast(x, DG_I32);
  CHECK(dg_has_nan(x) == 0 && dg_has_nan(many) == 0 && dg_has_nan(whole) == 0);
  double numbers[3] = { 1, NAN, INFINITY };
  CHECK(dg_write(x, numbers, 3) == 0 && dg_has_nan(x) == 1);
  numbers[1] = -INFINITY;
  CHECK(dg_write(x, numbers, 3) == 0 && dg_has_nan(x) == 0);
  CHECK_FAILS(DG_EMEMORY, dg_error_set(DG_EMEMORY, "100 % mine") == -1);
  CHECK(!strcmp(dg_error_message(), "100 % mine"));
  CHECK_FAILS(DG_EARGUMENT, dg_error_set(DG_OK, "none") == -1);
  RELEASE(x, many, whole);
}

int main(void)
{
  RUN(accumulation);
  RUN(aliases);
  RUN(several_roots);
  RUN(chosen_inputs);
  RUN(only_what_leads);
  RUN(retained);
  RUN(double_backprop);
  RUN(double_backprop_of_outer);
  RUN(started_at_y);
  RUN(versions);
  RUN(failed_walks);
  RUN(early_freeing);
  RUN(next_node);
  RUN(own_checks);
  return report();
}
