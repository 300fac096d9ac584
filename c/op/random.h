/* random.h -- this thread's random numbers, for operators. */
#ifndef DG_OP_RANDOM_H
#define DG_OP_RANDOM_H

#include "op/op.h"

/* Where this thread's sequence is, which moves on by a number of blocks. */
void dg_reserve(uint64_t blocks, uint64_t *seed, uint64_t *offset);

/* Sets where that is. */
void dg_rewind(uint64_t offset);

/* Fills y, and moves on in this thread's sequence. */
int dg_draw(dg_distribution kind, const dg_view *y, double a, double b);

#endif
