/* reduce.c -- sums, maxima and minima, and where they are, over any axes of any array. */
#include "device/cuda/rows.h"
#include "device/cuda/scratch.h"

#define PAIR(kind, dtype)                                                                          \
  {                                                                                                \
    { "reduce", kind "_" dtype }, { "reduce", "last_" kind "_" dtype }                             \
  }
#define ALL(kind)                                                                                  \
  {                                                                                                \
    [DG_F32] = PAIR(kind, "f32"), [DG_F64] = PAIR(kind, "f64"), [DG_I32] = PAIR(kind, "i32"),      \
    [DG_I64] = PAIR(kind, "i64"), [DG_U8] = PAIR(kind, "u8"), [DG_BOOL] = PAIR(kind, "u8")         \
  }

typedef struct reduction {
  dg_kernel first, last;
} reduction;

static reduction reductions[][DG_NDTYPES] = {
  [DG_SUM] = { [DG_F32] = PAIR("sum", "f32"),
               [DG_F64] = PAIR("sum", "f64"),
               [DG_I64] = PAIR("sum", "i64"),
               [DG_F16] = PAIR("sum", "f16"),
               [DG_BF16] = PAIR("sum", "bf16") },
  [DG_MAX_OF] = ALL("best"),
  [DG_MIN_OF] = ALL("best"),
  [DG_ARGMAX] = ALL("where"),
  [DG_ARGMIN] = ALL("where"),
};

static int in_parts(reduction *of, int greater, dg_rows_of *r, int parts, int64_t part_length,
                    int packs, const dg_view *y)
{
  enum { STATE = 16 }; /* bytes of the largest */
  void *to = y->data;
  dg_scratch states;
  if (dg_scratch_take(&states, y->device, r->count * parts * STATE) < 0) return -1;
  dg_team team = dg_team_of_parts(r->count, parts);
  int status = DG_LAUNCH(&of->first, y->device, dg_rows_of_blocks(r) * parts, DG_CUDA_THREADS, 0, r,
                         &parts, &part_length, &packs, &states.data, &greater);
  if (status == 0)
    status = DG_LAUNCH(&of->last, y->device, dg_team_blocks(&team, r->count), DG_CUDA_THREADS, 0,
                       &team, &r->count, &parts, &states.data, &to, &greater);
  dg_scratch_free(&states);
  return status;
}

int dg_cuda_reduce(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes)
{
  if (y->size == 0) return 0;
  if (x->size == 0) return dg_cuda_fill(y, 0); /* sums only: the operator refuses the others */
  reduction *of = &reductions[kind][x->dtype];
  if (!of->first.name)
    return dg_fail(DG_ETYPE, "cuda: there is no reduction of this kind for %s",
                   dg_dtype_name(x->dtype));
  dg_rows_of r;
  int64_t part_length;
  int greater = kind == DG_MAX_OF || kind == DG_ARGMAX;
  void *to = y->data;
  dg_rows_of_init(&r, 1, &x, axes);
  int parts = dg_rows_of_parts(&r, &part_length);
  int packs = r.team.along && dg_rows_of_packs(&r, 0, dg_item_bytes[x->dtype]);
  if (parts > 1) return in_parts(of, greater, &r, parts, part_length, packs, y);
  return DG_LAUNCH(&of->first, y->device, dg_rows_of_blocks(&r), DG_CUDA_THREADS, 0, &r, &parts,
                   &part_length, &packs, &to, &greater);
}
