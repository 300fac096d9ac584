/* handle_test.c -- handles, references and what lies behind them. */
#include "test.h"

#include "tensor/tensor.h"

#include <errno.h>

static void wrong_handles(void)
{
  dg_tensor *x = leaf(scalar(3)), *y = dg_square(x);
  dg_node *n = dg_creator(y);
  CHECK(x && y && n && dg_alive(x) && !dg_alive((dg_tensor *)n) && dg_node_alive(n));
  CHECK(!dg_alive(NULL) && !dg_node_alive(NULL) && !dg_node_alive((dg_node *)x));
  CHECK_FAILS(DG_EARGUMENT, !dg_add(NULL, x));
  CHECK_FAILS(DG_EARGUMENT, dg_ndim(NULL) == -1);
  CHECK_FAILS(DG_ETYPE, !dg_add(x, (dg_tensor *)n));
  CHECK_FAILS(DG_ETYPE, dg_release((dg_tensor *)n) == -1);
  CHECK_FAILS(DG_ETYPE, !dg_node_name((dg_node *)x));
  CHECK_FAILS(DG_ETYPE, dg_node_release((dg_node *)x) == -1);
  CHECK(dg_node_release(n) == 0);
  CHECK_FAILS(DG_ESTALE, dg_node_release(n) == -1); /* y has it, nobody else */
  RELEASE(y);
  CHECK_FAILS(DG_ESTALE, !dg_node_name(n));
  CHECK_FAILS(DG_ESTALE, !dg_neg(y));
  CHECK_FAILS(DG_ESTALE, dg_release(y) == -1);
  RELEASE(x);
}

/* Any bits at all are refused, or name something alive: nothing crashes. */
static void garbage(void)
{
  dg_tensor *x = vector(5, 1);
  uint64_t bits = 88172645463325252u;
  int alive = 0;
  for (int i = 0; i < 20000; i++) {
    bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
    uint64_t b = i % 4 == 0   ? bits
                 : i % 4 == 1 ? bits & 0xffff0000ffff
                 : i % 4 == 2 ? (uint64_t)(uintptr_t)x ^ (uint64_t)1 << bits % 64
                              : bits >> bits % 64;
    dg_tensor *t = (dg_tensor *)(uintptr_t)b;
    if (t == x) continue;
    alive += dg_alive(t) + dg_node_alive((dg_node *)t) + (dg_neg(t) != NULL) + (dg_size(t) >= 0);
  }
  CHECK(alive == 0);
  RELEASE(x);
}

/* A reference that is given back twice takes none of what the graph holds. */
static void released_twice(void)
{
  dg_tensor *x = leaf(scalar(3)), *y = dg_mul(x, x);
  CHECK(dg_release(x) == 0);
  CHECK_FAILS(DG_ESTALE, dg_release(x) == -1);
  CHECK(dg_keep(x) == x); /* the graph has it still */
  CHECK(backward(y, 0) == 0 && grad_at(x, 0) == 6);
  RELEASE(x, y);
  CHECK(!dg_alive(x) && !dg_alive(y));
}

/* Small elements lie in the slot of their tensor, which dies before its views. */
static void tiny_views(void)
{
  const int64_t two = 2, shape[2] = { 2, 1 };
  dg_tensor *x = dg_full(DG_F64, 1, &two, 7), *v = dg_reshape(x, 2, shape), *w = dg_detach(v);
  RELEASE(x);
  CHECK(!dg_alive(x));
  dg_tensor *other[50];
  for (int i = 0; i < 50; i++) other[i] = dg_full(DG_F64, 1, &two, i);
  CHECK(at(v, 1) == 7 && at(w, 0) == 7 && dg_fill(w, 8) == 0 && at(v, 1) == 8);
  RELEASE(v);
  CHECK(at(w, 1) == 8);
  release_all(other, 50);
  RELEASE(w);
  double s = dg_scope_open();
  x = dg_full(DG_F64, 1, &two, 7);
  v = dg_keep(dg_reshape(x, 2, shape));
  CHECK(dg_release(x) == 0 && !dg_alive(x));
  x = dg_full(DG_F64, 1, &two, 9);
  CHECK(dg_scope_close(s, NULL, 0) == 0 && at(v, 0) == 7);
  RELEASE(v);
}

static void views_of_views(void)
{
  int64_t n = 100;
  dg_tensor *x = dg_range(DG_F64, 0, 1, 100), *v = dg_narrow(x, 0, 10, 50),
            *w = dg_narrow(v, 0, 5, 3);
  RELEASE(x, v);
  CHECK(at(w, 0) == 15 && at(w, 2) == 17);
  double version = dg_version(w);
  CHECK(dg_fill(w, 1) == 0 && dg_version(w) == version + 1);
  RELEASE(w);
  x = dg_full(DG_F64, 1, &n, 1);
  CHECK(dg_data(x) != NULL && dg_bytes(x) == dg_data(x) && dg_written(x) == 0 &&
        dg_version(x) == 1);
  RELEASE(x);
}

static void pins(void)
{
  double data[4] = { 1, 2, 3, 4 };
  int64_t n = 4;
  dg_pin *pin = dg_pin_new();
  dg_tensor *x = dg_from_pointer(data, DG_F64, 1, &n, pin), *v = dg_narrow(x, 0, 1, 2);
  CHECK(dg_pin_held(pin) == 1);
  RELEASE(x);
  CHECK(dg_pin_held(pin) == 1 && at(v, 0) == 2);
  CHECK(dg_pin_held(pin) == 1);
  RELEASE(v);
  CHECK(dg_pin_held(pin) == 0);
  CHECK_FAILS(DG_EARGUMENT, !dg_from_pointer((char *)data + 1, DG_F64, 1, &n, pin));
  CHECK_FAILS(DG_ETYPE, !dg_from_pointer(data, 99, 1, &n, pin));
  CHECK(dg_pin_held(pin) == 0 && dg_pin_free(pin) == 0);
}

/* A slot whose generations are used up is never used again. */
static void generations_end(void)
{
  for (int renewed = 0; renewed < 2; renewed++) {
    double scope = dg_scope_open();
    dg_slot *s = dg_slot_of(scalar(1));
    s->generation = renewed ? UINT32_MAX - 4 : UINT32_MAX - 2;
    dg_tensor *x = dg_slot_handle(s);
    CHECK(dg_alive(x) && dg_release(x) == 0 && dg_alive(x) == !renewed);
    x = dg_slot_handle(s);
    CHECK(dg_release(x) == 0 && dg_scope_close(scope, NULL, 0) == 0);
    dg_tensor *y = scalar(1);
    CHECK(!dg_alive(x) && s->generation == UINT32_MAX - 1 && dg_slot_of(y) != s);
    RELEASE(y);
  }
}

static void sizes(void)
{
  const int64_t huge[3] = { INT64_MAX, INT64_MAX - 8, (int64_t)1 << 55 };
  const int64_t pairs[][2] = { { INT64_MAX, 2 }, { (int64_t)1 << 32, (int64_t)1 << 32 },
                               { 0, INT64_MAX }, { INT64_MAX, 0 },
                               { 3, -1 },        { INT64_MIN, 0 } };
  for (int i = 0; i < 3; i++)
    CHECK_FAILS(i < 2 ? DG_EARGUMENT : DG_EMEMORY, !dg_empty(DG_U8, 1, &huge[i]));
  for (int i = 0; i < 6; i++) CHECK_FAILS(DG_EARGUMENT, !dg_full(DG_F64, 2, pairs[i], 1));
  const int64_t nine[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  CHECK_FAILS(DG_EARGUMENT, !dg_empty(DG_F32, 9, nine));
  CHECK_FAILS(DG_EARGUMENT, !dg_empty(DG_F32, -1, nine));
  CHECK_FAILS(DG_ETYPE, !dg_empty(-1, 1, nine));
  dg_tensor *x = dg_empty(DG_F32, 8, nine);
  CHECK(x && dg_ndim(x) == 8);
  RELEASE(x);
}

static void limits(void)
{
  int64_t n = 1 << 20;
  dg_tensor *x = dg_full(DG_F64, 1, &n, 1);
  RELEASE(x); /* cached now: the limit holds all the same */
  dg_memory_limit(dg_memory_live() + (1 << 20));
  CHECK_FAILS(DG_EMEMORY, !dg_full(DG_F64, 1, &n, 1));
  int64_t few = 1000;
  x = dg_full(DG_F64, 1, &few, 1);
  CHECK(x != NULL);
  dg_memory_limit(0);
  dg_tensor *y = dg_full(DG_F64, 1, &n, 1);
  CHECK(y != NULL);
  RELEASE(x, y);
  dg_memory_fail_after(NAN);
  x = vector(50, 1);
  CHECK(x != NULL);
  RELEASE(x);
}

static void names(void)
{
  dg_tensor *x = scalar(1);
  CHECK(strcmp(dg_name(x), "") == 0 && dg_name_set(x, "one") == 0 &&
        strcmp(dg_name(x), "one") == 0);
  CHECK(dg_name_set(x, "other") == 0 && dg_name_set(x, NULL) == 0 && strcmp(dg_name(x), "") == 0);
  CHECK(dg_name_set(x, "last") == 0);
  RELEASE(x);
}

static void parameters(void)
{
  const int64_t shape[2] = { 30, 2 };
  dg_tensor *p = dg_parameter(DG_F32);
  CHECK(dg_is_initialized(p) == 0 && dg_requires_grad(p) == 1);
  CHECK_FAILS(DG_EARGUMENT, !dg_neg(p));
  CHECK_FAILS(DG_EARGUMENT, isnan(dg_item(p)));
  CHECK_FAILS(DG_EARGUMENT, dg_initialize(p, 9, shape) == -1);
  double before = dg_memory_bytes(DG_PARAMETER);
  CHECK(dg_initialize(p, 2, shape) == 0 && dg_is_initialized(p) == 1);
  CHECK(dg_memory_bytes(DG_PARAMETER) > before);
  CHECK_FAILS(DG_EARGUMENT, dg_initialize(p, 2, shape) == -1);
  RELEASE(p);
  CHECK(dg_memory_bytes(DG_PARAMETER) == before);
  CHECK_FAILS(DG_ETYPE, !dg_parameter(DG_I32));
}

static void errno_tells(void)
{
  for (int i = 0; i < 2; i++) { /* the second time the first message stays */
    errno = 0;
    CHECK(!dg_neg(NULL) && errno == EINVAL);
  }
  dg_error_clear();
}

static void without_lua(void)
{
  int state = 0;
  CHECK(dg_lua_function((struct lua_State *)&state) == 0 && !dg_lua_result());
  CHECK_FAILS(DG_EARGUMENT, dg_lua_function(NULL) == -1);
}

int main(void)
{
  RUN(wrong_handles);
  RUN(garbage);
  RUN(released_twice);
  RUN(tiny_views);
  RUN(views_of_views);
  RUN(pins);
  RUN(sizes);
  RUN(limits);
  RUN(names);
  RUN(parameters);
  RUN(errno_tells);
  RUN(without_lua);
  RUN(generations_end);
  return report();
}
