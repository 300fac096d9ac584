local dg = require "dgraph"
local F, optimizers = dg.F, dg.optimizers

local P, G = { 3, -4, 0 }, { 0.5, -2, 8 }

--- A model of one parameter with a gradient, after one step of SGD(1) under a hook.
local function step(hook, p, g)
  local model = dg.Link()
  model.W = dg.Parameter(dg.tensor(p or P, "float64"))
  local optimizer = optimizers.SGD(1):setup(model)
  if hook then optimizer:add_hook(hook) end
  model.W.grad = dg.tensor(g or G, "float64")
  optimizer:update()
  local slopes = {}
  for i, x in ipairs(model.W:totable()) do slopes[i] = (p or P)[i] - x end
  return slopes, optimizer
end

local function near(wanted, got)
  for i, x in ipairs(wanted) do assert.near(x, got[i], 1e-12) end
end

describe("GradientHardClipping", function()
  it("puts gradients between its bounds", function()
    near({ 0.5, -1, 2 }, step(optimizers.GradientHardClipping(-1, 2)))
  end)

  it("wants bounds in order", function()
    assert.error_matches(function() optimizers.GradientHardClipping(2, 1) end,
      "GradientHardClipping: the lower bound 2 is above the upper bound 1")
    assert.error_matches(function() optimizers.GradientHardClipping(2) end,
      "the upper bound must be a number, got nil")
  end)
end)

describe("Lasso", function()
  it("adds the sign of parameters", function()
    near({ 0.75, -2.25, 8 }, step(optimizers.Lasso(0.25)))
  end)
end)

describe("GradientNoise", function()
  it("adds normal noise that becomes less", function()
    local n, zeros = 4000, {}
    for i = 1, n do zeros[i] = 0 end
    dg.random.seed(1)
    local noise = step(optimizers.GradientNoise(0.3), zeros, zeros)
    local sum, squares = 0, 0
    for _, x in ipairs(noise) do sum, squares = sum + x, squares + x * x end
    assert.near(0, sum / n, 0.05)
    assert.near(0.3, squares / n, 0.03)
    local hook = optimizers.GradientNoise(0.3)
    local param = dg.Parameter(dg.zeros({ n }, "float64"))
    param.grad = dg.zeros({ n }, "float64")
    hook({ t = 99 }, param)
    assert.near(0.3 / 100 ^ 0.55, F.square(param.grad):mean():item(), 0.003)
  end)

  it("takes noise from a function", function()
    local function noise(grad, hook, rule)
      return dg.full_like(grad, hook.eta + rule.t)
    end
    near({ 1, -1.5, 8.5 }, step(optimizers.GradientNoise(0.5, noise)))
  end)
end)

describe("GradientLARS", function()
  local length = math.sqrt(0.25 + 4 + 64)

  it("gives gradients the length of parameters", function()
    local rate = 5 / (1e-9 + length)
    near({ 0.5 * rate, -2 * rate, 8 * rate }, step(optimizers.GradientLARS()))
    near(G, step(optimizers.GradientLARS(5)))
    near({ 1e-3 }, step(optimizers.GradientLARS(), { 0.01 }, { 1e-3 }))
  end)

  it("adds weight decay", function()
    local rate = 5 / (0.5 + length + 0.1 * 5)
    near({ 0.8 * rate, -2.4 * rate, 8 * rate },
      step(optimizers.GradientLARS { weight_decay = 0.1, eps = 0.5 }))
  end)
end)

describe("hooks", function()
  it("have Chainer's names and settings", function()
    local made = {
      GradientHardClipping = optimizers.GradientHardClipping(-1, 1), Lasso = optimizers.Lasso(1),
      GradientNoise = optimizers.GradientNoise(1), GradientLARS = optimizers.GradientLARS(),
    }
    for name, hook in pairs(made) do
      assert.same({ name, "pre", true }, { hook.name, hook.timing, hook.call_for_each_param })
    end
    local lars = made.GradientLARS
    assert.same({ 0.01, 0, 1e-9 }, { lars.threshold, lars.weight_decay, lars.eps })
  end)

  it("serve one parameter's rule as well", function()
    local model = dg.Link()
    model.a, model.b = dg.Parameter(1, { 1 }), dg.Parameter(1, { 1 })
    local optimizer = optimizers.SGD(1):setup(model)
    model.b.update_rule:add_hook(optimizers.Lasso(0.5))
    optimizer:update(function() return F.sum(model.a + model.b) end)
    assert.same({ 0, -0.5 }, { model.a:item(), model.b:item() })
  end)
end)
