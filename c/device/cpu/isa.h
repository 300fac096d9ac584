/* isa.h -- which vector instructions this processor has, and how to compile for them. */
#ifndef DG_DEVICE_CPU_ISA_H
#define DG_DEVICE_CPU_ISA_H

typedef enum { DG_ISA_BASE, DG_ISA_AVX2, DG_ISA_AVX512 } dg_isa;

enum { DG_ISA_COUNT = DG_ISA_AVX512 + 1 };

/* The best set that processor, system and DGRAPH_ISA=base|avx2|avx512 allow; found when the library
 * is loaded. */
extern __attribute__((visibility("hidden"))) int dg_cpu_isa_chosen; /* atomic */
static inline __attribute__((always_inline)) dg_isa dg_cpu_isa(void)
{
  return (dg_isa)__atomic_load_n(&dg_cpu_isa_chosen, __ATOMIC_RELAXED);
}
const char *dg_cpu_isa_name(void);

/* For tests: takes `isa`, or the best one below it that exists here, and returns what it took. */
dg_isa dg_cpu_set_isa(dg_isa isa);

/*
 * A function marked with one of these is compiled for that set whatever the flags of the file
 * are. A helper is inlined only where both carry the same mark, or the helper none. With
 * -DDG_PORTABLE there are none, as on other processors.
 */
#if defined(__x86_64__) && !defined(DG_PORTABLE)
#define DG_HAS_X86 1
#define DG_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define DG_AVX512_SETS "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"
#if defined(__clang__)
#define DG_TARGET_AVX512 __attribute__((target(DG_AVX512_SETS), min_vector_width(512)))
#else
/* gcc would otherwise stay with 256 bits for most processors. */
#define DG_TARGET_AVX512 __attribute__((target(DG_AVX512_SETS ",prefer-vector-width=512")))
#endif
#else
#define DG_HAS_X86 0
#endif

#define DG_INLINE static inline __attribute__((always_inline))

/* Before a loop of at most 16 rounds, known at compile time, that must leave no loop behind; and before
 * a short one, half of which gcc would spend on counting. */
#if defined(__clang__)
#define DG_UNROLL _Pragma("clang loop unroll(full)")
#define DG_UNROLL_SOME _Pragma("clang loop unroll_count(4)")
#else
#define DG_UNROLL _Pragma("GCC unroll 16")
#define DG_UNROLL_SOME _Pragma("GCC unroll 4")
#endif

#endif
