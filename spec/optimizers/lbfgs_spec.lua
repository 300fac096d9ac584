local dg = require "dgraph"
local settle = require "spec.support.settle"
local F, optimizers = dg.F, dg.optimizers

local FILE = assert(dg.serializers.load "spec/fixtures/reference/optimizers.npz")

--- The valley of spec/fixtures/reference/optimizers.py.
local function valley(start)
  local model = dg.Link()
  model.W = dg.Parameter(dg.tensor(start, "float64"))
  return model, function()
    local p = model.W
    local n = p.size
    local head, rest = p[{ { 1, n - 1 } }], p[{ { 2, n } }]
    return F.sum(F.square(1 - head)) + F.sum(F.square(rest - F.square(head))) * 3
  end
end

local CASES = {
  ["LBFGS lr=0.1"] = { lr = 0.1 },
  ["LBFGS short"] = { lr = 0.2, max_iter = 4, history_size = 2 },
  ["LBFGS wolfe"] = { line_search_fn = "strong_wolfe", max_iter = 4, max_eval = 40 },
  ["LBFGS wolfe far"] = { line_search_fn = "strong_wolfe", lr = 30, max_iter = 3, max_eval = 60 },
  ["LBFGS wolfe near"] = {
    line_search_fn = "strong_wolfe", lr = 1e-3, max_iter = 3, history_size = 2,
  },
  ["LBFGS wolfe whole"] = { line_search_fn = "strong_wolfe" },
}

describe("LBFGS", function()
  for label, settings in pairs(CASES) do
    it("goes the way of PyTorch: " .. label, function()
      local model, lossfun = valley(FILE.start)
      local optimizer = optimizers.LBFGS(settings):setup(model)
      for i = 1, 5 do
        optimizer:update(lossfun)
        dg.gradient_check.assert_allclose(model.W:detach(), FILE[label][i], 1e-6, 1e-6)
      end
      assert.equal(5, optimizer.t)
    end)
  end

  it("has PyTorch's defaults", function()
    local made = optimizers.LBFGS()
    assert.is_nil(made.line_search_fn)
    assert.same({ 1, 20, 25, 1e-7, 1e-9, 100 }, { made.lr, made.max_iter, made.max_eval,
      made.tolerance_grad, made.tolerance_change, made.history_size })
  end)

  it("finds the least of a quadratic over several parameters, and stops there", function()
    local model = dg.Link()
    model.a, model.b = dg.Parameter(dg.ones(2, 3)), dg.Parameter(dg.ones(2))
    model.unused = dg.Parameter(dg.ones(2))
    local calls = 0
    local optimizer = optimizers.LBFGS():setup(model)
    local function lossfun(k)
      calls = calls + 1
      return F.sum(F.square(model.a - 2)) * k + F.sum(F.square(model.b + 1))
    end
    optimizer:update(lossfun, 2)
    for _, x in ipairs(model.a:reshape(6):totable()) do assert.near(2, x, 1e-4) end
    for _, x in ipairs(model.b:totable()) do assert.near(-1, x, 1e-4) end
    assert.same({ 1, 1 }, model.unused:totable())
    assert.is_true(calls < 20)
  end)

  it("leaves nothing behind but what it remembers", function()
    local model, lossfun = valley(FILE.start)
    for _, search in ipairs { false, "strong_wolfe" } do
      local optimizer = optimizers.LBFGS {
        lr = 0.01, max_iter = 2, history_size = 2, line_search_fn = search or nil,
      }:setup(model)
      for _ = 1, 4 do optimizer:update(lossfun) end
      settle()
      local tensors = dg.memory().tensors
      for _ = 1, 5 do optimizer:update(lossfun) end
      settle()
      assert.equal(tensors, dg.memory().tensors)
    end
  end)

  it("comes back from steps that lead nowhere", function()
    local model = dg.Link()
    model.W = dg.Parameter(dg.tensor({ 3 }, "float64"))
    local optimizer = optimizers.LBFGS { lr = 10, line_search_fn = "strong_wolfe" }:setup(model)
    local function lossfun() return F.sum(model.W - F.log(model.W)) end -- NaN below 0
    for _ = 1, 3 do optimizer:update(lossfun) end
    assert.near(1, model.W:item(), 1e-4)
  end)

  it("wants a model, a function and a gradient", function()
    assert.error_matches(function() optimizers.LBFGS { line_search_fn = "armijo" } end,
      'LBFGS: line_search_fn must be nil or "strong_wolfe", got "armijo"')
    local optimizer = optimizers.LBFGS()
    assert.error_matches(function() optimizer:update(print) end, "setup%(model%) comes before")
    local model = valley(FILE.start)
    optimizer:setup(model)
    assert.error_matches(function() optimizer:update() end, "LBFGS: update wants a function")
    assert.error_matches(function()
      optimizer:update(function() return dg.Variable(1) * 2 end)
    end, "LBFGS: no parameter has a gradient")
  end)
end)
