/* driver.h -- what dgraph uses of CUDA's driver, of NVRTC and of cuBLAS, declared here: no header and
 * no library of CUDA is needed to build, all of it is opened at run time.
 *
 * The names and numbers are those of NVIDIA's documentation (CUDA Driver API, NVRTC, cuBLAS). */
#ifndef DG_CUDA_DRIVER_H
#define DG_CUDA_DRIVER_H

#include "base/base.h"

typedef unsigned long long dg_cuda_ptr; /* CUdeviceptr */

enum { /* CUresult */
       DG_CUDA_EMEMORY = 2
};

enum { /* CUdevice_attribute */
       DG_CUDA_PROCESSORS = 16,
       DG_CUDA_MAJOR = 75,
       DG_CUDA_MINOR = 76
};

/* X(result, field, exported name, parameters) */
#define DG_CUDA_DRIVER(X)                                                                          \
  X(int, init, "cuInit", (unsigned flags))                                                         \
  X(int, version, "cuDriverGetVersion", (int *version))                                            \
  X(int, error_name, "cuGetErrorName", (int error, const char **name))                             \
  X(int, error_text, "cuGetErrorString", (int error, const char **text))                           \
  X(int, count, "cuDeviceGetCount", (int *count))                                                  \
  X(int, get, "cuDeviceGet", (int *device, int ordinal))                                           \
  X(int, name, "cuDeviceGetName", (char *name, int room, int device))                              \
  X(int, attribute, "cuDeviceGetAttribute", (int *value, int attribute, int device))               \
  X(int, context, "cuDevicePrimaryCtxRetain", (void **context, int device))                        \
  X(int, enter, "cuCtxSetCurrent", (void *context))                                                \
  X(int, peer_can, "cuDeviceCanAccessPeer", (int *can, int device, int peer))                      \
  X(int, peer_enable, "cuCtxEnablePeerAccess", (void *context, unsigned flags))                    \
  X(int, mem_info, "cuMemGetInfo_v2", (size_t * unused, size_t * total))                           \
  X(int, mem_alloc, "cuMemAlloc_v2", (dg_cuda_ptr * p, size_t bytes))                              \
  X(int, mem_free, "cuMemFree_v2", (dg_cuda_ptr p))                                                \
  X(int, mem_range, "cuMemGetAddressRange_v2",                                                     \
    (dg_cuda_ptr * base, size_t * bytes, dg_cuda_ptr p))                                           \
  X(int, host_alloc, "cuMemAllocHost_v2", (void **p, size_t bytes))                                \
  X(int, host_free, "cuMemFreeHost", (void *p))                                                    \
  X(int, upload, "cuMemcpyHtoDAsync_v2",                                                           \
    (dg_cuda_ptr to, const void *from, size_t bytes, void *stream))                                \
  X(int, download, "cuMemcpyDtoHAsync_v2",                                                         \
    (void *to, dg_cuda_ptr from, size_t bytes, void *stream))                                      \
  X(int, move, "cuMemcpyDtoDAsync_v2",                                                             \
    (dg_cuda_ptr to, dg_cuda_ptr from, size_t bytes, void *stream))                                \
  X(int, move_peer, "cuMemcpyPeerAsync",                                                           \
    (dg_cuda_ptr to, void *to_context, dg_cuda_ptr from, void *from_context, size_t bytes,         \
     void *stream))                                                                                \
  X(int, set_bytes, "cuMemsetD8Async",                                                             \
    (dg_cuda_ptr p, unsigned char value, size_t count, void *stream))                              \
  X(int, stream_new, "cuStreamCreate", (void **stream, unsigned flags))                            \
  X(int, stream_free, "cuStreamDestroy_v2", (void *stream))                                        \
  X(int, stream_wait, "cuStreamSynchronize", (void *stream))                                       \
  X(int, stream_after, "cuStreamWaitEvent", (void *stream, void *event, unsigned flags))           \
  X(int, event_new, "cuEventCreate", (void **event, unsigned flags))                               \
  X(int, event_free, "cuEventDestroy_v2", (void *event))                                           \
  X(int, event_record, "cuEventRecord", (void *event, void *stream))                               \
  X(int, event_wait, "cuEventSynchronize", (void *event))                                          \
  X(int, event_elapsed, "cuEventElapsedTime", (float *ms, void *from, void *to))                   \
  X(int, record, "cuStreamBeginCapture_v2", (void *stream, int mode))                              \
  X(int, record_end, "cuStreamEndCapture", (void *stream, void **graph))                           \
  X(int, graph_free, "cuGraphDestroy", (void *graph))                                              \
  X(int, graph_ready, "cuGraphInstantiateWithFlags",                                               \
    (void **ready, void *graph, unsigned long long flags))                                         \
  X(int, graph_launch, "cuGraphLaunch", (void *ready, void *stream))                               \
  X(int, ready_free, "cuGraphExecDestroy", (void *ready))                                          \
  X(int, module_load, "cuModuleLoadData", (void **module, const void *image))                      \
  X(int, module_function, "cuModuleGetFunction",                                                   \
    (void **function, void *module, const char *name))                                             \
  X(int, launch, "cuLaunchKernel",                                                                 \
    (void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, \
     unsigned shared, void *stream, void **arguments, void **extra))

#define DG_CUDA_NVRTC(X)                                                                           \
  X(int, version, "nvrtcVersion", (int *major, int *minor))                                        \
  X(const char *, error_text, "nvrtcGetErrorString", (int error))                                  \
  X(int, create, "nvrtcCreateProgram",                                                             \
    (void **program, const char *source, const char *name, int headers, const char *const *texts,  \
     const char *const *names))                                                                    \
  X(int, destroy, "nvrtcDestroyProgram", (void **program))                                         \
  X(int, compile, "nvrtcCompileProgram", (void *program, int count, const char *const *options))   \
  X(int, log_size, "nvrtcGetProgramLogSize", (void *program, size_t *size))                        \
  X(int, log, "nvrtcGetProgramLog", (void *program, char *log))                                    \
  X(int, arch_count, "nvrtcGetNumSupportedArchs", (int *count))                                    \
  X(int, archs, "nvrtcGetSupportedArchs", (int *archs))                                            \
  X(int, cubin_size, "nvrtcGetCUBINSize", (void *program, size_t *size))                           \
  X(int, cubin, "nvrtcGetCUBIN", (void *program, char *cubin))                                     \
  X(int, ptx_size, "nvrtcGetPTXSize", (void *program, size_t *size))                               \
  X(int, ptx, "nvrtcGetPTX", (void *program, char *ptx))

enum { /* cudaDataType, cublasComputeType_t, cublasGemmAlgo_t, cublasMath_t */
       DG_CUDA_F32 = 0,
       DG_CUDA_F16 = 2,
       DG_CUDA_BF16 = 14,
       DG_CUDA_SUMS_F32 = 68,
       DG_CUDA_SUMS_TF32 = 77,
       DG_CUDA_ANY_WAY = -1,
       DG_CUDA_EXACT = 0,
       DG_CUDA_TF32 = 3
};

/* Matrices are column-major; `t` is 0 for a matrix as it is, 1 for its transpose. */
#define DG_CUDA_BLAS(X)                                                                            \
  X(int, create, "cublasCreate_v2", (void **handle))                                               \
  X(int, set_stream, "cublasSetStream_v2", (void *handle, void *stream))                           \
  X(int, set_workspace, "cublasSetWorkspace_v2", (void *handle, void *room, size_t bytes))         \
  X(int, set_math, "cublasSetMathMode", (void *handle, int mode))                                  \
  X(int, sgemm, "cublasSgemmStridedBatched",                                                       \
    (void *handle, int ta, int tb, int m, int n, int k, const float *alpha, const float *a,        \
     int lda, long long step_a, const float *b, int ldb, long long step_b, const float *beta,      \
     float *c, int ldc, long long step_c, int count))                                              \
  X(int, dgemm, "cublasDgemmStridedBatched",                                                       \
    (void *handle, int ta, int tb, int m, int n, int k, const double *alpha, const double *a,      \
     int lda, long long step_a, const double *b, int ldb, long long step_b, const double *beta,    \
     double *c, int ldc, long long step_c, int count))                                             \
  X(int, gemm, "cublasGemmStridedBatchedEx",                                                       \
    (void *handle, int ta, int tb, int m, int n, int k, const void *alpha, const void *a,          \
     int type_a, int lda, long long step_a, const void *b, int type_b, int ldb, long long step_b,  \
     const void *beta, void *c, int type_c, int ldc, long long step_c, int count, int computes,    \
     int algorithm))

enum { /* cublasLtMatmulDescAttributes_t, cublasLtEpilogue_t, cublasLtMatmulPreferenceAttributes_t */
       DG_CUDA_LT_TURN_A = 3,
       DG_CUDA_LT_TURN_B = 4,
       DG_CUDA_LT_EPILOGUE = 7,
       DG_CUDA_LT_BIAS = 8,
       DG_CUDA_LT_ADDS_BIAS = 4,
       DG_CUDA_LT_ROOM = 1,
       DG_CUDA_LT_ALIGNMENT = 5 /* of a, and then of b, c, d */
};

/* cublasLtMatmulHeuristicResult_t */
typedef struct dg_cuda_lt_way {
  uint64_t algorithm[8];
  size_t room;
  int status;
  float waves;
  int reserved[4];
} dg_cuda_lt_way;

/* What cuBLAS brings along for products with more to them; its handle is one for these as well. */
#define DG_CUDA_LT(X)                                                                              \
  X(int, product_new, "cublasLtMatmulDescCreate", (void **product, int computes, int scale_type))  \
  X(int, product_set, "cublasLtMatmulDescSetAttribute",                                            \
    (void *product, int attribute, const void *value, size_t bytes))                               \
  X(int, product_free, "cublasLtMatmulDescDestroy", (void *product))                               \
  X(int, matrix_new, "cublasLtMatrixLayoutCreate",                                                 \
    (void **matrix, int type, uint64_t rows, uint64_t columns, int64_t step))                      \
  X(int, matrix_free, "cublasLtMatrixLayoutDestroy", (void *matrix))                               \
  X(int, wish_new, "cublasLtMatmulPreferenceCreate", (void **wish))                                \
  X(int, wish_set, "cublasLtMatmulPreferenceSetAttribute",                                         \
    (void *wish, int attribute, const void *value, size_t bytes))                                  \
  X(int, wish_free, "cublasLtMatmulPreferenceDestroy", (void *wish))                               \
  X(int, find, "cublasLtMatmulAlgoGetHeuristic",                                                   \
    (void *handle, void *product, void *a, void *b, void *c, void *d, void *wish, int most,        \
     dg_cuda_lt_way *ways, int *count))                                                            \
  X(int, multiply, "cublasLtMatmul",                                                               \
    (void *handle, void *product, const void *alpha, const void *a, void *of_a, const void *b,     \
     void *of_b, const void *beta, const void *c, void *of_c, void *d, void *of_d,                 \
     const uint64_t *algorithm, void *room, size_t bytes, void *stream))

#define DG_CUDA_FIELD(result, field, name, parameters) result(*field) parameters;

typedef struct dg_cuda_driver {
  DG_CUDA_DRIVER(DG_CUDA_FIELD)
} dg_cuda_driver;

typedef struct dg_cuda_nvrtc {
  DG_CUDA_NVRTC(DG_CUDA_FIELD)
} dg_cuda_nvrtc;

typedef struct dg_cuda_blas {
  DG_CUDA_BLAS(DG_CUDA_FIELD)
} dg_cuda_blas;

typedef struct dg_cuda_lt {
  DG_CUDA_LT(DG_CUDA_FIELD)
} dg_cuda_lt;

/* The functions of each, opened at the first call; NULL with an error set when it is not to be had. */
const dg_cuda_driver *dg_cuda_open_driver(void);
const dg_cuda_nvrtc *dg_cuda_open_nvrtc(void);
const dg_cuda_blas *dg_cuda_open_blas(void);
const dg_cuda_lt *dg_cuda_open_lt(void);

/* Fails with what the driver says of a result: "cuda: launch: out of memory (...)". */
int dg_cuda_fail(const char *what, int result) __attribute__((cold));

#endif
