--- JSON as the headers of files hold it. What a stranger sent is read here, so it is stricter than
--- a general library: a key that occurs twice, nesting without end, and text that is no UTF-8 are
--- refused, and integers are exact or refused.
local json = {}

local MAX_DEPTH = 32

--- Stands for null.
json.null = setmetatable({}, { __tostring = function() return "null" end })

local Array = {}

--- Marks a table as an array, also an empty one.
---@param list any[]
---@return any[]
function json.array(list) return setmetatable(list, Array) end

---@param value any
---@return boolean
function json.is_array(value) return getmetatable(value) == Array end

---@param value any
---@return boolean
function json.is_object(value)
  return type(value) == "table" and getmetatable(value) == nil
end

-- Reading --------------------------------------------------------------------------------------

--- Raises inside `decode`; turned into `nil, message` there.
local function refuse(at, message, ...)
  error({ message = ("JSON, byte %d: "):format(at) .. message:format(...) }, 0)
end

local function skip(text, at) return text:find("[^ \t\r\n]", at) or #text + 1 end

--- The lowest second byte, the highest one, and the length of a character, by its first byte.
local function utf8_class(first)
  if first >= 0xc2 and first <= 0xdf then return 0x80, 0xbf, 2 end
  if first == 0xe0 then return 0xa0, 0xbf, 3 end
  if first == 0xed then return 0x80, 0x9f, 3 end
  if first >= 0xe1 and first <= 0xef then return 0x80, 0xbf, 3 end
  if first == 0xf0 then return 0x90, 0xbf, 4 end
  if first == 0xf4 then return 0x80, 0x8f, 4 end
  if first >= 0xf1 and first <= 0xf3 then return 0x80, 0xbf, 4 end
end

--- Whether a text is UTF-8.
---@param text string
---@return boolean
function json.is_utf8(text)
  local at = text:find("[\128-\255]")
  while at do
    local low, high, length = utf8_class(text:byte(at))
    if not low then return false end
    local second = text:byte(at + 1) or 0
    if second < low or second > high then return false end
    for i = at + 2, at + length - 1 do
      local byte = text:byte(i) or 0
      if byte < 0x80 or byte > 0xbf then return false end
    end
    at = text:find("[\128-\255]", at + length)
  end
  return true
end

local function utf8_char(code)
  local function tail(shift) return 0x80 + math.floor(code / 2 ^ shift) % 64 end
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xc0 + math.floor(code / 64), tail(0)) end
  if code < 0x10000 then
    return string.char(0xe0 + math.floor(code / 4096), tail(6), tail(0))
  end
  return string.char(0xf0 + math.floor(code / 2 ^ 18), tail(12), tail(6), tail(0))
end

local ESCAPES = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

--- What a backslash at `at` stands for, and the position after it.
local function read_escape(text, at)
  local plain = ESCAPES[text:sub(at + 1, at + 1)]
  if plain then return plain, at + 2 end
  local digits = text:match("^u(%x%x%x%x)", at + 1)
  if not digits then refuse(at, "an odd escape") end
  local code = tonumber(digits, 16)
  if code < 0xd800 or code > 0xdfff then return utf8_char(code), at + 6 end
  local low = tonumber(text:match("^\\u([dD][c-fC-F]%x%x)", at + 6) or "", 16)
  if code > 0xdbff or not low then refuse(at, "half of a character") end
  return utf8_char(0x10000 + (code - 0xd800) * 0x400 + low - 0xdc00), at + 12
end

local function read_string(text, at)
  local parts, start = {}, at + 1
  local i = start
  while true do
    i = text:find('[%z\1-\31"\\]', i)
    if not i then refuse(at, "a string without an end") end
    local byte = text:byte(i)
    if byte < 32 then refuse(i, "a control character in a string") end
    parts[#parts + 1] = text:sub(start, i - 1)
    if byte == 34 then break end
    parts[#parts + 1], i = read_escape(text, i)
    start = i
  end
  local whole = table.concat(parts)
  if not json.is_utf8(whole) then refuse(at, "a string that is no UTF-8") end
  return whole, i + 1
end

local function read_number(text, at)
  local digits, finish = text:match("^(%-?%d+)()", at)
  if not digits or digits:find("^%-?0%d") then refuse(at, "no value") end
  local whole = true
  for _, part in ipairs { "^%.%d+()", "^[eE][+-]?%d+()" } do
    local next_at = text:match(part, finish)
    if next_at then finish, whole = next_at, false end
  end
  local value = tonumber(text:sub(at, finish - 1))
  -- LuaJIT gives nil for exponents of many digits.
  if not value or math.abs(value) > (whole and 2 ^ 53 or 1.7976931348623157e308) then
    refuse(at, "a number too large")
  end
  return value, finish
end

local read_value

--- Steps over a comma, or over what closes an array or object.
---@return integer at
---@return boolean more
local function read_separator(text, at, closing)
  at = skip(text, at)
  local mark = text:sub(at, at)
  if mark == closing then return at + 1, false end
  if mark ~= "," then refuse(at, "no comma and no %s", closing) end
  return skip(text, at + 1), true
end

local function read_array(text, at, depth)
  local list, more = json.array {}, true
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then return list, at + 1 end
  while more do
    list[#list + 1], at = read_value(text, at, depth)
    at, more = read_separator(text, at, "]")
  end
  return list, at
end

local function read_object(text, at, depth)
  local object, more = {}, true
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then return object, at + 1 end
  while more do
    if text:sub(at, at) ~= '"' then refuse(at, "no key") end
    local key, finish = read_string(text, at)
    if object[key] ~= nil then refuse(at, "the key %q occurs twice", key) end
    at = skip(text, finish)
    if text:sub(at, at) ~= ":" then refuse(at, "no colon") end
    object[key], at = read_value(text, skip(text, at + 1), depth)
    at, more = read_separator(text, at, "}")
  end
  return object, at
end

local WORDS = { { "true", true }, { "false", false }, { "null", json.null } }

function read_value(text, at, depth)
  if depth > MAX_DEPTH then refuse(at, "nested too deeply") end
  local mark = text:sub(at, at)
  if mark == "{" then return read_object(text, at, depth + 1) end
  if mark == "[" then return read_array(text, at, depth + 1) end
  if mark == '"' then return read_string(text, at) end
  for _, word in ipairs(WORDS) do
    if text:find("^" .. word[1], at) then return word[2], at + #word[1] end
  end
  return read_number(text, at)
end

--- Reads one value, which is all of the text. null is `json.null`, so that nil is a failure.
---@param text string
---@return any value
---@return string? message
function json.decode(text)
  local done, value, at = pcall(read_value, text, skip(text, 1), 1)
  if done then
    at = skip(text, at)
    if at > #text then return value end
    return nil, ("JSON, byte %d: more than one value"):format(at)
  end
  if type(value) ~= "table" then error(value, 0) end
  return nil, value.message
end

-- Writing --------------------------------------------------------------------------------------

local SHORT = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

local function spell_string(text)
  if not json.is_utf8(text) then error(("%q is no UTF-8"):format(text), 0) end
  return '"' .. text:gsub('[%z\1-\31"\\]', function(char)
    return SHORT[char] or ("\\u%04x"):format(char:byte())
  end) .. '"'
end

local function spell_number(number)
  if number ~= number or math.abs(number) == math.huge then
    error(("JSON has no number %s"):format(number), 0)
  end
  if number % 1 == 0 and math.abs(number) <= 2 ^ 53 then return ("%.0f"):format(number) end
  return ("%.17g"):format(number)
end

--- Spells a value: strings, finite numbers, booleans, `json.null`, arrays marked by `json.array`,
--- and other tables with strings for keys, in the order of the keys.
---@param value any
---@return string
function json.encode(value)
  local kind = type(value)
  if kind == "string" then return spell_string(value) end
  if kind == "number" then return spell_number(value) end
  if kind == "boolean" or value == json.null then return tostring(value) end
  if kind ~= "table" then error(("JSON has no %s"):format(kind), 0) end
  local parts, keys = {}, {}
  if json.is_array(value) then
    for i, item in ipairs(value) do parts[i] = json.encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys)
  for i, key in ipairs(keys) do
    parts[i] = spell_string(key) .. ":" .. json.encode(value[key])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

return json
