/* blas.c -- products of matrices by cuBLAS: a handle for each device, used by one thread at a time. */
#include "device/cuda/blas.h"

#include "device/cuda/graph.h"

#include <pthread.h>
#include <string.h>

enum { MOST = 32768 }; /* products of one call: a grid has no more than 65535 layers */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool dg_cuda_has_blas(void)
{
  static int known = -1;
  int has = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (has >= 0) return has != 0;
  has = dg_cuda_open_blas() != NULL;
  if (!has) dg_error_clear();
  __atomic_store_n(&known, has, __ATOMIC_RELAXED);
  return has != 0;
}

static int refuse(const char *what, int status)
{
  enum { ALLOCATION = 3 }; /* CUBLAS_STATUS_ALLOC_FAILED */
  return dg_fail(status == ALLOCATION ? DG_EMEMORY : DG_ESYSTEM, "cuda: cuBLAS: %s: status %d%s",
                 what, status, status == ALLOCATION ? " (out of memory)" : "");
}

/* Whether float32 factors are rounded to 10 bits of fraction for products, and what each device's
 * handle knows of it. */
static int allows_tf32, known_tf32[DG_CUDA_DEVICES];

int dg_cuda_allow_tf32(int on)
{
  return __atomic_exchange_n(&allows_tf32, on != 0, __ATOMIC_RELAXED);
}

/* Tells the handle how float32 is multiplied; the lock is held. */
static int set_math(const dg_cuda_blas *blas, int device, const dg_cuda_device *d)
{
  int on = __atomic_load_n(&allows_tf32, __ATOMIC_RELAXED);
  if (known_tf32[device - 1] == on) return 0;
  int status = blas->set_math(d->blas, on ? DG_CUDA_TF32 : DG_CUDA_EXACT);
  if (status != 0) return refuse("mode", status);
  known_tf32[device - 1] = on;
  return 0;
}

static size_t room_of(const dg_cuda_device *d) { return (size_t)(d->arch >= 90 ? 32 : 4) << 20; }

/* Gives the handle memory to work with, as much as it would take by itself. What it takes while a step is
 * recorded would be taken anew by each replay; and with the same memory it chooses the same way, so
 * that a replay has the bits of the step itself. Without it cuBLAS finds some. */
static int set_room(const dg_cuda_blas *blas, dg_cuda_device *d)
{
  const size_t bytes = room_of(d);
  dg_cuda_ptr room = 0;
  if (!d->blas_room && dg_driver->mem_alloc(&room, bytes) == 0)
    d->blas_room = (void *)(uintptr_t)room;
  int status = d->blas_room ? blas->set_workspace(d->blas, d->blas_room, bytes) : 0;
  return status == 0 ? 0 : refuse("workspace", status);
}

/* Makes the device's handle, if there is none yet, and has it work on a stream, which makes it forget
 * its workspace; the lock is held. The stream of a recording may lie where that of an older one did. */
static int open_handle(const dg_cuda_blas *blas, dg_cuda_device *d, void *stream)
{
  void *handle = d->blas;
  if (DG_LIKELY(handle && d->blas_stream == stream && stream == d->stream)) return 0;
  int status = handle ? 0 : blas->create(&handle);
  if (status != 0) return refuse("start", status);
  d->blas = handle;
  status = blas->set_stream(handle, stream);
  d->blas_stream = status == 0 ? stream : NULL;
  return status == 0 ? set_room(blas, d) : refuse("stream", status);
}

/* cuBLAS has matrices by columns: to it, row by row is the transpose. So y' = b' a'. */
static int some(const dg_cuda_blas *blas, const dg_cuda_device *d, int dtype, int to_dtype,
                int64_t m, int64_t n, int64_t k, const dg_cuda_factor *a, const dg_cuda_factor *b,
                void *y, int64_t step, int64_t count, bool add)
{
  const float one_f = 1, beta_f = add;
  const double one = 1, beta = add;
  if (dg_is_half(dtype)) {
    int type = dtype == DG_F16 ? DG_CUDA_F16 : DG_CUDA_BF16;
    int to_type = to_dtype == DG_F32 ? DG_CUDA_F32 : type;
    return blas->gemm(d->blas, b->turned, a->turned, (int)n, (int)m, (int)k, &one_f, b->data, type,
                      (int)b->row, b->step, a->data, type, (int)a->row, a->step, &beta_f, y,
                      to_type, (int)n, step, (int)count, DG_CUDA_SUMS_F32, DG_CUDA_ANY_WAY);
  }
  if (dtype == DG_F32)
    return blas->sgemm(d->blas, b->turned, a->turned, (int)n, (int)m, (int)k, &one_f, b->data,
                       (int)b->row, b->step, a->data, (int)a->row, a->step, &beta_f, y, (int)n,
                       step, (int)count);
  return blas->dgemm(d->blas, b->turned, a->turned, (int)n, (int)m, (int)k, &one, b->data,
                     (int)b->row, b->step, a->data, (int)a->row, a->step, &beta, y, (int)n, step,
                     (int)count);
}

int dg_cuda_gemm(int device, int dtype, int to_dtype, int64_t m, int64_t n, int64_t k,
                 const dg_cuda_factor *a, const dg_cuda_factor *b, void *y, int64_t step,
                 int64_t count, bool add)
{
  const dg_cuda_blas *blas = dg_cuda_open_blas();
  dg_cuda_device *d = blas ? dg_cuda_enter(device) : NULL;
  void *stream;
  if (!d) return -1;
  int way = dg_cuda_way(device, d, &stream);
  if (way != 0) return DG_MIN(way, 0);
  int64_t bytes = dg_item_bytes[dtype], to_bytes = dg_item_bytes[to_dtype],
          largest = DG_MAX(DG_MAX(m, n), DG_MAX(k, DG_MAX(a->row, b->row)));
  if (largest > INT32_MAX)
    return dg_fail(DG_EARGUMENT, "cuda: cuBLAS: a matrix side of %lld is too long",
                   (long long)largest);
  dg_cuda_factor from_a = *a, from_b = *b;
  pthread_mutex_lock(&lock);
  int status = open_handle(blas, d, stream), code = 0;
  if (status == 0) status = set_math(blas, device, d);
  for (int64_t i = 0; i < count && status == 0 && code == 0; i += MOST) {
    from_a.data = (const char *)a->data + i * a->step * bytes;
    from_b.data = (const char *)b->data + i * b->step * bytes;
    code = some(blas, d, dtype, to_dtype, m, n, k, &from_a, &from_b,
                (char *)y + i * step * to_bytes, step, DG_MIN(MOST, count - i), add);
  }
  pthread_mutex_unlock(&lock);
  return code == 0 ? status : refuse("product", code);
}

/* -- Products that cuBLAS adds a bias to ----------------------------------------------------------- */

enum { PLANS = 64, BORDER = 16, WIDEST = 256 };

/* What tells products that are done the same way from others. `border` is that of the bias. */
typedef struct kind {
  int64_t m, n, k, row_a, row_b;
  int device, dtype, turned_a, turned_b, tf32, border;
} kind;

/* How a kind is done. To find that out takes long, so it is kept. */
typedef struct plan {
  kind of;
  bool works;
  void *product, *a, *b, *y; /* descriptions of cuBLASLt's own */
  dg_cuda_lt_way way;
} plan;

static plan plans[PLANS]; /* at most one for all kinds of one number */

static unsigned number_of(const kind *of)
{
  uint64_t words[sizeof *of / 8], all = 0;
  memcpy(words, of, sizeof *of);
  for (size_t i = 0; i < sizeof *of / 8; i++) all = (all ^ words[i]) * 0x9e3779b97f4a7c15u;
  return (unsigned)(all >> 32) % PLANS;
}

/* The largest power of 2 that divides an address, up to WIDEST. */
static int border_of(const void *p)
{
  uintptr_t at = (uintptr_t)p | WIDEST;
  return (int)(at & (~at + 1));
}

static void forget(const dg_cuda_lt *lt, plan *p)
{
  if (p->product) lt->product_free(p->product);
  if (p->a) lt->matrix_free(p->a);
  if (p->b) lt->matrix_free(p->b);
  if (p->y) lt->matrix_free(p->y);
  memset(p, 0, sizeof *p);
}

/* By columns again: y' = b' a' + bias, which each column of y' gets. */
static bool describe(const dg_cuda_lt *lt, const kind *of, const void *bias, plan *p)
{
  const int type = of->dtype == DG_F32   ? DG_CUDA_F32
                   : of->dtype == DG_F16 ? DG_CUDA_F16
                                         : DG_CUDA_BF16;
  const int epilogue = DG_CUDA_LT_ADDS_BIAS;
  const uint64_t m = (uint64_t)of->m, n = (uint64_t)of->n, k = (uint64_t)of->k;
  int code =
      lt->product_new(&p->product, of->tf32 ? DG_CUDA_SUMS_TF32 : DG_CUDA_SUMS_F32, DG_CUDA_F32);
  if (code == 0)
    code = lt->product_set(p->product, DG_CUDA_LT_TURN_A, &of->turned_b, sizeof of->turned_b);
  if (code == 0)
    code = lt->product_set(p->product, DG_CUDA_LT_TURN_B, &of->turned_a, sizeof of->turned_a);
  if (code == 0)
    code = lt->product_set(p->product, DG_CUDA_LT_EPILOGUE, &epilogue, sizeof epilogue);
  if (code == 0) code = lt->product_set(p->product, DG_CUDA_LT_BIAS, &bias, sizeof bias);
  if (code == 0)
    code = lt->matrix_new(&p->b, type, of->turned_b ? k : n, of->turned_b ? n : k, of->row_b);
  if (code == 0)
    code = lt->matrix_new(&p->a, type, of->turned_a ? m : k, of->turned_a ? k : m, of->row_a);
  if (code == 0) code = lt->matrix_new(&p->y, type, n, m, of->n);
  return code == 0;
}

static bool find_way(const dg_cuda_lt *lt, const dg_cuda_device *d, plan *p)
{
  const uint64_t room = room_of(d);
  const uint32_t border = BORDER;
  void *wish = NULL;
  int count = 0, code = lt->wish_new(&wish);
  if (code == 0) code = lt->wish_set(wish, DG_CUDA_LT_ROOM, &room, sizeof room);
  for (int i = 0; i < 4 && code == 0; i++)
    code = lt->wish_set(wish, DG_CUDA_LT_ALIGNMENT + i, &border, sizeof border);
  if (code == 0)
    code = lt->find(d->blas, p->product, p->b, p->a, p->y, p->y, wish, 1, &p->way, &count);
  if (wish) lt->wish_free(wish);
  return code == 0 && count > 0 && p->way.status == 0;
}

/* The plan for a kind, with the bias set, or NULL where there is no way; the lock is held. */
static plan *plan_of(const dg_cuda_lt *lt, const dg_cuda_device *d, const kind *of,
                     const void *bias)
{
  plan *p = &plans[number_of(of)];
  if (memcmp(&p->of, of, sizeof *of) != 0) {
    forget(lt, p);
    p->works = describe(lt, of, bias, p) && find_way(lt, d, p);
    p->of = *of;
  } else if (p->works) {
    p->works = lt->product_set(p->product, DG_CUDA_LT_BIAS, &bias, sizeof bias) == 0;
  }
  return p->works ? p : NULL;
}

static const dg_cuda_lt *open_lt(void)
{
  static int lacks;
  if (__atomic_load_n(&lacks, __ATOMIC_RELAXED)) return NULL;
  const dg_cuda_lt *lt = dg_cuda_open_lt();
  if (lt) return lt;
  dg_error_clear();
  __atomic_store_n(&lacks, 1, __ATOMIC_RELAXED);
  return NULL;
}

int dg_cuda_gemm_bias(int device, int dtype, int64_t m, int64_t n, int64_t k,
                      const dg_cuda_factor *a, const dg_cuda_factor *b, const void *bias, void *y)
{
  const float one = 1, none = 0;
  const dg_cuda_lt *lt = dtype == DG_F64 ? NULL : open_lt();
  if (!lt || DG_MIN(DG_MIN(border_of(a->data), border_of(b->data)),
                    DG_MIN(border_of(bias), border_of(y))) < BORDER)
    return 1;
  dg_cuda_device *d = dg_cuda_enter(device);
  void *stream;
  if (!d) return -1;
  int way = dg_cuda_way(device, d, &stream);
  if (way != 0) return DG_MIN(way, 0);
  const kind of = { .m = m,
                    .n = n,
                    .k = k,
                    .row_a = a->row,
                    .row_b = b->row,
                    .device = device,
                    .dtype = dtype,
                    .turned_a = a->turned,
                    .turned_b = b->turned,
                    .tf32 = dtype == DG_F32 && __atomic_load_n(&allows_tf32, __ATOMIC_RELAXED),
                    .border = border_of(bias) };
  pthread_mutex_lock(&lock);
  int status = open_handle(dg_cuda_open_blas(), d, stream);
  plan *p = status == 0 && d->blas_room ? plan_of(lt, d, &of, bias) : NULL;
  if (p)
    p->works = lt->multiply(d->blas, p->product, &one, b->data, p->b, a->data, p->a, &none, y, p->y,
                            y, p->y, p->way.algorithm, d->blas_room, room_of(d), stream) == 0;
  bool done = p && p->works;
  pthread_mutex_unlock(&lock);
  return status < 0 ? -1 : !done;
}
