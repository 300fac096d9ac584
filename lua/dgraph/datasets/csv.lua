--- Tables as text (RFC 4180): columns of numbers become tensors, others arrays of strings.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local zlib = require "dgraph.utils.zlib"

local WHO = "read_csv"
local OPTIONS = { header = true, delimiter = true, dtype = true, limit = true }
local QUOTE = '"'

--- A field in quotes that begins at `at`; returns its text and what follows, or nil.
local function read_quoted(text, at)
  local parts, from = {}, at + 1
  while true do
    local quote = text:find(QUOTE, from, true)
    if not quote then return nil end
    parts[#parts + 1] = text:sub(from, quote - 1)
    if text:sub(quote + 1, quote + 1) ~= QUOTE then
      return table.concat(parts, QUOTE), quote + 1
    end
    from = quote + 2
  end
end

--- The fields of the record that begins at `at`, and where the next one begins; nil and a message
--- where there is none.
local function read_record(text, at, delimiter)
  local fields, stop = {}, "[\r\n%" .. delimiter .. "]"
  while true do
    local field, after
    if text:sub(at, at) == QUOTE then
      field, after = read_quoted(text, at)
      if not field then return nil, "a quote is not closed" end
    else
      after = text:find(stop, at) or #text + 1
      field = text:sub(at, after - 1)
    end
    fields[#fields + 1] = field
    local follows = text:sub(after, after)
    if follows ~= delimiter then
      if follows ~= "" and not follows:find "[\r\n]" then
        return nil, "text stands behind a closing quote"
      end
      return fields, after + #text:match("^\r?\n?", after)
    end
    at = after + 1
  end
end

--- All records of one length; nil and a message when one is not like the others.
local function read_records(text, delimiter)
  local records, at, number = {}, 1, 0
  if text:sub(1, 3) == "\239\187\191" then at = 4 end -- the mark of UTF-8
  while at <= #text do
    local fields, after = read_record(text, at, delimiter)
    number = number + 1
    if not fields then return nil, ("record %d: %s"):format(number, after) end
    local blank = #fields == 1 and fields[1] == "" and text:sub(at, at) ~= QUOTE
    if not blank then
      if records[1] and #fields ~= #records[1] then
        return nil, ("record %d has %d fields where the ones before have %d"):format(number,
          #fields, #records[1])
      end
      records[#records + 1] = fields
    end
    at = after
  end
  return records
end

--- A number in decimal, NaN for an empty field, nil for any other text.
local function as_number(field)
  if field == "" then return 0 / 0 end
  return not field:find "[xX]" and tonumber(field) or nil
end

--- The numbers of a column; nil when it has a text, or nothing at all.
local function numbers_of(records, first, column)
  local numbers, found = {}, false
  for i = first, #records do
    local field = records[i][column]
    local number = as_number(field)
    if not number then return nil end
    found = found or field ~= ""
    numbers[#numbers + 1] = number
  end
  return found and numbers or nil
end

local function texts_of(records, first, column)
  local texts = {}
  for i = first, #records do texts[#texts + 1] = records[i][column] end
  return texts
end

local function column_of(records, first, column, dtype)
  local numbers = numbers_of(records, first, column)
  if not numbers then return texts_of(records, first, column) end
  if dtype ~= "float32" and dtype ~= "float64" then
    for i, number in ipairs(numbers) do
      if number % 1 ~= 0 then
        return nil, ("%q in row %d is no %s"):format(records[first + i - 1][column], i, dtype)
      end
    end
  end
  return (require "dgraph".tensor(numbers, { dtype = dtype, device = "cpu" }))
end

--- The names of the columns: the first record, or positions.
local function names_of(records, header)
  local names, known = {}, {}
  for column = 1, #(records[1] or {}) do
    local name = header and records[1][column] or column
    if known[name] then return nil, ("two columns have the name %q"):format(name) end
    known[name], names[column] = true, name
  end
  return names
end

local function columns_of(records, opts)
  local header = opts.header ~= false
  local names, message = names_of(records, header)
  if not names then return nil, message end
  local columns = {}
  for column, name in ipairs(names) do
    local dtype = opts.dtype
    if type(dtype) == "table" then dtype = dtype[name] end
    columns[name], message = column_of(records, header and 2 or 1, column, dtype or "float32")
    if not columns[name] then return nil, ("column %s: %s"):format(name, message) end
  end
  return columns, names
end

local function check_options(opts)
  opts = check.options(opts, WHO, OPTIONS)
  local delimiter = opts.delimiter or ","
  if type(delimiter) ~= "string" or #delimiter ~= 1 or delimiter:find '[%w\r\n"]' then
    errors.raisef("%s: the delimiter must be one character, got %s", WHO, check.spell(delimiter))
  end
  for _, dtype in pairs(type(opts.dtype) == "table" and opts.dtype or { opts.dtype }) do
    dtypes.id(dtype, WHO)
  end
  return opts, delimiter
end

---@class dgraph.CsvOptions
---@field header boolean?  the first record has the names of the columns; true
---@field delimiter string?  one character: ","
---@field dtype dgraph.Dtype|table<string|integer, dgraph.Dtype>?  of columns of numbers, for all or
--- by name: float32
---@field limit integer?  the most bytes that the file may hold, unpacked; 1 GiB

--- Reads a table, packed by gzip or not: its columns by name, or by position where there is no
--- header, and their names in order. A column in which each field is a number, or empty, is a
--- tensor, with NaN where it is empty; any other is an array of strings. `DictDataset(columns)`
--- makes a dataset of it.
---@param path string
---@param opts? dgraph.CsvOptions
---@return table<string|integer, dgraph.Tensor|string[]>? columns
---@return (string|integer)[]|string names_or_message
local function read_csv(path, opts)
  if type(path) ~= "string" then
    errors.raisef("%s: the path must be a string, got %s", WHO, check.spell(path))
  end
  local delimiter
  opts, delimiter = check_options(opts)
  local bytes, size = zlib.gunzip(path, opts.limit)
  if not bytes then return nil, size end
  local text = ffi.string(bytes, size)
  buffer.free(bytes)
  local records, message = read_records(text, delimiter)
  if not records then return nil, ("%s: %s"):format(path, message) end
  local columns, names = columns_of(records, opts)
  if not columns then return nil, ("%s: %s"):format(path, names) end
  return columns, names
end

return read_csv
