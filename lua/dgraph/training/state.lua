--- Text and tables of numbers as tensors, which is what serializers take.
local create = require "dgraph.create"
local ffi = require "ffi"
local serializers = require "dgraph.serializers.serializer"

local state = {}

--- Saves or loads an object that may have a method `serialize`; functions have none.
---@param serializer dgraph.Serializer
---@param object any
function state.object(serializer, object)
  local f = type(object) == "table" and object.serialize
  if f then f(object, serializer) end
end

--- Saves or loads a string, as its bytes.
---@param serializer dgraph.Serializer
---@param key string
---@param text string
---@return string text  as it is in the file; the one given where it is saved, or not in the file
function state.text(serializer, key, text)
  if serializers.loads(serializer) then
    local bytes = serializer(key, nil)
    return bytes and ffi.string(bytes:pointer(), bytes.size) or text
  end
  local bytes = create.empty({ #text }, "uint8")
  ffi.copy(bytes:pointer(), text, #text)
  serializer(key, bytes)
  return text
end

--- All names in some records, each once, in order.
local function names_in(records)
  local names, seen = {}, {}
  for _, record in ipairs(records) do
    for name in pairs(record) do
      if not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  table.sort(names)
  return names
end

--- Rows of the number of a record, the number of a name, and the value, all bits of it.
local function entries_of(records, names)
  local rows = {}
  for i, record in ipairs(records) do
    for k, name in ipairs(names) do
      if record[name] ~= nil then rows[#rows + 1] = { i, k, record[name] } end
    end
  end
  local entries = create.empty({ #rows, 3 }, "float64")
  local numbers = entries:pointer()
  for i, row in ipairs(rows) do
    for k = 1, 3 do numbers[3 * (i - 1) + k - 1] = row[k] end
  end
  return entries
end

local function records_of(entries, names)
  local records, numbers = {}, entries:pointer()
  for i = 0, entries.shape[1] - 1 do
    local record = tonumber(numbers[3 * i])
    for k = #records + 1, record do records[k] = {} end
    records[record][names[tonumber(numbers[3 * i + 1])]] = entries[{ i + 1, 3 }]:item()
  end
  return records
end

--- Saves or loads a list of tables that hold numbers by names. An empty one at the end is lost.
---@param serializer dgraph.Serializer
---@param key string
---@param records table<string, number>[]
---@return table<string, number>[] records
function state.records(serializer, key, records)
  local names = names_in(records)
  local inner = serializer[key]
  local text = state.text(inner, "names", table.concat(names, "\0") .. "\0")
  if not serializers.loads(serializer) then
    inner("entries", entries_of(records, names))
    return records
  end
  local entries = inner("entries", nil)
  if not entries then return records end
  names = {}
  for name in text:gmatch "([^%z]*)%z" do names[#names + 1] = name end
  return records_of(entries, names)
end

return state
