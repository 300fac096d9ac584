/* half.h -- what copies and sums of floats of 16 bits are made of. */
#ifndef DG_DEVICE_CPU_HALF_H
#define DG_DEVICE_CPU_HALF_H

#include <stdint.h>

/* A run of n elements, steps in bytes. */
typedef void dg_run_loop(int64_t n, char *to, int64_t to_step, const char *from, int64_t from_step);

/* The loop that casts between two dtypes of which one at least has 16 bits. */
dg_run_loop *dg_half_cast(int from, int to);
/* The loop that adds elements of such a dtype to others, each sum rounded once. */
dg_run_loop *dg_half_add(int dtype);

#endif
