/* thread.c -- gives back what a thread holds when it ends. */
#include "base/base.h"

#include <pthread.h>

static DG_THREAD_LOCAL void (*exits[DG_EXITS])(void);

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A function may need what a lower one gave back already, which then registers again. */
static void run_exits(void *unused)
{
  (void)unused;
  for (int i = DG_EXITS - 1; i >= 0; i--) {
    void (*f)(void) = exits[i];
    exits[i] = NULL;
    if (f) f();
  }
}

static void make_key(void) { pthread_key_create(&key, run_exits); }

void dg_at_thread_exit(dg_exit when, void (*f)(void))
{
  pthread_once(&once, make_key);
  exits[when] = f;
  pthread_setspecific(key, exits);
}
