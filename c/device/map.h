/* map.h -- elementwise formulas, written once and compiled for every dtype and instruction set.
 *
 * DG_MAP2(mul_map, (x * y)) defines `static const dg_map mul_map`, a table of loops. In a formula
 * the inputs are x, y, z and the parameters p, q, all of the element type T; exp, log, tanh ... are
 * those of device/tgvmath.h; write K(0.5) for a constant, so that it has the type T. Beside integers
 * w is p as a double, unrounded, for comparisons. */
#ifndef DG_MAP_H
#define DG_MAP_H

#include "device/cpu/isa.h"
#include "device/device.h"
#include "device/tgvmath.h"
#include "device/view.h"
#include "device/whole.h"

enum { DG_MAP_INPUTS = 3, DG_NISAS = 3 };

/* y[i] = formula(x[0][i * step[0]], ...), n elements, y without gaps; a step is 0, 1 or any. */
typedef void dg_map_loop(int64_t n, void *y, const void *const *x, const int64_t *step,
                         const double *parameters);

typedef struct dg_map {
  const char *name;
  const char *formula; /* its text, for backends that compile at run time */
  const char *whole;   /* the same for integers and bools; NULL: the formula serves them too */
  const char *header;  /* what declares functions that they call, or NULL */
  int inputs;
  bool makes_bool;                         /* the result is DG_BOOL, whatever goes in */
  bool takes_mask;                         /* z is DG_BOOL, whatever x and y are */
  dg_map_loop *loop[DG_NDTYPES][DG_NISAS]; /* NULL: no such dtype */
  dg_map_loop *rework[DG_NDTYPES];         /* NULL, or run after `loop`: computes the few elements
                                            * again that vector code cannot do */
} dg_map;

/* What a formula without parameters gets: none are read. */
extern DG_HIDDEN const double dg_no_parameters[2];

/* Whether it is for elements of this dtype. */
DG_INLINE bool dg_map_has(const dg_map *m, int dtype)
{
  return m->loop[dtype][dg_cpu_isa()] != NULL;
}

/* The same on a device other than the host. */
int dg_map_far(const dg_map *m, const dg_view *like, void *y, const void *const *x,
               const double *parameters);

/* y = m(x...) over arrays shaped like `like`, all without gaps. Few elements on the CPU take no detour,
 * and nothing that fails. */
enum { DG_FEW = 4096 };
DG_INLINE int dg_map_flat(const dg_map *m, const dg_view *like, void *y, const void *const *x,
                          const double *parameters)
{
  static const int64_t ones[DG_MAP_INPUTS] = { 1, 1, 1 };
  if (DG_UNLIKELY(like->device != 0)) return dg_map_far(m, like, y, x, parameters);
  if (DG_LIKELY(like->size <= DG_FEW && !m->rework[like->dtype]))
    m->loop[like->dtype][dg_cpu_isa()](like->size, y, x, ones, parameters);
  else dg_cpu.map_flat(m, like->dtype, like->size, y, x, parameters);
  return 0;
}

#define K(constant) ((T)(constant))

/* A parameter beside integers is its whole part, which then wraps around like their sums. */
#define DG_ADOPT(x) _Generic((T)0, float : (x), double : (x), default : dg_whole_part(x))

/* The loops of one element type T, result type R, and instruction set. One element alone, the usual
 * case of losses, needs no loop. Unit steps come next, as loops of their own, so that the compiler
 * makes vector code of them. */
#define DG_LOOP_HEAD(T_, R_)                                                                       \
  typedef T_ T;                                                                                    \
  R_ *restrict o = out;                                                                            \
  const T p = (T)DG_ADOPT(par[0]), q = (T)DG_ADOPT(par[1]);                                        \
  const __typeof__(_Generic((T)0, float : (float)0, default : (double)0)) w = par[0];              \
  (void)p, (void)q, (void)w;

#define DG_LOOP1(name, T_, R_, isa, target, F)                                                     \
  target static void name##_##T_##_##isa(int64_t n, void *out, const void *const *in,              \
                                         const int64_t *step, const double *par)                   \
  {                                                                                                \
    DG_LOOP_HEAD(T_, R_)                                                                           \
    const T *a = in[0];                                                                            \
    if (n == 1) {                                                                                  \
      const T x = a[0];                                                                            \
      o[0] = (R_)(F);                                                                              \
      return;                                                                                      \
    }                                                                                              \
    const int64_t sa = step[0];                                                                    \
    if (sa == 1) {                                                                                 \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i];                                                                          \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i * sa];                                                                     \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    }                                                                                              \
  }

#define DG_LOOP2(name, T_, R_, isa, target, F)                                                     \
  target static void name##_##T_##_##isa(int64_t n, void *out, const void *const *in,              \
                                         const int64_t *step, const double *par)                   \
  {                                                                                                \
    DG_LOOP_HEAD(T_, R_)                                                                           \
    const T *a = in[0], *b = in[1];                                                                \
    if (n == 1) {                                                                                  \
      const T x = a[0], y = b[0];                                                                  \
      o[0] = (R_)(F);                                                                              \
      return;                                                                                      \
    }                                                                                              \
    const int64_t sa = step[0], sb = step[1];                                                      \
    if (sa == 1 && sb == 1) {                                                                      \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i], y = b[i];                                                                \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    } else if (sa == 1 && sb == 0) {                                                               \
      const T y = b[0];                                                                            \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i];                                                                          \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    } else if (sa == 0 && sb == 1) {                                                               \
      const T x = a[0];                                                                            \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T y = b[i];                                                                          \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i * sa], y = b[i * sb];                                                      \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    }                                                                                              \
  }

#define DG_LOOP3(name, T_, R_, isa, target, F)                                                     \
  target static void name##_##T_##_##isa(int64_t n, void *out, const void *const *in,              \
                                         const int64_t *step, const double *par)                   \
  {                                                                                                \
    DG_LOOP_HEAD(T_, R_)                                                                           \
    const T *a = in[0], *b = in[1], *c = in[2];                                                    \
    if (n == 1) {                                                                                  \
      const T x = a[0], y = b[0], z = c[0];                                                        \
      o[0] = (R_)(F);                                                                              \
      return;                                                                                      \
    }                                                                                              \
    const int64_t sa = step[0], sb = step[1], sc = step[2];                                        \
    if (sa == 1 && sb == 1 && sc == 1) {                                                           \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i], y = b[i], z = c[i];                                                      \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const T x = a[i * sa], y = b[i * sb], z = c[i * sc];                                       \
        o[i] = (R_)(F);                                                                            \
      }                                                                                            \
    }                                                                                              \
  }

#if DG_HAS_X86
#define DG_LOOPS(n, name, T, R, F)                                                                 \
  DG_LOOP##n(name, T, R, base, , F) DG_LOOP##n(name, T, R, avx2, DG_TARGET_AVX2, F)                \
      DG_LOOP##n(name, T, R, avx512, DG_TARGET_AVX512, F)
#define DG_TABLE(name, T)                                                                          \
  {                                                                                                \
    name##_##T##_base, name##_##T##_avx2, name##_##T##_avx512                                      \
  }
#else
#define DG_LOOPS(n, name, T, R, F) DG_LOOP##n(name, T, R, base, , F)
#define DG_TABLE(name, T)                                                                          \
  {                                                                                                \
    name##_##T##_base, name##_##T##_base, name##_##T##_base                                        \
  }
#endif

#define DG_INT_LOOPS(n, name, T, R, F) DG_LOOP##n(name, T, R, base, , F)
#define DG_INT_TABLE(name, T)                                                                      \
  {                                                                                                \
    name##_##T##_base, name##_##T##_base, name##_##T##_base                                        \
  }

#define DG_FLOAT_LOOPS(n, name, F)                                                                 \
  DG_LOOPS(n, name, float, float, F)                                                               \
  DG_LOOPS(n, name, double, double, F)
#define DG_FLOAT_TABLES(name) [DG_F32] = DG_TABLE(name, float), [DG_F64] = DG_TABLE(name, double)
#define DG_INT_TABLES(name)                                                                        \
  [DG_I32] = DG_INT_TABLE(name, int32_t), [DG_I64] = DG_INT_TABLE(name, int64_t),                  \
  [DG_U8] = DG_INT_TABLE(name, uint8_t)

/* float32 and float64. `text` is F as it was written: here its functions are macros spelled out. */
#define DG_MAP_FLOAT(n, map, text, F)                                                              \
  DG_FLOAT_LOOPS(n, map, F)                                                                        \
  static const dg_map map = {                                                                      \
    .name = #map, .formula = text, .inputs = n, .loop = { DG_FLOAT_TABLES(map) }                   \
  };

/* The same without vector code, for formulas that call functions: of libm, or of a header. */
#define DG_MAP_CALLS(n, map, of, text, F)                                                          \
  DG_INT_LOOPS(n, map, float, float, F)                                                            \
  DG_INT_LOOPS(n, map, double, double, F)                                                          \
  static const dg_map map = {                                                                      \
    .name = #map,                                                                                  \
    .formula = text,                                                                               \
    .header = of,                                                                                  \
    .inputs = n,                                                                                   \
    .loop = { [DG_F32] = DG_INT_TABLE(map, float), [DG_F64] = DG_INT_TABLE(map, double) }          \
  };
#define DG_MAP_PLAIN(n, map, F) DG_MAP_CALLS(n, map, NULL, #F, F)

/* The same, with loops to run afterwards. */
#define DG_MAP_REWORKED(n, map, F, rework_f32, rework_f64)                                         \
  DG_FLOAT_LOOPS(n, map, F)                                                                        \
  static const dg_map map = { .name = #map,                                                        \
                              .formula = #F,                                                       \
                              .inputs = n,                                                         \
                              .loop = { DG_FLOAT_TABLES(map) },                                    \
                              .rework = { [DG_F32] = rework_f32, [DG_F64] = rework_f64 } };

/* Every dtype but bool; FI is the formula of the integers. */
#define DG_MAP_NUMBER(n, map, F, FI)                                                               \
  DG_FLOAT_LOOPS(n, map, F)                                                                        \
  DG_INT_LOOPS(n, map, int32_t, int32_t, FI)                                                       \
  DG_INT_LOOPS(n, map, int64_t, int64_t, FI)                                                       \
  DG_INT_LOOPS(n, map, uint8_t, uint8_t, FI)                                                       \
  static const dg_map map = { .name = #map,                                                        \
                              .formula = #F,                                                       \
                              .whole = #FI,                                                        \
                              .inputs = n,                                                         \
                              .loop = { DG_FLOAT_TABLES(map), DG_INT_TABLES(map) } };

/* Every dtype in, bool out; FI is the formula of integers and bools. */
#define DG_MAP_TEST(n, map, F, FI)                                                                 \
  DG_LOOPS(n, map, float, uint8_t, F)                                                              \
  DG_LOOPS(n, map, double, uint8_t, F)                                                             \
  DG_INT_LOOPS(n, map, int32_t, uint8_t, FI)                                                       \
  DG_INT_LOOPS(n, map, int64_t, uint8_t, FI)                                                       \
  DG_INT_LOOPS(n, map, uint8_t, uint8_t, FI)                                                       \
  static const dg_map map = {                                                                      \
    .name = #map,                                                                                  \
    .formula = #F,                                                                                 \
    .whole = #FI,                                                                                  \
    .inputs = n,                                                                                   \
    .makes_bool = true,                                                                            \
    .loop = { DG_FLOAT_TABLES(map), DG_INT_TABLES(map), [DG_BOOL] = DG_INT_TABLE(map, uint8_t) }   \
  };

/* Bool in, bool out. */
#define DG_MAP_LOGIC(n, map, F)                                                                    \
  DG_INT_LOOPS(n, map, uint8_t, uint8_t, F)                                                        \
  static const dg_map map = { .name = #map,                                                        \
                              .formula = #F,                                                       \
                              .inputs = n,                                                         \
                              .makes_bool = true,                                                  \
                              .loop = { [DG_BOOL] = DG_INT_TABLE(map, uint8_t) } };

#define DG_MAP1(name, F) DG_MAP_FLOAT(1, name, #F, F)
#define DG_MAP2(name, F) DG_MAP_FLOAT(2, name, #F, F)
#define DG_MAP3(name, F) DG_MAP_FLOAT(3, name, #F, F)

#endif
