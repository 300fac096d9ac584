/* label.h -- labels of any integer dtype as places among classes. */
#ifndef DG_LABEL_H
#define DG_LABEL_H

#include "device/device.h"

/* The labels in row-major order, counted from 0; -1 where ignored. */
void dg_read_labels(const dg_labels *l, int64_t *to);

#endif
