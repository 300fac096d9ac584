/* update.c -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"

#include <math.h>

enum { GRAIN = 32 << 10, STATES = 5 };

/* Without it gcc spends half of a short loop on counting. */
#if defined(__clang__)
#define UNROLL_SOME _Pragma("clang loop unroll_count(4)")
#else
#define UNROLL_SOME _Pragma("GCC unroll 4")
#endif

typedef struct work {
  const dg_update *u;
  void *state[STATES];
} work;

/* p = factor p */
#define SCALE(T)                                                                                   \
  T *restrict p = w->state[0];                                                                     \
  const T factor = (T)w->u->f[0];                                                                  \
  for (int64_t i = from; i < to; i++) p[i] *= factor;

/* p += scale g */
#define ADD(T)                                                                                     \
  T *restrict p = w->state[0];                                                                     \
  const T *restrict g = w->state[1];                                                               \
  const T scale = (T)w->u->f[0];                                                                   \
  UNROLL_SOME                                                                                      \
  for (int64_t i = from; i < to; i++) p[i] += scale * g[i];

/* v = momentum v - rate g, p += v */
#define MOMENTUM(T)                                                                                \
  T *restrict p = w->state[0], *restrict v = w->state[2];                                          \
  const T *restrict g = w->state[1];                                                               \
  const T rate = (T)w->u->f[0], momentum = (T)w->u->f[1];                                          \
  for (int64_t i = from; i < to; i++) {                                                            \
    v[i] = momentum * v[i] - rate * g[i];                                                          \
    p[i] += v[i];                                                                                  \
  }

/* m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v),
 * p -= eta (rate m / (sqrt(v) + eps) + decay p) */
#define ADAM(T, ROOT, MORE_STATE, LARGEST)                                                         \
  T *restrict p = w->state[0], *restrict m = w->state[2], *restrict v = w->state[3];               \
  MORE_STATE                                                                                       \
  const T *restrict g = w->state[1];                                                               \
  const double *f = w->u->f;                                                                       \
  const T rate = (T)(f[4] * f[0]), c1 = (T)(1 - f[1]), c2 = (T)(1 - f[2]), eps = (T)f[3];          \
  const T keep = (T)(1 - f[4] * f[5]);                                                             \
  for (int64_t i = from; i < to; i++) {                                                            \
    const T gi = g[i], mi = m[i] + c1 * (gi - m[i]), vi = v[i] + c2 * (gi * gi - v[i]);            \
    m[i] = mi;                                                                                     \
    v[i] = vi;                                                                                     \
    p[i] = keep * p[i] - rate * mi / (ROOT(LARGEST) + eps);                                        \
  }

#define ADAM_PLAIN(T, ROOT) ADAM(T, ROOT, , vi)
#define ADAM_LARGEST(T, ROOT)                                                                      \
  ADAM(T, ROOT, T *restrict most = w->state[4];, (most[i] = vi > most[i] ? vi : most[i]))

#define LOOP(name, target, BODY, ...)                                                              \
  target static void name(void *context, int64_t from, int64_t to)                                 \
  {                                                                                                \
    const work *w = context;                                                                       \
    BODY(__VA_ARGS__)                                                                              \
  }
#define LOOPS(isa, target)                                                                         \
  LOOP(scale_f32_##isa, target, SCALE, float)                                                      \
  LOOP(scale_f64_##isa, target, SCALE, double)                                                     \
  LOOP(add_f32_##isa, target, ADD, float)                                                          \
  LOOP(add_f64_##isa, target, ADD, double)                                                         \
  LOOP(momentum_f32_##isa, target, MOMENTUM, float)                                                \
  LOOP(momentum_f64_##isa, target, MOMENTUM, double)                                               \
  LOOP(adam_f32_##isa, target, ADAM_PLAIN, float, sqrtf)                                           \
  LOOP(adam_f64_##isa, target, ADAM_PLAIN, double, sqrt)                                           \
  LOOP(amsgrad_f32_##isa, target, ADAM_LARGEST, float, sqrtf)                                      \
  LOOP(amsgrad_f64_##isa, target, ADAM_LARGEST, double, sqrt)                                      \
  static dg_parallel_fn *const loops_##isa[][2] = {                                                \
    [DG_UPDATE_SCALE] = { scale_f32_##isa, scale_f64_##isa },                                      \
    [DG_UPDATE_ADD] = { add_f32_##isa, add_f64_##isa },                                            \
    [DG_UPDATE_MOMENTUM] = { momentum_f32_##isa, momentum_f64_##isa },                             \
    [DG_UPDATE_ADAM] = { adam_f32_##isa, adam_f64_##isa },                                         \
    [DG_UPDATE_AMSGRAD] = { amsgrad_f32_##isa, amsgrad_f64_##isa },                                \
  };

LOOPS(base, )
#if DG_HAS_X86
LOOPS(avx2, DG_TARGET_AVX2)
LOOPS(avx512, DG_TARGET_AVX512)
#endif

static dg_parallel_fn *loop_for(dg_update_rule rule, bool f64)
{
#if DG_HAS_X86
  dg_isa isa = dg_cpu_isa();
  if (isa == DG_ISA_AVX512) return loops_avx512[rule][f64];
  if (isa == DG_ISA_AVX2) return loops_avx2[rule][f64];
#endif
  return loops_base[rule][f64];
}

int dg_cpu_update(const dg_update *u, const dg_view *const *state)
{
  work w = { .u = u };
  dg_dense gradient = { NULL };
  for (int i = 0; i < u->states; i++) w.state[i] = state[i]->data;
  if (u->states > 1) {
    if (dg_dense_read(&gradient, state[1]) < 0) return -1;
    w.state[1] = gradient.data;
  }
  dg_parallel_fn *f = loop_for(u->rule, state[0]->dtype == DG_F64);
  if (state[0]->size < GRAIN) f(&w, 0, state[0]->size);
  else dg_parallel(state[0]->size, GRAIN, f, &w);
  dg_dense_free(&gradient);
  return 0;
}
