/* capture.c -- steps that are recorded once and done again at once: what dg.capture is made of. */
#include "op/random.h"

struct dg_capture {
  dg_graph *graph;
  double offset; /* in the sequence of this thread's random numbers when it began */
  double draws;  /* how far it moves on there */
  bool is_recorded;
};

static int missing(const char *who)
{
  return dg_fail(DG_EARGUMENT, "%s: the capture is missing (NULL)", who);
}

/* Starts recording what this thread asks of a device; nothing of it is done. What would have to wait
 * for the device, reading a value above all, fails. The caller ends it with dg_capture_end, or gives
 * up with dg_capture_free. NULL with an error, also where there is no device. */
DG_API dg_capture *dg_capture_begin(int device)
{
  if (device < 1) {
    dg_fail(DG_EARGUMENT, "capture: there is nothing to record on the cpu");
    return NULL;
  }
  dg_capture *c = dg_table_grow(NULL, sizeof *c);
  if (!c) return NULL;
  *c = (dg_capture){ .offset = dg_random_offset() };
  c->graph = dg_graph_begin(device, (uint64_t)c->offset);
  if (c->graph) return c;
  dg_fail_prefix("capture: ");
  dg_table_free(c);
  return NULL;
}

/* Ends the recording and makes it ready; -1 with an error when nothing can come of it. The caller
 * frees it in any case. The first replay does the step that was recorded. */
DG_API int dg_capture_end(dg_capture *c)
{
  if (!c) return missing("capture_end");
  c->draws = dg_random_offset() - c->offset;
  c->is_recorded = true;
  dg_rewind((uint64_t)c->offset); /* nothing was drawn yet */
  return dg_graph_end(c->graph);
}

/* How many changes by optimizers (dg_update_...) were recorded up to now, or compared since
 * dg_capture_number. */
DG_API int dg_capture_updates(const dg_capture *c)
{
  return c ? dg_graph_updates(c->graph) : missing("capture_updates");
}

/* From here to dg_capture_numbered changes by optimizers are not made, but compared with those
 * recorded from number `from` on, and give the next replay their new numbers; other work on the device
 * is left out. One that is not as recorded fails. */
DG_API int dg_capture_number(dg_capture *c, int from)
{
  return c ? dg_graph_number(c->graph, from) : missing("capture_number");
}

/* Ends that: which change would come next. */
DG_API int dg_capture_numbered(dg_capture *c)
{
  return c ? dg_graph_numbered(c->graph) : missing("capture_numbered");
}

/* Does the recorded step, with the elements that tensors have now, this thread's random numbers, and
 * the numbers that dg_capture_number found. Does not wait. */
DG_API int dg_capture_replay(dg_capture *c)
{
  if (!c) return missing("capture_replay");
  double seed = dg_random_seed(), offset = dg_random_offset();
  if (dg_graph_replay(c->graph, (uint64_t)seed, (uint64_t)offset) < 0) {
    dg_fail_prefix("capture: ");
    return -1;
  }
  uint64_t was_seed, was_offset;
  dg_reserve((uint64_t)c->draws, &was_seed, &was_offset);
  return 0;
}

/* 1 if the step reads or changes elements from outside that are no more, so that a replay would be
 * wrong; 0 if not, -1 with an error. */
DG_API int dg_capture_is_stale(const dg_capture *c)
{
  return c ? dg_graph_is_stale(c->graph) : missing("capture_is_stale");
}

/* 1 if x has the shape and dtype of `like`, so that dg_assign can copy it there as it is; 0 if not,
 * -1 with an error. */
DG_API int dg_capture_fits(const dg_tensor *like, const dg_tensor *x)
{
  const dg_body *a = dg_full_body_of(like), *b = a ? dg_full_body_of(x) : NULL;
  return b ? a->v.dtype == b->v.dtype && dg_same_shape(&a->v, &b->v) : -1;
}

/* 1 if g is the gradient of x, 0 if not, -1 with an error. */
DG_API int dg_gradient_is(const dg_tensor *x, const dg_tensor *g)
{
  const dg_body *a = dg_body_of(x), *b = a ? dg_body_of(g) : NULL;
  return b ? a->grad == b : -1;
}

/* Gives it and its memory back; one that is recording ends first. */
DG_API int dg_capture_free(dg_capture *c)
{
  if (!c) return missing("capture_free");
  if (!c->is_recorded) dg_rewind((uint64_t)c->offset);
  dg_graph_free(c->graph);
  dg_table_free(c);
  return 0;
}
