/* thread_test.c -- threads with graphs of their own, tensors that change hands, threads that end, forks.
 */
#include "test.h"

#include "base/slab.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 200 };

#ifdef __SANITIZE_THREAD__
enum { CAN_FORK = 0 }; /* it allows no threads behind a fork */
#else
enum { CAN_FORK = 1 };
#endif

static dg_tensor *W; /* shared, read by all */

/* One step of training on leaves of its own. Checks are made by the caller: they are not atomic. */
static int train(int scoped)
{
  double s = scoped ? dg_scope_open() : 0;
  dg_tensor *x = leaf(vector(50, 0.5)), *a = dg_exp(x), *b = dg_mul(a, W), *y = total(b);
  int ok = y && backward(y, 0) == 0 && fabs(grad_at(x, 7) - 2 * exp(0.5)) < 1e-12;
  if (scoped) ok &= dg_scope_close(s, NULL, 0) == 0;
  else RELEASE(x, a, b, y);
  return ok;
}

static void *trainer(void *unused)
{
  (void)unused;
  int ok = 1;
  dg_error_clear();
  for (int i = 0; i < ROUNDS; i++) ok &= train(i % 2);
  ok &= !dg_neg(NULL) && dg_error_code() == DG_EARGUMENT; /* its own error */
  return ok ? &W : NULL;
}

static int together(void *(*f)(void *), void *const *args)
{
  pthread_t thread[THREADS];
  int ok = 1;
  for (int i = 0; i < THREADS; i++)
    ok &= pthread_create(&thread[i], NULL, f, args ? args[i] : NULL) == 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(thread[i], &result);
    ok &= result != NULL;
  }
  return ok;
}

static void own_graphs(void)
{
  int64_t n = 50;
  W = dg_full(DG_F64, 1, &n, 2);
  dg_error_clear();
  CHECK(together(trainer, NULL) && dg_error_code() == DG_OK);
  RELEASE(W);
}

/* A shared leaf that requires a gradient: recorded by all, walked by none but to other leaves. Each
 * thread gives its reference back while its scope still uses the leaf. */
static void *reader(void *arg)
{
  dg_tensor *shared = arg;
  double s = dg_scope_open();
  dg_tensor *x = leaf(vector(50, 3)), *y = total(dg_mul(dg_mul(x, shared), shared));
  int ok = dg_release(shared) == 0;
  dg_walk *w = dg_walk_to(1, &y, NULL, 1, &x, 0);
  ok &= w && dg_walk_run(w, 0) == DG_WALK_DONE && at(dg_walk_result(w, 0), 3) == 4;
  ok &= dg_walk_free(w) == 0 && dg_scope_close(s, NULL, 0) == 0;
  return ok ? &W : NULL;
}

static void shared_leaf(void)
{
  for (int i = 0; i < 50; i++) {
    int64_t n = 50;
    dg_tensor *shared = leaf(dg_full(DG_F64, 1, &n, 2));
    void *args[THREADS] = { shared, shared, shared, shared };
    for (int k = 1; k < THREADS; k++) dg_keep(shared);
    CHECK(together(reader, args) && !dg_alive(shared));
  }
}

/* Graphs made here are walked and freed there, small and large, and their slots used again. */
static void *heir(void *arg)
{
  dg_tensor *y = arg;
  int ok = backward(y, 0) == 0 && dg_release(y) == 0 && !dg_alive(y);
  dg_tensor *x = vector(50, 1), *z = scalar(2);
  ok &= dg_release(x) == 0 && dg_release(z) == 0;
  return ok ? &W : NULL;
}

static void handed_over(void)
{
  for (int i = 0; i < 20; i++) {
    void *args[THREADS];
    for (int k = 0; k < THREADS; k++) {
      dg_tensor *x = leaf(vector(k % 2 ? 2 : 5000, 1)), *a = dg_exp(x), *y = total(a);
      RELEASE(x, a);
      args[k] = y;
    }
    CHECK(together(heir, args));
  }
}

/* What one thread began another goes on with, although its own numbering is behind. */
static void *continued(void *arg)
{
  dg_tensor *h = arg, *a = dg_neg(h), *b = dg_square(h), *y = dg_add(a, b);
  int ok = backward(y, 0) == 0;
  RELEASE(a, b, y);
  return ok ? &W : NULL;
}

static void graph_of_two_threads(void)
{
  dg_tensor *x = leaf(scalar(3)), *h = dg_square(x);
  pthread_t thread;
  void *ok;
  pthread_create(&thread, NULL, continued, h);
  pthread_join(thread, &ok);
  CHECK(ok && grad_at(x, 0) == (2 * 9 - 1) * 6);
  RELEASE(x, h);
}

/* A view of a small tensor in one thread, its owner in another. */
static void *view_holder(void *arg)
{
  dg_tensor *v = arg;
  int ok = at(v, 0) == 7;
  return dg_release(v) == 0 && ok ? &W : NULL;
}

static void tiny_views(void)
{
  for (int i = 0; i < 100; i++) {
    dg_tensor *x = scalar(7), *v = dg_detach(x);
    pthread_t thread;
    void *ok;
    pthread_create(&thread, NULL, view_holder, v);
    RELEASE(x);
    pthread_join(thread, &ok);
    CHECK(ok != NULL && !dg_alive(x) && !dg_alive(v));
  }
}

/* A thread that ends in the middle of everything leaves nothing behind. */
static void *untidy(void *unused)
{
  (void)unused;
  dg_scope_open();
  dg_scope_open();
  dg_tensor *x = leaf(vector(100, 1)), *y = total(dg_exp(x));
  return backward(y, 0) == 0 ? &W : NULL;
}

static void *scalars_only(void *unused)
{
  (void)unused;
  dg_tensor *x = scalar(1);
  return dg_release(x) == 0 ? &W : NULL;
}

static void ended_threads(void)
{
  uint32_t slabs = dg_slab_count;
  for (int i = 0; i < 50; i++) CHECK(together(untidy, NULL) && together(scalars_only, NULL));
  CHECK(dg_slab_count <= slabs + THREADS); /* their slots are used again */
  CHECK(dg_memory_bytes(DG_CACHE) < 64 << 20);
}

/* Scopes and their tensors belong to one thread. */
static void *stranger(void *arg)
{
  dg_tensor *x = arg;
  double s = dg_scope_open();
  dg_tensor *mine = scalar(1);
  int ok = mine && dg_release(x) == -1 && dg_error_code() == DG_ESTALE;
  ok &= dg_keep(x) == x && dg_scope_close(s, &x, 1) == 0 && at(x, 0) == 5;
  ok &= dg_release(x) == 0; /* one of the two references */
  return ok ? &W : NULL;
}

static void foreign_scopes(void)
{
  double s = dg_scope_open();
  dg_tensor *x = scalar(5);
  pthread_t thread;
  void *ok;
  pthread_create(&thread, NULL, stranger, x);
  pthread_join(thread, &ok);
  CHECK(ok && dg_scope_close(s, NULL, 0) == 0 && dg_alive(x) && at(x, 0) == 5);
  RELEASE(x);
  CHECK(!dg_alive(x));
}

static void *forker(void *arg)
{
  int in_thread = arg != NULL;
  double s = dg_scope_open();
  dg_tensor *x = leaf(vector(5000, 2)), *y = total(dg_square(x));
  pid_t child = fork();
  if (child == 0) {
    alarm(20);
    int ok = backward(y, 0) == 0 && grad_at(x, 9) != grad_at(x, 9); /* too large for grad_at */
    dg_tensor *g = dg_gradient(x);
    ok &= g && ((double *)dg_data(g))[9] == 4 && dg_scope_close(s, NULL, 0) == 0 && !dg_alive(y);
    for (int i = 0; i < 20; i++) ok &= train(i % 2);
    if (!in_thread) ok &= together(trainer, NULL);
    _exit(ok ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  int ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  ok &= backward(y, 0) == 0 && dg_scope_close(s, NULL, 0) == 0;
  return ok ? &W : NULL;
}

/* While others take slots and blocks. */
static void forks(void)
{
  int64_t n = 50;
  W = dg_full(DG_F64, 1, &n, 2);
  for (int i = 0; i < 3; i++) {
    CHECK(forker(NULL) != NULL);
    pthread_t busy;
    pthread_create(&busy, NULL, trainer, NULL);
    CHECK(forker(NULL) != NULL);
    pthread_join(busy, NULL);
  }
  pthread_t thread;
  void *ok;
  pthread_create(&thread, NULL, forker, &n);
  pthread_join(thread, &ok);
  CHECK(ok != NULL);
  RELEASE(W);
}

int main(void)
{
  RUN(own_graphs);
  RUN(shared_leaf);
  RUN(handed_over);
  RUN(graph_of_two_threads);
  RUN(tiny_views);
  RUN(ended_threads);
  RUN(foreign_scopes);
  if (CAN_FORK) RUN(forks);
  return report();
}
