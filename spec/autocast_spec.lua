local dg = require "dgraph"
local settle = require "spec.support.settle"
local F, L = dg.F, dg.L

--- How many casts there are in what led to y.
local function casts(y)
  local count, seen = 0, {}
  local function visit(node)
    local id = node and tostring(node)
    if not node or seen[id] then return end
    seen[id] = true
    if node.name == "cast" then count = count + 1 end
    for _, x in ipairs(node.inputs) do visit(x.creator) end
  end
  visit(y.creator)
  return count
end

describe("dg.autocast", function()
  before_each(function() dg.seed(7) end) -- what 16 bits lose depends on the numbers

  it("computes products in 16 bits, from float32", function()
    local x, W = dg.randn(2, 3), dg.randn(4, 3)
    for _, dtype in ipairs { "float16", "bfloat16" } do
      dg.autocast(dtype, function()
        assert.equal(dtype, F.matmul(x, x:transpose()).dtype)
        assert.equal(dtype, F.linear(x, W, dg.zeros(4)).dtype)
        assert.equal(dtype, F.convolution_2d(dg.ones(1, 2, 4, 4), dg.ones(3, 2, 2, 2)).dtype)
        assert.equal(dtype, F.deconvolution_2d(dg.ones(1, 2, 4, 4), dg.ones(2, 3, 2, 2)).dtype)
        local q = dg.randn(1, 2, 3, 4)
        assert.equal(dtype, F.scaled_dot_product_attention(q, q, q).dtype)
        local exact = F.matmul(x:to(dtype), x:transpose():to(dtype))
        assert.same(exact:totable(), F.matmul(x, x:transpose()):totable())
      end)
    end
    assert.equal("float32", F.matmul(x, x:transpose()).dtype)
  end)

  it("runs recurrent layers over sequences in 16 bits", function()
    local lstm = L.NStepLSTM(1, 3, 4, 0)
    local h, _, ys = dg.autocast("bfloat16", function()
      return lstm(nil, nil, { dg.randn(5, 3), dg.randn(2, 3) })
    end)
    assert.same({ "bfloat16", "bfloat16" }, { h.dtype, ys[1].dtype })
    F.sum(ys[1]):backward()
    for param in lstm:params() do assert.equal("float32", param.grad.dtype) end
  end)

  it("gives float32 of sums, exp, powers, softmax, normalizations and losses", function()
    local x = dg.randn(4, 3):to "bfloat16"
    local t = dg.tensor({ 1, 2, 3, 1 }, "int64")
    dg.autocast("bfloat16", function()
      for _, y in ipairs {
        F.sum(x), F.mean(x), F.var(x), F.exp(x), F.log(x), x ^ 2, F.softmax(x), F.log_softmax(x),
        F.logsumexp(x), F.layer_normalization(x, dg.ones(3), dg.zeros(3)),
        F.batch_normalization(x, dg.ones(3), dg.zeros(3)), F.softmax_cross_entropy(x, t),
        F.mean_squared_error(x, x), F.softplus(x), F.normalize(x),
      } do
        assert.equal("float32", y.dtype)
      end
      assert.equal("bfloat16", F.relu(x).dtype)
      assert.equal("float32", (x + dg.ones(3)).dtype)
      assert.equal("float64", F.exp(dg.ones({ 2 }, "float64")).dtype)
      assert.equal("float64", F.matmul(dg.eye(2, "float64"), dg.eye(2, "float64")).dtype)
      assert.equal("int64", F.matmul(dg.eye(2, "int64"), dg.eye(2, "int64")).dtype)
    end)
  end)

  it("takes bfloat16 by default, can be off inside another, is restored after errors", function()
    local x = dg.eye(2)
    local function dtype() return F.matmul(x, x).dtype end
    local seen = dg.autocast({}, function()
      local off = dg.autocast({ enabled = false }, dtype)
      local other = dg.autocast({ dtype = "float16" }, dtype)
      pcall(dg.autocast, false, function() error "oops" end)
      return { dtype(), off, other, dtype(), dg.config.autocast }
    end)
    assert.same({ "bfloat16", "float32", "float16", "bfloat16", "bfloat16" }, seen)
    assert.is_false(dg.config.autocast)
    assert.equal("float32", dtype())
    assert.has_error(function() dg.autocast("float32", dtype) end,
      "dg.autocast: wanted \"float16\", \"bfloat16\" or false, got \"float32\"")
    assert.has_error(function() dg.autocast({ typ = "float16" }, dtype) end)
    assert.equal("float16", dg.using_config("autocast", "float16", dtype))
  end)

  it("is closed where a coroutine was suspended in it", function()
    local thread = coroutine.create(function()
      dg.autocast("float16", function() coroutine.yield() end)
    end)
    assert(coroutine.resume(thread))
    assert.has_error(function() dg.scope(function() end) end)
    assert.is_false(dg.config.autocast)
    assert.equal("float32", F.matmul(dg.eye(2), dg.eye(2)).dtype)
  end)

  it("brings float32 gradients to parameters, called inside or outside", function()
    local W, x = dg.Parameter(dg.randn(3, 3)), dg.randn(5, 3)
    local function loss() return F.sum(F.square(F.tanh(F.linear(F.linear(x, W), W)))) end
    loss():backward()
    local wanted = W.grad
    for _, dtype in ipairs { "float16", "bfloat16" } do
      W.grad = nil
      dg.autocast(dtype, loss):backward()
      local outside = W.grad
      W.grad = nil
      dg.autocast(dtype, function() loss():backward() end)
      assert.equal("float32", outside.dtype)
      assert.same(outside:totable(), W.grad:totable())
      dg.gradient_check.assert_allclose(outside, wanted, 0.1, 0.05)
    end
  end)

  it("casts a parameter once, and again when it changed", function()
    local W, x = dg.Parameter(dg.ones(2, 2)), dg.ones(2, 2)
    dg.autocast("float16", function()
      local once = F.matmul(W, W)
      assert.equal(4, casts(once)) -- to 16 bits, of each factor to float32 on the host, and back
      assert.same({ 2, 2 }, F.matmul(x, W)[1]:totable())
      W:fill(3)
      assert.same({ 6, 6 }, F.matmul(x, W)[1]:totable())
      W.data = dg.full({ 2, 2 }, 4)
      assert.same({ 8, 8 }, F.matmul(x, W)[1]:totable())
      dg.scope(function() assert.same({ 8, 8 }, F.matmul(x, W)[1]:totable()) end)
      assert.same({ 8, 8 }, F.matmul(x, W)[1]:totable())
    end)
  end)

  it("has a way back to a parameter that was cast before without one", function()
    local W, x = dg.Parameter(dg.ones(2, 2)), dg.ones(2, 2)
    dg.autocast("bfloat16", function()
      dg.no_backprop_mode(function() F.matmul(x, W) end)
      F.sum(F.matmul(x, W)):backward()
      F.sum(F.matmul(x, W)):backward()
      dg.scope(function() F.sum(F.matmul(x, W)):backward() end)
      assert.same({ 6, 6 }, W.grad[1]:totable())
    end)
  end)

  it("differentiates twice", function()
    local x = dg.tensor({ { 1, 2 }, { 3, 4 } }, { requires_grad = true })
    local y = dg.autocast("bfloat16", function() return F.sum(F.matmul(x, x) * x) end)
    local g = dg.grad({ y }, { x }, nil, { enable_double_backprop = true })[1]
    local gg = dg.grad({ F.sum(g) }, { x })[1]
    assert.equal("float32", gg.dtype)
    local wide = F.sum(F.matmul(x, x) * x)
    local g2 = dg.grad({ wide }, { x }, nil, { enable_double_backprop = true })[1]
    dg.gradient_check.assert_allclose(gg, dg.grad({ F.sum(g2) }, { x })[1], 0.1, 0.02)
  end)

  --- The losses of some steps.
  local function learn(make, batch, mode, dtype, scale)
    dg.seed(7)
    local model = make()
    local optimizer = dg.optimizers.MomentumSGD(0.05):setup(model)
    if scale then optimizer:loss_scaling() end
    local losses = {}
    for i = 1, 30 do
      local x, t = batch()
      optimizer:update(function()
        local function loss() return F.softmax_cross_entropy(model(x), t) end
        local y = mode and dg.autocast(dtype, loss) or loss()
        losses[i] = y:item()
        return y
      end)
    end
    for param in model:params() do assert.equal("float32", param.dtype) end
    return losses
  end

  local function mlp() return dg.Sequential(L.Linear(6, 20), F.relu, L.Linear(20, 3)) end
  local function of_rows()
    local x = dg.randn(32, 6)
    return x, F.argmax(x[{ {}, { 1, 3 } }], 2)
  end
  local function net()
    return dg.Sequential(L.Convolution2D(1, 4, 3), L.BatchNormalization(4), F.relu,
      function(h) return F.max_pooling_2d(h, 2) end, L.Linear(nil, 2))
  end
  local function of_images()
    local x = dg.randn(16, 1, 6, 6)
    local half = F.sum(x[{ {}, {}, { 1, 3 } }], { 2, 3, 4 })
    return x, F.cast(half:gt(0), "int64") + 1
  end

  for name, case in pairs { MLP = { mlp, of_rows }, ["convolutional net"] = { net, of_images } } do
    for dtype, error in pairs { float16 = 0.01, bfloat16 = 0.06 } do
      it(("trains a %s as float32 does, in %s"):format(name, dtype), function()
        local wanted = learn(case[1], case[2], false)
        local got = learn(case[1], case[2], true, dtype, dtype == "float16")
        for i = 1, #wanted do
          assert(math.abs(got[i] - wanted[i]) < error,
            ("step %d: %g, not %g"):format(i, got[i], wanted[i]))
        end
        assert.is_true(got[30] < 0.8 * got[1])
      end)
    end
  end

  it("leaves nothing behind", function()
    local model, x = mlp(), dg.randn(4, 6)
    local function work()
      dg.autocast("bfloat16", function()
        for _ = 1, 2 do F.sum(model(x)):backward() end
        dg.scope(function() F.sum(model(x)):backward() end)
        pcall(F.matmul, x, x)
      end)
      model:cleargrads()
    end
    work()
    settle()
    local before = dg.memory()
    work()
    dg.scope(work)
    settle()
    local after = dg.memory()
    assert.same({ before.tensors, before.nodes, before.live },
      { after.tensors, after.nodes, after.live })
  end)
end)
