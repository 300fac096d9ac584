/* flat.c -- shorter ways back where no gradient is waiting to be added to, and by `direct` rules. */
#include "grad/flat.h"

#include "node/rows.h"
#include "op/embedded.h"

/* Hands a gradient on that was made for the walk. Where others look at the one that x has, the sum
 * goes into the new one. */
static __attribute__((noinline)) int join(dg_walk *w, dg_body *x, dg_body *g)
{
  dg_entry *e = dg_walk_find(w, x);
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

DG_INLINE int hand_on(dg_walk *w, dg_body *x, dg_body *g)
{
  const dg_entry *e = dg_walk_find(w, x);
  return DG_UNLIKELY(e && e->grad) ? join(w, x, g) : dg_walk_take(w, x, g);
}

/* The gradient of x that was cleared and waits, held for the walk: with elements, or if it may be
 * `outer`, vectors to be overwritten. NULL if there is none. */
DG_INLINE dg_body *take_waiting(dg_body *x, bool outer)
{
  dg_body *g = x->grad;
  if (!g || !(g->flags & DG_CLEARED) || (!g->store && !outer)) return NULL;
  x->grad = NULL;
  g->flags &= ~(uint32_t)DG_CLEARED;
  return g;
}

/* That, or a new tensor; what leaves get will stay. */
DG_INLINE dg_body *new_gradient(dg_body *x)
{
  dg_body *g = take_waiting(x, false);
  if (g) return g;
  g = dg_body_full_like(x->v.dtype, &x->v, x->creator ? DG_ACTIVATION : DG_GRADIENT);
  if (DG_LIKELY(g != NULL)) g->refs = DG_HOLD;
  return g;
}

int dg_flat_give(dg_walk *w, const dg_gradient_rule *r, dg_body *x, dg_body *const *operands)
{
  if (!r->op) return dg_walk_add(w, x, dg_handle(operands[DG_GY]));
  dg_body *g = new_gradient(x);
  if (DG_UNLIKELY(!g)) return -1;
  if (DG_UNLIKELY(dg_flat_compute(r, operands, g->v.data) < 0)) {
    dg_unhold(g);
    return -1;
  }
  return hand_on(w, x, g);
}

/* -- Backward by `direct` rules --------------------------------------------------------------- */

/* What a rule does besides filling new tensors for its inputs; most do nothing of it. */
typedef struct more {
  const dg_call *embed; /* the node whose table gets the gradient of input 0, or NULL */
  bool adds;            /* the gradients of all other inputs are there, and are added to */
} more;

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

/* The gradient that x has got, if a rule may add to it: nobody else looks at it. */
static dg_body *sum_of(const dg_walk *w, const dg_body *x)
{
  const dg_entry *e = dg_walk_find(w, x);
  dg_body *g = e ? e->grad : NULL;
  if (!g || g->flags & DG_ROWS || g->v.device != 0) return NULL;
  if (g->flags & DG_OUTER) return g; /* no handle refers to it */
  return e->own && dg_is_sole(g) ? g : NULL;
}

/* Has gx be the sums that a rule may add to, of all inputs but the first; false if one that is
 * wanted has none. */
static bool find_sums(const dg_walk *w, const dg_call *c, dg_body **gx)
{
  int wanted = 0, found = 0;
  for (int i = 1; i < c->inputs; i++) {
    if (!dg_walk_needs_x(w, c, i)) continue;
    wanted++;
    if ((gx[i] = sum_of(w, c->x[i]))) found++;
  }
  if (wanted > 0 && found == wanted) return true;
  for (int i = 1; i < c->inputs; i++) gx[i] = NULL;
  return false;
}

/* Notes that a rule has added to the gradient of x. */
static int note_sum(const dg_walk *w, const dg_body *x)
{
  dg_entry *e = dg_walk_find(w, x);
  if (!e->grad->store) return 0;
  dg_touch(e->grad);
  e->own = true;
  return 0;
}

/* Whose gradient gx[i] is. */
DG_INLINE dg_body *target(const dg_call *c, more m, int i)
{
  return i == 0 && m.embed ? m.embed->x[1] : c->x[i];
}

/* Whether a rule wants the gradient of x, input i, without elements. */
DG_INLINE bool is_lazy(const dg_walk *w, const dg_call *c, more m, const dg_body *x, int i)
{
  uint32_t flags = c->op->flags;
  if (i == 0) return m.embed != NULL;
  if (i > 1 || !(flags & (DG_OUTER_X1 | DG_ROWS_X1)) || x->creator) return false;
  return flags & DG_ROWS_X1 || !dg_walk_find(w, x);
}

/* Has gx be tensors for the gradients that are wanted and not there. */
DG_INLINE int make_gradients(const dg_walk *w, const dg_call *c, more m, dg_body **gx)
{
  for (int i = 0; i < c->inputs; i++) {
    dg_body *x = target(c, m, i);
    if (m.adds && gx[i]) continue;
    if (!dg_walk_needs_x(w, c, i)) continue;
    if (!is_lazy(w, c, m, x, i)) gx[i] = new_gradient(x);
    else if (!(c->op->flags & DG_OUTER_X1) || i == 0 || !(gx[i] = take_waiting(x, true)))
      gx[i] = dg_body_like(x->v.dtype, &x->v);
    if (DG_UNLIKELY(!gx[i])) return -1;
    gx[i]->refs = DG_HOLD;
  }
  return 0;
}

DG_INLINE int run_direct(dg_walk *w, const dg_call *c, more m, const dg_view *gy, dg_body **gx)
{
  int status = make_gradients(w, c, m, gx);
  if (status == 0) status = (m.adds ? c->op->direct_add : c->op->direct)(c, gy, gx);
  if (status == 0 && m.embed) status = push_between(w, c, m.embed);
  if (status == 0 && m.embed && !dg_embed_is_sparse(m.embed)) status = dg_rows_drop(gx[0]);
  for (int i = 0; i < c->inputs; i++) {
    bool was_there = m.adds && i > 0;
    dg_body *x = target(c, m, i);
    if (!gx[i]) continue;
    if (status == 0) status = was_there ? note_sum(w, x) : hand_on(w, x, gx[i]);
    else if (!was_there) dg_unhold(gx[i]);
    if (status == 0 && x->creator) status = dg_walk_push(w, x->creator);
  }
  return status < 0 ? -1 : 1;
}

static __attribute__((noinline)) int run_more(dg_walk *w, const dg_call *c, const dg_view *gy)
{
  dg_body *gx[DG_CALL_INPUTS] = { NULL };
  const more m = { find_embed(w, c), find_sums(w, c, gx) };
  return run_direct(w, c, m, gy, gx);
}

int dg_walk_direct(dg_walk *w, const dg_call *c)
{
  dg_entry *e = c->y[0] ? dg_walk_find(w, c->y[0]) : NULL;
  dg_body *gx[DG_CALL_INPUTS] = { NULL };
  if (!e || !e->grad) return 0;
  if (c->op->direct_add && (dg_is_embedded(c) || dg_walk_find(w, c->x[1])))
    return run_more(w, c, &e->grad->v);
  return run_direct(w, c, (more){ NULL, false }, &e->grad->v, gx);
}
