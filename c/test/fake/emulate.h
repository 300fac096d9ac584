/* emulate.h -- what CUDA's C++ has, for the host's compiler: kernels run thread by thread.
 *
 * Included in front of a kernel file by fake/cuda.c. The threads of a block are coroutines that go on
 * until they wait for each other: all of the block, or the 32 of a warp. Waits of a whole block must
 * be reached by every thread that has not ended, as on a card. Every second launch has blocks and
 * threads take turns the other way around, so that results that rely on their order show. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#undef INT64_MAX
#undef INT64_MIN
#define __CUDACC__
#define __CUDACC_RTC__
#define __device__
#define __global__ /* fake_kernel */
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __shared__ static
#define __align__(n) __attribute__((aligned(n)))
#define __restrict__
#define __grid_constant__
#define __launch_bounds__(...)

struct fake_dim {
  unsigned x, y, z;
};
static fake_dim threadIdx, blockIdx, blockDim, gridDim;

enum { FAKE_THREADS = 1024, FAKE_STACK = 1 << 16 };
enum { FAKE_RUNS, FAKE_ENDED, FAKE_WAITS_BLOCK, FAKE_WAITS_WARP };

static struct {
  ucontext_t scheduler, thread[FAKE_THREADS];
  char *stack;
  int state[FAKE_THREADS];
  unsigned count, now, launches;
  uint64_t slot[FAKE_THREADS]; /* what threads show each other */
} fake;

static void fake_wait(int how)
{
  unsigned me = fake.now;
  fake.state[me] = how;
  swapcontext(&fake.thread[me], &fake.scheduler);
}

static inline void __syncthreads() { fake_wait(FAKE_WAITS_BLOCK); }
static inline void __syncwarp(unsigned = ~0u) { fake_wait(FAKE_WAITS_WARP); }

static inline int __syncthreads_count(int x)
{
  int n = 0;
  fake.slot[fake.now] = x != 0;
  fake_wait(FAKE_WAITS_BLOCK);
  for (unsigned i = 0; i < fake.count; i++) n += fake.state[i] != FAKE_ENDED && fake.slot[i] != 0;
  fake_wait(FAKE_WAITS_BLOCK);
  return n;
}
static inline int __syncthreads_or(int x) { return __syncthreads_count(x) != 0; }
static inline int __syncthreads_and(int x) { return __syncthreads_count(!x) == 0; }

template <typename T> static T fake_show(T x, unsigned whose)
{
  T seen;
  memcpy(&fake.slot[fake.now], &x, sizeof x);
  fake_wait(FAKE_WAITS_WARP);
  if (whose >= fake.count || fake.state[whose] == FAKE_ENDED) abort(); /* it shows nothing */
  memcpy(&seen, &fake.slot[whose], sizeof seen);
  fake_wait(FAKE_WAITS_WARP);
  return seen;
}
template <typename T> static T __shfl_xor_sync(unsigned, T x, int by)
{
  return fake_show(x, fake.now ^ (unsigned)by);
}
template <typename T> static T __shfl_sync(unsigned, T x, int lane)
{
  return fake_show(x, fake.now / 32 * 32 + (unsigned)lane % 32);
}
template <typename T> static T __shfl_up_sync(unsigned, T x, unsigned by)
{
  return fake_show(x, fake.now % 32 >= by ? fake.now - by : fake.now);
}
template <typename T> static T __shfl_down_sync(unsigned, T x, unsigned by)
{
  return fake_show(x, fake.now % 32 + by < 32 ? fake.now + by : fake.now);
}
static inline unsigned __ballot_sync(unsigned, int x)
{
  unsigned votes = 0, first = fake.now / 32 * 32;
  fake.slot[fake.now] = x != 0;
  fake_wait(FAKE_WAITS_WARP);
  for (unsigned i = 0; i < 32 && first + i < fake.count; i++)
    if (fake.state[first + i] != FAKE_ENDED && fake.slot[first + i]) votes |= 1u << i;
  fake_wait(FAKE_WAITS_WARP);
  return votes;
}

#define FAKE_ATOMIC(name, expression)                                                              \
  template <typename T, typename U> static T name(T *at, U x)                                      \
  {                                                                                                \
    T old = *at;                                                                                   \
    *at = (T)(expression);                                                                         \
    return old;                                                                                    \
  }
FAKE_ATOMIC(atomicAdd, old + x)
FAKE_ATOMIC(atomicOr, old | x)
FAKE_ATOMIC(atomicMin, x < old ? x : old)
FAKE_ATOMIC(atomicMax, x > old ? x : old)
FAKE_ATOMIC(atomicExch, x)

/* -- What a warp does with matrices (cuda/mma.h) --------------------------------------------------- */

/* Lane `which` of this warp shows a pointer to what it has. */
template <typename T> static const T *fake_shown(unsigned which)
{
  const unsigned i = fake.now / 32 * 32 + which;
  if (i >= fake.count || fake.state[i] == FAKE_ENDED) abort();
  return (const T *)(uintptr_t)fake.slot[i];
}

template <bool turned> static void load_matrices(uint32_t (&r)[4], const void *row)
{
  const unsigned lane = fake.now % 32;
  if ((uintptr_t)row % 16) abort(); /* rows of 8 elements lie at multiples of 16 bytes */
  fake.slot[fake.now] = (uintptr_t)row;
  fake_wait(FAKE_WAITS_WARP);
  for (unsigned m = 0; m < 4; m++)
    for (unsigned e = 0; e < 2; e++) {
      const unsigned down = turned ? lane % 4 * 2 + e : lane / 4,
                     across = turned ? lane / 4 : lane % 4 * 2 + e;
      memcpy((char *)&r[m] + 2 * e, fake_shown<uint16_t>(8 * m + down) + across, 2);
    }
  fake_wait(FAKE_WAITS_WARP);
}

/* c (16 x 8) += a (16 x K) b (K x 8); number(register, i) is the i-th of the `each` numbers in it. */
template <int K, int each, typename F>
static void fake_mma(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], F number)
{
  struct factors {
    const uint32_t *a, *b;
  } own = { a, b };
  const unsigned lane = fake.now % 32;
  fake.slot[fake.now] = (uintptr_t)&own;
  fake_wait(FAKE_WAITS_WARP);
  for (unsigned j = 0; j < 4; j++) {
    const unsigned row = lane / 4, column = lane % 4 * 2 + j % 2;
    for (unsigned k = 0; k < K; k++) {
      const unsigned far = k / (K / 2), near = k % (K / 2) / each;
      const factors *f = fake_shown<factors>(row * 4 + near);
      const float x = number(f->a[j / 2 + 2 * far], k % each);
      c[j] += x * number(fake_shown<factors>(column * 4 + near)->b[far], k % each);
    }
  }
  fake_wait(FAKE_WAITS_WARP);
}

static float fake_float(uint32_t bits)
{
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static void mma_tf32(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
  fake_mma<8, 1>(c, a, b, [](uint32_t r, unsigned) { return fake_float(r & 0xffffe000u); });
}
static void mma_bfloat(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
  fake_mma<16, 2>(c, a, b, [](uint32_t r, unsigned i) { return fake_float(r >> 16 * i << 16); });
}
static void mma_half(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
  fake_mma<16, 2>(c, a, b, [](uint32_t r, unsigned i) {
    _Float16 x;
    const uint16_t bits = (uint16_t)(r >> 16 * i);
    memcpy(&x, &bits, sizeof x);
    return (float)x;
  });
}

/* Copies that a thread has begun; done only when it waits for their group. */
enum { FAKE_COPIES = 64 };
static struct {
  struct {
    void *to;
    const void *from; /* NULL: zeros */
    int bytes, group;
  } at[FAKE_COPIES];
  int count, group;
} fake_copies[FAKE_THREADS];

template <int bytes> static void begin_copy(void *to, const void *from, bool there)
{
  auto &own = fake_copies[fake.now];
  if (((uintptr_t)to | (uintptr_t)from) % bytes || own.count == FAKE_COPIES) abort();
  own.at[own.count++] = { to, there ? from : NULL, bytes, own.group };
}
static void end_copies() { fake_copies[fake.now].group++; }
template <int but> static void wait_for_copies()
{
  auto &own = fake_copies[fake.now];
  int left = 0;
  for (int i = 0; i < own.count; i++) {
    if (own.at[i].group >= own.group - but) own.at[left++] = own.at[i];
    else if (own.at[i].from) memcpy(own.at[i].to, own.at[i].from, (size_t)own.at[i].bytes);
    else memset(own.at[i].to, 0, (size_t)own.at[i].bytes);
  }
  own.count = left;
}

static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
static inline unsigned __umulhi(unsigned a, unsigned b)
{
  return (unsigned)((unsigned long long)a * b >> 32);
}
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
static inline int __float_as_int(float x)
{
  int i;
  memcpy(&i, &x, sizeof i);
  return i;
}
static inline long long __double_as_longlong(double x)
{
  long long i;
  memcpy(&i, &x, sizeof i);
  return i;
}

/* -- Running a kernel ------------------------------------------------------------------------------ */

#ifndef FAKE_BACKWARDS
#define FAKE_BACKWARDS (fake.launches % 2 == 0)
#endif

static void (*fake_body)(void);

/* Which of n has the i-th turn. */
static unsigned fake_turn(unsigned i, unsigned n) { return FAKE_BACKWARDS ? n - 1 - i : i; }

static void fake_thread(void)
{
  fake_body();
  fake.state[fake.now] = FAKE_ENDED;
}

/* Whether thread i waits, with all that it waits for. */
static bool fake_may_go(unsigned i)
{
  unsigned from = 0, to = fake.count;
  if (fake.state[i] == FAKE_WAITS_WARP) from = i / 32 * 32, to = from + 32 < to ? from + 32 : to;
  for (unsigned k = from; k < to; k++)
    if (fake.state[k] != FAKE_ENDED && fake.state[k] != fake.state[i]) return false;
  return true;
}

static void fake_resume(unsigned i)
{
  fake.now = i;
  fake.state[i] = FAKE_RUNS;
  threadIdx = { i, 0, 0 };
  swapcontext(&fake.scheduler, &fake.thread[i]);
}

static void fake_block(void)
{
  for (unsigned k = 0; k < fake.count; k++) {
    const unsigned i = fake_turn(k, fake.count);
    getcontext(&fake.thread[i]);
    fake.thread[i].uc_stack.ss_sp = fake.stack + (size_t)i * FAKE_STACK;
    fake.thread[i].uc_stack.ss_size = FAKE_STACK;
    fake.thread[i].uc_link = &fake.scheduler;
    makecontext(&fake.thread[i], fake_thread, 0);
    fake_resume(i);
  }
  for (bool left = true; left;) {
    bool may[FAKE_THREADS], any = false;
    left = false;
    for (unsigned i = 0; i < fake.count; i++) {
      may[i] = fake.state[i] != FAKE_ENDED && fake_may_go(i);
      left |= fake.state[i] != FAKE_ENDED;
      any |= may[i];
    }
    if (left && !any) abort(); /* they wait for each other in different places */
    for (unsigned k = 0; k < fake.count; k++)
      if (may[fake_turn(k, fake.count)]) fake_resume(fake_turn(k, fake.count));
  }
}

template <typename... A> struct fake_caller {
  static void (*kernel)(A...);
  static void **arguments;

  template <int... I> struct list {
  };
  template <int N, int... I> struct make : make<N - 1, N - 1, I...> {
  };
  template <int... I> struct make<0, I...> {
    typedef list<I...> type;
  };
  template <int... I> static void call(list<I...>) { kernel(*(A *)arguments[I]...); }
  static void body() { call(typename make<sizeof...(A)>::type()); }
};
template <typename... A> void (*fake_caller<A...>::kernel)(A...);
template <typename... A> void **fake_caller<A...>::arguments;

/* Runs a kernel; without blocks, tells the sizes of its arguments, and 0 behind them. */
template <typename... A>
static void fake_launch(void (*kernel)(A...), void **arguments, unsigned blocks, unsigned threads)
{
  const size_t sizes[] = { sizeof(A)..., 0 };
  if (blocks == 0) {
    memcpy(arguments, sizes, sizeof sizes);
    return;
  }
  if (!fake.stack) fake.stack = (char *)malloc((size_t)FAKE_THREADS * FAKE_STACK);
  fake_caller<A...>::kernel = kernel;
  fake_caller<A...>::arguments = arguments;
  fake_body = fake_caller<A...>::body;
  fake.count = threads;
  gridDim = { blocks, 1, 1 };
  blockDim = { threads, 1, 1 };
  fake.launches++;
  for (unsigned b = 0; b < blocks; b++) {
    blockIdx = { fake_turn(b, blocks), 0, 0 };
    fake_block();
  }
}
