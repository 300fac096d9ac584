/* moments.cu -- normalization of few long rows, which all of a card shares, in packs of N elements: means
 * and variances, what becomes of them, and the sums that gradients take. Elements E are computed with as
 * T, and means and variances are of type T.
 *
 * Where packs lie across rows (Team: not along), each of their elements belongs to a row of its own. */
#include "cuda/prelude.h"

enum { TOGETHER = 4 }; /* packs that a thread has in flight */

/* How many of a thread's next packs there are. */
static __device__ __forceinline__ int next_packs(int64_t i, int lanes, int64_t end)
{
  int count = 1;
#pragma unroll
  for (int j = 1; j < TOGETHER; j++) count += i + j * lanes < end;
  return count;
}

/* -- Means and variances ----------------------------------------------------------------------------- */

/* Of n elements the mean, and the sum of squares around it. */
template <typename T> struct Moments {
  T n, mean, square;
};
template <typename T> __device__ __forceinline__ Moments<T> shuffled(Moments<T> x, int by)
{
  return { shuffled(x.n, by), shuffled(x.mean, by), shuffled(x.square, by) };
}
/* Without cancellation: T. Chan, G. Golub, R. LeVeque, 1979. */
struct Merge {
  template <typename T> static __device__ Moments<T> of(Moments<T> a, Moments<T> b)
  {
    const T n = a.n + b.n, share = b.n > 0 ? b.n / n : (T)0, d = b.mean - a.mean;
    return { n, a.mean + d * share, a.square + b.square + d * d * (a.n * share) };
  }
};

/* What a thread's elements x[j].at[k] of `count` packs come to, or if they belong to different rows those
 * of one k. Not centred, the mean is 0. */
template <int FROM, int TO, typename T, typename Some>
__device__ __forceinline__ Moments<T> measure(const Some *x, int first, int count, int centred)
{
  Moments<T> m = { (T)(count * (TO - FROM)), 0, 0 };
#pragma unroll
  for (int j = 0; j < TOGETHER; j++)
#pragma unroll
    for (int k = FROM; k < TO; k++) m.mean += j < count ? (T)x[j].at[first + k] : (T)0;
  m.mean = centred ? m.mean / m.n : (T)0;
#pragma unroll
  for (int j = 0; j < TOGETHER; j++)
#pragma unroll
    for (int k = FROM; k < TO; k++) {
      const T d = (T)x[j].at[first + k] - m.mean;
      m.square += j < count ? d * d : (T)0;
    }
  return m;
}

/* Operand: x. Leaves states of parts, or where there is one the results. */
template <int N, typename E, typename T>
__device__ __forceinline__ void moments(const Cut &cut, int centred, Moments<T> *states, T *means,
                                        T *vars)
{
  typedef Pack<E, N> Some;
  const Rows &rows = cut.rows;
  const Team &team = rows.team;
  const int lanes = team.lanes;
  const int64_t end = cut.end(), places = team.along ? rows.count : rows.count * N;
  char *at[1], *here[TOGETHER][1];
  Some x[TOGETHER];
  Moments<T> own[N] = {};
  rows.begin<1>(cut.row(), at);
  for (int64_t i = cut.from() + team.lane(); i < end; i += TOGETHER * lanes) {
    const int count = next_packs(i, lanes, end);
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) rows.element<1>(at, j < count ? i + j * lanes : i, here[j]);
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) x[j] = *(const Some *)here[j][0];
    if (team.along) {
      own[0] = Merge::of(own[0], measure<0, N, T>(x, 0, count, centred));
    } else {
#pragma unroll
      for (int k = 0; k < N; k++)
        own[k] = Merge::of(own[k], measure<0, 1, T>(x, k, count, centred));
    }
  }
  auto put = [&](int64_t place, Moments<T> m) {
    if (place >= places) return;
    if (cut.parts > 1) states[cut.part() * places + place] = m;
    else means[place] = m.mean, vars[place] = m.square / m.n;
  };
  if (team.along) {
    const Moments<T> all = team_all(Merge(), team, own[0]);
    if (team.lane() == 0) put(cut.begin() + team.mine(), all);
  } else {
    team_each<N>(Merge(), team, own, [&](int i, Moments<T> all) { put(cut.begin() * N + i, all); });
  }
}

template <typename T>
__device__ __forceinline__ void moments_last(const Team &team, int64_t places, int parts,
                                             const Moments<T> *states, T *means, T *vars)
{
  const int64_t i = (int64_t)blockIdx.x * team.rows() + team.mine(), place = i < places ? i : 0;
  Moments<T> all = {};
  for (int part = team.lane(); part < parts; part += team.lanes)
    all = Merge::of(all, states[part * places + place]);
  all = team_all(Merge(), team, all);
  if (team.lane() == 0 && i < places) means[i] = all.mean, vars[i] = all.square / all.n;
}

/* -- What becomes of elements: a linear function of x, or of g and x, for each row ------------------- */

/* Operands: x, y, gamma, beta, or x, gx, gamma, g; gamma and beta are the same all along a row. `steps` are
 * from those of an element of a pack to the next one's, in bytes. `sums` are for each row that of g z, z
 * being the normalized x, and behind them those of g. */
struct Apply {
  Cut cut;
  int has_gamma, has_beta, centred, steps[2];
  double eps;
};

/* f(k, x, g) for element k of each pack, of which the third operand or NULL is g; y takes it. */
template <int N, int G, typename E, typename F>
__device__ __forceinline__ void write_part(const Cut &cut, char *const *at, F f)
{
  typedef Pack<E, N> Some;
  const int lanes = cut.rows.team.lanes;
  const int64_t end = cut.end();
  if (cut.begin() + cut.rows.team.mine() >= cut.rows.count) return;
  for (int64_t i = cut.from() + cut.rows.team.lane(); i < end; i += TOGETHER * lanes) {
    const int count = next_packs(i, lanes, end);
    char *here[TOGETHER][4];
    Some x[TOGETHER], g[TOGETHER];
#pragma unroll
    for (int j = 0; j < TOGETHER; j++)
      cut.rows.element<4>(at, j < count ? i + j * lanes : i, here[j]);
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) {
      x[j] = *(const Some *)here[j][0];
      g[j] = *(const Some *)here[j][G];
    }
#pragma unroll
    for (int j = 0; j < TOGETHER; j++) {
      if (j >= count) break;
#pragma unroll
      for (int k = 0; k < N; k++) x[j].at[k] = (E)f(k, x[j].at[k], g[j].at[k]);
      *(Some *)here[j][1] = x[j];
    }
  }
}

template <int N, typename E, typename T>
__device__ __forceinline__ void apply(const Apply &a, const T *means, const T *vars)
{
  const int along = a.cut.rows.team.along;
  const int64_t row = a.cut.row();
  char *at[4];
  T mean[N], by[N], beta[N];
  a.cut.rows.begin<4>(row, at);
#pragma unroll
  for (int k = 0; k < N; k++) {
    const int64_t place = along ? row : row * N + k;
    mean[k] = means[place];
    by[k] = inverse_deviation(vars[place], a.eps);
    if (a.has_gamma) by[k] *= (T) * (const E *)(at[2] + k * a.steps[0]);
    beta[k] = a.has_beta ? (T) * (const E *)(at[3] + k * a.steps[1]) : (T)0;
  }
  write_part<N, 0, E>(a.cut, at, [&](int k, T x, T) { return (x - mean[k]) * by[k] + beta[k]; });
}

/* gx = gamma / sqrt(var + eps) (g - the mean of g - z times the mean of g z), without the mean of g if not
 * centred. */
template <int N, typename E, typename T>
__device__ __forceinline__ void apply_grad(const Apply &a, int64_t length, const T *means,
                                           const T *vars, const T *sums)
{
  const int along = a.cut.rows.team.along;
  const int64_t row = a.cut.row(), places = along ? a.cut.rows.count : a.cut.rows.count * N;
  char *at[4];
  T mean[N], scale[N], by[N], of_g[N], of_gz[N];
  a.cut.rows.begin<4>(row, at);
#pragma unroll
  for (int k = 0; k < N; k++) {
    const int64_t place = along ? row : row * N + k;
    mean[k] = means[place];
    by[k] = scale[k] = inverse_deviation(vars[place], a.eps);
    if (a.has_gamma) by[k] *= (T) * (const E *)(at[2] + k * a.steps[0]);
    of_gz[k] = sums[place] / (T)length;
    of_g[k] = a.centred ? sums[places + place] / (T)length : (T)0;
  }
  write_part<N, 3, E>(a.cut, at, [&](int k, T x, T g) {
    return by[k] * (g - of_g[k] - (x - mean[k]) * scale[k] * of_gz[k]);
  });
}

/* -- Sums of g z, and of g: the gradients of gamma and beta ------------------------------------------ */

/* `step` is how far the means of a pack lie apart, in bytes; `fixed` says that they are the same all along
 * a row, else one is for all of a pack. */
struct Affine {
  Cut cut;
  int step, fixed;
  double eps;
};

/* Where sums go: those of parts to `states`, for each part those of g z and behind them those of g; all to
 * ggamma, gbeta and `both`, the one behind the other, of which each may be NULL. */
template <typename E, typename T> struct Sums {
  T *states, *both;
  E *ggamma, *gbeta;

  __device__ void put(bool of_g, int64_t place, int64_t places, T value) const
  {
    E *to = of_g ? gbeta : ggamma;
    if (to) to[place] = (E)value;
    if (both) both[of_g ? places + place : place] = value;
  }
};

/* A thread's share. Operands: x, g, mean, var. */
template <bool FIXED, int N, typename E, typename T>
__device__ __forceinline__ void add_up(const Affine &a, char *const *at, T *product, T *sum)
{
  enum { BOTH = 2 };
  const int lanes = a.cut.rows.team.lanes;
  const int64_t end = a.cut.end();
  T mean[N], scale[N];
  for (int k = 0; k < N && FIXED; k++) {
    mean[k] = *(const T *)(at[2] + k * a.step);
    scale[k] = inverse_deviation(*(const T *)(at[3] + k * a.step), a.eps);
  }
  for (int64_t i = a.cut.from() + a.cut.rows.first(); i < end; i += BOTH * lanes) {
    char *here[BOTH][4];
    Pack<E, N> x[BOTH], g[BOTH];
    T m[BOTH], v[BOTH];
#pragma unroll
    for (int j = 0; j < BOTH; j++)
      a.cut.rows.element<4>(at, i + j * lanes < end ? i + j * lanes : i, here[j]);
#pragma unroll
    for (int j = 0; j < BOTH; j++) {
      x[j] = *(const Pack<E, N> *)here[j][0];
      g[j] = *(const Pack<E, N> *)here[j][1];
      if (!FIXED) m[j] = *(const T *)here[j][2], v[j] = *(const T *)here[j][3];
    }
#pragma unroll
    for (int j = 0; j < BOTH; j++) {
      if (i + j * lanes >= end) break;
      const T one = FIXED ? (T)0 : inverse_deviation(v[j], a.eps);
#pragma unroll
      for (int k = 0; k < N; k++) {
        const T z = ((T)x[j].at[k] - (FIXED ? mean[k] : m[j])) * (FIXED ? scale[k] : one);
        product[k] += (T)g[j].at[k] * z;
        sum[k] += (T)g[j].at[k];
      }
    }
  }
}

template <int N, typename E, typename T>
__device__ __forceinline__ void affine_grad(const Affine &a, const Sums<E, T> to)
{
  const Rows &rows = a.cut.rows;
  const Team &team = rows.team;
  const int64_t places = team.along ? rows.count : rows.count * N;
  auto put = [&](bool of_g, int64_t place, T value) {
    if (place >= places) return;
    if (a.cut.parts > 1) to.states[(a.cut.part() * 2 + of_g) * places + place] = value;
    else to.put(of_g, place, places, value);
  };
  char *at[4];
  T both[2 * N] = {};
  rows.begin<4>(a.cut.row(), at);
  if (a.fixed) add_up<true, N, E>(a, at, both, both + N);
  else add_up<false, N, E>(a, at, both, both + N);
  if (team.along) {
    for (int k = 1; k < N; k++) both[0] += both[k], both[N] += both[N + k];
    const T product = team_all(Add(), team, both[0]), sum = team_all(Add(), team, both[N]);
    if (team.lane() > 0) return;
    put(false, a.cut.begin() + team.mine(), product);
    put(true, a.cut.begin() + team.mine(), sum);
  } else {
    team_each<2 * N>(Add(), team, both, [&](int i, T all) {
      put(i % (2 * N) >= N, (a.cut.begin() + i / (2 * N)) * N + i % N, all);
    });
  }
}

template <typename E, typename T>
__device__ __forceinline__ void affine_last(const Team &team, int64_t places, int parts,
                                            const Sums<E, T> to)
{
  const int64_t i = (int64_t)blockIdx.x * team.rows() + team.mine(), place = i < 2 * places ? i : 0;
  T all = 0;
#pragma unroll 4
  for (int part = team.lane(); part < parts; part += team.lanes)
    all += to.states[part * 2 * places + place];
  all = team_all(Add(), team, all);
  if (team.lane() == 0 && i < 2 * places)
    to.put(i >= places, i < places ? i : i - places, places, all);
}

#define BY_PACKS(packed, N, dtype, E, T)                                                           \
  extern "C" __global__ void packed##moments_##dtype(const __grid_constant__ Cut cut, int centred, \
                                                     Moments<T> *states, T *means, T *vars)        \
  {                                                                                                \
    moments<N, E>(cut, centred, states, means, vars);                                              \
  }                                                                                                \
  extern "C" __global__ void packed##apply_##dtype(const __grid_constant__ Apply a,                \
                                                   const T *means, const T *vars)                  \
  {                                                                                                \
    apply<N, E>(a, means, vars);                                                                   \
  }                                                                                                \
  extern "C" __global__ void packed##apply_grad_##dtype(const __grid_constant__ Apply a,           \
                                                        int64_t length, const T *means,            \
                                                        const T *vars, const T *sums)              \
  {                                                                                                \
    apply_grad<N, E>(a, length, means, vars, sums);                                                \
  }                                                                                                \
  extern "C" __global__ void packed##affine_grad_##dtype(const __grid_constant__ Affine a,         \
                                                         const __grid_constant__ Sums<E, T> to)    \
  {                                                                                                \
    affine_grad<N>(a, to);                                                                         \
  }

#define KERNELS(dtype, E, T)                                                                       \
  BY_PACKS(, 1, dtype, E, T)                                                                       \
  BY_PACKS(packed_, 16 / sizeof(E), dtype, E, T)                                                   \
  extern "C" __global__ void moments_last_##dtype(const __grid_constant__ Team team,               \
                                                  int64_t places, int parts,                       \
                                                  const Moments<T> *states, T *means, T *vars)     \
  {                                                                                                \
    moments_last(team, places, parts, states, means, vars);                                        \
  }                                                                                                \
  extern "C" __global__ void affine_last_##dtype(const __grid_constant__ Team team,                \
                                                 int64_t places, int parts,                        \
                                                 const __grid_constant__ Sums<E, T> to)            \
  {                                                                                                \
    affine_last(team, places, parts, to);                                                          \
  }

KERNELS(f32, float, float)
KERNELS(f64, double, double)
KERNELS(f16, Half, float)
KERNELS(bf16, Bfloat, float)
