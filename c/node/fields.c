/* fields.c -- what can be asked of a tensor and of a node: gradient, creator, inputs, names. */
#include "node/rows.h"

#include <string.h>

static dg_call *call_of(const char *who, const dg_node *handle)
{
  dg_slot *s = dg_slot_of(handle);
  if (s && s->kind == DG_SLOT_NODE) return (dg_call *)s;
  if (!handle) dg_fail(DG_EARGUMENT, "%s: the node is missing (NULL)", who);
  else if (s) dg_fail(DG_ETYPE, "%s: a node was wanted, this is a tensor", who);
  else dg_fail(DG_ESTALE, "%s: the node was released with its graph", who);
  return NULL;
}

/* -- Tensors -------------------------------------------------------------------------------- */

/* The gradient that a caller may see: a gradient of rows has none of its own. */
DG_INLINE dg_body *gradient_of(const dg_body *b)
{
  return b->flags & DG_ROWS ? NULL : dg_gradient_of(b);
}

/* The gradient of x; NULL without an error when there is none. */
DG_API dg_tensor *dg_gradient(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? dg_rows_lend(gradient_of(b)) : NULL;
}

/* Whether x has a gradient: 1 or 0, -1 with an error. */
DG_API int dg_has_gradient(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? gradient_of(b) != NULL : -1;
}

/* The same gradient for those who can do with its rows alone (dg_gradient_rows): dg_update_sgd and its like, dg_scale,
 * dg_sum_of_squares. Where dg_gradient would make the elements of a matrix of which the gradient is
 * some rows, here they are not made; all other functions refuse it. */
DG_API dg_tensor *dg_gradient_as_is(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  dg_body *g = b ? gradient_of(b) : NULL;
  return g && dg_outer_fill(g) < 0 ? NULL : dg_lend(g);
}

/* A tensor of its own that looks at the elements of another. */
static dg_tensor *look(const dg_body *b)
{
  dg_body *view = dg_body_view(b);
  return view ? dg_born(view) : NULL;
}

/* The rows of x's gradient where it is some rows of a matrix: their numbers (int64, from 0 on, each
 * once) and their elements (n x columns). 1 when it is so, 0 when not, -1 with an error. */
DG_API int dg_gradient_rows(const dg_tensor *x, dg_tensor **numbers, dg_tensor **elements)
{
  dg_body *b = dg_body_of(x), *g = b ? gradient_of(b) : NULL;
  if (!b) return -1;
  if (!numbers || !elements)
    return dg_fail(DG_EARGUMENT, "gradient_rows: numbers or elements is missing (NULL)");
  if (!g || !dg_is_rows(g)) return 0;
  dg_body *number, *element;
  int taken = dg_rows_taken(g, &number, &element);
  if (DG_UNLIKELY(taken != 0)) {
    if (taken > 0) *numbers = dg_born(number), *elements = dg_born(element);
    return taken;
  }
  *numbers = look(dg_rows_numbers(g));
  *elements = *numbers ? look(dg_rows_elements(g)) : NULL;
  return *elements ? 1 : -1;
}

enum { MAY_WAIT = 2048 }; /* bytes */

/* Whether g, the gradient of b, may stay where it is when it is cleared, for the next walk to fill:
 * that is cheaper than to free it and make another, and small ones take no room worth a word. */
DG_INLINE bool may_wait(const dg_body *b, const dg_body *g)
{
  bool outer = g->flags & DG_OUTER;
  const dg_body *e = outer ? g->grad : g; /* what has the elements */
  return !b->creator && (g->flags & ~(uint32_t)(DG_CLEARED | DG_OUTER)) == 0 && !g->name &&
         g->refs == DG_HOLD && e->store && e->store->got <= MAY_WAIT && e->store->device == 0 &&
         dg_is_sole(e) && (!outer || e->v.shape[0] == 1);
}

/* Takes the gradient of b away. */
DG_INLINE int clear(dg_body *b)
{
  dg_body *g = b->grad;
  if (DG_UNLIKELY(b->flags & DG_ROWS)) return dg_rows_drop(b);
  if (!g) return 0;
  if (may_wait(b, g)) {
    g->flags |= DG_CLEARED;
    dg_slot_renew(&g->slot); /* no old handle is to see it */
  } else {
    b->grad = NULL;
    dg_unhold(g);
  }
  return 0;
}

/* Sets the gradient of x to g, which has the same shape and dtype; NULL clears it. */
DG_API int dg_gradient_set(dg_tensor *x, dg_tensor *g)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  if (!g) return clear(b);
  if (DG_UNLIKELY(b->flags & DG_ROWS) && dg_rows_drop(b) < 0) return -1;
  dg_body *n = dg_full_body_of(g), *old = b->grad;
  if (!n) return -1;
  if (n == b) return dg_fail(DG_EARGUMENT, "grad: a tensor cannot be its own gradient");
  char got[DG_SHAPE_TEXT], wanted[DG_SHAPE_TEXT];
  if (n->v.dtype != b->v.dtype || !dg_same_shape(&n->v, &b->v))
    return dg_fail(DG_EARGUMENT, "grad: got %s %s, wanted %s %s as its tensor",
                   dg_dtype_name(n->v.dtype), dg_shape_text(&n->v, got), dg_dtype_name(b->v.dtype),
                   dg_shape_text(&b->v, wanted));
  if (n->v.device != b->v.device)
    return dg_fail(DG_EARGUMENT, "grad: it is on %s, its tensor on %s", dg_device_name(n->v.device),
                   dg_device_name(b->v.device));
  dg_hold(n);
  b->grad = n;
  if (old) dg_unhold(old);
  return 0;
}

/* Forgets the gradients of `count` tensors. */
DG_API int dg_gradients_clear(int count, dg_tensor *const *x)
{
  if (count > 0 && !x) return dg_fail(DG_EARGUMENT, "gradients_clear: x is missing (NULL)");
  for (int i = 0; i < count; i++) {
    dg_body *b = dg_body_of(x[i]);
    if (!b || clear(b) < 0) return -1;
  }
  return 0;
}

/* 1 when gradients flow to x, 0 when not, -1 with an error. */
DG_API int dg_requires_grad(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? (b->flags & DG_REQUIRES_GRAD) != 0 : -1;
}

/* Makes a leaf collect gradients, or stop. Only float tensors can; a result of an operator cannot
 * be changed. */
DG_API int dg_requires_grad_set(dg_tensor *x, int on)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  if (b->creator)
    return dg_fail(DG_EGRAPH, "requires_grad: only a leaf can be changed, this is the result of %s",
                   b->creator->op->name);
  if (on && !dg_is_float(b->v.dtype))
    return dg_fail(DG_ETYPE, "requires_grad: wanted a float tensor, got %s",
                   dg_dtype_name(b->v.dtype));
  if (DG_UNLIKELY(b->flags & DG_ROWS) && dg_rows_drop(b) < 0) return -1;
  b->flags = on ? (b->flags | DG_REQUIRES_GRAD) & ~(uint32_t)DG_GRAPH_DROPPED
                : b->flags & ~(uint32_t)DG_REQUIRES_GRAD;
  return 0;
}

/* Keeps the gradient of x after backward although x is no leaf. */
DG_API int dg_retain_grad(dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  b->flags |= DG_RETAINS_GRAD;
  return 0;
}

/* 1 when x is a leaf: not the result of a recorded operator; 0 when it is one, -1 with an error. */
DG_API int dg_is_leaf(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? !b->creator : -1;
}

/* Has walks hand x back when its gradient is complete (DG_WALK_HOOK), or no longer. */
DG_API int dg_hooked_set(dg_tensor *x, int on)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  b->flags = on ? b->flags | DG_HOOKED : b->flags & ~(uint32_t)DG_HOOKED;
  return 0;
}

/* A number that no other tensor of this process has while x is alive, and that x keeps. */
DG_API double dg_id(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return b ? (double)b->slot.number : -1;
}

/* The name of x, "" when it has none; NULL with an error. */
DG_API const char *dg_name(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  return !b ? NULL : b->name ? b->name : "";
}

/* Names x; NULL or "" takes the name away. */
DG_API int dg_name_set(dg_tensor *x, const char *name)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  char *copy = NULL;
  if (name && name[0]) {
    size_t bytes = strlen(name) + 1;
    if (!(copy = dg_table_grow(NULL, (int64_t)bytes))) return -1;
    memcpy(copy, name, bytes);
  }
  dg_table_free(b->name);
  b->name = copy;
  return 0;
}

/* Cuts x from the operator that made it: it becomes a leaf. */
DG_API int dg_unchain(dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  dg_hold(b); /* its node may be all that kept it */
  dg_cut(b);
  dg_unhold(b);
  return 0;
}

/* Puts a result of an operator on the stack, held, unless it is there. */
static dg_body *put(dg_body *stack, dg_body *b)
{
  if (!b->creator || b->flags & DG_STACKED) return stack;
  dg_hold(b);
  b->flags |= DG_STACKED;
  b->slot.next = (dg_slot *)stack;
  return b;
}

/* Cuts everything that x was computed from: the whole graph behind it is let go. */
DG_API int dg_unchain_backward(dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  for (dg_body *stack = put(NULL, b); stack;) {
    dg_body *top = stack;
    dg_call *c = top->creator;
    stack = (dg_body *)top->slot.next;
    top->flags &= ~(uint32_t)DG_STACKED;
    for (int i = 0; i < c->inputs; i++) stack = put(stack, c->x[i]);
    dg_cut(top);
    dg_unhold(top);
  }
  return 0;
}

/* -- Nodes ---------------------------------------------------------------------------------- */

/* The node that made x; NULL without an error for a leaf. Outside scopes it is a new reference: give
 * it back with dg_node_release. */
DG_API dg_node *dg_creator(const dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  dg_call *c = b ? b->creator : NULL;
  if (!c) return NULL;
  if (dg_tape.depth == 0) {
    __atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&c->handles, 1, __ATOMIC_RELAXED);
  }
  return dg_node_handle(c);
}

/* Gives back a reference to a node; nothing happens to one of a scope. */
DG_API int dg_node_release(dg_node *node)
{
  dg_call *c = call_of("node_release", node);
  if (!c) return -1;
  if (c->flags & DG_CALL_SCOPED) return 0;
  if (__atomic_load_n(&c->handles, __ATOMIC_RELAXED) <= 0)
    return dg_fail(DG_ESTALE, "node_release: every reference to this node was given back already");
  __atomic_sub_fetch(&c->handles, 1, __ATOMIC_RELAXED);
  dg_call_leave(c);
  return 0;
}

/* The name of a node's operator. */
DG_API const char *dg_node_name(const dg_node *node)
{
  dg_call *c = call_of("node_name", node);
  return c ? c->op->name : NULL;
}

/* A number that rises with each node that this thread records; -1 with an error. */
DG_API double dg_node_sequence(const dg_node *node)
{
  dg_call *c = call_of("node_sequence", node);
  return c ? (double)c->sequence : -1;
}

/* The number of the node that this thread recorded last: those recorded from now on have higher
 * ones. */
DG_API double dg_sequence(void) { return (double)dg_tape.sequence; }

/* How many inputs a node has; -1 with an error. */
DG_API int dg_node_inputs(const dg_node *node)
{
  dg_call *c = call_of("node_inputs", node);
  return c ? c->inputs : -1;
}

/* How many outputs a node has; -1 with an error. */
DG_API int dg_node_outputs(const dg_node *node)
{
  dg_call *c = call_of("node_outputs", node);
  return c ? c->outputs : -1;
}

/* Input `i` of a node. Its elements may be gone: only its shape and place in the graph are sure. */
DG_API dg_tensor *dg_node_input(const dg_node *node, int i)
{
  dg_call *c = call_of("node_input", node);
  if (!c) return NULL;
  if (i < 0 || i >= c->inputs) {
    dg_fail(DG_EARGUMENT, "node_input: there is no input %d, %d are", i, c->inputs);
    return NULL;
  }
  return dg_lend(c->x[i]);
}

/* Output `i` of a node; NULL without an error when nothing refers to it any more. */
DG_API dg_tensor *dg_node_output(const dg_node *node, int i)
{
  dg_call *c = call_of("node_output", node);
  if (!c) return NULL;
  if (i < 0 || i >= c->outputs) {
    dg_fail(DG_EARGUMENT, "node_output: there is no output %d, %d are", i, c->outputs);
    return NULL;
  }
  return dg_lend(c->y[i]);
}
