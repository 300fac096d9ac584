/* flat.c -- shorter ways back, past handles and scopes, for walks that are not recorded.
 *
 * Where nothing is recorded and nothing was broadcast (DG_CALL_FLAT), a declared gradient is one
 * formula over whole arrays. It goes straight into the tensor that holds the gradient. Other
 * operators may have a `direct` rule. */
#include "grad/walk.h"

#include "device/map.h"

#include <string.h>

enum { FEW = 64 }; /* elements: what is added, or goes to the place of gy, is made on the stack */

/* Whether a gradient is so small, and in the processor's memory: then `compute` does not fail. */
DG_INLINE bool is_small(const dg_view *v) { return v->size <= FEW && dg_backend_of(v) == &dg_cpu; }

DG_INLINE int compute(const dg_gradient_rule *r, dg_body *const *operands, void *out)
{
  static const double none[2] = { 0, 0 };
  const dg_body *gy = operands[DG_GY], *b = operands[r->b];
  const void *in[2] = { operands[r->a]->v.data, b ? b->v.data : NULL };
  return dg_map_flat(r->op->map, &gy->v, out, in, none);
}

/* Hands a gradient on that was made for the walk. Where others look at the one that x has, the sum
 * goes into the new one. */
static int hand_on(dg_walk *w, dg_body *x, dg_body *g)
{
  dg_entry *e = dg_walk_find(w, x);
  if (!e || !e->grad) return dg_walk_take(w, x, g);
  if (DG_UNLIKELY(e->grad->flags & DG_ROWS)) {
    int added = dg_walk_add(w, x, dg_handle(g));
    dg_unhold(g);
    return added;
  }
  bool into_old = dg_walk_adds_in_place(w, e);
  dg_body *to = into_old ? e->grad : g, *from = into_old ? g : e->grad;
  e->grad = to;
  e->own = true;
  dg_touch(to);
  int status = dg_backend_of(&to->v)->accumulate(&from->v, &to->v);
  dg_unhold(from);
  return status;
}

/* Adds the gradient of x that a rule gives to what x has. */
DG_INLINE int one_gradient(dg_walk *w, const dg_gradient_rule *r, dg_body *x,
                           dg_body *const *operands)
{
  const dg_view *gy = &operands[DG_GY]->v;
  dg_entry *e = dg_walk_find(w, x);
  if (e && e->grad && dg_walk_adds_in_place(w, e) && is_small(gy)) {
    double buffer[FEW];
    void *from = r->op ? buffer : gy->data;
    if (r->op) compute(r, operands, buffer);
    dg_touch(e->grad);
    if (dg_add_one(from, &e->grad->v)) return 0;
    dg_view many = *gy;
    many.data = from;
    return dg_backend_of(gy)->accumulate(&many, &e->grad->v);
  }
  if (!r->op) return dg_walk_add(w, x, dg_handle(operands[DG_GY]));
  dg_body *g = dg_body_full_like(gy->dtype, gy);
  if (DG_UNLIKELY(!g)) return -1;
  g->refs = DG_HOLD;
  if (DG_UNLIKELY(compute(r, operands, g->v.data) < 0)) {
    dg_unhold(g);
    return -1;
  }
  return hand_on(w, x, g);
}

/* Has the gradient of y, which nobody else wants, change hands: it becomes that of x, with the rule
 * applied in its place. False, and nothing is done, where that does not go. */
DG_INLINE bool pass_on(dg_walk *w, dg_entry *e, const dg_gradient_rule *r, dg_body *x,
                       dg_body *const *operands)
{
  if (dg_walk_keeps(w, e->x) || e->linked || dg_walk_find(w, x)) return false;
  if (r->op) {
    dg_body *g = e->grad;
    if (!is_small(&g->v) || !dg_walk_adds_in_place(w, e)) return false;
    double buffer[FEW];
    compute(r, operands, buffer);
    dg_touch(g);
    if (g->v.data == g->tiny) memcpy(g->tiny, buffer, sizeof g->tiny);
    else memcpy(g->v.data, buffer, (size_t)(g->v.size * dg_item_bytes[g->v.dtype]));
  }
  e->x->walk = 0;
  dg_walk_enter(w, e, x);
  return true;
}

DG_INLINE int push_creator(dg_walk *w, const dg_body *x)
{
  return x->creator ? dg_walk_push(w, x->creator) : 0;
}

int dg_walk_flat(dg_walk *w, const dg_call *c)
{
  const dg_gradient_rule *r = c->op->gradient;
  dg_body *y = c->y_inline[0], *operands[DG_OPERANDS];
  dg_entry *e = y ? dg_walk_find(w, y) : NULL;
  if (DG_UNLIKELY(!e || !e->grad || !e->grad->v.contiguous)) return 0;
  dg_rule_operands(c, e->grad, operands);
  if (c->inputs > 1 && dg_walk_needs_x(w, c, 1)) {
    dg_body *x = c->x_inline[1];
    if (one_gradient(w, &r[1], x, operands) < 0 || push_creator(w, x) < 0) return -1;
  }
  if (!dg_walk_needs_x(w, c, 0)) return 1;
  dg_body *x = c->x_inline[0];
  e = dg_walk_find(w, y); /* entries may have moved */
  if (!pass_on(w, e, r, x, operands) && one_gradient(w, r, x, operands) < 0) return -1;
  return push_creator(w, x) < 0 ? -1 : 1;
}

/* Tensors for the gradients that are wanted. */
static int make_gradients(const dg_walk *w, const dg_call *c, dg_body **gx)
{
  for (int i = 0; i < c->inputs; i++) {
    if (!dg_walk_needs_x(w, c, i)) continue;
    if (!(gx[i] = dg_body_full_like(c->x[i]->v.dtype, &c->x[i]->v))) return -1;
    gx[i]->refs = DG_HOLD;
  }
  return 0;
}

int dg_walk_direct(dg_walk *w, const dg_call *c)
{
  dg_entry *e = c->y[0] ? dg_walk_find(w, c->y[0]) : NULL;
  dg_body *gx[DG_CALL_INPUTS] = { NULL };
  if (!e || !e->grad) return 0;
  int status = make_gradients(w, c, gx);
  if (status == 0) status = c->op->direct(c, &e->grad->v, gx);
  for (int i = 0; i < c->inputs; i++) {
    if (!gx[i]) continue;
    if (status < 0) dg_unhold(gx[i]);
    else status = hand_on(w, c->x[i], gx[i]);
    if (status == 0 && c->x[i]->creator) status = dg_walk_push(w, c->x[i]->creator);
  }
  return status < 0 ? -1 : 1;
}
