/* label.c -- what operators with class labels share. */
#include "op/label.h"

static bool is_label(int dtype) { return dtype == DG_I32 || dtype == DG_I64 || dtype == DG_U8; }

static int refuse_labels(const char *who, int dtype)
{
  return dg_fail(DG_ETYPE, "%s: wanted int32, int64 or uint8 labels, got %s", who,
                 dg_dtype_name(dtype));
}

int dg_wants_labels(dg_call *c, int i)
{
  int dtype = c->x[i]->v.dtype;
  return is_label(dtype) ? 0 : refuse_labels(c->op->name, dtype);
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

/* How many labels are not ignored; -1 with an error when one is no class. */
static int64_t count_used(const char *who, const dg_labels *l)
{
  dg_label_report report;
  if (dg_backend_of(&l->t)->check_labels(l, &report) < 0) return -1;
  if (report.bad < 0) return report.used;
  bool zero = report.label == 0 && l->base == 1;
  return dg_fail(DG_EARGUMENT, "%s: label %lld (element %lld) is not one of %lld to %lld%s", who,
                 (long long)report.label, (long long)report.bad + 1, (long long)l->base,
                 (long long)((uint64_t)l->base + (uint64_t)l->classes - 1),
                 zero ? ": classes count from 1" : "");
}

int dg_labels_checked(dg_call *c, int i, int64_t classes, dg_labels *l, int64_t *used)
{
  *l = dg_labels_of(c, i, classes);
  *used = count_used(c->op->name, l);
  return *used < 0 ? -1 : 0;
}

/* How many of the labels t (int32, int64, uint8) are not ignore_label; -1 with an error, which
 * begins with `who`, when one of them is not one of `classes` numbers from `base` on. */
DG_API double dg_count_labels(const char *who, dg_tensor *t, int64_t classes, int64_t base,
                              int64_t ignore_label)
{
  dg_body *b = dg_full_body_of(t);
  if (!b) return -1;
  if (!who) return dg_fail(DG_EARGUMENT, "count_labels: who is missing (NULL)");
  if (classes < 0 || base < -1 || base > 1)
    return dg_fail(DG_EARGUMENT, "%s: %lld classes from %lld on", who, (long long)classes,
                   (long long)base);
  if (!is_label(b->v.dtype)) return refuse_labels(who, b->v.dtype);
  dg_labels l = { .t = b->v, .classes = classes, .base = base, .ignored = ignore_label };
  int64_t used = count_used(who, &l);
  if (used != DG_LABELS_UNCOUNTED) return (double)used;
  return dg_fail(DG_EGRAPH, "%s: labels are counted, which a step that dg.capture records cannot",
                 who);
}
