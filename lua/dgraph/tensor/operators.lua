--- Arithmetic and comparisons: two tensors, or a tensor and a number on either side.
--
-- Each is generated, so that it has code of its own for the JIT compiler: one call of C, no table,
-- no closure.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local operators = {}

--- What becomes of words in generated code: `$return CALL`, which raises what C says, and `$quick
--- CALL`, which stands before arguments are looked at and works if there is nothing to say.
local COMPILED = {
  head = [[
local C, native = ...
local type, wrap, again = type, native.wrap, native.again
]],
  quick = "",
  ["return"] = [[
local y = C.$name($arguments)
if y == nil then return again("$name", $arguments) end
if native.depth > 0 then return y[0] end
return wrap(y)]],
}

--- The same where `native.is_interpreted`: functions of C are faster as locals then.
local INTERPRETED = {
  head = [[
local C, native = ...
local type, errno, settle, own = type, require("ffi").errno, native.settle, native.own
local result = C.dg_lua_result_ref
]],
  each = "local $name, quick_$name = C.$name_ref, native.quick('$name')\n",
  quick = [[
if quick_$name($arguments) then
  if native.depth > 0 then return result() end
  return own(result())
end]],
  ["return"] = [[
local y = $name($arguments)
if errno() ~= 0 then return settle(y, "$name", $arguments) end
if native.depth > 0 then return y end
return own(y)]],
}

--- Compiles code of dgraph's own.
---@param name string
---@param code string
---@param ... any  what the code gets as `...`, behind C and native
---@return any
function operators.compile(name, code, ...)
  local forms = native.is_interpreted and INTERPRETED or COMPILED
  local head = forms.head
  code = code:gsub("%$(%l+) ([%w_]+)(%b())", function(word, f, arguments)
    if word == "quick" and not native.quick(f) then return "" end
    local text = { name = f, arguments = arguments:sub(2, -2) }
    if forms.each then head = head .. forms.each:gsub("%$name", f) end
    return (forms[word]:gsub("%$(%l+)", text))
  end)
  return assert(loadstring(head .. code, errors.chunk_name(name)))(native.C, native, ...)
end

local TEMPLATE = [[
local _, _, refuse, fill = ...
return function(a, b)
  $quick $both
  if type(a) == "cdata" and type(b) == "cdata" then
    $return $both
  elseif type(a) == "cdata" and type(b) == "number" then
    $return $right
  elseif type(a) == "number" and type(b) == "cdata" then
    $return $left
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

for _, rule in ipairs(RULES) do
  local text = { name = rule[1], both = rule[2], right = rule[3], left = rule[4] }
  operators.binary[rule[1]] = operators.compile("operators." .. rule[1],
    TEMPLATE:gsub("%$(%w+)", text), refuse, operators.number)
end

local meta, binary = tensor.metatable, operators.binary
meta.__add, meta.__sub, meta.__mul, meta.__div = binary.add, binary.sub, binary.mul, binary.div
meta.__pow, meta.__mod = binary.pow, binary.mod

meta.__unm = operators.compile("operators.unm",
  "return function(x) $quick dg_neg(x) $return dg_neg(x) end")

return operators
