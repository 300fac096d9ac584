/* scratch.c -- workspace on a device, and stand-ins without gaps for arrays of any strides. */
#include "device/cuda/graph.h"
#include "device/cuda/scratch.h"

int dg_scratch_take(dg_scratch *s, int device, int64_t bytes)
{
  s->device = device;
  s->data = dg_cuda_alloc(device, bytes, DG_WORKSPACE, &s->got);
  return s->data ? 0 : -1;
}

void dg_scratch_free(dg_scratch *s)
{
  if (s->data) dg_cuda_free(s->device, s->data, s->got, DG_WORKSPACE);
  s->data = NULL;
}

int dg_scratch_set(const dg_scratch *s, int value, int64_t bytes)
{
  const dg_cuda_device *d = dg_cuda_enter(s->device);
  void *stream;
  if (!d) return -1;
  int way = dg_cuda_way(s->device, d, &stream);
  if (way != 0) return DG_MIN(way, 0);
  int status = dg_driver->set_bytes((dg_cuda_ptr)(uintptr_t)s->data, (unsigned char)value,
                                    (size_t)bytes, stream);
  return status == 0 ? 0 : dg_cuda_fail("fill", status);
}

int dg_scratch_pack(dg_scratch *s, const dg_view *v, dg_view *packed)
{
  *packed = *v;
  s->data = NULL;
  if (v->contiguous) return 0;
  if (dg_scratch_take(s, v->device, v->size * dg_item_bytes[v->dtype]) < 0) return -1;
  dg_view_set(packed, "workspace", v->dtype, v->ndim, v->shape);
  packed->device = v->device;
  packed->data = s->data;
  return dg_cuda_copy(v, packed);
}
