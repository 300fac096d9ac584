/* along.c -- elements that an index of their own shape chooses along one axis: gather, scatter. */
#include "op/array.h"

static int declared(dg_call *c)
{
  return c->y[0] ? 0 : -1; /* what begins the call declares its output */
}

static dg_tensor *gather_at(dg_tensor *x, int axis, dg_body *positions);

/* -- Placing: zeros of a shape, with x at the positions, or added there ------------------------- */

static int place(dg_call *c, dg_along kind)
{
  const dg_view *y = &c->y[0]->v;
  if (dg_backend_of(y)->fill(y, 0) < 0) return -1;
  return dg_backend_of(y)->along(kind, y, (int)c->i[0], &c->saved[0]->v, &c->x[0]->v);
}

static int place_forward(dg_call *c) { return place(c, DG_ALONG_SET); }
static int add_forward(dg_call *c) { return place(c, DG_ALONG_ADD); }

static dg_tensor *finish_place(dg_call *c, const dg_view *table)
{
  if (c) dg_output(c, 0, c->x[0]->v.dtype, table->ndim, table->shape);
  return dg_finish(c);
}

/* gx = gy gathered at the same positions. */
static int add_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = gather_at(gy[0], (int)c->i[0], dg_body_view(c->saved[0]));
  return 0;
}

static const dg_op_class add_op = {
  .name = "gather_grad",
  .shape = declared,
  .forward = add_forward,
  .backward = add_backward,
};

static const dg_op_class place_op;

static dg_tensor *place_at(dg_tensor *x, int axis, dg_body *positions, const dg_view *table)
{
  return finish_place(dg_begin_at(&place_op, x, axis, positions), table);
}

/* The same, but of x only those elements count that no later one has overwritten: their own numbers
 * are what the table holds at their positions. */
static int place_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const int axis = (int)c->i[0];
  const dg_body *p = c->saved[0];
  dg_tensor *own = dg_enumerated(&c->x[0]->v, p->v.ndim, p->v.shape);
  dg_tensor *last = place_at(own, axis, dg_body_view(p), &dg_body_of(gy[0])->v);
  last = gather_at(last, axis, dg_body_view(p));
  dg_tensor *g = gather_at(gy[0], axis, dg_body_view(p));
  gx[0] = dg_where(dg_eq(last, own), g, dg_constant(&c->x[0]->v, 0, NULL, 0));
  return 0;
}

static const dg_op_class place_op = {
  .name = "scatter",
  .shape = declared,
  .forward = place_forward,
  .backward = place_backward,
};

/* -- gather --------------------------------------------------------------------------------- */

static int gather_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_backend_of(x)->along(DG_ALONG_TAKE, x, (int)c->i[0], &c->saved[0]->v, &c->y[0]->v);
}

/* gx is the sum of what gy has where an element was taken. */
static int gather_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_call *g = dg_begin_at(&add_op, gy[0], (int)c->i[0], dg_body_view(c->saved[0]));
  gx[0] = finish_place(g, &c->x[0]->v);
  return 0;
}

static const dg_op_class gather_op = {
  .name = "gather",
  .flags = DG_MOVES,
  .shape = declared,
  .forward = gather_forward,
  .backward = gather_backward,
};

static dg_tensor *gather_at(dg_tensor *x, int axis, dg_body *positions)
{
  dg_call *c = dg_begin_at(&gather_op, x, axis, positions);
  if (c) dg_output(c, 0, c->x[0]->v.dtype, c->saved[0]->v.ndim, c->saved[0]->v.shape);
  return dg_finish(c);
}

/* The positions of an index into x, checked; NULL with an error. */
static dg_body *positions_in(const char *who, const dg_body *x, int64_t axis, const dg_body *index,
                             int base, int *at)
{
  const dg_view *v = &x->v, *i = &index->v;
  char have[DG_SHAPE_TEXT], got[DG_SHAPE_TEXT];
  if ((*at = dg_axis_of(who, axis, v->ndim)) < 0) return NULL;
  bool fits = i->ndim == v->ndim;
  for (int k = 0; k < v->ndim && fits; k++) fits = k == *at || i->shape[k] <= v->shape[k];
  if (fits) return dg_positions(who, i, *at, v->shape[*at], base);
  dg_fail(DG_EARGUMENT,
          "%s: an index of shape %s for a tensor of shape %s: wanted as many axes, and no larger "
          "ones but axis %d",
          who, dg_shape_text(i, got), dg_shape_text(v, have), *at + 1);
  return NULL;
}

/* y[i, j, k] = x[i, index[i, j, k], k] for axis 1 of three: the result has the shape of the index,
 * which has as many axes as x, no larger but that one. The index is int32, int64 or uint8 and counts
 * from `base` (0 or 1), negative from the end. */
DG_API dg_tensor *dg_gather(dg_tensor *x, int64_t axis, const dg_tensor *index, int base)
{
  dg_body *b = dg_full_body_of(x), *i = b ? dg_full_body_of(index) : NULL;
  int at = 0;
  return i ? gather_at(x, at, positions_in("gather", b, axis, i, base, &at)) : NULL;
}

/* -- scatter -------------------------------------------------------------------------------- */

/* A tensor of ones shaped like the index, placed in x's shape: where scatter writes. */
static dg_tensor *places_hit(const dg_view *x, int axis, const dg_body *positions)
{
  dg_view mask = *x;
  mask.dtype = DG_BOOL;
  dg_tensor *ones = dg_constant(&mask, positions->v.ndim, positions->v.shape, 1);
  return place_at(ones, axis, dg_body_view(positions), x);
}

/* x, but y[i, index[i, j, k], k] = source[i, j, k] for axis 1 of three. The index is as for dg_gather,
 * the source has its shape and x's dtype. Of equal places the last one stays, in row-major order. */
DG_API dg_tensor *dg_scatter(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                             dg_tensor *source)
{
  dg_body *b = dg_full_body_of(x), *i = b ? dg_full_body_of(index) : NULL;
  dg_body *s = i ? dg_full_body_of(source) : NULL;
  char have[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  int at;
  if (!s) return NULL;
  if (s->v.dtype != b->v.dtype || !dg_same_shape(&s->v, &i->v)) {
    dg_fail(s->v.dtype != b->v.dtype ? DG_ETYPE : DG_EARGUMENT,
            "scatter: the source is %s %s, wanted %s %s as the index", dg_dtype_name(s->v.dtype),
            dg_shape_text(&s->v, have), dg_dtype_name(b->v.dtype), dg_shape_text(&i->v, wanted));
    return NULL;
  }
  const dg_view v = b->v;
  dg_body *p = positions_in("scatter", b, axis, i, base, &at);
  if (!p) return NULL;
  dg_pool pool = dg_pool_open();
  dg_tensor *hit = places_hit(&v, at, p);
  return dg_pool_close(pool, dg_where(hit, place_at(source, at, p, &v), x));
}

/* The same with one number for all places. */
DG_API dg_tensor *dg_scatter_number(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                                    double number)
{
  dg_body *b = dg_full_body_of(x), *i = b ? dg_full_body_of(index) : NULL;
  int at;
  dg_body *p = i ? positions_in("scatter", b, axis, i, base, &at) : NULL;
  if (!p) return NULL;
  const dg_view v = b->v;
  dg_pool pool = dg_pool_open();
  dg_tensor *hit = places_hit(&v, at, p);
  dg_body_free(p);
  return dg_pool_close(pool, dg_where(hit, dg_constant(&v, 0, NULL, number), x));
}
