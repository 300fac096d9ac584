/* random.c -- arrays of random numbers that depend on seed and offset only. */
#include "device/cpu/cpu.h"
#include "device/cpu/philox.h"
#include "device/cpu/pool.h"

enum { CHUNK = 1024, GRAIN = 32 }; /* CHUNK: a multiple of what any block yields; GRAIN of those */

typedef struct fill_work {
  const dg_view *y;
  dg_distribution kind;
  uint64_t seed, offset;
  double a, b;
} fill_work;

/* Whole numbers and choices go through a buffer, in y's own dtype. */
static void convert(const fill_work *w, int dtype, void *from, int64_t first, int64_t n)
{
  dg_view source = { .data = from,
                     .size = n,
                     .ndim = 1,
                     .shape = { n },
                     .stride = { 1 },
                     .dtype = (uint8_t)dtype,
                     .contiguous = true };
  dg_view to = source;
  to.dtype = w->y->dtype;
  to.data = dg_at(w->y, first);
  dg_cpu_copy(&source, &to);
}

static void choose(const fill_work *w, int64_t first, int64_t n, uint64_t offset)
{
  uint8_t bit[CHUNK];
  dg_fill_bernoulli_u8(bit, n, w->seed, offset, w->a);
  if (w->y->dtype == DG_F32)
    for (int64_t i = 0; i < n; i++) ((float *)w->y->data)[first + i] = bit[i] ? (float)w->b : 0;
  else if (w->y->dtype == DG_F64)
    for (int64_t i = 0; i < n; i++) ((double *)w->y->data)[first + i] = bit[i] ? w->b : 0;
  else convert(w, DG_U8, bit, first, n);
}

static void fill_chunk(const fill_work *w, int64_t first, int64_t n)
{
  bool f32 = w->y->dtype == DG_F32;
  void *to = dg_at(w->y, first);
  int64_t whole[CHUNK];
  uint64_t two = w->offset + (uint64_t)first / 2, four = w->offset + (uint64_t)first / 4;
  switch (w->kind) {
  case DG_UNIFORM:
    if (f32) dg_fill_uniform_f32(to, n, w->seed, four, (float)w->a, (float)w->b);
    else dg_fill_uniform_f64(to, n, w->seed, two, w->a, w->b);
    break;
  case DG_NORMAL:
    if (f32) dg_fill_normal_f32(to, n, w->seed, four, (float)w->a, (float)w->b);
    else dg_fill_normal_f64(to, n, w->seed, two, w->a, w->b);
    break;
  case DG_RANDINT:
    dg_fill_randint_i64(whole, n, w->seed, two, (int64_t)w->a, (int64_t)w->b);
    convert(w, DG_I64, whole, first, n);
    break;
  default:
    choose(w, first, n, four);
  }
}

static void fill_some(void *context, int64_t from, int64_t to)
{
  const fill_work *w = context;
  for (int64_t c = from; c < to; c++)
    fill_chunk(w, c * CHUNK, DG_MIN(CHUNK, w->y->size - c * CHUNK));
}

int dg_cpu_random(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                  double b)
{
  if (kind == DG_PERMUTATION) {
    int64_t *to = y->data, base = (int64_t)a;
    dg_permutation_i64(to, y->size, seed, offset);
    for (int64_t i = 0; base != 0 && i < y->size; i++) to[i] += base;
    return 0;
  }
  fill_work w = { y, kind, seed, offset, a, b };
  dg_parallel((y->size + CHUNK - 1) / CHUNK, GRAIN, fill_some, &w);
  return 0;
}
