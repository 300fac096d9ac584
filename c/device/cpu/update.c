/* update.c -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "device/update.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"
#include "device/tgvmath.h"

enum { GRAIN = 32 << 10 };

/* Without it gcc spends half of a short loop on counting. */
#if defined(__clang__)
#define UNROLL_SOME _Pragma("clang loop unroll_count(4)")
#else
#define UNROLL_SOME _Pragma("GCC unroll 4")
#endif

#define K(constant) ((T)(constant))

typedef struct work {
  const dg_update *u;
  void *state[DG_UPDATE_STATES];
} work;

#define LOOP(unroll, target, function, T_, states, ...)                                            \
  target static void function(void *context, int64_t from, int64_t to)                             \
  {                                                                                                \
    typedef T_ T;                                                                                  \
    const work *w = context;                                                                       \
    T *restrict P = w->state[0], *restrict A = w->state[2], *restrict B = w->state[3];             \
    T *restrict C = w->state[4];                                                                   \
    const T *restrict G = w->state[1];                                                             \
    (void)G, (void)A, (void)B, (void)C;                                                            \
    DG_UPDATE_DECLARE(w->u->f)                                                                     \
    unroll for (int64_t i = from; i < to; i++) DG_UPDATE_ELEMENT(states, G[i], __VA_ARGS__)        \
  }
#define LOOPS(unroll, isa, target, name, states, ...)                                              \
  LOOP(unroll, target, name##_f32_##isa, float, states, __VA_ARGS__)                               \
  LOOP(unroll, target, name##_f64_##isa, double, states, __VA_ARGS__)

#define BASE_SHORT(NAME, name, ...) LOOPS(UNROLL_SOME, base, , name, __VA_ARGS__)
#define BASE_LONG(NAME, name, ...) LOOPS(, base, , name, __VA_ARGS__)
#define BASE_TABLE(NAME, name, ...) [DG_UPDATE_##NAME] = { name##_f32_base, name##_f64_base },

DG_UPDATE_SHORT_RULES(BASE_SHORT)
DG_UPDATE_LONG_RULES(BASE_LONG)
static dg_parallel_fn *const loops_base[][2] = { DG_UPDATE_RULES(BASE_TABLE) };

#if DG_HAS_X86
#define AVX2_SHORT(NAME, name, ...) LOOPS(UNROLL_SOME, avx2, DG_TARGET_AVX2, name, __VA_ARGS__)
#define AVX2_LONG(NAME, name, ...) LOOPS(, avx2, DG_TARGET_AVX2, name, __VA_ARGS__)
#define AVX2_TABLE(NAME, name, ...) [DG_UPDATE_##NAME] = { name##_f32_avx2, name##_f64_avx2 },

DG_UPDATE_SHORT_RULES(AVX2_SHORT)
DG_UPDATE_LONG_RULES(AVX2_LONG)
static dg_parallel_fn *const loops_avx2[][2] = { DG_UPDATE_RULES(AVX2_TABLE) };

#define AVX512_SHORT(NAME, name, ...)                                                              \
  LOOPS(UNROLL_SOME, avx512, DG_TARGET_AVX512, name, __VA_ARGS__)
#define AVX512_LONG(NAME, name, ...) LOOPS(, avx512, DG_TARGET_AVX512, name, __VA_ARGS__)
#define AVX512_TABLE(NAME, name, ...) [DG_UPDATE_##NAME] = { name##_f32_avx512, name##_f64_avx512 },

DG_UPDATE_SHORT_RULES(AVX512_SHORT)
DG_UPDATE_LONG_RULES(AVX512_LONG)
static dg_parallel_fn *const loops_avx512[][2] = { DG_UPDATE_RULES(AVX512_TABLE) };
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
