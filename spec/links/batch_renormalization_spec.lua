local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

describe("BatchRenormalization", function()
  local x = dg.tensor { { 1, 2 }, { 3, 6 }, { 5, 10 } }

  it("normalizes in training as the averages allow, and keeps them", function()
    local link = L.BatchRenormalization(2, 1.5, 0.5)
    local mean, var = dg.zeros(2), dg.ones(2)
    local wanted = F.batch_renormalization(x, nil, nil, 1.5, 0.5,
      { running_mean = mean, running_var = var })
    close(link(x), wanted, 1e-6, 0)
    close(link.avg_mean, dg.tensor { 0.3, 0.6 }, 1e-6, 0)
    close(link.avg_var, dg.tensor { 0.9 + 0.4, 0.9 + 1.6 }, 1e-6, 0)
    assert.not_same(wanted:totable(), link(x):totable())
  end)

  it("normalizes by the averages in use, and leaves them alone", function()
    local link = L.BatchRenormalization(2, {
      initial_avg_mean = 1, initial_avg_var = { 4, 9 }, eps = 0,
    })
    close(dg.test_mode(link, x), dg.tensor { { 0, 1 / 3 }, { 1, 5 / 3 }, { 2, 3 } }, 1e-6, 0)
    assert.same({ { 1, 1 }, { 4, 9 } }, { link.avg_mean:totable(), link.avg_var:totable() })
  end)

  it("gives in training and in use the same where the limits are wide", function()
    local link = L.BatchRenormalization(2, 1e6, 1e6)
    for _ = 1, 3 do
      local wanted = dg.test_mode(link, x)
      close(link(x), wanted, 1e-5, 1e-5)
    end
  end)

  it("has Chainer's defaults and order of arguments", function()
    local link = L.BatchRenormalization(2)
    assert.same({ 1, 0, 0.9, 2e-5, 0 }, { link.rmax, link.dmax, link.decay, link.eps, link.N })
    assert.same({ { 1, 1 }, { 0, 0 } }, { link.gamma:totable(), link.beta:totable() })
    assert.same({ { 0, 0 }, { 1, 1 } }, { link.avg_mean:totable(), link.avg_var:totable() })
    close(link(x), F.batch_normalization(x), 1e-6, 0)
    link = L.BatchRenormalization(2, 2, 3, 0.5, 1, "float64", true, true, 3, 4, 5, 6)
    assert.same({ 2, 3, 0.5, 1 }, { link.rmax, link.dmax, link.decay, link.eps })
    assert.same({ 3, 4, 5, 6 }, { link.gamma[1]:item(), link.beta[1]:item(),
      link.avg_mean[1]:item(), link.avg_var[1]:item() })
    assert.same({ "float64", "float64" }, { link.gamma.dtype, link.avg_var.dtype })
    link = L.BatchRenormalization { use_gamma = false, use_beta = false, rmax = 2 }
    assert.is_nil(link.gamma)
    assert.is_nil(link.beta)
    assert.same({ 3, 2 }, link(x).shape)
    assert.error_matches(function() L.BatchRenormalization(0) end,
      "^BatchRenormalization: size is a positive integer, not 0")
    assert.error_matches(function() L.BatchRenormalization(2, { axis = 1 }) end,
      "^BatchRenormalization: unknown option axis")
    assert.error_matches(function() L.BatchRenormalization(2, "1") end, "rmax must be a number")
  end)

  it("counts batches of finetuning, but none that failed", function()
    local link = L.BatchRenormalization(2)
    link:start_finetuning()
    link(x, { finetune = true })
    assert.has_error(function() link(dg.ones(3, 3), true) end)
    assert.equal(1, link.N)
    link(x * 3, true)
    assert.equal(2, link.N)
    close(link.avg_mean, dg.tensor { 6, 12 }, 1e-5, 0)
  end)

  it("has averages of its own after a copy, and comes back from a file", function()
    local link = L.BatchRenormalization(2, 2, 1)
    link:copy("copy")(x)
    assert.same({ 0, 0 }, link.avg_mean:totable())
    link(x)
    local path = os.tmpname()
    assert(dg.serializers.save_npz(path, link))
    local keys = {}
    for key in pairs(dg.serializers.load(path)) do keys[#keys + 1] = key end
    table.sort(keys)
    assert.same({ "N", "avg_mean", "avg_var", "beta", "gamma" }, keys)
    for _, fresh in ipairs { L.BatchRenormalization(2), L.BatchRenormalization() } do
      assert(dg.serializers.load_npz(path, fresh))
      assert.same(dg.test_mode(link, x):totable(), dg.test_mode(fresh, x):totable())
    end
    os.remove(path)
  end)

  it("learns", function()
    local link = L.BatchRenormalization(2, 3, 5)
    local optimizer = dg.optimizers.Adam(0.1):setup(link)
    local function loss() return F.mean_squared_error(link(x), x) end
    for _ = 1, 200 do optimizer:update(loss) end
    close(dg.test_mode(link, x), x, 0.1, 0.1)
  end)

  it("prints its sizes and limits", function()
    assert.matches("^BatchRenormalization%(size=%?, rmax=2, dmax=0, decay=0.9",
      tostring(L.BatchRenormalization(nil, 2)))
  end)
end)
