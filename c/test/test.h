/* test.h -- what the tests of the C core share: checks, leak checks, small tensors. */
#ifndef DG_TEST_H
#define DG_TEST_H

#include "dgraph.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

static inline void check(int ok, const char *what, const char *file, int line)
{
  if (ok) passed++;
  else if (failed++ < 40) printf("%s:%d: FAILED: %s [%s]\n", file, line, what, dg_error_message());
}

#define CHECK(ok) check((ok) != 0, #ok, __FILE__, __LINE__)
/* The call is refused (NULL, -1, NaN ... is left to `ok`) with this error code. */
#define CHECK_FAILS(code, ok)                                                                      \
  (dg_error_clear(), check((ok) != 0 && dg_error_code() == (code), #ok, __FILE__, __LINE__))

/* What is alive, to find leaks. */
typedef struct amounts {
  double tensors, nodes, bytes;
} amounts;

static inline amounts amounts_now(void)
{
  return (amounts){ dg_memory_tensors(), dg_memory_nodes(), dg_memory_live() };
}

static inline void check_amounts(amounts a, const char *name)
{
  amounts b = amounts_now();
  int same = a.tensors == b.tensors && a.nodes == b.nodes && a.bytes == b.bytes;
  if (!same)
    printf("%s left %g tensors, %g nodes, %g bytes\n", name, b.tensors - a.tensors,
           b.nodes - a.nodes, b.bytes - a.bytes);
  check(same && dg_scope_count() == 0, name, "leak", 0);
}

/* Runs a test and checks that nothing is left of it. */
#define RUN(test) (run_test(test, #test))
static inline void run_test(void (*test)(void), const char *name)
{
  amounts before = amounts_now();
  dg_error_clear();
  test();
  check_amounts(before, name);
}

static inline int report(void)
{
  dg_memory_trim(); /* for the leak checker, which does not see into cached blocks */
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}

/* -- Tensors --------------------------------------------------------------------------------- */

static inline dg_tensor *vector(int64_t n, double value) { return dg_full(DG_F64, 1, &n, value); }
static inline dg_tensor *scalar(double value) { return dg_full(DG_F64, 0, NULL, value); }
static inline dg_tensor *leaf(dg_tensor *x)
{
  dg_requires_grad_set(x, 1);
  return x;
}
static inline dg_tensor *total(dg_tensor *x) { return dg_sum(x, 0, NULL, 0); }

/* Gives back several references. */
#define RELEASE(...)                                                                               \
  release_all((dg_tensor *[]){ __VA_ARGS__ },                                                      \
              sizeof((dg_tensor *[]){ __VA_ARGS__ }) / sizeof(dg_tensor *))
static inline void release_all(dg_tensor **x, size_t count)
{
  for (size_t i = 0; i < count; i++) dg_release(x[i]);
}

/* Element i of x, wherever x lies. */
static inline double at(const dg_tensor *x, int i)
{
  double buffer[64] = { 0 };
  return i < dg_size(x) && dg_read(x, buffer, 64) == 0 ? buffer[i] : NAN;
}

/* Element i of x's gradient, NaN without one. */
static inline double grad_at(const dg_tensor *x, int i)
{
  dg_tensor *g = dg_gradient(x);
  double value = g ? at(g, i) : NAN;
  if (g && dg_scope_count() == 0) dg_release(g);
  return value;
}

static inline void clear_grad(dg_tensor *x) { dg_gradient_set(x, NULL); }

/* Runs a walk to its end, 0 or -1. */
static inline int finish(dg_walk *w)
{
  int status = w ? dg_walk_run(w, 0) : -1;
  if (w) dg_walk_free(w);
  return status == DG_WALK_DONE ? 0 : -1;
}
static inline int backward(dg_tensor *y, int flags)
{
  return finish(dg_walk_new(1, &y, NULL, flags));
}

#endif
