/* queue.c -- the nodes that a walk has yet to visit, newest first: a binary heap.
 *
 * A node's sequence number is higher than those of everything it depends on, so when it comes up
 * all its consumers have been visited and its gradient is complete. A node that is counted has a
 * reference and the lowest bit of its place in the heap set: nodes that a scope owns may be gone when
 * the queue is emptied. */
#include "grad/walk.h"

int dg_walk_grow(void *table, int64_t count, int64_t *room, size_t size)
{
  int64_t more = DG_MAX(DG_MAX(count, *room * 2), 16);
  void **p = table, *grown = dg_table_grow(*p, more * (int64_t)size);
  if (!grown) return -1;
  *p = grown;
  *room = more;
  return 0;
}

static dg_call *node_at(const dg_walk *w, int64_t i)
{
  return (dg_call *)(w->queue[i] & ~(uintptr_t)1);
}

static int put(dg_walk *w, dg_call *c, bool counted)
{
  if (dg_walk_reserve(&w->queue, w->queued + 1, &w->queue_room, sizeof *w->queue) < 0) return -1;
  c->walk = w->id;
  int64_t i = w->queued++;
  while (i > 0 && node_at(w, (i - 1) / 2)->sequence < c->sequence) {
    w->queue[i] = w->queue[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  w->queue[i] = (uintptr_t)c | counted;
  return 0;
}

int dg_walk_put(dg_walk *w, dg_call *c)
{
  bool counted = !(c->flags & DG_CALL_SCOPED);
  if (w->wanted_count > 0 && c->leads != w->id) return 0;
  if (put(w, c, counted) < 0) return -1;
  if (counted) __atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
  return 0;
}

dg_call *dg_walk_pop_heap(dg_walk *w)
{
  if (w->queued == 0) return NULL;
  dg_call *top = node_at(w, 0);
  uintptr_t last = w->queue[--w->queued];
  if (w->queued == 0) return top;
  uint64_t sequence = node_at(w, w->queued)->sequence;
  int64_t i = 0;
  for (;;) {
    int64_t child = 2 * i + 1;
    if (child >= w->queued) break;
    if (child + 1 < w->queued && node_at(w, child + 1)->sequence > node_at(w, child)->sequence)
      child++;
    if (node_at(w, child)->sequence <= sequence) break;
    w->queue[i] = w->queue[child];
    i = child;
  }
  w->queue[i] = last;
  return top;
}

void dg_walk_empty(dg_walk *w)
{
  while (w->queued > 0)
    if (w->queue[--w->queued] & 1) dg_call_leave(node_at(w, w->queued));
}

/* Lists everything below the roots and the queue, newest first. The visits are made in a queue and
 * under a number of their own. */
static int list_nodes(const dg_walk *of, dg_call ***list, int64_t *count)
{
  dg_walk w = { .id = of->id | (uint64_t)1 << 63 };
  int64_t room = 0;
  int status = 0;
  for (int i = 0; i < of->root_count && status == 0; i++) {
    dg_call *c = dg_body_of(of->roots[i].tensor)->creator;
    if (c && c->walk != w.id) status = put(&w, c, false);
  }
  for (int64_t i = 0; i < of->queued && status == 0; i++)
    if (node_at(of, i)->walk != w.id) status = put(&w, node_at(of, i), false);
  if (of->current && of->current->walk != w.id && status == 0) status = put(&w, of->current, false);
  for (dg_call *c; status == 0 && (c = dg_walk_pop(&w));) {
    status = dg_walk_reserve(list, *count + 1, &room, sizeof **list);
    if (status == 0) (*list)[(*count)++] = c;
    for (int i = 0; i < c->inputs && status == 0; i++) {
      dg_call *below = c->x[i]->creator;
      if (below && below->walk != w.id) status = put(&w, below, false);
    }
  }
  dg_table_free(w.queue);
  return status;
}

int dg_walk_mark(dg_walk *w)
{
  dg_call **list = NULL;
  int64_t count = 0;
  int status = list_nodes(w, &list, &count);
  for (int64_t k = count - 1; k >= 0 && status == 0; k--) { /* the oldest first */
    dg_call *c = list[k];
    for (int i = 0; i < c->inputs; i++) {
      dg_body *x = c->x[i];
      if (x->wanted == w->id || (x->creator && x->creator->leads == w->id)) c->leads = w->id;
    }
  }
  dg_table_free(list);
  return status;
}

int dg_walk_return(dg_walk *w)
{
  for (int i = 0; i < w->wanted_count; i++) {
    const dg_root *r = &w->roots[w->root_count + i];
    if (dg_alive(r->tensor)) dg_body_of(r->tensor)->wanted = w->id;
  }
  if (w->wanted_count > 0 && dg_walk_mark(w) < 0) return -1;
  for (int64_t i = 0; i < w->count; i++) {
    dg_body *x = w->entries[i].x;
    if (!x) continue;
    x->walk = w->id;
    x->entry = (uint32_t)i;
  }
  for (int64_t i = 0; i < w->queued; i++) node_at(w, i)->walk = w->id;
  return 0;
}
