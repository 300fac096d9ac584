/* apply.c -- runs an operator and leaves a node behind. */
#include "node/node.h"

static DG_THREAD_LOCAL uint64_t sequence;
static DG_THREAD_LOCAL uint64_t needs_only;

void dg_needs_only(uint64_t walk) { needs_only = walk; }

bool dg_needs(const dg_call *c, int i)
{
  const dg_body *x = c->x[i];
  if (!(x->flags & DG_REQUIRES_GRAD)) return false;
  if (!needs_only || x->wanted == needs_only) return true;
  return x->creator && x->creator->leads == needs_only;
}

static dg_call *new_call(const dg_op_class *op, int inputs)
{
  dg_call *c = (dg_call *)dg_slot_take();
  if (DG_UNLIKELY(!c)) return NULL;
  c->slot.kind = DG_SLOT_NODE;
  c->op = op;
  c->x = c->x_inline;
  c->y = c->y_inline;
  c->inputs = (uint16_t)inputs;
  c->outputs = 1;
  c->flags = 0;
  c->walk = c->leads = 0;
  c->y_inline[0] = c->saved[0] = c->saved[1] = NULL;
  dg_count_nodes(1);
  return c;
}

/* Says what is wrong with an input. Keeps the message of what went wrong before it, if anything. */
static dg_call *refuse(const dg_op_class *op, int i, const dg_tensor *x)
{
  if (!x && !dg_is_ok()) return NULL;
  dg_error_clear();
  dg_full_body_of(x);
  dg_fail_prefix("%s: input %d: ", op->name, i + 1);
  return NULL;
}

dg_call *dg_begin1(const dg_op_class *op, dg_tensor *x)
{
  dg_slot *s = dg_slot_of(x);
  if (DG_UNLIKELY(!dg_is_full(s))) return refuse(op, 0, x);
  dg_call *c = new_call(op, 1);
  if (DG_LIKELY(c != NULL)) c->x_inline[0] = (dg_body *)s;
  return c;
}

dg_call *dg_begin2(const dg_op_class *op, dg_tensor *a, dg_tensor *b)
{
  dg_slot *s = dg_slot_of(a), *t = dg_slot_of(b);
  if (DG_UNLIKELY(!dg_is_full(s))) return refuse(op, 0, a);
  if (DG_UNLIKELY(!dg_is_full(t))) return refuse(op, 1, b);
  dg_call *c = new_call(op, 2);
  if (DG_UNLIKELY(!c)) return NULL;
  c->x_inline[0] = (dg_body *)s;
  c->x_inline[1] = (dg_body *)t;
  return c;
}

dg_call *dg_begin(const dg_op_class *op, int inputs, dg_tensor *const *x)
{
  if (inputs < 0 || inputs > UINT16_MAX || (inputs > 0 && !x)) {
    dg_fail(DG_EARGUMENT, "%s: %d inputs, wanted 0 to %d", op->name, inputs, UINT16_MAX);
    return NULL;
  }
  for (int i = 0; i < inputs; i++)
    if (!dg_is_full(dg_slot_of(x[i]))) return refuse(op, i, x[i]);
  dg_call *c = new_call(op, inputs);
  if (!c) return NULL;
  if (inputs > DG_CALL_INPUTS) {
    dg_body **table = dg_table_grow(NULL, inputs * (int64_t)sizeof *table);
    if (!table) {
      dg_call_discard(c);
      return NULL;
    }
    c->x = table;
  }
  for (int i = 0; i < inputs; i++) c->x[i] = (dg_body *)dg_slot_of(x[i]);
  return c;
}

int dg_outputs(dg_call *c, int outputs)
{
  if (outputs < 1 || outputs > UINT16_MAX)
    return dg_op_fail(c, DG_EARGUMENT, "%d outputs, wanted 1 to %d", outputs, UINT16_MAX);
  if (outputs > DG_CALL_OUTPUTS) {
    dg_body **y = dg_table_grow(NULL, outputs * (int64_t)sizeof(dg_body *));
    if (!y) return -1;
    c->y = y;
  }
  for (int i = 0; i < outputs; i++) c->y[i] = NULL;
  c->outputs = (uint16_t)outputs;
  return 0;
}

dg_body *dg_output(dg_call *c, int i, int dtype, int ndim, const int64_t *shape)
{
  dg_body *y = dg_body_new(c->op->name, dtype, ndim, shape);
  if (DG_LIKELY(y != NULL)) y->output = (uint32_t)i;
  return c->y[i] = y;
}

dg_body *dg_output_view(dg_call *c, int i, const dg_body *x)
{
  dg_body *y = dg_body_view(x);
  if (DG_LIKELY(y != NULL)) y->output = (uint32_t)i;
  return c->y[i] = y;
}

dg_body *dg_save(dg_call *c, int i, int dtype, int ndim, const int64_t *shape)
{
  dg_body *note = dg_body_new(c->op->name, dtype, ndim, shape);
  if (!note) return NULL;
  if (dg_body_allocate(note, DG_ACTIVATION) < 0) {
    dg_body_free(note);
    return NULL;
  }
  return c->saved[i] = note;
}

static bool wants_record(const dg_call *c)
{
  if (!dg_backprop_on() || !c->op->backward) return false;
  for (int i = 0; i < c->inputs; i++)
    if (c->x[i]->flags & DG_REQUIRES_GRAD) return true;
  return false;
}

/* Counts, or in a scope borrows, what the node refers to. */
static void link_inputs(dg_call *c)
{
  uint32_t reads = c->op->reads;
  uint32_t epoch = dg_scope_epoch();
  for (int i = 0; i < c->inputs; i++) {
    dg_body *x = c->x[i];
    if (i < DG_CALL_INPUTS) c->version[i] = x->store->version;
    if (c->flags & DG_CALL_SCOPED) {
      x->borrowed = epoch;
    } else {
      int64_t amount = DG_LINK + (reads >> DG_MIN(i, 29) & 1 ? DG_HOLD : 0);
      __atomic_add_fetch(&x->refs, amount, __ATOMIC_RELAXED);
    }
  }
}

static void link_outputs(dg_call *c)
{
  uint32_t flags = DG_REQUIRES_GRAD | (c->op->reads & DG_READS_Y ? DG_KEEPS_VALUE : 0);
  for (int i = 0; i < c->outputs; i++) {
    dg_body *y = c->y[i];
    y->creator = c;
    if (dg_is_float(y->v.dtype)) y->flags |= flags;
  }
  c->y_version = c->y[0]->store->version;
  c->refs = c->outputs;
}

static int run(dg_call *c)
{
  if (DG_UNLIKELY(c->op->shape(c) < 0)) return -1;
  for (int i = 0; i < c->outputs; i++)
    if (!c->y[i]->store && DG_UNLIKELY(dg_body_allocate(c->y[i], DG_ACTIVATION) < 0)) {
      dg_fail_prefix("%s: ", c->op->name);
      return -1;
    }
  return c->op->forward ? c->op->forward(c) : 0;
}

/* Runs the call and links it; on failure nothing of it is left. */
static int execute(dg_call *c, bool *recorded)
{
  if (DG_UNLIKELY(run(c) < 0)) goto failed;
  *recorded = wants_record(c);
  if (!*recorded) return 0;
  c->flags = DG_CALL_RECORDED | (dg_scope_depth() > 0 ? DG_CALL_SCOPED : 0);
  if (c->flags & DG_CALL_SCOPED && DG_UNLIKELY(dg_scope_remember(c) < 0)) goto failed;
  c->sequence = ++sequence;
  link_inputs(c);
  link_outputs(c);
  return 0;
failed:
  for (int i = 0; i < c->outputs; i++)
    if (c->y[i]) dg_body_free(c->y[i]);
  dg_call_discard(c);
  return -1;
}

dg_tensor *dg_finish(dg_call *c)
{
  bool recorded;
  if (DG_UNLIKELY(!c) || DG_UNLIKELY(execute(c, &recorded) < 0)) return NULL;
  dg_body *y = c->y_inline[0];
  if (!recorded) dg_call_discard(c);
  return dg_born(y);
}

int dg_finish_all(dg_call *c, dg_tensor **y)
{
  bool recorded;
  if (!c || execute(c, &recorded) < 0) return -1;
  int outputs = c->outputs, failed = 0;
  for (int i = 0; i < outputs; i++) {
    y[i] = dg_born(c->y[i]);
    failed += !y[i];
  }
  if (!recorded) dg_call_discard(c);
  for (int i = 0; i < outputs && failed; i++)
    if (y[i]) dg_release(y[i]);
  return failed ? -1 : 0;
}
