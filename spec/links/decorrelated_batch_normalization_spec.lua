local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

describe("DecorrelatedBatchNormalization", function()
  local x

  before_each(function()
    dg.seed(1)
    x = dg.randn(20, 4)
    x = F.concat({ x, x * 0.5 + dg.randn(20, 4) })
  end)

  it("takes correlations off in training, and keeps averages", function()
    local link = L.DecorrelatedBatchNormalization(8, 2)
    local mean, projection = dg.zeros(2, 4), dg.eye(4):reshape { 1, 4, 4 }:broadcast_to { 2, 4, 4 }
    projection = F.copy(projection)
    assert.same({ mean:totable(), projection:totable() },
      { link.avg_mean:totable(), link.avg_projection:totable() })
    local y = link(x)
    close(y, F.decorrelated_batch_normalization(x, 2, 2e-5, mean, projection), 0, 0)
    close(link.avg_mean, mean, 0, 0)
    close(link.avg_projection, projection, 0, 0)
    for group = 1, 2 do
      local part = y[{ {}, { 4 * group - 3, 4 * group } }]
      close(F.matmul(part, part, true) / 20, dg.eye(4), 1e-3, 0)
    end
  end)

  it("goes by the averages in use, and leaves them alone", function()
    local link = L.DecorrelatedBatchNormalization(8, 4)
    close(dg.test_mode(link, x), x, 0, 0)
    link.avg_mean:fill(1)
    link.avg_projection = link.avg_projection * 2
    close(dg.test_mode(link, x), (x - 1) * 2, 1e-6, 1e-6)
    assert.equal(8, link.avg_mean:sum():item())
  end)

  it("has Chainer's defaults and order of arguments", function()
    local link = L.DecorrelatedBatchNormalization(32)
    assert.same({ 16, 0.9, 2e-5, 0 }, { link.groups, link.decay, link.eps, link.N })
    assert.same({ { 16, 2 }, { 16, 2, 2 } }, { link.avg_mean.shape, link.avg_projection.shape })
    link = L.DecorrelatedBatchNormalization(8, 2, 0.5, 1, "float64", 4)
    assert.same({ 2, 0.5, 1, "float64" },
      { link.groups, link.decay, link.eps, link.avg_mean.dtype })
    assert.equal(4, L.DecorrelatedBatchNormalization(8, { group_size = 2 }).groups)
  end)

  it("says which groups do not fit", function()
    for text, arguments in pairs {
      ["8 channels are not groups x group_size = 16 x 0.5"] = { 8 },
      ["8 channels are not groups x group_size = 3 x 2.66667"] = { 8, 3 },
      ["8 channels are not groups x group_size = 2 x 3"] = { 8, { groups = 2, group_size = 3 } },
      ["8 channels are not groups x group_size = 2.66667 x 3"] = { 8, { group_size = 3 } },
      ["size is a positive integer, not nil"] = {},
      ["groups is a positive integer, not 0"] = { 8, 0 },
    } do
      local good, got = pcall(L.DecorrelatedBatchNormalization, unpack(arguments, 1, 2))
      assert.is_false(good, text)
      assert.matches("DecorrelatedBatchNormalization: " .. text, got, 1, true)
    end
  end)

  it("takes the mean over all batches while it is finetuned", function()
    local link = L.DecorrelatedBatchNormalization(8, 2)
    link.avg_mean:fill(100)
    link:start_finetuning()
    link(x, { finetune = true })
    assert.has_error(function() link(dg.ones(3, 3), true) end)
    link(x + 2, true)
    assert.equal(2, link.N)
    close(link.avg_mean:reshape { 8 }, F.mean(x, 1) + 1, 1e-5, 0)
    link:start_finetuning()
    assert.equal(0, link.N)
  end)

  it("has the names that Chainer gives, and comes back from a file", function()
    local link, path = L.DecorrelatedBatchNormalization(8, 2), os.tmpname()
    link(x)
    link.N = 3
    assert(dg.serializers.save_npz(path, link))
    local keys = {}
    for key in pairs(dg.serializers.load(path)) do keys[#keys + 1] = key end
    table.sort(keys)
    assert.same({ "N", "avg_mean", "avg_projection" }, keys)
    local fresh = L.DecorrelatedBatchNormalization(8, 2)
    assert(dg.serializers.load_npz(path, fresh))
    os.remove(path)
    assert.equal(3, fresh.N)
    assert.same(dg.test_mode(link, x):totable(), dg.test_mode(fresh, x):totable())
  end)

  it("keeps its averages in scopes, and has its own after a copy", function()
    local link = L.DecorrelatedBatchNormalization(8, 2)
    link:copy("copy")(x)
    assert.equal(0, link.avg_mean:sum():item())
    dg.scope(function() link(x) end)
    close(link.avg_mean:reshape { 8 }, F.mean(x, 1) * 0.1, 1e-6, 0)
  end)

  it("counts a batch once where it is computed again", function()
    local link = L.DecorrelatedBatchNormalization(8, 2)
    local other = link:copy("copy")
    other(x)
    local leaf = dg.Variable(x)
    F.forget(link, leaf):sum():backward()
    assert.same(other.avg_mean:totable(), link.avg_mean:totable())
    assert.same(other.avg_projection:totable(), link.avg_projection:totable())
  end)

  it("helps a layer before it to learn", function()
    local net = dg.Sequential(L.Linear(8, 4), L.DecorrelatedBatchNormalization(4, 1),
      L.Linear(4, 1))
    local optimizer = dg.optimizers.Adam(0.02):setup(net)
    local t = x[{ {}, { 1, 1 } }] * 2 - x[{ {}, { 7, 7 } }]
    local function loss() return F.mean_squared_error(net(x), t) end
    local first = loss():item()
    for _ = 1, 150 do optimizer:update(loss) end
    assert.is_true(loss():item() < first * 0.05)
  end)

  it("prints its sizes", function()
    assert.equal("DecorrelatedBatchNormalization(size=8, groups=2, decay=0.9, eps=2e-05)",
      tostring(L.DecorrelatedBatchNormalization(8, 2)))
  end)
end)
