local dg = require "dgraph"
local classes = require "spec.support.classes"
local settle = require "spec.support.settle"
local F, L, optimizers = dg.functions, dg.links, dg.optimizers

--- A model of one number, which starts at 1 and whose gradient is `slope`.
local function number(slope)
  local model = dg.Link()
  model.w = dg.Parameter(1, { 1 })
  return model, function() return F.sum(model.w * (slope or 1)) end
end

describe("an optimizer", function()
  it("computes a loss, its gradients, and learns", function()
    local model, lossfun = number(2)
    local optimizer = optimizers.SGD(0.25):setup(model)
    optimizer:update(lossfun)
    optimizer:update(lossfun)
    assert.same({ 0 }, model.w:totable())
    assert.same({ 2 }, model.w.grad:totable())
    assert.equal(2, optimizer.t)
  end)

  it("passes arguments on", function()
    local model = number()
    local optimizer = optimizers.SGD(1):setup(model)
    optimizer:update(function(a, b) return F.sum(model.w * (a - b)) end, 5, 2)
    assert.same({ -2 }, model.w:totable())
  end)

  it("goes with its model once nobody has them, whatever the optimizer", function()
    local function learn(Class)
      local model = dg.Sequential(L.Linear(2, 3), F.tanh, L.Linear(3, 1))
      Class():setup(model):update(function() return F.sum(model(dg.ones(1, 2)) ^ 2) end)
    end
    local function tensors()
      settle()
      return dg.memory().tensors
    end
    for name, Class in pairs(classes(optimizers, "lua/dgraph/optimizers/init.lua")) do
      if Class.Rule or name == "LBFGS" then
        local before = tensors()
        for _ = 1, 3 do learn(Class) end
        assert.equal(before, tensors(), name)
      end
    end
  end)

  it("leaves nothing behind but parameters, gradients and state", function()
    local model, lossfun = number()
    local optimizer = optimizers.Adam():setup(model)
    optimizer:update(lossfun)
    settle()
    local tensors = dg.memory().tensors
    for _ = 1, 10 do optimizer:update(lossfun) end
    settle()
    assert.equal(tensors, dg.memory().tensors)
  end)

  it("learns parameters that get their shape in the first forward", function()
    local model = L.Linear(nil, 2)
    local optimizer = optimizers.MomentumSGD():setup(model)
    optimizer:update(function() return F.sum(model(dg.ones(1, 3))) end)
    local before = model.W:totable()
    optimizer:update(function() return F.sum(model(dg.ones(1, 3))) end)
    assert.near(before[1][1] - 0.01 - 0.009, model.W:totable()[1][1], 1e-6)
  end)

  it("learns layers that are added or exchanged after setup", function()
    local model = dg.Chain { a = L.Linear(1, 1, { initialW = 1, nobias = true }) }
    local optimizer = optimizers.SGD(1):setup(model)
    local function lossfun() return F.sum(model.a(dg.ones(1, 1))) end
    optimizer:update(lossfun)
    model.a = L.Linear(1, 1, { initialW = 5, nobias = true })
    optimizer:update(lossfun)
    assert.same({ { 4 } }, model.a.W:totable())
    model.b = L.Linear(1, 1, { initialW = 3, nobias = true })
    optimizer:update(function() return F.sum(model.b(dg.ones(1, 1))) end)
    assert.same({ { 2 } }, model.b.W:totable())
  end)

  it("changes a parameter that two layers share once a step", function()
    local model = dg.Link()
    model.a = dg.Parameter(1, { 1 })
    model.b = model.a
    optimizers.SGD(1):setup(model):update(function() return F.sum(model.a + model.b) end)
    assert.same({ -1 }, model.a:totable())
  end)

  it("leaves parameters without a gradient and without a shape alone", function()
    local model = dg.Link()
    model.a, model.b = dg.Parameter(1, { 1 }), dg.Parameter(1, { 1 })
    model.c = dg.Parameter(1)
    local optimizer = optimizers.Adam():setup(model)
    optimizer:update(function() return F.sum(model.a) end)
    assert.same({ 1 }, model.b:totable())
    assert.is_false(model.c.is_initialized)
  end)

  it("leaves everything as it was when something fails", function()
    local model, lossfun = number()
    local optimizer = optimizers.Adam():setup(model)
    optimizer:update(lossfun)
    local w, m = model.w:item(), model.w.update_rule.state.m:item()
    local function untouched()
      assert.same({ w, m, 1 }, { model.w:item(), model.w.update_rule.state.m:item(), optimizer.t })
      assert.equal(1, model.w.update_rule.t)
    end
    assert.error_matches(function() optimizer:update(function() error "in the loss" end) end,
      "in the loss")
    untouched()
    assert.has_error(function() optimizer:update(function() return model.w:detach() end) end)
    untouched()
    optimizer:add_hook(function() error "in a hook" end, "fails")
    assert.error_matches(function() optimizer:update(lossfun) end, "in a hook")
    untouched()
    optimizer:remove_hook "fails"
    optimizer:add_hook(optimizers.GradientClipping(1))
    local function bad() return F.sum(model.w * (0 / 0)) end
    assert.error_matches(function() optimizer:update(bad) end,
      "GradientClipping: the norm of the gradients is NaN")
    untouched()
    optimizer:update(lossfun)
    assert.equal(2, optimizer.t)
  end)

  it("has settings for one parameter", function()
    local model = dg.Link()
    model.a, model.b = dg.Parameter(1, { 1 }), dg.Parameter(1, { 1 })
    local optimizer = optimizers.SGD(0.5):setup(model)
    model.b.update_rule.hyperparam.lr = 1
    optimizer:update(function() return F.sum(model.a + model.b) end)
    assert.same({ 0.5, 0 }, { model.a:item(), model.b:item() })
    optimizer.lr = 0.25
    optimizer:update(function() return F.sum(model.a + model.b) end)
    assert.same({ 0.25, -1 }, { model.a:item(), model.b:item() })
  end)

  it("leaves layers alone whose update is disabled", function()
    local model, lossfun = number()
    local optimizer = optimizers.SGD(1):setup(model)
    model:disable_update()
    optimizer:update(lossfun)
    assert.same({ 1 }, model.w:totable())
    model:enable_update()
    optimizer:update(lossfun)
    assert.same({ 0 }, model.w:totable())
  end)

  it("calls hooks before and after the parameters change, or for each", function()
    local model, lossfun = number()
    local optimizer, seen = optimizers.SGD(1):setup(model), {}
    local function note(name, timing)
      return setmetatable({ timing = timing }, { __call = function(_, self)
        seen[#seen + 1] = { name, self.target.w:item() }
      end })
    end
    optimizer:add_hook(note "before", "before")
    optimizer:add_hook(note("after", "post"), "after")
    local params = 0
    optimizer:add_hook(setmetatable({ call_for_each_param = true }, {
      __call = function(_, rule, param)
        params = params + (rule == param.update_rule and 1 or 0)
      end,
    }), "each")
    local own = 0
    model.w.update_rule:add_hook(function() own = own + 1 end, "own")
    optimizer:update(lossfun)
    assert.same({ { { "before", 1 }, { "after", 0 } }, 1, 1 }, { seen, params, own })
    assert.has_error(function() optimizer:add_hook(print) end)
    assert.has_error(function() optimizer:add_hook(print, "each") end)
    assert.has_error(function() optimizer:remove_hook "nothing" end)
  end)

  it("counts epochs, and wants a model", function()
    local optimizer = optimizers.SGD()
    assert.error_matches(function() optimizer:update() end, "setup%(model%) comes before update")
    assert.error_matches(function() optimizer:setup(3) end, "setup wants a link, got a number")
    assert.error_matches(function() optimizers.SGD { rate = 1 } end, "unknown option rate")
    optimizer:new_epoch()
    assert.equal(1, optimizer.epoch)
  end)

  it("goes on after it was saved and loaded as if nothing had happened", function()
    local path = os.tmpname()
    local function run(steps, load)
      local model, lossfun = number(0.5)
      local optimizer = optimizers.Adam(0.1):setup(model)
      if load then
        local both = { serialize = function(_, s)
          model:serialize(s.model)
          optimizer:serialize(s.optimizer)
        end }
        assert(dg.serializers.load_npz(path, both))
      end
      for _ = 1, steps do optimizer:update(lossfun) end
      return model, optimizer
    end
    local model, optimizer = run(3)
    optimizer:new_epoch()
    assert(dg.serializers.save_npz(path, { serialize = function(_, s)
      model:serialize(s.model)
      optimizer:serialize(s.optimizer)
    end }))
    local keys = {}
    for key in pairs(dg.serializers.load(path)) do keys[#keys + 1] = key end
    table.sort(keys)
    assert.same({ "model/w", "optimizer/epoch", "optimizer/t", "optimizer/w/m", "optimizer/w/t",
      "optimizer/w/v" }, keys)
    local whole, resumed = (run(5))
    resumed, optimizer = run(2, true)
    os.remove(path)
    assert.near(whole.w:item(), resumed.w:item(), 1e-7)
    assert.same({ 5, 1 }, { optimizer.t, optimizer.epoch })
  end)
end)
