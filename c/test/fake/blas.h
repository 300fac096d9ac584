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
  const void *bias; /* of one product: an element for each row of c, or NULL */
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
          if (f->bias) *to += ((const T *)f->bias)[i];                                             \
        }                                                                                          \
  }                                                                                                \
  EXPORT int name(void *handle, int ta, int tb, int m, int n, int k, const T *alpha, const T *a,   \
                  int lda, long long step_a, const T *b, int ldb, long long step_b, const T *beta, \
                  T *c, int ldc, long long step_c, int count)                                      \
  {                                                                                                \
    factors f = { TYPE,  TYPE,   ta,    tb, m, n, k,      lda,    ldb,    ldc,                     \
                  count, *alpha, *beta, a,  b, c, step_a, step_b, step_c, NULL };                  \
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
        if (f->bias) sum += widened(f->bias, i, f->to_type);
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
  factors f = { type_a, type_c, ta,    tb, m, n, k,      lda,    ldb,    ldc,
                count,  *alpha, *beta, a,  b, c, step_a, step_b, step_c, NULL };
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

/* -- cuBLASLt: products with a bias ---------------------------------------------------------------- */

enum { WRONG = 7 }; /* CUBLAS_STATUS_INVALID_VALUE */

typedef struct lt_product {
  int computes, ta, tb, epilogue;
  const void *bias;
} lt_product;

typedef struct lt_matrix {
  int type;
  uint64_t rows, columns;
  int64_t step;
} lt_matrix;

typedef struct lt_wish {
  uint64_t room;
  uint32_t borders[4];
} lt_wish;

typedef struct lt_way {
  uint64_t algorithm[8];
  size_t room;
  int status;
  float waves;
  int reserved[4];
} lt_way;

static int lt_products, lt_alive, lt_refuses;
/* How many products with a bias were asked for, and what of their descriptions is alive. */
EXPORT int fake_biased_products(void) { return lt_products; }
EXPORT int fake_descriptions(void) { return lt_alive; }
/* Has no way be found (1), or none work (2). */
EXPORT void fake_refuse_biases(int on) { lt_refuses = on; }

static void *lt_new(const void *of, size_t bytes)
{
  lt_alive++;
  return memcpy(malloc(bytes), of, bytes);
}
static int lt_free(void *p)
{
  lt_alive--;
  free(p);
  return p == NULL;
}

EXPORT int cublasLtMatmulDescCreate(void **product, int computes, int scale_type)
{
  const lt_product p = { .computes = computes, .epilogue = 1 };
  *product = lt_new(&p, sizeof p);
  return (computes != 68 && computes != 77) || scale_type != SINGLE ? WRONG : 0;
}
EXPORT int cublasLtMatmulDescDestroy(void *product) { return lt_free(product); }
EXPORT int cublasLtMatmulDescSetAttribute(void *product, int attribute, const void *value,
                                          size_t bytes)
{
  lt_product *p = product;
  void *to = attribute == 3   ? (void *)&p->ta
             : attribute == 4 ? (void *)&p->tb
             : attribute == 7 ? (void *)&p->epilogue
             : attribute == 8 ? (void *)&p->bias
                              : NULL;
  if (!to || bytes != (attribute == 8 ? sizeof p->bias : sizeof p->ta)) return WRONG;
  memcpy(to, value, bytes);
  return 0;
}

EXPORT int cublasLtMatrixLayoutCreate(void **matrix, int type, uint64_t rows, uint64_t columns,
                                      int64_t step)
{
  const lt_matrix m = { type, rows, columns, step };
  *matrix = lt_new(&m, sizeof m);
  return step < (int64_t)rows ? WRONG : 0;
}
EXPORT int cublasLtMatrixLayoutDestroy(void *matrix) { return lt_free(matrix); }

EXPORT int cublasLtMatmulPreferenceCreate(void **wish)
{
  const lt_wish w = { 0, { 256, 256, 256, 256 } };
  return *wish = lt_new(&w, sizeof w), 0;
}
EXPORT int cublasLtMatmulPreferenceDestroy(void *wish) { return lt_free(wish); }
EXPORT int cublasLtMatmulPreferenceSetAttribute(void *wish, int attribute, const void *value,
                                                size_t bytes)
{
  lt_wish *w = wish;
  if (attribute == 1 && bytes == 8) return memcpy(&w->room, value, bytes), 0;
  if (attribute < 5 || attribute > 8 || bytes != 4) return WRONG;
  return memcpy(&w->borders[attribute - 5], value, bytes), 0;
}

/* An algorithm is the sizes that it was found for, and the room that it wants. */
static void lt_sizes(const lt_product *p, const lt_matrix *a, const lt_matrix *b, uint64_t *to)
{
  to[0] = p->ta ? a->columns : a->rows;
  to[1] = p->tb ? b->rows : b->columns;
  to[2] = p->ta ? a->rows : a->columns;
  to[3] = p->tb ? b->columns : b->rows;
}

EXPORT int cublasLtMatmulAlgoGetHeuristic(void *handle, void *product, void *a, void *b, void *c,
                                          void *d, void *wish, int most, lt_way *ways, int *count)
{
  const lt_wish *w = wish;
  *count = lt_refuses == 1 ? 0 : 1;
  memset(ways, 0, sizeof *ways);
  lt_sizes(product, a, b, ways->algorithm);
  ways->algorithm[4] = w->room;
  for (int i = 0; i < 4; i++)
    if (w->borders[i] != 16) return WRONG;
  return !handle || c != d || most != 1 || !((lt_product *)product)->bias ? WRONG : 0;
}

EXPORT int cublasLtMatmul(void *handle, void *product, const float *alpha, const void *a,
                          void *of_a, const void *b, void *of_b, const float *beta, const void *c,
                          void *of_c, void *d, void *of_d, const uint64_t *algorithm, void *room,
                          size_t bytes, void *on)
{
  const lt_product *p = product;
  const lt_matrix *ma = of_a, *mb = of_b, *md = of_d;
  uint64_t sizes[4];
  lt_sizes(p, ma, mb, sizes);
  if (!handle || c != d || of_c != of_d || on != blas_stream || room != blas_room || !room ||
      bytes != algorithm[4] || p->epilogue != 4 || !p->bias || *beta != 0 || ma->type != mb->type ||
      ma->type != md->type || sizes[2] != sizes[3] || md->rows != sizes[0] ||
      md->columns != sizes[1] || memcmp(sizes, algorithm, sizeof sizes) != 0 ||
      ((uintptr_t)a | (uintptr_t)b | (uintptr_t)d | (uintptr_t)p->bias) % 16 != 0)
    return WRONG;
  if (lt_refuses == 2) return 15; /* CUBLAS_STATUS_NOT_SUPPORTED */
  const factors f = { .type = ma->type,
                      .to_type = md->type,
                      .ta = p->ta,
                      .tb = p->tb,
                      .m = (int)sizes[0],
                      .n = (int)sizes[1],
                      .k = (int)sizes[2],
                      .lda = (int)ma->step,
                      .ldb = (int)mb->step,
                      .ldc = (int)md->step,
                      .count = 1,
                      .alpha = *alpha,
                      .a = a,
                      .b = b,
                      .c = d,
                      .bias = p->bias };
  lt_products++;
  if (record_product(&f)) return 0;
  if (f.type == SINGLE) cublasSgemmStridedBatched_run(&f);
  else half_run(&f);
  return 0;
}
