/* walk.c -- backward: visits the recorded nodes from the newest to the oldest.
 *
 * The engine is pulled: it can be run to the end, by single nodes, or for some microseconds, and
 * goes on where it stopped. Nodes and hooks that belong to the caller are handed back to it; C
 * never calls into Lua. Leaves get their gradients at the very end, all or none. */
#include "grad/flat.h"

#include "node/rows.h"

#include <time.h>

DG_THREAD_LOCAL uint64_t dg_walk_marker;

/* -- One node ------------------------------------------------------------------------------- */

/* What a rule makes on the way dies after it: in a scope that is opened for the first one, or where
 * the walk is recorded outside scopes, in a pool. */
int dg_walk_open(dg_walk *w)
{
  if (w->scope > 0 || dg_walk_records(w)) return 0;
  double scope = dg_scope_open();
  if (scope < 0) return -1;
  w->scope = scope;
  w->mark = dg_tape.born;
  return 0;
}

/* Finds the gradients of the current node's outputs: 1, 0 when none has any (they were unchained
 * since the node was queued), or -1. */
DG_INLINE int take_output_gradients(dg_walk *w)
{
  dg_call *c = w->current;
  int64_t room = DG_MAX(c->inputs, c->outputs), had = w->gradients_room;
  if (DG_UNLIKELY(room > had)) {
    if (dg_walk_reserve(&w->gy, room, &had, sizeof *w->gy) < 0) return -1;
    if (dg_walk_reserve(&w->gx, room, &w->gradients_room, sizeof *w->gx) < 0) return -1;
  }
  bool any = false;
  for (int i = 0; i < c->outputs; i++) {
    dg_entry *e = c->y[i] ? dg_walk_find(w, c->y[i]) : NULL;
    w->gy[i] = e ? dg_handle(e->grad) : NULL;
    any |= w->gy[i] != NULL;
  }
  for (int i = 0; i < c->inputs; i++) w->gx[i] = NULL;
  return any;
}

/* A value that backward reads must be what it was when the operator ran. */
DG_INLINE int check_versions(const dg_call *c)
{
  if (DG_UNLIKELY(c->flags & DG_CALL_FREED))
    return dg_op_fail(c, DG_EGRAPH,
                      "the graph was freed by an earlier backward; "
                      "use retain_graph to walk it twice");
  uint32_t reads = c->op->reads, x_reads = reads & DG_READS_ALL_X;
  x_reads &= ((uint32_t)1 << DG_MIN(c->inputs, DG_CALL_INPUTS)) - 1;
  for (; x_reads; x_reads &= x_reads - 1) {
    int i = __builtin_ctz(x_reads);
    if (DG_UNLIKELY(!c->x[i]->store))
      return dg_op_fail(c, DG_EGRAPH, "input %d was released before backward read it", i + 1);
    if (DG_UNLIKELY(c->x[i]->store->version != c->version[i]))
      return dg_op_fail(c, DG_EGRAPH, "input %d was overwritten before backward read it", i + 1);
  }
  if (reads & DG_READS_Y && c->y[0] && c->y[0]->store && c->y[0]->store->version != c->y_version)
    return dg_op_fail(c, DG_EGRAPH, "its result was overwritten before backward read it");
  return 0;
}

DG_INLINE int run_rule(dg_walk *w)
{
  dg_call *c = w->current;
  if (dg_walk_open(w) < 0) return -1;
  dg_walk_open_pool(w);
  if (DG_LIKELY(c->op->backward(c, w->gy, w->gx) == 0)) return 0;
  dg_fail_prefix("backward of ");
  return -1;
}

/* Makes the list of held gradients, all NULL. */
static int open_held(dg_walk *w)
{
  int64_t count = w->current->inputs;
  if (dg_walk_reserve(&w->held, count, &w->held_room, sizeof *w->held) < 0) return -1;
  for (int64_t i = 0; i < count; i++) w->held[i] = NULL;
  w->held_count = count;
  return 0;
}

static void drop_held(dg_walk *w)
{
  while (w->held_count > 0) {
    dg_body *g = w->held[--w->held_count];
    if (g) dg_unhold(g);
  }
}

/* Holds what the caller will look at. */
static int hold_shown(dg_walk *w)
{
  if (w->held_count == 0 && open_held(w) < 0) return -1;
  for (int64_t i = 0; i < w->held_count; i++) {
    dg_body *g = w->gx[i] ? dg_body_of(w->gx[i]) : NULL;
    if (g == w->held[i]) continue;
    if (g) dg_hold(g);
    if (w->held[i]) dg_unhold(w->held[i]);
    w->held[i] = g;
  }
  return 0;
}

/* Makes the elements of a gradient that is rows: the walk may join these to others. */
static int make_visible(dg_tensor *gx)
{
  dg_body *g = dg_body_of(gx);
  return g ? dg_rows_fill(g) : -1;
}

/* Hands the input gradients on. With `show` the caller will look at them. */
DG_INLINE int finish_node(dg_walk *w, bool show)
{
  dg_call *c = w->current;
  for (int i = 0; i < c->inputs; i++) {
    if (!dg_needs(c, i)) {
      w->gx[i] = NULL;
      continue;
    }
    if (!w->gx[i]) {
      if (DG_LIKELY(dg_is_ok())) continue;
      dg_fail_prefix("backward of %s: ", c->op->name);
      return -1;
    }
    if (DG_UNLIKELY(show) && make_visible(w->gx[i]) < 0) return -1;
    if (dg_walk_add(w, c->x[i], w->gx[i]) < 0) return -1;
    if (c->x[i]->creator && dg_walk_push(w, c->x[i]->creator) < 0) return -1;
  }
  if (show && hold_shown(w) < 0) return -1;
  dg_walk_sweep(w);
  return 0;
}

/* Lets go of an output's gradient, unless it is wanted further. */
DG_INLINE void leave_output(dg_walk *w, const dg_body *y)
{
  dg_entry *e = y ? dg_walk_find(w, y) : NULL;
  if (!e || dg_walk_keeps(w, y)) return;
  if (e->grad) dg_unhold(e->grad);
  e->grad = NULL;
  dg_walk_vacate(w, e);
}

/* Lets go of what the current node needed; a flat one has one output and no notes. */
DG_INLINE void leave_node(dg_walk *w, dg_call *c, bool flat)
{
  bool scoped = c->flags & DG_CALL_SCOPED;
  leave_output(w, flat ? c->y_inline[0] : c->y[0]);
  for (int i = 1; !flat && i < c->outputs; i++) leave_output(w, c->y[i]);
  if (!(w->flags & (DG_RETAIN_GRAPH | DG_DOUBLE_BACKPROP))) {
    if (scoped && (flat || (!c->saved[0] && !c->saved[1]))) c->flags |= DG_CALL_FREED;
    else dg_call_free_values(c);
  }
  w->current = NULL;
  if (!scoped) dg_call_leave(c);
}

/* -- The machine ---------------------------------------------------------------------------- */

/* The next output of the current node whose hook has not run. */
static bool next_hook(dg_walk *w)
{
  dg_call *c = w->current;
  while (w->next < c->outputs) {
    dg_body *y = c->y[w->next++];
    dg_entry *e = y && y->flags & DG_HOOKED ? dg_walk_find(w, y) : NULL;
    if (!e || !e->grad) continue;
    w->hooked = e;
    e->hooked = true;
    return true;
  }
  return false;
}

static bool next_leaf_hook(dg_walk *w)
{
  for (int64_t i = w->next; i < w->count; i++) {
    dg_entry *e = &w->entries[i];
    if (!e->grad || !(e->x->flags & DG_HOOKED) || e->hooked || e->x->creator) continue;
    w->next = i + 1;
    w->hooked = e;
    return e->hooked = true;
  }
  w->next = w->count;
  return false;
}

DG_INLINE bool is_hooked(const dg_body *y) { return y && y->flags & DG_HOOKED; }

/* True when nothing but the rule itself is to be done for this node. */
DG_INLINE bool is_plain(const dg_call *c)
{
  if (c->op->flags & DG_CALLERS || is_hooked(c->y[0])) return false;
  for (int i = 1; i < c->outputs; i++)
    if (is_hooked(c->y[i])) return false;
  return true;
}

DG_INLINE int run_plain(dg_walk *w)
{
  int any = take_output_gradients(w);
  if (DG_UNLIKELY(any <= 0)) return any;
  return run_rule(w) < 0 ? -1 : finish_node(w, false);
}

/* Goes back through a plain node that is not recorded: 0, or -1. */
DG_INLINE int pass(dg_walk *w, dg_call *c)
{
  int done = c->op->direct && !dg_walk_records(w) ? dg_walk_direct(w, c) : 0;
  return done ? DG_MIN(done, 0) : run_plain(w);
}

/* Takes the next node, and those after it while they are plain. */
static dg_status begin_node(dg_walk *w, bool one, bool node)
{
  bool hurry = !one && !node, flat_ways = hurry && !dg_walk_records(w);
  bool point_ways = flat_ways && w->wanted_count == 0 && !(w->flags & DG_RETAIN_GRAD);
  uint16_t leaves = w->flags & (DG_RETAIN_GRAPH | DG_DOUBLE_BACKPROP) ? 0 : DG_CALL_FREED;
  for (dg_call *c; (c = dg_walk_pop(w));) {
    if (point_ways && c->flags & DG_CALL_POINT && c->x_inline[0]->flags & DG_POINT)
      c = dg_walk_row(w, c, leaves);
    w->current = c;
    w->current_counted = !(c->flags & DG_CALL_SCOPED);
    if (flat_ways && (c->flags & (DG_CALL_FLAT | DG_CALL_FREED)) == DG_CALL_FLAT) {
      int done = dg_walk_flat(w, c);
      if (DG_UNLIKELY(done < 0)) return DG_WALK_FAILED;
      if (done) leave_node(w, c, true);
      if (done) continue;
    }
    if (DG_UNLIKELY(check_versions(c) < 0)) return DG_WALK_FAILED;
    if (DG_UNLIKELY(!hurry || !is_plain(c))) {
      w->next = 0;
      w->state = DG_HOOKS;
      return DG_WALK_MORE;
    }
    if (DG_UNLIKELY(pass(w, c) < 0)) return DG_WALK_FAILED;
    leave_node(w, c, false);
  }
  w->current = NULL;
  w->next = 0;
  w->state = DG_LEAVES;
  return DG_WALK_MORE;
}

static void leave_shown(dg_walk *w)
{
  drop_held(w);
  leave_node(w, w->current, false);
}

/* The rule has run: what comes next. */
static dg_status after_rule(dg_walk *w, bool node)
{
  if (w->state == DG_GIVEN) dg_walk_open_pool(w); /* sums of gradients are made in it */
  if (finish_node(w, node) < 0) return DG_WALK_FAILED;
  if (!node) leave_shown(w);
  w->state = node ? DG_VISITED : DG_READY;
  return DG_WALK_MORE;
}

static dg_status rule_or_call(dg_walk *w, bool node)
{
  int any = take_output_gradients(w);
  if (any < 0) return DG_WALK_FAILED;
  if (any && w->current->op->flags & DG_CALLERS) {
    if (dg_walk_open(w) < 0 || open_held(w) < 0) return DG_WALK_FAILED;
    w->state = DG_GIVEN;
    return DG_WALK_CALL;
  }
  return any && run_rule(w) < 0 ? DG_WALK_FAILED : after_rule(w, node);
}

static dg_status finish_leaves(dg_walk *w)
{
  if (next_leaf_hook(w)) return DG_WALK_HOOK;
  dg_walk_open_pool(w);
  int status = dg_walk_commit(w);
  dg_walk_sweep(w);
  if (status < 0) return DG_WALK_FAILED;
  w->state = DG_FINISHED;
  return DG_WALK_DONE;
}

/* Goes on until something is to be told: after one node if `one`, whose gradients stay to be seen
 * if `node`. */
static dg_status advance(dg_walk *w, bool one, bool node)
{
  for (;;) {
    dg_status status = DG_WALK_MORE;
    switch (w->state) {
    case DG_READY:
      status = begin_node(w, one, node);
      break;
    case DG_HOOKS:
      if (next_hook(w)) return DG_WALK_HOOK;
      w->state = DG_RULE;
      break;
    case DG_RULE:
    case DG_GIVEN:
      status = w->state == DG_RULE ? rule_or_call(w, node) : after_rule(w, node);
      if (status == DG_WALK_MORE && (node || one)) return status;
      break;
    case DG_VISITED:
      leave_shown(w);
      w->state = DG_READY;
      break;
    case DG_LEAVES:
      status = finish_leaves(w);
      break;
    case DG_FINISHED:
      return DG_WALK_DONE;
    case DG_BROKEN:
      dg_fail(DG_EGRAPH, "walk: it failed before and cannot go on");
      return DG_WALK_FAILED;
    }
    if (status != DG_WALK_MORE) return status;
  }
}

void dg_walk_let_go(dg_walk *w)
{
  w->state = DG_BROKEN;
  dg_walk_close(w);
  dg_walk_sweep(w);
  drop_held(w);
  for (int64_t i = 0; i < w->count; i++) {
    if (w->entries[i].grad) dg_unhold(w->entries[i].grad);
    if (w->entries[i].linked) dg_unlink(w->entries[i].x);
  }
  w->count = w->vacant = 0;
  dg_walk_empty(w);
  if (w->current && w->current_counted) dg_call_leave(w->current);
  w->current = NULL;
  w->hooked = NULL;
}

bool dg_walk_is_alive(const dg_walk *w)
{
  for (int i = 0; i < w->root_count; i++) {
    const dg_root *r = &w->roots[i];
    if (dg_alive(r->tensor) && (!r->made_by || dg_slot_of(r->made_by))) continue;
    dg_fail(DG_ESTALE, "walk: its graph was released when its scope closed");
    return false;
  }
  return true;
}

static double microseconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

/* Sets the stage again: its scope, in which the caller may have left others open, and its marks. */
static int resume(dg_walk *w)
{
  if (w->scope > 0 && !dg_scope_rewind(w->scope)) w->scope = 0;
  if (DG_LIKELY(dg_walk_marker == w->id)) return 0;
  if (dg_walk_return(w) < 0) return -1;
  dg_walk_marker = w->id;
  return 0;
}

dg_status dg_walk_go_on(dg_walk *w, bool node, double budget_us)
{
  if (w->state == DG_FINISHED) return DG_WALK_DONE;
  if (w->state == DG_BROKEN || dg_walk_is_alive(w)) return dg_walk_advance(w, node, budget_us);
  dg_walk_let_go(w);
  return DG_WALK_FAILED;
}

dg_status dg_walk_advance(dg_walk *w, bool node, double budget_us)
{
  if (w->state != DG_BROKEN && resume(w) < 0) return DG_WALK_FAILED;
  double end = budget_us > 0 ? microseconds() + budget_us : 0;
  bool before = dg_backprop_set(dg_walk_records(w));
  uint16_t mixed = dg_tape.mixed; /* rules compute in the dtypes of what they are for */
  uint8_t autocast = dg_tape.autocast;
  dg_tape.mixed = dg_tape.autocast = 0;
  dg_needs_only = w->wanted_count > 0 ? w->id : 0;
  dg_status status;
  dg_error_clear();
  w->hooked = NULL;
  do status = advance(w, end > 0, node);
  while (status == DG_WALK_MORE && end > 0 && microseconds() < end);
  dg_needs_only = 0;
  dg_backprop_set(before);
  dg_tape.mixed = mixed, dg_tape.autocast = autocast;
  if (status == DG_WALK_FAILED) dg_walk_let_go(w);
  else if (status != DG_WALK_CALL) dg_walk_close(w); /* the caller's rule runs inside it */
  return status;
}
