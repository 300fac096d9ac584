--- Tensors out of files of plain numbers: raw bytes, and text.
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local native = require "dgraph.native"

local load = {}

local function path_of(path, who)
  if type(path) ~= "string" then
    errors.raisef("%s: the path must be a string, got %s", who, check.spell(path))
  end
  return path
end

--- A whole number that is not negative, or what stands for it when it is not given.
local function count_of(value, default, who, what)
  if value == nil then return default end
  if check.integer(value, who, what) < 0 then errors.raisef("%s: %s is %d", who, what, value) end
  return value
end

--- How many elements there are to read from `offset` on; nil and a message when they do not fit.
local function elements_in(file, offset, count, width)
  local _, message = file:read(0)
  if message then return nil, message end -- a folder, for one
  local size
  size, message = file:seek "end"
  if not size then return nil, message end
  if offset > size then return nil, ("it ends after %.0f bytes"):format(size) end
  local available = (size - offset) / width
  if count and count > available then
    return nil, ("%.0f elements were wanted, it has %.0f"):format(count, math.floor(available))
  end
  if not count and available % 1 ~= 0 then
    return nil, ("%.0f bytes are no whole number of elements of %d"):format(size - offset, width)
  end
  file:seek("set", offset)
  return count or available
end

---@class dgraph.FromfileOptions
---@field dtype? dgraph.Dtype  float32 when nil
---@field count? integer  how many elements; all that there are when nil
---@field offset? integer  how many bytes are left out in front: 0

--- The numbers of a file of raw bytes along one axis, in this machine's order of bytes.
---@param path string
---@param options? dgraph.FromfileOptions|dgraph.Dtype
---@return dgraph.Tensor?
---@return string? message  why it cannot be read
function load.fromfile(path, options)
  local who = "dg.fromfile"
  if type(options) == "string" then options = { dtype = options } end
  options = check.options(options, who, { dtype = true, count = true, offset = true })
  local dtype = options.dtype or convert.default_dtype()
  dtypes.id(dtype, who)
  local count = count_of(options.count, nil, who, "count")
  local offset = count_of(options.offset, 0, who, "offset")
  local file, message = io.open(path_of(path, who), "rb")
  if not file then return nil, message end
  count, message = elements_in(file, offset, count, dtypes.size(dtype))
  local x = count and create.empty({ count }, dtype == "bool" and "uint8" or dtype)
  if count and count > 0 and not files.fill(file, x:pointer(), x.nbytes) then
    x, message = nil, "it became shorter while it was read"
  end
  file:close()
  if not x then return nil, ("%s: %s"):format(path, message) end
  x:touch()
  return dtype == "bool" and x:ne(0) or x
end

local LOADTXT = {
  dtype = true, comments = true, delimiter = true, skiprows = true, usecols = true,
  max_rows = true, ndmin = true,
}

--- The texts between delimiters, or between spaces, of one line.
local function fields_of(line, delimiter)
  local fields, from = {}, 1
  if not delimiter then
    for field in line:gmatch "%S+" do fields[#fields + 1] = field end
    return fields
  end
  while true do
    local first, last = line:find(delimiter, from, true)
    fields[#fields + 1] = line:sub(from, first and first - 1)
    if not first then return fields end
    from = last + 1
  end
end

--- Appends the numbers of a line to `numbers`; returns how many, or nil and a message.
local function read_line(line, options, numbers)
  local fields = fields_of(line, options.delimiter)
  local columns = options.usecols
  for i = 1, columns and #columns or #fields do
    local at = columns and columns[i] or i
    if at < 0 then at = #fields + 1 + at end
    local number = tonumber(fields[at])
    if not number then
      return nil, fields[at] and ("%q is no number"):format(fields[at])
        or ("there is no column %d"):format(columns[i])
    end
    numbers[#numbers + 1] = number
  end
  return columns and #columns or #fields
end

--- All numbers of a file, row by row, and its rows and columns; nil and a message when a line is
--- not like the others.
local function read_rows(file, options)
  local numbers, rows, columns, number = {}, 0, nil, 0
  for line in file:lines() do
    number = number + 1
    local comment = options.comments ~= "" and line:find(options.comments, 1, true)
    if comment then line = line:sub(1, comment - 1) end
    if number > options.skiprows and line:find "%S" then
      if rows == options.max_rows then break end
      local count, message = read_line(line, options, numbers)
      if count and columns and count ~= columns then
        message = ("%d columns where the lines before have %d"):format(count, columns)
      end
      if message then return nil, ("line %d: %s"):format(number, message) end
      rows, columns = rows + 1, count
    end
  end
  return numbers, rows, columns or 0
end

local function loadtxt_options(options, who)
  if type(options) == "string" then options = { dtype = options } end
  options = check.options(options, who, LOADTXT)
  local columns = options.usecols
  if type(columns) == "number" then columns = { columns } end
  for i = 1, columns and #columns or 0 do check.position(columns[i], who, "usecols") end
  for _, name in ipairs { "comments", "delimiter" } do
    if options[name] ~= nil and type(options[name]) ~= "string" then
      errors.raisef("%s: %s must be a string, got %s", who, name, check.spell(options[name]))
    end
  end
  if options.delimiter == "" then errors.raisef("%s: the delimiter is empty", who) end
  return {
    dtype = options.dtype or convert.default_dtype(), usecols = columns,
    comments = options.comments or "#", delimiter = options.delimiter,
    skiprows = count_of(options.skiprows, 0, who, "skiprows"),
    max_rows = count_of(options.max_rows, nil, who, "max_rows"),
    ndmin = count_of(options.ndmin, 0, who, "ndmin"),
  }
end

---@class dgraph.LoadtxtOptions
---@field dtype? dgraph.Dtype  float32 when nil
---@field comments? string  what begins a comment: "#"; "" for none
---@field delimiter? string  what stands between numbers; white space when nil
---@field skiprows? integer  how many lines are left out in front: 0
---@field usecols? integer|integer[]  the columns to read, counted from 1; all when nil
---@field max_rows? integer  how many rows are read at most
---@field ndmin? integer  how many axes the result has at least, 0 to 2: those of size 1 go

--- The numbers of a text, one row for each line, as NumPy's loadtxt. Empty lines do not count.
---@param path string
---@param options? dgraph.LoadtxtOptions|dgraph.Dtype
---@return dgraph.Tensor?
---@return string? message  why it cannot be read, with the number of the line
function load.loadtxt(path, options)
  local who = "dg.loadtxt"
  options = loadtxt_options(options, who)
  dtypes.id(options.dtype, who)
  local file, message = io.open(path_of(path, who), "r")
  if not file then return nil, message end
  local _, unreadable = file:read(0)
  local numbers, rows, columns = nil, unreadable, nil
  if not unreadable then numbers, rows, columns = read_rows(file, options) end
  file:close()
  if not numbers then return nil, ("%s: %s"):format(path, rows) end
  local shape = { rows, columns }
  if rows == 0 then
    shape = options.ndmin < 2 and { 0 } or { 0, columns }
  elseif options.ndmin < 2 and (rows == 1 or columns == 1) then
    shape = (rows == columns and options.ndmin == 0) and {} or { rows * columns }
  end
  return (native.wrap(native.C.dg_reshape(convert.from_table(numbers, options.dtype),
    check.shape(shape, who), check.sizes)))
end

return load
