/* index.h -- writes at positions of a table, of equal ones in order. */
#ifndef DG_CUDA_INDEX_H
#define DG_CUDA_INDEX_H

#include "device/cuda/cuda.h"

/* The table is outer x places x inner elements, the list outer x count x inner. */
typedef struct dg_cuda_entries {
  const int64_t *index; /* `count` places, on the device; negative ones are left out */
  int64_t outer, places, count, inner;
} dg_cuda_entries;

/* table[index[k]] = list[k]: of equal places the last one stays. None may be negative. */
int dg_cuda_set_in_order(const dg_cuda_entries *e, const dg_view *list, const dg_view *table);
/* table[index[k]] += list[k], in order. */
int dg_cuda_add_in_order(const dg_cuda_entries *e, const dg_view *list, const dg_view *table);

#endif
