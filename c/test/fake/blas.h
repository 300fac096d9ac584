/* blas.h -- a stand-in for cuBLAS: matrices by columns, multiplied by the host. Included by cuda.c, whose
 * streams may record products. */

static void *blas_stream, *blas_room;

EXPORT int cublasCreate_v2(void **handle) { return *handle = &fake, 0; }
EXPORT int cublasSetStream_v2(void *handle, void *on)
{
  blas_stream = on;
  blas_room = NULL;
  return handle == NULL || on == NULL;
}
EXPORT int cublasSetWorkspace_v2(void *handle, void *room, size_t bytes)
{
  return blas_room = room, handle == NULL || room == NULL || bytes == 0;
}
static int math_modes;
EXPORT int fake_math_modes(void) { return math_modes; }
EXPORT int cublasSetMathMode(void *handle, int mode)
{
  math_modes++;
  return handle == NULL || (mode != 0 && mode != 3);
}

enum { SINGLE = 0, DOUBLE = 1 }; /* cudaDataType; 2 is float16, 14 bfloat16 */

/* The arguments of a product; alpha and beta by value. */
typedef struct factors {
  int type, to_type, ta, tb, m, n, k, lda, ldb, ldc, count;
  double alpha, beta;
  const void *a, *b;
  void *c;
  long long step_a, step_b, step_c;
} factors;

/* Whether a product is recorded rather than done. Without a workspace none may be: cuBLAS would take
 * memory at each replay. */
static bool record_product(const factors *f)
{
  if (((stream *)blas_stream)->recording && !blas_room) abort();
  step *s = record(blas_stream, LAUNCH);
  if (!s) return false;
  s->arguments = calloc(2, sizeof *s->arguments);
  s->arguments[0] = memcpy(malloc(sizeof *f), f, sizeof *f);
  return true;
}

#define GEMM(name, T, TYPE)                                                                        \
  static void name##_run(const factors *f)                                                         \
  {                                                                                                \
    for (int z = 0; z < f->count; z++)                                                             \
      for (int j = 0; j < f->n; j++)                                                               \
        for (int i = 0; i < f->m; i++) {                                                           \
          const T *a = (const T *)f->a + z * f->step_a, *b = (const T *)f->b + z * f->step_b;      \
          T sum = 0, *to = (T *)f->c + z * f->step_c + (long long)j * f->ldc + i;                  \
          for (int p = 0; p < f->k; p++)                                                           \
            sum += a[f->ta ? p + (long long)i * f->lda : i + (long long)p * f->lda] *              \
                   b[f->tb ? j + (long long)p * f->ldb : p + (long long)j * f->ldb];               \
          *to = f->beta == 0 ? (T)f->alpha * sum : (T)f->alpha * sum + (T)f->beta * *to;           \
        }                                                                                          \
  }                                                                                                \
  EXPORT int name(void *handle, int ta, int tb, int m, int n, int k, const T *alpha, const T *a,   \
                  int lda, long long step_a, const T *b, int ldb, long long step_b, const T *beta, \
                  T *c, int ldc, long long step_c, int count)                                      \
  {                                                                                                \
    factors f = { TYPE,  TYPE,   ta,    tb, m, n, k,      lda,    ldb,   ldc,                      \
                  count, *alpha, *beta, a,  b, c, step_a, step_b, step_c };                        \
    if (!handle || m < 0 || n < 0 || k < 0 || lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m) \
      return 7; /* CUBLAS_STATUS_INVALID_VALUE */                                                  \
    if (!record_product(&f)) name##_run(&f);                                                       \
    return 0;                                                                                      \
  }

GEMM(cublasSgemmStridedBatched, float, SINGLE)
GEMM(cublasDgemmStridedBatched, double, DOUBLE)

/* Floats of 16 bits, with sums in float32. */
static float widened(const void *p, long long i, int type)
{
  const uint16_t *bits = (const uint16_t *)p + i;
  if (type == SINGLE) return ((const float *)p)[i];
  return type == 2 ? dg_f16_widen(*bits) : dg_bf16_widen(*bits);
}

static void half_run(const factors *f)
{
  for (int z = 0; z < f->count; z++)
    for (int j = 0; j < f->n; j++)
      for (int i = 0; i < f->m; i++) {
        long long at = z * f->step_c + (long long)j * f->ldc + i;
        float sum = 0;
        for (int p = 0; p < f->k; p++) {
          long long in_a = f->ta ? p + (long long)i * f->lda : i + (long long)p * f->lda;
          long long in_b = f->tb ? j + (long long)p * f->ldb : p + (long long)j * f->ldb;
          sum += widened(f->a, z * f->step_a + in_a, f->type) *
                 widened(f->b, z * f->step_b + in_b, f->type);
        }
        sum *= (float)f->alpha;
        if (f->beta != 0) sum += (float)f->beta * widened(f->c, at, f->to_type);
        if (f->to_type == SINGLE) ((float *)f->c)[at] = sum;
        else ((uint16_t *)f->c)[at] = f->type == 2 ? dg_f16_narrow(sum) : dg_bf16_narrow(sum);
      }
}

EXPORT int cublasGemmStridedBatchedEx(void *handle, int ta, int tb, int m, int n, int k,
                                      const float *alpha, const void *a, int type_a, int lda,
                                      long long step_a, const void *b, int type_b, int ldb,
                                      long long step_b, const float *beta, void *c, int type_c,
                                      int ldc, long long step_c, int count, int computes, int how)
{
  factors f = { type_a, type_c, ta,    tb, m, n, k,      lda,    ldb,   ldc,
                count,  *alpha, *beta, a,  b, c, step_a, step_b, step_c };
  if (!handle || lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m || computes != 68 ||
      how != -1 || (type_a != 2 && type_a != 14) || type_a != type_b ||
      (type_c != type_a && type_c != SINGLE))
    return 7; /* CUBLAS_STATUS_INVALID_VALUE */
  if (!record_product(&f)) half_run(&f);
  return 0;
}

static void product(const step *s)
{
  const factors *f = s->arguments[0];
  if (f->type == DOUBLE) cublasDgemmStridedBatched_run(f);
  else if (f->type == SINGLE) cublasSgemmStridedBatched_run(f);
  else half_run(f);
}
