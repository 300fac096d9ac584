/* apply.c -- runs an operator and leaves a node behind. */
#include "node/mixed.h"
#include "node/point.h"

DG_THREAD_LOCAL uint64_t dg_needs_only;

const double dg_no_parameters[2];

/* Calls that nothing will refer to later need no slot. */
static DG_THREAD_LOCAL dg_call *scratch;

static void leave_thread(void)
{
  dg_table_free(scratch);
  scratch = NULL;
}

static int make_scratch(void)
{
  if (!(scratch = dg_table_grow(NULL, sizeof *scratch))) return -1;
  scratch->flags = 0;
  dg_at_thread_exit(DG_EXIT_SCRATCH, leave_thread);
  return 0;
}

DG_INLINE dg_call *new_call(const dg_op_class *op, int inputs, bool records)
{
  dg_call *c;
  if (!records && DG_UNLIKELY(!scratch) && make_scratch() < 0) return NULL;
  if (!records && DG_LIKELY(!(scratch->flags & DG_CALL_SCRATCH))) {
    c = scratch;
    c->flags = DG_CALL_PASSING | DG_CALL_SCRATCH | dg_tape.mixed;
  } else {
    c = (dg_call *)dg_slot_take(DG_SLOT_NODE);
    if (DG_UNLIKELY(!c)) return NULL;
    c->flags = (records ? 0 : DG_CALL_PASSING) | dg_tape.mixed;
    c->handles = 0;
    c->walk = c->leads = 0;
    dg_count(DG_NODES, 1);
  }
  c->op = op;
  c->x = c->x_inline;
  c->y = c->y_inline;
  c->inputs = (uint16_t)inputs;
  c->outputs = 1;
  c->y_inline[0] = c->saved[0] = c->saved[1] = NULL;
  return c;
}

/* Whether a node is to be left behind, for an input with these flags. */
DG_INLINE bool records(const dg_op_class *op, uint32_t flags)
{
  return flags & DG_REQUIRES_GRAD && !dg_tape.no_backprop && op->backward;
}

/* Has a call looked at again if an input is of 16 bits. */
DG_INLINE void note_half(dg_call *c, const dg_body *x)
{
  if (DG_UNLIKELY(dg_is_half(x->v.dtype))) c->flags |= DG_CALL_MIXED;
}

/* Says what is wrong with an input. Keeps the message of what went wrong before it, if anything. */
static __attribute__((cold)) dg_call *refuse(const dg_op_class *op, int i, const dg_tensor *x)
{
  if (!x && !dg_is_ok()) return NULL;
  dg_error_clear();
  dg_full_body_of(x);
  dg_fail_prefix("%s: input %d: ", op->name, i + 1);
  return NULL;
}

/* Inputs must be on one device. */
static __attribute__((cold)) dg_call *refuse_device(const dg_op_class *op, int i, const dg_body *x,
                                                    const dg_body *first)
{
  dg_fail(DG_EARGUMENT, "%s: input %d is on %s, input 1 on %s (move one with to)", op->name, i + 1,
          dg_device_name(x->v.device), dg_device_name(first->v.device));
  return NULL;
}

dg_call *dg_begin1(const dg_op_class *op, dg_tensor *x)
{
  dg_body *b = dg_living_body(x);
  if (DG_UNLIKELY(!dg_is_full(b))) return refuse(op, 0, x);
  dg_call *c = new_call(op, 1, records(op, b->flags));
  if (DG_UNLIKELY(!c)) return NULL;
  c->x_inline[0] = b;
  note_half(c, b);
  return c;
}

dg_call *dg_begin2(const dg_op_class *op, dg_tensor *a, dg_tensor *b)
{
  dg_body *x = dg_living_body(a), *y = dg_living_body(b);
  if (DG_UNLIKELY(!dg_is_full(x))) return refuse(op, 0, a);
  if (DG_UNLIKELY(!dg_is_full(y))) return refuse(op, 1, b);
  if (DG_UNLIKELY(x->v.device != y->v.device)) return refuse_device(op, 1, y, x);
  dg_call *c = new_call(op, 2, records(op, x->flags | y->flags));
  if (DG_UNLIKELY(!c)) return NULL;
  c->x_inline[0] = x;
  c->x_inline[1] = y;
  note_half(c, x);
  note_half(c, y);
  return c;
}

dg_call *dg_begin3(const dg_op_class *op, dg_tensor *x, dg_tensor *y, dg_tensor *z)
{
  dg_body *a = dg_living_body(x), *b = dg_living_body(y), *d = dg_living_body(z);
  if (DG_UNLIKELY(!dg_is_full(a))) return refuse(op, 0, x);
  if (DG_UNLIKELY(!dg_is_full(b))) return refuse(op, 1, y);
  if (DG_UNLIKELY(!dg_is_full(d))) return refuse(op, 2, z);
  if (DG_UNLIKELY(b->v.device != a->v.device)) return refuse_device(op, 1, b, a);
  if (DG_UNLIKELY(d->v.device != a->v.device)) return refuse_device(op, 2, d, a);
  dg_call *c = new_call(op, 3, records(op, a->flags | b->flags | d->flags));
  if (DG_UNLIKELY(!c)) return NULL;
  c->x_inline[0] = a;
  c->x_inline[1] = b;
  c->x_inline[2] = d;
  note_half(c, a);
  note_half(c, b);
  note_half(c, d);
  return c;
}

dg_call *dg_begin(const dg_op_class *op, int inputs, dg_tensor *const *x)
{
  if (inputs < 0 || inputs > UINT16_MAX || (inputs > 0 && !x)) {
    dg_fail(DG_EARGUMENT, "%s: %d inputs, wanted 0 to %d", op->name, inputs, UINT16_MAX);
    return NULL;
  }
  uint32_t flags = 0;
  for (int i = 0; i < inputs; i++) {
    const dg_body *b = dg_living_body(x[i]);
    if (!dg_is_full(b)) return refuse(op, i, x[i]);
    flags |= b->flags;
    const dg_body *first = dg_living_body(x[0]);
    if (b->v.device != first->v.device) return refuse_device(op, i, b, first);
  }
  dg_call *c = new_call(op, inputs, records(op, flags));
  if (!c) return NULL;
  if (inputs > DG_CALL_INPUTS) {
    dg_body **table = dg_table_grow(NULL, inputs * (int64_t)sizeof *table);
    if (!table) {
      dg_call_discard(c);
      return NULL;
    }
    c->x = table;
  }
  for (int i = 0; i < inputs; i++) {
    c->x[i] = dg_living_body(x[i]);
    note_half(c, c->x[i]);
  }
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
  if (DG_LIKELY(y != NULL)) {
    y->output = (uint32_t)i;
    if (DG_LIKELY(c->inputs > 0)) y->v.device = c->x[0]->v.device;
  }
  return c->y[i] = y;
}

dg_body *dg_output_like(dg_call *c, int i, int dtype, const dg_view *shape)
{
  dg_body *y = dg_body_like(dtype, shape);
  if (DG_LIKELY(y != NULL)) y->output = (uint32_t)i;
  return c->y[i] = y;
}

dg_body *dg_output_view(dg_call *c, int i, const dg_body *x)
{
  dg_body *y = dg_body_view(x);
  if (DG_LIKELY(y != NULL)) {
    y->output = (uint32_t)i;
    y->one = 0; /* its shape is yet to be set */
  }
  return c->y[i] = y;
}

static dg_body *save(dg_call *c, int i, int dtype, int ndim, const int64_t *shape, uint8_t device)
{
  dg_body *note = dg_body_new(c->op->name, dtype, ndim, shape);
  if (!note) return NULL;
  note->v.device = device;
  if (dg_body_allocate(note, DG_ACTIVATION) < 0) {
    dg_body_free(note);
    return NULL;
  }
  note->refs = DG_HOLD;
  return c->saved[i] = note;
}

dg_body *dg_save(dg_call *c, int i, int dtype, int ndim, const int64_t *shape)
{
  return save(c, i, dtype, ndim, shape, c->inputs > 0 ? c->x[0]->v.device : 0);
}

dg_body *dg_save_here(dg_call *c, int i, int dtype, int ndim, const int64_t *shape)
{
  return save(c, i, dtype, ndim, shape, 0);
}

/* Counts what the node refers to, outside of scopes. */
static void count_inputs(const dg_call *c)
{
  uint32_t reads = c->op->reads;
  for (int i = 0; i < c->inputs; i++)
    dg_count_up(c->x[i], DG_LINK + (reads >> DG_MIN(i, 29) & 1 ? DG_HOLD : 0));
}

int dg_map_forward(dg_call *c, const dg_map *m)
{
  const dg_view *x[DG_MAP_INPUTS] = { NULL };
  for (int i = 0; i < c->inputs; i++) x[i] = &c->x[i]->v;
  const dg_view *y = &c->y[0]->v;
  bool has = dg_map_has(m, x[0]->dtype) ||
             (y->device != 0 && dg_is_half(x[0]->dtype) && dg_map_has(m, DG_F32));
  if (DG_UNLIKELY(!has))
    return dg_op_fail(c, DG_ETYPE, "there is no such operation on %s", dg_dtype_name(x[0]->dtype));
  return dg_backend_of(y)->map(m, x, y, c->f);
}

static int run(dg_call *c)
{
  if (DG_UNLIKELY(c->op->shape(c) < 0)) return -1;
  for (int i = 0; i < c->outputs; i++)
    if (!c->y[i]->store && DG_UNLIKELY(dg_body_allocate(c->y[i], DG_ACTIVATION) < 0)) {
      dg_fail_prefix("%s: ", c->op->name);
      return -1;
    }
  if (DG_UNLIKELY(dg_graphs_recording > 0))
    for (int i = 0; i < c->inputs; i++) dg_graph_note(&c->x[i]->v);
  int status = 0;
  if (c->op->forward) status = c->op->forward(c);
  else if (c->op->map) status = dg_map_forward(c, c->op->map);
  if (DG_UNLIKELY(status < 0) && dg_error_is_devices()) dg_fail_prefix("%s: ", c->op->name);
  return status;
}

static __attribute__((cold)) int fail(dg_call *c)
{
  for (int i = 0; i < c->outputs; i++)
    if (c->y[i]) dg_body_free(c->y[i]);
  dg_call_discard(c);
  return -1;
}

/* Links a call that has run to its inputs and outputs; on failure nothing of it is left. */
DG_INLINE int record(dg_call *c, int inputs, dg_body *const *x, int outputs, dg_body *const *y)
{
  bool scoped = dg_tape.depth > 0;
  uint64_t newest = dg_tape.sequence;
  uint32_t marks = DG_REQUIRES_GRAD | (c->op->reads & DG_READS_Y ? DG_KEEPS_VALUE : 0);
  c->flags = scoped ? DG_CALL_RECORDED | DG_CALL_SCOPED : DG_CALL_RECORDED;
  for (int i = 0; i < inputs; i++) {
    if (scoped && DG_UNLIKELY(dg_borrow(x[i]) < 0)) return fail(c);
    if (i < DG_CALL_INPUTS) c->version[i] = x[i]->store->version;
    const dg_call *below = x[i]->creator; /* perhaps of another thread */
    if (below) newest = DG_MAX(newest, below->sequence);
  }
  if (!scoped) count_inputs(c);
  else if (DG_UNLIKELY(dg_scope_list(&c->slot) < 0)) return fail(c);
  c->sequence = dg_tape.sequence = newest + 1;
  for (int i = 0; i < outputs; i++) {
    y[i]->creator = c;
    if (dg_is_float(y[i]->v.dtype)) y[i]->flags |= marks;
  }
  c->y_version = y[0]->store->version;
  c->refs = outputs;
  return 0;
}

DG_INLINE int execute(dg_call *c)
{
  if (DG_UNLIKELY(run(c) < 0)) return fail(c);
  return c->flags & DG_CALL_PASSING ? 0 : record(c, c->inputs, c->x, c->outputs, c->y);
}

/* Makes the outputs of a call that has run known. -1 with an error set: then there are none. */
static int bear(dg_call *c, dg_tensor **y)
{
  int outputs = c->outputs, failed = 0;
  for (int i = 0; i < outputs; i++) {
    y[i] = dg_born(c->y[i]);
    failed += !y[i];
  }
  if (c->flags & DG_CALL_PASSING) dg_call_discard(c);
  for (int i = 0; i < outputs && failed; i++) { /* in a scope or a pool they die with it */
    dg_body *b = y[i] ? dg_body_of(y[i]) : NULL;
    if (b && b->handles > 0) dg_release(y[i]);
    y[i] = NULL;
  }
  return failed ? -1 : 0;
}

DG_INLINE bool is_mixed(const dg_call *c)
{
  return DG_UNLIKELY(c->flags & DG_CALL_MIXED) && !(c->op->flags & (DG_CALLERS | DG_TAKES_ALL));
}

/* The way of calls with floats of 16 bits among their inputs, and of all under autocast. */
static __attribute__((noinline)) int finish_mixed(dg_call *c, dg_tensor **y)
{
  dg_pool pool = dg_pool_open();
  int narrow, count = 0, status = -1;
  if ((c = dg_mixed_call(c, &narrow)) && execute(c) == 0) {
    count = c->outputs;
    status = bear(c, y);
  }
  for (int i = 0; i < count && status == 0 && narrow >= 0; i++)
    if (dg_body_of(y[i])->v.dtype == DG_F32 && !(y[i] = dg_cast(y[i], narrow))) status = -1;
  if (status == 0) return dg_pool_close_all(pool, count, y);
  dg_pool_close_all(pool, 0, NULL);
  return -1;
}

dg_tensor *dg_finish(dg_call *c)
{
  if (DG_UNLIKELY(!c)) return NULL;
  if (is_mixed(c)) {
    dg_tensor *result = NULL;
    return finish_mixed(c, &result) == 0 ? result : NULL;
  }
  if (DG_UNLIKELY(execute(c) < 0)) return NULL;
  dg_body *y = c->y[0];
  if (c->flags & DG_CALL_PASSING) dg_call_discard(c);
  return dg_born(y);
}

/* -- Elementwise operators ------------------------------------------------------------------ */

/* Records a call whose inputs are x and whose new output is y. */
static __attribute__((noinline)) dg_tensor *record_made(dg_call *c, int inputs, dg_body *y,
                                                        uint16_t kind)
{
  if (record(c, inputs, c->x_inline, 1, &y) < 0) return NULL;
  c->flags |= kind;
  return dg_born(y);
}

/* The same in a scope. What is made in it counts as borrowed at once: it dies no earlier than the
 * nodes that will use it. */
DG_INLINE dg_tensor *record_made_scoped(dg_call *c, int inputs, dg_body *const *x, dg_body *y,
                                        uint16_t kind)
{
  for (int i = 0; i < inputs; i++) {
    if (DG_UNLIKELY(dg_borrow(x[i]) < 0)) return fail(c), NULL;
    c->version[i] = x[i]->store->version;
  }
  c->sequence = ++dg_tape.sequence; /* higher than those of all that the scopes have borrowed */
  c->flags = DG_CALL_RECORDED | DG_CALL_SCOPED | kind;
  c->y_version = 0;
  c->refs = 1;
  y->creator = c;
  y->borrowed = dg_tape.epoch;
  y->flags = DG_SCOPED | DG_REQUIRES_GRAD | (c->op->reads & DG_READS_Y ? DG_KEEPS_VALUE : 0);
  int64_t born = dg_tape.born;
  y->birth = (uint32_t)(born + 1);
  dg_tape.births[born] = &c->slot;
  dg_tape.births[born + 1] = &y->slot;
  dg_tape.born = born + 2;
  return dg_handle(y);
}

dg_tensor *dg_yield(const dg_op_class *op, int inputs, dg_body *const *x, dg_body *y,
                    const double *parameters, int kind)
{
  uint32_t flags = 0;
  for (int i = 0; i < inputs; i++) flags |= x[i]->flags;
  if (!records(op, flags)) return dg_born(y);
  dg_call *c = new_call(op, inputs, true);
  if (DG_UNLIKELY(!c)) {
    dg_body_free(y);
    return NULL;
  }
  for (int i = 0; i < inputs; i++) c->x_inline[i] = x[i];
  c->y_inline[0] = y;
  if (parameters) c->f[0] = parameters[0], c->f[1] = parameters[1];
  if (DG_UNLIKELY(dg_tape.depth == 0 || dg_tape.births_room - dg_tape.born < 2))
    return record_made(c, inputs, y, (uint16_t)kind);
  return record_made_scoped(c, inputs, x, y, (uint16_t)kind);
}

/* The short way: no shape rule, no strides, and a call only if it is to be recorded. */
DG_INLINE dg_tensor *flat(const dg_op_class *op, int inputs, dg_body *const *x,
                          const double *parameters)
{
  const dg_map *m = op->map;
  dg_body *y = dg_body_full_like(m->makes_bool ? DG_BOOL : x[0]->v.dtype, &x[0]->v, DG_ACTIVATION);
  if (DG_UNLIKELY(!y)) {
    dg_fail_prefix("%s: ", op->name);
    return NULL;
  }
  const void *in[2] = { x[0]->v.data, inputs > 1 ? x[1]->v.data : NULL };
  const double *p = parameters ? parameters : dg_no_parameters;
  if (DG_UNLIKELY(dg_map_flat(m, &x[0]->v, y->v.data, in, p) < 0)) {
    dg_fail_prefix("%s: ", op->name);
    dg_body_free(y);
    return NULL;
  }
  return dg_yield(op, inputs, x, y, parameters, DG_CALL_FLAT);
}

static dg_tensor *finish_with(dg_call *c, const double *parameters)
{
  if (c && parameters) c->f[0] = parameters[0], c->f[1] = parameters[1];
  else if (c) c->f[0] = c->f[1] = 0;
  return dg_finish(c);
}

dg_tensor *dg_apply1_long(const dg_op_class *op, dg_tensor *x, const double *parameters)
{
  dg_body *b = dg_living_body(x);
  if (b && dg_point_fits(op, 1, &b) && dg_row_take(b->one) == 0)
    return dg_point_apply(op, 1, &b, parameters, dg_point_loop);
  if (DG_LIKELY(dg_is_full(b) && b->v.contiguous && dg_map_has(op->map, b->v.dtype)))
    return flat(op, 1, &b, parameters);
  return finish_with(dg_begin1(op, x), parameters);
}

dg_tensor *dg_apply2_long(const dg_op_class *op, dg_tensor *a, dg_tensor *b,
                          const double *parameters)
{
  dg_body *x[2] = { dg_living_body(a), dg_living_body(b) };
  if (x[0] && x[1] && dg_point_fits(op, 2, x) && dg_row_take(x[0]->one) == 0)
    return dg_point_apply(op, 2, x, parameters, dg_point_loop);
  if (DG_LIKELY(dg_is_full(x[0]) && dg_is_full(x[1]) && dg_is_alike(&x[0]->v, &x[1]->v) &&
                dg_map_has(op->map, x[0]->v.dtype)))
    return flat(op, 2, x, parameters);
  return finish_with(dg_begin2(op, a, b), parameters);
}

dg_tensor *dg_apply1(const dg_op_class *op, dg_tensor *x, const double *parameters)
{
  return dg_apply1_by(dg_point_loop, op, x, parameters);
}

dg_tensor *dg_apply2(const dg_op_class *op, dg_tensor *a, dg_tensor *b, const double *parameters)
{
  return dg_apply2_by(dg_point_loop, op, a, b, parameters);
}

int dg_finish_all(dg_call *c, dg_tensor **y)
{
  if (!c) return -1;
  if (is_mixed(c)) return finish_mixed(c, y);
  return execute(c) < 0 ? -1 : bear(c, y);
}
