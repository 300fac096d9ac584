--- Saving to and loading from .npz files, which NumPy and Chainer read and write too.
local ffi = require "ffi"
local dictionary = require "dgraph.serializers.dictionary"
local Load = require "dgraph.serializers.npz_deserializer"
local files = require "dgraph.utils.files"
local npy = require "dgraph.serializers.npy"
local npz_file = require "dgraph.serializers.npz_file"
local zip = require "dgraph.serializers.zip"

---@class dgraph.LoadOptions
---@field path string?  what the keys in the file start with: only the part below it is loaded
---@field strict boolean?  true by default
---@field ignore_names (string|fun(key: string): boolean)[]?  whole keys that are left alone

local npz = {}

--- The header, memory and size of what is to be written for one value.
local function encode(key, value)
  local kind = type(value)
  if value == dictionary.none then
    return npy.encode_none()
  elseif kind == "boolean" then
    return npy.encode_header({}, "bool"), ffi.new("uint8_t[1]", value and 1 or 0), 1
  elseif kind == "number" then
    local whole = value % 1 == 0 and math.abs(value) <= 2 ^ 53
    if whole then return npy.encode_header({}, "int64"), ffi.new("int64_t[1]", value), 8 end
    return npy.encode_header({}, "float64"), ffi.new("double[1]", value), 8
  elseif kind == "string" or kind == "function" or kind == "thread" or not value.dtype then
    error(("%s is a %s: only tensors, numbers and booleans can be saved"):format(key, kind), 0)
  end
  local here = value:to "cpu"
  return npy.encode_header(value.shape, value.dtype), here:pointer(), value.nbytes, here
end

local function write(path, arrays, compression)
  local keys = {}
  for key in pairs(arrays) do keys[#keys + 1] = key end
  table.sort(keys)
  local writer = zip.writer { compression = compression }
  for _, key in ipairs(keys) do
    local header, data, size, owner = encode(key, arrays[key])
    local done, message = writer:add(key .. ".npy", header, data, size, owner or arrays[key])
    if not done then return nil, ("cannot write %s: %s"):format(path, message) end
  end
  return files.write(path, writer:finish())
end

--- Writes named tensors, numbers and booleans to a file that `numpy.load` reads. The old file is
--- replaced only when the new one is whole.
---@param path string
---@param arrays table<string, dgraph.Tensor|number|boolean>
---@param compression? boolean  true by default
---@return true? done
---@return string? message
function npz.savez(path, arrays, compression)
  return write(path, arrays, compression ~= false)
end

--- Reads all arrays of an .npz file.
---@param path string
---@return table<string, dgraph.Tensor>? arrays
---@return string? message
function npz.load(path)
  local file, message = npz_file.open(path)
  if not file then return nil, message end
  local arrays = {}
  for _, key in ipairs(file.keys) do
    local tensor
    tensor, message = file:tensor(key)
    if tensor == nil then return nil, message end
    arrays[key] = tensor or nil -- none for a parameter without a shape
  end
  return arrays
end

--- Saves a link, an optimizer, or whatever has a method `serialize`.
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param compression? boolean  true by default
---@return true? done
---@return string? message
function npz.save_npz(path, object, compression)
  local serializer, target = dictionary.DictionarySerializer()
  object:serialize(serializer)
  return npz.savez(path, target, compression)
end

--- Makes a deserializer by hand: `object:serialize(NpzDeserializer(file))`. Unlike `load_npz` it
--- changes the object before it has seen the whole file; the first key that does not fit is an
--- error, unless `strict` is false.
---@param path string
---@param opts? dgraph.LoadOptions
---@return dgraph.Serializer? deserializer
---@return string|dgraph.LoadReport message_or_report
function npz.NpzDeserializer(path, opts)
  opts = opts or {}
  local file, message = npz_file.open(path)
  if not file then return nil, message end
  local load = Load.new(file, opts.path, opts.ignore_names)
  return load:deserializer(opts.strict ~= false), load.report
end

--- Loads what `save_npz` wrote, or Chainer. A parameter without a shape takes that of the file.
--- The object changes only after the whole file was read and found right. A file that cannot be
--- read or is damaged is `nil, message`; one that does not fit the object is an error that lists
--- every key at fault, unless `strict` is false: then those keys are left as they are.
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param opts? dgraph.LoadOptions
---@return dgraph.LoadReport? report
---@return string? message
function npz.load_npz(path, object, opts)
  opts = opts or {}
  local file, message = npz_file.open(path)
  if not file then return nil, message end
  local load = Load.new(file, opts.path, opts.ignore_names)
  object:serialize(load:checker())
  if load.damage then return nil, load.damage end
  local report = load:finish()
  local problems = load:problems()
  if problems and opts.strict ~= false then
    error(("load_npz: %s does not fit the object\n%s"):format(path, problems), 2)
  end
  object:serialize(load:deserializer(opts.strict ~= false))
  return report
end

return npz
