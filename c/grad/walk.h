/* walk.h -- the state of a backward pass. */
#ifndef DG_WALK_H
#define DG_WALK_H

#include "node/outer.h"

typedef struct dg_entry { /* a tensor that a gradient has reached */
  dg_body *x;
  dg_body *grad; /* held; NULL once used up */
  bool own;      /* nobody else looks at grad's elements: the next one may be added in place */
  bool joined;   /* what the tensor had before is in grad already */
  bool linked;   /* the entry has a link to x, which could go otherwise */
  bool hooked;   /* its hook has run */
  uint32_t row;  /* of points, the last that found that it may add to grad: grad/point.c */
  int64_t next;  /* of a vacant entry: the next one */
} dg_entry;

typedef enum dg_walk_state {
  DG_READY,   /* the next node is to be taken from the queue */
  DG_HOOKS,   /* output gradients of `current` are complete; hooks may look */
  DG_RULE,    /* run the backward rule of `current` */
  DG_GIVEN,   /* the caller has run it */
  DG_VISITED, /* a single step was made: the caller may look at its gradients */
  DG_LEAVES,
  DG_FINISHED,
  DG_BROKEN
} dg_walk_state;

typedef struct dg_root { /* what a walk begins at, or is asked for */
  dg_tensor *tensor;
  dg_body *held;    /* the same, when it is counted */
  dg_node *made_by; /* its creator, when a scope owns that; no node below outlives it */
} dg_root;

struct dg_walk {
  uint64_t id;
  int flags;
  dg_walk_state state;
  dg_entry *entries;
  int64_t count, entries_room;
  uint32_t rows;    /* of points that the walk came through: grad/point.c */
  int64_t vacant;   /* the first entry to be used again, counted from 1; 0: none */
  uintptr_t *queue; /* a heap, the newest node first; see queue.c */
  int64_t queued, queue_room;
  dg_root *roots; /* what the walk began at, then what it was asked for */
  int root_count, wanted_count;
  int64_t roots_room;
  dg_call *current;
  bool current_counted; /* the walk has a reference to it */
  dg_tensor **gy, **gx; /* of `current` */
  int64_t gradients_room;
  dg_body **held; /* what stays of gx while the caller looks, or has given it; NULL for none */
  int64_t held_count, held_room;
  int64_t next;     /* the output, or leaf, whose hook comes next */
  dg_entry *hooked; /* whose hook the caller is to run */
  double scope;     /* open where a rule has run, 0: none */
  int64_t mark;     /* where its births begin */
  dg_pool pool;
};

/* Lets the entry of a tensor whose node was visited be used again. */
DG_INLINE void dg_walk_vacate(dg_walk *w, dg_entry *e)
{
  if (e->linked) return; /* its link is taken off at the end */
  e->x->walk = 0;
  e->x = NULL;
  e->next = w->vacant;
  w->vacant = e - w->entries + 1;
}

/* Whether x stays as long as its node: a scope that owns both, or has borrowed x for the node,
 * closes no earlier than the one whose end ends the walk. */
DG_INLINE bool dg_walk_is_sure_of(const dg_walk *w, const dg_body *x)
{
  if (x->flags & DG_SCOPED) return true;
  if (!w->current || !(w->current->flags & DG_CALL_SCOPED)) return false;
  return __atomic_load_n(&x->borrowed, __ATOMIC_RELAXED) == dg_tape.epoch;
}

/* Makes an entry that of x. */
DG_INLINE void dg_walk_enter(dg_walk *w, dg_entry *e, dg_body *x)
{
  e->x = x;
  e->linked = !dg_walk_is_sure_of(w, x);
  if (e->linked) dg_count_up(x, DG_LINK);
  x->walk = w->id;
  x->entry = (uint32_t)(e - w->entries);
}

/* Opens the scope in which what is made on the way dies, unless it is open: only then. */
int dg_walk_open(dg_walk *w);

/* Whether the walk itself is recorded. */
DG_INLINE bool dg_walk_records(const dg_walk *w) { return w->flags & DG_DOUBLE_BACKPROP; }

/* Closes that scope. */
DG_INLINE void dg_walk_close(dg_walk *w)
{
  if (w->scope > 0 && dg_scope_rewind(w->scope)) dg_scope_close(w->scope, NULL, 0);
  w->scope = 0;
}

/* What takes the scope's place where the walk is recorded outside scopes. */
DG_INLINE void dg_walk_open_pool(dg_walk *w)
{
  if (dg_walk_records(w)) w->pool = dg_pool_open();
}

/* Frees what was made since the rule began. */
DG_INLINE void dg_walk_sweep(dg_walk *w)
{
  if (w->scope > 0) {
    dg_scope_sweep();
  } else if (w->pool != DG_NO_POOL) {
    dg_pool_close(w->pool, NULL);
    w->pool = DG_NO_POOL;
  }
}

/* Whether x's gradient is still wanted once its node has been visited. */
DG_INLINE bool dg_walk_keeps(const dg_walk *w, const dg_body *x)
{
  if (DG_UNLIKELY(w->wanted_count > 0)) return x->wanted == w->id;
  return !x->creator || x->flags & DG_RETAINS_GRAD || w->flags & DG_RETAIN_GRAD;
}

/* Whether what comes next may be added into the elements of the entry's gradient. */
DG_INLINE bool dg_walk_adds_in_place(const dg_walk *w, const dg_entry *e)
{
  return !dg_walk_records(w) && e->own && dg_is_sole(e->grad);
}

/* dg_needs, for the walk that runs now. */
DG_INLINE bool dg_walk_needs_x(const dg_walk *w, const dg_call *c, int i)
{
  return c->x[i]->flags & DG_REQUIRES_GRAD && (w->wanted_count == 0 || dg_needs(c, i));
}

/* The entry of a tensor, or NULL. */
DG_INLINE dg_entry *dg_walk_find(const dg_walk *w, const dg_body *x)
{
  return x->walk == w->id ? &w->entries[x->entry] : NULL;
}
/* Makes room for more entries. */
int dg_walk_more_entries(dg_walk *w);
/* A new entry, of x; NULL with an error set. */
DG_INLINE dg_entry *dg_walk_new_entry(dg_walk *w, dg_body *x)
{
  dg_entry *e;
  if (w->vacant > 0) {
    e = &w->entries[w->vacant - 1];
    w->vacant = e->next;
  } else {
    if (DG_UNLIKELY(w->count == w->entries_room) && dg_walk_more_entries(w) < 0) return NULL;
    e = &w->entries[w->count++];
  }
  *e = (dg_entry){ .x = x };
  dg_walk_enter(w, e, x);
  return e;
}
/* Adds g to x's gradient. */
int dg_walk_add(dg_walk *w, dg_body *x, dg_tensor *g);
/* Makes g, held for the walk, the gradient of x, which has none yet. */
DG_INLINE int dg_walk_take(dg_walk *w, dg_body *x, dg_body *g)
{
  dg_entry *e = dg_walk_find(w, x);
  if (DG_LIKELY(!e) && DG_UNLIKELY(!(e = dg_walk_new_entry(w, x)))) {
    dg_unhold(g);
    return -1;
  }
  e->grad = g;
  e->own = !(g->flags & DG_LAZY);
  return 0;
}
/* Goes back through a node by its `direct` rule: 1, 0 when that does not apply, or -1. */
int dg_walk_direct(dg_walk *w, const dg_call *c);
/* Goes back through a row of points that begins with c, in a walk to all leaves that is not recorded and
 * keeps no gradients on the way. Returns the node that is to be visited otherwise, perhaps c. */
dg_call *dg_walk_row(dg_walk *w, dg_call *c, uint16_t leaves);
/* Stores the gradients of the leaves: all of them, or on failure none. */
int dg_walk_commit(dg_walk *w);

/* The queue. It refers to the counted nodes in it; the taker of a node takes the reference over. */
int dg_walk_put(dg_walk *w, dg_call *c);
DG_INLINE int dg_walk_push(dg_walk *w, dg_call *c)
{
  if (c->walk == w->id) return 0;
  if (w->queued > 0 || w->queue_room == 0 || w->wanted_count > 0 || !(c->flags & DG_CALL_SCOPED))
    return dg_walk_put(w, c);
  c->walk = w->id; /* a chain: it is the only one */
  w->queue[0] = (uintptr_t)c;
  w->queued = 1;
  return 0;
}
dg_call *dg_walk_pop_heap(dg_walk *w);
DG_INLINE dg_call *dg_walk_pop(dg_walk *w)
{
  if (w->queued != 1) return dg_walk_pop_heap(w);
  w->queued = 0;
  return (dg_call *)(w->queue[0] & ~(uintptr_t)1);
}
void dg_walk_empty(dg_walk *w);
/* Makes the walk's marks on tensors and nodes anew, after another walk was here. */
int dg_walk_return(dg_walk *w);
/* Marks the nodes that lead to the wanted inputs. */
int dg_walk_mark(dg_walk *w);

/* The walk whose marks on this thread's tensors and nodes are whole. */
extern DG_HIDDEN DG_THREAD_LOCAL uint64_t dg_walk_marker;

/* Goes on until the walk ends, the caller is needed, a node was visited (`node`), or the time is up
 * (0: no limit). */
dg_status dg_walk_go_on(dg_walk *w, bool node, double budget_us);
/* The same for a walk whose graph is there. */
dg_status dg_walk_advance(dg_walk *w, bool node, double budget_us);
/* Lets go of all that the walk holds; it cannot go on. */
void dg_walk_let_go(dg_walk *w);

/* Whether the graph is still there; false with an error set when it went with its scope. */
bool dg_walk_is_alive(const dg_walk *w);

/* Makes room for `count` items of `size` bytes. */
int dg_walk_grow(void *table, int64_t count, int64_t *room, size_t size);
DG_INLINE int dg_walk_reserve(void *table, int64_t count, int64_t *room, size_t size)
{
  return DG_LIKELY(count <= *room) ? 0 : dg_walk_grow(table, count, room, size);
}

#endif
