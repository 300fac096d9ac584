/* point.c -- how points are made, and unmade. */
#include "node/point.h"

/* Puts a point at a place of its list. */
static void put(dg_point_list *l, int64_t place, dg_point p)
{
  l->items[place] = p;
  p.y->birth = (uint32_t)place;
}

static int make_room(dg_point_list *l)
{
  if (l->count < l->room) return 0;
  int64_t room = l->room ? 2 * l->room : 64;
  dg_point *items = dg_table_grow(l->items, room * (int64_t)sizeof *items);
  if (!items) return -1;
  l->items = items;
  l->room = room;
  return 0;
}

/* Makes one more point of this layout. */
static int make(dg_point_list *l, uint32_t layout)
{
  static const int64_t shape[DG_FEW_AXES] = { 1, 1, 1 };
  if (make_room(l) < 0) return -1;
  dg_body *y = dg_body_new("point", (int)(layout & 1), (int)(layout >> 8 & 3), shape);
  dg_call *c = y ? (dg_call *)dg_slot_take(DG_SLOT_NODE) : NULL;
  if (!c) {
    if (y) dg_body_free(y);
    return -1;
  }
  dg_body_allocate(y, DG_ACTIVATION);
  y->flags = DG_POINT_FLAGS;
  memset(&c->op, 0, sizeof *c - offsetof(dg_call, op));
  c->x = c->x_inline;
  c->y = c->y_inline;
  c->refs = 1;
  c->y_inline[0] = y;
  y->creator = c;
  dg_count(DG_TENSORS, -1); /* points count by their lists */
  put(l, l->count++, (dg_point){ y, c });
  return 0;
}

int dg_row_take(uint32_t layout)
{
  int list = dg_point_list_of(layout);
  dg_point_list *l = &dg_tape.points[list];
  dg_row_note();
  dg_tape.row = (dg_point_row){ 0 };
  if (dg_tape.used[list] == l->count && make(l, layout) < 0) return -1;
  const dg_point *next = l->items + dg_tape.used[list];
  dg_tape.row = (dg_point_row){ next, l->items + l->count, l->items, &dg_tape.used[list], layout };
  return 0;
}

bool dg_point_is_mine(const dg_body *b)
{
  int list = dg_point_list_of(dg_view_layout(&b->v));
  dg_row_note();
  return b->birth < dg_tape.used[list] && dg_tape.points[list].items[b->birth].y == b;
}

void dg_point_forget(int list)
{
  dg_point_list *l = &dg_tape.points[list];
  int64_t place = --dg_tape.used[list], last = --l->count;
  l->items[place].y->flags &= ~(uint32_t)(DG_POINT | DG_MAKER_SEEN);
  if (place != last) { /* a free one takes its place */
    dg_slot_unpoison(&l->items[last].y->slot);
    put(l, place, l->items[last]);
    dg_slot_poison(&l->items[place].y->slot);
  }
  if (dg_tape.row.used == &dg_tape.used[list]) {
    dg_tape.row.end--;
    dg_row_resume();
  }
  dg_count(DG_TENSORS, 1);
  dg_count(DG_NODES, 1);
}

void dg_points_dissolve(void)
{
  for (int i = 0; i < DG_POINT_LISTS; i++) {
    dg_point_list *l = &dg_tape.points[i];
    while (l->count > 0) {
      const dg_point *p = &l->items[--l->count];
      dg_slot_give(&p->call->slot);
      dg_slot_give(&p->y->slot);
    }
    dg_table_free(l->items);
    *l = (dg_point_list){ 0 };
  }
  dg_tape.row = (dg_point_row){ 0 };
}

/* -- Counting ------------------------------------------------------------------------------- */

static int64_t points_in_use(void)
{
  int64_t sum = 0;
  dg_row_note();
  for (int i = 0; i < DG_POINT_LISTS; i++) sum += dg_tape.used[i];
  return sum;
}

/* How many tensors are alive; of other threads' tensors of one element in open scopes none. */
DG_API double dg_memory_tensors(void)
{
  return (double)(dg_count_of(DG_TENSORS) + points_in_use());
}

/* How many nodes are alive; as above. */
DG_API double dg_memory_nodes(void) { return (double)(dg_count_of(DG_NODES) + points_in_use()); }
