/* update.c -- changes in place: what optimizers and their hooks do to parameters and gradients.
 *
 * Nothing is recorded. The versions of what changes go up, so a backward pass that still wanted the
 * old values fails rather than use the new ones. Tensors have one shape and float dtype and share
 * no elements; all but the gradient are contiguous. A gradient that is some rows of a matrix
 * changes these rows of the parameter and of its state, the others stay. */
#include "op/op.h"

#include "node/rows.h"

/* What a rule reads and changes; NULL in `x` is an error. */
typedef struct states {
  const char *who;
  int count;
  dg_tensor *x[DG_UPDATE_STATES];
  const char *name[DG_UPDATE_STATES];
  dg_body *body[DG_UPDATE_STATES];
} states;

static bool fits(const states *s, int i)
{
  const dg_view *p = &s->body[0]->v, *v = &s->body[i]->v;
  if (!dg_is_float(v->dtype) || v->dtype != p->dtype || !dg_same_shape(v, p)) return false;
  if (v->device != p->device) return false;
  if (!v->contiguous && i != 1) return false; /* the gradient may have gaps */
  for (int k = 0; k < i; k++)
    if (s->body[k]->store == s->body[i]->store) return false;
  return true;
}

static int refuse(const states *s, int i)
{
  const dg_view *p = &s->body[0]->v, *v = &s->body[i]->v;
  char a[DG_SHAPE_TEXT], b[DG_SHAPE_TEXT];
  if (!dg_is_float(v->dtype))
    return dg_fail(DG_ETYPE, "%s: wanted a float tensor, %s has %s", s->who, s->name[i],
                   dg_dtype_name(v->dtype));
  if (v->dtype != p->dtype || !dg_same_shape(v, p))
    return dg_fail(DG_EARGUMENT, "%s: %s is %s %s, %s is %s %s", s->who, s->name[0],
                   dg_dtype_name(p->dtype), dg_shape_text(p, a), s->name[i],
                   dg_dtype_name(v->dtype), dg_shape_text(v, b));
  if (v->device != p->device)
    return dg_fail(DG_EARGUMENT, "%s: %s is on %s, %s on %s", s->who, s->name[0],
                   dg_device_name(p->device), s->name[i], dg_device_name(v->device));
  if (!v->contiguous && i != 1)
    return dg_fail(DG_EARGUMENT, "%s: %s is not contiguous", s->who, s->name[i]);
  return dg_fail(DG_EARGUMENT, "%s: %s shares elements with another argument", s->who, s->name[i]);
}

/* Updates float32 copies of what has 16 bits, and rounds what comes of it. */
static int update_halves(const dg_update *u, const dg_view *const *v)
{
  const dg_backend *backend = dg_backend_of(v[0]);
  dg_body *copy[DG_UPDATE_STATES] = { NULL };
  const dg_view *wide[DG_UPDATE_STATES];
  int status = 0;
  for (int i = 0; i < u->states && status == 0; i++) {
    copy[i] = dg_body_full_like(DG_F32, v[i], DG_ACTIVATION);
    status = copy[i] ? backend->copy(v[i], wide[i] = &copy[i]->v) : -1;
  }
  if (status == 0) status = backend->update(u, wide);
  for (int i = 0; i < u->states; i++) {
    if (!copy[i]) continue;
    if (status == 0 && i != 1) status = backend->copy(wide[i], v[i]);
    dg_body_free(copy[i]);
  }
  return status;
}

/* Changes the rows alone that the gradient g has; state[1] is to become them. */
static int update_rows(const dg_body *g, const dg_update *u, const dg_view **state)
{
  const dg_view *numbers = &dg_rows_numbers(g)->v;
  state[1] = &dg_rows_elements(g)->v;
  return state[1]->size > 0 ? dg_backend_of(numbers)->update_rows(u, state, numbers) : 0;
}

/* Whether nothing has to be said against argument i, seen with a glance. */
DG_INLINE bool is_plain(const states *s, int i)
{
  const dg_body *p = s->body[0], *b = s->body[i];
  if (!b || (!b->store && (i != 1 || !dg_is_rows(b)))) return false;
  for (int k = 0; k < i; k++)
    if (s->body[k]->store == b->store) return false;
  if (i == 0) return b->v.contiguous && dg_is_float(b->v.dtype);
  return dg_is_alike(&p->v, &b->v);
}

/* Says what is wrong with the arguments, if anything is. */
static int check(states *s)
{
  for (int i = 0; i < s->count; i++) {
    dg_body *b = s->body[i] = dg_body_of(s->x[i]);
    if (b && !b->store && !(i == 1 && b->flags & DG_ROWS)) b = dg_no_elements(b);
    if (b) continue;
    dg_fail_prefix("%s: %s: ", s->who, s->name[i]);
    return -1;
  }
  for (int i = 0; i < s->count; i++)
    if (!fits(s, i)) return refuse(s, i);
  return 0;
}

/* Changes what s->body has been looked up to be; `plain` says that all is right with it. */
DG_INLINE int change_bodies(states *s, dg_update *u, int count, bool plain)
{
  const dg_view *v[DG_UPDATE_STATES] = { NULL };
  if (DG_UNLIKELY(!plain) && check(s) < 0) return -1;
  for (int i = 0; i < count; i++) v[i] = &s->body[i]->v;
  u->states = count;
  int status = 0;
  bool rows = count > 1 && dg_is_rows(s->body[1]), half = dg_is_half(v[0]->dtype);
  if (DG_UNLIKELY(half && rows) && dg_rows_fill(s->body[1]) < 0) return -1;
  if (rows && !half) status = update_rows(s->body[1], u, v);
  else if (v[0]->size > 0)
    status = DG_UNLIKELY(half) ? update_halves(u, v) : dg_backend_of(v[0])->update(u, v);
  if (status < 0) return -1;
  for (int i = 0; i < count; i++)
    if (i != 1) dg_touch(s->body[i]);
  return 0;
}

static int change(states *s, dg_update *u)
{
  bool plain = true;
  for (int i = 0; i < s->count; i++) {
    s->body[i] = dg_living_body(s->x[i]);
    plain = plain && is_plain(s, i);
  }
  return change_bodies(s, u, s->count, plain);
}

/* -- Many parameters at once ------------------------------------------------------------------- */

/* Looks up parameter i of many, its gradient, and the `own` tensors that the rule keeps of it. */
DG_INLINE void take_up(states *s, int own, dg_tensor *const *param, dg_tensor *const *state, int i)
{
  dg_body *p = dg_living_body(s->x[0] = param[i]);
  s->body[0] = p;
  s->body[1] = p ? dg_gradient_of(p) : NULL;
  for (int k = 0; k < own; k++) s->body[2 + k] = dg_living_body(s->x[2 + k] = state[i * own + k]);
}

/* Whether a gradient is left as the product of two vectors: a rule without state adds that. */
DG_INLINE bool is_outer_step(const states *s, int own)
{
  const dg_body *p = s->body[0], *g = s->body[1];
  return own == 0 && g->flags & DG_OUTER && p->store && dg_is_alike(&p->v, &g->v);
}

/* Says what is wrong with a parameter without a gradient, or with the state it has nonetheless. */
static int check_idle(const states *s, int own)
{
  for (int i = 0; i < own + 2; i++) {
    if (i == 1 || s->body[i]) continue;
    dg_bad_handle(s->x[i]);
    dg_fail_prefix("%s: %s: ", s->who, s->name[i]);
    return -1;
  }
  return 0;
}

/* Does all that can go wrong before the first parameter changes. */
DG_INLINE int make_ready(states *s, int own)
{
  dg_body *g = s->body[1];
  if (!g) return check_idle(s, own);
  if (is_outer_step(s, own)) return 0;
  if (dg_outer_fill(g) < 0) return -1;
  bool plain = true;
  for (int i = 0; i < own + 2; i++) plain = plain && is_plain(s, i);
  if (DG_LIKELY(plain)) return 0;
  s->x[1] = dg_handle(g);
  return check(s);
}

/* p += scale g for a gradient that is the product of two vectors. */
static int add_outer(dg_body *p, const dg_body *g, double scale)
{
  dg_view column, row;
  dg_outer_vectors(g, &column, &row);
  if (dg_backend_of(&p->v)->outer(scale, &column, &row, true, &p->v) < 0) return -1;
  dg_touch(p);
  return 0;
}

/* Parameters of a card, which are changed together. */
enum { TOGETHER = 64 };
typedef struct group {
  int count;
  dg_body *body[TOGETHER * DG_UPDATE_STATES];
} group;

static int change_group(group *all, dg_update *u, int each)
{
  const dg_view *v[TOGETHER * DG_UPDATE_STATES];
  int count = all->count;
  all->count = 0;
  u->states = each;
  for (int i = 0; i < count * each; i++) v[i] = &all->body[i]->v;
  if (count > 0 && dg_backend_of(v[0])->update_all(u, count, v) < 0) return -1;
  for (int i = 0; i < count * each; i++)
    if (i % each != 1) dg_touch(all->body[i]);
  return 0;
}

/* Changes a parameter of a card: with the others of a group, unless some rows of it change alone, or
 * it has 16 bits. */
static int change_far(group *all, states *s, dg_update *u, int each)
{
  const dg_view *p = &s->body[0]->v, *first = all->count > 0 ? &all->body[0]->v : p;
  if (dg_is_rows(s->body[1]) || dg_is_half(p->dtype)) return change_bodies(s, u, each, true);
  if (p->device != first->device || p->dtype != first->dtype || all->count == TOGETHER)
    if (change_group(all, u, each) < 0) return -1;
  for (int i = 0; i < each; i++) all->body[all->count * each + i] = s->body[i];
  all->count++;
  return 0;
}

/* The tensors of so many parameters are looked up once for both passes. */
enum { KNOWN = 16 };

/* Changes each of `count` parameters that has a gradient; `state` has what the rule keeps of the
 * first, `own` tensors, then of the second ... */
DG_INLINE int change_all(states *s, dg_update *u, int own, int count, dg_tensor *const *param,
                         dg_tensor *const *state, uint8_t *changed)
{
  if (count > 0 && (!param || (own > 0 && !state) || !changed))
    return dg_fail(DG_EARGUMENT, "%s_all: param, state or changed is missing (NULL)", s->who);
  dg_body *known[KNOWN][DG_UPDATE_STATES];
  for (int i = 0; i < count; i++) {
    take_up(s, own, param, state, i);
    if (make_ready(s, own) < 0) return -1;
    for (int k = 0; k < own + 2 && i < KNOWN; k++) known[i][k] = s->body[k];
  }
  group far;
  far.count = 0;
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < own + 2 && i < KNOWN; k++) s->body[k] = known[i][k];
    if (i >= KNOWN) take_up(s, own, param, state, i);
    changed[i] = s->body[1] != NULL;
    if (!changed[i]) continue;
    int status = DG_UNLIKELY(s->body[0]->v.device) ? change_far(&far, s, u, own + 2)
                 : is_outer_step(s, own)           ? add_outer(s->body[0], s->body[1], u->f[0])
                                                   : change_bodies(s, u, own + 2, true);
    if (status < 0) return -1;
  }
  return DG_UNLIKELY(far.count > 0) ? change_group(&far, u, own + 2) : 0;
}

/* -- The rules --------------------------------------------------------------------------------- */

static int scale(dg_tensor *y, double factor)
{
  states s = { "scale", 1, { y }, { "y" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_SCALE, .f = { factor } };
  return change(&s, &u);
}

/* The gradient of rows that a handle is to, or NULL. */
static dg_body *rows_of(dg_tensor *x)
{
  dg_body *b = dg_living_body(x);
  return b && dg_is_rows(b) ? b : NULL;
}

/* y = factor y, in place: what gradient clipping does. */
DG_API int dg_scale(dg_tensor *y, double factor)
{
  dg_body *rows = rows_of(y);
  if (rows && scale(dg_handle(dg_rows_elements(rows)), factor) < 0) return -1;
  return rows && !rows->store ? 0 : scale(y, factor);
}

/* y += scale x, in place: what weight decay does. */
DG_API int dg_add_scaled(dg_tensor *y, dg_tensor *x, double scale)
{
  states s = { "add_scaled", 2, { y, x }, { "y", "x" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_ADD, .f = { scale } };
  return change(&s, &u);
}

/* param -= lr grad, in place. */
DG_API int dg_update_sgd(dg_tensor *param, dg_tensor *grad, double lr)
{
  states s = { "update_sgd", 2, { param, grad }, { "param", "grad" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_ADD, .f = { -lr } };
  return change(&s, &u);
}

/* param -= lr grad for each of `count` parameters that has a gradient; changed[i] tells for each
 * whether it had (1) or not (0). Where an argument is wrong, or there is no memory for a gradient's
 * elements, none is changed. */
DG_API int dg_update_sgd_all(int count, dg_tensor *const *param, double lr, uint8_t *changed)
{
  states s = { "update_sgd", 2, { NULL }, { "param", "grad" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_ADD, .f = { -lr } };
  return change_all(&s, &u, 0, count, param, NULL, changed);
}

/* v = momentum v - lr grad, param += v, in place. */
DG_API int dg_update_momentum_sgd(dg_tensor *param, dg_tensor *grad, dg_tensor *v, double lr,
                                  double momentum)
{
  states s = { "update_momentum_sgd", 3, { param, grad, v }, { "param", "grad", "v" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_MOMENTUM, .f = { lr, momentum } };
  return change(&s, &u);
}

/* The same for `count` parameters, as in dg_update_sgd_all; `state` has the v of each. */
DG_API int dg_update_momentum_sgd_all(int count, dg_tensor *const *param, dg_tensor *const *state,
                                      double lr, double momentum, uint8_t *changed)
{
  states s = { "update_momentum_sgd", 3, { NULL }, { "param", "grad", "v" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_MOMENTUM, .f = { lr, momentum } };
  return change_all(&s, &u, 1, count, param, state, changed);
}

static dg_update adam(bool amsgrad, double lr, double beta1, double beta2, double eps, double eta,
                      double weight_decay_rate)
{
  return (
      dg_update){ .rule = amsgrad ? DG_UPDATE_AMSGRAD : DG_UPDATE_ADAM,
                  .f = { eta * lr, 1 - beta1, 1 - beta2, eps, 1 - eta * weight_decay_rate, 1 } };
}

/* One step of Adam, in place: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015,
 * with the decay of I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019:
 * m += (1 - beta1) (grad - m), v += (1 - beta2) (grad^2 - v),
 * param -= eta (lr m / (sqrt(v) + eps) + weight_decay_rate param). lr is alpha with the correction
 * of the t-th step: alpha sqrt(1 - beta2^t) / (1 - beta1^t). vhat is NULL, or for AMSGrad the
 * largest v so far, which takes the place of v in the last line. */
DG_API int dg_update_adam(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                          dg_tensor *vhat, double lr, double beta1, double beta2, double eps,
                          double eta, double weight_decay_rate)
{
  states s = { "update_adam",
               vhat ? 5 : 4,
               { param, grad, m, v, vhat },
               { "param", "grad", "m", "v", "vhat" },
               { NULL } };
  dg_update u = adam(vhat != NULL, lr, beta1, beta2, eps, eta, weight_decay_rate);
  return change(&s, &u);
}

/* The same for `count` parameters, as in dg_update_sgd_all, all of them at their t-th step; `state`
 * has m and v of each, with amsgrad m, v and vhat. */
DG_API int dg_update_adam_all(int count, dg_tensor *const *param, dg_tensor *const *state,
                              int amsgrad, double lr, double beta1, double beta2, double eps,
                              double eta, double weight_decay_rate, uint8_t *changed)
{
  states s = {
    "update_adam", amsgrad ? 5 : 4, { NULL }, { "param", "grad", "m", "v", "vhat" }, { NULL }
  };
  dg_update u = adam(amsgrad != 0, lr, beta1, beta2, eps, eta, weight_decay_rate);
  return amsgrad ? change_all(&s, &u, 3, count, param, state, changed)
                 : change_all(&s, &u, 2, count, param, state, changed);
}

/* v = momentum v - grad, param += lr v, in place. */
DG_API int dg_update_corrected_momentum_sgd(dg_tensor *param, dg_tensor *grad, dg_tensor *v,
                                            double lr, double momentum)
{
  states s = {
    "update_corrected_momentum_sgd", 3, { param, grad, v }, { "param", "grad", "v" }, { NULL }
  };
  dg_update u = { .rule = DG_UPDATE_CORRECTED_MOMENTUM, .f = { lr, momentum } };
  return change(&s, &u);
}

/* v = momentum v - lr grad, param += momentum v - lr grad, in place: Y. Nesterov, 1983, as Y. Bengio,
 * N. Boulanger-Lewandowski, R. Pascanu write it in "Advances in optimizing recurrent networks", 2012. */
DG_API int dg_update_nesterov_ag(dg_tensor *param, dg_tensor *grad, dg_tensor *v, double lr,
                                 double momentum)
{
  states s = { "update_nesterov_ag", 3, { param, grad, v }, { "param", "grad", "v" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_NESTEROV, .f = { lr, momentum } };
  return change(&s, &u);
}

/* h += grad^2, param -= lr grad / (sqrt(h) + eps), in place: J. Duchi, E. Hazan, Y. Singer, 2011. */
DG_API int dg_update_adagrad(dg_tensor *param, dg_tensor *grad, dg_tensor *h, double lr, double eps)
{
  states s = { "update_adagrad", 3, { param, grad, h }, { "param", "grad", "h" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_ADAGRAD, .f = { lr, eps } };
  return change(&s, &u);
}

/* ms += (1 - alpha) (grad^2 - ms), param -= lr grad / (sqrt(ms + inside) + eps), in place:
 * T. Tieleman, G. Hinton, 2012. */
DG_API int dg_update_rmsprop(dg_tensor *param, dg_tensor *grad, dg_tensor *ms, double lr,
                             double alpha, double eps, double inside)
{
  states s = { "update_rmsprop", 3, { param, grad, ms }, { "param", "grad", "ms" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_RMSPROP, .f = { lr, 1 - alpha, eps, inside } };
  return change(&s, &u);
}

/* n += (1 - alpha) (grad^2 - n), g += (1 - alpha) (grad - g),
 * delta = momentum delta - lr grad / sqrt(n - g^2 + eps), param += delta, in place: A. Graves,
 * "Generating sequences with recurrent neural networks", 2013. */
DG_API int dg_update_rmsprop_graves(dg_tensor *param, dg_tensor *grad, dg_tensor *n, dg_tensor *g,
                                    dg_tensor *delta, double lr, double alpha, double momentum,
                                    double eps)
{
  states s = { "update_rmsprop_graves",
               5,
               { param, grad, n, g, delta },
               { "param", "grad", "n", "g", "delta" },
               { NULL } };
  dg_update u = { .rule = DG_UPDATE_RMSPROP_GRAVES, .f = { lr, 1 - alpha, momentum, eps } };
  return change(&s, &u);
}

/* msg += (1 - rho) (grad^2 - msg), dx = sqrt((msdx + eps) / (msg + eps)) grad,
 * msdx += (1 - rho) (dx^2 - msdx), param -= dx, in place: M. Zeiler, "ADADELTA", 2012. */
DG_API int dg_update_adadelta(dg_tensor *param, dg_tensor *grad, dg_tensor *msg, dg_tensor *msdx,
                              double rho, double eps)
{
  states s = {
    "update_adadelta", 4, { param, grad, msg, msdx }, { "param", "grad", "msg", "msdx" }, { NULL }
  };
  dg_update u = { .rule = DG_UPDATE_ADADELTA, .f = { 1 - rho, eps } };
  return change(&s, &u);
}

/* m and v as in dg_update_adam, param -= rate m / (root sqrt(v) + eps), in place; a root of 0 and an eps of
 * 1 leave v out. L. Liu et al., "On the variance of the adaptive learning rate and beyond", 2020. */
DG_API int dg_update_radam(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                           double rate, double beta1, double beta2, double root, double eps)
{
  states s = { "update_radam", 4, { param, grad, m, v }, { "param", "grad", "m", "v" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_ADAM, .f = { rate, 1 - beta1, 1 - beta2, eps, 1, root } };
  return change(&s, &u);
}

/* m and v as in dg_update_adam, param -= (rate m + direct grad) / (root sqrt(v) + eps), in place:
 * T. Dozat, "Incorporating Nesterov momentum into Adam", 2016. */
DG_API int dg_update_nadam(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                           double rate, double direct, double beta1, double beta2, double root,
                           double eps)
{
  states s = { "update_nadam", 4, { param, grad, m, v }, { "param", "grad", "m", "v" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_NADAM, .f = { rate, 1 - beta1, 1 - beta2, eps, direct, root } };
  return change(&s, &u);
}

/* m as in dg_update_adam, largest = max(beta2 largest, |grad| + eps), param -= rate m / largest, in place:
 * D. Kingma, J. Ba, 2015, section 7.1. */
DG_API int dg_update_adamax(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *largest,
                            double rate, double beta1, double beta2, double eps)
{
  states s = {
    "update_adamax", 4, { param, grad, m, largest }, { "param", "grad", "m", "largest" }, { NULL }
  };
  dg_update u = { .rule = DG_UPDATE_ADAMAX, .f = { rate, 1 - beta1, beta2, eps } };
  return change(&s, &u);
}

/* m, v and vhat as in dg_update_adam, r = lr / (sqrt(v) + eps) but not outside of [lower, upper],
 * param -= eta (r m + weight_decay_rate param), in place: L. Luo et al., "Adaptive gradient methods with
 * dynamic bound of learning rate", 2019. */
DG_API int dg_update_adabound(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                              dg_tensor *vhat, double lr, double beta1, double beta2, double eps,
                              double eta, double weight_decay_rate, double lower, double upper)
{
  states s = { "update_adabound",
               vhat ? 5 : 4,
               { param, grad, m, v, vhat },
               { "param", "grad", "m", "v", "vhat" },
               { NULL } };
  dg_update u = { .rule = vhat ? DG_UPDATE_AMSBOUND : DG_UPDATE_ADABOUND,
                  .f = { lr, 1 - beta1, 1 - beta2, eps, 1 - eta * weight_decay_rate, lower, upper,
                         eta } };
  return change(&s, &u);
}

/* m += (1 - beta) (grad - m), v += (1 - beta) (grad^2 - v), and with M = unbias m, V = unbias v:
 * part = M^2 / (M^2 + spread (V - M^2)) within [0, 1], param = keep param - rate part M, in place:
 * L. Balles, P. Hennig, "Dissecting Adam", 2018. */
DG_API int dg_update_msvag(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                           double rate, double beta, double unbias, double spread, double keep)
{
  states s = { "update_msvag", 4, { param, grad, m, v }, { "param", "grad", "m", "v" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_MSVAG, .f = { rate, 1 - beta, unbias, spread, keep } };
  return change(&s, &u);
}

/* r = 1 / (mem + 1), g += r (grad - g), g2 += r (grad^2 - g2), x = g^2 / (g2 + eps),
 * param -= grad min(lr, x) / (sqrt(g2) + eps), mem = 1 + mem (1 - x), in place; mem begins with 1.
 * S. Funk, "RMSprop loses to SMORMS3", sifter.org/~simon/journal/20150420.html, 2015. */
DG_API int dg_update_smorms3(dg_tensor *param, dg_tensor *grad, dg_tensor *mem, dg_tensor *g,
                             dg_tensor *g2, double lr, double eps)
{
  states s = { "update_smorms3",
               5,
               { param, grad, mem, g, g2 },
               { "param", "grad", "mem", "g", "g2" },
               { NULL } };
  dg_update u = { .rule = DG_UPDATE_SMORMS3, .f = { lr, eps } };
  return change(&s, &u);
}

/* s = (sqrt(n + grad^2) - sqrt(n)) / alpha, z += grad - s param, n += grad^2, and param = 0 where
 * |z| <= l1, else (sign(z) l1 - z) / ((beta + sqrt(n)) / alpha + l2), in place; where grad is 0 all
 * stays. H. B. McMahan et al., "Ad click prediction: a view from the trenches", 2013. */
DG_API int dg_update_ftrl(dg_tensor *param, dg_tensor *grad, dg_tensor *z, dg_tensor *n,
                          double alpha, double beta, double l1, double l2)
{
  states s = { "update_ftrl", 4, { param, grad, z, n }, { "param", "grad", "z", "n" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_FTRL, .f = { 1 / alpha, beta / alpha + l2, l1 } };
  return change(&s, &u);
}

/* The same for `count` parameters, as in dg_update_sgd_all; `state` has z and n of each. */
DG_API int dg_update_ftrl_all(int count, dg_tensor *const *param, dg_tensor *const *state,
                              double alpha, double beta, double l1, double l2, uint8_t *changed)
{
  states s = { "update_ftrl", 4, { NULL }, { "param", "grad", "z", "n" }, { NULL } };
  dg_update u = { .rule = DG_UPDATE_FTRL, .f = { 1 / alpha, beta / alpha + l2, l1 } };
  return change_all(&s, &u, 2, count, param, state, changed);
}

/* m and v as in dg_update_adam, direction = rate m / (root sqrt(v) + eps) + decay param, in place; param
 * stays. Y. You et al., "Large batch optimization for deep learning", 2020. */
DG_API int dg_update_lamb(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                          dg_tensor *direction, double rate, double beta1, double beta2,
                          double root, double eps, double decay)
{
  states s = { "update_lamb",
               5,
               { param, grad, m, v, direction },
               { "param", "grad", "m", "v", "direction" },
               { NULL } };
  dg_update u = { .rule = DG_UPDATE_LAMB, .f = { rate, 1 - beta1, 1 - beta2, eps, decay, root } };
  return change(&s, &u);
}

/* Steps of their own size, in place: `step` becomes etaplus as large where grad has the sign of prev,
 * etaminus as large where it has the other, within [smallest, largest]; there grad counts as 0.
 * param -= sign(grad) step, prev = grad. M. Riedmiller, H. Braun, "RPROP", 1993. */
DG_API int dg_update_rprop(dg_tensor *param, dg_tensor *grad, dg_tensor *prev, dg_tensor *step,
                           double etaminus, double etaplus, double smallest, double largest)
{
  states s = {
    "update_rprop", 4, { param, grad, prev, step }, { "param", "grad", "prev", "step" }, { NULL }
  };
  dg_update u = { .rule = DG_UPDATE_RPROP, .f = { etaminus, etaplus, smallest, largest } };
  return change(&s, &u);
}

/* The sum of the squares of x's elements (floats), taken in double precision; NaN with an error. */
DG_API double dg_sum_of_squares(dg_tensor *x)
{
  dg_body *rows = rows_of(x), *b = rows ? dg_rows_elements(rows) : dg_full_body_of(x);
  double sum = 0;
  if (!b) return __builtin_nan("");
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "sum_of_squares: wanted a float tensor, got %s", dg_dtype_name(b->v.dtype));
    return __builtin_nan("");
  }
  const dg_backend *backend = dg_backend_of(&b->v);
  dg_body *wide = dg_is_half(b->v.dtype) ? dg_body_full_like(DG_F32, &b->v, DG_ACTIVATION) : NULL;
  int status = dg_is_half(b->v.dtype) && (!wide || backend->copy(&b->v, &wide->v) < 0) ? -1 : 0;
  if (status == 0) status = backend->sum_of_squares(wide ? &wide->v : &b->v, &sum);
  if (wide) dg_body_free(wide);
  return status == 0 ? sum : __builtin_nan("");
}
