local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local F = dg.F

for k = -1, 1 do
  for _, name in ipairs { "tril", "triu" } do
    op_case(name .. " " .. k, {
      f = function(x) return F[name](x, k) end,
      inputs = function(r) return { r(-2, 2) } end,
      shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
      dtypes = { "int32", "int64", "uint8", "bool" },
      nan = "some",
    })
  end
end

describe("tril", function()
  it("keeps what is on a diagonal or below it", function()
    assert.same({ { 1, 0, 0 }, { 1, 1, 0 } }, F.tril(dg.ones(2, 3)):totable())
    assert.same({ { 1, 1, 0 }, { 1, 1, 1 } }, F.tril(dg.ones(2, 3), 1):totable())
    assert.same({ { 0, 0, 0 }, { 0, 0, 0 } }, F.tril(dg.ones(2, 3), -9):totable())
  end)

  it("refuses vectors", function()
    assert.error_matches(function() F.tril(dg.ones(2)) end, "tril: wanted matrices")
  end)
end)

describe("triu", function()
  it("keeps what is on a diagonal or above it, NaN or not", function()
    assert.same({ { 1, 1, 1 }, { 0, 1, 1 } }, F.triu(dg.ones(2, 3)):totable())
    assert.same({ { 1, 1, 1 }, { 1, 1, 1 } }, F.triu(dg.ones(2, 3), -1):totable())
    assert.equal(0, F.triu(dg.full({ 2, 2 }, 0 / 0))[{ 2, 1 }]:item())
  end)
end)

describe("dg_enumerate", function()
  it("numbers places in row-major order", function()
    local C, wrap = native.C, native.wrap
    assert.same({ { 0, 1, 2 }, { 3, 4, 5 } }, wrap(C.dg_enumerate(dg.zeros(2, 3))):totable())
    assert.equal("int64", wrap(C.dg_enumerate(dg.zeros(0))).dtype)
  end)
end)
