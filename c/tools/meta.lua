--- The operators as the Lua language server reads them: lua/dgraph/functions/meta.lua. `declare`
--- makes functions out of strings, where an editor sees none. Used by doc.lua.
local contract = dofile "c/tools/contract.lua"

local HEAD = [[
---@meta _
-- For editors, not for require. Made by `make doc` out of functions/*.lua: change those.

---@class dgraph.functions
local F = {}

---@class dgraph.Tensor
local Tensor = {}
]]

--- The kinds of functions/declare.lua.
local TYPES = {
  tensor = "dgraph.Tensor", number = "number", integer = "integer", boolean = "boolean",
  axis = "integer", axes = "integer|integer[]", shape = "integer|integer[]",
  open_shape = "integer|integer[]", sizes = "integer|integer[]",
  dtype = "dgraph.Dtype", tensors = "dgraph.Tensor[]",
}

--- What is not checked has the type of its default.
local function type_of(kind, default)
  if TYPES[kind] or not default then return TYPES[kind] or "any" end
  return default:find "^'" and "string" or tonumber(default) and "integer" or "boolean"
end

--- A parameter of `declare`: its name, and what stands behind `---@param`.
local function declared_parameter(text)
  local head, default = text:match "^(.-)%s*=%s*(.-)%s*$"
  local name, kind = (head or text):match "^%s*([%w_]+)%s*:?%s*([%w_?]*)%s*$"
  local optional = kind:sub(-1) == "?" or default
  kind = kind:gsub("%?$", "")
  local line = ("%s%s %s%s"):format(name, optional and "?" or "",
    type_of(kind == "" and "tensor" or kind, default),
    default and ("  %s by default"):format((default:gsub("'", "\""))) or "")
  return name, line
end

--- Names of parameters, what stands behind `---@param` of each, and types of results. Annotations
--- go before what a signature says.
local function describe(item)
  local names, params, returns, annotated = {}, {}, {}, {}
  for _, each in ipairs(item.block and item.block.listed or {}) do
    if each.tag == "param" then annotated[each.text:match "^[%w_.]+"] = each.text end
    if each.tag == "return" then returns[#returns + 1] = each.text end
  end
  for text in item.signature:match "%((.-)%)":gmatch "[^,]+" do
    local name, line = text:match "^%s*(.-)%s*$"
    if item.declared then name, line = declared_parameter(text) end
    names[#names + 1] = name
    params[#params + 1] = annotated[name] or line
  end
  if item.declared and #returns == 0 then returns[1] = "dgraph.Tensor" end
  return names, params, returns
end

--- `f` is what is there at run time: a method may take a list as numbers too.
local function add_function(page, item, head, f)
  local is_method = head:find ":"
  local function add(format, ...) page[#page + 1] = format:format(...) end
  local names, params, returns = describe(item)
  add ""
  for line in contract.text(item):gmatch "[^\n]+" do add("--- %s", line) end
  for _, line in ipairs(params) do
    if not (is_method and line:match "^[%w_]+" == names[1]) then add("---@param %s", line) end
  end
  if is_method and item.declared and debug.getinfo(f, "u").isvararg then
    names[#names + 1] = "..."
    add "---@param ... integer  where the list is given as numbers"
  end
  for _, line in ipairs(returns) do add("---@return %s", line) end
  add("function %s(%s) end", head, table.concat(names, ", ", is_method and 2 or 1))
end

local meta = { describe = describe }

--- The text of the file.
---@param modules table[]  as doc.lua reads them
---@param names table<string, string>  what users call what is defined at a "file:line"
---@param functions table  dg.functions
---@param methods table  those of tensors
---@return string
function meta.text(modules, names, functions, methods)
  local of_functions, of_tensors = {}, {}
  for _, module in ipairs(modules) do
    for _, item in ipairs(module.items) do
      local name = item.name and item.name:match "^F%.([%w_]+)$"
      local method = names[module.path .. ":" .. item.line]
      method = method and method:match "^x:([%w_]+)$"
      if name then
        add_function(of_functions, item, "F." .. name, functions[name])
        if methods[name] then
          add_function(of_tensors, item, "Tensor:" .. name, methods[name])
        end
      elseif method then
        add_function(of_tensors, item, "Tensor:" .. method, methods[method])
      elseif item.alias then
        of_functions[#of_functions + 1] = ("\n%s = %s"):format(item.alias, item.of)
      end
    end
  end
  return HEAD .. table.concat(of_functions, "\n") .. "\n" .. table.concat(of_tensors, "\n") .. "\n"
end

return meta
