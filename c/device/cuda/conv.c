/* conv.c -- convolution and its transposes: windows laid side by side, then products of matrices.
 *
 * The windows of as many samples as fit ROOM bytes are laid out at a time. Windows of one element that
 * step over all of x are x itself. */
#include "device/cuda/blas.h"
#include "device/cuda/scratch.h"
#include "device/cuda/stack.h"
#include "device/cuda/windows.h"

enum { ROOM = 256 << 20 };

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "conv", name "_f32" }, [DG_F64] = { "conv", name "_f64" },                        \
    [DG_F16] = { "conv", name "_f16" }, [DG_BF16] = {                                              \
      "conv",                                                                                      \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

/* With numbers of 32 bits, and of 64. */
static dg_kernel im2col[2][DG_NDTYPES] = { FLOATS("im2col"), FLOATS("im2col_far") };
static dg_kernel col2im[2][DG_NDTYPES] = { FLOATS("col2im"), FLOATS("col2im_far") };

#define ARGUMENT(x) (void *)(uintptr_t)(x)

/* Sizes of a convolution of `batch` samples: x has groups x channels, y groups x filters. */
typedef struct conv {
  const dg_sweep *s;
  int64_t batch, groups, channels, filters, taps, places;
  bool plain; /* a window is one element */
  int dtype, device;
} conv;

static int64_t product(int n, const int64_t *sizes)
{
  int64_t p = 1;
  for (int k = 0; k < n; k++) p *= sizes[k];
  return p;
}

static conv conv_of(const dg_sweep *s, const dg_view *x, const dg_view *w)
{
  conv c = { .s = s, .batch = x->shape[0], .channels = w->shape[1], .plain = true };
  c.groups = c.channels > 0 ? x->shape[1] / c.channels : 1;
  c.filters = c.groups > 0 ? w->shape[0] / c.groups : 0;
  c.taps = product(s->n, s->ksize);
  c.places = product(s->n, s->out);
  for (int k = 0; k < s->n; k++)
    c.plain = c.plain && s->ksize[k] == 1 && s->stride[k] == 1 && s->pad[k] == 0;
  c.dtype = w->dtype;
  c.device = w->device;
  return c;
}

/* How many samples are laid out at a time. */
static int64_t some(const conv *c)
{
  int64_t each = c->groups * c->channels * c->taps * c->places * dg_item_bytes[c->dtype];
  return DG_MAX(1, DG_MIN(c->batch, ROOM / DG_MAX(each, 1)));
}

/* A stack of matrices over memory. */
static dg_view matrices(const conv *c, const void *data, int64_t offset, int64_t count,
                        int64_t rows, int64_t columns, int64_t step, int64_t row)
{
  return dg_cuda_stack(c->device, c->dtype, data, offset, count, rows, columns, step, row);
}

static int lay_out(const dg_sweep *s, const dg_view *x, int64_t step_n, int64_t step_row, void *col)
{
  int64_t windows = x->shape[0] * x->shape[1] * product(s->n, s->out);
  dg_windows w = dg_windows_of(s, x, windows * product(s->n, s->ksize));
  return DG_LAUNCH(dg_kernel_for(im2col[w.far], x->dtype), x->device, dg_blocks(windows, 1),
                   DG_CUDA_THREADS, 0, &windows, &w, &step_n, &step_row, &col);
}

/* col has no gaps. */
static int put_back(const dg_sweep *s, const void *col, const dg_view *bias, const dg_view *x)
{
  int64_t count = x->size,
          all = x->shape[0] * x->shape[1] * product(s->n, s->out) * product(s->n, s->ksize);
  int has_bias = bias != NULL;
  dg_windows w = dg_windows_of(s, x, DG_MAX(count, all));
  w.data = col;
  return DG_LAUNCH(dg_kernel_for(col2im[w.far], x->dtype), x->device, dg_blocks(count, 1),
                   DG_CUDA_THREADS, 0, &count, &w, ARGUMENT(bias ? bias : x), &has_bias,
                   ARGUMENT(&x->data));
}

/* y[n, c, ...] = b[c] */
static int spread_bias(const dg_view *b, const dg_view *y)
{
  dg_view all = *y;
  all.data = b->data;
  for (int i = 0; i < y->ndim; i++) all.stride[i] = i == 1 ? b->stride[0] : 0;
  dg_view_finish(&all);
  return dg_cuda_copy(&all, y);
}

int dg_cuda_im2col(const dg_sweep *s, const dg_view *x, const dg_view *col)
{
  if (col->size == 0) return 0;
  int64_t places = product(s->n, s->out), row = x->shape[1] * product(s->n, s->ksize);
  return lay_out(s, x, row * places, places, col->data);
}

int dg_cuda_col2im(const dg_sweep *s, const dg_view *col, const dg_view *x)
{
  if (x->size == 0) return 0;
  dg_scratch spare;
  dg_view packed;
  if (dg_scratch_pack(&spare, col, &packed) < 0) return -1;
  int status = put_back(s, packed.data, NULL, x);
  dg_scratch_free(&spare);
  return status;
}

/* The windows of some samples as matrices, rows of which are of all groups. */
static int windows_of(const conv *c, const dg_view *x, int64_t from, int64_t count,
                      dg_scratch *room, const void **col)
{
  dg_view part = dg_view_part(x, 0, from, count);
  int64_t rows = c->groups * c->channels * c->taps;
  *col = part.data;
  if (c->plain) return 0;
  *col = room->data;
  return lay_out(c->s, &part, rows * c->places, c->places, room->data);
}

/* y[n, g] (+)= w[g] col[n, g] for some samples; transposed, col[n, g] = w[g]' y[n, g]. */
static int multiply(const conv *c, const dg_view *w, const void *col, const void *y, int64_t count,
                    bool transposed, bool add)
{
  int64_t f = c->filters, k = c->channels * c->taps, p = c->places;
  int status = 0;
  for (int64_t g = 0; g < c->groups && status == 0; g++) {
    dg_view wg = matrices(c, w->data, g * f * k, count, f, k, 0, k);
    dg_view cg = matrices(c, col, g * k * p, count, k, p, c->groups * k * p, p);
    dg_view yg = matrices(c, y, g * f * p, count, f, p, c->groups * f * p, p),
            wt = dg_stack_turned(wg);
    status = transposed ? dg_cuda_product(&wt, &yg, &cg, add) : dg_cuda_product(&wg, &cg, &yg, add);
  }
  return status;
}

static int room_for_windows(const conv *c, dg_scratch *room)
{
  int64_t bytes = c->groups * c->channels * c->taps * c->places * dg_item_bytes[c->dtype];
  return dg_scratch_take(room, c->device, some(c) * bytes);
}

int dg_cuda_convolve(const dg_sweep *s, const dg_view *x, const dg_view *w, const dg_view *b,
                     const dg_view *y)
{
  if (y->size == 0) return 0;
  conv c = conv_of(s, x, w);
  dg_scratch room = { NULL }, spare_w = { NULL }, spare_x = { NULL };
  dg_view vw, vx = *x;
  const void *col = NULL;
  int status = b ? spread_bias(b, y) : 0;
  if (status == 0) status = dg_scratch_pack(&spare_w, w, &vw);
  if (status == 0 && c.plain) status = dg_scratch_pack(&spare_x, x, &vx);
  if (status == 0 && !c.plain && x->size > 0) status = room_for_windows(&c, &room);
  for (int64_t at = 0, n = some(&c); at < c.batch && status == 0; at += n) {
    int64_t count = DG_MIN(n, c.batch - at);
    dg_view part = dg_view_part(y, 0, at, count);
    if (x->size > 0) status = windows_of(&c, &vx, at, count, &room, &col);
    if (status == 0) status = multiply(&c, &vw, col, part.data, count, false, b != NULL);
  }
  dg_scratch_free(&room);
  dg_scratch_free(&spare_w);
  dg_scratch_free(&spare_x);
  return status;
}

int dg_cuda_convolve_data(const dg_sweep *s, const dg_view *y, const dg_view *w, const dg_view *b,
                          const dg_view *x)
{
  if (x->size == 0) return 0;
  conv c = conv_of(s, x, w);
  if (y->size == 0) return b ? spread_bias(b, x) : dg_cuda_fill(x, 0);
  dg_scratch room = { NULL }, spare_w = { NULL }, spare_y = { NULL };
  dg_view vw, vy;
  int status = dg_scratch_pack(&spare_w, w, &vw);
  if (status == 0) status = dg_scratch_pack(&spare_y, y, &vy);
  if (status == 0 && !c.plain) status = room_for_windows(&c, &room);
  if (status == 0 && c.plain && b) status = spread_bias(b, x);
  for (int64_t at = 0, n = some(&c); at < c.batch && status == 0; at += n) {
    int64_t count = DG_MIN(n, c.batch - at);
    dg_view from = dg_view_part(&vy, 0, at, count), to = dg_view_part(x, 0, at, count);
    status = multiply(&c, &vw, c.plain ? to.data : room.data, from.data, count, true, c.plain && b);
    if (status < 0 || c.plain) continue;
    status = put_back(s, room.data, b, &to);
  }
  dg_scratch_free(&room);
  dg_scratch_free(&spare_w);
  dg_scratch_free(&spare_y);
  return status;
}

/* The sum over samples is that over the columns of one product: here sample and place are one axis of
 * both factors. */
int dg_cuda_convolve_weight(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *w)
{
  if (w->size == 0) return 0;
  if (x->size == 0 || y->size == 0) return dg_cuda_fill(w, 0);
  conv c = conv_of(s, x, w);
  int64_t f = c.filters, k = c.channels * c.taps, p = c.places, n = some(&c);
  dg_scratch col = { NULL }, outs = { NULL };
  int status = room_for_windows(&c, &col);
  if (status == 0)
    status = dg_scratch_take(&outs, c.device, n * c.groups * f * p * dg_item_bytes[c.dtype]);
  for (int64_t at = 0; at < c.batch && status == 0; at += n) {
    int64_t count = DG_MIN(n, c.batch - at), columns = count * p;
    dg_view from_x = dg_view_part(x, 0, at, count), from_y = dg_view_part(y, 0, at, count),
            to = from_y;
    to.data = outs.data;
    to.stride[0] = p;
    to.stride[1] = columns;
    to.stride[s->n + 1] = 1;
    for (int i = s->n; i >= 2; i--) to.stride[i] = to.stride[i + 1] * s->out[i - 1];
    dg_view_finish(&to);
    status = lay_out(s, &from_x, p, columns, col.data);
    if (status == 0) status = dg_cuda_copy(&from_y, &to);
    if (status < 0) break;
    dg_view a = matrices(&c, outs.data, 0, c.groups, f, columns, f * columns, columns);
    dg_view b =
        dg_stack_turned(matrices(&c, col.data, 0, c.groups, k, columns, k * columns, columns));
    dg_view g = matrices(&c, w->data, 0, c.groups, f, k, f * k, k);
    status = dg_cuda_product(&a, &b, &g, at > 0);
  }
  dg_scratch_free(&col);
  dg_scratch_free(&outs);
  return status;
}
