/* view.h -- where the elements of an array lie: what kernels see of a tensor. */
#ifndef DG_VIEW_H
#define DG_VIEW_H

#include "base/base.h"

#include <string.h>

typedef struct dg_view {
  void *data;   /* of element 0 */
  int64_t size; /* number of elements */
  uint8_t dtype;
  uint8_t ndim;
  bool contiguous; /* row-major without gaps */
  uint8_t device;  /* where `data` lies: 0 is the host, 1 is cuda:0 ... */
  int64_t shape[DG_MAX_NDIM];
  int64_t stride[DG_MAX_NDIM]; /* in elements; 0 where broadcast, negative where reversed */
} dg_view;

/* dtype, axes, contiguity and device at once */
DG_INLINE uint32_t dg_view_layout(const dg_view *v)
{
  _Static_assert(offsetof(dg_view, device) == offsetof(dg_view, dtype) + 3,
                 "they lie side by side");
  uint32_t layout;
  memcpy(&layout, &v->dtype, sizeof layout);
  return layout;
}

/* Whether that is float32 or float64 on the host, without gaps, of up to DG_FEW_AXES axes. */
enum { DG_FEW_AXES = 3 };
DG_INLINE bool dg_is_plain_layout(uint32_t layout)
{
  return (layout & ~(DG_FEW_AXES << 8 | 1u)) == 0x10000;
}

/* The layout of floats on the host without gaps. */
DG_INLINE uint32_t dg_plain_layout(int dtype, int ndim)
{
  return 0x10000 | (uint32_t)ndim << 8 | (uint32_t)dtype;
}

extern DG_HIDDEN const uint8_t dg_item_bytes[DG_NDTYPES];
const char *dg_dtype_name(int dtype);
DG_INLINE bool dg_is_half(int dtype) { return dtype >= DG_F16; }
/* What floats of this dtype are computed with. */
DG_INLINE int dg_wide_of(int dtype) { return dg_is_half(dtype) ? DG_F32 : dtype; }
DG_INLINE bool dg_is_float(int dtype)
{
  return (unsigned)dtype - DG_I32 > DG_BOOL - DG_I32; /* all but those in between */
}

/* The address of the element `offset` elements from `data`. */
DG_INLINE void *dg_at(const dg_view *v, int64_t offset)
{
  return (char *)v->data + offset * dg_item_bytes[v->dtype];
}

/* Sets dtype, shape, size and row-major strides, but not the device; -1 with an error when a size is negative, the
 * rank too high or the element count does not fit. `who` is named in the message. */
int dg_view_set(dg_view *v, const char *who, int dtype, int ndim, const int64_t *shape);

/* Recomputes size and contiguity from shape and strides. */
void dg_view_finish(dg_view *v);

/* True when both have the same shape. */
DG_INLINE bool dg_same_shape(const dg_view *a, const dg_view *b)
{
  if (a->ndim != b->ndim) return false;
  for (int i = 0; i < a->ndim; i++)
    if (a->shape[i] != b->shape[i]) return false;
  return true;
}

/* "cpu", "cuda:0" ... */
const char *dg_device_name(int device);

/* True when one formula can go over both from end to end: of one shape and dtype on one device, and
 * without gaps. */
DG_INLINE bool dg_is_alike(const dg_view *a, const dg_view *b)
{
  if (dg_view_layout(a) != dg_view_layout(b) || a->size != b->size || !a->contiguous) return false;
  return a->ndim <= 1 || dg_same_shape(a, b);
}

/* "2x3" or "()" into buffer; returns buffer. */
enum { DG_SHAPE_TEXT = 168 };
const char *dg_shape_text(const dg_view *v, char buffer[DG_SHAPE_TEXT]);

/* `v` as if it had the broadcast shape of `like`: strides 0 along what it repeats. The shapes must
 * fit. */
dg_view dg_view_broadcast(const dg_view *v, const dg_view *like);

/* The `count` places of `v` along an axis from place `from` on. */
dg_view dg_view_part(const dg_view *v, int axis, int64_t from, int64_t count);

/* The part of `v` along the axes of the bit set alone, from its element 0 on. */
dg_view dg_view_along(const dg_view *v, unsigned axes);

/* `v` with the axes of the bit set `axes` swapped for size 1, as a reduction's result. */
dg_view dg_view_keepdims(const dg_view *x, unsigned axes);

#endif
