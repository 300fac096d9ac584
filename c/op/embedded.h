/* embedded.h -- matrices whose rows embed_id took from a table, most of them more than once.
 *
 * What a product does to such a row it does to all that are equal. So each different row is
 * multiplied once, and the results are copied; on the way back the gradients of equal rows are
 * summed first. Nobody sees a difference but in time: the nodes, their values and gradients are
 * what they are otherwise, but for the order in which numbers are added. */
#ifndef DG_OP_EMBEDDED_H
#define DG_OP_EMBEDDED_H

#include "op/op.h"

extern const dg_op_class dg_embed_id_op;
/* Whether the gradient of the table of such a node is to be rows, in the walk under way. */
bool dg_embed_is_sparse(const dg_call *c);

typedef struct dg_embedded {
  dg_view rows;     /* the different ones; the last is zeros where ids are ignored */
  dg_labels places; /* for each row of x, which of them it is */
  dg_view numbers;  /* which of the table they are, int64; without those zeros */
} dg_embedded;

enum { DG_EMBEDDED_LEAST = 128 * 1024 }; /* multiplications that are worth a look at the ids */

/* For forward rules: whether the rows of input 0 are such, and are still in the table. 1 with
 * notes of them, which dg_embedded_of reads; 0 if not, -1 with an error. */
int dg_embedded_note(dg_call *c);
DG_INLINE bool dg_is_embedded(const dg_call *c) { return c->saved[1] != NULL; }
void dg_embedded_of(const dg_call *c, dg_embedded *e);

#endif
