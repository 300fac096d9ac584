/* map.h -- copies element by element. */
#ifndef DG_CUDA_MAP_H
#define DG_CUDA_MAP_H

#include "device/cuda/cuda.h"

/* to = from, of any dtypes and strides, broadcast; not empty. */
int dg_cuda_cast(const dg_view *from, const dg_view *to);

#endif
