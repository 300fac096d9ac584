/* tensor.h -- the body of a tensor: a view of a storage, its gradient, and what made it. */
#ifndef DG_TENSOR_H
#define DG_TENSOR_H

#include "base/memory.h"
#include "base/slab.h"
#include "device/device.h"

/* A block of elements that views share. Its header and its elements are one block; those of a
 * foreign pointer lie elsewhere and hold `pin`. */
typedef struct dg_storage {
  int32_t refs;     /* atomic */
  uint32_t version; /* goes up whenever an element is overwritten */
  int64_t got;
  void *data;
  dg_pin *pin;
  uint8_t kind;
  uint8_t device; /* where the elements are; `got` counts them alone if that is not the host */
} dg_storage;

enum { /* flags of a body */
       DG_REQUIRES_GRAD = 1,
       DG_SCOPED = 2,         /* a scope of this thread owns it too, until it closes */
       DG_KEEPS_VALUE = 4,    /* its own node's backward rule reads it */
       DG_UNINITIALIZED = 8,  /* a parameter whose shape is not known yet */
       DG_GRAPH_DROPPED = 16, /* lived on when the scope of its graph closed */
       DG_RETAINS_GRAD = 32,
       DG_HOOKED = 64,
       DG_GHOST = 128,       /* only its own node's backward rule still wants it: refs is 0 */
       DG_STACKED = 256,     /* waits on a stack that runs through slot.next */
       DG_ROWS = 512,        /* a gradient that is some rows of a matrix: node/rows.h */
       DG_OUTER = 1024,      /* a gradient that is a sum of products of vectors: node/outer.h */
       DG_POINT = 2048,      /* its place is in a list of points: node/point.h */
       DG_MAKER_SEEN = 4096, /* a point's: there may be handles of its node */
       DG_CLEARED = 8192     /* a leaf's gradient that was cleared: none, until a walk fills it */
};

/* Reference counts share one word: holds need the elements, links only the place in the graph. */
#define DG_LINK ((int64_t)1)
#define DG_HOLD ((int64_t)1 << 32)

struct dg_call;

typedef struct dg_body {
  dg_slot slot;
  dg_storage *store; /* NULL: uninitialized, or only the graph needs it */
  /* from here to `tiny` a new body is all zero */
  struct dg_call *creator; /* NULL: a leaf */
  struct dg_body *grad;    /* held */
  char *name;
  int64_t refs; /* atomic */
  uint32_t flags;
  uint32_t output;   /* which output of its creator it is */
  uint32_t birth;    /* its place in the scope's list */
  uint32_t entry;    /* of `walk` */
  uint64_t borrowed; /* the epoch of the scopes whose nodes or handles use it; atomic */
  uint64_t walk;     /* the walk that has an entry for it */
  int32_t handles;   /* references in the caller's hands, each with a hold; atomic */
  uint32_t one;      /* dg_view_layout where it is plain and there is one element, `tiny` of the
                      * tensor whose storage it looks at; or 0 */
  double tiny[2];    /* the elements of `own` */
  dg_storage own;    /* of a tensor of one or two elements */
  uint64_t wanted;   /* the walk that was asked for its gradient */
  dg_view v;
} dg_body;

_Static_assert(sizeof(dg_body) <= DG_SLOT_BYTES, "a tensor's body fits its slot");

enum { DG_SLOT_TENSOR = 1, DG_SLOT_NODE = 2 };

/* The body of a handle; NULL with an error set when it is stale, no tensor, or NULL. */
DG_INLINE dg_body *dg_body_of(const dg_tensor *handle);
dg_body *dg_bad_handle(const void *handle);

/* A body without storage: dtype, shape and strides set. Not born yet: refs and flags are 0. */
dg_body *dg_body_new(const char *who, int dtype, int ndim, const int64_t *shape);
/* The same, with the shape of another. */
dg_body *dg_body_like(int dtype, const dg_view *shape);
/* The same, with elements. */
dg_body *dg_body_full_like(int dtype, const dg_view *shape, dg_kind kind);
/* The same on the host, with the shape () or rows x columns, whose product is not too large. */
DG_INLINE dg_body *dg_body_scalar(int dtype, dg_kind kind);
DG_INLINE dg_body *dg_body_matrix(int dtype, int64_t rows, int64_t columns, dg_kind kind);
/* Gives the body its own storage, uninitialized. */
int dg_body_allocate(dg_body *b, dg_kind kind);
/* Counts its storage under another kind from now on. */
void dg_storage_rename(dg_storage *s, dg_kind to);
/* Gives a body that has elements others of its own, contiguous, on a device: the same numbers. */
int dg_body_move(dg_body *b, int device);
/* Has the body look at foreign memory instead. */
int dg_body_adopt(dg_body *b, void *data, dg_pin *pin);
/* A body that looks at all that x does. */
dg_body *dg_body_view(const dg_body *x);
/* Lets go of the storage alone, or of everything. */
void dg_body_drop_storage(dg_body *b);
DG_INLINE void dg_body_free(dg_body *b);
void dg_body_free_parts(dg_body *b);

/* Only what dg_body_full_like looks at is set: all of a view takes longer than the rest. */
DG_INLINE dg_body *dg_body_scalar(int dtype, dg_kind kind)
{
  dg_view v;
  v.size = 1;
  v.dtype = (uint8_t)dtype, v.ndim = 0, v.contiguous = true, v.device = 0;
  v.shape[0] = v.shape[1] = v.stride[0] = v.stride[1] = 1;
  return dg_body_full_like(dtype, &v, kind);
}

DG_INLINE dg_body *dg_body_matrix(int dtype, int64_t rows, int64_t columns, dg_kind kind)
{
  dg_view v;
  v.size = rows * columns;
  v.dtype = (uint8_t)dtype, v.ndim = 2, v.contiguous = true, v.device = 0;
  v.shape[0] = rows, v.stride[0] = DG_MAX(columns, 1);
  v.shape[1] = columns, v.stride[1] = 1;
  return dg_body_full_like(dtype, &v, kind);
}

DG_INLINE void dg_body_free(dg_body *b)
{
  int32_t looks = __atomic_load_n(&b->own.refs, __ATOMIC_ACQUIRE);
  if (b->store != &b->own || b->name ||
      looks > 1) { /* elements elsewhere, a name, views of the elements in its slot */
    dg_body_free_parts(b);
  } else {
    dg_count(DG_TENSORS, -1);
    dg_slot_give(&b->slot);
  }
}

/* The gradient of b, or NULL. */
DG_INLINE dg_body *dg_gradient_of(const dg_body *b)
{
  dg_body *g = b->grad;
  return g && DG_LIKELY(!(g->flags & DG_CLEARED)) ? g : NULL;
}

/* True when whoever holds b is the only one who can see its elements. */
DG_INLINE bool dg_is_sole(const dg_body *b)
{
  return b->refs == DG_HOLD && b->store->refs == 1 && !b->store->pin && b->v.contiguous;
}

/* Notes that b's elements change. Two threads that write at once may count as one. */
DG_INLINE void dg_touch(dg_body *b)
{
  uint32_t version = __atomic_load_n(&b->store->version, __ATOMIC_RELAXED);
  __atomic_store_n(&b->store->version, version + 1, __ATOMIC_RELAXED);
}

DG_INLINE dg_tensor *dg_handle(const dg_body *b)
{
  return b ? (dg_tensor *)dg_slot_handle(&b->slot) : NULL;
}

/* The same without an error. */
DG_INLINE dg_body *dg_living_body(const dg_tensor *handle)
{
  return (dg_body *)dg_slot_of_kind(handle, DG_SLOT_TENSOR);
}

DG_INLINE dg_body *dg_body_of(const dg_tensor *handle)
{
  dg_body *b = dg_living_body(handle);
  return DG_LIKELY(b != NULL) ? b : dg_bad_handle(handle);
}

/* The same, and it has elements. */
dg_body *dg_no_elements(const dg_body *b);
DG_INLINE bool dg_is_full(const dg_body *b) { return b && b->store; }
DG_INLINE dg_body *dg_full_body_of(const dg_tensor *handle)
{
  dg_body *b = dg_body_of(handle);
  return DG_UNLIKELY(b && !b->store) ? dg_no_elements(b) : b;
}

#endif
