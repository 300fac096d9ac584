/* blas.c -- opens OpenBLAS at run time, so that the library neither needs nor starts it. */
#include "device/cpu/blas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char threads_variable[] = "OPENBLAS_NUM_THREADS";

static dg_blas functions;
static const dg_blas *usable;
static void *library; /* of `usable` */
static char name[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_up(const char *why) { snprintf(name, sizeof name, "built-in (%s)", why); }

/*
 * OpenBLAS starts its threads while it is loaded, unless told otherwise, and they spin. The
 * variable is put back afterwards: child processes of the host are none of our business.
 */
static void *open_quietly(const char *path)
{
  int ours = getenv(threads_variable) == NULL;
  if (ours) setenv(threads_variable, "1", 1);
  void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (ours) unsetenv(threads_variable);
  return lib;
}

static void *open_any(const char *path)
{
  void *lib = open_quietly(path ? path : "libopenblas.so.0");
  if (lib) return lib;
  give_up(dlerror());
  return path ? NULL : open_quietly("libopenblas.so");
}

/* ISO C has no cast from an object pointer to a function pointer; POSIX promises the same bits. */
static int find(void *lib, const char *symbol, void *function)
{
  void *address = dlsym(lib, symbol);
  memcpy(function, &address, sizeof address);
  return address != NULL;
}

/* Why this OpenBLAS must not be called, or NULL. */
static const char *objection(void *lib)
{
  char *(*config)(void);
  int (*parallel)(void);
  if (find(lib, "openblas_get_config", &config) && strstr(config(), "USE64BITINT"))
    return "this OpenBLAS takes 64-bit integers";
  /* Such a build need not lock its buffers, and nothing tells whether it does. */
  if (find(lib, "openblas_get_parallel", &parallel) && parallel() == 0)
    return "this OpenBLAS is a serial build: two threads must not call it";
  if (!find(lib, "cblas_sgemm", &functions.sgemm) || !find(lib, "cblas_dgemm", &functions.dgemm))
    return "this library has no cblas_sgemm and cblas_dgemm";
  return NULL;
}

static void open_blas(void)
{
  const char *path = getenv("DGRAPH_BLAS"), *why;
  char *(*core)(void);
  void (*set_threads)(int);
  if (path && strcmp(path, "none") == 0) {
    give_up("DGRAPH_BLAS=none");
    return;
  }
  void *lib = open_any(path && *path ? path : NULL);
  if (!lib) return;
  if ((why = objection(lib)) != NULL) {
    give_up(why);
    dlclose(lib);
    return;
  }
  /* Our pool splits the products; two pools at a time would fight over the cores. */
  if (find(lib, "openblas_set_num_threads", &set_threads)) set_threads(1);
  int known = find(lib, "openblas_get_corename", &core);
  snprintf(name, sizeof name, known ? "openblas %s" : "openblas", known ? core() : "");
  usable = &functions;
  library = lib;
}

const dg_blas *dg_blas_get(void)
{
  pthread_once(&once, open_blas);
  return usable;
}

bool dg_blas_find(const char *symbol, void *function)
{
  return dg_blas_get() && find(library, symbol, function);
}

const char *dg_blas_name(void)
{
  pthread_once(&once, open_blas);
  return name;
}
