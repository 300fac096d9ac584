/* pool.c -- a pthread pool that starts late, sleeps soon and survives fork. */
#include "device/cpu/pool.h"
#include "device/cpu/isa.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#if DG_HAS_X86
#include <immintrin.h>
#endif

enum { SPIN_NS = 30000, SPINS_PER_CLOCK = 64, STACK_BYTES = 512 * 1024 };

/*
 * The job that is on offer. `ticket` holds its serial number, its next piece and its number of
 * pieces, so that one compare-and-swap claims a piece of this very job: a worker that comes late
 * finds another serial number and never looks at a job that is over. The other fields change only
 * while no piece is claimed or left.
 */
typedef struct {
  dg_parallel_fn *body;
  void *ctx;
  int64_t n, pieces;
  unsigned float_mode;
} job;

static struct {
  pthread_mutex_t use;   /* held by the thread whose job is on offer */
  pthread_mutex_t sleep; /* guards the two conditions */
  pthread_cond_t work, done;
  _Atomic uint64_t ticket;
  atomic_int pending, sleepers, stop;
  job now;
  int workers; /* started; guarded by `use` */
  pthread_t worker[DG_MAX_THREADS];
} pool = {
  .use = PTHREAD_MUTEX_INITIALIZER,
  .sleep = PTHREAD_MUTEX_INITIALIZER,
  .work = PTHREAD_COND_INITIALIZER,
  .done = PTHREAD_COND_INITIALIZER,
};

static atomic_int threads; /* 0: not yet known */
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static _Thread_local int inside; /* this thread runs a body */

static int clamp_threads(long n)
{
  return n < 1 ? 1 : n > DG_MAX_THREADS ? DG_MAX_THREADS : (int)n;
}

void dg_pool_set_threads(int n) { atomic_store(&threads, clamp_threads(n)); }

int dg_pool_threads(void)
{
  int n = atomic_load_explicit(&threads, memory_order_relaxed);
  if (n) return n;
  const char *text = getenv("DGRAPH_NUM_THREADS");
  int unknown = 0;
  n = clamp_threads(text ? strtol(text, NULL, 10) : 1);
  return atomic_compare_exchange_strong(&threads, &unknown, n) ? n : unknown;
}

/*
 * Flush-to-zero and rounding are a property of the thread. A worker takes over those of the
 * caller, or the bits of a result would depend on who computed it.
 */
static unsigned float_mode(void)
{
#if DG_HAS_X86
  return _mm_getcsr();
#else
  return 0;
#endif
}

static void set_float_mode(unsigned mode)
{
#if DG_HAS_X86
  if (mode != _mm_getcsr()) _mm_setcsr(mode);
#else
  (void)mode;
#endif
}

static void pause_cpu(void)
{
#if DG_HAS_X86
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The first n % pieces pieces are one longer; no product that could overflow. */
static int64_t piece_start(const job *j, int64_t i)
{
  int64_t rest = j->n % j->pieces;
  return j->n / j->pieces * i + (i < rest ? i : rest);
}

static void run_piece(const job *j, int64_t i)
{
  j->body(j->ctx, piece_start(j, i), piece_start(j, i + 1));
}

static int has_work(void)
{
  uint64_t t = atomic_load(&pool.ticket);
  return (t >> 16 & 0xffff) < (t & 0xffff);
}

static int is_done(void) { return atomic_load(&pool.pending) == 0; }
static int must_wake(void) { return has_work() || atomic_load(&pool.stop); }

/* Claims and runs one piece; 0 when none is left. */
static int help(void)
{
  uint64_t t = atomic_load(&pool.ticket);
  uint64_t i;
  do {
    i = t >> 16 & 0xffff;
    if (i >= (t & 0xffff)) return 0;
  } while (!atomic_compare_exchange_weak(&pool.ticket, &t, t + 0x10000));
  set_float_mode(pool.now.float_mode);
  run_piece(&pool.now, (int64_t)i);
  if (atomic_fetch_sub(&pool.pending, 1) == 1) {
    pthread_mutex_lock(&pool.sleep);
    pthread_cond_signal(&pool.done);
    pthread_mutex_unlock(&pool.sleep);
  }
  return 1;
}

/* Spins for a short, bounded time: with a core taken by others, waiting longer only hurts. */
static int spin_until(int (*ready)(void))
{
  int64_t end = now_ns() + SPIN_NS;
  do {
    for (int i = 0; i < SPINS_PER_CLOCK; i++) {
      if (ready()) return 1;
      pause_cpu();
    }
  } while (now_ns() < end);
  return 0;
}

static void sleep_until_woken(void)
{
  pthread_mutex_lock(&pool.sleep);
  atomic_fetch_add(&pool.sleepers, 1);
  while (!must_wake()) pthread_cond_wait(&pool.work, &pool.sleep);
  atomic_fetch_sub(&pool.sleepers, 1);
  pthread_mutex_unlock(&pool.sleep);
}

static void *worker_main(void *unused)
{
  inside = 1;
  while (!atomic_load(&pool.stop)) {
    if (help()) continue;
    if (!spin_until(must_wake)) sleep_until_woken();
  }
  return unused;
}

/* The child has only the thread that forked: the workers and whoever held a lock are gone. */
static void forget_pool(void)
{
  pool.use = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  pool.sleep = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  pool.work = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
  pool.done = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
  atomic_store(&pool.ticket, 0);
  atomic_store(&pool.pending, 0);
  atomic_store(&pool.sleepers, 0);
  atomic_store(&pool.stop, 0);
  pool.workers = 0;
}

static void watch_fork(void) { pthread_atfork(NULL, NULL, forget_pool); }

/* Signals are the host's business: a handler must never run on a thread it does not know. */
static int start_worker(void)
{
  pthread_attr_t attr;
  sigset_t all, old;
  if (pthread_attr_init(&attr)) return -1;
  pthread_attr_setstacksize(&attr, STACK_BYTES);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int failed = pthread_create(&pool.worker[pool.workers], &attr, worker_main, NULL);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  pthread_attr_destroy(&attr);
  if (failed) return -1;
  pool.workers++;
  return 0;
}

/* A thread that cannot be had is no error: the others do its pieces. */
static void start_workers(int64_t wanted)
{
  pthread_once(&fork_once, watch_fork);
  while (pool.workers < wanted && start_worker() == 0) continue;
}

static void offer(const job *j)
{
  uint64_t serial = (atomic_load(&pool.ticket) >> 32) + 1;
  pool.now = *j;
  atomic_store(&pool.pending, (int)j->pieces - 1);
  atomic_store(&pool.ticket, serial << 32 | 1 << 16 | (uint64_t)j->pieces);
  if (atomic_load(&pool.sleepers) == 0) return;
  pthread_mutex_lock(&pool.sleep);
  pthread_cond_broadcast(&pool.work);
  pthread_mutex_unlock(&pool.sleep);
}

static void wait_done(void)
{
  if (spin_until(is_done)) return;
  pthread_mutex_lock(&pool.sleep);
  while (!is_done()) pthread_cond_wait(&pool.done, &pool.sleep);
  pthread_mutex_unlock(&pool.sleep);
}

static void run_all(const job *j)
{
  int before = inside;
  inside = 1;
  for (int64_t i = 0; i < j->pieces; i++) run_piece(j, i);
  inside = before;
}

/* Runs the job with its pieces, in this thread alone where the others cannot be had. */
static void run(job *j)
{
  int64_t others = DG_MIN(j->pieces, dg_pool_threads()) - 1;
  if (inside || pthread_mutex_trylock(&pool.use)) {
    run_all(j);
    return;
  }
  start_workers(others);
  if (pool.workers == 0) {
    run_all(j);
  } else {
    j->float_mode = float_mode();
    offer(j);
    inside = 1;
    run_piece(j, 0);
    while (help()) continue;
    inside = 0;
    wait_done();
  }
  pthread_mutex_unlock(&pool.use);
}

void dg_parallel_pieces(int64_t n, int64_t grain, int share, dg_parallel_fn *body, void *ctx)
{
  if (n <= 0) return;
  int64_t most = n / (grain > 0 ? grain : 1), limit = most < 2 ? 1 : dg_pool_threads();
  job j = { .body = body, .ctx = ctx, .n = n, .pieces = DG_MIN(most, limit * share) };
  if (limit < 2) body(ctx, 0, n);
  else run(&j);
}

void dg_pool_stop(void)
{
  if (inside) return;
  pthread_mutex_lock(&pool.use);
  atomic_store(&pool.stop, 1);
  pthread_mutex_lock(&pool.sleep);
  pthread_cond_broadcast(&pool.work);
  pthread_mutex_unlock(&pool.sleep);
  for (int i = 0; i < pool.workers; i++) pthread_join(pool.worker[i], NULL);
  pool.workers = 0;
  atomic_store(&pool.stop, 0);
  pthread_mutex_unlock(&pool.use);
}
