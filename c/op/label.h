/* label.h -- what operators with class labels share. */
#ifndef DG_OP_LABEL_H
#define DG_OP_LABEL_H

#include "op/op.h"

/* Attributes of such an operator: the number of class 0, and the label that counts for nothing. */
enum { DG_LABEL_BASE, DG_LABEL_IGNORED };

/* Fails unless input i holds labels (integers). */
int dg_wants_labels(dg_call *c, int i);

/* Fails unless the labels t are shaped like x without its axis 1. */
int dg_labels_fit(const char *who, const dg_view *x, const dg_view *t);

/* Input i as labels of so many classes, -1 for any number. They must have been checked. */
dg_labels dg_labels_of(const dg_call *c, int i, int64_t classes);

/* The same, checked; `used` gets how many are not ignored. */
int dg_labels_checked(dg_call *c, int i, int64_t classes, dg_labels *l, int64_t *used);

#endif
