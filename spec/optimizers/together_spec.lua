-- Steps that change all parameters in one call, against the same steps by one rule after another,
-- while everything changes that such a call relies on.
local dg = require "dgraph"

local F, optimizers = dg.functions, dg.optimizers

local KINDS = {
  SGD = function() return optimizers.SGD(0.1) end,
  MomentumSGD = function() return optimizers.MomentumSGD(0.1) end,
  Adam = function() return optimizers.Adam(0.1) end,
  AMSGrad = function() return optimizers.AMSGrad(0.1) end,
  FTRL = function() return optimizers.FTRL { alpha = 0.5, l1 = 0.01 } end,
}

local IDS = dg.tensor({ { 1, 3 } }, "int32")

local function new_model()
  local model = dg.Chain { inner = dg.Link() }
  model.a = dg.Parameter(dg.tensor { 0.5, -1 })
  model.b = dg.Parameter(dg.tensor { { 2, 1 }, { 0, 3 } })
  model.inner.W = dg.Parameter(dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } })
  return model
end

local function lossfun(model)
  local loss = F.sum(F.square(F.embedding_bag(IDS, model.inner.W, nil, "sum")))
  if model.a then loss = loss + F.sum(F.square(model.a - 1)) end
  if model.c then loss = loss + F.sum(F.square(model.c)) end
  if not model.skips_b then loss = loss + F.sum(F.square(model.b + 1)) end
  return loss
end

--- A model and its optimizer; `forced` has each rule asked on its own.
local function new_run(kind, forced)
  local run = { model = new_model(), forced = forced }
  run.optimizer = KINDS[kind]():setup(run.model)
  return run
end

--- Has each rule of a model asked on its own.
local function force(model)
  for param in model:params() do
    local rule = param.update_rule
    local core = rule and rule.update_core
    if rule and not rule.is_forced then
      rule.is_forced = true
      rule.update_core = function(...) return core(...) end
    end
  end
end

--- A step; tells whether it was one call.
local function step(run)
  local model, optimizer, at_once = run.model, run.optimizer, false
  if run.forced then force(model) end
  local Rule = getmetatable(optimizer:create_update_rule())
  local real = Rule.update_all
  Rule.update_all = function(...)
    at_once = true
    return real(...)
  end
  optimizer:update(lossfun, model)
  Rule.update_all = real
  return at_once
end

--- Parameters, their states and steps, by name.
local function everything(run)
  local all = { t = run.optimizer.t }
  for name, param in run.model:namedparams() do
    local rule = param.update_rule
    local state = {}
    for key, value in pairs(rule.state or {}) do state[key] = value:totable() end
    all[name] = { data = param:totable(), t = rule.t, state = state }
  end
  return all
end

local function rule_of(run) return run.model.b.update_rule end

--- What a user may do between two steps, and whether those behind it are one call again.
local CHANGES = {
  ["a rule is disabled"] = { function(run) rule_of(run).enabled = false end, false },
  ["a rule is disabled and enabled"] = { function(run)
    rule_of(run).enabled = false
    step(run)
    rule_of(run).enabled = true
  end, "unless t differs" },
  ["a parameter has a rate of its own"] = { function(run)
    local settings = rule_of(run).hyperparam
    settings.lr, settings.alpha = 0.3, 0.3
  end, false },
  ["settings are exchanged"] = { function(run)
    local settings = { lr = 0.2, momentum = 0.5, alpha = 0.2, beta = 2, l1 = 0, l2 = 0.1 }
    settings.beta1, settings.beta2, settings.eps = 0.8, 0.9, 1e-3
    settings.eta, settings.weight_decay_rate = 1, 0
    rule_of(run).hyperparam = settings
  end, false },
  ["the optimizer learns at another rate"] = { function(run)
    run.optimizer.lr, run.optimizer.alpha = 0.02, 0.02
  end, true },
  ["a rule has a formula of its own"] = { function(run)
    rule_of(run).update_core = function(_, param) param:fill(7) end
  end, false },
  ["a rule is exchanged"] = { function(run)
    run.model.b.update_rule = optimizers.SGD(0.25):create_update_rule()
  end, false },
  ["a rule is made anew"] = { function(run)
    run.model.b.update_rule = run.optimizer:create_update_rule()
  end, "unless t differs" },
  ["states are exchanged"] = { function(run)
    local rule = rule_of(run)
    for _, name in ipairs(rule.state_names) do
      rule.state[name] = dg.tensor { { 0.25, 0.5 }, { 1, 2 } }
    end
  end, true },
  ["the table of states is exchanged"] = { function(run)
    local rule, state = rule_of(run), {}
    for _, name in ipairs(rule.state_names) do state[name] = dg.full({ 2, 2 }, 0.5) end
    rule.state = state
  end, true },
  ["a rule is to begin with new states"] = { function(run) rule_of(run).state = nil end, true },
  ["steps are counted differently"] = { function(run) rule_of(run).t = 11 end,
    "unless t differs" },
  ["a parameter is exchanged"] = { function(run)
    run.model.a = dg.Parameter(dg.tensor { 4, 5, 6 })
  end, "unless t differs" },
  ["a parameter is added"] = { function(run)
    run.model.c = dg.Parameter(dg.tensor { 4, 5, 6 })
  end, "unless t differs" },
  ["a parameter is added by a shape yet to come"] = { function(run)
    run.model.c = dg.Parameter(2)
    run.model.c:initialize { 3 }
  end, "unless t differs" },
  ["a parameter is taken away"] = { function(run) run.model.a = nil end, true },
  ["a layer is exchanged"] = { function(run)
    run.model.inner = dg.Link()
    run.model.inner.W = dg.Parameter(dg.tensor { { 1, 1 }, { 2, 2 }, { 3, 3 } })
  end, "unless t differs" },
  ["a gradient is missing"] = { function(run) run.model.skips_b = true end, "unless t differs" },
  ["a rule gets a hook"] = { function(run)
    rule_of(run):add_hook(function(_, param) param.grad = param.grad * 2 end, "doubles")
  end, true },
  ["a rule loses its hook"] = { function(run)
    rule_of(run):add_hook(function(_, param) param.grad = param.grad * 2 end, "doubles")
    step(run)
    rule_of(run):remove_hook "doubles"
  end, true },
  ["the optimizer gets a hook"] = { function(run)
    run.optimizer:add_hook(optimizers.WeightDecay(0.1))
  end, true },
  ["elements are written by hand"] = { function(run) run.model.b:fill(1.5) end, true },
  ["a file is loaded"] = { function(run)
    local path = os.tmpname()
    local other = new_run(run.kind)
    for _ = 1, 3 do step(other) end
    dg.serializers.save_npz(path, other.optimizer)
    dg.serializers.load_npz(path, run.optimizer)
    os.remove(path)
  end, true },
}

for kind in pairs(KINDS) do
  describe("a step of " .. kind, function()
    for what, case in pairs(CHANGES) do
      it("is the same at once and one by one when " .. what, function()
        local at_once, one_by_one = new_run(kind), new_run(kind, true)
        for _, run in ipairs { at_once, one_by_one } do
          run.kind = kind
          for _ = 1, 2 do assert.equal(not run.forced, step(run)) end
          case[1](run)
          for _ = 1, 3 do run.was_at_once = step(run) end
        end
        assert.same(everything(one_by_one), everything(at_once))
        local expected = case[2]
        if expected == "unless t differs" then
          expected = kind ~= "Adam" and kind ~= "AMSGrad"
        end
        assert.equal(expected, at_once.was_at_once)
        assert.is_false(one_by_one.was_at_once)
      end)
    end

    it("notices another formula of the class", function()
      local run = new_run(kind)
      step(run)
      local Rule = getmetatable(rule_of(run))
      local real = Rule.update_core
      Rule.update_core = function(_, param) param:fill(9) end
      local ok, message = pcall(step, run)
      Rule.update_core = real
      assert.is_true(ok, message)
      assert.same({ { 9, 9 }, { 9, 9 } }, run.model.b:totable())
    end)

    it("asks the rules of a class that extends another, with a formula of its own", function()
      local model = new_model()
      local optimizer = KINDS[kind]()
      local Own = getmetatable(optimizer:create_update_rule()):extend "Own"
      function Own:update_core(param) param:fill(self.t) end
      function optimizer:create_update_rule() return Own(self) end -- luacheck: no self
      optimizer:setup(model):update(lossfun, model)
      optimizer:update(lossfun, model)
      assert.same({ 2, 2 }, model.a:totable())
    end)
  end)
end

describe("a step of many parameters", function()
  it("is the same at once and one by one", function()
    local function train(kind, forced)
      local model = dg.Link()
      for i = 1, 40 do model["p " .. i .. '%$i"'] = dg.Parameter(dg.full({ i }, i)) end
      local optimizer = KINDS[kind]():setup(model)
      local result = {}
      for _ = 1, 3 do
        if forced then force(model) end
        optimizer:update(function()
          local loss = 0
          for p in model:params() do loss = loss + F.sum(F.square(p)) end
          return loss
        end)
      end
      for name, p in model:namedparams() do result[name] = p:totable() end
      return result
    end
    for kind in pairs(KINDS) do assert.same(train(kind, true), train(kind)) end
  end)

  it("finds names of any kind, exchanged or not", function()
    local model = dg.Link()
    local names = { "a b", "$i", "%d", "end", 'q"', "\n" }
    for _, name in ipairs(names) do model[name] = dg.Parameter(dg.tensor { 1 }) end
    local optimizer = optimizers.SGD(0.5):setup(model)
    local function loss()
      local sum = 0
      for _, name in ipairs(names) do sum = sum + F.sum(model[name]) end
      return sum
    end
    optimizer:update(loss)
    for _, name in ipairs(names) do model[name] = dg.Parameter(dg.tensor { 3 }) end
    optimizer:update(loss)
    for _, name in ipairs(names) do assert.same({ 2.5 }, model[name]:totable()) end
  end)
end)
