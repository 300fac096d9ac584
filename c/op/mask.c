/* mask.c -- elements chosen by a condition: what a mask selects, and where elements are not 0. */
#include "op/array.h"

dg_body *dg_mask_positions(const char *who, const dg_view *x, const dg_view *mask)
{
  char have[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  bool fits = mask->ndim > 0 && mask->ndim <= x->ndim;
  for (int i = 0; i < mask->ndim && fits; i++) fits = mask->shape[i] == x->shape[i];
  if (mask->dtype != DG_BOOL) {
    dg_fail(DG_ETYPE, "%s: wanted a mask of bool, got %s", who, dg_dtype_name(mask->dtype));
    return NULL;
  }
  if (!fits) {
    dg_fail(DG_EARGUMENT, "%s: a mask of shape %s for a tensor of shape %s", who,
            dg_shape_text(mask, have), dg_shape_text(x, wanted));
    return NULL;
  }
  int64_t count = dg_backend_of(mask)->nonzero(mask, NULL);
  dg_body *p = count < 0 ? NULL : dg_body_new(who, DG_I64, 1, &count);
  if (!p) return NULL;
  p->v.device = mask->device;
  if (dg_body_allocate(p, DG_ACTIVATION) < 0) {
    dg_body_free(p);
    return NULL;
  }
  dg_backend_of(mask)->nonzero(mask, &p->v);
  return p;
}

dg_view dg_join_leading(const dg_view *x, int count)
{
  dg_view v = *x;
  v.ndim = (uint8_t)(x->ndim - count + 1);
  v.shape[0] = 1;
  for (int i = 0; i < count; i++) v.shape[0] *= x->shape[i];
  for (int i = count; i < x->ndim; i++) {
    v.shape[i - count + 1] = x->shape[i];
    v.stride[i - count + 1] = x->stride[i];
  }
  v.stride[0] = x->stride[count - 1];
  dg_view_finish(&v);
  return v;
}

/* The elements of x where the mask (bool, with the shape of x's leading axes) is true, in row-major
 * order: one axis of them, then the axes of x that the mask does not have. */
DG_API dg_tensor *dg_mask_select(dg_tensor *x, const dg_tensor *mask)
{
  dg_body *b = dg_full_body_of(x), *m = b ? dg_full_body_of(mask) : NULL;
  dg_body *positions = m ? dg_mask_positions("mask_select", &b->v, &m->v) : NULL;
  if (!positions) return NULL;
  if (m->v.ndim == 1) return dg_take_at(x, 0, positions);
  dg_view flat = dg_join_leading(&b->v, m->v.ndim);
  dg_pool pool = dg_pool_open();
  dg_tensor *y = dg_take_at(dg_reshape(x, flat.ndim, flat.shape), 0, positions);
  return dg_pool_close(pool, y);
}

/* The coordinates of the elements of x that are not 0, row-major, as int64: one row for each, with
 * one column for each axis of x. They count from `base`. Not differentiable. */
DG_API dg_tensor *dg_nonzero(const dg_tensor *x, int base)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  if (dg_is_half(b->v.dtype)) {
    dg_pool pool = dg_pool_open();
    return dg_pool_close(pool, dg_nonzero(dg_ne_number((dg_tensor *)(uintptr_t)x, 0), base));
  }
  int64_t shape[2] = { dg_backend_of(&b->v)->nonzero(&b->v, NULL), b->v.ndim };
  dg_body *y = shape[0] < 0 ? NULL : dg_body_new("nonzero", DG_I64, 2, shape);
  if (!y) return NULL;
  y->v.device = b->v.device;
  if (dg_body_allocate(y, DG_ACTIVATION) < 0) {
    dg_fail_prefix("nonzero: ");
    dg_body_free(y);
    return NULL;
  }
  if (shape[1] > 0) dg_backend_of(&b->v)->nonzero(&b->v, &y->v);
  if (base == 0) return dg_born(y);
  dg_pool pool = dg_pool_open();
  return dg_pool_close(pool, dg_affine(dg_born(y), 1, base));
}
