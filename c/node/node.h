/* node.h -- the record: operators, the nodes they leave behind, scopes and references.
 *
 * An operator's public function is three steps: dg_begin takes the inputs, the caller fills in the
 * attributes, dg_finish runs the shape rule and the forward rule and links the node. */
#ifndef DG_NODE_H
#define DG_NODE_H

#include "tensor/tensor.h"

typedef struct dg_call dg_call; /* the body of a node */

/* What a backward rule reads; everything else may be freed early. */
enum {
  DG_READS_X0 = 1,
  DG_READS_X1 = 2,
  DG_READS_X2 = 4,
  DG_READS_X3 = 8,
  DG_READS_Y = 1 << 30,
  DG_READS_ALL_X = (1 << 30) - 1,
  DG_READS_NOTHING = 0
};

/* What the declared gradient of an elementwise operator is computed from. */
typedef enum dg_operand { DG_NOTHING, DG_GY, DG_X0, DG_X1, DG_Y, DG_OPERANDS } dg_operand;

/* gx = op(a, b), or op(a) without b; without op, gx = gy. */
typedef struct dg_gradient_rule {
  const struct dg_op_class *op;
  dg_operand a, b;
} dg_gradient_rule;

enum { DG_RULES = 2 };

typedef struct dg_op_class {
  const char *name;
  /* Declares the outputs with dg_output or dg_output_view; -1 with an error set. */
  int (*shape)(dg_call *c);
  /* Computes the outputs; NULL when they are views, or `map` says it all. */
  int (*forward)(dg_call *c);
  /* Sets gx[i] = the gradient of input i for each i with dg_needs(c, i), from the gradients gy of
   * the outputs (NULL for one that nothing used). Written in operators; what it makes on the way is
   * freed for it. NULL: not differentiable. */
  int (*backward)(dg_call *c, dg_tensor **gy, dg_tensor **gx);
  uint32_t reads; /* DG_READS_...: what `backward` looks at */
  uint32_t flags;
  /* The formula of an elementwise operator. dg_apply1 and dg_apply2 take a shorter way with it, past
   * `shape` and `forward`, when the inputs are of a dtype it has and of one shape. */
  const struct dg_map *map;
  /* The gradients of an elementwise operator, one for each input. `backward` is then
   * dg_rule_backward, and the walk takes a shorter way where nothing is recorded or broadcast. */
  dg_gradient_rule gradient[DG_RULES];
  /* May be NULL: what `backward` computes, but at once and without a record, for operators of one
   * output. gx[i] is a tensor like input i to be filled, or NULL when it is not wanted. */
  int (*direct)(const dg_call *c, const dg_view *gy, dg_body *const *gx);
  /* May be NULL: the same, but all gradients except gx[0] are there and are added to. On the host. */
  int (*direct_add)(const dg_call *c, const dg_view *gy, dg_body *const *gx);
} dg_op_class;

enum {
  DG_CALL_INPUTS = 4,
  DG_CALL_OUTPUTS = 3,
  DG_CALL_INTS = 10,
  DG_CALL_REALS = 3,
  DG_CALL_SAVED = 2
};

enum {                    /* flags of an operator */
       DG_CALLERS = 1,    /* its backward rule is the caller's (Lua's): the walk hands it back */
       DG_TAKES_ALL = 2,  /* its input may be of any dtype */
       DG_MOVES = 4,      /* copies elements: inputs may be of any dtype that they share */
       DG_HALVES_FAR = 8, /* has kernels for floats of 16 bits elsewhere than on the host; what has
                           * a `map` always does */
       DG_NARROWS = 16,   /* products: autocast casts what is float32 to 16 bits for it */
       DG_WIDENS = 32,    /* under autocast it is computed in float32, and gives that */
       DG_OUTER_X1 = 64,  /* where `direct` finds the gradient of input 1, a leaf, without elements,
                           * it gives it some, or makes it the product of vectors */
       /* The rows of input 0 may be some of a table (op/embedded.h). Where `direct` finds the gradient
        * of input 0 without elements, it is that table's. */
       DG_EMBEDS_X0 = 128,
       /* `direct` finds the gradient of input 1, a leaf, without elements, and makes it some rows, or
        * gives it its elements. */
       DG_ROWS_X1 = 256
};

enum { /* flags of a call */
       DG_CALL_RECORDED = 1,
       DG_CALL_SCOPED = 2,     /* made in a scope: its inputs are not counted */
       DG_CALL_FREED = 4,      /* a walk has passed and freed what it kept */
       DG_CALL_SCRATCH = 8,    /* lies in the thread's scratch place, not in a slot */
       DG_CALL_FLAT = 16,      /* inputs and output are of one shape and without gaps */
       DG_CALL_PASSING = 32,   /* will not be recorded */
       DG_CALL_MIXED = 64,     /* dg_mixed_call is to look at it before it runs */
       DG_CALL_POINT = 128,    /* it and its output are a point: node/point.h */
       DG_CALL_WIDE_LAST = 256 /* its last two inputs are statistics: float32 beside 16 bits */
};

/* What every walk looks at comes first: it fills two lines of the cache. */
struct dg_call {
  dg_slot slot;
  const dg_op_class *op;
  uint64_t sequence; /* rises with each node of a thread */
  uint16_t inputs, outputs;
  uint16_t flags;
  dg_body *x_inline[DG_CALL_INPUTS];
  uint32_t version[DG_CALL_INPUTS]; /* of what was read, when it was read */
  uint32_t y_version;
  int32_t handles; /* references in the caller's hands; atomic */
  uint64_t walk;   /* the walk in whose queue it is or was */
  dg_body *y_inline[DG_CALL_OUTPUTS];
  dg_body **x;                   /* x_inline, or a table */
  dg_body **y;                   /* weak: outputs leave when they die; y_inline, or a table */
  uint64_t leads;                /* the walk that knows it to lead to a wanted input */
  int64_t refs;                  /* living outputs, walks, and `handles`; atomic */
  dg_body *saved[DG_CALL_SAVED]; /* the forward rule's own notes, owned */
  int64_t i[DG_CALL_INTS];       /* attributes */
  double f[DG_CALL_REALS];
};

_Static_assert(sizeof(dg_call) <= DG_SLOT_BYTES, "a node's body fits its slot");

/* -- Applying an operator ------------------------------------------------------------------ */

/* A call on these inputs; NULL with an error set if one is stale or has no elements. */
dg_call *dg_begin(const dg_op_class *op, int inputs, dg_tensor *const *x);
dg_call *dg_begin1(const dg_op_class *op, dg_tensor *x);
dg_call *dg_begin2(const dg_op_class *op, dg_tensor *a, dg_tensor *b);
dg_call *dg_begin3(const dg_op_class *op, dg_tensor *a, dg_tensor *b, dg_tensor *c);

/* Runs the call. Returns its output, or NULL with an error set; NULL in gives NULL out. */
dg_tensor *dg_finish(dg_call *c);
/* The same for several outputs: y gets `outputs` handles. */
int dg_finish_all(dg_call *c, dg_tensor **y);

/* The result of these steps for an operator whose only output y, new and with elements, was computed a
 * shorter way. `parameters` are the call's f[0] and f[1], or NULL; `kind` is 0 or DG_CALL_FLAT. y is handed
 * over, also on failure: then it is freed, and NULL given. The caller has seen to what dg_begin and
 * dg_finish would: inputs with elements, no more of them than DG_CALL_INPUTS, none of 16 bits and all on the
 * host, nothing for the shape rule to say, no autocast (dg_tape.mixed), and no graph of a device being
 * recorded (dg_graphs_recording). */
dg_tensor *dg_yield(const dg_op_class *op, int inputs, dg_body *const *x, dg_body *y,
                    const double *parameters, int kind);

/* All three steps for an elementwise operator, with the parameters p and q of its formula (or NULL).
 */
dg_tensor *dg_apply1(const dg_op_class *op, dg_tensor *x, const double *parameters);
dg_tensor *dg_apply2(const dg_op_class *op, dg_tensor *a, dg_tensor *b, const double *parameters);
/* The same past the shortest way, that of node/point.h. */
dg_tensor *dg_apply1_long(const dg_op_class *op, dg_tensor *x, const double *parameters);
dg_tensor *dg_apply2_long(const dg_op_class *op, dg_tensor *a, dg_tensor *b,
                          const double *parameters);

/* For forward rules: y = m(x...), elementwise, with the call's f[0], f[1] as p and q. */
int dg_map_forward(dg_call *c, const struct dg_map *m);

/* What the operands of a rule stand for, given the gradient of the output. */
DG_INLINE void dg_rule_operands(const dg_call *c, dg_body *gy, dg_body *operands[DG_OPERANDS])
{
  operands[DG_NOTHING] = NULL;
  operands[DG_GY] = gy;
  operands[DG_X0] = c->x[0];
  operands[DG_X1] = c->inputs > 1 ? c->x[1] : NULL;
  operands[DG_Y] = c->y[0];
}

/* For shape rules: output `i` of a call, or one that shares x's storage (set shape and strides,
 * then dg_view_finish). NULL with an error set. */
dg_body *dg_output(dg_call *c, int i, int dtype, int ndim, const int64_t *shape);
dg_body *dg_output_view(dg_call *c, int i, const dg_body *x);
dg_body *dg_output_like(dg_call *c, int i, int dtype, const dg_view *shape);
/* Says how many outputs there are when it is not one. */
int dg_outputs(dg_call *c, int outputs);
/* For forward rules: notes of this shape that live as long as the node. */
dg_body *dg_save(dg_call *c, int i, int dtype, int ndim, const int64_t *shape);
/* The same in the host's memory, wherever the inputs are: C may read and write them. */
dg_body *dg_save_here(dg_call *c, int i, int dtype, int ndim, const int64_t *shape);

/* Whether input i's gradient is asked for in the walk under way. A walk for chosen inputs marks
 * them, and the nodes that lead to them, with its number. */
extern DG_HIDDEN DG_THREAD_LOCAL uint64_t dg_needs_only; /* that walk, or 0 */
DG_INLINE bool dg_needs(const dg_call *c, int i)
{
  const dg_body *x = c->x[i];
  if (!(x->flags & DG_REQUIRES_GRAD)) return false;
  if (DG_LIKELY(!dg_needs_only) || x->wanted == dg_needs_only) return true;
  return x->creator && x->creator->leads == dg_needs_only;
}

/* A handle of a node. */
DG_INLINE dg_node *dg_node_handle(dg_call *c)
{
  if (c->flags & DG_CALL_POINT && c->y_inline[0]) c->y_inline[0]->flags |= DG_MAKER_SEEN;
  return (dg_node *)dg_slot_handle(&c->slot);
}

/* For backward rules: handles of inputs, outputs and notes. */
DG_INLINE dg_tensor *dg_x(const dg_call *c, int i) { return dg_handle(c->x[i]); }
DG_INLINE dg_tensor *dg_y(const dg_call *c, int i) { return dg_handle(c->y[i]); }
DG_INLINE dg_tensor *dg_saved(const dg_call *c, int i) { return dg_handle(c->saved[i]); }

/* Fails with "op: ..." */
#define dg_op_fail(c, code, text, ...) dg_fail(code, "%s: " text, (c)->op->name, ##__VA_ARGS__)

/* -- Birth, scopes and references ------------------------------------------------------------ */

/* Makes a body known: in a scope it dies with it, outside the caller owns one reference. */
DG_INLINE dg_tensor *dg_born(dg_body *b);
dg_tensor *dg_born_counted(dg_body *b);
dg_tensor *dg_stillborn(dg_body *b);

/* One more, or one less, reference of C's own to a tensor that is not scoped. */
void dg_hold(dg_body *b);
void dg_unhold(dg_body *b);
void dg_unlink(dg_body *b);
void dg_revive(dg_body *b); /* a ghost is referred to again */
DG_INLINE void dg_count_up(dg_body *b, int64_t amount)
{
  if (DG_UNLIKELY(b->flags & DG_GHOST)) dg_revive(b);
  __atomic_add_fetch(&b->refs, amount, __ATOMIC_RELAXED);
}
/* Notes that one more hold is the caller's to give back. */
DG_INLINE void dg_count_handle(dg_body *b) { __atomic_add_fetch(&b->handles, 1, __ATOMIC_RELAXED); }
/* Has the open scopes hold b until the outermost closes: a node or handle of theirs uses it. */
int dg_lend_to_scopes(dg_body *b);
DG_INLINE int dg_borrow(dg_body *b);
/* A handle for the caller: a new reference outside scopes, borrowed inside. NULL stays NULL. */
dg_tensor *dg_lend(dg_body *b);
/* Cuts a tensor from what made it. */
void dg_cut(dg_body *b);
/* Frees what a node keeps for backward; its place in the graph stays. */
void dg_call_free_values(dg_call *c);

/* Intermediate results of a composition die at the close; `result` lives on. Use as
 *   dg_pool p = dg_pool_open(); ... return dg_pool_close(p, result); */
typedef int64_t dg_pool;
enum { DG_NO_POOL = -1 };
dg_pool dg_pool_open(void);
dg_tensor *dg_pool_close(dg_pool pool, dg_tensor *result);
/* The same for several results. -1 with an error set: then there are none. */
int dg_pool_close_all(dg_pool pool, int count, dg_tensor **results);

/* A tensor of one element and the node that made it (node/point.h), and a thread's list of those of
 * one dtype and so many axes: those in use come first, in the order of their births. */
typedef struct dg_point {
  dg_body *y;
  dg_call *call;
} dg_point;
typedef struct dg_point_list {
  dg_point *items;
  int64_t count, room;
} dg_point_list;

/* The free points of the list that the next one comes from; all zero where there is none yet. */
typedef struct dg_point_row {
  const dg_point *next, *end, *items;
  uint32_t *used;  /* how many of the list were when this was noted last */
  uint32_t layout; /* of all of them */
} dg_point_row;

enum { DG_POINT_LISTS = 2 * (DG_FEW_AXES + 1) };

/* What the hot path looks at of a thread's tape. */
typedef struct dg_tape_state {
  int depth;          /* how many scopes are open */
  uint64_t epoch;     /* the number of the outermost: what it borrows is safe until it closes */
  uint64_t recording; /* the same while operators are recorded in scopes, else UINT64_MAX */
  bool no_backprop;   /* operators are not recorded */
  uint8_t autocast;   /* the dtype of 16 bits that products are computed in, or 0 */
  uint16_t mixed;     /* the flags of calls: DG_CALL_MIXED under autocast */
  uint64_t sequence;  /* of the newest node */
  dg_point_row row;
  dg_slot **births; /* of all open scopes, innermost last; without points */
  int64_t born, births_room;
  dg_point_list points[DG_POINT_LISTS]; /* by axes and dtype: node/point.h */
  uint32_t used[DG_POINT_LISTS];        /* how many of them are, but for the row: dg_row_note */
} dg_tape_state;

extern DG_HIDDEN DG_THREAD_LOCAL dg_tape_state dg_tape;

/* Has operators be recorded from now on, or not; returns which it was. */
DG_INLINE bool dg_backprop_set(bool on)
{
  bool before = !dg_tape.no_backprop;
  dg_tape.no_backprop = !on;
  dg_tape.recording = on && dg_tape.depth > 0 ? dg_tape.epoch : UINT64_MAX;
  return before;
}

/* Closes the scopes inside this one; false when it is not open. */
bool dg_scope_rewind(double scope);
int dg_births_grow(void);
/* Frees what was born in the innermost scope, which stays open. */
void dg_scope_sweep(void);
bool dg_point_is_mine(const dg_body *b);
/* Whether the scope that owns b is one of this thread. */
DG_INLINE bool dg_is_mine(const dg_body *b)
{
  if (DG_UNLIKELY(b->flags & DG_POINT)) return dg_point_is_mine(b);
  return b->birth < dg_tape.born && dg_tape.births[b->birth] == &b->slot;
}

DG_INLINE int dg_borrow(dg_body *b)
{
  if (__atomic_load_n(&b->borrowed, __ATOMIC_RELAXED) == dg_tape.epoch) return 0;
  if (DG_UNLIKELY(!(b->flags & DG_SCOPED) || !dg_is_mine(b))) return dg_lend_to_scopes(b);
  __atomic_store_n(&b->borrowed, dg_tape.epoch, __ATOMIC_RELAXED);
  return 0;
}

/* Lists a slot among the births of the innermost scope, which frees it. */
DG_INLINE int dg_scope_list(dg_slot *s)
{
  if (DG_UNLIKELY(dg_tape.born == dg_tape.births_room) && dg_births_grow() < 0) return -1;
  dg_tape.births[dg_tape.born++] = s;
  return 0;
}

/* Frees a node that was never recorded; takes one reference off one that was. */
void dg_call_discard(dg_call *c);
void dg_call_leave(dg_call *c);

DG_INLINE dg_tensor *dg_born(dg_body *b)
{
  if (dg_tape.depth == 0) return dg_born_counted(b);
  b->flags |= DG_SCOPED;
  b->birth = (uint32_t)dg_tape.born;
  if (DG_UNLIKELY(dg_scope_list(&b->slot) < 0)) return dg_stillborn(b);
  return dg_handle(b);
}

#endif
