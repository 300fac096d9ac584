--- What a model is made of, as plain data: the classes of its layers and what they were made with.
--
-- Reading runs nothing out of a file: classes and functions are looked up by their names among
-- those that dgraph and the program have, and only layers can be made. A layer that occurs twice is
-- written once; later places hold its number.
local F = require "dgraph.functions"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"
local json = require "dgraph.serializers.json"
local kinds = require "dgraph.link_kinds"

local architecture = {}

local MAX_LAYERS = 1e5 -- counted with repetitions

-- Writing --------------------------------------------------------------------------------------

--- The name of each public function: the first one where there are several.
local function function_names()
  local names = {}
  for name, f in pairs(F) do
    if type(f) == "function" and not (names[f] and names[f] < name) then names[f] = name end
  end
  return names
end

---@class dgraph.ArchitectureWriter
local Writer = {}
Writer.__index = Writer

--- Raises, or notes a hole where texts are only compared.
function Writer:_refuse(where, message, ...)
  if self._lenient then return { unknown = true } end
  errors.raisef("save_model: %s: " .. message, where, ...)
end

local encode

local function encode_number(_, number)
  if number ~= number then return { number = "nan" } end
  if math.abs(number) == math.huge then return { number = number > 0 and "inf" or "-inf" } end
  return number
end

local function encode_string(self, text, where)
  if json.is_utf8(text) then return text end
  return self:_refuse(where, "a string that is no UTF-8")
end

local function encode_function(self, f, where)
  if self._functions[f] then return { ["function"] = self._functions[f] } end
  return self:_refuse(where, "a function that is none of dgraph.functions has no name that a file "
    .. "could hold (make it a layer: a class with a method forward)")
end

local function encode_tensor(self, tensor)
  local key = "dgraph.arguments/" .. #self.tensors + 1
  self.tensors[#self.tensors + 1] = tensor
  return { tensor = key }
end

--- Tables without a metatable: a list, fields with names, or both.
local function encode_plain(self, value, where)
  local list, fields, count = {}, {}, #value
  for i = 1, count do list[i] = encode(self, value[i], ("%s[%d]"):format(where, i)) end
  for key, item in pairs(value) do
    if type(key) == "string" and json.is_utf8(key) then
      fields[key] = encode(self, item, ("%s.%s"):format(where, key))
    elseif not (type(key) == "number" and list[key] ~= nil) then
      return self:_refuse(where, "a table with the key %s", tostring(key))
    end
  end
  return { list = json.array(list), fields = fields }
end

local function encode_initializer(self, value, where)
  local made = getmetatable(value)
  if initializers[made._name] ~= made then
    return self:_refuse(where, "an initializer of a class %s", made._name)
  end
  local fields = {}
  for key, item in pairs(value) do fields[key] = encode(self, item, where .. "." .. key) end
  return { initializer = made._name, fields = fields }
end

local function encode_link(self, link, where)
  local known = self._seen[link]
  if known == "open" then return self:_refuse(where, "a layer that contains itself") end
  if known then return { same = known } end
  local made = getmetatable(link)
  if kinds.find_class(made._name) ~= made then
    return self:_refuse(where, "its class is called %s, but there is another one of this name: "
      .. "give it its own, extend(\"Name\")", made._name)
  end
  self._seen[link] = "open"
  local given, list = link:_construction(), {}
  for i = 1, given.n do
    list[i] = encode(self, given[i], ("%s, argument %d of %s"):format(where, i, made._name))
  end
  self._count = self._count + 1
  self._seen[link] = self._count
  return { class = made._name, arguments = json.array(list) }
end

local function encode_table(self, value, where)
  local meta = getmetatable(value)
  if meta == nil then return encode_plain(self, value, where) end
  if kinds.is_link(value) then return encode_link(self, value, where) end
  if type(meta) == "table" and initializers.Initializer.is(value, initializers.Initializer) then
    return encode_initializer(self, value, where)
  end
  return self:_refuse(where, "an object that is neither a layer nor an initializer")
end

local ENCODERS = {
  ["nil"] = function() return json.null end,
  boolean = function(_, value) return value end,
  number = encode_number,
  string = encode_string,
  ["function"] = encode_function,
  table = encode_table,
}

function encode(self, value, where)
  if kinds.is_tensor(value) then return encode_tensor(self, value) end
  local encoder = ENCODERS[type(value)]
  if encoder then return encoder(self, value, where) end
  return self:_refuse(where, "a %s", type(value))
end

--- Describes a layer and all that it was made with.
---@param link dgraph.Link
---@param lenient? boolean  for comparisons: what has no name becomes "unknown" instead of an error
---@return table description  for `json.encode`
---@return dgraph.Tensor[] tensors  that the description refers to as "dgraph.arguments/1" ...
function architecture.describe(link, lenient)
  local writer = setmetatable({
    tensors = {}, _functions = function_names(), _seen = {}, _count = 0, _lenient = lenient,
  }, Writer)
  return encode(writer, link, "the model"), writer.tensors
end

-- Reading --------------------------------------------------------------------------------------

---@class dgraph.ArchitectureReader
local Reader = {}
Reader.__index = Reader

--- Raises inside `build`; turned into `nil, message` there.
local function refuse(message, ...) error({ message = message:format(...) }, 0) end

local decode

--- The values of a table in the file; positions where there are null stay empty.
local function decode_items(self, items, target)
  for key, item in pairs(items) do target[key] = decode(self, item) end
  return target
end

local function decode_plain(self, value)
  if not (json.is_array(value.list) and json.is_object(value.fields)) then
    refuse("a table without its parts")
  end
  return decode_items(self, value.fields, decode_items(self, value.list, {}))
end

local NUMBERS = { nan = 0 / 0, inf = math.huge, ["-inf"] = -math.huge }

local function decode_number(_, value)
  return NUMBERS[value.number] or refuse("an odd number")
end

local function decode_function(_, value)
  local f = type(value["function"]) == "string" and rawget(F, value["function"])
  if type(f) ~= "function" then refuse("there is no function F.%s", tostring(value["function"])) end
  return f
end

local function decode_tensor(self, value)
  local tensor = type(value.tensor) == "string" and self._tensors[value.tensor]
  if not tensor then refuse("there is no tensor %s", tostring(value.tensor)) end
  return tensor
end

local function decode_initializer(self, value)
  local made = initializers[value.initializer]
  if type(made) ~= "table" or made == initializers.Initializer or made._base == nil
      or not json.is_object(value.fields) then
    refuse("there is no initializer %s", tostring(value.initializer))
  end
  return setmetatable(decode_items(self, value.fields, {}), made)
end

--- Counts layers with their repetitions, so that a short file cannot describe a vast model.
local function count_layers(self, more)
  self._layers = self._layers + more
  if self._layers > MAX_LAYERS then refuse("more than %d layers", MAX_LAYERS) end
end

local function decode_link(self, value)
  local name, list = value.class, value.arguments
  local made = type(name) == "string" and kinds.find_class(name)
  if not made then
    refuse("the class %s is not defined: load the module that defines it first", tostring(name))
  end
  if not json.is_array(list) then refuse("%s without arguments", name) end
  local before = self._layers
  count_layers(self, 1)
  local arguments = decode_items(self, list, {})
  local link = made(unpack(arguments, 1, #list))
  self._links[#self._links + 1] = { link = link, layers = self._layers - before }
  return link
end

local function decode_same(self, value)
  local known = type(value.same) == "number" and self._links[value.same]
  if not known then refuse("there is no layer number %s", tostring(value.same)) end
  count_layers(self, known.layers)
  return known.link
end

local DECODERS = {
  { "class", decode_link }, { "same", decode_same }, { "function", decode_function },
  { "tensor", decode_tensor }, { "initializer", decode_initializer }, { "number", decode_number },
  { "list", decode_plain },
}

function decode(self, value)
  if value == json.null then return nil end
  if type(value) ~= "table" then return value end
  for _, case in ipairs(DECODERS) do
    if json.is_object(value) and value[case[1]] ~= nil then return case[2](self, value) end
  end
  refuse("an odd value")
end

--- Makes a layer from its description, all new. The constructors of its classes are called.
---@param description table  as `json.decode` gives it
---@param tensors table<string, dgraph.Tensor>  that it may refer to
---@return dgraph.Link? link
---@return string? message
function architecture.build(description, tensors)
  local reader = setmetatable({ _tensors = tensors, _links = {}, _layers = 0 }, Reader)
  local done, link = pcall(decode, reader, description)
  if not done then return nil, type(link) == "table" and link.message or tostring(link) end
  if not kinds.is_link(link) then return nil, "it describes no layer" end
  return link
end

return architecture
