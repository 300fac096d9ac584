/* point.h -- the shortest way back: through points, one by one, while each hands its gradient on.
 *
 * Where the first input of a node was itself made by a node and has no gradient yet, that of the
 * output becomes its own: the rule is applied in its place. The second input, mostly a parameter that
 * each step uses again, has its gradient added to. */
#ifndef DG_GRAD_POINT_H
#define DG_GRAD_POINT_H

#include "grad/walk.h"

#include "node/point.h"
#include "op/op.h"

/* True when the entry's gradient is one element that nobody but the walk sees. */
DG_INLINE bool dg_walk_owns_one(const dg_entry *e)
{
  const dg_body *g = e->grad;
  return g && e->own && g->store == &g->own && g->refs == DG_HOLD && g->own.refs == 1;
}

/* One element of the gradient that a rule gives; `out` may be one of its operands. */
DG_INLINE void dg_point_rule(const dg_gradient_rule *r, int dtype, const void *const *operands,
                             void *out)
{
  const void *a = operands[r->a], *b = operands[r->b];
  if (r->op == &dg_mul_op) {
    dg_point_mul(NULL, dtype, out, a, b, NULL);
    return;
  }
  double y; /* loops must not write where they read */
  dg_point_loop(r->op->map, dtype, &y, a, b, dg_no_parameters);
  if (DG_LIKELY(dtype == DG_F32)) memcpy(out, &y, sizeof(float));
  else memcpy(out, &y, sizeof(double));
}

DG_POINT_FORMULA(dg_point_add, x + y)

/* Whether an input that a rule of a point reads is what it was when the operator ran. */
DG_INLINE bool dg_point_is_fresh(const dg_call *c, int i)
{
  const dg_body *x = c->x_inline[i];
  return !(c->op->reads >> i & 1) || (x->one && x->store->version == c->version[i]);
}

/* Goes back through a point, in a walk to all leaves that is not recorded and keeps no gradients on
 * the way. *next is to be visited next, if it is not NULL. False, and nothing is done, where there
 * is more to it. */
DG_INLINE bool dg_walk_point(dg_walk *w, const dg_call *c, dg_call **next)
{
  const dg_gradient_rule *r = c->op->gradient;
  dg_body *y = c->y_inline[0], *x0 = c->x_inline[0], *x1 = c->inputs > 1 ? c->x_inline[1] : x0;
  if (!y || y->walk != w->id || y->flags & (DG_HOOKED | DG_RETAINS_GRAD) || !r->a) return false;
  const uint32_t wanted = DG_SCOPED | DG_REQUIRES_GRAD;
  if ((x0->flags & wanted) != wanted || x0->walk == w->id) return false;
  dg_entry *e = &w->entries[y->entry], *e1 = NULL;
  if (c->inputs > 1 && x1->flags & DG_REQUIRES_GRAD) {
    if (x1->walk != w->id) return false;
    e1 = &w->entries[x1->entry];
    if (!dg_walk_owns_one(e1)) return false;
  }
  dg_call *below = x0->creator;
  if (below && (w->queued > 0 || below->walk == w->id)) return false;
  if (!dg_walk_owns_one(e) || !dg_point_is_fresh(c, 0) || !dg_point_is_fresh(c, 1)) return false;
  if (c->op->reads & DG_READS_Y && !(y->one && y->own.version == 0)) return false;

  double *g = e->grad->tiny, out;
  int dtype = y->v.dtype;
  const void *operands[DG_OPERANDS] = { NULL, g, x0->v.data, x1->v.data, y->tiny };
  if (e1) {
    double *sum = e1->grad->tiny;
    if (r[1].op) dg_point_rule(&r[1], dtype, operands, &out);
    dg_point_add(NULL, dtype, sum, sum, r[1].op ? &out : g, NULL);
  }
  if (r->op) dg_point_rule(r, dtype, operands, g);
  y->walk = 0;
  e->x = x0;
  x0->walk = w->id;
  x0->entry = y->entry;
  if (below) below->walk = w->id;
  *next = below;
  return true;
}

#endif
