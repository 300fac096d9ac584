/* cdef.c -- the header's text, for bindings that parse it. */
#include "base/base.h"

extern const char dg_cdef_text[]; /* made from dgraph.h by the build */

/* The declarations of this library as plain C, without comments and preprocessor lines. A binding
 * that declares itself from this text can never be older or newer than the library. */
DG_API const char *dg_cdef(void) { return dg_cdef_text; }
