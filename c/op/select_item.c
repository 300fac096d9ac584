/* select_item.c -- one element of each row by its class, and its counterpart, placing it there. */
#include "op/label.h"

/* Input 0 holds the elements, input 1 the labels. Both operators are linear in the elements, and
 * each is the gradient of the other. */
enum { CLASSES = 2 }; /* attribute of place_item, beside those of labels */

static const dg_op_class place_item_op;

static dg_tensor *apply(const dg_op_class *op, dg_call *from, dg_tensor *x, int64_t classes)
{
  dg_call *c = dg_begin2(op, x, dg_x(from, 1));
  if (!c) return NULL;
  c->i[DG_LABEL_BASE] = from->i[DG_LABEL_BASE];
  c->i[DG_LABEL_IGNORED] = from->i[DG_LABEL_IGNORED];
  c->i[CLASSES] = classes;
  return dg_finish(c);
}

/* -- select_item -------------------------------------------------------------------------------- */

static int select_item_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *t = &c->x[1]->v;
  if (dg_wants_labels(c, 1) < 0 || dg_labels_fit(c->op->name, x, t) < 0) return -1;
  return dg_output(c, 0, x->dtype, t->ndim, t->shape) ? 0 : -1;
}

static int select_item_forward(dg_call *c)
{
  dg_labels l;
  int64_t used;
  const dg_view *x = &c->x[0]->v;
  if (dg_labels_checked(c, 1, x->shape[1], &l, &used) < 0) return -1;
  return dg_backend_of(x)->select_item(x, &l, &c->y[0]->v);
}

static int select_item_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = apply(&place_item_op, c, gy[0], c->x[0]->v.shape[1]);
  return 0;
}

static const dg_op_class select_item_op = {
  .name = "select_item",
  .shape = select_item_shape,
  .forward = select_item_forward,
  .backward = select_item_backward,
  .reads = DG_READS_X1,
};

/* -- place_item: y[i, label] = x[i], 0 elsewhere ------------------------------------------------ */

static int place_item_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int64_t shape[DG_MAX_NDIM + 1] = { x->shape[0], c->i[CLASSES] };
  for (int i = 1; i < x->ndim; i++) shape[i + 1] = x->shape[i];
  return dg_output(c, 0, x->dtype, x->ndim + 1, shape) ? 0 : -1;
}

static int place_item_forward(dg_call *c)
{
  dg_labels l = dg_labels_of(c, 1, c->i[CLASSES]);
  return dg_backend_of(&l.t)->place_item(&c->x[0]->v, &l, &c->y[0]->v);
}

static int place_item_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = apply(&select_item_op, c, gy[0], c->i[CLASSES]);
  return 0;
}

static const dg_op_class place_item_op = {
  .name = "place_item",
  .shape = place_item_shape,
  .forward = place_item_forward,
  .backward = place_item_backward,
  .reads = DG_READS_X1,
};

/* y[i, ...] = x[i, t[i, ...], ...]: the element of each row that its label names. x is n x classes
 * or n x classes x ..., t has its shape without classes and labels from `base` on. */
DG_API dg_tensor *dg_select_item(dg_tensor *x, dg_tensor *t, int64_t base)
{
  dg_call *c = dg_begin2(&select_item_op, x, t);
  if (c) c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = INT64_MIN;
  return dg_finish(c);
}
