/* attention.c -- softmax attention, a block of queries at a time.
 *
 * Only one block of scores exists at once for each thread. The gradients compute them anew from the
 * logarithms of the row sums: T. Dao et al., "FlashAttention: fast and memory-efficient exact
 * attention with IO-awareness", 2022. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/gemm.h"
#include "device/cpu/philox.h"
#include "device/cpu/pool.h"
#include "device/cpu/rows.h"

#include <math.h>
#include <string.h>

/* A block has BLOCK scores, if that is FEWEST to MOST rows, or to SLANTED where each row sees one key
 * more than the one before: the others are computed for nothing. CHUNK: random bits made at a time.
 * LANES: sums side by side. */
enum { BLOCK = 128 << 10, FEWEST = 8, MOST = 64, SLANTED = 32, CHUNK = 1024, LANES = 8 };

/* A stack of matrices, the elements of a row side by side. */
typedef struct stack {
  char *data;
  int64_t row;               /* elements from one row to the next */
  int64_t step[DG_MAX_NDIM]; /* bytes, along each leading axis */
} stack;

enum { Q, K, V, Y, GY, GQ, GK, GV, STACKS };

typedef struct attention {
  const dg_attention_spec *a;
  const dg_view *mask; /* NULL: none */
  stack s[STACKS];
  char *log_sum;
  char *work; /* of all threads */
  int64_t work_bytes, taken;
  int64_t queries, keys, depth, width; /* depth: of q and k; width: of v and y */
  int64_t block;                       /* rows of scores at once */
  int leading;
  int64_t shape[DG_MAX_NDIM];
  uint8_t dtype;
} attention;

static int64_t item_bytes(const attention *w) { return dg_item_bytes[w->dtype]; }

/* C = alpha op(A) op(B) + beta C for any float dtype. */
static void multiply(const attention *w, int ta, int tb, int64_t m, int64_t n, int64_t k,
                     double alpha, const void *a, int64_t lda, const void *b, int64_t ldb,
                     double beta, void *c, int64_t ldc)
{
  lda = DG_MAX(lda, 1), ldb = DG_MAX(ldb, 1), ldc = DG_MAX(ldc, 1);
  if (w->dtype == DG_F32)
    dg_gemm_f32(ta, tb, m, n, k, (float)alpha, a, lda, b, ldb, (float)beta, c, ldc);
  else dg_gemm_f64(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

/* -- One block ---------------------------------------------------------------------------------- */

typedef struct block {
  int64_t matrix; /* which of the stack */
  const char *mask;
  int64_t from, rows, keys;  /* the queries from ... from + rows - 1, the first `keys` keys */
  char *at[STACKS];          /* the matrices; those of queries from row `from` on */
  char *log_sum, *p, *t, *d; /* weights, what they are multiplied by, a number for each row */
} block;

#define ELEMENTS(T)                                                                                \
  /* -inf behind each query's own place, and the mask. */                                          \
  static void hide_##T(const attention *w, const block *b)                                         \
  {                                                                                                \
    int64_t down = 0, across = 0;                                                                  \
    if (b->mask) {                                                                                 \
      down = w->mask->stride[w->leading];                                                          \
      across = w->mask->stride[w->leading + 1];                                                    \
    }                                                                                              \
    for (int64_t i = 0; i < b->rows; i++) {                                                        \
      T *p = (T *)b->p + i * b->keys;                                                              \
      if (b->mask && w->mask->dtype == DG_BOOL) {                                                  \
        const uint8_t *m = (const uint8_t *)b->mask + (b->from + i) * down;                        \
        for (int64_t j = 0; j < b->keys; j++) p[j] = m[j * across] ? p[j] : -(T)INFINITY;          \
      } else if (b->mask) {                                                                        \
        const T *m = (const T *)b->mask + (b->from + i) * down;                                    \
        for (int64_t j = 0; j < b->keys; j++) p[j] += m[j * across];                               \
      }                                                                                            \
      for (int64_t j = w->a->causal ? b->from + i + 1 : b->keys; j < b->keys; j++)                 \
        p[j] = -(T)INFINITY;                                                                       \
    }                                                                                              \
  }                                                                                                \
                                                                                                   \
  /* Multiplies each element by its random 0 or 1 / keep. */                                       \
  static void drop_##T(const attention *w, const block *b, char *data)                             \
  {                                                                                                \
    const T scale = (T)(1 / w->a->keep);                                                           \
    uint8_t bit[CHUNK];                                                                            \
    for (int64_t i = 0; i < b->rows; i++) {                                                        \
      T *p = (T *)data + i * b->keys;                                                              \
      uint64_t row = (uint64_t)(b->matrix * w->queries + b->from + i);                             \
      uint64_t offset = w->a->offset + row * (uint64_t)((w->keys + 3) / 4);                        \
      for (int64_t j = 0; j < b->keys; j += CHUNK) {                                               \
        int64_t some = DG_MIN(b->keys - j, CHUNK);                                                 \
        dg_fill_bernoulli_u8(bit, some, w->a->seed, offset + (uint64_t)j / 4, w->a->keep);         \
        for (int64_t k = 0; k < some; k++) p[j + k] = bit[k] ? p[j + k] * scale : 0;               \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
                                                                                                   \
  /* d = the row sums of y gy. */                                                                  \
  static void dots_##T(const attention *w, const block *b)                                         \
  {                                                                                                \
    for (int64_t i = 0; i < b->rows; i++) {                                                        \
      const T *y = (const T *)b->at[Y] + i * w->s[Y].row;                                          \
      const T *gy = (const T *)b->at[GY] + i * w->s[GY].row;                                       \
      T lane[LANES] = { 0 }, sum = 0;                                                              \
      int64_t j = 0;                                                                               \
      for (; j + LANES <= w->width; j += LANES)                                                    \
        for (int k = 0; k < LANES; k++) lane[k] += y[j + k] * gy[j + k];                           \
      for (int k = 0; k < LANES; k++) sum += lane[k];                                              \
      for (; j < w->width; j++) sum += y[j] * gy[j];                                               \
      ((T *)b->d)[i] = sum;                                                                        \
    }                                                                                              \
  }

ELEMENTS(float)
ELEMENTS(double)

/* p = the scores, masked. */
static void score(const attention *w, const block *b)
{
  multiply(w, 0, 1, b->rows, b->keys, w->depth, w->a->scale, b->at[Q], w->s[Q].row, b->at[K],
           w->s[K].row, 0, b->p, b->keys);
  if (!b->mask && !w->a->causal) return;
  if (w->dtype == DG_F32) hide_float(w, b);
  else hide_double(w, b);
}

static void drop(const attention *w, const block *b, char *data)
{
  if (w->a->keep >= 1) return;
  if (w->dtype == DG_F32) drop_float(w, b, data);
  else drop_double(w, b, data);
}

static void attend(const attention *w, const block *b)
{
  dg_rows rows = { .n = b->keys, .y = b->p, .log_sum = b->log_sum };
  score(w, b);
  dg_rows_run(DG_ROWS_WEIGHTS, w->dtype, &rows, b->rows);
  drop(w, b, b->p);
  multiply(w, 0, 0, b->rows, w->width, b->keys, 1, b->p, b->keys, b->at[V], w->s[V].row, 0,
           b->at[Y], w->s[Y].row);
}

static void attend_grad(const attention *w, const block *b)
{
  int64_t bytes = b->rows * b->keys * item_bytes(w);
  dg_rows rows = { .n = b->keys, .y = b->p, .factor = b->log_sum };
  score(w, b);
  dg_rows_run(DG_ROWS_WEIGHTS_AGAIN, w->dtype, &rows, b->rows);
  if (b->at[GV]) {
    char *p = b->p;
    if (w->a->keep < 1) p = memcpy(b->t, b->p, (size_t)bytes);
    drop(w, b, p);
    multiply(w, 1, 0, b->keys, w->width, b->rows, 1, p, b->keys, b->at[GY], w->s[GY].row, 1,
             b->at[GV], w->width);
  }
  if (!b->at[GQ] && !b->at[GK]) return;
  if (w->dtype == DG_F32) dots_float(w, b);
  else dots_double(w, b);
  multiply(w, 0, 1, b->rows, b->keys, w->width, 1, b->at[GY], w->s[GY].row, b->at[V], w->s[V].row,
           0, b->t, b->keys);
  drop(w, b, b->t);
  rows = (dg_rows){ .n = b->keys, .x = b->p, .y = b->t, .factor = b->d };
  dg_rows_run(DG_ROWS_WEIGHTS_GRAD, w->dtype, &rows, b->rows);
  if (b->at[GQ])
    multiply(w, 0, 0, b->rows, w->depth, b->keys, w->a->scale, b->t, b->keys, b->at[K], w->s[K].row,
             0, b->at[GQ], w->depth);
  if (b->at[GK])
    multiply(w, 1, 0, b->keys, w->depth, b->rows, w->a->scale, b->t, b->keys, b->at[Q], w->s[Q].row,
             1, b->at[GK], w->depth);
}

/* -- All of them -------------------------------------------------------------------------------- */

/* Where the matrices of number i begin. */
static block begin_matrix(const attention *w, int64_t i)
{
  block b = { .matrix = i, .mask = w->mask ? w->mask->data : NULL };
  for (int k = 0; k < STACKS; k++) b.at[k] = w->s[k].data;
  int64_t rest = i;
  for (int axis = w->leading - 1; axis >= 0; axis--) {
    int64_t place = rest % w->shape[axis];
    rest /= w->shape[axis];
    for (int k = 0; k < STACKS; k++)
      if (b.at[k]) b.at[k] += place * w->s[k].step[axis];
    if (b.mask) b.mask += place * w->mask->stride[axis] * dg_item_bytes[w->mask->dtype];
  }
  if (b.at[GK]) memset(b.at[GK], 0, (size_t)(w->keys * w->depth * item_bytes(w)));
  if (b.at[GV]) memset(b.at[GV], 0, (size_t)(w->keys * w->width * item_bytes(w)));
  return b;
}

static void some_matrices(void *context, int64_t from, int64_t to)
{
  static const bool by_query[STACKS] = { [Q] = true, [Y] = true, [GY] = true, [GQ] = true };
  attention *w = context;
  int64_t mine = __atomic_fetch_add(&w->taken, 1, __ATOMIC_RELAXED), size = item_bytes(w);
  char *work = w->work + mine * w->work_bytes;
  for (int64_t i = from; i < to; i++) {
    block first = begin_matrix(w, i);
    for (int64_t r = 0; r < w->queries; r += w->block) {
      block b = first;
      b.from = r;
      b.rows = DG_MIN(w->block, w->queries - r);
      b.keys = w->a->causal ? DG_MIN(w->keys, r + b.rows) : w->keys;
      for (int k = 0; k < STACKS; k++)
        if (b.at[k] && by_query[k]) b.at[k] += r * w->s[k].row * size;
      b.log_sum = w->log_sum + (i * w->queries + r) * size;
      b.p = work;
      b.t = b.p + w->block * w->keys * size;
      b.d = b.t + w->block * w->keys * size;
      if (w->s[GY].data) attend_grad(w, &b);
      else attend(w, &b);
    }
  }
}

static int set_stack(stack *s, const dg_view *v, dg_dense *spare)
{
  int last = v->ndim - 1;
  int64_t rows = v->shape[last - 1], columns = v->shape[last], row = v->stride[last - 1];
  dg_view dense = *v;
  if ((v->stride[last] != 1 && columns > 1) || (row < columns && rows > 1)) {
    if (dg_dense_fill(spare, v) < 0) return -1;
    dense = dg_dense_view(spare, v);
    row = columns;
  }
  s->data = dense.data;
  s->row = DG_MAX(row, DG_MAX(columns, 1));
  for (int i = 0; i < last - 1; i++) s->step[i] = dense.stride[i] * dg_item_bytes[v->dtype];
  return 0;
}

/* Runs over all matrices; v has the view of each stack, or NULL. */
static int run(attention *w, const dg_view *const *v)
{
  dg_dense spare[STACKS] = { { NULL } };
  int status = 0;
  w->leading = v[Q]->ndim - 2;
  w->queries = v[Q]->shape[w->leading], w->depth = v[Q]->shape[w->leading + 1];
  w->keys = v[V]->shape[w->leading], w->width = v[V]->shape[w->leading + 1];
  w->dtype = v[Q]->dtype;
  int64_t matrices = 1, got, size = item_bytes(w);
  for (int i = 0; i < w->leading; i++) matrices *= w->shape[i] = v[Q]->shape[i];
  w->block = DG_MIN(DG_MAX(BLOCK / DG_MAX(w->keys, 1), FEWEST), w->a->causal ? SLANTED : MOST);
  w->block = DG_MIN(w->block, DG_MAX(w->queries, 1));
  w->work_bytes = (w->block * (2 * w->keys + 1) * size + 63) / 64 * 64;
  int64_t threads = DG_MIN(DG_MAX(matrices, 1), dg_pool_threads());
  for (int k = 0; k < STACKS && status == 0; k++)
    if (v[k]) status = set_stack(&w->s[k], v[k], &spare[k]);
  if (status == 0) {
    w->work = dg_block_alloc(threads * w->work_bytes, DG_WORKSPACE, &got);
    if (!w->work) status = -1;
    else if (matrices == 1) some_matrices(w, 0, 1); /* the products are split by themselves */
    else if (matrices > 1) dg_parallel(matrices, 1, some_matrices, w);
    if (w->work) dg_block_free(w->work, got, DG_WORKSPACE);
  }
  for (int k = 0; k < STACKS; k++) dg_dense_free(&spare[k]);
  return status;
}

int dg_cpu_attention(const dg_attention_spec *a, const dg_view *q, const dg_view *k,
                     const dg_view *v, const dg_view *mask, const dg_view *y,
                     const dg_view *log_sum)
{
  attention w = { .a = a, .mask = mask, .log_sum = log_sum->data };
  const dg_view *views[STACKS] = { [Q] = q, [K] = k, [V] = v, [Y] = y };
  return run(&w, views);
}

int dg_cpu_attention_grad(const dg_attention_spec *a, const dg_view *const *x, const dg_view *mask,
                          const dg_view *y, const dg_view *log_sum, const dg_view *gy,
                          const dg_view *const *gx)
{
  attention w = { .a = a, .mask = mask, .log_sum = log_sum->data };
  const dg_view *views[STACKS] = {
    [Q] = x[0], [K] = x[1], [V] = x[2], [Y] = y, [GY] = gy, [GQ] = gx[0], [GK] = gx[1], [GV] = gx[2]
  };
  return run(&w, views);
}
