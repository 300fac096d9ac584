local dg = require "dgraph"
local settle = require "spec.support.settle"
local optimizers = dg.optimizers

local DEFAULTS = {
  AdaGrad = { lr = 0.001, eps = 1e-8 },
  RMSprop = { lr = 0.01, alpha = 0.99, eps = 1e-8, eps_inside_sqrt = false },
  RMSpropGraves = { lr = 1e-4, alpha = 0.95, momentum = 0.9, eps = 1e-4 },
  NesterovAG = { lr = 0.01, momentum = 0.9 },
  CorrectedMomentumSGD = { lr = 0.01, momentum = 0.9 },
  AdaDelta = { rho = 0.95, eps = 1e-6 },
  AMSGrad = { alpha = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, eta = 1,
    weight_decay_rate = 0, amsgrad = true },
  AdamW = { alpha = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, eta = 1,
    weight_decay_rate = 0, amsgrad = false },
  AdaBound = { alpha = 0.001, beta1 = 0.9, beta2 = 0.999, final_lr = 0.1, gamma = 1e-3,
    eps = 1e-8, eta = 1, weight_decay_rate = 0, amsbound = false },
  AMSBound = { alpha = 0.001, beta1 = 0.9, beta2 = 0.999, final_lr = 0.1, gamma = 1e-3,
    eps = 1e-8, eta = 1, weight_decay_rate = 0, amsbound = true },
  MSVAG = { lr = 0.1, beta = 0.9, eta = 1, weight_decay_rate = 0 },
  SMORMS3 = { lr = 0.001, eps = 1e-16 },
  FTRL = { alpha = 0.1, beta = 1, l1 = 0, l2 = 0 },
  RAdam = { lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 },
  NAdam = { lr = 0.002, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, momentum_decay = 0.004 },
  Adamax = { lr = 0.002, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 },
  LAMB = { lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-6, weight_decay = 0 },
  Rprop = { lr = 0.01, etaminus = 0.5, etaplus = 1.2, step_min = 1e-6, step_max = 50 },
}

-- Their first arguments, by position.
local ORDER = {
  AdaGrad = { "lr", "eps" }, RMSprop = { "lr", "alpha", "eps", "eps_inside_sqrt" },
  RMSpropGraves = { "lr", "alpha", "momentum", "eps" }, NesterovAG = { "lr", "momentum" },
  AdaDelta = { "rho", "eps" }, SMORMS3 = { "lr", "eps" },
  AdaBound = { "alpha", "beta1", "beta2", "final_lr", "gamma", "eps", "eta" },
  MSVAG = { "lr", "beta", "eta", "weight_decay_rate" }, FTRL = { "alpha", "beta", "l1", "l2" },
}

-- What is saved of each parameter.
local STATES = {
  AdaGrad = "h t", RMSprop = "ms t", RMSpropGraves = "delta g n t", NesterovAG = "t v",
  CorrectedMomentumSGD = "t v", AdaDelta = "msdx msg t", AMSGrad = "m t v vhat",
  AdaBound = "m t v", AMSBound = "m t v vhat", MSVAG = "m t v", SMORMS3 = "g g2 mem t",
  FTRL = "n t z", RAdam = "m t v", NAdam = "m mu_product t v", Adamax = "m t u", LAMB = "m t v",
  Rprop = "prev step t", AdamW = "m t v",
}

--- A model of two parameters; only the first gets gradients.
local function model(value)
  local link = dg.Link()
  link.a, link.b = dg.Parameter(value or 1, { 2 }), dg.Parameter(2, { 2 })
  return link, function() return dg.F.sum(link.a * 3) end
end

for name, defaults in pairs(DEFAULTS) do
  describe(name, function()
    it("has the defaults of its source", function()
      local made = optimizers[name]()
      for key, value in pairs(defaults) do assert.equal(value, made[key], key) end
    end)

    it("takes settings by name, and by position", function()
      for key, value in pairs(defaults) do
        if type(value) == "number" then
          assert.equal(0.25, optimizers[name]({ [key] = 0.25 })[key])
        end
      end
      local given = {}
      for i, key in ipairs(ORDER[name] or {}) do
        given[i] = key:find "inside" and true or i / 16
        assert.equal(given[i], optimizers[name](unpack(given))[key])
      end
      assert.error_matches(function() optimizers[name] { speed = 1 } end, "unknown option speed")
    end)

    it("saves its state by name", function()
      local link, lossfun = model()
      local optimizer = optimizers[name]():setup(link)
      optimizer:update(lossfun)
      local path, keys = os.tmpname(), {}
      assert(dg.serializers.save_npz(path, optimizer))
      for key in pairs(dg.serializers.load(path)) do keys[#keys + 1] = key:match "^a/(.*)" end
      os.remove(path)
      table.sort(keys)
      assert.equal(STATES[name], table.concat(keys, " "))
    end)

    it("lets alone what has no gradient, and what is disabled", function()
      local link, lossfun = model()
      local optimizer = optimizers[name]():setup(link)
      optimizer:update(lossfun)
      assert.same({ 2, 2 }, link.b:totable())
      local once = link.a:totable()
      assert.is_true(once[1] < 1)
      link.a.update_rule.enabled = false
      optimizer:update(lossfun)
      assert.same(once, link.a:totable())
      assert.equal(1, link.a.update_rule.t)
    end)

    it("serves parameters without elements", function()
      local link = dg.Link()
      link.a = dg.Parameter(dg.zeros(0, 3))
      local optimizer = optimizers[name]():setup(link)
      link.a.grad = dg.zeros(0, 3)
      optimizer:update()
      assert.equal(1, optimizer.t)
    end)

    it("spreads NaN to the element that has it, and no other", function()
      if name == "LAMB" then return end -- one length for all
      local link = model()
      local optimizer = optimizers[name]():setup(link)
      link.a.grad = dg.tensor { 0 / 0, 1 }
      optimizer:update()
      local a = link.a:totable()
      assert.is_true(a[1] ~= a[1] and a[2] < 1)
    end)
  end)
end

describe("settings", function()
  it("of one parameter take the place of the optimizer's", function()
    local link = model()
    local optimizer = optimizers.NesterovAG(0.5, 0):setup(link)
    link.b.update_rule.hyperparam.lr = 1
    optimizer:update(function() return dg.F.sum(link.a + link.b) end)
    assert.same({ { 0.5, 0.5 }, { 1, 1 } }, { link.a:totable(), link.b:totable() })
  end)

  it("stay with a rule whose optimizer has no model", function()
    local link, lossfun = model()
    local optimizer = optimizers.SGD(1):setup(link)
    link.a.update_rule = optimizers.SGD(0.25):create_update_rule()
    collectgarbage() collectgarbage()
    optimizer:update(lossfun)
    assert.same({ 0.25, 0.25 }, link.a:totable())
  end)

  it("say so when the optimizer is gone that a model was set up with", function()
    local link, lossfun = model()
    do optimizers.SGD(1):setup(link) end
    local rule = link.a.update_rule
    local optimizer = optimizers.SGD(2):setup(link)
    link.a.update_rule = rule
    settle()
    assert.error_matches(function() optimizer:update(lossfun) end,
      "its optimizer, which has lr, is gone; keep it as long as the rule")
    assert.same({ 1, 1 }, link.a:totable())
  end)

  it("of another type are refused", function()
    assert.error_matches(function() optimizers.AdaGrad "fast" end,
      "AdaGrad: lr is a number, got a string")
    assert.error_matches(function() optimizers.RMSprop { eps_inside_sqrt = 1 } end,
      "RMSprop: eps_inside_sqrt is a boolean, got a number")
  end)

  it("AdaBound's last rate follows alpha", function()
    local link, lossfun = model()
    local optimizer = optimizers.AdaBound { gamma = 1e9, beta1 = 0 }:setup(link)
    optimizer:update(lossfun)
    assert.near(1 - 0.1 * 3, link.a:totable()[1], 1e-6)
    optimizer.alpha = optimizer.alpha / 2
    optimizer:update(lossfun)
    assert.near(1 - 0.15 * 3, link.a:totable()[1], 1e-6)
  end)
end)

describe("reallocate_cleared_grads", function()
  it("gives gradients of 0 to parameters that have none", function()
    local link, lossfun = model()
    local optimizer = optimizers.MomentumSGD(1):setup(link)
    link.late = dg.Parameter(1)
    link:cleargrads()
    lossfun():backward()
    optimizer:reallocate_cleared_grads()
    assert.same({ { 3, 3 }, { 0, 0 } }, { link.a.grad:totable(), link.b.grad:totable() })
    assert.is_false(link.late.is_initialized)
  end)
end)

describe("what fades away", function()
  it("is 0 before it is denormal", function()
    local made = { optimizers.MomentumSGD(0.1, 0.5), optimizers.Adam { beta1 = 0.5, beta2 = 0.5 },
      optimizers.RMSprop { alpha = 0.5 }, optimizers.AdaDelta(0.5) }
    for _, optimizer in ipairs(made) do
      local link = model()
      optimizer:setup(link)
      link.a.grad = dg.tensor { 1, -1 }
      optimizer:update()
      link.a.grad = dg.zeros(2)
      for _ = 1, 120 do optimizer:update() end
      for _, state in pairs(link.a.update_rule.state) do assert.same({ 0, 0 }, state:totable()) end
    end
  end)
end)
