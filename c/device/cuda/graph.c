/* graph.c -- steps recorded into CUDA graphs: their memory, their changing numbers, their replays. */
#include "device/cuda/graph.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { UPDATES = 4096, REPORTS = 256 };
enum { RELAXED = 2 }; /* CU_STREAM_CAPTURE_MODE_RELAXED: other calls of this thread are allowed */
enum { FREE_ON_LAUNCH = 1 }; /* CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH */

typedef enum use { IN_USE, FREE, READ } use;

/* A block that a graph has, used by a tensor or free; or one from outside that it reads. */
typedef struct place {
  void *data;
  int64_t got;
  int32_t next; /* in a list of free ones; -1: the last */
  int16_t c;    /* size class */
  uint8_t is;   /* use */
} place;

/* What an update was when it was recorded. */
typedef struct update {
  dg_update_rule rule;
  int states;
  int64_t size;
  const void *data[DG_UPDATE_STATES];
} update;

/* What is sent to the card before a replay. */
typedef struct numbers {
  uint64_t seed, offset, unused[6];
  double of[UPDATES][DG_UPDATE_NUMBERS];
} numbers;

struct dg_graph {
  dg_graph *next; /* of the graphs that there are */
  int device;
  bool is_recorded, numbering, is_stale, draws;
  void *stream, *ready;
  uint64_t offset;     /* of random numbers when it was recorded */
  numbers *now, *live; /* on the host, on the card */
  int64_t live_got;
  update *updates;
  int count, cursor;        /* of updates: recorded, compared */
  uint64_t *report, *found; /* on the card, and what came of that on the host */
  int64_t report_got;
  int64_t classes[REPORTS], base[REPORTS];
  int reports;
  place *places;
  int32_t *index; /* hashed: 1 + where it is among the places, 0 for none */
  int64_t place_count, place_room, index_room;
  int32_t free[DG_SIZE_CLASSES]; /* the first free one of a class; -1: none */
};

DG_THREAD_LOCAL dg_graph *dg_recording;
int dg_graphs_recording;

static struct {
  pthread_mutex_t lock;
  dg_graph *first;
  int count;
} graphs = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* -- Places ------------------------------------------------------------------------------------ */

static int64_t slot_of(const dg_graph *g, const void *data)
{
  uint64_t h = (uint64_t)(uintptr_t)data / 512 * 0x9e3779b97f4a7c15u;
  int64_t slot = (int64_t)(h >> 20) & (g->index_room - 1);
  while (g->index[slot] && g->places[g->index[slot] - 1].data != data)
    slot = (slot + 1) & (g->index_room - 1);
  return slot;
}

static place *find(const dg_graph *g, const void *data)
{
  if (g->index_room == 0) return NULL;
  int32_t i = g->index[slot_of(g, data)];
  return i ? &g->places[i - 1] : NULL;
}

static int grow(dg_graph *g)
{
  int64_t room = DG_MAX(2 * g->place_room, 64);
  place *places = dg_table_grow(g->places, room * (int64_t)sizeof *places);
  if (!places) return -1;
  g->places = places;
  int32_t *index = dg_table_grow(NULL, 2 * room * (int64_t)sizeof *index);
  if (!index) return -1;
  memset(index, 0, 2 * (size_t)room * sizeof *index);
  dg_table_free(g->index);
  g->index = index;
  g->index_room = 2 * room;
  g->place_room = room;
  for (int64_t i = 0; i < g->place_count; i++) index[slot_of(g, places[i].data)] = (int32_t)i + 1;
  return 0;
}

static int add(dg_graph *g, void *data, int64_t got, int c, use is)
{
  if (g->place_count == g->place_room && grow(g) < 0) return -1;
  g->places[g->place_count] = (place){ data, got, -1, (int16_t)c, (uint8_t)is };
  g->index[slot_of(g, data)] = (int32_t)++g->place_count;
  return 0;
}

void *dg_graph_take(int device, int c)
{
  dg_graph *g = dg_recording;
  if (g->numbering || g->device != device) return NULL;
  pthread_mutex_lock(&graphs.lock);
  int32_t i = g->free[c];
  if (i >= 0) {
    g->free[c] = g->places[i].next;
    g->places[i].is = IN_USE;
  }
  void *data = i >= 0 ? g->places[i].data : NULL;
  pthread_mutex_unlock(&graphs.lock);
  return data;
}

int dg_graph_own(int device, void *block, int64_t got, int c)
{
  dg_graph *g = dg_recording;
  if (g->numbering || g->device != device) return 0;
  pthread_mutex_lock(&graphs.lock);
  place *known = find(g, block); /* read before, freed since: the graph is of no use any more */
  int status = known ? 0 : add(g, block, got, c, IN_USE);
  if (known) known->got = got, known->c = (int16_t)c, known->is = IN_USE;
  pthread_mutex_unlock(&graphs.lock);
  return status;
}

bool dg_graph_keeps(int device, void *block, int64_t got)
{
  if (DG_LIKELY(__atomic_load_n(&graphs.count, __ATOMIC_RELAXED) == 0)) return false;
  bool kept = false;
  pthread_mutex_lock(&graphs.lock);
  for (dg_graph *g = graphs.first; g; g = g->next) {
    place *p = g->device == device ? find(g, block) : NULL;
    if (!p) continue;
    if (p->is == READ) { /* what it has read must last until that is done */
      g->is_stale = true;
      if (!g->is_recorded && !kept) kept = true, p->is = FREE, p->got = got;
    } else if (p->is == IN_USE) {
      kept = true;
      p->is = FREE;
      if (g != dg_recording || g->numbering) continue; /* it stays as it was recorded */
      p->next = g->free[p->c];
      g->free[p->c] = (int32_t)(p - g->places);
    }
  }
  pthread_mutex_unlock(&graphs.lock);
  return kept;
}

void dg_cuda_graph_note(const dg_view *v)
{
  dg_graph *g = dg_recording;
  dg_cuda_ptr base = 0;
  size_t bytes;
  if (!g || g->numbering || v->device != g->device || v->size == 0) return;
  int status = dg_driver->mem_range(&base, &bytes, (dg_cuda_ptr)(uintptr_t)v->data);
  void *block = (void *)(uintptr_t)base;
  pthread_mutex_lock(&graphs.lock);
  if (status != 0 || (!find(g, block) && add(g, block, 0, 0, READ) < 0)) g->is_stale = true;
  pthread_mutex_unlock(&graphs.lock);
}

/* -- While a step is recorded ------------------------------------------------------------------- */

int dg_graph_refuse(const char *what)
{
  return dg_fail(DG_EGRAPH, "cuda: %s inside of a step that dg.capture records", what);
}

int dg_graph_way(int device, void **stream)
{
  const dg_graph *g = dg_recording;
  if (g->device != device)
    return dg_fail(DG_EGRAPH,
                   "cuda: work on cuda:%d inside of a step that dg.capture records on "
                   "cuda:%d",
                   device - 1, g->device - 1);
  if (g->numbering) return 1;
  *stream = g->stream;
  return 0;
}

static bool is_same(const update *was, const dg_update *u, const dg_view *const *state)
{
  if (was->rule != u->rule || was->states != u->states || was->size != state[0]->size) return false;
  for (int i = 0; i < u->states; i++)
    if (was->data[i] != state[i]->data) return false;
  return true;
}

int dg_graph_update(const dg_update *u, const dg_view *const *state, const double **live)
{
  dg_graph *g = dg_recording;
  int i = g->numbering ? g->cursor : g->count;
  if (g->numbering ? i >= g->count || !is_same(&g->updates[i], u, state) : i >= UPDATES)
    return dg_fail(DG_EGRAPH, "cuda: %s",
                   g->numbering ? "an update is not the one that was recorded"
                                : "too many updates in a step that dg.capture records");
  memcpy(g->now->of[i], u->f, sizeof g->now->of[i]);
  *live = g->live->of[i];
  g->cursor++;
  if (g->numbering) return 1;
  update *made = &g->updates[g->count++];
  *made = (update){ .rule = u->rule, .states = u->states, .size = state[0]->size };
  for (int k = 0; k < u->states; k++) made->data[k] = state[k]->data;
  return 0;
}

const uint64_t *dg_graph_random(uint64_t *offset)
{
  dg_graph *g = dg_recording;
  if (DG_LIKELY(!g) || g->numbering) return NULL;
  g->draws = true;
  *offset -= g->offset;
  return &g->live->seed;
}

/* -- Labels out of range: found by the card, told when somebody reads a value or goes on ---------- */

uint64_t *dg_graph_report(const dg_labels *l)
{
  dg_graph *g = dg_recording;
  if (g->reports == REPORTS) {
    dg_fail(DG_EGRAPH, "cuda: more than %d checks of labels in a step that dg.capture records",
            REPORTS);
    return NULL;
  }
  g->classes[g->reports] = l->classes;
  g->base[g->reports] = l->base;
  return g->report + g->reports++;
}

static void clear_reports(dg_graph *g, const dg_cuda_device *d)
{
  memset(g->found, 0xff, REPORTS * sizeof *g->found);
  dg_driver->set_bytes((dg_cuda_ptr)(uintptr_t)g->report, 0xff, REPORTS * sizeof *g->report,
                       d->stream);
}

static int tell(dg_graph *g)
{
  for (int i = 0; i < g->reports; i++) {
    uint64_t at = __atomic_load_n(&g->found[i], __ATOMIC_RELAXED);
    if (at == UINT64_MAX) continue;
    const dg_cuda_device *d = dg_cuda_enter(g->device);
    if (d && dg_driver->stream_wait(d->stream) == 0) clear_reports(g, d);
    return dg_fail(DG_EARGUMENT,
                   "cuda: a replay of what dg.capture recorded had a label (element "
                   "%llu) that is not one of %lld to %lld",
                   (unsigned long long)at + 1, (long long)g->base[i],
                   (long long)(g->base[i] + g->classes[i] - 1));
  }
  return 0;
}

int dg_graph_reports(int device)
{
  if (DG_LIKELY(__atomic_load_n(&graphs.count, __ATOMIC_RELAXED) == 0)) return 0;
  int status = 0;
  pthread_mutex_lock(&graphs.lock);
  for (dg_graph *g = graphs.first; g && status == 0; g = g->next)
    if (g->device == device && g->is_recorded) status = tell(g);
  pthread_mutex_unlock(&graphs.lock);
  return status;
}

/* -- From the beginning to the end ----------------------------------------------------------------- */

/* Everything on the host and on the card that the recording needs. */
static int set_up(dg_graph *g, const dg_cuda_device *d)
{
  void *found = NULL;
  g->now = dg_table_grow(NULL, sizeof *g->now);
  g->updates = g->now ? dg_table_grow(NULL, UPDATES * (int64_t)sizeof *g->updates) : NULL;
  g->live =
      g->updates ? dg_cuda_alloc(g->device, sizeof *g->live, DG_WORKSPACE, &g->live_got) : NULL;
  g->report =
      g->live ? dg_cuda_alloc(g->device, REPORTS * sizeof *g->report, DG_WORKSPACE, &g->report_got)
              : NULL;
  if (!g->report) return -1;
  int status = dg_driver->host_alloc(&found, REPORTS * sizeof *g->found);
  if (status != 0) return dg_cuda_fail("capture", status);
  g->found = found;
  clear_reports(g, d);
  if ((status = dg_driver->stream_new(&g->stream, 1)) != 0) return dg_cuda_fail("capture", status);
  if ((status = dg_driver->record(g->stream, RELAXED)) == 0) return 0;
  dg_driver->stream_free(g->stream);
  g->stream = NULL;
  return dg_cuda_fail("capture", status);
}

dg_graph *dg_cuda_graph_begin(int device, uint64_t offset)
{
  const dg_cuda_device *d = dg_cuda_enter(device);
  if (!d) return NULL;
  if (dg_recording) {
    dg_graph_refuse("another capture");
    return NULL;
  }
  dg_graph *g = dg_table_grow(NULL, sizeof *g);
  if (!g) return NULL;
  *g = (dg_graph){ .device = device, .offset = offset };
  for (int c = 0; c < DG_SIZE_CLASSES; c++) g->free[c] = -1;
  int status = set_up(g, d);
  pthread_mutex_lock(&graphs.lock);
  g->next = graphs.first;
  graphs.first = g;
  __atomic_add_fetch(&graphs.count, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&graphs.lock);
  if (status == 0) {
    dg_recording = g;
    __atomic_add_fetch(&dg_graphs_recording, 1, __ATOMIC_RELAXED);
    return g;
  }
  dg_cuda_graph_free(g);
  return NULL;
}

/* This thread does not record any more. */
static void stop(const dg_graph *g)
{
  if (dg_recording != g) return;
  dg_recording = NULL;
  if (!g->numbering) __atomic_sub_fetch(&dg_graphs_recording, 1, __ATOMIC_RELAXED);
}

/* Ends what the driver records; NULL with an error set when nothing came of it. */
static void *end_recording(dg_graph *g)
{
  void *graph = NULL;
  int status = 0;
  size_t bytes = (size_t)g->reports * sizeof *g->found;
  if (bytes > 0)
    status = dg_driver->download(g->found, (dg_cuda_ptr)(uintptr_t)g->report, bytes, g->stream);
  int ended = dg_driver->record_end(g->stream, &graph);
  dg_driver->stream_free(g->stream);
  g->stream = NULL;
  stop(g);
  if (status == 0) status = ended;
  if (status == 0 && graph) return graph;
  if (graph) dg_driver->graph_free(graph);
  dg_cuda_fail("capture", status);
  return NULL;
}

int dg_cuda_graph_end(dg_graph *g)
{
  if (g != dg_recording || g->is_recorded)
    return dg_fail(DG_EARGUMENT, "capture: it is not recording");
  void *graph = end_recording(g);
  if (!graph) return -1;
  int status = dg_driver->graph_ready(&g->ready, graph, FREE_ON_LAUNCH);
  dg_driver->graph_free(graph);
  g->is_recorded = status == 0;
  return status == 0 ? 0 : dg_cuda_fail("capture", status);
}

static void unlist(dg_graph *g)
{
  pthread_mutex_lock(&graphs.lock);
  dg_graph **at = &graphs.first;
  while (*at && *at != g) at = &(*at)->next;
  if (*at) *at = g->next;
  __atomic_sub_fetch(&graphs.count, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&graphs.lock);
}

/* What the driver has of it. */
static void tear_down(dg_graph *g, const dg_cuda_device *d)
{
  void *graph = NULL;
  if (g->stream) {
    dg_driver->record_end(g->stream, &graph);
    if (graph) dg_driver->graph_free(graph);
    dg_driver->stream_free(g->stream);
  }
  if (g->ready) dg_driver->ready_free(g->ready);
  if (g->found && dg_driver->stream_wait(d->stream) == 0) dg_driver->host_free(g->found);
  for (int64_t i = 0; i < g->place_count; i++)
    if (g->places[i].is == FREE)
      dg_cuda_release(g->device, g->places[i].data, g->places[i].got, DG_WORKSPACE);
  if (g->report) dg_cuda_free(g->device, g->report, g->report_got, DG_WORKSPACE);
  if (g->live) dg_cuda_free(g->device, g->live, g->live_got, DG_WORKSPACE);
}

/* Blocks that tensors still use become those of any tensor. */
void dg_cuda_graph_free(dg_graph *g)
{
  stop(g);
  if (!dg_cuda_is_forked()) {
    const dg_cuda_device *d = dg_cuda_enter(g->device);
    unlist(g);
    if (d) tear_down(g, d);
  }
  dg_table_free(g->places);
  dg_table_free(g->index);
  dg_table_free(g->updates);
  dg_table_free(g->now);
  dg_table_free(g);
}

/* -- Replays ------------------------------------------------------------------------------------ */

int dg_cuda_graph_updates(const dg_graph *g) { return g->cursor; }

int dg_cuda_graph_number(dg_graph *g, int from)
{
  if (!g->is_recorded || dg_recording) return dg_fail(DG_EARGUMENT, "capture: it is recording");
  g->numbering = true;
  g->cursor = from;
  dg_recording = g;
  return 0;
}

int dg_cuda_graph_numbered(dg_graph *g)
{
  stop(g);
  g->numbering = false;
  return g->cursor;
}

int dg_cuda_graph_replay(dg_graph *g, uint64_t seed, uint64_t offset)
{
  const dg_cuda_device *d = dg_cuda_enter(g->device);
  if (!d || dg_graph_reports(g->device) < 0) return -1;
  if (!g->is_recorded || dg_recording)
    return dg_fail(DG_EARGUMENT, "capture: it cannot be replayed");
  int64_t bytes = (int64_t)offsetof(numbers, of) + g->count * (int64_t)sizeof g->now->of[0];
  g->now->seed = seed;
  g->now->offset = offset;
  if ((g->count > 0 || g->draws) && dg_cuda_upload(g->device, g->live, g->now, bytes) < 0)
    return -1;
  int status = dg_driver->graph_launch(g->ready, d->stream);
  return status == 0 ? 0 : dg_cuda_fail("replay", status);
}

bool dg_cuda_graph_is_stale(const dg_graph *g) { return g->is_stale; }
