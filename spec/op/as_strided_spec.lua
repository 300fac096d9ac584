local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local OTHERS = { "int32", "int64", "uint8", "bool" }

-- Of 4 x 3 elements: a window that slides, every second one backwards, one repeated.
local VIEWS = {
  windows = { { 5, 4 }, { 2, 1 } }, backwards = { { 6 }, { -2 }, 11 },
  ["one element"] = { {}, {}, 7 },
  repeated = { { 2, 3 }, { 0, 1 }, 4 }, nothing = { { 0, 3 }, { 1, 1 } },
}

for name, view in pairs(VIEWS) do
  op_case("as_strided, " .. name, {
    f = function(x) return F.as_strided(F.copy(x), view[1], view[2], view[3]) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 12 }, { 4, 3 } },
    bad_shapes = name ~= "nothing" and { { { 2 } } } or {},
    layouts = name == "nothing" and { { { 3 } }, { { 0 } }, { { 1 } } } or {},
    usual = { 4, 3 },
    elementwise = false,
    dtypes = OTHERS,
    nan = "some",
  })
end

describe("as_strided", function()
  local x = dg.arange(12):reshape { 4, 3 }

  it("is a view", function()
    local base = dg.zeros(4)
    F.as_strided(base, { 2, 2 }, { 2, 1 })[{ 2, 1 }] = 5
    assert.same({ 0, 0, 5, 0 }, base:totable())
    assert.same({ { 0, 1, 2 }, { 2, 3, 4 } }, F.as_strided(x, { 2, 3 }, { 2, 1 }):totable())
  end)

  it("begins where its tensor does, or at an offset into the memory", function()
    assert.same({ 3, 4 }, F.as_strided(x[2], { 2 }, { 1 }):totable())
    assert.same({ 4, 5 }, F.as_strided(x[2], { 2 }, { 1 }, 4):totable())
    assert.same({ 3, 4 }, F.as_strided(x[2], 2, 1, { storage_offset = 3 }):totable())
  end)

  it("has gradients through views of every other layout", function()
    for _, layout in ipairs { F.transpose, F.flip } do
      local function f(v) return F.as_strided(layout(v), { 2, 3 }, { 1, 2 }, 2) end
      dg.gradient_check.check_backward(f, dg.tensor(x, "float64"), dg.ones({ 2, 3 }, "float64"))
    end
    local function part(v) return F.as_strided(v[{ {}, { 1, 3, 2 } }], { 3 }, { 3 }) end
    dg.gradient_check.check_backward(part, dg.tensor(x, "float64"), dg.ones({ 3 }, "float64"))
  end)

  it("refuses to leave the memory of its tensor", function()
    local beyond = "as_strided: shape, strides and offset reach beyond the input's memory"
    assert.error_matches(function() F.as_strided(x, { 13 }, { 1 }) end, beyond)
    assert.error_matches(function() F.as_strided(x, { 2 }, { -1 }) end, beyond)
    assert.error_matches(function() F.as_strided(x, { 1 }, { 1 }, 12) end, beyond)
    assert.error_matches(function() F.as_strided(x[2], { 4 }, { 1 }) end, beyond)
    assert.error_matches(function() F.as_strided(x[2], { 1 }, { 1 }, 0) end, beyond)
    assert.error_matches(function() F.as_strided(dg.zeros(0), { 1 }, { 1 }) end, beyond)
    assert.error_matches(function() F.as_strided(x, { 3 }, { 2 ^ 53 }) end, beyond)
    assert.error_matches(function() F.as_strided(x, { 2, 2 }, { 1 }) end,
      "F.as_strided: wanted one stride for each of 2 axes")
  end)

  it("refuses a tensor whose elements share memory", function()
    local shared = "as_strided: elements of the input share memory %(copy it first%)"
    assert.error_matches(function() F.as_strided(dg.zeros(1):broadcast_to { 3 }, 1, 1) end, shared)
    assert.error_matches(function()
      F.as_strided(F.as_strided(x, { 5, 4 }, { 2, 1 }), { 2 }, { 1 })
    end, shared)
  end)
end)
