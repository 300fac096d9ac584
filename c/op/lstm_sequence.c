/* lstm_sequence.c -- an LSTM over sequences of different lengths, all steps in one node.
 *
 * Sequences are packed as device/steps.h says. */
#include "op/lstm.h"

#include <string.h>

enum { REVERSE, STEPS };           /* attributes */
enum { X, H, C, LATERAL, INPUTS }; /* inputs */
enum { YS, HY, CY, OUTPUTS };      /* outputs */
enum {
  STATES,
  SIZES
}; /* notes; STATES: gates before their functions, then c_prev; or
                                    * what `lstm_steps` keeps */
enum { GATES = DG_LSTM_GATES, LEAST_BATCH = 4, MOST_UNITS = 512 };

static const int64_t *sizes_of(const dg_call *c) { return c->saved[SIZES]->v.data; }

/* The sizes of all steps as a note, which lies on the host. */
static int note_sizes(dg_call *c, const int64_t *sizes)
{
  const int64_t steps = c->i[STEPS];
  dg_body *note = dg_save_here(c, SIZES, DG_I64, 1, &steps);
  if (!note) return -1;
  memcpy(note->v.data, sizes, (size_t)steps * sizeof *sizes);
  return 0;
}

/* A matrix that lies in a note from element `from` on. */
static dg_view matrix_in(const dg_body *note, int64_t from, int64_t rows, int64_t columns)
{
  dg_view m = note->v;
  int64_t shape[2] = { rows, columns };
  dg_view_set(&m, "note", note->v.dtype, 2, shape);
  m.data = dg_at(&note->v, from);
  return m;
}

/* The gates of x, one view for each: all a, then all i, f, o. */
static void gates_of(const dg_view *x, dg_view gate[GATES])
{
  const int64_t units = x->shape[1] / GATES;
  for (int k = 0; k < GATES; k++) gate[k] = dg_view_part(x, 1, k * units, units);
}

static dg_view turned(const dg_view *m)
{
  dg_view t = *m;
  for (int i = 0; i < 2; i++) t.shape[i] = m->shape[1 - i], t.stride[i] = m->stride[1 - i];
  dg_view_finish(&t);
  return t;
}

static dg_packing steps_of(const dg_call *c)
{
  return (dg_packing){ .count = c->i[STEPS], .sizes = sizes_of(c), .reverse = c->i[REVERSE] != 0 };
}

/* -- Gradients, where they are not recorded ----------------------------------------------------- */

enum { G_YS = INPUTS, G_GYS, G_GHY, G_GCY, G_STATES, G_INPUTS }; /* its further inputs */

/* Whether the backend is to do all steps at once: a card always; the host with a few sequences, whose
 * states share the walk over W, and a W that stays in a cache. It is chosen by shapes alone, for both
 * directions. */
static bool in_one(const dg_call *c)
{
  const dg_view *h = &c->x[H]->v;
  const int64_t units = h->shape[1];
  return h->device != 0 || (h->shape[0] >= LEAST_BATCH && units <= MOST_UNITS);
}

static int sequence_grad_shape(dg_call *c) { return dg_shape_inputs(c, INPUTS); }

/* What h was before each step, one row for each of x. */
static int collect_h(dg_call *c, const dg_packing *steps, const dg_view *state, const dg_view *all)
{
  const dg_view *ys = &c->x[G_YS]->v;
  const dg_backend *d = dg_backend_of(ys);
  if (d->copy(&c->x[H]->v, state) < 0) return -1;
  for (dg_step s = dg_before_steps(steps, ys->shape[0], false); dg_next_step(steps, false, &s);) {
    dg_view h = dg_view_part(state, 0, 0, s.rows), to = dg_view_part(all, 0, s.from, s.rows);
    dg_view y = dg_view_part(ys, 0, s.from, s.rows);
    if (d->copy(&h, &to) < 0 || d->copy(&y, &h) < 0) return -1;
  }
  return 0;
}

/* One step back: gh and gc are those of h and c after it, then those before it. */
static int step_back(dg_call *c, const dg_step *s, const dg_view *gates, const dg_view *c_prev)
{
  dg_view gc = dg_view_part(&c->y[C]->v, 0, 0, s->rows),
          gh = dg_view_part(&c->y[H]->v, 0, 0, s->rows);
  dg_view gy = dg_view_part(&c->x[G_GYS]->v, 0, s->from, s->rows);
  dg_view x = dg_view_part(gates, 0, s->from, s->rows),
          gx = dg_view_part(&c->y[X]->v, 0, s->from, s->rows);
  dg_view c0 = dg_view_part(c_prev, 0, s->from, s->rows), gate[GATES], grad[GATES];
  const dg_backend *d = dg_backend_of(&gx);
  gates_of(&x, gate), gates_of(&gx, grad);
  const dg_view *in[] = { &c0, &gate[0], &gate[1], &gate[2], &gate[3], &gc, &gh };
  const dg_view *out[] = { &gc, &grad[0], &grad[1], &grad[2], &grad[3] };
  if (d->accumulate(&gy, &gh) < 0 || d->lstm_grad(in, out) < 0) return -1;
  return d->matmul(&gx, &c->x[LATERAL]->v, &gh);
}

static int steps_back(dg_call *c, const dg_packing *steps)
{
  const int64_t rows = c->x[X]->v.shape[0], units = c->x[H]->v.shape[1], shape[2] = { rows, units };
  dg_view gates = matrix_in(c->x[G_STATES], 0, rows, GATES * units);
  dg_view c_prev = matrix_in(c->x[G_STATES], rows * GATES * units, rows, units);
  const dg_backend *d = dg_backend_of(&gates);
  dg_body *h_prev = dg_save(c, STATES, c->x[X]->v.dtype, 2, shape);
  if (!h_prev || collect_h(c, steps, &c->y[H]->v, &h_prev->v) < 0) return -1;
  if (d->copy(&c->x[G_GHY]->v, &c->y[H]->v) < 0 || d->copy(&c->x[G_GCY]->v, &c->y[C]->v) < 0)
    return -1;
  for (dg_step s = dg_before_steps(steps, rows, true); dg_next_step(steps, true, &s);)
    if (step_back(c, &s, &gates, &c_prev) < 0) return -1;
  dg_view gx = turned(&c->y[X]->v);
  return d->matmul(&gx, &h_prev->v, &c->y[LATERAL]->v);
}

/* The same in one, but for W. */
static int all_back(dg_call *c, const dg_packing *steps)
{
  const int64_t rows = c->x[X]->v.shape[0], units = c->x[H]->v.shape[1];
  dg_view kept = matrix_in(c->x[G_STATES], 0, rows, DG_LSTM_KEPT * units);
  dg_view h_prev = dg_view_part(&kept, 1, (DG_LSTM_KEPT - 1) * units, units);
  dg_view gx = turned(&c->y[X]->v);
  const dg_view *in[] = { &c->x[G_GYS]->v, &c->x[G_GHY]->v, &c->x[G_GCY]->v, &c->x[LATERAL]->v,
                          &kept };
  const dg_view *out[] = { &c->y[X]->v, &c->y[H]->v, &c->y[C]->v };
  const dg_backend *d = dg_backend_of(&kept);
  if (d->lstm_steps_grad(steps, in, out) < 0) return -1;
  return d->matmul(&gx, &h_prev, &c->y[LATERAL]->v);
}

static int sequence_grad_forward(dg_call *c)
{
  const dg_packing steps = steps_of(c);
  return in_one(c) ? all_back(c, &steps) : steps_back(c, &steps);
}

static const dg_op_class sequence_grad_op = {
  .name = "lstm_sequence_grad",
  .flags = DG_HALVES_FAR,
  .shape = sequence_grad_shape,
  .forward = sequence_grad_forward,
};

static int fused_grad(dg_call *c, dg_tensor **gy, dg_tensor *gx[INPUTS])
{
  dg_tensor *in[G_INPUTS] = { dg_x(c, X), dg_x(c, H), dg_x(c, C), dg_x(c, LATERAL),   dg_y(c, YS),
                              gy[YS],     gy[HY],     gy[CY],     dg_saved(c, STATES) };
  dg_call *g = dg_begin(&sequence_grad_op, G_INPUTS, in);
  if (!g) return -1;
  g->i[REVERSE] = c->i[REVERSE], g->i[STEPS] = c->i[STEPS];
  if (note_sizes(g, sizes_of(c)) < 0) {
    dg_call_discard(g);
    return -1;
  }
  return dg_finish_all(g, gx);
}

/* -- Gradients in operators --------------------------------------------------------------------- */

static dg_tensor *head(dg_tensor *x, int64_t rows) { return dg_narrow(x, 0, 0, rows); }

/* x with its first rows replaced; `all` is how many it has. */
static dg_tensor *with_head(dg_tensor *x, dg_tensor *first, int64_t rows, int64_t all)
{
  dg_tensor *both[2] = { first, dg_narrow(x, 0, rows, all - rows) };
  return rows == all ? first : dg_concat(2, both, 0);
}

/* `outer` groups of a row as `inner` numbers each, turned: the gates of a unit side by side, as dg_lstm
 * has them, or the units of a gate. */
static dg_tensor *regroup(dg_tensor *x, int64_t rows, int64_t outer, int64_t inner)
{
  const int64_t split[3] = { rows, outer, inner }, joined[2] = { rows, outer * inner };
  return dg_reshape(dg_swap_axes(dg_reshape(x, 3, split), 1, 2), 2, joined);
}

typedef struct replay { /* of each step, made anew so that it can be differentiated */
  dg_tensor *h_prev, *c_prev, *x, *gx;
} replay;

static int replay_steps(dg_call *c, replay *r)
{
  dg_tensor *h = dg_x(c, H), *state = dg_x(c, C), *w = dg_swap_axes(dg_x(c, LATERAL), 0, 1),
            *made[2];
  const int64_t all = c->x[H]->v.shape[0], units = c->x[H]->v.shape[1];
  const dg_packing steps = steps_of(c);
  for (dg_step s = dg_before_steps(&steps, c->x[X]->v.shape[0], false);
       dg_next_step(&steps, false, &s);) {
    replay *at = &r[s.t];
    at->h_prev = head(h, s.rows);
    at->c_prev = head(state, s.rows);
    dg_tensor *x = dg_add(dg_narrow(dg_x(c, X), 0, s.from, s.rows), dg_matmul(at->h_prev, w));
    at->x = regroup(x, s.rows, GATES, units);
    if (dg_lstm(at->c_prev, at->x, made) < 0) return -1;
    state = with_head(state, made[0], s.rows, all);
    h = with_head(h, made[1], s.rows, all);
  }
  return 0;
}

static int composed_grad(dg_call *c, dg_tensor **gy, replay *r, dg_tensor *gx[INPUTS])
{
  dg_tensor *gh = gy[HY], *gc = gy[CY], *gw = NULL, *made[2];
  const int64_t all = c->x[H]->v.shape[0], units = c->x[H]->v.shape[1];
  const dg_packing steps = steps_of(c);
  if (replay_steps(c, r) < 0) return -1;
  for (dg_step s = dg_before_steps(&steps, c->x[X]->v.shape[0], true);
       dg_next_step(&steps, true, &s);) {
    replay *at = &r[s.t];
    dg_tensor *g = dg_add(head(gh, s.rows), dg_narrow(gy[YS], 0, s.from, s.rows));
    if (dg_lstm_grad(at->c_prev, at->x, head(gc, s.rows), g, made) < 0) return -1;
    at->gx = regroup(made[1], s.rows, units, GATES);
    gc = with_head(gc, made[0], s.rows, all);
    gh = with_head(gh, dg_matmul(at->gx, dg_x(c, LATERAL)), s.rows, all);
    dg_tensor *more = dg_matmul(dg_swap_axes(at->gx, 0, 1), at->h_prev);
    gw = gw ? dg_add(gw, more) : more;
  }
  dg_tensor **parts = dg_table_grow(NULL, steps.count * (int64_t)sizeof *parts);
  if (!parts) return -1;
  for (int64_t t = 0; t < steps.count; t++) parts[t] = r[t].gx;
  gx[X] = dg_concat((int)steps.count, parts, 0);
  dg_table_free(parts);
  gx[H] = gh, gx[C] = gc, gx[LATERAL] = gw;
  return 0;
}

/* -- The operator ------------------------------------------------------------------------------- */

static int sequence_shape(dg_call *c)
{
  const dg_view *x = &c->x[X]->v, *h = &c->x[H]->v;
  if (dg_wants_float(c, X) < 0) return -1;
  for (int i = 1; i < INPUTS; i++)
    if (c->x[i]->v.dtype != c->x[X]->v.dtype)
      return dg_op_fail(c, DG_ETYPE, "dtypes %s and %s differ (cast some of them)",
                        dg_dtype_name(c->x[X]->v.dtype), dg_dtype_name(c->x[i]->v.dtype));
  int64_t shape[2] = { x->shape[0], h->shape[1] };
  if (dg_outputs(c, OUTPUTS) < 0 || !dg_output(c, YS, x->dtype, 2, shape)) return -1;
  return dg_output_like(c, HY, x->dtype, h) && dg_output_like(c, CY, x->dtype, h) ? 0 : -1;
}

static int step_on(dg_call *c, const dg_step *s, const dg_view *w, const dg_view *gates,
                   const dg_view *c_prev)
{
  dg_view h = dg_view_part(&c->y[HY]->v, 0, 0, s->rows),
          state = dg_view_part(&c->y[CY]->v, 0, 0, s->rows);
  dg_view x = dg_view_part(&c->x[X]->v, 0, s->from, s->rows),
          pre = dg_view_part(gates, 0, s->from, s->rows);
  dg_view y = dg_view_part(&c->y[YS]->v, 0, s->from, s->rows),
          c0 = dg_view_part(c_prev, 0, s->from, s->rows);
  dg_view gate[GATES];
  const dg_backend *d = dg_backend_of(&y);
  gates_of(&pre, gate);
  const dg_view *in[] = { &c0, &gate[0], &gate[1], &gate[2], &gate[3] }, *out[] = { &state, &y };
  if (d->matmul(&h, w, &pre) < 0 || d->accumulate(&x, &pre) < 0 || d->copy(&state, &c0) < 0)
    return -1;
  return d->lstm(in, out) < 0 ? -1 : d->copy(&y, &h);
}

/* In one, where the backend can. */
static int all_on(dg_call *c, const dg_packing *steps, const dg_body *note)
{
  dg_view kept = matrix_in(note, 0, c->x[X]->v.shape[0], DG_LSTM_KEPT * c->x[H]->v.shape[1]);
  const dg_view *in[] = { &c->x[X]->v, &c->x[H]->v, &c->x[C]->v, &c->x[LATERAL]->v };
  const dg_view *out[] = { &c->y[YS]->v, &c->y[HY]->v, &c->y[CY]->v, &kept };
  return dg_backend_of(&kept)->lstm_steps(steps, in, out);
}

static int sequence_forward(dg_call *c)
{
  const dg_view *x = &c->x[X]->v;
  const int64_t rows = x->shape[0], units = c->x[H]->v.shape[1];
  const int64_t room = rows * (in_one(c) ? DG_LSTM_KEPT : GATES + 1) * units;
  const dg_packing steps = steps_of(c);
  dg_body *note = dg_save(c, STATES, x->dtype, 1, &room);
  if (!note) return -1;
  if (in_one(c)) return all_on(c, &steps, note);
  const dg_backend *d = dg_backend_of(x);
  dg_view gates = matrix_in(note, 0, rows, GATES * units);
  dg_view c_prev = matrix_in(note, rows * GATES * units, rows, units),
          w = turned(&c->x[LATERAL]->v);
  if (d->copy(&c->x[H]->v, &c->y[HY]->v) < 0 || d->copy(&c->x[C]->v, &c->y[CY]->v) < 0) return -1;
  for (dg_step s = dg_before_steps(&steps, rows, false); dg_next_step(&steps, false, &s);)
    if (step_on(c, &s, &w, &gates, &c_prev) < 0) return -1;
  return 0;
}

static int sequence_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *made[INPUTS], *g[OUTPUTS] = { gy[YS], gy[HY], gy[CY] };
  for (int i = 0; i < OUTPUTS; i++)
    if (!g[i]) g[i] = dg_or_zeros(NULL, i == YS ? c->y[YS] : c->x[H]);
  int status;
  if (dg_tape.no_backprop) {
    status = fused_grad(c, g, made);
  } else {
    replay *r = dg_table_grow(NULL, c->i[STEPS] * (int64_t)sizeof *r);
    status = r ? composed_grad(c, g, r, made) : -1;
    dg_table_free(r);
  }
  for (int i = 0; i < INPUTS && status == 0; i++)
    if (dg_needs(c, i)) gx[i] = made[i];
  return status;
}

static const dg_op_class sequence_op = {
  .name = "lstm_sequence",
  .flags = DG_NARROWS | DG_HALVES_FAR,
  .shape = sequence_shape,
  .forward = sequence_forward,
  .backward = sequence_backward,
  .reads = DG_READS_ALL_X | DG_READS_Y,
};

static int check(dg_call *c, int64_t steps, const int64_t *sizes)
{
  const dg_view *x = &c->x[X]->v, *h = &c->x[H]->v, *s = &c->x[C]->v, *w = &c->x[LATERAL]->v;
  char a[DG_SHAPE_TEXT], b[DG_SHAPE_TEXT], d[DG_SHAPE_TEXT], e[DG_SHAPE_TEXT];
  if (x->ndim != 2 || h->ndim != 2 || w->ndim != 2 || !dg_same_shape(h, s) ||
      x->shape[1] / GATES != h->shape[1] || x->shape[1] % GATES != 0 ||
      w->shape[0] != x->shape[1] || w->shape[1] != h->shape[1])
    return dg_op_fail(
        c, DG_EARGUMENT,
        "x is %s, h %s, c %s and W %s, wanted rows x 4 units, batch x units twice and "
        "4 units x units",
        dg_shape_text(x, a), dg_shape_text(h, b), dg_shape_text(s, d), dg_shape_text(w, e));
  int64_t rows = 0, most = h->shape[0];
  for (int64_t t = 0; t < steps; t++) {
    if (sizes[t] < 0 || sizes[t] > most)
      return dg_op_fail(c, DG_EARGUMENT, "step %lld is for %lld sequences, wanted 0 to %lld",
                        (long long)t + 1, (long long)sizes[t], (long long)most);
    rows += most = sizes[t];
  }
  if (rows == x->shape[0]) return 0;
  return dg_op_fail(c, DG_EARGUMENT, "x has %lld rows, the steps are for %lld",
                    (long long)x->shape[0], (long long)rows);
}

/* An LSTM (see dg_lstm) over sequences: at each of the `steps` x + h W' is what the cell gets. x is
 * rows x 4 units, sizes[0] rows for the first step, sizes[1] for the second ...: no more than for
 * the one before it, and of h at most. h and c are batch x units, W is 4 units x units. All a come
 * first, then all i, f, o: not as in dg_lstm. With `reverse` the last step comes first. `ys` gets h
 * after each step (rows x units), then h and c (batch x units) as they are in the end. Floats of one
 * dtype; up to 65535 steps, at least one. */
DG_API int dg_lstm_sequence(dg_tensor *x, dg_tensor *h, dg_tensor *c, dg_tensor *W, int64_t steps,
                            const int64_t *sizes, int reverse, dg_tensor **ys)
{
  dg_tensor *in[INPUTS] = { x, h, c, W };
  if (steps < 1 || steps > UINT16_MAX || !sizes || !ys)
    return dg_fail(DG_EARGUMENT, "lstm_sequence: %lld steps, or no sizes or results (NULL)",
                   (long long)steps);
  dg_call *call = dg_begin(&sequence_op, INPUTS, in);
  if (!call) return -1;
  call->i[REVERSE] = reverse != 0, call->i[STEPS] = steps;
  if (check(call, steps, sizes) < 0 || note_sizes(call, sizes) < 0) {
    dg_call_discard(call);
    return -1;
  }
  return dg_finish_all(call, ys);
}
