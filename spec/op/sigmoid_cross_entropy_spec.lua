local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local T = dg.tensor({ { 1, 0, -1 }, { 1, 1, 0 } }, "int32")

for name, options in pairs {
  ["the mean"] = {},
  ["the mean of the batch"] = { normalize = false }, ["each"] = { reduce = "no" },
} do
  op_case("sigmoid_cross_entropy, " .. name, {
    f = function(x) return F.sigmoid_cross_entropy(x, T, options) end,
    inputs = function(r) return { r(-2, 2, { 2, 3 }) } end,
    shapes = { {}, {} },
    elementwise = false,
    nan = "some",
    error_name = "sigmoid_cross_entropy",
  })
end

op_case("sigmoid_cross_entropy of probabilities", {
  f = function(x, t) return F.sigmoid_cross_entropy(x, t, { reduce = "no" }) end,
  inputs = function(r) return { r(-2, 2), r(0, 1) } end,
  shapes = { {}, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 2, 3 }, { 3 } } },
  bad_dtypes = {},
  overwritten = { 1, 2 },
  error_name = "sigmoid_cross_entropy",
})

describe("sigmoid_cross_entropy", function()
  local x = dg.tensor({ { 1, -2, 3 }, { 0, 4, 5 } }, "float64")

  it("follows the definition", function()
    local sum = 0
    local logits, targets = x:totable(), T:totable()
    for i = 1, 2 do
      for j = 1, 3 do
        local s, t = 1 / (1 + math.exp(-logits[i][j])), targets[i][j]
        if t >= 0 then sum = sum - t * math.log(s) - (1 - t) * math.log(1 - s) end
      end
    end
    assert.near(sum / 5, F.sigmoid_cross_entropy(x, T):item(), 1e-14)
    assert.near(sum / 2, F.sigmoid_cross_entropy(x, T, { normalize = false }):item(), 1e-14)
    assert.equal(0, F.sigmoid_cross_entropy(x, T, { reduce = "no" })[1][3]:item())
  end)

  it("keeps the small losses of sure answers, and does not overflow", function()
    local y = F.sigmoid_cross_entropy(dg.tensor({ 40, -1000, 1000 }, "float64"),
      dg.tensor({ 1, 0, 0 }, "uint8"), { reduce = "no" }):totable()
    assert.near(math.exp(-40), y[1], 1e-30)
    assert.equal(0, y[2])
    assert.equal(1000, y[3])
  end)

  it("is the same for few elements, taken at once, and many, wherever they lie", function()
    dg.seed(2)
    for _, dtype in ipairs { "float32", "float64" } do
      for _, n in ipairs { 1, 63, 64, 65, 130, 4096, 4097 } do
        local logits, gradients = dg.randn({ n }, dtype), {}
        for _, t in ipairs { dg.random.randint(-1, 2, { n }), dg.rand({ n }, dtype) } do
          local each = F.sigmoid_cross_entropy(logits, t, { reduce = "no" })
          for i, v in ipairs { dg.Variable(logits), dg.Variable(F.stack({ logits, logits }, 2)) } do
            local strided = i == 2 and v[{ {}, 1 }] or v
            local y = F.sigmoid_cross_entropy(strided, t, { normalize = false })
            assert.near(each:sum():item() / n, y:item(), 1e-6)
            y:backward()
            gradients[i] = i == 2 and v.grad[{ {}, 1 }] or v.grad
          end
          assert.near(0, F.max(F.abs(gradients[1] - gradients[2])):item(), 1e-7)
        end
      end
    end
  end)

  it("has gradients of gradients for few elements", function()
    local t = dg.Variable(dg.tensor({ { 0.2, 0.7, 1 } }, "float64"))
    local v = dg.Variable(dg.tensor({ { 0.5, -1, 2 } }, "float64"))
    local weights = { dg.tensor({ { 1, 2, 3 } }, "float64"), dg.tensor({ { 3, 2, 1 } }, "float64") }
    dg.gradient_check.check_double_backward(F.sigmoid_cross_entropy, { v, t },
      dg.tensor(2, "float64"), weights)
  end)
end)
