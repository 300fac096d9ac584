--- The Open Inference Protocol: /v2, with tensors as JSON or, by its binary extension, as bytes.
local ffi = require "ffi"
local clock = require "dgraph.utils.clock"
local http = require "resty.dgraph.http"
local region = require "resty.dgraph.region"
local v1 = require "resty.dgraph.v1"

local HEADER = region.HEADER

local v2 = {}

local BINARY_HEADER = "Inference-Header-Content-Length"

-- Tensors as bytes -----------------------------------------------------------------------------

--- The kinds of elements; of floats, which 32 bits hold the exponent. Bytes that are not finite
--- must not be read as numbers.
local KINDS = {
  FP32 = { size = 4, type = "const float *", words = 1, exponent = 0x7f800000 },
  FP64 = { size = 8, type = "const double *", words = 2, exponent = 0x7ff00000 },
  INT8 = { size = 1, type = "const int8_t *" }, INT16 = { size = 2, type = "const int16_t *" },
  INT32 = { size = 4, type = "const int32_t *" }, INT64 = { size = 8, type = "const int64_t *" },
  UINT8 = { size = 1, type = "const uint8_t *" }, UINT16 = { size = 2, type = "const uint16_t *" },
  UINT32 = { size = 4, type = "const uint32_t *" },
  UINT64 = { size = 8, type = "const uint64_t *" },
  BOOL = { size = 1, type = "const uint8_t *" },
}

--- Little-endian elements as a list of numbers.
local function to_list(bytes, from, size, datatype)
  local kind = KINDS[datatype]
  local count = size / kind.size
  if count % 1 ~= 0 then return nil, "the bytes are not whole elements", "shape" end
  local copy = ffi.new("uint8_t[?]", size + 8) -- aligned
  ffi.copy(copy, ffi.cast("const uint8_t *", bytes) + from, size)
  if kind.exponent then
    local words = ffi.cast("const int32_t *", copy)
    for i = kind.words - 1, size / 4 - 1, kind.words do
      if bit.band(words[i], kind.exponent) == kind.exponent then
        return nil, "a number is not finite", "not_finite"
      end
    end
  end
  local values, list = ffi.cast(kind.type, copy), {}
  for i = 1, count do list[i] = tonumber(values[i - 1]) end
  return list
end

-- Requests -------------------------------------------------------------------------------------

--- Splits a body into its JSON and the bytes behind it.
local function split(body)
  local length = ngx.req.get_headers()[BINARY_HEADER]
  if not length then return body, #body end
  length = tonumber(length)
  if not length or length < 1 or length > #body or length % 1 ~= 0 then
    return nil, "an odd " .. BINARY_HEADER, "syntax"
  end
  return body:sub(1, length), length
end

local function flatten(data, list)
  for i = 1, #data do
    if type(data[i]) == "table" then flatten(data[i], list) else list[#list + 1] = data[i] end
  end
  return list
end

local function count_elements(shape)
  local count = 1
  for i = 1, #shape do
    local size = shape[i]
    if type(size) ~= "number" or size < 0 or size % 1 ~= 0 then return nil end
    count = count * size
  end
  return count
end

--- The elements of one input, and how many rows they are.
local function read_input(input, body, at)
  if type(input) ~= "table" or type(input.shape) ~= "table" or not KINDS[input.datatype] then
    return nil, "an input has name, shape, datatype and data", "shape"
  end
  local count = count_elements(input.shape)
  if not count or #input.shape == 0 then return nil, "an odd shape", "shape" end
  local parameters = type(input.parameters) == "table" and input.parameters or {}
  local size, list = parameters.binary_data_size, nil
  if size ~= nil then
    if type(size) ~= "number" or size % 1 ~= 0 or size < 0 or at + size > #body then
      return nil, "an odd binary_data_size", "shape"
    end
    local message, reason
    list, message, reason = to_list(body, at, size, input.datatype)
    if not list then return nil, message, reason end
    at = at + size
  elseif type(input.data) == "table" then
    list = flatten(input.data, {})
  end
  if not list or #list ~= count then return nil, "the data do not have the shape", "shape" end
  return { name = input.name, shape = input.shape, list = list }, at
end

local function read_inputs(request, body, at)
  if type(request.inputs) ~= "table" or #request.inputs == 0 then
    return nil, "there are no \"inputs\"", "shape"
  end
  local inputs = {}
  for _, input in ipairs(request.inputs) do
    local made, next_at, reason = read_input(input, body, at)
    if not made then return nil, next_at, reason end
    at = next_at
    inputs[#inputs + 1], inputs[made.name or "input"] = made, made
  end
  return inputs
end

--- Lists of features out of the matrices `indices` and `values`; what is below the first is none.
local function sparse_rows(inputs, first)
  local ids, values = inputs.indices or inputs[1], inputs.values
  local width = ids.shape[2]
  if #ids.shape ~= 2 then return nil, "indices have two axes", "shape" end
  if values and #values.list ~= #ids.list then
    return nil, "values have the shape of indices", "shape"
  end
  local rows = {}
  for i = 1, ids.shape[1] do
    local row, row_values = {}, values and {}
    for k = (i - 1) * width + 1, i * width do
      local id = ids.list[k]
      if type(id) ~= "number" or id >= first then
        row[#row + 1] = id
        if values then row_values[#row] = values.list[k] end
      end
    end
    rows[i] = { indices = row, values = row_values }
  end
  return rows
end

local function read_rows(model, inputs)
  local reader, rows = model.learner.input, inputs[1].shape[1]
  if rows < 1 or rows > model.batch then
    return nil, ("%.0f rows are not 1 to %d"):format(rows, model.batch),
      rows < 1 and "shape" or "size"
  end
  if reader.read_flat then return reader:read_flat(inputs[1].list, rows) end
  local list, message, reason = sparse_rows(inputs, reader.first)
  if not list then return nil, message, reason end
  return reader:read(list, 1, rows)
end

-- Responses ------------------------------------------------------------------------------------

local function wants_binary(request)
  local output = type(request.outputs) == "table" and request.outputs[1]
  local own = type(output) == "table" and type(output.parameters) == "table" and output.parameters
  if own and own.binary_data ~= nil then return own.binary_data == true end
  local all = type(request.parameters) == "table" and request.parameters
  return all and all.binary_data_output == true
end

local function send_binary(response, output, numbers)
  local floats = ffi.new("float[?]", #numbers, numbers)
  output.parameters = { binary_data_size = 4 * #numbers }
  local head = http.encode(response)
  local body = head .. ffi.string(floats, 4 * #numbers)
  ngx.header[BINARY_HEADER] = tostring(#head)
  ngx.header.content_type, ngx.header.content_length = "application/octet-stream", #body
  ngx.print(body)
  return 200
end

local function infer(service, model)
  local message, reason = v1.forbids(service, false)
  if message then return v1.refuse(model, message, reason) end
  local body, text, at, request, inputs, done
  body, message, reason = http.body(service.body_limit)
  if body then
    text, at, reason = split(body)
    message = at
  end
  if text then request, message, reason = http.decode(text) end
  if request then inputs, message, reason = read_inputs(request, body, at) end
  if inputs then done, message, reason = read_rows(model, inputs) end
  if not done then return v1.refuse(model, message, reason) end
  local numbers, shape
  numbers, shape, reason = model:predict_flat()
  if not numbers then return http.refuse(shape, reason) end
  local output = { name = "output", datatype = "FP32", shape = shape }
  local response = {
    model_name = model.name, model_version = ("%.0f"):format(model.header[HEADER.version]),
    id = type(request.id) == "string" and request.id or nil, outputs = { output },
  }
  if wants_binary(request) then return send_binary(response, output, numbers) end
  output.data = numbers
  return http.send(200, http.encode(response))
end

--- POST /v2/models/NAME/infer
function v2.infer(service, model)
  local start = clock()
  v1.count(model, v1.PREDICT, infer(service, model), start)
end

-- Metadata and health --------------------------------------------------------------------------

--- GET /v2
function v2.server(service)
  http.answer(200, {
    name = "lua-resty-dgraph", version = service._VERSION, extensions = { "binary_tensor_data" },
  })
end

--- GET /v2/models/NAME
function v2.model(service, model)
  local message, reason = v1.forbids(service, false)
  if message then return v1.refuse(model, message, reason) end
  local input = model.learner.input:describe()
  local inputs = { { name = "input", datatype = input.datatype, shape = input.shape } }
  if input.features then
    inputs[1].name = "indices"
    inputs[2] = { name = "values", datatype = "FP32", shape = input.shape }
  end
  http.answer(200, {
    name = model.name, versions = { ("%.0f"):format(model.header[HEADER.version]) },
    platform = "dgraph", inputs = inputs,
    outputs = { { name = "output", datatype = "FP32", shape = model:output_shape() } },
  })
end

--- GET /v2/health/live
function v2.live() http.answer(200, { live = true }) end

--- GET /v2/health/ready, and /v2/models/NAME/ready. A disk that is full leaves a server ready: it
--- predicts, and says of each example that it cannot be learnt.
function v2.ready(service, model)
  for _, each in pairs(model and { model } or service.models) do
    if each.header[HEADER.foreign] ~= 0 then
      return http.fail(503, ("model %s waits for its state folder"):format(each.name))
    end
  end
  http.answer(200, { ready = true })
end

return v2
