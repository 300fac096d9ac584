/* graph.h -- a step recorded into a CUDA graph, and what of it changes from one replay to the next.
 *
 * What a thread asks of a card while it records goes to a stream of the recording's own and is not
 * done. Memory that is taken meanwhile stays with the graph as long as it lives: replays write to
 * the recorded addresses. Numbers that change, those of updates and where the sequence of random
 * numbers is, lie in memory of the card and are sent there before each replay.
 *
 * Before a replay the optimizers run once more: their updates are then only compared with those
 * recorded, and leave their new numbers (`numbering`); all other work is left out. */
#ifndef DG_CUDA_GRAPH_H
#define DG_CUDA_GRAPH_H

#include "device/cuda/cuda.h"

/* Where the work of a call goes: 0 with *stream set to the recording's; 1: it is to be left out;
 * -1 with an error set. Only to be asked while this thread records. */
int dg_graph_way(int device, void **stream) __attribute__((cold));

/* The stream for the work of a call on a device, as above; the device's own while nothing is
 * recorded. */
DG_INLINE int dg_cuda_way(int device, const dg_cuda_device *d, void **stream)
{
  *stream = d->stream;
  return DG_LIKELY(!dg_recording) ? 0 : dg_graph_way(device, stream);
}

/* Fails while this thread records: `what` cannot be part of a graph. */
int dg_graph_refuse(const char *what);
DG_INLINE int dg_cuda_unless_recording(const char *what)
{
  return DG_LIKELY(!dg_recording) ? 0 : dg_graph_refuse(what);
}

/* A block for this thread's recording, of size class c, out of what it has: NULL where it has none.
 * Then the caller takes one elsewhere and gives it to the recording. */
void *dg_graph_take(int device, int c);
int dg_graph_own(int device, void *block, int64_t got, int c);
/* Notes that a block is freed: true when it is a graph's and stays with that. */
bool dg_graph_keeps(int device, void *block, int64_t got);

/* Notes that a recording reads or changes a view of a tensor that may be from outside. */
DG_INLINE void dg_graph_note_view(const dg_view *v)
{
  if (DG_UNLIKELY(dg_recording != NULL)) dg_cuda_graph_note(v);
}

/* Where an update finds its numbers while it is recorded: 0 with *live set; 1 and -1 as above. */
int dg_graph_update(const dg_update *u, const dg_view *const *state, const double **live);
/* Where random numbers find their seed and what is added to their offset; *offset becomes relative
 * to that. NULL while nothing is recorded. */
const uint64_t *dg_graph_random(uint64_t *offset);

/* Where the check of some labels leaves the position of a bad one, the smallest in all replays. */
uint64_t *dg_graph_report(const dg_labels *l);
/* Fails when a replay on the device found a bad label. */
int dg_graph_reports(int device);

#endif
