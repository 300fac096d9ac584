/* reflect.c -- orthogonal columns and a triangle, by Householder's reflections. */
#include "device/cuda/linalg.h"

enum { PANEL = 32 };

#define KERNELS(variable, name)                                                                    \
  static dg_kernel variable[DG_NDTYPES] = {                                                        \
    [DG_F32] = { "reflect", name "_f32" }, [DG_F64] = { "reflect", name "_f64" }                   \
  }
KERNELS(find_panels, "find_panel");
KERNELS(applies, "apply");
KERNELS(starts, "start");
KERNELS(takes_r, "take_r");

/* Applies reflections of `a` to the columns of c from `first` on. */
static int apply(const dg_stack *a, const dg_scratch *taus, int64_t from, int64_t to, int backwards,
                 const dg_stack *c, int64_t first)
{
  return DG_LAUNCH(dg_kernel_for(applies, a->v.dtype), a->v.device,
                   dg_warp_blocks(c->m.count * (c->m.columns - first)), DG_CUDA_THREADS, 0,
                   DG_ARGUMENT(&a->m), DG_ARGUMENT(&taus->data), &from, &to, &backwards,
                   DG_ARGUMENT(&c->m), &first);
}

int dg_reflectors(const dg_stack *a, dg_scratch *taus)
{
  const int64_t m = a->m.rows, steps = DG_MIN(m, a->m.columns);
  int status = dg_scratch_take(taus, a->v.device, a->m.count * steps * dg_item_bytes[a->v.dtype]);
  for (int64_t from = 0, to; from < steps && status == 0; from = to) {
    to = DG_MIN(from + PANEL, steps);
    status = DG_LAUNCH(dg_kernel_for(find_panels, a->v.dtype), a->v.device, a->m.count,
                       dg_block_threads((m - from) * (to - from)), 0, DG_ARGUMENT(&a->m), &from,
                       &to, &taus->data);
    if (status == 0 && to < a->m.columns) status = apply(a, taus, from, to, 0, a, to);
  }
  return status;
}

int dg_reflected(const dg_stack *a, const dg_scratch *taus, int positive, const dg_stack *q)
{
  int status = DG_LAUNCH(dg_kernel_for(starts, q->v.dtype), q->v.device, dg_blocks(q->v.size, 1),
                         DG_CUDA_THREADS, 0, DG_ARGUMENT(&a->m), &positive, DG_ARGUMENT(&q->m));
  return status < 0 ? -1 : apply(a, taus, 0, DG_MIN(a->m.rows, a->m.columns), 1, q, 0);
}

int dg_cuda_qr(const dg_view *x, const dg_view *q, const dg_view *r)
{
  if (x->size == 0) return dg_cuda_fill(r, 0);
  dg_stack a, columns = { .room = { NULL } };
  dg_scratch taus = { NULL };
  void *to = r->data;
  int status = dg_stack_of(&a, x);
  if (status == 0) status = dg_stack_new(&columns, x, a.m.rows, a.m.columns);
  if (status == 0) status = dg_reflectors(&a, &taus);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(takes_r, x->dtype), x->device, dg_blocks(r->size, 1),
                       DG_CUDA_THREADS, 0, &a.m, &to);
  if (status == 0) status = dg_reflected(&a, &taus, 0, &columns);
  if (status == 0) status = dg_cuda_copy(&columns.v, q);
  dg_scratch_free(&taus);
  dg_stack_free(&columns);
  dg_stack_free(&a);
  return status;
}
