/* repeat.c -- elements or whole axes several times over. */
#include "op/op.h"

/* x cut into `outer` blocks, each of them `times` times, in this shape. */
static dg_tensor *repeat_blocks(dg_tensor *x, int64_t outer, int64_t times, const dg_view *y)
{
  const dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  int64_t block = outer > 0 ? b->v.size / outer : 0;
  dg_pool pool = dg_pool_open();
  dg_tensor *r = dg_reshape(x, 3, (const int64_t[]){ outer, 1, block });
  r = dg_broadcast_to(r, 3, (const int64_t[]){ outer, times, block });
  return dg_pool_close(pool, dg_reshape(r, y->ndim, y->shape));
}

/* The product of the sizes of some axes. */
static int64_t product(const dg_view *v, int first, int last)
{
  int64_t size = 1;
  for (int k = first; k < last; k++) size *= v->shape[k];
  return size;
}

/* Multiplies the size of an axis; -1 with an error when that makes no shape. */
static int grow(const char *who, dg_view *v, int axis, int64_t times)
{
  if (times < 0 || !dg_mul_ok(v->shape[axis], times, &v->shape[axis]))
    return dg_fail(DG_EARGUMENT, "%s: axis %d cannot be had %lld times", who, axis + 1,
                   (long long)times);
  return dg_view_set(v, who, v->dtype, v->ndim, v->shape);
}

/* x with each place of an axis `times` times in a row: 1 1 2 2 3 3. */
DG_API dg_tensor *dg_repeat(dg_tensor *x, int64_t axis, int64_t times)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  dg_view y = b->v;
  int at = dg_axis_of("repeat", axis, y.ndim);
  if (at < 0 || grow("repeat", &y, at, times) < 0) return NULL;
  return repeat_blocks(x, product(&b->v, 0, at + 1), times, &y);
}

/* x as a whole times[k] times along its axis k: 1 2 3 1 2 3. `count` may be less than x has axes, as
 * if there were ones in front, or more, as if x had axes of size 1 in front. */
DG_API dg_tensor *dg_tile(dg_tensor *x, int count, const int64_t *times)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  if (count < 0 || count > DG_MAX_NDIM || (count > 0 && !times)) {
    dg_fail(DG_EARGUMENT, "tile: %d numbers of times, wanted 0 to %d", count, DG_MAX_NDIM);
    return NULL;
  }
  int ndim = DG_MAX(count, b->v.ndim);
  int64_t shape[DG_MAX_NDIM];
  for (int k = 0; k < ndim; k++) {
    int own = k - (ndim - b->v.ndim);
    shape[k] = own < 0 ? 1 : b->v.shape[own];
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *y = dg_reshape(x, ndim, shape);
  for (int k = ndim - count; k < ndim && y; k++) {
    dg_view now = dg_body_of(y)->v;
    int64_t outer = product(&now, 0, k), n = times[k - (ndim - count)];
    if (n == 1) continue;
    y = grow("tile", &now, k, n) < 0 ? NULL : repeat_blocks(y, outer, n, &now);
  }
  return dg_pool_close(pool, y);
}
