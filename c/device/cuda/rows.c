/* rows.c -- work along some axes of arrays: which axes stay, and how threads share the rest.
 *
 * The choice depends on shapes and strides alone, not on the card: sums are the same on all. */
#include "device/cuda/rows.h"

enum { SHORT = 4, WARP = 32, LONG = 1024, MANY = 1 << 17, PACK = 16 };

/* A thread's least share of a part; blocks and threads that fill a card. */
enum { EACH = 8, BLOCKS = 1024, THREADS = 1 << 15 };

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
static bool is_along(const dg_rows_of *r)
{
  return r->count == 1 || r->kept.shape[r->kept.ndim - 1] == 1 ||
         last_step(&r->gone) < last_step(&r->kept);
}

static dg_team choose(const dg_rows_of *r, bool along)
{
  dg_team t = { .lanes = 1, .along = along };
  if (along) {
    int most = r->length > LONG || (r->count < 64 && r->length > 4 * WARP) ? DG_CUDA_THREADS : WARP;
    while (t.lanes < most && r->length > SHORT * t.lanes) t.lanes *= 2;
  } else if (r->length >= 16 && r->count < MANY) {
    t.lanes = 8;
    while (t.lanes < DG_CUDA_THREADS && r->count * t.lanes < DG_CUDA_THREADS &&
           r->length > SHORT * t.lanes)
      t.lanes *= 2;
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
  r->team = choose(r, is_along(r));
}

/* Whether each step of operand k along all axes but one leads from a 16-byte border to another. */
static bool keeps_borders(const dg_loop *l, int k, int but)
{
  for (int a = 0; a < l->ndim; a++)
    if (a != but && l->shape[a] != 1 && l->stride[k][a] % PACK != 0) return false;
  return true;
}

bool dg_rows_of_pack(dg_rows_of *r, unsigned operands, int bytes)
{
  dg_loop *l = r->team.along ? &r->gone : &r->kept, *other = r->team.along ? &r->kept : &r->gone;
  int last = l->ndim - 1, each = PACK / bytes;
  if (l->shape[last] % each != 0) return false;
  for (int k = 0; k < l->operands; k++) {
    if (!(operands >> k & 1)) continue;
    if (l->stride[k][last] != bytes || (uintptr_t)r->kept.data[k] % PACK != 0) return false;
    if (!keeps_borders(l, k, last) || !keeps_borders(other, k, -1)) return false;
  }
  l->shape[last] /= each;
  for (int k = 0; k < l->operands; k++) l->stride[k][last] *= each;
  if (r->team.along) r->length /= each;
  else r->count /= each;
  r->team = choose(r, r->team.along);
  return true;
}

dg_cut dg_rows_of_cut(const dg_rows_of *r)
{
  dg_cut c = { .rows = *r };
  int64_t each = (r->length + r->team.lanes - 1) / r->team.lanes;
  int64_t parts = DG_MIN(each / EACH, BLOCKS / dg_rows_of_blocks(r));
  c.length = parts > 1 ? (r->length + parts - 1) / parts : r->length;
  c.length = (c.length + PACK - 1) / PACK * PACK; /* parts begin on borders */
  c.parts = (int)((r->length + c.length - 1) / c.length);
  return c;
}

dg_team dg_team_of_parts(int64_t count, int parts)
{
  dg_team t = { .lanes = 1, .along = 0 };
  while (t.lanes < DG_CUDA_THREADS && parts > 2 * t.lanes && count * t.lanes < THREADS)
    t.lanes *= 2;
  return t;
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
