--- Kills workers, reloads, and kills all of nginx while it learns; then asks whether all that it
--- acknowledged is there.
--
--     luajit spec/nginx/scripts/chaos.lua             # 20 kills, 5 reloads, then everything
--     luajit spec/nginx/scripts/chaos.lua --short
--
-- The model counts: learning example i, which each client sends once, adds 1 to weight i. What was
-- acknowledged must have been learnt once, whatever else was learnt at most once.
package.path = "?.lua;lua/?.lua;lua/?/init.lua;" .. package.path

local client = require "spec.support.http_client"
local fleet = require "spec.support.fleet"
local nginx = require "spec.support.nginx"

local SETUP = [[
  require("resty.dgraph").setup {
    state = "state", open = true, fsync = "always", checkpoint_every = 2,
    models = { counts = {
      build = function() return require "resty.dgraph.sparse_linear"(%d) end,
      optimizer = { "SGD", 1 }, inputs = { sparse = %d }, targets = { shape = { 1 } },
      loss = function(y) return -y:sum() end, output = false, exact = %s,
    } },
  }]]

--- Sends examples from a range, each once; gives those that were acknowledged.
local function stream(port, from, to)
  local acknowledged, failures, connection = {}, 0, nil
  local i = from
  while i <= to and failures < 100 do
    connection = connection or client.connect(port, 5)
    local body = ('{"instances":[[%d]],"targets":[[0]]}'):format(i)
    local response = connection and connection:request("POST", "/v1/models/counts:train", body)
    if response then
      failures = 0
      if response.status == 200 then acknowledged[#acknowledged + 1] = i end
      i = i + 1
    else
      if connection then
        connection:close()
        i = i + 1 -- it may have been learnt: it is not sent again
      else
        nginx.sleep(0.02)
      end
      connection, failures = nil, failures + 1
    end
  end
  return table.concat(acknowledged, " ")
end

--- How often each example was learnt.
local function count_all(server, examples)
  local counts = {}
  for from = 1, examples, 500 do
    local list = {}
    for i = from, math.min(examples, from + 499) do list[#list + 1] = ("[%d]"):format(i) end
    local response = server:post("/v1/models/counts:predict",
      ('{"instances":[[],%s]}'):format(table.concat(list, ",")))
    local answers = response.json.predictions
    for k = 1, #list do counts[from + k - 1] = answers[k + 1][1] - answers[1][1] end
  end
  return counts
end

local function harass(server, options)
  local reloads = options.reloads
  for k = 1, options.kills do
    nginx.sleep(0.1 + 0.2 * math.random())
    local children = server:children()
    nginx.kill(children[math.random(#children)], 9)
    if k % math.floor(options.kills / options.reloads) == 0 and reloads > 0 then
      reloads = reloads - 1
      nginx.kill(server.master, 1)
      nginx.sleep(0.1)
    end
  end
end

local function judge(server, texts, options)
  local acknowledged, lost, twice, learnt = 0, 0, 0, 0
  local counts = count_all(server, options.examples)
  for _, text in ipairs(texts) do
    for i in text:gmatch "%d+" do
      acknowledged = acknowledged + 1
      if counts[tonumber(i)] < 0.5 then lost = lost + 1 end
    end
  end
  for _, count in ipairs(counts) do
    if count > 1.5 then twice = twice + 1 end
    if count > 0.5 then learnt = learnt + 1 end
  end
  local model = server:get("/dgraph/status").json.models[1]
  return {
    acknowledged = acknowledged, lost = lost, twice = twice, learnt = learnt, steps = model.steps,
    replayed = model.journal.replayed,
  }
end

--- Runs it.
---@param options { workers: integer, clients: integer, examples: integer, kills: integer,
---  reloads: integer, exact: boolean? }
---@return table report
local function run(options)
  local n = options.examples
  local server = nginx.new(SETUP:format(n, n, tostring(options.exact or false)),
    { workers = options.workers })
  local clients
  local ok, report = pcall(function()
    assert(server:start())
    local share = n / options.clients
    clients = fleet.start(options.clients, server.prefix, function(i)
      return stream(server.port, math.floor((i - 1) * share) + 1, math.floor(i * share))
    end)
    harass(server, options)
    server:kill()
    local texts = clients:wait()
    assert(server:start())
    return judge(server, texts, options)
  end)
  if clients then clients:stop() end
  local log = server:log()
  server:remove()
  if not ok then error(report .. "\n" .. log:sub(-2000), 0) end
  return report
end

if arg and (arg[0] or ""):find "chaos.lua$" then
  math.randomseed(os.time())
  local short = arg[1] == "--short"
  for _, exact in ipairs { false, true } do
    local report = run {
      workers = short and 2 or 4, clients = short and 4 or 8, kills = short and 4 or 20,
      reloads = short and 2 or 5, examples = short and 20000 or 100000, exact = exact,
    }
    print((exact and "exact" or "Hogwild") .. ": of " .. report.acknowledged .. " acknowledged "
      .. report.lost .. " lost; " .. report.twice .. " learnt twice; " .. report.learnt
      .. " learnt; " .. report.replayed .. " steps replayed")
    if report.lost + report.twice > 0 then os.exit(1) end
  end
end

return run
