--- What the specs try, read from them without running them. names_spec asks it, and as a program it
--- lists for each function the parts of op_case's battery: `luajit spec/support/battery.lua`.
--
-- Each file is loaded with stand-ins for describe, it, op_case and reference that only note their
-- arguments. So cases that a file makes in loops are seen as well, and it does not matter which
-- process of busted runs which file.
package.path = "./?.lua;" .. package.path
require "spec.support.helper"
local drawer = require "spec.support.drawer"

local battery = {}

--- The name that a description begins with: "split" of "split in 2 parts".
local function first_word(text) return tostring(text):match "^[%w_]+" or "" end

local function entry(found, name)
  found[name] = found[name] or { cases = {}, references = 0, its = 0 }
  return found[name]
end

--- What a file sees instead of busted's functions.
local function stand_ins(found)
  local inside = {}
  local function describe(text, body)
    inside[#inside + 1] = first_word(text)
    entry(found, first_word(text))
    body()
    inside[#inside] = nil
  end
  local function it()
    for _, name in ipairs(inside) do found[name].its = found[name].its + 1 end
  end
  local function nothing() end
  return setmetatable({
    describe = describe, insulate = describe, expose = describe, it = it, pending = nothing,
    setup = nothing, teardown = nothing, before_each = nothing, after_each = nothing,
    lazy_setup = nothing, lazy_teardown = nothing, strict_setup = nothing,
  }, { __index = _G })
end

local function read(found, path)
  local chunk = assert(loadfile(path))
  setfenv(chunk, stand_ins(found))()
end

--- Calls f while modules have other values.
local function with_modules(others, f)
  local own = {}
  for name, value in pairs(others) do
    own[name], package.loaded[name] = package.loaded[name], value
  end
  local ok, message = pcall(f)
  for name in pairs(others) do package.loaded[name] = own[name] end
  if not ok then error(message, 0) end
end

--- By its name, all that is tried: `cases` are the tables given to op_case, `references` counts the
--- cases of reference files, `its` the tests of descriptions.
---@param folders string
---@return table<string, { cases: table[], references: integer, its: integer }>
function battery.read(folders)
  local found = {}
  local function op_case(name, case)
    local cases = entry(found, first_word(name)).cases
    cases[#cases + 1] = case
  end
  local function reference(_, functions)
    for label in pairs(functions) do
      local own = entry(found, first_word(label))
      own.references = own.references + 1
    end
  end
  local list = assert(io.popen("find " .. folders .. " -name '*_spec.lua' | LC_ALL=C sort"))
  with_modules({
    ["spec.support.op_case"] = op_case, ["spec.support.reference"] = reference,
  }, function()
    for path in list:lines() do read(found, path) end
  end)
  list:close()
  return found
end

local USUAL_SHAPES = { {}, { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } }

--- Whether one of the shapes that a case is tried in gives inputs for which is_so holds.
local function some_inputs(case, is_so)
  for _, list in ipairs { case.shapes or USUAL_SHAPES, case.layouts or {} } do
    for _, shape in ipairs(list) do
      if is_so(case.inputs(drawer(shape, 1))) then return true end
    end
  end
end

local function has_none(xs)
  for _, x in ipairs(xs) do
    if x.size == 0 then return true end
  end
end

--- Whether shapes without elements are refused.
local function refuses_none(case)
  for _, layout in ipairs(case.bad_shapes or {}) do
    for _, shape in ipairs(layout) do
      for _, n in ipairs(shape) do
        if n == 0 then return true end
      end
    end
  end
end

local function is_unary(case)
  return case.elementwise ~= false and #case.inputs(drawer({ 4, 3 }, 1)) == 1
end

--- The parts of the battery: what they are called, and whether a case has them, or need not.
local PARTS = {
  { "gradient", function(case) return true, case.differentiable == false end },
  { "second derivative", function(case)
    return true, case.differentiable == false or case.once
  end },
  { "float32", function(case) return not case.inexact, case.random end },
  { "size 0", function(case) return some_inputs(case, has_none) or refuses_none(case) end },
  { "size 1", function(case)
    return some_inputs(case, function(xs) return xs[1].size == 1 end)
  end },
  { "wrong shape", function(case)
    return case.broadcast or case.bad_shapes and #case.bad_shapes > 0,
      case.any_shape or is_unary(case)
  end },
  { "wrong dtype", function(case)
    return not case.bad_dtypes or #case.bad_dtypes > 0, #(case.dtypes or {}) == 4
  end },
  { "NaN", function(case) return case.nan ~= false end },
}

--- Of a name: what is tried of the battery and what lacks. A part is tried where one of the cases
--- does it, and need not be where one says so.
---@param own table  as battery.read gives it
---@return string[] tried
---@return string[] lacking
function battery.parts(own)
  local tried, lacking = {}, {}
  local function note(name, is_tried, is_needed)
    if is_tried then tried[#tried + 1] = name
    elseif is_needed then lacking[#lacking + 1] = name end
  end
  local is_known, is_random = own.references > 0, false
  for _, case in ipairs(own.cases) do
    is_known, is_random = is_known or case.known ~= nil, is_random or case.random
  end
  note("known values", is_known, not is_random)
  for _, part in ipairs(PARTS) do
    local name, of_case = unpack(part)
    local is_tried, is_needed = false, true
    for _, case in ipairs(own.cases) do
      local has, need_not = of_case(case)
      is_tried, is_needed = is_tried or has and not need_not, is_needed and not need_not
    end
    note(name, is_tried, is_needed)
  end
  return tried, lacking
end

--- Prints a line for each function of the library: how many cases and reference cases it has, what
--- they try, and what lacks.
function battery.report()
  local found, names = battery.read "spec/op spec/functions", {}
  for name in pairs(require("dgraph").functions) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local own = entry(found, name)
    local tried, lacking = battery.parts(own)
    if #lacking > 0 then tried[#tried + 1] = "LACKING: " .. table.concat(lacking, ", ") end
    print(("%-32s %2d cases, %2d references: %s"):format(name, #own.cases, own.references,
      table.concat(tried, ", ")))
  end
end

if not ... then battery.report() end

return battery
