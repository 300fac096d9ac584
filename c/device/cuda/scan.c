/* scan.c -- running sums along an axis. */
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
