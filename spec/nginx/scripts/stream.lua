--- Streams the census data a9a to :train by several clients while wrk reads :predict; then judges
--- what was learnt.
--
--     luajit spec/nginx/scripts/stream.lua [--short] [--fsync=always|everysec|no]
--
-- The data are in ../shared/data/a9a, or in the folder that DGRAPH_DATA names. wrk's figures for
-- an empty Lua handler, and for one that only decodes and encodes the same JSON, come from the same
-- run.
package.path = "?.lua;lua/?.lua;lua/?/init.lua;" .. package.path

local client = require "spec.support.http_client"
local clock = require "dgraph.utils.clock"
local dg = require "dgraph"
local fleet = require "spec.support.fleet"
local nginx = require "spec.support.nginx"
local wrk = require "spec.support.wrk"

local FEATURES, PREDICT = 123, "/v1/models/census:predict"

local SETUP = [[
  require("resty.dgraph").setup {
    state = "state", open = true, fsync = %q,
    models = { census = {
      build = function() return require "resty.dgraph.sparse_linear"(123) end,
      optimizer = { "FTRL", { alpha = 0.1, l1 = 0.1 } },
      inputs = { sparse = 123 }, targets = { binary = true },
    } },
  }]]

--- The rows of a file as JSON lists of features, and their labels, 0 or 1.
local function read(folder, name, most)
  local set = assert(dg.datasets.read_libsvm(folder .. "/" .. name, {
    n_features = FEATURES, label_dtype = "int32",
  }))
  local indices, offsets = set.indices:totable(), set.offsets:totable()
  local labels = set.labels:totable()
  local rows, n = {}, math.min(#labels, most or math.huge)
  for i = 1, n do
    local last = (offsets[i + 1] or #indices + 1) - 1
    rows[i] = "[" .. table.concat(indices, ",", offsets[i], last) .. "]"
    labels[i] = labels[i] > 0 and 1 or 0
  end
  for i = n + 1, #labels do labels[i] = nil end
  return rows, labels
end

--- Sends each `step`th row from `first`; gives latencies in microseconds.
local function stream(port, rows, labels, first, step)
  local connection, latencies = assert(client.connect(port)), {}
  for i = first, #rows, step do
    local start = clock()
    local response = connection:request("POST", "/v1/models/census:train",
      ('{"instances":[%s],"targets":[%d]}'):format(rows[i], labels[i]))
    if not response or response.status ~= 200 then
      error("request " .. i .. " failed: " .. tostring(response and response.body))
    end
    latencies[#latencies + 1] = math.floor((clock() - start) * 1e6)
  end
  return table.concat(latencies, " ")
end

local function accuracy(server, rows, labels)
  local right = 0
  for from = 1, #rows, 500 do
    local list = table.concat(rows, ",", from, math.min(#rows, from + 499))
    local response = server:post("/v1/models/census:predict", '{"instances":[' .. list .. "]}")
    for k, p in ipairs(response.json.predictions) do
      if (p[1] > 0.5) == (labels[from + k - 1] == 1) then right = right + 1 end
    end
  end
  return right / #rows
end

local function quantile(list, fraction) return list[math.max(1, math.ceil(fraction * #list))] end

local function learn(server, rows, labels, clients)
  local team = fleet.start(clients, server.prefix, function(i)
    return stream(server.port, rows, labels, i, clients)
  end)
  return team
end

local function measure(server, rows, labels, options)
  local body = ('{"instances":[%s]}'):format(rows[1])
  local report = {}
  if options.seconds > 0 then
    report.empty = wrk.figures(wrk.start(server, "/empty", body, options.seconds))
    report.json = wrk.figures(wrk.start(server, "/json", body, options.seconds))
    report.alone = wrk.figures(wrk.start(server, PREDICT, body, options.seconds))
  end
  local start = clock()
  local team = learn(server, rows, labels, options.clients)
  local pipe = options.reading > 0
    and wrk.start(server, PREDICT, body, options.reading)
  local ok, texts = pcall(team.wait, team)
  report.train_seconds = clock() - start
  if pipe then report.predict = wrk.figures(pipe) end
  if not ok then
    team:stop()
    error(texts, 0)
  end
  local latencies = {}
  for _, text in ipairs(texts) do
    for number in text:gmatch "%d+" do latencies[#latencies + 1] = tonumber(number) end
  end
  table.sort(latencies)
  report.train = {
    rate = #rows / report.train_seconds, p50 = quantile(latencies, 0.5),
    p99 = quantile(latencies, 0.99),
  }
  return report
end

--- Runs it.
---@param options { workers: integer, clients: integer, rows: integer?, seconds: integer,
---  reading: integer, fsync: string }
---@return table report
local function run(options)
  local folder = os.getenv "DGRAPH_DATA" or "../shared/data/a9a"
  local rows, labels = read(folder, "a9a.gz", options.rows)
  local test_rows, test_labels = read(folder, "a9a.t.gz")
  local server = nginx.new(SETUP:format(options.fsync),
    { workers = options.workers, extra = wrk.HANDLERS })
  local ok, report = pcall(function()
    assert(server:start())
    local made = measure(server, rows, labels, options)
    made.accuracy = accuracy(server, test_rows, test_labels)
    local model = server:get("/dgraph/status").json.models[1]
    made.steps, made.model = model.steps, model
    return made
  end)
  server:remove()
  if not ok then error(report, 0) end
  return report
end

if arg and (arg[0] or ""):find "stream.lua$" then
  local options = { workers = 4, clients = 8, seconds = 3, reading = 10, fsync = "everysec" }
  for _, each in ipairs(arg) do
    if each == "--short" then options.seconds, options.reading, options.rows = 1, 1, 2000 end
    options.fsync = each:match "^%-%-fsync=(%a+)$" or options.fsync
  end
  local report = run(options)
  wrk.print("empty Lua handler", report.empty)
  wrk.print("JSON decoded and encoded", report.json)
  wrk.print(":predict alone", report.alone)
  wrk.print(":predict while learning", report.predict)
  wrk.print(":train (us), fsync " .. options.fsync, report.train)
  print(("%d steps, test accuracy %.2f %%"):format(report.steps, 100 * report.accuracy))
end

return run
