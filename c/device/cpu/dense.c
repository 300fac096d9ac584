/* dense.c -- stand-ins without gaps for arrays of any strides. */
#include "device/cpu/dense.h"
#include "device/cpu/cpu.h"

dg_view dg_dense_view(const dg_dense *d, const dg_view *v)
{
  dg_view dense = *v;
  dg_view_set(&dense, "workspace", v->dtype, v->ndim, v->shape);
  dense.data = d->data;
  return dense;
}

int dg_dense_make(dg_dense *d, const dg_view *v)
{
  d->data = d->block = dg_block_alloc(v->size * dg_item_bytes[v->dtype], DG_WORKSPACE, &d->got);
  return d->block ? 0 : -1;
}

int dg_dense_fill(dg_dense *d, const dg_view *v)
{
  if (dg_dense_make(d, v) < 0) return -1;
  dg_view to = dg_dense_view(d, v);
  return dg_cpu_copy(v, &to);
}

void dg_dense_give(dg_dense *d)
{
  dg_block_free(d->block, d->got, DG_WORKSPACE);
  d->block = NULL;
}

void dg_dense_close(dg_dense *d, const dg_view *v)
{
  if (!d->block) return;
  dg_view from = dg_dense_view(d, v);
  dg_cpu_copy(&from, v);
  dg_dense_give(d);
}

dg_view dg_axes_last(const dg_view *v, unsigned axes)
{
  dg_view r = *v;
  int n = 0;
  for (int last = 0; last < 2; last++)
    for (int i = 0; i < v->ndim; i++) {
      if ((int)(axes >> i & 1) != last) continue;
      r.shape[n] = v->shape[i];
      r.stride[n++] = v->stride[i];
    }
  dg_view_finish(&r);
  return r;
}
