local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local OTHERS = { "int32", "int64", "uint8", "bool" }
local nan = 0 / 0

for _, descending in ipairs { false, true } do
  op_case("sort" .. (descending and ", falling" or ""), {
    f = function(x) return (F.sort(x, { axis = 1, descending = descending })) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1 }, { 0, 3 }, { 7 }, { 4, 3 }, { 40, 2, 2 } },
    dtypes = OTHERS,
    error_name = "argsort",
  })
end

op_case("topk", {
  f = function(x) return (F.topk(x, 2)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 2 }, { 0, 3 }, { 4, 3 }, { 2, 2, 5 } },
  bad_shapes = { { {} }, { { 3, 1 } } },
  error_name = "",
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("topk of one element", {
  f = function(x) return (F.topk(x, 1)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 1, 1 } },
  bad_dtypes = {}, nan = "some",
})

op_case("argsort", {
  f = F.argsort,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  known = { { { 3, 1, 2 }, { 2, 3, 1 }, out = "int64" } },
  dtypes = OTHERS,
  result_dtype = true,
  differentiable = false,
  nan = "some",
})

describe("argsort", function()
  it("keeps the order of equal elements, both ways", function()
    for _, dtype in ipairs { "float32", "float64", "int32", "int64", "uint8" } do
      local t = {}
      for i = 1, 100 do t[i] = i * 7 % 5 end
      local x = dg.tensor(t, dtype)
      local rising, falling = F.argsort(x):totable(), F.argsort(x, -1, true):totable()
      for i = 2, 100 do
        local a, b = rising[i - 1], rising[i]
        assert.is_true(t[a] < t[b] or (t[a] == t[b] and a < b))
        a, b = falling[i - 1], falling[i]
        assert.is_true(t[a] > t[b] or (t[a] == t[b] and a < b))
      end
    end
  end)

  it("puts NaN last as NumPy, and first where the order falls as PyTorch", function()
    local x = dg.tensor { 3, nan, -math.huge, math.huge, nan, 0 }
    assert.same({ 3, 6, 1, 4, 2, 5 }, F.argsort(x):totable())
    assert.same({ 2, 5, 4, 1, 6, 3 }, F.argsort(x, 1, true):totable())
  end)

  it("sorts along the last axis by default, rising", function()
    local x = dg.tensor { { 2, 1 }, { 1, 2 } }
    assert.same({ { 2, 1 }, { 1, 2 } }, F.argsort(x):totable())
    assert.same({ { 2, 1 }, { 1, 2 } }, F.argsort(x, 1):totable())
  end)

  it("gives the same in several threads", function()
    local before = dg.get_num_threads()
    local x = F.round(dg.rand(7, 3000) * 100)
    local one = F.argsort(x)
    dg.set_num_threads(4)
    local four = F.argsort(x)
    dg.set_num_threads(before)
    assert.equal(0, F.ne(one, four):sum():item())
  end)

  it("refuses an axis that is not there", function()
    assert.error_matches(function() F.argsort(dg.zeros(2), 2) end,
      "argsort: axis 2 is out of range for 1 axes")
  end)
end)

describe("sort", function()
  it("gives values and positions", function()
    local values, positions = dg.tensor({ { 2, 3, 1 } }):sort()
    assert.same({ { 1, 2, 3 } }, values:totable())
    assert.same({ { 3, 1, 2 } }, positions:totable())
    assert.same({ { 3, 2, 1 } }, F.sort(dg.tensor { { 2, 3, 1 } }, -1, true):totable())
  end)
end)

describe("topk", function()
  local x = dg.tensor { { 2, 5, 3 }, { 4, 4, 1 } }

  it("gives the largest along the last axis, or the smallest", function()
    local values, positions = F.topk(x, 2)
    assert.same({ { 5, 3 }, { 4, 4 } }, values:totable())
    assert.same({ { 2, 3 }, { 1, 2 } }, positions:totable())
    assert.same({ { 2 }, { 1 } }, F.topk(x, 1, { largest = false }):totable())
    assert.same({ { 4, 5, 3 } }, F.topk(x, 1, 1):totable())
    assert.same({ 2, 0 }, F.topk(x, 0).shape)
  end)

  it("refuses more than there are", function()
    assert.error_matches(function() F.topk(x, 4) end, "F.topk: k is 4, axis %-1 has size 3")
  end)
end)
