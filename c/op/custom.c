/* custom.c -- operators that the caller computes itself, forward and backward.
 *
 * The caller has run its forward rule unrecorded and gives inputs and results; the walk hands the
 * node back (DG_WALK_CALL) when it is to run its backward rule. */
#include "op/op.h"

#include <pthread.h>
#include <string.h>

static int custom_shape(dg_call *c)
{
  (void)c; /* dg_custom declares the outputs */
  return 0;
}

/* Never called: the walk hands the node back. It says that the operator is differentiable. */
static int custom_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)gy, (void)gx;
  return dg_op_fail(c, DG_EGRAPH, "its backward rule is the caller's");
}

typedef struct named_op {
  dg_op_class op;
  struct named_op *next;
  char name[];
} named_op;

static named_op *named;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The operator of this name, made at its first use and kept: nodes point to it. */
static const dg_op_class *op_named(const char *name)
{
  pthread_mutex_lock(&lock);
  named_op *n = named;
  while (n && strcmp(n->name, name) != 0) n = n->next;
  if (!n && (n = dg_table_grow(NULL, (int64_t)(sizeof *n + strlen(name) + 1)))) {
    strcpy(n->name, name);
    n->op = (dg_op_class){
      .name = n->name, .shape = custom_shape, .backward = custom_backward, .flags = DG_CALLERS
    };
    n->next = named;
    named = n;
  }
  pthread_mutex_unlock(&lock);
  return n ? &n->op : NULL;
}

/* Records an operator of the caller's: `results` gets one tensor for each of the `outputs` values
 * y, sharing its elements, linked to the inputs x by a node with this name and tag. */
DG_API int dg_custom(const char *name, double tag, int inputs, dg_tensor *const *x, int outputs,
                     dg_tensor *const *y, dg_tensor **results)
{
  if (!name || !name[0] || !y || !results || outputs < 1)
    return dg_fail(DG_EARGUMENT, "custom: the name, the outputs or the results are missing");
  const dg_op_class *op = op_named(name);
  dg_call *c = op ? dg_begin(op, inputs, x) : NULL;
  if (!c) return -1;
  c->f[0] = tag;
  int status = dg_outputs(c, outputs);
  for (int i = 0; i < outputs && status == 0; i++) {
    dg_body *b = dg_full_body_of(y[i]);
    if (!b || !dg_output_view(c, i, b)) status = -1;
  }
  if (status == 0) return dg_finish_all(c, results);
  for (int i = 0; i < c->outputs; i++)
    if (c->y[i]) dg_body_free(c->y[i]);
  dg_call_discard(c);
  return -1;
}

/* The tag of a node that dg_custom recorded; NaN with an error for any other. */
DG_API double dg_custom_tag(const dg_node *node)
{
  dg_slot *s = dg_slot_of(node);
  if (s && s->kind == DG_SLOT_NODE && ((dg_call *)s)->op->flags & DG_CALLERS)
    return ((dg_call *)s)->f[0];
  dg_fail(DG_EARGUMENT, "custom_tag: this is no node of the caller's");
  return __builtin_nan("");
}

/* True for the handle of a living node. Sets no error. */
DG_API int dg_node_alive(const dg_node *node)
{
  dg_slot *s = dg_slot_of(node);
  return s && s->kind == DG_SLOT_NODE;
}
