/* point.c -- the shortest way back: through a row of points, each of which hands its gradient on.
 *
 * Where the first input of a point is one too and has no gradient yet, that of the output becomes its
 * own: the rule is applied in its place. The second input, mostly a parameter that each step uses
 * again, has its gradient added to. Meanwhile nothing else happens in the walk, so its queue and its
 * entries are looked at when a row begins and ends, not at each of its points. */
#include "grad/walk.h"

#include "node/point.h"
#include "op/op.h"

#include <string.h>

enum { KINDS = DG_CALL_POINT | DG_CALL_FREED };

/* True when the entry's gradient is one element that nobody but the walk sees. */
static bool owns_one(const dg_entry *e)
{
  const dg_body *g = e->grad;
  return g && e->own && g->store == &g->own && g->refs == DG_HOLD && g->own.refs == 1;
}

/* Whether what the rules read is what it was when the operator ran. */
DG_INLINE bool is_fresh(const dg_call *c, uint32_t reads)
{
  const dg_body *x = c->x_inline[0], *b = c->x_inline[1], *y = c->y_inline[0];
  if (reads & DG_READS_X0 && !(x->one && x->store->version == c->version[0])) return false;
  if (reads & DG_READS_X1 && !(b->one && b->store->version == c->version[1])) return false;
  return !(reads & DG_READS_Y) || (y->one && y->own.version == 0);
}

/* Where the gradient of an input is summed up; NULL where it has none that a row may add to. */
DG_INLINE double *sum_of(dg_walk *w, const dg_body *x)
{
  if (x->walk != w->id) return NULL;
  dg_entry *e = &w->entries[x->entry];
  if (DG_UNLIKELY(e->row != w->rows)) {
    if (!owns_one(e)) return NULL;
    e->row = w->rows;
  }
  return e->grad->tiny;
}

DG_POINT_FORMULA(add, x + y)

/* out = the gradient that a rule gives; `out` may be one of its operands. */
static void apply(const dg_gradient_rule *r, int dtype, const void *const *operands, void *out)
{
  double y; /* loops must not write where they read */
  dg_point_loop(r->op->map, dtype, &y, operands[r->a], operands[r->b], dg_no_parameters);
  memcpy(out, &y, dg_item_bytes[dtype]);
}

/* Applies the rules of a node to g, the gradient of its output, which becomes that of input 0. */
static void apply_rules(const dg_call *c, int dtype, double *g, double *sum)
{
  const dg_gradient_rule *r = c->op->gradient;
  const void *x0 = c->x_inline[0]->v.data, *x1 = c->inputs > 1 ? c->x_inline[1]->v.data : NULL;
  const void *operands[DG_OPERANDS] = { NULL, g, x0, x1, c->y_inline[0]->tiny };
  double part;
  if (sum && r[1].op) apply(&r[1], dtype, operands, &part);
  if (sum) add(NULL, dtype, sum, sum, r[1].op ? &part : g, NULL);
  if (r->op) apply(r, dtype, operands, g);
}

/* Goes back through the points from c on, whose gradients are in g, while there is no more to it.
 * Returns the first that it leaves. */
DG_INLINE dg_call *go_back(dg_walk *w, dg_call *c, int dtype, double *g, uint16_t leaves)
{
  for (;;) {
    const dg_op_class *op = c->op;
    dg_body *x = c->x_inline[0], *b = c->x_inline[1];
    double *sum = NULL;
    if (x->flags != DG_POINT_FLAGS || x->walk == w->id || !x->creator || !op->gradient->a) return c;
    if (c->inputs > 1 && b->flags & DG_REQUIRES_GRAD && !(sum = sum_of(w, b))) return c;
    if (op->reads && DG_UNLIKELY(!is_fresh(c, op->reads))) return c;
    if (op == &dg_mul_op) {
      double part;
      dg_point_mul(NULL, dtype, &part, g, dg_point_element(x), NULL);
      if (sum) add(NULL, dtype, sum, sum, &part, NULL);
      dg_point_mul(NULL, dtype, g, g, dg_point_element(b), NULL);
    } else if (!op->gradient[0].op && !op->gradient[1].op) {
      if (sum) add(NULL, dtype, sum, sum, g, NULL);
    } else {
      apply_rules(c, dtype, g, sum);
    }
    c->flags |= leaves;
    c = x->creator;
    if ((c->flags & KINDS) != DG_CALL_POINT) return c;
  }
}

dg_call *dg_walk_row(dg_walk *w, dg_call *c, uint16_t leaves)
{
  dg_body *y = c->y_inline[0];
  bool is_plain = y && (y->flags & ~(uint32_t)DG_MAKER_SEEN) == DG_POINT_FLAGS;
  if (w->queued > 0 || (c->flags & KINDS) != DG_CALL_POINT || !is_plain || y->walk != w->id)
    return c;
  dg_entry *e = &w->entries[y->entry];
  if (!owns_one(e)) return c;
  w->rows++;
  double *g = e->grad->tiny;
  dg_call *end =
      y->v.dtype == DG_F32 ? go_back(w, c, DG_F32, g, leaves) : go_back(w, c, DG_F64, g, leaves);
  if (end == c) return c;
  dg_body *x = end->y_inline[0];
  y->walk = 0;
  e->x = x;
  x->walk = end->walk = w->id;
  x->entry = y->entry;
  return end;
}
