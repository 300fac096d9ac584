/* loss.c -- cross entropy of labels, and sums of squares. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/label.h"
#include "device/cpu/pool.h"
#include "device/cpu/rows.h"

#include <string.h>

/* -- Cross entropy ---------------------------------------------------------------------------- */

typedef struct entropy {
  dg_dense x; /* classes last */
  dg_dense weight, g;
  int64_t *label; /* of each row, from 0; -1 where ignored */
  void *factor;   /* of each row */
  void *block;
  int64_t got, count, classes;
} entropy;

static void close_entropy(entropy *e)
{
  dg_dense_free(&e->x);
  dg_dense_free(&e->weight);
  dg_dense_free(&e->g);
  if (e->block) dg_block_free(e->block, e->got, DG_WORKSPACE);
}

/* factor = scale weight[label] g */
#define FACTORS(T)                                                                                 \
  static void factors_##T(const entropy *e, double scale, bool each)                               \
  {                                                                                                \
    const T *weight = e->weight.data, *g = e->g.data;                                              \
    for (int64_t i = 0; i < e->count; i++) {                                                       \
      T f = (T)scale;                                                                              \
      if (weight && e->label[i] >= 0) f *= weight[e->label[i]];                                    \
      if (g) f *= g[each ? i : 0];                                                                 \
      ((T *)e->factor)[i] = f;                                                                     \
    }                                                                                              \
  }

FACTORS(float)
FACTORS(double)

static int open_entropy(entropy *e, const dg_view *x, const dg_labels *l, const dg_view *weight,
                        double scale, const dg_view *g)
{
  dg_view classes_last = dg_axes_last(x, 1u << 1);
  memset(e, 0, sizeof *e);
  e->count = l->t.size;
  e->classes = x->shape[1];
  if (dg_dense_read(&e->x, &classes_last) < 0) return -1;
  if (weight && dg_dense_read(&e->weight, weight) < 0) return -1;
  if (g && dg_dense_read(&e->g, g) < 0) return -1;
  e->block = dg_block_alloc(e->count * 16, DG_WORKSPACE, &e->got);
  if (!e->block) return -1;
  e->label = e->block;
  e->factor = (char *)e->block + e->count * 8;
  dg_read_labels(l, e->label);
  bool each = g && g->size > 1;
  if (x->dtype == DG_F32) factors_float(e, scale, each);
  else factors_double(e, scale, each);
  return 0;
}

static double sum_of(const void *x, int64_t n, int dtype)
{
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += dtype == DG_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
  return sum;
}

int dg_cpu_cross_entropy(const dg_view *x, const dg_labels *l, const dg_view *weight, double scale,
                         const dg_view *y)
{
  entropy e;
  int status = open_entropy(&e, x, l, weight, scale, NULL);
  if (status == 0) { /* each row's loss may take the place of its factor */
    bool each = y->ndim > 0;
    dg_rows rows = { .n = e.classes,
                     .x = e.x.data,
                     .y = each ? y->data : e.factor,
                     .label = e.label,
                     .factor = e.factor };
    dg_rows_run(DG_ROWS_CROSS_ENTROPY, x->dtype, &rows, e.count);
    if (!each) dg_cpu_fill(y, sum_of(e.factor, e.count, x->dtype));
  }
  close_entropy(&e);
  return status;
}

int dg_cpu_cross_entropy_grad(const dg_view *x, const dg_labels *l, const dg_view *weight,
                              double scale, const dg_view *gy, const dg_view *gx)
{
  entropy e;
  dg_dense to = { NULL };
  dg_view classes_last = dg_axes_last(gx, 1u << 1);
  int status = open_entropy(&e, x, l, weight, scale, gy);
  if (status == 0) status = dg_dense_write(&to, &classes_last);
  if (status == 0) {
    dg_rows rows = {
      .n = e.classes, .x = e.x.data, .y = to.data, .label = e.label, .factor = e.factor
    };
    dg_rows_run(DG_ROWS_CROSS_ENTROPY_GRAD, x->dtype, &rows, e.count);
    dg_dense_close(&to, &classes_last);
  }
  close_entropy(&e);
  return status;
}

/* -- Squares: sums over blocks, added up in double -------------------------------------------- */

enum { BLOCK = 1024, LANES = 16 };

#define SQUARES(T)                                                                                 \
  static double squares_##T(const T *a, const T *b, int64_t n)                                     \
  {                                                                                                \
    double total = 0;                                                                              \
    for (int64_t begin = 0; begin < n; begin += BLOCK, a += BLOCK, b += b ? BLOCK : 0) {           \
      int64_t some = DG_MIN(n - begin, BLOCK), i = 0;                                              \
      double lane[LANES];                                                                          \
      for (int k = 0; k < (some < LANES ? 1 : LANES); k++) lane[k] = 0;                            \
      for (; i + LANES <= some; i += LANES)                                                        \
        for (int k = 0; k < LANES; k++) {                                                          \
          const double d = (double)(b ? a[i + k] - b[i + k] : a[i + k]);                           \
          lane[k] += d * d;                                                                        \
        }                                                                                          \
      for (; i < some; i++) {                                                                      \
        const double d = (double)(b ? a[i] - b[i] : a[i]);                                         \
        lane[0] += d * d;                                                                          \
      }                                                                                            \
      for (int k = some < LANES ? 0 : LANES / 2; k > 0; k /= 2)                                    \
        for (int j = 0; j < k; j++) lane[j] += lane[j + k];                                        \
      total += lane[0];                                                                            \
    }                                                                                              \
    return total;                                                                                  \
  }

SQUARES(float)
SQUARES(double)

static int squares(const dg_view *a, const dg_view *b, double *sum)
{
  dg_dense da = { NULL }, db = { NULL };
  int status = dg_dense_read(&da, a);
  if (status == 0 && b) status = dg_dense_read(&db, b);
  if (status == 0)
    *sum = a->dtype == DG_F32 ? squares_float(da.data, b ? db.data : NULL, a->size)
                              : squares_double(da.data, b ? db.data : NULL, a->size);
  dg_dense_free(&da);
  dg_dense_free(&db);
  return status;
}

int dg_cpu_square_error(const dg_view *a, const dg_view *b, double scale, const dg_view *y)
{
  double sum = 0;
  if (squares(a, b, &sum) < 0) return -1;
  return dg_cpu_fill(y, sum * scale);
}

int dg_cpu_sum_of_squares(const dg_view *x, double *sum) { return squares(x, NULL, sum); }
