local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

local function names_of(link)
  local path = os.tmpname()
  assert(dg.serializers.save_npz(path, link))
  local keys = {}
  for key in pairs(dg.serializers.load(path)) do keys[#keys + 1] = key end
  os.remove(path)
  table.sort(keys)
  return keys
end

describe("BatchNormalization", function()
  local x = dg.tensor { { 1, 2 }, { 3, 6 }, { 5, 10 } }

  it("normalizes by the batch in training, and keeps averages", function()
    local link = L.BatchNormalization(2)
    close(link(x), F.batch_normalization(x, dg.ones(2), dg.zeros(2)), 0, 0)
    close(link.avg_mean, dg.tensor { 0.3, 0.6 }, 1e-6, 0)
    close(link.avg_var, dg.tensor { 0.9 + 0.4, 0.9 + 1.6 }, 1e-6, 0)
  end)

  it("normalizes by the averages in use, and leaves them alone", function()
    local link = L.BatchNormalization(2, {
      initial_avg_mean = 1, initial_avg_var = { 4, 9 }, eps = 0,
    })
    local y = dg.test_mode(link, x)
    close(y, dg.tensor { { 0, 1 / 3 }, { 1, 5 / 3 }, { 2, 3 } }, 1e-6, 0)
    assert.same({ { 1, 1 }, { 4, 9 } }, { link.avg_mean:totable(), link.avg_var:totable() })
  end)

  it("has Chainer's defaults and order of arguments", function()
    local link = L.BatchNormalization(2)
    assert.same({ 0.9, 2e-5, 0 }, { link.decay, link.eps, link.N })
    assert.same({ { 1, 1 }, { 0, 0 } }, { link.gamma:totable(), link.beta:totable() })
    assert.same({ { 0, 0 }, { 1, 1 } }, { link.avg_mean:totable(), link.avg_var:totable() })
    link = L.BatchNormalization(2, 0.5, 1, "float64", true, true, 3, 4, 1, 5, 6)
    assert.same({ 0.5, 1, 1 }, { link.decay, link.eps, link.axis })
    assert.same({ 3, 3, 4, 5, 6 }, { link.gamma:totable()[1], link.gamma:totable()[2],
      link.beta:totable()[1], link.avg_mean:totable()[1], link.avg_var:totable()[1] })
    assert.same({ "float64", "float64" }, { link.gamma.dtype, link.avg_var.dtype })
    link = L.BatchNormalization(2, { use_gamma = false, use_beta = false })
    assert.is_nil(link.gamma)
    assert.is_nil(link.beta)
    close(link(x), F.batch_normalization(x), 0, 0)
    assert.error_matches(function() L.BatchNormalization(0) end,
      "size is a positive integer, not 0")
    assert.error_matches(function() L.BatchNormalization(2, { epsilon = 1 }) end,
      "unknown option epsilon")
  end)

  it("takes its size from the first input, in training or not", function()
    for _, train in ipairs { true, false } do
      dg.using_config("train", train, function()
        for shape, link in pairs {
          [{ 3 }] = L.BatchNormalization(),
          [{ 4 }] = L.BatchNormalization { axis = { 1, 2 } },
          [{ 3, 4 }] = L.BatchNormalization { axis = 1 },
          [{ 2, 3 }] = L.BatchNormalization { axis = -1 },
        } do
          assert.is_false(link.gamma.is_initialized)
          assert.same({ 2, 3, 4 }, link(dg.ones(2, 3, 4)).shape)
          assert.same({ shape, shape, shape },
            { link.gamma.shape, link.beta.shape, link.avg_mean.shape })
        end
      end)
    end
  end)

  it("has as many axes of channels as its size", function()
    local link = L.BatchNormalization({ 3, 4 }, { use_gamma = false })
    assert.same({ 2, 3, 4, 5 }, link(dg.randn(2, 3, 4, 5)).shape)
    assert.same({ 3, 4 }, link.avg_mean.shape)
  end)

  it("takes the mean over all batches while it is finetuned", function()
    local link = L.BatchNormalization(2)
    link.avg_mean:fill(100)
    link:start_finetuning()
    link(x, { finetune = true })
    link(x * 3, true)
    assert.equal(2, link.N)
    close(link.avg_mean, dg.tensor { 6, 12 }, 1e-5, 0)
    link:start_finetuning()
    assert.equal(0, link.N)
  end)

  it("has the names that Chainer gives, and comes back from a file", function()
    local link = L.BatchNormalization(2)
    assert.same({ "N", "avg_mean", "avg_var", "beta", "gamma" }, names_of(link))
    link(x)
    link.N = 3
    local path = os.tmpname()
    assert(dg.serializers.save_npz(path, link))
    for _, fresh in ipairs { L.BatchNormalization(2), L.BatchNormalization() } do
      assert(dg.serializers.load_npz(path, fresh))
      assert.same({ link.avg_mean:totable(), 3 }, { fresh.avg_mean:totable(), fresh.N })
      assert.same(dg.test_mode(link, x):totable(), dg.test_mode(fresh, x):totable())
    end
    os.remove(path)
  end)

  it("has averages of its own after a copy", function()
    local link = L.BatchNormalization(2)
    local copy = link:copy("copy")
    copy(x)
    assert.same({ 0, 0 }, link.avg_mean:totable())
    link:copy("share")(x)
    assert.same(copy.avg_mean:totable(), link.avg_mean:totable())
  end)

  it("keeps its averages when it sees its first input in a scope", function()
    local link = L.BatchNormalization()
    dg.scope(function() link(x):sum():backward() end)
    close(link.avg_mean, dg.tensor { 0.3, 0.6 }, 1e-6, 0)
    assert.same({ 3, 3 }, link.beta.grad:totable())
  end)

  it("counts a batch once where it is computed again, in finetuning too", function()
    for _, case in ipairs {
      { L.BatchNormalization(2), { 0.3, 0.6 } }, { L.BatchNormalization(2), { 3, 6 }, true },
    } do
      local link, wanted, finetune = unpack(case)
      local leaf = dg.Variable(x)
      F.forget(function(h) return link(h, finetune) end, leaf):sum():backward()
      close(link.avg_mean, dg.tensor(wanted), 1e-6, 0)
      assert.equal(finetune and 1 or 0, link.N)
      assert.same({ 3, 3 }, link.beta.grad:totable())
      assert.is_false(dg.config.in_recomputing)
    end
  end)

  it("learns", function()
    local link = L.BatchNormalization(2)
    local optimizer = dg.optimizers.SGD(0.1):setup(link)
    local function loss() return F.mean_squared_error(link(x), x) end
    local first = loss():item()
    for _ = 1, 100 do optimizer:update(loss) end
    assert.is_true(loss():item() < first * 1e-3)
  end)

  it("prints its sizes", function()
    assert.equal(
      "BatchNormalization(size=?, decay=0.9, eps=2e-05, use_gamma=true, use_beta=true)",
      tostring(L.BatchNormalization()))
    assert.matches("size=3x4", tostring(L.BatchNormalization { 3, 4 }))
  end)
end)
