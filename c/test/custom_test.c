/* custom_test.c -- operators of the caller's: recorded by dg_custom, handed back by the walk. */
#include "test.h"

/* y = x^3 as the caller's operator, tagged 7. */
static dg_tensor *cube(dg_tensor *x)
{
  int before = dg_mode_set(DG_MODE_BACKPROP, 0);
  dg_tensor *p = dg_square(x), *v = dg_mul(p, x), *y = NULL;
  dg_mode_set(DG_MODE_BACKPROP, before);
  CHECK(dg_custom("cube", 7, 1, &x, 1, &v, &y) == 0);
  if (dg_scope_count() == 0) RELEASE(p, v);
  return y;
}

/* gx = 3 x^2 gy, given and let go at once. */
static void cube_rule(dg_walk *w)
{
  int free = dg_scope_count() == 0;
  dg_node *n = dg_walk_node(w);
  CHECK(dg_custom_tag(n) == 7 && strcmp(dg_node_name(n), "cube") == 0 && dg_walk_needs(w, 0) == 1);
  dg_tensor *x = dg_node_input(n, 0), *gy = dg_walk_output_gradient(w, 0), *p = dg_square(x);
  dg_tensor *q = dg_mul(p, gy), *gx = dg_affine(q, 3, 0);
  CHECK_FAILS(DG_EARGUMENT, dg_walk_give(w, 1, gx) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_walk_give(w, 0, NULL) == -1);
  CHECK(dg_walk_give(w, 0, q) == 0 && dg_walk_give(w, 0, gx) == 0); /* the last one counts */
  if (free) RELEASE(x, gy, p, q, gx);
}

static int run(dg_walk *w, int steps)
{
  for (;;) {
    int status = steps ? dg_walk_step(w) : dg_walk_run(w, 0);
    if (status == DG_WALK_CALL) cube_rule(w);
    else if (status != DG_WALK_MORE) return status;
  }
}

static void values(void)
{
  for (int kind = 0; kind < 8; kind++) {
    double s = kind & 1 ? dg_scope_open() : 0;
    dg_tensor *x = leaf(scalar(2)), *y = cube(x), *z = dg_mul(y, x); /* x^4 */
    CHECK(dg_item(z) == 16 && dg_requires_grad(y) == 1);
    dg_walk *w = dg_walk_new(1, &z, NULL, kind & 2 ? DG_DOUBLE_BACKPROP : 0);
    CHECK(run(w, kind & 4) == DG_WALK_DONE && dg_walk_free(w) == 0 && grad_at(x, 0) == 32);
    CHECK(dg_scope_count() == (kind & 1));
    dg_tensor *g = dg_gradient(x);
    CHECK(dg_requires_grad(g) == (kind & 2) / 2);
    clear_grad(x);
    if (kind & 2) {
      w = dg_walk_new(1, &g, NULL, 0);
      CHECK(run(w, 0) == DG_WALK_DONE && dg_walk_free(w) == 0 && grad_at(x, 0) == 48);
    }
    if (kind & 1) dg_scope_close(s, NULL, 0);
    else RELEASE(x, y, z, g);
  }
}

/* A rule that gives nothing, something wrong, or something stale. */
static void bad_rules(void)
{
  for (int kind = 0; kind < 3; kind++) {
    dg_tensor *x = leaf(scalar(2)), *y = cube(x);
    dg_walk *w = dg_walk_new(1, &y, NULL, 0);
    CHECK(dg_walk_run(w, 0) == DG_WALK_CALL);
    if (kind == 1) {
      dg_tensor *wrong = vector(3, 1);
      CHECK(dg_walk_give(w, 0, wrong) == 0 && dg_walk_run(w, 0) == DG_WALK_FAILED);
      CHECK(dg_error_code() == DG_EGRAPH && strstr(dg_error_message(), "cube"));
    } else if (kind == 0) {
      CHECK(dg_walk_run(w, 0) == DG_WALK_DONE);
    }
    CHECK(dg_walk_free(w) == 0 && !dg_gradient(x) && dg_scope_count() == 0);
    RELEASE(x, y);
  }
}

/* Scopes and walks that the rule leaves open are closed when the walk goes on. */
static void untidy_rules(void)
{
  for (int scoped = 0; scoped < 2; scoped++) {
    double s = scoped ? dg_scope_open() : 0;
    dg_tensor *x = leaf(scalar(2)), *y = cube(x), *z = dg_square(y);
    dg_walk *w = dg_walk_new(1, &z, NULL, 0);
    CHECK(dg_walk_run(w, 0) == DG_WALK_CALL);
    double left_open = dg_scope_open();
    dg_tensor *u = leaf(scalar(1)), *v = cube(u);
    dg_walk *inner = dg_walk_new(1, &v, NULL, 0);
    CHECK(dg_walk_run(inner, 0) == DG_WALK_CALL);
    cube_rule(w);
    CHECK(dg_walk_run(w, 0) == DG_WALK_FAILED || grad_at(x, 0) == 192);
    CHECK_FAILS(DG_EARGUMENT, dg_scope_close(left_open, NULL, 0) == -1);
    CHECK_FAILS(DG_ESTALE, dg_walk_run(inner, 0) == DG_WALK_FAILED);
    CHECK(dg_walk_free(inner) == 0 && dg_walk_free(w) == 0 && !dg_alive(u) && !dg_alive(v));
    CHECK(dg_scope_count() == scoped);
    if (scoped) dg_scope_close(s, NULL, 0);
    else RELEASE(x, y, z);
  }
}

/* Two walks wait for their callers at once, and end in the order in which they began. */
static void crossed_rules(void)
{
  dg_tensor *x = leaf(scalar(2)), *y = cube(x), *u = leaf(scalar(3)), *v = cube(u);
  dg_walk *a = dg_walk_new(1, &y, NULL, 0), *b = dg_walk_new(1, &v, NULL, 0);
  CHECK(dg_walk_run(a, 0) == DG_WALK_CALL && dg_walk_run(b, 0) == DG_WALK_CALL);
  CHECK(run(a, 0) == DG_WALK_DONE || dg_error_code() != DG_OK);
  cube_rule(b);
  CHECK(run(b, 0) == DG_WALK_DONE && grad_at(u, 0) == 27);
  CHECK(dg_walk_free(a) == 0 && dg_walk_free(b) == 0 && dg_scope_count() == 0);
  RELEASE(x, y, u, v);
}

/* The caller's rule is under way when the scope closes around it. */
static void scope_closes(void)
{
  dg_tensor *x = leaf(scalar(2));
  double s = dg_scope_open();
  dg_tensor *y = cube(x);
  dg_walk *w = dg_walk_new(1, &y, NULL, 0);
  CHECK(dg_walk_run(w, 0) == DG_WALK_CALL);
  CHECK(dg_scope_close(s, NULL, 0) == 0 && dg_scope_count() == 0);
  CHECK_FAILS(DG_ESTALE, dg_walk_give(w, 0, x) == -1);
  CHECK_FAILS(DG_ESTALE, !dg_walk_node(w));
  CHECK(dg_walk_free(w) == 0);
  RELEASE(x);
}

static void many_outputs(void)
{
  enum { N = 6 };
  dg_tensor *x[N], *y[N], *r[N], *sum = scalar(0);
  for (int i = 0; i < N; i++) x[i] = leaf(vector(2, i)), y[i] = dg_neg(x[i]);
  CHECK(dg_custom("six", 1, N, x, N, y, r) == 0);
  release_all(y, N);
  for (int i = 0; i < N; i += 2) { /* the others are never used */
    dg_tensor *t = total(r[i]), *more = dg_add(sum, t);
    RELEASE(t, sum);
    sum = more;
  }
  release_all(r, N);
  dg_walk *w = dg_walk_new(1, &sum, NULL, 0);
  CHECK(dg_walk_run(w, 0) == DG_WALK_CALL);
  for (int i = 0; i < N; i++) {
    dg_error_clear();
    dg_tensor *gy = dg_walk_output_gradient(w, i);
    CHECK((gy != NULL) == (i % 2 == 0) && dg_error_code() == DG_OK);
    if (gy) CHECK(dg_walk_give(w, N - 1 - i, gy) == 0);
  }
  CHECK(dg_walk_run(w, 0) == DG_WALK_DONE && dg_walk_free(w) == 0);
  CHECK(isnan(grad_at(x[0], 0)) && grad_at(x[5], 1) == 1);
  release_all(x, N);
  RELEASE(sum);
}

static void refused(void)
{
  dg_tensor *x = leaf(scalar(1)), *r[2] = { NULL, NULL };
  CHECK_FAILS(DG_EARGUMENT, dg_custom(NULL, 0, 1, &x, 1, &x, r) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_custom("a", 0, 1, NULL, 1, &x, r) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_custom("a", 0, 1, &x, 0, &x, r) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_custom("a", 0, -1, &x, 1, &x, r) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_custom("a", 0, 1, &x, 100000, &x, r) == -1);
  dg_tensor *bad[2] = { x, NULL };
  CHECK_FAILS(DG_EARGUMENT, dg_custom("a", 0, 1, &x, 2, bad, r) == -1);
  CHECK_FAILS(DG_EARGUMENT, dg_custom("a", 0, 2, bad, 1, &x, r) == -1);
  CHECK(dg_custom("a", 0, 0, NULL, 1, &x, r) == 0 && dg_requires_grad(r[0]) == 0);
  dg_tensor *y = dg_neg(x);
  dg_node *n = dg_creator(y);
  CHECK_FAILS(DG_EARGUMENT, isnan(dg_custom_tag(n)));
  dg_node_release(n);
  RELEASE(x, y, r[0]);
}

int main(void)
{
  RUN(values);
  RUN(bad_rules);
  RUN(untidy_rules);
  RUN(crossed_rules);
  RUN(scope_closes);
  RUN(many_outputs);
  RUN(refused);
  return report();
}
