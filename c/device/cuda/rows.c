/* rows.c -- work along some axes of arrays: which axes stay, and how threads share the rest.
 *
 * The choice depends on shapes and strides alone, not on the card: sums are the same on all. */
#include "device/cuda/rows.h"

enum { SHORT = 4, WARP = 32, LONG = 1024, MANY = 1 << 17 };

/* The part of v along the chosen axes alone. */
static dg_view along(const dg_view *v, unsigned axes)
{
  dg_view part = *v;
  part.ndim = 0;
  for (int i = 0; i < v->ndim; i++) {
    if (!(axes >> i & 1)) continue;
    part.shape[part.ndim] = v->shape[i];
    part.stride[part.ndim++] = v->stride[i];
  }
  dg_view_finish(&part);
  return part;
}

static int64_t last_step(const dg_loop *l)
{
  int64_t step = l->stride[0][l->ndim - 1];
  return step < 0 ? -step : step;
}

/* Neighbouring threads should read neighbours in memory. */
static dg_team choose(const dg_rows_of *r)
{
  dg_team t = { .lanes = 1 };
  t.along = r->count == 1 || r->kept.shape[r->kept.ndim - 1] == 1 ||
            last_step(&r->gone) < last_step(&r->kept);
  if (t.along) {
    int most = r->length > LONG || (r->count < 64 && r->length > 4 * WARP) ? DG_CUDA_THREADS : WARP;
    while (t.lanes < most && r->length > SHORT * t.lanes) t.lanes *= 2;
  } else if (r->length >= 16 && r->count < MANY) {
    t.lanes = 8;
  }
  return t;
}

void dg_rows_of_init(dg_rows_of *r, int operands, const dg_view *const *v, unsigned axes)
{
  dg_view stays[DG_LOOP_OPERANDS] = { { NULL } }, goes[DG_LOOP_OPERANDS] = { { NULL } };
  const dg_view *kept[DG_LOOP_OPERANDS] = { NULL }, *gone[DG_LOOP_OPERANDS] = { NULL };
  for (int k = 0; k < operands; k++) {
    stays[k] = along(v[k], ~axes);
    goes[k] = along(v[k], axes);
    kept[k] = &stays[k];
    gone[k] = &goes[k];
  }
  dg_loop_init(&r->kept, operands, kept);
  dg_loop_init(&r->gone, operands, gone);
  for (int k = 0; k < operands; k++) r->gone.data[k] = NULL;
  r->count = stays[0].size;
  r->length = goes[0].size;
  r->team = choose(r);
}

bool dg_rows_of_packs(const dg_rows_of *r, int k, int bytes)
{
  if (r->gone.ndim != 1 || r->gone.stride[k][0] != bytes || r->length * bytes % 16 != 0)
    return false;
  if ((uintptr_t)r->kept.data[k] % 16 != 0) return false;
  for (int a = 0; a < r->kept.ndim; a++)
    if (r->kept.shape[a] != 1 && r->kept.stride[k][a] % 16 != 0) return false;
  return true;
}

bool dg_rows_of_hold(dg_rows_of *r, unsigned operands, int bytes)
{
  enum { PACKS = 8 }; /* of prelude.h */
  int64_t packs = r->length * bytes / 16;
  int lanes = 1;
  for (int k = 0; k < r->gone.operands; k++)
    if (operands >> k & 1 && !dg_rows_of_packs(r, k, bytes)) return false;
  while (lanes < WARP && packs > lanes) lanes *= 2;
  if (packs > PACKS * lanes) lanes = DG_CUDA_THREADS;
  if (packs > PACKS * lanes) return false;
  r->team = (dg_team){ .lanes = lanes, .along = 1 };
  return true;
}
