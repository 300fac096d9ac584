--- Arithmetic and comparisons: two tensors, or a tensor and a number on either side.
--
-- Each is generated, so that it has code of its own for the JIT compiler: one call of C, no table,
-- no closure.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local operators = {}

-- A call of C in generated code: with its name and arguments, twice. No parameter of a function is
-- named as the result.
local COMPILED = [[
local made = C[$symbol]($arguments)
if made == nil then return again($symbol, $arguments) end
if native.depth > 0 then return made[0] end
return wrap(made)]]

-- The same where `native.is_interpreted`.
local INTERPRETED = [[
local made = C[$symbol_ref]($arguments)
if errno() ~= 0 then return settle(made, $symbol, $arguments) end
if native.depth > 0 then return made end
return own(made)]]

-- And what stands before any argument is looked at: it works where nothing is to be said.
local QUICK = [[
if C[$symbol_quick]($arguments) then
  if native.depth > 0 then return C.dg_lua_result_ref() end
  return own(C.dg_lua_result_ref())
end]]

--- The parts of code that call a function of C and return the tensor it gives, or raise what it
--- says.
---@param name string  "dg_add"
---@param arguments string  as they stand in the code
---@param is_shared boolean?  leave its name to `operators.load`
---@param list string?  what holds arguments, and has to live until the call has come again
---@return string last  the last statement
---@return string first  the first statement, if any
function operators.call(name, arguments, is_shared, list)
  local function fill_in(text)
    if list then -- what comes second, or looks at a failure, comes before the list may go
      text = text:gsub("return (%l+%([^\n]-%$arguments%))",
        ("return native.after(%s, %%1)"):format(list))
    end
    text = text:gsub("%$arguments", arguments)
    return (text:gsub("%$(symbol([%l_]*))", is_shared and "%1" or '"' .. name .. '%2"'))
  end
  if not native.is_interpreted then return fill_in(COMPILED), "" end
  return fill_in(INTERPRETED), native.C[name .. "_quick"] and fill_in(QUICK) or ""
end

local HEAD = native.is_interpreted and [[
local C, native, symbol = ...
local symbol_ref, symbol_quick = symbol .. "_ref", symbol .. "_quick"
local type, errno, settle, own = type, require("ffi").errno, native.settle, native.own
]] or [[
local C, native, symbol = ...
local type, wrap, again = type, native.wrap, native.again
]]

--- Compiles code of dgraph's own.
---@param name string
---@param code string
---@return string bytecode  for `operators.load`
function operators.compile(name, code)
  return string.dump(assert(loadstring(HEAD .. code, errors.chunk_name(name))))
end

--- Runs such code, which is a twentieth of the work. The functions that it makes are others each
--- time, so that none shares its traces with one that calls another function of C.
---@param bytecode string
---@param symbol string  what the code calls where it leaves the name open
---@param ... any  what the code gets as `...`, behind C, native and the symbol
---@return any
function operators.load(bytecode, symbol, ...)
  return assert(loadstring(bytecode))(native.C, native, symbol, ...)
end

local TEMPLATE = [[
local _, _, _, refuse, fill = ...
return function(a, b)
  $quick
  if type(a) == "cdata" and type(b) == "cdata" then
    $both
  elseif type(a) == "cdata" and type(b) == "number" then
    $right
  elseif type(a) == "number" and type(b) == "cdata" then
    $left
  end
  refuse("$name", a, b)
end
]]

local function refuse(name, a, b)
  local which, value = "first", a
  if native.is_tensor(a) or type(a) == "number" then which, value = "second", b end
  errors.raisef("%s: the %s operand must be a tensor or a number, got %s", name, which,
    check.spell(value))
end

--- name, both tensors, number at the right, number at the left
local RULES = {
  { "add", "dg_add(a, b)", "dg_affine(a, 1, b)", "dg_affine(b, 1, a)" },
  { "sub", "dg_sub(a, b)", "dg_affine(a, 1, -b)", "dg_affine(b, -1, a)" },
  { "mul", "dg_mul(a, b)", "dg_affine(a, b, 0)", "dg_affine(b, a, 0)" },
  { "div", "dg_div(a, b)", "dg_div_number(a, b)", "dg_rdiv(b, a)" },
  { "pow", "dg_pow(a, b)", "dg_pow_number(a, b)", "dg_rpow(b, a)" },
  { "mod", "dg_mod(a, b)", "dg_mod_number(a, b)", "dg_rmod(b, a)" },
  { "floordiv", "dg_floordiv(a, b)", "dg_floordiv_number(a, b)", "dg_rfloordiv(b, a)" },
  { "lt", "dg_lt(a, b)", "dg_lt_number(a, b)", "dg_gt_number(b, a)" },
  { "le", "dg_le(a, b)", "dg_le_number(a, b)", "dg_ge_number(b, a)" },
  { "gt", "dg_gt(a, b)", "dg_gt_number(a, b)", "dg_lt_number(b, a)" },
  { "ge", "dg_ge(a, b)", "dg_ge_number(a, b)", "dg_le_number(b, a)" },
  { "eq", "dg_eq(a, b)", "dg_eq_number(a, b)", "dg_eq_number(b, a)" },
  { "maximum", "dg_maximum(a, b)", "dg_maximum(a, fill(a, b))", "dg_maximum(fill(b, a), b)" },
  { "minimum", "dg_minimum(a, b)", "dg_minimum(a, fill(a, b))", "dg_minimum(fill(b, a), b)" },
  { "ne", "dg_ne(a, b)", "dg_ne_number(a, b)", "dg_ne_number(b, a)" },
}

--- A number as a tensor without axes, in the dtype of another and where that lies.
---@param x dgraph.Tensor
---@param value number
---@return dgraph.Tensor
function operators.number(x, value)
  return native.wrap(native.C.dg_full_beside(x, 0, nil, value))
end

---@type table<string, fun(a: dgraph.Tensor|number, b: dgraph.Tensor|number): dgraph.Tensor>
operators.binary = {}

local function call(text) return operators.call(text:match "^([%w_]+)%((.*)%)$") end

for _, rule in ipairs(RULES) do
  local both, quick = call(rule[2])
  local text = {
    name = rule[1], quick = quick, both = both, right = (call(rule[3])), left = (call(rule[4])),
  }
  local code = operators.compile("operators." .. rule[1], TEMPLATE:gsub("%$(%l+)", text))
  operators.binary[rule[1]] = operators.load(code, "", refuse, operators.number)
end

local meta, binary = tensor.metatable, operators.binary
meta.__add, meta.__sub, meta.__mul, meta.__div = binary.add, binary.sub, binary.mul, binary.div
meta.__pow, meta.__mod = binary.pow, binary.mod

do
  local last, first = operators.call("dg_neg", "x")
  local text = ("return function(x)\n%s\n%s\nend"):format(first, last)
  meta.__unm = operators.load(operators.compile("operators.unm", text), "")
end

return operators
