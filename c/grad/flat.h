/* flat.h -- the shortest way back, past handles and scopes, for walks that are not recorded.
 *
 * Where nothing is recorded and nothing was broadcast (DG_CALL_FLAT), a declared gradient is one
 * formula over whole arrays. It goes straight into the tensor that holds the gradient. */
#ifndef DG_FLAT_H
#define DG_FLAT_H

#include "grad/walk.h"

#include "device/map.h"

enum {
  DG_SHORT = 64
}; /* elements: what is added, or goes to the place of gy, is made on the stack */

/* Whether a gradient is so short, and in the processor's memory: then nothing here can fail. */
DG_INLINE bool dg_is_short(const dg_view *v)
{
  return v->size <= DG_SHORT && dg_backend_of(v) == &dg_cpu;
}

/* What the operands of a flat node's rules stand for; what no rule names may be anything. */
DG_INLINE void dg_flat_operands(const dg_call *c, dg_body *gy, dg_body *operands[DG_OPERANDS])
{
  operands[DG_NOTHING] = NULL;
  operands[DG_GY] = gy;
  operands[DG_X0] = c->x_inline[0];
  operands[DG_X1] = c->x_inline[1];
  operands[DG_Y] = c->y_inline[0];
}

DG_INLINE int dg_flat_compute(const dg_gradient_rule *r, dg_body *const *operands, void *out)
{
  static const double none[2] = { 0, 0 };
  const dg_body *gy = operands[DG_GY], *b = operands[r->b];
  const void *in[2] = { operands[r->a]->v.data, b ? b->v.data : NULL };
  return dg_map_flat(r->op->map, &gy->v, out, in, none);
}

/* Whether nobody but the walk, which is not recorded, sees the entry's gradient. */
DG_INLINE bool dg_flat_adds_in_place(const dg_entry *e) { return e->own && dg_is_sole(e->grad); }

/* Adds the gradient of x that a rule gives to what x has, which nobody else sees. */
DG_INLINE void dg_flat_add(const dg_gradient_rule *r, dg_body *const *operands, dg_body *to)
{
  const dg_view *gy = &operands[DG_GY]->v;
  double buffer[DG_SHORT];
  void *from = r->op ? buffer : gy->data;
  if (r->op) dg_flat_compute(r, operands, buffer);
  dg_touch(to);
  if (DG_LIKELY(gy->size == 1)) {
    if (gy->dtype == DG_F32) *(float *)to->v.data += *(const float *)from;
    else *(double *)to->v.data += *(const double *)from;
  } else {
    dg_view many = *gy;
    many.data = from;
    dg_cpu.accumulate(&many, &to->v);
  }
}

/* The same where x has none yet, others see it, or it is long or far. */
int dg_flat_give(dg_walk *w, const dg_gradient_rule *r, dg_body *x, dg_body *const *operands);

DG_INLINE int dg_flat_gradient(dg_walk *w, const dg_gradient_rule *r, dg_body *x,
                               dg_body *const *operands)
{
  dg_entry *e = dg_walk_find(w, x);
  bool here = e && e->grad && dg_flat_adds_in_place(e) && dg_is_short(&operands[DG_GY]->v);
  if (DG_UNLIKELY(!here)) return dg_flat_give(w, r, x, operands);
  dg_flat_add(r, operands, e->grad);
  return 0;
}

/* Has the gradient of y, which nobody else wants, change hands: it becomes that of x, with the rule
 * applied in its place. False, and nothing is done, where that does not go. */
DG_INLINE bool dg_flat_pass_on(dg_walk *w, dg_body *y, const dg_gradient_rule *r, dg_body *x,
                               dg_body *const *operands)
{
  dg_entry *e = &w->entries[y->entry];
  if (dg_walk_keeps(w, y) || e->linked || x->walk == w->id) return false;
  if (r->op) {
    dg_body *g = e->grad;
    if (!dg_is_short(&g->v) || !dg_flat_adds_in_place(e)) return false;
    double buffer[DG_SHORT];
    dg_flat_compute(r, operands, buffer);
    dg_touch(g);
    if (g->v.data == g->tiny) memcpy(g->tiny, buffer, sizeof g->tiny);
    else memcpy(g->v.data, buffer, (size_t)(g->v.size * dg_item_bytes[g->v.dtype]));
  }
  y->walk = 0;
  dg_walk_enter(w, e, x);
  return true;
}

DG_INLINE int dg_flat_push(dg_walk *w, const dg_body *x)
{
  return x->creator ? dg_walk_push(w, x->creator) : 0;
}

/* Whether what the node's rules read is what it was when the operator ran. */
DG_INLINE bool dg_flat_is_fresh(const dg_call *c, const dg_body *y)
{
  uint32_t reads = c->op->reads;
  for (int i = 0; i < DG_RULES; i++) {
    if (!(reads >> i & 1) || i >= c->inputs) continue;
    const dg_storage *s = c->x_inline[i]->store;
    if (DG_UNLIKELY(!s || s->version != c->version[i])) return false;
  }
  return !(reads & DG_READS_Y) || (y->store && y->store->version == c->y_version);
}

/* Goes back through a flat node without hooks, by its declared gradients: 1, 0 when that does not
 * apply and nothing was done, or -1. */
DG_INLINE int dg_walk_flat(dg_walk *w, const dg_call *c)
{
  const dg_gradient_rule *r = c->op->gradient;
  dg_body *y = c->y_inline[0], *operands[DG_OPERANDS];
  dg_entry *e = r->a && y && !(y->flags & DG_HOOKED) ? dg_walk_find(w, y) : NULL;
  if (DG_UNLIKELY(!e || !e->grad || !e->grad->v.contiguous || !dg_flat_is_fresh(c, y))) return 0;
  dg_flat_operands(c, e->grad, operands);
  dg_body *x = c->x_inline[1];
  if (c->inputs > 1 && dg_walk_needs_x(w, c, 1) &&
      (dg_flat_gradient(w, &r[1], x, operands) < 0 || dg_flat_push(w, x) < 0))
    return -1;
  x = c->x_inline[0];
  if (!dg_walk_needs_x(w, c, 0)) return 1;
  if (!dg_flat_pass_on(w, y, r, x, operands) && dg_flat_gradient(w, r, x, operands) < 0) return -1;
  return dg_flat_push(w, x) < 0 ? -1 : 1;
}

#endif
