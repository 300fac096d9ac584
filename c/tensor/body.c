/* body.c -- bodies and storages: how they come and go. */
#include "tensor/tensor.h"

#include "tensor/pin.h"

#include <string.h>

enum { ELEMENTS_AT = 64 }; /* where the elements lie in a storage's block */

dg_body *dg_bad_handle(const void *handle)
{
  if (!handle) {
    if (dg_is_ok()) dg_fail(DG_EARGUMENT, "a tensor is missing (NULL)");
  } else if (dg_slot_of(handle)) {
    dg_fail(DG_ETYPE, "a tensor was wanted, this is a node");
  } else {
    dg_fail(DG_ESTALE, "tensor was released when its scope closed (or by release)");
  }
  return NULL;
}

dg_body *dg_no_elements(const dg_body *b)
{
  if (b->flags & DG_UNINITIALIZED)
    dg_fail(DG_EARGUMENT, "parameter %s has no shape yet: call initialize, or a forward pass first",
            b->name ? b->name : "");
  else if (b->flags & DG_ROWS)
    dg_fail(DG_EGRAPH, "this gradient has only rows: dg_gradient makes its elements");
  else dg_fail(DG_EGRAPH, "the elements of this tensor are gone: only its graph still held it");
  return NULL;
}

/* A slot as a new body. */
DG_INLINE dg_body *begin(dg_slot *s)
{
  dg_body *b = (dg_body *)s;
  b->store = NULL;
  b->own.refs = 0;
  memset(&b->creator, 0, offsetof(dg_body, tiny) - offsetof(dg_body, creator));
  b->wanted = 0;
  dg_count(DG_TENSORS, 1);
  return b;
}

DG_INLINE dg_body *blank(void)
{
  dg_slot *s = dg_slot_take(DG_SLOT_TENSOR);
  return DG_LIKELY(s != NULL) ? begin(s) : NULL;
}

dg_body *dg_body_new(const char *who, int dtype, int ndim, const int64_t *shape)
{
  dg_body *b = blank();
  if (!b) return NULL;
  b->v.data = NULL;
  b->v.device = 0;
  if (dg_view_set(&b->v, who, dtype, ndim, shape) == 0) return b;
  dg_body_free(b);
  return NULL;
}

/* A view of at most two axes with another dtype: copies of known length beat loops over few axes. */
DG_INLINE void copy_shape(dg_view *v, int dtype, const dg_view *like)
{
  memcpy(v, like, offsetof(dg_view, shape) + 2 * sizeof *v->shape);
  memcpy(v->stride, like->stride, 2 * sizeof *v->stride);
  if (DG_UNLIKELY(v->dtype != dtype)) v->dtype = (uint8_t)dtype; /* dg_view_layout reads wider */
}

/* Shape, size and strides as `like` would have them without gaps. */
DG_INLINE void shape_like(dg_view *v, int dtype, const dg_view *like)
{
  if (DG_LIKELY(like->contiguous)) {
    if (DG_LIKELY(like->ndim <= 2)) {
      copy_shape(v, dtype, like);
    } else {
      *v = *like;
      v->dtype = (uint8_t)dtype;
    }
    return;
  }
  v->size = like->size;
  v->dtype = (uint8_t)dtype;
  v->ndim = like->ndim;
  v->contiguous = true;
  v->device = like->device;
  int64_t stride = 1;
  for (int i = like->ndim - 1; i >= 0; i--) {
    v->shape[i] = like->shape[i];
    v->stride[i] = stride;
    stride *= DG_MAX(like->shape[i], 1);
  }
}

enum { HEADER = 64 }; /* the block of a storage whose elements lie elsewhere */

/* Elements on another device; the storage itself is the host's. */
static dg_storage *allocate_far(dg_body *b, int64_t bytes, dg_kind kind)
{
  int64_t got;
  dg_storage *s = dg_block_alloc(HEADER, DG_WORKSPACE, &got);
  if (!s) return NULL;
  if ((s->data = dg_device_alloc(b->v.device, bytes, kind, &s->got))) return s;
  dg_block_free(s, got, DG_WORKSPACE);
  return NULL;
}

DG_INLINE dg_storage *allocate_near(int64_t bytes, dg_kind kind)
{
  int64_t got;
  dg_storage *s = dg_block_alloc(ELEMENTS_AT + bytes, kind, &got);
  if (DG_UNLIKELY(!s)) return NULL;
  s->got = got;
  s->data = (char *)s + ELEMENTS_AT;
  return s;
}

/* Has b look at a new storage, whose `got` and `data` are set. */
DG_INLINE void look_at(dg_body *b, dg_storage *s, dg_kind kind)
{
  s->refs = 1;
  s->version = 0;
  s->pin = NULL;
  s->kind = (uint8_t)kind;
  s->device = b->v.device;
  b->store = s;
  b->v.data = s->data;
}

DG_INLINE int64_t bytes_of(const dg_body *b) { return b->v.size * dg_item_bytes[b->v.dtype]; }

/* Whether b's elements go into its slot. */
DG_INLINE bool is_tiny(const dg_body *b)
{
  return bytes_of(b) <= (int64_t)sizeof b->tiny && b->v.device == 0;
}

DG_INLINE void allocate_tiny(dg_body *b, dg_kind kind)
{
  b->own.got = 0;
  b->own.data = b->tiny;
  look_at(b, &b->own, kind);
  uint32_t layout = dg_view_layout(&b->v);
  if (b->v.size == 1 && dg_is_plain_layout(layout)) b->one = layout;
}

DG_INLINE int allocate_block(dg_body *b, dg_kind kind)
{
  dg_storage *s;
  if (DG_UNLIKELY(b->v.device != 0)) s = allocate_far(b, bytes_of(b), kind);
  else s = allocate_near(bytes_of(b), kind);
  if (DG_UNLIKELY(!s)) return -1;
  look_at(b, s, kind);
  return 0;
}

DG_INLINE int allocate(dg_body *b, dg_kind kind)
{
  if (!is_tiny(b)) return allocate_block(b, kind);
  allocate_tiny(b, kind);
  return 0;
}

int dg_body_allocate(dg_body *b, dg_kind kind) { return allocate(b, kind); }

dg_body *dg_body_like(int dtype, const dg_view *like)
{
  dg_body *b = blank();
  if (DG_LIKELY(b != NULL)) shape_like(&b->v, dtype, like);
  return b;
}

static __attribute__((noinline)) dg_body *full_like(int dtype, const dg_view *like, dg_kind kind)
{
  dg_body *b = blank();
  if (DG_UNLIKELY(!b)) return NULL;
  shape_like(&b->v, dtype, like);
  if (DG_LIKELY(allocate(b, kind) == 0)) return b;
  dg_body_free(b);
  return NULL;
}

/* Tiny tensors of few axes are made here, without a stack frame: each operator makes one, and often
 * its gradient. */
dg_body *dg_body_full_like(int dtype, const dg_view *like, dg_kind kind)
{
  bool is_plain = like->contiguous && like->ndim <= 2 && like->device == 0 &&
                  like->size * dg_item_bytes[dtype] <= (int64_t)sizeof((dg_body *)0)->tiny;
  dg_slot *s = DG_LIKELY(is_plain) ? dg_slot_take_used(DG_SLOT_TENSOR) : NULL;
  if (DG_UNLIKELY(!s)) return full_like(dtype, like, kind);
  dg_body *b = begin(s);
  copy_shape(&b->v, dtype, like);
  allocate_tiny(b, kind);
  return b;
}

int dg_body_adopt(dg_body *b, void *data, dg_pin *pin)
{
  int64_t got;
  dg_storage *s = dg_block_alloc(ELEMENTS_AT, DG_WORKSPACE, &got);
  if (!s) return -1;
  *s = (dg_storage){ .refs = 1, .got = got, .data = data, .pin = pin, .kind = DG_WORKSPACE };
  dg_pin_hold(pin);
  b->store = s;
  b->v.data = data;
  return 0;
}

dg_body *dg_body_view(const dg_body *x)
{
  dg_body *b = blank();
  if (!b) return NULL;
  b->v = x->v;
  b->store = x->store;
  b->one = x->one;
  __atomic_add_fetch(&x->store->refs, 1, __ATOMIC_RELAXED);
  return b;
}

/* The last look at a storage is gone. One that lies in a tensor's slot is looked at by that tensor as
 * long as it lives: the slot is free now. */
static void free_storage(dg_storage *s)
{
  if (s->got == 0) {
    dg_body *owner = (dg_body *)((char *)s - offsetof(dg_body, own));
    dg_slot_reuse(&owner->slot);
    return;
  }
  if (s->pin) dg_pin_drop(s->pin);
  if (s->device) {
    int64_t header;
    dg_size_class(HEADER, &header);
    dg_device_free(s->device, s->data, s->got, s->kind);
    dg_block_free(s, header, DG_WORKSPACE);
  } else {
    dg_block_free(s, s->got, s->kind);
  }
}

void dg_storage_rename(dg_storage *s, dg_kind to)
{
  if (s->device) dg_device_rename(s->device, s->got, s->kind, to);
  else dg_block_rename(s->got, s->kind, to);
  s->kind = (uint8_t)to;
}

/* Takes one look off what b looks at. */
DG_INLINE void leave_storage(dg_body *b)
{
  dg_storage *s = b->store;
  if (!s || s == &b->own) return; /* those in the slot stay until it is given back */
  bool is_last = __atomic_load_n(&s->refs, __ATOMIC_ACQUIRE) == 1; /* saves a locked instruction */
  if (!is_last && __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
  if (DG_LIKELY(s->got > 0 && !s->pin && !s->device)) dg_block_free(s, s->got, s->kind);
  else free_storage(s);
}

void dg_body_drop_storage(dg_body *b)
{
  leave_storage(b);
  b->store = NULL;
  b->v.data = NULL;
  b->one = 0;
}

/* Not even few elements go into the slot: views may look at those that were there. */
int dg_body_move(dg_body *b, int device)
{
  dg_body to;
  dg_view like = b->v;
  like.device = (uint8_t)device;
  shape_like(&to.v, b->v.dtype, &like);
  to.v.device = (uint8_t)device;
  int64_t bytes = to.v.size * dg_item_bytes[to.v.dtype];
  dg_kind kind = (dg_kind)b->store->kind;
  dg_storage *s = device ? allocate_far(&to, bytes, kind) : allocate_near(bytes, kind);
  if (!s) return -1;
  s->refs = 1;
  s->version = b->store->version + 1;
  s->pin = NULL;
  s->kind = (uint8_t)kind;
  s->device = (uint8_t)device;
  to.v.data = s->data;
  if (dg_transfer(&b->v, &to.v) < 0) {
    free_storage(s);
    return -1;
  }
  dg_body_drop_storage(b);
  b->store = s;
  b->v = to.v;
  return 0;
}

void dg_body_free_parts(dg_body *b)
{
  leave_storage(b);
  if (DG_UNLIKELY(b->name != NULL)) dg_table_free(b->name);
  dg_count(DG_TENSORS, -1);
  dg_slot_retire(&b->slot);
  int32_t looks =
      __atomic_load_n(&b->own.refs, __ATOMIC_ACQUIRE); /* at the elements in this slot */
  if (looks > 1 && __atomic_sub_fetch(&b->own.refs, 1, __ATOMIC_ACQ_REL) > 0)
    return; /* the last view gives the slot back */
  dg_slot_reuse(&b->slot);
}
