/* queue.c -- the nodes that a walk has yet to visit, newest first: a binary heap.
 *
 * A node's sequence number is higher than those of everything it depends on, so when it comes up
 * all its consumers have been visited and its gradient is complete. */
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

int dg_walk_push(dg_walk *w, dg_call *c)
{
  if (c->walk == w->id) return 0;
  if (dg_walk_reserve(&w->queue, w->queued + 1, &w->queue_room, sizeof *w->queue) < 0) return -1;
  c->walk = w->id;
  if (w->counted) __atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
  int64_t i = w->queued++;
  while (i > 0 && w->queue[(i - 1) / 2]->sequence < c->sequence) {
    w->queue[i] = w->queue[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  w->queue[i] = c;
  return 0;
}

dg_call *dg_walk_pop(dg_walk *w)
{
  if (w->queued == 0) return NULL;
  dg_call *top = w->queue[0], *last = w->queue[--w->queued];
  int64_t i = 0;
  for (;;) {
    int64_t child = 2 * i + 1;
    if (child >= w->queued) break;
    if (child + 1 < w->queued && w->queue[child + 1]->sequence > w->queue[child]->sequence) child++;
    if (w->queue[child]->sequence <= last->sequence) break;
    w->queue[i] = w->queue[child];
    i = child;
  }
  w->queue[i] = last;
  return top;
}

/* Visits everything below the roots, newest first, then decides from the oldest up which nodes lead
 * to a wanted input. The visits are made under a number of their own. */
int dg_walk_mark(dg_walk *w)
{
  uint64_t id = w->id;
  bool counted = w->counted;
  dg_call **list = NULL;
  int64_t count = 0, room = 0;
  int status = 0;
  w->id |= (uint64_t)1 << 63;
  w->counted = false; /* the roots hold everything meanwhile */
  for (int i = 0; i < w->root_count && status == 0; i++) {
    dg_body *y = dg_body_of(w->roots[i]);
    if (y->creator) status = dg_walk_push(w, y->creator);
  }
  for (dg_call *c; status == 0 && (c = dg_walk_pop(w));) {
    status = dg_walk_reserve(&list, count + 1, &room, sizeof *list);
    if (status == 0) list[count++] = c;
    for (int i = 0; i < c->inputs && status == 0; i++)
      if (c->x[i]->creator) status = dg_walk_push(w, c->x[i]->creator);
  }
  w->id = id;
  w->counted = counted;
  w->queued = 0;
  for (int64_t k = count - 1; k >= 0 && status == 0; k--) {
    dg_call *c = list[k];
    for (int i = 0; i < c->inputs; i++) {
      dg_body *x = c->x[i];
      if (x->wanted == id || (x->creator && x->creator->leads == id)) c->leads = id;
    }
  }
  dg_table_free(list);
  return status;
}
