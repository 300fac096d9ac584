/* diagonal.c -- diagonals: views of them, and matrices made of them. */
#include "op/array.h"

enum { K, I, J }; /* attributes: which diagonal (positive: above the main one) of which two axes */

/* That diagonal as the last axis of a view without the two. */
static dg_view diagonal_of(const dg_view *x, const int64_t *a)
{
  int i = (int)a[I], j = (int)a[J];
  int64_t row = a[K] < 0 ? DG_MIN(x->shape[i], -a[K]) : 0;
  int64_t column = a[K] > 0 ? DG_MIN(x->shape[j], a[K]) : 0;
  dg_view d = dg_view_without(x, DG_MAX(i, j));
  d = dg_view_without(&d, DG_MIN(i, j));
  d.shape[d.ndim] = DG_MIN(x->shape[i] - row, x->shape[j] - column);
  d.stride[d.ndim++] = x->stride[i] + x->stride[j];
  dg_view_finish(&d);
  if (d.size > 0) d.data = dg_at(x, row * x->stride[i] + column * x->stride[j]);
  return d;
}

static int check_diagonal(const char *who, int64_t k)
{
  if (k > -INT32_MAX && k < INT32_MAX) return 0;
  return dg_fail(DG_EARGUMENT, "%s: there is no diagonal %lld", who, (long long)k);
}

/* -- diagonal ------------------------------------------------------------------------------- */

static int declared(dg_call *c)
{
  return c->y[0] ? 0 : -1; /* what begins the call declares its output */
}

static int diagonal_place_forward(dg_call *c)
{
  const dg_view *y = &c->y[0]->v;
  dg_view d = diagonal_of(y, c->i);
  if (dg_backend_of(y)->fill(y, 0) < 0) return -1;
  return dg_backend_of(y)->copy(&c->x[0]->v, &d);
}

static int diagonal_place_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_diagonal(gy[0], c->i[K], c->i[I], c->i[J]);
  return 0;
}

static const dg_op_class diagonal_place_op = {
  .name = "diagonal_place",
  .flags = DG_MOVES,
  .shape = declared,
  .forward = diagonal_place_forward,
  .backward = diagonal_place_backward,
};

/* gx is 0 but on the diagonal: there it is gy. */
static int diagonal_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  const dg_view *x = &c->x[0]->v;
  dg_call *g = dg_begin1(&diagonal_place_op, gy[0]);
  if (g) {
    g->i[K] = c->i[K], g->i[I] = c->i[I], g->i[J] = c->i[J];
    dg_output(g, 0, x->dtype, x->ndim, x->shape);
  }
  gx[0] = dg_finish(g);
  return 0;
}

static const dg_op_class diagonal_op = { .name = "diagonal",
                                         .shape = declared,
                                         .backward = diagonal_backward };

/* Diagonal k (0: the main one, positive: above it) of the matrices in axes i and j, as the last axis
 * of the result, which has the other axes in front. Shares the elements of x. */
DG_API dg_tensor *dg_diagonal(dg_tensor *x, int64_t k, int64_t i, int64_t j)
{
  dg_call *c = check_diagonal("diagonal", k) < 0 ? NULL : dg_begin1(&diagonal_op, x);
  if (!c) return NULL;
  const dg_view *v = &c->x[0]->v;
  c->i[K] = k;
  c->i[I] = dg_axis(c, i, v->ndim);
  c->i[J] = c->i[I] < 0 ? -1 : dg_axis(c, j, v->ndim);
  if (c->i[J] >= 0 && c->i[I] == c->i[J])
    c->i[J] = dg_op_fail(c, DG_EARGUMENT, "axis %lld is given twice", (long long)c->i[I] + 1);
  if (c->i[J] < 0) {
    dg_call_discard(c);
    return NULL;
  }
  dg_body *y = dg_output_view(c, 0, c->x[0]);
  if (y) y->v = diagonal_of(v, c->i);
  return dg_finish(c);
}

/* Matrices with the last axis of x on diagonal k (0: the main one, positive: above it) and zeros
 * elsewhere: what diagonal undoes. */
DG_API dg_tensor *dg_diag_embed(dg_tensor *x, int64_t k)
{
  dg_call *c = check_diagonal("diag_embed", k) < 0 ? NULL : dg_begin1(&diagonal_place_op, x);
  if (!c) return NULL;
  dg_view y = c->x[0]->v;
  if (y.ndim == 0 || y.ndim == DG_MAX_NDIM) {
    dg_fail(DG_EARGUMENT, "diag_embed: wanted 1 to %d axes, got %d", DG_MAX_NDIM - 1, y.ndim);
    dg_call_discard(c);
    return NULL;
  }
  int last = y.ndim++;
  y.shape[last] = y.shape[last - 1] += k < 0 ? -k : k;
  c->i[K] = k, c->i[I] = last - 1, c->i[J] = last;
  dg_output(c, 0, y.dtype, y.ndim, y.shape);
  return dg_finish(c);
}

/* -- Matrices ------------------------------------------------------------------------------- */

static dg_body *zero_matrix(const char *who, int dtype, int64_t rows, int64_t columns, int64_t k)
{
  if (check_diagonal(who, k) < 0) return NULL;
  dg_body *b = dg_body_new(who, dtype, 2, (const int64_t[]){ rows, columns });
  if (!b) return NULL;
  b->v.device = (uint8_t)dg_device_now();
  if (dg_body_allocate(b, DG_ACTIVATION) < 0) {
    dg_fail_prefix("%s: ", who);
    dg_body_free(b);
    return NULL;
  }
  dg_backend_of(&b->v)->fill(&b->v, 0);
  return b;
}

/* A matrix of zeros with ones on diagonal k (0: the main one, positive: above it). */
DG_API dg_tensor *dg_eye(int dtype, int64_t rows, int64_t columns, int64_t k)
{
  dg_body *b = zero_matrix("eye", dtype, rows, columns, k);
  if (!b) return NULL;
  dg_view d = diagonal_of(&b->v, (const int64_t[]){ k, 0, 1 });
  dg_backend_of(&d)->fill(&d, 1);
  return dg_born(b);
}

/* A matrix with ones on diagonal k and below it, and zeros above. */
DG_API dg_tensor *dg_tri(int dtype, int64_t rows, int64_t columns, int64_t k)
{
  dg_body *b = zero_matrix("tri", dtype, rows, columns, k);
  if (!b) return NULL;
  for (int64_t i = 0; i < rows && columns > 0; i++) {
    dg_view row = {
      .data = dg_at(&b->v, i * columns), .dtype = b->v.dtype, .ndim = 1, .device = b->v.device
    };
    row.shape[0] = DG_MIN(DG_MAX(i + k + 1, 0), columns);
    row.stride[0] = 1;
    dg_view_finish(&row);
    dg_backend_of(&row)->fill(&row, 1);
  }
  return dg_born(b);
}
