/* flat.c -- shorter ways back where no gradient is waiting to be added to, and by `direct` rules. */
#include "grad/flat.h"

#include "node/rows.h"
#include "op/embedded.h"

/* Hands a gradient on that was made for the walk. Where others look at the one that x has, the sum
 * goes into the new one. */
static int hand_on(dg_walk *w, dg_body *x, dg_body *g)
{
  dg_entry *e = dg_walk_find(w, x);
  if (!e || !e->grad) return dg_walk_take(w, x, g);
  if (DG_UNLIKELY((e->grad->flags | g->flags) & DG_LAZY)) {
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

int dg_flat_give(dg_walk *w, const dg_gradient_rule *r, dg_body *x, dg_body *const *operands)
{
  const dg_view *gy = &operands[DG_GY]->v;
  if (!r->op) return dg_walk_add(w, x, dg_handle(operands[DG_GY]));
  dg_body *g = dg_body_full_like(gy->dtype, gy);
  if (DG_UNLIKELY(!g)) return -1;
  g->refs = DG_HOLD;
  if (DG_UNLIKELY(dg_flat_compute(r, operands, g->v.data) < 0)) {
    dg_unhold(g);
    return -1;
  }
  return hand_on(w, x, g);
}

/* The node of embed_id that took the rows of input 0 from a table, where its gradient can be made at
 * once: nobody looks at the gradients between. NULL if not. */
static const dg_call *find_embed(const dg_walk *w, const dg_call *c)
{
  if (!(c->op->flags & DG_EMBEDS_X0) || !dg_is_embedded(c) || !dg_walk_needs_x(w, c, 0))
    return NULL;
  for (const dg_body *x = c->x[0];; x = x->creator->x[0]) {
    if (!x->creator || x->flags & DG_HOOKED || dg_walk_keeps(w, x)) return NULL;
    if (x->creator->op == &dg_embed_id_op)
      return dg_walk_needs_x(w, x->creator, 1) ? x->creator : NULL;
  }
}

/* Has the walk visit the nodes that were left out: they check and let go of what they keep. */
static int push_between(dg_walk *w, const dg_call *c, const dg_call *embed)
{
  const dg_body *x = c->x[0];
  int status = dg_walk_push(w, x->creator);
  for (; x->creator != embed && status == 0; x = x->creator->x[0])
    status = dg_walk_push(w, x->creator->x[0]->creator);
  return status;
}

/* Tensors for the gradients that are wanted, of `of`; those of leaves will stay. */
static int make_gradients(const dg_walk *w, const dg_call *c, dg_body *const *of, dg_body **gx)
{
  for (int i = 0; i < c->inputs; i++) {
    const dg_body *x = of[i];
    if (!dg_walk_needs_x(w, c, i)) continue;
    if (!(gx[i] = dg_body_like(x->v.dtype, &x->v))) return -1;
    gx[i]->refs = DG_HOLD;
    if (x != c->x[i]) continue;
    if (i == 1 && c->op->flags & DG_OUTER_X1 && !x->creator && !dg_walk_find(w, x)) continue;
    if (dg_body_allocate(gx[i], x->creator ? DG_ACTIVATION : DG_GRADIENT) < 0) return -1;
  }
  return 0;
}

int dg_walk_direct(dg_walk *w, const dg_call *c)
{
  dg_entry *e = c->y[0] ? dg_walk_find(w, c->y[0]) : NULL;
  dg_body *gx[DG_CALL_INPUTS] = { NULL };
  if (!e || !e->grad) return 0;
  const dg_call *embed = find_embed(w, c);
  dg_body *instead[DG_CALL_INPUTS], *const *of = c->x; /* whose gradients they are */
  if (embed) {
    instead[0] = embed->x[1];
    for (int i = 1; i < c->inputs; i++) instead[i] = c->x[i];
    of = instead;
  }
  int status = make_gradients(w, c, of, gx);
  if (status == 0) status = c->op->direct(c, &e->grad->v, gx);
  if (status == 0 && embed) status = push_between(w, c, embed);
  if (status == 0 && embed && !dg_embed_is_sparse(embed)) status = dg_rows_drop(gx[0]);
  for (int i = 0; i < c->inputs; i++) {
    if (!gx[i]) continue;
    if (status < 0) dg_unhold(gx[i]);
    else status = hand_on(w, of[i], gx[i]);
    if (status == 0 && of[i]->creator) status = dg_walk_push(w, of[i]->creator);
  }
  return status < 0 ? -1 : 1;
}
