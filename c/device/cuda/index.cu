/* index.cu -- gathers, scatters and finds elements by position.
 *
 * One operand is the table, outer x places x inner, the other the list, outer x count x inner: entry k
 * of the list belongs to place index[k] of the table. */
#include "cuda/prelude.h"

struct Shape {
  int64_t outer, places, count, inner;

  /* The element of the table that element i of the list, of entry k, belongs to. */
  __device__ int64_t in_table(int64_t i, int64_t place) const
  {
    return (i / inner / count * places + place) * inner + i % inner;
  }
  __device__ int64_t entry(int64_t i) const { return i / inner % count; }
};

/* Of equal indices the last one stays: it is the winner of its place. */
extern "C" __global__ void winners(int64_t count, const int64_t *index, int64_t *winner)
{
  const int64_t k = thread_number();
  if (k < count) atomicMax(&winner[index[k]], k);
}

#define MOVE(bytes, T)                                                                             \
  extern "C" __global__ void gather_##bytes(                                                       \
      int64_t n, const __grid_constant__ Shape s, const __grid_constant__ View table,              \
      const int64_t *index, const __grid_constant__ View list)                                     \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i < n) list.at<T>(i) = table.at<T>(s.in_table(i, index[s.entry(i)]));                      \
  }                                                                                                \
  extern "C" __global__ void scatter_##bytes(                                                      \
      int64_t n, const __grid_constant__ Shape s, const __grid_constant__ View list,               \
      const int64_t *index, const int64_t *winner, const __grid_constant__ View table)             \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    const int64_t k = s.entry(i), place = index[k];                                                \
    if (winner[place] == k) table.at<T>(s.in_table(i, place)) = list.at<T>(i);                     \
  }

MOVE(1, uint8_t)
MOVE(2, uint16_t)
MOVE(4, uint32_t)
MOVE(8, uint64_t)

/* -- Elements that an index of the list's shape chooses along an axis ------------------------------ */

/* `list` are the strides of places in a list without gaps, `flat` in a table without gaps and `table`
 * in the one there is. */
struct Along {
  View table;
  int axis;
  int64_t list[8], flat[8];

  /* Where the element of the table lies that belongs to element i of the list. */
  __device__ int64_t place(int64_t i, int64_t chosen, const int64_t *stride) const
  {
    int64_t at = 0;
    for (int a = 0; a < table.ndim; a++) {
      at += (a == axis ? chosen : i / list[a]) * stride[a];
      i %= list[a];
    }
    return at;
  }
};

#define TAKE(bytes, T)                                                                             \
  extern "C" __global__ void take_along_##bytes(int64_t n, const __grid_constant__ Along a,        \
                                                const int64_t *index, T *list)                     \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i < n) list[i] = ((const T *)a.table.data)[a.place(i, index[i], a.table.stride)];          \
  }

TAKE(1, uint8_t)
TAKE(2, uint16_t)
TAKE(4, uint32_t)
TAKE(8, uint64_t)

/* The position of each in the whole table, row-major. */
extern "C" __global__ void flatten(int64_t n, const __grid_constant__ Along a, const int64_t *index,
                                   int64_t *position)
{
  const int64_t i = thread_number();
  if (i < n) position[i] = a.place(i, index[i], a.flat);
}

/* -- Additions: the entries of each place are listed side by side, in no order at first (whoever
 *    comes gets the next room), then in theirs: an entry comes after as many as are less. ---------- */

extern "C" __global__ void count_entries(int64_t count, const int64_t *index, int32_t *size)
{
  const int64_t k = thread_number();
  if (k < count && index[k] >= 0) atomicAdd(&size[index[k]], 1);
}

extern "C" __global__ void make_room(int64_t places, const int32_t *size, int32_t *end,
                                     int32_t *taken)
{
  __shared__ int32_t first;
  const int64_t p = thread_number();
  const int32_t own = p < places ? size[p] : 0;
  int32_t all;
  const int32_t upto = block_running(own, &all);
  if (threadIdx.x == 0) first = all > 0 ? atomicAdd(taken, all) : 0;
  __syncthreads();
  if (own > 0) end[p] = first + upto - own;
}

/* Afterwards end[p] is where the list of p ends. */
extern "C" __global__ void list_entries(int64_t count, const int64_t *index, int32_t *end,
                                        int32_t *loose)
{
  const int64_t k = thread_number();
  if (k < count && index[k] >= 0) loose[atomicAdd(&end[index[k]], 1)] = (int32_t)k;
}

extern "C" __global__ void order_entries(int64_t count, const int64_t *index, const int32_t *size,
                                         const int32_t *end, const int32_t *taken,
                                         const int32_t *loose, int32_t *ordered)
{
  const int64_t i = thread_number();
  if (i >= *taken) return;
  const int32_t k = loose[i], to = end[index[k]], from = to - size[index[k]];
  int32_t before = 0;
  for (int32_t j = from; j < to; j++) before += loose[j] < k;
  ordered[from + before] = k;
}

#define ADD(dtype, T)                                                                              \
  extern "C" __global__ void add_##dtype(int64_t n, const __grid_constant__ Shape s,               \
                                         const __grid_constant__ View list, const int32_t *size,   \
                                         const int32_t *end, const int32_t *ordered,               \
                                         const __grid_constant__ View table)                       \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    const int64_t place = i / s.inner % s.places, inner = i % s.inner,                             \
                  outer = i / s.inner / s.places;                                                  \
    if (size[place] == 0) return;                                                                  \
    T &to = table.at<T>(i);                                                                        \
    typename Is<T>::number sum = to;                                                               \
    for (int32_t j = end[place] - size[place]; j < end[place]; j++)                                \
      sum += list.at<T>((outer * s.count + ordered[j]) * s.inner + inner);                         \
    to = (T)sum;                                                                                   \
  }

ADD(f32, float)
ADD(f64, double)
ADD(i32, uint32_t)
ADD(i64, uint64_t)
ADD(u8, uint8_t)
ADD(f16, Half)
ADD(bf16, Bfloat)

/* -- Positions ------------------------------------------------------------------------------------- */

/* `bad` is the least place where there is an index out of range. */
extern "C" __global__ void positions(const __grid_constant__ Labels index, int64_t *to,
                                     int64_t base, int64_t size, uint64_t *bad)
{
  const int64_t i = thread_number();
  if (i >= index.t.size) return;
  const int64_t given = index.number(i), place = given < 0 ? given + size : given - base;
  to[i] = place;
  if (place < 0 || place >= size) atomicMin(bad, (uint64_t)i);
}

extern "C" __global__ void index_at(const __grid_constant__ Labels index, int64_t i,
                                    int64_t *number)
{
  *number = index.number(i);
}

/* -- What is not 0: each block counts its part, the counts are added up, then each writes ---------- */

enum { PART = 1024 }; /* elements of a block */

#define NONZERO(dtype, T)                                                                          \
  extern "C" __global__ void count_nonzero_##dtype(const __grid_constant__ View x, int64_t *found) \
  {                                                                                                \
    int64_t count = 0;                                                                             \
    for (int k = 0; k < PART; k += blockDim.x) {                                                   \
      const int64_t i = (int64_t)blockIdx.x * PART + k + threadIdx.x;                              \
      count += __syncthreads_count(i < x.size && x.at<T>(i) != 0);                                 \
    }                                                                                              \
    if (threadIdx.x == 0) found[blockIdx.x] = count;                                               \
  }                                                                                                \
  extern "C" __global__ void list_nonzero_##dtype(const __grid_constant__ View x,                  \
                                                  const int64_t *before, int unravels, int64_t *y) \
  {                                                                                                \
    int64_t at = before[blockIdx.x];                                                               \
    for (int k = 0; k < PART; k += blockDim.x) {                                                   \
      const int64_t i = (int64_t)blockIdx.x * PART + k + threadIdx.x;                              \
      const int is_it = i < x.size && x.at<T>(i) != 0;                                             \
      int all;                                                                                     \
      const int mine = block_running(is_it, &all);                                                 \
      if (is_it) write_position(x, i, unravels, y, at + mine - 1);                                 \
      at += all;                                                                                   \
    }                                                                                              \
  }

/* As the k-th of y, the position i or its coordinates. */
static __device__ void write_position(const View &x, int64_t i, int unravels, int64_t *y, int64_t k)
{
  if (!unravels) {
    y[k] = i;
    return;
  }
  for (int a = x.ndim - 1; a >= 0; a--) {
    y[k * x.ndim + a] = i % x.shape[a];
    i /= x.shape[a];
  }
}

NONZERO(f32, float)
NONZERO(f64, double)
NONZERO(i32, int32_t)
NONZERO(i64, int64_t)
NONZERO(u8, uint8_t)

/* By one block: found[b] becomes the sum of what stands before it, found[n] that of all. */
extern "C" __global__ void add_up(int64_t n, int64_t *found)
{
  int64_t sum = 0;
  for (int64_t from = 0; from < n; from += blockDim.x) {
    const int64_t i = from + threadIdx.x, own = i < n ? found[i] : 0;
    int64_t all;
    const int64_t upto = block_running(own, &all);
    if (i < n) found[i] = sum + upto - own;
    sum += all;
  }
  if (threadIdx.x == 0) found[n] = sum;
}
