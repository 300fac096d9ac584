/* dgraph.h -- define-by-run automatic differentiation: the whole public interface.
 *
 * Conventions
 *   Handles. A `dg_tensor *` or `dg_node *` is not an address: it packs a slot number and a
 *     generation, and every function checks it. A handle whose tensor is gone is an error, never
 *     undefined behaviour. Never dereference one; compare handles with ==.
 *   Ownership. Outside a scope every handle that a function returns is a new reference: give it
 *     back with dg_release. Inside a scope (dg_scope_open) handles are borrowed: never release
 *     them; they die when the scope closes, unless dg_keep made them live on.
 *   Errors. Functions return NULL, -1 or NaN, and dg_error_code / dg_error_message of the same
 *     thread tell why; errno is set as well. NULL in gives NULL out and keeps the first message.
 *     Nothing aborts, prints or exits.
 *   Numbers. Axes, elements, labels and ids count from 0, negative axes from the end. Shapes are
 *     arrays of int64_t. Functions that yield sizes for Lua return int32_t or double.
 *   Threads. Tape, modes, random state and last error belong to the calling thread. A tensor may
 *     be read by several threads if each holds a reference of its own.
 */
#ifndef DGRAPH_H
#define DGRAPH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DG_API __attribute__((visibility("default")))

typedef struct dg_tensor dg_tensor;   /* a value, its gradient and what made it */
typedef struct dg_node dg_node;       /* one application of an operator */
typedef struct dg_walk dg_walk;       /* a backward pass under way */
typedef struct dg_pin dg_pin;         /* tells whether foreign memory is still in use */
typedef struct dg_capture dg_capture; /* a step that was recorded */
struct lua_State;                     /* Lua's, for dg_lua_function */

enum { DG_MAX_NDIM = 8 };

typedef enum dg_dtype {
  DG_F32,
  DG_F64,
  DG_I32,
  DG_I64,
  DG_U8,
  DG_BOOL,
  DG_F16,
  DG_BF16, /* the upper half of a float32 */
  DG_NDTYPES
} dg_dtype;

typedef enum dg_error {
  DG_OK,
  DG_EARGUMENT, /* a value, shape or option that makes no sense */
  DG_ETYPE,     /* the wrong dtype or kind of handle */
  DG_ESTALE,    /* a handle whose tensor is gone */
  DG_EMEMORY,   /* out of memory, or over the cap */
  DG_EGRAPH,    /* the graph cannot do this: freed, overwritten, not differentiable */
  DG_ESYSTEM    /* the operating system or a library it should provide */
} dg_error;

typedef enum dg_mode {
  DG_MODE_BACKPROP, /* record operators (1) */
  DG_MODE_AUTOCAST, /* the dtype that operators of many products cast float32 to; 0: none (0) */
  DG_NMODES
} dg_mode;

/* The kinds of items of dg_index. */
enum { DG_ITEM_ONE, DG_ITEM_RANGE, DG_ITEM_ALL, DG_ITEM_NEW };

/* What bytes are for: dg_memory_bytes. */
typedef enum dg_kind {
  DG_ACTIVATION,
  DG_PARAMETER,
  DG_GRADIENT,
  DG_WORKSPACE,
  DG_CACHE, /* free blocks that wait for their next use */
  DG_NKINDS
} dg_kind;

/* Flags of a walk. */
enum {
  DG_RETAIN_GRAD = 1,    /* keep the gradients of intermediate tensors */
  DG_RETAIN_GRAPH = 2,   /* keep what a second walk needs */
  DG_DOUBLE_BACKPROP = 4 /* record the walk itself, so that gradients can be differentiated */
};

/* What dg_walk_run and dg_walk_step come back with. */
typedef enum dg_status {
  DG_WALK_FAILED = -1,
  DG_WALK_DONE,
  DG_WALK_MORE, /* a step was made, or the budget is spent: call again */
  DG_WALK_CALL, /* the node of dg_walk_node is the caller's: run it, dg_walk_give its gradients */
  DG_WALK_HOOK  /* a hooked tensor's gradient is complete: dg_walk_tensor, dg_walk_gradient */
} dg_status;

/* ==== Functions: harvested from the sources by c/tools/harvest.awk; do not edit below ==== */
/* clang-format off */

#ifndef DG_TYPES_ONLY /* kernels call no operators */

/* ---- base/cdef.c: the header's text, for bindings that parse it. */

/* The declarations of this library as plain C, without comments and preprocessor lines. A binding
 * that declares itself from this text can never be older or newer than the library. */
DG_API const char *dg_cdef(void);

/* ---- base/error.c: the last error of each thread. */

/* The code of this thread's last error (dg_error), DG_OK when there was none. */
DG_API int dg_error_code(void);

/* The text of this thread's last error, "" when there was none. Valid until the next error. */
DG_API const char *dg_error_message(void);

/* Forgets this thread's last error. */
DG_API void dg_error_clear(void);

/* Sets this thread's last error as a function that fails does: for callers that check something of
 * their own on the way. `code` is a dg_error. Returns -1. */
DG_API int dg_error_set(int code, const char *message);

/* ---- base/memory.c: a caching block allocator: what a training loop frees in one step it gets in the next. */

/* Live bytes of one kind (dg_kind), exact for a single thread; -1 for an unknown kind. */
DG_API double dg_memory_bytes(int kind);

/* Bytes of all live tensors, whatever they are for and wherever they lie. */
DG_API double dg_memory_live(void);

/* Refuses allocations that would bring the live bytes over `bytes`; 0 or less: no limit. */
DG_API void dg_memory_limit(double bytes);

/* Gives this thread's free blocks back to the system. */
DG_API void dg_memory_trim(void);

/* For tests: the allocation after the next `n` fails, once; a negative `n` turns this off. */
DG_API void dg_memory_fail_after(double n);

/* ---- device/device.c: what the library computes with: threads, vector instructions, devices. */

/* Sets how many threads big operations may use, this one included; they start at the first that
 * wants them. Until it is set: DGRAPH_NUM_THREADS, or 1. */
DG_API int dg_set_num_threads(int threads);

/* How many threads big operations may use. */
DG_API int dg_num_threads(void);

/* The vector instructions in use: "base", "avx2" or "avx512". DGRAPH_ISA chooses lower ones. */
DG_API const char *dg_isa_name(void);

/* What multiplies large matrices: "openblas SkylakeX", or "built-in (why there is no OpenBLAS)".
 * Opens OpenBLAS if nothing has yet. */
DG_API const char *dg_matmul_name(void);

/* How many CUDA devices there are; opens the driver if nothing has yet. 0 is no error:
 * dg_device_reason tells why. */
DG_API int dg_device_count(void);

/* Why there is no CUDA device, in words; "" when there is one. */
DG_API const char *dg_device_reason(void);

/* Has this thread make new tensors on a device from now on (0: the host). Returns where it made them
 * before; -1 with an error when the device is not to be had. */
DG_API int dg_device_set(int device);

/* What a device is: "NVIDIA H100 80GB HBM3, compute capability 9.0"; NULL with an error. */
DG_API const char *dg_device_text(int device);

/* Waits until a device has done all that was asked of it; the host always has. */
DG_API int dg_device_wait(int device);

/* Waits like dg_device_wait and tells the time by a card's own clock, in seconds since it was first
 * asked: the difference of two is what the work between them took. NaN with an error. */
DG_API double dg_device_time(int device);

/* Bytes of one kind (dg_kind) on a device, as dg_memory_bytes tells of the host; -1 with an error. */
DG_API double dg_device_bytes(int device, int kind);

/* Refuses allocations on a device that would bring its live bytes over `bytes`; 0 or less: no limit.
 * The host has dg_memory_limit. */
DG_API int dg_device_limit(int device, double bytes);

/* Gives a device's free blocks back to the system. */
DG_API int dg_device_trim(int device);

/* Whether products of float32 on devices may be computed in TF32 (factors with 10 bits of fraction,
 * sums in float32) from now on, on all threads: at first they are not. Returns 1 where they were, or 0. */
DG_API int dg_device_allow_tf32(int on);

/* Compiles the text of one of the CUDA kernel files ("reduce" ...) for a compute capability (90 is
 * 9.0) into the cache on disk, unless it is there. Needs NVRTC but no device. The bytes of its machine
 * code; -1 with an error. */
DG_API double dg_device_compile(const char *unit, int arch);

/* The names of the CUDA kernel files, by number from 0; NULL with an error after the last. */
DG_API const char *dg_device_unit(int i);

/* ---- tensor/pin.c: keeps foreign memory alive while a storage looks at it. */

/* A pin for one piece of foreign memory; free it with dg_pin_free. */
DG_API dg_pin *dg_pin_new(void);

/* How many storages look at the memory now; -1 for NULL. */
DG_API int dg_pin_held(const dg_pin *pin);

/* Gives up the maker's share of a pin; storages keep theirs. */
DG_API int dg_pin_free(dg_pin *pin);

/* ---- node/fields.c: what can be asked of a tensor and of a node: gradient, creator, inputs, names. */

/* The gradient of x; NULL without an error when there is none. */
DG_API dg_tensor *dg_gradient(const dg_tensor *x);

/* Whether x has a gradient: 1 or 0, -1 with an error. */
DG_API int dg_has_gradient(const dg_tensor *x);

/* The same gradient for those who can do with its rows alone (dg_gradient_rows): dg_update_sgd and its like, dg_scale,
 * dg_sum_of_squares. Where dg_gradient would make the elements of a matrix of which the gradient is
 * some rows, here they are not made; all other functions refuse it. */
DG_API dg_tensor *dg_gradient_as_is(const dg_tensor *x);

/* The rows of x's gradient where it is some rows of a matrix: their numbers (int64, from 0 on, each
 * once) and their elements (n x columns). 1 when it is so, 0 when not, -1 with an error. */
DG_API int dg_gradient_rows(const dg_tensor *x, dg_tensor **numbers, dg_tensor **elements);

/* Sets the gradient of x to g, which has the same shape and dtype; NULL clears it. */
DG_API int dg_gradient_set(dg_tensor *x, dg_tensor *g);

/* Forgets the gradients of `count` tensors. */
DG_API int dg_gradients_clear(int count, dg_tensor *const *x);

/* 1 when gradients flow to x, 0 when not, -1 with an error. */
DG_API int dg_requires_grad(const dg_tensor *x);

/* Makes a leaf collect gradients, or stop. Only float tensors can; a result of an operator cannot
 * be changed. */
DG_API int dg_requires_grad_set(dg_tensor *x, int on);

/* Keeps the gradient of x after backward although x is no leaf. */
DG_API int dg_retain_grad(dg_tensor *x);

/* 1 when x is a leaf: not the result of a recorded operator; 0 when it is one, -1 with an error. */
DG_API int dg_is_leaf(const dg_tensor *x);

/* Has walks hand x back when its gradient is complete (DG_WALK_HOOK), or no longer. */
DG_API int dg_hooked_set(dg_tensor *x, int on);

/* A number that no other tensor of this process has while x is alive, and that x keeps. */
DG_API double dg_id(const dg_tensor *x);

/* The name of x, "" when it has none; NULL with an error. */
DG_API const char *dg_name(const dg_tensor *x);

/* Names x; NULL or "" takes the name away. */
DG_API int dg_name_set(dg_tensor *x, const char *name);

/* Cuts x from the operator that made it: it becomes a leaf. */
DG_API int dg_unchain(dg_tensor *x);

/* Cuts everything that x was computed from: the whole graph behind it is let go. */
DG_API int dg_unchain_backward(dg_tensor *x);

/* The node that made x; NULL without an error for a leaf. Outside scopes it is a new reference: give
 * it back with dg_node_release. */
DG_API dg_node *dg_creator(const dg_tensor *x);

/* Gives back a reference to a node; nothing happens to one of a scope. */
DG_API int dg_node_release(dg_node *node);

/* The name of a node's operator. */
DG_API const char *dg_node_name(const dg_node *node);

/* A number that rises with each node that this thread records; -1 with an error. */
DG_API double dg_node_sequence(const dg_node *node);

/* The number of the node that this thread recorded last: those recorded from now on have higher
 * ones. */
DG_API double dg_sequence(void);

/* How many inputs a node has; -1 with an error. */
DG_API int dg_node_inputs(const dg_node *node);

/* How many outputs a node has; -1 with an error. */
DG_API int dg_node_outputs(const dg_node *node);

/* Input `i` of a node. Its elements may be gone: only its shape and place in the graph are sure. */
DG_API dg_tensor *dg_node_input(const dg_node *node, int i);

/* Output `i` of a node; NULL without an error when nothing refers to it any more. */
DG_API dg_tensor *dg_node_output(const dg_node *node, int i);

/* ---- node/mixed.c: floats of 16 bits: which operators take them as they are, what becomes of the inputs of */

/* x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
 * that does, NaN becomes 0. To float16 and bfloat16 they go by rounding to the nearest, of two to the
 * even one, and to infinity where they are too large. Gradients flow between float dtypes. A copy
 * even if nothing changes. */
DG_API dg_tensor *dg_cast(dg_tensor *x, int dtype);

/* ---- node/point.c: how points are made, and unmade. */

/* How many tensors are alive; of other threads' tensors of one element in open scopes none. */
DG_API double dg_memory_tensors(void);

/* How many nodes are alive; as above. */
DG_API double dg_memory_nodes(void);

/* ---- node/tape.c: births, deaths and scopes: who owns a tensor, and when it goes. */

/* Opens a scope on this thread: every tensor and node made from now on dies when it closes.
 * Returns its number, which dg_scope_close wants; -1 when scopes are nested too deep. */
DG_API double dg_scope_open(void);

/* Closes the scope that dg_scope_open numbered so, and those inside it. The `count` tensors of
 * `keep` live on: in the scope around it, or outside with one reference each, in either case
 * without the graph that made them. -1 when no such scope is open, or a tensor of `keep` is stale:
 * then nothing is closed. */
DG_API int dg_scope_close(double scope, dg_tensor *const *keep, int count);

/* How many scopes are open on this thread. */
DG_API int dg_scope_count(void);

/* One more reference to a tensor, which outlives every scope with it. Returns its argument. */
DG_API dg_tensor *dg_keep(dg_tensor *x);

/* Gives back one reference. A tensor that only a scope owns loses its handles at once, and its
 * elements if no recorded operator has used them. -1 for a handle that is stale or NULL, or when no
 * reference is left to be given back. */
DG_API int dg_release(dg_tensor *x);

/* True for the handle of a living tensor. Sets no error. */
DG_API int dg_alive(const dg_tensor *x);

/* Sets a mode of this thread (dg_mode) and returns what it was; -1 for an unknown mode. */
DG_API int dg_mode_set(int mode, int value);

/* ---- op/abs.c: magnitude and sign, elementwise. */

/* |x|, elementwise; any dtype but bool. The gradient at 0 is 0; the least integer is its own. */
DG_API dg_tensor *dg_abs(dg_tensor *x);

/* -1, 0 or 1, elementwise; any dtype but bool. NaN stays NaN; the gradient is 0. */
DG_API dg_tensor *dg_sign(dg_tensor *x);

/* ---- op/access.c: reading, writing and describing tensors from outside. */

/* The number of axes; -1 with an error. */
DG_API int dg_ndim(const dg_tensor *x);

/* The size of axis `i`, negative from the end; -1 with an error. */
DG_API double dg_dim(const dg_tensor *x, int i);

/* The number of elements; -1 with an error. */
DG_API double dg_size(const dg_tensor *x);

/* Writes the sizes of all axes to `shape` (DG_MAX_NDIM items are enough); returns how many. */
DG_API int dg_shape(const dg_tensor *x, int64_t *shape);

/* The same for the strides, in elements. */
DG_API int dg_strides(const dg_tensor *x, int64_t *strides);

/* The dtype (dg_dtype); -1 with an error. */
DG_API int dg_dtype_of(const dg_tensor *x);

/* 1 when the elements lie row-major without gaps, 0 when not, -1 with an error. */
DG_API int dg_is_contiguous(const dg_tensor *x);

/* Where the elements are: 0 is the host, 1 is cuda:0 ...; -1 with an error. */
DG_API int dg_device_of(const dg_tensor *x);

/* How often the elements of x have been overwritten: backward refuses values that changed. */
DG_API double dg_version(const dg_tensor *x);

/* The only element of x as a number; NaN with an error when x has more or none. */
DG_API double dg_item(const dg_tensor *x);

/* Copies all elements, row-major, to `buffer` as numbers; -1 with an error when `room` is too
 * small. int64 beyond 2^53 is rounded. */
DG_API int dg_read(const dg_tensor *x, double *buffer, double room);

/* The address of x's elements, which must be contiguous; good while x lives. Odd NaN bits are
 * replaced first: each call looks at all floats. Whoever writes through it calls dg_written
 * afterwards. A gradient is no longer one of rows then. */
DG_API void *dg_data(dg_tensor *x);

/* The same without a look at the elements: for copying bytes, never for Lua to read floats. */
DG_API const void *dg_bytes(dg_tensor *x);

/* Notes that the elements of x were overwritten through its pointer. */
DG_API int dg_written(dg_tensor *x);

/* Sets all elements of x, row-major, from `count` numbers. */
DG_API int dg_write(dg_tensor *x, const double *numbers, double count);

/* Sets all elements of x to `value`. */
DG_API int dg_fill(dg_tensor *x, double value);

/* Overwrites x with the elements of `from`, which has the same shape; cast where dtypes differ. */
DG_API int dg_assign(dg_tensor *x, const dg_tensor *from);

/* x's elements without its graph: a leaf that shares them and requires no gradient. */
DG_API dg_tensor *dg_detach(const dg_tensor *x);

/* A parameter: a leaf that requires a gradient and whose shape comes later, by dg_initialize. */
DG_API dg_tensor *dg_parameter(int dtype);

/* 1 when x has elements, 0 for a parameter that waits for its shape, -1 with an error. */
DG_API int dg_is_initialized(const dg_tensor *x);

/* Gives a parameter its shape; its elements are not set. Fails when it has one already. */
DG_API int dg_initialize(dg_tensor *x, int ndim, const int64_t *shape);

/* Counts x's elements as those of a parameter in dg_memory_bytes. */
DG_API int dg_count_as_parameter(dg_tensor *x);

/* ---- op/accuracy.c: how often the class with the largest score is the right one. */

/* The share of rows of y (n, classes, ...) whose largest element is at their label in t (n, ...),
 * counted from `base`: one number in the dtype of y (float32 for integers). Rows labelled
 * ignore_label do not count (INT64_MIN: all do); 0 if none is left. Not differentiable. */
DG_API dg_tensor *dg_accuracy(dg_tensor *y, dg_tensor *t, int64_t base, int64_t ignore_label);

/* ---- op/add.c: the sum of two tensors, with broadcasting. */

/* a + b, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_add(dg_tensor *a, dg_tensor *b);

/* ---- op/affine.c: a tensor times a number plus a number: the forms of + and * with numbers. */

/* scale x + shift, elementwise; any dtype but bool. The numbers adopt the dtype of x: beside
 * integers they must be whole. */
DG_API dg_tensor *dg_affine(dg_tensor *x, double scale, double shift);

/* ---- op/along.c: elements that an index of their own shape chooses along one axis: gather, scatter. */

/* y[i, j, k] = x[i, index[i, j, k], k] for axis 1 of three: the result has the shape of the index,
 * which has as many axes as x, no larger but that one. The index is int32, int64 or uint8 and counts
 * from `base` (0 or 1), negative from the end. */
DG_API dg_tensor *dg_gather(dg_tensor *x, int64_t axis, const dg_tensor *index, int base);

/* x, but y[i, index[i, j, k], k] = source[i, j, k] for axis 1 of three. The index is as for dg_gather,
 * the source has its shape and x's dtype. Of equal places the last one stays, in row-major order. */
DG_API dg_tensor *dg_scatter(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                             dg_tensor *source);

/* The same with one number for all places. */
DG_API dg_tensor *dg_scatter_number(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                                    double number);

/* ---- op/any.c: whether any or all elements over axes are true. They give bools, no gradient. */

/* Whether an element of x over `count` axes (0: all of them) is true, or not 0, as bools; with
 * keepdims the axes stay as size 1. Any dtype; NaN is not 0. False where there is nothing. */
DG_API dg_tensor *dg_any(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* Whether all elements of x over `count` axes (0: all of them) are true, or not 0, as dg_any. True
 * where there is nothing. */
DG_API dg_tensor *dg_all(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* ---- op/arc.c: the inverses of sine, cosine and tangent, elementwise, in radians. */

/* The angle in [-pi / 2, pi / 2] whose sine is x, elementwise; floats. NaN beyond [-1, 1]. */
DG_API dg_tensor *dg_arcsin(dg_tensor *x);

/* The angle in [0, pi] whose cosine is x, elementwise; floats. NaN beyond [-1, 1]. */
DG_API dg_tensor *dg_arccos(dg_tensor *x);

/* The angle in [-pi / 2, pi / 2] whose tangent is x, elementwise; floats. */
DG_API dg_tensor *dg_arctan(dg_tensor *x);

/* The angle in [-pi, pi] of the point with ordinate a and abscissa b, elementwise, broadcast;
 * floats of one dtype. */
DG_API dg_tensor *dg_arctan2(dg_tensor *a, dg_tensor *b);

/* ---- op/as_strided.c: any arrangement of the elements in x's memory, without a copy. */

/* A view of x's memory in any shape, with any strides (in elements, also 0 and negative), that
 * begins `offset` elements behind the first of the storage; INT64_MIN: where x begins. It must stay
 * between the first and the last element of x, of which no two may be one element in memory. The
 * gradient is added up over all views of an element. */
DG_API dg_tensor *dg_as_strided(dg_tensor *x, int ndim, const int64_t *shape,
                                const int64_t *strides, int64_t offset);

/* ---- op/assign.c: overwriting chosen elements of a tensor. Gradients do not flow through it. */

/* Overwrites the elements of x that items choose (as in dg_index) with those of `value`, broadcast
 * and cast. Not differentiable: where a gradient would have to pass, it is an error. */
DG_API int dg_index_set(dg_tensor *x, int count, const int64_t *items, int base,
                        const dg_tensor *value);

/* The same with one number for all. */
DG_API int dg_index_fill(dg_tensor *x, int count, const int64_t *items, int base, double number);

/* Overwrites the places of x along `axis` that an index chooses (as in dg_take) with `value`,
 * broadcast and cast; of equal indices the last one stays. Not differentiable. */
DG_API int dg_take_set(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                       const dg_tensor *value);

/* The same with one number for all. */
DG_API int dg_take_fill(dg_tensor *x, int64_t axis, const dg_tensor *index, int base, double number);

/* Overwrites the elements of x where a mask is true (as in dg_mask_select) with `value`, broadcast
 * to the selected elements and cast. Not differentiable. */
DG_API int dg_mask_set(dg_tensor *x, const dg_tensor *mask, const dg_tensor *value);

/* The same with one number for all. */
DG_API int dg_mask_fill(dg_tensor *x, const dg_tensor *mask, double number);

/* ---- op/attention.c: scaled dot-product attention: A. Vaswani et al., "Attention is all you need", 2017. */

/* softmax(scale q k' + mask) v, over the keys, for q (..., queries, depth), k (..., keys, depth) and
 * v (..., keys, width), leading axes broadcast: (..., queries, width). The mask, or NULL, spreads
 * over (..., queries, keys): bools, true where a query sees a key, or numbers to be added, which
 * learn. `causal`: no query sees keys of higher positions; not together with a mask. A query that
 * sees none gets 0. Each weight is dropped out with probability `dropout`, in [0, 1), whatever mode
 * there is. A `scale` of NaN stands for 1 / sqrt(depth). Memory does not grow with queries times
 * keys, but for a mask that learns and under double backprop. Floats of one dtype. */
DG_API dg_tensor *dg_attention(dg_tensor *q, dg_tensor *k, dg_tensor *v, dg_tensor *mask,
                               double dropout, int causal, double scale);

/* ---- op/batch_normalization.c: normalization over the batch, by its own or by given mean and variance. */

/* (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over `count` axes: 0
 * of them stands for the first axis and all behind those of gamma, for (n, c, h, w) all but c. gamma,
 * beta and the running averages have x's shape without these axes, and may be NULL. The averages
 * become decay average + (1 - decay) now in place, with the unbiased variance, m / (m - 1) times
 * that of m elements; without elements they stay. Floats. Ioffe, Szegedy, "Batch normalization",
 * 2015. */
DG_API dg_tensor *dg_batch_normalization(dg_tensor *x, dg_tensor *gamma, dg_tensor *beta,
                                         double eps, dg_tensor *running_mean,
                                         dg_tensor *running_var, double decay, int count,
                                         const int64_t *axes);

/* (x - mean) / sqrt(var + eps) gamma + beta, for what batch_normalization has learned: mean and var
 * are like gamma and beta there, and the axes too. gamma and beta may be NULL. */
DG_API dg_tensor *dg_fixed_batch_normalization(dg_tensor *x, dg_tensor *gamma, dg_tensor *beta,
                                               dg_tensor *mean, dg_tensor *var, double eps,
                                               int count, const int64_t *axes);

/* ---- op/capture.c: steps that are recorded once and done again at once: what dg.capture is made of. */

/* Starts recording what this thread asks of a device; nothing of it is done. What would have to wait
 * for the device, reading a value above all, fails. The caller ends it with dg_capture_end, or gives
 * up with dg_capture_free. NULL with an error, also where there is no device. */
DG_API dg_capture *dg_capture_begin(int device);

/* Ends the recording and makes it ready; -1 with an error when nothing can come of it. The caller
 * frees it in any case. The first replay does the step that was recorded. */
DG_API int dg_capture_end(dg_capture *c);

/* How many changes by optimizers (dg_update_...) were recorded up to now, or compared since
 * dg_capture_number. */
DG_API int dg_capture_updates(const dg_capture *c);

/* From here to dg_capture_numbered changes by optimizers are not made, but compared with those
 * recorded from number `from` on, and give the next replay their new numbers; other work on the device
 * is left out. One that is not as recorded fails. */
DG_API int dg_capture_number(dg_capture *c, int from);

/* Ends that: which change would come next. */
DG_API int dg_capture_numbered(dg_capture *c);

/* Does the recorded step, with the elements that tensors have now, this thread's random numbers, and
 * the numbers that dg_capture_number found. Does not wait. */
DG_API int dg_capture_replay(dg_capture *c);

/* 1 if the step reads or changes elements from outside that are no more, so that a replay would be
 * wrong; 0 if not, -1 with an error. */
DG_API int dg_capture_is_stale(const dg_capture *c);

/* 1 if x has the shape and dtype of `like`, so that dg_assign can copy it there as it is; 0 if not,
 * -1 with an error. */
DG_API int dg_capture_fits(const dg_tensor *like, const dg_tensor *x);

/* 1 if g is the gradient of x, 0 if not, -1 with an error. */
DG_API int dg_gradient_is(const dg_tensor *x, const dg_tensor *g);

/* Gives it and its memory back; one that is recording ends first. */
DG_API int dg_capture_free(dg_capture *c);

/* ---- op/cholesky.c: the triangular root of symmetric positive definite matrices. */

/* The lower triangular l with l l' = x for symmetric positive definite matrices (the last two axes);
 * floats. Reads the lower triangles alone; the gradient is symmetric. A matrix that is not positive
 * definite is an error. */
DG_API dg_tensor *dg_cholesky(dg_tensor *x);

/* ---- op/clip.c: limits a tensor's elements to an interval. */

/* x limited to [min, max], elementwise; floats. NaN stays NaN. */
DG_API dg_tensor *dg_clip(dg_tensor *x, double min, double max);

/* gy where min <= x <= max, else 0: the gradient of clip. */
DG_API dg_tensor *dg_clip_grad(dg_tensor *x, dg_tensor *gy, double min, double max);

/* ---- op/compare.c: comparisons, with broadcasting and with numbers. They give bools, no gradient. */

/* a < b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_lt(dg_tensor *a, dg_tensor *b);

/* x < number as bools. Integers are compared with the number as it is, not rounded; int64 beyond
 * 2^53 as doubles. */
DG_API dg_tensor *dg_lt_number(dg_tensor *x, double number);

/* a <= b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_le(dg_tensor *a, dg_tensor *b);

/* x <= number as bools. */
DG_API dg_tensor *dg_le_number(dg_tensor *x, double number);

/* a > b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_gt(dg_tensor *a, dg_tensor *b);

/* x > number as bools. */
DG_API dg_tensor *dg_gt_number(dg_tensor *x, double number);

/* a >= b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_ge(dg_tensor *a, dg_tensor *b);

/* x >= number as bools. */
DG_API dg_tensor *dg_ge_number(dg_tensor *x, double number);

/* a == b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_eq(dg_tensor *a, dg_tensor *b);

/* x == number as bools. */
DG_API dg_tensor *dg_eq_number(dg_tensor *x, double number);

/* a != b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_ne(dg_tensor *a, dg_tensor *b);

/* x != number as bools. */
DG_API dg_tensor *dg_ne_number(dg_tensor *x, double number);

/* ---- op/concat.c: several tensors joined along an axis, one they have or a new one. */

/* `count` tensors (up to 65535) of one dtype joined along an axis; the other axes must agree. */
DG_API dg_tensor *dg_concat(int count, dg_tensor *const *xs, int64_t axis);

/* `count` tensors (up to 65535) of one dtype and shape side by side along a new axis, which is axis
 * `axis` of the result (negative: from its end). */
DG_API dg_tensor *dg_stack(int count, dg_tensor *const *xs, int64_t axis);

/* ---- op/convolution.c: convolution, its transpose, and the gradient by the weights. */

/* Convolution over the last `axes` axes, 1 to 4: x (batch, channels, ...), W (filters, channels /
 * groups, ...), b (filters) or NULL. y[n, o, place] = b[o] + the sum of x[n, c, place stride - pad
 * + i dilate] W[o, c, i] over c and i, with zeros around x. stride, pad and dilate have a number
 * for each axis, or are NULL for 1, 0 and 1. An axis of size s has (s + 2 pad - (k - 1) dilate - 1)
 * / stride + 1 places, rounded down, or up with `cover_all`. Floats of one dtype. */
DG_API dg_tensor *dg_convolution(dg_tensor *x, dg_tensor *W, dg_tensor *b, int axes,
                                 const int64_t *stride, const int64_t *pad, const int64_t *dilate,
                                 int64_t groups, int cover_all);

/* The transpose of a convolution by its input, plus b: x (batch, channels, ...), W (channels,
 * filters / groups, ...), b (filters) or NULL. A size s of x becomes `outsize`, or where that is
 * NULL stride (s - 1) + (k - 1) dilate + 1 - 2 pad. The rest as dg_convolution. */
DG_API dg_tensor *dg_deconvolution(dg_tensor *x, dg_tensor *W, dg_tensor *b, int axes,
                                   const int64_t *stride, const int64_t *pad, const int64_t *dilate,
                                   const int64_t *outsize, int64_t groups);

/* ---- op/copy.c: a contiguous copy. */

/* A contiguous copy of x. */
DG_API dg_tensor *dg_copy(dg_tensor *x);

/* ---- op/create.c: new tensors that no operator made: empty, full, ranges, foreign memory. */

/* A tensor whose elements are not set. */
DG_API dg_tensor *dg_empty(int dtype, int ndim, const int64_t *shape);

/* A tensor whose elements are all `value`. */
DG_API dg_tensor *dg_full(int dtype, int ndim, const int64_t *shape, double value);

/* The same in the dtype of another tensor, where that lies. */
DG_API dg_tensor *dg_full_beside(const dg_tensor *x, int ndim, const int64_t *shape, double value);

/* start, start + step, ...: `count` elements. */
DG_API dg_tensor *dg_range(int dtype, double start, double step, double count);

/* A tensor that looks at foreign memory, without a copy: row-major, aligned for its dtype. The
 * memory must stay until dg_pin_held(pin) is 0. */
DG_API dg_tensor *dg_from_pointer(void *data, int dtype, int ndim, const int64_t *shape,
                                  dg_pin *pin);

/* ---- op/ctc.c: the loss of sequences whose labels have no known places: -log p(labels | x). */

/* For each row of a batch minus the logarithm of the probability that x, steps x batch x classes
 * logarithms of probabilities, are the labels t (batch x longest, from `base` on): equal classes in
 * a row count once, and blanks not at all. input_length and label_length (batch) tell how many
 * steps and labels of each row count, all of them where they are NULL; the rest may be anything. A.
 * Graves et al., "Connectionist temporal classification", 2006. Infinite, with a gradient of 0,
 * where there are too few steps. Cannot be differentiated twice. */
DG_API dg_tensor *dg_ctc(dg_tensor *x, dg_tensor *t, dg_tensor *input_length,
                         dg_tensor *label_length, int64_t base, int64_t blank);

/* ---- op/cummax.c: running maxima along an axis, and where they are. */

/* Where the largest element of x up to each place of an axis is, as int64 counted from `base`: of
 * equals the last one; the first NaN wins over all. Any dtype. Not differentiable. */
DG_API dg_tensor *dg_argcummax(dg_tensor *x, int64_t axis, int base);

/* ---- op/cumsum.c: running sums along an axis. */

/* The sums of x up to each place of an axis, that place included; with `reverse` from each place to
 * the end. Floats, int32 or int64. */
DG_API dg_tensor *dg_cumsum(dg_tensor *x, int64_t axis, int reverse);

/* ---- op/custom.c: operators that the caller computes itself, forward and backward. */

/* Records an operator of the caller's: `results` gets one tensor for each of the `outputs` values
 * y, sharing its elements, linked to the inputs x by a node with this name and tag. */
DG_API int dg_custom(const char *name, double tag, int inputs, dg_tensor *const *x, int outputs,
                     dg_tensor *const *y, dg_tensor **results);

/* The tag of a node that dg_custom recorded; NaN with an error for any other. */
DG_API double dg_custom_tag(const dg_node *node);

/* True for the handle of a living node. Sets no error. */
DG_API int dg_node_alive(const dg_node *node);

/* ---- op/diagonal.c: diagonals: views of them, and matrices made of them. */

/* Diagonal k (0: the main one, positive: above it) of the matrices in axes i and j, as the last axis
 * of the result, which has the other axes in front. Shares the elements of x. */
DG_API dg_tensor *dg_diagonal(dg_tensor *x, int64_t k, int64_t i, int64_t j);

/* Matrices with the last axis of x on diagonal k (0: the main one, positive: above it) and zeros
 * elsewhere: what diagonal undoes. */
DG_API dg_tensor *dg_diag_embed(dg_tensor *x, int64_t k);

/* A matrix of zeros with ones on diagonal k (0: the main one, positive: above it). */
DG_API dg_tensor *dg_eye(int dtype, int64_t rows, int64_t columns, int64_t k);

/* A matrix with ones on diagonal k and below it, and zeros above. */
DG_API dg_tensor *dg_tri(int dtype, int64_t rows, int64_t columns, int64_t k);

/* ---- op/div.c: quotients: of two tensors, with broadcasting, and of a tensor and a number. */

/* a / b, broadcast; both of one float dtype (integers have floordiv). */
DG_API dg_tensor *dg_div(dg_tensor *a, dg_tensor *b);

/* x / number, elementwise; floats. Exact where a multiplication by 1 / number would not be. */
DG_API dg_tensor *dg_div_number(dg_tensor *x, double number);

/* number / x, elementwise; floats. */
DG_API dg_tensor *dg_rdiv(dg_tensor *x, double number);

/* -gy y / b, broadcast: the gradient of y = a / b to b. */
DG_API dg_tensor *dg_div_grad(dg_tensor *gy, dg_tensor *y, dg_tensor *b);

/* ---- op/dropout.c: noise that training should withstand: elements vanish at random. */

/* x with each element 0 with probability `ratio`, in [0, 1), and otherwise divided by 1 - ratio, so
 * that the mean stays. Floats. Draws from this thread's random numbers. */
DG_API dg_tensor *dg_dropout(dg_tensor *x, double ratio);

/* ---- op/eigh.c: eigenvalues and eigenvectors of symmetric matrices. */

/* Eigenvalues, ascending, and eigenvectors of symmetric matrices (the last two axes of x): ys[0] is
 * w, ys[1] has the vectors as columns, x = v diag(w) v'. Floats. Reads the lower triangles alone.
 * The gradient of vectors wants eigenvalues that differ. */
DG_API int dg_eigh(dg_tensor *x, dg_tensor **ys);

/* ---- op/elu.c: rectifiers that end in an exponential, elementwise: elu and its scaled form, selu. */

/* x where it is not negative, else alpha (e^x - 1), elementwise; floats. */
DG_API dg_tensor *dg_elu(dg_tensor *x, double alpha);

/* scale elu(x), elementwise; floats. */
DG_API dg_tensor *dg_selu(dg_tensor *x, double alpha, double scale);

/* ---- op/embed_id.c: rows of a matrix by number, and sums of rows by number. */

/* Rows of W (ids, size) by number: shape of id, then size. `id` has int32, int64 or uint8 from
 * `base` on; `ignore_label` gives a row of zeros (INT64_MIN: none does). With `sparse` the gradient
 * of a leaf W is kept as the rows that were taken (dg_gradient_rows), where nothing is recorded. */
DG_API dg_tensor *dg_embed_id(dg_tensor *id, dg_tensor *W, int64_t base, int64_t ignore_label,
                              int sparse);

/* The sums of the rows of W (ids, size) that the rows of `id`, a matrix, name: bags, size. `bias`,
 * of W's columns, is added to each unless it is NULL. The rest is as in dg_embed_id. */
DG_API dg_tensor *dg_embedding_bag(dg_tensor *id, dg_tensor *W, dg_tensor *bias, int64_t base,
                                   int64_t ignore_label, int sparse);

/* A matrix of `rows` rows: each is the sum of the rows of x (shape of id, then size) that have its
 * number, from `base` on; those with the number `ignore_label` are left out. The gradient of
 * embed_id. */
DG_API dg_tensor *dg_embed_id_grad(dg_tensor *id, dg_tensor *x, int64_t rows, int64_t base,
                                   int64_t ignore_label);

/* ---- op/enumerate.c: the numbers of places, and the triangles that they decide. */

/* The row-major position of each element of x, in x's shape: int64, from 0. */
DG_API dg_tensor *dg_enumerate(const dg_tensor *x);

/* The matrices in the last two axes of x, with zeros above diagonal k (0: the main one, positive:
 * above it). Any dtype. */
DG_API dg_tensor *dg_tril(dg_tensor *x, int64_t k);

/* The same with zeros below diagonal k. */
DG_API dg_tensor *dg_triu(dg_tensor *x, int64_t k);

/* ---- op/erf.c: the error function, elementwise. */

/* The error function, elementwise; floats. */
DG_API dg_tensor *dg_erf(dg_tensor *x);

/* ---- op/exp.c: exponentials: e^x, and e^x - 1 without loss near zero. */

/* e^x, elementwise; floats. */
DG_API dg_tensor *dg_exp(dg_tensor *x);

/* e^x - 1, elementwise, exact near 0 too; floats. */
DG_API dg_tensor *dg_expm1(dg_tensor *x);

/* ---- op/expand_dims.c: axes of size 1 put in, without a copy. */

/* x with a new axis of size 1, which is axis `axis` of the result (negative: from its end). Shares
 * the elements of x. */
DG_API dg_tensor *dg_expand_dims(dg_tensor *x, int64_t axis);

/* ---- op/gamma.c: log gamma and its derivatives, and Hurwitz's zeta, elementwise. */

/* log |gamma(x)|, elementwise; floats. Infinite at 0 and the negative whole numbers. */
DG_API dg_tensor *dg_lgamma(dg_tensor *x);

/* The derivative of lgamma, elementwise; floats. Infinite at 0, NaN at negative whole numbers. */
DG_API dg_tensor *dg_digamma(dg_tensor *x);

/* Derivative n of digamma at x, elementwise, broadcast. x holds floats, n whole numbers from 0 on,
 * of any dtype, without a gradient. Infinite at 0 and the negative whole numbers. */
DG_API dg_tensor *dg_polygamma(dg_tensor *n, dg_tensor *x);

/* Derivative n of digamma, elementwise; floats. */
DG_API dg_tensor *dg_polygamma_number(double n, dg_tensor *x);

/* Hurwitz's zeta, the sum of (q + k)^-x over k = 0, 1, 2 ..., elementwise, broadcast; floats of one
 * dtype. Only q has a gradient, as in Chainer. Infinite for x = 1, NaN below, and NaN for a
 * negative q with an x that is not whole. */
DG_API dg_tensor *dg_zeta(dg_tensor *x, dg_tensor *q);

/* ---- op/gelu.c: the Gaussian error linear unit, and its approximation by tanh, elementwise. */

/* x times the probability that a normal number is below x, elementwise; floats. With by_tanh its
 * approximation x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
DG_API dg_tensor *dg_gelu(dg_tensor *x, int by_tanh);

/* gy times the slope of gelu at x: its gradient. */
DG_API dg_tensor *dg_gelu_grad(dg_tensor *x, dg_tensor *gy, int by_tanh);

/* ---- op/group_normalization.c: normalization of each sample's channels, by groups or one by one. */

/* (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of each sample's groups
 * of channels; x is batch x channels x ..., the channels a multiple of `groups`. gamma and beta have
 * one number for each channel and may be NULL. Floats. Wu, He, "Group normalization", 2018. */
DG_API dg_tensor *dg_group_normalization(dg_tensor *x, int64_t groups, dg_tensor *gamma,
                                         dg_tensor *beta, double eps);

/* (x - mean) / sqrt(var + eps) weight + bias, with the mean and the variance of each channel of each
 * sample; x is batch x channels x ... weight and bias have one number for each channel and may be
 * NULL. Floats. Ulyanov, Vedaldi, Lempitsky, "Instance normalization", 2016. */
DG_API dg_tensor *dg_instance_norm(dg_tensor *x, dg_tensor *weight, dg_tensor *bias, double eps);

/* ---- op/gru.c: one step of a gated recurrent unit: K. Cho et al., "Learning phrase representations using */

/* h = (1 - z) n + z h_prev with r = sigmoid(xr + ur), z = sigmoid(xz + uz), n = tanh(xn + r un).
 * h_prev is batch x units; x, what the input gives, and u, what h_prev gives, have r, z, n one after
 * the other along axis 1. Floats of one dtype. */
DG_API dg_tensor *dg_gru(dg_tensor *h_prev, dg_tensor *x, dg_tensor *u);

/* ---- op/hardtanh.c: activations made of straight pieces that are flat at both ends, elementwise. */

/* x limited to [min, max], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_hardtanh(dg_tensor *x, double min, double max);

/* x limited to [0, z], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_clipped_relu(dg_tensor *x, double z);

/* x limited to [0, 6], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_relu6(dg_tensor *x);

/* 0.2 x + 0.5 limited to [0, 1], elementwise; floats. The gradient at both ends is 0. */
DG_API dg_tensor *dg_hard_sigmoid(dg_tensor *x);

/* ---- op/im2col.c: what windows look at as axes of their own, and the sum that undoes it. Each is the */

/* The elements that windows over the last `axes` axes, 1 to 3, of x (batch, channels, ...) look at:
 * (batch, channels, ksize..., places...), with zeros around x. stride, pad, dilate and cover_all as
 * for dg_convolution. Floats. */
DG_API dg_tensor *dg_im2col(dg_tensor *x, int axes, const int64_t *ksize, const int64_t *stride,
                            const int64_t *pad, const int64_t *dilate, int cover_all);

/* The transpose of dg_im2col: planes of `outsize`, each element the sum of those in the columns
 * (batch, channels, ksize..., places...) that would be copied from there. */
DG_API dg_tensor *dg_col2im(dg_tensor *columns, int axes, const int64_t *outsize,
                            const int64_t *stride, const int64_t *pad, const int64_t *dilate,
                            int cover_all);

/* ---- op/inv.c: inverses, determinants and linear systems. */

/* The inverses of square matrices (the last two axes of x); floats. A singular one is an error. */
DG_API dg_tensor *dg_inv(dg_tensor *x);

/* The determinants of square matrices (the last two axes of x, which go); floats. Where one is
 * singular there is a first gradient, but no second one. */
DG_API dg_tensor *dg_det(dg_tensor *x);

/* The x of a x = b for square matrices a (n x n, the last two axes) and b (n x k, or one vector of
 * n); leading axes broadcast. Floats of one dtype. A singular matrix is an error. */
DG_API dg_tensor *dg_solve(dg_tensor *a, dg_tensor *b);

/* ---- op/label.c: what operators with class labels share. */

/* How many of the labels t (int32, int64, uint8) are not ignore_label; -1 with an error, which
 * begins with `who`, when one of them is not one of `classes` numbers from `base` on. */
DG_API double dg_count_labels(const char *who, dg_tensor *t, int64_t classes, int64_t base,
                              int64_t ignore_label);

/* ---- op/layer_normalization.c: normalization of each sample by itself, centred or by its size alone. */

/* (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over its last axes,
 * as many as gamma has: for x of batch x units the units, and gamma and beta of that size. They have
 * the shape of these axes; beta may be NULL. Floats. Ba, Kiros, Hinton, "Layer normalization",
 * 2016. */
DG_API dg_tensor *dg_layer_normalization(dg_tensor *x, dg_tensor *gamma, dg_tensor *beta,
                                         double eps);

/* x / sqrt(mean of x^2 + eps) weight, with the mean over the last axes of x, which have the sizes
 * `shape`. weight has that shape or is NULL. A negative eps stands for the distance from 1 to the
 * next number of x's dtype. Floats. Zhang, Sennrich, "Root mean square layer normalization", 2019. */
DG_API dg_tensor *dg_rms_norm(dg_tensor *x, int ndim, const int64_t *shape, dg_tensor *weight,
                              double eps);

/* ---- op/leaky_relu.c: the rectifier that lets a part of negative numbers through, elementwise. */

/* x where it is not negative, else slope x, elementwise; floats. */
DG_API dg_tensor *dg_leaky_relu(dg_tensor *x, double slope);

/* gy where x >= 0, else slope gy: the gradient of leaky_relu. */
DG_API dg_tensor *dg_leaky_relu_grad(dg_tensor *x, dg_tensor *gy, double slope);

/* ---- op/linear.c: the linear layer y = x W' + b, and its gradients in one go. */

/* x W' + b for x (batch, in), W (out, in) and b (out), or none where b is NULL: (batch, out). The
 * axes of x after the first are taken as one. Floats of one dtype. */
DG_API dg_tensor *dg_linear(dg_tensor *x, dg_tensor *W, dg_tensor *b);

/* ---- op/linear_interpolate.c: a point between two tensors, elementwise. */

/* p a + (1 - p) b, elementwise; floats, all of one shape and dtype. */
DG_API dg_tensor *dg_linear_interpolate(dg_tensor *p, dg_tensor *a, dg_tensor *b);

/* ---- op/local_response_normalization.c: channels are damped by those beside them. */

/* x / (k + alpha s)^beta, where s is the sum of x^2 over a channel and n / 2 (rounded down) others
 * on each side; x is batch x channels x ... Floats. Krizhevsky, Sutskever, Hinton, "ImageNet
 * classification with deep convolutional neural networks", 2012. */
DG_API dg_tensor *dg_local_response_normalization(dg_tensor *x, int64_t n, double k, double alpha,
                                                  double beta);

/* ---- op/log.c: logarithms: natural, of 1 + x, to base 2 and to base 10. */

/* The natural logarithm, elementwise; floats. */
DG_API dg_tensor *dg_log(dg_tensor *x);

/* The natural logarithm of 1 + x, elementwise, exact near 0 too; floats. */
DG_API dg_tensor *dg_log1p(dg_tensor *x);

/* The logarithm to base 2, elementwise; floats. */
DG_API dg_tensor *dg_log2(dg_tensor *x);

/* The logarithm to base 10, elementwise; floats. */
DG_API dg_tensor *dg_log10(dg_tensor *x);

/* ---- op/logic.c: not, and, or on bools; what is NaN, infinite or finite. No gradients. */

/* Not x; bool. */
DG_API dg_tensor *dg_logical_not(dg_tensor *x);

/* a and b, broadcast; bools. */
DG_API dg_tensor *dg_logical_and(dg_tensor *a, dg_tensor *b);

/* a or b, broadcast; bools. */
DG_API dg_tensor *dg_logical_or(dg_tensor *a, dg_tensor *b);

/* Which elements are NaN, as bools; any dtype. */
DG_API dg_tensor *dg_isnan(dg_tensor *x);

/* Which elements are infinite, as bools; any dtype. */
DG_API dg_tensor *dg_isinf(dg_tensor *x);

/* Which elements are neither NaN nor infinite, as bools; any dtype. */
DG_API dg_tensor *dg_isfinite(dg_tensor *x);

/* Whether any element of x is NaN: 1 or 0, -1 with an error. Only floats have NaN. */
DG_API int dg_has_nan(dg_tensor *x);

/* ---- op/lstm.c: one step of long short-term memory: S. Hochreiter, J. Schmidhuber, 1997, with the */

/* c = sigmoid(f) c_prev + sigmoid(i) tanh(a) and h = sigmoid(o) tanh(c), which `ys` gets. c_prev is
 * batch x units or batch x units x ..., x has four times as many along axis 1: a, i, f, o of the
 * first unit, then of the second ... Floats of one dtype. */
DG_API int dg_lstm(dg_tensor *c_prev, dg_tensor *x, dg_tensor **ys);

/* ---- op/lstm_sequence.c: an LSTM over sequences of different lengths, all steps in one node. */

/* An LSTM (see dg_lstm) over sequences: at each of the `steps` x + h W' is what the cell gets. x is
 * rows x 4 units, sizes[0] rows for the first step, sizes[1] for the second ...: no more than for
 * the one before it, and of h at most. h and c are batch x units, W is 4 units x units. All a come
 * first, then all i, f, o: not as in dg_lstm. With `reverse` the last step comes first. `ys` gets h
 * after each step (rows x units), then h and c (batch x units) as they are in the end. Floats of one
 * dtype; up to 65535 steps, at least one. */
DG_API int dg_lstm_sequence(dg_tensor *x, dg_tensor *h, dg_tensor *c, dg_tensor *W, int64_t steps,
                            const int64_t *sizes, int reverse, dg_tensor **ys);

/* ---- op/lua.c: functions of one or two tensors the way Lua's interpreter calls them fastest. */

/* For Lua alone, which finds it by package.loadlib: called with a function of this library and a
 * handle, behind each the number of its type, and how many tensors the function takes, 1 or 2, it
 * returns a function of Lua's own kind, or nothing where Lua's C interface cannot be found. That
 * function is called with the tensors and is true when there is a result, for dg_lua_result. */
DG_API int dg_lua_function(struct lua_State *L);

/* What the last call of such a function on this thread resulted in, once: then what was not fetched
 * before, or NULL without an error. */
DG_API dg_tensor *dg_lua_result(void);

/* ---- op/mask.c: elements chosen by a condition: what a mask selects, and where elements are not 0. */

/* The elements of x where the mask (bool, with the shape of x's leading axes) is true, in row-major
 * order: one axis of them, then the axes of x that the mask does not have. */
DG_API dg_tensor *dg_mask_select(dg_tensor *x, const dg_tensor *mask);

/* The coordinates of the elements of x that are not 0, row-major, as int64: one row for each, with
 * one column for each axis of x. They count from `base`. Not differentiable. */
DG_API dg_tensor *dg_nonzero(const dg_tensor *x, int base);

/* ---- op/matmul.c: the product of matrices, of stacks of them, and of vectors with them. */

/* The matrix product of a (..., m, k) and b (..., k, n), leading axes broadcast. A vector counts as
 * a row on the left, a column on the right, and that axis goes again. Both of one dtype, any but
 * bool; integers wrap around. */
DG_API dg_tensor *dg_matmul(dg_tensor *a, dg_tensor *b);

/* ---- op/max.c: maxima and minima over axes, and where they are. */

/* The largest element of x over `count` axes (0: all of them); with keepdims they stay as size 1.
 * Any dtype; NaN wins. The gradient goes to every element that is equal to the result. */
DG_API dg_tensor *dg_max(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* The smallest element, as dg_max. */
DG_API dg_tensor *dg_min(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* Where the largest element of x is, over `count` axes (0: all of them) in row-major order, counted
 * from `base`: int64. The first of equals; the first NaN if there is one. */
DG_API dg_tensor *dg_argmax(dg_tensor *x, int count, const int64_t *axes, int keepdims,
                            int64_t base);

/* Where the smallest element is, as dg_argmax. */
DG_API dg_tensor *dg_argmin(dg_tensor *x, int count, const int64_t *axes, int keepdims,
                            int64_t base);

/* ---- op/maximum.c: the greater and the lesser of two tensors' elements, with broadcasting. */

/* The greater of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
 * they are equal the gradient goes to a, as in Chainer. */
DG_API dg_tensor *dg_maximum(dg_tensor *a, dg_tensor *b);

/* The lesser of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
 * they are equal the gradient goes to a, as in Chainer. */
DG_API dg_tensor *dg_minimum(dg_tensor *a, dg_tensor *b);

/* ---- op/mean.c: the mean over axes. */

/* The mean of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; NaN
 * where there is nothing. */
DG_API dg_tensor *dg_mean(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* ---- op/mean_squared_error.c: the mean of (a - b)^2. */

/* The mean of (a - b)^2 over all elements; both of one shape and float dtype. NaN without
 * elements. */
DG_API dg_tensor *dg_mean_squared_error(dg_tensor *a, dg_tensor *b);

/* ---- op/mod.c: Lua's % and the quotient that belongs to it, which round down, and C's fmod. */

/* a - b floor(a / b), elementwise, broadcast: Lua's %. Both of one dtype, any but bool; integers
 * refuse a divisor of 0. */
DG_API dg_tensor *dg_mod(dg_tensor *a, dg_tensor *b);

/* a - b fix(a / b), elementwise, broadcast: the rest has the sign of a. Floats of one dtype. */
DG_API dg_tensor *dg_fmod(dg_tensor *a, dg_tensor *b);

/* x % number, elementwise; any dtype but bool. */
DG_API dg_tensor *dg_mod_number(dg_tensor *x, double number);

/* number % x, elementwise; any dtype but bool. */
DG_API dg_tensor *dg_rmod(dg_tensor *x, double number);

/* floor(a / b), elementwise, broadcast; both of one dtype, any but bool. Integers refuse a divisor
 * of 0. The gradient is 0. */
DG_API dg_tensor *dg_floordiv(dg_tensor *a, dg_tensor *b);

/* floor(x / number), elementwise; any dtype but bool. */
DG_API dg_tensor *dg_floordiv_number(dg_tensor *x, double number);

/* floor(number / x), elementwise; any dtype but bool. */
DG_API dg_tensor *dg_rfloordiv(dg_tensor *x, double number);

/* ---- op/mul.c: the product of two tensors, elementwise, with broadcasting. */

/* a b, elementwise, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_mul(dg_tensor *a, dg_tensor *b);

/* ---- op/neg.c: minus a tensor. */

/* -x, elementwise; any dtype but bool. Integers wrap around. */
DG_API dg_tensor *dg_neg(dg_tensor *x);

/* ---- op/normal.c: the relatives of the error function and of the normal distribution, elementwise. */

/* 1 - erf(x), elementwise, exact for large x too; floats. */
DG_API dg_tensor *dg_erfc(dg_tensor *x);

/* exp(x^2) erfc(x), elementwise, without underflow; floats. */
DG_API dg_tensor *dg_erfcx(dg_tensor *x);

/* What erf undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond. */
DG_API dg_tensor *dg_erfinv(dg_tensor *x);

/* What erfc undoes, elementwise; floats. Infinite at 0 and 2, NaN beyond. */
DG_API dg_tensor *dg_erfcinv(dg_tensor *x);

/* The probability that a normal number is below x, elementwise; floats. */
DG_API dg_tensor *dg_ndtr(dg_tensor *x);

/* The number that a normal number is below with probability x, elementwise; floats. Infinite at 0
 * and 1, NaN beyond. */
DG_API dg_tensor *dg_ndtri(dg_tensor *x);

/* The logarithm of ndtr, elementwise, exact far below 0 too; floats. */
DG_API dg_tensor *dg_log_ndtr(dg_tensor *x);

/* ---- op/normalize.c: vectors of length one: L2 normalization, and weights as direction and length. */

/* x / (its length + eps), the length taken along `count` axes (0: all of them): the root of the sum
 * of x^2. What is 0 stays 0, and has the gradient of x / eps. Floats. */
DG_API dg_tensor *dg_normalize(dg_tensor *x, double eps, int count, const int64_t *axes);

/* g v / the length of v, for each place along `axis`: g has v's shape with size 1 along all other
 * axes. Floats of one dtype. Salimans, Kingma, "Weight normalization", 2016. */
DG_API dg_tensor *dg_weight_norm(dg_tensor *v, dg_tensor *g, int64_t axis);

/* ---- op/pad.c: a margin of one value around a tensor. */

/* x with before[k] elements of `value` in front of axis k and after[k] behind it, for all its axes.
 * Amounts are not negative. */
DG_API dg_tensor *dg_pad(dg_tensor *x, const int64_t *before, const int64_t *after, double value);

/* ---- op/pinv.c: the Moore-Penrose inverse. */

/* The Moore-Penrose inverses of matrices (the last two axes of x), by singular values, of which
 * those count that exceed `rcond` times the largest. Floats. The gradient holds where the rank
 * stays. */
DG_API dg_tensor *dg_pinv(dg_tensor *x, double rcond);

/* ---- op/pooling.c: maxima, means and sums of windows, and what undoes them. */

/* The greatest element of each window of ksize over the last `axes` axes, 1 to 4, of x (batch,
 * channels, ...), the padding aside. stride and pad have a number for each axis, or are NULL for
 * ksize and 0. An axis of size s has (s + 2 pad - ksize) / stride + 1 places, rounded down, or up
 * with `cover_all`. `indices`, if not NULL, gets the places of the maxima in their planes, counted
 * row-major from `base` (0 or 1): int32, base - 1 for a window that lies in the padding as a whole,
 * whose maximum is minus infinity. The gradient goes to the first of equals. Floats. */
DG_API dg_tensor *dg_max_pooling(dg_tensor *x, int axes, const int64_t *ksize,
                                 const int64_t *stride, const int64_t *pad, int cover_all,
                                 int64_t base, dg_tensor **indices);

/* The greatest element of each of `outsize` windows over the last `axes` axes of x (batch,
 * channels, ...). Place o of n on an axis of size s reaches from floor(o s / n) to below ceil((o +
 * 1) s / n). `indices` as dg_max_pooling gives them. */
DG_API dg_tensor *dg_adaptive_max_pooling(dg_tensor *x, int axes, const int64_t *outsize,
                                          int64_t base, dg_tensor **indices);

/* The mean of each window of ksize over the last `axes` axes, 1 to 4, of x (batch, channels, ...).
 * The padding counts as zeros, or not at all with `inside`: then a window that lies in it as a
 * whole gives NaN. The rest as dg_max_pooling without cover_all. */
DG_API dg_tensor *dg_average_pooling(dg_tensor *x, int axes, const int64_t *ksize,
                                     const int64_t *stride, const int64_t *pad, int inside);

/* The mean of each of `outsize` windows, which reach as those of dg_adaptive_max_pooling. */
DG_API dg_tensor *dg_adaptive_average_pooling(dg_tensor *x, int axes, const int64_t *outsize);

/* x (batch, channels, ...) with each element copied over a window of ksize, and sums where windows
 * overlap: the transpose of a pooling that sums. A size s becomes `outsize`, or where that is NULL
 * stride (s - 1) + ksize - 2 pad, less stride - 1 with `cover_all`. The rest as dg_max_pooling. */
DG_API dg_tensor *dg_unpooling(dg_tensor *x, int axes, const int64_t *ksize, const int64_t *stride,
                               const int64_t *pad, const int64_t *outsize, int cover_all);

/* What undoes dg_max_pooling: zeros, with the elements of x (batch, channels, ...) at the places in
 * their planes that the indices of x's shape say, which count from `base`; base - 1 is nowhere, and
 * what goes to one place adds up. outsize and the rest as for dg_unpooling. */
DG_API dg_tensor *dg_upsampling(dg_tensor *x, dg_tensor *indices, int axes, const int64_t *ksize,
                                const int64_t *stride, const int64_t *pad, const int64_t *outsize,
                                int cover_all, int64_t base);

/* ---- op/pow.c: powers whose exponent is a tensor. */

/* a^b, elementwise, broadcast; both of one float dtype. Where a <= 0 the gradient to b is 0. */
DG_API dg_tensor *dg_pow(dg_tensor *a, dg_tensor *b);

/* base^x, elementwise; floats. */
DG_API dg_tensor *dg_rpow(dg_tensor *x, double base);

/* gy b a^(b - 1), broadcast: the gradient of a^b to a. It is 0 where b is, also where a is 0. */
DG_API dg_tensor *dg_pow_base_grad(dg_tensor *a, dg_tensor *b, dg_tensor *gy);

/* ---- op/pow_number.c: a tensor to the power of a number; squares and cubes are products, exactly. */

/* x x, elementwise; any dtype but bool. Integers wrap around. */
DG_API dg_tensor *dg_square(dg_tensor *x);

/* x^p, elementwise; floats, or any dtype but bool for p = 2. x^0 is 1 for every x. */
DG_API dg_tensor *dg_pow_number(dg_tensor *x, double p);

/* p x^(p - 1) gy: the gradient of x^p. It is 0 for p = 0, also where x is 0. */
DG_API dg_tensor *dg_pow_number_grad(dg_tensor *x, dg_tensor *gy, double p);

/* ---- op/prelu.c: rectifiers whose slope below 0 is another tensor: learned, or random. */

/* x where it is not negative, else W x, elementwise; floats. W has the shape of x behind its first
 * axis, or the first axes of that. */
DG_API dg_tensor *dg_prelu(dg_tensor *x, dg_tensor *W);

/* x where it is not negative, else r x, elementwise; floats of one shape and dtype. */
DG_API dg_tensor *dg_rrelu(dg_tensor *x, dg_tensor *r);

/* A tensor like x, floats, of random numbers in [low, high), or of the number that both are. */
DG_API dg_tensor *dg_rrelu_slopes(dg_tensor *x, double low, double high);

/* ---- op/qr.c: orthogonal columns and a triangle. */

/* x = q r for matrices of m x n, m >= n (the last two axes of x): ys[0] is q, m x n with orthonormal
 * columns, ys[1] is r, n x n and upper triangular. Floats. The gradient wants columns that are
 * linearly independent. For more columns than rows, take the first ones: x = [x1, x2] = q [r1, q'
 * x2]. */
DG_API int dg_qr(dg_tensor *x, dg_tensor **ys);

/* ---- op/random.c: this thread's random numbers: a seed, and how far its sequence has been used up. */

/* Goes on as a generator with this seed that has used up `offset` numbers (of dg_random_offset). */
DG_API int dg_random_set(double seed, double offset);

/* Starts this thread's random numbers anew: a whole number from 0 to 2^53. Same seed, same numbers,
 * whatever the number of threads. Without a call, clock, process and thread decide; a forked child
 * then has its own. */
DG_API int dg_seed(double seed);

/* The seed of this thread's random numbers. */
DG_API double dg_random_seed(void);

/* How far this thread's sequence has been used up. */
DG_API double dg_random_offset(void);

/* Random numbers of equal chance in [low, high), of a float dtype. */
DG_API dg_tensor *dg_uniform(int dtype, int ndim, const int64_t *shape, double low, double high);

/* Random numbers of the normal distribution, of a float dtype. */
DG_API dg_tensor *dg_normal(int dtype, int ndim, const int64_t *shape, double mean, double std);

/* Random whole numbers of equal chance in [low, high), of any dtype but bool. */
DG_API dg_tensor *dg_randint(int dtype, int ndim, const int64_t *shape, double low, double high);

/* 1 with probability p, else 0, of any dtype. */
DG_API dg_tensor *dg_bernoulli(int dtype, int ndim, const int64_t *shape, double p);

/* The int64 numbers base, base + 1, ..., n of them, in random order. */
DG_API dg_tensor *dg_permutation(double n, int64_t base);

/* ---- op/recurrence.c: linear recurrences along an axis, and products by them. */

/* y_k = a_k y_(k-1) + b_k along an axis, where y before the first place is `start`; with `reverse`
 * from the end on. Floats of one shape and dtype. */
DG_API dg_tensor *dg_recurrence(dg_tensor *a, dg_tensor *b, int64_t axis, int reverse, double start);

/* The products of x up to each place of an axis, that place included. Floats. */
DG_API dg_tensor *dg_cumprod(dg_tensor *x, int64_t axis);

/* The product of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; 1
 * where there is nothing. The gradient is right beside zeros too. */
DG_API dg_tensor *dg_prod(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* ---- op/relu.c: the rectifier, y = max(x, 0), elementwise. */

/* max(x, 0), elementwise; floats. NaN stays NaN. */
DG_API dg_tensor *dg_relu(dg_tensor *x);

/* gy where y > 0, else 0: the gradient of relu, given its output y (or its input). */
DG_API dg_tensor *dg_relu_grad(dg_tensor *y, dg_tensor *gy);

/* ---- op/repeat.c: elements or whole axes several times over. */

/* x with each place of an axis `times` times in a row: 1 1 2 2 3 3. */
DG_API dg_tensor *dg_repeat(dg_tensor *x, int64_t axis, int64_t times);

/* x as a whole times[k] times along its axis k: 1 2 3 1 2 3. `count` may be less than x has axes, as
 * if there were ones in front, or more, as if x had axes of size 1 in front. */
DG_API dg_tensor *dg_tile(dg_tensor *x, int count, const int64_t *times);

/* ---- op/reshape.c: the same elements in another shape. */

/* x in another shape of as many elements; one size may be -1, which the others decide. Shares the
 * elements of x where some strides allow it. */
DG_API dg_tensor *dg_reshape(dg_tensor *x, int ndim, const int64_t *shape);

/* ---- op/round.c: whole numbers near those of a tensor: down, up, nearest, towards 0. */

/* The greatest whole number not above x, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_floor(dg_tensor *x);

/* The least whole number not below x, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_ceil(dg_tensor *x);

/* The nearest whole number, elementwise, the even one of two as near; floats. The gradient is 0. */
DG_API dg_tensor *dg_round(dg_tensor *x);

/* The whole part: the nearest whole number towards 0, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_fix(dg_tensor *x);

/* ---- op/scale.c: a tensor times, or plus, another that is repeated along some of its axes. */

/* x y, where the axes of y are those of x from `axis` on, or the first of these. Any dtype but
 * bool. */
DG_API dg_tensor *dg_scale_along(dg_tensor *x, dg_tensor *y, int64_t axis);

/* x + y, where the axes of y are those of x from `axis` on, or the first of these. Any dtype but
 * bool. */
DG_API dg_tensor *dg_bias_along(dg_tensor *x, dg_tensor *y, int64_t axis);

/* ---- op/select_item.c: one element of each row by its class, and its counterpart, placing it there. */

/* y[i, ...] = x[i, t[i, ...], ...]: the element of each row that its label names. x is n x classes
 * or n x classes x ..., t has its shape without classes and labels from `base` on. */
DG_API dg_tensor *dg_select_item(dg_tensor *x, dg_tensor *t, int64_t base);

/* ---- op/sigmoid.c: the logistic function, y = 1 / (1 + exp(-x)), elementwise. */

/* 1 / (1 + exp(-x)), elementwise; floats. */
DG_API dg_tensor *dg_sigmoid(dg_tensor *x);

/* gy y (1 - y): the gradient of sigmoid, given its output y. */
DG_API dg_tensor *dg_sigmoid_grad(dg_tensor *y, dg_tensor *gy);

/* ---- op/sigmoid_cross_entropy.c: the loss of yes-or-no answers: -t log s - (1 - t) log(1 - s) with */

/* The cross entropy of sigmoid(x) and targets t, both of one shape: 0 or 1 in any integer dtype,
 * where -1 counts for nothing, or probabilities in the float dtype of x. With `mean` the result is
 * the sum, divided by how many targets count (normalize) or by the size of axis 0; without, one
 * number for each element. */
DG_API dg_tensor *dg_sigmoid_cross_entropy(dg_tensor *x, dg_tensor *t, int normalize, int mean);

/* ---- op/silu.c: smooth activations near the rectifier, elementwise: silu, swish, mish, logsigmoid. */

/* x sigmoid(x), elementwise; floats. */
DG_API dg_tensor *dg_silu(dg_tensor *x);

/* gy times the slope of silu at x: its gradient. */
DG_API dg_tensor *dg_silu_grad(dg_tensor *x, dg_tensor *gy);

/* x sigmoid(beta x), elementwise; floats of one dtype. beta has the shape of x behind its first
 * axis, or the first axes of that. */
DG_API dg_tensor *dg_swish(dg_tensor *x, dg_tensor *beta);

/* x tanh(log(1 + exp(x))), elementwise; floats (Misra, arXiv:1908.08681). */
DG_API dg_tensor *dg_mish(dg_tensor *x);

/* log(1 / (1 + exp(-x))), elementwise, without overflow; floats. */
DG_API dg_tensor *dg_logsigmoid(dg_tensor *x);

/* ---- op/sinh.c: hyperbolic functions and their inverses, elementwise; tanh has a file of its own. */

/* The hyperbolic sine, elementwise; floats. */
DG_API dg_tensor *dg_sinh(dg_tensor *x);

/* The hyperbolic cosine, elementwise; floats. */
DG_API dg_tensor *dg_cosh(dg_tensor *x);

/* What sinh undoes, elementwise; floats. */
DG_API dg_tensor *dg_arcsinh(dg_tensor *x);

/* The number from 0 on that cosh makes x, elementwise; floats. NaN below 1. */
DG_API dg_tensor *dg_arccosh(dg_tensor *x);

/* What tanh undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond. */
DG_API dg_tensor *dg_arctanh(dg_tensor *x);

/* ---- op/slice.c: windows on a tensor: indices, ranges, new axes and reversals, without a copy. */

/* The elements of x that `count` items choose, without a copy. Item i is the four numbers from
 * items[4 * i] on: DG_ITEM_ONE, index (the axis goes); DG_ITEM_RANGE, first, last, step (both ends
 * belong to it, what lies outside the axis is cut off); DG_ITEM_ALL; DG_ITEM_NEW (an axis of size
 * 1). Axes without an item stay whole. Indices count from `base` (0 or 1), negative from the end;
 * a single one must be in range. */
DG_API dg_tensor *dg_index(dg_tensor *x, int count, const int64_t *items, int base);

/* `size` places of one axis, beginning with `from`, without a copy; they must be in range. */
DG_API dg_tensor *dg_narrow(dg_tensor *x, int64_t axis, int64_t from, int64_t size);

/* Place `place` of one axis, which goes, without a copy; negative: from the end. */
DG_API dg_tensor *dg_select(dg_tensor *x, int64_t axis, int64_t place);

/* x with the order along `count` axes (0: all of them) reversed, without a copy. */
DG_API dg_tensor *dg_flip(dg_tensor *x, int count, const int64_t *axes);

/* ---- op/softmax.c: softmax and its logarithm along an axis, and log-sum-exp over axes. */

/* exp(x) / the sum of exp(x) along `axis`; x has floats. A row with +inf, or of -inf alone, gives
 * NaN. */
DG_API dg_tensor *dg_softmax(dg_tensor *x, int64_t axis);

/* x - the logarithm of the sum of exp(x) along `axis`; x has floats. */
DG_API dg_tensor *dg_log_softmax(dg_tensor *x, int64_t axis);

/* The logarithm of the sum of exp(x) over `count` axes (0: all of them), without overflow; with
 * keepdims they stay as size 1. x has floats; -inf over an axis of size 0. */
DG_API dg_tensor *dg_logsumexp(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* ---- op/softmax_cross_entropy.c: the loss of classifiers: -log softmax(x) at each row's label. */

/* The cross entropy of softmax(x) and t, where x is n x classes or n x classes x ... (floats). t has
 * its shape without classes and labels from `base` on (int32, int64, uint8), or its shape and
 * probabilities in its dtype. class_weight (classes) or NULL scales each label's loss and takes no
 * gradient from labels. With `mean` the result is the sum over the rows, divided by how many
 * labels are not ignore_label (normalize) or by n; without, one number for each row. */
DG_API dg_tensor *dg_softmax_cross_entropy(dg_tensor *x, dg_tensor *t, dg_tensor *class_weight,
                                           int64_t base, int64_t ignore_label, int normalize,
                                           int mean);

/* ---- op/softplus.c: the smooth rectifier, y = log(1 + exp(beta x)) / beta, elementwise. */

/* log(1 + exp(beta x)) / beta, elementwise, without overflow; floats. */
DG_API dg_tensor *dg_softplus(dg_tensor *x, double beta);

/* ---- op/sort.c: the order of elements along an axis. */

/* The positions along an axis at which x's elements stand in rising order, or falling: int64,
 * counted from `base`, in x's shape. Equal elements keep their order; NaN counts as larger than all
 * numbers. Any dtype; not differentiable. dg_gather with them gives the elements in order. */
DG_API dg_tensor *dg_argsort(dg_tensor *x, int64_t axis, int descending, int64_t base);

/* ---- op/split.c: a tensor cut along an axis: several views of it, made by one node. */

/* x cut along an axis into `count` parts (up to 65535) of these sizes, or of equal ones if `sizes`
 * is NULL. `ys` gets the parts, which share the elements of x. */
DG_API int dg_split(dg_tensor *x, int64_t axis, int count, const int64_t *sizes, dg_tensor **ys);

/* The places of x along an axis one by one, without that axis: what stack undoes. `ys` gets as many
 * tensors as the axis is long, which is `count`; they share the elements of x. */
DG_API int dg_unstack(dg_tensor *x, int64_t axis, int count, dg_tensor **ys);

/* ---- op/sqrt.c: the square root and its reciprocal, elementwise. */

/* The square root, elementwise; floats. NaN for negative numbers. */
DG_API dg_tensor *dg_sqrt(dg_tensor *x);

/* gy / (2 y): the gradient of sqrt, given its output y. */
DG_API dg_tensor *dg_sqrt_grad(dg_tensor *y, dg_tensor *gy);

/* 1 / sqrt(x), elementwise; floats. */
DG_API dg_tensor *dg_rsqrt(dg_tensor *x);

/* ---- op/squeeze.c: axes of size 1 taken out, without a copy. */

/* x without `count` axes, which must have size 1; a count of 0 takes out all that have. Shares the
 * elements of x. */
DG_API dg_tensor *dg_squeeze(dg_tensor *x, int count, const int64_t *axes);

/* ---- op/sub.c: the difference of two tensors, with broadcasting. */

/* a - b, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_sub(dg_tensor *a, dg_tensor *b);

/* ---- op/sum.c: sums over axes, and their counterpart, repeating along axes. */

/* The sum of x over `count` axes (0: all of them); with keepdims they stay as size 1. Small integers
 * and bools are summed as int64. */
DG_API dg_tensor *dg_sum(dg_tensor *x, int count, const int64_t *axes, int keepdims);

/* Sums x to a shape that broadcasts to its own: what broadcast_to undoes, and its gradient. */
DG_API dg_tensor *dg_sum_to(dg_tensor *x, int ndim, const int64_t *shape);

/* x repeated along axes of size 1 and new leading axes, without a copy. */
DG_API dg_tensor *dg_broadcast_to(dg_tensor *x, int ndim, const int64_t *shape);

/* ---- op/svd.c: singular values and vectors. */

/* x = u diag(s) vh for matrices of m x n (the last two axes of x): ys[0] is u, m x k with
 * k = min(m, n), ys[1] the singular values, descending, ys[2] is vh, k x n. With `full` u is m x m
 * and vh n x n. Floats. The gradient of vectors wants singular values that differ, and none that is 0
 * where x is not square. */
DG_API int dg_svd(dg_tensor *x, int full, dg_tensor **ys);

/* ---- op/take.c: places of one axis chosen by an integer tensor, and adding back to them. */

/* The places of x along `axis` that an index (int32, int64 or uint8) chooses. The result has the
 * axes of the index in place of that axis: x[..., index, ...]. Indices count from `base` (0 or 1),
 * negative from the end. */
DG_API dg_tensor *dg_take(dg_tensor *x, int64_t axis, const dg_tensor *index, int base);

/* What take undoes, and its gradient: zeros, with x[..., index, ...] added to the `size` places of
 * the axis that stands in place of the index's axes. Equal indices add up, in order. */
DG_API dg_tensor *dg_scatter_add(dg_tensor *x, int64_t axis, const dg_tensor *index, int base,
                                 int64_t size);

/* ---- op/tanh.c: the hyperbolic tangent, elementwise. */

/* The hyperbolic tangent, elementwise; floats. */
DG_API dg_tensor *dg_tanh(dg_tensor *x);

/* gy (1 - y^2): the gradient of tanh, given its output y. */
DG_API dg_tensor *dg_tanh_grad(dg_tensor *y, dg_tensor *gy);

/* ---- op/to.c: tensors on their way between devices. */

/* A contiguous copy of x on a device (0: the host, 1: cuda:0 ...), also if it is there already.
 * Gradients flow back to where x is. */
DG_API dg_tensor *dg_to(dg_tensor *x, int device);

/* Has a leaf, and its gradient, lie on a device from now on: handles stay, views of the old elements
 * keep those. A parameter that waits for its shape gets its elements there. */
DG_API int dg_move(dg_tensor *x, int device);

/* ---- op/transpose.c: the axes of a tensor in another order, without a copy. */

/* x with its axes in the order given: axis k of the result is axis axes[k] of x. A count of 0
 * reverses them all. Shares the elements of x. */
DG_API dg_tensor *dg_transpose(dg_tensor *x, int count, const int64_t *axes);

/* x with two of its axes exchanged. Shares the elements of x. */
DG_API dg_tensor *dg_swap_axes(dg_tensor *x, int64_t i, int64_t j);

/* ---- op/trig.c: sine, cosine and tangent, elementwise. */

/* The sine, elementwise; floats, in radians. */
DG_API dg_tensor *dg_sin(dg_tensor *x);

/* The cosine, elementwise; floats, in radians. */
DG_API dg_tensor *dg_cos(dg_tensor *x);

/* The tangent, elementwise; floats, in radians. */
DG_API dg_tensor *dg_tan(dg_tensor *x);

/* ---- op/update.c: changes in place: what optimizers and their hooks do to parameters and gradients. */

/* y = factor y, in place: what gradient clipping does. */
DG_API int dg_scale(dg_tensor *y, double factor);

/* y += scale x, in place: what weight decay does. */
DG_API int dg_add_scaled(dg_tensor *y, dg_tensor *x, double scale);

/* param -= lr grad, in place. */
DG_API int dg_update_sgd(dg_tensor *param, dg_tensor *grad, double lr);

/* param -= lr grad for each of `count` parameters that has a gradient; changed[i] tells for each
 * whether it had (1) or not (0). Where an argument is wrong, or there is no memory for a gradient's
 * elements, none is changed. */
DG_API int dg_update_sgd_all(int count, dg_tensor *const *param, double lr, uint8_t *changed);

/* v = momentum v - lr grad, param += v, in place. */
DG_API int dg_update_momentum_sgd(dg_tensor *param, dg_tensor *grad, dg_tensor *v, double lr,
                                  double momentum);

/* The same for `count` parameters, as in dg_update_sgd_all; `state` has the v of each. */
DG_API int dg_update_momentum_sgd_all(int count, dg_tensor *const *param, dg_tensor *const *state,
                                      double lr, double momentum, uint8_t *changed);

/* One step of Adam, in place: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015,
 * with the decay of I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019:
 * m += (1 - beta1) (grad - m), v += (1 - beta2) (grad^2 - v),
 * param -= eta (lr m / (sqrt(v) + eps) + weight_decay_rate param). lr is alpha with the correction
 * of the t-th step: alpha sqrt(1 - beta2^t) / (1 - beta1^t). vhat is NULL, or for AMSGrad the
 * largest v so far, which takes the place of v in the last line. */
DG_API int dg_update_adam(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                          dg_tensor *vhat, double lr, double beta1, double beta2, double eps,
                          double eta, double weight_decay_rate);

/* The same for `count` parameters, as in dg_update_sgd_all, all of them at their t-th step; `state`
 * has m and v of each, with amsgrad m, v and vhat. */
DG_API int dg_update_adam_all(int count, dg_tensor *const *param, dg_tensor *const *state,
                              int amsgrad, double lr, double beta1, double beta2, double eps,
                              double eta, double weight_decay_rate, uint8_t *changed);

/* v = momentum v - grad, param += lr v, in place. */
DG_API int dg_update_corrected_momentum_sgd(dg_tensor *param, dg_tensor *grad, dg_tensor *v,
                                            double lr, double momentum);

/* v = momentum v - lr grad, param += momentum v - lr grad, in place: Y. Nesterov, 1983, as Y. Bengio,
 * N. Boulanger-Lewandowski, R. Pascanu write it in "Advances in optimizing recurrent networks", 2012. */
DG_API int dg_update_nesterov_ag(dg_tensor *param, dg_tensor *grad, dg_tensor *v, double lr,
                                 double momentum);

/* h += grad^2, param -= lr grad / (sqrt(h) + eps), in place: J. Duchi, E. Hazan, Y. Singer, 2011. */
DG_API int dg_update_adagrad(dg_tensor *param, dg_tensor *grad, dg_tensor *h, double lr, double eps);

/* ms += (1 - alpha) (grad^2 - ms), param -= lr grad / (sqrt(ms + inside) + eps), in place:
 * T. Tieleman, G. Hinton, 2012. */
DG_API int dg_update_rmsprop(dg_tensor *param, dg_tensor *grad, dg_tensor *ms, double lr,
                             double alpha, double eps, double inside);

/* n += (1 - alpha) (grad^2 - n), g += (1 - alpha) (grad - g),
 * delta = momentum delta - lr grad / sqrt(n - g^2 + eps), param += delta, in place: A. Graves,
 * "Generating sequences with recurrent neural networks", 2013. */
DG_API int dg_update_rmsprop_graves(dg_tensor *param, dg_tensor *grad, dg_tensor *n, dg_tensor *g,
                                    dg_tensor *delta, double lr, double alpha, double momentum,
                                    double eps);

/* msg += (1 - rho) (grad^2 - msg), dx = sqrt((msdx + eps) / (msg + eps)) grad,
 * msdx += (1 - rho) (dx^2 - msdx), param -= dx, in place: M. Zeiler, "ADADELTA", 2012. */
DG_API int dg_update_adadelta(dg_tensor *param, dg_tensor *grad, dg_tensor *msg, dg_tensor *msdx,
                              double rho, double eps);

/* m and v as in dg_update_adam, param -= rate m / (root sqrt(v) + eps), in place; a root of 0 and an eps of
 * 1 leave v out. L. Liu et al., "On the variance of the adaptive learning rate and beyond", 2020. */
DG_API int dg_update_radam(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                           double rate, double beta1, double beta2, double root, double eps);

/* m and v as in dg_update_adam, param -= (rate m + direct grad) / (root sqrt(v) + eps), in place:
 * T. Dozat, "Incorporating Nesterov momentum into Adam", 2016. */
DG_API int dg_update_nadam(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                           double rate, double direct, double beta1, double beta2, double root,
                           double eps);

/* m as in dg_update_adam, largest = max(beta2 largest, |grad| + eps), param -= rate m / largest, in place:
 * D. Kingma, J. Ba, 2015, section 7.1. */
DG_API int dg_update_adamax(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *largest,
                            double rate, double beta1, double beta2, double eps);

/* m, v and vhat as in dg_update_adam, r = lr / (sqrt(v) + eps) but not outside of [lower, upper],
 * param -= eta (r m + weight_decay_rate param), in place: L. Luo et al., "Adaptive gradient methods with
 * dynamic bound of learning rate", 2019. */
DG_API int dg_update_adabound(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                              dg_tensor *vhat, double lr, double beta1, double beta2, double eps,
                              double eta, double weight_decay_rate, double lower, double upper);

/* m += (1 - beta) (grad - m), v += (1 - beta) (grad^2 - v), and with M = unbias m, V = unbias v:
 * part = M^2 / (M^2 + spread (V - M^2)) within [0, 1], param = keep param - rate part M, in place:
 * L. Balles, P. Hennig, "Dissecting Adam", 2018. */
DG_API int dg_update_msvag(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                           double rate, double beta, double unbias, double spread, double keep);

/* r = 1 / (mem + 1), g += r (grad - g), g2 += r (grad^2 - g2), x = g^2 / (g2 + eps),
 * param -= grad min(lr, x) / (sqrt(g2) + eps), mem = 1 + mem (1 - x), in place; mem begins with 1.
 * S. Funk, "RMSprop loses to SMORMS3", sifter.org/~simon/journal/20150420.html, 2015. */
DG_API int dg_update_smorms3(dg_tensor *param, dg_tensor *grad, dg_tensor *mem, dg_tensor *g,
                             dg_tensor *g2, double lr, double eps);

/* s = (sqrt(n + grad^2) - sqrt(n)) / alpha, z += grad - s param, n += grad^2, and param = 0 where
 * |z| <= l1, else (sign(z) l1 - z) / ((beta + sqrt(n)) / alpha + l2), in place; where grad is 0 all
 * stays. H. B. McMahan et al., "Ad click prediction: a view from the trenches", 2013. */
DG_API int dg_update_ftrl(dg_tensor *param, dg_tensor *grad, dg_tensor *z, dg_tensor *n,
                          double alpha, double beta, double l1, double l2);

/* The same for `count` parameters, as in dg_update_sgd_all; `state` has z and n of each. */
DG_API int dg_update_ftrl_all(int count, dg_tensor *const *param, dg_tensor *const *state,
                              double alpha, double beta, double l1, double l2, uint8_t *changed);

/* m and v as in dg_update_adam, direction = rate m / (root sqrt(v) + eps) + decay param, in place; param
 * stays. Y. You et al., "Large batch optimization for deep learning", 2020. */
DG_API int dg_update_lamb(dg_tensor *param, dg_tensor *grad, dg_tensor *m, dg_tensor *v,
                          dg_tensor *direction, double rate, double beta1, double beta2,
                          double root, double eps, double decay);

/* Steps of their own size, in place: `step` becomes etaplus as large where grad has the sign of prev,
 * etaminus as large where it has the other, within [smallest, largest]; there grad counts as 0.
 * param -= sign(grad) step, prev = grad. M. Riedmiller, H. Braun, "RPROP", 1993. */
DG_API int dg_update_rprop(dg_tensor *param, dg_tensor *grad, dg_tensor *prev, dg_tensor *step,
                           double etaminus, double etaplus, double smallest, double largest);

/* The sum of the squares of x's elements (floats), taken in double precision; NaN with an error. */
DG_API double dg_sum_of_squares(dg_tensor *x);

/* ---- op/var.c: the variance and the standard deviation over axes. */

/* The variance of x over `count` axes (0: all of them): the sum of (x - mean)^2 over n -
 * correction, where n elements go. With keepdims the axes stay as size 1. Floats. */
DG_API dg_tensor *dg_var(dg_tensor *x, int count, const int64_t *axes, double correction,
                         int keepdims);

/* The standard deviation: the square root of dg_var. */
DG_API dg_tensor *dg_std(dg_tensor *x, int count, const int64_t *axes, double correction,
                         int keepdims);

/* ---- op/where.c: a choice between two tensors, element by element. */

/* a where the condition (bool) holds, else b; all three broadcast, a and b of one dtype. */
DG_API dg_tensor *dg_where(dg_tensor *condition, dg_tensor *a, dg_tensor *b);

/* ---- grad/backward.c: how a walk begins, what callers run it with, and how it ends. */

/* A walk back from `outputs` tensors to the leaves, whose gradients it adds up when it ends. gy has
 * the gradient to start from for each output, or NULL (itself or an item) for 1, which only outputs
 * of one element can do without. `flags`: DG_RETAIN_GRAD ... Free it with dg_walk_free. */
DG_API dg_walk *dg_walk_new(int outputs, dg_tensor *const *y, dg_tensor *const *gy, int flags);

/* A walk back from `outputs` tensors to the `inputs` tensors x alone: only what leads to them is
 * visited, no leaf changes, and dg_walk_result has the gradients. */
DG_API dg_walk *dg_walk_to(int outputs, dg_tensor *const *y, dg_tensor *const *gy, int inputs,
                           dg_tensor *const *x, int flags);

/* Frees a walk, finished or not. Leaves that it has not reached the end for keep what they had. */
DG_API int dg_walk_free(dg_walk *w);

/* A walk from y to all leaves in one call. It starts with the gradient that is set at y, which is
 * used up, or with 1. Returns DG_WALK_DONE or DG_WALK_FAILED, or what the caller is to do now, and
 * then *rest is the walk to go on with: it is the caller's to run and to free. */
DG_API int dg_backward(dg_tensor *y, int flags, dg_walk **rest);

/* Runs a walk until it ends, the caller is needed, or `budget_us` microseconds have passed (0: no
 * limit); at least one node is visited. Returns a dg_status. */
DG_API int dg_walk_run(dg_walk *w, double budget_us);

/* Visits one node. Returns a dg_status: DG_WALK_MORE after a visit, DG_WALK_DONE when the leaves
 * have their gradients. */
DG_API int dg_walk_step(dg_walk *w);

/* ---- grad/look.c: what a caller sees of a walk between its steps, and gives back to it. */

/* The node that a walk has just visited, or hands back (DG_WALK_CALL); borrowed until the next call.
 * NULL with an error when there is none. */
DG_API dg_node *dg_walk_node(dg_walk *w);

/* The gradient of output `i` of that node; NULL where nothing used the output. */
DG_API dg_tensor *dg_walk_output_gradient(dg_walk *w, int i);

/* The node that a walk visits next; borrowed until then. NULL without an error when none is left: the
 * leaves' gradients come next, or the walk has ended. */
DG_API dg_node *dg_walk_next(dg_walk *w);

/* The gradient that output `i` of that node has now, before hooks have looked at it; NULL where
 * nothing used the output. */
DG_API dg_tensor *dg_walk_next_gradient(dg_walk *w, int i);

/* What that node passed on to its input `i`, after dg_walk_step; NULL where no gradient flows. */
DG_API dg_tensor *dg_walk_input_gradient(dg_walk *w, int i);

/* Whether input `i` of the node that a walk hands back wants a gradient: 1, 0, or -1. */
DG_API int dg_walk_needs(dg_walk *w, int i);

/* Gives a walk the gradient of input `i` of the node that it handed back (DG_WALK_CALL), or with
 * DG_WALK_HOOK and i = 0 a gradient to go on with instead. */
DG_API int dg_walk_give(dg_walk *w, int i, dg_tensor *g);

/* The tensor whose hook is to run (DG_WALK_HOOK), and its gradient. */
DG_API dg_tensor *dg_walk_tensor(dg_walk *w);

/* The gradient that a hook is to look at (DG_WALK_HOOK). */
DG_API dg_tensor *dg_walk_gradient(dg_walk *w);

/* After dg_walk_to has ended: the gradient of input `i`, NULL without an error when the outputs do
 * not depend on it. */
DG_API dg_tensor *dg_walk_result(dg_walk *w, int i);

#endif

#ifdef __cplusplus
}
#endif

#endif
