/* assign.c -- overwriting chosen elements of a tensor. Gradients do not flow through it. */
#include "op/array.h"

/* Where recording would have to know of the assignment it is refused, rather than give gradients
 * that leave it out. */
static int refuse_recorded(const char *who, const dg_body *x, const dg_body *value)
{
  if (dg_tape.no_backprop) return 0;
  if (x->flags & DG_REQUIRES_GRAD)
    return dg_fail(DG_EGRAPH,
                   "%s: assignment to a %s that requires a gradient: do it inside "
                   "no_backprop_mode or on x.data",
                   who, x->creator ? "tensor" : "leaf");
  if (value && value->flags & DG_REQUIRES_GRAD)
    return dg_fail(DG_EGRAPH,
                   "%s: no gradient flows through an assignment to the value: assign "
                   "value.data, or use where or concat",
                   who);
  return 0;
}

/* x, if its elements may be overwritten. */
static dg_body *target(const char *who, dg_tensor *x, const dg_body *value)
{
  dg_body *b = dg_full_body_of(x);
  if (!b || refuse_recorded(who, b, value) < 0) return NULL;
  for (int i = 0; i < b->v.ndim; i++) {
    if (b->v.stride[i] != 0 || b->v.shape[i] < 2) continue;
    dg_fail(DG_EARGUMENT,
            "%s: elements repeated by broadcast_to cannot be overwritten (copy the "
            "tensor first)",
            who);
    return NULL;
  }
  return b;
}

/* The value as broadcast to the elements that it overwrites. */
static int broadcast_value(const char *who, const dg_view *value, const dg_view *like, dg_view *v)
{
  char got[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  int added = like->ndim - value->ndim;
  bool fits = added >= 0;
  for (int i = 0; i < value->ndim && fits; i++)
    fits = value->shape[i] == 1 || value->shape[i] == like->shape[i + added];
  if (!fits)
    return dg_fail(DG_EARGUMENT,
                   "%s: a value of shape %s does not broadcast to the %s to overwrite", who,
                   dg_shape_text(value, got), dg_shape_text(like, wanted));
  *v = dg_view_broadcast(value, like);
  return 0;
}

/* A new array in x's dtype with the elements of `value`, broadcast. */
static dg_body *spread_value(const char *who, const dg_view *x, const dg_view *like,
                             const dg_view *value)
{
  dg_view from;
  if (broadcast_value(who, value, like, &from) < 0) return NULL;
  dg_body *list = dg_body_new(who, x->dtype, like->ndim, like->shape);
  if (!list) return NULL;
  list->v.device = x->device;
  if (dg_body_allocate(list, DG_WORKSPACE) == 0 && dg_transfer(&from, &list->v) == 0) return list;
  dg_fail_prefix("%s: ", who);
  dg_body_free(list);
  return NULL;
}

static dg_view number_view(const double *number)
{
  return (
      dg_view){ .data = (void *)(uintptr_t)number, .size = 1, .dtype = DG_F64, .contiguous = true };
}

/* -- Items ---------------------------------------------------------------------------------- */

static int set_items(dg_body *x, const dg_view *to, const dg_body *value)
{
  dg_view from;
  dg_body *copy = NULL;
  if (x->store != value->store) {
    if (broadcast_value("index_set", &value->v, to, &from) < 0) return -1;
  } else { /* they may overlap */
    if (!(copy = spread_value("index_set", &x->v, to, &value->v))) return -1;
    from = copy->v;
  }
  dg_touch(x);
  int status = dg_transfer(&from, to);
  if (copy) dg_body_free(copy);
  return status;
}

/* The elements of x that items choose. */
static int choose(const dg_body *x, int count, const int64_t *items, int base, dg_view *chosen)
{
  dg_window w;
  dg_view box;
  if (dg_window_parse("index_set", &x->v, count, items, base, &w, &box) < 0) return -1;
  *chosen = dg_window_on(&x->v, &w, box.ndim, box.shape);
  return 0;
}

/* Overwrites the elements of x that items choose (as in dg_index) with those of `value`, broadcast
 * and cast. Not differentiable: where a gradient would have to pass, it is an error. */
DG_API int dg_index_set(dg_tensor *x, int count, const int64_t *items, int base,
                        const dg_tensor *value)
{
  dg_body *v = dg_full_body_of(value), *b = v ? target("index_set", x, v) : NULL;
  dg_view to;
  return b && choose(b, count, items, base, &to) == 0 ? set_items(b, &to, v) : -1;
}

/* The same with one number for all. */
DG_API int dg_index_fill(dg_tensor *x, int count, const int64_t *items, int base, double number)
{
  dg_body *b = target("index_set", x, NULL);
  dg_view to;
  if (!b || choose(b, count, items, base, &to) < 0) return -1;
  dg_touch(b);
  return dg_backend_of(&to)->fill(&to, number);
}

/* -- Positions ------------------------------------------------------------------------------ */

static int set_places(dg_body *x, int axis, const dg_view *index, int base, const dg_view *value)
{
  dg_view like = x->v;
  if (dg_spread("take_set", &like, axis, index) < 0) return -1;
  dg_body *positions = dg_positions("take_set", index, axis, x->v.shape[axis], base);
  dg_body *list = positions ? spread_value("take_set", &x->v, &like, value) : NULL;
  int status = -1;
  if (list) {
    dg_view flat = x->v;
    flat.shape[axis] = index->size;
    status = dg_view_set(&flat, "take_set", flat.dtype, flat.ndim, flat.shape);
    flat.data = list->v.data;
    dg_touch(x);
    if (status == 0) status = dg_backend_of(&x->v)->scatter(&flat, axis, &positions->v, &x->v);
    dg_body_free(list);
  }
  if (positions) dg_body_free(positions);
  return status;
}

/* Overwrites the places of x along `axis` that an index chooses (as in dg_take) with `value`,
 * broadcast and cast; of equal indices the last one stays. Not differentiable. */
DG_API int dg_take_set(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                       const dg_tensor *value)
{
  dg_body *v = dg_full_body_of(value), *i = v ? dg_full_body_of(index) : NULL;
  dg_body *b = i ? target("take_set", x, v) : NULL;
  int at = b ? dg_axis_of("take_set", axis, b->v.ndim) : -1;
  return at < 0 ? -1 : set_places(b, at, &i->v, base, &v->v);
}

/* The same with one number for all. */
DG_API int dg_take_fill(dg_tensor *x, int64_t axis, const dg_tensor *index, int base, double number)
{
  dg_body *i = dg_full_body_of(index), *b = i ? target("take_set", x, NULL) : NULL;
  int at = b ? dg_axis_of("take_set", axis, b->v.ndim) : -1;
  dg_view value = number_view(&number);
  return at < 0 ? -1 : set_places(b, at, &i->v, base, &value);
}

/* -- Masks ---------------------------------------------------------------------------------- */

/* Scatters into x, whose leading axes are joined; where they cannot be, into a copy of it. */
static int scatter_rows(dg_body *x, int leading, const dg_view *positions, const dg_view *rows)
{
  const dg_backend *d = dg_backend_of(&x->v);
  dg_body *copy = NULL;
  int status = 0;
  if (!x->v.contiguous && leading > 1) {
    if (!(copy = spread_value("mask_set", &x->v, &x->v, &x->v))) return -1;
  }
  dg_view table = dg_join_leading(copy ? &copy->v : &x->v, leading);
  dg_touch(x);
  status = d->scatter(rows, 0, positions, &table);
  if (copy && status == 0) status = d->copy(&copy->v, &x->v);
  if (copy) dg_body_free(copy);
  return status;
}

static int set_masked(dg_body *x, const dg_view *mask, const dg_view *value)
{
  dg_body *positions = dg_mask_positions("mask_set", &x->v, mask);
  if (!positions) return -1;
  dg_view like = dg_join_leading(&x->v, mask->ndim);
  like.shape[0] = positions->v.size;
  dg_body *rows = spread_value("mask_set", &x->v, &like, value);
  int status = rows ? scatter_rows(x, mask->ndim, &positions->v, &rows->v) : -1;
  if (rows) dg_body_free(rows);
  dg_body_free(positions);
  return status;
}

/* Overwrites the elements of x where a mask is true (as in dg_mask_select) with `value`, broadcast
 * to the selected elements and cast. Not differentiable. */
DG_API int dg_mask_set(dg_tensor *x, const dg_tensor *mask, const dg_tensor *value)
{
  dg_body *v = dg_full_body_of(value), *m = v ? dg_full_body_of(mask) : NULL;
  dg_body *b = m ? target("mask_set", x, v) : NULL;
  return b ? set_masked(b, &m->v, &v->v) : -1;
}

/* The same with one number for all. */
DG_API int dg_mask_fill(dg_tensor *x, const dg_tensor *mask, double number)
{
  dg_body *m = dg_full_body_of(mask), *b = m ? target("mask_set", x, NULL) : NULL;
  dg_view value = number_view(&number);
  return b ? set_masked(b, &m->v, &value) : -1;
}
