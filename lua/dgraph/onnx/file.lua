--- Reading and writing .onnx files: a graph of operators and the tensors that it starts with, as
-- https://onnx.ai/onnx/intro/concepts.html and onnx.proto describe them.
--
-- Nothing in a file is believed, and nothing is run. Large models have their tensors in a second
-- file, which has to lie in the same folder, or below.
local ffi = require "ffi"
local create = require "dgraph.create"
local elements = require "dgraph.serializers.elements"
local files = require "dgraph.utils.files"
local protobuf = require "dgraph.onnx.protobuf"

local refuse = protobuf.refuse

local onnx_file = {}

-- What is read of onnx.proto ------------------------------------------------------------------

local ENTRY = { [1] = { "key", "text" }, [2] = { "value", "text" } }

local TENSOR = {
  [1] = { "dims", "integer", repeated = true }, [2] = { "data_type", "integer" },
  [4] = { "float_data", "span" }, [5] = { "int32_data", "integer", repeated = true },
  [7] = { "int64_data", "integer", repeated = true }, [8] = { "name", "text" },
  [9] = { "raw_data", "span" }, [10] = { "double_data", "span" },
  [13] = { "external_data", ENTRY, repeated = true }, [14] = { "data_location", "integer" },
}

local ATTRIBUTE = {
  [1] = { "name", "text" }, [2] = { "f", "float" }, [3] = { "i", "integer" }, [4] = { "s", "text" },
  [5] = { "t", TENSOR }, [7] = { "floats", "float", repeated = true },
  [8] = { "ints", "integer", repeated = true }, [9] = { "strings", "text", repeated = true },
  [20] = { "type", "integer" },
}

local NODE = {
  [1] = { "inputs", "text", repeated = true }, [2] = { "outputs", "text", repeated = true },
  [3] = { "name", "text" }, [4] = { "op_type", "text" },
  [5] = { "attributes", ATTRIBUTE, repeated = true }, [7] = { "domain", "text" },
}

local DIMENSION = { [1] = { "size", "integer" }, [2] = { "symbol", "text" } }
local SHAPE = { [1] = { "dims", DIMENSION, repeated = true } }
local TENSOR_TYPE = { [1] = { "elem_type", "integer" }, [2] = { "shape", SHAPE } }
local VALUE = { [1] = { "name", "text" }, [2] = { "type", { [1] = { "tensor", TENSOR_TYPE } } } }

local GRAPH = {
  [1] = { "nodes", NODE, repeated = true }, [2] = { "name", "text" },
  [5] = { "initializers", TENSOR, repeated = true }, [11] = { "inputs", VALUE, repeated = true },
  [12] = { "outputs", VALUE, repeated = true },
  [15] = { "sparse_initializers", "span", repeated = true },
}

local OPSET = { [1] = { "domain", "text" }, [2] = { "version", "integer" } }
local MODEL = {
  [1] = { "ir_version", "integer" }, [2] = { "producer", "text" },
  [3] = { "producer_version", "text" }, [7] = { "graph", GRAPH },
  [8] = { "opsets", OPSET, repeated = true },
}

-- Tensors -------------------------------------------------------------------------------------

local kinds = elements.kinds

--- By onnx.proto's DataType: how the numbers lie in the file, and in which field they may be else.
local KINDS = {
  [1] = { kinds.f4, "float_data" }, [2] = { kinds.u1, "int32_data" },
  [3] = { kinds.i1, "int32_data" }, [4] = { kinds.u2, "int32_data" },
  [5] = { kinds.i2, "int32_data" }, [6] = { kinds.i4, "int32_data" },
  [7] = { kinds.i8, "int64_data" }, [9] = { kinds.b1, "int32_data" }, [10] = { kinds.f2 },
  [11] = { kinds.f8, "double_data" }, [12] = { kinds.u4 }, [16] = { kinds.bfloat16 },
}

--- The dtype of ours for one of onnx.proto's.
---@param data_type integer?
---@return dgraph.Dtype?
function onnx_file.dtype(data_type) return KINDS[data_type] and KINDS[data_type][1].dtype end

local function empty(header)
  return create.empty(header.shape, { dtype = header.dtype, device = "cpu" })
end

--- Numbers that lie in the file as they do in memory.
local function from_span(header, bytes, span)
  if span.size ~= header.length then
    refuse("%.0f bytes where its shape needs %.0f", span.size, header.length)
  end
  header.offset, header._big = span.at, false
  local tensor = empty(header)
  local done, message = elements.decode(header, bytes, tensor:pointer())
  if not done then refuse("%s", message) end
  return tensor
end

local function from_list(header, list)
  if #list ~= header.count then
    refuse("%d numbers where its shape needs %.0f", #list, header.count)
  end
  local tensor = empty(header)
  local to = tensor:pointer()
  for i, number in ipairs(list) do to[i - 1] = header.dtype == "bool" and number ~= 0 or number end
  return tensor
end

--- The part of a second file that holds a tensor.
local function external(file, proto)
  local where = {}
  for _, entry in ipairs(proto.external_data) do where[entry.key or ""] = entry.value end
  local name = where.location or ""
  if name == "" or name:find "^[/\\]" or name:find "%.%." or name:find "%z" then
    refuse("the file %q is not one beside the model", name)
  end
  local known = file.others[name]
  if not known then
    local bytes, size = files.map((file.path:match "^.*/" or "") .. name)
    if not bytes then refuse("%s", size) end
    known = { bytes = bytes, size = size }
    file.others[name] = known
  end
  local at = tonumber(where.offset or 0)
  local size = tonumber(where.length or at and known.size - at)
  if not at or not size or at % 1 ~= 0 or size % 1 ~= 0 or at < 0 or size < 0
      or at + size > known.size then
    refuse("it lies outside of %s", name)
  end
  return known.bytes, { at = at, size = size }
end

local function read_tensor(file, proto)
  local kind = KINDS[proto.data_type]
  if not kind then refuse("the dtype %s is not supported", tostring(proto.data_type)) end
  local header = { shape = proto.dims, uninitialized = false }
  for _, size in ipairs(proto.dims) do
    if size < 0 then refuse("a size of %.0f", size) end
  end
  local done, message = elements.describe(header, kind[1])
  if not done then refuse("%s", message) end
  if proto.data_location == 1 then return from_span(header, external(file, proto)) end
  if proto.raw_data then return from_span(header, file.bytes, proto.raw_data) end
  local data = kind[2] and proto[kind[2]]
  if data and data.at then return from_span(header, file.bytes, data) end
  if data and #data > 0 or header.count == 0 then return from_list(header, data or {}) end
  refuse("it has no elements")
end

--- A tensor of the file, on the cpu.
function onnx_file.tensor(file, proto, name)
  local done, tensor = pcall(read_tensor, file, proto)
  if done then return tensor end
  if type(tensor) ~= "table" then error(tensor, 0) end
  refuse("%s: %s", name, tensor.message)
end

-- Attributes ----------------------------------------------------------------------------------

--- What attributes of these names are, whatever the operator. Others are not looked at.
local TYPES = {}
for kind, names in pairs {
  table = "axes perm kernel_shape strides dilations pads output_shape output_padding split starts "
    .. "ends scales activations shape value_ints value_floats",
  string = "mode auto_pad direction equation approximate nearest_mode "
    .. "coordinate_transformation_mode keep_aspect_ratio_policy",
  number = "alpha beta gamma epsilon axis keepdims transA transB group ceil_mode to k largest "
    .. "count_include_pad select_last_index exclusive reverse noop_with_empty_axes allowzero p "
    .. "blocksize size bias ratio fmod upper num_outputs num_groups linear_before_reset layout "
    .. "input_forget clip min max training_mode detect_negative detect_positive start end "
    .. "antialias exclude_outside cubic_coeff_a value_int value_float",
} do
  for name in names:gmatch "%S+" do TYPES[name] = kind end
end

--- By onnx.proto's AttributeType.
local FIELDS = { "f", "i", "s", "t", nil, "floats", "ints", "strings" }
local DEFAULTS = { f = 0, i = 0, s = "" }

--- The attributes of a node by their names, tensors read.
function onnx_file.attributes(file, node)
  local attributes = {}
  for _, proto in ipairs(node.attributes) do
    local name, field = proto.name or "", FIELDS[proto.type or 0]
    if not field then refuse("its attribute %s has a type that is not supported", name) end
    local value = proto[field]
    if value == nil then value = DEFAULTS[field] end
    if field == "t" then value = onnx_file.tensor(file, value or {}, name) end
    if TYPES[name] and TYPES[name] ~= type(value) then
      refuse("its attribute %s is a %s, wanted a %s", name, type(value), TYPES[name])
    end
    attributes[name] = value
  end
  return attributes
end

-- The file ------------------------------------------------------------------------------------

--- The first operator set whose arithmetic broadcasts as NumPy's does.
local OLDEST = 7

--- Reads the messages of a file that lies in memory; tensors are read when they are asked for.
---@param bytes ffi.cdata*
---@param size integer
---@param path string  tensors outside of the file are looked for beside it
---@return table  { path, graph, opset, bytes }
function onnx_file.read(bytes, size, path)
  local model = protobuf.decode(ffi.cast("const uint8_t *", bytes), 0, size, MODEL)
  if not model.graph then refuse("not an ONNX file: it has no graph") end
  if #model.graph.sparse_initializers > 0 then refuse("sparse tensors are not supported") end
  local opset
  for _, entry in ipairs(model.opsets) do
    local domain = entry.domain or ""
    if domain == "" or domain == "ai.onnx" then opset = entry.version end
  end
  if not opset then refuse("not an ONNX file: it does not say which operators it is made of") end
  if opset < OLDEST then
    refuse("its operators are those of set %.0f, older than %d", opset, OLDEST)
  end
  return { path = path, bytes = bytes, graph = model.graph, opset = opset, others = {} }
end

-- Writing -------------------------------------------------------------------------------------

--- The number of onnx.proto for a dtype of ours.
local DATA_TYPES = {
  float32 = 1, uint8 = 2, int32 = 6, int64 = 7, bool = 9, float16 = 10, float64 = 11, bfloat16 = 16,
}

---@param dtype dgraph.Dtype
---@return integer
function onnx_file.data_type(dtype) return DATA_TYPES[dtype] end

--- A tensor as a message.
---@param name string
---@param dtype dgraph.Dtype
---@param shape integer[]
---@param bytes string  the elements, row-major, in little endian
---@return table
function onnx_file.tensor_message(name, dtype, shape, bytes)
  return { dims = shape, data_type = DATA_TYPES[dtype], name = name, raw_data = bytes }
end

--- An attribute as a message: a whole number, `{ float = 0.1 }`, a text, a list of whole numbers,
--- or `{ tensor = message }`.
---@param name string
---@param value integer|string|table
---@return table
function onnx_file.attribute_message(name, value)
  if type(value) == "number" then return { name = name, type = 2, i = value } end
  if type(value) == "string" then return { name = name, type = 3, s = value } end
  if value.float then return { name = name, type = 1, f = value.float } end
  if value.tensor then return { name = name, type = 4, t = value.tensor } end
  return { name = name, type = 7, ints = value }
end

--- What the file says of an input or output.
---@param name string
---@param dtype dgraph.Dtype
---@param shape (integer|string)[]
---@return table
function onnx_file.value_message(name, dtype, shape)
  local dims = {}
  for i, size in ipairs(shape) do
    dims[i] = type(size) == "string" and { symbol = size } or { size = size }
  end
  local tensor = { elem_type = DATA_TYPES[dtype], shape = { dims = dims } }
  return { name = name, type = { tensor = tensor } }
end

--- The bytes of a file.
---@param model table  a message
---@return string
function onnx_file.encode(model) return protobuf.encode(model, MODEL) end

--- The bytes of a tensor that is a file of its own, as test cases have them.
---@param message table
---@return string
function onnx_file.encode_tensor(message) return protobuf.encode(message, TENSOR) end

return onnx_file
