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

/* What the gradients know of a query: the logarithm of its sum, of base 2, and its delta. */
struct Known {
  float log_sum, delta;
};

struct Flash {
  Stack q, k, v, y, gy, gq, gk, gv;
  float *log_sum; /* one for each query of each matrix */
  Known *known;
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
  enum { PITCH = D + Factors<E>::PAD };
  __align__(16) E at[N * PITCH];
};

/* Copies one tile after another of a matrix. A thread has the same columns of all rows that it copies. */
template <typename E, int D, int N> struct Feed {
  enum { EACH = 16 / sizeof(E), PACKS = D / EACH, STEP = WARPS * 32 / PACKS };
  const E *from;
  int64_t step;
  int row, column, left; /* left: how many rows there are from `from` on */

  __device__ __forceinline__ Feed(const Matrix<E> &m, int first, int end, int width)
      : step(m.step), row(threadIdx.x / PACKS), column(threadIdx.x % PACKS * EACH),
        left(column < width ? end - first - row : 0)
  {
    from = m.row(first + row) + column;
  }
  /* Begins to copy the next one; zeros, of which nothing is read, from the last row on, and from the last column on. */
  __device__ __forceinline__ void next(Tile<E, D, N> &to)
  {
    E *own = to.at + row * to.PITCH + column;
#pragma unroll
    for (int i = 0; i < N; i += STEP) begin_copy<16>(own + i * to.PITCH, from + i * step, i < left);
    left -= N;
    from += N * step;
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
    const E *upper = row < end ? m.row(row) : nullptr,
            *lower = row + 8 < end ? m.row(row + 8) : nullptr;
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
      *(Pack<E, 2> *)(m.row(row + 8) +
                      column) = { { E(sums[n][2] * lower), E(sums[n][3] * lower) } };
  }
}

/* Scores become -inf in columns that lie beyond `upper` and `lower`, of the lane's two rows: behind
 * these, or before. */
template <bool before, int N>
__device__ __forceinline__ void hide(float (&s)[N][4], int upper, int lower)
{
  const int limit[2] = { upper - lane_pair(), lower - lane_pair() };
#pragma unroll
  for (int n = 0; n < N; n++)
#pragma unroll
    for (int j = 0; j < 4; j++) {
      const int column = n * 8 + j % 2;
      if (before ? column < limit[j / 2] : column > limit[j / 2]) s[n][j] = -INFINITY;
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

/* Hides the keys that a lane's queries do not see; the tile's first one is `first`. */
template <int N>
__device__ __forceinline__ void hide_keys(const Flash &f, const Place &at, int last, int first,
                                          float (&s)[N][4])
{
  const int upper = f.causal && at.row < last ? at.row : last,
            lower = f.causal && at.row + 8 < last ? at.row + 8 : last;
  hide<false>(s, upper - first, lower - first);
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
  Feed<E, D, N> more_keys(keys, 0, end, f.width), more_values(values, 0, end, f.width);
  more_keys.next(k[0]);
  more_values.next(v[0]);
  end_copies();
  const Own<E, D> q(Matrix<E>(f.q, f, at.matrix), at.row, f.queries, f.width);
  clear(y);
  for (int first = 0, now = 0; first < end; first += N, now ^= 1) {
    if (first + N < end) {
      more_keys.next(k[now ^ 1]);
      more_values.next(v[now ^ 1]);
    }
    end_copies();
    wait_for_copies<1>();
    __syncthreads();
    float s[N / 8][4];
    q.times(k[now], s);
    if (first + N > end || (f.causal && first + N > at.first)) hide_keys(f, at, end - 1, first, s);
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float above = most[r];
#pragma unroll
      for (int n = 0; n < N / 8; n++) above = fmaxf(above, fmaxf(s[n][2 * r], s[n][2 * r + 1]));
      above = row_all<Most>(above);
      const float shift = above == -INFINITY ? 0 : above * scale,
                  fewer = power_of_2(most[r] * scale - shift);
      most[r] = above;
      sum[r] *= fewer;
#pragma unroll
      for (int n = 0; n < N / 8; n++)
#pragma unroll
        for (int j = 2 * r; j < 2 * r + 2; j++)
          sum[r] += s[n][j] = power_of_2(s[n][j] * scale - shift);
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
          (most[r] == -INFINITY ? 0 : most[r] * f.scale) + logf(sum[r]);
  }
  store(Matrix<E>(f.y, f, at.matrix), at.row, f.queries, f.width, y, by[0], by[1]);
}

/* With p = the weights, gp = gy v' and delta = the row sums of gy y: gq = scale p (gp - delta) k, and
 * what the other kernel is to know. gq may not be wanted. */
template <typename E, int D> __device__ __forceinline__ void queries_grad(const Flash &f)
{
  enum { N = tile_rows<E, D>() };
  __shared__ Tile<E, D, N> k[2], v[2];
  const Place at(f, f.queries, true);
  const int end = keys_seen(f, at);
  const Matrix<E> keys(f.k, f, at.matrix), values(f.v, f, at.matrix);
  const Matrix<E> ys(f.y, f, at.matrix), gys(f.gy, f, at.matrix);
  const float scale = f.scale * LOG2_E;
  Known known[2];
  for (int r = 0; r < 2; r++) {
    const int row = at.row + 8 * r;
    const int64_t place = (int64_t)at.matrix * f.queries + row;
    float sum = 0;
    if (row < f.queries)
      for (int i = lane_pair(); i < f.width; i += 8)
        sum += (float)ys.row(row)[i] * (float)gys.row(row)[i] +
               (float)ys.row(row)[i + 1] * (float)gys.row(row)[i + 1];
    known[r] = { row < f.queries ? f.log_sum[place] * LOG2_E : 0, row_all<Add>(sum) };
    if (threadIdx.x % 4 == 0 && row < f.queries) f.known[place] = known[r];
  }
  if (!f.gq.data) return;
  const Own<E, D> q(Matrix<E>(f.q, f, at.matrix), at.row, f.queries, f.width),
      gy(gys, at.row, f.queries, f.width);
  float gq[D / 8][4];
  clear(gq);
  Feed<E, D, N> more_keys(keys, 0, end, f.width), more_values(values, 0, end, f.width);
  more_keys.next(k[0]);
  more_values.next(v[0]);
  end_copies();
  for (int first = 0, now = 0; first < end; first += N, now ^= 1) {
    if (first + N < end) {
      more_keys.next(k[now ^ 1]);
      more_values.next(v[now ^ 1]);
    }
    end_copies();
    wait_for_copies<1>();
    __syncthreads();
    float p[N / 8][4], gp[N / 8][4];
    q.times(k[now], p);
    gy.times(v[now], gp);
    if (first + N > end || (f.causal && first + N > at.first)) hide_keys(f, at, end - 1, first, p);
#pragma unroll
    for (int n = 0; n < N / 8; n++)
#pragma unroll
      for (int j = 0; j < 4; j++)
        p[n][j] =
            power_of_2(p[n][j] * scale - known[j / 2].log_sum) * (gp[n][j] - known[j / 2].delta);
    add_product(gq, p, k[now]);
    __syncthreads();
  }
  store(Matrix<E>(f.gq, f, at.matrix), at.row, f.queries, f.width, gq, f.scale, f.scale);
}

/* gv = p' gy, gk = scale (p (gp - delta))' q: the block owns keys, and a warp's sums are weights turned
 * about. Each may not be wanted. Queries behind the last one are zeros and so is their gy: what they add
 * is zero. */
template <typename E, int D> __device__ __forceinline__ void keys_grad(const Flash &f)
{
  enum { N = tile_rows<E, D>() / 2 };
  __shared__ Tile<E, D, N> q[2], gy[2];
  __shared__ __align__(16) Known known[2][N];
  const Place at(f, f.keys, false);
  const Matrix<E> queries(f.q, f, at.matrix), gys(f.gy, f, at.matrix);
  const Own<E, D> k(Matrix<E>(f.k, f, at.matrix), at.row, f.keys, f.width),
      v(Matrix<E>(f.v, f, at.matrix), at.row, f.keys, f.width);
  const float scale = f.scale * LOG2_E;
  float gk[D / 8][4], gv[D / 8][4];
  clear(gk);
  clear(gv);
  const int start = f.causal ? at.first / N * N : 0;
  Feed<E, D, N> more_queries(queries, start, f.queries, f.width),
      more_gys(gys, start, f.queries, f.width);
  const Known *all = f.known + (int64_t)at.matrix * f.queries + threadIdx.x;
  auto begin = [&](int first, int stage) {
    more_queries.next(q[stage]);
    more_gys.next(gy[stage]);
    if (threadIdx.x < N)
      begin_copy<8>(&known[stage][threadIdx.x], all + first, first + (int)threadIdx.x < f.queries);
  };
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
    if (f.causal && first < at.first + ROWS) hide<true>(p, at.row - first, at.row + 8 - first);
#pragma unroll
    for (int n = 0; n < N / 8; n++)
#pragma unroll
      for (int j = 0; j < 4; j++) {
        const Known of = known[now][n * 8 + lane_pair() + j % 2];
        p[n][j] = power_of_2(p[n][j] * scale - of.log_sum);
        gp[n][j] = p[n][j] * (gp[n][j] - of.delta);
      }
    add_product(gv, p, gy[now]);
    add_product(gk, gp, q[now]);
    __syncthreads();
  }
  if (f.gk.data)
    store(Matrix<E>(f.gk, f, at.matrix), at.row, f.keys, f.width, gk, f.scale, f.scale);
  if (f.gv.data) store(Matrix<E>(f.gv, f, at.matrix), at.row, f.keys, f.width, gv, 1, 1);
}

#define FLASH_KERNEL(name, dtype, E, D, blocks)                                                    \
  extern "C" __global__ void __launch_bounds__(WARPS * 32, blocks)                                 \
      name##_##dtype##_##D(const __grid_constant__ Flash f)                                        \
  {                                                                                                \
    name<E, D>(f);                                                                                 \
  }
#define FLASH(dtype, E, D)                                                                         \
  FLASH_KERNEL(forward, dtype, E, D, 3)                                                            \
  FLASH_KERNEL(queries_grad, dtype, E, D, D * sizeof(E) > 128 ? 2 : 3)                             \
  FLASH_KERNEL(keys_grad, dtype, E, D, D * sizeof(E) > 128 ? 2 : 3)
