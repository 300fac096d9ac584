/* normalize.c -- normalization over any axes of any array, and its gradients: of rows that a block holds,
 * in parts (moments.c), or else as they come. */
#include "device/cuda/moments.h"
#include "device/cuda/rows.h"
#include "device/cuda/scratch.h"

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "normalize", name "_f32" }, [DG_F64] = { "normalize", name "_f64" },              \
    [DG_F16] = { "normalize", name "_f16" }, [DG_BF16] = {                                         \
      "normalize",                                                                                 \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

static dg_kernel normalize[DG_NDTYPES] = FLOATS("normalize");
static dg_kernel normalize_grad[DG_NDTYPES] = FLOATS("normalize_grad");
static dg_kernel held_normalize[DG_NDTYPES] = FLOATS("held_normalize");
static dg_kernel held_normalize_grad[DG_NDTYPES] = FLOATS("held_normalize_grad");

#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* Means or variances as kernels take them: of 16 bits, a copy in float32. */
static int widen(dg_scratch *s, const dg_view *v, dg_view *wide)
{
  *wide = *v;
  s->data = NULL;
  if (!dg_is_half(v->dtype)) return 0;
  if (dg_scratch_take(s, v->device, v->size * dg_item_bytes[DG_F32]) < 0) return -1;
  wide->dtype = DG_F32;
  wide->data = s->data;
  return dg_cuda_copy(v, wide);
}

/* As in normalize.cu. */
typedef struct beside {
  dg_rows_of rows;
  int gamma, beta, packs;
} beside;

/* Whether held rows can have gamma and beta beside them. */
static bool lay_beside(beside *b, const dg_norm *n, const dg_view *x, const dg_view *gamma,
                       const dg_view *beta)
{
  const dg_loop *l = &b->rows.gone;
  int bytes = dg_item_bytes[x->dtype];
  *b = (struct beside){ .gamma = gamma != NULL, .beta = beta != NULL };
  dg_rows_of_init(&b->rows, 3, (const dg_view *const[]){ x, gamma ? gamma : x, beta ? beta : x },
                  n->axes);
  b->packs = (!gamma || dg_rows_of_packs(&b->rows, 1, bytes)) &&
             (!beta || dg_rows_of_packs(&b->rows, 2, bytes));
  int last = l->ndim - 1;
  return b->packs || (l->shape[last] * bytes % 16 == 0 && (!gamma || l->stride[1][last] == 0) &&
                      (!beta || l->stride[2][last] == 0));
}

static int launch(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *beta,
                  const dg_view *y, const dg_view *mean, const dg_view *var)
{
  int centred = n->centred, given = n->given, has_gamma = gamma != NULL, has_beta = beta != NULL;
  double eps = n->eps;
  dg_rows_of rows;
  beside b;
  dg_rows_of_init(&rows, 2, (const dg_view *const[]){ x, y }, n->axes);
  if (dg_rows_of_hold(&rows, 3, dg_item_bytes[x->dtype]) && lay_beside(&b, n, x, gamma, beta)) {
    return DG_LAUNCH(dg_kernel_for(held_normalize, x->dtype), x->device, dg_rows_of_blocks(&rows),
                     DG_CUDA_THREADS, 0, &rows, &b, &centred, &given, &eps, ARGUMENT(&mean->data),
                     ARGUMENT(&var->data));
  }
  int parts = dg_cuda_normalize_in_parts(n, x, gamma, beta, y, mean, var);
  if (parts <= 0) return parts;
  dg_rows_of_init(&rows, 4, (const dg_view *const[]){ x, y, gamma ? gamma : x, beta ? beta : x },
                  n->axes);
  return DG_LAUNCH(dg_kernel_for(normalize, x->dtype), x->device, dg_rows_of_blocks(&rows),
                   DG_CUDA_THREADS, 0, &rows, &centred, &given, &eps, &has_gamma, &has_beta,
                   ARGUMENT(&mean->data), ARGUMENT(&var->data));
}

int dg_cuda_normalize(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *beta,
                      const dg_view *y)
{
  if (x->size == 0 && n->given) return 0;
  if (x->size == 0) return dg_cuda_fill(n->mean, 0) < 0 ? -1 : dg_cuda_fill(n->var, 0);
  dg_scratch spare[2] = { { NULL } };
  dg_view mean, var;
  int status = widen(&spare[0], n->mean, &mean);
  if (status == 0) status = widen(&spare[1], n->var, &var);
  if (status == 0) status = launch(n, x, gamma, beta, y, &mean, &var);
  dg_scratch_free(&spare[0]);
  dg_scratch_free(&spare[1]);
  return status;
}

/* Returns 1 if the rows cannot be held. */
static int held_grad_of_x(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                          const dg_view *g, const dg_view *gx)
{
  int centred = n->centred;
  double eps = n->eps;
  dg_rows_of rows;
  beside b;
  dg_rows_of_init(&rows, 3, (const dg_view *const[]){ x, gx, g }, n->axes);
  if (!dg_rows_of_hold(&rows, 7, dg_item_bytes[x->dtype]) || !lay_beside(&b, n, x, gamma, NULL))
    return 1;
  return DG_LAUNCH(dg_kernel_for(held_normalize_grad, x->dtype), x->device,
                   dg_rows_of_blocks(&rows), DG_CUDA_THREADS, 0, &rows, &b, &centred, &eps,
                   ARGUMENT(&n->mean->data), ARGUMENT(&n->var->data));
}

static int grad_of_x(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *g,
                     const dg_view *gx)
{
  int centred = n->centred, has_gamma = gamma != NULL;
  double eps = n->eps;
  dg_rows_of rows;
  dg_rows_of_init(&rows, 4, (const dg_view *const[]){ x, gx, gamma ? gamma : x, g }, n->axes);
  return DG_LAUNCH(dg_kernel_for(normalize_grad, x->dtype), x->device, dg_rows_of_blocks(&rows),
                   DG_CUDA_THREADS, 0, &rows, &centred, &eps, &has_gamma, ARGUMENT(&n->mean->data),
                   ARGUMENT(&n->var->data));
}

int dg_cuda_normalize_grad(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                           const dg_view *g, const dg_view *gx, const dg_view *ggamma,
                           const dg_view *gbeta)
{
  if (x->size == 0) {
    if (ggamma && dg_cuda_fill(ggamma, 0) < 0) return -1;
    return gbeta ? dg_cuda_fill(gbeta, 0) : 0;
  }
  const dg_view *sums[2] = { ggamma, gbeta };
  if (gx) {
    int status = held_grad_of_x(n, x, gamma, g, gx);
    if (status > 0) status = dg_cuda_normalize_grad_in_parts(n, x, gamma, g, gx, sums);
    if (status > 0) status = grad_of_x(n, x, gamma, g, gx);
    if (status < 0) return -1;
  }
  return sums[0] || sums[1] ? dg_cuda_affine_grads(n, x, g, sums[0], sums[1]) : 0;
}
