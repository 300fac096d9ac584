-- What users of LuaRocks do: install from a server, in a tree of their own, and run the examples.
-- The server is a folder, made by rocks/serve out of a release that `make release` wrote.
local folder = require "spec.support.folder"
local shell = require "spec.support.shell"

local must, run = shell.must, shell.run

-- Everything is compiled anew: quickly, on all cores, by ccache where it is.
local BUILD = "export PATH=/usr/lib/ccache:$PATH CCACHE_NOHASHDIR=1 CFLAGS=-O0 "
  .. "MAKEFLAGS=-j$(nproc) && unset MFLAGS MAKELEVEL && cd / && luarocks --lua-version=5.1 install "
local CLEAN = "unset DGRAPH_LIBRARY LUA_PATH LUA_CPATH; "

describe("a release #install", function()
  local place, sources, version

  local function in_tree(command)
    return must(("%s cd / && eval \"$(luarocks --lua-version=5.1 path --tree %s/tree)\" && %s")
      :format(CLEAN, place, command))
  end

  setup(function()
    version = require("dgraph")._VERSION
    place = folder.new()
    sources = place .. "/dgraph"
    must("mkdir " .. sources .. " && tar c --exclude=./build --exclude=./.git . | tar x -C "
      .. sources)
    -- The day of the release has come.
    must(("cd %s && rm -f rocks/*-%s-1.rockspec && sed -i 's/^## %s, unreleased/## %s, today/' "
      .. "CHANGELOG.md"):format(sources, version, version, version))
  end)

  teardown(function() folder.remove(place) end)

  it("is refused where the changelog, the module or its own file say no", function()
    local function refused(number)
      local status, output = run(("cd %s && make -s release VERSION=%s"):format(sources, number))
      assert.not_equal(0, status)
      return output
    end
    assert.matches("usage", refused "")
    assert.matches("usage", refused "1.2")
    assert.matches("CHANGELOG.md has no section", refused "9.9.9")
    must(("cd %s && cp CHANGELOG.md kept && sed -i '3i## 9.9.9, unreleased' CHANGELOG.md")
      :format(sources))
    assert.matches("unreleased", refused "9.9.9")
    must(("cd %s && sed -i 's/^## 9.9.9.*/## 9.9.9/' CHANGELOG.md"):format(sources))
    assert.matches("init.lua has _VERSION = \"" .. version, refused "9.9.9")
    must(("cd %s && mv kept CHANGELOG.md"):format(sources))
  end)

  it("is written once, with all rocks, and tells what is left to do", function()
    local command = ("cd %s && make -s release VERSION=%s"):format(sources, version)
    local output = must(command)
    assert.matches("git tag %-a v" .. version, output)
    local spec = folder.read(("%s/rocks/dgraph-%s-1.rockspec"):format(sources, version))
    assert.matches('version = "' .. version .. '%-1"', spec)
    assert.matches('tag = "v' .. version .. '"', spec)
    assert.matches("is there already", select(2, run(command)))
  end)

  it("installs from a server on a bare tree, and learns from any folder", function()
    must(("cd %s && rocks/serve %s/server"):format(sources, place))
    must(("%s --tree %s/tree --only-server=%s/server dgraph"):format(BUILD, place, place))
    local examples = ("%s/tree/lib/luarocks/rocks-5.1/dgraph/%s-1/examples"):format(place, version)
    assert.matches("library: " .. place .. "/tree/lib/lua/5.1/dgraph/libdgraph.so",
      in_tree "luajit -e 'require(\"dgraph\").print_runtime_info()'")
    local output = in_tree(("luajit %s/mnist.lua --smoke --out %s/out"):format(examples, place))
    local accuracy = tonumber(output:match "test accuracy ([%d.]+) %%")
    assert.is_true(accuracy > 50, output)
  end)

  it("brings lua-resty-dgraph along", function()
    if run("ls rocks/lua-resty-dgraph/*.rockspec") ~= 0 then return pending "it is not here" end
    -- lua-cjson is the system's, as in nginx.
    folder.write(place .. "/luarocks.lua", "rocks_provided = { [\"lua-cjson\"] = \"2.1.0-1\" }\n")
    must(("export LUAROCKS_CONFIG=%s/luarocks.lua && %s --tree %s/tree --only-server=%s/server "
      .. "lua-resty-dgraph"):format(place, BUILD, place, place))
    must(("diff -r rocks/lua-resty-dgraph/lib/resty %s/tree/share/lua/5.1/resty"):format(place))
    assert.matches("tree/share/lua/5.1/resty/dgraph.lua",
      in_tree "luajit -e 'print(package.searchpath(\"resty.dgraph\", package.path))'")
  end)

  it("is tested by luarocks test", function()
    local command = "luarocks --lua-version=5.1 test dgraph-scm-1.rockspec -- "
    local output = must(command .. "spec/init_spec.lua")
    assert.matches("[1-9]%d* success.* / 0 failures / 0 errors", output)
  end)
end)
