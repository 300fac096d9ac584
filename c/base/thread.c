/* thread.c -- gives back what a thread holds when it ends. */
#include "base/base.h"

#include <pthread.h>

enum { MAX_EXITS = 8 };

static DG_THREAD_LOCAL struct {
  void (*f[MAX_EXITS])(void);
  int count;
} exits;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void run_exits(void *unused)
{
  (void)unused;
  while (exits.count > 0) exits.f[--exits.count]();
}

static void make_key(void) { pthread_key_create(&key, run_exits); }

void dg_at_thread_exit(void (*f)(void))
{
  pthread_once(&once, make_key);
  if (exits.count < MAX_EXITS) exits.f[exits.count++] = f;
  pthread_setspecific(key, &exits);
}
