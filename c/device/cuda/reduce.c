/* reduce.c -- sums, maxima and minima, and where they are, over any axes of any array. */
#include "device/cuda/rows.h"
#include "device/cuda/scratch.h"

/* `columns` is `first` where packs of neighbours belong to different rows. */
typedef struct reduction {
  dg_kernel first, columns, last;
} reduction;

#define KIND(kind, dtype)                                                                          \
  {                                                                                                \
    { "reduce", kind "_" dtype }, { "reduce", "columns_" kind "_" dtype },                         \
    {                                                                                              \
      "reduce", "last_" kind "_" dtype                                                             \
    }                                                                                              \
  }
#define PLACES(dtype)                                                                              \
  {                                                                                                \
    .first = { "reduce", "where_" dtype }, .last = { "reduce", "last_where_" dtype }               \
  }
#define ALL(KIND)                                                                                  \
  {                                                                                                \
    [DG_F32] = KIND("f32"), [DG_F64] = KIND("f64"), [DG_I32] = KIND("i32"),                        \
    [DG_I64] = KIND("i64"), [DG_U8] = KIND("u8"), [DG_BOOL] = KIND("u8")                           \
  }
#define BEST(dtype) KIND("best", dtype)

static reduction reductions[][DG_NDTYPES] = {
  [DG_SUM] = { [DG_F32] = KIND("sum", "f32"),
               [DG_F64] = KIND("sum", "f64"),
               [DG_I64] = KIND("sum", "i64"),
               [DG_F16] = KIND("sum", "f16"),
               [DG_BF16] = KIND("sum", "bf16") },
  [DG_MAX_OF] = ALL(BEST),
  [DG_MIN_OF] = ALL(BEST),
  [DG_ARGMAX] = ALL(PLACES),
  [DG_ARGMIN] = ALL(PLACES),
};

static int in_parts(reduction *of, dg_kernel *first, int greater, dg_cut *c, int packs,
                    const dg_view *y)
{
  enum { STATE = 16 }; /* bytes of the largest */
  void *to = y->data;
  int64_t count = y->size;
  dg_scratch states;
  if (dg_scratch_take(&states, y->device, count * c->parts * STATE) < 0) return -1;
  dg_team team = dg_team_of_parts(count, c->parts);
  int status = DG_LAUNCH(first, y->device, dg_rows_of_blocks(&c->rows) * c->parts, DG_CUDA_THREADS,
                         0, c, &packs, &states.data, &greater);
  if (status == 0)
    status = DG_LAUNCH(&of->last, y->device, dg_team_blocks(&team, count), DG_CUDA_THREADS, 0,
                       &team, &count, &c->parts, &states.data, &to, &greater);
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
  dg_kernel *first = &of->first;
  int bytes = dg_item_bytes[x->dtype], greater = kind == DG_MAX_OF || kind == DG_ARGMAX;
  void *to = y->data;
  dg_rows_of_init(&r, 1, &x, axes);
  int packs = r.team.along && dg_rows_of_packs(&r, 0, bytes);
  if (!r.team.along && of->columns.name && dg_rows_of_pack(&r, 1, bytes)) first = &of->columns;
  dg_cut c = dg_rows_of_cut(&r);
  if (c.parts > 1) return in_parts(of, first, greater, &c, packs, y);
  return DG_LAUNCH(first, y->device, dg_rows_of_blocks(&r), DG_CUDA_THREADS, 0, &c, &packs, &to,
                   &greater);
}
