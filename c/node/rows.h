/* rows.h -- gradients that are some rows of a large matrix.
 *
 * Such a gradient is a tensor (DG_ROWS) of the matrix's shape whose elements are not there until
 * somebody asks for them. Its rows hang on `grad`, which a gradient has no other use for: first the
 * elements (n x columns), on their `grad` the numbers of their rows (n, int64, each once), and on
 * that of the numbers, while a walk is under way, the next elements: all of them add up. */
#ifndef DG_ROWS_H
#define DG_ROWS_H

#include "node/outer.h"

/* The gradient of a matrix whose rows gy were taken by the labels l, which have been checked. */
dg_tensor *dg_rows_new(const dg_view *matrix, const dg_labels *l, const dg_view *gy);
/* Makes g, a new tensor of a matrix's shape without elements, such a gradient. */
int dg_rows_take(dg_body *g, const dg_labels *l, const dg_view *gy);

/* Makes it the rows of these numbers (int64, each once), whose elements are yet to be written. */
int dg_rows_set(dg_body *g, const dg_view *numbers);

/* Whether rows say all of a gradient: not when its elements were made and then changed. */
DG_INLINE bool dg_is_rows(const dg_body *g)
{
  return DG_UNLIKELY(g->flags & DG_ROWS) &&
         (!g->store || g->store->version == g->grad->store->version);
}
DG_INLINE dg_body *dg_rows_elements(const dg_body *g) { return g->grad; }
DG_INLINE dg_body *dg_rows_numbers(const dg_body *g) { return g->grad->grad; }

/* Whether a recorded step has left rows of g empty (find_later in rows.c): 1 with the others in
 * tensors that nothing refers to yet; 0 if not, -1 with an error. */
int dg_rows_taken(const dg_body *g, dg_body **numbers, dg_body **elements);

/* Has *g, held, be rows alone: where its elements were made, which others may look at, the rows go
 * to a new gradient that takes its place. */
int dg_rows_part(dg_body **g);
/* Moves the rows of `from` to `to`, which is rows alone, behind its own. */
void dg_rows_join(dg_body *to, dg_body *from);
/* Adds the rows of `before`, or none if it is NULL, to those of g and makes them one matrix. */
int dg_rows_merge(dg_body *g, const dg_body *before);
/* Adds the rows to the elements of a tensor of the matrix's shape. */
int dg_rows_add_to(const dg_body *g, dg_body *sum);
/* Makes the elements of a gradient, if it has only rows, or only the vectors of a product. */
int dg_rows_fill(dg_body *g);
/* Takes its rows off a gradient: it is a tensor like others. */
int dg_rows_drop(dg_body *g);
/* A handle to a gradient (or NULL) for the caller, with its elements. */
DG_INLINE dg_tensor *dg_rows_lend(dg_body *g)
{
  return g && DG_UNLIKELY(g->flags & DG_LAZY) && dg_rows_fill(g) < 0 ? NULL : dg_lend(g);
}

#endif
