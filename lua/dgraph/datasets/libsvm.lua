--- The text format of LIBSVM: a label and `feature:value` for what is not 0, one row in a line.
local ffi = require "ffi"
local SparseDataset = require "dgraph.datasets.sparse_dataset"
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local written = require "dgraph.datasets.written"
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
  --- Forgets what came behind the first `size` elements.
  function list.cut(size) list.size = size end
  --- A tensor of the elements.
  function list.tensor(dtype)
    local x = written({ list.size }, dtype, "cpu", function(target)
      local source = list.data
      for i = 0, list.size - 1 do target[i] = source[i] end
    end)
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

-- -- Rows as most are, byte by byte; several times faster with the JIT compiler -----------------

local SPACE, TAB, NEWLINE, RETURN, PLUS, MINUS, DOT, COLON, ZERO, NINE =
  (" \t\n\r+-.:09"):byte(1, -1)
local DIGITS = 15 -- so many make a whole number that a double holds, divided by 10^15 at most

local POWERS = {}
for i = 0, DIGITS do POWERS[i] = 10 ^ i end

local function ends(byte)
  return byte == SPACE or byte == NEWLINE or byte == TAB or byte == RETURN
end

--- The number at `at`, and what comes behind it; nil when it is long, has an exponent, or is none.
--- A whole number divided by a power of ten is rounded once, so this is what tonumber gives.
local function number_at(p, at)
  local sign = 1
  if p[at] == PLUS then at = at + 1
  elseif p[at] == MINUS then sign, at = -1, at + 1
  end
  local whole, digits, behind = 0, 0, 0
  while p[at] >= ZERO and p[at] <= NINE do
    whole, digits, at = 10 * whole + (p[at] - ZERO), digits + 1, at + 1
  end
  if p[at] == DOT then
    at = at + 1
    while p[at] >= ZERO and p[at] <= NINE do
      whole, digits, behind, at = 10 * whole + (p[at] - ZERO), digits + 1, behind + 1, at + 1
    end
  end
  if digits == 0 or digits > DIGITS or not ends(p[at]) then return nil, at end
  return sign * whole / POWERS[behind], at
end

--- A whole number before a colon, and what comes behind that; nil if it is not like that.
local function feature_at(p, at)
  local feature, from = 0, at
  while p[at] >= ZERO and p[at] <= NINE do feature, at = 10 * feature + (p[at] - ZERO), at + 1 end
  if at == from or at - from > DIGITS or p[at] ~= COLON then return nil, at end
  return feature, at + 1
end

local function skip(p, at)
  while p[at] == SPACE or p[at] == TAB or p[at] == RETURN do at = at + 1 end
  return at
end

--- Reads the row at `at`, of a text that ends in a newline. Returns the largest feature and where
--- the next row begins; nil when something about it is unusual, and then nothing is added.
local function usual_row(p, at, lists, shift)
  local indices, values = lists.indices, lists.values
  local begin, before = indices.size, 0
  local label
  label, at = number_at(p, skip(p, at))
  if not label then return nil end
  at = skip(p, at)
  while p[at] ~= NEWLINE do
    local feature, value
    feature, at = feature_at(p, at)
    if feature then value, at = number_at(p, at) end
    if not value or feature + shift <= before then
      indices.cut(begin)
      values.cut(begin)
      return nil
    end
    before = feature + shift
    indices.push(before)
    values.push(value)
    at = skip(p, at)
  end
  lists.offsets.push(begin + 1)
  lists.labels.push(label)
  return before, at + 1
end

--- Reads all rows of a text; returns the largest feature, or nil and a message.
local function read_rows(text, lists, shift)
  if text:sub(-1) ~= "\n" then text = text .. "\n" end
  local p, size = ffi.cast("const uint8_t *", text), #text
  local at, largest, number, is_compiled = 0, 0, 0, jit.status()
  while at < size do
    number = number + 1
    local feature, next_row
    if is_compiled then feature, next_row = usual_row(p, at, lists, shift) end
    if not feature then
      next_row = text:find("\n", at + 1, true)
      local line = text:sub(at + 1, next_row - 1):match "^[^#]*"
      if line:find "%S" then
        local message
        feature, message = read_row(line, lists, shift)
        if not feature then return nil, ("line %d: %s"):format(number, message) end
      end
    end
    largest, at = math.max(largest, feature or 0), next_row
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
