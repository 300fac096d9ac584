/* map.c -- elementwise formulas and casts: compiled when they are first used, from their own text. */
#include "device/cuda/map.h"

#include "base/memory.h"
#include "device/cpu/loop.h"
#include "device/cuda/graph.h"
#include "device/map.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 4096, SOURCE = 1400 };

/* The kernels of one formula for one dtype on one device. */
typedef struct entry {
  const void *of; /* the dg_map, or NULL for casts */
  int dtype, device;
  dg_kernel packed, lines, strided;
} entry;

static struct {
  pthread_mutex_t lock;
  entry *at[ROOM]; /* hashed; entries stay where they are */
  int count;
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char *const types[DG_NDTYPES] = { "float",   "double",  "int32_t", "int64_t",
                                               "uint8_t", "uint8_t", "Half",    "Bfloat" };

static size_t slot_of(const void *of, int dtype, int device)
{
  size_t h = (size_t)(uintptr_t)of / 16 * 31 + (size_t)dtype * 7 + (size_t)device * 131;
  return (h ^ h >> 12) % ROOM;
}

static entry *find(const void *of, int dtype, int device, size_t *slot)
{
  size_t s = slot_of(of, dtype, device);
  entry *e;
  while ((e = __atomic_load_n(&table.at[s], __ATOMIC_ACQUIRE))) {
    if (e->of == of && e->dtype == dtype && e->device == device) return e;
    s = (s + 1) % ROOM;
  }
  *slot = s;
  return NULL;
}

static int compile(entry *e, const char *name, const char *source)
{
  e->packed = (dg_kernel){ name, "packed", { NULL } };
  e->lines = (dg_kernel){ name, "lines", { NULL } };
  e->strided = (dg_kernel){ name, "strided", { NULL } };
  void *f[3] = { NULL };
  const char *names[3] = { "packed", "lines", "strided" };
  if (dg_cuda_compile(e->device, name, source, 3, names, f) < 0) return -1;
  e->packed.function[e->device] = f[0];
  e->lines.function[e->device] = f[1];
  e->strided.function[e->device] = f[2];
  return 0;
}

/* The entry of a formula; `write` makes its source. NULL with an error set. */
static entry *obtain(const void *of, const char *name, int dtype, int device,
                     int (*write)(char *source, const void *of, int dtype))
{
  size_t slot;
  entry *e = find(of, dtype, device, &slot);
  if (DG_LIKELY(e != NULL)) return e;
  pthread_mutex_lock(&table.lock);
  if (!(e = find(of, dtype, device, &slot))) {
    char source[SOURCE];
    if (table.count >= ROOM / 2) dg_fail(DG_ESYSTEM, "cuda: more than %d formulas", ROOM / 2);
    else if (write(source, of, dtype) >= SOURCE) dg_fail(DG_ESYSTEM, "cuda: %s is too long", name);
    else if ((e = dg_table_grow(NULL, sizeof *e))) {
      *e = (entry){ of, dtype, device, .packed = { name } };
      if (compile(e, name, source) < 0) dg_table_free(e), e = NULL;
    }
    if (e) __atomic_store_n(&table.at[slot], e, __ATOMIC_RELEASE), table.count++;
  }
  pthread_mutex_unlock(&table.lock);
  return e;
}

static int write_formula(char *source, const void *of, int dtype)
{
  const dg_map *m = of;
  const char *formula = dg_is_float(dtype) || !m->whole ? m->formula : m->whole;
  const char *t = types[dtype];
  return snprintf(source, SOURCE,
                  "#include \"cuda/prelude.h\"\n#include \"%s\"\n"
                  "typedef %s E;\ntypedef %s R;\ntypedef %s Z;\n"
                  "#define INPUTS %d\n#define F %s\n#include \"cuda/formula.h\"\n",
                  m->header ? m->header : "cuda/prelude.h", t, m->makes_bool ? "uint8_t" : t,
                  m->takes_mask ? "uint8_t" : t, m->inputs, formula);
}

/* `bytes` is a power of 2. */
static bool on_border(const void *p, int64_t bytes)
{
  return !((uintptr_t)p & (uintptr_t)(bytes - 1));
}

static int launch_packed(entry *e, const dg_map *m, int dtype, int64_t n, void *y,
                         const void *const *x, const double *par)
{
  const void *none = NULL;
  int64_t blocks = dg_blocks(n * dg_item_bytes[dtype], 16); /* each thread takes 16 bytes */
  return DG_LAUNCH(&e->packed, e->device, blocks, DG_CUDA_THREADS, 0, &n, &y,
                   (void *)(uintptr_t)&x[0], m->inputs > 1 ? (void *)(uintptr_t)&x[1] : &none,
                   m->inputs > 2 ? (void *)(uintptr_t)&x[2] : &none, (void *)(uintptr_t)&par[0],
                   (void *)(uintptr_t)&par[1]);
}

/* Whether `packed` of formula.h can do it: bools, a byte each, need less of a border. */
static bool may_pack(const dg_map *m, int dtype, const void *y, const void *const *x)
{
  int each = 16 / dg_item_bytes[dtype];
  bool fits = on_border(y, m->makes_bool ? each : 16);
  for (int i = 0; i < m->inputs; i++)
    fits = fits && on_border(x[i], i == 2 && m->takes_mask ? each : 16);
  return fits;
}

/* Whether `lines` of formula.h can do it, `each` elements in a pack: then *l becomes the loop over
 * lines. */
static bool make_lines(dg_loop *l, int each, const int *bytes, int64_t *packs, int step[3])
{
  int last = l->ndim - 1;
  int64_t width = l->shape[last], lines = 1;
  if (width % each != 0 || l->stride[0][last] != bytes[0]) return false;
  for (int a = 0; a < last; a++) lines *= l->shape[a];
  *packs = width / each;
  if (lines * *packs > INT32_MAX) return false;
  for (int k = 0; k < l->operands; k++) {
    bool whole = l->stride[k][last] == bytes[k];
    if (k > 0) step[k - 1] = whole;
    if (!whole && l->stride[k][last] != 0) return false;
    if (!whole) continue;
    if (!on_border(l->data[k], each * bytes[k])) return false;
    for (int a = 0; a < last; a++)
      if (l->stride[k][a] % (each * bytes[k]) != 0) return false;
  }
  l->ndim = DG_MAX(last, 1);
  if (last > 0) return true;
  l->shape[0] = 1; /* one line */
  for (int k = 0; k < l->operands; k++) l->stride[k][0] = 0;
  return true;
}

int dg_cuda_map_alike(const dg_map *m, const dg_view *like, void *y, const void *const *x,
                      const double *par)
{
  if (like->size == 0) return 0;
  if (dg_recording || !may_pack(m, like->dtype, y, x)) return 1;
  entry *e = obtain(m, m->name, like->dtype, like->device, write_formula);
  return e ? launch_packed(e, m, like->dtype, like->size, y, x, par) : -1;
}

/* Any strides: operand 0 is the result. */
static int launch_loop(entry *e, int64_t n, int operands, const dg_view *const *v,
                       const double *par)
{
  dg_loop loop;
  int bytes[DG_LOOP_OPERANDS] = { 0 }, step[3] = { 0 };
  void *p = (void *)(uintptr_t)&par[0], *q = (void *)(uintptr_t)&par[1];
  dg_loop_init(&loop, operands, v);
  for (int k = 0; k < operands; k++) bytes[k] = dg_item_bytes[v[k]->dtype];
  int64_t packs, each = 16 / DG_MAX(bytes[0], bytes[1]);
  if (!make_lines(&loop, (int)each, bytes, &packs, step))
    return DG_LAUNCH(&e->strided, e->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0, &n, &loop, p, q);
  uint32_t of_line = (uint32_t)packs;
  n /= each;
  return DG_LAUNCH(&e->lines, e->device, dg_blocks(n, 1), DG_CUDA_THREADS, 0, &n, &of_line, &loop,
                   step, p, q);
}

int dg_cuda_map(const dg_map *m, const dg_view *const *x, const dg_view *y, const double *par)
{
  if (y->size == 0) return 0;
  int dtype = x[0]->dtype;
  entry *e = obtain(m, m->name, dtype, y->device, write_formula);
  if (!e) return -1;
  const void *data[DG_MAP_INPUTS] = { NULL };
  bool flat = true;
  dg_graph_note_view(y);
  for (int i = 0; i < m->inputs; i++) {
    data[i] = x[i]->data;
    dg_graph_note_view(x[i]);
    flat = flat && x[i]->contiguous && x[i]->size == y->size;
  }
  if (flat && may_pack(m, dtype, y->data, data))
    return launch_packed(e, m, dtype, y->size, y->data, data, par);
  const dg_view *operands[DG_MAP_INPUTS + 1] = { y, x[0], m->inputs > 1 ? x[1] : NULL,
                                                 m->inputs > 2 ? x[2] : NULL };
  return launch_loop(e, y->size, m->inputs + 1, operands, par);
}

/* -- Casts, one value for all --------------------------------------------------------------------- */

static const char filled; /* what entries of fills are known by */

/* `dtype` of a cast is both: from + to * DG_NDTYPES. */
static int write_cast(char *source, const void *of, int dtype)
{
  (void)of;
  int from = dtype % DG_NDTYPES, to = dtype / DG_NDTYPES;
  return snprintf(source, SOURCE,
                  "#include \"cuda/prelude.h\"\ntypedef %s E;\ntypedef %s R;\ntypedef E Z;\n"
                  "#define INPUTS 1\n#define F %s\n#include \"cuda/formula.h\"\n",
                  types[from], types[to], to == DG_BOOL ? "(x != 0)" : "(Cast<R, T>::of(x))");
}

/* `dtype` is that of y: the formula has no input, but p. */
static int write_fill(char *source, const void *of, int dtype)
{
  (void)of;
  return snprintf(source, SOURCE,
                  "#include \"cuda/prelude.h\"\ntypedef %s E;\ntypedef E R;\ntypedef E Z;\n"
                  "#define INPUTS 1\n#define F %s\n#include \"cuda/formula.h\"\n",
                  types[dtype], dtype == DG_BOOL ? "(P != 0)" : "(Cast<R, double>::of(P))");
}

int dg_cuda_fill(const dg_view *y, double value)
{
  if (y->size == 0) return 0;
  dg_graph_note_view(y);
  entry *e = obtain(&filled, "fill", y->dtype, y->device, write_fill);
  if (!e) return -1;
  const double par[2] = { value, 0 };
  return launch_loop(e, y->size, 2, (const dg_view *const[]){ y, y }, par);
}

int dg_cuda_cast(const dg_view *from, const dg_view *to)
{
  const double none[2] = { 0 };
  entry *e = obtain(NULL, "cast", from->dtype + to->dtype * DG_NDTYPES, to->device, write_cast);
  return e ? launch_loop(e, to->size, 2, (const dg_view *const[]){ to, from }, none) : -1;
}
