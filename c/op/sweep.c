/* sweep.c -- the sizes of windows that step over the last axes of an array, and their checks. */
#include "op/sweep.h"

#include <string.h>

dg_steps dg_steps_of(const dg_call *c)
{
  dg_steps s;
  memcpy(&s, c->i, sizeof s);
  return s;
}

void dg_steps_set(dg_call *c, const dg_steps *s)
{
  if (c) memcpy(c->i, s, sizeof *s);
}

int dg_steps_read(const char *who, const char *what, int n, const int64_t *from, int64_t least,
                  int64_t missing, int32_t to[DG_SWEEP_AXES])
{
  if (n < 1 || n > DG_SWEEP_AXES)
    return dg_fail(DG_EARGUMENT, "%s: %d axes, wanted 1 to %d behind batch and channels", who, n,
                   DG_SWEEP_AXES);
  for (int k = 0; k < n; k++) {
    int64_t value = from ? from[k] : missing;
    if (value < least || value > INT32_MAX)
      return dg_fail(DG_EARGUMENT, "%s: %s is %lld, wanted %lld to 2147483647", who, what,
                     (long long)value, (long long)least);
    to[k] = (int32_t)value;
  }
  return 0;
}

int dg_wants_planes(dg_call *c, int i, int n, const char *name)
{
  const dg_view *x = &c->x[i]->v;
  char text[DG_SHAPE_TEXT];
  if (dg_wants_float(c, i) < 0) return -1;
  if (x->ndim != n + 2)
    return dg_op_fail(c, DG_EARGUMENT, "%s is %s, wanted %d axes", name, dg_shape_text(x, text),
                      n + 2);
  for (int k = 2; k < x->ndim; k++)
    if (x->shape[k] > INT32_MAX)
      return dg_op_fail(c, DG_EARGUMENT, "%s is %s, too large along axis %d", name,
                        dg_shape_text(x, text), k + 1);
  return 0;
}

int64_t dg_places(int64_t in, int64_t reach, int64_t stride, int64_t pad, bool cover_all)
{
  int64_t room = in + 2 * pad - reach + (cover_all ? stride - 1 : 0);
  return room < 0 ? 0 : room / stride + 1;
}

int64_t dg_covered(int64_t places, int64_t reach, int64_t stride, int64_t pad, bool cover_all)
{
  return stride * (places - 1) + reach - 2 * pad - (cover_all ? stride - 1 : 0);
}

dg_sweep dg_sweep_of(const dg_steps *s, const dg_view *x, const dg_view *y, const int64_t *ksize)
{
  dg_sweep w = { .n = x->ndim - 2, .adaptive = s->adaptive != 0 };
  for (int k = 0; k < w.n; k++) {
    w.in[k] = x->shape[k + 2];
    w.out[k] = y->shape[y->ndim - w.n + k];
    w.ksize[k] = ksize ? ksize[k] : s->ksize[k];
    w.stride[k] = s->stride[k];
    w.pad[k] = s->pad[k];
    w.dilate[k] = ksize ? s->dilate[k] : 1;
  }
  return w;
}
