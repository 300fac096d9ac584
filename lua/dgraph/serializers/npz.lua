--- Saving to and loading from .npz files, which NumPy and Chainer read and write too.
local dictionary = require "dgraph.serializers.dictionary"
local Load = require "dgraph.serializers.deserializer"
local files = require "dgraph.utils.files"
local generations = require "dgraph.serializers.generations"
local npy = require "dgraph.serializers.npy"
local npz_file = require "dgraph.serializers.npz_file"
local zip = require "dgraph.serializers.zip"

---@class dgraph.SaveOptions
---@field generations integer?  how many files are kept: `path`, and those before it as `path.1`,
---  `path.2` ...; 1 by default
---@field compression boolean?  of .npz: true by default
---@field metadata table<string, string>?  of .safetensors: texts that the file holds too

local npz = {}

--- `true` and `false` stand for the option `compression`.
local function read_options(opts)
  if type(opts) == "table" then return opts end
  return { compression = opts }
end

--- Writes named tensors, numbers and booleans to a file that `numpy.load` reads. The old file is
--- replaced only when the new one is whole. NumPy has no bfloat16: such tensors are written as
--- float32, without loss.
---@param path string
---@param arrays table<string, dgraph.Tensor|number|boolean>
---@param opts? boolean|dgraph.SaveOptions  or only whether to compress
---@return true? done
---@return string? message
function npz.savez(path, arrays, opts)
  opts = read_options(opts)
  local writer = zip.writer { compression = opts.compression ~= false }
  for _, key in ipairs(dictionary.keys(arrays)) do
    local array = dictionary.pack(key, arrays[key], "bfloat16")
    local header = array and npy.encode_header(array.shape, array.dtype) or npy.encode_none()
    local done, message = writer:add(key .. ".npy", header, array and array.data,
      array and array.size, array)
    if not done then return nil, ("cannot write %s: %s"):format(path, message) end
  end
  return files.write(path, writer:finish(), opts.generations)
end

---@class dgraph.LoadArraysOptions
---@field keep_half boolean?  float16 stays what it is; without it it becomes float32

--- Reads all arrays of an .npz file, or of the newest whole one where generations were kept.
---@param path string
---@param opts? dgraph.LoadArraysOptions
---@return table<string, dgraph.Tensor>? arrays
---@return string|dgraph.Found|nil message_or_found  what was loaded in place of the newest
function npz.load(path, opts)
  return generations.newest(path, function(candidate)
    local file, message = npz_file.open(candidate, opts)
    if not file then return nil, message end
    return file:tensors()
  end)
end

--- Saves a link, an optimizer, or whatever has a method `serialize`.
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param opts? boolean|dgraph.SaveOptions  or only whether to compress
---@return true? done
---@return string? message
function npz.save_npz(path, object, opts)
  local serializer, target = dictionary.DictionarySerializer()
  object:serialize(serializer)
  return npz.savez(path, target, opts)
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
--- read or is damaged is `nil, message`, unless `path.1`, an older generation, is whole: then the
--- report says so. One that does not fit the object is an error that lists every key at fault,
--- unless `strict` is false: then those keys are left as they are.
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param opts? dgraph.LoadOptions
---@return dgraph.LoadReport? report
---@return string? message
function npz.load_npz(path, object, opts)
  return Load.into("load_npz", npz_file.open, path, object, opts)
end

return npz
