--- The text format of LIBSVM: a label and `feature:value` for what is not 0, one row in a line.
local ffi = require "ffi"
local SparseDataset = require "dgraph.datasets.sparse_dataset"
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local zlib = require "dgraph.utils.zlib"

local WHO = "read_libsvm"
local OPTIONS = { n_features = true, zero_based = true, dtype = true, label_dtype = true,
  limit = true }

local WIDTH = 8

--- A growing array of doubles outside of Lua's heap.
local function new_list()
  local list = { size = 0, capacity = 1024 }
  local function allocate(capacity)
    local bytes, message = buffer.new(capacity * WIDTH)
    if not bytes then error(message, 0) end
    return bytes, ffi.cast("double *", bytes)
  end
  list.bytes, list.data = allocate(list.capacity)
  function list.push(value)
    if list.size == list.capacity then
      local bytes, data = allocate(2 * list.capacity)
      ffi.copy(bytes, list.bytes, list.size * WIDTH)
      buffer.free(list.bytes)
      list.bytes, list.data, list.capacity = bytes, data, 2 * list.capacity
    end
    list.data[list.size] = value
    list.size = list.size + 1
  end
  --- A tensor of the elements.
  function list.tensor(dtype)
    local x = require "dgraph".empty({ list.size }, { dtype = dtype, device = "cpu" })
    local target, source = x:pointer(), list.data
    for i = 0, list.size - 1 do target[i] = source[i] end
    buffer.free(list.bytes)
    return x
  end
  return list
end

--- Reads one row into the lists; returns the largest feature, or nil and a message.
local function read_row(line, lists, shift)
  local label, after = line:match "^%s*(%S+)()"
  if not tonumber(label) then return nil, ("%q is no number"):format(label) end
  local largest, before = 0, 0
  lists.offsets.push(lists.indices.size + 1)
  lists.labels.push(tonumber(label))
  for word in line:sub(after):gmatch "%S+" do
    local feature, value = word:match "^(%d+):(%S+)$"
    feature, value = tonumber(feature), tonumber(value)
    if not value then return nil, ("%q is not feature:value"):format(word) end
    feature = feature + shift
    if feature <= before then
      return nil, feature < 1 and "features count from 1 (zero_based = true for others)"
        or ("feature %d comes after %d"):format(feature - shift, before - shift)
    end
    lists.indices.push(feature)
    lists.values.push(value)
    before, largest = feature, feature
  end
  return largest
end

--- Reads all rows of a text; returns the largest feature, or nil and a message.
local function read_rows(text, lists, shift)
  local largest, number = 0, 0
  for line in text:gmatch "([^\n]*)\n?" do
    number = number + 1
    line = line:match "^[^#]*"
    if line:find "%S" then
      local feature, message = read_row(line, lists, shift)
      if not feature then return nil, ("line %d: %s"):format(number, message) end
      largest = math.max(largest, feature)
    end
  end
  return largest
end

---@class dgraph.LibsvmOptions
---@field n_features integer?  how many there are; the largest one in the file when nil
---@field zero_based boolean?  features count from 0 in the file; false
---@field dtype dgraph.Dtype?  of the values: float32
---@field label_dtype dgraph.Dtype?  of the labels, which stay as they are in the file: float32
---@field limit integer?  the most bytes that the file may hold, unpacked; 1 GiB

--- Reads a file in the format of LIBSVM, packed by gzip or not. The result has the tensors
--- `indices`, `values`, `offsets` and `labels`, and is a dataset: its batches are those four for
--- some rows. `F.embedding_bag(indices, W, offsets, "sum", true, values)` is the product of the
--- rows with W.
---@param path string
---@param opts? dgraph.LibsvmOptions
---@return dgraph.SparseDataset?
---@return string? message  why it cannot be read, with the number of the line
local function read_libsvm(path, opts)
  if type(path) ~= "string" then
    errors.raisef("%s: the path must be a string, got %s", WHO, check.spell(path))
  end
  opts = check.options(opts, WHO, OPTIONS)
  if opts.n_features ~= nil then check.integer(opts.n_features, WHO, "n_features") end
  local bytes, size = zlib.gunzip(path, opts.limit)
  if not bytes then return nil, size end
  local text = ffi.string(bytes, size)
  buffer.free(bytes)
  local lists = { indices = new_list(), values = new_list(), offsets = new_list(),
    labels = new_list() }
  local largest, message = read_rows(text, lists, opts.zero_based and 1 or 0)
  if largest and opts.n_features and largest > opts.n_features then
    largest, message = nil, ("feature %d is more than n_features, %d"):format(largest,
      opts.n_features)
  end
  if not largest then return nil, ("%s: %s"):format(path, message) end
  return SparseDataset {
    indices = lists.indices.tensor "int64",
    values = lists.values.tensor(opts.dtype or "float32"),
    offsets = lists.offsets.tensor "int64",
    labels = lists.labels.tensor(opts.label_dtype or "float32"),
    n_features = opts.n_features or largest,
  }
end

return read_libsvm
