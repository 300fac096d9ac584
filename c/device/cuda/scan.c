/* scan.c -- what runs along an axis: sums, linear recurrences, where maxima are. */
#include "device/cuda/rows.h"

enum { SHORT = 64, MANY = 1024 };

#define KERNELS(name)                                                                              \
  {                                                                                                \
    [DG_F32] = { "scan", name "_f32" }, [DG_F64] = { "scan", name "_f64" },                        \
    [DG_I32] = { "scan", name "_i32" }, [DG_I64] = {                                               \
      "scan",                                                                                      \
      name "_i64"                                                                                  \
    }                                                                                              \
  }

static dg_kernel alone[DG_NDTYPES] = KERNELS("alone");
static dg_kernel together[DG_NDTYPES] = KERNELS("together");
static dg_kernel recurrences[DG_NDTYPES] = {
  [DG_F32] = { "scan", "recurrence_f32" },
  [DG_F64] = { "scan", "recurrence_f64" },
};
static dg_kernel argcummaxes[DG_NDTYPES] = {
  [DG_F32] = { "scan", "argcummax_f32" }, [DG_F64] = { "scan", "argcummax_f64" },
  [DG_I32] = { "scan", "argcummax_i32" }, [DG_I64] = { "scan", "argcummax_i64" },
  [DG_U8] = { "scan", "argcummax_u8" },   [DG_BOOL] = { "scan", "argcummax_u8" },
};

int dg_cuda_cumsum(const dg_view *x, const dg_view *y, int axis, bool reverse)
{
  if (y->size == 0) return 0;
  if (!alone[x->dtype].name)
    return dg_fail(DG_ETYPE, "cumsum: wanted floats, int32 or int64, got %s",
                   dg_dtype_name(x->dtype));
  dg_rows_of rows;
  int backwards = reverse;
  dg_rows_of_init(&rows, 2, (const dg_view *const[]){ x, y }, 1u << axis);
  bool by_blocks = rows.length > SHORT && (rows.team.along || rows.count < MANY);
  rows.team = (dg_team){ .lanes = by_blocks ? DG_CUDA_THREADS : 1, .along = by_blocks };
  return DG_LAUNCH(dg_kernel_for(by_blocks ? together : alone, x->dtype), y->device,
                   dg_rows_of_blocks(&rows), DG_CUDA_THREADS, 0, &rows, &backwards);
}

/* A thread goes along each row. */
static void one_by_one(dg_rows_of *rows, int operands, const dg_view *const *v, int axis)
{
  dg_rows_of_init(rows, operands, v, 1u << axis);
  rows->team = (dg_team){ .lanes = 1 };
}

int dg_cuda_recurrence(const dg_view *a, const dg_view *b, const dg_view *y, int axis, bool reverse,
                       double start)
{
  if (y->size == 0) return 0;
  dg_rows_of rows;
  int backwards = reverse;
  one_by_one(&rows, 3, (const dg_view *const[]){ a, y, b }, axis);
  return DG_LAUNCH(dg_kernel_for(recurrences, y->dtype), y->device, dg_rows_of_blocks(&rows),
                   DG_CUDA_THREADS, 0, &rows, &backwards, &start);
}

int dg_cuda_argcummax(const dg_view *x, const dg_view *y, int axis)
{
  if (y->size == 0) return 0;
  dg_rows_of rows;
  one_by_one(&rows, 2, (const dg_view *const[]){ x, y }, axis);
  return DG_LAUNCH(dg_kernel_for(argcummaxes, x->dtype), y->device, dg_rows_of_blocks(&rows),
                   DG_CUDA_THREADS, 0, &rows);
}
