--- Which functions of the library are operators, and where the tensors stand among their arguments:
-- read from the library's own header.
local ffi = require "ffi"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.watch.Operator
---@field native_name string  "dg_div_number"
---@field label string  "div": what users and nodes call it
---@field names string[]  what the header calls the arguments
---@field inputs integer[]  which arguments are tensors
---@field list integer?  which one is an array of tensors; how many stands before it
---@field sizes integer[]  which ones are arrays of numbers, perhaps shared ones
---@field results integer?  which one is the array for several results
---@field is_update boolean  changes its first inputs in place, and has no result
---@field is_tensor boolean  returns a tensor
---@field real ffi.cdata*

--- Functions that give a tensor but compute none.
local NO_OPERATORS = {
  dg_gradient = true, dg_gradient_as_is = true, dg_keep = true, dg_detach = true,
}

--- What users call an operator where that is not what C does.
local LABELS = {
  rdiv = "div", rpow = "pow", rmod = "mod", rfloordiv = "floordiv",
}

--- How many results there are where no argument tells.
local RESULTS = { eigh = 2, qr = 2, svd = 3, lstm = 2, lstm_sequence = 3 }

--- The argument that tells it.
local RESULTS_AT = { split = 3, unstack = 3, custom = 5 }

local operators = {}

local function label_of(name)
  name = name:gsub("^dg_", ""):gsub("_number$", ""):gsub("_along$", "")
    :gsub("^(update_.*)_all$", "%1")
  return LABELS[name] or name
end

--- Sorts the arguments by what they are.
local function read_arguments(operator, text)
  local at = 0
  for part in text:gmatch "[^,]+" do
    at = at + 1
    operator.names[at] = part:match "([%w_]+)%s*$"
    if part:find "dg_tensor %*%*" then
      operator.results = at
    elseif part:find "dg_tensor %*const %*" then
      operator.list = operator.list or at
    elseif part:find "dg_tensor %*" then
      table.insert(operator.inputs, at)
    elseif part:find "int64_t %*" then
      table.insert(operator.sizes, at)
    end
  end
end

--- All operators.
---@return dgraph.watch.Operator[]
function operators.all()
  local list = {}
  local text = ffi.string(C.dg_cdef()):gsub("%s+", " ")
  for kind, name, arguments in text:gmatch "([%w_]+ %*?)(dg_[%w_]+)%(([^()]*)%)" do
    local operator = {
      native_name = name, label = label_of(name), names = {}, inputs = {}, sizes = {},
      is_update = name:find "^dg_update_" ~= nil, is_tensor = kind == "dg_tensor *",
    }
    read_arguments(operator, arguments)
    local takes = operator.list or #operator.inputs > 0
    local gives = kind == "dg_tensor *" or operator.is_update or RESULTS[operator.label]
      or RESULTS_AT[operator.label]
    local looks = NO_OPERATORS[name] or name:find "^dg_walk_" or name:find "^dg_node_"
    if takes and gives and not looks then
      operator.real = C[name]
      list[#list + 1] = operator
    end
  end
  return list
end

--- What a call is named: the forms of + and * with numbers go by what was written.
---@param operator dgraph.watch.Operator
---@return string
function operators.name(operator, ...)
  if operator.label == "custom" then return (...) end
  if operator.label ~= "affine" then return operator.label end
  local _, scale, shift = ...
  if shift == 0 then return "mul" end
  if scale == 1 then return shift < 0 and "sub" or "add" end
  return scale == -1 and "sub" or "affine"
end

--- A handle that owns nothing; nil for an argument that was left out.
local function handle_of(value)
  if type(value) ~= "cdata" or value == nil then return nil end
  if native.is_tensor(value) then return value end
  return value[0]
end

--- The tensors among the arguments.
---@param operator dgraph.watch.Operator
---@return dgraph.Tensor[]
function operators.inputs(operator, ...)
  local list = {}
  for _, at in ipairs(operator.inputs) do list[#list + 1] = handle_of((select(at, ...))) end
  if operator.list then
    local count, array = select(operator.list - 1, ...)
    for i = 0, count - 1 do list[#list + 1] = array[i][0] end
  end
  return list
end

--- The arguments with arrays of their own: hooks may call what writes into the shared ones.
---@param operator dgraph.watch.Operator
---@return any ...
function operators.own_arguments(operator, ...)
  if not operator.list and #operator.sizes == 0 then return ... end
  local n, values = select("#", ...), { ... }
  for _, at in ipairs(operator.sizes) do
    local value = values[at]
    if value ~= nil and tostring(ffi.typeof(value)):find("[", 1, true) then
      values[at] = ffi.new("int64_t[?]", ffi.sizeof(value) / 8)
      ffi.copy(values[at], value, ffi.sizeof(value))
    end
  end
  if operator.list then
    local count = values[operator.list - 1]
    local copy = ffi.new("dg_tensor *[?]", math.max(count, 1))
    ffi.copy(copy, values[operator.list], count * ffi.sizeof "dg_tensor *")
    values[operator.list] = copy
  end
  return unpack(values, 1, n)
end

--- Where the results of a call are, in an array: the call's own, or a new one of the only result.
---@param operator dgraph.watch.Operator
---@param y any  what the call returned
---@return ffi.cdata*? array  nil where it failed
---@return integer count
function operators.results(operator, y, ...)
  if operator.is_update then return nil, 0 end
  if not (operator.results and type(y) == "number") then
    if y == nil then return nil, 0 end
    return ffi.new("dg_tensor *[1]", y), 1
  end
  if y < 0 then return nil, 0 end
  local at = RESULTS_AT[operator.label]
  local count = at and (select(at, ...)) or RESULTS[operator.label]
  return (select(operator.results, ...)), count
end

return operators
