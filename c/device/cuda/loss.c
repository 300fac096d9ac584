/* loss.c -- cross entropy of labels, and sums of squares. */
#include "device/cuda/label.h"
#include "device/cuda/rows.h"
#include "device/cuda/scratch.h"

enum { BLOCKS = 512, EACH = 4 };

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "loss", name "_f32" }, [DG_F64] = { "loss", name "_f64" },                        \
    [DG_F16] = { "loss", name "_f16" }, [DG_BF16] = {                                              \
      "loss",                                                                                      \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

/* The second of each is for rows that a block's threads can hold. */
static dg_kernel cross_entropy[2][DG_NDTYPES] = { FLOATS("cross_entropy"),
                                                  FLOATS("held_cross_entropy") };
static dg_kernel cross_entropy_grad[2][DG_NDTYPES] = { FLOATS("cross_entropy_grad"),
                                                       FLOATS("held_cross_entropy_grad") };
static dg_kernel squares[DG_NDTYPES] = FLOATS("squares");
static dg_kernel sums[DG_NDTYPES] = {
  [DG_F32] = { "loss", "sum_f32" }, [DG_F64] = { "loss", "sum_f64" }
};
static dg_kernel totals[DG_NDTYPES] = FLOATS("total");

#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* How many blocks sum up n elements. */
static int parts_of(int64_t n) { return (int)DG_MIN(dg_blocks(n, EACH), BLOCKS); }

/* y = scale times the sum of the parts. */
static int total(int dtype, int device, const dg_scratch *s, int parts, double scale, void *y)
{
  return DG_LAUNCH(dg_kernel_for(totals, dtype), device, 1, DG_CUDA_THREADS, 0, &parts,
                   ARGUMENT(&s->data), &scale, &y);
}

/* -- Cross entropy ---------------------------------------------------------------------------- */

/* As in loss.cu. */
typedef struct entropy {
  dg_rows_of rows;
  dg_labels labels;
  dg_view weight, g;
  double scale;
  const void *used; /* how many labels count: divides as well, where it is not NULL */
  int has_weight, has_g;
} entropy;

/* Where the scale is to be 1 over how many labels count, counts them into `used`. */
static int set_used(entropy *e, dg_scratch *used)
{
  used->data = NULL;
  if (e->scale != DG_BY_USED) return 0;
  int status = dg_cuda_count_used(&e->labels, used);
  e->used = used->data;
  e->scale = 1;
  return status;
}

/* Returns whether the rows can be held. */
static bool set_entropy(entropy *e, const dg_view *x, const dg_labels *l, const dg_view *weight,
                        double scale, const dg_view *g, const dg_view *gx)
{
  enum { CLASSES = 1u << 1 };
  *e = (entropy){ .labels = *l, .scale = scale, .has_weight = weight != NULL, .has_g = g != NULL };
  if (weight) e->weight = *weight;
  if (g) e->g = *g;
  dg_rows_of_init(&e->rows, gx ? 2 : 1, (const dg_view *const[]){ x, gx }, CLASSES);
  return dg_rows_of_hold(&e->rows, gx ? 3 : 1, dg_item_bytes[x->dtype]);
}

/* Each row's loss: y, or to be summed up `each`, where floats of 16 bits have float32. */
static int losses(const entropy *e, bool held, const dg_view *x, void *each, void *y)
{
  return DG_LAUNCH(dg_kernel_for(cross_entropy[held], x->dtype), x->device,
                   dg_rows_of_blocks(&e->rows), DG_CUDA_THREADS, 0, ARGUMENT(e), &each, &y);
}

int dg_cuda_cross_entropy(const dg_view *x, const dg_labels *l, const dg_view *weight, double scale,
                          const dg_view *y)
{
  entropy e;
  int wide = dg_wide_of(x->dtype);
  int64_t n = l->t.size, bytes = n * dg_item_bytes[wide];
  if (n == 0) return y->ndim > 0 ? 0 : dg_cuda_fill(y, 0);
  bool held = set_entropy(&e, x, l, weight, scale, NULL, NULL);
  if (y->ndim > 0) return losses(&e, held, x, NULL, y->data);
  dg_scratch each = { NULL }, part = { NULL }, used;
  int parts = parts_of(n);
  int status = set_used(&e, &used);
  if (status == 0) status = dg_scratch_take(&each, x->device, bytes);
  if (status == 0) status = dg_scratch_take(&part, x->device, parts * (int64_t)sizeof(double));
  if (status == 0) status = losses(&e, held, x, each.data, NULL);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(sums, wide), x->device, parts, DG_CUDA_THREADS, 0, &n,
                       &each.data, &part.data);
  if (status == 0) status = total(y->dtype, x->device, &part, parts, 1, y->data);
  dg_scratch_free(&each);
  dg_scratch_free(&part);
  dg_scratch_free(&used);
  return status;
}

int dg_cuda_cross_entropy_grad(const dg_view *x, const dg_labels *l, const dg_view *weight,
                               double scale, const dg_view *gy, const dg_view *gx)
{
  if (gx->size == 0) return 0;
  entropy e;
  bool held = set_entropy(&e, x, l, weight, scale, gy, gx);
  dg_scratch used;
  int status = set_used(&e, &used);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(cross_entropy_grad[held], x->dtype), x->device,
                       dg_rows_of_blocks(&e.rows), DG_CUDA_THREADS, 0, &e);
  dg_scratch_free(&used);
  return status;
}

/* -- Squares ---------------------------------------------------------------------------------- */

/* y = scale times the sum of (a - b)^2, b may be NULL; y has the dtype `to`. */
static int sum_squares(const dg_view *a, const dg_view *b, double scale, int to, void *y)
{
  dg_scratch part;
  int parts = parts_of(a->size), with_b = b != NULL;
  if (dg_scratch_take(&part, a->device, parts * (int64_t)sizeof(double)) < 0) return -1;
  int status = DG_LAUNCH(dg_kernel_for(squares, a->dtype), a->device, parts, DG_CUDA_THREADS, 0,
                         ARGUMENT(a), ARGUMENT(b ? b : a), &with_b, &part.data);
  if (status == 0) status = total(to, a->device, &part, parts, scale, y);
  dg_scratch_free(&part);
  return status;
}

int dg_cuda_square_error(const dg_view *a, const dg_view *b, double scale, const dg_view *y)
{
  if (a->size == 0) return dg_cuda_fill(y, 0 * scale);
  return sum_squares(a, b, scale, y->dtype, y->data);
}

int dg_cuda_sum_of_squares(const dg_view *x, double *sum)
{
  *sum = 0;
  if (x->size == 0) return 0;
  dg_scratch s;
  if (dg_scratch_take(&s, x->device, sizeof *sum) < 0) return -1;
  int status = sum_squares(x, NULL, 1, DG_F64, s.data);
  if (status == 0) status = dg_cuda_download(x->device, sum, s.data, sizeof *sum);
  dg_scratch_free(&s);
  return status;
}
