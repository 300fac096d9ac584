/* update.c -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "device/update.h"
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"
#include "device/tgvmath.h"

#include <string.h>

enum { GRAIN = 32 << 10 };

#define K(constant) ((T)(constant))

typedef struct work {
  const dg_update *u;
  void *state[DG_UPDATE_STATES];
} work;

#define LOOP(unroll, target, function, T_, states, ...)                                            \
  target static void function(void *context, int64_t from, int64_t to)                             \
  {                                                                                                \
    typedef T_ T;                                                                                  \
    const work *w = context;                                                                       \
    T *restrict P = w->state[0], *restrict A = w->state[2], *restrict B = w->state[3];             \
    T *restrict C = w->state[4];                                                                   \
    const T *restrict G = w->state[1];                                                             \
    (void)G, (void)A, (void)B, (void)C;                                                            \
    DG_UPDATE_DECLARE(w->u->f)                                                                     \
    unroll for (int64_t i = from; i < to; i++) DG_UPDATE_ELEMENT(states, G[i], __VA_ARGS__)        \
  }
#define LOOPS(unroll, isa, target, name, states, ...)                                              \
  LOOP(unroll, target, name##_f32_##isa, float, states, __VA_ARGS__)                               \
  LOOP(unroll, target, name##_f64_##isa, double, states, __VA_ARGS__)

#define BASE_SHORT(NAME, name, ...) LOOPS(DG_UNROLL_SOME, base, , name, __VA_ARGS__)
#define BASE_LONG(NAME, name, ...) LOOPS(, base, , name, __VA_ARGS__)
#define BASE_TABLE(NAME, name, ...) [DG_UPDATE_##NAME] = { name##_f32_base, name##_f64_base },

DG_UPDATE_SHORT_RULES(BASE_SHORT)
DG_UPDATE_LONG_RULES(BASE_LONG)
static dg_parallel_fn *const loops_base[][2] = { DG_UPDATE_RULES(BASE_TABLE) };

#if DG_HAS_X86
#define AVX2_SHORT(NAME, name, ...) LOOPS(DG_UNROLL_SOME, avx2, DG_TARGET_AVX2, name, __VA_ARGS__)
#define AVX2_LONG(NAME, name, ...) LOOPS(, avx2, DG_TARGET_AVX2, name, __VA_ARGS__)
#define AVX2_TABLE(NAME, name, ...) [DG_UPDATE_##NAME] = { name##_f32_avx2, name##_f64_avx2 },

DG_UPDATE_SHORT_RULES(AVX2_SHORT)
DG_UPDATE_LONG_RULES(AVX2_LONG)
static dg_parallel_fn *const loops_avx2[][2] = { DG_UPDATE_RULES(AVX2_TABLE) };

#define AVX512_SHORT(NAME, name, ...)                                                              \
  LOOPS(DG_UNROLL_SOME, avx512, DG_TARGET_AVX512, name, __VA_ARGS__)
#define AVX512_LONG(NAME, name, ...) LOOPS(, avx512, DG_TARGET_AVX512, name, __VA_ARGS__)
#define AVX512_TABLE(NAME, name, ...) [DG_UPDATE_##NAME] = { name##_f32_avx512, name##_f64_avx512 },

DG_UPDATE_SHORT_RULES(AVX512_SHORT)
DG_UPDATE_LONG_RULES(AVX512_LONG)
static dg_parallel_fn *const loops_avx512[][2] = { DG_UPDATE_RULES(AVX512_TABLE) };
#endif

static dg_parallel_fn *loop_for(dg_update_rule rule, bool f64)
{
#if DG_HAS_X86
  dg_isa isa = dg_cpu_isa();
  if (isa == DG_ISA_AVX512) return loops_avx512[rule][f64];
  if (isa == DG_ISA_AVX2) return loops_avx2[rule][f64];
#endif
  return loops_base[rule][f64];
}

int dg_cpu_update(const dg_update *u, const dg_view *const *state)
{
  work w = { .u = u };
  dg_dense gradient = { NULL };
  for (int i = 0; i < u->states; i++) w.state[i] = state[i]->data;
  if (u->states > 1) {
    if (dg_dense_read(&gradient, state[1]) < 0) return -1;
    w.state[1] = gradient.data;
  }
  dg_parallel_fn *f = loop_for(u->rule, state[0]->dtype == DG_F64);
  if (state[0]->size < GRAIN) f(&w, 0, state[0]->size);
  else dg_parallel_many(state[0]->size, GRAIN, f, &w);
  dg_dense_free(&gradient);
  return 0;
}

/* -- Some rows of matrices ---------------------------------------------------------------------- */

/* Short rows are packed side by side, this many elements of them, and unpacked afterwards. */
enum { PACK = 128, LONG_ROW = 32 };

typedef struct rows_work {
  const dg_update *u;
  char *state[DG_UPDATE_STATES];
  const int64_t *number;
  int64_t columns, bytes; /* of a row */
  dg_parallel_fn *loop;
} rows_work;

/* Rows of `bytes` bytes that are written down in `number`: one after another to `packed`, or back
 * from there. */
#define MOVE_ROWS(bytes)                                                                           \
  DG_UNROLL_SOME for (int64_t i = 0; i < n; i++)                                                   \
  {                                                                                                \
    char *row = whole + number[i] * (bytes), *at = packed + i * (bytes);                           \
    memcpy(back ? row : at, back ? at : row, (size_t)(bytes));                                     \
  }

DG_INLINE void move_rows(char *packed, char *whole, const int64_t *restrict number, int64_t n,
                         int64_t bytes, bool back)
{
  if (bytes == sizeof(float)) MOVE_ROWS(4)
  else MOVE_ROWS(bytes)
}

static void short_rows(void *context, int64_t from, int64_t to)
{
  const rows_work *w = context;
  double packed[DG_UPDATE_STATES][PACK];
  int64_t at_once = PACK / w->columns, n;
  for (int64_t r = from; r < to; r += n) {
    n = DG_MIN(at_once, to - r);
    work part = { .u = w->u };
    for (int i = 0; i < w->u->states; i++) {
      part.state[i] = packed + i;
      if (i == 1) part.state[1] = w->state[1] + r * w->bytes;
      else move_rows(part.state[i], w->state[i], w->number + r, n, w->bytes, false);
    }
    w->loop(&part, 0, n * w->columns);
    for (int i = 0; i < w->u->states; i++)
      if (i != 1) move_rows(part.state[i], w->state[i], w->number + r, n, w->bytes, true);
  }
}

static void long_rows(void *context, int64_t from, int64_t to)
{
  const rows_work *w = context;
  for (int64_t r = from; r < to; r++) {
    work row = { .u = w->u };
    for (int i = 0; i < w->u->states; i++)
      row.state[i] = w->state[i] + (i == 1 ? r : w->number[r]) * w->bytes;
    w->loop(&row, 0, w->columns);
  }
}

int dg_cpu_update_rows(const dg_update *u, const dg_view *const *state, const dg_view *numbers)
{
  rows_work w = { .u = u, .number = numbers->data, .columns = state[0]->shape[1] };
  w.bytes = w.columns * dg_item_bytes[state[0]->dtype];
  w.loop = loop_for(u->rule, state[0]->dtype == DG_F64);
  for (int i = 0; i < u->states; i++) w.state[i] = state[i]->data;
  if (w.columns == 0) return 0;
  dg_parallel(numbers->size, GRAIN / w.columns + 1, w.columns < LONG_ROW ? short_rows : long_rows,
              &w);
  return 0;
}
