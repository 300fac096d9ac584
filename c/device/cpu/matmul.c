/* matmul.c -- products of matrices and stacks of them, as views of any strides. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/gemm.h"
#include "device/cpu/pool.h"

enum { PIECE_WORK = 256 << 10 }; /* multiplications a thread must have to be worth waking */

/* The matrices of one operand: rows may be the columns in memory (`turned`). */
typedef struct factor {
  const char *data;
  int64_t row;     /* elements from one row in memory to the next */
  int64_t step[8]; /* bytes from one matrix to the next, along each leading axis */
  int turned;
} factor;

typedef struct product {
  factor a, b;
  char *y;
  int64_t m, n, k, size; /* size: bytes of one matrix of y */
  int leading;
  int64_t shape[DG_MAX_NDIM]; /* of the leading axes */
  uint8_t dtype;
} product;

/* Whether the last two axes of v are a matrix as dg_gemm takes it, or the transpose of one. */
static bool is_matrix(const dg_view *v, factor *f)
{
  int last = v->ndim - 1;
  int64_t rows = v->shape[last - 1], columns = v->shape[last];
  int64_t down = v->stride[last - 1], across = v->stride[last];
  f->turned = !((across == 1 || columns == 1) && (down >= columns || rows == 1));
  if (f->turned && !((down == 1 || rows == 1) && (across >= rows || columns == 1))) return false;
  int64_t row = f->turned ? across : down, least = f->turned ? rows : columns;
  f->row = DG_MAX(row, DG_MAX(least, 1)); /* a single row may have any stride */
  return true;
}

static int set_factor(factor *f, const dg_view *v, dg_dense *spare)
{
  dg_view dense;
  if (!is_matrix(v, f)) {
    if (dg_dense_fill(spare, v) < 0) return -1;
    dense = dg_dense_view(spare, v);
    v = &dense;
    is_matrix(v, f);
  }
  f->data = v->data;
  for (int i = 0; i < v->ndim - 2; i++) f->step[i] = v->stride[i] * dg_item_bytes[v->dtype];
  return 0;
}

/* Integers wrap around. */
#define WHOLE(T)                                                                                   \
  static void multiply_##T(const product *p, const char *a, const char *b, char *y)                \
  {                                                                                                \
    const int64_t ai = p->a.turned ? 1 : p->a.row, ak = p->a.turned ? p->a.row : 1;                \
    const int64_t bk = p->b.turned ? 1 : p->b.row, bj = p->b.turned ? p->b.row : 1;                \
    for (int64_t i = 0; i < p->m; i++)                                                             \
      for (int64_t j = 0; j < p->n; j++) {                                                         \
        uint64_t sum = 0;                                                                          \
        for (int64_t k = 0; k < p->k; k++)                                                         \
          sum += (uint64_t)((const T *)a)[i * ai + k * ak] *                                       \
                 (uint64_t)((const T *)b)[k * bk + j * bj];                                        \
        ((T *)y)[i * p->n + j] = (T)sum;                                                           \
      }                                                                                            \
  }

WHOLE(int32_t)
WHOLE(int64_t)
WHOLE(uint8_t)

static void multiply(const product *p, const void *a, const void *b, void *y)
{
  switch (p->dtype) {
  case DG_F32:
    dg_gemm_f32(p->a.turned, p->b.turned, p->m, p->n, p->k, 1, a, p->a.row, b, p->b.row, 0, y,
                p->n);
    break;
  case DG_F64:
    dg_gemm_f64(p->a.turned, p->b.turned, p->m, p->n, p->k, 1, a, p->a.row, b, p->b.row, 0, y,
                p->n);
    break;
  case DG_I32:
    multiply_int32_t(p, a, b, y);
    break;
  case DG_I64:
    multiply_int64_t(p, a, b, y);
    break;
  default:
    multiply_uint8_t(p, a, b, y);
  }
}

static void some_products(void *context, int64_t from, int64_t to)
{
  const product *p = context;
  for (int64_t i = from; i < to; i++) {
    const char *a = p->a.data, *b = p->b.data;
    int64_t rest = i;
    for (int axis = p->leading - 1; axis >= 0; axis--) {
      int64_t place = rest % p->shape[axis];
      rest /= p->shape[axis];
      a += place * p->a.step[axis];
      b += place * p->b.step[axis];
    }
    multiply(p, a, b, p->y + i * p->size);
  }
}

/* A stack of matrices without gaps times a single one is one tall product. */
static bool is_tall(const product *p, bool contiguous)
{
  if (!contiguous || p->a.turned) return false;
  for (int i = 0; i < p->leading; i++)
    if (p->b.step[i] != 0 && p->shape[i] != 1) return false;
  return true;
}

static void run(product *p, bool contiguous, const dg_view *y)
{
  int64_t count = y->size / (p->m * p->n);
  if (count > 1 && is_tall(p, contiguous)) {
    p->m *= count;
    multiply(p, p->a.data, p->b.data, p->y);
    return;
  }
  double work = (double)p->m * (double)p->n * (double)DG_MAX(p->k, 1);
  if (count == 1) some_products(p, 0, 1);
  else if (work >= 8 * PIECE_WORK) some_products(p, 0, count); /* each is split by itself */
  else dg_parallel(count, (int64_t)(PIECE_WORK / work) + 1, some_products, p);
}

int dg_cpu_matmul(const dg_view *a, const dg_view *b, const dg_view *y)
{
  int last = y->ndim - 1;
  if (y->size == 0) return 0;
  product p = { .y = y->data,
                .m = y->shape[last - 1],
                .n = y->shape[last],
                .k = a->shape[last],
                .leading = last - 1,
                .dtype = y->dtype };
  p.size = p.m * p.n * dg_item_bytes[y->dtype];
  for (int i = 0; i < p.leading; i++) p.shape[i] = y->shape[i];
  dg_dense spare_a = { NULL }, spare_b = { NULL };
  int status = set_factor(&p.a, a, &spare_a);
  if (status == 0) status = set_factor(&p.b, b, &spare_b);
  if (status == 0) run(&p, spare_a.block || a->contiguous, y);
  dg_dense_free(&spare_a);
  dg_dense_free(&spare_b);
  return status;
}

/* -- The linear layer ------------------------------------------------------------------------- */

DG_INLINE void multiply_rows(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y)
{
  int64_t batch = x->shape[0], in = x->shape[1], out = w->shape[0];
  const void *bias = b ? b->data : NULL;
  if (y->dtype == DG_F32) dg_linear_f32(batch, in, out, x->data, w->data, bias, y->data);
  else dg_linear_f64(batch, in, out, x->data, w->data, bias, y->data);
}

DG_INLINE void multiply_back(const dg_view *x, const dg_view *w, const dg_view *gy,
                             const dg_view *gx, const dg_view *gw, const dg_view *gb, bool add)
{
  int64_t batch = x->shape[0], in = x->shape[1], out = w->shape[0];
  void *to[3] = { gx ? gx->data : NULL, gw ? gw->data : NULL, gb ? gb->data : NULL };
  if (x->dtype == DG_F32)
    dg_linear_grad_f32(batch, in, out, x->data, w->data, gy->data, to[0], to[1], to[2], add);
  else dg_linear_grad_f64(batch, in, out, x->data, w->data, gy->data, to[0], to[1], to[2], add);
}

/* Stand-ins without gaps for what is read, and views of them. */
typedef struct stand_ins {
  dg_dense dense[3];
  dg_view view[3];
} stand_ins;

static int stand_in(stand_ins *s, const dg_view *const *v)
{
  int status = 0;
  for (int i = 0; i < 3; i++) s->dense[i] = (dg_dense){ NULL };
  for (int i = 0; i < 3 && status == 0; i++) {
    if (!v[i]) continue;
    status = dg_dense_read(&s->dense[i], v[i]);
    if (status == 0) s->view[i] = dg_dense_view(&s->dense[i], v[i]);
  }
  return status;
}

static void free_stand_ins(stand_ins *s)
{
  for (int i = 0; i < 3; i++) dg_dense_free(&s->dense[i]);
}

static __attribute__((noinline)) int linear_with_gaps(const dg_view *x, const dg_view *w,
                                                      const dg_view *b, const dg_view *y)
{
  stand_ins s;
  int status = stand_in(&s, (const dg_view *[]){ x, w, b });
  if (status == 0) multiply_rows(&s.view[0], &s.view[1], b ? &s.view[2] : NULL, y);
  free_stand_ins(&s);
  return status;
}

int dg_cpu_linear(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y)
{
  bool dense = x->contiguous && w->contiguous && (!b || b->contiguous);
  if (DG_UNLIKELY(!dense)) return linear_with_gaps(x, w, b, y);
  multiply_rows(x, w, b, y);
  return 0;
}

static int linear_grad(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                       const dg_view *gw, const dg_view *gb, bool add)
{
  if (DG_LIKELY(x->contiguous && w->contiguous && gy->contiguous)) {
    multiply_back(x, w, gy, gx, gw, gb, add);
    return 0;
  }
  stand_ins s;
  int status = stand_in(&s, (const dg_view *[]){ x, w, gy });
  if (status == 0) multiply_back(&s.view[0], &s.view[1], &s.view[2], gx, gw, gb, add);
  free_stand_ins(&s);
  return status;
}

int dg_cpu_linear_grad(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                       const dg_view *gw, const dg_view *gb)
{
  return linear_grad(x, w, gy, gx, gw, gb, false);
}

int dg_cpu_linear_grad_add(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                           const dg_view *gw, const dg_view *gb)
{
  return linear_grad(x, w, gy, gx, gw, gb, true);
}

int dg_cpu_outer(double scale, const dg_view *a, const dg_view *b, bool add, const dg_view *y)
{
  int64_t m = a->shape[1], n = b->shape[1], k = a->shape[0], lda = a->stride[0], ldb = b->stride[0];
  if (k == 1 && y->dtype == DG_F32)
    dg_outer_f32(m, n, (float)scale, a->data, b->data, add, y->data);
  else if (k == 1) dg_outer_f64(m, n, scale, a->data, b->data, add, y->data);
  else if (y->dtype == DG_F32)
    dg_gemm_f32(1, 0, m, n, k, (float)scale, a->data, lda, b->data, ldb, add, y->data, n);
  else dg_gemm_f64(1, 0, m, n, k, scale, a->data, lda, b->data, ldb, add, y->data, n);
  return 0;
}
