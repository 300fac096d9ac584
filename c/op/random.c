/* random.c -- this thread's random numbers: a seed, and how far its sequence has been used up. */
#include "op/random.h"

#include <time.h>
#include <unistd.h>

#define WHOLE 0x1p53 /* up to here a double counts in ones */

static DG_THREAD_LOCAL struct {
  uint64_t seed, offset;
  int32_t owner; /* the process that took its seed from the clock; 0: somebody set it */
  bool is_set;
} state;

/* SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014.
 */
static uint64_t mix(uint64_t z)
{
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

/* A seed of one's own for each process and thread, also after a fork, unless one was set. */
static void make_ready(void)
{
  if (state.is_set && state.owner == 0) return;
  int32_t process = (int32_t)getpid();
  if (state.is_set && state.owner == process) return;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t z = mix((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
  z = mix(z ^ (uint64_t)process);
  z = mix(z ^ (uint64_t)(uintptr_t)&state);
  state.seed = z >> 11;
  state.offset = 0;
  state.owner = process;
  state.is_set = true;
}

static bool is_count(double x) { return x >= 0 && x <= WHOLE && x == (double)(uint64_t)x; }

/* Goes on as a generator with this seed that has used up `offset` numbers (of dg_random_offset). */
DG_API int dg_random_set(double seed, double offset)
{
  if (!is_count(seed) || !is_count(offset))
    return dg_fail(DG_EARGUMENT, "seed: wanted whole numbers from 0 to 2^53, got %g and %g", seed,
                   offset);
  if (dg_graph_is_recording())
    return dg_fail(DG_EGRAPH,
                   "seed: random numbers are seeded inside of a step that dg.capture records");
  state.seed = (uint64_t)seed;
  state.offset = (uint64_t)offset;
  state.owner = 0;
  state.is_set = true;
  return 0;
}

/* Starts this thread's random numbers anew: a whole number from 0 to 2^53. Same seed, same numbers,
 * whatever the number of threads. Without a call, clock, process and thread decide; a forked child
 * then has its own. */
DG_API int dg_seed(double seed) { return dg_random_set(seed, 0); }

/* The seed of this thread's random numbers. */
DG_API double dg_random_seed(void)
{
  make_ready();
  return (double)state.seed;
}

/* How far this thread's sequence has been used up. */
DG_API double dg_random_offset(void)
{
  make_ready();
  return (double)state.offset;
}

void dg_reserve(uint64_t blocks, uint64_t *seed, uint64_t *offset)
{
  make_ready();
  *seed = state.seed;
  *offset = state.offset;
  state.offset += blocks;
}

/* What has 16 bits is drawn with more and rounded. */
static int draw_half(dg_distribution kind, const dg_view *y, double a, double b)
{
  dg_body *wide = dg_body_full_like(kind == DG_RANDINT ? DG_I64 : DG_F32, y, DG_ACTIVATION);
  if (!wide) return -1;
  int status = dg_backend_of(y)->random(kind, &wide->v, state.seed, state.offset, a, b);
  if (status == 0) status = dg_backend_of(y)->copy(&wide->v, y);
  dg_body_free(wide);
  return status;
}

void dg_rewind(uint64_t offset) { state.offset = offset; }

int dg_draw(dg_distribution kind, const dg_view *y, double a, double b)
{
  make_ready();
  if (y->size == 0) return 0;
  int status = dg_is_half(y->dtype)
                   ? draw_half(kind, y, a, b)
                   : dg_backend_of(y)->random(kind, y, state.seed, state.offset, a, b);
  if (status < 0) return -1;
  state.offset += DG_RANDOM_BLOCKS(y->size);
  return 0;
}

static dg_tensor *drawn(const char *who, dg_distribution kind, int dtype, int ndim,
                        const int64_t *shape, double a, double b)
{
  if (ndim > 0 && !shape) {
    dg_fail(DG_EARGUMENT, "%s: the shape is missing (NULL)", who);
    return NULL;
  }
  dg_body *y = dg_body_new(who, dtype, ndim, shape);
  if (!y) return NULL;
  y->v.device = (uint8_t)dg_device_now();
  if (dg_body_allocate(y, DG_ACTIVATION) < 0 || dg_draw(kind, &y->v, a, b) < 0) {
    dg_fail_prefix("%s: ", who);
    dg_body_free(y);
    return NULL;
  }
  return dg_born(y);
}

static bool wants_float(const char *who, int dtype)
{
  if (dtype >= 0 && dtype < DG_NDTYPES && dg_is_float(dtype)) return true;
  dg_fail(DG_ETYPE, "%s: wanted a float dtype, got %s", who, dg_dtype_name(dtype));
  return false;
}

/* Random numbers of equal chance in [low, high), of a float dtype. */
DG_API dg_tensor *dg_uniform(int dtype, int ndim, const int64_t *shape, double low, double high)
{
  if (!wants_float("uniform", dtype)) return NULL;
  if (!(low <= high)) {
    dg_fail(DG_EARGUMENT, "uniform: low is %g, high is %g", low, high);
    return NULL;
  }
  return drawn("uniform", DG_UNIFORM, dtype, ndim, shape, low, high);
}

/* Random numbers of the normal distribution, of a float dtype. */
DG_API dg_tensor *dg_normal(int dtype, int ndim, const int64_t *shape, double mean, double std)
{
  if (!wants_float("normal", dtype)) return NULL;
  if (!(std >= 0)) {
    dg_fail(DG_EARGUMENT, "normal: the standard deviation is %g", std);
    return NULL;
  }
  return drawn("normal", DG_NORMAL, dtype, ndim, shape, mean, std);
}

/* Random whole numbers of equal chance in [low, high), of any dtype but bool. */
DG_API dg_tensor *dg_randint(int dtype, int ndim, const int64_t *shape, double low, double high)
{
  bool whole = is_count(low < 0 ? -low : low) && is_count(high < 0 ? -high : high);
  if (!whole || low >= high) {
    dg_fail(DG_EARGUMENT, "randint: wanted whole numbers, low below high, got %g and %g", low,
            high);
    return NULL;
  }
  if (dtype == DG_BOOL) {
    dg_fail(DG_ETYPE, "randint: there are no random bools (use bernoulli)");
    return NULL;
  }
  return drawn("randint", DG_RANDINT, dtype, ndim, shape, low, high);
}

/* 1 with probability p, else 0, of any dtype. */
DG_API dg_tensor *dg_bernoulli(int dtype, int ndim, const int64_t *shape, double p)
{
  if (!(p >= 0 && p <= 1)) {
    dg_fail(DG_EARGUMENT, "bernoulli: %g is no probability", p);
    return NULL;
  }
  return drawn("bernoulli", DG_BERNOULLI, dtype, ndim, shape, p, 1);
}

/* The int64 numbers base, base + 1, ..., n of them, in random order. */
DG_API dg_tensor *dg_permutation(double n, int64_t base)
{
  if (!is_count(n)) {
    dg_fail(DG_EARGUMENT, "permutation: %g elements cannot be made", n);
    return NULL;
  }
  const int64_t count = (int64_t)n;
  return drawn("permutation", DG_PERMUTATION, DG_I64, 1, &count, (double)base, 0);
}
