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

static struct {
  launch launches[LAUNCHES];
  int launched;
  int64_t blocks, bytes; /* of memory */
  int allocations;       /* until one fails; -1: none does */
  int failures;          /* how many fail then */
  int launches_left;
} fake = { .allocations = -1, .failures = 1, .launches_left = -1 };

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
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device)
{
  (void)device;
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : 4;
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
EXPORT int cuMemAlloc_v2(ptr *p, size_t bytes)
{
  if (fake.allocations == 0) {
    if (--fake.failures <= 0) fake.allocations = -1;
    return OUT_OF_MEMORY;
  }
  if (fake.allocations > 0) fake.allocations--;
  size_t *block = malloc(bytes + 64);
  if (!block) return OUT_OF_MEMORY;
  *block = bytes;
  memset((char *)block + 64, 0xa5, bytes); /* nothing may rely on what lies there */
  *p = (ptr)(uintptr_t)block + 64;
  fake.blocks++;
  fake.bytes += (int64_t)bytes;
  /* cppcheck-suppress memleak */
  return 0;
}
EXPORT int cuMemFree_v2(ptr p)
{
  size_t *block = (size_t *)(uintptr_t)(p - 64);
  fake.blocks--;
  fake.bytes -= (int64_t)*block;
  free(block);
  return 0;
}
EXPORT int cuMemAllocHost_v2(void **p, size_t bytes) { return (*p = malloc(bytes)) ? 0 : 2; }
EXPORT int cuMemcpyHtoDAsync_v2(ptr to, const void *from, size_t bytes, void *stream)
{
  (void)stream;
  memcpy((void *)(uintptr_t)to, from, bytes);
  return 0;
}
EXPORT int cuMemcpyDtoHAsync_v2(void *to, ptr from, size_t bytes, void *stream)
{
  (void)stream;
  memcpy(to, (void *)(uintptr_t)from, bytes);
  return 0;
}
EXPORT int cuMemcpyDtoDAsync_v2(ptr to, ptr from, size_t bytes, void *stream)
{
  (void)stream;
  memmove((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes);
  return 0;
}
EXPORT int cuMemcpyPeerAsync(ptr to, void *to_context, ptr from, void *from_context, size_t bytes,
                             void *stream)
{
  (void)to_context, (void)from_context;
  return cuMemcpyDtoDAsync_v2(to, from, bytes, stream);
}
EXPORT int cuMemsetD8Async(ptr p, unsigned char value, size_t count, void *stream)
{
  (void)stream;
  memset((void *)(uintptr_t)p, value, count);
  return 0;
}
EXPORT int cuStreamCreate(void **stream, unsigned flags) { return *stream = &fake, flags > 1; }
EXPORT int cuStreamSynchronize(void *stream) { return stream == NULL; }
EXPORT int cuStreamWaitEvent(void *stream, void *event, unsigned flags)
{
  return stream == NULL || event == NULL || flags != 0;
}
EXPORT int cuEventCreate(void **event, unsigned flags) { return *event = &fake, flags > 3; }
EXPORT int cuEventDestroy_v2(void *event) { return event == NULL; }
EXPORT int cuEventRecord(void *event, void *stream) { return event == NULL || stream == NULL; }
EXPORT int cuEventSynchronize(void *event) { return event == NULL; }
EXPORT int cuEventElapsedTime(float *ms, void *from, void *to)
{
  *ms = 1;
  return from == NULL || to == NULL;
}

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

EXPORT int cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                          unsigned bz, unsigned shared, void *stream, void **arguments,
                          void **extra)
{
  (void)shared, (void)stream, (void)extra;
  const function *called = f;
  if (fake.launches_left == 0) return fake.launches_left = -1, LAUNCH_FAILED;
  if (fake.launches_left > 0) fake.launches_left--;
  launch *l = &fake.launches[fake.launched++ % LAUNCHES];
  memcpy(l->name, called->name, sizeof l->name);
  l->blocks = gx;
  l->threads = bx;
  if (gy * gz * by * bz != 1 || gx == 0 || bx > 1024) return LAUNCH_FAILED;
  if (called->run) called->run(arguments, gx, bx);
  return 0;
}

/* -- NVRTC: the host's compiler -------------------------------------------------------------------- */

typedef struct program {
  char folder[64];
  char *library; /* the size, then the file */
  size_t size;
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
  (void)count, (void)options;
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
EXPORT int nvrtcGetCUBINSize(void *p, size_t *size) { return *size = ((program *)p)->size, 0; }
EXPORT int nvrtcGetCUBIN(void *p, char *cubin)
{
  memcpy(cubin, ((program *)p)->library, ((program *)p)->size);
  return 0;
}
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

/* -- cuBLAS: matrices by columns ------------------------------------------------------------------- */

EXPORT int cublasCreate_v2(void **handle) { return *handle = &fake, 0; }
EXPORT int cublasSetStream_v2(void *handle, void *stream)
{
  return handle == NULL || stream == NULL;
}
static int math_modes;
EXPORT int fake_math_modes(void) { return math_modes; }
EXPORT int cublasSetMathMode(void *handle, int mode)
{
  math_modes++;
  return handle == NULL || (mode != 0 && mode != 3);
}

#define GEMM(name, T)                                                                              \
  EXPORT int name(void *handle, int ta, int tb, int m, int n, int k, const T *alpha, const T *a,   \
                  int lda, long long step_a, const T *b, int ldb, long long step_b, const T *beta, \
                  T *c, int ldc, long long step_c, int count)                                      \
  {                                                                                                \
    if (!handle || m < 0 || n < 0 || k < 0 || lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m) \
      return 7; /* CUBLAS_STATUS_INVALID_VALUE */                                                  \
    for (int z = 0; z < count; z++)                                                                \
      for (int j = 0; j < n; j++)                                                                  \
        for (int i = 0; i < m; i++) {                                                              \
          T sum = 0, *to = c + z * step_c + (long long)j * ldc + i;                                \
          for (int p = 0; p < k; p++)                                                              \
            sum += a[z * step_a + (ta ? p + (long long)i * lda : i + (long long)p * lda)] *        \
                   b[z * step_b + (tb ? j + (long long)p * ldb : p + (long long)j * ldb)];         \
          *to = *beta == 0 ? *alpha * sum : *alpha * sum + *beta * *to;                            \
        }                                                                                          \
    return 0;                                                                                      \
  }

GEMM(cublasSgemmStridedBatched, float)
GEMM(cublasDgemmStridedBatched, double)

/* Floats of 16 bits, with sums in float32. */
static float widened(const void *p, long long i, int type)
{
  uint16_t bits = ((const uint16_t *)p)[i];
  return type == 2 ? dg_f16_widen(bits) : dg_bf16_widen(bits);
}

EXPORT int cublasGemmStridedBatchedEx(void *handle, int ta, int tb, int m, int n, int k,
                                      const float *alpha, const void *a, int type_a, int lda,
                                      long long step_a, const void *b, int type_b, int ldb,
                                      long long step_b, const float *beta, void *c, int type_c,
                                      int ldc, long long step_c, int count, int computes, int how)
{
  if (!handle || lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m || computes != 68 ||
      how != -1 || (type_a != 2 && type_a != 14) || type_a != type_b || type_a != type_c)
    return 7; /* CUBLAS_STATUS_INVALID_VALUE */
  for (int z = 0; z < count; z++)
    for (int j = 0; j < n; j++)
      for (int i = 0; i < m; i++) {
        long long at = z * step_c + (long long)j * ldc + i;
        float sum = 0;
        for (int p = 0; p < k; p++)
          sum += widened(a, z * step_a + (ta ? p + (long long)i * lda : i + (long long)p * lda),
                         type_a) *
                 widened(b, z * step_b + (tb ? j + (long long)p * ldb : p + (long long)j * ldb),
                         type_b);
        sum = *beta == 0 ? *alpha * sum : *alpha * sum + *beta * widened(c, at, type_c);
        ((uint16_t *)c)[at] = type_c == 2 ? dg_f16_narrow(sum) : dg_bf16_narrow(sum);
      }
  return 0;
}
