/* cpu.c -- the CPU's table of functions. */
#include "device/cpu/cpu.h"

const dg_backend dg_cpu = {
  .name = "cpu",
  .map = dg_cpu_map,
  .map_flat = dg_cpu_map_flat,
  .copy = dg_cpu_copy,
  .fill = dg_cpu_fill,
  .has_zero = dg_cpu_has_zero,
  .accumulate = dg_cpu_accumulate,
  .reduce = dg_cpu_reduce,
  .gather = dg_cpu_gather,
  .scatter = dg_cpu_scatter,
  .scatter_add = dg_cpu_scatter_add,
  .positions = dg_cpu_positions,
  .nonzero = dg_cpu_nonzero,
};
