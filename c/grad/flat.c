/* flat.c -- the shorter way back through an elementwise operator.
 *
 * Where nothing is recorded and nothing was broadcast (DG_CALL_FLAT), a declared gradient is one
 * formula over whole arrays. It goes straight into the tensor that holds the gradient, past handles and scopes. */
#include "grad/walk.h"

enum { SMALL = 512 }; /* bytes: products to be added are made on the stack */

static void compute(const dg_gradient_rule *r, dg_body *const *operands, void *out)
{
  static const double none[2] = { 0, 0 };
  const dg_body *gy = operands[DG_GY], *b = operands[r->b];
  const void *in[2] = { operands[r->a]->v.data, b ? b->v.data : NULL };
  dg_backend_of(&gy->v)->map_flat(r->op->map, gy->v.dtype, gy->v.size, out, in, none);
}

static int one_gradient(dg_walk *w, const dg_gradient_rule *r, dg_body *x, dg_body *const *operands)
{
  const dg_view *gy = &operands[DG_GY]->v;
  if (!r->op) return dg_walk_add(w, x, dg_handle(operands[DG_GY]));
  dg_entry *e = dg_walk_find(w, x);
  bool first = !e || !e->grad;
  if (!first && gy->size * dg_item_bytes[gy->dtype] <= SMALL && dg_walk_adds_in_place(w, e)) {
    double buffer[SMALL / sizeof(double)];
    dg_view product;
    product.data = buffer;
    product.size = gy->size;
    product.dtype = gy->dtype;
    product.contiguous = true;
    compute(r, operands, buffer);
    dg_touch(e->grad);
    return dg_backend_of(gy)->accumulate(&product, &e->grad->v);
  }
  dg_body *g = dg_body_full_like(gy->dtype, gy);
  if (DG_UNLIKELY(!g)) return -1;
  compute(r, operands, g->v.data);
  g->refs = DG_HOLD;
  if (first) return dg_walk_take(w, x, g);
  int status = dg_walk_add(w, x, dg_handle(g));
  dg_unhold(g);
  return status;
}

int dg_walk_flat(dg_walk *w)
{
  dg_call *c = w->current;
  dg_body *y = c->y[0], *operands[DG_OPERANDS];
  dg_entry *e = y ? dg_walk_find(w, y) : NULL;
  if (!e || !e->grad || !e->grad->v.contiguous) return 0;
  dg_rule_operands(c, e->grad, operands);
  for (int i = c->inputs - 1; i >= 0; i--) {
    dg_body *x = c->x[i];
    if (!dg_needs(c, i)) continue;
    if (i == 0 && !c->op->gradient[0].op && !dg_walk_keeps(w, y) && !dg_walk_find(w, x)) {
      if (dg_walk_move(w, y, x) < 0) return -1; /* nobody else wants it: it changes hands */
    } else if (one_gradient(w, &c->op->gradient[i], x, operands) < 0) {
      return -1;
    }
    if (x->creator && dg_walk_push(w, x->creator) < 0) return -1;
  }
  return 1;
}
