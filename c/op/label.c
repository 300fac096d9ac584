/* label.c -- what operators with class labels share. */
#include "op/label.h"

int dg_wants_labels(dg_call *c, int i)
{
  int dtype = c->x[i]->v.dtype;
  if (dtype == DG_I32 || dtype == DG_I64 || dtype == DG_U8) return 0;
  return dg_op_fail(c, DG_ETYPE, "wanted int32, int64 or uint8 labels, got %s",
                    dg_dtype_name(dtype));
}

int dg_labels_fit(const char *who, const dg_view *x, const dg_view *t)
{
  char s[DG_SHAPE_TEXT], u[DG_SHAPE_TEXT];
  if (x->ndim < 2)
    return dg_fail(DG_EARGUMENT, "%s: wanted a batch of rows of classes, got shape %s", who,
                   dg_shape_text(x, s));
  bool fits = t->ndim == x->ndim - 1;
  for (int k = 0; k < t->ndim && fits; k++) fits = t->shape[k] == x->shape[k > 0 ? k + 1 : 0];
  if (fits) return 0;
  return dg_fail(DG_EARGUMENT, "%s: labels of shape %s do not fit %s (one label for each row)", who,
                 dg_shape_text(t, s), dg_shape_text(x, u));
}

dg_labels dg_labels_of(const dg_call *c, int i, int64_t classes)
{
  return (dg_labels){
    .t = c->x[i]->v,
    .classes = classes,
    .base = c->i[DG_LABEL_BASE],
    .ignored = c->i[DG_LABEL_IGNORED],
  };
}

int dg_labels_checked(dg_call *c, int i, int64_t classes, dg_labels *l, int64_t *used)
{
  dg_label_report report;
  *l = dg_labels_of(c, i, classes);
  if (dg_backend_of(&l->t)->check_labels(l, &report) < 0) return -1;
  *used = report.used;
  if (report.bad < 0) return 0;
  bool zero = report.label == 0 && l->base == 1;
  return dg_op_fail(c, DG_EARGUMENT, "label %lld (element %lld) is not one of %lld to %lld%s",
                    (long long)report.label, (long long)report.bad + 1, (long long)l->base,
                    (long long)(l->base + classes - 1), zero ? ": classes count from 1" : "");
}
