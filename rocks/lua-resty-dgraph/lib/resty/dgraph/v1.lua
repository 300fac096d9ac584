--- Routes in the form of TensorFlow Serving: /v1/models/NAME, :predict, and :train beside them.
local clock = require "dgraph.utils.clock"
local gather = require "resty.dgraph.gather"
local http = require "resty.dgraph.http"
local region = require "resty.dgraph.region"
local token = require "resty.dgraph.token"

local HEADER, SLOT, observe = region.HEADER, region.SLOT, region.observe

local v1 = {}

--- The counters of responses, by the first digit of their status.
local CLASSES = {}
for _, kind in ipairs { "predict", "train" } do
  CLASSES[kind] = {}
  for _, digit in ipairs { 2, 4, 5 } do
    CLASSES[kind][digit] = SLOT[("%s_%dxx"):format(kind, digit)]
  end
end

--- Counts a response by its class, and its latency.
local function count(model, kind, status, start)
  local tally, places = model.tally, CLASSES[kind]
  local place = status < 400 and places[2] or status < 500 and places[4] or places[5]
  tally[place] = tally[place] + 1
  observe(tally, SLOT[kind], clock() - start)
end
v1.count = count

local function refuse(model, message, reason)
  model:refuse(message, reason)
  return http.refuse(message, reason)
end
v1.refuse = refuse

--- Whether a browser sends this for a page that comes from elsewhere: without a token it would let
--- any page that somebody looks at teach what listens on his own machine.
local function is_of_another_site()
  local origin = ngx.var.http_origin
  return origin ~= nil and origin:match "^%a+://(.+)$" ~= ngx.var.http_host
end

--- Why the request may not do this, if so.
---@param service resty.dgraph.Service
---@param learning boolean
---@return string? message
---@return string? reason
function v1.forbids(service, learning)
  local options, wanted = service.options, service.token
  if not learning and not options.private then return nil end
  if wanted then
    if token.shown(wanted) then return nil end
    return "a bearer token is wanted", "token"
  end
  if not learning then return nil end
  if not options.open then return "learning is closed: configure a token, or open", "closed" end
  if is_of_another_site() then return "pages of other sites may not teach", "closed" end
end

local function read(service)
  local body, message, reason = http.body(service.limits.body)
  local request
  if body then request, message, reason = http.decode(body) end
  if not request then return nil, message, reason end
  if request.instances == nil then return nil, "there are no \"instances\"", "shape" end
  return request
end

local function predict(service, model)
  local message, reason = v1.forbids(service, false)
  if message then return refuse(model, message, reason) end
  local request
  request, message, reason = read(service)
  if not request then return refuse(model, message, reason) end
  local predictions
  if model.gather then
    predictions, message, reason = gather.predict(model, request.instances)
  else
    predictions, message, reason = model:predict(request.instances)
  end
  if not predictions then return http.refuse(message, reason) end
  return http.send(200, '{"predictions":' .. http.encode(predictions) .. "}")
end

--- POST /v1/models/NAME:predict
function v1.predict(service, model)
  local start = clock()
  count(model, "predict", predict(service, model), start)
end

local function train(service, model)
  local message, reason = v1.forbids(service, true)
  if message then return refuse(model, message, reason) end
  local request
  request, message, reason = read(service)
  if not request then return refuse(model, message, reason) end
  local learnt
  learnt, message, reason = model:train(request.instances, request.targets, true,
    service.limits.seconds)
  if not learnt then return http.refuse(message, reason) end
  return http.send(200, ('{"loss":%.9g,"step":%.0f,"version":%.0f%s}'):format(learnt.loss,
    learnt.step, learnt.version, learnt.held_out and ',"held_out":true' or ""))
end

--- POST /v1/models/NAME:train
function v1.train(service, model)
  local start = clock()
  count(model, "train", train(service, model), start)
end

local function version_of(model) return ("%.0f"):format(model.header[HEADER.version]) end

local function describe_version(model)
  return {
    version = version_of(model), state = "AVAILABLE",
    status = { error_code = "OK", error_message = "" },
  }
end

--- GET /v1/models/NAME
function v1.model(service, model)
  local message, reason = v1.forbids(service, false)
  if message then return refuse(model, message, reason) end
  http.answer(200, { model_version_status = { describe_version(model) } })
end

--- GET /v1/models/NAME/metadata
function v1.metadata(service, model)
  local message, reason = v1.forbids(service, false)
  if message then return refuse(model, message, reason) end
  local learner = model.learner
  http.answer(200, {
    model_spec = { name = model.name, version = version_of(model) },
    metadata = {
      inputs = learner.input:describe(), targets = learner.target and learner.target:describe(),
      outputs = { datatype = "FP32", shape = model:output_shape() },
      learns = learner.optimizer ~= nil, steps = model.region:steps(),
    },
  })
end

return v1
