--- What a prediction and a step cost a worker, beside a handler that only decodes and encodes the
--- same JSON.
--
--     luajit spec/nginx/scripts/overhead.lua [ROUNDS]    # 200
--
-- One worker, 16 connections. A round sends 1,500 requests of each kind, a twentieth of a second
-- or so; a round's kinds are compared with each other and the medians of the ratios told, so that
-- whatever else the machine does meanwhile slows both. What is compared is the processor's time
-- that the worker got for a request: its inverse is the throughput of a worker that has enough to
-- do. The time on the clock, told as well, is that of this client too.
package.path = "?.lua;lua/?.lua;lua/?/init.lua;" .. package.path

local ffi = require "ffi"
local client = require "spec.support.http_client"
local clock = require "dgraph.utils.clock"
local nginx = require "spec.support.nginx"
local wrk = require "spec.support.wrk"

local C = ffi.C
local CONNECTIONS, REQUESTS = 16, 1500

local SETUP = [[
  require("resty.dgraph").setup {
    state = "state", open = true,
    models = { census = {
      build = function() return require "resty.dgraph.sparse_linear"(123) end,
      optimizer = { "FTRL", { alpha = 0.1, l1 = 0.1 } },
      inputs = { sparse = 123 }, targets = { binary = true },
    } },
  }]]

local ROW = "[3,11,14,19,39,42,55,64,67,73,75,76,80,83]"
local INSTANCES = '{"instances":[' .. ROW .. "]}"
local EXAMPLE = '{"instances":[' .. ROW .. '],"targets":[1]}'

local TRAIN = "/v1/models/census:train"
local JSON, PREDICT = 2, 3
local KINDS = {
  { "empty Lua handler", "/empty", INSTANCES },
  { "JSON decoded and encoded", "/json", INSTANCES },
  { ":predict", "/v1/models/census:predict", INSTANCES },
  { ":train, fsync everysec", TRAIN, EXAMPLE },
}

--- The processor's time that a process has used, in seconds.
local function used(pid)
  return tonumber(nginx.read(("/proc/%d/schedstat"):format(pid)):match "^%d+") / 1e9
end

local answer = ffi.new "char[65536]"

--- Waits for a response, which is short enough to come as a whole.
local function receive(connection)
  local size = tonumber(C.spec_recv(connection.fd, answer, 65536, 0))
  local text = ffi.string(answer, math.max(0, size))
  if not text:find("^HTTP/1.1 200 ") then error("a request failed: " .. text, 0) end
  return text
end

--- One round of a kind: seconds of the worker and of the clock for a request.
local function round(pid, connections, request)
  local began, before = clock(), used(pid)
  for i = 1, CONNECTIONS do connections[i]:send(request) end
  for i = 1, REQUESTS do
    local connection = connections[(i - 1) % CONNECTIONS + 1]
    receive(connection)
    if i <= REQUESTS - CONNECTIONS then connection:send(request) end
  end
  return (used(pid) - before) / REQUESTS, (clock() - began) / REQUESTS
end

local function median(list)
  local sorted = { unpack(list) }
  table.sort(sorted)
  return sorted[math.ceil(#sorted / 2)]
end

--- How much less of one thing there is for each round, in percent.
local function loss(of, beside)
  local ratios = {}
  for i = 1, #of do ratios[i] = beside[i] / of[i] end
  return 100 * (1 - median(ratios))
end

local function measure(server, rounds)
  local pid, connections, requests, figures = server:children()[1], {}, {}, {}
  for i = 1, CONNECTIONS do connections[i] = assert(client.connect(server.port)) end
  for i, kind in ipairs(KINDS) do
    requests[i] = ("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"):format(
      kind[2], #kind[3], kind[3])
    figures[i] = { worker = {}, clock = {} }
  end
  for _ = 1, 3 do -- so that all is compiled, and the model's answer is no round number
    for i = 1, #KINDS do round(pid, connections, requests[i]) end
  end
  for n = 1, rounds do
    for i = 1, #KINDS do
      local figure = figures[i]
      figure.worker[n], figure.clock[n] = round(pid, connections, requests[i])
    end
  end
  return figures
end

--- Runs it.
---@param rounds integer
---@return { worker: number[], clock: number[] }[] figures  seconds for a request, by kind and round
local function run(rounds)
  local server = nginx.new(SETUP, { workers = 1, extra = wrk.HANDLERS })
  local ok, figures = pcall(function()
    assert(server:start())
    return measure(server, rounds)
  end)
  server:remove()
  if not ok then error(figures, 0) end
  return figures
end

local figures = run(tonumber(arg[1]) or 200)
for i, kind in ipairs(KINDS) do
  local worker, time = median(figures[i].worker), median(figures[i].clock)
  print(("%-26s %5.1f us of the worker, %6.0f for each second of it; %5.1f us on the clock"):format(
    kind[1], worker * 1e6, 1 / worker, time * 1e6))
end
local json, predict = figures[JSON], figures[PREDICT]
print(("a prediction costs %.1f %% of the throughput of JSON alone (%.1f %% by the clock)"):format(
  loss(predict.worker, json.worker), loss(predict.clock, json.clock)))
