/* access.c -- reading, writing and describing tensors from outside.
 *
 * LuaJIT takes the bits of a float as they come, and odd NaN bits are forged values to it. So every
 * float that leaves through here is a number or the one canonical NaN, and memory that a caller may
 * read through a pointer is cleaned first. */
#include "device/half.h"
#include "op/op.h"

#include "node/rows.h"

#include <math.h>
#include <string.h>

DG_INLINE double canonical(double x) { return x == x ? x : (double)NAN; }

/* -- Shape ---------------------------------------------------------------------------------- */

/* The number of axes; -1 with an error. */
DG_API int dg_ndim(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? b->v.ndim : -1;
}

/* The size of axis `i`, negative from the end; -1 with an error. */
DG_API double dg_dim(const dg_tensor *x, int i)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  int axis = i < 0 ? i + b->v.ndim : i;
  if (axis < 0 || axis >= b->v.ndim)
    return dg_fail(DG_EARGUMENT, "dim: axis %lld is out of range for %d axes", dg_counted(i),
                   b->v.ndim);
  return (double)b->v.shape[axis];
}

/* The number of elements; -1 with an error. */
DG_API double dg_size(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? (double)b->v.size : -1;
}

/* Writes the sizes of all axes to `shape` (DG_MAX_NDIM items are enough); returns how many. */
DG_API int dg_shape(const dg_tensor *x, int64_t *shape)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  if (!shape) return dg_fail(DG_EARGUMENT, "shape: the buffer is missing (NULL)");
  memcpy(shape, b->v.shape, b->v.ndim * sizeof *shape);
  return b->v.ndim;
}

/* The same for the strides, in elements. */
DG_API int dg_strides(const dg_tensor *x, int64_t *strides)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  if (!strides) return dg_fail(DG_EARGUMENT, "strides: the buffer is missing (NULL)");
  memcpy(strides, b->v.stride, b->v.ndim * sizeof *strides);
  return b->v.ndim;
}

/* The dtype (dg_dtype); -1 with an error. */
DG_API int dg_dtype_of(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? b->v.dtype : -1;
}

/* 1 when the elements lie row-major without gaps, 0 when not, -1 with an error. */
DG_API int dg_is_contiguous(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? b->v.contiguous : -1;
}

/* Where the elements are: 0 is the host, 1 is cuda:0 ...; -1 with an error. */
DG_API int dg_device_of(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? b->v.device : -1;
}

/* How often the elements of x have been overwritten: backward refuses values that changed. */
DG_API double dg_version(const dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  return b ? (double)b->store->version : -1;
}

/* -- Reading -------------------------------------------------------------------------------- */

/* The only element of v; NaN with an error set when it cannot be had. */
static double only_element(const dg_view *v)
{
  double far;
  const void *p = v->data;
  if (DG_UNLIKELY(v->device != 0)) {
    dg_view here = { .data = &far, .size = 1, .dtype = v->dtype, .contiguous = true };
    if (dg_transfer(v, &here) < 0) return dg_fail_prefix("item: "), NAN;
    p = &far;
  }
  switch (v->dtype) {
  case DG_F32:
    return canonical((double)*(const float *)p);
  case DG_F64:
    return canonical(*(const double *)p);
  case DG_I32:
    return *(const int32_t *)p;
  case DG_I64:
    return (double)*(const int64_t *)p;
  case DG_F16:
    return canonical((double)dg_f16_widen(*(const uint16_t *)p));
  case DG_BF16:
    return canonical((double)dg_bf16_widen(*(const uint16_t *)p));
  default:
    return *(const uint8_t *)p;
  }
}

/* The only element of x as a number; NaN with an error when x has more or none. */
DG_API double dg_item(const dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  char shape[DG_SHAPE_TEXT];
  if (b && b->v.size == 1) return only_element(&b->v);
  if (b)
    dg_fail(DG_EARGUMENT, "item: a tensor of shape %s has %lld elements, wanted 1",
            dg_shape_text(&b->v, shape), (long long)b->v.size);
  return NAN;
}

/* Copies all elements, row-major, to `buffer` as numbers; -1 with an error when `room` is too
 * small. int64 beyond 2^53 is rounded. */
DG_API int dg_read(const dg_tensor *x, double *buffer, double room)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return -1;
  if (!buffer) return dg_fail(DG_EARGUMENT, "read: the buffer is missing (NULL)");
  if (room < (double)b->v.size)
    return dg_fail(DG_EARGUMENT, "read: room for %g elements, wanted %lld", room,
                   (long long)b->v.size);
  if (b->v.device == 0 && b->v.dtype == DG_F32 && b->v.contiguous) { /* the usual case, short */
    const float *from = b->v.data;
    for (int64_t i = 0; i < b->v.size; i++) buffer[i] = canonical((double)from[i]);
    return 0;
  }
  dg_view to = { .device = 0 };
  if (dg_view_set(&to, "read", DG_F64, b->v.ndim, b->v.shape) < 0) return -1;
  to.data = buffer;
  if (dg_transfer(&b->v, &to) < 0) return dg_fail_prefix("read: "), -1;
  for (int64_t i = 0; i < b->v.size; i++) buffer[i] = canonical(buffer[i]);
  return 0;
}

/* Writes NaN over NaN: afterwards every NaN has the canonical bits. As a rule there is none, and
 * looking for one goes many times as fast as writing under a condition. */
static void clean_floats(float *p, int64_t n)
{
  int odd = 0;
  for (int64_t i = 0; i < n; i++) odd |= p[i] != p[i];
  for (int64_t i = 0; odd && i < n; i++)
    if (p[i] != p[i]) p[i] = NAN;
}

static void clean_doubles(double *p, int64_t n)
{
  int64_t odd = 0;
  for (int64_t i = 0; i < n; i++) odd |= p[i] != p[i];
  for (int64_t i = 0; odd && i < n; i++)
    if (p[i] != p[i]) p[i] = NAN;
}

/* The body of a tensor whose elements lie side by side on the host. */
static dg_body *plain_body_of(const char *who, const dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  if (!b || dg_rows_drop(b) < 0) return NULL;
  if (!b->v.contiguous) {
    dg_fail(DG_EARGUMENT, "%s: the elements are not contiguous (copy the tensor first)", who);
    return NULL;
  }
  if (b->v.device) {
    dg_fail(DG_EARGUMENT, "%s: the elements are on %s (move the tensor to the cpu first)", who,
            dg_device_name(b->v.device));
    return NULL;
  }
  return b;
}

/* The address of x's elements, which must be contiguous; good while x lives. Odd NaN bits are
 * replaced first: each call looks at all floats. Whoever writes through it calls dg_written
 * afterwards. A gradient is no longer one of rows then. */
DG_API void *dg_data(dg_tensor *x)
{
  dg_body *b = plain_body_of("pointer", x);
  if (!b) return NULL;
  if (b->v.dtype == DG_F32) clean_floats(b->v.data, b->v.size);
  if (b->v.dtype == DG_F64) clean_doubles(b->v.data, b->v.size);
  return b->v.data;
}

/* The same without a look at the elements: for copying bytes, never for Lua to read floats. */
DG_API const void *dg_bytes(dg_tensor *x)
{
  dg_body *b = plain_body_of("bytes", x);
  return b ? b->v.data : NULL;
}

/* -- Writing -------------------------------------------------------------------------------- */

/* Notes that the elements of x were overwritten through its pointer. */
DG_API int dg_written(dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return -1;
  dg_touch(b);
  return 0;
}

/* Sets all elements of x, row-major, from `count` numbers. */
DG_API int dg_write(dg_tensor *x, const double *numbers, double count)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return -1;
  if (!numbers) return dg_fail(DG_EARGUMENT, "write: the numbers are missing (NULL)");
  if (count != (double)b->v.size)
    return dg_fail(DG_EARGUMENT, "write: %g numbers for %lld elements", count,
                   (long long)b->v.size);
  dg_view from = { .device = 0 };
  if (dg_view_set(&from, "write", DG_F64, b->v.ndim, b->v.shape) < 0) return -1;
  from.data = (void *)(uintptr_t)numbers;
  dg_touch(b);
  return dg_transfer(&from, &b->v);
}

/* Sets all elements of x to `value`. */
DG_API int dg_fill(dg_tensor *x, double value)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return -1;
  dg_touch(b);
  return dg_backend_of(&b->v)->fill(&b->v, value);
}

/* Overwrites x with the elements of `from`, which has the same shape; cast where dtypes differ. */
DG_API int dg_assign(dg_tensor *x, const dg_tensor *from)
{
  dg_body *b = dg_full_body_of(x), *f = b ? dg_full_body_of(from) : NULL;
  if (!f) return -1;
  char to[DG_SHAPE_TEXT], got[DG_SHAPE_TEXT];
  if (!dg_same_shape(&b->v, &f->v))
    return dg_fail(DG_EARGUMENT, "assign: got shape %s, wanted %s", dg_shape_text(&f->v, got),
                   dg_shape_text(&b->v, to));
  if (b->store == f->store && b->v.data == f->v.data && b->v.dtype == f->v.dtype &&
      memcmp(b->v.stride, f->v.stride, b->v.ndim * sizeof *b->v.stride) == 0)
    return 0;
  dg_touch(b);
  if (b->store != f->store) return dg_transfer(&f->v, &b->v);
  dg_body *copy = dg_body_new("assign", f->v.dtype, f->v.ndim, f->v.shape); /* they may overlap */
  if (!copy) return -1;
  copy->v.device = f->v.device;
  int status = dg_body_allocate(copy, DG_WORKSPACE);
  if (status == 0) status = dg_backend_of(&b->v)->copy(&f->v, &copy->v);
  if (status == 0) status = dg_backend_of(&b->v)->copy(&copy->v, &b->v);
  dg_body_free(copy);
  return status;
}

/* -- Leaves --------------------------------------------------------------------------------- */

/* x's elements without its graph: a leaf that shares them and requires no gradient. */
DG_API dg_tensor *dg_detach(const dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  dg_body *y = b ? dg_body_view(b) : NULL;
  return y ? dg_born(y) : NULL;
}

/* A parameter: a leaf that requires a gradient and whose shape comes later, by dg_initialize. */
DG_API dg_tensor *dg_parameter(int dtype)
{
  if (dtype < 0 || dtype >= DG_NDTYPES || !dg_is_float(dtype)) {
    dg_fail(DG_ETYPE, "parameter: wanted a float dtype, got %s", dg_dtype_name(dtype));
    return NULL;
  }
  const int64_t none = 0;
  dg_body *b = dg_body_new("parameter", dtype, 1, &none);
  if (!b) return NULL;
  b->v.device = (uint8_t)dg_device_now();
  b->flags |= DG_REQUIRES_GRAD | DG_UNINITIALIZED;
  return dg_born(b);
}

/* 1 when x has elements, 0 for a parameter that waits for its shape, -1 with an error. */
DG_API int dg_is_initialized(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? !(b->flags & DG_UNINITIALIZED) : -1;
}

/* Gives a parameter its shape; its elements are not set. Fails when it has one already. */
DG_API int dg_initialize(dg_tensor *x, int ndim, const int64_t *shape)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  if (ndim > 0 && !shape) return dg_fail(DG_EARGUMENT, "initialize: the shape is missing (NULL)");
  if (!(b->flags & DG_UNINITIALIZED))
    return dg_fail(DG_EARGUMENT, "initialize: %s has a shape already",
                   b->name ? b->name : "the parameter");
  dg_view v = b->v;
  if (dg_view_set(&v, "initialize", v.dtype, ndim, shape) < 0) return -1;
  dg_view before = b->v;
  b->v = v;
  if (dg_body_allocate(b, DG_PARAMETER) < 0) {
    b->v = before;
    return -1;
  }
  b->flags &= ~(uint32_t)DG_UNINITIALIZED;
  return 0;
}

/* Counts x's elements as those of a parameter in dg_memory_bytes. */
DG_API int dg_count_as_parameter(dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return -1;
  dg_storage_rename(b->store, DG_PARAMETER);
  return 0;
}
