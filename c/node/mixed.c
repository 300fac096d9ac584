/* mixed.c -- floats of 16 bits: which operators take them as they are, what becomes of the inputs of
 * the others, and autocast.
 *
 * An operator that has no kernels for them gets casts of them, computes in float32, and its results
 * are cast back. The casts are nodes like any other, so gradients of all orders come by themselves. */
#include "node/mixed.h"

/* -- The cast, an operator ------------------------------------------------------------------- */

static int cast_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_output(c, 0, (int)c->i[0], x->ndim, x->shape) ? 0 : -1;
}

static int cast_forward(dg_call *c)
{
  return dg_backend_of(&c->x[0]->v)->copy(&c->x[0]->v, &c->y[0]->v);
}

/* gx = gy in the dtype of x. */
static int cast_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_cast(gy[0], c->x[0]->v.dtype);
  return 0;
}

static const dg_op_class cast_op = {
  .name = "cast",
  .shape = cast_shape,
  .forward = cast_forward,
  .backward = cast_backward,
  .flags = DG_TAKES_ALL,
};

/* x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
 * that does, NaN becomes 0. To float16 and bfloat16 they go by rounding to the nearest, of two to the
 * even one, and to infinity where they are too large. Gradients flow between float dtypes. A copy
 * even if nothing changes. */
DG_API dg_tensor *dg_cast(dg_tensor *x, int dtype)
{
  dg_call *c = dg_begin1(&cast_op, x);
  if (c) c->i[0] = dtype;
  return dg_finish(c);
}

/* -- Casts of parameters, kept while autocast is on ------------------------------------------ */

typedef struct kept {
  dg_tensor *of; /* the parameter; NULL: vacant */
  dg_body *seen; /* looks at the elements that were cast, so that no others come to their place */
  dg_body *cast; /* held */
  uint32_t version;
} kept;

static DG_THREAD_LOCAL struct {
  kept *at; /* hashed by handle */
  int64_t count, room;
} cache;

static void forget(kept *k)
{
  dg_unhold(k->cast);
  dg_body_free(k->seen);
}

static void clear_cache(void)
{
  for (int64_t i = 0; i < cache.room; i++)
    if (cache.at[i].of) forget(&cache.at[i]);
  dg_table_free(cache.at);
  cache.at = NULL;
  cache.count = cache.room = 0;
}

static kept *place_of(dg_tensor *x)
{
  uint64_t h = (uint64_t)(uintptr_t)x * 0x9e3779b97f4a7c15u;
  int64_t i = (int64_t)(h >> 32) & (cache.room - 1);
  while (cache.at[i].of && cache.at[i].of != x) i = (i + 1) & (cache.room - 1);
  return &cache.at[i];
}

/* Room for one more; false where there is no memory: then nothing is kept. */
static bool make_room(void)
{
  enum { FIRST = 64 };
  if (2 * cache.count < cache.room) return true;
  int64_t before = cache.room, room = before ? 2 * before : FIRST;
  kept *grown = dg_table_grow(NULL, room * (int64_t)sizeof *grown), *old = cache.at;
  if (!grown) {
    dg_error_clear();
    return false;
  }
  memset(grown, 0, (size_t)room * sizeof *grown);
  if (!old) dg_at_thread_exit(DG_EXIT_CASTS, clear_cache);
  cache.at = grown;
  cache.room = room;
  for (int64_t i = 0; i < before; i++)
    if (old[i].of) *place_of(old[i].of) = old[i];
  if (old) dg_table_free(old);
  return true;
}

/* Whether a cast of x made before is what one made now would be: of the same numbers, and with a
 * way back if there is to be one. */
static bool is_good(const kept *k, const dg_body *x, int to)
{
  const dg_call *made_by = k->cast->creator;
  if (k->cast->v.dtype != to || k->version != x->store->version) return false;
  if (k->seen->store != x->store || k->seen->v.data != x->v.data) return false;
  if (dg_tape.no_backprop) return true;
  return made_by && !(made_by->flags & DG_CALL_FREED);
}

/* A cast of a float input; that of a parameter is made once while autocast is on. */
static dg_tensor *cast_once(dg_body *x, int to)
{
  dg_tensor *handle = dg_handle(x);
  bool is_parameter = !x->creator && x->flags & DG_REQUIRES_GRAD;
  if (!is_parameter || !dg_is_half(to) || !make_room()) return dg_cast(handle, to);
  kept *k = place_of(handle);
  if (k->of && is_good(k, x, to)) return dg_handle(k->cast);
  dg_tensor *cast = dg_cast(handle, to);
  dg_body *seen = cast ? dg_body_view(x) : NULL;
  if (cast && !seen) dg_error_clear(); /* it is made again the next time */
  if (!seen) return cast;
  if (k->of) forget(k);
  else cache.count++;
  *k = (kept){ handle, seen, dg_body_of(cast), x->store->version };
  dg_hold(k->cast);
  return cast;
}

int dg_autocast_set(int dtype)
{
  int before = dg_tape.autocast;
  if (dtype != 0 && (dtype < 0 || dtype >= DG_NDTYPES || !dg_is_half(dtype)))
    return dg_fail(DG_ETYPE, "autocast: wanted float16 or bfloat16, got %s", dg_dtype_name(dtype));
  dg_tape.autocast = dtype;
  dg_tape.mixed = dtype ? DG_CALL_MIXED : 0;
  if (!dtype && cache.at) clear_cache();
  return before;
}

/* -- What becomes of a call ------------------------------------------------------------------ */

typedef struct kinds { /* of a call's float inputs */
  int half;            /* the dtype of those of 16 bits, 0: there are none */
  int wide;            /* what these would be computed in: float32, or float64 beside such */
  bool alike;          /* there is no other dtype among them */
} kinds;

static kinds kinds_of(const dg_call *c)
{
  kinds k = { 0, DG_F32, true };
  int first = -1, inputs = c->inputs - (c->flags & DG_CALL_WIDE_LAST ? 2 : 0);
  for (int i = 0; i < inputs; i++) {
    int dtype = c->x[i]->v.dtype;
    if (!dg_is_float(dtype)) continue;
    if (first < 0) first = dtype;
    if (dtype != first) k.alike = false;
    if (dtype == DG_F64) k.wide = DG_F64;
    if (dg_is_half(dtype)) k.half = dtype;
  }
  if (first < 0) k.wide = -1;
  return k;
}

/* Whether an operator takes inputs of 16 bits that are all alike. */
static bool takes_halves(const dg_call *c)
{
  const dg_op_class *op = c->op;
  if (op->flags & DG_MOVES) return true;
  return c->x[0]->v.device != 0 && (op->map || op->flags & DG_HALVES_FAR);
}

/* To 16 bits go all other floats but float64, from there only what has 16 bits. */
static bool is_to_change(int dtype, int to)
{
  if (!dg_is_float(dtype) || dtype == to || dtype == DG_F64) return false;
  return dg_is_half(to) || dg_is_half(dtype);
}

static void drop_outputs(dg_call *c)
{
  for (int i = 0; i < c->outputs; i++) {
    if (c->y[i]) dg_body_free(c->y[i]);
    c->y[i] = NULL;
  }
}

/* Gives `again` what c has besides inputs: numbers, notes, and outputs that are declared already. */
static int take_over(dg_call *again, dg_call *c, int to)
{
  memcpy(again->i, c->i, sizeof c->i);
  memcpy(again->f, c->f, sizeof c->f);
  for (int i = 0; i < DG_CALL_SAVED; i++) again->saved[i] = c->saved[i], c->saved[i] = NULL;
  if (c->outputs > 1 && dg_outputs(again, c->outputs) < 0) return -1;
  for (int i = 0; i < c->outputs; i++) {
    const dg_view *y = c->y[i] ? &c->y[i]->v : NULL;
    if (y && !dg_output_like(again, i, is_to_change(y->dtype, to) ? to : y->dtype, y)) return -1;
  }
  return 0;
}

/* The same call on casts of its inputs, in its place. NULL with an error set. */
static dg_call *recast(dg_call *c, int to)
{
  int n = c->inputs;
  dg_tensor *few[DG_CALL_INPUTS], **x = few;
  if (n > DG_CALL_INPUTS) x = dg_table_grow(NULL, n * (int64_t)sizeof *x);
  bool fine = x != NULL;
  for (int i = 0; i < n && fine; i++) {
    dg_body *b = c->x[i];
    x[i] = is_to_change(b->v.dtype, to) ? cast_once(b, to) : dg_handle(b);
    fine = x[i] != NULL;
  }
  dg_call *again = fine ? dg_begin(c->op, n, x) : NULL;
  if (again && take_over(again, c, to) < 0) {
    drop_outputs(again);
    dg_call_discard(again);
    again = NULL;
  }
  if (x && x != few) dg_table_free(x);
  drop_outputs(c);
  dg_call_discard(c);
  return again;
}

dg_call *dg_mixed_call(dg_call *c, int *narrow)
{
  kinds k = kinds_of(c);
  const dg_op_class *op = c->op;
  int low = dg_tape.autocast;
  *narrow = -1;
  bool narrows = low && op->flags & DG_NARROWS && k.wide == DG_F32;
  if (narrows && !(k.alike && k.half == low)) {
    if (!(c = recast(c, low))) return NULL;
    k = (kinds){ low, DG_F32, true };
  }
  bool is_view = !op->forward && !op->map, widens = low && op->flags & DG_WIDENS;
  if (!k.half || is_view) return c;
  if (k.alike && !widens) {
    if (takes_halves(c)) return c;
    *narrow = k.half;
  }
  return recast(c, k.wide);
}
