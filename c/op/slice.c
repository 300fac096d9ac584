/* slice.c -- windows on a tensor: indices, ranges, new axes and reversals, without a copy. */
#include "op/array.h"

#include <string.h>

/* -- Windows -------------------------------------------------------------------------------- */

static void set_axis(dg_window *w, int k, int axis, int64_t step)
{
  w->step[k] = step;
  w->axes = (w->axes & ~((int64_t)15 << 4 * k)) | (int64_t)axis << 4 * k;
}

static int axis_at(const dg_window *w, int k) { return (int)(w->axes >> 4 * k & 15); }

dg_window dg_window_whole(const dg_view *x)
{
  dg_window w = { .from = 0 };
  for (int k = 0; k < x->ndim; k++) set_axis(&w, k, k, 1);
  return w;
}

dg_view dg_window_on(const dg_view *x, const dg_window *w, int ndim, const int64_t *shape)
{
  dg_view v = *x;
  int64_t from = w->from, offset = 0;
  v.ndim = (uint8_t)ndim;
  for (int k = 0; k < ndim; k++) {
    int axis = axis_at(w, k);
    v.shape[k] = shape[k];
    v.stride[k] = axis == DG_NO_AXIS ? 0 : w->step[k] * x->stride[axis];
  }
  dg_view_finish(&v);
  if (v.size == 0) return v; /* `from` says nothing here */
  for (int i = x->ndim - 1; i >= 0; i--) {
    offset += from % x->shape[i] * x->stride[i];
    from /= x->shape[i];
  }
  v.data = dg_at(x, offset);
  return v;
}

dg_view dg_view_without(const dg_view *x, int axis)
{
  dg_view v = *x;
  v.ndim--;
  for (int k = axis; k < v.ndim; k++) {
    v.shape[k] = x->shape[k + 1];
    v.stride[k] = x->stride[k + 1];
  }
  dg_view_finish(&v);
  return v;
}

/* -- Items ---------------------------------------------------------------------------------- */

typedef struct parser {
  const char *who;
  const dg_view *x;
  dg_window *w;
  dg_view *box;
  int64_t base;
  int axis; /* the next axis of x */
} parser;

static int add_axis(parser *p, int axis, int64_t size, int64_t step)
{
  if (p->box->ndim == DG_MAX_NDIM)
    return dg_fail(DG_EARGUMENT, "%s: the result would have more than %d axes", p->who,
                   DG_MAX_NDIM);
  p->box->shape[p->box->ndim] = size;
  set_axis(p->w, p->box->ndim++, axis, step);
  return 0;
}

/* Moves the window's beginning to `place` on the next axis, which is done. */
static void move_to(parser *p, int64_t place)
{
  p->w->from = p->w->from * p->x->shape[p->axis++] + place;
}

/* An index as its user wrote it, when only a C count is known. */
static long long shown(const parser *p, int64_t index)
{
  return p->base == 0 ? dg_counted(index) : index;
}

static int one_item(parser *p, int64_t index)
{
  int64_t size = p->x->shape[p->axis];
  int64_t place = index < 0 ? index + size : index - p->base;
  if (place < 0 || place >= size)
    return dg_fail(DG_EARGUMENT, "%s: index %lld is out of range for axis %d of size %lld", p->who,
                   shown(p, index), p->axis + 1, (long long)size);
  move_to(p, place);
  return 0;
}

/* Both ends belong to the range. What lies beyond the axis is cut off, as string.sub does it. */
static int range_item(parser *p, int64_t first, int64_t last, int64_t step)
{
  int64_t size = p->x->shape[p->axis];
  if (step == 0)
    return dg_fail(DG_EARGUMENT, "%s: a range with step 0 along axis %d", p->who, p->axis + 1);
  first = first < 0 ? first + size : first - p->base;
  last = last < 0 ? last + size : last - p->base;
  if (step > 0) first = DG_MAX(first, 0), last = DG_MIN(last, size - 1);
  else first = DG_MIN(first, size - 1), last = DG_MAX(last, 0);
  int64_t count = 0;
  if (step > 0 && first <= last) count = (last - first) / step + 1;
  else if (step < 0 && first >= last)
    count = (int64_t)((uint64_t)(first - last) / -(uint64_t)step) + 1;
  if (add_axis(p, p->axis, count, count > 1 ? step : 1) < 0) return -1;
  move_to(p, count > 0 ? first : 0);
  return 0;
}

static int whole_item(parser *p)
{
  if (add_axis(p, p->axis, p->x->shape[p->axis], 1) < 0) return -1;
  move_to(p, 0);
  return 0;
}

static int parse_item(parser *p, const int64_t *item)
{
  if (item[0] == DG_ITEM_NEW) return add_axis(p, DG_NO_AXIS, 1, 0);
  if (p->axis == p->x->ndim)
    return dg_fail(DG_EARGUMENT, "%s: more than %d indices for a tensor of %d axes", p->who,
                   p->x->ndim, p->x->ndim);
  switch (item[0]) {
  case DG_ITEM_ONE:
    return one_item(p, item[1]);
  case DG_ITEM_RANGE:
    return range_item(p, item[1], item[2], item[3]);
  case DG_ITEM_ALL:
    return whole_item(p);
  }
  return dg_fail(DG_EARGUMENT, "%s: there is no item of kind %lld", p->who, (long long)item[0]);
}

int dg_window_parse(const char *who, const dg_view *x, int count, const int64_t *items,
                    int64_t base, dg_window *w, dg_view *box)
{
  if (count < 0 || (count > 0 && !items) || base < 0 || base > 1)
    return dg_fail(DG_EARGUMENT, "%s: the items are missing (NULL), or a base of neither 0 nor 1",
                   who);
  parser p = { who, x, w, box, base, 0 };
  *w = (dg_window){ .from = 0 };
  box->ndim = 0;
  for (int i = 0; i < count; i++)
    if (parse_item(&p, items + 4 * i) < 0) return -1;
  while (p.axis < x->ndim)
    if (whole_item(&p) < 0) return -1;
  return 0;
}

/* -- The operators -------------------------------------------------------------------------- */

static int declared(dg_call *c)
{
  return c->y[0] ? 0 : -1; /* what begins the call declares its output */
}

/* gx is 0 but where the window shows x: there it is gy. */
static int index_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  gx[0] = dg_window_place(gy[0], (const dg_window *)c->i, x->ndim, x->shape, 0);
  return 0;
}

static const dg_op_class index_op = {
  .name = "index",
  .shape = declared,
  .backward = index_backward,
};

static dg_tensor *finish_window(dg_call *c, const dg_window *w, int ndim, const int64_t *shape)
{
  memcpy(c->i, w, sizeof *w);
  dg_body *y = dg_output_view(c, 0, c->x[0]);
  if (y) y->v = dg_window_on(&c->x[0]->v, w, ndim, shape);
  return dg_finish(c);
}

dg_tensor *dg_window_view(dg_tensor *x, const dg_window *w, int ndim, const int64_t *shape)
{
  dg_call *c = dg_begin1(&index_op, x);
  return c ? finish_window(c, w, ndim, shape) : NULL;
}

static int place_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  dg_view window = dg_window_on(y, (const dg_window *)c->i, x->ndim, x->shape);
  if (x->size != y->size && dg_backend_of(y)->fill(y, c->f[0]) < 0) return -1;
  return dg_backend_of(y)->copy(x, &window);
}

/* gx = what the window shows of gy. */
static int place_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  gx[0] = dg_window_view(gy[0], (const dg_window *)c->i, x->ndim, x->shape);
  return 0;
}

static const dg_op_class place_op = {
  .name = "place",
  .flags = DG_MOVES,
  .shape = declared,
  .forward = place_forward,
  .backward = place_backward,
};

dg_tensor *dg_window_place(dg_tensor *x, const dg_window *w, int ndim, const int64_t *shape,
                           double value)
{
  dg_call *c = dg_begin1(&place_op, x);
  if (!c) return NULL;
  memcpy(c->i, w, sizeof *w);
  c->f[0] = value;
  dg_output(c, 0, c->x[0]->v.dtype, ndim, shape);
  return dg_finish(c);
}

/* The elements of x that `count` items choose, without a copy. Item i is the four numbers from
 * items[4 * i] on: DG_ITEM_ONE, index (the axis goes); DG_ITEM_RANGE, first, last, step (both ends
 * belong to it, what lies outside the axis is cut off); DG_ITEM_ALL; DG_ITEM_NEW (an axis of size
 * 1). Axes without an item stay whole. Indices count from `base` (0 or 1), negative from the end;
 * a single one must be in range. */
DG_API dg_tensor *dg_index(dg_tensor *x, int count, const int64_t *items, int base)
{
  dg_body *b = dg_full_body_of(x);
  dg_window w;
  dg_view box;
  if (!b || dg_window_parse("index", &b->v, count, items, base, &w, &box) < 0) return NULL;
  return dg_window_view(x, &w, box.ndim, box.shape);
}

static const dg_op_class narrow_op = {
  .name = "narrow",
  .shape = declared,
  .backward = index_backward,
};

/* `size` places of one axis, beginning with `from`, without a copy; they must be in range. */
DG_API dg_tensor *dg_narrow(dg_tensor *x, int64_t axis, int64_t from, int64_t size)
{
  dg_call *c = dg_begin1(&narrow_op, x);
  if (!c) return NULL;
  dg_view box = c->x[0]->v;
  int k = dg_axis(c, axis, box.ndim);
  if (k >= 0 && (from < 0 || size < 0 || from > box.shape[k] || size > box.shape[k] - from))
    k = dg_op_fail(c, DG_EARGUMENT,
                   "%lld places from %lld on are out of range for axis %d of size "
                   "%lld",
                   (long long)size, dg_counted(from), k + 1, (long long)box.shape[k]);
  if (k < 0) {
    dg_call_discard(c);
    return NULL;
  }
  dg_window w = dg_window_whole(&box);
  w.from = from;
  for (int i = k + 1; i < box.ndim; i++) w.from *= box.shape[i];
  box.shape[k] = size;
  return finish_window(c, &w, box.ndim, box.shape);
}

static const dg_op_class select_op = {
  .name = "select",
  .shape = declared,
  .backward = index_backward,
};

/* Place `place` of one axis, which goes, without a copy; negative: from the end. */
DG_API dg_tensor *dg_select(dg_tensor *x, int64_t axis, int64_t place)
{
  dg_call *c = dg_begin1(&select_op, x);
  if (!c) return NULL;
  const dg_view *v = &c->x[0]->v;
  dg_window w;
  dg_view box;
  int64_t items[4 * DG_MAX_NDIM];
  int at = dg_axis(c, axis, v->ndim);
  for (int i = 0; i < at; i++) items[4 * i] = DG_ITEM_ALL;
  if (at >= 0) items[4 * at] = DG_ITEM_ONE, items[4 * at + 1] = place;
  if (at < 0 || dg_window_parse("select", v, at + 1, items, 0, &w, &box) < 0) {
    dg_call_discard(c);
    return NULL;
  }
  return finish_window(c, &w, box.ndim, box.shape);
}

static const dg_op_class flip_op = {
  .name = "flip",
  .shape = declared,
  .backward = index_backward,
};

/* x with the order along `count` axes (0: all of them) reversed, without a copy. */
DG_API dg_tensor *dg_flip(dg_tensor *x, int count, const int64_t *axes)
{
  dg_body *b = dg_body_of(x);
  int64_t set = b ? dg_axes("flip", b->v.ndim, count, axes) : -1;
  dg_call *c = set < 0 ? NULL : dg_begin1(&flip_op, x);
  if (!c) return NULL;
  const dg_view *v = &c->x[0]->v;
  dg_window w = dg_window_whole(v);
  for (int i = 0; i < v->ndim; i++) {
    bool turned = set >> i & 1 && v->shape[i] > 1;
    w.from = w.from * v->shape[i] + (turned ? v->shape[i] - 1 : 0);
    if (turned) w.step[i] = -1;
  }
  return finish_window(c, &w, v->ndim, v->shape);
}
