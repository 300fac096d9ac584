/* update.c -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "device/cuda/graph.h"

#define ONE(NAME, name, ...)                                                                       \
  [DG_UPDATE_##                                                                                    \
      NAME] = { [DG_F32] = { "update", #name "_f32" }, [DG_F64] = { "update", #name "_f64" } },
#define ALL(NAME, name, ...)                                                                       \
  [DG_UPDATE_##NAME] = {                                                                           \
    [DG_F32] = { "update", #name "_all_f32" }, [DG_F64] = { "update", #name "_all_f64" }           \
  },

static dg_kernel kernels[][DG_NDTYPES] = { DG_UPDATE_RULES(ONE) };
static dg_kernel kernels_of_all[][DG_NDTYPES] = { DG_UPDATE_RULES(ALL) };

/* As in update.cu: as many as the arguments of a kernel have room for. */
enum { ITEMS = 48 };
typedef struct item {
  void *state[DG_UPDATE_STATES];
  const double *live;
  int64_t size;
} item;
typedef struct items {
  int count, first[ITEMS];
  item of[ITEMS];
} items;

/* Where the numbers are if they change from one replay to the next, in *live; else as dg_cuda_way. */
static int find_numbers(const dg_update *u, const dg_view *const *state, const double **live)
{
  *live = NULL;
  for (int i = 0; i < u->states; i++) dg_graph_note_view(state[i]);
  return DG_LIKELY(!dg_recording) || u->fixed ? 0 : dg_graph_update(u, state, live);
}

static int update_one(const dg_update *u, const dg_view *const *state, const dg_view *numbers)
{
  const dg_view *p = state[0], none = { .data = NULL },
                *gradient = u->states > 1 ? state[1] : &none;
  int64_t n = numbers ? gradient->size : p->size, columns = numbers ? p->shape[1] : 0;
  void *data[DG_UPDATE_STATES] = { NULL }, *rows = numbers ? numbers->data : NULL;
  const double *live;
  if (n == 0) return 0;
  int way = find_numbers(u, state, &live);
  if (DG_UNLIKELY(way != 0)) return DG_MIN(way, 0);
  for (int i = 0; i < u->states; i++) data[i] = state[i]->data;
  return DG_LAUNCH(dg_kernel_for(kernels[u->rule], p->dtype), p->device, dg_blocks(n, 1),
                   DG_CUDA_THREADS, 0, &n, &data[0], (void *)(uintptr_t)gradient, &data[2],
                   &data[3], &data[4], (void *)(uintptr_t)u->f, &live, &rows, &columns);
}

int dg_cuda_update(const dg_update *u, const dg_view *const *state)
{
  return update_one(u, state, NULL);
}

int dg_cuda_update_rows(const dg_update *u, const dg_view *const *state, const dg_view *numbers)
{
  return update_one(u, state, numbers);
}

/* Has all in the list changed, and empties it. */
static int flush(const dg_update *u, const dg_view *like, items *list, int64_t *blocks)
{
  int status = 0;
  if (list->count > 0)
    status = DG_LAUNCH(dg_kernel_for(kernels_of_all[u->rule], like->dtype), like->device, *blocks,
                       DG_CUDA_THREADS, 0, list, (void *)(uintptr_t)u->f);
  list->count = 0;
  *blocks = 0;
  return status;
}

/* Puts a parameter into the list, which has room. */
static int add(const dg_update *u, const dg_view *const *state, items *list, int64_t *blocks)
{
  item *it = &list->of[list->count];
  int way = find_numbers(u, state, &it->live);
  if (way != 0) return DG_MIN(way, 0);
  for (int i = 0; i < DG_UPDATE_STATES; i++) it->state[i] = i < u->states ? state[i]->data : NULL;
  it->size = state[0]->size;
  list->first[list->count++] = (int)*blocks;
  *blocks += dg_blocks(it->size, 1);
  return 0;
}

/* What is large or has a gradient with gaps goes by itself. */
int dg_cuda_update_all(const dg_update *u, int count, const dg_view *const *state)
{
  enum { LARGE = 1 << 22 };
  const dg_view *like = state[0];
  items list;
  int64_t blocks = 0;
  int status = 0;
  list.count = 0;
  for (int k = 0; k < count && status == 0; k++, state += u->states) {
    bool joins = state[0]->size <= LARGE && (u->states < 2 || state[1]->contiguous);
    if (state[0]->size == 0) continue;
    status = joins ? add(u, state, &list, &blocks) : update_one(u, state, NULL);
    if (status == 0 && list.count == ITEMS) status = flush(u, like, &list, &blocks);
  }
  return status == 0 ? flush(u, like, &list, &blocks) : status;
}
