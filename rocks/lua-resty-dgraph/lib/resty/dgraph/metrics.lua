--- GET /metrics: what all workers have counted, as Prometheus reads it.
local http = require "resty.dgraph.http"
local region = require "resty.dgraph.region"
local v1 = require "resty.dgraph.v1"

local HEADER, SLOT = region.HEADER, region.SLOT

local metrics = {}

local function number(value)
  if value == math.huge then return "+Inf" end
  return ("%.14g"):format(value)
end

--- One line for each model, or several where `values` gives a list of labels and numbers.
local function family(out, models, name, kind, help, values)
  out[#out + 1] = ("# HELP dgraph_%s %s\n# TYPE dgraph_%s %s\n"):format(name, help, name, kind)
  for _, model in ipairs(models) do
    local value = values(model)
    if type(value) == "number" then value = { { "", value } } end
    for _, pair in ipairs(value or {}) do
      out[#out + 1] = ('dgraph_%s{model="%s"%s} %s\n'):format(name, model.name, pair[1],
        number(pair[2]))
    end
  end
end

local function histogram(out, models, name, help, place)
  name = "dgraph_" .. name
  out[#out + 1] = ("# HELP %s %s\n# TYPE %s histogram\n"):format(name, help, name)
  for _, model in ipairs(models) do
    local counts, seconds, total = model.region:histogram(place)
    local sum = 0
    for k = 1, #counts do
      sum = sum + counts[k]
      out[#out + 1] = ('%s_bucket{model="%s",le="%s"} %d\n'):format(name, model.name,
        number(region.BOUNDS[k] or math.huge), sum)
    end
    out[#out + 1] = ('%s_sum{model="%s"} %s\n%s_count{model="%s"} %d\n'):format(name, model.name,
      number(seconds), name, model.name, total)
  end
end

local function sum_of(place) return function(model) return model.region:sum(place) end end
local function header_of(place) return function(model) return model.header[place] end end

local function requests(model)
  local list = {}
  for _, kind in ipairs { "predict", "train" } do
    for _, class in ipairs { "2xx", "4xx", "5xx" } do
      local labels = (',route="%s",code="%s"'):format(kind, class)
      list[#list + 1] = { labels, model.region:sum(SLOT[kind .. "_" .. class]) }
    end
  end
  return list
end

local function refused(model)
  local list = {}
  for i, reason in ipairs(region.REASONS) do
    list[i] = { (',reason="%s"'):format(reason), model.region:sum(SLOT.refused + i - 1) }
  end
  return list
end

--- How old the newest checkpoint is; nothing where there is none.
local function checkpoint_age(model)
  local time = model.header[HEADER.checkpoint_time]
  return time > 0 and ngx.time() - time or {}
end

local function mean_loss(model)
  local sum, weight = 0, 0
  for i = 1, model.header[HEADER.taken_slots] do
    local slot = model.region.slots[i]
    sum, weight = sum + slot[SLOT.steps] * slot[SLOT.mean_loss], weight + slot[SLOT.steps]
  end
  return weight > 0 and sum / weight or {}
end

local function largest(place)
  return function(model)
    local most = 0
    for i = 1, model.header[HEADER.taken_slots] do
      most = math.max(most, model.region.slots[i][place])
    end
    return most
  end
end

local FAMILIES = {
  { "requests_total", "counter", "requests by route and class of status", requests },
  { "refused_total", "counter", "requests and examples that were refused, by reason", refused },
  { "predictions_total", "counter", "instances that were predicted", sum_of(SLOT.predicted) },
  { "steps_total", "counter", "learning steps, those before a restart included",
    function(model) return model.region:steps() end },
  { "examples_total", "counter", "examples that were learnt", sum_of(SLOT.examples) },
  { "held_out_total", "counter", "examples that were held out", sum_of(SLOT.held_out) },
  { "loss", "gauge", "the running mean of the loss", mean_loss },
  { "gradient_norm", "gauge", "the largest of the workers' last gradients",
    largest(SLOT.gradient) },
  { "window_loss", "gauge", "the loss of what is held out", header_of(HEADER.window_loss) },
  { "rollbacks_total", "counter", "times the model was taken back", header_of(HEADER.rollbacks) },
  { "rolled_back_steps_total", "counter", "steps that were taken back",
    header_of(HEADER.rolled_back) },
  { "recoveries_total", "counter", "times a step that was cut off was repaired",
    header_of(HEADER.recoveries) },
  { "version", "gauge", "checkpoints that were written", header_of(HEADER.version) },
  { "checkpoint_age_seconds", "gauge", "since the newest checkpoint", checkpoint_age },
  { "checkpoint_seconds", "gauge", "how long the newest one took",
    header_of(HEADER.checkpoint_seconds) },
  { "checkpoint_failures_total", "counter", "checkpoints that could not be written",
    header_of(HEADER.checkpoint_failures) },
  { "journal_records_total", "counter", "records that were written",
    sum_of(SLOT.journal_records) },
  { "journal_bytes_total", "counter", "bytes that were written", sum_of(SLOT.journal_bytes) },
  { "journal_syncs_total", "counter", "waits for the disk", sum_of(SLOT.journal_syncs) },
  { "journal_failures_total", "counter", "records that could not be written",
    sum_of(SLOT.journal_failures) },
  { "replayed_steps", "gauge", "steps learnt once more at the start", header_of(HEADER.replayed) },
  { "tensor_bytes", "gauge", "parameters and optimizer state",
    function(model) return model.region.tensor_bytes end },
}

--- The text.
---@param service resty.dgraph.Service
---@return string
function metrics.text(service)
  local out, models = {}, service.list
  for _, model in ipairs(models) do model:flush() end
  for _, each in ipairs(FAMILIES) do
    family(out, models, each[1], each[2], each[3], each[4])
  end
  histogram(out, models, "predict_seconds", "how long predictions took", SLOT.predict)
  histogram(out, models, "train_seconds", "how long learning took, waits included", SLOT.train)
  return table.concat(out)
end

--- GET /metrics
function metrics.route(service)
  local message, reason = v1.forbids(service, false)
  if message then return http.refuse(message, reason) end
  local text = metrics.text(service)
  ngx.header.content_type, ngx.header.content_length = "text/plain; version=0.0.4", #text
  ngx.print(text)
end

return metrics
