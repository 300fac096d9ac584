--- Reads the state of an object out of a file of named arrays, in two passes: look at all, then
--- change it.
local errors = require "dgraph.errors"
local generations = require "dgraph.serializers.generations"
local parameter = require "dgraph.parameter"
local serializer = require "dgraph.serializers.serializer"

--- A value of one kind may become one of a later kind, as in NumPy's "same kind" casting.
local KIND = {
  bool = 1, uint8 = 2, int32 = 2, int64 = 2, float32 = 3, float64 = 3, float16 = 3, bfloat16 = 3,
}

local function spell(shape, dtype) return ("%s (%s)"):format(dtype, table.concat(shape, ", ")) end

local function same_shape(a, b)
  if #a ~= #b then return false end
  for i, size in ipairs(a) do
    if size ~= b[i] then return false end
  end
  return true
end

--- Why the array of this header cannot become this value; nil when it can.
local function misfit(header, value)
  if header.uninitialized or value == nil then
    return nil
  elseif type(value) == "number" or type(value) == "boolean" then
    if header.count ~= 1 then
      return ("a %s here, %s in the file"):format(type(value), spell(header.shape, header.dtype))
    end
  elseif serializer.is_uninitialized(value) then
    return nil
  elseif not same_shape(header.shape, value.shape) or KIND[header.dtype] > KIND[value.dtype] then
    return ("%s here, %s in the file"):format(spell(value.shape, value.dtype),
      spell(header.shape, header.dtype))
  end
end

local function becomes_scalar(header, value)
  if value == nil then return #header.shape == 0 end
  return type(value) == "number" or type(value) == "boolean"
end

local function ignore() end

--- Gives a parameter its shape; its first numbers need not be drawn.
local function initialize(value, shape)
  local done, message = parameter.unfilled(ignore, value.initialize, value, shape)
  if not done then error(message, 0) end
end

--- What a value becomes, given what was found for it.
local function assign(value, ready)
  local found, kind = ready.value, type(value)
  if kind == "nil" then
    if ready.none then return nil end
    return found
  elseif kind == "number" then
    if type(found) == "boolean" then return found and 1 or 0 end
    return found
  elseif kind == "boolean" then
    return found ~= 0 and found ~= false
  end
  if ready.none then return value end
  if serializer.is_uninitialized(value) then initialize(value, found.shape) end
  value:copydata(found)
  return value
end

--- Whether a key is on the list of those that are to be left alone.
local function ignores(ignore_names, key)
  for _, name in ipairs(ignore_names) do
    if name == key or type(name) == "function" and name(key) then return true end
  end
  return false
end

---@class dgraph.LoadOptions
---@field path string?  what the keys in the file start with: only the part below it is loaded
---@field strict boolean?  true by default
---@field ignore_names (string|fun(key: string): boolean)[]?  whole keys that are left alone

---@class dgraph.LoadReport: dgraph.Found
---@field missing string[]  asked for by the object, not in the file
---@field unexpected string[]  in the file, not asked for by the object
---@field mismatched string[]  "key: what does not fit"

---@class dgraph.Load
---@field report dgraph.LoadReport
---@field damage string?  why the file cannot be read
local Load = {}
Load.__index = Load

---@param file dgraph.NpzFile|dgraph.SafetensorsFile
---@param path? string  what the keys in the file start with
---@param ignore_names? (string|fun(key: string): boolean)[]
---@return dgraph.Load
function Load.new(file, path, ignore_names)
  return setmetatable({
    report = { missing = {}, unexpected = {}, mismatched = {} },
    damage = nil,
    _file = file,
    _prefix = serializer.prefix(path),
    _ignored = ignore_names or {},
    _asked = {},
    _ready = {},
  }, Load)
end

--- Reads what one key is to become into memory, or notes why that is not possible.
---@return string? problem
function Load:_prepare(key, value)
  if self._asked[key] then return end
  self._asked[key] = true
  if self.damage or ignores(self._ignored, key) then return end
  if not self._file:has(key) then
    table.insert(self.report.missing, key)
    return "missing: " .. key
  end
  local header, found, message
  header, message = self._file:header(key)
  if header then
    local problem = misfit(header, value)
    if problem then
      table.insert(self.report.mismatched, key .. ": " .. problem)
      return "mismatched: " .. key .. ": " .. problem
    end
    local read = becomes_scalar(header, value) and self._file.scalar or self._file.tensor
    found, message = read(self._file, key)
  end
  if found == nil then
    self.damage = message
    return message
  end
  self._ready[key] = { value = found, none = header.uninitialized }
end

--- The first pass: reads and checks everything that the object asks for, and changes nothing.
---@return dgraph.Serializer
function Load:checker()
  return serializer.new(function(key, value)
    self:_prepare(key, value)
    return value
  end, self._prefix, true)
end

--- The second pass: gives the object what the first one found.
---@param strict boolean  a key that the first pass did not meet and that does not fit is an error
---@return dgraph.Serializer
function Load:deserializer(strict)
  return serializer.new(function(key, value)
    local problem = self:_prepare(key, value)
    if problem and strict then error(("%s: %s"):format(self._file.path, problem), 0) end
    local ready = self._ready[key]
    if not ready then return value end
    return assign(value, ready)
  end, self._prefix, true)
end

--- Completes the report with the keys that nobody asked for.
---@return dgraph.LoadReport
function Load:finish()
  local unexpected = {}
  for _, key in ipairs(self._file.keys) do
    local below = key:sub(1, #self._prefix) == self._prefix
    if below and not self._asked[key] and not ignores(self._ignored, key) then
      unexpected[#unexpected + 1] = key
    end
  end
  self.report.unexpected = unexpected
  return self.report
end

--- Spells all that does not fit, one key a line; nil when everything fits.
---@return string?
function Load:problems()
  local report, lines = self.report, {}
  for _, key in ipairs(report.missing) do lines[#lines + 1] = "  missing: " .. key end
  for _, text in ipairs(report.mismatched) do lines[#lines + 1] = "  mismatched: " .. text end
  if #lines == 0 then return nil end
  for _, key in ipairs(report.unexpected) do lines[#lines + 1] = "  not asked for: " .. key end
  return table.concat(lines, "\n")
end

--- Loads an object: `nil, message` for a file that cannot be read, an error for one that does not
--- fit. The object changes when all was found right, not before.
---@param who string  for messages
---@param open fun(path: string): table?, string?
---@param path string
---@param object { serialize: fun(self: any, serializer: dgraph.Serializer) }
---@param opts? dgraph.LoadOptions
---@return dgraph.LoadReport? report
---@return string? message
function Load.into(who, open, path, object, opts)
  opts = opts or {}
  local load, found = generations.newest(path, function(candidate)
    local file, message = open(candidate)
    if not file then return nil, message end
    local attempt = Load.new(file, opts.path, opts.ignore_names)
    object:serialize(attempt:checker())
    if attempt.damage then return nil, attempt.damage end
    return attempt
  end)
  if not load then return nil, found end
  local report = load:finish()
  if found then report.file, report.passed_over = found.file, found.passed_over end
  local problems = load:problems()
  if problems and opts.strict ~= false then
    errors.raisef("%s: %s does not fit the object\n%s", who, load._file.path, problems)
  end
  object:serialize(load:deserializer(opts.strict ~= false))
  return report
end

return Load
