/* point_test.c -- results of one element in scopes: that the short way through them and the long one
 * agree, and that whatever is done to one of them leaves the others alone. */
#include "test.h"

#include "node/point.h"

#include <pthread.h>

static double in_scope(void) { return dg_scope_open(); }
static void leave(double scope) { CHECK(dg_scope_close(scope, NULL, 0) == 0); }

static bool is_point(const dg_tensor *x)
{
  const dg_body *b = dg_living_body(x);
  return b && b->creator && b->creator->flags & DG_CALL_POINT;
}

/* One element of a dtype and so many axes. */
static dg_tensor *one(int dtype, int ndim, double value)
{
  const int64_t shape[DG_MAX_NDIM] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  return leaf(dg_full(dtype, ndim, shape, value));
}

/* z = ((x w + b) - w) (x w + b), and back; the scope borrows all leaves in a round before. */
static dg_tensor *formula(dg_tensor *x, dg_tensor *w, dg_tensor *b)
{
  dg_tensor *y = dg_add(dg_mul(x, w), b);
  return dg_mul(dg_sub(y, w), y);
}

static void layouts(void)
{
  for (int dtype = DG_F32; dtype <= DG_F64; dtype++)
    for (int ndim = 0; ndim <= 4; ndim++) {
      dg_tensor *x = one(dtype, ndim, 2), *w = one(dtype, ndim, 3), *b = one(dtype, ndim, 5);
      double scope = in_scope();
      for (int round = 0; round < 3; round++) {
        dg_tensor *z = formula(x, w, b);
        if (round > 0) CHECK(is_point(z) == (ndim <= DG_FEW_AXES));
        CHECK(at(z, 0) == 88 && dg_ndim(z) == ndim && dg_dtype_of(z) == dtype);
        CHECK(backward(z, 0) == 0);
        CHECK(grad_at(x, 0) == 57 && grad_at(w, 0) == 27 && grad_at(b, 0) == 19);
        clear_grad(x), clear_grad(w), clear_grad(b);
      }
      leave(scope);
      RELEASE(x, w, b);
    }
}

/* The same tensor on both sides, several uses, unary operators, and a loss that is a leaf's child. */
static void shapes_of_graphs(void)
{
  dg_tensor *x = one(DG_F64, 1, 3), *w = one(DG_F64, 1, 2);
  double scope = in_scope();
  for (int round = 0; round < 3; round++) {
    dg_tensor *y = dg_mul(x, w), *z = dg_mul(y, y); /* 36, dz/dx = 2 y w = 24, dz/dw = 36 */
    CHECK(backward(z, 0) == 0 && grad_at(x, 0) == 24 && grad_at(w, 0) == 36);
    clear_grad(x), clear_grad(w);
    y = dg_mul(x, w);
    z = dg_add(dg_exp(dg_mul(y, w)), dg_sub(y, y)); /* exp(x w^2) */
    CHECK(backward(z, 0) == 0);
    CHECK(fabs(grad_at(x, 0) / (4 * exp(12)) - 1) < 1e-12);
    CHECK(fabs(grad_at(w, 0) / (12 * exp(12)) - 1) < 1e-12);
    clear_grad(x), clear_grad(w);
    z = dg_add(x, x);
    CHECK(backward(z, 0) == 0 && grad_at(x, 0) == 2);
    clear_grad(x);
    z = dg_sin(dg_mul(dg_tanh(dg_mul(x, w)), w));
    double t = tanh(6);
    CHECK(backward(z, 0) == 0);
    CHECK(fabs(grad_at(x, 0) - cos(2 * t) * 2 * (1 - t * t) * 2) < 1e-12);
    clear_grad(x), clear_grad(w);
  }
  leave(scope);
  RELEASE(x, w);
}

/* What is no longer as it was made leaves its list, and nothing of it comes back. */
static void changed(void)
{
  dg_tensor *x = one(DG_F32, 1, 3), *w = one(DG_F32, 1, 2), *kept[8];
  for (int round = 0; round < 4; round++) {
    double scope = in_scope();
    formula(x, w, w);
    for (int i = 0; i < 8; i++) kept[i] = formula(x, w, w);
    CHECK(is_point(kept[0]) && is_point(kept[7]));
    dg_tensor *view = dg_narrow(kept[1], 0, 0, 1), *gone = kept[2];
    CHECK(dg_keep(kept[0]) != NULL && dg_keep(view) != NULL);
    CHECK(dg_name_set(kept[3], "z") == 0 && dg_retain_grad(kept[4]) == 0);
    CHECK(dg_unchain(kept[5]) == 0 && dg_fill(kept[6], 7) == 0);
    dg_node *node = dg_creator(kept[7]);
    CHECK(backward(kept[4], 0) == 0 && grad_at(kept[4], 0) == 1);
    CHECK(dg_release(gone) == 0 && !dg_alive(gone));
    leave(scope);
    CHECK(at(kept[0], 0) == 48 && at(view, 0) == 48 && dg_is_leaf(kept[0]) == 1);
    for (int i = 1; i < 8; i++) CHECK(!dg_alive(kept[i]));
    CHECK_FAILS(DG_ESTALE, !dg_node_name(node));
    CHECK_FAILS(DG_ESTALE, backward(kept[3], 0) == -1);
    scope = in_scope();
    formula(x, w, w);
    dg_tensor *again = formula(x, w, w);
    CHECK(at(again, 0) == 48 && !dg_name(again)[0] && !dg_gradient(again));
    CHECK(backward(again, 0) == 0 && at(kept[0], 0) == 48 && at(view, 0) == 48);
    leave(scope);
    RELEASE(kept[0], view);
    clear_grad(x), clear_grad(w);
  }
  RELEASE(x, w);
}

/* Kept by the scope around it, out of order; scopes in scopes. */
static void nested(void)
{
  dg_tensor *x = one(DG_F64, 0, 3), *w = one(DG_F64, 0, 2);
  double outer = in_scope();
  formula(x, w, w);
  for (int round = 0; round < 5; round++) {
    dg_tensor *before = dg_mul(x, w);
    double inner = in_scope();
    dg_tensor *first = dg_mul(before, w), *second = dg_mul(first, w), *third = dg_mul(second, w);
    CHECK(is_point(second) && dg_scope_close(inner, (dg_tensor *[]){ second, first }, 2) == 0);
    CHECK(at(first, 0) == 12 && at(second, 0) == 24 && !dg_alive(third) && dg_is_leaf(second) == 1);
    dg_tensor *after = dg_mul(dg_mul(before, w), second);
    CHECK(at(after, 0) == 288 && backward(after, 0) == 0 && grad_at(x, 0) == 96);
    clear_grad(x), clear_grad(w);
  }
  leave(outer);
  RELEASE(x, w);
}

static void overwritten(void)
{
  dg_tensor *x = one(DG_F64, 1, 3), *w = one(DG_F64, 1, 2);
  double scope = in_scope();
  formula(x, w, w);
  dg_tensor *y = dg_mul(x, w), *z = dg_mul(y, w), *u = dg_add(y, w);
  CHECK(dg_fill(y, 1) == 0);
  CHECK_FAILS(DG_EGRAPH, backward(z, 0) == -1);
  CHECK(backward(u, 0) == 0 && grad_at(x, 0) == 2 && grad_at(w, 0) == 4);
  CHECK_FAILS(DG_EGRAPH, backward(u, 0) == -1); /* freed */
  clear_grad(x), clear_grad(w);
  z = dg_mul(dg_mul(x, w), w);
  CHECK(backward(z, DG_RETAIN_GRAPH) == 0 && backward(z, 0) == 0 && grad_at(x, 0) == 8);
  clear_grad(x), clear_grad(w);
  leave(scope);
  RELEASE(x, w);
}

/* Refused allocations: nothing is lost, and it goes on. */
static void out_of_memory(void)
{
  dg_tensor *x = one(DG_F64, 3, 3), *w = one(DG_F64, 3, 2);
  for (int n = 0; n < 8; n++) {
    double scope = in_scope();
    dg_memory_fail_after(n);
    dg_tensor *y = x;
    for (int i = 0; i < 300 && y; i++) y = dg_mul(y, w);
    dg_memory_fail_after(-1);
    dg_error_clear();
    leave(scope);
    scope = in_scope();
    for (int i = 0; i < 3; i++) y = dg_mul(x, w);
    CHECK(y && at(y, 0) == 6 && backward(y, 0) == 0 && grad_at(x, 0) == 2);
    leave(scope);
    clear_grad(x), clear_grad(w);
  }
  RELEASE(x, w);
}

/* A chain of n products with w after x, all of them in y; the first is not yet a point. */
enum { CHAIN = 12 };
static void chain(dg_tensor *x, dg_tensor *w, dg_tensor **y)
{
  for (int i = 0; i < CHAIN; i++) y[i] = dg_mul(i > 0 ? y[i - 1] : x, w);
}

/* Many of one scope's points, and some twice, are carried to the scope around it, which has few births,
 * and from there out. */
static void carried_out(void)
{
  enum { MANY = 700 };
  static dg_tensor *y[MANY + 2];
  dg_tensor *x = one(DG_F64, 1, 1), *w = one(DG_F64, 1, 1), *out[2];
  double outer = in_scope();
  formula(x, w, w);
  amounts before = amounts_now();
  double inner = in_scope();
  for (int i = 0; i < MANY; i++) y[i] = dg_add(i > 0 ? y[i - 1] : x, w);
  CHECK(is_point(y[0]) && is_point(y[MANY - 1]));
  y[MANY] = y[3], y[MANY + 1] = x;
  CHECK(dg_scope_close(inner, y, MANY + 2) == 0);
  amounts now = amounts_now();
  CHECK(now.tensors == before.tensors + MANY && now.nodes == before.nodes);
  for (int i = 0; i < MANY; i++) CHECK(at(y[i], 0) == i + 2 && dg_is_leaf(y[i]) == 1);
  dg_tensor *z = dg_mul(dg_mul(x, y[5]), y[6]);
  CHECK(at(z, 0) == 56 && dg_release(y[7]) == 0 && !dg_alive(y[7]));
  CHECK(dg_release(z) == 0 && !dg_alive(z));
  out[0] = y[8], out[1] = dg_mul(x, y[9]);
  CHECK(dg_scope_close(outer, out, 2) == 0);
  CHECK(at(out[0], 0) == 10 && at(out[1], 0) == 11 && !dg_alive(y[9]));
  RELEASE(x, w, out[0], out[1]);
}

/* Scopes inside each other whose points are of several lists by turns. */
static void by_turns(void)
{
  dg_tensor *x[4], *y[4];
  for (int i = 0; i < 4; i++) x[i] = one(i & 1 ? DG_F64 : DG_F32, i / 2, i + 2);
  double outer = in_scope();
  for (int i = 0; i < 4; i++) dg_mul(x[i], x[i]);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 4; i++) y[i] = dg_mul(x[i], x[i]);
    amounts before = amounts_now();
    double inner = in_scope();
    for (int k = 0; k < 40; k++) {
      dg_tensor *z = dg_add(y[k % 4], y[k % 4]);
      CHECK(is_point(z) && at(z, 0) == 2 * (k % 4 + 2) * (k % 4 + 2));
    }
    CHECK(amounts_now().tensors == before.tensors + 40);
    leave(inner);
    CHECK(amounts_now().tensors == before.tensors && amounts_now().nodes == before.nodes);
    for (int i = 0; i < 4; i++) CHECK(backward(dg_add(y[i], x[i]), 0) == 0);
    for (int i = 0; i < 4; i++) CHECK(grad_at(x[i], 0) == 2 * (i + 2) + 1), clear_grad(x[i]);
  }
  leave(outer);
  RELEASE(x[0], x[1], x[2], x[3]);
}

/* What a row has to stop at: a hook, a gradient to be kept, what was overwritten or freed. */
static void stops(void)
{
  dg_tensor *x = one(DG_F64, 1, 3), *w = one(DG_F64, 1, 1), *y[CHAIN];
  for (int at_place = 0; at_place < CHAIN; at_place++) {
    double scope = in_scope();
    chain(x, w, y), chain(x, w, y);
    dg_tensor *last = y[CHAIN - 1], *mid = y[at_place];
    CHECK(dg_hooked_set(mid, 1) == 0);
    dg_walk *rest = NULL;
    CHECK(dg_backward(last, DG_RETAIN_GRAPH, &rest) == DG_WALK_HOOK && rest);
    CHECK(isnan(grad_at(x, 0)) && finish(rest) == 0);
    CHECK(grad_at(x, 0) == 1 && grad_at(w, 0) == 3 * CHAIN);
    clear_grad(x), clear_grad(w);
    CHECK(dg_hooked_set(mid, 0) == 0 && dg_retain_grad(mid) == 0);
    dg_node *node = dg_creator(y[CHAIN / 2]);
    CHECK(backward(dg_mul(last, last), DG_RETAIN_GRAPH) == 0);
    CHECK(grad_at(mid, 0) == 6 && grad_at(x, 0) == 6 && grad_at(w, 0) == 18 * CHAIN);
    clear_grad(x), clear_grad(w);
    CHECK(dg_node_sequence(node) < dg_sequence());
    CHECK(backward(mid, 0) == 0 && grad_at(w, 0) == 3 * (at_place + 1));
    CHECK_FAILS(DG_EGRAPH, backward(last, 0) == -1); /* freed from mid on */
    CHECK(grad_at(w, 0) == 3 * (at_place + 1));
    clear_grad(x), clear_grad(w);
    chain(x, w, y);
    CHECK(dg_fill(y[at_place], 3) == 0);
    int read_after = at_place < CHAIN - 1;
    CHECK(backward(y[CHAIN - 1], 0) == (read_after ? -1 : 0));
    leave(scope);
    CHECK_FAILS(DG_ESTALE, !dg_node_name(node));
    clear_grad(x), clear_grad(w);
  }
  RELEASE(x, w);
}

/* A gradient that is added to through a row, and that of the row, as the long ways give them. */
static void rows_add_up(void)
{
  dg_tensor *x = one(DG_F32, 1, 0.5), *w = one(DG_F32, 1, 0.75), *b = one(DG_F32, 1, -0.25);
  double x_by[2], w_by[2], b_by[2];
  for (int by_steps = 0; by_steps < 2; by_steps++) {
    double scope = in_scope();
    formula(x, w, b);
    dg_tensor *y = x;
    for (int i = 0; i < 6; i++) {
      y = dg_tanh(dg_sub(dg_add(dg_mul(y, w), b), dg_mul(w, b)));
      y = dg_exp(dg_mul(b, dg_mul(y, y)));
      y = dg_div(dg_mul(y, x), dg_sub(w, y));
    }
    dg_walk *walk = dg_walk_new(1, &y, NULL, 0);
    if (by_steps)
      while (dg_walk_step(walk) == DG_WALK_MORE) continue;
    CHECK(finish(walk) == 0);
    x_by[by_steps] = grad_at(x, 0), w_by[by_steps] = grad_at(w, 0), b_by[by_steps] = grad_at(b, 0);
    leave(scope);
    clear_grad(x), clear_grad(w), clear_grad(b);
  }
  CHECK(fabs(x_by[0] - x_by[1]) <= 1e-5 * fabs(x_by[1]) && x_by[0] != 0);
  CHECK(fabs(w_by[0] - w_by[1]) <= 1e-5 * fabs(w_by[1]) && w_by[0] != 0);
  CHECK(fabs(b_by[0] - b_by[1]) <= 1e-5 * fabs(b_by[1]) && b_by[0] != 0);
  RELEASE(x, w, b);
}

static void *other_thread(void *unused)
{
  (void)unused;
  shapes_of_graphs();
  changed();
  return NULL;
}

static void threads(void)
{
  for (int i = 0; i < 3; i++) {
    pthread_t t;
    CHECK(pthread_create(&t, NULL, other_thread, NULL) == 0 && pthread_join(t, NULL) == 0);
  }
}

/* Counts while they are in use. */
static void counts(void)
{
  dg_tensor *x = one(DG_F32, 1, 3), *w = one(DG_F32, 1, 2);
  double scope = in_scope();
  formula(x, w, w);
  amounts before = amounts_now();
  dg_tensor *y = x;
  for (int i = 0; i < 100; i++) y = dg_mul(y, w);
  amounts now = amounts_now();
  CHECK(now.tensors == before.tensors + 100 && now.nodes == before.nodes + 100);
  leave(scope);
  RELEASE(x, w);
}

int main(void)
{
  RUN(layouts);
  RUN(shapes_of_graphs);
  RUN(changed);
  RUN(nested);
  RUN(overwritten);
  RUN(carried_out);
  RUN(by_turns);
  RUN(stops);
  RUN(rows_add_up);
  RUN(out_of_memory);
  RUN(threads);
  RUN(counts);
  return report();
}
