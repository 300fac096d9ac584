--- The reference as LDoc reads it: doc.lua knows what users call and how it is annotated, LDoc
--- makes pages of that. `declare` makes functions out of strings, where LDoc would see none. Used
--- by doc.lua.
local contract = dofile "c/tools/contract.lua"
local describe = dofile "c/tools/meta.lua".describe

local CONFIG = [[
project = "dgraph"
title = "dgraph: the reference"
description = "Define-by-run automatic differentiation for LuaJIT."
format = "markdown"
dir = "html"
file = "ldoc"
no_summary = false
no_return_or_parms = false
sort = false
style = "!pale"
backtick_references = false
merge = true
]]

local function comment(lines, text)
  for line in (text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = "-- " .. line:gsub("@", "\\@")
  end
end

--- "name? type  text" as LDoc has it. It takes simple types alone for types: others become text.
local function annotation(tag, text, has_name)
  local name = has_name and text:match "^%S+" or ""
  local rest = text:sub(#name + 1)
  local kind, words = rest:match "^%s*(.-)%s%s+(.*)$"
  kind, words = kind or rest:match "^%s*(.-)%s*$", words or ""
  local plain = name:gsub("%?$", "")
  if kind:find "^[%w_.|]+$" then
    local optional = plain ~= name and "[opt]" or ""
    return ("-- @t%s%s %s %s %s"):format(tag, optional, kind, plain, words)
  end
  return ("-- @%s %s %s%s%s"):format(tag, plain, kind, words ~= "" and ": " or "", words)
end

--- Begins the comment of an item.
local function begin(lines, text, tag)
  lines[#lines + 1] = ""
  local first = #lines + 1
  comment(lines, text)
  lines[first] = "-" .. lines[first]
  lines[#lines + 1] = "-- " .. tag
end

local function add_function(lines, name, item)
  local names, params, returns = describe(item)
  begin(lines, contract.text(item, true), "@function " .. name)
  for i, line in ipairs(params) do
    if names[i] ~= "" then lines[#lines + 1] = annotation("param", line, true) end
  end
  for _, line in ipairs(returns) do lines[#lines + 1] = annotation("return", line) end
end

--- A class with its fields, as LDoc has tables.
local function add_class(lines, class)
  local base = class.rest:match "^%S+%s*:%s*(.*)$" or class.rest:match "^%S+:%s*(.*)$"
  begin(lines, base and "Extends " .. base .. "." or "Options.", "@table " .. class.name)
  for _, each in ipairs(class.listed) do
    if each.tag == "field" then lines[#lines + 1] = annotation("field", each.text, true) end
  end
end

local function add_item(lines, name, item)
  if item.family then
    begin(lines, item.family.Family:gsub("^%l", string.upper), "@section "
      .. item.family.Family:gsub("%W+", "_"))
  end
  for _, class in ipairs(item.block and item.block.classes or {}) do
    if class.kind == "class" and #class.listed > 0 then add_class(lines, class) end
  end
  if item.alias then
    begin(lines, "The same as " .. item.of .. ".", "@function dg.functions." .. item.alias:match "%b\"\"":sub(2, -2))
  end
  if name then add_function(lines, name, item) end
end

--- Writes build/doc/ldoc and its configuration.
---@param modules table[]  as doc.lua reads them, those of users alone
---@param name_of fun(item: table, module: table): string?  what users call it, if they do
return function(modules, name_of)
  os.execute "rm -rf build/doc/ldoc build/doc/html && mkdir -p build/doc/ldoc"
  for _, module in ipairs(modules) do
    local title = module.path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
    local lines = {}
    comment(lines, contract.head(module))
    lines[1] = "-" .. (lines[1] or "-- ")
    lines[#lines + 1] = "-- @module " .. title
    for _, item in ipairs(module.items) do add_item(lines, name_of(item, module), item) end
    local file = assert(io.open(("build/doc/ldoc/%s.lua"):format(title), "w"))
    file:write(table.concat(lines, "\n"), "\n")
    file:close()
  end
  local file = assert(io.open("build/doc/config.ld", "w"))
  file:write(CONFIG, ("full_description = [[\n%s]]\n"):format(contract.LEGEND))
  file:close()
end
