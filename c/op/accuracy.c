/* accuracy.c -- how often the class with the largest score is the right one. */
#include "op/label.h"

/* Attributes, beside those of labels: how many classes there are, and the dtype of the result. */
enum { CLASSES = 2, DTYPE };

static int accuracy_shape(dg_call *c)
{
  return dg_wants_labels(c, 1) < 0 || !dg_output(c, 0, (int)c->i[DTYPE], 0, NULL) ? -1 : 0;
}

static int accuracy_forward(dg_call *c)
{
  dg_labels l;
  int64_t used;
  const dg_view *y = &c->y[0]->v;
  if (dg_labels_checked(c, 1, c->i[CLASSES], &l, &used) < 0) return -1;
  return dg_backend_of(y)->count_hits(&c->x[0]->v, &l, y);
}

static const dg_op_class accuracy_op = { .name = "accuracy",
                                         .shape = accuracy_shape,
                                         .forward = accuracy_forward };

/* The share of rows of y (n, classes, ...) whose largest element is at their label in t (n, ...),
 * counted from `base`: one number in the dtype of y (float32 for integers). Rows labelled
 * ignore_label do not count (INT64_MIN: all do); 0 if none is left. Not differentiable. */
DG_API dg_tensor *dg_accuracy(dg_tensor *y, dg_tensor *t, int64_t base, int64_t ignore_label)
{
  const dg_body *a = dg_living_body(y), *b = dg_living_body(t);
  if (!dg_is_full(a) || !dg_is_full(b)) return dg_finish(dg_begin2(&accuracy_op, y, t));
  const dg_view *vy = &a->v;
  const int64_t axis = 1;
  if (dg_labels_fit("accuracy", vy, &b->v) < 0) return NULL;
  dg_pool pool = dg_pool_open();
  dg_call *c = dg_begin2(&accuracy_op, dg_argmax(y, 1, &axis, 0, 0), t);
  if (c) {
    c->i[DG_LABEL_BASE] = base, c->i[DG_LABEL_IGNORED] = ignore_label;
    c->i[CLASSES] = vy->shape[1], c->i[DTYPE] = dg_is_float(vy->dtype) ? vy->dtype : DG_F32;
  }
  return dg_pool_close(pool, dg_finish(c));
}
