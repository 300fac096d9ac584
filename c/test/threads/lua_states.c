/* lua_states.c -- two Lua states on two threads train two models at once, for the thread sanitizer.
 *
 * The states are made, used and closed at the same time, twice; each has its own tape, modes, random
 * numbers and scopes, and both have the library's caches, its instruction sets and OpenBLAS. First
 * without the JIT compiler: the sanitizer's reports cannot see through what it compiles.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include <lauxlib.h>
#include <lualib.h>

enum { STATES = 2, ROUNDS = 2 };

typedef struct job {
  int number, compiles;
  double loss; /* what the model ends with; NaN where it failed */
  char message[1000];
} job;

static pthread_barrier_t start;

static void *run(void *arg)
{
  job *j = arg;
  j->loss = NAN;
  lua_State *lua = luaL_newstate();
  luaL_openlibs(lua);
  pthread_barrier_wait(&start);
  int status = luaL_loadfile(lua, "c/test/threads/learn.lua");
  lua_pushnumber(lua, j->number);
  lua_pushboolean(lua, j->compiles);
  if (!status) status = lua_pcall(lua, 2, 1, 0);
  if (!status) j->loss = lua_tonumber(lua, -1);
  else snprintf(j->message, sizeof j->message, "%s", lua_tostring(lua, -1));
  lua_close(lua);
  return NULL;
}

int main(void)
{
  double first[STATES] = { 0 };
  int passed = 0, failed = 0;
  for (int round = 0; round < ROUNDS; round++) {
    pthread_t thread[STATES];
    job jobs[STATES];
    pthread_barrier_init(&start, NULL, STATES);
    for (int i = 0; i < STATES; i++) {
      jobs[i] = (job){ .number = i + 1, .compiles = round > 0 };
      pthread_create(&thread[i], NULL, run, &jobs[i]);
    }
    for (int i = 0; i < STATES; i++) {
      pthread_join(thread[i], NULL);
      if (round == 0) first[i] = jobs[i].loss;
      /* The same seed gives the same numbers, whatever the other thread does. */
      int ok = jobs[i].loss < 0.01 && jobs[i].loss == first[i];
      if (ok) passed++;
      else failed++, printf("state %d: loss %g: %s\n", i + 1, jobs[i].loss, jobs[i].message);
    }
    pthread_barrier_destroy(&start);
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}
