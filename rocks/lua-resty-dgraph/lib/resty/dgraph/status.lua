--- GET /dgraph/status: all that the page shows, as JSON.
local dg = require "dgraph"
local http = require "resty.dgraph.http"
local region = require "resty.dgraph.region"
local system = require "resty.dgraph.system"
local v1 = require "resty.dgraph.v1"

local HEADER, SLOT, POINT = region.HEADER, region.SLOT, region.POINT

local status = {}

local function count_of(shape)
  local count = 1
  for _, size in ipairs(shape) do count = count * size end
  return count
end

--- The layers, each with its own parameters.
local function layers(model)
  local list = {}
  for path, link in model.learner.link:namedlinks() do
    local names, params = link:_own_params()
    local own, text = {}, {}
    for i, name in ipairs(names) do
      own[i] = {
        name = name, shape = http.list(params[i].shape), count = count_of(params[i].shape),
      }
    end
    for _, pair in ipairs(link.printable_specs and link:printable_specs() or {}) do
      text[#text + 1] = ("%s=%s"):format(pair[1], tostring(pair[2]))
    end
    list[#list + 1] = {
      path = path, class = link._name, options = table.concat(text, ", "),
      parameters = http.list(own),
    }
  end
  return list
end

local function workers(model)
  local list = {}
  for i = 1, model.header[HEADER.taken_slots] do
    local slot = model.region.slots[i]
    list[i] = {
      number = i, pid = slot[SLOT.pid], alive = system.is_alive(slot[SLOT.pid]),
      since = slot[SLOT.since], steps = slot[SLOT.steps], examples = slot[SLOT.examples],
      loss = slot[SLOT.mean_loss], gradient = slot[SLOT.gradient],
      predictions = slot[SLOT.predicted],
    }
  end
  return list
end

local function latency(model, place)
  local counts, seconds, total = model.region:histogram(place)
  return {
    count = total, mean = total > 0 and seconds / total or 0,
    p50 = region.quantile(counts, 0.5), p90 = region.quantile(counts, 0.9),
    p99 = region.quantile(counts, 0.99),
  }
end

local function requests(model, kind)
  local sum = function(class) return model.region:sum(SLOT[kind .. class]) end
  return { ["2xx"] = sum "_2xx", ["4xx"] = sum "_4xx", ["5xx"] = sum "_5xx" }
end

local function refused(model)
  local list = {}
  for i, reason in ipairs(region.REASONS) do
    list[reason] = model.region:sum(SLOT.refused + i - 1)
  end
  return list
end

local function checkpoint(model)
  local header = model.header
  if not model.state then return nil end
  local time = header[HEADER.checkpoint_time]
  return {
    time = time > 0 and time or nil, age = time > 0 and ngx.time() - time or nil,
    version = header[HEADER.version], epoch = header[HEADER.checkpoint_epoch],
    steps = header[HEADER.checkpoint_steps], seconds = header[HEADER.checkpoint_seconds],
    bytes = header[HEADER.checkpoint_bytes], failures = header[HEADER.checkpoint_failures],
    failures_in_a_row = header[HEADER.failures_in_a_row], generations = model.state.generations,
    foreign = header[HEADER.foreign] ~= 0,
  }
end

local function journal(model)
  local memory, header = model.region, model.header
  if not model.state then return nil end
  return {
    fsync = model.fsync, epoch = header[HEADER.epoch], records = memory:sum(SLOT.journal_records),
    bytes = memory:sum(SLOT.journal_bytes), unsynced = memory:sum(SLOT.journal_unsynced),
    syncs = memory:sum(SLOT.journal_syncs), failures = memory:sum(SLOT.journal_failures),
    replayed = header[HEADER.replayed], damaged = header[HEADER.damaged],
  }
end

local function guard(model)
  local header, limit = model.header, model.learner.max_gradient
  return {
    rollbacks = header[HEADER.rollbacks], rolled_back_steps = header[HEADER.rolled_back],
    recoveries = header[HEADER.recoveries], good_age = ngx.time() - header[HEADER.good_time],
    good_steps = header[HEADER.good_steps],
    window = math.min(model.region.window_count[0], model.window_size or 0),
    window_loss = header[HEADER.window_loss], good_loss = header[HEADER.good_loss],
    max_gradient = limit < math.huge and limit or nil,
  }
end

--- The points of the curves, oldest first.
local function series(model)
  local count = model.header[HEADER.series_count]
  local list = {}
  for _, name in ipairs(region.POINT_NAMES) do list[name] = {} end
  for number = math.max(0, count - region.SERIES), count - 1 do
    local point = model.region:point(number)
    for _, name in ipairs(region.POINT_NAMES) do
      local values = list[name]
      values[#values + 1] = point[POINT[name]]
    end
  end
  for name, values in pairs(list) do list[name] = http.list(values) end
  return list
end

local function describe(model)
  model:flush()
  local learner, memory = model.learner, model.region
  local list, count = layers(model), 0
  for param in learner.link:params() do count = count + count_of(param.shape) end
  local seen = workers(model)
  local loss, weight = 0, 0
  for _, each in ipairs(seen) do
    loss, weight = loss + each.steps * each.loss, weight + each.steps
  end
  return {
    name = model.name, learns = learner.optimizer ~= nil, exact = model.exact,
    optimizer = learner.optimizer and learner.optimizer._name, layers = list, parameters = count,
    bytes = memory.tensor_bytes, inputs = learner.input:describe(),
    targets = learner.target and learner.target:describe(),
    outputs = { datatype = "FP32", shape = model:output_shape() },
    steps = memory:steps(), examples = memory:sum(SLOT.examples),
    predictions = memory:sum(SLOT.predicted), held_out = memory:sum(SLOT.held_out),
    loss = weight > 0 and loss / weight or nil, workers = http.list(seen),
    requests = { predict = requests(model, "predict"), train = requests(model, "train") },
    latency = { predict = latency(model, SLOT.predict), train = latency(model, SLOT.train) },
    refused = refused(model), checkpoint = checkpoint(model), journal = journal(model),
    guard = guard(model), series = series(model),
  }
end

--- All of it, as a table.
---@param service resty.dgraph.Service
---@return table
function status.read(service)
  local models = {}
  for i, model in ipairs(service.list) do models[i] = describe(model) end
  local version = ngx.config.nginx_version
  return {
    time = ngx.time(), models = models,
    server = {
      version = service._VERSION, dgraph = dg._VERSION, workers = ngx.worker.count(),
      nginx = ("%d.%d.%d"):format(version / 1e6, version / 1000 % 1000, version % 1000),
      learning = service.token and "token" or service.options.open and "open" or "closed",
      private = service.options.private or false,
    },
  }
end

--- The route.
function status.route(service)
  local message, reason = v1.forbids(service, false)
  if message then return http.refuse(message, reason) end
  ngx.header.cache_control = "no-store"
  http.answer(200, status.read(service))
end

return status
