--- Arithmetic and comparisons: two tensors, or a tensor and a number on either side.
--
-- Each is generated, so that it has code of its own for the JIT compiler: one call of C, no table,
-- no closure.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local operators = {}

local TEMPLATE = [[
local C, native, wrap, again, refuse, fill = ...
local type = type
return function(a, b)
  local ta, tb = type(a), type(b)
  local y
  if ta == "cdata" and tb == "cdata" then
    y = C.$both
    if y == nil then return $both_again end
  elseif ta == "cdata" and tb == "number" then
    y = C.$right
    if y == nil then return $right_again end
  elseif ta == "number" and tb == "cdata" then
    y = C.$left
    if y == nil then return $left_again end
  else
    refuse("$name", a, b)
  end
  if native.depth > 0 then return y[0] end
  return wrap(y)
end
]]

--- Compiles code of dgraph's own.
---@param name string
---@param code string
---@param ... any  what the code gets as `...`
---@return any
function operators.compile(name, code, ...)
  return assert(loadstring(code, errors.chunk_name(name)))(native.C, native, ...)
end

local function refuse(name, a, b)
  local which, value = "first", a
  if native.is_tensor(a) or type(a) == "number" then which, value = "second", b end
  errors.raisef("%s: the %s operand must be a tensor or a number, got %s", name, which,
    check.spell(value))
end

--- The call of a function in C as text, and the same call made once more when memory ran out.
function operators.again_text(call) return (call:gsub("^([%w_]+)%(", "again(\"%1\", ")) end

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

for _, rule in ipairs(RULES) do
  local again = operators.again_text
  local text = {
    name = rule[1], both = rule[2], right = rule[3], left = rule[4],
    both_again = again(rule[2]), right_again = again(rule[3]), left_again = again(rule[4]),
  }
  operators.binary[rule[1]] = operators.compile("operators." .. rule[1],
    TEMPLATE:gsub("%$([%w_]+)", text), native.wrap, native.again, refuse, operators.number)
end

local meta, binary = tensor.metatable, operators.binary
meta.__add, meta.__sub, meta.__mul, meta.__div = binary.add, binary.sub, binary.mul, binary.div
meta.__pow, meta.__mod = binary.pow, binary.mod

function meta.__unm(x) return native.wrap(native.C.dg_neg(x)) end

return operators
