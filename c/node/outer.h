/* outer.h -- gradients of a matrix that are sums of a few outer products of two vectors.
 *
 * The weights of a linear layer get such a product from a single row of input; where a layer is used
 * again, as in a loop over a sequence, one from each use. They are multiplied out, in one product
 * of matrices, when somebody asks for the elements; a step of plain gradient descent adds them to
 * the weights instead, and memory as large as these is neither written nor read. Such a gradient is
 * a tensor (DG_OUTER) of the matrix's shape without elements, which no handle refers to; the vectors
 * lie on its `grad`, which a gradient has no other use for: a column and a row side by side, in a
 * row for each product. */
#ifndef DG_OUTER_H
#define DG_OUTER_H

#include "node/node.h"

enum { DG_LAZY = DG_ROWS | DG_OUTER }; /* flags of gradients whose elements may not be there */

/* Makes g, a tensor without elements on the host, new or the product of one pair that is no longer
 * wanted, the product of a column and a row: copies of these, which may have any strides. */
int dg_outer_set(dg_body *g, const dg_view *column, const dg_view *row);
/* Takes the vectors away, if there are any. */
void dg_outer_drop(dg_body *g);
/* Adds another product: 1, 0 when the vectors would be as large as the matrix, or -1. */
int dg_outer_append(dg_body *g, const dg_view *column, const dg_view *row);
/* The vectors, a row of a matrix for each. */
void dg_outer_vectors(const dg_body *g, dg_view *columns, dg_view *rows);
/* Writes the products out: g is a tensor like others. Nothing to do for those that are. */
int dg_outer_write(dg_body *g);
DG_INLINE int dg_outer_fill(dg_body *g)
{
  return DG_UNLIKELY(g->flags & DG_OUTER) ? dg_outer_write(g) : 0;
}

#endif
