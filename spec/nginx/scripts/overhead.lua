--- What a prediction and a step cost a worker, beside a handler that only decodes and encodes the
--- same JSON. One worker; rounds of a second in turn, the best of each: others use the machine.
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

local function run(rounds)
  local server = nginx.new(SETUP, { workers = 1, extra = wrk.HANDLERS })
  local best = {}
  local ok, message = pcall(function()
    assert(server:start())
    for _ = 1, rounds do
      for i, case in ipairs(CASES) do
        local figure = wrk.figures(wrk.start(server, case[2], case[3], 1, 16))
        if not best[i] or figure.rate > best[i].rate then best[i] = figure end
      end
    end
  end)
  server:remove()
  if not ok then error(message, 0) end
  return best
end

local best = run(tonumber(arg[1]) or 10)
for i, case in ipairs(CASES) do wrk.print(case[1], best[i]) end
print(("a prediction costs %.1f %% of the throughput of JSON alone"):format(
  100 * (1 - best[3].rate / best[2].rate)))
