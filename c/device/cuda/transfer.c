/* transfer.c -- arrays on their way between the host and the devices, cast and of any strides. */
#include "device/cuda/graph.h"

#include "base/memory.h"
#include "device/cpu/cpu.h"

/* A view like `v` without gaps, over memory that is yet to be given to it. */
static dg_view packed_like(const dg_view *v, int dtype, int device)
{
  dg_view p = *v;
  int64_t stride = 1;
  for (int i = v->ndim - 1; i >= 0; i--) {
    p.stride[i] = stride;
    stride *= DG_MAX(v->shape[i], 1);
  }
  p.dtype = (uint8_t)dtype;
  p.device = (uint8_t)device;
  p.contiguous = true;
  p.size = v->size;
  return p;
}

static int64_t bytes_of(const dg_view *v) { return v->size * dg_item_bytes[v->dtype]; }

static void *take(const dg_view *v, int64_t *got)
{
  return v->device ? dg_cuda_alloc(v->device, bytes_of(v), DG_WORKSPACE, got)
                   : dg_block_alloc(bytes_of(v), DG_WORKSPACE, got);
}

static void give(const dg_view *v, int64_t got)
{
  if (v->device) dg_cuda_free(v->device, v->data, got, DG_WORKSPACE);
  else dg_block_free(v->data, got, DG_WORKSPACE);
}

static int copy(const dg_view *from, const dg_view *to)
{
  return to->device ? dg_cuda_copy(from, to) : dg_cpu_copy(from, to);
}

/* Two views without gaps, of one dtype, on two devices. The stream of the source goes on behind that
 * of the target, whose memory it writes to, and that behind the copy; the host does not wait. Cards
 * that cannot reach each other the driver has copy by way of the host. */
static int between(const dg_view *from, const dg_view *to)
{
  if (dg_cuda_unless_recording("a copy between cards") < 0) return -1;
  dg_cuda_device *t = dg_cuda_enter(to->device);
  if (!t || dg_cuda_reach(from->device, to->device) < 0) return -1;
  if (dg_cuda_follow(from->device, to->device) < 0) return -1;
  const dg_cuda_device *f = dg_cuda_enter(from->device);
  if (!f) return -1;
  int status = dg_driver->move_peer((dg_cuda_ptr)(uintptr_t)to->data, t->context,
                                    (dg_cuda_ptr)(uintptr_t)from->data, f->context,
                                    (size_t)bytes_of(from), f->stream);
  if (status != 0) return dg_cuda_fail("copy between devices", status);
  return dg_cuda_follow(to->device, from->device);
}

static int move(const dg_view *from, const dg_view *to)
{
  if (from->device == 0) return dg_cuda_upload(to->device, to->data, from->data, bytes_of(to));
  if (to->device == 0) return dg_cuda_download(from->device, to->data, from->data, bytes_of(to));
  return between(from, to);
}

/* The dtype is changed where the numbers come from, so that what moves has the target's. */
int dg_cuda_transfer(const dg_view *from, const dg_view *to)
{
  dg_view near = packed_like(to, to->dtype, from->device),
          far = packed_like(to, to->dtype, to->device);
  int64_t near_got = 0, far_got = 0;
  bool at_once = from->contiguous && from->dtype == to->dtype && from->size == to->size;
  near.data = at_once ? from->data : take(&near, &near_got);
  far.data = !near.data ? NULL : to->contiguous ? to->data : take(&far, &far_got);
  int status = far.data ? 0 : -1;
  if (status == 0 && near_got) status = copy(from, &near);
  if (status == 0) status = move(&near, &far);
  if (status == 0 && far_got) status = copy(&far, to);
  if (near_got) give(&near, near_got);
  if (far_got) give(&far, far_got);
  return status;
}
