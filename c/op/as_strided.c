/* as_strided.c -- any arrangement of the elements in x's memory, without a copy. */
#include "op/array.h"

#include <stdlib.h>
#include <string.h>

/* Where the elements of a view lie, in elements from its data: the lowest and the highest. */
static bool reach(const dg_view *v, int64_t *low, int64_t *high)
{
  *low = *high = 0;
  for (int k = 0; k < v->ndim; k++) {
    int64_t way;
    if (v->shape[k] < 2) continue;
    if (__builtin_mul_overflow(v->shape[k] - 1, v->stride[k], &way)) return false;
    if (__builtin_add_overflow(way < 0 ? *low : *high, way, way < 0 ? low : high)) return false;
  }
  return true;
}

/* Whether no two places of a view can be one element: each stride, from the smallest on, is wider
 * than all that is below it. */
static bool is_injective(const dg_view *v)
{
  int order[DG_MAX_NDIM], count = 0;
  int64_t below = 0;
  for (int k = 0; k < v->ndim; k++) {
    if (v->shape[k] < 2) continue;
    int i = count++;
    for (; i > 0 && llabs(v->stride[k]) < llabs(v->stride[order[i - 1]]); i--)
      order[i] = order[i - 1];
    order[i] = k;
  }
  for (int i = 0; i < count; i++) {
    int64_t stride = llabs(v->stride[order[i]]);
    if (stride <= below) return false;
    below += stride * (v->shape[order[i]] - 1);
  }
  return true;
}

enum { FROM, STRIDES }; /* attributes: where y begins, in elements from x's first; its strides */

static int declared(dg_call *c)
{
  return c->y[0] ? 0 : -1; /* what begins the call declares its output */
}

static dg_tensor *arranged(dg_tensor *x, const dg_view *y, int64_t from);

/* gy is added up over x's memory from its lowest element on, of which gx is the same arrangement
 * that x is: `from` is where y begins in it. */
static int as_strided_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  dg_view y = dg_body_of(gy[0])->v;
  int64_t low, high;
  memcpy(y.stride, c->i + STRIDES, sizeof y.stride);
  dg_view_finish(&y);
  reach(x, &low, &high);
  const int64_t span = high - low + 1;
  dg_tensor *places = arranged(dg_enumerated(x, 1, &span), &y, c->i[FROM] - low);
  dg_tensor *sums = dg_scatter_add(gy[0], 0, places, 0, span);
  gx[0] = arranged(sums, x, -low);
  return 0;
}

static const dg_op_class as_strided_op = {
  .name = "as_strided",
  .shape = declared,
  .backward = as_strided_backward,
};

/* A view of x with y's shape and strides, whose first element is `from` elements from x's. */
static dg_tensor *arranged(dg_tensor *x, const dg_view *y, int64_t from)
{
  dg_call *c = dg_begin1(&as_strided_op, x);
  if (!c) return NULL;
  dg_body *b = dg_output_view(c, 0, c->x[0]);
  c->i[FROM] = from;
  memcpy(c->i + STRIDES, y->stride, sizeof y->stride);
  if (b) {
    const dg_view *v = &c->x[0]->v;
    b->v = *y;
    b->v.dtype = v->dtype;
    b->v.device = v->device;
    b->v.data = y->size > 0 ? dg_at(v, from) : v->data;
  }
  return dg_finish(c);
}

/* A view of x's memory in any shape, with any strides (in elements, also 0 and negative), that
 * begins `offset` elements behind the first of the storage; INT64_MIN: where x begins. It must stay
 * between the first and the last element of x, of which no two may be one element in memory. The
 * gradient is added up over all views of an element. */
DG_API dg_tensor *dg_as_strided(dg_tensor *x, int ndim, const int64_t *shape,
                                const int64_t *strides, int64_t offset)
{
  dg_body *b = dg_full_body_of(x);
  dg_view y;
  if (!b) return NULL;
  if (ndim > 0 && (!shape || !strides)) {
    dg_fail(DG_EARGUMENT, "as_strided: the shape or the strides are missing (NULL)");
    return NULL;
  }
  if (dg_view_set(&y, "as_strided", b->v.dtype, ndim, shape) < 0) return NULL;
  memset(y.stride, 0, sizeof y.stride);
  if (ndim > 0) memcpy(y.stride, strides, (size_t)ndim * sizeof *strides);
  if (!is_injective(&b->v)) {
    dg_fail(DG_EARGUMENT, "as_strided: elements of the input share memory (copy it first)");
    return NULL;
  }
  int64_t own = ((char *)b->v.data - (char *)b->store->data) / dg_item_bytes[b->v.dtype];
  int64_t from = 0, low, high, first, last;
  bool fits = offset == INT64_MIN || !__builtin_sub_overflow(offset, own, &from);
  reach(&b->v, &low, &high);
  fits = fits && reach(&y, &first, &last) && !__builtin_add_overflow(first, from, &first) &&
         !__builtin_add_overflow(last, from, &last);
  if (y.size > 0 && (!fits || b->v.size == 0 || first < low || last > high)) {
    dg_fail(DG_EARGUMENT, "as_strided: shape, strides and offset reach beyond the input's memory");
    return NULL;
  }
  dg_view_finish(&y);
  return arranged(x, &y, y.size > 0 ? from : 0);
}
