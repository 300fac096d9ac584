/* array.h -- what the operators that pick and place elements share. */
#ifndef DG_ARRAY_H
#define DG_ARRAY_H

#include "op/op.h"

/* A box of an array's elements: which of its axes each axis of the box follows, how far a step
 * along it goes, and where it begins. Fits the attributes of a call. */
typedef struct dg_window {
  int64_t from;              /* the first element, counted row-major */
  int64_t step[DG_MAX_NDIM]; /* along each axis of the box, in places of the array's axis */
  int64_t axes; /* four bits for each axis of the box: the array's axis, or DG_NO_AXIS */
} dg_window;

enum { DG_NO_AXIS = 15 };

_Static_assert(sizeof(dg_window) <= DG_CALL_INTS * sizeof(int64_t), "a window fits a call");

/* The whole of an array of this shape. */
dg_window dg_window_whole(const dg_view *x);
/* The elements of x that the window shows, in the given shape (its box). */
dg_view dg_window_on(const dg_view *x, const dg_window *w, int ndim, const int64_t *shape);
/* Parses items as dg_index takes them. `box` gets the shape; -1 with an error. */
int dg_window_parse(const char *who, const dg_view *x, int count, const int64_t *items,
                    int64_t base, dg_window *w, dg_view *box);
/* The first place of x along an axis, as a view without it. */
dg_view dg_view_without(const dg_view *x, int axis);
/* The window of x, as a view; differentiable. */
dg_tensor *dg_window_view(dg_tensor *x, const dg_window *w, int ndim, const int64_t *shape);
/* An array of this shape that shows x through the window and is `value` elsewhere. */
dg_tensor *dg_window_place(dg_tensor *x, const dg_window *w, int ndim, const int64_t *shape,
                           double value);

/* index as contiguous int64 that count from 0, checked against `size`; free it with dg_body_free. */
dg_body *dg_positions(const char *who, const dg_view *index, int axis, int64_t size, int64_t base);
/* Puts the axes of an index in place of one axis of a shape; -1 with an error. */
int dg_spread(const char *who, dg_view *shape, int axis, const dg_view *index);
/* The row-major positions at which a mask on x's leading axes is true, the same way. */
dg_body *dg_mask_positions(const char *who, const dg_view *x, const dg_view *mask);
/* x with its first `count` axes joined; its strides count only if x is contiguous. */
dg_view dg_join_leading(const dg_view *x, int count);
/* A call on x with i[0] = axis and saved[0] = the positions, which it takes over; NULL in gives NULL
 * out. */
dg_call *dg_begin_at(const dg_op_class *op, dg_tensor *x, int axis, dg_body *positions);
/* x[..., positions, ...] along `axis`. The positions, as above or NULL, are taken over. */
dg_tensor *dg_take_at(dg_tensor *x, int axis, dg_body *positions);

/* The numbers 0, 1, ... in row-major order as int64, where `like` is. */
dg_tensor *dg_enumerated(const dg_view *like, int ndim, const int64_t *shape);

#endif
