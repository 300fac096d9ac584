local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local WHOLE = { "int32", "int64", "uint8" }

-- Shapes of a and b: matrices, vectors, stacks, stacks that broadcast, nothing.
local PAIRS = {
  { { 4, 3 }, { 3, 5 } }, { { 1, 1 }, { 1, 1 } }, { { 1, 7 }, { 7, 1 } }, { { 3 }, { 3 } },
  { { 3 }, { 3, 2 } }, { { 2, 3 }, { 3 } }, { { 2, 4, 3 }, { 3, 2 } }, { { 4, 3 }, { 2, 3, 2 } },
  { { 2, 1, 4, 3 }, { 3, 3, 2 } }, { { 3 }, { 2, 3, 2 } }, { { 2, 2, 3 }, { 3 } },
  { { 2, 0 }, { 0, 3 } }, { { 0, 2 }, { 2, 3 } }, { { 0, 2, 2 }, { 2, 2 } },
}

for _, pair in ipairs(PAIRS) do
  local a, b = table.concat(pair[1], "x"), table.concat(pair[2], "x")
  op_case(("matmul of %s and %s"):format(a, b), {
    f = F.matmul,
    inputs = function(r) return { r(-2, 2, pair[1]), r(-2, 2, pair[2]) } end,
    shapes = { {} },
    bad_shapes = { { { 2, 3 }, { 2, 2 } }, { {}, { 3 } }, { { 2, 2, 3 }, { 3, 3, 2 } } },
    elementwise = false,
    dtypes = WHOLE,
    nan = "some",
    overwritten = { 1, 2 },
    error_name = "matmul",
  })
end

local SIZES = { { 1, 7, 9 }, { 7, 1, 9 }, { 9, 7, 1 }, { 33, 17, 40 }, { 65, 70, 33 } }

--- Row by row, element by element.
local function slow_product(a, b)
  local m, k, n = a:dim(1), a:dim(2), b:dim(2)
  local y, pa, pb = dg.zeros({ m, n }, a.dtype), a:pointer(), b:pointer()
  local py = y:pointer()
  for i = 0, m - 1 do
    for j = 0, n - 1 do
      local sum = 0
      for p = 0, k - 1 do sum = sum + pa[i * k + p] * pb[p * n + j] end
      py[i * n + j] = sum
    end
  end
  return y
end

describe("matmul", function()
  it("follows the definition", function()
    local a, b = dg.tensor { { 1, 2 }, { 3, 4 } }, dg.tensor { { 5, 6 }, { 7, 8 } }
    assert.same({ { 19, 22 }, { 43, 50 } }, F.matmul(a, b):totable())
    assert.equal(11, F.matmul(dg.tensor { 1, 2 }, dg.tensor { 3, 4 }):item())
  end)

  it("is exact on small whole numbers, at sizes that different kernels serve", function()
    for _, dtype in ipairs { "float32", "float64", "int64" } do
      for _, size in ipairs(SIZES) do
        local m, n, k = unpack(size)
        local function some(rows, columns)
          local t = {}
          for i = 1, rows * columns do t[i] = i * 7 % 13 - 6 end
          return F.reshape(dg.tensor(t, dtype), { rows, columns })
        end
        local a, b = some(m, k), some(k, n)
        assert.same(slow_product(a, b):totable(), F.matmul(a, b):totable())
        local turned = F.copy(a:transpose()):transpose()
        assert.same(slow_product(a, b):totable(), F.matmul(turned, b):totable())
      end
    end
  end)

  it("passes NaN on, also against zeros", function()
    local y = F.matmul(dg.tensor { { 0 / 0, 1 } }, dg.zeros(2, 2)):totable()
    assert.is_true(y[1][1] ~= y[1][1] and y[1][2] ~= y[1][2])
  end)

  it("names the sizes that differ", function()
    assert.error_matches(function() F.matmul(dg.zeros(4, 2), dg.zeros(3, 5)) end,
      "matmul: inner sizes 2 and 3 differ %(a is 4x2, b is 3x5%)")
    assert.error_matches(function() F.matmul(dg.zeros(2), dg.zeros(3)) end,
      "matmul: inner sizes 2 and 3 differ %(a is 2, b is 3%)")
    assert.error_matches(function() F.matmul(dg.zeros(2, 1, 3), dg.zeros(3, 3, 1)) end,
      "matmul: leading axes of 2x1x3 and 3x3x1 do not broadcast")
    assert.error_matches(function() F.matmul(dg.tensor(1), dg.zeros(3)) end,
      "matmul: wanted vectors or matrices, got %(%) and 3")
  end)

  it("wants one dtype", function()
    assert.error_matches(function() F.matmul(dg.zeros(1, 1), dg.zeros({ 1, 1 }, "float64")) end,
      "matmul: dtypes float32 and float64 differ")
    local b = dg.zeros({ 1, 1 }, "bool")
    assert.error_matches(function() F.matmul(b, b) end, "matmul: there is no product of bools")
  end)
end)
