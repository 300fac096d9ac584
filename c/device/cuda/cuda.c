/* cuda.c -- CUDA's table of functions. */
#include "device/cuda/cuda.h"

#include <string.h>

dg_backend dg_cuda = {
  .name = "cuda",
  .map = dg_cuda_map,
  .copy = dg_cuda_copy,
  .fill = dg_cuda_fill,
  .has_zero = dg_cuda_has_zero,
  .accumulate = dg_cuda_accumulate,
  .reduce = dg_cuda_reduce,
  .matmul = dg_cuda_matmul,
  .gather = dg_cuda_gather,
  .scatter = dg_cuda_scatter,
  .scatter_add = dg_cuda_scatter_add,
  .along = dg_cuda_along,
  .argsort = dg_cuda_argsort,
  .linalg = dg_cuda_linalg,
  .positions = dg_cuda_positions,
  .nonzero = dg_cuda_nonzero,
  .cumsum = dg_cuda_cumsum,
  .recurrence = dg_cuda_recurrence,
  .argcummax = dg_cuda_argcummax,
  .linear = dg_cuda_linear,
  .linear_grad = dg_cuda_linear_grad,
  .softmax = dg_cuda_softmax,
  .check_labels = dg_cuda_check_labels,
  .select_item = dg_cuda_select_item,
  .place_item = dg_cuda_place_item,
  .take_rows = dg_cuda_take_rows,
  .add_rows = dg_cuda_add_rows,
  .sum_rows = dg_cuda_sum_rows,
  .distinct = dg_cuda_distinct,
  .count_hits = dg_cuda_count_hits,
  .cross_entropy = dg_cuda_cross_entropy,
  .cross_entropy_grad = dg_cuda_cross_entropy_grad,
  .ctc = dg_cuda_ctc,
  .ctc_grad = dg_cuda_ctc_grad,
  .square_error = dg_cuda_square_error,
  .sum_of_squares = dg_cuda_sum_of_squares,
  .update = dg_cuda_update,
  .update_rows = dg_cuda_update_rows,
  .update_all = dg_cuda_update_all,
  .random = dg_cuda_random,
  .lstm = dg_cuda_lstm,
  .lstm_grad = dg_cuda_lstm_grad,
  .gru = dg_cuda_gru,
  .gru_grad = dg_cuda_gru_grad,
  .convolve = dg_cuda_convolve,
  .convolve_data = dg_cuda_convolve_data,
  .convolve_weight = dg_cuda_convolve_weight,
  .im2col = dg_cuda_im2col,
  .col2im = dg_cuda_col2im,
  .pool_max = dg_cuda_pool_max,
  .pool_mean = dg_cuda_pool_mean,
  .pool_mean_back = dg_cuda_pool_mean_back,
  .pick = dg_cuda_pick,
  .pick_back = dg_cuda_pick_back,
  .normalize = dg_cuda_normalize,
  .normalize_grad = dg_cuda_normalize_grad,
  .attention = dg_cuda_attention,
  .attention_grad = dg_cuda_attention_grad,
};

/* What stands for an entry without a kernel: -1 to callers of any entry, who pass what they like. */
static int64_t missing(void)
{
  return dg_fail(DG_ESYSTEM, "cuda: there is no kernel for this yet (move the tensors to the cpu)");
}

void dg_cuda_complete(void)
{
  int64_t (*stand_in)(void) = missing, (*entry)(void);
  size_t first = offsetof(dg_backend, map), count = (sizeof dg_cuda - first) / sizeof entry;
  for (size_t i = 0; i < count; i++) {
    char *at = (char *)&dg_cuda + first + i * sizeof entry;
    memcpy(&entry, at, sizeof entry);
    if (!entry) memcpy(at, &stand_in, sizeof entry);
  }
  /* Operators go another way where these are NULL. */
  dg_cuda.lstm_steps = NULL, dg_cuda.lstm_steps_grad = NULL;
}
