/* view.c -- dtypes, shapes and strides. */
#include "device/view.h"

#include <stdio.h>

const uint8_t dg_item_bytes[DG_NDTYPES] = { 4, 8, 4, 8, 1, 1, 2, 2 };

static const char *const names[DG_NDTYPES] = { "float32", "float64", "int32",   "int64",
                                               "uint8",   "bool",    "float16", "bfloat16" };

const char *dg_dtype_name(int dtype)
{
  return dtype >= 0 && dtype < DG_NDTYPES ? names[dtype] : "?";
}

const char *dg_device_name(int device)
{
  static const char *const device_names[] = { "cpu",    "cuda:0", "cuda:1", "cuda:2", "cuda:3",
                                              "cuda:4", "cuda:5", "cuda:6", "cuda:7" };
  int known = sizeof device_names / sizeof *device_names;
  return device >= 0 && device < known ? device_names[device] : "another device";
}

/* No array has more bytes: products of a size and a small number never overflow. */
static const int64_t LARGEST = (int64_t)1 << 56;

int dg_view_set(dg_view *v, const char *who, int dtype, int ndim, const int64_t *shape)
{
  if (dtype < 0 || dtype >= DG_NDTYPES)
    return dg_fail(DG_ETYPE, "%s: there is no dtype %d", who, dtype);
  if (ndim < 0 || ndim > DG_MAX_NDIM)
    return dg_fail(DG_EARGUMENT, "%s: %d axes, wanted 0 to %d", who, ndim, DG_MAX_NDIM);
  v->dtype = (uint8_t)dtype;
  v->ndim = (uint8_t)ndim;
  v->contiguous = true;
  int64_t size = 1, span = dg_item_bytes[dtype]; /* span: bytes if no axis were empty */
  for (int i = ndim - 1; i >= 0; i--) {
    if (shape[i] < 0)
      return dg_fail(DG_EARGUMENT, "%s: axis %d has the negative size %lld", who, i + 1,
                     (long long)shape[i]);
    v->shape[i] = shape[i];
    v->stride[i] = size;
    if (!dg_mul_ok(span, DG_MAX(shape[i], 1), &span) || span > LARGEST)
      return dg_fail(DG_EARGUMENT, "%s: a shape of too many elements (overflow at axis %d)", who,
                     i + 1);
    size *= DG_MAX(shape[i], 1);
  }
  for (int i = 0; i < ndim; i++)
    if (shape[i] == 0) size = 0;
  v->size = size;
  return 0;
}

void dg_view_finish(dg_view *v)
{
  int64_t size = 1, expected = 1;
  bool contiguous = true;
  for (int i = v->ndim - 1; i >= 0; i--) {
    if (v->shape[i] != 1 && v->stride[i] != expected) contiguous = false;
    expected *= v->shape[i];
    size *= v->shape[i];
  }
  v->size = size;
  v->contiguous = contiguous || size == 0;
}

const char *dg_shape_text(const dg_view *v, char buffer[DG_SHAPE_TEXT])
{
  if (v->ndim == 0) return "()";
  int used = 0;
  for (int i = 0; i < v->ndim; i++)
    used += snprintf(buffer + used, (size_t)(DG_SHAPE_TEXT - used), "%s%lld", i ? "x" : "",
                     (long long)v->shape[i]);
  return buffer;
}

dg_view dg_view_broadcast(const dg_view *v, const dg_view *like)
{
  dg_view b = *v;
  int added = like->ndim - v->ndim;
  b.ndim = like->ndim;
  for (int i = 0; i < like->ndim; i++) {
    int from = i - added;
    bool repeats = from < 0 || (v->shape[from] == 1 && like->shape[i] != 1);
    b.shape[i] = like->shape[i];
    b.stride[i] = repeats ? 0 : v->stride[from];
  }
  dg_view_finish(&b);
  return b;
}

dg_view dg_view_part(const dg_view *v, int axis, int64_t from, int64_t count)
{
  dg_view part = *v;
  part.data = dg_at(v, from * v->stride[axis]);
  part.shape[axis] = count;
  dg_view_finish(&part);
  return part;
}

dg_view dg_view_along(const dg_view *v, unsigned axes)
{
  dg_view part = *v;
  part.ndim = 0;
  for (int i = 0; i < v->ndim; i++) {
    if (!(axes >> i & 1)) continue;
    part.shape[part.ndim] = v->shape[i];
    part.stride[part.ndim++] = v->stride[i];
  }
  dg_view_finish(&part);
  return part;
}

dg_view dg_view_keepdims(const dg_view *x, unsigned axes)
{
  dg_view y = *x;
  int64_t stride = 1;
  for (int i = x->ndim - 1; i >= 0; i--) {
    if (axes >> i & 1) y.shape[i] = 1;
    y.stride[i] = stride;
    stride *= y.shape[i];
  }
  dg_view_finish(&y);
  return y;
}
