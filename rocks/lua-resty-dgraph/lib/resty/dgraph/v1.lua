--- Routes in the form of TensorFlow Serving: /v1/models/NAME, :predict, and :train beside them.
local clock = require "dgraph.utils.clock"
local gather = require "resty.dgraph.gather"
local http = require "resty.dgraph.http"
local model_of = require "resty.dgraph.model"
local region = require "resty.dgraph.region"
local token = require "resty.dgraph.token"

local HEADER, count_response = region.HEADER, region.count
local PREDICT, TRAIN = region.SLOT.predict, region.SLOT.train
local read_body, decode, encode, send = http.body, http.decode, http.encode, http.send
local predict_rows = model_of.predict

local v1 = {}

--- Counts a response and how long it took.
local function count(model, place, status, start)
  count_response(model.tally, place, status, clock() - start)
end
v1.count, v1.PREDICT = count, PREDICT

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
local function forbids(service, learning)
  if not learning and not service.private then return nil end
  local wanted = service.token
  if wanted then
    if token.shown(wanted) then return nil end
    return "a bearer token is wanted", "token"
  end
  if not learning then return nil end
  if not service.options.open then
    return "learning is closed: configure a token, or open", "closed"
  end
  if is_of_another_site() then return "pages of other sites may not teach", "closed" end
end
v1.forbids = forbids

local function read(service)
  local body, message, reason = read_body(service.body_limit)
  local request
  if body then request, message, reason = decode(body) end
  if not request then return nil, message, reason end
  if request.instances == nil then return nil, "there are no \"instances\"", "shape" end
  return request
end

--- The answer, or nil and the status of the refusal that was sent.
local function predict(service, model)
  local message, reason = forbids(service, false)
  if message then return nil, refuse(model, message, reason) end
  local request
  request, message, reason = read(service)
  if not request then return nil, refuse(model, message, reason) end
  local predictions
  if model.gather then
    predictions, message, reason = gather.predict(model, request.instances)
  else
    predictions, message, reason = predict_rows(model, request.instances)
  end
  if not predictions then return nil, http.refuse(message, reason) end
  return '{"predictions":' .. encode(predictions) .. "}"
end

--- POST /v1/models/NAME:predict
function v1.predict(service, model)
  local start = clock()
  local text, status = predict(service, model)
  count(model, PREDICT, status or 200, start)
  -- Last, as what follows a call of nginx's own is compiled no more.
  if text then send(200, text) end
end

local function train(service, model)
  local message, reason = forbids(service, true)
  if message then return refuse(model, message, reason) end
  local request
  request, message, reason = read(service)
  if not request then return refuse(model, message, reason) end
  local learnt
  learnt, message, reason = model:train(request.instances, request.targets, true,
    service.seconds)
  if not learnt then return http.refuse(message, reason) end
  return send(200, ('{"loss":%.9g,"step":%.0f,"version":%.0f%s}'):format(learnt.loss,
    learnt.step, learnt.version, learnt.held_out and ',"held_out":true' or ""))
end

--- POST /v1/models/NAME:train
function v1.train(service, model)
  local start = clock()
  count(model, TRAIN, train(service, model), start)
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
  local message, reason = forbids(service, false)
  if message then return refuse(model, message, reason) end
  http.answer(200, { model_version_status = { describe_version(model) } })
end

--- GET /v1/models/NAME/metadata
function v1.metadata(service, model)
  local message, reason = forbids(service, false)
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
