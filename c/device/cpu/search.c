/* search.c -- looks for elements. */
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"

static bool has_zero(int bytes, const char *x, int64_t n, int64_t step)
{
  bool found = false;
  for (int64_t i = 0; i < n; i++, x += step)
    found |= bytes == 8   ? *(const int64_t *)x == 0
             : bytes == 4 ? *(const int32_t *)x == 0
                          : *(const uint8_t *)x == 0;
  return found;
}

int dg_cpu_has_zero(const dg_view *x)
{
  dg_loop loop;
  char *at[DG_LOOP_OPERANDS];
  dg_loop_init(&loop, 1, &x);
  int inner = loop.ndim - 1;
  for (int64_t r = 0; r < loop.runs; r++) {
    dg_loop_at(&loop, r, at);
    if (has_zero(dg_item_bytes[x->dtype], at[0], loop.shape[inner], loop.stride[0][inner]))
      return 1;
  }
  return 0;
}
