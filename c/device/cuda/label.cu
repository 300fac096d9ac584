/* label.cu -- what labels point at: elements of a class, rows of a matrix. */
#include "cuda/prelude.h"

/* What is found out about labels: how many are not ignored, or are hits; the first bad one. */
struct Report {
  uint64_t count, bad;
};

extern "C" __global__ void check(const __grid_constant__ Labels l, int64_t end, Report *report)
{
  const int64_t i = thread_number();
  const bool is_there = i < l.t.size;
  const int64_t label = is_there ? l.number(i) : l.ignored;
  const bool counts = is_there && label != l.ignored;
  if (counts && l.classes >= 0 && (label < l.base || label >= end))
    atomicMin(&report->bad, (uint64_t)i);
  const int used = __syncthreads_count(counts);
  if (threadIdx.x == 0) atomicAdd(&report->count, (uint64_t)used);
}

/* The same where nothing waits for what is found: the smallest position of a bad one in all replays. */
extern "C" __global__ void check_later(const __grid_constant__ Labels l, int64_t end, uint64_t *bad)
{
  const int64_t i = thread_number();
  if (i >= l.t.size) return;
  const int64_t label = l.number(i);
  if (label != l.ignored && (label < l.base || label >= end)) atomicMin(bad, (uint64_t)i);
}

/* y = the share of hits among the labels that count, 0 if none does. */
#define SHARE(dtype, T)                                                                            \
  extern "C" __global__ void share_##dtype(const Report *hits, const Report *used, T *y)           \
  {                                                                                                \
    const double of = used->count > 0 ? (double)used->count : 1;                                   \
    *y = (T)((double)hits->count / of);                                                            \
  }

SHARE(f32, float)
SHARE(f64, double)

extern "C" __global__ void label_at(const __grid_constant__ Labels l, int64_t i, int64_t *label)
{
  *label = l.number(i);
}

extern "C" __global__ void count_hits(const __grid_constant__ View x,
                                      const __grid_constant__ Labels l, Report *report)
{
  const int64_t i = thread_number();
  const int64_t label = i < l.t.size ? l.of(i) : -1;
  const int hits = __syncthreads_count(label >= 0 && x.at<int64_t>(i) == label);
  if (threadIdx.x == 0) atomicAdd(&report->count, (uint64_t)hits);
}

/* x is n x classes x inner, a label for each of n x inner. */
#define SELECT(bytes, T)                                                                           \
  extern "C" __global__ void select_##bytes(int64_t n, const __grid_constant__ View x,             \
                                            const __grid_constant__ Labels l, int64_t classes,     \
                                            int64_t inner, T *y)                                   \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    const int64_t label = l.of(i);                                                                 \
    y[i] = label < 0 ? (T)0 : x.at<T>((i / inner * classes + label) * inner + i % inner);          \
  }                                                                                                \
  extern "C" __global__ void take_rows_##bytes(int64_t n, const __grid_constant__ View x,          \
                                               const __grid_constant__ Labels l, int64_t row,      \
                                               T *y)                                               \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    const int64_t label = l.of(i / row);                                                           \
    y[i] = label < 0 ? (T)0 : x.at<T>(label * row + i % row);                                      \
  }

SELECT(1, uint8_t)
SELECT(4, uint32_t)
SELECT(8, uint64_t)

/* `with_x`: whether x gives the values, which are 1 otherwise. */
#define PLACE(dtype, T)                                                                            \
  extern "C" __global__ void place_##dtype(int64_t n, const __grid_constant__ View x, int with_x,  \
                                           const __grid_constant__ Labels l, int64_t classes,      \
                                           int64_t inner, T *y)                                    \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    const int64_t at = i / inner / classes * inner + i % inner;                                    \
    const bool is_it = l.of(at) == i / inner % classes;                                            \
    y[i] = !is_it ? (T)0 : with_x ? x.at<T>(at) : (T)1;                                            \
  }

PLACE(f32, float)
PLACE(f64, double)
PLACE(i32, int32_t)
PLACE(i64, int64_t)
PLACE(u8, uint8_t)

/* A bag of labels for each row of y: the sum of the rows of x that they say, in order. */
#define SUM_ROWS(dtype, T)                                                                         \
  extern "C" __global__ void sum_rows_##dtype(int64_t n, const __grid_constant__ View x,           \
                                              const __grid_constant__ Labels l,                    \
                                              const __grid_constant__ View bias, int has_bias,     \
                                              int64_t bag, int64_t row, T *y)                      \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    T sum = 0;                                                                                     \
    for (int64_t k = 0; k < bag; k++) {                                                            \
      const int64_t label = l.of(i / row * bag + k);                                               \
      if (label >= 0) sum += x.at<T>(label * row + i % row);                                       \
    }                                                                                              \
    y[i] = has_bias ? sum + bias.at<T>(i % row) : sum;                                             \
  }

SUM_ROWS(f32, float)
SUM_ROWS(f64, double)

/* Where each class comes first; then for each label whether it does, and where that is. */
extern "C" __global__ void find_first(const __grid_constant__ Labels l, uint64_t *first)
{
  const int64_t i = thread_number();
  const int64_t label = i < l.t.size ? l.of(i) : -1;
  if (label >= 0) atomicMin(&first[label], (uint64_t)i);
}
extern "C" __global__ void take_first(const __grid_constant__ Labels l, const uint64_t *first,
                                      int64_t *numbers, int64_t *places)
{
  const int64_t i = thread_number();
  if (i >= l.t.size) return;
  const int64_t label = l.of(i);
  places[i] = label < 0 ? -1 : (int64_t)first[label];
  numbers[i] = places[i] == i ? label : -1;
}

/* The labels counted from 0, -1 where ignored. */
extern "C" __global__ void read(const __grid_constant__ Labels l, int64_t *to)
{
  const int64_t i = thread_number();
  if (i < l.t.size) to[i] = l.of(i);
}
