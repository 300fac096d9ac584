/* embed.c -- a program in C with a Lua state of its own, which runs the file that it is given. */
#include <stdio.h>

#include <lauxlib.h>
#include <lualib.h>

int main(int argc, char **argv)
{
  lua_State *lua = luaL_newstate();
  if (argc != 2 || !lua) return 2;
  luaL_openlibs(lua);
  int status = luaL_loadfile(lua, argv[1]) || lua_pcall(lua, 0, 1, 0);
  const char *text = lua_tostring(lua, -1);
  fputs(text ? text : "no text", status ? stderr : stdout);
  lua_close(lua);
  return status;
}
