/* outer.h -- gradients of a matrix that are the outer product of two vectors.
 *
 * The weights of a linear layer get such a gradient from a single row of input. It is written out
 * when somebody asks for its elements; a step of plain gradient descent adds the product to the
 * weights instead, and memory as large as they are is neither written nor read. Such a gradient is a
 * tensor (DG_OUTER) of the matrix's shape without elements, which no handle refers to; the vectors,
 * the column first, lie on its `grad`, which a gradient has no other use for. */
#ifndef DG_OUTER_H
#define DG_OUTER_H

#include "node/node.h"

enum { DG_LAZY = DG_ROWS | DG_OUTER }; /* flags of gradients whose elements may not be there */

/* Makes g, a new tensor without elements on the host, the product of a column and a row: copies of
 * these, which may have any strides. */
int dg_outer_set(dg_body *g, const dg_view *column, const dg_view *row);
/* The two vectors. */
void dg_outer_vectors(const dg_body *g, dg_view *column, dg_view *row);
/* Writes the product out: g is a tensor like others. Nothing to do for those that are. */
int dg_outer_write(dg_body *g);
DG_INLINE int dg_outer_fill(dg_body *g)
{
  return DG_UNLIKELY(g->flags & DG_OUTER) ? dg_outer_write(g) : 0;
}

#endif
