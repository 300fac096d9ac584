-- A real nginx in a folder of its own, on a free port of the loopback device.
local ffi = require "ffi"
local client = require "spec.support.http_client"
local json = require "cjson.safe"

ffi.cdef [[
int spec_kill(int pid, int signal) asm("kill");
int spec_usleep(unsigned int microseconds) asm("usleep");
]]

local MODULES = "/usr/lib/nginx/modules/"

local function run(command) return os.execute(command) == 0 end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local Nginx = {}
Nginx.__index = Nginx

local nginx = { read = read, write = write, exists = exists }

nginx.is_here = exists(MODULES .. "ngx_http_lua_module.so")

function nginx.sleep(seconds) ffi.C.spec_usleep(seconds * 1e6) end

--- Calls `f` until it gives something true, for as long as the busiest machine may need: a minute,
--- or more where `f` itself takes its time.
function nginx.wait(f)
  for _ = 1, 3000 do
    local value = f()
    if value then return value end
    nginx.sleep(0.02)
  end
  return f()
end

function nginx.kill(pid, signal) return ffi.C.spec_kill(pid, signal) end

--- Whether a process still runs; one that waits for its parent to take note of its end does not.
function nginx.runs(pid)
  local line = read(("/proc/%d/cmdline"):format(pid))
  return line ~= nil and line ~= ""
end

local CONF = [[
user root;
load_module %sndk_http_module.so;
load_module %sngx_http_lua_module.so;
daemon on;
worker_processes %d;
error_log logs/error.log notice;
pid nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
  client_body_buffer_size 1m;
  client_max_body_size 2m;
  client_body_timeout 1s;
  keepalive_requests 1000000;
  lua_package_path "%s/rocks/lua-resty-dgraph/lib/?.lua;%s/lua/?.lua;%s/lua/?/init.lua;;";
  init_by_lua_block { %s }
  init_worker_by_lua_block { require("resty.dgraph").init_worker() }
  server {
    listen 127.0.0.1:%d;
    error_page 400 404 408 413 414 431 494 500 502 503 504 /dgraph/error;
    location / { content_by_lua_block { require("resty.dgraph").content() } }
    %s
  }
}
]]

-- Without the JIT compiler nginx is tried where the specs are.
local PREPARATION = (os.getenv "DGRAPH_LUA" or ""):find "%-joff" and "jit.off() " or ""

--- Writes the configuration; `setup` is the Lua code of init_by_lua.
function Nginx:configure(setup, extra)
  local here = self.checkout
  write(self.prefix .. "/nginx.conf", CONF:format(MODULES, MODULES, self.workers, here, here, here,
    PREPARATION .. setup, self.port, extra or self.extra or ""))
end

--- Makes an nginx that does not run yet.
function nginx.new(setup, options)
  options = options or {}
  local pipe = io.popen "mktemp -d; pwd"
  local prefix, checkout = pipe:read "*l", pipe:read "*l"
  pipe:close()
  local self = setmetatable({
    prefix = prefix, checkout = checkout, workers = options.workers or 1, extra = options.extra,
    port = client.free_port(),
  }, Nginx)
  assert(run(("mkdir -p %s/logs %s/temp %s/state"):format(prefix, prefix, prefix)))
  self:configure(setup)
  return self
end

--- One that something else has started.
function nginx.adopt(master, port, prefix)
  return setmetatable({ master = master, port = port, prefix = prefix }, Nginx)
end

--- Starts it; an error tells what nginx said.
function Nginx:start()
  local log = self.prefix .. "/start.log"
  -- By its whole path: a binary that is upgraded looks for itself there.
  local command = "$(PATH=$PATH:/usr/sbin command -v nginx) -p %s/ -c nginx.conf >%s 2>&1"
  if not run(command:format(self.prefix, log)) then return nil, read(log) end
  nginx.wait(function() return tonumber(read(self.prefix .. "/nginx.pid") or "") end)
  self.master = tonumber(read(self.prefix .. "/nginx.pid"))
  self:wait_until_ready()
  -- The first worker may answer before the last one is there.
  assert(nginx.wait(function() return #self:children() == self.workers end),
    "there are not all workers")
  return self
end

function Nginx:wait_until_ready()
  assert(nginx.wait(function()
    local connection = client.connect(self.port)
    local response = connection and connection:request("GET", "/v2/health/live")
    if connection then connection:close() end
    return response and response.status == 200
  end), "nginx does not answer")
end

--- The workers' numbers.
function Nginx:children()
  local list = {}
  local text = read(("/proc/%d/task/%d/children"):format(self.master, self.master)) or ""
  for pid in text:gmatch "%d+" do list[#list + 1] = tonumber(pid) end
  return list
end


local KILL, HUP, QUIT = 9, 1, 3

--- Ends all of it at once, the master first so that it makes no new workers.
function Nginx:kill()
  if not self.master then return end
  local children = self:children()
  ffi.C.spec_kill(self.master, KILL)
  for _, pid in ipairs(children) do ffi.C.spec_kill(pid, KILL) end
  for _, pid in ipairs(children) do
    nginx.wait(function() return not nginx.runs(pid) end)
  end
  self.master = nil
  os.remove(self.prefix .. "/nginx.pid")
end

--- Has it end when its work is done.
function Nginx:quit()
  local pid = self.master
  ffi.C.spec_kill(pid, QUIT)
  nginx.wait(function() return not nginx.runs(pid) end)
  self.master = nil
end

--- Reloads the configuration, and waits for the new workers.
function Nginx:reload()
  local before = {}
  for _, pid in ipairs(self:children()) do before[pid] = true end
  ffi.C.spec_kill(self.master, HUP)
  assert(nginx.wait(function()
    local count = 0
    for _, pid in ipairs(self:children()) do
      if not before[pid] then count = count + 1 end
    end
    return count == self.workers
  end), "there are no new workers")
  -- Until the last of the old ones is gone, requests may still come to them.
  nginx.wait(function() return #self:children() == self.workers end)
end

--- Ends it, and removes its folder.
function Nginx:remove()
  self:kill()
  run("rm -rf " .. self.prefix)
end

function Nginx:log() return read(self.prefix .. "/logs/error.log") or "" end

--- A kept connection.
function Nginx:connect(seconds) return client.connect(self.port, seconds) end

--- One request on a connection of its own. A table as body is sent as JSON; the response has what
--- its JSON says as `json`.
function Nginx:request(method, path, body, headers)
  local connection = assert(self:connect(), "nobody listens")
  if type(body) == "table" then body = json.encode(body) end
  local response = connection:request(method, path, body, headers)
  connection:close()
  if response and (response.headers["content-type"] or ""):find "json" then
    response.json = json.decode(response.body)
  end
  return response
end

function Nginx:get(path, headers) return self:request("GET", path, nil, headers) end
function Nginx:post(path, body, headers) return self:request("POST", path, body, headers) end

return nginx
