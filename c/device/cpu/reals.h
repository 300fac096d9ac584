/* reals.h -- compiles PART, an .inc file, for float and for double.
 *
 * In it REAL is the type, and NAME(x) is x_f32 or x_f64, with SET in between where that is defined:
 * x_avx2_f32. There is no guard, as a file includes this once for each set. */
#ifndef SET
#define SET
#define DG_REALS_SET_IS_OURS
#endif

#define DG_REALS_PASTE(x, set, bits) x##set##_f##bits
#define DG_REALS_NAME(x, set, bits) DG_REALS_PASTE(x, set, bits)

#define REAL float
#define NAME(x) DG_REALS_NAME(x, SET, 32)
#include PART
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) DG_REALS_NAME(x, SET, 64)
#include PART
#undef REAL
#undef NAME

#undef DG_REALS_PASTE
#undef DG_REALS_NAME
#ifdef DG_REALS_SET_IS_OURS
#undef SET
#undef DG_REALS_SET_IS_OURS
#endif
