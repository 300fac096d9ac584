/* rows.h -- work along some axes of arrays: which axes stay, and how threads share the rest. */
#ifndef DG_CUDA_ROWS_H
#define DG_CUDA_ROWS_H

#include "device/cpu/loop.h"
#include "device/cuda/cuda.h"

/* See prelude.h, whose structures these are. */
typedef struct dg_team {
  int lanes, along;
} dg_team;

typedef struct dg_rows_of {
  dg_loop kept, gone;
  int64_t count, length;
  dg_team team;
} dg_rows_of;

/* Rows of v[0] along the bit set `axes`; the other operands have its rank and broadcast to it. */
void dg_rows_of_init(dg_rows_of *r, int operands, const dg_view *const *v, unsigned axes);

/* Whether rows of operand k, of elements of `bytes` bytes, may be read 16 bytes at a time: there are no
 * gaps along them, and they begin and end on 16-byte borders. */
bool dg_rows_of_packs(const dg_rows_of *r, int k, int bytes);
/* Whether a block's threads can hold rows of up to three operands (prelude.h: HeldRow), of which bit
 * set `operands` are gone through; then their shares are chosen for that. */
bool dg_rows_of_hold(dg_rows_of *r, unsigned operands, int bytes);

/* How many blocks of DG_CUDA_THREADS threads cover the rows. */
DG_INLINE int64_t dg_rows_of_blocks(const dg_rows_of *r)
{
  int64_t each = DG_CUDA_THREADS / r->team.lanes;
  return (r->count + each - 1) / each;
}

#endif
