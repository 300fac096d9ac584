local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local DTYPES = { "int32", "int64", "uint8", "bool" }
local function draw(r) return { r(-2, 2) } end

op_case("copy", {
  f = F.copy,
  inputs = draw,
  dtypes = DTYPES,
  known = { { { 1, -2 }, { 1, -2 } } },
})

for _, name in ipairs { "cast", "astype" } do
  op_case(name, {
    f = function(x) return F[name](x, "float64") end,
    inputs = draw,
    dtypes = DTYPES,
    result_dtype = true,
    known = { { { 1, -2.5 }, { 1, -2.5 }, dtype = "float32", out = "float64" } },
  })
end

describe("cast", function()
  it("truncates, and takes the nearest integer that fits", function()
    local x = dg.tensor({ 1.9, -1.9, 1e20, -1e20, 0 / 0 }, "float64")
    assert.same({ 1, -1, 2147483647, -2147483648, 0 }, F.cast(x, "int32"):totable())
    assert.same({ 1, 0, 255, 0, 0 }, F.cast(x, "uint8"):totable())
    assert.same({ true, true, true, true, true }, F.cast(x, "bool"):totable())
  end)

  it("lets gradients flow between float dtypes", function()
    local x = dg.tensor({ 1, 2 }, { dtype = "float64", requires_grad = true })
    F.sum(F.cast(x, "float32") * 3):backward()
    assert.same({ "float64", { 3, 3 } }, { x.grad.dtype, x.grad:totable() })
  end)
end)

--- Where a transposed tensor has what was at i, j, k.
local function turned_position(order)
  return function(...)
    local at = { ... }
    return at[order[1]], at[order[2]], at[order[3]]
  end
end

describe("copy", function()
  it("turns matrices and stacks of them", function()
    local orders = { { 2, 1, 3 }, { 3, 2, 1 }, { 3, 1, 2 }, { 2, 3, 1 }, { 1, 3, 2 } }
    for _, dtype in ipairs { "float32", "float64", "int32", "int64", "uint8" } do
      for _, shape in ipairs { { 5, 4, 3 }, { 2, 37, 41 }, { 9, 1, 65 } } do
        local x = dg.arange(0, shape[1] * shape[2] * shape[3], 1, dtype):reshape(unpack(shape))
        for _, view in ipairs { x, x:flip(1), x[{ {}, {}, { 1, -1, 2 } }] } do
          for _, order in ipairs(orders) do
            local turned, p = F.transpose(view, order):copy(), turned_position(order)
            local size, from, to = view.shape, view:totable(), turned:totable()
            for i = 1, size[1] do
              for j = 1, size[2] do
                for k = 1, size[3] do
                  local a, b, c = p(i, j, k)
                  if from[i][j][k] ~= to[a][b][c] then error("differs at " .. i .. j .. k) end
                end
              end
            end
          end
        end
      end
    end
  end)

  it("turns into a view with gaps", function()
    local x, y = dg.arange(0, 99, 1, "float32"):reshape(9, 11), dg.zeros(11, 20)
    y[{ {}, { 2, -1, 2 } }][{ {}, { 1, 9 } }] = F.transpose(x)
    for i = 1, 11 do
      assert.same({ 0, x[{ 1, i }]:item(), 0, x[{ 2, i }]:item() }, y[{ i, { 1, 4 } }]:totable())
    end
  end)

  it("shares nothing", function()
    local x = dg.tensor { 1, 2 }
    local y = F.copy(x)
    y[1] = 5
    assert.same({ 1, 2 }, x:totable())
  end)
end)
