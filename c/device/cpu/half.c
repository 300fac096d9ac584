/* half.c -- copies, casts and sums of floats of 16 bits. */
#include "device/half.h"

#include "device/cpu/half.h"
#include "device/cpu/isa.h"
#include "device/view.h"

/* to = the expression in x, an element of `from`, and y, what was there before. */
#define RUN(name, target, T, X, expression)                                                        \
  target static void name(int64_t n, char *to, int64_t to_step, const char *from,                  \
                          int64_t from_step)                                                       \
  {                                                                                                \
    if (to_step == sizeof(T) && from_step == sizeof(X)) {                                          \
      T *restrict o = (T *)to;                                                                     \
      const X *restrict a = (const X *)from;                                                       \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const X x = a[i];                                                                          \
        const T y = o[i];                                                                          \
        (void)y;                                                                                   \
        o[i] = (T)(expression);                                                                    \
      }                                                                                            \
    } else {                                                                                       \
      for (int64_t i = 0; i < n; i++, to += to_step, from += from_step) {                          \
        const X x = *(const X *)from;                                                              \
        const T y = *(const T *)to;                                                                \
        (void)y;                                                                                   \
        *(T *)to = (T)(expression);                                                                \
      }                                                                                            \
    }                                                                                              \
  }

/* What all of a program's numbers may pass through has vectors of each width. */
#if DG_HAS_X86
#define EACH_ISA(name, T, X, expression)                                                           \
  RUN(name##_base, , T, X, expression)                                                             \
  RUN(name##_avx2, DG_TARGET_AVX2, T, X, expression)                                               \
  RUN(name##_avx512, DG_TARGET_AVX512, T, X, expression)                                           \
  static dg_run_loop *const name[DG_ISA_COUNT] = { name##_base, name##_avx2, name##_avx512 };
#else
#define EACH_ISA(name, T, X, expression)                                                           \
  RUN(name##_base, , T, X, expression)                                                             \
  static dg_run_loop *const name[DG_ISA_COUNT] = { name##_base, name##_base, name##_base };
#endif

/* Reals saturate and NaN is 0, as in copy.c. */
DG_INLINE int32_t to_i32(float x)
{
  return (int32_t)(x != x ? 0 : x >= 0x1p31f ? INT32_MAX : x <= -0x1p31f ? INT32_MIN : (int32_t)x);
}
DG_INLINE int64_t to_i64(float x)
{
  return x != x ? 0 : x >= 0x1p63f ? INT64_MAX : x <= -0x1p63f ? INT64_MIN : (int64_t)x;
}
DG_INLINE uint8_t to_u8(float x) { return (uint8_t)(x != x || x <= 0 ? 0 : x >= 255 ? 255 : x); }

/* The other one of the two. */
#define f16_from_other(x) dg_f16_narrow(dg_bf16_widen(x))
#define bf16_from_other(x) dg_bf16_narrow(dg_f16_widen(x))

#define CASTS(kind)                                                                                \
  EACH_ISA(kind##_to_f32, float, uint16_t, dg_##kind##_widen(x))                                   \
  EACH_ISA(f32_to_##kind, uint16_t, float, dg_##kind##_narrow(x))                                  \
  EACH_ISA(add_##kind, uint16_t, uint16_t,                                                         \
           dg_##kind##_narrow(dg_##kind##_widen(y) + dg_##kind##_widen(x)))                        \
  RUN(other_to_##kind, , uint16_t, uint16_t, kind##_from_other(x))                                 \
  RUN(kind##_to_f64, , double, uint16_t, (double)dg_##kind##_widen(x))                             \
  RUN(kind##_to_i32, , int32_t, uint16_t, to_i32(dg_##kind##_widen(x)))                            \
  RUN(kind##_to_i64, , int64_t, uint16_t, to_i64(dg_##kind##_widen(x)))                            \
  RUN(kind##_to_u8, , uint8_t, uint16_t, to_u8(dg_##kind##_widen(x)))                              \
  RUN(f64_to_##kind, , uint16_t, double, dg_##kind##_narrow(dg_sticky(x)))                         \
  RUN(i32_to_##kind, , uint16_t, int32_t, dg_##kind##_narrow(dg_sticky((double)x)))                \
  RUN(i64_to_##kind, , uint16_t, int64_t, dg_##kind##_narrow(dg_sticky(dg_sticky_whole(x))))       \
  RUN(u8_to_##kind, , uint16_t, uint8_t, dg_##kind##_narrow((float)x))                             \
  static dg_run_loop *const from_##kind[DG_F16] = { NULL,          kind##_to_f64, kind##_to_i32,   \
                                                    kind##_to_i64, kind##_to_u8,  half_to_bool };  \
  static dg_run_loop *const to_##kind[DG_F16] = { NULL,          f64_to_##kind, i32_to_##kind,     \
                                                  i64_to_##kind, u8_to_##kind,  u8_to_##kind };

RUN(half_to_bool, , uint8_t, uint16_t, (x & 0x7fff) != 0)
EACH_ISA(same, uint16_t, uint16_t, x)
CASTS(f16)
CASTS(bf16)

dg_run_loop *dg_half_cast(int from, int to)
{
  int isa = (int)dg_cpu_isa();
  if (from == to) return same[isa];
  if (dg_is_half(from) && dg_is_half(to)) return to == DG_F16 ? other_to_f16 : other_to_bf16;
  if (from == DG_F32) return to == DG_F16 ? f32_to_f16[isa] : f32_to_bf16[isa];
  if (to == DG_F32) return from == DG_F16 ? f16_to_f32[isa] : bf16_to_f32[isa];
  if (dg_is_half(from)) return from == DG_F16 ? from_f16[to] : from_bf16[to];
  return to == DG_F16 ? to_f16[from] : to_bf16[from];
}

dg_run_loop *dg_half_add(int dtype) { return (dtype == DG_F16 ? add_f16 : add_bf16)[dg_cpu_isa()]; }
