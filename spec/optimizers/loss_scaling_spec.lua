local dg = require "dgraph"

local F, L, optimizers = dg.F, dg.L, dg.optimizers

local function make(optimizer)
  dg.seed(2)
  local model = L.Linear(3, 2)
  optimizer:setup(model)
  local x = dg.randn(4, 3)
  local function lossfun(factor) return F.sum(F.square(model(x))) * (factor or 1) end
  return model, lossfun
end

describe("loss scaling", function()
  it("changes nothing but what gradients look like on the way", function()
    local plain, scaled = optimizers.Adam(), optimizers.Adam()
    local model, lossfun = make(plain)
    local other, other_lossfun = make(scaled)
    scaled:set_loss_scale(1024)
    assert.equal(1024, scaled.loss_scale)
    local seen
    scaled:add_hook(function() seen = other.W.grad:copy():keep() end, "look")
    for _ = 1, 3 do
      plain:update(lossfun)
      scaled:update(other_lossfun)
      assert.same(model.W.grad:totable(), seen:totable()) -- a power of 2 is exact
    end
    assert.same(model.W:totable(), other.W:totable())
    assert.is_true(scaled:is_safe_to_update())
    assert.equal(1024, scaled.loss_scale)
  end)

  it("has the loss start backward with the scale", function()
    local optimizer = optimizers.SGD(0.1)
    local model, lossfun = make(optimizer)
    optimizer:set_loss_scale(8)
    local gradient
    dg.using_hook({ backward_preprocess = function(_, fn)
      gradient = gradient or fn.output_gradients[1]:item()
    end }, function() optimizer:update(lossfun) end)
    assert.equal(8, gradient)
    local before = model.W:totable()
    model:cleargrads()
    lossfun():backward { loss_scale = 8 }
    local slope = model.W.grad:totable()
    optimizer:update() -- takes gradients to be scaled
    assert.near(before[1][1] - 0.1 * slope[1][1] / 8, model.W:totable()[1][1], 1e-6)
  end)

  it("doubles until a gradient is not finite, then halves and grows slowly", function()
    local optimizer = optimizers.MomentumSGD(0.01)
    local model, lossfun = make(optimizer)
    optimizer:loss_scaling(4)
    local scales = {}
    for i = 1, 4 do
      scales[i] = optimizer.loss_scale
      optimizer:update(lossfun)
    end
    assert.same({ 1, 2, 4, 8 }, scales)
    assert.equal(16, optimizer.loss_scale)
    local before, t = model.W:totable(), optimizer.t
    local hooks = 0
    optimizer:add_hook(function() hooks = hooks + 1 end, "count")
    optimizer:update(lossfun, 1e38)
    assert.is_false(optimizer:is_safe_to_update())
    assert.same(before, model.W:totable())
    assert.same({ t, 8, 0 }, { optimizer.t, optimizer.loss_scale, hooks })
    for _ = 1, 4 do optimizer:update(lossfun) end
    assert.is_true(optimizer:is_safe_to_update())
    assert.near(16, optimizer.loss_scale, 1e-9)
    assert.equal(t + 4, optimizer.t)
    assert.equal(4, hooks)
  end)

  it("stays between 1 and 65504", function()
    local optimizer = optimizers.SGD(0)
    local _, lossfun = make(optimizer)
    optimizer:loss_scaling { interval = 1 }
    for _ = 1, 20 do optimizer:update(lossfun) end
    assert.equal(65504, optimizer.loss_scale)
    for _ = 1, 20 do optimizer:update(lossfun, 0 / 0) end
    assert.equal(1, optimizer.loss_scale)
  end)

  it("leaves gradients of rows as they are", function()
    local model = L.EmbedID(1000, 2)
    local optimizer = optimizers.SGD(0.5):setup(model)
    optimizer:loss_scaling()
    local before = model.W:totable()[3][1]
    for _ = 1, 3 do
      optimizer:update(function() return F.sum(model(dg.tensor({ 3 }, "int32"))) end)
    end
    assert.same({ 3 }, model.W:grad_rows():totable())
    assert.near(before - 1.5, model.W:totable()[3][1], 1e-5)
  end)

  it("is saved with the optimizer", function()
    local path = os.tmpname()
    local optimizer, other = optimizers.SGD(0), optimizers.SGD(0)
    local _, lossfun = make(optimizer)
    make(other)
    optimizer:loss_scaling(10)
    other:loss_scaling(10)
    optimizer:update(lossfun)
    optimizer:update(lossfun)
    optimizer:update(lossfun, 0 / 0)
    assert(dg.serializers.save_npz(path, optimizer))
    assert(dg.serializers.load_npz(path, other))
    os.remove(path)
    assert.equal(2, other.loss_scale)
    other:update(lossfun)
    optimizer:update(lossfun)
    assert.near(2 * 2 ^ 0.1, other.loss_scale, 1e-12)
    assert.equal(optimizer.loss_scale, other.loss_scale)
  end)

  it("refuses odd settings, and is off at first", function()
    local optimizer = optimizers.SGD()
    assert.is_false(optimizer.loss_scale)
    assert.is_true(optimizer:is_safe_to_update())
    assert.has_error(function() optimizer:set_loss_scale(0) end,
      "SGD:loss_scaling: scale must be above 0 and finite, got 0")
    assert.has_error(function() optimizer:set_loss_scale(1 / 0) end)
    assert.has_error(function() optimizer:loss_scaling(0) end,
      "SGD:loss_scaling: interval must be 1 or more, got 0")
    assert.is_false(optimizer.loss_scale)
  end)
end)
