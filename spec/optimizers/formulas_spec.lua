local dg = require "dgraph"
local optimizers = dg.optimizers

local STEPS = 6

--- A model of one parameter, and the gradients of some steps.
local function fixture(dtype)
  local link = dg.Link()
  link.W = dg.Parameter(dg.tensor({ 1, -2, 3, 0.5 }, dtype))
  local grads = {}
  for step = 1, STEPS do
    grads[step] = { math.sin(step), 0.1 * step, -2 + step, step % 2 == 0 and 0 or 5 }
  end
  return link, grads
end

--- Compares steps of an optimizer with `formula(p, g, state, t)`, one number after another.
local function check(make, formula, dtype, tolerance)
  local link, grads = fixture(dtype)
  local optimizer = make():setup(link)
  local expected, states = link.W:totable(), { {}, {}, {}, {} }
  for t, grad in ipairs(grads) do
    link.W.grad = dg.tensor(grad, dtype)
    optimizer:update()
    for i, g in ipairs(grad) do expected[i] = formula(expected[i], g, states[i], t) end
    for i, p in ipairs(link.W:totable()) do assert.near(expected[i], p, tolerance) end
  end
  assert.equal(STEPS, optimizer.t)
end

local function adam(alpha, beta1, beta2, eps, eta, decay, amsgrad)
  return function(p, g, s, t)
    s.m = (s.m or 0) + (1 - beta1) * (g - (s.m or 0))
    s.v = (s.v or 0) + (1 - beta2) * (g * g - (s.v or 0))
    s.vhat = amsgrad and math.max(s.vhat or 0, s.v) or s.v
    local alpha_t = alpha * math.sqrt(1 - beta2 ^ t) / (1 - beta1 ^ t)
    return p - eta * (alpha_t * s.m / (math.sqrt(s.vhat) + eps) + decay * p)
  end
end

local CASES = {
  { "SGD", function() return optimizers.SGD() end, function(p, g) return p - 0.01 * g end },
  { "SGD of another rate", function() return optimizers.SGD(0.3) end,
    function(p, g) return p - 0.3 * g end },
  { "MomentumSGD", function() return optimizers.MomentumSGD() end, function(p, g, s)
    s.v = 0.9 * (s.v or 0) - 0.01 * g
    return p + s.v
  end },
  { "MomentumSGD of other settings", function()
    return optimizers.MomentumSGD { lr = 0.2, momentum = 0.5 }
  end, function(p, g, s)
    s.v = 0.5 * (s.v or 0) - 0.2 * g
    return p + s.v
  end },
  { "Adam", function() return optimizers.Adam() end, adam(0.001, 0.9, 0.999, 1e-8, 1, 0) },
  { "Adam of other settings",
    function() return optimizers.Adam(0.1, 0.8, 0.95, 1e-4, 0.5, 0.01) end,
    adam(0.1, 0.8, 0.95, 1e-4, 0.5, 0.01) },
  { "AMSGrad", function() return optimizers.Adam { alpha = 0.1, beta2 = 0.5, amsgrad = true } end,
    adam(0.1, 0.9, 0.5, 1e-8, 1, 0, true) },
  { "AdamW", function() return optimizers.AdamW { weight_decay_rate = 0.05 } end,
    adam(0.001, 0.9, 0.999, 1e-8, 1, 0.05) },
}

describe("the formula of", function()
  for _, case in ipairs(CASES) do
    it(case[1] .. " holds for several steps", function()
      check(case[2], case[3], "float64", 1e-13)
      check(case[2], case[3], "float32", 2e-6)
    end)
  end

  it("WeightDecay adds to the gradient", function()
    check(function()
      local sgd = optimizers.SGD(0.1)
      local setup = sgd.setup
      function sgd:setup(model)
        setup(self, model)
        return self:add_hook(optimizers.WeightDecay(0.25))
      end
      return sgd
    end, function(p, g) return p - 0.1 * (g + 0.25 * p) end, "float64", 1e-13)
  end)

  it("GradientClipping scales what is too long as a whole", function()
    local model = dg.Link()
    model.a, model.b = dg.Parameter(0, { 2 }), dg.Parameter(0, { 1 })
    local optimizer = optimizers.SGD(1):setup(model):add_hook(optimizers.GradientClipping(6))
    model.a.grad, model.b.grad = dg.tensor { 3, 6 }, dg.tensor { 6 } -- 9 long
    optimizer:update()
    assert.same({ { -2, -4 }, { -4 } }, { model.a:totable(), model.b:totable() })
    model.a.grad, model.b.grad = dg.tensor { 3, 0 }, dg.tensor { 4 } -- 5 long
    optimizer:update()
    assert.same({ { -5, -4 }, { -8 } }, { model.a:totable(), model.b:totable() })
  end)
end)
