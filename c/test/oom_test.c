/* oom_test.c -- memory runs out at every allocation there is, once each time: each failure is an error,
 * nothing leaks, leaves are as before, and the next call works. */
#include "test.h"

#include <pthread.h>

static int points;
static dg_tensor *x, *k; /* leaves with gradients, which failures do not touch */

/* A scenario gives back what it made, and returns 0, or -1 when something in it failed. */
typedef int scenario(void);

static int all(dg_tensor *const *t, int count)
{
  for (int i = 0; i < count; i++)
    if (!t[i]) return -1;
  return 0;
}
#define MADE(...)                                                                                  \
  all((dg_tensor *[]){ __VA_ARGS__ }, sizeof((dg_tensor *[]){ __VA_ARGS__ }) / sizeof(dg_tensor *))

static int drop(int status, dg_tensor *const *t, int count)
{
  for (int i = 0; i < count && dg_scope_count() == 0; i++)
    if (t[i]) dg_release(t[i]);
  return status;
}
#define DROP(status, ...)                                                                          \
  drop(status, (dg_tensor *[]){ __VA_ARGS__ },                                                     \
       sizeof((dg_tensor *[]){ __VA_ARGS__ }) / sizeof(dg_tensor *))

static int elementwise(void)
{
  dg_tensor *a = dg_exp(x), *b = dg_mul(a, k), *c = dg_add(b, x), *d = dg_clip(c, 0, 1);
  return DROP(MADE(a, b, c, d), a, b, c, d);
}

static int shapes(void)
{
  const int64_t shape[2] = { 10, 4 }, axis = 0;
  dg_tensor *a = dg_reshape(x, 2, shape), *b = dg_transpose(a, 0, NULL),
            *c = dg_sum(b, 1, &axis, 1);
  dg_tensor *d = dg_broadcast_to(c, 2, (const int64_t[]){ 5, 10 }), *e = dg_cast(d, DG_F32);
  dg_tensor *f = dg_reshape(b, 1, (const int64_t[]){ 40 }), *g = dg_sum_to(d, 1, &shape[0]);
  return DROP(MADE(a, b, c, d, e, f, g), a, b, c, d, e, f, g);
}

static int leaves(void)
{
  const int64_t n = 100;
  dg_tensor *p = dg_parameter(DG_F32), *r = dg_range(DG_I64, 0, 1, 100), *d = dg_detach(x);
  int status = MADE(p, r, d) || dg_initialize(p, 1, &n) < 0 || dg_name_set(p, "p") < 0 ? -1 : 0;
  return DROP(status, p, r, d);
}

static int pinned(void)
{
  static double data[4];
  const int64_t n = 4;
  dg_pin *pin = dg_pin_new();
  if (!pin) return -1;
  dg_tensor *t = dg_from_pointer(data, DG_F64, 1, &n, pin), *v = dg_narrow(t, 0, 1, 2);
  int status = DROP(MADE(t, v), t, v);
  CHECK(dg_pin_held(pin) == 0);
  dg_pin_free(pin);
  return status;
}

static dg_tensor *loss(dg_tensor **made)
{
  made[0] = dg_mul(x, k);
  made[1] = dg_sigmoid(made[0]);
  made[2] = dg_square(made[1]);
  return made[3] = total(made[2]);
}

static int plain_backward(void)
{
  dg_tensor *t[4], *y = loss(t);
  int status = y ? finish(dg_walk_to(1, &y, NULL, 1, &x, 0)) : -1;
  return drop(status, t, 4);
}

static int leaf_backward(void)
{
  dg_tensor *t[4], *y = loss(t);
  return drop(y ? backward(y, DG_RETAIN_GRAD) : -1, t, 4);
}

static int one_call(void)
{
  dg_tensor *t[4], *y = loss(t);
  dg_walk *rest;
  int status = y ? dg_backward(y, 0, &rest) : -1;
  return drop(status == DG_WALK_DONE ? 0 : -1, t, 4);
}

static int inside(scenario *f)
{
  double s = dg_scope_open();
  if (s < 0) return -1;
  int status = f();
  CHECK(dg_scope_close(s, NULL, 0) == 0);
  return status;
}
static int elementwise_inside(void) { return inside(elementwise); }
static int shapes_inside(void) { return inside(shapes); }
static int plain_backward_inside(void) { return inside(plain_backward); }
static int leaf_backward_inside(void) { return inside(leaf_backward); }

static int twice(void)
{
  dg_tensor *t[4], *y = loss(t), *g[2] = { NULL, NULL };
  dg_walk *w = y ? dg_walk_to(1, &y, NULL, 1, &x, DG_DOUBLE_BACKPROP) : NULL;
  int status = w && dg_walk_run(w, 0) == DG_WALK_DONE ? 0 : -1;
  if (status == 0) g[0] = dg_walk_result(w, 0);
  if (w) dg_walk_free(w);
  if (g[0]) g[1] = total(g[0]);
  status = g[1] ? finish(dg_walk_to(1, &g[1], NULL, 1, &k, 0)) : -1;
  drop(0, g, 2);
  return drop(status, t, 4);
}
static int twice_inside(void) { return inside(twice); }

static int stepped(void)
{
  dg_tensor *t[4], *y = loss(t), *g;
  dg_walk *w = y ? dg_walk_to(1, &y, NULL, 1, &x, 0) : NULL;
  int status = w ? DG_WALK_MORE : DG_WALK_FAILED;
  while (status == DG_WALK_MORE) {
    status = dg_walk_step(w);
    if (status != DG_WALK_MORE) break;
    if (!(g = dg_walk_input_gradient(w, 0))) status = DG_WALK_FAILED;
    else DROP(0, g);
  }
  if (w) dg_walk_free(w);
  return drop(status == DG_WALK_DONE ? 0 : -1, t, 4);
}
static int stepped_inside(void) { return inside(stepped); }

static int custom(void)
{
  dg_tensor *in[6] = { x, x, k, x, x, k }, *r[2] = { NULL, NULL }, *y = NULL,
            *t[2] = { NULL, NULL };
  dg_walk *w = NULL;
  int status = dg_custom("oom", 1, 6, in, 2, in, r);
  if (status == 0 && (t[0] = total(r[0])) && (t[1] = total(r[1]))) y = dg_add(t[0], t[1]);
  if (y) w = dg_walk_to(1, &y, NULL, 1, &x, 0);
  status = w ? dg_walk_run(w, 0) : DG_WALK_FAILED;
  if (status == DG_WALK_CALL) {
    dg_tensor *gy = dg_walk_output_gradient(w, 0), *g = dg_neg(gy);
    if (g && dg_walk_give(w, 0, g) == 0) status = dg_walk_run(w, 0);
  }
  if (w) dg_walk_free(w);
  return DROP(status == DG_WALK_DONE ? 0 : -1, r[0], r[1], t[0], t[1], y);
}
static int custom_inside(void) { return inside(custom); }

static int two_walks(void)
{
  dg_tensor *t[4], *y = loss(t);
  dg_walk *a = y ? dg_walk_to(1, &y, NULL, 1, &x, DG_RETAIN_GRAPH) : NULL;
  dg_walk *b = a ? dg_walk_to(1, &y, NULL, 1, &k, DG_RETAIN_GRAPH) : NULL;
  int status = b && dg_walk_step(a) == DG_WALK_MORE && dg_walk_step(b) == DG_WALK_MORE &&
                       dg_walk_run(a, 0) == DG_WALK_DONE && dg_walk_run(b, 0) == DG_WALK_DONE
                   ? 0
                   : -1;
  if (a) dg_walk_free(a);
  if (b) dg_walk_free(b);
  return drop(status, t, 4);
}

static int big_scope(void)
{
  double s = dg_scope_open();
  dg_tensor *y = s < 0 ? NULL : x;
  for (int i = 0; i < 600 && y; i++) y = dg_neg(y);
  dg_tensor *keep[1] = { y };
  if (s > 0) CHECK(dg_scope_close(s, keep, y ? 1 : 0) == 0);
  return DROP(y ? 0 : -1, y);
}

static int many_borrowed(void)
{
  dg_tensor *t[300] = { NULL };
  int status = 0;
  for (int i = 0; i < 300 && status == 0; i++) status = (t[i] = leaf(scalar(i))) ? 0 : -1;
  double s = status == 0 ? dg_scope_open() : -1;
  for (int i = 0; i < 300 && s > 0 && status == 0; i++) status = dg_neg(t[i]) ? 0 : -1;
  if (s > 0) CHECK(dg_scope_close(s, NULL, 0) == 0);
  return drop(s > 0 ? status : -1, t, 300);
}

static int cut(void)
{
  dg_tensor *t[4], *y = loss(t);
  if (y) CHECK(dg_unchain_backward(y) == 0);
  return drop(y ? 0 : -1, t, 4);
}

static int windows(void)
{
  const int64_t image[4] = { 2, 1, 5, 4 }, filter[4] = { 2, 1, 2, 2 }, two[2] = { 2, 2 };
  const int64_t size[2] = { 3, 4 };
  dg_tensor *places = NULL, *a = dg_reshape(x, 4, image), *b = dg_swap_axes(a, 2, 3);
  dg_tensor *c = dg_narrow(k, 0, 0, 8), *w = dg_reshape(c, 4, filter);
  dg_tensor *y = dg_convolution(b, w, NULL, 2, NULL, NULL, NULL, 1, 0);
  dg_tensor *p = dg_max_pooling(y, 2, two, NULL, NULL, 0, 1, &places);
  dg_tensor *u = dg_upsampling(p, places, 2, two, NULL, NULL, size, 0, 1);
  dg_tensor *m = dg_average_pooling(u, 2, two, NULL, NULL, 1), *t = total(m);
  int status = t ? finish(dg_walk_to(1, &t, NULL, 1, &x, 0)) : -1;
  return DROP(status, places, a, b, c, w, y, p, u, m, t);
}
static int windows_inside(void) { return inside(windows); }

static int repeated_rows(void)
{
  const int64_t rows = 120, table[2] = { 1, 40 }, weights[2] = { 32, 40 };
  dg_tensor *id = dg_full(DG_I64, 1, &rows, 0), *w = dg_full(DG_F64, 2, weights, 0.5);
  dg_tensor *m = dg_reshape(x, 2, table), *e = dg_embed_id(id, m, 0, INT64_MIN, 1);
  dg_tensor *y = dg_linear(e, w, NULL), *t = total(y);
  int status = t ? finish(dg_walk_to(1, &t, NULL, 1, &x, 0)) : -1;
  return DROP(status, id, w, m, e, y, t);
}
static int repeated_rows_inside(void) { return inside(repeated_rows); }

static int same_layer_again(void)
{
  const int64_t row[2] = { 1, 40 }, weights[2] = { 40, 40 };
  dg_tensor *w = dg_full(DG_F64, 2, weights, 0.5), *a = dg_reshape(x, 2, row);
  if (w) leaf(w);
  dg_tensor *b = dg_linear(a, w, k), *c = dg_linear(b, w, k), *d = dg_linear(c, w, k);
  dg_tensor *t = total(d);
  return DROP(t ? backward(t, 0) : -1, w, a, b, c, d, t);
}
static int same_layer_again_inside(void) { return inside(same_layer_again); }

static void leaves_are_as_before(const double *gx, const double *gk)
{
  double now[40];
  dg_tensor *a = dg_gradient(x), *b = dg_gradient(k);
  CHECK(dg_read(a, now, 40) == 0 && memcmp(now, gx, sizeof now) == 0);
  CHECK(dg_read(b, now, 40) == 0 && memcmp(now, gk, sizeof now) == 0);
  CHECK(dg_read(x, now, 40) == 0 && now[7] == 0.5);
  RELEASE(a, b);
}

static void give_gradients(double *gx, double *gk)
{
  int64_t n = 40;
  dg_tensor *a = dg_full(DG_F64, 1, &n, 1.5), *b = dg_full(DG_F64, 1, &n, -2);
  CHECK(dg_gradient_set(x, a) == 0 && dg_gradient_set(k, b) == 0);
  CHECK(dg_read(a, gx, 40) == 0 && dg_read(b, gk, 40) == 0);
  RELEASE(a, b);
}

typedef struct attempt {
  scenario *f;
  const char *name;
  int point, status;
  double gx[40], gk[40];
} attempt;

/* In a thread of its own, whose tables all have to grow again. */
static void *attempt_it(void *arg)
{
  attempt *a = arg;
  dg_memory_fail_after(a->point);
  a->status = a->f();
  dg_memory_fail_after(-1);
  dg_error code = dg_error_code();
  check(code == (a->status < 0 ? DG_EMEMORY : DG_OK), a->name, "the error's code, point", a->point);
  if (a->status < 0) leaves_are_as_before(a->gx, a->gk);
  CHECK(a->f() == 0);
  return NULL;
}

/* Fails the k-th allocation, for k = 0, 1, ... until nothing failed. */
static void exhaust(scenario *f, const char *name)
{
  attempt a = { .f = f, .name = name, .status = -1 };
  for (; a.status < 0 && a.point < 5000; a.point++) {
    give_gradients(a.gx, a.gk);
    amounts before = amounts_now();
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, attempt_it, &a) == 0 && pthread_join(thread, NULL) == 0);
    give_gradients(a.gx, a.gk);
    check_amounts(before, name);
  }
  check(a.point > 3 && a.point < 5000, name, "points", a.point);
  points += a.point;
}

/* The limit instead: it rises until there is room enough. */
static void squeeze(scenario *f, const char *name)
{
  double gx[40], gk[40];
  int status = -1;
  for (int room = 0; room < 1 << 20 && status < 0; room += 64) {
    give_gradients(gx, gk);
    amounts before = amounts_now();
    dg_memory_limit(before.bytes + room);
    status = f();
    dg_memory_limit(0);
    if (status < 0) {
      check(dg_error_code() == DG_EMEMORY, name, "the error's code, room", room);
      leaves_are_as_before(gx, gk);
    }
    give_gradients(gx, gk);
    check_amounts(before, name);
  }
  check(status == 0, name, "room", 0);
}

int main(void)
{
  static const struct {
    scenario *f;
    const char *name;
  } all_of_them[] = {
#define ONE(f) { f, #f }
    ONE(elementwise),
    ONE(elementwise_inside),
    ONE(shapes),
    ONE(shapes_inside),
    ONE(leaves),
    ONE(pinned),
    ONE(plain_backward),
    ONE(plain_backward_inside),
    ONE(leaf_backward),
    ONE(leaf_backward_inside),
    ONE(twice),
    ONE(twice_inside),
    ONE(stepped),
    ONE(stepped_inside),
    ONE(custom),
    ONE(custom_inside),
    ONE(two_walks),
    ONE(one_call),
    ONE(big_scope),
    ONE(many_borrowed),
    ONE(cut),
    ONE(windows),
    ONE(windows_inside),
    ONE(repeated_rows),
    ONE(repeated_rows_inside),
    ONE(same_layer_again),
    ONE(same_layer_again_inside),
  };
  int64_t n = 40;
  x = leaf(dg_full(DG_F64, 1, &n, 0.5)), k = leaf(dg_full(DG_F64, 1, &n, 2));
  for (size_t i = 0; i < sizeof all_of_them / sizeof *all_of_them; i++) {
    exhaust(all_of_them[i].f, all_of_them[i].name);
    squeeze(all_of_them[i].f, all_of_them[i].name);
  }
  clear_grad(x), clear_grad(k);
  RELEASE(x, k);
  CHECK(dg_memory_tensors() == 0 && dg_memory_nodes() == 0 && dg_memory_live() == 0);
  printf("%d points of failure\n", points);
  return report();
}
