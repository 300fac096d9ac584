/* body.c -- bodies and storages: how they come and go. */
#include "tensor/tensor.h"

#include "tensor/pin.h"

#include <string.h>

enum { TINY_AT = 48, TINY = 16, ELEMENTS_AT = 64 }; /* where elements lie in a storage's block */

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
  else dg_fail(DG_EGRAPH, "the elements of this tensor are gone: only its graph still held it");
  return NULL;
}

dg_body *dg_body_new(const char *who, int dtype, int ndim, const int64_t *shape)
{
  dg_body *b = (dg_body *)dg_slot_take();
  if (!b) return NULL;
  b->slot.kind = DG_SLOT_TENSOR;
  b->store = NULL;
  b->creator = NULL;
  b->grad = NULL;
  b->name = NULL;
  b->refs = 0;
  b->flags = b->output = b->entry = b->borrowed = 0;
  b->walk = b->wanted = 0;
  b->v.data = NULL;
  if (dg_view_set(&b->v, who, dtype, ndim, shape) < 0) {
    dg_slot_give(&b->slot);
    return NULL;
  }
  dg_count_tensors(1);
  return b;
}

int dg_body_allocate(dg_body *b, dg_kind kind)
{
  int64_t bytes = b->v.size * dg_item_bytes[b->v.dtype], got;
  bool tiny = bytes <= TINY;
  dg_storage *s = dg_block_alloc(tiny ? ELEMENTS_AT : ELEMENTS_AT + bytes, kind, &got);
  if (!s) return -1;
  s->refs = 1;
  s->version = 0;
  s->got = got;
  s->data = (char *)s + (tiny ? TINY_AT : ELEMENTS_AT);
  s->pin = NULL;
  s->kind = (uint8_t)kind;
  b->store = s;
  b->v.data = s->data;
  return 0;
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
  dg_body *b = (dg_body *)dg_slot_take();
  if (!b) return NULL;
  b->slot.kind = DG_SLOT_TENSOR;
  b->v = x->v;
  b->store = x->store;
  __atomic_add_fetch(&x->store->refs, 1, __ATOMIC_RELAXED);
  b->creator = NULL;
  b->grad = NULL;
  b->name = NULL;
  b->refs = 0;
  b->flags = b->output = b->entry = b->borrowed = 0;
  b->walk = b->wanted = 0;
  dg_count_tensors(1);
  return b;
}

void dg_body_drop_storage(dg_body *b)
{
  dg_storage *s = b->store;
  b->store = NULL;
  b->v.data = NULL;
  if (!s || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
  if (s->pin) dg_pin_drop(s->pin);
  dg_block_free(s, s->got, s->kind);
}

void dg_body_free(dg_body *b)
{
  dg_body_drop_storage(b);
  dg_table_free(b->name);
  dg_count_tensors(-1);
  dg_slot_give(&b->slot);
}
