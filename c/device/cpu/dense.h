/* dense.h -- stand-ins without gaps for arrays of any strides. */
#ifndef DG_DENSE_H
#define DG_DENSE_H

#include "base/memory.h"
#include "device/view.h"

/* Itself, if it has no gaps, or a block of workspace. All zeros: nothing to free. */
typedef struct dg_dense {
  dg_view v;
  void *block;
  int64_t got;
} dg_dense;

/* A stand-in with the elements of v, for reading. */
int dg_dense_read(dg_dense *d, const dg_view *v);
/* A stand-in to be filled; dg_dense_close then copies it to v. */
int dg_dense_write(dg_dense *d, const dg_view *v);
int dg_dense_close(dg_dense *d, const dg_view *v);
/* Frees what dg_dense_read took. */
void dg_dense_free(dg_dense *d);

/* v with the axes of the bit set last, in order: the others become rows, these the rows' elements.
 */
dg_view dg_axes_last(const dg_view *v, unsigned axes);

#endif
