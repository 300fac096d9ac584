--- Reloads under load, and many requests: no request may fail, and memory must not grow.
--
--     luajit spec/nginx/scripts/soak.lua [RELOADS [REQUESTS]]    # 50 and 1000000
package.path = "?.lua;lua/?.lua;lua/?/init.lua;" .. package.path

local client = require "spec.support.http_client"
local fleet = require "spec.support.fleet"
local nginx = require "spec.support.nginx"

local SETUP = [[
  require("resty.dgraph").setup {
    state = "state", open = true,
    models = { net = {
      build = function(dg)
        return dg.Sequential(dg.L.Linear(8, 64), dg.F.relu, dg.L.Linear(64, 2))
      end,
      optimizer = { "Adam" }, inputs = { shape = { 8 } }, targets = { classes = 2 },
    } },
  }]]

local BODY = '{"instances":[[1,2,3,4,5,6,7,8],[8,7,6,5,4,3,2,1]],"targets":[1,2]}'

--- What a process holds, in KB.
local function resident(pid)
  local text = nginx.read(("/proc/%d/status"):format(pid)) or ""
  return tonumber(text:match "VmRSS:%s+(%d+)" or "0")
end

--- One request. A connection that was used before may have been closed by nginx at that moment, as
--- it closes idle ones on a reload; then, as all clients of HTTP do, once more on a new one.
local function request(server, connection, action)
  local path = "/v1/models/net:" .. action
  local response = connection and connection:request("POST", path, BODY)
  if connection and not response then connection:close() end
  local again = connection and not response
  if not response then
    connection = client.connect(server.port, 10)
    response = connection and connection:request("POST", path, BODY)
  end
  return response, connection, again
end

--- Sends requests until the file `stop` is there, or `count` are sent; gives how many, how many
--- failed, and how many were sent again.
local function client_loop(server, count, i)
  local sent, failed, again, connection = 0, 0, 0, nil
  local action = i % 2 == 0 and "train" or "predict"
  while sent < count and (sent % 50 > 0 or not nginx.exists(server.prefix .. "/stop")) do
    local response, repeated
    response, connection, repeated = request(server, connection, action)
    sent, again = sent + 1, again + (repeated and 1 or 0)
    if not (response and response.status == 200) then failed = failed + 1 end
    if connection and not (response and response.headers.connection ~= "close") then
      connection:close()
      connection = nil
    end
  end
  return ("%d %d %d"):format(sent, failed, again)
end

local function sums(texts)
  local sent, failed, again = 0, 0, 0
  for _, text in ipairs(texts) do
    local a, b, c = text:match "(%d+) (%d+) (%d+)"
    sent, failed, again = sent + a, failed + b, again + c
  end
  return sent, failed, again
end

--- Reloads while clients send; gives what the master holds after the first and after the last.
local function reload(server, count)
  local team = fleet.start(2, server.prefix, function(i)
    return client_loop(server, math.huge, i)
  end)
  local ok, first, last = pcall(function()
    for _ = 1, 3 do server:reload() end
    local before = resident(server.master)
    for _ = 1, count - 3 do server:reload() end
    return before, resident(server.master)
  end)
  nginx.write(server.prefix .. "/stop", "")
  local texts = team:wait()
  os.remove(server.prefix .. "/stop")
  if not ok then error(first, 0) end
  local sent, failed, again = sums(texts)
  return { sent = sent, failed = failed, again = again, first = first, last = last }
end

--- Sends many requests; gives what the workers hold after a tenth of them and at the end.
local function send(server, count)
  local function some(share)
    local team = fleet.start(2, server.prefix, function(i)
      return client_loop(server, count * share / 2, i)
    end)
    return sums(team:wait())
  end
  local function held()
    local sum = 0
    for _, pid in ipairs(server:children()) do sum = sum + resident(pid) end
    return sum
  end
  local sent, failed = some(0.1)
  local first = held()
  local more, more_failed = some(0.9)
  return { sent = sent + more, failed = failed + more_failed, first = first, last = held() }
end

--- Runs it.
---@param reloads integer
---@param requests integer
---@return table report
local function run(reloads, requests)
  local server = nginx.new(SETUP, { workers = 2 })
  local ok, report = pcall(function()
    assert(server:start())
    local reloading = reload(server, reloads)
    return { reloading = reloading, sending = send(server, requests) }
  end)
  server:remove()
  if not ok then error(report, 0) end
  return report
end

if arg and (arg[0] or ""):find "soak.lua$" then
  local reloads, requests = tonumber(arg[1]) or 50, tonumber(arg[2]) or 1e6
  local report = run(reloads, requests)
  local a, b = report.reloading, report.sending
  print(("%d reloads: %d requests, %d failed, %d sent again; the master held %d KB after 3, %d KB "
    .. "at the end"):format(reloads, a.sent, a.failed, a.again, a.first, a.last))
  print(("%d requests, %d failed; the workers held %d KB after a tenth, %d KB at the end"):format(
    b.sent, b.failed, b.first, b.last))
  os.exit(a.failed + b.failed == 0 and 0 or 1)
end

return run
