/* flash.h -- softmax attention whose scores never lie in memory: T. Dao, "FlashAttention-2: faster
 * attention with better parallelism and work partitioning", 2023. The kernels; flash_f32.cu and its
 * like have them for one dtype each.
 *
 * A block of four warps owns ROWS rows, queries or keys, 16 of them a warp, and goes through tiles of
 * the others, which are copied to shared memory while the tile before is worked on. Scores and weights
 * are the sums that a warp holds. The gradients of queries and those of keys and values are kernels
 * of their own, each of which makes the weights anew: nothing is added to from two sides, so sums
 * have one order. */
#include "cuda/mma.h"

enum { WARPS = 4, ROWS = WARPS * WARP_ROWS, TILE_BYTES = 8192 };

/* As in flash.c: matrices, in elements; `outer` and `inner` lead from one to the next. */
struct Stack {
  char *data;
  int64_t outer, inner, row;
};

struct Flash {
  Stack q, k, v, y, gy, gq, gk, gv;
  float *log_sum, *delta; /* one for each query of each matrix */
  int matrices, heads, queries, keys, width, causal; /* heads: how many are `inner` apart */
  float scale;
};

constexpr float LOG2_E = 1.44269504088896f;

/* What is `at` in a stack: rows of a matrix. */
template <typename E> struct Matrix {
  E *data;
  int64_t step;
  __device__ Matrix(const Stack &s, const Flash &f, int matrix)
      : data((E *)s.data + matrix / f.heads * s.outer + matrix % f.heads * s.inner), step(s.row)
  {
  }
  __device__ __forceinline__ E *row(int i) const { return data + i * step; }
};

/* N rows of up to D elements, in shared memory. */
template <typename E, int D, int N> struct Tile {
  enum { PITCH = D + Factors<E>::PAD, EACH = 16 / sizeof(E), PACKS = D / EACH };
  __align__(16) E at[N * PITCH];

  /* Begins to copy rows from `first` on; zeros from row `end` on, and from column `width` on. */
  __device__ __forceinline__ void begin(const Matrix<E> &m, int first, int end, int width)
  {
#pragma unroll
    for (int i = threadIdx.x; i < N * PACKS; i += WARPS * 32) {
      const int row = i / PACKS, column = i % PACKS * EACH;
      const bool there = first + row < end && column < width;
      begin_copy(at + row * PITCH + column, m.row(there ? first + row : 0) + (there ? column : 0),
                 there);
    }
  }
};

/* How many rows a tile has. */
template <typename E, int D> constexpr int tile_rows()
{
  return TILE_BYTES / (D * (int)sizeof(E)) < ROWS ? TILE_BYTES / (D * (int)sizeof(E)) : ROWS;
}

template <int N> __device__ __forceinline__ void clear(float (&sums)[N][4])
{
#pragma unroll
  for (int n = 0; n < N; n++)
#pragma unroll
    for (int j = 0; j < 4; j++) sums[n][j] = 0;
}

/* A warp's 16 rows of D elements, as the first factor. */
template <typename E, int D> struct Own {
  typedef Factors<E> F;
  typename F::A part[D / F::K];

  __device__ __forceinline__ Own(const Matrix<E> &m, int row, int end, int width)
  {
    const E *upper = row < end ? m.row(row) : nullptr, *lower = row + 8 < end ? m.row(row + 8) : nullptr;
#pragma unroll
    for (int i = 0; i < D / F::K; i++) part[i] = F::of_rows(upper, lower, i * F::K, width);
  }

  /* sums = these rows times the tile's. */
  template <int N>
  __device__ __forceinline__ void times(const Tile<E, D, N> &tile, float (&sums)[N / 8][4]) const
  {
    clear(sums);
#pragma unroll
    for (int i = 0; i < D / F::K; i++) {
      const typename F::Ready a = F::ready(part[i]);
#pragma unroll
      for (int n = 0; n < N / 8; n += 2) {
        typename F::B b[2];
        F::across(b, tile.at, tile.PITCH, n * 8, i * F::K);
        F::multiply(sums[n], a, b[0]);
        F::multiply(sums[n + 1], a, b[1]);
      }
    }
  }
};

/* to += factors times the rows of the tile. */
template <typename E, int D, int N>
__device__ __forceinline__ void add_product(float (&to)[D / 8][4], const float (&factors)[N / 8][4],
                                            const Tile<E, D, N> &tile)
{
  typedef Factors<E> F;
#pragma unroll
  for (int i = 0; i < N / F::K; i++) {
    const typename F::Ready a = F::ready(F::of_sums(&factors[i * F::K / 8]));
#pragma unroll
    for (int d = 0; d < D / 8; d += 2) {
      typename F::B b[2];
      F::down(b, tile.at, tile.PITCH, d * 8, i * F::K);
      F::multiply(to[d], a, b[0]);
      F::multiply(to[d + 1], a, b[1]);
    }
  }
}

/* Rows of a matrix = the sums, times `upper` and `lower`. */
template <typename E, int N>
__device__ __forceinline__ void store(const Matrix<E> &m, int row, int end, int width,
                                      const float (&sums)[N][4], float upper, float lower)
{
#pragma unroll
  for (int n = 0; n < N; n++) {
    const int column = n * 8 + lane_pair();
    if (column >= width) continue;
    if (row < end)
      *(Pack<E, 2> *)(m.row(row) + column) = { { E(sums[n][0] * upper), E(sums[n][1] * upper) } };
    if (row + 8 < end)
      *(Pack<E, 2> *)(m.row(row + 8) + column) = { { E(sums[n][2] * lower),
                                                     E(sums[n][3] * lower) } };
  }
}

/* Of the four lanes that have a row together. */
template <typename How> __device__ __forceinline__ float row_all(float x)
{
  x = How::of(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return How::of(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

/* Which rows this block owns, and which matrix they are of: those with the most to do come first. */
struct Place {
  int matrix, first, row; /* row: the upper one of the lane */
  __device__ Place(const Flash &f, int rows, bool from_end)
  {
    const int tiles = (rows + ROWS - 1) / ROWS, tile = blockIdx.x / f.matrices;
    matrix = blockIdx.x % f.matrices;
    first = (from_end ? tiles - 1 - tile : tile) * ROWS;
    row = first + threadIdx.x / 32 * WARP_ROWS + lane_row();
  }
};

/* How many keys the queries of a block see. */
static __device__ __forceinline__ int keys_seen(const Flash &f, const Place &at)
{
  return f.causal && at.first + ROWS < f.keys ? at.first + ROWS : f.keys;
}

/* y = softmax(scale q k') v, and the logarithms of the sums. */
template <typename E, int D> __device__ __forceinline__ void forward(const Flash &f)
{
  enum { N = tile_rows<E, D>() };
  __shared__ Tile<E, D, N> k[2], v[2];
  const Place at(f, f.queries, true);
  const int end = keys_seen(f, at);
  const Matrix<E> keys(f.k, f, at.matrix), values(f.v, f, at.matrix);
  const float scale = f.scale * LOG2_E;
  float y[D / 8][4], most[2] = { -INFINITY, -INFINITY }, sum[2] = { 0, 0 };
  k[0].begin(keys, 0, end, f.width);
  v[0].begin(values, 0, end, f.width);
  end_copies();
  const Own<E, D> q(Matrix<E>(f.q, f, at.matrix), at.row, f.queries, f.width);
  clear(y);
  for (int first = 0, now = 0; first < end; first += N, now ^= 1) {
    if (first + N < end) {
      k[now ^ 1].begin(keys, first + N, end, f.width);
      v[now ^ 1].begin(values, first + N, end, f.width);
    }
    end_copies();
    wait_for_copies<1>();
    __syncthreads();
    float s[N / 8][4];
    q.times(k[now], s);
    const bool edge = first + N > end || (f.causal && first + N > at.first);
    float above[2] = { most[0], most[1] };
#pragma unroll
    for (int n = 0; n < N / 8; n++)
#pragma unroll
      for (int j = 0; j < 4; j++) {
        const int key = first + n * 8 + lane_pair() + j % 2;
        s[n][j] *= scale;
        if (edge && (key >= end || (f.causal && key > at.row + j / 2 * 8))) s[n][j] = -INFINITY;
        above[j / 2] = fmaxf(above[j / 2], s[n][j]);
      }
#pragma unroll
    for (int r = 0; r < 2; r++) {
      above[r] = row_all<Most>(above[r]);
      const float shift = above[r] == -INFINITY ? 0 : above[r], fewer = exp2f(most[r] - shift);
      most[r] = above[r];
      sum[r] *= fewer;
#pragma unroll
      for (int n = 0; n < N / 8; n++)
#pragma unroll
        for (int j = 2 * r; j < 2 * r + 2; j++) sum[r] += s[n][j] = exp2f(s[n][j] - shift);
#pragma unroll
      for (int d = 0; d < D / 8; d++) y[d][2 * r] *= fewer, y[d][2 * r + 1] *= fewer;
    }
    add_product(y, s, v[now]);
    __syncthreads();
  }
  float by[2];
#pragma unroll
  for (int r = 0; r < 2; r++) {
    const int row = at.row + 8 * r;
    sum[r] = row_all<Add>(sum[r]);
    by[r] = sum[r] == 0 ? 0 : 1 / sum[r];
    if (threadIdx.x % 4 == 0 && row < f.queries)
      f.log_sum[(int64_t)at.matrix * f.queries + row] =
          (most[r] == -INFINITY ? 0 : most[r] / LOG2_E) + logf(sum[r]);
  }
  store(Matrix<E>(f.y, f, at.matrix), at.row, f.queries, f.width, y, by[0], by[1]);
}

/* With p = the weights, gp = gy v' and delta = the row sums of gy y: gq = scale p (gp - delta) k, and
 * delta for the other kernel. gq may not be wanted. */
template <typename E, int D> __device__ __forceinline__ void queries_grad(const Flash &f)
{
  enum { N = tile_rows<E, D>() };
  __shared__ Tile<E, D, N> k[2], v[2];
  const Place at(f, f.queries, true);
  const int end = keys_seen(f, at);
  const Matrix<E> keys(f.k, f, at.matrix), values(f.v, f, at.matrix);
  const Matrix<E> ys(f.y, f, at.matrix), gys(f.gy, f, at.matrix);
  const float scale = f.scale * LOG2_E;
  float log_sum[2], delta[2];
  for (int r = 0; r < 2; r++) {
    const int row = at.row + 8 * r;
    const int64_t place = (int64_t)at.matrix * f.queries + row;
    float sum = 0;
    if (row < f.queries)
      for (int i = lane_pair(); i < f.width; i += 8)
        sum += (float)ys.row(row)[i] * (float)gys.row(row)[i] +
               (float)ys.row(row)[i + 1] * (float)gys.row(row)[i + 1];
    delta[r] = row_all<Add>(sum);
    log_sum[r] = row < f.queries ? f.log_sum[place] * LOG2_E : 0;
    if (threadIdx.x % 4 == 0 && row < f.queries) f.delta[place] = delta[r];
  }
  if (!f.gq.data) return;
  const Own<E, D> q(Matrix<E>(f.q, f, at.matrix), at.row, f.queries, f.width),
      gy(gys, at.row, f.queries, f.width);
  float gq[D / 8][4];
  clear(gq);
  k[0].begin(keys, 0, end, f.width);
  v[0].begin(values, 0, end, f.width);
  end_copies();
  for (int first = 0, now = 0; first < end; first += N, now ^= 1) {
    if (first + N < end) {
      k[now ^ 1].begin(keys, first + N, end, f.width);
      v[now ^ 1].begin(values, first + N, end, f.width);
    }
    end_copies();
    wait_for_copies<1>();
    __syncthreads();
    float p[N / 8][4], gp[N / 8][4];
    q.times(k[now], p);
    gy.times(v[now], gp);
    const bool edge = first + N > end || (f.causal && first + N > at.first);
#pragma unroll
    for (int n = 0; n < N / 8; n++)
#pragma unroll
      for (int j = 0; j < 4; j++) {
        const int key = first + n * 8 + lane_pair() + j % 2;
        const bool hidden = edge && (key >= end || (f.causal && key > at.row + j / 2 * 8));
        p[n][j] = hidden ? 0 : exp2f(p[n][j] * scale - log_sum[j / 2]) * (gp[n][j] - delta[j / 2]);
      }
    add_product(gq, p, k[now]);
    __syncthreads();
  }
  store(Matrix<E>(f.gq, f, at.matrix), at.row, f.queries, f.width, gq, f.scale, f.scale);
}

/* gv = p' gy, gk = scale (p (gp - delta))' q: the block owns keys, and a warp's sums are weights turned
 * about. Each may not be wanted. */
template <typename E, int D> __device__ __forceinline__ void keys_grad(const Flash &f)
{
  enum { N = tile_rows<E, D>() / (D > 64 ? 2 : 1) };
  __shared__ Tile<E, D, N> q[2], gy[2];
  __shared__ float log_sum[2][N], delta[2][N];
  const Place at(f, f.keys, false);
  const Matrix<E> queries(f.q, f, at.matrix), gys(f.gy, f, at.matrix);
  const Own<E, D> k(Matrix<E>(f.k, f, at.matrix), at.row, f.keys, f.width),
      v(Matrix<E>(f.v, f, at.matrix), at.row, f.keys, f.width);
  const float scale = f.scale * LOG2_E;
  float gk[D / 8][4], gv[D / 8][4];
  clear(gk);
  clear(gv);
  auto begin = [&](int first, int stage) {
    q[stage].begin(queries, first, f.queries, f.width);
    gy[stage].begin(gys, first, f.queries, f.width);
    for (int i = threadIdx.x; i < N; i += WARPS * 32) {
      const bool there = first + i < f.queries;
      const int64_t place = (int64_t)at.matrix * f.queries + first + i;
      log_sum[stage][i] = there ? f.log_sum[place] * LOG2_E : 0;
      delta[stage][i] = there ? f.delta[place] : 0;
    }
  };
  const int start = f.causal ? at.first / N * N : 0;
  if (start < f.queries) begin(start, 0);
  end_copies();
  for (int first = start, now = 0; first < f.queries; first += N, now ^= 1) {
    if (first + N < f.queries) begin(first + N, now ^ 1);
    end_copies();
    wait_for_copies<1>();
    __syncthreads();
    float p[N / 8][4], gp[N / 8][4];
    k.times(q[now], p);
    v.times(gy[now], gp);
    const bool edge = first + N > f.queries || (f.causal && first < at.first + ROWS);
#pragma unroll
    for (int n = 0; n < N / 8; n++)
#pragma unroll
      for (int j = 0; j < 4; j++) {
        const int i = n * 8 + lane_pair() + j % 2, query = first + i;
        const bool hidden =
            edge && (query >= f.queries || (f.causal && at.row + j / 2 * 8 > query));
        p[n][j] = hidden ? 0 : exp2f(p[n][j] * scale - log_sum[now][i]);
        gp[n][j] = hidden ? 0 : p[n][j] * (gp[n][j] - delta[now][i]);
      }
    add_product(gv, p, gy[now]);
    add_product(gk, gp, q[now]);
    __syncthreads();
  }
  if (f.gk.data)
    store(Matrix<E>(f.gk, f, at.matrix), at.row, f.keys, f.width, gk, f.scale, f.scale);
  if (f.gv.data) store(Matrix<E>(f.gv, f, at.matrix), at.row, f.keys, f.width, gv, 1, 1);
}

#define FLASH_KERNEL(name, dtype, E, D)                                                            \
  extern "C" __global__ void __launch_bounds__(WARPS * 32) name##_##dtype##_##D(                   \
      const __grid_constant__ Flash f)                                                             \
  {                                                                                                \
    name<E, D>(f);                                                                                 \
  }
#define FLASH(dtype, E, D)                                                                         \
  FLASH_KERNEL(forward, dtype, E, D)                                                               \
  FLASH_KERNEL(queries_grad, dtype, E, D)                                                          \
  FLASH_KERNEL(keys_grad, dtype, E, D)
