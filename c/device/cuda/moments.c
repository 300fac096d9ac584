/* moments.c -- normalization of few long rows in parts, so that all of a card has something to do, and the
 * gradients of gamma and beta. */
#include "device/cuda/moments.h"
#include "device/cuda/rows.h"
#include "device/cuda/scratch.h"

/* The elements of an array that is worth several launches. */
enum { MANY = 1 << 15 };

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "moments", name "_f32" }, [DG_F64] = { "moments", name "_f64" },                  \
    [DG_F16] = { "moments", name "_f16" }, [DG_BF16] = {                                           \
      "moments",                                                                                   \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }
#define BOTH(name)                                                                                 \
  {                                                                                                \
    FLOATS(name), FLOATS("packed_" name)                                                           \
  }

/* The second of two is for packs. */
static dg_kernel moments[2][DG_NDTYPES] = BOTH("moments");
static dg_kernel applies[2][DG_NDTYPES] = BOTH("apply");
static dg_kernel apply_grads[2][DG_NDTYPES] = BOTH("apply_grad");
static dg_kernel affine_grads[2][DG_NDTYPES] = BOTH("affine_grad");
static dg_kernel moments_last[DG_NDTYPES] = FLOATS("moments_last");
static dg_kernel affine_last[DG_NDTYPES] = FLOATS("affine_last");

#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* As in moments.cu. */
typedef struct apply {
  dg_cut cut;
  int has_gamma, has_beta, centred, steps[2];
  double eps;
} apply;

typedef struct affine {
  dg_cut cut;
  int step, fixed;
  double eps;
} affine;

typedef struct sums {
  void *states, *both, *ggamma, *gbeta;
} sums;

/* Whether operand k has the same element all along a row. */
static bool is_fixed(const dg_rows_of *r, int k)
{
  for (int a = 0; a < r->gone.ndim; a++)
    if (r->gone.shape[a] != 1 && r->gone.stride[k][a] != 0) return false;
  return true;
}

/* How far neighbours of a pack lie apart in operand k. */
static int step_of(const dg_rows_of *r, int k)
{
  const dg_loop *l = r->team.along ? &r->gone : &r->kept;
  return (int)l->stride[k][l->ndim - 1];
}

static int64_t blocks_of(const dg_cut *c) { return dg_rows_of_blocks(&c->rows) * c->parts; }

/* Whether rows of x can be worked on in parts, with gamma and `last`, which is beta or g; and if so
 * whether by packs. */
static bool set_apply(apply *a, const dg_norm *n, const dg_view *x, const dg_view *to,
                      const dg_view *gamma, const dg_view *last, bool is_beta, bool *packed)
{
  enum { X = 1, TO = 2, GAMMA = 2, LAST = 3 };
  dg_rows_of r;
  if (x->size < MANY) return false;
  *a = (apply){
    .has_gamma = gamma != NULL, .has_beta = is_beta && last, .centred = n->centred, .eps = n->eps
  };
  dg_rows_of_init(&r, 4, (const dg_view *const[]){ x, to, gamma ? gamma : x, last ? last : x },
                  n->axes);
  if ((gamma && !is_fixed(&r, GAMMA)) || (a->has_beta && !is_fixed(&r, LAST))) return false;
  a->steps[0] = gamma ? step_of(&r, GAMMA) : 0;
  a->steps[1] = a->has_beta ? step_of(&r, LAST) : 0;
  *packed = dg_rows_of_pack(&r, X | TO | (is_beta ? 0 : 1u << LAST), dg_item_bytes[x->dtype]);
  a->cut = dg_rows_of_cut(&r);
  return true;
}

static int find_moments(const apply *a, bool packed, const dg_view *x, const dg_view *mean,
                        const dg_view *var)
{
  enum { STATE = 3 * sizeof(double) }; /* bytes of the largest */
  dg_scratch states = { NULL };
  int64_t places = mean->size;
  int parts = a->cut.parts, centred = a->centred;
  if (parts > 1 && dg_scratch_take(&states, x->device, parts * places * STATE) < 0) return -1;
  int status = DG_LAUNCH(dg_kernel_for(moments[packed], x->dtype), x->device, blocks_of(&a->cut),
                         DG_CUDA_THREADS, 0, ARGUMENT(&a->cut), &centred, &states.data,
                         ARGUMENT(&mean->data), ARGUMENT(&var->data));
  dg_team team = dg_team_of_parts(places, parts);
  if (status == 0 && parts > 1)
    status = DG_LAUNCH(dg_kernel_for(moments_last, x->dtype), x->device,
                       dg_team_blocks(&team, places), DG_CUDA_THREADS, 0, &team, &places, &parts,
                       &states.data, ARGUMENT(&mean->data), ARGUMENT(&var->data));
  dg_scratch_free(&states);
  return status;
}

int dg_cuda_normalize_in_parts(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                               const dg_view *beta, const dg_view *y, const dg_view *mean,
                               const dg_view *var)
{
  apply a;
  bool packed;
  if (!set_apply(&a, n, x, y, gamma, beta, true, &packed)) return 1;
  if (!n->given && find_moments(&a, packed, x, mean, var) < 0) return -1;
  return DG_LAUNCH(dg_kernel_for(applies[packed], x->dtype), x->device, blocks_of(&a.cut),
                   DG_CUDA_THREADS, 0, &a, ARGUMENT(&mean->data), ARGUMENT(&var->data));
}

/* -- Gradients ----------------------------------------------------------------------------------- */

/* Sums of g z and of g along `axes`. */
static int add_up(const dg_norm *n, const dg_view *x, const dg_view *g, unsigned axes, sums *to)
{
  enum { X_AND_G = 3, MEAN = 2 };
  dg_rows_of r;
  dg_scratch states = { NULL };
  affine a = { .eps = n->eps };
  dg_rows_of_init(&r, 4, (const dg_view *const[]){ x, g, n->mean, n->var }, axes);
  int64_t places = r.count, both = 2 * places;
  a.step = step_of(&r, MEAN);
  a.fixed = is_fixed(&r, MEAN);
  bool packed = (a.fixed || a.step == 0) && dg_rows_of_pack(&r, X_AND_G, dg_item_bytes[x->dtype]);
  a.cut = dg_rows_of_cut(&r);
  int parts = a.cut.parts;
  if (parts > 1 && dg_scratch_take(&states, x->device, parts * both * (int)sizeof(double)) < 0)
    return -1;
  to->states = states.data;
  int status = DG_LAUNCH(dg_kernel_for(affine_grads[packed], x->dtype), x->device,
                         blocks_of(&a.cut), DG_CUDA_THREADS, 0, &a, to);
  dg_team team = dg_team_of_parts(both, parts);
  if (status == 0 && parts > 1)
    status = DG_LAUNCH(dg_kernel_for(affine_last, x->dtype), x->device, dg_team_blocks(&team, both),
                       DG_CUDA_THREADS, 0, &team, &places, &parts, to);
  dg_scratch_free(&states);
  return status;
}

static bool has_shape_of(const dg_view *v, const dg_view *mean)
{
  for (int i = 0; i < mean->ndim; i++)
    if (v->shape[i] != mean->shape[i]) return false;
  return true;
}

int dg_cuda_normalize_grad_in_parts(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                                    const dg_view *g, const dg_view *gx, const dg_view *of[2])
{
  apply a;
  sums to = { NULL };
  dg_scratch both;
  bool packed;
  int64_t length = x->size / n->mean->size;
  if (!set_apply(&a, n, x, gx, gamma, g, false, &packed)) return 1;
  if (dg_scratch_take(&both, x->device, 2 * n->mean->size * (int)sizeof(double)) < 0) return -1;
  to.both = both.data;
  if (of[0] && has_shape_of(of[0], n->mean)) to.ggamma = of[0]->data, of[0] = NULL;
  if (of[1] && has_shape_of(of[1], n->mean)) to.gbeta = of[1]->data, of[1] = NULL;
  int status = add_up(n, x, g, n->axes, &to);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(apply_grads[packed], x->dtype), x->device, blocks_of(&a.cut),
                       DG_CUDA_THREADS, 0, &a, &length, ARGUMENT(&n->mean->data),
                       ARGUMENT(&n->var->data), &both.data);
  dg_scratch_free(&both);
  return status;
}

int dg_cuda_affine_grads(const dg_norm *n, const dg_view *x, const dg_view *g,
                         const dg_view *ggamma, const dg_view *gbeta)
{
  const dg_view *like = ggamma ? ggamma : gbeta;
  sums to = { .ggamma = ggamma ? ggamma->data : NULL, .gbeta = gbeta ? gbeta->data : NULL };
  unsigned axes = 0;
  for (int i = 0; i < x->ndim; i++)
    if (like->shape[i] == 1) axes |= 1u << i;
  return add_up(n, x, g, axes, &to);
}
