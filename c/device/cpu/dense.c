/* dense.c -- stand-ins without gaps for arrays of any strides. */
#include "device/cpu/dense.h"
#include "device/cpu/cpu.h"

static int set_aside(dg_dense *d, const dg_view *v)
{
  int64_t shape[DG_MAX_NDIM];
  for (int i = 0; i < v->ndim; i++) shape[i] = v->shape[i];
  if (dg_view_set(&d->v, "workspace", v->dtype, v->ndim, shape) < 0) return -1;
  d->block = dg_block_alloc(v->size * dg_item_bytes[v->dtype], DG_WORKSPACE, &d->got);
  d->v.data = d->block;
  return d->block ? 0 : -1;
}

int dg_dense_write(dg_dense *d, const dg_view *v)
{
  d->v = *v;
  d->block = NULL;
  return v->contiguous ? 0 : set_aside(d, v);
}

int dg_dense_read(dg_dense *d, const dg_view *v)
{
  if (dg_dense_write(d, v) < 0) return -1;
  return d->block ? dg_cpu_copy(v, &d->v) : 0;
}

void dg_dense_free(dg_dense *d)
{
  if (d->block) dg_block_free(d->block, d->got, DG_WORKSPACE);
  d->block = NULL;
}

int dg_dense_close(dg_dense *d, const dg_view *v)
{
  if (d->block) dg_cpu_copy(&d->v, v);
  dg_dense_free(d);
  return 0;
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
