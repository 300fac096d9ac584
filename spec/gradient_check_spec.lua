local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"

local F = dg.F
local x = dg.tensor({ { 0.1, 0.2, -0.3 }, { 0.5, 1, 2 } }, "float64")
local g = dg.tensor({ { 1, 2, 3 }, { -1, 0.5, 0.3 } }, "float64")

--- tanh with a gradient that is wrong by a tenth.
local function wrong(a) return F.tanh(a) + dg.tensor(a * 0.1) end

local function message_of(...) return tostring(select(2, pcall(...))) end

describe("numerical_grad", function()
  it("is near the gradient and restores its inputs", function()
    local before = x:totable()
    local gx = gradient_check.numerical_grad(F.exp, x, g)[1]
    gradient_check.assert_allclose(gx, F.exp(x) * g, 1e-5, 1e-5)
    assert.same(before, x:totable())
  end)

  it("takes functions of no arguments, as Chainer's", function()
    local y = dg.tensor({ 2 }, "float64")
    local function f() return y * y end
    local gy = gradient_check.numerical_grad(f, { y }, { dg.ones(1, "float64") })
    assert.near(4, gy[1]:item(), 1e-6)
  end)

  it("finds corners and steps when asked", function()
    local options = { detect_nondifferentiable = true }
    local ones = dg.ones(2, "float64")
    for _, f in ipairs { F.absolute, F.sign } do
      local corner = dg.tensor({ 1, 0 }, "float64")
      local ok, problem = pcall(gradient_check.numerical_grad, f, corner, ones, options)
      assert.is_false(ok)
      assert.equal(gradient_check.NondifferentiableError, getmetatable(problem))
      assert.matches("not differentiable at input 1 at %[2%]", tostring(problem))
      gradient_check.numerical_grad(f, dg.tensor({ 1, -2 }, "float64"), ones, options)
    end
  end)
end)

describe("check_backward", function()
  it("accepts right gradients of several inputs and outputs", function()
    local function f(a, b) return a * b, a + b end
    gradient_check.check_backward(f, { x, g }, { x, g })
    gradient_check.check_double_backward(f, { x, g }, { x, g }, { g, x })
  end)

  it("shows where a gradient is wrong", function()
    local text = message_of(gradient_check.check_backward, wrong, x, g)
    assert.matches("check_backward: in a random direction the gradient is", text)
    assert.matches("furthest off: variable 1 at %[1%]%[3%], gradient 2.745%d*, numerical 3.045",
      text)
  end)

  it("shows where a second derivative is wrong", function()
    local function f(a) return a * dg.tensor(a) end -- gradient a, whose own is lost
    local text = message_of(gradient_check.check_double_backward, f, x, g, g)
    assert.matches("check_double_backward: in a random direction", text)
  end)

  it("checks parameters too and leaves them as they were", function()
    local W = dg.tensor({ { 1, 2, 3 } }, { dtype = "float64", requires_grad = true })
    local function f(a) return a * W * W end
    gradient_check.check_backward(f, x, g, W)
    gradient_check.check_double_backward(f, x, g, x, W, W:detach())
    assert.same({ { 1, 2, 3 } }, W:totable())
    local function half(a) return a * W * dg.tensor(W) end
    assert.matches("variable 2", message_of(gradient_check.check_backward, half, x, g, W))
  end)

  it("leaves out what no_grads names", function()
    local function f(a, b) return a * dg.tensor(b) end
    gradient_check.check_backward(f, { x, g }, x, nil, { no_grads = { false, true } })
    assert.matches("variable 2", message_of(gradient_check.check_backward, f, { x, g }, x))
  end)

  it("needs output gradients that fit", function()
    assert.matches("an output of shape 2x3 needs y_grad",
      message_of(gradient_check.check_backward, F.exp, x))
    assert.matches("output 1 has shape 2x3, its gradient 3",
      message_of(gradient_check.check_backward, F.exp, x, dg.ones(3)))
    gradient_check.check_backward(function(a) return (a * a):sum() end, x)
  end)
end)

describe("assert_allclose", function()
  it("takes NaN for equal, and tables and numbers", function()
    gradient_check.assert_allclose(dg.tensor { 1, 0 / 0 }, { 1, 0 / 0 })
    gradient_check.assert_allclose(dg.tensor(2), 2)
    gradient_check.assert_allclose({ 1 / 0 }, { 1 / 0 })
  end)

  it("shows the worst of what differs", function()
    assert.matches("6 of 6 elements differ; at %[1%]%[3%] it is %-0.3, wanted 3",
      message_of(gradient_check.assert_allclose, x, g))
    assert.matches("1 of 2 elements differ; at %[2%] it is nan, wanted 1",
      message_of(gradient_check.assert_allclose, dg.tensor { 1, 0 / 0 }, { 1, 1 }))
    assert.matches("shape 2x3, wanted 3x2",
      message_of(gradient_check.assert_allclose, x, g:transpose()))
  end)
end)
