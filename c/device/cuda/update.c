/* update.c -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "device/cuda/graph.h"

#define KERNELS(NAME, name, ...)                                                                   \
  [DG_UPDATE_##                                                                                    \
      NAME] = { [DG_F32] = { "update", #name "_f32" }, [DG_F64] = { "update", #name "_f64" } },

static dg_kernel kernels[][DG_NDTYPES] = { DG_UPDATE_RULES(KERNELS) };

int dg_cuda_update(const dg_update *u, const dg_view *const *state)
{
  const dg_view *p = state[0];
  int64_t n = p->size;
  void *data[DG_UPDATE_STATES] = { NULL };
  dg_view none = { .data = NULL };
  const double *live = NULL; /* where the numbers are, if they change from one replay to the next */
  if (n == 0) return 0;
  for (int i = 0; i < u->states; i++) dg_graph_note_view(state[i]);
  int way = DG_LIKELY(!dg_recording) || u->fixed ? 0 : dg_graph_update(u, state, &live);
  if (DG_UNLIKELY(way != 0)) return DG_MIN(way, 0);
  for (int i = 0; i < u->states; i++) data[i] = state[i]->data;
  return DG_LAUNCH(dg_kernel_for(kernels[u->rule], p->dtype), p->device, dg_blocks(n, 1),
                   DG_CUDA_THREADS, 0, &n, &data[0],
                   u->states > 1 ? (void *)(uintptr_t)state[1] : &none, &data[2], &data[3],
                   &data[4], (void *)(uintptr_t)u->f, &live);
}
