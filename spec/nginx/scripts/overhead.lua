--- What a prediction and a step cost a worker, beside a handler that only decodes and encodes the
--- same JSON. One worker, rounds of two seconds in turn, the best ones count. As others may use the
--- machine, requests are also counted for each second of the processor's time that the worker got.
--
--     luajit spec/nginx/scripts/overhead.lua [ROUNDS]    # 10
package.path = "?.lua;lua/?.lua;lua/?/init.lua;" .. package.path

local nginx = require "spec.support.nginx"
local wrk = require "spec.support.wrk"

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

local CASES = {
  { "empty Lua handler", "/empty", INSTANCES },
  { "JSON decoded and encoded", "/json", INSTANCES },
  { ":predict", "/v1/models/census:predict", INSTANCES },
  { ":train, fsync everysec", "/v1/models/census:train",
    '{"instances":[' .. ROW .. '],"targets":[1]}' },
}

--- The processor's time that a process has used, in seconds.
local function used(pid)
  local text = nginx.read(("/proc/%d/stat"):format(pid)):match "%) (.*)"
  local fields = {}
  for field in text:gmatch "%S+" do fields[#fields + 1] = field end
  return (fields[12] + fields[13]) / 100
end

local function round(server, case)
  local pid = server:children()[1]
  local before = used(pid)
  local figure = wrk.figures(wrk.start(server, case[2], case[3], 2, 16))
  figure.per_second = figure.requests / (used(pid) - before)
  return figure
end

local function run(rounds)
  local server = nginx.new(SETUP, { workers = 1, extra = wrk.HANDLERS })
  local best = {}
  local ok, message = pcall(function()
    assert(server:start())
    for _ = 1, rounds do
      for i, case in ipairs(CASES) do
        local figure = round(server, case)
        best[i] = best[i] or figure
        if figure.per_second > best[i].per_second then best[i].per_second = figure.per_second end
        if figure.rate > best[i].rate then
          figure.per_second, best[i] = best[i].per_second, figure
        end
      end
    end
  end)
  server:remove()
  if not ok then error(message, 0) end
  return best
end

local best = run(tonumber(arg[1]) or 10)
for i, case in ipairs(CASES) do
  wrk.print(case[1], best[i])
  print(("%-28s %8.0f for each second of the worker's time"):format("", best[i].per_second))
end
print(("a prediction costs %.1f %% of the throughput of JSON alone, %.1f %% of the worker's time")
  :format(100 * (1 - best[3].rate / best[2].rate),
    100 * (1 - best[3].per_second / best[2].per_second)))
