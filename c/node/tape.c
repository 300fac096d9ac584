/* tape.c -- births, deaths and scopes: who owns a tensor, and when it goes.
 *
 * A scope owns what is born inside: tensors and nodes are listed, and dropped together when it
 * closes, but for tensors that something else holds by then. Nodes inside count nothing; what they
 * use from outside is held for them once, until the outermost scope closes. Outside, references are
 * counted; a chain of any length is freed in a loop, never by recursion. */
#include "node/mixed.h"
#include "node/point.h"

#include <string.h>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define IS_ALONE __libc_single_threaded
#endif
#endif
#ifndef IS_ALONE
#define IS_ALONE 0
#endif

enum {
  MAX_DEPTH = 200,
  SERIALS = 1 << 16 /* scope numbers that a thread takes at once */
};

static uint64_t serials; /* atomic: no two threads number a scope alike */

typedef struct open_scope {
  int64_t mark;                  /* where its births begin */
  double serial;                 /* which scope of this thread it is */
  uint32_t used[DG_POINT_LISTS]; /* points, when it opened */
} open_scope;

static DG_THREAD_LOCAL struct {
  dg_body **lent; /* what the open scopes hold of the world outside */
  int64_t lent_count, lent_room;
  dg_body **pool; /* intermediate results of open compositions, outside scopes */
  int64_t pooled, pool_room;
  open_scope *scopes;
  int64_t scopes_room;
  uint64_t serial, serials_end; /* the numbers for its next scopes */
  int pools;
  bool registered;
} tape;

DG_THREAD_LOCAL dg_tape_state dg_tape = { .recording = UINT64_MAX };

/* Notes whether operators are recorded in scopes, after a scope was opened or closed. */
static void note_recording(void) { dg_backprop_set(!dg_tape.no_backprop); }

static void leave_thread(void)
{
  if (dg_tape.depth > 0) dg_scope_close(tape.scopes[0].serial, NULL, 0);
  dg_points_dissolve();
  dg_table_free(dg_tape.births);
  dg_table_free(tape.lent);
  dg_table_free(tape.pool);
  dg_table_free(tape.scopes);
  dg_tape.births = NULL, tape.lent = tape.pool = NULL, tape.scopes = NULL;
  dg_tape.births_room = tape.lent_room = tape.pool_room = tape.scopes_room = 0;
  tape.registered = false;
}

/* Makes room for one more item in a table. */
static int reserve(void *table, int64_t used, int64_t *room, size_t size)
{
  if (DG_LIKELY(used < *room)) return 0;
  if (!tape.registered) {
    tape.registered = true;
    dg_at_thread_exit(DG_EXIT_TAPE, leave_thread);
  }
  int64_t more = *room ? *room * 2 : 256;
  void **p = table, *grown = dg_table_grow(*p, more * (int64_t)size);
  if (!grown) return -1;
  *p = grown;
  *room = more;
  return 0;
}

/* The depth of an open scope, innermost first; 0 when it is not open. */
static int depth_of(double scope)
{
  int depth = dg_tape.depth;
  while (depth > 0 && tape.scopes[depth - 1].serial != scope) depth--;
  return depth;
}

/* -- Counting ------------------------------------------------------------------------------- */

/* Adds to a count that other threads may share. In a process of one thread this is done without a
 * locked instruction, which takes as long as twenty others. */
DG_INLINE int64_t add_to(int64_t *count, int64_t amount)
{
  if (IS_ALONE) return *count += amount;
  return __atomic_add_fetch(count, amount, __ATOMIC_ACQ_REL);
}

static dg_body *reap_later(dg_body *b, dg_body *queue)
{
  b->slot.next = (dg_slot *)queue;
  return b;
}

/* Takes `amount` off b's references; puts b on the queue when it has none left. */
DG_INLINE dg_body *take_off(dg_body *b, int64_t amount, dg_body *queue)
{
  int64_t left = 0;
  if (DG_LIKELY(__atomic_load_n(&b->refs, __ATOMIC_ACQUIRE) == amount))
    b->refs = 0; /* the only one */
  else left = add_to(&b->refs, -amount);
  if (left >= DG_HOLD || b->flags & DG_SCOPED) return queue;
  if (left == 0) return reap_later(b, queue);
  if (!(b->flags & DG_KEEPS_VALUE)) dg_body_drop_storage(b);
  return queue;
}

/* What a counted node took of each input. */
static int64_t share(const dg_call *c, int i)
{
  bool reads = !(c->flags & DG_CALL_FREED) && (c->op->reads >> DG_MIN(i, 29) & 1);
  return DG_LINK + (reads ? DG_HOLD : 0);
}

static void free_notes(dg_call *c)
{
  for (int i = 0; i < DG_CALL_SAVED; i++) {
    if (c->saved[i]) dg_unhold(c->saved[i]); /* a recorded walk may use it still */
    c->saved[i] = NULL;
  }
}

static __attribute__((noinline)) void free_parts(dg_call *c)
{
  free_notes(c);
  if (c->x != c->x_inline) dg_table_free(c->x);
  if (c->y != c->y_inline) dg_table_free(c->y);
}

DG_INLINE void discard(dg_call *c)
{
  bool has_tables = c->x != c->x_inline || c->y != c->y_inline;
  if (DG_UNLIKELY(has_tables || c->saved[0] || c->saved[1])) free_parts(c);
  if (c->flags & DG_CALL_SCRATCH) {
    c->flags = 0;
  } else {
    dg_count(DG_NODES, -1);
    dg_slot_give(&c->slot);
  }
}

void dg_call_discard(dg_call *c) { discard(c); }

/* Takes one reference off a counted node. */
static dg_body *leave_node(dg_call *c, dg_body *queue)
{
  if (__atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL) > 0) return queue;
  for (int i = 0; i < c->outputs; i++) {
    if (!c->y[i]) continue;
    c->y[i]->creator = NULL; /* a ghost: only this node kept it */
    queue = reap_later(c->y[i], queue);
  }
  for (int i = 0; i < c->inputs; i++) queue = take_off(c->x[i], share(c, i), queue);
  dg_call_discard(c);
  return queue;
}

static __attribute__((noinline)) void reap(dg_body *queue)
{
  while (queue) {
    dg_body *b = queue;
    queue = (dg_body *)b->slot.next;
    dg_call *c = b->creator;
    if (c) {
      bool wanted = (b->flags & DG_KEEPS_VALUE) && !(c->flags & DG_CALL_SCOPED) && c->refs > 1;
      if (wanted) b->flags |= DG_GHOST;
      else c->y[b->output] = NULL, b->creator = NULL;
      if (!(c->flags & DG_CALL_SCOPED)) queue = leave_node(c, queue);
      if (wanted) continue; /* the node needs it for its other outputs' gradients */
    }
    if (b->grad) queue = take_off(b->grad, DG_HOLD, queue);
    b->grad = NULL;
    dg_body_free(b);
  }
}

void dg_revive(dg_body *b)
{
  b->flags &= ~(uint32_t)DG_GHOST;
  if (b->creator) __atomic_add_fetch(&b->creator->refs, 1, __ATOMIC_RELAXED);
}

void dg_hold(dg_body *b)
{
  if (b->flags & DG_SCOPED && b->refs == 0) b->refs = DG_HOLD; /* no other thread sees it yet */
  else if (DG_UNLIKELY(b->flags & DG_GHOST)) dg_count_up(b, DG_HOLD);
  else add_to(&b->refs, DG_HOLD);
}
DG_INLINE void let_go(dg_body *b, int64_t amount)
{
  dg_body *dead = take_off(b, amount, NULL);
  if (!dead) return;
  if (DG_LIKELY(!dead->creator && !dead->grad)) dg_body_free(dead);
  else reap(dead);
}
void dg_unhold(dg_body *b) { let_go(b, DG_HOLD); }
void dg_unlink(dg_body *b) { let_go(b, DG_LINK); }

void dg_cut(dg_body *b)
{
  dg_call *c = b->creator;
  if (!c) return;
  if (b->flags & DG_GHOST) dg_revive(b);
  b->creator = NULL;
  c->y[b->output] = NULL;
  b->flags &= ~(uint32_t)DG_KEEPS_VALUE;
  if (!(c->flags & DG_CALL_SCOPED)) reap(leave_node(c, NULL));
}

void dg_call_free_values(dg_call *c)
{
  if (c->flags & DG_CALL_FREED) return;
  dg_body *queue = NULL;
  if (!(c->flags & DG_CALL_SCOPED)) {
    for (int i = 0; i < c->inputs; i++)
      if (share(c, i) > DG_LINK) queue = take_off(c->x[i], DG_HOLD, queue);
    for (int i = 0; i < c->outputs; i++) {
      dg_body *y = c->y[i];
      if (!y || !(y->flags & DG_KEEPS_VALUE)) continue;
      y->flags &= ~(uint32_t)DG_KEEPS_VALUE;
      if (__atomic_load_n(&y->refs, __ATOMIC_ACQUIRE) < DG_HOLD) dg_body_drop_storage(y);
    }
  }
  c->flags |= DG_CALL_FREED;
  free_notes(c);
  reap(queue);
}

void dg_call_leave(dg_call *c)
{
  if (!(c->flags & DG_CALL_SCOPED)) reap(leave_node(c, NULL));
}

/* -- Birth ---------------------------------------------------------------------------------- */

dg_tensor *dg_stillborn(dg_body *b)
{
  b->flags &= ~(uint32_t)DG_SCOPED;
  reap(reap_later(b, NULL));
  return NULL;
}

dg_tensor *dg_born_counted(dg_body *b)
{
  if (tape.pools > 0) {
    if (reserve(&tape.pool, tape.pooled, &tape.pool_room, sizeof *tape.pool) < 0)
      return dg_stillborn(b);
    tape.pool[tape.pooled++] = b;
  } else {
    b->handles = 1;
  }
  b->refs = DG_HOLD;
  return dg_handle(b);
}

int dg_births_grow(void)
{
  int64_t room = dg_tape.births_room;
  return reserve(&dg_tape.births, room, &dg_tape.births_room, sizeof *dg_tape.births);
}

dg_pool dg_pool_open(void)
{
  if (dg_tape.depth > 0) return DG_NO_POOL; /* the scope frees what is born here */
  tape.pools++;
  return tape.pooled;
}

/* Gives a held result to the caller, or to the composition around this one, whose intermediate result
 * it is; NULL with an error set. */
static dg_tensor *hand_out(dg_body *y)
{
  if (tape.pools == 0) {
    dg_count_handle(y);
  } else if (reserve(&tape.pool, tape.pooled, &tape.pool_room, sizeof *tape.pool) < 0) {
    dg_unhold(y);
    return NULL;
  } else {
    tape.pool[tape.pooled++] = y;
  }
  return dg_handle(y);
}

dg_tensor *dg_pool_close(dg_pool pool, dg_tensor *result)
{
  if (pool == DG_NO_POOL) return result;
  tape.pools--;
  dg_body *y = result ? dg_body_of(result) : NULL;
  if (y) dg_hold(y);
  while (tape.pooled > pool) dg_unhold(tape.pool[--tape.pooled]);
  return y ? hand_out(y) : result;
}

int dg_pool_close_all(dg_pool pool, int count, dg_tensor **results)
{
  int status = 0;
  if (pool == DG_NO_POOL) return 0;
  tape.pools--;
  for (int i = 0; i < count; i++) dg_hold(dg_body_of(results[i]));
  while (tape.pooled > pool) dg_unhold(tape.pool[--tape.pooled]);
  for (int i = 0; i < count; i++)
    if (!(results[i] = hand_out(dg_body_of(results[i])))) status = -1;
  return status;
}

/* -- Scopes --------------------------------------------------------------------------------- */

/* Opens a scope on this thread: every tensor and node made from now on dies when it closes.
 * Returns its number, which dg_scope_close wants; -1 when scopes are nested too deep. */
DG_API double dg_scope_open(void)
{
  if (dg_tape.depth == MAX_DEPTH)
    return dg_fail(DG_EARGUMENT, "scope: more than %d scopes inside each other", MAX_DEPTH);
  if (reserve(&tape.scopes, dg_tape.depth, &tape.scopes_room, sizeof *tape.scopes) < 0) return -1;
  if (tape.serial == tape.serials_end) {
    tape.serial = __atomic_fetch_add(&serials, SERIALS, __ATOMIC_RELAXED);
    tape.serials_end = tape.serial + SERIALS;
  }
  uint64_t serial = ++tape.serial;
  if (dg_tape.depth == 0) dg_tape.epoch = serial;
  open_scope *s = &tape.scopes[dg_tape.depth++];
  s->mark = dg_tape.born;
  s->serial = (double)serial;
  dg_row_note();
  memcpy(s->used, dg_tape.used, sizeof s->used);
  note_recording();
  return (double)serial;
}

/* An output that lives on has no graph from now on. */
DG_INLINE void drop_output(dg_body *y)
{
  if (DG_LIKELY(!y)) return;
  y->creator = NULL;
  y->flags = (y->flags | DG_GRAPH_DROPPED) & ~(uint32_t)(DG_KEEPS_VALUE | DG_REQUIRES_GRAD);
}

/* Frees a scoped node. */
DG_INLINE void drop_node(dg_call *c)
{
  drop_output(c->y[0]);
  for (int i = 1; i < c->outputs; i++) drop_output(c->y[i]);
  discard(c);
}

/* Frees a scoped tensor, unless another owner keeps it. */
DG_INLINE void drop_tensor(dg_body *b)
{
  if (__atomic_load_n(&b->refs, __ATOMIC_ACQUIRE) > 0) {
    b->flags &= ~(uint32_t)DG_SCOPED;
    b->borrowed = 0;
    return;
  }
  if (b->creator) b->creator->y[b->output] = NULL;
  if (DG_UNLIKELY(b->grad != NULL)) dg_unhold(b->grad);
  dg_body_free(b);
}

/* Frees the points of a list but for so many: they stay there for the next time. */
static __attribute__((noinline)) void drop_points(int list, uint32_t used)
{
  const dg_point *first = dg_tape.points[list].items + used;
  for (;;) {
    const dg_point *end = dg_tape.points[list].items + dg_tape.used[list];
    while (end > first && DG_LIKELY(dg_point_give(end[-1]))) end--;
    dg_tape.used[list] = used + (uint32_t)(end - first);
    if (end == first) return;
    dg_point last = end[-1];
    dg_point_forget(list);
    drop_tensor(last.y);
    drop_node(last.call);
  }
}

/* Frees what was born since so many scopes were open. */
static void drop_scopes(int depth)
{
  const open_scope *s = &tape.scopes[depth];
  for (int64_t i = dg_tape.born - 1; i >= s->mark; i--) {
    dg_slot *born = dg_tape.births[i];
    if (born->kind == DG_SLOT_NODE) drop_node((dg_call *)born);
    else drop_tensor((dg_body *)born);
  }
  dg_tape.born = s->mark;
  dg_row_note();
  if (memcmp(dg_tape.used, s->used, sizeof s->used) == 0) return;
  for (int i = 0; i < DG_POINT_LISTS; i++)
    if (dg_tape.used[i] > s->used[i]) drop_points(i, s->used[i]);
  dg_row_resume();
}

void dg_scope_sweep(void) { drop_scopes(dg_tape.depth - 1); }

bool dg_scope_rewind(double scope)
{
  int depth = depth_of(scope);
  if (depth > 0 && depth < dg_tape.depth) {
    drop_scopes(depth);
    dg_tape.depth = depth;
  }
  return depth > 0;
}

/* Lets go of what the scopes held of the world outside. */
static void give_back_lent(void)
{
  while (tape.lent_count > 0) dg_unhold(tape.lent[--tape.lent_count]);
}

/* Holds the tensors of `keep` that a scope of this thread owns, and chains them. */
static dg_body *hold_kept(dg_tensor *const *keep, int count)
{
  dg_body *chain = NULL;
  for (int i = 0; i < count; i++) {
    dg_body *b = dg_body_of(keep[i]);
    if (!(b->flags & DG_SCOPED) || b->flags & DG_STACKED || !dg_is_mine(b)) continue;
    dg_hold(b);
    b->flags |= DG_STACKED;
    b->slot.next = (dg_slot *)chain;
    chain = b;
  }
  return chain;
}

/* Gives those that outlived their scope to the one around it, whose list has room. */
static void move_kept(dg_body *chain)
{
  for (dg_body *b = chain, *next; b; b = next) {
    next = (dg_body *)b->slot.next;
    b->flags &= ~(uint32_t)DG_STACKED;
    if (!(b->flags & DG_SCOPED)) {
      b->flags |= DG_SCOPED;
      b->birth = (uint32_t)dg_tape.born;
      dg_tape.births[dg_tape.born++] = &b->slot;
    }
    dg_unhold(b);
  }
}

/* Closes the scope that dg_scope_open numbered so, and those inside it. The `count` tensors of
 * `keep` live on: in the scope around it, or outside with one reference each, in either case
 * without the graph that made them. -1 when no such scope is open, or a tensor of `keep` is stale:
 * then nothing is closed. */
DG_API int dg_scope_close(double scope, dg_tensor *const *keep, int count)
{
  int depth = depth_of(scope);
  if (depth == 0) return dg_fail(DG_EARGUMENT, "scope: this scope is closed already");
  if (count < 0 || (count > 0 && !keep))
    return dg_fail(DG_EARGUMENT, "scope: keep is missing (NULL), or of %d tensors", count);
  for (int i = 0; i < count; i++)
    if (!dg_body_of(keep[i])) return -1;
  if (depth == 1) {
    for (int i = 0; i < count; i++) {
      dg_body *b = dg_body_of(keep[i]);
      dg_hold(b);
      dg_count_handle(b);
    }
    drop_scopes(0);
    dg_tape.depth = 0;
    note_recording();
    give_back_lent();
  } else {
    while (dg_tape.births_room - tape.scopes[depth - 1].mark < count)
      if (dg_births_grow() < 0) return -1;
    dg_body *chain = hold_kept(keep, count);
    drop_scopes(depth - 1);
    dg_tape.depth = depth - 1;
    move_kept(chain);
  }
  return 0;
}

/* How many scopes are open on this thread. */
DG_API int dg_scope_count(void) { return dg_tape.depth; }

int dg_lend_to_scopes(dg_body *b)
{
  if (reserve(&tape.lent, tape.lent_count, &tape.lent_room, sizeof(dg_body *)) < 0) return -1;
  dg_hold(b);
  tape.lent[tape.lent_count++] = b;
  if (b->creator) /* perhaps of another thread */
    dg_tape.sequence = DG_MAX(dg_tape.sequence, b->creator->sequence);
  __atomic_store_n(&b->borrowed, dg_tape.epoch, __ATOMIC_RELAXED);
  return 0;
}

dg_tensor *dg_lend(dg_body *b)
{
  if (!b) return NULL;
  if (dg_tape.depth == 0) {
    dg_hold(b);
    dg_count_handle(b);
  } else if (dg_borrow(b) < 0) {
    return NULL;
  }
  return dg_handle(b);
}

/* -- References ----------------------------------------------------------------------------- */

/* One more reference to a tensor, which outlives every scope with it. Returns its argument. */
DG_API dg_tensor *dg_keep(dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  if (!b) return NULL;
  dg_hold(b);
  dg_count_handle(b);
  return x;
}

/* Gives back one reference. A tensor that only a scope owns loses its handles at once, and its
 * elements if no recorded operator has used them. -1 for a handle that is stale or NULL, or when no
 * reference is left to be given back. */
DG_API int dg_release(dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  if (!b) return -1;
  if (__atomic_load_n(&b->handles, __ATOMIC_RELAXED) > 0) {
    __atomic_sub_fetch(&b->handles, 1, __ATOMIC_RELAXED);
    dg_unhold(b);
    return 0;
  }
  if (!(b->flags & DG_SCOPED) || !dg_is_mine(b))
    return dg_fail(DG_ESTALE, "release: every reference to this tensor was given back already");
  dg_slot_renew(&b->slot); /* alive for its scope, unknown to every old handle */
  if (!b->borrowed && !b->creator && b->refs == 0) dg_body_drop_storage(b);
  return 0;
}

/* True for the handle of a living tensor. Sets no error. */
DG_API int dg_alive(const dg_tensor *x) { return dg_living_body(x) != NULL; }

/* Sets a mode of this thread (dg_mode) and returns what it was; -1 for an unknown mode. */
DG_API int dg_mode_set(int mode, int value)
{
  if (mode == DG_MODE_AUTOCAST) return dg_autocast_set(value);
  if (mode != DG_MODE_BACKPROP) return dg_fail(DG_EARGUMENT, "mode: there is no mode %d", mode);
  return dg_backprop_set(value != 0);
}
