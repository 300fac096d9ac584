/* cuda.c -- CUDA's table of functions. */
#include "device/cuda/cuda.h"

#include <string.h>

dg_backend dg_cuda = {
  .name = "cuda",
  .map = dg_cuda_map,
  .copy = dg_cuda_copy,
  .fill = dg_cuda_fill,
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
}
