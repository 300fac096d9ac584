/* cpu.h -- the parts of the CPU backend, one file each. */
#ifndef DG_CPU_H
#define DG_CPU_H

#include "device/device.h"
#include "device/map.h"

extern const dg_backend dg_cpu;

int dg_cpu_map(const dg_map *m, const dg_view *const *x, const dg_view *y, const double *par);
int dg_cpu_map_flat(const dg_map *m, int dtype, int64_t n, void *y, const void *const *x,
                    const double *par);
int dg_cpu_copy(const dg_view *from, const dg_view *to);
int dg_cpu_fill(const dg_view *y, double value);
int dg_cpu_has_zero(const dg_view *x);
int dg_cpu_accumulate(const dg_view *from, const dg_view *to);
int dg_cpu_reduce(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes);
int dg_cpu_matmul(const dg_view *a, const dg_view *b, const dg_view *y);
int dg_cpu_gather(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cpu_scatter(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cpu_scatter_add(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cpu_positions(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                     int64_t *bad);
int64_t dg_cpu_nonzero(const dg_view *x, const dg_view *y);
int dg_cpu_softmax(const dg_view *x, const dg_view *y, bool logarithm);
int dg_cpu_random(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                  double b);

#endif
