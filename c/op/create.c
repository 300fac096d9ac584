/* create.c -- new tensors that no operator made: empty, full, ranges, foreign memory. */
#include "op/op.h"

#include "tensor/pin.h"

static dg_body *new_body(const char *who, int dtype, int ndim, const int64_t *shape)
{
  if (ndim > 0 && !shape) {
    dg_fail(DG_EARGUMENT, "%s: the shape is missing (NULL)", who);
    return NULL;
  }
  dg_body *b = dg_body_new(who, dtype, ndim, shape);
  if (b) b->v.device = (uint8_t)dg_device_now();
  if (b && dg_body_allocate(b, DG_ACTIVATION) < 0) {
    dg_fail_prefix("%s: ", who);
    dg_body_free(b);
    return NULL;
  }
  return b;
}

/* A tensor whose elements are not set. */
DG_API dg_tensor *dg_empty(int dtype, int ndim, const int64_t *shape)
{
  dg_body *b = new_body("empty", dtype, ndim, shape);
  return b ? dg_born(b) : NULL;
}

/* A tensor whose elements are all `value`. */
DG_API dg_tensor *dg_full(int dtype, int ndim, const int64_t *shape, double value)
{
  dg_body *b = new_body("full", dtype, ndim, shape);
  if (!b) return NULL;
  if (dg_backend_of(&b->v)->fill(&b->v, value) == 0) return dg_born(b);
  dg_fail_prefix("full: ");
  dg_body_free(b);
  return NULL;
}

/* The same in the dtype of another tensor, where that lies. */
DG_API dg_tensor *dg_full_beside(const dg_tensor *x, int ndim, const int64_t *shape, double value)
{
  const dg_body *b = dg_body_of(x);
  return b ? dg_constant(&b->v, ndim, shape, value) : NULL;
}

/* start, start + step, ...: `count` elements. */
DG_API dg_tensor *dg_range(int dtype, double start, double step, double count)
{
  if (!(count >= 0 && count < 9e15)) {
    dg_fail(DG_EARGUMENT, "range: %g elements cannot be made", count);
    return NULL;
  }
  int64_t n = (int64_t)count;
  int device = dg_device_set(0); /* made here, then moved */
  dg_body *b = new_body("range", dtype, 1, &n);
  dg_device_set(device);
  if (!b) return NULL;
  for (int64_t i = 0; i < n; i++) {
    double value = start + (double)i * step;
    dg_view one = { .data = dg_at(&b->v, i), .size = 1, .dtype = b->v.dtype, .contiguous = true };
    dg_backend_of(&b->v)->fill(&one, value);
  }
  if (device == 0 || dg_body_move(b, device) == 0) return dg_born(b);
  dg_fail_prefix("range: ");
  dg_body_free(b);
  return NULL;
}

/* A tensor that looks at foreign memory, without a copy: row-major, aligned for its dtype. The
 * memory must stay until dg_pin_held(pin) is 0. */
DG_API dg_tensor *dg_from_pointer(void *data, int dtype, int ndim, const int64_t *shape,
                                  dg_pin *pin)
{
  if (!data || !pin || (ndim > 0 && !shape)) {
    dg_fail(DG_EARGUMENT, "from_pointer: %s is missing (NULL)",
            !data  ? "the memory"
            : !pin ? "the pin"
                   : "the shape");
    return NULL;
  }
  dg_body *b = dg_body_new("from_pointer", dtype, ndim, shape);
  if (!b) return NULL;
  if ((uintptr_t)data % dg_item_bytes[b->v.dtype] != 0) {
    dg_fail(DG_EARGUMENT, "from_pointer: the memory is not aligned to the %d bytes of %s",
            dg_item_bytes[b->v.dtype], dg_dtype_name(b->v.dtype));
    dg_body_free(b);
    return NULL;
  }
  if (dg_body_adopt(b, data, pin) < 0) {
    dg_body_free(b);
    return NULL;
  }
  return dg_born(b);
}
