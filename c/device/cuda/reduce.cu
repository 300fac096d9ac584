/* reduce.cu -- sums, maxima and minima, and where they are, along any axes.
 *
 * A row may be cut in parts: `first` then leaves a state for each part of each row, and `last` makes
 * results of those. */
#include "cuda/prelude.h"

/* How to reduce: what is kept of one element, of two such states, of none beside some state of the
 * row, and what becomes of it in the end. */

template <typename T> struct Sum {
  typedef typename Is<T>::number State;
  typedef T Result;
  __device__ State none(State) const { return 0; }
  __device__ State state(T x, int64_t) const { return x; }
  __device__ State of(State a, State b) const { return a + b; }
  __device__ T result(State s) const { return (T)s; }
};

/* The first of equals stays; a NaN wins and stays. */
template <typename T> __device__ __forceinline__ bool is_better(bool greater, T a, T than)
{
  return (greater ? a > than : a < than) || (a != a && than == than);
}

template <typename T> struct Best {
  typedef T State;
  typedef T Result;
  bool greater;
  __device__ T none(T s) const { return s; }
  __device__ T state(T x, int64_t) const { return x; }
  __device__ T of(T a, T b) const { return is_better(greater, b, a) ? b : a; }
  __device__ T result(T s) const { return s; }
};

template <typename T> struct Place {
  T value;
  int64_t at;
};

template <typename T> __device__ __forceinline__ Place<T> shuffled(Place<T> x, int by)
{
  return { shuffled(x.value, by), shuffled(x.at, by) };
}

template <typename T> struct Where {
  typedef Place<T> State;
  typedef int64_t Result;
  bool greater;
  __device__ State none(State s) const { return s; }
  __device__ State state(T x, int64_t i) const { return { x, i }; }
  __device__ State of(State a, State b) const
  {
    if (is_better(greater, a.value, b.value)) return a;
    if (is_better(greater, b.value, a.value)) return b;
    return a.at < b.at ? a : b;
  }
  __device__ int64_t result(State s) const { return s.at; }
};

/* `to` takes states, or results if there is one part. */
template <typename T, typename How>
__device__ __forceinline__ void first(const How how, const Cut &cut, int packs, void *to)
{
  typedef typename How::State State;
  const Rows &rows = cut.rows;
  const Team &team = rows.team;
  const int lanes = team.lanes;
  const int64_t row = cut.begin() + team.mine(), from = cut.from(), end = cut.end();
  char *at[1], *here[1];
  rows.begin<1>(cut.row(), at);
  rows.element<1>(at, from, here);
  State s[4];
  for (int k = 0; k < 4; k++) s[k] = how.none(how.state(*(const T *)here[0], from));
  int64_t i = from + team.lane();
  if (packs) { /* 16 bytes at a time, four of these in flight */
    enum { N = 16 / sizeof(T) };
    const T *p = (const T *)at[0];
    const int64_t hop = lanes * N;
    i = from + team.lane() * N;
    for (; i + 3 * hop < end; i += 4 * hop) {
      Pack<T, N> x[4];
      for (int j = 0; j < 4; j++) x[j] = *(const Pack<T, N> *)(p + i + j * hop);
      for (int j = 0; j < 4; j++)
        for (int k = 0; k < N; k++) {
          State &own = s[(j * N + k) % 4];
          own = how.of(own, how.state(x[j].at[k], i + j * hop + k));
        }
    }
    for (; i < end; i += hop) {
      const Pack<T, N> x = *(const Pack<T, N> *)(p + i);
      for (int k = 0; k < N; k++) s[k % 4] = how.of(s[k % 4], how.state(x.at[k], i + k));
    }
  } else if (rows.gone.ndim ==
             1) { /* one step leads from element to element: no places to be worked out */
    const int64_t step = rows.gone.stride[0][0], far = lanes * step;
    const char *p = at[0] + i * step;
    for (; i + 3 * lanes < end; i += 4 * lanes, p += 4 * far) {
      const T x[4] = { *(const T *)p, *(const T *)(p + far), *(const T *)(p + 2 * far),
                       *(const T *)(p + 3 * far) };
      for (int k = 0; k < 4; k++) s[k] = how.of(s[k], how.state(x[k], i + k * lanes));
    }
  }
  for (; i < end; i += 4 * lanes)
    for (int k = 0; k < 4; k++) {
      if (i + k * lanes >= end) break;
      rows.element<1>(at, i + k * lanes, here);
      s[k] = how.of(s[k], how.state(*(const T *)here[0], i + k * lanes));
    }
  const State all = team_all(how, team, how.of(how.of(s[0], s[1]), how.of(s[2], s[3])));
  if (team.lane() > 0 || row >= rows.count) return;
  if (cut.parts > 1) ((State *)to)[cut.part() * rows.count + row] = all;
  else ((typename How::Result *)to)[row] = how.result(all);
}

/* The same where rows are packs of neighbours that rows do not go along: each thread has those of a pack. */
template <typename T, typename How>
__device__ __forceinline__ void columns(const How how, const Cut &cut, void *to)
{
  enum { N = 16 / sizeof(T), TOGETHER = 4 };
  typedef typename How::State State;
  typedef Pack<T, N> Some;
  const Rows &rows = cut.rows;
  const Team &team = rows.team;
  const int lanes = team.lanes;
  const int64_t from = cut.from(), end = cut.end();
  char *at[1], *here[TOGETHER][1];
  Some x[TOGETHER];
  State s[N];
  rows.begin<1>(cut.row(), at);
  rows.element<1>(at, from, here[0]);
  for (int k = 0; k < N; k++) s[k] = how.none(how.state(((const Some *)here[0][0])->at[k], from));
  for (int64_t i = from + team.lane(); i < end; i += TOGETHER * lanes) {
    const bool whole = i + (TOGETHER - 1) * lanes < end;
#pragma unroll
    for (int j = 0; j < TOGETHER; j++)
      rows.element<1>(at, whole || i + j * lanes < end ? i + j * lanes : i, here[j]);
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) x[j] = *(const Some *)here[j][0];
    auto state = [&](int j, int k) { return how.state(x[j].at[k], i + j * lanes); };
#pragma unroll
    for (int k = 0; k < N; k++) {
      if (whole) {
        const State a = how.of(state(0, k), state(1, k)), b = how.of(state(2, k), state(3, k));
        s[k] = how.of(s[k], how.of(a, b));
      } else {
#pragma unroll
        for (int j = 0; j < TOGETHER; j++)
          if (i + j * lanes < end) s[k] = how.of(s[k], state(j, k));
      }
    }
  }
  team_each<N>(how, team, s, [&](int i, State all) {
    const int64_t place = cut.begin() * N + i, places = rows.count * N;
    if (place >= places) return;
    if (cut.parts > 1) ((State *)to)[cut.part() * places + place] = all;
    else ((typename How::Result *)to)[place] = how.result(all);
  });
}

template <typename How>
__device__ __forceinline__ void last(const How how, const Team team, int64_t count, int parts,
                                     const void *from, void *to)
{
  typedef typename How::State State;
  const State *states = (const State *)from;
  const int64_t row = (int64_t)blockIdx.x * team.rows() + team.mine(),
                place = row < count ? row : 0;
  State s = how.none(states[place]);
  for (int i = team.lane(); i < parts; i += team.lanes) s = how.of(s, states[i * count + place]);
  s = team_all(how, team, s);
  if (team.lane() == 0 && row < count) ((typename How::Result *)to)[row] = how.result(s);
}

/* `greater`: maxima, not minima. */
#define KERNELS(name, T, ...)                                                                      \
  extern "C" __global__ void name(const __grid_constant__ Cut cut, int packs, void *to,            \
                                  int greater)                                                     \
  {                                                                                                \
    const __VA_ARGS__;                                                                             \
    first<T>(how, cut, packs, to);                                                                 \
  }                                                                                                \
  extern "C" __global__ void last_##name(const __grid_constant__ Team team, int64_t count,         \
                                         int parts, const void *from, void *to, int greater)       \
  {                                                                                                \
    const __VA_ARGS__;                                                                             \
    last(how, team, count, parts, from, to);                                                       \
  }

#define COLUMNS(name, T, ...)                                                                      \
  extern "C" __global__ void columns_##name(const __grid_constant__ Cut cut, int packs, void *to,  \
                                            int greater)                                           \
  {                                                                                                \
    const __VA_ARGS__;                                                                             \
    columns<T>(how, cut, to);                                                                      \
  }

#define ORDERED(dtype, T)                                                                          \
  KERNELS(best_##dtype, T, Best<T> how{ greater != 0 })                                            \
  COLUMNS(best_##dtype, T, Best<T> how{ greater != 0 })                                            \
  KERNELS(where_##dtype, T, Where<T> how{ greater != 0 })

#define SUMS(dtype, T)                                                                             \
  KERNELS(sum_##dtype, T, Sum<T> how{})                                                            \
  COLUMNS(sum_##dtype, T, Sum<T> how{})

SUMS(f32, float)
SUMS(f64, double)
SUMS(f16, Half)
SUMS(bf16, Bfloat)
SUMS(i64, uint64_t)
ORDERED(f32, float)
ORDERED(f64, double)
ORDERED(i32, int32_t)
ORDERED(i64, int64_t)
ORDERED(u8, uint8_t)
