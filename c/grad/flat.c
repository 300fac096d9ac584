/* flat.c -- shorter ways back, past handles and scopes, for walks that are not recorded.
 *
 * Where nothing is recorded and nothing was broadcast (DG_CALL_FLAT), a declared gradient is one
 * formula over whole arrays. It goes straight into the tensor that holds the gradient. Other
 * operators may have a `direct` rule. */
#include "grad/walk.h"

#include "device/map.h"

enum { SMALL = 512 }; /* bytes: products to be added are made on the stack */

static int compute(const dg_gradient_rule *r, dg_body *const *operands, void *out)
{
  static const double none[2] = { 0, 0 };
  const dg_body *gy = operands[DG_GY], *b = operands[r->b];
  const void *in[2] = { operands[r->a]->v.data, b ? b->v.data : NULL };
  return dg_map_flat(r->op->map, &gy->v, out, in, none);
}

/* Hands a gradient on that was made for the walk. */
static int hand_on(dg_walk *w, dg_body *x, dg_body *g)
{
  dg_entry *e = dg_walk_find(w, x);
  if (!e || !e->grad) return dg_walk_take(w, x, g);
  int status = dg_walk_add(w, x, dg_handle(g));
  dg_unhold(g);
  return status;
}

static int one_gradient(dg_walk *w, const dg_gradient_rule *r, dg_body *x, dg_body *const *operands)
{
  const dg_view *gy = &operands[DG_GY]->v;
  if (!r->op) return dg_walk_add(w, x, dg_handle(operands[DG_GY]));
  dg_entry *e = dg_walk_find(w, x);
  bool first = !e || !e->grad;
  if (!first && !gy->device && gy->size * dg_item_bytes[gy->dtype] <= SMALL &&
      dg_walk_adds_in_place(w, e)) {
    double buffer[SMALL / sizeof(double)];
    dg_view product;
    product.data = buffer;
    product.size = gy->size;
    product.dtype = gy->dtype;
    product.contiguous = true;
    product.device = 0;
    if (compute(r, operands, buffer) < 0) return -1;
    dg_touch(e->grad);
    return dg_backend_of(gy)->accumulate(&product, &e->grad->v);
  }
  dg_body *g = dg_body_full_like(gy->dtype, gy);
  if (DG_UNLIKELY(!g)) return -1;
  g->refs = DG_HOLD;
  if (DG_UNLIKELY(compute(r, operands, g->v.data) < 0)) {
    dg_unhold(g);
    return -1;
  }
  return hand_on(w, x, g);
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

/* Tensors for the gradients that are wanted. */
static int make_gradients(const dg_call *c, dg_body **gx)
{
  for (int i = 0; i < c->inputs; i++) {
    if (!dg_needs(c, i)) continue;
    if (!(gx[i] = dg_body_full_like(c->x[i]->v.dtype, &c->x[i]->v))) return -1;
    gx[i]->refs = DG_HOLD;
  }
  return 0;
}

int dg_walk_direct(dg_walk *w)
{
  const dg_call *c = w->current;
  dg_entry *e = c->y[0] ? dg_walk_find(w, c->y[0]) : NULL;
  dg_body *gx[DG_CALL_INPUTS] = { NULL };
  if (!e || !e->grad) return 0;
  int status = make_gradients(c, gx);
  if (status == 0) status = c->op->direct(c, &e->grad->v, gx);
  for (int i = 0; i < c->inputs; i++) {
    if (!gx[i]) continue;
    if (status < 0) dg_unhold(gx[i]);
    else status = hand_on(w, c->x[i], gx[i]);
    if (status == 0 && c->x[i]->creator) status = dg_walk_push(w, c->x[i]->creator);
  }
  return status < 0 ? -1 : 1;
}
