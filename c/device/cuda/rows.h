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

/* Makes each 16 bytes of neighbours one element of a row where rows are gone through along memory, or
 * else one row: wherever strides and borders of the bit set `operands` allow it, whose elements have
 * `bytes` bytes; strides of the others are stretched alike. */
bool dg_rows_of_pack(dg_rows_of *r, unsigned operands, int bytes);

/* Rows in `parts` parts of `length` elements, the last perhaps of less: of few long rows so many that
 * all of a card has something to do. Each part takes as many blocks as the rows do. */
typedef struct dg_cut {
  dg_rows_of rows;
  int parts;
  int64_t length;
} dg_cut;

dg_cut dg_rows_of_cut(const dg_rows_of *r);
/* How threads share `parts` things for each of `count` rows that lie side by side. */
dg_team dg_team_of_parts(int64_t count, int parts);

/* How many blocks of DG_CUDA_THREADS threads cover `count` rows, or those of r. */
DG_INLINE int64_t dg_team_blocks(const dg_team *t, int64_t count)
{
  int64_t each = DG_CUDA_THREADS / t->lanes;
  return (count + each - 1) / each;
}
DG_INLINE int64_t dg_rows_of_blocks(const dg_rows_of *r)
{
  return dg_team_blocks(&r->team, r->count);
}

#endif
