/* error.c -- the last error of each thread. */
#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 500 };

static DG_THREAD_LOCAL struct {
  dg_error code;
  char *message; /* NULL before the first error, and when there was no room for it */
} last;

static void leave_thread(void)
{
  free(last.message);
  last.message = NULL;
}

static char *room(void)
{
  if (last.message) return last.message;
  last.message = calloc(1, MESSAGE_BYTES);
  if (last.message) dg_at_thread_exit(DG_EXIT_ERROR, leave_thread);
  return last.message;
}

/* errno too, by which Lua's interpreter learns of it (native.lua). */
int dg_fail(dg_error code, const char *format, ...)
{
  last.code = code;
  if (room()) {
    va_list args;
    va_start(args, format);
    vsnprintf(last.message, MESSAGE_BYTES, format, args);
    va_end(args);
  }
  errno = code == DG_EMEMORY ? ENOMEM : EINVAL;
  return -1;
}

void dg_fail_prefix(const char *format, ...)
{
  char before[MESSAGE_BYTES];
  if (!room()) return;
  memcpy(before, last.message, sizeof before);
  va_list args;
  va_start(args, format);
  int used = vsnprintf(last.message, MESSAGE_BYTES, format, args);
  va_end(args);
  if (used < 0 || used >= MESSAGE_BYTES) return;
  snprintf(last.message + used, (size_t)(MESSAGE_BYTES - used), "%s", before);
}

/* Who finds an error here fails on its account, as if by dg_fail. */
bool dg_is_ok(void)
{
  if (last.code == DG_OK) return true;
  errno = EINVAL;
  return false;
}

bool dg_error_is_devices(void)
{
  return last.code != DG_OK && last.message && strncmp(last.message, "cuda: ", 6) == 0;
}

/* The code of this thread's last error (dg_error), DG_OK when there was none. */
DG_API int dg_error_code(void) { return (int)last.code; }

/* The text of this thread's last error, "" when there was none. Valid until the next error. */
DG_API const char *dg_error_message(void)
{
  if (last.code == DG_OK) return "";
  return last.message ? last.message : "out of memory";
}

/* Forgets this thread's last error. */
DG_API void dg_error_clear(void) { last.code = DG_OK; }

/* Sets this thread's last error as a function that fails does: for callers that check something of
 * their own on the way. `code` is a dg_error. Returns -1. */
DG_API int dg_error_set(int code, const char *message)
{
  if (!message) return dg_fail(DG_EARGUMENT, "error_set: the message is missing (NULL)");
  if (code <= DG_OK || code > DG_ESYSTEM)
    return dg_fail(DG_EARGUMENT, "error_set: there is no error %d", code);
  return dg_fail((dg_error)code, "%s", message);
}
