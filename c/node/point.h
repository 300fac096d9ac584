/* point.h -- the shortest way through an elementwise operator: on one element, recorded in a scope.
 *
 * A point is such a result together with its node. The two are made at once and go at once, so while
 * they are free they stay what all of their kind are: a tensor of one element in its own slot, made
 * by a node of one output. Only what tells one point from another is written when it is used.
 *
 * A scope does not list its points: it knows how many of each list were in use when it opened. */
#ifndef DG_NODE_POINT_H
#define DG_NODE_POINT_H

#include "device/map.h"
#include "node/node.h"

#include <string.h>

/* What is the same for all points. */
enum {
  DG_POINT_FLAGS = DG_SCOPED | DG_REQUIRES_GRAD | DG_POINT,
  DG_POINT_CALL_FLAGS = DG_CALL_RECORDED | DG_CALL_SCOPED | DG_CALL_FLAT | DG_CALL_POINT
};

/* Which list the points of a layout are in. */
DG_INLINE int dg_point_list_of(uint32_t layout) { return (int)((layout >> 7 & 6) | (layout & 1)); }

/* Has the next points be of this layout, and makes one where all are in use. -1 with an error set. */
int dg_row_take(uint32_t layout);
/* Takes the last point in use off its list: it is no longer whole, tensor and node go their own ways. */
void dg_point_forget(int list);
/* Notes in dg_tape.used how far the row has come. */
DG_INLINE void dg_row_note(void)
{
  const dg_point_row *row = &dg_tape.row;
  if (row->used) *row->used = (uint32_t)(row->next - row->items);
}
/* Has the row go on where dg_tape.used says that its list does now. */
DG_INLINE void dg_row_resume(void)
{
  dg_point_row *row = &dg_tape.row;
  if (row->used) row->next = row->items + *row->used;
}
/* Has the slots of all points, which are free, used for anything. */
void dg_points_dissolve(void);

/* A free point of the row at hand, in use from now on. */
DG_INLINE dg_point dg_point_take(void)
{
  const dg_point *p = dg_tape.row.next;
  dg_tape.row.next = p + 1;
  dg_slot_unpoison(&p->y->slot);
  dg_slot_unpoison(&p->call->slot);
  return *p;
}

/* Whether a point's tensor is as it was made, and nobody refers to it or its elements. */
DG_INLINE bool dg_point_is_whole(dg_point p)
{
  const dg_body *y = p.y;
  int64_t refs = __atomic_load_n(&y->refs, __ATOMIC_ACQUIRE);
  int32_t looks = __atomic_load_n(&y->own.refs, __ATOMIC_ACQUIRE);
  uintptr_t more = (uintptr_t)refs | (uintptr_t)y->grad | (uintptr_t)y->name;
  return !more && y->creator == p.call && looks == 1 && y->own.version == 0 && y->one &&
         (y->flags & ~(uint32_t)DG_MAKER_SEEN) == DG_POINT_FLAGS;
}

/* Makes the handles of a point stale, for it to be used again; false, and nothing is done, where it
 * is not whole. */
DG_INLINE bool dg_point_give(dg_point p)
{
  if (DG_UNLIKELY(!dg_point_is_whole(p) || dg_slot_is_used_up(&p.y->slot))) return false;
  if (DG_UNLIKELY(p.y->flags & DG_MAKER_SEEN)) {
    if (dg_slot_is_used_up(&p.call->slot)) return false;
    dg_slot_renew(&p.call->slot);
    p.y->flags = DG_POINT_FLAGS;
  }
  dg_slot_renew(&p.y->slot);
  dg_slot_poison(&p.y->slot);
  dg_slot_poison(&p.call->slot);
  return true;
}

/* out = formula(a, b), on one element of this dtype; b is a where there is one input. */
typedef void dg_point_formula(const dg_map *m, int dtype, void *out, const void *a, const void *b,
                              const double *parameters);

/* The formula of any operator, by its loop. */
DG_INLINE void dg_point_loop(const dg_map *m, int dtype, void *out, const void *a, const void *b,
                             const double *parameters)
{
  static const int64_t ones[DG_MAP_INPUTS] = { 1, 1, 1 };
  const void *in[2] = { a, b };
  if (DG_LIKELY(!m->rework[dtype])) m->loop[dtype][dg_cpu_isa()](1, out, in, ones, parameters);
  else dg_cpu.map_flat(m, dtype, 1, out, in, parameters);
}

/* Defines a formula of the inputs x and y that is one instruction, where a call would cost more. */
#define DG_POINT_FORMULA(name, F)                                                                  \
  DG_INLINE void name(const dg_map *m, int dtype, void *out, const void *a, const void *b,         \
                      const double *parameters)                                                    \
  {                                                                                                \
    (void)m, (void)parameters;                                                                     \
    if (DG_LIKELY(dtype == DG_F32)) {                                                              \
      const float x = *(const float *)a, y = *(const float *)b;                                    \
      *(float *)out = (F);                                                                         \
    } else {                                                                                       \
      const double x = *(const double *)a, y = *(const double *)b;                                 \
      *(double *)out = (F);                                                                        \
    }                                                                                              \
  }

DG_POINT_FORMULA(dg_point_mul, x *y) /* half of all rules of backward are products */

/* Whether y = op(x...) is to be a point: all inputs are one plain element of one layout, it is to be
 * recorded, and the open scopes have borrowed them. */
DG_INLINE bool dg_point_fits(const dg_op_class *op, int inputs, dg_body *const *x)
{
  uint64_t epoch = dg_tape.recording;
  uint32_t layout = x[0]->one, flags = 0;
  if (!layout) return false;
  DG_UNROLL
  for (int i = 0; i < inputs; i++) {
    uint64_t borrowed = __atomic_load_n(&x[i]->borrowed, __ATOMIC_RELAXED);
    if (DG_UNLIKELY(borrowed != epoch || x[i]->one != layout)) return false;
    flags |= x[i]->flags;
  }
  return flags & DG_REQUIRES_GRAD && op->backward;
}

/* Whether there is a free point in the row at hand, and of this layout. */
DG_INLINE bool dg_point_is_at_hand(uint32_t layout)
{
  return dg_tape.row.layout == layout && dg_tape.row.next != dg_tape.row.end;
}

/* The element of a tensor whose `one` is not 0: its storage lies right behind it. */
DG_INLINE const void *dg_point_element(const dg_body *x)
{
  return (const char *)x->store - offsetof(dg_body, own) + offsetof(dg_body, tiny);
}

/* y = op(x...), where that fits and a point is at hand. */
DG_INLINE dg_tensor *dg_point_apply(const dg_op_class *op, int inputs, dg_body *const *x,
                                    const double *parameters, dg_point_formula *formula)
{
  dg_point point = dg_point_take();
  dg_body *y = point.y;
  dg_call *c = point.call;
  c->op = op;
  c->sequence = ++dg_tape.sequence; /* higher than those of all that the scopes have borrowed */
  c->inputs = (uint16_t)inputs;
  c->outputs = 1;
  c->flags = DG_POINT_CALL_FLAGS;
  DG_UNROLL
  for (int i = 0; i < inputs; i++) {
    c->x_inline[i] = x[i];
    c->version[i] = x[i]->store->version;
  }
  if (parameters) c->f[0] = parameters[0], c->f[1] = parameters[1];
  y->borrowed = dg_tape.recording;
  formula(op->map, (int)(x[0]->one & 1), y->tiny, dg_point_element(x[0]),
          dg_point_element(x[inputs - 1]), parameters ? parameters : dg_no_parameters);
  return dg_handle(y);
}

/* dg_apply1 and dg_apply2 with a formula of their own for points. */
DG_INLINE dg_tensor *dg_apply1_by(dg_point_formula *formula, const dg_op_class *op, dg_tensor *x,
                                  const double *parameters)
{
  dg_body *b = dg_living_body(x);
  if (DG_LIKELY(b && dg_point_fits(op, 1, &b) && dg_point_is_at_hand(b->one)))
    return dg_point_apply(op, 1, &b, parameters, formula);
  return dg_apply1_long(op, x, parameters);
}

DG_INLINE dg_tensor *dg_apply2_by(dg_point_formula *formula, const dg_op_class *op, dg_tensor *a,
                                  dg_tensor *b, const double *parameters)
{
  dg_body *x[2] = { dg_living_body(a), dg_living_body(b) };
  if (DG_LIKELY(x[0] && x[1] && dg_point_fits(op, 2, x) && dg_point_is_at_hand(x[0]->one)))
    return dg_point_apply(op, 2, x, parameters, formula);
  return dg_apply2_long(op, a, b, parameters);
}

#endif
