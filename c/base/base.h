/* base.h -- what every file uses: errors, checked sizes, small macros. */
#ifndef DG_BASE_H
#define DG_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dgraph.h"

#define DG_LIKELY(x) __builtin_expect(!!(x), 1)
#define DG_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define DG_INLINE static inline __attribute__((always_inline))

/* Thread-local variables live in the static block: one instruction, no call, also after dlopen. */
#define DG_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))

/* Variables that this library alone sees: reached without a look into a table. */
#define DG_HIDDEN __attribute__((visibility("hidden")))

#define DG_MIN(a, b) ((a) < (b) ? (a) : (b))
#define DG_MAX(a, b) ((a) > (b) ? (a) : (b))

/* Sets the last error of this thread; returns -1 so that rules can `return dg_fail(...)`. */
int dg_fail(dg_error code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/* Puts text in front of the last error's message. */
void dg_fail_prefix(const char *format, ...) __attribute__((format(printf, 1, 2), cold));

/* Declared here as well for the devices, which see the header's types alone. */
const char *dg_error_message(void);
void dg_error_clear(void);

/* True while nothing is wrong on this thread since dg_error_clear. */
bool dg_is_ok(void);
/* Whether the last error came from a device ("cuda: ..."), which knows of no operator. */
bool dg_error_is_devices(void);

/* The product of two sizes; false when it overflows (sizes are never negative). */
DG_INLINE bool dg_mul_ok(int64_t a, int64_t b, int64_t *product)
{
  return !__builtin_mul_overflow(a, b, product);
}

/* Runs `f` when the calling thread ends, what stands further down here first. */
typedef enum dg_exit {
  DG_EXIT_ERROR,
  DG_EXIT_MEMORY,
  DG_EXIT_SLOTS,
  DG_EXIT_TAPE,
  DG_EXIT_SCRATCH,
  DG_EXIT_WALK,
  DG_EXIT_CASTS,
  DG_EXITS
} dg_exit;
void dg_at_thread_exit(dg_exit when, void (*f)(void));

#endif
