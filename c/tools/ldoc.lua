--- The reference as LDoc reads it: doc.lua knows what users call and how it is annotated, LDoc
--- makes pages of that. `declare` makes functions out of strings, where LDoc would see none. Used
--- by doc.lua.
local contract = dofile "c/tools/contract.lua"
local describe = dofile "c/tools/meta.lua".describe

-- Texts are HTML already: LDoc's Markdown is there or not as the system is.
local CONFIG = [[
project = "dgraph"
title = "dgraph: the reference"
description = "Define-by-run automatic differentiation for LuaJIT."
format = "plain"
dir = "html"
file = "ldoc"
no_summary = false
no_return_or_parms = false
sort = false
style = "!pale"
custom_css = "reference.css"
merge = true
new_type("operators", "Functions", true)
new_type("layer", "Layers", true)
new_type("optimizer", "Optimizers", true)
full_description = ]]

-- Signatures may be long.
local CSS = "table.function_list td.name { white-space: normal; width: 45%; }\n"

-- -- Text ----------------------------------------------------------------------------------------

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

--- Code and stress within a line.
local function inline(text)
  text = text:gsub("[&<>]", ENTITIES):gsub("@", "&#64;")
  text = text:gsub("`([^`]+)`", "<code>%1</code>"):gsub("%*%*([^*]+)%*%*", "<strong>%1</strong>")
  return (text:gsub("%f[*%w]%*([%w ]+)%*%f[^*%w]", "<em>%1</em>"))
end

--- Of the Markdown that doc comments have: paragraphs, lists, indented code.
local function html(text)
  local lines, open = {}, nil
  local function enter(tag)
    if open == tag then return end
    if open then lines[#lines + 1] = "</" .. open .. ">" end
    if tag then lines[#lines + 1] = "<" .. tag .. ">" end
    open = tag
  end
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local bullet = line:match "^[-*] (.*)$"
    if line == "" then
      if open ~= "pre" then enter(nil) end
    elseif bullet then
      enter "ul"
      lines[#lines + 1] = "<li>" .. inline(bullet)
    elseif line:find "^    " and open ~= "ul" and open ~= "p" then
      enter "pre"
      lines[#lines + 1] = (line:sub(5):gsub("[&<>]", ENTITIES))
    else
      if open ~= "ul" then enter "p" end
      lines[#lines + 1] = inline(line)
    end
  end
  enter(nil)
  return table.concat(lines, "\n")
end

--- The first sentence and the rest. An initial ("P. Huber"), "et al." and "..." end none.
local function first_sentence(text)
  local from = 1
  while true do
    local stop = text:find("[.?]%s", from)
    if not stop then return text, "" end
    local head = text:sub(1, stop)
    if not (head:find "%f[%w]%u%.$" or head:find " al%.$" or head:find "%.%.$") then
      return head, text:sub(stop + 2)
    end
    from = stop + 1
  end
end

--- Begins the comment of an item. LDoc takes what stands before the first full stop and a blank as
--- its summary, so that there is one such.
local function begin(lines, text, tag)
  local first, rest = first_sentence(text)
  if #lines > 0 then lines[#lines + 1] = "" end
  lines[#lines + 1] = "--- " .. inline(first:gsub("\n", " ")):gsub("([.?])%s", "%1&#32;")
  for line in (html(rest) .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = "-- " .. line end
  lines[#lines + 1] = "-- " .. tag
end

-- -- Items ---------------------------------------------------------------------------------------

--- "name? type  text" as LDoc has it. It takes simple types alone for types: others become text.
local function annotation(tag, text, has_name)
  local name = has_name and text:match "^%S+" or ""
  local rest = text:sub(#name + 1)
  local kind, words = rest:match "^%s*(.-)%s%s+(.*)$"
  kind, words = kind or rest:match "^%s*(.-)%s*$", inline(words or "")
  local plain = name:gsub("%?$", "")
  if kind:find "^[%w_.|]+$" then
    local optional = plain ~= name and "[opt]" or ""
    return ("-- @t%s%s %s %s %s"):format(tag, optional, kind, plain, words)
  end
  return ("-- @%s %s %s%s%s"):format(tag, plain, inline(kind), words ~= "" and ": " or "", words)
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
  local base = class.rest:match "^[%w_.]+%s*:%s*([%w_.]+)"
  local what = class.name:find "Options$" and "What may be given by name." or "What it has."
  begin(lines, base and "Extends " .. base .. "." or what, "@table " .. class.name)
  for _, each in ipairs(class.listed) do
    if each.tag == "field" then lines[#lines + 1] = annotation("field", each.text, true) end
  end
end

local function add_item(lines, name, item)
  if item.family then
    local title = item.family.Family
    begin(lines, title:gsub("^%l", string.upper), "@section " .. title:gsub("%W+", "_"))
  end
  for _, class in ipairs(item.block and item.block.classes or {}) do
    if class.kind == "class" and #class.listed > 0 then add_class(lines, class) end
  end
  if item.alias then
    local alias = "dg.functions." .. item.alias:match "%b\"\"":sub(2, -2)
    begin(lines, "The same as " .. item.of .. ".", "@function " .. alias)
  end
  if name then add_function(lines, name, item) end
end

--- The class that a file is about: that of its name, or else the first that extends another.
local function class_of(module, file)
  local found
  for _, item in ipairs(module.items) do
    for _, class in ipairs(item.block and item.block.classes or {}) do
      local name = class.rest:match "^dgraph%.(%w+)"
      if name and name:lower() == file:gsub("_", "") then return name end
      found = found or class.rest:match "^dgraph%.(%w+):"
    end
  end
  return found
end

local CLASSES = { links = "layer", optimizers = "optimizer" }

--- Which list of the index a file is in, and by what name. nil for what layers and optimizers share
--- and is no class.
local function kind_and_title(module)
  local folder, file = module.path:match "/dgraph/(%w+)/(.+)%.lua$"
  if folder == "functions" then return "operators", file end
  if CLASSES[folder] then
    local class = class_of(module, file)
    return class and CLASSES[folder], class
  end
  local name = module.path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", "")
  return "module", (name:gsub("/", "."))
end

--- What a class is made and called with, where these are methods of one that it extends.
local function add_inherited(lines, class, classes)
  for _, method in ipairs { "init", "forward" } do
    local item, from = contract.inherited(classes, "dgraph." .. class, method)
    if item and from ~= "dgraph." .. class then
      add_function(lines, item.name, setmetatable({
        text = ("%s Of %s."):format(item.text, from):gsub("^ ", ""),
      }, { __index = item }))
    end
  end
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

--- Writes build/doc/ldoc and its configuration.
---@param modules table[]  as doc.lua reads them, those of users alone
---@param name_of fun(item: table, module: table): string?  what users call it, if they do
return function(modules, name_of)
  os.execute "rm -rf build/doc/ldoc build/doc/html && mkdir -p build/doc/ldoc"
  local classes = contract.read_classes(modules)
  for _, module in ipairs(modules) do
    local kind, title = kind_and_title(module)
    if kind then
      local lines = {}
      begin(lines, contract.head(module), ("@%s %s"):format(kind, title))
      for _, item in ipairs(module.items) do add_item(lines, name_of(item, module), item) end
      if kind == "layer" then add_inherited(lines, title, classes) end
      write(("build/doc/ldoc/%s.%s.lua"):format(kind, title), table.concat(lines, "\n") .. "\n")
    end
  end
  write("build/doc/reference.css", CSS)
  write("build/doc/config.ld", CONFIG .. "[[" .. html(contract.LEGEND) .. "]]\n")
end
