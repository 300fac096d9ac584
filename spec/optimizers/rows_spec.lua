local dg = require "dgraph"

local F, L, optimizers = dg.F, dg.links, dg.optimizers

local TABLE = { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } }

local function model(sparse)
  return L.EmbedID(4, 2, { initialW = dg.tensor(TABLE, "float64"), sparse = sparse })
end

local function ids(t) return dg.tensor(t, "int32") end

--- Runs steps on lists of ids, and gives the table afterwards.
local function train(optimizer, sparse, lists, hook)
  local link = model(sparse)
  optimizer:setup(link)
  if hook then optimizer:add_hook(hook) end
  for _, list in ipairs(lists) do
    optimizer:update(function() return F.square(link(ids(list))):sum() end)
  end
  return link.W:totable(), link
end

local ALL = { { 1, 2, 3, 4 }, { 4, 3, 2, 1, 1 }, { 2, 2, 1, 3, 4 } }
local SOME = { { 1, 3, 1 }, { 3 }, { 1, 3 } }

local MAKERS = {
  SGD = function() return optimizers.SGD(0.1) end,
  MomentumSGD = function() return optimizers.MomentumSGD(0.1, 0.8) end,
  Adam = function() return optimizers.Adam { alpha = 0.1, weight_decay_rate = 0.01 } end,
  AMSGrad = function() return optimizers.Adam { alpha = 0.1, amsgrad = true } end,
  NesterovAG = function() return optimizers.NesterovAG(0.1, 0.8) end,
  CorrectedMomentumSGD = function() return optimizers.CorrectedMomentumSGD(0.1, 0.8) end,
  AdaGrad = function() return optimizers.AdaGrad(0.1) end,
  RMSprop = function() return optimizers.RMSprop(0.1) end,
  RMSpropGraves = function() return optimizers.RMSpropGraves(0.1) end,
  AdaDelta = function() return optimizers.AdaDelta() end,
  AdaBound = function() return optimizers.AdaBound { alpha = 0.1, weight_decay_rate = 0.01 } end,
  AMSBound = function() return optimizers.AMSBound(0.1) end,
  MSVAG = function() return optimizers.MSVAG { lr = 0.1, weight_decay_rate = 0.01 } end,
  FTRL = function() return optimizers.FTRL { alpha = 0.5, l1 = 0.1, l2 = 0.1 } end,
  RAdam = function() return optimizers.RAdam(0.1) end,
  NAdam = function() return optimizers.NAdam(0.1) end,
  Adamax = function() return optimizers.Adamax(0.1) end,
  AdamW = function() return optimizers.AdamW { alpha = 0.1, weight_decay_rate = 0.01 } end,
}

for name, make in pairs(MAKERS) do
  describe(name .. " on gradients of rows", function()
    it("does the same as on whole ones where every row has one", function()
      assert.same((train(make(), false, ALL)), (train(make(), true, ALL)))
    end)

    it("leaves rows without one as they are, and their state", function()
      local W, link = train(make(), true, SOME)
      assert.same({ TABLE[2], TABLE[4] }, { W[2], W[4] })
      for _, state in pairs(link.W.update_rule.state) do
        assert.same({ 0, 0 }, state:totable()[4])
        assert.not_same({ 0, 0 }, state:totable()[3])
      end
      assert.is_truthy(link.W:grad_rows())
    end)

    it("goes by the steps of the optimizer, and by those rows alone", function()
      local small = L.EmbedID(2, 2,
        { initialW = dg.tensor({ TABLE[1], TABLE[3] }, "float64"), sparse = false })
      local optimizer = make():setup(small)
      for _, list in ipairs { { 1, 2, 1 }, { 2, 1 }, { 1, 2 } } do
        optimizer:update(function() return F.square(small(ids(list))):sum() end)
      end
      local W = train(make(), true, { { 1, 3, 1 }, { 3, 1 }, { 1, 3 } })
      assert.same(small.W:totable(), { W[1], W[3] })
    end)

    it("does not depend on who looked at the gradient", function()
      local function look(optimizer)
        for param in optimizer.target:params() do assert.is_truthy(param.grad) end
      end
      local hook = setmetatable({ name = "look" }, { __call = function(_, o) look(o) end })
      assert.same((train(make(), true, SOME)), (train(make(), true, SOME, hook)))
    end)

    it("is updated by its rule alone", function()
      local link = model(true)
      local optimizer = make():setup(link)
      F.square(link(ids { 2 })):sum():backward()
      link.W.update_rule:update(link.W)
      assert.equal(0, optimizer.t) -- it must not be collected before: the rule asks it
      local W = link.W:totable()
      assert.same({ TABLE[1], TABLE[3], TABLE[4] }, { W[1], W[3], W[4] })
      assert.not_same(TABLE[2], W[2])
    end)
  end)
end

describe("rows of any number and length", function()
  --- A matrix after three steps of FTRL in which every row had a gradient.
  local function learned(rows, columns, dtype, sparse)
    dg.seed(4)
    local link = dg.Link()
    link.W = dg.Parameter(dg.randn({ rows, columns }, dtype))
    local optimizer = optimizers.FTRL { alpha = 0.3, l1 = 0.01 }:setup(link)
    local order = dg.random.permutation(rows)
    local function loss() return F.square(F.embed_id(order, link.W, nil, sparse)):sum() end
    for _ = 1, 3 do optimizer:update(loss) end
    return link.W:totable()
  end

  it("are changed where they lie", function()
    for _, shape in ipairs { { 1, 1 }, { 300, 1 }, { 50, 3 }, { 7, 31 }, { 7, 32 }, { 3, 200 } } do
      for _, dtype in ipairs { "float32", "float64" } do
        local rows, columns = unpack(shape)
        assert.same(learned(rows, columns, dtype, false), learned(rows, columns, dtype, true))
      end
    end
  end)

  it("may have no elements", function() assert.same({ {}, {} }, learned(2, 0, "float32", true)) end)
end)

describe("SGD on gradients of rows", function()
  it("is exact", function()
    local function sgd() return optimizers.SGD(0.3) end
    assert.same((train(sgd(), false, SOME)), (train(sgd(), true, SOME)))
  end)

  it("takes settings for one parameter", function()
    local link = model(true)
    local optimizer = optimizers.SGD(1):setup(link)
    link.W.update_rule.hyperparam.lr = 0.5
    optimizer:update(function() return link(ids { 2, 2 }):sum() end)
    assert.same({ TABLE[1], { 2, 3 }, TABLE[3], TABLE[4] }, link.W:totable())
  end)
end)

describe("hooks on gradients of rows", function()
  it("clip them as if they were whole", function()
    local function clipped(sparse)
      return train(optimizers.SGD(0.3), sparse, SOME, optimizers.GradientClipping(1.5))
    end
    local W, link = clipped(true)
    assert.same((clipped(false)), W)
    assert.is_truthy(link.W:grad_rows())
  end)

  it("scale the whole matrix where it was made", function()
    local link = model(true)
    local optimizer = optimizers.SGD(0.1):setup(link)
    link(ids { 2 }):sum():backward()
    local g = link.W.grad
    optimizer:add_hook(optimizers.GradientClipping(1e-3 * math.sqrt(2)))
    optimizer:update()
    assert.near(1e-3, g[2][1]:item(), 1e-9)
    assert.equal(g[2][1]:item(), select(2, link.W:grad_rows())[1][1]:item())
  end)

  it("decay all weights", function()
    local function decayed(sparse, make)
      return train(make(), sparse, SOME, optimizers.WeightDecay(0.1))
    end
    for _, name in ipairs { "SGD", "Adam" } do
      local W, link = decayed(true, MAKERS[name])
      assert.same((decayed(false, MAKERS[name])), W)
      assert.not_same(TABLE[2], W[2])
      assert.is_nil(link.W:grad_rows())
    end
  end)

  it("of one rule are called", function()
    local link, calls = model(true), 0
    local optimizer = optimizers.SGD(0.1):setup(link)
    link.W.update_rule:add_hook(function(_, param)
      calls = calls + 1
      assert.is_truthy(param:grad_rows())
    end, "count")
    optimizer:update(function() return link(ids { 2 }):sum() end)
    assert.equal(1, calls)
  end)
end)

describe("a rule of one's own", function()
  it("gets a whole gradient unless it takes rows", function()
    local Rule = optimizers.UpdateRule:extend "Rule"
    function Rule:update_core(param, grad) -- luacheck: no self
      param.data = param - F.square(grad)
    end
    local Plain = optimizers.GradientMethod:extend "Plain"
    Plain.Rule = Rule
    local link = model(true)
    Plain():setup(link):update(function() return link(ids { 2, 2 }):sum() end)
    assert.same({ TABLE[1], { -1, 0 }, TABLE[3], TABLE[4] }, link.W:totable())
  end)
end)
