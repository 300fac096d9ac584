/* lua.c -- functions of one or two tensors the way Lua's interpreter calls them fastest.
 *
 * LuaJIT's interpreter spends 1240 instructions on a call by FFI with two tensors, and 130 on one
 * through the C interface that Lua has always had. That interface knows no cdata but its address,
 * ahead of which LuaJIT has the type, and cannot make one: so a function takes two tensors, leaves
 * its result here, and Lua fetches it by a call without arguments (dg_lua_result). Compiled code
 * needs none of this.
 *
 * The library knows Lua by no header and is not linked to it: what it calls is looked up in the
 * process, and must be of the very LuaJIT that asks. */
#include "op/op.h"

#include <dlfcn.h>
#include <pthread.h>

typedef struct lua_State lua_State;
typedef int lua_function(lua_State *L);
typedef dg_tensor *unary(dg_tensor *x);
typedef dg_tensor *binary(dg_tensor *a, dg_tensor *b);

enum { TYPE_CDATA = 10, FIRST_UPVALUE = -10003 }; /* as in LuaJIT's lua.h */

typedef struct lua_interface {
  int (*type)(lua_State *L, int at);
  const void *(*topointer)(lua_State *L, int at);
  void *(*touserdata)(lua_State *L, int at);
  double (*tonumber)(lua_State *L, int at);
  void *(*newuserdata)(lua_State *L, size_t bytes);
  void (*pushcclosure)(lua_State *L, lua_function *f, int upvalues);
} lua_interface;

static const char *const names[] = { "lua_type",     "lua_topointer",   "lua_touserdata",
                                     "lua_tonumber", "lua_newuserdata", "lua_pushcclosure" };

static lua_interface lua;

/* Results that are yet to be fetched, the newest at `top`. A debug hook may run before that and call
 * operators itself: what they give comes on top, and is fetched first. What the error of a hook has
 * left behind nobody fetches. */
enum { RESULTS = 8 };
static DG_THREAD_LOCAL struct {
  dg_tensor *y[RESULTS];
  unsigned top;
} results;

/* Fills `lua` with functions of the library or program that `caller` is in; false where they cannot
 * be found, or this process has used another one's. */
static bool find_lua(const void *caller)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  enum { COUNT = sizeof names / sizeof *names };
  void *found[COUNT];
  Dl_info host, at;
  if (!dladdr(caller, &host)) return false;
  for (int i = 0; i < COUNT; i++) {
    found[i] = dlsym(RTLD_DEFAULT, names[i]);
    if (!found[i] || !dladdr(found[i], &at) || at.dli_fbase != host.dli_fbase) return false;
  }
  _Static_assert(sizeof found == sizeof lua, "a name for each function");
  pthread_mutex_lock(&lock);
  if (!lua.type) memcpy(&lua, found, sizeof lua);
  bool same = memcmp(&lua, found, sizeof lua) == 0;
  pthread_mutex_unlock(&lock);
  return same;
}

/* What a function of Lua's kind stands for. */
typedef struct quick {
  void *function;
  uint16_t type; /* LuaJIT's number for the type of handles, */
  uint8_t ahead; /* which stands so many bytes ahead of what a cdata holds */
} quick;

/* Whether the cdata at p is of this type. */
static bool is_of_type(const void *p, int ahead, uint16_t type)
{
  return memcmp((const char *)p - ahead, &type, sizeof type) == 0;
}

/* The handle in an argument, or NULL. Other cdata may be too small to hold one: behind it may lie
 * what is left of another tensor's. */
static dg_tensor *handle(lua_State *L, const quick *q, int at)
{
  if (lua.type(L, at) != TYPE_CDATA) return NULL;
  const void *p = lua.topointer(L, at);
  return is_of_type(p, q->ahead, q->type) ? *(dg_tensor *const *)p : NULL;
}

/* Lua gets nothing, which is false, where this did not work: it then goes the usual way, which
 * fails as well and tells why. Otherwise the last argument, which is true. */
static int answer(dg_tensor *y)
{
  if (!y) {
    dg_error_clear();
    return 0;
  }
  results.y[++results.top % RESULTS] = y;
  return 1;
}

static int call_unary(lua_State *L)
{
  const quick *q = lua.touserdata(L, FIRST_UPVALUE);
  dg_tensor *x = handle(L, q, 1);
  return x ? answer(((unary *)q->function)(x)) : 0;
}

static int call_binary(lua_State *L)
{
  const quick *q = lua.touserdata(L, FIRST_UPVALUE);
  dg_tensor *a = handle(L, q, 1), *b = handle(L, q, 2);
  return a && b ? answer(((binary *)q->function)(a, b)) : 0;
}

/* How far ahead of what they hold the types of cdata 1 and 3 stand, whose numbers are arguments 2
 * and 4; 0 where that is not as in any LuaJIT known: with pointers of 64 or 32 bits to its objects. */
static int find_type(lua_State *L)
{
  static const int known[] = { 6, 2 };
  for (int i = 0; i < 2; i++) {
    bool fits = true;
    for (int at = 1; at <= 3 && fits; at += 2)
      fits = is_of_type(lua.topointer(L, at), known[i], (uint16_t)lua.tonumber(L, at + 1));
    if (fits) return known[i];
  }
  return 0;
}

/* For Lua alone, which finds it by package.loadlib: called with a function of this library and a
 * handle, behind each the number of its type, and how many tensors the function takes, 1 or 2, it
 * returns a function of Lua's own kind, or nothing where Lua's C interface cannot be found. That
 * function is called with the tensors and is true when there is a result, for dg_lua_result. */
DG_API int dg_lua_function(struct lua_State *L)
{
  enum { FUNCTION = 1, HANDLE = 3, HANDLES_TYPE = 4, COUNT = 5 };
  if (!L) return dg_fail(DG_EARGUMENT, "lua_function: the state is missing (NULL)");
  if (!find_lua(__builtin_return_address(0))) return 0;
  if (lua.type(L, FUNCTION) != TYPE_CDATA || lua.type(L, HANDLE) != TYPE_CDATA) return 0;
  int ahead = find_type(L);
  if (ahead == 0) return 0;
  quick *q = lua.newuserdata(L, sizeof *q);
  q->function = *(void *const *)lua.topointer(L, FUNCTION);
  q->type = (uint16_t)lua.tonumber(L, HANDLES_TYPE);
  q->ahead = (uint8_t)ahead;
  lua.pushcclosure(L, lua.tonumber(L, COUNT) == 1 ? call_unary : call_binary, 1);
  return 1;
}

/* What the last call of such a function on this thread resulted in, once: then what was not fetched
 * before, or NULL without an error. */
DG_API dg_tensor *dg_lua_result(void)
{
  dg_tensor **place = &results.y[results.top % RESULTS], *y = *place;
  if (y) results.top--;
  *place = NULL;
  return y;
}
