/* isa.c -- finds out, when the library is loaded, which vector instructions may be used. */
#include "device/cpu/isa.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[DG_ISA_COUNT] = { "base", "avx2", "avx512" };

int dg_cpu_isa_chosen;

/* libgcc's test includes whether the system saves the wide registers (XGETBV). */
static dg_isa best_here(void)
{
#if DG_HAS_X86
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return DG_ISA_BASE;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return DG_ISA_AVX512;
  return DG_ISA_AVX2;
#else
  return DG_ISA_BASE;
#endif
}

static dg_isa wanted(void)
{
  const char *text = getenv("DGRAPH_ISA");
  for (int i = 0; text && i < DG_ISA_COUNT; i++)
    if (strcmp(text, names[i]) == 0) return (dg_isa)i;
  return DG_ISA_AVX512;
}

dg_isa dg_cpu_set_isa(dg_isa isa)
{
  dg_isa best = best_here();
  if (isa > best) isa = best;
  __atomic_store_n(&dg_cpu_isa_chosen, (int)isa, __ATOMIC_RELAXED);
  return isa;
}

static __attribute__((constructor)) void choose(void) { dg_cpu_set_isa(wanted()); }

const char *dg_cpu_isa_name(void) { return names[dg_cpu_isa()]; }
