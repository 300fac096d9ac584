/* embedded.c -- matrices whose rows embed_id took from a table, most of them more than once. */
#include "op/embedded.h"

#include "op/label.h"

/* Notes: the different rows; then for each row of x its place among them, and behind those the
 * number of each in the table, -1 for zeros. */
enum { ROWS, PLACES };
/* With two of three rows different, all of it takes less time than the product of all. */
enum { FOUND = 2, OF_ROWS = 3 };
enum { MOST_MOVES = 8 }; /* operators between embed_id and the product */

typedef struct trail { /* what made a matrix, the last operator first */
  const dg_call *embed, *move[MOST_MOVES];
  int moves;
} trail;

/* Whether a node hands rows on as they are, in another order or on other axes. */
static bool moves_rows(const dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  if (x->ndim < 1 || y->ndim < 1) return false;
  if (c->op == &dg_transpose_op) return c->i[x->ndim - 1] == x->ndim - 1;
  return c->op == &dg_reshape_op && x->shape[x->ndim - 1] == y->shape[y->ndim - 1];
}

/* Follows x to embed_id. */
static bool follow(const dg_body *x, trail *t)
{
  t->moves = 0;
  for (const dg_call *c; (c = x->creator); x = c->x[0]) {
    if (c->op == &dg_embed_id_op) {
      t->embed = c;
      return true;
    }
    if (t->moves == MOST_MOVES || !moves_rows(c)) return false;
    t->move[t->moves++] = c;
  }
  return false;
}

/* Whether the ids are those that embed_id took, and the table is there. */
static bool is_fresh(const dg_call *embed)
{
  const dg_body *id = embed->x[0], *rows = embed->x[1];
  return id->store && id->store->version == embed->version[0] && rows->store;
}

/* The ids of the rows, moved as these were. */
static dg_tensor *move_ids(const trail *t)
{
  dg_tensor *ids = dg_x(t->embed, 0);
  for (int k = t->moves - 1; k >= 0; k--) {
    const dg_call *c = t->move[k];
    const int axes = c->y[0]->v.ndim - 1;
    ids = c->op == &dg_transpose_op ? dg_transpose(ids, axes, c->i)
                                    : dg_reshape(ids, axes, c->y[0]->v.shape);
  }
  return ids;
}

/* Gives ignored ids, whose place is -1, the place behind all others, of a row of zeros. */
static int64_t place_ignored(int64_t *places, int64_t count, int64_t *numbers, int64_t found)
{
  bool any = false;
  for (int64_t i = 0; i < count; i++)
    if (places[i] < 0) places[i] = found, any = true;
  if (any) numbers[found] = -1;
  return found + any;
}

/* Notes the different rows of the table that the ids name; 0 when too many differ, or x or the table
 * was overwritten. */
static int note_rows(dg_call *c, const dg_call *embed, const dg_view *ids)
{
  const dg_view *table = &embed->x[1]->v;
  const dg_backend *d = dg_backend_of(table);
  const int64_t count = ids->size, room = 2 * count;
  dg_body *note = dg_save_here(c, PLACES, DG_I64, 1, &room);
  if (!note) return -1;
  dg_labels l = { .t = *ids,
                  .classes = table->shape[0],
                  .base = embed->i[DG_LABEL_BASE],
                  .ignored = embed->i[DG_LABEL_IGNORED] };
  dg_view places = dg_view_part(&note->v, 0, 0, count),
          numbers = dg_view_part(&note->v, 0, count, count);
  int64_t found = d->distinct(&l, &numbers, &places);
  if (found < 0) return -1;
  found = place_ignored(places.data, count, numbers.data, found);
  if (found * OF_ROWS > count * FOUND) return 0;
  const int64_t shape[2] = { found, table->shape[1] };
  dg_body *rows = dg_save(c, ROWS, table->dtype, 2, shape);
  l = (dg_labels){ .t = dg_view_part(&note->v, 0, count, found),
                   .classes = table->shape[0],
                   .ignored = -1 };
  if (!rows || d->take_rows(table, &l, &rows->v) < 0) return -1;
  return d->are_rows(&rows->v, &(dg_labels){ .t = places, .ignored = -1 }, &c->x[0]->v);
}

static void forget(dg_call *c)
{
  for (int i = 0; i < DG_CALL_SAVED; i++) {
    if (c->saved[i]) dg_unhold(c->saved[i]);
    c->saved[i] = NULL;
  }
}

int dg_embedded_note(dg_call *c)
{
  const dg_body *x = c->x[0];
  trail t;
  if (x->v.device != 0 || !follow(x, &t) || !is_fresh(t.embed)) return 0;
  if (t.embed->x[1]->v.dtype != x->v.dtype) return 0;
  dg_pool pool = dg_pool_open();
  const dg_body *ids = dg_body_of(move_ids(&t));
  int status = ids ? note_rows(c, t.embed, &ids->v) : -1;
  dg_pool_close(pool, NULL);
  if (status == 0) forget(c);
  return status;
}

void dg_embedded_of(const dg_call *c, dg_embedded *e)
{
  const dg_body *note = c->saved[PLACES];
  const int64_t count = c->x[0]->v.shape[0], found = c->saved[ROWS]->v.shape[0];
  e->rows = c->saved[ROWS]->v;
  e->places = (dg_labels){ .t = dg_view_part(&note->v, 0, 0, count),
                           .classes = found,
                           .ignored = INT64_MIN };
  e->numbers = dg_view_part(&note->v, 0, count, found);
  if (*(int64_t *)dg_at(&e->numbers, found - 1) < 0)
    e->numbers = dg_view_part(&note->v, 0, count, found - 1);
}
