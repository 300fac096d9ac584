/* dense.h -- stand-ins without gaps for arrays of any strides. */
#ifndef DG_DENSE_H
#define DG_DENSE_H

#include "base/memory.h"
#include "device/view.h"

/* The elements themselves, if they have no gaps, or a block of workspace. { NULL } is nothing to
 * free. */
typedef struct dg_dense {
  void *data;
  void *block;
  int64_t got;
} dg_dense;

int dg_dense_fill(dg_dense *d, const dg_view *v);
int dg_dense_make(dg_dense *d, const dg_view *v);
void dg_dense_give(dg_dense *d);

/* A stand-in with the elements of v, for reading. */
DG_INLINE int dg_dense_read(dg_dense *d, const dg_view *v)
{
  d->data = v->data;
  d->block = NULL;
  return DG_LIKELY(v->contiguous) ? 0 : dg_dense_fill(d, v);
}

/* A stand-in to be filled; dg_dense_close then copies it to v. */
DG_INLINE int dg_dense_write(dg_dense *d, const dg_view *v)
{
  d->data = v->data;
  d->block = NULL;
  return DG_LIKELY(v->contiguous) ? 0 : dg_dense_make(d, v);
}
void dg_dense_close(dg_dense *d, const dg_view *v);

/* Frees what dg_dense_read took. */
DG_INLINE void dg_dense_free(dg_dense *d)
{
  if (DG_UNLIKELY(d->block != NULL)) dg_dense_give(d);
}

/* A stand-in as a view of v's shape. */
dg_view dg_dense_view(const dg_dense *d, const dg_view *v);

/* v with the axes of the bit set last, in order: the others become rows, these the rows' elements.
 */
dg_view dg_axes_last(const dg_view *v, unsigned axes);

#endif
