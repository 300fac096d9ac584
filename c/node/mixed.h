/* mixed.h -- calls with floats of 16 bits among their inputs, or under autocast. */
#ifndef DG_NODE_MIXED_H
#define DG_NODE_MIXED_H

#include "node/node.h"

/* Gives a call the inputs that it is to be run on: itself, or another one in its place. *narrow is
 * the dtype that float32 results are to be cast to, or -1. What is made belongs to the pool or scope
 * around. NULL with an error set. */
dg_call *dg_mixed_call(dg_call *c, int *narrow);

/* What autocast casts to (0: it is off) from now on on this thread. Returns what it was, or -1. */
int dg_autocast_set(int dtype);

#endif
