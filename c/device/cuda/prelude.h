/* prelude.h -- what every kernel begins with: types, views, formulas' functions, sums of a block. */
#ifndef DG_CUDA_PRELUDE_H
#define DG_CUDA_PRELUDE_H

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long dg_int64;
typedef unsigned long long dg_uint64;
#define int64_t dg_int64
#define uint64_t dg_uint64
#define INT64_MAX 0x7fffffffffffffffLL
#define INT64_MIN (-0x7fffffffffffffffLL - 1)
#ifndef INFINITY
#define INFINITY __int_as_float(0x7f800000)
#endif

#include "device/half.h"
#include "device/whole.h"

enum { DG_F32, DG_F64, DG_I32, DG_I64, DG_U8, DG_BOOL, DG_F16, DG_BF16 };

/* dg_view of device/view.h: the two must agree. */
struct View {
  char *data;
  int64_t size;
  uint8_t dtype, ndim;
  bool contiguous;
  uint8_t device;
  int64_t shape[8], stride[8];

  /* Where the i-th element in row-major order lies, in elements from `data`. */
  __device__ int64_t place(int64_t i) const
  {
    if (contiguous) return i;
    int64_t at = 0;
    for (int k = ndim - 1; k > 0; k--) {
      at += i % shape[k] * stride[k];
      i /= shape[k];
    }
    return ndim > 0 ? at + i * stride[0] : at;
  }

  template <typename T> __device__ T &at(int64_t i) const { return ((T *)data)[place(i)]; }
};

/* dg_loop of device/cpu/loop.h: the axes of up to four views, joined; strides in bytes. */
struct Loop {
  int ndim, operands;
  int64_t shape[8], stride[4][8];
  char *data[4];
  int64_t runs;

  /* The addresses of element i in each of N operands. */
  template <int N, typename I> __device__ void find(I i, char **at) const
  {
#pragma unroll
    for (int k = 0; k < N; k++) at[k] = data[k];
#pragma unroll 1
    for (int a = ndim - 1; a > 0; a--) {
      I size = (I)shape[a], rest = i / size, place = i - rest * size;
      i = rest;
#pragma unroll
      for (int k = 0; k < N; k++) at[k] += (int64_t)place * stride[k][a];
    }
#pragma unroll
    for (int k = 0; k < N; k++) at[k] += (int64_t)i * stride[k][0];
  }

  /* Small arrays are divided up in 32 bits, which is many times faster. */
  template <int N> __device__ __forceinline__ void element(int64_t i, int64_t size, char **at) const
  {
    if (size <= 0x7fffffff) {
      find<N, uint32_t>((uint32_t)i, at);
    } else {
      const Addresses<N> far = find_far<N>(i);
#pragma unroll
      for (int k = 0; k < N; k++) at[k] = far.at[k];
    }
  }

private:
  /* Returned as a whole, so that no caller's array must lie in memory. */
  template <int N> struct Addresses {
    char *at[N];
  };
  template <int N> __device__ __noinline__ Addresses<N> find_far(int64_t i) const
  {
    Addresses<N> a;
    find<N, uint64_t>((uint64_t)i, a.at);
    return a;
  }
};

/* Elements that are read or written together. */
template <typename E, int N> struct alignas(N * sizeof(E)) Pack {
  E at[N];
};

/* The number of this thread among all. */
static __device__ __forceinline__ int64_t thread_number()
{
  return (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
}

/* -- Numbers ------------------------------------------------------------------------------------- */

/* Elements of 16 bits: kept as bits, computed with as floats. */
struct Half {
  uint16_t bits;
  Half() = default;
  __device__ __forceinline__ Half(float x) : bits(dg_f16_narrow(x)) {}
  __device__ __forceinline__ operator float() const { return dg_f16_widen(bits); }
};
struct Bfloat {
  uint16_t bits;
  Bfloat() = default;
  __device__ __forceinline__ Bfloat(float x) : bits(dg_bf16_narrow(x)) {}
  __device__ __forceinline__ operator float() const { return dg_bf16_widen(bits); }
};

/* `number` is what elements of type T are computed with, `wide` what parameters beside them are. */
template <typename T> struct Is {
  enum { floating = 0 };
  typedef double wide;
  typedef T number;
};
template <> struct Is<float> {
  enum { floating = 1 };
  typedef float wide, number;
};
template <> struct Is<double> {
  enum { floating = 1 };
  typedef double wide, number;
};
template <> struct Is<Half> {
  enum { floating = 1 };
  typedef float wide, number;
};
template <> struct Is<Bfloat> {
  enum { floating = 1 };
  typedef float wide, number;
};

/* A parameter of a formula beside elements of type T. */
template <typename T> __device__ __forceinline__ T adopt(double x) { return (T)dg_whole_part(x); }
template <> __device__ __forceinline__ float adopt<float>(double x) { return (float)x; }
template <> __device__ __forceinline__ double adopt<double>(double x) { return x; }

/* Casts as the CPU makes them: floats saturate, NaN gives 0, integers wrap around. */
template <typename To, typename From> struct Cast {
  static __device__ To of(From x) { return (To)x; }
};
/* What becomes 16 bits by one rounding. */
static __device__ __forceinline__ float narrowed(float x) { return x; }
static __device__ __forceinline__ float narrowed(double x) { return dg_sticky(x); }
static __device__ __forceinline__ float narrowed(int32_t x) { return dg_sticky((double)x); }
static __device__ __forceinline__ float narrowed(int64_t x)
{
  return dg_sticky(dg_sticky_whole(x));
}
static __device__ __forceinline__ float narrowed(uint8_t x) { return (float)x; }
template <typename From> struct Cast<Half, From> {
  static __device__ Half of(From x) { return Half(narrowed(x)); }
};
template <typename From> struct Cast<Bfloat, From> {
  static __device__ Bfloat of(From x) { return Bfloat(narrowed(x)); }
};
template <typename To> __device__ __forceinline__ To saturate(double x);
template <> __device__ __forceinline__ int32_t saturate<int32_t>(double x)
{
  return x != x               ? 0
         : x >= 2147483647.0  ? 2147483647
         : x <= -2147483648.0 ? (int32_t)0x80000000
                              : (int32_t)x;
}
template <> __device__ __forceinline__ int64_t saturate<int64_t>(double x)
{
  return dg_whole_part(x);
}
template <> __device__ __forceinline__ uint8_t saturate<uint8_t>(double x)
{
  return x != x || x <= 0 ? 0 : x >= 255 ? 255 : (uint8_t)x;
}
#define DG_SATURATES(To, From)                                                                     \
  template <> struct Cast<To, From> {                                                              \
    static __device__ To of(From x) { return saturate<To>((double)x); }                            \
  };
DG_SATURATES(int32_t, float)
DG_SATURATES(int32_t, double)
DG_SATURATES(int64_t, float)
DG_SATURATES(int64_t, double)
DG_SATURATES(uint8_t, float)
DG_SATURATES(uint8_t, double)

/* Functions of formulas that CUDA has not. */
template <typename T> __device__ __forceinline__ T sigmoid(T x) { return 1 / (1 + exp(-x)); }
template <typename T> __device__ __forceinline__ T inverse_deviation(T var, double eps)
{
  return 1 / sqrt(var + (T)eps);
}
template <typename T> __device__ __forceinline__ T softplus(T x)
{
  return (x < 0 ? (T)0 : x) + (x != x ? x : log1p(exp(-fabs(x))));
}

/* -- Sums of a warp and of a block ---------------------------------------------------------------- */

struct Add {
  template <typename T> static __device__ T of(T a, T b) { return a + b; }
};
/* NaN wins. */
struct Most {
  template <typename T> static __device__ T of(T a, T b) { return a > b || a != a ? a : b; }
};
struct Least {
  template <typename T> static __device__ T of(T a, T b) { return a < b || a != a ? a : b; }
};
/* Of a number and NaN, the number. */
struct Greater {
  template <typename T> static __device__ T of(T a, T b) { return fmax(a, b); }
};

template <typename How, typename T> __device__ __forceinline__ T warp_all(T x)
{
  for (int i = 16; i > 0; i /= 2) x = How::of(x, __shfl_xor_sync(0xffffffffu, x, i));
  return x;
}

/* Of all threads of a block of whole warps, in the same order always; every thread gets it. `none`
 * changes nothing. */
template <typename How, typename T> __device__ __forceinline__ T block_all(T x, T none)
{
  __shared__ T part[32];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
  x = warp_all<How>(x);
  __syncthreads();
  if (lane == 0) part[warp] = x;
  __syncthreads();
  return warp_all<How>(lane < warps ? part[lane] : none);
}

/* The sum of x of the threads up to this one, in a block of whole warps; every thread of it must call
 * this. *total is the sum of all. */
template <typename T> __device__ __forceinline__ T block_running(T x, T *total)
{
  __shared__ T part[32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
  for (int by = 1; by < 32; by *= 2) {
    const T before = __shfl_up_sync(0xffffffffu, x, by);
    if (lane >= by) x += before;
  }
  __syncthreads();
  if (lane == 31) part[warp] = x;
  __syncthreads();
  T before = 0, sum = 0;
  for (int w = 0; w < warps; w++) {
    if (w == warp) before = sum;
    sum += part[w];
  }
  *total = sum;
  return before + x;
}

/* -- Stacks of matrices ---------------------------------------------------------------------------- */

/* dg_matrices of device/cuda/linalg.h: `count` matrices, column by column and without gaps. */
struct Matrices {
  char *data;
  int64_t count, rows, columns;

  /* Column j of matrix i. */
  template <typename T> __device__ __forceinline__ T *column(int64_t i, int64_t j) const
  {
    return (T *)data + (i * columns + j) * rows;
  }
  template <typename T> __device__ __forceinline__ T &at(int64_t i, int64_t row, int64_t j) const
  {
    return column<T>(i, j)[row];
  }
};

/* The first matrix of a stack that cannot be worked with, and why: the smallest number that was noted
 * is kept. The reasons are those of device/cuda/linalg.c. */
enum { BAD_SINGULAR, BAD_NOT_POSITIVE, BAD_NOT_FINITE, BAD_EIGENVALUES, BAD_SINGULAR_VALUES };
static __device__ __forceinline__ void note_bad(unsigned long long *bad, int64_t matrix, int why)
{
  atomicMin(bad, (unsigned long long)matrix * 8 + why);
}

/* -- Labels ---------------------------------------------------------------------------------------- */

/* dg_labels of device/device.h: the two must agree. */
struct Labels {
  View t;
  int64_t classes, base, ignored;

  /* The i-th number as it stands there. */
  __device__ int64_t number(int64_t i) const
  {
    const int64_t at = t.place(i);
    switch (t.dtype) {
    case DG_I32:
      return ((const int32_t *)t.data)[at];
    case DG_I64:
      return ((const int64_t *)t.data)[at];
    default:
      return ((const uint8_t *)t.data)[at];
    }
  }
  /* The same counted from 0, -1 where ignored, and where it is no class: a replay of recorded work
   * cannot refuse labels before others rely on them. */
  __device__ int64_t of(int64_t i) const
  {
    const int64_t n = number(i);
    const bool is_class =
        classes < 0 || (n >= base && (uint64_t)n - (uint64_t)base < (uint64_t)classes);
    return n == ignored || !is_class ? -1 : n - base;
  }
};

/* -- Rows: how the threads of a block share them ------------------------------------------------- */

/* dg_team of device/cuda/rows.h: `lanes` threads to a row, a power of 2 as the size of the block is.
 * Neighbours work side by side along the row, or else at the same place of rows side by side. */
struct Team {
  int lanes, along;

  __device__ int rows() const { return blockDim.x >> log(lanes); }
  __device__ int lane() const
  {
    return along ? threadIdx.x & (lanes - 1) : threadIdx.x >> log(rows());
  }
  __device__ int mine() const
  {
    return along ? threadIdx.x >> log(lanes) : threadIdx.x & (rows() - 1);
  }

private:
  static __device__ int log(int power) { return 31 - __clz(power); }
};

/* dg_rows_of of device/cuda/rows.h: rows of `length` elements along the axes of `gone`, whose
 * addresses are offsets from where a row begins. */
struct Rows {
  Loop kept, gone;
  int64_t count, length;
  Team team;

  /* The places along its row that this thread takes are first, first + step ... */
  __device__ int first() const { return team.lane(); }
  __device__ int step() const { return team.lanes; }
  /* Where row r begins in each of N operands. */
  template <int N> __device__ void begin(int64_t r, char **at) const
  {
    kept.element<N>(r, count, at);
  }
  /* This thread's row, and where it begins; -1 if there is none: the thread is to write nothing, but
   * to take part in what its block does together, over the last row. */
  template <int N> __device__ int64_t mine(char **at) const
  {
    const int64_t r = (int64_t)blockIdx.x * team.rows() + team.mine();
    begin<N>(r < count ? r : count - 1, at);
    return r < count ? r : -1;
  }
  /* Element i of the row that begins at `at` in each of N operands. */
  template <int N> __device__ void element(char *const *at, int64_t i, char **here) const
  {
    gone.element<N>(i, length, here);
#pragma unroll
    for (int k = 0; k < N; k++) here[k] = at[k] + (int64_t)here[k];
  }
};

template <typename T> __device__ __forceinline__ T shuffled(T x, int by)
{
  return __shfl_xor_sync(0xffffffffu, x, by);
}

/* Of all lanes of each row, always in the same order; every thread of the block must call it, and
 * gets its row's. */
template <typename How, typename T> __device__ T team_all(const How how, const Team &team, T x)
{
  __shared__ __align__(16) char room[256 * sizeof(T)];
  T *part = (T *)room;
  const int lanes = team.lanes, step = team.rows(), lane = team.lane();
  if (lanes == 1) return x;
  if (team.along) {
    const int warps = lanes / 32, first = team.mine() * warps;
    for (int i = (lanes < 32 ? lanes : 32) / 2; i > 0; i /= 2) x = how.of(x, shuffled(x, i));
    if (warps < 2) return x;
    __syncthreads();
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = x;
    __syncthreads();
    x = part[first];
    for (int i = 1; i < warps; i++) x = how.of(x, part[first + i]);
    return x;
  }
  __syncthreads();
  part[threadIdx.x] = x;
  for (int half = lanes / 2; half > 0; half /= 2) {
    __syncthreads();
    if (lane < half) part[threadIdx.x] = how.of(part[threadIdx.x], part[threadIdx.x + half * step]);
  }
  __syncthreads();
  return part[threadIdx.x - lane * step];
}

/* The same where lanes do not go along the rows, and each has N states of its row: f(i, all) for state
 * i % N of row i / N of the block, in some thread. */
template <int N, typename How, typename T, typename F>
__device__ __forceinline__ void team_each(const How how, const Team &team, const T *x, F f)
{
  __shared__ __align__(16) char room[256 * N * sizeof(T)];
  T *part = (T *)room;
  const int width = team.rows() * N;
  for (int k = 0; k < N; k++) part[team.lane() * width + team.mine() * N + k] = x[k];
  __syncthreads();
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    T all = part[i];
    for (int lane = 1; lane < team.lanes; lane++) all = how.of(all, part[lane * width + i]);
    f(i, all);
  }
}

/* dg_cut of device/cuda/rows.h: rows in parts of `length` elements. Neighbouring blocks take one part. */
struct Cut {
  Rows rows;
  int parts;
  int64_t length;

  __device__ unsigned part() const { return blockIdx.x / (gridDim.x / parts); }
  /* The first row of this block, and this thread's, or 0 if there is none. */
  __device__ int64_t begin() const
  {
    return (int64_t)(blockIdx.x % (gridDim.x / parts)) * rows.team.rows();
  }
  __device__ int64_t row() const
  {
    const int64_t r = begin() + rows.team.mine();
    return r < rows.count ? r : 0;
  }
  /* Where this block's part begins and ends. */
  __device__ int64_t from() const { return part() * length; }
  __device__ int64_t end() const
  {
    return from() + length < rows.length ? from() + length : rows.length;
  }
};

/* What a thread takes of its row in each of N operands: x, y, which is written, and g. `number` is the
 * row's, -1 if there is none; `at` is where it begins. Such a row is read again from memory whenever it
 * is gone through. */
template <typename T, int N> struct LooseRow {
  enum { KEEPS = 0 };
  typedef T Element;
  const Rows &rows;
  char *at[N];
  int64_t number;

  __device__ LooseRow(const Rows &r) : rows(r) { number = rows.mine<N>(at); }

  /* f(x, g) for each place. */
  template <typename F> __device__ void each(F f) const
  {
    char *here[N];
    for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
      rows.element<N>(at, i, here);
      f(*(const T *)here[0], N > 2 ? *(const T *)here[N > 2 ? 2 : 0] : (T)0);
    }
  }
  /* y = f(i, x, g) at each place i. */
  template <typename F> __device__ void write(F f) const
  {
    char *here[N];
    if (number < 0) return;
    for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
      rows.element<N>(at, i, here);
      *(T *)here[N > 1 ? 1 : 0] =
          f(i, *(const T *)here[0], N > 2 ? *(const T *)here[N > 2 ? 2 : 0] : (T)0);
    }
  }
};

/* The same for rows that dg_rows_of_hold has found fit: read once, by packs, and then held. */
template <typename T, int N> struct HeldRow {
  enum { PACKS = 8, EACH = 16 / sizeof(T), KEEPS = sizeof(T) == sizeof(typename Is<T>::number) };
  typedef T Element;
  typedef Pack<T, EACH> Some;
  const Rows &rows;
  char *at[N];
  int64_t number;
  int begin, hop, length;
  Some x[PACKS], g[N > 2 ? PACKS : 1];

  __device__ int place(int p) const { return begin + p * hop; }

  __device__ HeldRow(const Rows &r)
      : rows(r), begin(r.first() * EACH), hop(r.step() * EACH), length((int)r.length)
  {
    number = rows.mine<N>(at);
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
      if (place(p) >= length) continue;
      x[p] = *(const Some *)((const T *)at[0] + place(p));
      if (N > 2) g[N > 2 ? p : 0] = *(const Some *)((const T *)at[N > 2 ? 2 : 0] + place(p));
    }
  }
  template <typename F> __device__ void each(F f) const
  {
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
      if (place(p) >= length) continue;
#pragma unroll
      for (int k = 0; k < EACH; k++) f(x[p].at[k], N > 2 ? g[N > 2 ? p : 0].at[k] : (T)0);
    }
  }
  /* x = f(x) from now on. */
  template <typename F> __device__ void turn(F f)
  {
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
      if (place(p) >= length) continue;
#pragma unroll
      for (int k = 0; k < EACH; k++) x[p].at[k] = f(x[p].at[k]);
    }
  }
  template <typename F> __device__ void write(F f) const
  {
    write_packs([&](int at, const Some &x, const Some &g) {
      Some y;
#pragma unroll
      for (int k = 0; k < EACH; k++) y.at[k] = f(at + k, x.at[k], N > 2 ? g.at[k] : (T)0);
      return y;
    });
  }
  /* y = f(i, x, g) for the packs that begin at each place i. */
  template <typename F> __device__ void write_packs(F f) const
  {
    if (number < 0) return;
#pragma unroll
    for (int p = 0; p < PACKS; p++)
      if (place(p) < length)
        *(Some *)((T *)at[N > 1 ? 1 : 0] + place(p)) = f(place(p), x[p], g[N > 2 ? p : 0]);
  }
  /* f(i, x, g) for the same. */
  template <typename F> __device__ void each_pack(F f) const
  {
#pragma unroll
    for (int p = 0; p < PACKS; p++)
      if (place(p) < length) f(place(p), x[p], g[N > 2 ? p : 0]);
  }
};

/* The maximum of a row, or 0 where that is not finite: exp(x - shift) has no overflow. A NaN is passed
 * over: exp has it. Every thread of the block must call this, and what follows. */
template <typename T, typename Row> __device__ __forceinline__ T shift_of(const Row &row)
{
  T most = -INFINITY;
  row.each([&](T x, T) { most = fmax(most, x); });
  most = team_all(Greater(), row.rows.team, most);
  return most - most == 0 ? most : 0;
}

/* The sum of exp(x - shift) along a row, and the shift. */
template <typename T, typename Row> __device__ __forceinline__ T exp_sum(const Row &row, T *shift)
{
  T sum = 0;
  *shift = shift_of<T>(row);
  row.each([&](T x, T) { sum += exp(x - *shift); });
  return team_all(Add(), row.rows.team, sum);
}

/* The same for a row that is to be written next, as f(i, exp(x - shift)) at each place i: a row that can
 * keeps what it has of exp instead of x. */
template <typename T, typename Row> __device__ __forceinline__ T exp_sum_keep(Row &row, T *shift)
{
  if constexpr (Row::KEEPS) {
    T sum = 0;
    *shift = shift_of<T>(row);
    row.turn([&](T x) {
      x = exp(x - *shift);
      sum += x;
      return x;
    });
    return team_all(Add(), row.rows.team, sum);
  } else {
    return exp_sum(row, shift);
  }
}
template <typename T, typename Row, typename F>
__device__ __forceinline__ void exp_write(const Row &row, T shift, F f)
{
  row.write([&](int64_t i, T x, T) { return f(i, Row::KEEPS ? x : exp(x - shift)); });
}

#endif
