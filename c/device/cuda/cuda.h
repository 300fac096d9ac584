/* cuda.h -- the CUDA backend's own: devices, memory, kernels, and the entries of its table.
 *
 * A device is the number that views carry: 1 is cuda:0. All work of a device goes through one stream
 * in the order of the calls, whatever thread makes them; memory that is freed may therefore be used
 * again at once. Nothing here waits for the device unless a value is wanted on the host. */
#ifndef DG_CUDA_H
#define DG_CUDA_H

#include "device/cuda/driver.h"
#include "device/device.h"

typedef struct dg_cuda_device {
  void *context, *stream;
  void *blas; /* made by the first matrix product */
  void *blas_stream;
  void *blas_room; /* what cuBLAS works in */
  int handle;      /* the driver's number of it */
  int arch;        /* 90 is compute capability 9.0 */
  int processors;
  void *reached;       /* the event behind its last work that another device waits for */
  uint32_t peers;      /* bit set of the devices whose memory it was let reach, if it can */
  void *marks[2];      /* events of the last two dg_cuda_time */
  double milliseconds; /* of its clock, at the last of them */
  char text[176];      /* "NVIDIA H100 80GB HBM3, compute capability 9.0" */
} dg_cuda_device;

/* The device, made current on this thread; NULL with an error set when it is not to be had. */
dg_cuda_device *dg_cuda_enter(int device);
/* The driver, once a device has been entered. */
extern const dg_cuda_driver *dg_driver;
/* How many devices there are, and why there is none. */
int dg_cuda_count(void);
const char *dg_cuda_reason(void);
/* Whether this process was forked off one that used CUDA: then nothing of it can be used. */
bool dg_cuda_is_forked(void);
/* Has all that will be asked of `device` happen after what was asked of `other`; nobody waits. */
int dg_cuda_follow(int device, int other);
/* Has a device copy to and from another's memory by itself, where the two can. */
int dg_cuda_reach(int device, int other);
/* Waits until all that was asked of the device is done. */
int dg_cuda_wait(int device);
/* Its clock when that is so, in seconds since this was first asked; NaN with an error set. */
double dg_cuda_time(int device);

/* -- Graphs: steps that were recorded, and can be done again at once (graph.h) ------------------- */

/* What this thread records, or has the numbers made of; NULL: nothing. */
extern DG_HIDDEN DG_THREAD_LOCAL dg_graph *dg_recording;

/* As dg_graph_begin and so on in device/device.h. */
dg_graph *dg_cuda_graph_begin(int device, uint64_t offset);
int dg_cuda_graph_end(dg_graph *g);
void dg_cuda_graph_free(dg_graph *g);
int dg_cuda_graph_updates(const dg_graph *g);
int dg_cuda_graph_number(dg_graph *g, int from);
int dg_cuda_graph_numbered(dg_graph *g);
int dg_cuda_graph_replay(dg_graph *g, uint64_t seed, uint64_t offset);
bool dg_cuda_graph_is_stale(const dg_graph *g);
void dg_cuda_graph_note(const dg_view *v);

/* -- Memory: blocks from a cache; `*got` is the true size, which dg_cuda_free wants back --------- */

void *dg_cuda_alloc(int device, int64_t bytes, dg_kind kind, int64_t *got);
void dg_cuda_free(int device, void *block, int64_t got, dg_kind kind);
/* The same for a block that no tensor has had since: not counted as one that becomes free. */
void dg_cuda_release(int device, void *block, int64_t got, dg_kind kind);
void dg_cuda_rename(int device, int64_t got, dg_kind from, dg_kind to);
/* Refuses allocations that would bring the live bytes over this. */
void dg_cuda_limit(int device, int64_t bytes);
/* Live bytes of a kind; gives cached blocks back to the driver. */
int64_t dg_cuda_bytes(int device, dg_kind kind);
int dg_cuda_trim(int device);

/* Copies between host memory and a device's. Uploads do not wait, downloads do. */
int dg_cuda_upload(int device, void *to, const void *from, int64_t bytes);
int dg_cuda_download(int device, void *to, const void *from, int64_t bytes);

/* -- Kernels -------------------------------------------------------------------------------------- */

enum { DG_CUDA_DEVICES = 16, DG_CUDA_THREADS = 256 };

/* A kernel of one of the embedded files: { "reduce", "sum_rows_float" } is in reduce.cu. */
typedef struct dg_kernel {
  const char *unit, *name;
  void *function[DG_CUDA_DEVICES + 1]; /* loaded at the first launch on a device */
} dg_kernel;

/* Launches a kernel: `arguments` points to each of its parameters. */
int dg_cuda_launch(dg_kernel *k, int device, int64_t blocks, int threads, int shared,
                   void **arguments);
#define DG_LAUNCH(kernel, device, blocks, threads, shared, ...)                                    \
  dg_cuda_launch(kernel, device, blocks, threads, shared, (void *[]){ __VA_ARGS__ })

/* The kernel of a unit for one of the dtypes: KERNELS is { [DG_F32] = { "unit", "name_float" } ... }.
 * NULL with an error when there is none for it. */
dg_kernel *dg_kernel_for(dg_kernel *kernels, int dtype);

/* How many blocks cover n elements when each thread takes `each` of them. */
DG_INLINE int64_t dg_blocks(int64_t n, int64_t each)
{
  return (n + DG_CUDA_THREADS * each - 1) / (DG_CUDA_THREADS * each);
}

/* Functions out of a source made at run time (a formula); -1 with an error set. */
int dg_cuda_compile(int device, const char *name, const char *source, int count,
                    const char *const *names, void **functions);
/* Compiles the text of a unit for a compute capability without a device, or finds that in the cache: the
 * size of the machine code, or -1 with an error set. */
int64_t dg_cuda_try_unit(const char *unit, int arch);

/* Which source files the library carries: name (without .cu), text; a NULL at the end. */
typedef struct dg_cuda_text {
  const char *name, *text;
} dg_cuda_text;
extern const dg_cuda_text dg_cuda_texts[];
/* The i-th of the units, kernels by themselves; NULL after the last. */
const char *dg_cuda_unit(int i);

/* to = from, where one is on the host or each on another device. */
int dg_cuda_transfer(const dg_view *from, const dg_view *to);

/* -- Entries of the table: see device/device.h ---------------------------------------------------- */

int dg_cuda_map(const struct dg_map *m, const dg_view *const *x, const dg_view *y,
                const double *parameters);
/* The same for arrays like a view without gaps, the short way; 1 where that cannot be gone. */
int dg_cuda_map_alike(const struct dg_map *m, const dg_view *like, void *y, const void *const *x,
                      const double *parameters);
int dg_cuda_copy(const dg_view *from, const dg_view *to);
int dg_cuda_fill(const dg_view *y, double value);
int dg_cuda_has_zero(const dg_view *x);
int dg_cuda_accumulate(const dg_view *from, const dg_view *to);
int dg_cuda_reduce(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes);
int dg_cuda_matmul(const dg_view *a, const dg_view *b, const dg_view *y);
int dg_cuda_gather(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cuda_scatter(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cuda_scatter_add(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cuda_along(dg_along kind, const dg_view *table, int axis, const dg_view *index,
                  const dg_view *list);
int dg_cuda_argsort(const dg_view *x, int axis, bool descending, const dg_view *y);
int dg_cuda_linalg(dg_linalg kind, const dg_view *const *x, const dg_view *const *y);
int dg_cuda_positions(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                      int64_t *bad);
int64_t dg_cuda_nonzero(const dg_view *x, const dg_view *y);
int dg_cuda_cumsum(const dg_view *x, const dg_view *y, int axis, bool reverse);
int dg_cuda_recurrence(const dg_view *a, const dg_view *b, const dg_view *y, int axis, bool reverse,
                       double start);
int dg_cuda_argcummax(const dg_view *x, const dg_view *y, int axis);
int dg_cuda_linear(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y);
int dg_cuda_linear_grad(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                        const dg_view *gw, const dg_view *gb);
int dg_cuda_softmax(dg_softmax_kind kind, const dg_view *x, const dg_view *g, const dg_view *y,
                    unsigned axes);
int dg_cuda_check_labels(const dg_labels *l, dg_label_report *report);
int dg_cuda_select_item(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cuda_place_item(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cuda_take_rows(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cuda_add_rows(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cuda_sum_rows(const dg_view *x, const dg_labels *l, const dg_view *bias, const dg_view *y);
int64_t dg_cuda_distinct(const dg_labels *l, const dg_view *numbers, const dg_view *places);
int dg_cuda_count_hits(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cuda_cross_entropy(const dg_view *x, const dg_labels *l, const dg_view *weight, double scale,
                          const dg_view *y);
int dg_cuda_cross_entropy_grad(const dg_view *x, const dg_labels *l, const dg_view *weight,
                               double scale, const dg_view *gy, const dg_view *gx);
int dg_cuda_ctc(const dg_sequences *s, const dg_view *x, const dg_view *y);
int dg_cuda_ctc_grad(const dg_sequences *s, const dg_view *x, const dg_view *gy, const dg_view *gx);
int dg_cuda_square_error(const dg_view *a, const dg_view *b, double scale, const dg_view *y);
int dg_cuda_sum_of_squares(const dg_view *x, double *sum);
int dg_cuda_update(const dg_update *u, const dg_view *const *state);
int dg_cuda_update_rows(const dg_update *u, const dg_view *const *state, const dg_view *numbers);
int dg_cuda_update_all(const dg_update *u, int count, const dg_view *const *state);
int dg_cuda_random(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                   double b);
int dg_cuda_lstm(const dg_view *const *x, const dg_view *const *y);
int dg_cuda_lstm_grad(const dg_view *const *x, const dg_view *const *y);
int dg_cuda_lstm_steps(const dg_packing *s, const dg_view *const *x, const dg_view *const *y);
int dg_cuda_lstm_steps_grad(const dg_packing *s, const dg_view *const *x, const dg_view *const *y);
int dg_cuda_gru(const dg_view *const *x, const dg_view *const *y);
int dg_cuda_gru_grad(const dg_view *const *x, const dg_view *const *y);
int dg_cuda_convolve(const dg_sweep *s, const dg_view *x, const dg_view *w, const dg_view *b,
                     const dg_view *y);
int dg_cuda_convolve_data(const dg_sweep *s, const dg_view *y, const dg_view *w, const dg_view *b,
                          const dg_view *x);
int dg_cuda_convolve_weight(const dg_sweep *s, const dg_view *x, const dg_view *y,
                            const dg_view *w);
int dg_cuda_im2col(const dg_sweep *s, const dg_view *x, const dg_view *col);
int dg_cuda_col2im(const dg_sweep *s, const dg_view *col, const dg_view *x);
int dg_cuda_pool_max(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *index);
int dg_cuda_pool_mean(dg_pooling_kind kind, const dg_sweep *s, const dg_view *x, const dg_view *y);
int dg_cuda_pool_mean_back(dg_pooling_kind kind, const dg_sweep *s, const dg_view *y,
                           const dg_view *x);
int dg_cuda_pick(const dg_view *x, const dg_view *index, const dg_view *y);
int dg_cuda_pick_back(const dg_sweep *s, const dg_view *y, const dg_view *index, const dg_view *x);
int dg_cuda_normalize(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *beta,
                      const dg_view *y);
int dg_cuda_normalize_grad(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                           const dg_view *g, const dg_view *gx, const dg_view *ggamma,
                           const dg_view *gbeta);
int dg_cuda_attention(const dg_attention_spec *a, const dg_view *q, const dg_view *k,
                      const dg_view *v, const dg_view *mask, const dg_view *y,
                      const dg_view *log_sum);
int dg_cuda_attention_grad(const dg_attention_spec *a, const dg_view *const *x, const dg_view *mask,
                           const dg_view *y, const dg_view *log_sum, const dg_view *gy,
                           const dg_view *const *gx);

#endif
