--- The formats that are fuzzed: files to begin with, and how each is read.
local ffi = require "ffi"
local dg = require "dgraph"
local buffer = require "dgraph.utils.buffer"
local elements = require "dgraph.serializers.elements"
local files = require "dgraph.utils.files"
local json = require "dgraph.serializers.json"
local mat = require "dgraph.datasets.mat"
local model_file = require "dgraph.serializers.model"
local mutate = require "spec.fuzz.mutate"
local npy = require "dgraph.serializers.npy"
local npz_file = require "dgraph.serializers.npz_file"
local onnx = require "dgraph.onnx"
local safetensors_file = require "dgraph.serializers.safetensors_file"
local zip = require "dgraph.serializers.zip"
local zlib = require "dgraph.utils.zlib"

local L, serializers = dg.links, dg.serializers

local function text_of(path)
  local bytes, size = assert(files.read(path))
  return ffi.string(bytes, size)
end

--- What `save(path)` writes.
local function written(save)
  local path = os.tmpname()
  assert(save(path))
  local text = text_of(path)
  os.remove(path)
  return text
end

local function fixtures(pattern, ...)
  local texts = {}
  for i, name in ipairs { ... } do texts[i] = text_of("spec/fixtures/" .. pattern:format(name)) end
  return texts
end

local function few_tensors()
  return {
    a = dg.tensor { { 1, 2 }, { 3, 4 } }, ["b/c"] = dg.tensor({ 5 }, "int64"), n = 3, on = true,
    empty = dg.empty({ 0, 2 }, "float64"), u = dg.tensor({ 1, 2, 3 }, "uint8"),
  }
end

--- The checksum that belongs into a text of the safetensors format.
local function seal(text)
  local mark = '"dgraph.crc32":"'
  local _, at = text:find(mark, 1, true)
  if not at then return text end
  local blank = text:sub(1, at) .. "00000000" .. text:sub(at + 9)
  local sum = ("%08x"):format(zlib.crc32(blank, #blank))
  return text:sub(1, at) .. sum .. text:sub(at + 9)
end

--- Damages the header alone, and makes the length and the checksum right: the damage gets further.
local function damage_header(r, text, words, other)
  if r(4) == 1 or #text < 8 then return mutate.text(r, text, words, other) end
  local length = buffer.u32(ffi.cast("const uint8_t *", text), 0)
  local head, body = text:sub(9, 8 + length), text:sub(9 + length)
  head = mutate.text(r, head, words, other)
  return seal(buffer.pack(#head, 8) .. head .. body)
end

--- Damages an array inside of an archive whose checksums are right.
local function damage_array(r, text, words, other)
  local bytes, size = buffer.from_string(text)
  local archive = r(4) > 1 and zip.open(bytes, size)
  if not archive then return mutate.text(r, text, words, other) end
  local writer = zip.writer { compression = r(2) == 1, zip64 = r(4) == 1 }
  for _, name in ipairs(archive.names) do
    local data, length = archive:read(name)
    if not data then return mutate.text(r, text, words, other) end
    local array = ffi.string(data, length)
    if r(2) == 1 then array = mutate.text(r, array, words, other) end
    writer:add(name, array)
  end
  local parts = {}
  for i, part in ipairs(writer:finish()) do
    parts[i] = type(part) == "string" and part or ffi.string(part[1], part[2])
  end
  return table.concat(parts)
end

local JSON = {
  "{", "}", "[", "]", ":", ",", '"', "\\u0000", "\\ud800", "null", "true", "1e5", "[[[[",
}

local function with(list, ...)
  local all = { ... }
  for _, word in ipairs(list) do all[#all + 1] = word end
  return all
end

local function read_npy(bytes, size)
  local header, message = npy.header(bytes, size)
  if not header then return nil, message end
  local right
  right, message = npy.check(header, bytes, size)
  if not right then return nil, message end
  if header.uninitialized then return true end
  local target = buffer.new(header.nbytes)
  return elements.decode(header, bytes, target)
end

--- Reads two arrays, all of whose numbers are looked at.
local function read_mat(bytes, size)
  local arrays, message = mat.parse(bytes, size, { "f8", "long_name_of_an_array" })
  if not arrays then return nil, message end
  local sum = 0
  for _, array in pairs(arrays) do
    for i = 0, array.count - 1 do sum = sum + tonumber(array.data[i]) end
  end
  return sum
end

local function read_tensors(open)
  return function(bytes, size)
    local file, message = open(bytes, size)
    if not file then return nil, message end
    return file:tensors()
  end
end

local function save(model) return function(path) return serializers.save_model(path, model) end end

---@class dgraph.FuzzFormat
---@field texts fun(): string[]
---@field words string[]
---@field read fun(bytes: ffi.cdata*, size: integer): any, string?
---@field damage? fun(r: function, text: string, words: string[], other: string): string
---@field growth integer  how many bytes may be asked for, for each byte of a file
---@field write? fun(path: string, value: any): boolean?  what was read is written and read again

---@type table<string, dgraph.FuzzFormat>
return {
  json = {
    texts = function() return { '{"a":[1,2.5e3,-0,true,null],"b":{"c":"\\u00e9\\n"},"d":[]}' } end,
    words = JSON,
    read = function(bytes, size) return json.decode(ffi.string(bytes, size)) end,
    growth = 0,
  },
  mat = {
    texts = function() return fixtures("mat/%s.mat", "plain", "packed") end,
    words = { "\14\0\0\0", "\15\0\0\0", "\9\0\0\0", "\5\0\0\0", "\1\0\1\0", "f8", "\120\156" },
    read = read_mat,
    growth = 1032,
  },
  npy = {
    texts = function()
      local header = npy.encode_header({ 2, 3 }, "float32")
      return { header .. ("\0\0\128\63"):rep(6), npy.encode_none(),
        (header:gsub("False", "True ")) .. ("abcd"):rep(6),
        (header:gsub("<f4", ">i2")) .. "abcdefghijkl" }
    end,
    words = { "'descr'", "'<f2'", "'>f8'", "'|b1'", "'|O'", "True", "False", "(", ")", "," },
    read = read_npy,
    growth = 4,
  },
  npz = {
    texts = function()
      return fixtures("%s.npz", "plain", "compressed", "zip64", "streamed", "none", "fortran",
        "narrow", "big_endian", "object")
    end,
    words = {
      "PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", ".npy", "'<f2'", "True", "(", ")",
    },
    damage = damage_array,
    read = read_tensors(npz_file.from_memory),
    write = serializers.savez,
    growth = 1032 + 4,
  },
  onnx = {
    texts = function() return fixtures("onnx/%s.onnx", "mlp", "residual", "steps", "words") end,
    words = { "Constant", "Relu", "\8", "\58", "fc.weight", "x", "" },
    read = function(bytes, size) return onnx.from_memory(bytes, size, "none/model.onnx") end,
    growth = 8,
  },
  safetensors = {
    texts = function()
      return { text_of "spec/fixtures/python.safetensors", written(function(path)
        return serializers.write_safetensors(path, few_tensors(), { metadata = { note = "n" } })
      end) }
    end,
    words = with(JSON, '"dtype"', '"shape"', '"data_offsets"', '"F16"', '"BOOL"', "__metadata__"),
    damage = damage_header,
    read = read_tensors(safetensors_file.from_memory),
    write = serializers.write_safetensors,
    growth = 4,
  },
  model = {
    texts = function()
      return {
        written(save(dg.Sequential(L.Linear(2, 2), dg.functions.relu, L.BatchNormalization(2)))),
        written(save(L.Classifier(dg.Chain { a = L.LSTM(1, 1), b = L.PReLU() }))),
      }
    end,
    words = with(JSON, '\\"class\\"', '\\"same\\":1', '\\"function\\"', "Linear", "Chain",
      "EmbedID", "NStepLSTM", "Convolution2D", "GRU", '\\"list\\"', '\\"tensor\\"', '\\"number\\"'),
    damage = damage_header,
    read = model_file.from_memory,
    growth = 16,
  },
}
