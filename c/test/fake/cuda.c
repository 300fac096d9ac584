/* cuda.c -- a stand-in for CUDA's driver, NVRTC and cuBLAS over the host's memory, for tests.
 *
 * DGRAPH_CUDA, DGRAPH_NVRTC and DGRAPH_CUBLAS may name build/fake_cuda.so. The driver remembers its
 * launches and fails when it is told to. NVRTC is the host's C++ compiler with emulate.h, so kernels
 * that it compiled really run, slowly; those of the true NVRTC are launched and do nothing. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../device/half.h"

typedef unsigned long long ptr;

enum { OUT_OF_MEMORY = 2, LAUNCH_FAILED = 719, HEADERS = 64, LAUNCHES = 4096 };

#define EXPORT __attribute__((visibility("default")))

/* -- What tests see and say ------------------------------------------------------------------------ */

typedef struct launch {
  char name[64];
  unsigned blocks, threads;
} launch;

enum { MALLOC, UPLOAD, DOWNLOAD, MOVE, PEER, SET, WAIT, RECORD, LAUNCH, GRAPH, OPERATIONS };

static struct {
  launch launches[LAUNCHES];
  int launched;
  int64_t blocks, bytes; /* of memory */
  int allocations;       /* until one fails; -1: none does */
  int failures;          /* how many fail then */
  int launches_left;
  int done[OPERATIONS]; /* how often each operation was asked for */
  int peers;            /* whether cards can reach each other's memory */
} fake = { .allocations = -1, .failures = 1, .launches_left = -1, .peers = 1 };

EXPORT int fake_launched(void) { return fake.launched; }
EXPORT const char *fake_launch_name(int i) { return fake.launches[i % LAUNCHES].name; }
EXPORT int fake_launch_blocks(int i) { return (int)fake.launches[i % LAUNCHES].blocks; }
EXPORT double fake_blocks(void) { return (double)fake.blocks; }
EXPORT double fake_bytes(void) { return (double)fake.bytes; }
/* The allocation after the next n fails, and `count` in all. */
EXPORT void fake_fail_allocation(int n, int count)
{
  fake.allocations = n;
  fake.failures = count;
}
EXPORT void fake_fail_launch(int n) { fake.launches_left = n; }
EXPORT int fake_done(int operation) { return fake.done[operation]; }
EXPORT void fake_set_peers(int on) { fake.peers = on; }

/* -- Streams, and what they record ----------------------------------------------------------------- */

/* An operation of a graph. */
typedef struct step {
  struct step *next;
  int kind;
  void *f; /* of a launch, beside its sizes and arguments */
  unsigned blocks, threads;
  void **arguments;
  ptr to, from; /* of copies and sets, beside these */
  size_t bytes;
  unsigned char value;
} step;

typedef struct graph {
  step *first, **last;
} graph;

typedef struct stream {
  graph *recording; /* NULL: what it is asked for is done at once */
} stream;

static step *record(void *on, int kind)
{
  graph *g = ((stream *)on)->recording;
  fake.done[kind]++;
  if (!g) return NULL;
  step *s = calloc(1, sizeof *s);
  s->kind = kind;
  *g->last = s;
  g->last = &s->next;
  return s;
}

static void drop_steps(graph *g)
{
  for (step *s = g->first, *next; s; s = next) {
    next = s->next;
    for (int i = 0; s->arguments && s->arguments[i]; i++) free(s->arguments[i]);
    free(s->arguments);
    free(s);
  }
  free(g);
}

/* Copies or sets bytes, now or when the graph runs. */
static int change(void *on, int kind, ptr to, ptr from, size_t bytes, unsigned char value)
{
  step *s = record(on, kind);
  if (s) s->to = to, s->from = from, s->bytes = bytes, s->value = value;
  else if (kind == SET) memset((void *)(uintptr_t)to, value, bytes);
  else memmove((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes);
  return 0;
}

/* -- The driver ------------------------------------------------------------------------------------ */

EXPORT int cuInit(unsigned flags) { return flags != 0; }
EXPORT int cuDriverGetVersion(int *version) { return *version = 12000, 0; }
EXPORT int cuGetErrorName(int error, const char **name)
{
  *name = error == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_LAUNCH_FAILED";
  return 0;
}
EXPORT int cuGetErrorString(int error, const char **text)
{
  *text = error == OUT_OF_MEMORY ? "out of memory" : "unspecified launch failure";
  return 0;
}
EXPORT int cuDeviceGetCount(int *count)
{
  const char *wanted = getenv("FAKE_CUDA_DEVICES");
  return *count = wanted ? atoi(wanted) : 2, 0;
}
EXPORT int cuDeviceGet(int *device, int ordinal) { return *device = ordinal, 0; }
EXPORT int cuDeviceGetName(char *name, int room, int device)
{
  snprintf(name, (size_t)room, "Stand-in %d", device);
  return 0;
}
/* FAKE_CUDA_ARCH is the compute capability, 90 if it is not set. */
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device)
{
  const char *wanted = getenv("FAKE_CUDA_ARCH");
  int arch = wanted ? atoi(wanted) : 90;
  (void)device;
  *value = attribute == 75 ? arch / 10 : attribute == 76 ? arch % 10 : 4;
  return 0;
}
EXPORT int cuDevicePrimaryCtxRetain(void **context, int device)
{
  static int contexts[16];
  return *context = &contexts[device], 0;
}
EXPORT int cuCtxSetCurrent(void *context) { return context == NULL; }
EXPORT int cuMemGetInfo_v2(size_t *unused, size_t *total)
{
  *unused = *total = (size_t)1 << 30;
  return 0;
}
/* Blocks: this in front of the memory. */
typedef struct block {
  struct block *next, *before;
  size_t bytes;
} block;

static block blocks = { &blocks, &blocks, 0 };

EXPORT int cuMemAlloc_v2(ptr *p, size_t bytes)
{
  fake.done[MALLOC]++;
  if (fake.allocations == 0) {
    if (--fake.failures <= 0) fake.allocations = -1;
    return OUT_OF_MEMORY;
  }
  if (fake.allocations > 0) fake.allocations--;
  block *b = malloc(bytes + 64);
  if (!b) return OUT_OF_MEMORY;
  *b = (block){ blocks.next, &blocks, bytes };
  blocks.next = b->next->before = b;
  memset((char *)b + 64, 0xa5, bytes); /* nothing may rely on what lies there */
  *p = (ptr)(uintptr_t)b + 64;
  fake.blocks++;
  fake.bytes += (int64_t)bytes;
  return 0;
}
EXPORT int cuMemFree_v2(ptr p)
{
  block *b = (block *)(uintptr_t)(p - 64);
  fake.blocks--;
  fake.bytes -= (int64_t)b->bytes;
  b->next->before = b->before;
  b->before->next = b->next;
  free(b);
  return 0;
}
EXPORT int cuMemGetAddressRange_v2(ptr *base, size_t *bytes, ptr p)
{
  for (const block *b = blocks.next; b != &blocks; b = b->next) {
    *base = (ptr)(uintptr_t)b + 64;
    *bytes = b->bytes;
    if (p >= *base && p < *base + b->bytes) return 0;
  }
  return 500; /* CUDA_ERROR_NOT_FOUND */
}
EXPORT int cuMemAllocHost_v2(void **p, size_t bytes) { return (*p = malloc(bytes)) ? 0 : 2; }
EXPORT int cuMemFreeHost(void *p) { return free(p), 0; }
EXPORT int cuMemcpyHtoDAsync_v2(ptr to, const void *from, size_t bytes, void *on)
{
  return change(on, UPLOAD, to, (ptr)(uintptr_t)from, bytes, 0);
}
EXPORT int cuMemcpyDtoHAsync_v2(void *to, ptr from, size_t bytes, void *on)
{
  return change(on, DOWNLOAD, (ptr)(uintptr_t)to, from, bytes, 0);
}
EXPORT int cuMemcpyDtoDAsync_v2(ptr to, ptr from, size_t bytes, void *on)
{
  return change(on, MOVE, to, from, bytes, 0);
}
EXPORT int cuMemcpyPeerAsync(ptr to, void *to_context, ptr from, void *from_context, size_t bytes,
                             void *on)
{
  if (!to_context || !from_context || to_context == from_context) return 1;
  return change(on, PEER, to, from, bytes, 0);
}
EXPORT int cuDeviceCanAccessPeer(int *can, int device, int peer)
{
  return *can = fake.peers && device != peer, 0;
}
EXPORT int cuCtxEnablePeerAccess(void *context, unsigned flags)
{
  return context == NULL || flags != 0;
}
EXPORT int cuMemsetD8Async(ptr p, unsigned char value, size_t count, void *on)
{
  return change(on, SET, p, 0, count, value);
}
EXPORT int cuStreamCreate(void **made, unsigned flags)
{
  return *made = calloc(1, sizeof(stream)), flags > 1;
}
EXPORT int cuStreamDestroy_v2(void *s) { return free(s), 0; }
EXPORT int cuStreamSynchronize(void *s)
{
  fake.done[WAIT]++;
  return s == NULL || ((stream *)s)->recording ? 900
                                               : 0; /* CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED */
}
EXPORT int cuStreamWaitEvent(void *s, void *event, unsigned flags)
{
  return s == NULL || event == NULL || flags != 0;
}
EXPORT int cuEventCreate(void **event, unsigned flags) { return *event = &fake, flags > 3; }
EXPORT int cuEventDestroy_v2(void *event) { return event == NULL; }
EXPORT int cuEventRecord(void *event, void *s)
{
  fake.done[RECORD]++;
  return event == NULL || s == NULL;
}
EXPORT int cuEventSynchronize(void *event) { return event == NULL; }
EXPORT int cuEventElapsedTime(float *ms, void *from, void *to)
{
  *ms = 1;
  return from == NULL || to == NULL;
}

EXPORT int cuStreamBeginCapture_v2(void *on, int mode)
{
  stream *s = on;
  if (s->recording || mode != 2) return 901; /* CUDA_ERROR_STREAM_CAPTURE_INVALIDATED */
  s->recording = calloc(1, sizeof *s->recording);
  s->recording->last = &s->recording->first;
  return 0;
}
EXPORT int cuStreamEndCapture(void *on, void **made)
{
  stream *s = on;
  *made = s->recording;
  s->recording = NULL;
  return *made ? 0 : 901;
}
EXPORT int cuGraphInstantiateWithFlags(void **ready, void *g, unsigned long long flags)
{
  graph *made = calloc(1, sizeof *made);
  made->first = ((graph *)g)->first;
  ((graph *)g)->first = NULL;
  *ready = made;
  return flags > 1;
}
EXPORT int cuGraphDestroy(void *g) { return drop_steps(g), 0; }
EXPORT int cuGraphExecDestroy(void *g) { return drop_steps(g), 0; }

/* -- Modules: shared libraries of the host, or anything, which then does nothing ------------------ */

typedef struct function {
  char name[64];
  void (*run)(void **arguments, unsigned blocks, unsigned threads); /* NULL: nothing */
} function;

EXPORT int cuModuleLoadData(void **module, const void *image)
{
  enum { MACHINE = 18, HOST = 62 }; /* of an ELF file: x86-64; CUDA's is 190 */
  char path[] = "/tmp/dgraph_fake_XXXXXX";
  const uint64_t *head = image; /* of our own: the size, then the library */
  const char *library = (const char *)(head + 1);
  *module = &fake; /* does nothing */
  if (memcmp(library, "\177ELF", 4) != 0 || library[MACHINE] != HOST) return 0;
  int file = mkstemp(path);
  bool good = file >= 0 && write(file, library, *head) == (ssize_t)*head;
  if (file >= 0) close(file);
  *module = good ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  if (!*module) fprintf(stderr, "fake cuda: %s\n", dlerror());
  unlink(path);
  return *module ? 0 : LAUNCH_FAILED;
}

EXPORT int cuModuleGetFunction(void **f, void *module, const char *name)
{
  char symbol[80];
  function *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  snprintf(made->name, sizeof made->name, "%s", name);
  snprintf(symbol, sizeof symbol, "fake_run_%s", name);
  void *run = module == (void *)&fake ? NULL : dlsym(module, symbol);
  memcpy(&made->run, &run, sizeof run);
  *f = made;
  return run || module == (void *)&fake ? 0 : 500; /* CUDA_ERROR_NOT_FOUND */
}

/* Keeps copies of a kernel's arguments. */
static void keep_arguments(step *s, const function *f, unsigned blocks, unsigned threads,
                           void **arguments)
{
  enum { MOST = 64 };
  size_t sizes[MOST] = { 0 };
  s->f = (void *)(uintptr_t)f;
  s->blocks = blocks;
  s->threads = threads;
  s->arguments = calloc(MOST, sizeof *s->arguments);
  if (f->run) f->run((void **)sizes, 0, 0);
  for (int i = 0; sizes[i] > 0; i++)
    s->arguments[i] = memcpy(malloc(sizes[i]), arguments[i], sizes[i]);
}

EXPORT int cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                          unsigned bz, unsigned shared, void *on, void **arguments, void **extra)
{
  (void)shared, (void)extra;
  const function *called = f;
  if (fake.launches_left == 0) return fake.launches_left = -1, LAUNCH_FAILED;
  if (fake.launches_left > 0) fake.launches_left--;
  launch *l = &fake.launches[fake.launched++ % LAUNCHES];
  memcpy(l->name, called->name, sizeof l->name);
  l->blocks = gx;
  l->threads = bx;
  if (gy * gz * by * bz != 1 || gx == 0 || bx > 1024) return LAUNCH_FAILED;
  step *s = record(on, LAUNCH);
  if (s) keep_arguments(s, called, gx, bx, arguments);
  else if (called->run) called->run(arguments, gx, bx);
  return 0;
}

/* Matrix products are steps as well: see cuBLAS below. */
static void product(const step *s);

EXPORT int cuGraphLaunch(void *ready, void *on)
{
  fake.done[GRAPH]++;
  for (const step *s = ((graph *)ready)->first; s; s = s->next) {
    const function *f = s->f;
    if (s->kind == SET) memset((void *)(uintptr_t)s->to, s->value, s->bytes);
    else if (s->kind != LAUNCH)
      memmove((void *)(uintptr_t)s->to, (void *)(uintptr_t)s->from, s->bytes);
    else if (!f) product(s);
    else if (f->run) f->run(s->arguments, s->blocks, s->threads);
  }
  return on == NULL;
}

/* -- NVRTC: the host's compiler -------------------------------------------------------------------- */

typedef struct program {
  char folder[64];
  char *library; /* the size, then the file */
  size_t size;
  bool is_ptx;
  char log[4096];
} program;

static bool write_file(const char *folder, const char *name, const char *text)
{
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  for (char *p = path + strlen(folder) + 1; *p; p++)
    if (*p == '/') *p = 0, mkdir(path, 0700), *p = '/';
  FILE *file = fopen(path, "w");
  if (!file) return false;
  fputs(text, file);
  return fclose(file) == 0;
}

static char *read_file(const char *folder, const char *name, size_t *size)
{
  char path[512];
  struct stat info;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file || fstat(fileno(file), &info) != 0) return NULL;
  uint64_t bytes = (uint64_t)info.st_size;
  char *text = calloc(1, sizeof bytes + bytes + 1);
  memcpy(text, &bytes, sizeof bytes);
  *size = sizeof bytes + fread(text + sizeof bytes, 1, bytes, file);
  fclose(file);
  return text;
}

EXPORT int nvrtcVersion(int *major, int *minor) { return *major = 0, *minor = 1, 0; }
EXPORT const char *nvrtcGetErrorString(int error) { return error ? "NVRTC_ERROR" : "success"; }

EXPORT int nvrtcCreateProgram(void **made, const char *source, const char *name, int headers,
                              const char *const *texts, const char *const *names)
{
  (void)name;
  program *p = calloc(1, sizeof *p);
  *made = p;
  strcpy(p->folder, "/tmp/dgraph_fake_XXXXXX");
  bool good = mkdtemp(p->folder) && write_file(p->folder, "source.cu", source);
  for (int i = 0; i < headers; i++) good = good && write_file(p->folder, names[i], texts[i]);
  return good ? 0 : 1;
}

/* It knows of 7.5 to 9.0, and makes machine code for those alone. */
static const int archs[] = { 75, 80, 90 };
EXPORT int nvrtcGetNumSupportedArchs(int *count) { return *count = 3, 0; }
EXPORT int nvrtcGetSupportedArchs(int *list) { return memcpy(list, archs, sizeof archs), 0; }

static bool is_known(const char *option)
{
  char sm[32], ptx[32];
  for (int i = 0; i < 3; i++) {
    snprintf(sm, sizeof sm, "-arch=sm_%d", archs[i]);
    snprintf(ptx, sizeof ptx, "-arch=compute_%d", archs[i]);
    if (strcmp(option, sm) == 0 || strcmp(option, ptx) == 0) return true;
  }
  return false;
}

EXPORT int nvrtcCompileProgram(void *made, int count, const char *const *options)
{
  static const char script[] =
      "cd %s && { echo '#include \"source.cu\"'; "
      "g++ -E -CC -I. -include %s -x c++ source.cu 2>log | "
      "grep -o 'fake_kernel \\*/ *void [a-z_0-9]*' | sed 's/.* //' | sort -u | while read f; do "
      "echo \"extern \\\"C\\\" void fake_run_$f(void **a, unsigned b, unsigned t)\" "
      "\"{ fake_launch($f, a, b, t); }\"; done; } >all.cc && "
      "g++ -O0 -w -std=c++17 %s -ffp-contract=off -shared -fPIC -Wl,-Bsymbolic -I. -include %s "
      "all.cc -o all.so "
      "2>>log";
  program *p = made;
  char command[2048];
  const char *emulate = getenv("FAKE_CUDA_EMULATE"), *more = getenv("FAKE_CUDA_FLAGS");
  p->is_ptx = count > 0 && strncmp(options[0], "-arch=compute_", 14) == 0;
  snprintf(p->log, sizeof p->log, "%s is not known", count > 0 ? options[0] : "nothing");
  if (count < 1 || !is_known(options[0])) return 5; /* NVRTC_ERROR_INVALID_OPTION */
  snprintf(command, sizeof command, script, p->folder, emulate ? emulate : "emulate.h",
           more ? more : "", emulate ? emulate : "emulate.h");
  int status = system(command);
  size_t size;
  char *log = read_file(p->folder, "log", &size);
  if (log) snprintf(p->log, sizeof p->log, "%s", log + 8);
  free(log);
  if (status == 0) p->library = read_file(p->folder, "all.so", &p->size);
  return p->library ? 0 : 6;
}
EXPORT int nvrtcGetProgramLogSize(void *p, size_t *size)
{
  *size = strlen(((program *)p)->log) + 1;
  return 0;
}
EXPORT int nvrtcGetProgramLog(void *p, char *log) { return strcpy(log, ((program *)p)->log), 0; }
/* What is there of the one kind is not there of the other. */
static int give_size(const program *p, bool ptx, size_t *size)
{
  return *size = p->is_ptx == ptx ? p->size : 0, 0;
}
static int give(const program *p, bool ptx, char *to)
{
  return p->is_ptx == ptx ? memcpy(to, p->library, p->size), 0 : 1;
}
EXPORT int nvrtcGetCUBINSize(void *p, size_t *size) { return give_size(p, false, size); }
EXPORT int nvrtcGetCUBIN(void *p, char *to) { return give(p, false, to); }
EXPORT int nvrtcGetPTXSize(void *p, size_t *size) { return give_size(p, true, size); }
EXPORT int nvrtcGetPTX(void *p, char *to) { return give(p, true, to); }
EXPORT int nvrtcDestroyProgram(void **made)
{
  program *p = *made;
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", p->folder);
  int status = system(command);
  free(p->library);
  free(p);
  return status != 0;
}

#include "blas.h"
