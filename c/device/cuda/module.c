/* module.c -- kernels: compiled by NVRTC for the card that is there, and kept on disk.
 *
 * The cache holds one file for each source, set of options, NVRTC version and compute capability.
 * Its name is a hash of these; it begins with their second hash and a checksum of what follows, so
 * that a damaged or foreign file is found out and made anew. */
#include "device/cuda/graph.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODULES = 512, LOG = 900 };

typedef struct cubin {
  char *bytes;
  size_t size;
} cubin;

typedef struct header {
  char magic[8];
  uint64_t key, checksum, size;
} header;

static const char MAGIC[8] = "dgcubin1";

/* FNV-1a: G. Fowler, L. Noll, K.-P. Vo. */
static uint64_t hash(uint64_t h, const void *bytes, size_t size)
{
  const unsigned char *p = bytes;
  for (size_t i = 0; i < size; i++) h = (h ^ p[i]) * 0x100000001b3u;
  return h;
}
static uint64_t hash_text(uint64_t h, const char *text) { return hash(h, text, strlen(text) + 1); }

/* -- The cache on disk --------------------------------------------------------------------------- */

/* The folder of the cache, made if it is not there; false when there can be none. */
static bool cache_folder(char *path, size_t room)
{
  const char *own = getenv("DGRAPH_CACHE"), *shared = getenv("XDG_CACHE_HOME"),
             *home = getenv("HOME");
  int n = -1;
  if (own && strcmp(own, "none") == 0) return false;
  if (own && *own) n = snprintf(path, room, "%s", own);
  else if (shared && *shared) n = snprintf(path, room, "%s/dgraph", shared);
  else if (home && *home) n = snprintf(path, room, "%s/.cache/dgraph", home);
  if (n < 0 || (size_t)n >= room) return false;
  for (char *p = path + 1; *p; p++) {
    if (*p != '/') continue;
    *p = 0;
    mkdir(path, 0700);
    *p = '/';
  }
  return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool cache_path(uint64_t name, char *path, size_t room)
{
  char folder[400];
  if (!cache_folder(folder, sizeof folder)) return false;
  int n = snprintf(path, room, "%s/%016llx.cubin", folder, (unsigned long long)name);
  return n > 0 && (size_t)n < room;
}

static bool cache_read(uint64_t name, uint64_t key, cubin *c)
{
  char path[512];
  header h;
  FILE *file = cache_path(name, path, sizeof path) ? fopen(path, "rb") : NULL;
  if (!file) return false;
  struct stat info;
  bool good = fread(&h, sizeof h, 1, file) == 1 && fstat(fileno(file), &info) == 0 &&
              memcmp(h.magic, MAGIC, sizeof MAGIC) == 0 && h.key == key &&
              (uint64_t)info.st_size == sizeof h + h.size;
  c->bytes = good ? malloc(h.size) : NULL;
  c->size = h.size;
  good = c->bytes && fread(c->bytes, 1, c->size, file) == c->size &&
         hash(key, c->bytes, c->size) == h.checksum;
  fclose(file);
  if (good) return true;
  free(c->bytes);
  return false;
}

/* Whole or not at all; a cache that cannot be written is no error. */
static void cache_write(uint64_t name, uint64_t key, const cubin *c)
{
  char path[512], temporary[560];
  if (!cache_path(name, path, sizeof path)) return;
  snprintf(temporary, sizeof temporary, "%s.XXXXXX", path); /* containers that share it share ids */
  int made = mkstemp(temporary);
  FILE *file = made >= 0 ? fdopen(made, "wb") : NULL;
  if (!file) {
    if (made >= 0) close(made), remove(temporary);
    return;
  }
  header h = { .key = key, .checksum = hash(key, c->bytes, c->size), .size = c->size };
  memcpy(h.magic, MAGIC, sizeof MAGIC);
  bool good = fwrite(&h, sizeof h, 1, file) == 1 && fwrite(c->bytes, 1, c->size, file) == c->size;
  good = fclose(file) == 0 && good;
  if (!good || rename(temporary, path) != 0) remove(temporary);
}

/* -- Compiling ----------------------------------------------------------------------------------- */

static int refuse_source(const dg_cuda_nvrtc *n, void *program, const char *name, int status)
{
  char log[LOG + 1] = "";
  size_t size = 0;
  if (n->log_size(program, &size) == 0 && size > 1) {
    char *all = malloc(size);
    if (all && n->log(program, all) == 0) snprintf(log, sizeof log, "%s", all);
    free(all);
  }
  return dg_fail(DG_ESYSTEM, "cuda: %s does not compile: %s\n%s", name, n->error_text(status), log);
}

/* What NVRTC is to make for a compute capability that it may not know of: machine code for the latest one
 * before it of the same generation, or if there is none PTX for the latest, which the driver compiles. */
static bool choose_target(const dg_cuda_nvrtc *n, int arch, char *option, size_t room)
{
  enum { MOST = 128 };
  int count = 0, known[MOST], alike = 0, latest = 0;
  if (n->arch_count(&count) != 0 || count > MOST || n->archs(known) != 0) count = 0;
  for (int i = 0; i < count; i++) {
    if (known[i] > arch) continue;
    latest = DG_MAX(latest, known[i]);
    if (known[i] / 10 == arch / 10) alike = DG_MAX(alike, known[i]);
  }
  bool is_ptx = !alike && latest;
  int target = alike ? alike : is_ptx ? latest : arch;
  snprintf(option, room, "-arch=%s_%d", is_ptx ? "compute" : "sm", target);
  return is_ptx;
}

/* Takes what became of a program. */
static int fetch(const dg_cuda_nvrtc *n, void *program, const char *name, bool is_ptx, cubin *c)
{
  int status = (is_ptx ? n->ptx_size : n->cubin_size)(program, &c->size);
  if (status != 0) return status;
  c->bytes = malloc(c->size);
  if (!c->bytes) return dg_fail(DG_EMEMORY, "cuda: %s: out of memory", name);
  status = (is_ptx ? n->ptx : n->cubin)(program, c->bytes);
  if (status != 0) free(c->bytes);
  return status;
}

static int compile(const char *name, const char *source, int arch, cubin *c)
{
  const dg_cuda_nvrtc *n = dg_cuda_open_nvrtc();
  if (!n) return -1;
  const char *texts[64], *names[64];
  int headers = 0;
  for (int i = 0; dg_cuda_texts[i].name && headers < 64; i++) {
    if (!strchr(dg_cuda_texts[i].name, '.')) continue; /* a unit, no header */
    texts[headers] = dg_cuda_texts[i].text;
    names[headers++] = dg_cuda_texts[i].name;
  }
  char target[32];
  bool is_ptx = choose_target(n, arch, target, sizeof target);
  /* Random numbers must have the bits that they have on the CPU. */
  const char *fused = strcmp(name, "random") == 0 ? "--fmad=false" : "--fmad=true";
  const char *options[] = { target, "--std=c++17", "-default-device", fused };
  void *program = NULL;
  int status = n->create(&program, source, name, headers, texts, names);
  if (status != 0) return dg_fail(DG_ESYSTEM, "cuda: %s: %s", name, n->error_text(status));
  status = n->compile(program, 4, options);
  if (status != 0) refuse_source(n, program, name, status);
  else status = fetch(n, program, name, is_ptx, c);
  if (status > 0 && dg_is_ok()) dg_fail(DG_ESYSTEM, "cuda: %s: %s", name, n->error_text(status));
  n->destroy(&program);
  return status == 0 ? 0 : -1;
}

/* The machine code of a source, from the cache or made. */
static int obtain(const char *name, const char *source, int arch, cubin *c)
{
  int major = 0, minor = 0;
  const dg_cuda_nvrtc *n = dg_cuda_open_nvrtc();
  if (!n) return -1;
  n->version(&major, &minor);
  const int numbers[3] = { major, minor, arch };
  uint64_t first = hash_text(0xcbf29ce484222325u, source),
           second = hash_text(0x9e3779b97f4a7c15u, source);
  for (int i = 0; dg_cuda_texts[i].name; i++) {
    if (!strchr(dg_cuda_texts[i].name, '.')) continue;
    first = hash_text(first, dg_cuda_texts[i].text);
    second = hash_text(second, dg_cuda_texts[i].text);
  }
  first = hash(hash_text(first, name), numbers, sizeof numbers);
  second = hash(hash_text(second, name), numbers, sizeof numbers);
  if (cache_read(first, second, c)) return 0;
  if (compile(name, source, arch, c) < 0) return -1;
  cache_write(first, second, c);
  return 0;
}

/* -- Units and functions ------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of loading */

static struct {
  const char *unit;
  int device;
  void *module;
} modules[MODULES];
static int module_count;

static const char *text_of(const char *unit)
{
  for (int i = 0; dg_cuda_texts[i].name; i++)
    if (strcmp(dg_cuda_texts[i].name, unit) == 0) return dg_cuda_texts[i].text;
  dg_fail(DG_ESYSTEM, "cuda: there is no source %s.cu", unit);
  return NULL;
}

const char *dg_cuda_unit(int i)
{
  for (int k = 0; i >= 0 && dg_cuda_texts[k].name; k++)
    if (!strchr(dg_cuda_texts[k].name, '.') && i-- == 0) return dg_cuda_texts[k].name;
  return NULL;
}

static int load(const dg_cuda_device *d, const char *name, const char *source, void **module)
{
  cubin c;
  if (obtain(name, source, d->arch, &c) < 0) return -1;
  int status = dg_driver->module_load(module, c.bytes);
  free(c.bytes);
  return status == 0 ? 0 : dg_cuda_fail(name, status);
}

static int unit_module(const dg_cuda_device *d, int device, const char *unit, void **module)
{
  for (int i = 0; i < module_count; i++)
    if (modules[i].device == device && strcmp(modules[i].unit, unit) == 0) {
      *module = modules[i].module;
      return 0;
    }
  const char *source = text_of(unit);
  if (!source || load(d, unit, source, module) < 0) return -1;
  if (module_count == MODULES) return dg_fail(DG_ESYSTEM, "cuda: more than %d modules", MODULES);
  modules[module_count].unit = unit;
  modules[module_count].device = device;
  modules[module_count++].module = *module;
  return 0;
}

static int find_function(dg_kernel *k, int device, const dg_cuda_device *d)
{
  void *module, *function = NULL;
  int status = 0;
  pthread_mutex_lock(&lock);
  if (!k->function[device]) {
    status = unit_module(d, device, k->unit, &module);
    if (status == 0) {
      int code = dg_driver->module_function(&function, module, k->name);
      if (code != 0) status = dg_cuda_fail(k->name, code);
    }
    if (status == 0) __atomic_store_n(&k->function[device], function, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&lock);
  return status;
}

int dg_cuda_compile(int device, const char *name, const char *source, int count,
                    const char *const *names, void **functions)
{
  const dg_cuda_device *d = dg_cuda_enter(device);
  void *module = NULL;
  if (!d || load(d, name, source, &module) < 0) return -1;
  for (int i = 0; i < count; i++) {
    int status = dg_driver->module_function(&functions[i], module, names[i]);
    if (status != 0) return dg_cuda_fail(name, status);
  }
  return 0;
}

int64_t dg_cuda_try_unit(const char *unit, int arch)
{
  const char *source = text_of(unit);
  cubin c;
  if (!source || obtain(unit, source, arch, &c) < 0) return -1;
  free(c.bytes);
  return (int64_t)c.size;
}

/* -- Launching ----------------------------------------------------------------------------------- */

dg_kernel *dg_kernel_for(dg_kernel *kernels, int dtype)
{
  if (kernels[dtype].name) return &kernels[dtype];
  dg_fail(DG_ETYPE, "cuda: there is no kernel of this for %s", dg_dtype_name(dtype));
  return NULL;
}

int dg_cuda_launch(dg_kernel *k, int device, int64_t blocks, int threads, int shared,
                   void **arguments)
{
  if (!k) return -1;
  const dg_cuda_device *d = dg_cuda_enter(device);
  if (!d) return -1;
  if (blocks == 0) return 0;
  if (blocks > INT32_MAX) return dg_fail(DG_EARGUMENT, "cuda: %s: too many elements", k->name);
  void *function = __atomic_load_n(&k->function[device], __ATOMIC_ACQUIRE);
  if (DG_UNLIKELY(!function)) {
    if (find_function(k, device, d) < 0) return -1;
    function = k->function[device];
  }
  void *stream;
  int way = dg_cuda_way(device, d, &stream);
  if (DG_UNLIKELY(way != 0)) return DG_MIN(way, 0);
  int status = dg_driver->launch(function, (unsigned)blocks, 1, 1, (unsigned)threads, 1, 1,
                                 (unsigned)shared, stream, arguments, NULL);
  return DG_LIKELY(status == 0) ? 0 : dg_cuda_fail(k->name, status);
}
