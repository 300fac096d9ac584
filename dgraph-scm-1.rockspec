rockspec_format = "3.0"
package = "dgraph"
version = "scm-1"
source = { url = "git+https://github.com/dgraph-lua/dgraph" }
description = {
  summary = "Define-by-run automatic differentiation for LuaJIT",
  detailed = [[
    A Lua script writes ordinary code; each operator it calls computes at once, in C, and leaves
    one node behind; backward() walks those nodes. Trains in a script, serves inside nginx, fits
    in the frame of a game.]],
  homepage = "https://github.com/dgraph-lua/dgraph",
  license = "MIT",
}
-- LuaJIT itself is checked when the module loads: LuaRocks cannot express it (2.1.0-beta3 < 2.1).
dependencies = { "lua == 5.1" }
build = {
  type = "make",
  build_target = "all",
  install_target = "install",
  build_variables = { CC = "$(CC)" },
  install_variables = { CC = "$(CC)", LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)" },
  copy_directories = { "examples" },
}
test = { type = "command", command = "busted" }
