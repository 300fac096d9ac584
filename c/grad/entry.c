/* entry.c -- the gradients that a walk has under way, and how they reach the leaves. */
#include "grad/walk.h"

#include "node/rows.h"

/* True for a tensor that the rule now running made. */
static bool is_fresh(const dg_walk *w, const dg_body *g)
{
  const uint32_t kinds = DG_SCOPED | DG_POINT; /* no rule makes points */
  return w->scope > 0 && (g->flags & kinds) == DG_SCOPED && g->birth >= w->mark;
}

static int refuse(const dg_walk *w, const dg_body *x, const dg_body *g)
{
  char got[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  const char *of = w->current ? w->current->op->name : "the outputs";
  if (g->v.device != x->v.device)
    return dg_fail(DG_EGRAPH, "backward of %s: a gradient on %s, wanted %s as its tensor", of,
                   dg_device_name(g->v.device), dg_device_name(x->v.device));
  return dg_fail(DG_EGRAPH, "backward of %s: a gradient of %s %s, wanted %s %s", of,
                 dg_dtype_name(g->v.dtype), dg_shape_text(&g->v, got), dg_dtype_name(x->v.dtype),
                 dg_shape_text(&x->v, wanted));
}

int dg_walk_more_entries(dg_walk *w)
{
  if (w->count == UINT32_MAX) return dg_fail(DG_EMEMORY, "walk: more than %u tensors", UINT32_MAX);
  return dg_walk_grow(&w->entries, w->count + 1, &w->entries_room, sizeof *w->entries);
}

/* Adds up two gradients of which one at least is rows: 1, 0 when both have their elements now and
 * are yet to be added, or -1. */
static int add_rows(const dg_walk *w, dg_entry *e, dg_body *g)
{
  bool before = dg_is_rows(e->grad), now = dg_is_rows(g);
  if (before && now) {
    if (dg_rows_part(&e->grad) < 0) return -1;
    dg_rows_join(e->grad, g);
    return 1;
  }
  if (now && dg_walk_adds_in_place(w, e)) {
    dg_touch(e->grad);
    return dg_rows_add_to(g, e->grad) < 0 ? -1 : 1;
  }
  e->own = e->own || !e->grad->store; /* nobody has seen it yet */
  return dg_rows_drop(e->grad) < 0 ? -1 : dg_rows_drop(g);
}

int dg_walk_add(dg_walk *w, dg_body *x, dg_tensor *handle)
{
  dg_body *g = dg_body_of(handle);
  if (DG_UNLIKELY(!g)) return -1;
  if (DG_UNLIKELY(dg_outer_fill(g) < 0)) return -1;
  if (DG_UNLIKELY(!g->store && !(g->flags & DG_ROWS))) return dg_no_elements(g), -1;
  if (DG_UNLIKELY(g->v.dtype != x->v.dtype || g->v.device != x->v.device ||
                  !dg_same_shape(&g->v, &x->v)))
    return refuse(w, x, g);
  dg_entry *e = dg_walk_find(w, x);
  if (!e && !(e = dg_walk_new_entry(w, x))) return -1;
  if (!e->grad) {
    e->own = is_fresh(w, g) && !(g->flags & DG_ROWS);
    dg_hold(g);
    e->grad = g;
    return 0;
  }
  if (DG_UNLIKELY(e->grad->flags & DG_OUTER)) {
    if (dg_outer_write(e->grad) < 0) return -1;
    e->own = true; /* nobody has seen it yet */
  }
  if (DG_UNLIKELY((e->grad->flags | g->flags) & DG_ROWS)) {
    int status = add_rows(w, e, g);
    if (status != 0) return status < 0 ? -1 : 0;
  }
  if (dg_walk_adds_in_place(w, e)) {
    dg_touch(e->grad);
    return dg_backend_of(&g->v)->accumulate(&g->v, &e->grad->v);
  }
  if (dg_walk_open(w) < 0) return -1;
  dg_tensor *sum = dg_add(dg_handle(e->grad), handle);
  dg_body *s = sum ? dg_body_of(sum) : NULL;
  if (!s) return -1;
  e->own = is_fresh(w, s);
  dg_hold(s);
  dg_unhold(e->grad);
  e->grad = s;
  return 0;
}

/* A tensor that only the leaf sees: the gradient itself, or a copy. */
static dg_body *settle(dg_walk *w, dg_entry *e)
{
  dg_body *g = e->grad;
  if (dg_walk_records(w) || g->flags & DG_OUTER) return g;
  if (dg_is_rows(g))
    return dg_rows_part(&e->grad) < 0 || dg_rows_merge(e->grad, NULL) < 0 ? NULL : e->grad;
  if (!(e->own && dg_is_sole(g))) {
    dg_tensor *copy = dg_walk_open(w) == 0 ? dg_copy(dg_handle(g)) : NULL;
    dg_body *c = copy ? dg_body_of(copy) : NULL;
    if (!c) return NULL;
    dg_hold(c);
    dg_unhold(g);
    e->grad = g = c;
    e->own = true;
  }
  if (g->store->kind != DG_GRADIENT) dg_storage_rename(g->store, DG_GRADIENT);
  return g;
}

/* Whether no one but the leaf has the gradient that it had before. */
static bool adds_in_place(const dg_walk *w, const dg_body *old)
{
  return !dg_walk_records(w) && !old->creator && dg_is_sole(old);
}

/* The same for the elements that rows are added to, or whose rows these join: 1 when nothing is
 * left to be done, 0 when both are tensors with elements now, or -1. */
static int prepare_rows(const dg_walk *w, dg_entry *e, dg_body *old)
{
  dg_body *g = e->grad;
  bool before = dg_is_rows(old), now = dg_is_rows(g);
  if (before && now) {
    e->joined = true;
    return dg_rows_merge(g, old) < 0 ? -1 : 1;
  }
  if (now && adds_in_place(w, old)) return 1;
  return dg_rows_fill(old) < 0 ? -1 : dg_rows_fill(g);
}

/* Does all that can fail: afterwards the entry's gradient is ready for its tensor. */
static int prepare(dg_walk *w, dg_entry *e)
{
  dg_body *g = settle(w, e), *old = dg_gradient_of(e->x);
  if (!g || (old && (dg_outer_fill(g) < 0 || dg_outer_fill(old) < 0))) return -1;
  if (old && DG_UNLIKELY((old->flags | g->flags) & DG_ROWS)) {
    int status = prepare_rows(w, e, old);
    if (status != 0) return status < 0 ? -1 : 0;
  }
  if (!old || adds_in_place(w, old)) return 0;
  if (dg_walk_open(w) < 0) return -1;
  dg_tensor *sum = dg_add(dg_handle(old), dg_handle(g));
  dg_body *s = sum ? dg_body_of(sum) : NULL;
  if (!s) return -1;
  dg_hold(s);
  dg_unhold(g);
  e->grad = s;
  e->joined = true;
  return 0;
}

/* Whether nothing has to be done: the first gradient of its tensor, made for it. */
DG_INLINE bool is_ready(const dg_walk *w, const dg_entry *e)
{
  const dg_body *g = e->grad;
  if (e->x->grad || g->flags & DG_ROWS) return false;
  return g->flags & DG_OUTER ||
         (e->own && g->store->kind == DG_GRADIENT && dg_is_sole(g) && !dg_walk_records(w));
}

static void deliver(const dg_walk *w, dg_entry *e)
{
  dg_body *old = dg_gradient_of(e->x);
  if (old && !e->joined && adds_in_place(w, old)) {
    dg_touch(old);
    if (e->grad->store) dg_backend_of(&old->v)->accumulate(&e->grad->v, &old->v);
    else dg_rows_add_to(e->grad, old);
    dg_unhold(e->grad);
  } else {
    if (e->x->grad) dg_unhold(e->x->grad);
    e->x->grad = e->grad;
  }
  e->grad = NULL;
}

int dg_walk_commit(dg_walk *w)
{
  if (w->wanted_count > 0) return 0;
  for (int64_t i = 0; i < w->count; i++) {
    dg_entry *e = &w->entries[i];
    if (!e->grad || !dg_walk_keeps(w, e->x) || is_ready(w, e)) continue;
    if (prepare(w, e) < 0) return -1;
  }
  for (int64_t i = 0; i < w->count; i++) {
    dg_entry *e = &w->entries[i];
    if (e->grad && dg_walk_keeps(w, e->x)) deliver(w, e);
  }
  return 0;
}
