--- Saving to and loading from .safetensors files, which other frameworks read and write too. They
--- hold tensors and texts, nothing that is ever run.
local ffi = require "ffi"
local Load = require "dgraph.serializers.deserializer"
local buffer = require "dgraph.utils.buffer"
local dictionary = require "dgraph.serializers.dictionary"
local files = require "dgraph.utils.files"
local generations = require "dgraph.serializers.generations"
local json = require "dgraph.serializers.json"
local safetensors_file = require "dgraph.serializers.safetensors_file"
local zlib = require "dgraph.utils.zlib"

local safetensors = {}

local NAMES = {
  bool = "BOOL", uint8 = "U8", int32 = "I32", int64 = "I64", float32 = "F32", float64 = "F64",
  float16 = "F16", bfloat16 = "BF16",
}
local ALIGNMENT = { BOOL = 1, U8 = 1, F16 = 2, BF16 = 2, I32 = 4, F32 = 4, I64 = 8, F64 = 8 }

--- The arrays in the order of the file, widest elements first, so that each is aligned; and the
--- keys of those that are none.
local function collect(tensors)
  local arrays, none = {}, {}
  for _, key in ipairs(dictionary.keys(tensors)) do
    if key == "__metadata__" then error("safetensors: no tensor can be called __metadata__", 0) end
    local array = dictionary.pack(key, tensors[key])
    if array then
      array.key, array.name = key, NAMES[array.dtype]
      arrays[#arrays + 1] = array
    else
      none[#none + 1] = key
    end
  end
  table.sort(arrays, function(a, b)
    local x, y = ALIGNMENT[a.name], ALIGNMENT[b.name]
    if x ~= y then return x > y end
    return a.key < b.key
  end)
  return arrays, none
end

local function build_header(arrays, none, metadata)
  local entries, texts = {}, { [safetensors_file.CHECKSUM] = "00000000" }
  for key, text in pairs(metadata or {}) do
    if type(key) ~= "string" or type(text) ~= "string" then
      error(("safetensors: the metadata %s is no text"):format(tostring(key)), 0)
    end
    texts[key] = text
  end
  if #none > 0 then texts[safetensors_file.NONE] = table.concat(none, "\n") end
  entries.__metadata__ = texts
  local at = 0
  for _, array in ipairs(arrays) do
    entries[array.key] = {
      dtype = array.name,
      shape = json.array { unpack(array.shape) },
      data_offsets = json.array { at, at + array.size },
    }
    at = at + array.size
  end
  local text = json.encode(entries)
  return text .. (" "):rep(-#text % 8)
end

--- Puts the checksum of the whole file into its header.
local function seal(head, arrays)
  local sum = zlib.crc32(head, #head)
  for _, array in ipairs(arrays) do sum = zlib.crc32(array.data, array.size, sum) end
  local mark = ('"%s":"'):format(safetensors_file.CHECKSUM)
  local _, finish = head:find(mark .. "00000000", 1, true)
  return head:sub(1, finish - 8) .. ("%08x"):format(sum) .. head:sub(finish + 1)
end

--- Writes named tensors, numbers and booleans. The old file is replaced only when the new one is
--- whole.
---@param path string
---@param tensors table<string, dgraph.Tensor|number|boolean>
---@param opts? dgraph.SaveOptions
---@return true? done
---@return string? message
function safetensors.write_safetensors(path, tensors, opts)
  if ffi.abi "be" then error("safetensors: not supported on a big-endian machine", 2) end
  opts = opts or {}
  local arrays, none = collect(tensors)
  local text = build_header(arrays, none, opts.metadata)
  local parts = { seal(buffer.pack(#text, 8) .. text, arrays) }
  for _, array in ipairs(arrays) do parts[#parts + 1] = { array.data, array.size } end
  return files.write(path, parts, opts.generations)
end

---@class dgraph.ReadOptions
---@field map boolean?  the tensors look at the file instead of copies: it is read where they are
---  used, and processes that map it share its memory. What is written into them does not reach
---  the file; make no such file shorter while it is mapped (the functions here never do)
---@field keep_half boolean?  float16 and bfloat16 stay what they are: without it, float32
---@field check boolean?  compare the checksum, where there is one: true by default. It reads all
---  of the file

--- Reads all tensors of a file, or of the newest whole one where generations were kept.
---@param path string
---@param opts? dgraph.ReadOptions
---@return table<string, dgraph.Tensor>? tensors
---@return string|table<string, string> message_or_metadata
---@return dgraph.Found? found  what was loaded in place of the newest
function safetensors.read_safetensors(path, opts)
  local read, found = generations.newest(path, function(candidate)
    local file, message = safetensors_file.open(candidate, opts)
    if not file then return nil, message end
    local tensors
    tensors, message = file:tensors()
    return tensors and { tensors, file.metadata }, message
  end)
  if not read then return nil, found end
  return read[1], read[2], found
end

--- Saves a link, an optimizer, or whatever has a method `serialize`.
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param opts? dgraph.SaveOptions
---@return true? done
---@return string? message
function safetensors.save_safetensors(path, object, opts)
  local serializer, target = dictionary.DictionarySerializer()
  object:serialize(serializer)
  return safetensors.write_safetensors(path, target, opts)
end

--- Loads what `save_safetensors` wrote, or another program, where the names are the same. All else
--- is as with `load_npz`.
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param opts? dgraph.LoadOptions
---@return dgraph.LoadReport? report
---@return string? message
function safetensors.load_safetensors(path, object, opts)
  return Load.into("load_safetensors", safetensors_file.open, path, object, opts)
end

return safetensors
