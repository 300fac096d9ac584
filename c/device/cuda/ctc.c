/* ctc.c -- labels of sequences without known places. */
#include "device/cuda/scratch.h"

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "ctc", name "_f32" }, [DG_F64] = { "ctc", name "_f64" }                           \
  }

static dg_kernel losses[DG_NDTYPES] = FLOATS("loss");
static dg_kernel gradients[DG_NDTYPES] = FLOATS("gradient");

#define ARGUMENT(x) (void *)(uintptr_t)(x)

enum { BUFFERS = 5 }; /* rows of states beside those of the steps */

/* As in ctc.cu. */
typedef struct sizes {
  int64_t steps, batch, classes, longest, width;
  double *room;
} sizes;

static int take_room(dg_scratch *room, sizes *z, const dg_sequences *s, const dg_view *x)
{
  int64_t bytes;
  *z = (sizes){ x->shape[0], x->shape[1], x->shape[2], s->labels.t.shape[1], 0, NULL };
  z->width = 2 * z->longest + 1;
  if (__builtin_mul_overflow(z->steps + BUFFERS, z->width, &bytes) ||
      __builtin_mul_overflow(bytes, z->batch * 8, &bytes))
    return dg_fail(DG_EMEMORY, "ctc: the sequences are too long");
  if (dg_scratch_take(room, x->device, bytes) < 0) return -1;
  z->room = room->data;
  return 0;
}

int dg_cuda_ctc(const dg_sequences *s, const dg_view *x, const dg_view *y)
{
  dg_scratch room = { NULL };
  sizes z;
  if (y->size == 0) return 0;
  if (take_room(&room, &z, s, x) < 0) return -1;
  int status = DG_LAUNCH(dg_kernel_for(losses, x->dtype), y->device, z.batch, DG_CUDA_THREADS, 0,
                         ARGUMENT(s), &z, ARGUMENT(x), ARGUMENT(&y->data));
  dg_scratch_free(&room);
  return status;
}

int dg_cuda_ctc_grad(const dg_sequences *s, const dg_view *x, const dg_view *gy, const dg_view *gx)
{
  dg_scratch room = { NULL };
  sizes z;
  if (gx->size == 0) return 0;
  if (dg_cuda_fill(gx, 0) < 0 || take_room(&room, &z, s, x) < 0) return -1;
  int status = DG_LAUNCH(dg_kernel_for(gradients, x->dtype), gx->device, z.batch, DG_CUDA_THREADS,
                         0, ARGUMENT(s), &z, ARGUMENT(x), ARGUMENT(gy), ARGUMENT(&gx->data));
  dg_scratch_free(&room);
  return status;
}
