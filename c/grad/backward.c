/* backward.c -- how a walk begins, what callers run it with, and how it ends. */
#include "grad/walk.h"

#include "node/rows.h"
#include "op/op.h"

#include <string.h>

enum { IDS = 1 << 16 }; /* numbers of walks that a thread takes at once */

static uint64_t ids; /* atomic: no two threads number a walk alike */
static DG_THREAD_LOCAL uint64_t last_id, ids_end;

static DG_THREAD_LOCAL dg_walk *spare; /* with its tables, for the next walk of this thread */

static void free_tables(dg_walk *w)
{
  dg_table_free(w->entries);
  dg_table_free(w->queue);
  dg_table_free(w->roots);
  dg_table_free(w->gy);
  dg_table_free(w->gx);
  dg_table_free(w->held);
  dg_table_free(w);
}

static void leave_thread(void)
{
  if (spare) free_tables(spare);
  spare = NULL;
}

/* -- Beginning ------------------------------------------------------------------------------ */

static dg_walk *empty_walk(int roots, int wanted)
{
  dg_walk *w = spare;
  spare = NULL;
  if (!w) {
    if (!(w = dg_table_grow(NULL, sizeof *w))) return NULL;
    memset(w, 0, sizeof *w);
    dg_at_thread_exit(DG_EXIT_WALK, leave_thread);
  }
  int64_t room = (int64_t)roots + wanted;
  if (dg_walk_reserve(&w->roots, room, &w->roots_room, sizeof *w->roots) < 0) {
    free_tables(w);
    return NULL;
  }
  if (last_id == ids_end) {
    last_id = __atomic_fetch_add(&ids, IDS, __ATOMIC_RELAXED);
    ids_end = last_id + IDS;
  }
  w->id = dg_walk_marker = ++last_id;
  w->state = DG_READY;
  w->rows = 0;
  w->count = w->vacant = w->queued = w->held_count = 0;
  w->root_count = w->wanted_count = 0;
  w->current = NULL;
  w->hooked = NULL;
  w->scope = 0;
  w->pool = DG_NO_POOL;
  return w;
}

/* Starts at one element with 1: the usual case, made without a handle. */
static int seed_one(dg_walk *w, dg_body *y)
{
  dg_body *g = dg_body_full_like(y->v.dtype, &y->v, DG_ACTIVATION);
  if (!g) return -1;
  dg_backend_of(&g->v)->fill(&g->v, 1);
  g->refs = DG_HOLD;
  return dg_walk_take(w, y, g);
}

/* The first gradient of root y: the one given, copied so that nothing is added into it, or 1. */
static int seed(dg_walk *w, dg_tensor *y, dg_tensor *given)
{
  dg_body *b = dg_full_body_of(y);
  if (!b) return -1;
  if (!(b->flags & DG_REQUIRES_GRAD)) {
    if (b->flags & DG_GRAPH_DROPPED)
      return dg_fail(DG_EGRAPH, "backward: the graph of this tensor was released when its scope "
                                "closed");
    return dg_fail(DG_EGRAPH, "backward: this tensor does not depend on any that requires a "
                              "gradient");
  }
  char shape[DG_SHAPE_TEXT];
  if (!given && b->v.size != 1)
    return dg_fail(DG_EARGUMENT,
                   "backward: a tensor of shape %s needs a gradient to start from "
                   "(set y.grad, or reduce it to one element)",
                   dg_shape_text(&b->v, shape));
  if (given && dg_walk_records(w)) return dg_walk_add(w, b, given);
  if (!given && !dg_walk_records(w) && !dg_walk_find(w, b)) return seed_one(w, b);
  if (dg_walk_open(w) < 0) return -1;
  dg_tensor *g = given ? dg_copy(given) : dg_constant(&b->v, b->v.ndim, b->v.shape, 1);
  return g ? dg_walk_add(w, b, g) : -1;
}

static int begin(dg_walk *w, int outputs, dg_tensor *const *y, dg_tensor *const *gy, int wanted,
                 dg_tensor *const *x)
{
  for (int i = 0; i < wanted; i++) {
    dg_body *b = dg_full_body_of(x[i]);
    if (!b) return -1;
    b->wanted = w->id;
    w->roots[outputs + i] = (dg_root){ .tensor = x[i] };
  }
  int status = 0;
  dg_walk_open_pool(w);
  for (int i = 0; i < outputs && status == 0; i++) status = seed(w, y[i], gy ? gy[i] : NULL);
  dg_walk_sweep(w);
  dg_walk_close(w);
  if (status < 0) return -1;
  for (int i = 0; i < outputs; i++) {
    dg_body *b = dg_body_of(y[i]);
    dg_call *c = b->creator;
    dg_root *r = &w->roots[i];
    *r = (dg_root){ .tensor = y[i] };
    if (c && c->flags & DG_CALL_SCOPED) r->made_by = dg_node_handle(c);
    if (!(b->flags & DG_SCOPED)) dg_hold(r->held = b);
  }
  w->root_count = outputs;
  w->wanted_count = wanted;
  if (wanted > 0 && dg_walk_mark(w) < 0) return -1;
  for (int i = 0; i < outputs; i++) {
    dg_call *c = dg_body_of(y[i])->creator;
    if (c && dg_walk_push(w, c) < 0) return -1;
  }
  return 0;
}

static dg_walk *walk_new(int outputs, dg_tensor *const *y, dg_tensor *const *gy, int wanted,
                         dg_tensor *const *x, int flags)
{
  if (outputs < 1 || wanted < 0 || !y || (wanted > 0 && !x)) {
    dg_fail(DG_EARGUMENT, "walk: %d outputs and %d inputs, wanted at least one output", outputs,
            wanted);
    return NULL;
  }
  dg_walk *w = empty_walk(outputs, wanted);
  if (!w) return NULL;
  w->flags = flags;
  bool before = dg_backprop_set(dg_walk_records(w)); /* roots may be the same */
  int status = begin(w, outputs, y, gy, wanted, x);
  dg_backprop_set(before);
  if (status == 0) return w;
  dg_walk_free(w);
  return NULL;
}

/* A walk back from `outputs` tensors to the leaves, whose gradients it adds up when it ends. gy has
 * the gradient to start from for each output, or NULL (itself or an item) for 1, which only outputs
 * of one element can do without. `flags`: DG_RETAIN_GRAD ... Free it with dg_walk_free. */
DG_API dg_walk *dg_walk_new(int outputs, dg_tensor *const *y, dg_tensor *const *gy, int flags)
{
  return walk_new(outputs, y, gy, 0, NULL, flags);
}

/* A walk back from `outputs` tensors to the `inputs` tensors x alone: only what leads to them is
 * visited, no leaf changes, and dg_walk_result has the gradients. */
DG_API dg_walk *dg_walk_to(int outputs, dg_tensor *const *y, dg_tensor *const *gy, int inputs,
                           dg_tensor *const *x, int flags)
{
  if (inputs < 1) {
    dg_fail(DG_EARGUMENT, "grad: no inputs given");
    return NULL;
  }
  return walk_new(outputs, y, gy, inputs, x, flags);
}

/* Frees a walk, finished or not. Leaves that it has not reached the end for keep what they had. */
DG_API int dg_walk_free(dg_walk *w)
{
  if (!w) return dg_fail(DG_EARGUMENT, "walk_free: the walk is missing (NULL)");
  dg_walk_let_go(w);
  for (int i = 0; i < w->root_count; i++)
    if (w->roots[i].held) dg_unhold(w->roots[i].held);
  w->root_count = w->wanted_count = 0;
  if (spare) free_tables(w);
  else spare = w;
  return 0;
}

/* -- Running -------------------------------------------------------------------------------- */

static int missing(const char *who)
{
  return dg_fail(DG_EARGUMENT, "%s: the walk is missing (NULL)", who);
}

/* A walk from y to all leaves in one call. It starts with the gradient that is set at y, which is
 * used up, or with 1. Returns DG_WALK_DONE or DG_WALK_FAILED, or what the caller is to do now, and
 * then *rest is the walk to go on with: it is the caller's to run and to free. */
DG_API int dg_backward(dg_tensor *y, int flags, dg_walk **rest)
{
  dg_body *b = dg_body_of(y);
  if (!b) return DG_WALK_FAILED;
  if (!rest) {
    dg_fail(DG_EARGUMENT, "backward: rest is missing (NULL)");
    return DG_WALK_FAILED;
  }
  *rest = NULL;
  dg_body *given = dg_gradient_of(b);
  if (given && dg_rows_fill(given) < 0) return DG_WALK_FAILED;
  dg_tensor *start = dg_handle(given);
  dg_walk *w = walk_new(1, &y, &start, 0, NULL, flags);
  if (!w) return DG_WALK_FAILED;
  if (given) b->grad = NULL; /* its hold is ours now */
  dg_status status = dg_walk_advance(w, false, 0);
  if (given && status == DG_WALK_FAILED) b->grad = given;
  else if (given) dg_unhold(given);
  if (status == DG_WALK_DONE || status == DG_WALK_FAILED) dg_walk_free(w);
  else *rest = w;
  return (int)status;
}

/* Runs a walk until it ends, the caller is needed, or `budget_us` microseconds have passed (0: no
 * limit); at least one node is visited. Returns a dg_status. */
DG_API int dg_walk_run(dg_walk *w, double budget_us)
{
  return w ? (int)dg_walk_go_on(w, false, budget_us) : missing("walk_run");
}

/* Visits one node. Returns a dg_status: DG_WALK_MORE after a visit, DG_WALK_DONE when the leaves
 * have their gradients. */
DG_API int dg_walk_step(dg_walk *w)
{
  return w ? (int)dg_walk_go_on(w, true, 0) : missing("walk_step");
}
