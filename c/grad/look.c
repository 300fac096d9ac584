/* look.c -- what a caller sees of a walk between its steps, and gives back to it. */
#include "grad/walk.h"

#include "node/rows.h"

static int missing(const char *who)
{
  return dg_fail(DG_EARGUMENT, "%s: the walk is missing (NULL)", who);
}

/* The node that a walk has just visited, or hands back (DG_WALK_CALL); borrowed until the next call.
 * NULL with an error when there is none. */
DG_API dg_node *dg_walk_node(dg_walk *w)
{
  if (w && !dg_walk_is_alive(w)) return NULL;
  if (w && w->current) return dg_node_handle(w->current);
  if (w) dg_fail(DG_EARGUMENT, "walk_node: the walk is at no node");
  else missing("walk_node");
  return NULL;
}

/* The gradient of output `i` of that node; NULL where nothing used the output. */
DG_API dg_tensor *dg_walk_output_gradient(dg_walk *w, int i)
{
  if (!w) return missing("walk_output_gradient"), NULL;
  if (!dg_walk_is_alive(w)) return NULL;
  if (!w->current || w->state == DG_HOOKS || i < 0 || i >= w->current->outputs) {
    dg_fail(DG_EARGUMENT, "walk_output_gradient: there is no output %d", i);
    return NULL;
  }
  return w->gy[i] ? dg_lend(dg_body_of(w->gy[i])) : NULL;
}

/* The node that a walk visits next; borrowed until then. NULL without an error when none is left: the
 * leaves' gradients come next, or the walk has ended. */
DG_API dg_node *dg_walk_next(dg_walk *w)
{
  if (!w) return missing("walk_next"), NULL;
  if (!dg_walk_is_alive(w) || w->queued == 0) return NULL;
  return dg_node_handle((dg_call *)(w->queue[0] & ~(uintptr_t)1));
}

/* The gradient that output `i` of that node has now, before hooks have looked at it; NULL where
 * nothing used the output. */
DG_API dg_tensor *dg_walk_next_gradient(dg_walk *w, int i)
{
  dg_node *next = dg_walk_next(w);
  const dg_call *c = next ? (dg_call *)dg_slot_of(next) : NULL;
  if (!c || i < 0 || i >= c->outputs) {
    if (!w || dg_walk_is_alive(w))
      dg_fail(DG_EARGUMENT, "walk_next_gradient: there is no output %d", i);
    return NULL;
  }
  for (int64_t k = 0; c->y[i] && k < w->count; k++) /* another walk may have marked y since */
    if (w->entries[k].x == c->y[i]) return dg_rows_lend(w->entries[k].grad);
  return NULL;
}

/* What that node passed on to its input `i`, after dg_walk_step; NULL where no gradient flows. */
DG_API dg_tensor *dg_walk_input_gradient(dg_walk *w, int i)
{
  if (!w) return missing("walk_input_gradient"), NULL;
  if (!dg_walk_is_alive(w)) return NULL;
  if (!w->current || w->state != DG_VISITED || i < 0 || i >= w->current->inputs) {
    dg_fail(DG_EARGUMENT, "walk_input_gradient: there is no input %d", i);
    return NULL;
  }
  return dg_rows_lend(w->held[i]);
}

/* Whether input `i` of the node that a walk hands back wants a gradient: 1, 0, or -1. */
DG_API int dg_walk_needs(dg_walk *w, int i)
{
  if (!w) return missing("walk_needs");
  if (!dg_walk_is_alive(w)) return -1;
  if (!w->current || i < 0 || i >= w->current->inputs)
    return dg_fail(DG_EARGUMENT, "walk_needs: there is no input %d", i);
  dg_needs_only = w->wanted_count > 0 ? w->id : 0;
  bool needs = dg_needs(w->current, i);
  dg_needs_only = 0;
  return needs;
}

/* Gives a walk the gradient of input `i` of the node that it handed back (DG_WALK_CALL), or with
 * DG_WALK_HOOK and i = 0 a gradient to go on with instead. */
DG_API int dg_walk_give(dg_walk *w, int i, dg_tensor *g)
{
  if (!w) return missing("walk_give");
  dg_body *b = dg_full_body_of(g);
  if (!b || !dg_walk_is_alive(w)) return -1;
  if (w->hooked) {
    dg_body *x = w->hooked->x;
    if (b->v.dtype != x->v.dtype || !dg_same_shape(&b->v, &x->v))
      return dg_fail(DG_EARGUMENT, "walk_give: the hook's gradient has another shape or dtype");
    dg_hold(b);
    dg_unhold(w->hooked->grad);
    w->hooked->grad = b;
    w->hooked->own = false;
    return 0;
  }
  if (w->state != DG_GIVEN || i < 0 || i >= w->current->inputs)
    return dg_fail(DG_EARGUMENT, "walk_give: no gradient is asked for input %d", i);
  dg_hold(b);
  if (w->held[i]) dg_unhold(w->held[i]);
  w->held[i] = b;
  w->gx[i] = g;
  return 0;
}

/* The tensor whose hook is to run (DG_WALK_HOOK), and its gradient. */
DG_API dg_tensor *dg_walk_tensor(dg_walk *w)
{
  if (w && !dg_walk_is_alive(w)) return NULL;
  if (w && w->hooked) return dg_lend(w->hooked->x);
  if (w) dg_fail(DG_EARGUMENT, "walk_tensor: no hook is to run");
  else missing("walk_tensor");
  return NULL;
}

/* The gradient that a hook is to look at (DG_WALK_HOOK). */
DG_API dg_tensor *dg_walk_gradient(dg_walk *w)
{
  if (w && !dg_walk_is_alive(w)) return NULL;
  if (w && w->hooked) return dg_rows_lend(w->hooked->grad);
  if (w) dg_fail(DG_EARGUMENT, "walk_gradient: no hook is to run");
  else missing("walk_gradient");
  return NULL;
}

/* After dg_walk_to has ended: the gradient of input `i`, NULL without an error when the outputs do
 * not depend on it. */
DG_API dg_tensor *dg_walk_result(dg_walk *w, int i)
{
  if (!w) return missing("walk_result"), NULL;
  if (w->state != DG_FINISHED || i < 0 || i >= w->wanted_count) {
    dg_fail(DG_EARGUMENT, "walk_result: there is no result %d", i);
    return NULL;
  }
  dg_body *x = dg_body_of(w->roots[w->root_count + i].tensor);
  dg_entry *e = x ? dg_walk_find(w, x) : NULL;
  for (int64_t k = 0; x && !e && k < w->count; k++) /* another walk may have marked x since */
    if (w->entries[k].x == x) e = &w->entries[k];
  return e ? dg_rows_lend(e->grad) : NULL;
}
