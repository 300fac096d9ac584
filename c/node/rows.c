/* rows.c -- gradients that are some rows of a large matrix. */
#include "node/rows.h"

/* A tensor that the gradient alone holds. */
static dg_body *make(int device, int dtype, int ndim, const int64_t *shape)
{
  dg_body *b = dg_body_new("rows", dtype, ndim, shape);
  if (!b) return NULL;
  b->v.device = (uint8_t)device;
  if (dg_body_allocate(b, DG_GRADIENT) < 0) {
    dg_body_free(b);
    return NULL;
  }
  b->refs = DG_HOLD;
  return b;
}

static void drop(dg_body *b)
{
  if (b) dg_unhold(b);
}

/* Where labels stand among the distinct ones; a few places need no tensor. */
enum { FEW = 64 };
typedef struct places {
  dg_view v;
  dg_body *body; /* NULL: they lie in `few` */
  int64_t few[FEW];
} places;

static int open_places(places *p, const dg_body *numbers)
{
  int64_t count = numbers->v.size;
  p->body = count > FEW ? make(0, DG_I64, 1, &count) : NULL;
  if (count > FEW && !p->body) return -1;
  p->v = numbers->v;
  p->v.data = p->body ? p->body->v.data : p->few;
  return 0;
}

/* Has *list, whose elements are those of `from` on the host, lie on another device. */
static int move(dg_body **list, const dg_view *from, int device)
{
  dg_body *to = make(device, DG_I64, 1, from->shape);
  if (!to || dg_transfer(from, &to->v) < 0) {
    drop(to);
    return -1;
  }
  drop(*list);
  *list = to;
  return 0;
}

static int find_here(const dg_labels *l, dg_body **numbers, places *p)
{
  *numbers = make(0, DG_I64, 1, &l->t.size);
  if (!*numbers || open_places(p, *numbers) < 0) return -1;
  int64_t count = dg_cpu.distinct(l, &(*numbers)->v, &p->v);
  if (count < 0) return -1;
  (*numbers)->v = dg_view_part(&(*numbers)->v, 0, 0, count);
  return 0;
}

static int find_far(const dg_labels *l, dg_body **numbers, places *p)
{
  int device = l->t.device;
  dg_body *copy = make(0, l->t.dtype, l->t.ndim, l->t.shape);
  dg_labels here = *l;
  int status = copy ? dg_transfer(&l->t, &copy->v) : -1;
  if (status == 0) {
    here.t = copy->v;
    status = find_here(&here, numbers, p);
  }
  drop(copy);
  if (status == 0) status = move(numbers, &(*numbers)->v, device);
  if (status == 0) status = move(&p->body, &p->v, device);
  if (status == 0) p->v = p->body->v;
  return status;
}

/* While a step is recorded nothing is known of its labels: there are as many rows as labels, and those
 * of labels that came before stay empty, with the number -1. */
static int find_later(const dg_labels *l, dg_body **numbers, places *p)
{
  *numbers = make(l->t.device, DG_I64, 1, &l->t.size);
  p->body = *numbers ? make(l->t.device, DG_I64, 1, &l->t.size) : NULL;
  if (!p->body) return -1;
  p->v = p->body->v;
  return dg_backend_of(&l->t)->distinct(l, &(*numbers)->v, &p->v) < 0 ? -1 : 0;
}

/* The distinct ones of labels: their numbers, and the place of each label among them, which the
 * caller drops. Labels are little beside the rows that they stand for: those of another device are
 * looked through on the host. */
static int find_rows(const dg_labels *l, dg_body **numbers, places *p)
{
  *numbers = p->body = NULL;
  int status = l->t.device == 0          ? find_here(l, numbers, p)
               : dg_graph_is_recording() ? find_later(l, numbers, p)
                                         : find_far(l, numbers, p);
  if (status == 0) return 0;
  drop(*numbers);
  drop(p->body);
  *numbers = p->body = NULL;
  return -1;
}

static dg_body *make_elements(const dg_view *matrix, const dg_body *numbers)
{
  const int64_t shape[2] = { numbers->v.size, matrix->shape[1] };
  return make(matrix->device, matrix->dtype, 2, shape);
}

/* A gradient without rows yet. */
static dg_body *blank(const dg_view *matrix)
{
  dg_body *g = dg_body_new("rows", matrix->dtype, 2, matrix->shape);
  if (g) g->v.device = matrix->device;
  return g;
}

int dg_rows_take(dg_body *g, const dg_labels *l, const dg_view *gy)
{
  dg_body *numbers;
  places p;
  if (find_rows(l, &numbers, &p) < 0) return -1;
  dg_body *elements = make_elements(&g->v, numbers);
  dg_labels to = { .t = p.v, .classes = numbers->v.size, .ignored = -1 };
  int status = elements ? dg_backend_of(gy)->add_rows(gy, &to, &elements->v) : -1;
  drop(p.body);
  if (status < 0) {
    drop(numbers);
    drop(elements);
    return -1;
  }
  g->flags |= DG_ROWS;
  g->grad = elements;
  elements->grad = numbers;
  return 0;
}

dg_tensor *dg_rows_new(const dg_view *matrix, const dg_labels *l, const dg_view *gy)
{
  dg_body *g = blank(matrix);
  if (!g) return NULL;
  if (dg_rows_take(g, l, gy) == 0) return dg_born(g);
  dg_body_free(g);
  return NULL;
}

int dg_rows_set(dg_body *g, const dg_view *numbers)
{
  dg_body *own = make(numbers->device, DG_I64, 1, numbers->shape);
  int status = own ? dg_backend_of(numbers)->copy(numbers, &own->v) : -1;
  dg_body *elements = status == 0 ? make_elements(&g->v, own) : NULL;
  if (!elements) {
    drop(own);
    return -1;
  }
  g->flags |= DG_ROWS;
  g->grad = elements;
  elements->grad = own;
  return 0;
}

/* Of `numbers` on the host those that are none of empty rows, and where they stand; how many. */
static int64_t pack_numbers(dg_body *numbers, const dg_body *where)
{
  int64_t *number = numbers->v.data, *at = where->v.data, kept = 0;
  for (int64_t i = 0; i < numbers->v.size; i++) {
    if (number[i] < 0) continue;
    number[kept] = number[i];
    at[kept++] = i;
  }
  return kept;
}

int dg_rows_taken(const dg_body *g, dg_body **numbers, dg_body **elements)
{
  const dg_view *all = &g->grad->grad->v;
  if (all->device == 0) return 0;
  dg_body *here = make(0, DG_I64, 1, all->shape), *where = make(0, DG_I64, 1, all->shape);
  int status = here && where ? dg_transfer(all, &here->v) : -1;
  int64_t kept = status == 0 ? pack_numbers(here, where) : 0;
  bool are_empty = status == 0 && kept < all->size;
  *elements = NULL;
  if (are_empty) {
    const dg_view number = dg_view_part(&here->v, 0, 0, kept),
                  at = dg_view_part(&where->v, 0, 0, kept);
    status = move(&here, &number, all->device);
    if (status == 0) status = move(&where, &at, all->device);
    if (status == 0) *elements = make_elements(&g->v, here);
    status =
        *elements ? dg_backend_of(all)->gather(&g->grad->v, 0, &where->v, &(*elements)->v) : -1;
  }
  drop(where);
  *numbers = are_empty && status == 0 ? here : NULL;
  if (*numbers) (*numbers)->refs = (*elements)->refs = 0;
  else drop(here), drop(*elements);
  return status < 0 ? -1 : are_empty;
}

/* Takes the rows off a gradient. */
static dg_body *detach(dg_body *g)
{
  dg_body *elements = g->grad;
  g->grad = NULL;
  g->flags &= ~(uint32_t)DG_ROWS;
  return elements;
}

int dg_rows_part(dg_body **g)
{
  if (!(*g)->store) return 0;
  dg_body *rows = blank(&(*g)->v);
  if (!rows) return -1;
  rows->flags = DG_ROWS;
  rows->refs = DG_HOLD;
  rows->grad = detach(*g);
  dg_unhold(*g);
  *g = rows;
  return 0;
}

void dg_rows_join(dg_body *to, dg_body *from)
{
  dg_body *last = to->grad->grad;
  while (last->grad) last = last->grad->grad;
  last->grad = detach(from);
}

/* -- Making several matrices one ------------------------------------------------------------- */

static int64_t count_rows(const dg_body *elements)
{
  int64_t n = 0;
  for (; elements; elements = elements->grad->grad) n += elements->v.shape[0];
  return n;
}

/* Copies the numbers behind each other. */
static int list_numbers(const dg_body *elements, dg_body *all, int64_t *at)
{
  for (; elements; elements = elements->grad->grad) {
    const dg_view *numbers = &elements->grad->v;
    dg_view to = dg_view_part(&all->v, 0, *at, numbers->size);
    if (dg_backend_of(&to)->copy(numbers, &to) < 0) return -1;
    *at += numbers->size;
  }
  return 0;
}

static int add_elements(const dg_body *elements, const places *p, const dg_body *sum, int64_t *at)
{
  for (; elements; elements = elements->grad->grad) {
    int64_t count = elements->v.shape[0];
    dg_view index = dg_view_part(&p->v, 0, *at, count);
    if (dg_backend_of(&sum->v)->scatter_add(&elements->v, 0, &index, &sum->v) < 0) return -1;
    *at += count;
  }
  return 0;
}

int dg_rows_merge(dg_body *g, const dg_body *before)
{
  const dg_body *old = before ? before->grad : NULL;
  if (!old && !g->grad->grad->grad) return 0;
  int64_t total = count_rows(old) + count_rows(g->grad), listed = 0, added = 0;
  dg_body *all = make(g->v.device, DG_I64, 1, &total), *numbers = NULL, *elements = NULL;
  places p;
  if (!all) return -1;
  int status = list_numbers(old, all, &listed);
  if (status == 0) status = list_numbers(g->grad, all, &listed);
  dg_labels l = { .t = all->v, .classes = g->v.shape[0], .ignored = INT64_MIN };
  if (status == 0) status = find_rows(&l, &numbers, &p);
  if (status == 0) {
    elements = make_elements(&g->v, numbers);
    status = elements ? dg_backend_of(&g->v)->fill(&elements->v, 0) : -1;
    if (status == 0) status = add_elements(old, &p, elements, &added);
    if (status == 0) status = add_elements(g->grad, &p, elements, &added);
    drop(p.body);
  }
  drop(all);
  if (status < 0) {
    drop(elements);
    drop(numbers);
    return -1;
  }
  elements->grad = numbers;
  dg_unhold(g->grad);
  g->grad = elements;
  return 0;
}

/* -- Elements of the whole matrix ------------------------------------------------------------ */

int dg_rows_add_to(const dg_body *g, dg_body *sum)
{
  for (const dg_body *e = g->grad; e; e = e->grad->grad)
    if (dg_backend_of(&sum->v)->scatter_add(&e->v, 0, &e->grad->v, &sum->v) < 0) return -1;
  return 0;
}

int dg_rows_fill(dg_body *g)
{
  if (g->flags & DG_OUTER) return dg_outer_write(g);
  if (g->store || !(g->flags & DG_ROWS)) return 0;
  if (dg_body_allocate(g, DG_GRADIENT) < 0) {
    dg_fail_prefix("grad: ");
    return -1;
  }
  g->store->version = g->grad->store->version;
  if (dg_backend_of(&g->v)->fill(&g->v, 0) == 0 && dg_rows_add_to(g, g) == 0) return 0;
  dg_body_drop_storage(g);
  return -1;
}

int dg_rows_drop(dg_body *g)
{
  if (dg_rows_fill(g) < 0) return -1;
  if (g->flags & DG_ROWS) dg_unhold(detach(g));
  return 0;
}
