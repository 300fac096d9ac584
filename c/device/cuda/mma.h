/* mma.h -- products of small matrices that a warp makes together, by tensor cores (from compute
 * capability 8.0 on), and how their factors come out of shared memory.
 *
 * All is in terms of c (16 x 8) += a (16 x K) b (K x 8). Each lane holds a part of each: of c the
 * places (lane / 4, lane % 4 * 2), the one right of it, and both 8 rows below; which of a and b, the
 * "Parallel Thread Execution ISA" tells under mma.m16n8k16 and mma.m16n8k8. */
#ifndef DG_CUDA_MMA_H
#define DG_CUDA_MMA_H

#include "cuda/prelude.h"

enum { WARP_ROWS = 16, WARP_COLUMNS = 8 };

static __device__ __forceinline__ int lane_row() { return threadIdx.x % 32 / 4; }
static __device__ __forceinline__ int lane_pair() { return threadIdx.x % 4 * 2; }

/* -- What the card has instructions for ------------------------------------------------------------ */

#ifdef __CUDA_ARCH__
#if __CUDA_ARCH__ >= 800
#define MMA(...) asm(__VA_ARGS__)
#define MMA_HERE(...) asm volatile(__VA_ARGS__)
#else /* the host does not launch what needs these */
#define MMA(...) __trap()
#define MMA_HERE(...) __trap()
#endif

static __device__ __forceinline__ uint32_t shared_address(const void *p)
{
  return (uint32_t)__cvta_generic_to_shared(p);
}

/* Four matrices of 8 x 8 elements of 16 bits: each lane says where a row begins, lanes 0 to 7 for the
 * first matrix, and gets two neighbours of row lane / 4 of each; `turned`: of its transpose. */
template <bool turned>
static __device__ __forceinline__ void load_matrices(uint32_t (&r)[4], const void *row)
{
  const uint32_t at = shared_address(row);
  if (turned)
    MMA_HERE("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
             : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
             : "r"(at));
  else
    MMA_HERE("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
             : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
             : "r"(at));
}

#define MMA_16(types)                                                                              \
  MMA("mma.sync.aligned.m16n8k16.row.col.f32." types ".f32 "                                       \
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                            \
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                             \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))

static __device__ __forceinline__ void mma_half(float (&c)[4], const uint32_t (&a)[4],
                                                const uint32_t (&b)[2])
{
  MMA_16("f16.f16");
}
static __device__ __forceinline__ void mma_bfloat(float (&c)[4], const uint32_t (&a)[4],
                                                  const uint32_t (&b)[2])
{
  MMA_16("bf16.bf16");
}
static __device__ __forceinline__ void mma_tf32(float (&c)[4], const uint32_t (&a)[4],
                                                const uint32_t (&b)[2])
{
  MMA("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/* 2^x, to the card's last bit but one. */
static __device__ __forceinline__ float power_of_2(float x)
{
  float y = 0;
  MMA("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

/* 8 or 16 bytes from global to shared memory, zeros where `there` is false: begun, and counted to the
 * group that end_copies ends. */
template <int bytes>
static __device__ __forceinline__ void begin_copy(void *to, const void *from, bool there)
{
  const uint32_t at = shared_address(to), have = there ? bytes : 0;
  if (bytes == 16)
    MMA_HERE("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(at), "l"(from), "r"(have)
             : "memory");
  else
    MMA_HERE("cp.async.ca.shared.global [%0], [%1], 8, %2;" ::"r"(at), "l"(from), "r"(have)
             : "memory");
}
static __device__ __forceinline__ void end_copies()
{
  MMA_HERE("cp.async.commit_group;" ::: "memory");
}
/* Waits for all groups of this thread but the last `but`. */
template <int but> static __device__ __forceinline__ void wait_for_copies()
{
  MMA_HERE("cp.async.wait_group %0;" ::"n"(but) : "memory");
}

/* Two floats as neighbours of 16 bits, the first below. */
static __device__ __forceinline__ uint32_t narrow_pair(Half, float x, float y)
{
  uint32_t both = 0;
  MMA("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(y), "f"(x));
  return both;
}
static __device__ __forceinline__ uint32_t narrow_pair(Bfloat, float x, float y)
{
  uint32_t both = 0;
  MMA("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(y), "f"(x));
  return both;
}
#else
static float power_of_2(float x) { return exp2f(x); }
template <typename E> static uint32_t narrow_pair(E, float x, float y)
{
  return (uint32_t)E(x).bits | (uint32_t)E(y).bits << 16;
}
#endif

/* -- Factors of elements E, and their product ------------------------------------------------------ */

/* K: how much of the inner axis one step takes. An a is made ready for the products it is in. Tiles are arrays in shared memory whose rows lie
 * `pitch` elements apart: PAD more than they have, so that the lanes' words lie in different banks. */
template <typename E> struct Factors;

template <typename E> struct Factors16 {
  enum { K = 16, PAD = 8 };
  struct A {
    uint32_t r[4];
  };
  struct B {
    uint32_t r[2];
  };
  typedef A Ready;
  static __device__ __forceinline__ const A &ready(const A &a) { return a; }

  static __device__ __forceinline__ uint32_t pair(const E *row, int at, bool there)
  {
    return there ? *(const uint32_t *)(row + at) : 0;
  }
  /* a = columns from k on of the lane's two rows, which lie in global memory, a null pointer for zeros; `width`
   * columns are there. */
  static __device__ __forceinline__ A of_rows(const E *upper, const E *lower, int k, int width)
  {
    const int at = k + lane_pair();
    return { { pair(upper, at, upper && at < width), pair(lower, at, lower && at < width),
               pair(upper, at + 8, upper && at + 8 < width),
               pair(lower, at + 8, lower && at + 8 < width) } };
  }
  /* a = two neighbouring c. */
  static __device__ __forceinline__ A of_sums(const float (*c)[4])
  {
    return { { narrow_pair(E(), c[0][0], c[0][1]), narrow_pair(E(), c[0][2], c[0][3]),
               narrow_pair(E(), c[1][0], c[1][1]), narrow_pair(E(), c[1][2], c[1][3]) } };
  }
  /* Two b that are neighbours: columns of the first are rows `at` to `at` + 7 of the tile, columns of
   * the other the 8 below; the inner axis lies along the rows, from k on. */
  static __device__ __forceinline__ void across(B (&b)[2], const E *tile, int pitch, int at, int k)
  {
    const int lane = threadIdx.x % 32;
    uint32_t r[4];
    load_matrices<false>(r, tile + (at + lane / 16 * 8 + lane % 8) * pitch + k + lane / 8 % 2 * 8);
    b[0] = { { r[0], r[1] } };
    b[1] = { { r[2], r[3] } };
  }
  /* The same where the inner axis goes down the tile, from k on, and columns are the tile's, from `at`
   * on. It fits an a that is of_sums. */
  static __device__ __forceinline__ void down(B (&b)[2], const E *tile, int pitch, int at, int k)
  {
    const int lane = threadIdx.x % 32;
    uint32_t r[4];
    load_matrices<true>(r, tile + (k + lane / 8 % 2 * 8 + lane % 8) * pitch + at + lane / 16 * 8);
    b[0] = { { r[0], r[1] } };
    b[1] = { { r[2], r[3] } };
  }
};

template <> struct Factors<Half> : Factors16<Half> {
  static __device__ __forceinline__ void multiply(float (&c)[4], const A &a, const B &b)
  {
    mma_half(c, a.r, b.r);
  }
};
template <> struct Factors<Bfloat> : Factors16<Bfloat> {
  static __device__ __forceinline__ void multiply(float (&c)[4], const A &a, const B &b)
  {
    mma_bfloat(c, a.r, b.r);
  }
};

/* float32 as the sum of two numbers of 11 bits each: three products instead of one lose hardly more than
 * float32 does, but infinity gives NaN. H. Ootomo, R. Yokota, "Recovering single precision accuracy
 * from tensor cores while surpassing the FP32 theoretical peak performance", 2022. */
template <> struct Factors<float> {
  enum { K = 8, PAD = 4 };
  struct A {
    float x[4];
  };
  struct B {
    float x[2];
  };
  struct Ready {
    uint32_t large[4], small[4];
  };

  static __device__ __forceinline__ A of_rows(const float *upper, const float *lower, int k,
                                              int width)
  {
    const int at = k + threadIdx.x % 4;
    return { { upper && at < width ? upper[at] : 0, lower && at < width ? lower[at] : 0,
               upper && at + 4 < width ? upper[at + 4] : 0,
               lower && at + 4 < width ? lower[at + 4] : 0 } };
  }
  /* Of one c. Its columns are taken in another order than they lie in: `down` takes the same. */
  static __device__ __forceinline__ A of_sums(const float (*c)[4])
  {
    return { { c[0][0], c[0][2], c[0][1], c[0][3] } };
  }
  static __device__ __forceinline__ void across(B (&b)[2], const float *tile, int pitch, int at,
                                                int k)
  {
    const float *own = tile + (at + lane_row()) * pitch + k + threadIdx.x % 4;
    b[0] = { { own[0], own[4] } };
    b[1] = { { own[8 * pitch], own[8 * pitch + 4] } };
  }
  static __device__ __forceinline__ void down(B (&b)[2], const float *tile, int pitch, int at,
                                              int k)
  {
    const float *own = tile + (k + lane_pair()) * pitch + at + lane_row();
    b[0] = { { own[0], own[pitch] } };
    b[1] = { { own[8], own[pitch + 8] } };
  }
  template <int N>
  static __device__ __forceinline__ void split(const float (&x)[N], uint32_t (&large)[N],
                                               uint32_t (&small)[N])
  {
#pragma unroll
    for (int i = 0; i < N; i++) { /* the card cuts off the lower bits of small */
      large[i] = (dg_float_bits(x[i]) + 0x1000) & ~0x1fffu; /* NaN may become 0: see small */
      small[i] = dg_float_bits(x[i] - dg_float_of(large[i]));
    }
  }
  static __device__ __forceinline__ Ready ready(const A &a)
  {
    Ready r;
    split(a.x, r.large, r.small);
    return r;
  }
  static __device__ __forceinline__ void multiply(float (&c)[4], const Ready &a, const B &b)
  {
    uint32_t large[2], small[2];
    split(b.x, large, small);
    mma_tf32(c, a.small, large);
    mma_tf32(c, a.large, small);
    mma_tf32(c, a.large, large);
  }
};

#endif
