/* label.h -- how many labels count, for those who do not want to wait for the number. */
#ifndef DG_CUDA_LABEL_H
#define DG_CUDA_LABEL_H

#include "device/cuda/scratch.h"

/* Has a uint64 on the device, the first of `s`, be how many labels are not ignored. */
int dg_cuda_count_used(const dg_labels *l, dg_scratch *s);

#endif
