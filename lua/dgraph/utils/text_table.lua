--- Tables of text for terminals and logs: columns as wide as what they hold.

local text_table = {}

--- How many columns a text takes: characters, not bytes.
local function width_of(text)
  local _, count = text:gsub("[^\128-\191]", "")
  return count
end

--- Lays rows out. Numbers should come as text; columns whose title begins with a blank are aligned
--- to the right.
---@param titles string[]  of the columns: "name", " calls"
---@param rows (string[]|false)[]  false is a line across
---@return string
function text_table.format(titles, rows)
  local widths, total = {}, -2
  for i, title in ipairs(titles) do
    widths[i] = width_of(title:match "^ ?(.*)$")
    for _, row in ipairs(rows) do
      if row then widths[i] = math.max(widths[i], width_of(row[i] or "")) end
    end
    total = total + widths[i] + 2
  end
  local lines = {}
  local function add(row)
    local words = {}
    for i, width in ipairs(widths) do
      local text = row[i] or ""
      local gap = (" "):rep(width - width_of(text))
      words[i] = titles[i]:sub(1, 1) == " " and gap .. text or text .. gap
    end
    lines[#lines + 1] = (table.concat(words, "  "):gsub(" +$", ""))
  end
  local heads = {}
  for i, title in ipairs(titles) do heads[i] = title:match "^ ?(.*)$" end
  add(heads)
  for _, row in ipairs(rows) do
    if row then add(row) else lines[#lines + 1] = ("-"):rep(total) end
  end
  return table.concat(lines, "\n")
end

--- A whole number with its thousands apart: "1,234,567".
---@param number number
---@return string
function text_table.count(number)
  local text = ("%.0f"):format(number)
  local rest = #text % 3
  local head, tail = text:sub(1, rest), text:sub(rest + 1):gsub("(%d%d%d)", ",%1")
  return (head .. tail):gsub("^,", ""):gsub("^%-,", "-")
end

local function scaled(value, steps, format)
  local size = math.abs(value)
  for _, step in ipairs(steps) do
    if size >= step[1] then return (format or "%.3g %s"):format(value / step[1], step[2]) end
  end
  local last = steps[#steps]
  return ("%.3g %s"):format(value / last[1], last[2])
end

local TIMES = { { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "us" }, { 1e-9, "ns" } }
local BYTES = { { 2 ^ 30, "GB" }, { 2 ^ 20, "MB" }, { 2 ^ 10, "KB" }, { 1, "B" } }
local COUNTS = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "K" }, { 1, "" } }

--- Three digits and a unit: "1.23 ms".
---@param seconds number
---@return string
function text_table.time(seconds)
  if seconds == 0 then return "0 s" end
  return scaled(seconds, TIMES)
end

--- "12.5 KB", in powers of 1024.
---@param bytes number
---@return string
function text_table.bytes(bytes)
  if math.abs(bytes) < 1024 then return ("%.0f B"):format(bytes) end
  return scaled(bytes, BYTES, "%.1f %s")
end

--- "4.52 M", in powers of 1000.
---@param number number
---@return string
function text_table.short(number)
  return (scaled(number, COUNTS):gsub(" $", ""))
end

return text_table
