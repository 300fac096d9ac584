/* loop.c -- visits arrays of any strides in runs along their last axis. */
#include "device/cpu/loop.h"

/* Whether axis `inner` continues axis `inner - 1` without a break in every operand. */
static bool joins(const dg_loop *l, int inner)
{
  for (int k = 0; k < l->operands; k++)
    if (l->stride[k][inner - 1] != l->stride[k][inner] * l->shape[inner]) return false;
  return true;
}

static void drop_axis(dg_loop *l, int axis)
{
  for (int i = axis; i + 1 < l->ndim; i++) {
    l->shape[i] = l->shape[i + 1];
    for (int k = 0; k < l->operands; k++) l->stride[k][i] = l->stride[k][i + 1];
  }
  l->ndim--;
}

void dg_loop_init(dg_loop *l, int operands, const dg_view *const *v)
{
  l->operands = operands;
  l->ndim = v[0]->ndim;
  for (int i = 0; i < l->ndim; i++) l->shape[i] = v[0]->shape[i];
  for (int k = 0; k < operands; k++) {
    int64_t bytes = dg_item_bytes[v[k]->dtype];
    int added = l->ndim - v[k]->ndim;
    l->data[k] = v[k]->data;
    for (int i = 0; i < l->ndim; i++) {
      int from = i - added;
      bool repeats = from < 0 || (v[k]->shape[from] == 1 && l->shape[i] != 1);
      l->stride[k][i] = repeats ? 0 : v[k]->stride[from] * bytes;
    }
  }
  for (int i = l->ndim - 1; i >= 0 && l->ndim > 1; i--)
    if (l->shape[i] == 1) drop_axis(l, i);
  for (int i = l->ndim - 1; i > 0; i--) {
    if (!joins(l, i)) continue;
    l->shape[i] *= l->shape[i - 1];
    drop_axis(l, i - 1);
  }
  if (l->ndim == 0) {
    l->ndim = 1;
    l->shape[0] = 1;
    for (int k = 0; k < operands; k++) l->stride[k][0] = dg_item_bytes[v[k]->dtype];
  }
  l->runs = v[0]->size == 0 ? 0 : v[0]->size / l->shape[l->ndim - 1];
}

void dg_loop_at(const dg_loop *l, int64_t r, char *at[DG_LOOP_OPERANDS])
{
  for (int k = 0; k < l->operands; k++) at[k] = l->data[k];
  for (int i = l->ndim - 2; i >= 0; i--) {
    int64_t place = r % l->shape[i];
    r /= l->shape[i];
    for (int k = 0; k < l->operands; k++) at[k] += place * l->stride[k][i];
  }
}
