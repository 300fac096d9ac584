/* driver.c -- finds and opens CUDA's driver, NVRTC and cuBLAS at their first use. */
#include "device/cuda/driver.h"

#include <dlfcn.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct symbol {
  const char *name;
  size_t at; /* of its pointer in the table */
} symbol;

/* A library: where it may lie, what is wanted of it, and what came of that. */
typedef struct library {
  const char *what, *variable; /* for messages; an environment variable that names its file */
  const char *const *names;
  const symbol *symbols;
  int count;
  const struct library *brings; /* the one that brings this along, which is opened before */
  void *table, *handle;
  bool is_open;
  char reason[256]; /* why it is not open */
} library;

#define SYMBOL(table, field, name) { name, offsetof(table, field) },
#define DRIVER_SYMBOL(result, field, name, parameters) SYMBOL(dg_cuda_driver, field, name)
#define NVRTC_SYMBOL(result, field, name, parameters) SYMBOL(dg_cuda_nvrtc, field, name)
#define BLAS_SYMBOL(result, field, name, parameters) SYMBOL(dg_cuda_blas, field, name)
#define LT_SYMBOL(result, field, name, parameters) SYMBOL(dg_cuda_lt, field, name)

static const symbol driver_symbols[] = { DG_CUDA_DRIVER(DRIVER_SYMBOL) };
static const symbol nvrtc_symbols[] = { DG_CUDA_NVRTC(NVRTC_SYMBOL) };
static const symbol blas_symbols[] = { DG_CUDA_BLAS(BLAS_SYMBOL) };
static const symbol lt_symbols[] = { DG_CUDA_LT(LT_SYMBOL) };

enum { PARTS = 1000 }; /* of a version: 12040 is 12.4 */

#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

static const char *const driver_names[] = { "libcuda.so.1", "libcuda.so", NULL };
static const char *const nvrtc_names[] = { "libnvrtc.so.13",
                                           "libnvrtc.so.12",
                                           "libnvrtc.so.11.2",
                                           "libnvrtc.so",
                                           "/usr/local/cuda/lib64/libnvrtc.so",
                                           NULL };
static const char *const blas_names[] = { "libcublas.so.13",
                                          "libcublas.so.12",
                                          "libcublas.so.11",
                                          "libcublas.so",
                                          "/usr/local/cuda/lib64/libcublas.so",
                                          NULL };

static dg_cuda_driver driver_table;
static dg_cuda_nvrtc nvrtc_table;
static dg_cuda_blas blas_table;
static dg_cuda_lt lt_table;

static library driver = { .what = "the driver",
                          .variable = "DGRAPH_CUDA",
                          .names = driver_names,
                          .symbols = driver_symbols,
                          .count = COUNT(driver_symbols),
                          .table = &driver_table };
static library nvrtc = { .what = "NVRTC",
                         .variable = "DGRAPH_NVRTC",
                         .names = nvrtc_names,
                         .symbols = nvrtc_symbols,
                         .count = COUNT(nvrtc_symbols),
                         .table = &nvrtc_table };
static library blas = { .what = "cuBLAS",
                        .variable = "DGRAPH_CUBLAS",
                        .names = blas_names,
                        .symbols = blas_symbols,
                        .count = COUNT(blas_symbols),
                        .table = &blas_table };
static library lt = { .what = "cuBLASLt",
                      .brings = &blas,
                      .symbols = lt_symbols,
                      .count = COUNT(lt_symbols),
                      .table = &lt_table };

/* NVRTC looks for its built-in functions where the system does: has them there beforehand, from the
 * folder of an NVRTC that lies elsewhere. Without them its own message tells what is missing. */
static void open_builtins(const char *path)
{
  static const char part[] = "libnvrtc";
  char builtins[512];
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  if (strncmp(name, part, sizeof part - 1) != 0) return;
  glob_t found = { .gl_pathc = 0 };
  int length =
      snprintf(builtins, sizeof builtins, "%.*s%s-builtins.so*", (int)(name - path), path, part);
  if (length < 0 || length >= (int)sizeof builtins || glob(builtins, 0, NULL, &found) != 0) return;
  for (size_t i = 0; i < found.gl_pathc; i++)
    if (dlopen(found.gl_pathv[i], RTLD_NOW | RTLD_GLOBAL)) break;
  globfree(&found);
}

static void *open_file(const char *name)
{
  if (strchr(name, '/')) open_builtins(name);
  return dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

/* Whether a library's name says that it is of a later major version than the driver that is open,
 * which then cannot load what it makes. */
static bool is_too_new(const char *name)
{
  const char *number = strstr(name, ".so.");
  int version = 0;
  if (!number || !driver.is_open || driver_table.version(&version) != 0) return false;
  return atoi(number + 4) > version / PARTS;
}

static void *open_any(library *l)
{
  const char *asked = getenv(l->variable);
  void *handle = NULL;
  if (asked && strcmp(asked, "none") == 0) {
    snprintf(l->reason, sizeof l->reason, "%s is none", l->variable);
    return NULL;
  }
  if (asked && *asked) {
    handle = open_file(asked);
  } else {
    for (int i = 0; l->names[i] && !handle; i++)
      if (!is_too_new(l->names[i])) handle = open_file(l->names[i]);
  }
  const char *why = handle ? NULL : dlerror();
  if (!handle)
    snprintf(l->reason, sizeof l->reason, "%s cannot be opened (%s; %s may name it)", l->what,
             why ? why : "no such library", l->variable);
  return handle;
}

static void open_library(library *l)
{
  void *handle = l->brings ? l->brings->handle : open_any(l);
  if (!handle) return;
  l->handle = handle;
  for (int i = 0; i < l->count; i++) {
    void *f = dlsym(handle, l->symbols[i].name);
    if (!f) {
      snprintf(l->reason, sizeof l->reason, "%s has no %s: it is too old", l->what,
               l->symbols[i].name);
      return;
    }
    memcpy((char *)l->table + l->symbols[i].at, &f, sizeof f);
  }
  l->is_open = true;
}

static void open_the_driver(void) { open_library(&driver); }
static void open_the_nvrtc(void) { open_library(&nvrtc); }
static void open_the_blas(void) { open_library(&blas); }
static void open_the_lt(void) { open_library(&lt); }

static const void *opened(const library *l)
{
  if (l->is_open) return l->table;
  dg_fail(DG_ESYSTEM, "cuda: %s", l->reason);
  return NULL;
}

const dg_cuda_driver *dg_cuda_open_driver(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_the_driver);
  return opened(&driver);
}

const dg_cuda_nvrtc *dg_cuda_open_nvrtc(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_the_nvrtc);
  return opened(&nvrtc);
}

const dg_cuda_blas *dg_cuda_open_blas(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_the_blas);
  return opened(&blas);
}

const dg_cuda_lt *dg_cuda_open_lt(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (!dg_cuda_open_blas()) return NULL;
  pthread_once(&once, open_the_lt);
  return opened(&lt);
}

int dg_cuda_fail(const char *what, int result)
{
  const char *name = NULL, *text = NULL;
  driver_table.error_name(result, &name);
  driver_table.error_text(result, &text);
  return dg_fail(result == DG_CUDA_EMEMORY ? DG_EMEMORY : DG_ESYSTEM, "cuda: %s: %s (%s)", what,
                 text ? text : "unknown error", name ? name : "?");
}
