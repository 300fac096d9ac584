/* sort.cu -- the order of the elements along an axis, stable: sorted chunks, merged pair by pair.
 *
 * Each element becomes a whole number without sign that orders as it does, with NaN above all. In a
 * merge an element goes behind as many of the other run as belong before it. */
#include "cuda/prelude.h"

enum { CHUNK = 1024, THREADS = 256, EACH = CHUNK / THREADS };

/* Bits of floats order like whole numbers with a sign, the negative ones backwards. -0 is 0. */
static __device__ __forceinline__ uint64_t key_of(float v)
{
  int32_t bits = v == 0 ? 0 : __float_as_int(v);
  if (v != v) return 0xffffffffu;
  return (uint32_t)(bits < 0 ? ~bits : bits ^ (int32_t)0x80000000);
}
static __device__ __forceinline__ uint64_t key_of(double v)
{
  int64_t bits = v == 0 ? 0 : __double_as_longlong(v);
  if (v != v) return ~(uint64_t)0;
  return (uint64_t)(bits < 0 ? ~bits : bits ^ INT64_MIN);
}
static __device__ __forceinline__ uint64_t key_of(int32_t v)
{
  return (uint32_t)(v ^ (int32_t)0x80000000);
}
static __device__ __forceinline__ uint64_t key_of(int64_t v) { return (uint64_t)(v ^ INT64_MIN); }
static __device__ __forceinline__ uint64_t key_of(uint8_t v) { return v; }

/* How many of n sorted keys belong before `key`: those that are less, and if `equals` those too. */
static __device__ __forceinline__ int64_t before(const uint64_t *sorted, int64_t n, uint64_t key,
                                                 bool equals)
{
  int64_t from = 0, to = n;
  while (from < to) {
    const int64_t middle = from + (to - from) / 2;
    if (sorted[middle] < key || (equals && sorted[middle] == key)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/* Where element i of n goes when runs of `run` elements are merged, two and two. */
static __device__ __forceinline__ int64_t merged(const uint64_t *key, int64_t n, int64_t run,
                                                 int64_t i)
{
  const int64_t own = i / run, other = (own ^ 1) * run, first = own / 2 * 2 * run;
  const int64_t left = n - other, size = left < 0 ? 0 : left < run ? left : run;
  return first + i % run + before(key + other, size, key[i], own % 2 == 1);
}

/* Rows of x and y; sorted chunks of a row of more than one go to keys and places. A block sorts one,
 * or as many rows of `padded` elements, a power of 2, as fit. What fills up a row is behind it. */
template <typename T>
__device__ __forceinline__ void chunks(const Rows &rows, int padded, uint64_t flip, uint64_t *keys,
                                       int32_t *places)
{
  __shared__ uint64_t key[2][CHUNK];
  __shared__ int32_t place[2][CHUNK];
  const int64_t n = rows.length, of_row = (n + CHUNK - 1) / CHUNK;
  char *at[2], *here[2];
  int64_t row[EACH], from = 0;
  for (int e = 0; e < EACH; e++) {
    const int k = e * THREADS + threadIdx.x;
    row[e] = of_row > 1 ? blockIdx.x / of_row : (int64_t)blockIdx.x * (CHUNK / padded) + k / padded;
    from = of_row > 1 ? blockIdx.x % of_row * CHUNK : 0;
    const int64_t i = of_row > 1 ? from + k : k % padded;
    key[0][k] = ~(uint64_t)0;
    place[0][k] = -1;
    if (row[e] >= rows.count || i >= n) continue;
    rows.begin<2>(row[e], at);
    rows.element<2>(at, i, here);
    key[0][k] = key_of(*(const T *)here[0]) ^ flip;
    place[0][k] = (int32_t)i;
  }
  int now = 0;
  for (int run = 1; run < padded; run *= 2, now ^= 1) {
    __syncthreads();
    for (int e = 0; e < EACH; e++) {
      const int k = e * THREADS + threadIdx.x, to = (int)merged(key[now], CHUNK, run, k);
      key[now ^ 1][to] = key[now][k];
      place[now ^ 1][to] = place[now][k];
    }
  }
  __syncthreads();
  for (int e = 0; e < EACH; e++) {
    const int k = e * THREADS + threadIdx.x;
    if (place[now][k] < 0) continue;
    if (of_row > 1) {
      keys[row[e] * n + from + k] = key[now][k];
      places[row[e] * n + from + k] = place[now][k];
    } else {
      rows.begin<2>(row[e], at);
      rows.element<2>(at, k % padded, here);
      *(int64_t *)here[1] = place[now][k];
    }
  }
}

/* Merges sorted runs of each row; the last time into the rows of y. */
extern "C" __global__ void merge(const __grid_constant__ Rows rows, int64_t run,
                                 const uint64_t *keys, const int32_t *places, uint64_t *to_keys,
                                 int32_t *to_places)
{
  const int64_t t = thread_number(), n = rows.length, row = t / n;
  if (row >= rows.count) return;
  const int64_t to = merged(keys + row * n, n, run, t % n);
  if (2 * run < n) {
    to_keys[row * n + to] = keys[t];
    to_places[row * n + to] = places[t];
  } else {
    char *at[2], *here[2];
    rows.begin<2>(row, at);
    rows.element<2>(at, to, here);
    *(int64_t *)here[1] = places[t];
  }
}

#define KERNEL(dtype, T)                                                                           \
  extern "C" __global__ void chunks_##dtype(const __grid_constant__ Rows rows, int padded,         \
                                            uint64_t flip, uint64_t *keys, int32_t *places)        \
  {                                                                                                \
    chunks<T>(rows, padded, flip, keys, places);                                                   \
  }

KERNEL(f32, float)
KERNEL(f64, double)
KERNEL(i32, int32_t)
KERNEL(i64, int64_t)
KERNEL(u8, uint8_t)
