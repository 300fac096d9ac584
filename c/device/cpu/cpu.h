/* cpu.h -- the parts of the CPU backend, one file each. */
#ifndef DG_CPU_H
#define DG_CPU_H

#include "device/device.h"
#include "device/map.h"

int dg_cpu_map(const dg_map *m, const dg_view *const *x, const dg_view *y, const double *par);
int dg_cpu_map_flat(const dg_map *m, int dtype, int64_t n, void *y, const void *const *x,
                    const double *par);
int dg_cpu_map_few(const dg_map *m, const dg_view *const *x, const dg_view *y, const double *par,
                   double scale);
/* n elements without gaps, cast. */
void dg_cpu_cast(int from_dtype, const void *from, int to_dtype, void *to, int64_t n);
int dg_cpu_copy(const dg_view *from, const dg_view *to);
int dg_cpu_fill(const dg_view *y, double value);
int dg_cpu_has_zero(const dg_view *x);
int dg_cpu_accumulate(const dg_view *from, const dg_view *to);
int dg_cpu_reduce(dg_reduction kind, const dg_view *x, const dg_view *y, unsigned axes);
int dg_cpu_matmul(const dg_view *a, const dg_view *b, const dg_view *y);
int dg_cpu_gather(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cpu_scatter(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cpu_scatter_add(const dg_view *x, int axis, const dg_view *index, const dg_view *y);
int dg_cpu_along(dg_along kind, const dg_view *table, int axis, const dg_view *index,
                 const dg_view *list);
int dg_cpu_argsort(const dg_view *x, int axis, bool descending, const dg_view *y);
int dg_cpu_linalg(dg_linalg kind, const dg_view *const *x, const dg_view *const *y);
int dg_cpu_positions(const dg_view *index, const dg_view *to, int64_t base, int64_t size,
                     int64_t *bad);
int64_t dg_cpu_nonzero(const dg_view *x, const dg_view *y);
int dg_cpu_cumsum(const dg_view *x, const dg_view *y, int axis, bool reverse);
int dg_cpu_recurrence(const dg_view *a, const dg_view *b, const dg_view *y, int axis, bool reverse,
                      double start);
int dg_cpu_argcummax(const dg_view *x, const dg_view *y, int axis);
int dg_cpu_linear(const dg_view *x, const dg_view *w, const dg_view *b, const dg_view *y);
int dg_cpu_outer(double scale, const dg_view *a, const dg_view *b, bool add, const dg_view *y);
int dg_cpu_linear_grad(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                       const dg_view *gw, const dg_view *gb);
int dg_cpu_linear_grad_add(const dg_view *x, const dg_view *w, const dg_view *gy, const dg_view *gx,
                           const dg_view *gw, const dg_view *gb);
int dg_cpu_softmax(dg_softmax_kind kind, const dg_view *x, const dg_view *g, const dg_view *y,
                   unsigned axes);
int dg_cpu_normalize(const dg_norm *n, const dg_view *x, const dg_view *gamma, const dg_view *beta,
                     const dg_view *y);
int dg_cpu_normalize_grad(const dg_norm *n, const dg_view *x, const dg_view *gamma,
                          const dg_view *g, const dg_view *gx, const dg_view *ggamma,
                          const dg_view *gbeta);
int dg_cpu_check_labels(const dg_labels *l, dg_label_report *report);
int dg_cpu_select_item(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cpu_place_item(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cpu_take_rows(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cpu_are_rows(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cpu_add_rows(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cpu_sum_rows(const dg_view *x, const dg_labels *l, const dg_view *bias, const dg_view *y);
int64_t dg_cpu_distinct(const dg_labels *l, const dg_view *numbers, const dg_view *places);
int dg_cpu_count_hits(const dg_view *x, const dg_labels *l, const dg_view *y);
int dg_cpu_cross_entropy(const dg_view *x, const dg_labels *l, const dg_view *weight, double scale,
                         const dg_view *y);
int dg_cpu_cross_entropy_grad(const dg_view *x, const dg_labels *l, const dg_view *weight,
                              double scale, const dg_view *gy, const dg_view *gx);
int dg_cpu_ctc(const dg_sequences *s, const dg_view *x, const dg_view *y);
int dg_cpu_ctc_grad(const dg_sequences *s, const dg_view *x, const dg_view *gy, const dg_view *gx);
int dg_cpu_square_error(const dg_view *a, const dg_view *b, double scale, const dg_view *y);
int dg_cpu_sum_of_squares(const dg_view *x, double *sum);
int dg_cpu_convolve(const dg_sweep *s, const dg_view *x, const dg_view *w, const dg_view *b,
                    const dg_view *y);
int dg_cpu_convolve_data(const dg_sweep *s, const dg_view *y, const dg_view *w, const dg_view *b,
                         const dg_view *x);
int dg_cpu_convolve_weight(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *w);
int dg_cpu_im2col(const dg_sweep *s, const dg_view *x, const dg_view *col);
int dg_cpu_col2im(const dg_sweep *s, const dg_view *col, const dg_view *x);
int dg_cpu_pool_max(const dg_sweep *s, const dg_view *x, const dg_view *y, const dg_view *index);
int dg_cpu_pool_mean(dg_pooling_kind kind, const dg_sweep *s, const dg_view *x, const dg_view *y);
int dg_cpu_pool_mean_back(dg_pooling_kind kind, const dg_sweep *s, const dg_view *y,
                          const dg_view *x);
int dg_cpu_pick(const dg_view *x, const dg_view *index, const dg_view *y);
int dg_cpu_pick_back(const dg_sweep *s, const dg_view *y, const dg_view *index, const dg_view *x);
int dg_cpu_update(const dg_update *u, const dg_view *const *state);
int dg_cpu_update_rows(const dg_update *u, const dg_view *const *state, const dg_view *numbers);
int dg_cpu_random(dg_distribution kind, const dg_view *y, uint64_t seed, uint64_t offset, double a,
                  double b);
int dg_cpu_lstm(const dg_view *const *x, const dg_view *const *y);
int dg_cpu_lstm_grad(const dg_view *const *x, const dg_view *const *y);
int dg_cpu_lstm_steps(const dg_packing *s, const dg_view *const *x, const dg_view *const *y);
int dg_cpu_lstm_steps_grad(const dg_packing *s, const dg_view *const *x, const dg_view *const *y);
int dg_cpu_gru(const dg_view *const *x, const dg_view *const *y);
int dg_cpu_gru_grad(const dg_view *const *x, const dg_view *const *y);
int dg_cpu_attention(const dg_attention_spec *a, const dg_view *q, const dg_view *k,
                     const dg_view *v, const dg_view *mask, const dg_view *y,
                     const dg_view *log_sum);
int dg_cpu_attention_grad(const dg_attention_spec *a, const dg_view *const *x, const dg_view *mask,
                          const dg_view *y, const dg_view *log_sum, const dg_view *gy,
                          const dg_view *const *gx);

#endif
