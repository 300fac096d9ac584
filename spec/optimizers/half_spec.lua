local dg = require "dgraph"
local native = require "dgraph.native"
local settle = require "spec.support.settle"
local F, L, optimizers = dg.F, dg.L, dg.optimizers

local function layer(dtype)
  return dg.using_config("dtype", dtype, function()
    local link = L.Linear(2, 2)
    link.W:fill(1)
    return link
  end)
end

--- The weights after some steps whose gradient is `slope` everywhere.
local function run(optimizer, dtype, steps, slope)
  local link = layer(dtype)
  optimizer:setup(link)
  for _ = 1, steps do
    link.W.grad, link.b.grad = dg.full_like(link.W, slope), dg.full_like(link.b, slope)
    optimizer:update()
  end
  return link
end

for _, dtype in ipairs { "float16", "bfloat16" } do
  describe("an optimizer of parameters of " .. dtype, function()
    local MAKERS = {
      SGD = function() return optimizers.SGD(2 ^ -12) end,
      MomentumSGD = function() return optimizers.MomentumSGD(2 ^ -13, 0.5) end,
      Adam = function() return optimizers.Adam(2 ^ -12) end,
      AdamW = function() return optimizers.AdamW(2 ^ -12) end,
      RMSprop = function() return optimizers.RMSprop(2 ^ -12) end,
    }
    for name, make in pairs(MAKERS) do
      it("makes steps too small for it, as in float32: " .. name, function()
        local got, wanted = run(make(), dtype, 40, 1), run(make(), "float32", 40, 1)
        assert.equal(dtype, got.W.dtype)
        local rule = got.W.update_rule
        assert.equal("float32", rule.master.dtype)
        dg.gradient_check.assert_allclose(rule.master, wanted.W, 1e-6, 1e-6)
        assert.same(wanted.W:to(dtype):totable(), got.W:totable())
        assert.is_true(got.W[1][1]:item() < 1)
        for _, state in pairs(rule.state) do assert.equal("float32", state.dtype) end
      end)
    end

    it("goes on with what others write into a parameter", function()
      local optimizer = optimizers.SGD(2 ^ -12)
      local link = run(optimizer, dtype, 1, 1)
      link.W:fill(2)
      link.W.grad = dg.zeros_like(link.W)
      optimizer:update()
      assert.same({ 2, 2 }, link.W[1]:totable())
      assert.same({ 2, 2 }, link.W.update_rule.master[1]:totable())
    end)

    it("saves the master, and goes on with it", function()
      local path = os.tmpname()
      local function save(optimizer, link)
        assert(dg.serializers.save_safetensors(path, optimizer))
        assert(dg.serializers.save_safetensors(path .. ".link", link))
      end
      local first = optimizers.Adam(2 ^ -13)
      local link = run(first, dtype, 2, 1)
      save(first, link)
      local second = optimizers.Adam(2 ^ -13)
      local other = layer(dtype)
      second:setup(other)
      assert(dg.serializers.load_safetensors(path, second))
      assert(dg.serializers.load_safetensors(path .. ".link", other))
      os.remove(path)
      os.remove(path .. ".link")
      for _, pair in ipairs { { first, link }, { second, other } } do
        pair[2].W.grad = dg.ones_like(pair[2].W)
        pair[1]:update()
      end
      assert.same(link.W.update_rule.master:totable(), other.W.update_rule.master:totable())
      assert.is_true(other.W.update_rule.master[1][1]:item() ~= other.W[1][1]:item())
    end)

    it("clips and scales gradients, and lets weights decay", function()
      local link = layer(dtype)
      local optimizer = optimizers.SGD(1):setup(link)
      optimizer:add_hook(optimizers.WeightDecay(0.5))
      optimizer:add_hook(optimizers.GradientClipping(1e9))
      link.W.grad, link.b.grad = dg.zeros_like(link.W), dg.zeros_like(link.b)
      optimizer:update()
      assert.same({ 0.5, 0.5 }, link.W[1]:totable())
    end)

    it("learns, with a loss scale that it finds", function()
      dg.seed(3)
      local link = layer(dtype)
      local optimizer = optimizers.Adam(0.05):setup(link)
      optimizer:loss_scaling()
      local x = dg.randn(16, 2, dtype)
      local first, last
      for _ = 1, 60 do
        optimizer:update(function()
          local loss = F.mean_squared_error(link(x), x * 2)
          last = loss:item()
          first = first or last
          return loss
        end)
      end
      assert.is_true(last < 0.05 * first)
      assert.is_true(optimizer.loss_scale > 100)
    end)

    it("changes all of them or none where memory runs out", function()
      local C, model, failures = native.C, dg.Link(), 0
      for _, name in ipairs { "a", "b" } do
        model[name] = dg.Parameter(dg.ones(8, 8, dtype))
        model[name].grad = dg.ones(8, 8, dtype)
      end
      local optimizer = MAKERS.Adam():setup(model)
      optimizer:update()
      local function numbers()
        local list = {}
        for i, param in ipairs { model.a, model.b } do
          local rule = param.update_rule
          list[i] = { rule.t, param:totable(), rule.master:totable(), rule.state.m:totable() }
        end
        return list
      end
      for n = 0, 10 do
        local before = numbers()
        C.dg_memory_fail_after(n)
        local ok = pcall(optimizer.update, optimizer)
        C.dg_memory_fail_after(-1)
        if not ok then assert.same(before, numbers()) end
        failures = failures + (ok and 0 or 1)
      end
      assert.is_true(failures > 1)
    end)

    it("leaves nothing behind", function()
      local function work() run(optimizers.MomentumSGD(0.1), dtype, 2, 1) end
      work()
      settle()
      local before = dg.memory()
      work()
      settle()
      local after = dg.memory()
      assert.same({ before.tensors, before.live }, { after.tensors, after.live })
    end)
  end)
end
