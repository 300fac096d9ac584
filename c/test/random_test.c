/* random_test.c -- random programs beside a model that knows which handles must be alive, and which must
 * be refused. Nothing crashes, a stale handle is an error every time, and nothing is left in the end. */
#include "test.h"

enum { OBJECTS = 40, WALKS = 3, NODES = 6, DEPTH = 5, PROGRAMS = 6000, LENGTH = 400 };

typedef struct object {
  dg_tensor *x;
  int refs;  /* references that are ours */
  int depth; /* alive until the scope at this depth closes; 0: no scope says so */
  int owned; /* that scope is its only owner, but for refs */
  int held;  /* the graph, a walk or a tensor may have it beside us */
  int dead;  /* must be refused */
  int empty; /* an input of a node that had lost its elements */
} object;

static object objects[OBJECTS];
static dg_walk *walks[WALKS];
static dg_node *nodes[NODES];
static double scopes[DEPTH];
static int depth;
static uint64_t seed;
static long stale_uses, operations;

static uint32_t roll(uint32_t n)
{
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 33) % n;
}

static object *any(void) { return &objects[roll(OBJECTS)]; }
static int must_live(const object *o) { return o->x && !o->dead && (o->refs > 0 || o->depth > 0); }

static object *alive(void)
{
  for (int i = 0; i < 200; i++) {
    object *o = any();
    if (must_live(o) && !o->empty) return o;
  }
  return NULL;
}

/* A place for a handle: its own if it is known, or one that is ours to forget. */
static object *place(dg_tensor *x)
{
  for (int i = 0; i < OBJECTS; i++)
    if (objects[i].x == x) return &objects[i];
  object *o = any();
  while (o->refs > 0) o = any();
  *o = (object){ .x = x };
  return o;
}

/* Notes a result: new, or lent when `held`. */
static void note(dg_tensor *x, int held)
{
  if (!x) return;
  object *o = place(x);
  CHECK(!o->dead);
  o->empty = held && dg_version(x) < 0;
  if (depth == 0) {
    o->refs++;
    o->held |= held;
  } else if (!held) {
    o->depth = depth;
    o->owned = 1;
  } else {
    if (!o->owned && o->depth == 0) o->depth = depth; /* of this scope, perhaps */
    o->held = 1;
  }
}

static int room(void)
{
  int with_refs = 0;
  for (int i = 0; i < OBJECTS; i++) with_refs += objects[i].refs > 0;
  return with_refs < OBJECTS / 2;
}

/* -- Steps ----------------------------------------------------------------------------------- */

static void create(void)
{
  if (!room()) return;
  dg_tensor *x = vector(2 + roll(2), 0.5 + roll(4) * 0.25); /* in the slot, or in a block */
  if (roll(3)) leaf(x);
  note(x, 0);
}

static void combine(void)
{
  object *a = alive(), *b = alive();
  if (!a || !b || !room()) return;
  dg_tensor *x = a->x, *y = b->x, *z = NULL;
  dg_error_clear();
  int kind = roll(9);
  a->held |= !a->owned, b->held |= !b->owned; /* by the graph, or by the scope */
  switch (kind) {
  case 0:
    z = dg_neg(x);
    break;
  case 1:
    z = dg_tanh(x);
    break;
  case 2:
    z = dg_sigmoid(x);
    break;
  case 3:
    z = dg_reshape(x, 2, (const int64_t[]){ (int64_t)dg_size(x), 1 });
    break;
  case 4:
    z = dg_detach(x);
    break;
  case 5:
    z = dg_sum(x, 0, NULL, 0);
    break;
  case 6:
    z = dg_mul(x, y);
    break;
  case 7:
    z = dg_add(x, y);
    break;
  default:
    CHECK(dg_custom("random", kind, 1, &x, 1, &y, &z) == 0);
  }
  operations++;
  CHECK(z || ((kind == 6 || kind == 7) && dg_error_code() == DG_EARGUMENT)); /* other shapes */
  note(z, 0);
  if (z && depth == 0) place(z)->held = 1; /* a ghost of its node, perhaps */
}

static void release(void)
{
  object *o = alive();
  if (!o) return;
  int status = dg_release(o->x);
  if (o->refs > 0) {
    CHECK(status == 0);
    o->refs--;
    if (o->refs == 0 && o->depth == 0 && !o->held) o->dead = 1;
  } else if (o->owned) {
    CHECK(status == 0 && !dg_alive(o->x));
    o->dead = 1;
  } else { /* lent, which is refused, or of a scope after all */
    CHECK((status == -1 && dg_error_code() == DG_ESTALE) || !dg_alive(o->x));
    o->dead = !dg_alive(o->x);
  }
}

static void keep(void)
{
  object *o = alive();
  if (!o || !room()) return;
  CHECK(dg_keep(o->x) == o->x);
  o->refs++;
}

static void open_scope(void)
{
  if (depth == DEPTH) return;
  scopes[depth++] = dg_scope_open();
  CHECK(scopes[depth - 1] > 0);
}

static void close_scope(void)
{
  if (depth == 0) return;
  int to = roll(depth), count = 0;
  dg_tensor *list[4];
  object *kept[4];
  while (room() && count < 4 && roll(2) && (kept[count] = alive())) {
    list[count] = kept[count]->x;
    count++;
  }
  CHECK(dg_scope_close(scopes[to], list, count) == 0);
  for (int i = 0; i < count; i++) {
    object *o = kept[i];
    if (to == 0) o->refs++;
    else if (o->owned && o->depth > to) o->depth = to;
  }
  depth = to;
  for (int i = 0; i < OBJECTS; i++) {
    object *o = &objects[i];
    if (o->dead || o->depth <= depth) continue;
    if (o->owned && o->refs == 0 && !o->held) o->dead = 1;
    o->owned = o->depth = 0;
  }
  CHECK(dg_scope_count() == depth);
}

static void forget_walk(dg_walk **w)
{
  CHECK(dg_walk_free(*w) == 0);
  *w = NULL;
}

/* The caller's operator has gradient -gy; a hook looks. */
static void serve(dg_walk *w, int status)
{
  if (status == DG_WALK_CALL) {
    dg_tensor *gy = dg_walk_output_gradient(w, 0), *g = dg_neg(gy);
    dg_node *n = dg_walk_node(w);
    dg_tensor *x = dg_node_input(n, 0);
    if (g && x) dg_walk_give(w, 0, g); /* refused, later, where the shapes differ */
    if (dg_scope_count() == 0) RELEASE(gy, g, x);
  } else if (status == DG_WALK_HOOK) {
    dg_tensor *x = dg_walk_tensor(w), *g = dg_walk_gradient(w);
    CHECK(x && g);
    if (dg_scope_count() == 0) RELEASE(x, g);
  }
}

static void walk(void)
{
  dg_walk **w = &walks[roll(WALKS)];
  if (!*w) {
    object *o = alive(), *to = alive();
    if (!o || !to) return;
    int flags = roll(2) ? DG_RETAIN_GRAPH : 0, chosen = roll(3) == 0;
    if (roll(3) == 0 && (depth > 0 || chosen)) flags |= DG_DOUBLE_BACKPROP;
    if (roll(4) == 0) flags |= DG_RETAIN_GRAD;
    dg_error_clear();
    dg_tensor *start = dg_size(o->x) == 1 ? NULL : dg_detach(o->x);
    *w = chosen ? dg_walk_to(1, &o->x, &start, 1, &to->x, flags)
                : dg_walk_new(1, &o->x, &start, flags);
    if (start && depth == 0) dg_release(start);
    CHECK(*w || dg_error_code() == DG_EGRAPH || dg_error_code() == DG_ESTALE);
    o->held = to->held = 1;
    if (*w && flags & DG_DOUBLE_BACKPROP &&
        !chosen) { /* or a leaf might hold itself, by its gradient */
      if (dg_walk_run(*w, 0) == DG_WALK_CALL) serve(*w, DG_WALK_CALL), dg_walk_run(*w, 0);
      forget_walk(w);
    }
    return;
  }
  for (int i = roll(4); i >= 0 && *w; i--) {
    int scopes_before = dg_scope_count();
    dg_error_clear();
    int status = roll(2) ? dg_walk_step(*w) : dg_walk_run(*w, roll(2) ? 1e-3 : 0);
    CHECK(status >= 0 || dg_error_code() != DG_OK);
    if (status == DG_WALK_CALL) {
      serve(*w, status);
      status = dg_walk_run(*w, 1e-3);
      if (status == DG_WALK_CALL) status = DG_WALK_FAILED;
    }
    serve(*w, status);
    if (status == DG_WALK_DONE && roll(2)) note(dg_walk_result(*w, 0), 1);
    if (status == DG_WALK_MORE && roll(3) == 0) note(dg_walk_input_gradient(*w, 0), 1);
    if (status == DG_WALK_FAILED || roll(4) == 0) forget_walk(w);
    CHECK(dg_scope_count() == scopes_before);
  }
}

static void gradients(void)
{
  object *o = alive();
  if (!o || !room()) return;
  switch (roll(5)) {
  case 0:
    CHECK(dg_gradient_set(o->x, NULL) == 0);
    break;
  case 1:
    note(dg_gradient(o->x), 1);
    break;
  case 2: {
    dg_tensor *g = dg_detach(o->x);
    CHECK(dg_gradient_set(o->x, g) == 0);
    note(g, 0);
    place(g)->held = 1;
    break;
  }
  case 3:
    CHECK(dg_retain_grad(o->x) == 0);
    break;
  default:
    CHECK(dg_hooked_set(o->x, roll(2)) == 0);
  }
}

static void cut(void)
{
  object *o = alive();
  if (!o) return;
  CHECK((roll(2) ? dg_unchain(o->x) : dg_unchain_backward(o->x)) == 0);
  if (roll(4) == 0) CHECK(dg_fill(o->x, 0.5) == 0);
}

static void look_at_nodes(void)
{
  dg_node **n = &nodes[roll(NODES)];
  object *o = alive();
  if (!*n && o) {
    *n = depth == 0 ? dg_creator(o->x) : NULL;
  } else if (*n) {
    CHECK(dg_node_alive(*n));
    if (roll(2) && room()) note(dg_node_input(*n, 0), 1);
    if (roll(2) && room()) note(dg_node_output(*n, 0), 1);
    if (roll(2)) {
      CHECK(dg_node_release(*n) == 0);
      *n = NULL;
    }
  }
}

/* Whatever the model calls dead is refused by whatever it is given to. */
static void use_stale(void)
{
  object *o = any(), *other = alive();
  if (!o->dead) return;
  dg_tensor *live = other ? other->x : NULL, *r;
  stale_uses++;
  CHECK(!dg_alive(o->x));
  CHECK_FAILS(DG_ESTALE, !dg_neg(o->x));
  CHECK_FAILS(DG_ESTALE, dg_release(o->x) == -1);
  CHECK_FAILS(DG_ESTALE, !dg_keep(o->x));
  CHECK_FAILS(DG_ESTALE, dg_size(o->x) == -1);
  CHECK_FAILS(DG_ESTALE, isnan(dg_item(o->x)));
  CHECK_FAILS(DG_ESTALE, !dg_data(o->x));
  CHECK_FAILS(DG_ESTALE, !dg_walk_new(1, &o->x, NULL, 0));
  CHECK_FAILS(DG_ESTALE, dg_unchain_backward(o->x) == -1);
  CHECK_FAILS(DG_ESTALE, dg_custom("random", 0, 1, &o->x, 1, &o->x, &r) == -1);
  if (depth > 0) CHECK_FAILS(DG_ESTALE, dg_scope_close(scopes[0], &o->x, 1) == -1);
  if (!live) return;
  CHECK_FAILS(DG_ESTALE, !dg_add(live, o->x));
  CHECK_FAILS(DG_ESTALE, !dg_mul(o->x, live));
  CHECK_FAILS(DG_ESTALE, dg_gradient_set(live, o->x) == -1);
  CHECK_FAILS(DG_ESTALE, !dg_walk_to(1, &live, NULL, 1, &o->x, 0));
}

static void check_model(void)
{
  for (int i = 0; i < OBJECTS; i++) {
    const object *o = &objects[i];
    if (o->dead) CHECK(!dg_alive(o->x));
    else if (must_live(o)) CHECK(dg_alive(o->x) && (o->empty || dg_version(o->x) >= 0));
  }
}

/* -- Programs -------------------------------------------------------------------------------- */

static void tidy(void)
{
  if (depth > 0) CHECK(dg_scope_close(scopes[0], NULL, 0) == 0);
  depth = 0;
  for (int i = 0; i < WALKS; i++)
    if (walks[i]) forget_walk(&walks[i]);
  for (int i = 0; i < NODES; i++)
    if (nodes[i]) CHECK(dg_node_release(nodes[i]) == 0), nodes[i] = NULL;
  for (int i = 0; i < OBJECTS; i++) {
    for (; objects[i].refs > 0; objects[i].refs--) CHECK(dg_release(objects[i].x) == 0);
    objects[i] = (object){ 0 };
  }
}

static void run_program(uint64_t number)
{
  static void (*const steps[])(
      void) = { create,  create,    combine,    combine,       combine,     combine,  release,
                release, keep,      open_scope, open_scope,    close_scope, walk,     walk,
                walk,    gradients, cut,        look_at_nodes, use_stale,   use_stale };
  amounts before = amounts_now();
  seed = (number + 1) * 0x9e3779b97f4a7c15u;
  for (int i = 0; i < LENGTH; i++) {
    steps[roll(sizeof steps / sizeof *steps)]();
    if (i % 8 == 0) check_model();
  }
  tidy();
  check_amounts(before, "a program");
  if (failed) printf("program %llu\n", (unsigned long long)number);
}

int main(int argc, char **argv)
{
  if (argc > 1) run_program(strtoull(argv[1], NULL, 10));
  else
    for (uint64_t i = 0; i < PROGRAMS && !failed; i++) run_program(i);
  printf("%ld operations, %ld uses of stale handles\n", operations, stale_uses);
  return report();
}
