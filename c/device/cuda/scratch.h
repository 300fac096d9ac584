/* scratch.h -- workspace on a device, and stand-ins without gaps for arrays of any strides. */
#ifndef DG_CUDA_SCRATCH_H
#define DG_CUDA_SCRATCH_H

#include "device/cuda/cuda.h"

/* A block of workspace; { NULL } is nothing to free. It may be freed as soon as the kernels that use
 * it have been launched. */
typedef struct dg_scratch {
  void *data;
  int64_t got;
  int device;
} dg_scratch;

int dg_scratch_take(dg_scratch *s, int device, int64_t bytes);
void dg_scratch_free(dg_scratch *s);
/* Sets its first bytes to one value. */
int dg_scratch_set(const dg_scratch *s, int value, int64_t bytes);

/* A view with the elements of v and no gaps: v itself, or a copy in a block. */
int dg_scratch_pack(dg_scratch *s, const dg_view *v, dg_view *packed);

#endif
