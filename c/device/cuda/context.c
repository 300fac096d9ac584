/* context.c -- the devices: found at the first use, each with its context and stream. */
#include "device/cuda/graph.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

const dg_cuda_driver *dg_driver;

static struct {
  pthread_mutex_t lock;
  int count;        /* of devices; -1: not looked for yet */
  bool forked;      /* CUDA was in use when this process was forked off */
  char reason[256]; /* why there is none */
  dg_cuda_device of[DG_CUDA_DEVICES];
} devices = { .lock = PTHREAD_MUTEX_INITIALIZER, .count = -1 };

static DG_THREAD_LOCAL int entered; /* the device that is current on this thread; 0: none */

/* A context does not survive a fork. */
static void note_fork(void) { devices.forked = devices.count > 0; }

/* No device: keeps the message of what went wrong as the reason that is given from now on. */
static int none(void)
{
  snprintf(devices.reason, sizeof devices.reason, "%s", dg_error_message());
  return 0;
}

/* Opens the driver: how many devices there are. The lock is held. */
static int look(void)
{
  int count = 0, status = 0;
  if (!(dg_driver = dg_cuda_open_driver())) return none();
  if ((status = dg_driver->init(0)) != 0 || (status = dg_driver->count(&count)) != 0) {
    dg_cuda_fail("start", status);
    return none();
  }
  if (count == 0) {
    dg_fail(DG_ESYSTEM, "cuda: the driver knows of no device");
    return none();
  }
  pthread_atfork(NULL, NULL, note_fork);
  return DG_MIN(count, DG_CUDA_DEVICES);
}

/* How many devices there are. */
static int count_devices(void)
{
  int count = __atomic_load_n(&devices.count, __ATOMIC_ACQUIRE);
  if (count >= 0) return count;
  pthread_mutex_lock(&devices.lock);
  if ((count = devices.count) < 0)
    __atomic_store_n(&devices.count, count = look(), __ATOMIC_RELEASE);
  pthread_mutex_unlock(&devices.lock);
  return count;
}

static int make(dg_cuda_device *d, int ordinal)
{
  int major = 0, minor = 0, status = dg_driver->get(&d->handle, ordinal);
  char name[128] = "";
  if (status == 0) status = dg_driver->name(name, sizeof name, d->handle);
  if (status == 0) status = dg_driver->attribute(&major, DG_CUDA_MAJOR, d->handle);
  if (status == 0) status = dg_driver->attribute(&minor, DG_CUDA_MINOR, d->handle);
  if (status == 0) status = dg_driver->attribute(&d->processors, DG_CUDA_PROCESSORS, d->handle);
  if (status != 0) return dg_cuda_fail("device", status);
  void *context = NULL;
  if ((status = dg_driver->context(&context, d->handle)) != 0)
    return dg_cuda_fail("context", status);
  if ((status = dg_driver->enter(context)) != 0) return dg_cuda_fail("context", status);
  if ((status = dg_driver->stream_new(&d->stream, 1 /* apart from the default stream */)) != 0)
    return dg_cuda_fail("stream", status);
  snprintf(d->text, sizeof d->text, "%s, compute capability %d.%d", name, major, minor);
  d->arch = 10 * major + minor;
  d->context = context;
  return 0;
}

static dg_cuda_device *first_entry(int device)
{
  int count = count_devices();
  if (count == 0) {
    dg_fail(DG_ESYSTEM, "%s", devices.reason);
    return NULL;
  }
  if (device < 1 || device > count) {
    dg_fail(DG_EARGUMENT, "cuda: there is no device cuda:%d (there are %d)", device - 1, count);
    return NULL;
  }
  if (devices.forked) {
    dg_fail(DG_ESYSTEM, "cuda: it was in use before this process was forked: first use it in the "
                        "child (in nginx in init_worker_by_lua)");
    return NULL;
  }
  dg_cuda_device *d = &devices.of[device - 1];
  pthread_mutex_lock(&devices.lock);
  int status = d->context ? 0 : make(d, device - 1);
  pthread_mutex_unlock(&devices.lock);
  if (status == 0 && (status = dg_driver->enter(d->context)) != 0) dg_cuda_fail("context", status);
  if (status != 0) return NULL;
  entered = device;
  return d;
}

dg_cuda_device *dg_cuda_enter(int device)
{
  if (DG_LIKELY(entered == device && !devices.forked)) return &devices.of[device - 1];
  return first_entry(device);
}

int dg_cuda_wait(int device)
{
  dg_cuda_device *d = dg_cuda_enter(device);
  if (!d || dg_cuda_unless_recording("the card is waited for") < 0) return -1;
  int status = dg_driver->stream_wait(d->stream);
  return status == 0 ? dg_graph_reports(device) : dg_cuda_fail("wait", status);
}

bool dg_cuda_is_forked(void) { return DG_UNLIKELY(devices.forked); }

/* An event that is recorded again may be waited for by two: it is then the later moment for both. */
int dg_cuda_follow(int device, int other)
{
  dg_cuda_device *o = dg_cuda_enter(other);
  if (!o) return -1;
  int status = 0;
  pthread_mutex_lock(&devices.lock);
  if (!o->reached) status = dg_driver->event_new(&o->reached, 2 /* no timing */);
  pthread_mutex_unlock(&devices.lock);
  if (status == 0) status = dg_driver->event_record(o->reached, o->stream);
  const dg_cuda_device *d = status == 0 ? dg_cuda_enter(device) : NULL;
  if (d) status = dg_driver->stream_after(d->stream, o->reached, 0);
  if (status != 0) return dg_cuda_fail("wait for another card", status);
  return d ? 0 : -1;
}

int dg_cuda_reach(int device, int other)
{
  enum { ENABLED_ALREADY = 704 }; /* CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED */
  const dg_cuda_device *o = dg_cuda_enter(other);
  dg_cuda_device *d = o ? dg_cuda_enter(device) : NULL;
  if (!d) return -1;
  int can = 0, status = 0;
  pthread_mutex_lock(&devices.lock);
  if (!(d->peers >> other & 1)) {
    status = dg_driver->peer_can(&can, d->handle, o->handle);
    if (status == 0 && can) status = dg_driver->peer_enable(o->context, 0);
    if (status == ENABLED_ALREADY) status = 0;
    if (status == 0) d->peers |= 1u << other;
  }
  pthread_mutex_unlock(&devices.lock);
  return status == 0 ? 0 : dg_cuda_fail("access to another card", status);
}

static int mark_time(dg_cuda_device *d)
{
  int status = 0;
  bool first = !d->marks[0];
  for (int i = 0; i < 2 && status == 0; i++)
    if (!d->marks[i]) status = dg_driver->event_new(&d->marks[i], 0);
  if (first && status == 0) status = dg_driver->event_record(d->marks[0], d->stream);
  if (status == 0) status = dg_driver->event_record(d->marks[1], d->stream);
  return status == 0 ? dg_driver->event_wait(d->marks[1]) : status;
}

double dg_cuda_time(int device)
{
  dg_cuda_device *d = dg_cuda_enter(device);
  if (!d || dg_cuda_unless_recording("the time is asked for") < 0) return __builtin_nan("");
  float passed = 0;
  pthread_mutex_lock(&devices.lock);
  int status = mark_time(d);
  if (status == 0) status = dg_driver->event_elapsed(&passed, d->marks[0], d->marks[1]);
  double now = d->milliseconds += (double)passed;
  void *last = d->marks[1];
  d->marks[1] = d->marks[0];
  d->marks[0] = last;
  pthread_mutex_unlock(&devices.lock);
  if (status == 0) return now / 1000;
  dg_cuda_fail("time", status);
  return __builtin_nan("");
}

/* -- What can be asked from outside; dg_device_count and so on in device/device.c call these ----- */

int dg_cuda_count(void) { return count_devices(); }

const char *dg_cuda_reason(void) { return count_devices() > 0 ? "" : devices.reason; }
