local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function whole_quotients_apart(r) return { r(3.1, 3.9), r(1.1, 1.5) } end

op_case("mod", {
  f = F.mod,
  inputs = whole_quotients_apart,
  broadcast = true,
  dtypes = { "int32", "int64", "uint8" },
  overwritten = { 1, 2 },
  known = {
    { { 5, -5, 5, -5, 5.5 }, { 3, 3, -3, -3, 0.25 }, { 2, 1, -1, -2, 0 } },
    { { 5, -5, 5, -5 }, { 3, 3, -3, -3 }, { 2, 1, -1, -2 }, dtype = "int32" },
    { { -2147483648 }, { -1 }, { 0 }, dtype = "int32" },
    { { 1 }, { 0 }, { 0 / 0 } },
  },
})

op_case("mod by a number", {
  f = function(x) return x % 3 end,
  error_name = "mod",
  inputs = function(r) return { r.pick { -4.5, -2, 1, 7.2 } } end,
  dtypes = { "int32", "int64", "uint8" },
  known = { { { 4, -4 }, { 1, 2 } }, { { 4, 250 }, { 1, 1 }, dtype = "uint8" } },
})

op_case("mod of a number", {
  f = function(x) return 7 % x end,
  error_name = "mod",
  inputs = function(r) return { r.pick { -4.5, -2.2, 2.3, 4.4 } } end,
  bad_dtypes = { "bool" },
  overwritten = { 1 },
  known = { { { 4, -4 }, { 3, -1 } }, { { 4, -4 }, { 3, -1 }, dtype = "int64" } },
})

op_case("floordiv", {
  f = F.floordiv,
  inputs = whole_quotients_apart,
  broadcast = true,
  dtypes = { "int32", "int64", "uint8" },
  known = {
    { { 5, -5, 5, -5, 5.5 }, { 3, 3, -3, -3, 0.25 }, { 1, -2, -2, 1, 22 } },
    { { 5, -5, 5, -5 }, { 3, 3, -3, -3 }, { 1, -2, -2, 1 }, dtype = "int64" },
    { { -2147483648 }, { -1 }, { -2147483648 }, dtype = "int32" },
  },
})

op_case("floordiv with numbers", {
  f = function(x) return F.floordiv(x, 2) + F.floordiv(9, x) end,
  error_name = "floordiv",
  inputs = function(r) return { r.pick { -4.4, -2.2, 2.3, 4.4 } } end,
  bad_dtypes = { "bool" },
  known = { { { 4, -4 }, { 4, -5 } }, { { 4, 5 }, { 4, 3 }, dtype = "uint8" } },
})

describe("integer division", function()
  it("by zero is an error", function()
    local x, zero = dg.tensor({ 1, 2 }, "int32"), dg.tensor({ 1, 0 }, "int32")
    assert.has_error(function() return x % zero end, "mod: division of int32 by zero")
    assert.has_error(function() return x % 0 end, "mod: division of int32 by zero")
    assert.has_error(function() return 3 % zero end, "mod: division of int32 by zero")
    assert.has_error(function() F.floordiv(x, zero) end, "floordiv: division of int32 by zero")
    assert.has_error(function() F.floordiv(x, 0) end, "floordiv: division of int32 by zero")
    assert.has_error(function() F.floordiv(3, zero) end, "floordiv: division of int32 by zero")
  end)

  it("of the least int64 by -1 wraps around", function()
    local least = dg.tensor({ -2 ^ 63 }, "int64")
    assert.same({ -2 ^ 63 }, F.floordiv(least, -1):totable())
    assert.same({ 0 }, (least % -1):totable())
  end)
end)

op_case("fmod", {
  f = F.fmod,
  inputs = whole_quotients_apart,
  broadcast = true,
  overwritten = { 1, 2 },
  known = { { { 5, -5, 5, -5, 5.5, 1 }, { 3, 3, -3, -3, 0.25, 0 }, { 2, -2, 2, -2, 0, 0 / 0 } } },
})
