/* attention.c -- softmax attention: in one kernel (flash.c), or as many queries and matrices at a time
 * as fit ROOM bytes.
 *
 * Only these scores exist at once. The gradients compute them anew, from the logarithms of the row
 * sums: T. Dao et al., "FlashAttention: fast and memory-efficient exact attention with IO-awareness", 2022.
 * The blocks depend on shapes alone.
 *
 * For q, k and v of 16 bits scores are float32; products have factors of 16 bits, weights among them,
 * and gradients that come from many blocks add up in float32. */
#include "device/cuda/attention.h"
#include "device/cuda/blas.h"
#include "device/cuda/graph.h"
#include "device/cuda/scratch.h"
#include "device/cuda/stack.h"

#include <math.h>

enum { ROOM = 64 << 20, FEWEST = 16 };

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "attention", name "_f32" }, [DG_F64] = { "attention", name "_f64" },              \
    [DG_F16] = { "attention", name "_f16" }, [DG_BF16] = {                                         \
      "attention",                                                                                 \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

static dg_kernel weights[DG_NDTYPES] = FLOATS("weights");
static dg_kernel weights_again[DG_NDTYPES] = FLOATS("weights_again");
static dg_kernel weights_grad[DG_NDTYPES] = FLOATS("weights_grad");

/* As in attention.cu. */
typedef struct scores {
  int64_t rows, block, keys, from, first, queries, all_keys;
  double scale, keep, last;
  uint64_t seed, offset;
  const uint64_t *live;
  int causal, has_mask;
  dg_view mask;
} scores;

enum { Q, K, V, Y, GY, GQ, GK, GV, STACKS };

typedef struct attention {
  scores s;
  const void *at[STACKS];   /* stacks of matrices without gaps; NULL: not wanted */
  dg_scratch spare[STACKS]; /* of those that had gaps */
  dg_scratch p, t, half;    /* half: factors of 16 bits, which otherwise lie in p and t */
  dg_scratch sums[2];       /* of GK and GV, where they are float32 and the gradients are not */
  void *log_sum;
  int64_t matrices, keys, depth, width; /* depth: of q and k; width: of v and y */
  int64_t block, group;                 /* rows and matrices at once */
  int dtype, wide, device;              /* wide: what is computed with */
} attention;

/* Rows from ... of `group` matrices from `first` on; `columns` columns, which are `row` apart. */
static dg_view part(const attention *w, int dtype, const void *data, int64_t matrix_rows,
                    int64_t first, int64_t group, int64_t from, int64_t rows, int64_t columns)
{
  int64_t step = matrix_rows * columns;
  return dg_cuda_stack(w->device, dtype, data, first * step + from * columns, group, rows, columns,
                       step, columns);
}

/* What one block works on. */
typedef struct block {
  dg_view q, k, v, p, t;
  dg_view weights, grads; /* factors: p or t themselves, or of 16 bits */
  int64_t first, group, from, rows;
  int64_t blocks; /* of threads: a warp to each row */
} block;

static block block_of(attention *w, int64_t first, int64_t from)
{
  block b = { .first = first, .from = from };
  b.group = DG_MIN(w->group, w->matrices - first);
  b.rows = DG_MIN(w->block, w->s.queries - from);
  int64_t keys = w->s.causal ? DG_MIN(w->keys, from + b.rows) : w->keys;
  b.q = part(w, w->dtype, w->at[Q], w->s.queries, first, b.group, from, b.rows, w->depth);
  b.k = part(w, w->dtype, w->at[K], w->keys, first, b.group, 0, keys, w->depth);
  b.k.stride[0] = w->keys * w->depth;
  b.v = part(w, w->dtype, w->at[V], w->keys, first, b.group, 0, keys, w->width);
  b.p = part(w, w->wide, w->p.data, b.rows, 0, b.group, 0, b.rows, keys);
  b.t = part(w, w->wide, w->t.data, b.rows, 0, b.group, 0, b.rows, keys);
  dg_view half = part(w, w->dtype, w->half.data, b.rows, 0, b.group, 0, b.rows, keys);
  b.weights = w->half.data ? half : b.p;
  b.grads = w->half.data ? half : b.t;
  w->s.rows = b.group * b.rows;
  w->s.block = b.rows;
  w->s.keys = keys;
  w->s.from = from;
  w->s.first = first;
  b.blocks = dg_blocks(w->s.rows, 1) * 32;
  return b;
}

/* The rows of a stack by query that a block has. */
static dg_view rows_of(const attention *w, const block *b, int stack, int64_t columns)
{
  return part(w, w->dtype, w->at[stack], w->s.queries, b->first, b->group, b->from, b->rows,
              columns);
}

static int attend(attention *w, const block *b)
{
  dg_view keys = dg_stack_turned(b->k), y = rows_of(w, b, Y, w->width);
  void *p = b->p.data, *to = b->weights.data;
  int status = dg_cuda_product(&b->q, &keys, &b->p, false);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(weights, w->dtype), w->device, b->blocks, DG_CUDA_THREADS, 0,
                       &w->s, &p, &w->log_sum, &to);
  return status == 0 ? dg_cuda_product(&b->weights, &b->v, &y, false) : -1;
}

/* Where the gradients of a block's keys, or values, add up. */
static dg_view sums_of(const attention *w, const block *b, int stack, int64_t columns)
{
  const dg_scratch *own = &w->sums[stack - GK];
  const void *data = own->data ? own->data : w->at[stack];
  int64_t keys = b->k.shape[1];
  dg_view v =
      part(w, own->data ? w->wide : w->dtype, data, w->keys, b->first, b->group, 0, keys, columns);
  return v;
}

static int attend_grad(attention *w, const block *b)
{
  dg_view keys = dg_stack_turned(b->k), values = dg_stack_turned(b->v);
  dg_view turned = dg_stack_turned(b->grads);
  dg_view gy = rows_of(w, b, GY, w->width), gq = rows_of(w, b, GQ, w->depth);
  dg_view gk = sums_of(w, b, GK, w->depth), gv = sums_of(w, b, GV, w->width);
  void *p = b->p.data, *t = b->t.data, *to = b->grads.data;
  int status = dg_cuda_product(&b->q, &keys, &b->p, false);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(weights_again, w->dtype), w->device, b->blocks,
                       DG_CUDA_THREADS, 0, &w->s, &p, &w->log_sum, &to);
  if (status == 0 && w->at[GV]) status = dg_cuda_product(&turned, &gy, &gv, true);
  if (status < 0 || (!w->at[GQ] && !w->at[GK])) return status;
  status = dg_cuda_product(&gy, &values, &b->t, false);
  if (status == 0)
    status = DG_LAUNCH(dg_kernel_for(weights_grad, w->dtype), w->device, b->blocks, DG_CUDA_THREADS,
                       0, &w->s, &p, &w->at[Y], &w->at[GY], &w->width, &t, &to);
  if (status == 0 && w->at[GQ]) status = dg_cuda_product(&b->grads, &b->k, &gq, false);
  if (status == 0 && w->at[GK]) status = dg_cuda_product(&turned, &b->q, &gk, true);
  return status;
}

/* Sizes, and stacks without gaps; v has the view of each stack, or NULL. */
static int set_up(attention *w, const dg_attention_spec *a, const dg_view *mask,
                  const dg_view *const *v)
{
  int leading = v[Q]->ndim - 2;
  w->dtype = v[Q]->dtype, w->device = v[Q]->device;
  w->wide = dg_wide_of(w->dtype);
  w->keys = v[V]->shape[leading], w->width = v[V]->shape[leading + 1];
  w->depth = v[Q]->shape[leading + 1];
  w->matrices = 1;
  for (int i = 0; i < leading; i++) w->matrices *= v[Q]->shape[i];
  w->s = (scores){ .queries = v[Q]->shape[leading],
                   .all_keys = w->keys,
                   .scale = a->scale,
                   .keep = a->keep,
                   .last = floor(a->keep * 0x1p32 + 0.5) - 1,
                   .seed = a->seed,
                   .offset = a->offset,
                   .causal = a->causal,
                   .has_mask = mask != NULL };
  if (mask) w->s.mask = *mask;
  if (a->keep < 1) w->s.live = dg_graph_random(&w->s.offset);
  int64_t fit = ROOM / (dg_item_bytes[w->wide] * DG_MAX(w->keys, 1));
  w->block = DG_MIN(DG_MAX(fit, FEWEST), DG_MAX(w->s.queries, 1));
  w->group = DG_MIN(DG_MAX(fit / w->block, 1), DG_MAX(w->matrices, 1));
  for (int k = 0; k < STACKS; k++) {
    dg_view packed;
    if (!v[k]) continue;
    if (dg_scratch_pack(&w->spare[k], v[k], &packed) < 0) return -1;
    w->at[k] = packed.data;
  }
  return 0;
}

static int run(attention *w, bool backwards)
{
  int64_t room = w->group * w->block * w->keys, bytes = room * dg_item_bytes[w->wide];
  bool halves = w->wide != w->dtype;
  if (w->keys == 0 || w->matrices == 0) return 0;
  if (halves && dg_scratch_take(&w->half, w->device, room * dg_item_bytes[w->dtype]) < 0) return -1;
  if (dg_scratch_take(&w->p, w->device, bytes) < 0) return -1;
  if (backwards && dg_scratch_take(&w->t, w->device, bytes) < 0) return -1;
  for (int64_t first = 0; first < w->matrices; first += w->group)
    for (int64_t from = 0; from < w->s.queries; from += w->block) {
      block b = block_of(w, first, from);
      if ((backwards ? attend_grad(w, &b) : attend(w, &b)) < 0) return -1;
    }
  return 0;
}

static void tear_down(attention *w)
{
  for (int k = 0; k < STACKS; k++) dg_scratch_free(&w->spare[k]);
  dg_scratch_free(&w->p);
  dg_scratch_free(&w->t);
  dg_scratch_free(&w->half);
  for (int k = 0; k < 2; k++) dg_scratch_free(&w->sums[k]);
}

/* Zeros where a gradient adds up: the gradient itself, or float32 beside it. */
static int start_sum(attention *w, int stack, const dg_view *g)
{
  dg_scratch *own = stack < GK || w->wide == w->dtype ? NULL : &w->sums[stack - GK];
  int64_t bytes = DG_MAX(g->size, 1) * dg_item_bytes[w->wide];
  if (!own) return dg_cuda_fill(g, 0);
  return dg_scratch_take(own, w->device, bytes) < 0 ? -1 : dg_scratch_set(own, 0, bytes);
}

static int end_sum(const attention *w, int stack, const dg_view *g)
{
  dg_view sum = *g;
  if (stack < GK || !w->sums[stack - GK].data) return 0;
  sum.dtype = (uint8_t)w->wide;
  sum.data = w->sums[stack - GK].data;
  return dg_cuda_copy(&sum, g);
}

int dg_cuda_attention(const dg_attention_spec *a, const dg_view *q, const dg_view *k,
                      const dg_view *v, const dg_view *mask, const dg_view *y,
                      const dg_view *log_sum)
{
  attention w = { .log_sum = log_sum->data };
  const dg_view *views[STACKS] = { [Q] = q, [K] = k, [V] = v, [Y] = y };
  if (dg_flash_fits(a, q, k, v, mask)) return dg_flash_attention(a, views, y, log_sum);
  if (v->shape[v->ndim - 2] == 0) /* sums of nothing */
    return dg_cuda_fill(y, 0) < 0 ? -1 : dg_cuda_fill(log_sum, -INFINITY);
  int status = set_up(&w, a, mask, views);
  if (status == 0) status = run(&w, false);
  tear_down(&w);
  return status;
}

int dg_cuda_attention_grad(const dg_attention_spec *a, const dg_view *const *x, const dg_view *mask,
                           const dg_view *y, const dg_view *log_sum, const dg_view *gy,
                           const dg_view *const *gx)
{
  attention w = { .log_sum = log_sum->data };
  const dg_view *views[STACKS] = {
    [Q] = x[0], [K] = x[1], [V] = x[2], [Y] = y, [GY] = gy, [GQ] = gx[0], [GK] = gx[1], [GV] = gx[2]
  };
  if (dg_flash_fits(a, x[0], x[1], x[2], mask))
    return dg_flash_attention_grad(a, x, y, log_sum, gy, gx);
  int status = set_up(&w, a, mask, views);
  for (int k = 0; k < 3 && status == 0; k++)
    if (gx[k]) status = start_sum(&w, GQ + k, gx[k]);
  if (status == 0) status = run(&w, true);
  for (int k = 0; k < 3 && status == 0; k++)
    if (gx[k]) status = end_sum(&w, GQ + k, gx[k]);
  tear_down(&w);
  return status;
}
