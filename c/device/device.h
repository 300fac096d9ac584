/* device.h -- what a backend can do: one table of functions, the same for every device.
 *
 * Functions return 0, or -1 with an error set. Views may have any strides unless said otherwise;
 * shapes, dtypes and overlap have been checked by the operator that calls. */
#ifndef DG_DEVICE_H
#define DG_DEVICE_H

#include "device/steps.h"
#include "device/update.h"
#include "device/view.h"

struct dg_map;

typedef enum dg_reduction { DG_SUM, DG_MAX_OF, DG_MIN_OF, DG_ARGMAX, DG_ARGMIN } dg_reduction;

/* With parameters a and b: [a, b); mean a, deviation b; whole numbers in [a, b); b with probability
 * a, else 0; the numbers a, a + 1, ... in random order. */
typedef enum dg_distribution {
  DG_UNIFORM,
  DG_NORMAL,
  DG_RANDINT,
  DG_BERNOULLI,
  DG_PERMUTATION
} dg_distribution;

/* How far a caller's offset moves for n elements. */
#define DG_RANDOM_BLOCKS(n) ((uint64_t)(n) / 2 + 1)

/* What is computed along rows: y = softmax(x), y = log softmax(x), y = log of the sum of exp(x); and
 * the gradients of the first two, where x is what they gave and g the gradient of that. */
typedef enum dg_softmax_kind {
  DG_SOFTMAX,
  DG_LOG_SOFTMAX,
  DG_LOGSUMEXP,
  DG_SOFTMAX_GRAD,
  DG_LOG_SOFTMAX_GRAD
} dg_softmax_kind;

/* Labels of any integer dtype and strides. Class 0 has the number `base`. */
typedef struct dg_labels {
  dg_view t;
  int64_t classes; /* -1: any number is right */
  int64_t base;
  int64_t ignored; /* a label that counts for nothing; INT64_MIN: there is none */
} dg_labels;

/* What dg_labels of a step that is being recorded have for numbers is not known. */
#define DG_LABELS_UNCOUNTED INT64_MAX
#define DG_BY_USED (-1.0)

typedef struct dg_label_report {
  int64_t used; /* how many are not ignored, or DG_LABELS_UNCOUNTED */
  int64_t bad;  /* the position of the first one out of range, in row-major order; -1: none is */
  int64_t label;
} dg_label_report;

/* Sequences of labels that are to be found in longer ones: `labels` are batch x longest, of each
 * row the first label_length count, of the input the first input_length steps (int64, batch, no
 * gaps). */
typedef struct dg_sequences {
  dg_labels labels;
  dg_view input_length, label_length;
  int64_t blank; /* the class of no label, counted from 0 */
} dg_sequences;

/* The rules of device/update.h: DG_UPDATE_SCALE and so on. */
#define DG_UPDATE_ENUM(NAME, ...) DG_UPDATE_##NAME,
typedef enum dg_update_rule { DG_UPDATE_RULES(DG_UPDATE_ENUM) } dg_update_rule;

typedef struct dg_update {
  dg_update_rule rule;
  int states;
  bool
      fixed; /* the numbers are the same whenever this is done: an operator's, not an optimizer's */
  double f[DG_UPDATE_NUMBERS];
} dg_update;

/* Softmax attention: y = (m p) v with p = softmax(s), s = scale q k' + mask along its last axis. A
 * mask of bools puts -inf where it is false; `causal` puts -inf where the key's position is above
 * the query's. A row of -inf alone has p = 0. Each m is 1 / keep with probability keep, else 0: row
 * n of all rows of p (row-major) has the numbers that `random` gives for DG_BERNOULLI (keep,
 * 1 / keep), as many as there are keys, from offset + n ((keys + 3) / 4) on; with keep = 1 all are
 * 1. */
typedef struct dg_attention_spec {
  double scale;
  bool causal;
  double keep; /* in (0, 1] */
  uint64_t seed, offset;
} dg_attention_spec;

/* What passes between the elements of a list and those of a table: the place of a list's element, but
 * along one axis the position that an index of the list's shape has for it. */
typedef enum dg_along {
  DG_ALONG_TAKE, /* list = table[index] */
  DG_ALONG_SET,  /* table[index] = list: of equal places the last one stays, row-major */
  DG_ALONG_ADD   /* table[index] += list, in order; any dtype but bool */
} dg_along;

/* What `lstm_steps` keeps of each unit: four gates, c and h. */
enum { DG_LSTM_KEPT = 6 };

/* What is computed of each matrix of a stack: of its last two axes. Floats of one dtype. */
typedef enum dg_linalg {
  DG_LINALG_INV,      /* n x n: the inverse */
  DG_LINALG_DET,      /* n x n: the determinant, without the two axes */
  DG_LINALG_SOLVE,    /* a: n x n, b: n x k: the x of a x = b */
  DG_LINALG_CHOLESKY, /* n x n: lower l with l l' = x, whose upper triangle is not read */
  DG_LINALG_EIGH,     /* n x n, likewise: n eigenvalues, ascending; eigenvectors as columns */
  DG_LINALG_SVD, /* m x n: u, m x k or m x m; k = min(m, n) singular values; v', k x n or n x n */
  DG_LINALG_QR   /* m x n, m >= n: q, m x n; r, n x n */
} dg_linalg;

/* How a window steps over the last n axes of x (batch, channels, n axes) to give those of y. Along
 * axis k of them place o of out[k] looks at ksize[k] elements: o stride - pad + i dilate for i = 0,
 * 1, ... Those that are not in 0 ... in[k] - 1 lie in the padding. Adaptive windows reach from
 * floor(o in / out) to below ceil((o + 1) in / out) instead, and ksize, stride, pad and dilate do
 * not count. Sizes fit int32, and so do ksize, stride, pad and dilate. */
enum { DG_SWEEP_AXES = 4 };
typedef struct dg_sweep {
  int n;
  bool adaptive;
  int64_t in[DG_SWEEP_AXES], out[DG_SWEEP_AXES];
  int64_t ksize[DG_SWEEP_AXES], stride[DG_SWEEP_AXES], pad[DG_SWEEP_AXES], dilate[DG_SWEEP_AXES];
} dg_sweep;

/* The sum of a window's elements, or that divided by the product of ksize, or by how many elements
 * of the window do not lie in the padding (0 / 0 where there are none). */
typedef enum dg_pooling_kind { DG_POOL_SUM, DG_POOL_MEAN, DG_POOL_MEAN_INSIDE } dg_pooling_kind;

/* How x is normalized: y = (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance
 * of x over the bit set `axes`; not centred, the mean is 0 and the variance the mean of x^2. Both
 * have x's rank, size 1 along the axes, no gaps, and x's dtype; or float32 beside floats of 16 bits,
 * unless they are given. */
typedef struct dg_norm {
  unsigned axes;
  bool centred;
  bool given; /* mean and var are there; else they are computed and written */
  double eps;
  const dg_view *mean, *var;
} dg_norm;

/* Marks an entry that a backend may lack, which is NULL then: who calls it asks for it first, or knows
 * that it is on the host, or on a card. All others every backend has. */
#define DG_OPTIONAL

typedef struct dg_backend {
  const char *name;
  /* y = formula(x...), inputs broadcast to y's shape; y is contiguous. */
  int (*map)(const struct dg_map *m, const dg_view *const *x, const dg_view *y,
             const double *parameters);
  /* The same for n elements without gaps: x and y of one length. The CPU's only. */
  DG_OPTIONAL int (*map_flat)(const struct dg_map *m, int dtype, int64_t n, void *y,
                              const void *const *x, const double *parameters);
  /* The same for up to DG_FEW elements and inputs without gaps, of y's size or of one element, which
   * are cast to y's dtype; or with a scale that is not 0, y, one element, is that times the sum over
   * the elements of the first input. The CPU's only. */
  DG_OPTIONAL int (*map_few)(const struct dg_map *m, const dg_view *const *x, const dg_view *y,
                             const double *parameters, double scale);
  /* to = from, cast where the dtypes differ (floats to integers saturate, NaN gives 0). */
  int (*copy)(const dg_view *from, const dg_view *to);
  int (*fill)(const dg_view *y, double value);
  /* Whether an element of x, integers, is 0: 1 or 0. */
  int (*has_zero)(const dg_view *x);
  /* to += from, same dtype and shape. */
  int (*accumulate)(const dg_view *from, const dg_view *to);
  /* y has x's rank and size 1 along the bit set `axes`; ARGMAX and ARGMIN give int64 positions
   * counted over the reduced axes in row-major order. y is contiguous. NaN wins maxima, minima. */
  int (*reduce)(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes);
  /* y = a b for (..., m, k) and (..., k, n), leading axes already equal; y is contiguous. */
  int (*matmul)(const dg_view *a, const dg_view *b, const dg_view *y);
  /* y[..., i, ...] = x[..., index[i], ...] along `axis`; x and y have equal ranks and sizes but
   * along it; index is contiguous int64, of as many positions, in range. */
  int (*gather)(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
  /* y[..., index[i], ...] = x[..., i, ...]: of equal indices the last one stays. */
  int (*scatter)(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
  /* y[..., index[i], ...] += x[..., i, ...]: equal indices add up, in order. */
  int (*scatter_add)(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
  /* The table has the list's rank, and no smaller size but along `axis`; the index has the list's
   * shape, is contiguous int64 and in range. What is written is the list, contiguous, or the table. */
  int (*along)(dg_along kind, const dg_view *table, int axis, const dg_view *index,
               const dg_view *list);
  /* y = the positions along `axis` of x's elements in rising or falling order: int64, contiguous.
   * Equal elements keep their order. NaN counts as larger than all numbers. */
  int (*argsort)(const dg_view *x, int axis, bool descending, const dg_view *y);
  /* y[0] ... of x[0] ..., stacks with equal leading axes; y are contiguous. A message does not begin
   * with the name of an operator. */
  int (*linalg)(dg_linalg kind, const dg_view *const *x, const dg_view *const *y);
  /* to = index - base, or from the end of `size` where negative. Returns 1 and the first index that
   * is out of range as `bad`, if there is one. `to` is contiguous int64. */
  int (*positions)(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                   int64_t *bad);
  /* How many elements are not 0; y, if not NULL, gets their row-major positions,
   * or if it has two axes their coordinates (int64, contiguous). */
  int64_t (*nonzero)(const dg_view *x, const dg_view *y);
  /* y = the sums of x up to each place of an axis, or of what follows it in reverse; floats, int32
   * or int64; y is contiguous. */
  int (*cumsum)(const dg_view *x, const dg_view *y, int axis, bool reverse);
  /* y_k = a_k y_(k-1) + b_k along an axis, beginning with `start`, or the same from the end on;
   * floats. a and b have the shape of y, which is contiguous. */
  int (*recurrence)(const dg_view *a, const dg_view *b, const dg_view *y, int axis, bool reverse,
                    double start);
  /* y = where the largest element of x up to each place of an axis is, int64, counted from 0; of
   * equals the last, the first NaN for good. Any dtype; y is contiguous. */
  int (*argcummax)(const dg_view *x, const dg_view *y, int axis);
  /* y = x W' + b for matrices; b may be NULL. */
  int (*linear)(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y);
  /* gx = gy W, gw = gy' x, gb = the sum of gy's rows; each may be NULL, all are contiguous. */
  int (*linear_grad)(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                     const dg_view *gw, const dg_view *gb);
  /* The same where gw and gb are added to. The CPU's only. */
  DG_OPTIONAL int (*linear_grad_add)(const dg_view *x, const dg_view *w, const dg_view *gy,
                                     const dg_view *gx, const dg_view *gw, const dg_view *gb);
  /* y = scale a' b for matrices of as many rows, of which none has gaps; y += that if `add`. Floats;
   * y is contiguous. The CPU's only. */
  DG_OPTIONAL int (*outer)(double scale, const dg_view *a, const dg_view *b, bool add,
                           const dg_view *y);
  /* Along the bit set `axes`; g is NULL where `kind` has no use for it. */
  int (*softmax)(dg_softmax_kind kind, const dg_view *x, const dg_view *g, const dg_view *y,
                 unsigned axes);
  /* gamma and beta have x's rank and its size or 1 along each axis; each may be NULL: 1, and 0.
   * y is contiguous. Without elements mean and var are 0. */
  int (*normalize)(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *beta,
                   const dg_view *y);
  /* The gradients of that, mean and var being those of x: each may be NULL, all are contiguous.
   * ggamma and gbeta have one shape, that of gamma where it is there. */
  int (*normalize_grad)(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *g,
                        const dg_view *gx, const dg_view *ggamma, const dg_view *gbeta);
  /* Looks at labels before others rely on them. */
  int (*check_labels)(const dg_labels *l, dg_label_report *report);
  /* y[i, j] = x[i, label, j], 0 where a label is ignored; x is n x classes x anything. */
  int (*select_item)(const dg_view *x, const dg_labels *l, const dg_view *y);
  /* y[i, label, j] = x[i, j], or 1 where x is NULL; 0 elsewhere. y is contiguous. */
  int (*place_item)(const dg_view *x, const dg_labels *l, const dg_view *y);
  /* y[...] = x[label], rows of a matrix; zeros where a label is ignored. y is contiguous. */
  int (*take_rows)(const dg_view *x, const dg_labels *l, const dg_view *y);
  /* Whether y[...] = x[label], none of which is ignored, to the last bit: 1 or 0. The CPU's only. */
  DG_OPTIONAL int (*are_rows)(const dg_view *x, const dg_labels *l, const dg_view *y);
  /* y[label] = the sum of x[...], in order. y is contiguous. */
  int (*add_rows)(const dg_view *x, const dg_labels *l, const dg_view *y);
  /* y[i] = the sum of x[label[i, k]] over k, in order, then the bias (of y's columns; NULL: none);
   * labels and y are matrices, y is contiguous. */
  int (*sum_rows)(const dg_view *x, const dg_labels *l, const dg_view *bias, const dg_view *y);
  /* How many different labels there are that are not ignored. `numbers` gets them, counted from 0,
   * in the order in which they come first, and `places` for each label where it stands among them,
   * -1 where ignored. Both are contiguous int64, of as many elements as there are labels. A card
   * does not tell how many there are, but how many labels: where a number is not new, -1 stands for
   * it. */
  int64_t (*distinct)(const dg_labels *l, const dg_view *numbers, const dg_view *places);
  /* y = which share of the labels that are not ignored the int64 positions x say as well, 0 where all
   * are; one float. */
  int (*count_hits)(const dg_view *x, const dg_labels *l, const dg_view *y);
  /* -log softmax(x)[label] scale weight[label], for each label, or the sum if y has one element. A
   * scale of DG_BY_USED, for a sum: 1 / the number of labels that are not ignored, at least 1.
   * x is n x classes x anything, weight NULL or one number for each class. */
  int (*cross_entropy)(const dg_view *x, const dg_labels *l, const dg_view *weight, double scale,
                       const dg_view *y);
  /* gx = the gradient of that with respect to x, times gy, which has the shape of y. */
  int (*cross_entropy_grad)(const dg_view *x, const dg_labels *l, const dg_view *weight,
                            double scale, const dg_view *gy, const dg_view *gx);
  /* y (batch) = minus the logarithm of the probability that the steps of x, when equal ones in a
   * row are made one and blanks taken out, are these labels: infinite where they cannot be. x has
   * logarithms of probabilities, steps x batch x classes. */
  int (*ctc)(const dg_sequences *s, const dg_view *x, const dg_view *y);
  /* gx = the gradient of that times gy (batch): minus the probability that a step is in a class,
   * given the labels; 0 where they cannot be. gx is contiguous. */
  int (*ctc_grad)(const dg_sequences *s, const dg_view *x, const dg_view *gy, const dg_view *gx);
  /* y = scale times the sum of (a - b)^2. */
  int (*square_error)(const dg_view *a, const dg_view *b, double scale, const dg_view *y);
  int (*sum_of_squares)(const dg_view *x, double *sum);
  /* Convolution: y[n, o, place] = b[o] + the sum over c and i of x[n, c, element i of the window]
   * w[o, c, i]. x is batch x channels x in..., w is filters x channels/groups x ksize..., y is
   * batch x filters x out...; filters of group g see the channels of group g. b, of `filters`
   * elements, may be NULL. The padding is zeros. Floats; y is contiguous. */
  int (*convolve)(const dg_sweep *s, const dg_view *x, const dg_view *w, const dg_view *b,
                  const dg_view *y);
  /* Its transpose with respect to x: x[n, c, ...] = b[c] + the sum of y[n, o, place] w[o, c, i]
   * over all o, places and i whose window element that is. b, of `channels` elements, may be NULL.
   * x is contiguous. */
  int (*convolve_data)(const dg_sweep *s, const dg_view *y, const dg_view *w, const dg_view *b,
                       const dg_view *x);
  /* Its transpose with respect to w: w[o, c, i] = the sum of x[n, c, element i of the window] y[n,
   * o, place] over all n and places. w is contiguous. */
  int (*convolve_weight)(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *w);
  /* col[n, c, i..., place...] = x[n, c, element i of the window]; 0 in the padding. Floats; col is
   * contiguous. */
  int (*im2col)(const dg_sweep *s, const dg_view *x, const dg_view *col);
  /* Its transpose: x[n, c, ...] = the sum of what im2col copies from there. x is contiguous. */
  int (*col2im)(const dg_sweep *s, const dg_view *col, const dg_view *x);
  /* y = the largest element of each window, the padding aside; NaN wins. index (int32, contiguous,
   * of y's shape) gets its place in x's plane, counted row-major over the last n axes: the first
   * one of equals. A window that lies in the padding as a whole gives minus infinity and -1.
   * Floats, planes of at most 2^31 - 1 elements; y is contiguous. */
  int (*pool_max)(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *index);
  /* y = the sum or mean of each window; the padding is zeros. y is contiguous. */
  int (*pool_mean)(dg_pooling_kind kind, const dg_sweep *s, const dg_view *x, const dg_view *y);
  /* Its transpose: each element of x gets the sum of y, divided as pool_mean divides, over the
   * windows that it is in. x is contiguous. */
  int (*pool_mean_back)(dg_pooling_kind kind, const dg_sweep *s, const dg_view *y,
                        const dg_view *x);
  /* y[n, c, p] = x[n, c, index[n, c, p]], where what is behind the first two axes counts as one; 0
   * where the index is -1. index is contiguous int32 of y's shape, in range. y is contiguous. */
  int (*pick)(const dg_view *x, const dg_view *index, const dg_view *y);
  /* Its transpose: x[n, c, q] = the sum of y[n, c, p] over all p whose index is q. x is contiguous.
   * s is NULL, or the windows that all indices lie in, those of their places. */
  int (*pick_back)(const dg_sweep *s, const dg_view *y, const dg_view *index, const dg_view *x);
  /* Changes state[0], and what the rule keeps in state[2] ..., in place. All are contiguous but
   * perhaps the gradient, state[1]. */
  int (*update)(const dg_update *u, const dg_view *const *state);
  /* The same with some rows of matrices alone, each once: `numbers` (int64) says which, and the
   * gradient is a matrix of these rows. All are contiguous. A card leaves out negative numbers. */
  int (*update_rows)(const dg_update *u, const dg_view *const *state, const dg_view *numbers);
  /* The same as `update` for `count` parameters of one dtype: `state` has u->states views for each.
   * Cards only. */
  DG_OPTIONAL int (*update_all)(const dg_update *u, int count, const dg_view *const *state);
  /* Element i depends on seed, offset and i alone. y is contiguous. Uses up fewer blocks than
   * DG_RANDOM_BLOCKS(size). */
  int (*random)(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                double b);
  /* One step of an LSTM. x is c0, a, i, f, o; y is c, h:
   * c = sigmoid(f) c0 + sigmoid(i) tanh(a), h = sigmoid(o) tanh(c).
   * All views have one float dtype and one shape, of one axis at least, and any strides; c0 may be
   * c itself. */
  int (*lstm)(const dg_view *const *x, const dg_view *const *y);
  /* Its gradients. x is c0, a, i, f, o, gc, gh; y is gc0, ga, gi, gf, go. With t = tanh(c) and
   * g = gc + gh sigmoid(o) (1 - t^2), c's whole gradient:
   * gc0 = g sigmoid(f), ga = g sigmoid(i) (1 - tanh(a)^2), gi = g tanh(a) sigmoid'(i),
   * gf = g c0 sigmoid'(f), go = gh t sigmoid'(o), where sigmoid' = sigmoid (1 - sigmoid).
   * gc0 may be gc itself, and ga ... be a ... themselves. */
  int (*lstm_grad)(const dg_view *const *x, const dg_view *const *y);
  /* An LSTM over packed sequences, all steps; all gates a come first, then i, f, o; they get
   * x + h W'. x is x (rows x 4 units), h, c (batch x units), W (4 units x units); y is h after each
   * step (rows x units), h and c in the end, and what the gradients want: rows x DG_LSTM_KEPT units, of
   * which the last `units` are h before the step. y has no gaps. */
  int (*lstm_steps)(const dg_packing *s, const dg_view *const *x, const dg_view *const *y);
  /* x is the gradient of all h (rows x units), of h and c in the end, W, and what was kept; y is those
   * of x, of h and of c, without gaps. */
  int (*lstm_steps_grad)(const dg_packing *s, const dg_view *const *x, const dg_view *const *y);
  /* One step of a GRU. x is h0, xr, xz, xn, ur, uz, un; y is h:
   * r = sigmoid(xr + ur), z = sigmoid(xz + uz), n = tanh(xn + r un), h = (1 - z) n + z h0.
   * Views as in `lstm`. */
  int (*gru)(const dg_view *const *x, const dg_view *const *y);
  /* Its gradients. x is h0, xr, xz, xn, ur, uz, un, gh; y is gh0, gr, gz, gxn, gun, where gr is that
   * of xr and of ur, gz that of xz and of uz:
   * gh0 = gh z, gz = gh (h0 - n) z (1 - z), gxn = gh (1 - z) (1 - n^2), gun = gxn r,
   * gr = gxn un r (1 - r). */
  int (*gru_grad)(const dg_view *const *x, const dg_view *const *y);
  /* q is (..., m, k), k (..., n, k), v (..., n, l), mask NULL or (..., m, n), bool or of q's dtype, y
   * (..., m, l), log_sum (..., m): the logarithms of the sums of exp(s), -inf where all s are; float32
   * beside floats of 16 bits, which only cards take. The leading axes are equal; y and log_sum are
   * contiguous. Memory does not grow with m n. */
  int (*attention)(const dg_attention_spec *a, const dg_view *q, const dg_view *k, const dg_view *v,
                   const dg_view *mask, const dg_view *y, const dg_view *log_sum);
  /* The gradients of q, k, v, contiguous; each may be NULL. x is q, k, v; y and log_sum are what
   * `attention` gave, gy is y's gradient. With d = the row sums of gy y and gp = m (gy v'):
   * gs = p (gp - d), gq = scale gs k, gk = scale gs' q, gv = (m p)' gy. */
  int (*attention_grad)(const dg_attention_spec *a, const dg_view *const *x, const dg_view *mask,
                        const dg_view *y, const dg_view *log_sum, const dg_view *gy,
                        const dg_view *const *gx);
} dg_backend;

extern DG_HIDDEN const dg_backend dg_cpu, dg_cuda;

/* The backend of a view. */
DG_INLINE const dg_backend *dg_backend_of(const dg_view *v)
{
  return DG_LIKELY(v->device == 0) ? &dg_cpu : &dg_cuda;
}

/* -- Recorded steps: what this thread asks of a device is noted rather than done, and can be done
 * again at once. CUDA's only. -------------------------------------------------------------------- */

typedef struct dg_graph dg_graph;

/* Recordings under way, of all threads. */
extern DG_HIDDEN int dg_graphs_recording;

/* Starts recording; `offset` is where this thread's sequence of random numbers is. */
dg_graph *dg_graph_begin(int device, uint64_t offset);
int dg_graph_end(dg_graph *g);
/* Also of one that has not ended, which then ends. */
void dg_graph_free(dg_graph *g);
/* How many updates were recorded, or compared, up to now. */
int dg_graph_updates(const dg_graph *g);
/* From here to dg_graph_numbered updates are compared with those recorded from number `from` on, and
 * give their new numbers; all other work is left out. Returns the number of the next one. */
int dg_graph_number(dg_graph *g, int from);
int dg_graph_numbered(dg_graph *g);
bool dg_graph_is_recording(void); /* whether this thread is */
/* Does all of it again. */
int dg_graph_replay(dg_graph *g, uint64_t seed, uint64_t offset);
/* Whether elements that it reads or changes are no more. */
bool dg_graph_is_stale(const dg_graph *g);
/* Notes that what is recorded uses a view. */
void dg_graph_note(const dg_view *v);

/* Where this thread makes new tensors that are not made of others. */
int dg_device_now(void);

/* to = from, like `copy`, wherever they lie. */
int dg_transfer(const dg_view *from, const dg_view *to);

/* Memory of a device other than the host; as dg_block_alloc and so on. */
void *dg_device_alloc(int device, int64_t bytes, dg_kind kind, int64_t *got);
void dg_device_free(int device, void *block, int64_t got, dg_kind kind);
void dg_device_rename(int device, int64_t got, dg_kind from, dg_kind to);

#endif
