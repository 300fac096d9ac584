/* normalize.c -- normalization over any axes of any array, and its gradients.
 *
 * The axes fall into those that stay and those that go, as in a reduction: what lies along the axes
 * that go is a group with one mean and variance. Where the elements of a group lie together, groups
 * are worked on one by one, a block at a time; where those of several groups do, a strip of groups
 * at once, row by row. Blocks are measured around their own mean, then merged in double, so that
 * nothing is lost to cancellation however long a group is. */
#include "device/cpu/normalize.h"
#include "base/memory.h"
#include "device/cpu/cpu.h"
#include "device/cpu/loop.h"
#include "device/cpu/pool.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 1024, STRIP = 512, ROWS = 64, FEW_COLUMNS = 8, GRAIN = 16 << 10 };

/* What the operands of a loop are: forward the last is beta, backward g. Sums have x, g, and what
 * normalizes x. */
enum { TO, FROM, GAMMA, LAST };
enum { X, G, MEAN, RSTD };

/* The groups of a normalization, or the elements that sums go to, and what goes into each. */
typedef struct job {
  const dg_norm *norm;
  dg_loop kept, gone;
  int64_t groups; /* how many there are */
  int64_t count;  /* the elements of a group */
  int64_t strips; /* of a run of `kept`; 0: groups are taken one by one */
  bool has_gamma, has_last;
  bool even;        /* gamma, and forward beta, are one number for each group */
  bool writes;      /* `to` is wanted */
  void *mean, *var; /* of each group */
  const void *rstd; /* backward: 1 / sqrt(var + eps) */
  void *sum, *product;
  void *partial; /* of layers, see below */
} job;

/* Merges the mean and the squares around it of n elements into those of `seen` others. */
DG_INLINE void merge(double *mean, double *square, double seen, double m, double s, double n)
{
  double d = m - *mean, total = seen + n;
  *mean += d * n / total;
  *square += s + d * d * seen * n / total;
}

/* Where element `k` of a loop lies in each operand. */
static void place(const dg_loop *l, int64_t k, char *at[DG_LOOP_OPERANDS])
{
  int last = l->ndim - 1;
  dg_loop_at(l, k / l->shape[last], at);
  k %= l->shape[last];
  for (int i = 0; i < l->operands; i++) at[i] += k * l->stride[i][last];
}

/* The same for what goes, of the group that begins at `group`. */
static void place_in(const dg_loop *gone, int64_t k, char *const *group, char *at[DG_LOOP_OPERANDS])
{
  place(gone, k, at);
  for (int i = 0; i < gone->operands; i++) at[i] += group[i] - (char *)gone->data[i];
}

/* A walk over a group: n elements from `at` on, at most a block. Begins as { .run = -1 }. */
typedef struct walk {
  int64_t run, begin, n;
  char *at[DG_LOOP_OPERANDS];
} walk;

static bool next(const dg_loop *gone, char *const *group, walk *w)
{
  int last = gone->ndim - 1;
  int64_t length = gone->shape[last];
  if (w->run < 0 || w->begin + w->n == length) {
    if (++w->run == gone->runs) return false;
    dg_loop_at(gone, w->run, w->at);
    for (int i = 0; i < gone->operands; i++) w->at[i] += group[i] - gone->data[i];
    w->begin = 0;
  } else {
    for (int i = 0; i < gone->operands; i++) w->at[i] += w->n * gone->stride[i][last];
    w->begin += w->n;
  }
  w->n = DG_MIN(BLOCK, length - w->begin);
  return true;
}

/* The strip with number t: where it begins, its first group, and how many groups it has. */
static int64_t strip(const job *j, int64_t t, char *at[DG_LOOP_OPERANDS], int64_t *first)
{
  const dg_loop *kept = &j->kept;
  int64_t length = kept->shape[kept->ndim - 1], begin = t % j->strips * STRIP;
  *first = t / j->strips * length + begin;
  place(kept, *first, at);
  return DG_MIN(STRIP, length - begin);
}

/* In bytes, from one element of a group to the next, or from one group to the next. */
static int64_t step_in(const job *j, int operand)
{
  return j->gone.stride[operand][j->gone.ndim - 1];
}
static int64_t step_across(const job *j, int operand)
{
  return j->kept.stride[operand][j->kept.ndim - 1];
}

/* Whether an operand is one number along all that goes. */
static bool is_even(const dg_loop *gone, int operand)
{
  for (int i = 0; i < gone->ndim; i++)
    if (gone->stride[operand][i] != 0 && gone->shape[i] > 1) return false;
  return true;
}

/* Finds groups and strips, for views that broadcast to v[0]; v[1] decides on the order. */
static void split(job *j, unsigned axes, const dg_view *const *v)
{
  dg_view stays[DG_LOOP_OPERANDS], goes[DG_LOOP_OPERANDS];
  const dg_view *a[DG_LOOP_OPERANDS], *b[DG_LOOP_OPERANDS];
  for (int i = 0; i < DG_LOOP_OPERANDS; i++) {
    stays[i] = dg_view_along(v[i], ~axes);
    goes[i] = dg_view_along(v[i], axes);
    a[i] = &stays[i], b[i] = &goes[i];
  }
  dg_loop_init(&j->kept, DG_LOOP_OPERANDS, a);
  dg_loop_init(&j->gone, DG_LOOP_OPERANDS, b);
  j->groups = stays[0].size;
  j->count = goes[0].size;
  int64_t length = j->kept.shape[j->kept.ndim - 1];
  int64_t across = step_across(j, FROM), in = step_in(j, FROM);
  bool columns = length >= FEW_COLUMNS && (across < 0 ? -across : across) < (in < 0 ? -in : in);
  j->strips = columns ? (length + STRIP - 1) / STRIP : 0;
}

static void run(job *j, dg_parallel_fn *rows, dg_parallel_fn *columns)
{
  int64_t length = j->kept.shape[j->kept.ndim - 1];
  if (j->strips > 0)
    dg_parallel(j->kept.runs * j->strips, GRAIN / (j->count * DG_MIN(length, STRIP)) + 1, columns,
                j);
  else dg_parallel(j->groups, GRAIN / j->count + 1, rows, j);
}

/* How many layers of ROWS groups there are, where gamma lies along the groups. */
static int64_t layers(const job *j) { return (j->groups + ROWS - 1) / ROWS; }

#define PART "device/cpu/normalize.inc"
#include "device/cpu/reals.h"

int dg_cpu_normalize(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *beta,
                     const dg_view *y)
{
  if (x->size == 0 && n->given) return 0;
  if (x->size == 0) return dg_cpu_fill(n->mean, 0) < 0 ? -1 : dg_cpu_fill(n->var, 0);
  job j = {
    .norm = n,
    .has_gamma = gamma != NULL,
    .has_last = beta != NULL,
    .mean = n->mean->data,
    .var = n->var->data,
  };
  const dg_view *v[] = { y, x, gamma ? gamma : x, beta ? beta : x };
  split(&j, n->axes, v);
  j.even = (!gamma || is_even(&j.gone, GAMMA)) && (!beta || is_even(&j.gone, LAST));
  if (x->dtype == DG_F32) run(&j, forward_rows_f32, forward_columns_f32);
  else run(&j, forward_rows_f64, forward_columns_f64);
  return 0;
}

/* Whether gamma has one number for each group, and no other. */
static bool is_by_group(const dg_view *x, const dg_view *gamma, unsigned axes)
{
  for (int i = 0; i < x->ndim; i++)
    if (x->shape[i] > 1 && (gamma->shape[i] == 1) != (axes >> i & 1)) return false;
  return true;
}

/* The axes along which gamma, and so its gradient, repeats. */
static unsigned repeated(const dg_view *x, const dg_view *gamma)
{
  unsigned axes = 0;
  for (int i = 0; i < x->ndim; i++)
    if (gamma->shape[i] == 1) axes |= 1u << i;
  return axes;
}

static void affine_grad(const dg_norm *n, const dg_view *x, const dg_view *g, const dg_view *rstd,
                        const dg_view *ggamma, const dg_view *gbeta)
{
  job j = {
    .norm = n,
    .sum = gbeta ? gbeta->data : NULL,
    .product = ggamma ? ggamma->data : NULL,
  };
  split(&j, repeated(x, ggamma ? ggamma : gbeta), (const dg_view *[]){ x, g, n->mean, rstd });
  if (x->dtype == DG_F32) run(&j, sums_rows_f32, sums_columns_f32);
  else run(&j, sums_rows_f64, sums_columns_f64);
}

/* Whether gamma lies along the groups, each of which is one run: then one walk does it all. */
static bool is_layered(const job *j, const dg_view *x, const dg_view *gamma, unsigned axes)
{
  return j->strips == 0 && j->gone.runs == 1 && is_by_group(x, gamma, ~axes);
}

static int backward_layers(job *j, int dtype)
{
  int64_t got, each = ROWS * j->count;
  j->partial = dg_block_alloc(layers(j) * 2 * j->count * dg_item_bytes[dtype], DG_WORKSPACE, &got);
  if (!j->partial) return -1;
  dg_parallel(layers(j), GRAIN / each + 1,
              dtype == DG_F32 ? backward_layers_f32 : backward_layers_f64, j);
  dg_parallel(j->count, GRAIN / layers(j) + 1, dtype == DG_F32 ? add_layers_f32 : add_layers_f64,
              j);
  dg_block_free(j->partial, got, DG_WORKSPACE);
  return 0;
}

static int backward(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *g,
                    const dg_view *rstd, const dg_view *gx, const dg_view *ggamma,
                    const dg_view *gbeta)
{
  const dg_view *like = ggamma ? ggamma : gbeta;
  bool by_group = like && is_by_group(x, like, n->axes);
  job j = {
    .norm = n,
    .has_gamma = gamma != NULL,
    .writes = gx != NULL,
    .mean = n->mean->data,
    .rstd = rstd->data,
    .sum = gbeta ? gbeta->data : NULL,
    .product = ggamma ? ggamma->data : NULL,
  };
  if (gx || by_group) {
    split(&j, n->axes, (const dg_view *[]){ gx ? gx : x, x, gamma ? gamma : x, g });
    j.even = !gamma || is_even(&j.gone, GAMMA);
    if (like && !by_group && is_layered(&j, x, like, n->axes)) return backward_layers(&j, x->dtype);
    if (!by_group) j.sum = j.product = NULL;
    if (x->dtype == DG_F32) run(&j, backward_rows_f32, backward_columns_f32);
    else run(&j, backward_rows_f64, backward_columns_f64);
  }
  if (like && !by_group) affine_grad(n, x, g, rstd, ggamma, gbeta);
  return 0;
}

int dg_cpu_normalize_grad(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                          const dg_view *g, const dg_view *gx, const dg_view *ggamma,
                          const dg_view *gbeta)
{
  if (x->size == 0) {
    if (ggamma && dg_cpu_fill(ggamma, 0) < 0) return -1;
    return gbeta ? dg_cpu_fill(gbeta, 0) : 0;
  }
  int64_t got;
  dg_view rstd = *n->var;
  rstd.data = dg_block_alloc(rstd.size * dg_item_bytes[x->dtype], DG_WORKSPACE, &got);
  if (!rstd.data) return -1;
  if (x->dtype == DG_F32) invert_f32(n, rstd.size, n->var->data, rstd.data);
  else invert_f64(n, rstd.size, n->var->data, rstd.data);
  int status = backward(n, x, gamma, g, &rstd, gx, ggamma, gbeta);
  dg_block_free(rstd.data, got, DG_WORKSPACE);
  return status;
}
