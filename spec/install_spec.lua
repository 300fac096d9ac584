-- A real `luarocks make` of a copy of this checkout, used from another folder.

local shell = require "spec.support.shell"

local sh, must = shell.run, shell.must

-- Runs Lua code in the root folder with nothing in the environment but what is given.
local function run(environment, code)
  return sh("cd / && env -i PATH=\"$PATH\" " .. environment .. " luajit -e '" .. code .. "'")
end

local seed = [[
  local dg = require "dgraph"
  local x = dg.Variable(dg.tensor { 5 })
  local y = x ^ 2 + x
  y:backward()
  io.write(y:item(), " ", x.grad:item())
]]

describe("an installed dgraph #install", function()
  local tmp, tree, modules, library

  setup(function()
    tmp = must "mktemp -d":match "%S+"
    tree = tmp .. "/tree"
    modules = tree .. "/share/lua/5.1/"
    library = tree .. "/lib/lua/5.1/dgraph/libdgraph.so"
    must("mkdir " .. tmp .. "/src && tar c --exclude=build/asan --exclude=build/log " ..
      "--exclude=build/counts Makefile dgraph-scm-1.rockspec c lua examples build | " ..
      "tar x -C " .. tmp .. "/src")
    must("cd " .. tmp .. "/src && luarocks --lua-version=5.1 make --tree " .. tree)
  end)

  teardown(function() os.execute("rm -rf " .. tmp) end)

  local function module_path()
    return ("LUA_PATH='%s?.lua;%s?/init.lua'"):format(modules, modules)
  end

  it("is found by the paths that luarocks tells", function()
    local path = "$(luarocks --lua-version=5.1 path --tree " .. tree .. ")"
    local status, output = sh("cd / && unset DGRAPH_LIBRARY && eval \"" .. path ..
      "\" && luajit -e '" .. seed .. "'")
    assert.same({ 0, "30 11" }, { status, output })
  end)

  it("takes the library that DGRAPH_LIBRARY names", function()
    local status, output = run(module_path() .. " DGRAPH_LIBRARY=" .. library, seed)
    assert.same({ 0, "30 11" }, { status, output })
  end)

  it("takes a library that lies beside the module", function()
    local beside = modules .. "dgraph/libdgraph.so"
    must("cp " .. library .. " " .. beside)
    local status, output = run(module_path(), seed)
    os.remove(beside)
    assert.same({ 0, "30 11" }, { status, output })
  end)

  it("names every place where it looked for the library", function()
    local status, output = run(module_path() .. " LUA_CPATH='/nowhere/?.so'", "require \"dgraph\"")
    assert.not_equal(0, status)
    for _, place in ipairs {
      "DGRAPH_LIBRARY", modules .. "dgraph/libdgraph.so", "/nowhere/dgraph/libdgraph.so",
      "ffi.load",
    } do
      assert.truthy(output:find(place, 1, true), place .. " is not in:\n" .. output)
    end
  end)

  it("says which file DGRAPH_LIBRARY named in vain", function()
    local status, output = run(module_path() .. " LUA_CPATH='' DGRAPH_LIBRARY=/no/lib.so",
      "require \"dgraph\"")
    assert.not_equal(0, status)
    assert.truthy(output:find("/no/lib.so", 1, true), output)
  end)

  it("serves programs in C by make install-c", function()
    must("cd " .. tmp .. "/src && make install install-c PREFIX=" .. tmp .. "/usr")
    local output = must(("cd %s && gcc -Wall -Wextra -Werror -Iusr/include src/examples/c/mlp.c "
      .. "-Lusr/lib -ldgraph -lm -o program && LD_LIBRARY_PATH=usr/lib ./program"):format(tmp))
    local right = tonumber(output:match "(%d+) %% of the points are right")
    assert.is_true(right > 95, output)
  end)
end)
