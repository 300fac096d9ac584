-- The module inside other programs: each runs learn.lua, which trains a model there.
local folder = require "spec.support.folder"
local shell = require "spec.support.shell"

local root = shell.must "pwd":gsub("\n$", "")
local learn = ("io.write(dofile '%s/spec/hosts/learn.lua')"):format(root)

-- Nothing but DGRAPH_ROOT tells where the modules are; they find the library themselves.
local CLEAN = "env -u DGRAPH_LIBRARY -u LUA_PATH -u LUA_CPATH PATH=$PATH:/usr/sbin "
  .. "DGRAPH_ROOT=" .. root .. " "

--- Has a program run learn.lua, which it has to do within a minute.
local function host(program, arguments)
  if not shell.has(program) then return pending(program .. " is not installed") end
  return shell.must(CLEAN .. "timeout 60 " .. program .. " " .. arguments .. " </dev/null")
end

-- It listens on a socket in a folder of its own: there is no port that somebody else might have.
local NGINX_CONF = [[
user $USER $GROUP;
daemon off;
worker_processes 2;
load_module $MODULES/ndk_http_module.so;
load_module $MODULES/ngx_http_lua_module.so;
pid $FOLDER/pid;
env DGRAPH_ROOT;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $FOLDER/body;
  proxy_temp_path $FOLDER/proxy;
  fastcgi_temp_path $FOLDER/fastcgi;
  uwsgi_temp_path $FOLDER/uwsgi;
  scgi_temp_path $FOLDER/scgi;
  init_by_lua_block {
    learn = function() return dofile "$ROOT/spec/hosts/learn.lua" end
    first = learn()
  }
  server {
    listen unix:$FOLDER/socket;
    location /before { content_by_lua_block { ngx.print(first) } }
    location /worker { content_by_lua_block { ngx.print(learn()) } }
  }
}
]]

-- Starts nginx, asks for three pages, and ends it, whatever happens.
local NGINX_RUN = [[
nginx -p $FOLDER/ -c $FOLDER/conf -e $FOLDER/log & pid=$!
trap 'kill -QUIT $pid 2>/dev/null; wait $pid' EXIT
for i in $(seq 100); do [ -S $FOLDER/socket ] && break; sleep 0.05; done
for page in before worker worker; do
  curl -sS --fail --max-time 20 --unix-socket $FOLDER/socket http://localhost/$page ||
    cat $FOLDER/log
done
]]

describe("inside of other programs, the module learns in #hosts", function()
  it("LuaJIT, compiled and interpreted", function()
    assert.equal("compiled: 30 11, 0110 0110\n", host("luajit", ('-e "%s"'):format(learn)))
    assert.equal("interpreted: 30 11, 0110 0110\n",
      host("luajit", ('-joff -e "%s"'):format(learn)))
  end)

  it("Neovim", function()
    local output = host("nvim", ('--headless -u NONE -c "lua %s" -c "qa!"'):format(learn))
    assert.matches("30 11, 0110 0110", output)
  end)

  it("Tarantool", function()
    local output = host("tarantool", ('-e "%s os.exit(0)"'):format(learn))
    assert.matches("30 11, 0110 0110", output)
  end)

  it("two fibers of Tarantool at once", function()
    assert.equal("true\n", host("tarantool", "spec/hosts/fibers.lua"))
  end)

  it("LÖVE", function()
    assert.matches("30 11, 0110 0110", host("love", "spec/hosts/love"))
  end)

  it("LÖVE, from an archive with the library beside it", function()
    if not shell.has "love" then return pending "love is not installed" end
    local place = folder.new()
    finally(function() folder.remove(place) end)
    shell.must(("mkdir %s/game && cd %s/game && cp -R $OLDPWD/lua/dgraph . && "
      .. "cp $OLDPWD/spec/hosts/learn.lua $OLDPWD/spec/hosts/love/conf.lua . && "
      .. "cp $OLDPWD/build/libdgraph.so ..")
      :format(place, place))
    folder.write(place .. "/game/main.lua",
      'io.write(love.filesystem.load "learn.lua"()) love.event.quit()')
    shell.must(("cd %s/game && python3 -m zipfile -c ../game.love . && rm -r ../game")
      :format(place))
    local output = shell.must(CLEAN .. "DGRAPH_ROOT=/ timeout 60 love " .. place .. "/game.love")
    assert.matches("30 11, 0110 0110", output)
  end)

  it("nginx, before the fork and in its workers", function()
    if not shell.has "nginx" then return pending "nginx is not installed" end
    local place = folder.new()
    finally(function() folder.remove(place) end)
    local words = {
      FOLDER = place, ROOT = root, USER = shell.must "id -un":match "%S+",
      GROUP = shell.must "id -gn":match "%S+",
      MODULES = shell.must "PATH=$PATH:/usr/sbin; nginx -V":match "%-%-modules%-path=(%S+)",
    }
    if shell.run("test -f " .. words.MODULES .. "/ngx_http_lua_module.so") ~= 0 then
      return pending "nginx has no module for Lua"
    end
    folder.write(place .. "/conf", (NGINX_CONF:gsub("%$(%u+)", words)))
    folder.write(place .. "/run", (NGINX_RUN:gsub("%$(%u+)", words)))
    local output = shell.must(CLEAN .. "sh " .. place .. "/run")
    assert.equal(("compiled: 30 11, 0110 0110\n"):rep(3), output)
  end)

  it("a program in C that embeds LuaJIT", function()
    local flags = "$(pkg-config --cflags --libs luajit)"
    if shell.run "pkg-config --exists luajit" ~= 0 then return pending "there is no luajit.h" end
    local program = os.tmpname()
    finally(function() os.remove(program) end)
    shell.must(("cc -Wall -Wextra -Werror spec/hosts/embed.c %s -o %s"):format(flags, program))
    assert.equal("compiled: 30 11, 0110 0110\n", host(program, "spec/hosts/learn.lua"))
  end)
end)
