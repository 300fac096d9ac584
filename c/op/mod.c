/* mod.c -- Lua's % and the quotient that belongs to it, which round down, and C's fmod. */
#include "op/op.h"

/* fmod has the sign of the dividend: where the divisor has the other one, it is added. */
DG_MAP_NUMBER(2, mod_map,
              (fmod(x, y) + ((fmod(x, y) != 0) & ((fmod(x, y) < 0) != (y < 0)) ? y : 0)),
              (T)whole_mod(x, y))
DG_MAP_NUMBER(1, mod_number_map,
              (fmod(x, p) + ((fmod(x, p) != 0) & ((fmod(x, p) < 0) != (p < 0)) ? p : 0)),
              (T)whole_mod(x, p))
DG_MAP_NUMBER(1, rmod_map,
              (fmod(p, x) + ((fmod(p, x) != 0) & ((fmod(p, x) < 0) != (x < 0)) ? x : 0)),
              (T)whole_mod(p, x))
DG_MAP_PLAIN(2, fmod_map, (fmod(x, y)))
DG_MAP_NUMBER(2, floordiv_map, (floor(x / y)), (T)whole_div(x, y))
DG_MAP_NUMBER(1, floordiv_number_map, (floor(x / p)), (T)whole_div(x, p))
DG_MAP_NUMBER(1, rfloordiv_map, (floor(p / x)), (T)whole_div(p, x))

static int refuse_zero(dg_call *c)
{
  return dg_op_fail(c, DG_EARGUMENT, "division of %s by zero", dg_dtype_name(c->x[0]->v.dtype));
}

/* Divides by the last input. */
static int by_tensor(dg_call *c, const dg_map *m)
{
  const dg_view *b = &c->x[c->inputs - 1]->v;
  if (!dg_is_float(b->dtype) && dg_backend_of(b)->has_zero(b)) return refuse_zero(c);
  return dg_map_forward(c, m);
}

static int number_by_tensor(dg_call *c, const dg_map *m)
{
  return dg_wants_whole(c, c->f[0]) < 0 ? -1 : by_tensor(c, m);
}

static int by_number(dg_call *c, const dg_map *m)
{
  if (dg_wants_whole(c, c->f[0]) < 0) return -1;
  if (!dg_is_float(c->x[0]->v.dtype) && c->f[0] == 0) return refuse_zero(c);
  return dg_map_forward(c, m);
}

static int mod_forward(dg_call *c) { return by_tensor(c, &mod_map); }
static int mod_number_forward(dg_call *c) { return by_number(c, &mod_number_map); }
static int rmod_forward(dg_call *c) { return number_by_tensor(c, &rmod_map); }
static int floordiv_forward(dg_call *c) { return by_tensor(c, &floordiv_map); }
static int floordiv_number_forward(dg_call *c) { return by_number(c, &floordiv_number_map); }
static int rfloordiv_forward(dg_call *c) { return number_by_tensor(c, &rfloordiv_map); }

/* y = a - b floor(a / b): ga = gy, gb = -gy floor(a / b). */
static int mod_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, gy[0]);
  if (dg_needs(c, 1)) {
    dg_tensor *quotient = dg_floordiv(dg_x(c, 0), dg_x(c, 1));
    gx[1] = dg_unbroadcast(c, 1, dg_neg(dg_mul(gy[0], quotient)));
  }
  return 0;
}

/* y = a - b fix(a / b): ga = gy, gb = -gy fix(a / b). */
static int fmod_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, gy[0]);
  if (dg_needs(c, 1)) {
    dg_tensor *quotient = dg_fix(dg_div(dg_x(c, 0), dg_x(c, 1)));
    gx[1] = dg_unbroadcast(c, 1, dg_neg(dg_mul(gy[0], quotient)));
  }
  return 0;
}

static int mod_number_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)c;
  gx[0] = gy[0];
  return 0;
}

/* y = n - x floor(n / x): gx = -gy floor(n / x). */
static int rmod_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_neg(dg_mul(gy[0], dg_rfloordiv(dg_x(c, 0), c->f[0])));
  return 0;
}

/* Flat between its steps. */
static int floordiv_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)gy;
  for (int i = 0; i < c->inputs; i++)
    if (dg_needs(c, i)) gx[i] = dg_no_gradient(c, i);
  return 0;
}

static const dg_op_class mod_op = {
  .name = "mod",
  .shape = dg_shape_broadcast,
  .forward = mod_forward,
  .backward = mod_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};
static const dg_op_class fmod_op = {
  .name = "fmod",
  .shape = dg_shape_broadcast_float,
  .map = &fmod_map,
  .backward = fmod_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};
static const dg_op_class mod_number_op = {
  .name = "mod",
  .shape = dg_shape_same_any,
  .forward = mod_number_forward,
  .backward = mod_number_backward,
};
static const dg_op_class rmod_op = {
  .name = "mod",
  .shape = dg_shape_same_any,
  .forward = rmod_forward,
  .backward = rmod_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class floordiv_op = {
  .name = "floordiv",
  .shape = dg_shape_broadcast,
  .forward = floordiv_forward,
  .backward = floordiv_backward,
};
static const dg_op_class floordiv_number_op = {
  .name = "floordiv",
  .shape = dg_shape_same_any,
  .forward = floordiv_number_forward,
  .backward = floordiv_backward,
};
static const dg_op_class rfloordiv_op = {
  .name = "floordiv",
  .shape = dg_shape_same_any,
  .forward = rfloordiv_forward,
  .backward = floordiv_backward,
};

static dg_tensor *with_number(const dg_op_class *op, dg_tensor *x, double number)
{
  dg_call *c = dg_begin1(op, x);
  if (c) c->f[0] = number;
  return dg_finish(c);
}

/* a - b floor(a / b), elementwise, broadcast: Lua's %. Both of one dtype, any but bool; integers
 * refuse a divisor of 0. */
DG_API dg_tensor *dg_mod(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&mod_op, a, b)); }

/* a - b fix(a / b), elementwise, broadcast: the rest has the sign of a. Floats of one dtype. */
DG_API dg_tensor *dg_fmod(dg_tensor *a, dg_tensor *b) { return dg_apply2(&fmod_op, a, b, NULL); }

/* x % number, elementwise; any dtype but bool. */
DG_API dg_tensor *dg_mod_number(dg_tensor *x, double number)
{
  return with_number(&mod_number_op, x, number);
}

/* number % x, elementwise; any dtype but bool. */
DG_API dg_tensor *dg_rmod(dg_tensor *x, double number) { return with_number(&rmod_op, x, number); }

/* floor(a / b), elementwise, broadcast; both of one dtype, any but bool. Integers refuse a divisor
 * of 0. The gradient is 0. */
DG_API dg_tensor *dg_floordiv(dg_tensor *a, dg_tensor *b)
{
  return dg_finish(dg_begin2(&floordiv_op, a, b));
}

/* floor(x / number), elementwise; any dtype but bool. */
DG_API dg_tensor *dg_floordiv_number(dg_tensor *x, double number)
{
  return with_number(&floordiv_number_op, x, number);
}

/* floor(number / x), elementwise; any dtype but bool. */
DG_API dg_tensor *dg_rfloordiv(dg_tensor *x, double number)
{
  return with_number(&rfloordiv_op, x, number);
}
