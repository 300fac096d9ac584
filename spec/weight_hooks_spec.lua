local dg = require "dgraph"
local counts = require "spec.support.counts"
local settle = require "spec.support.settle"

local F, L, testing = dg.F, dg.L, dg.testing
local SpectralNormalization, WeightStandardization = dg.link_hooks.SpectralNormalization,
  dg.link_hooks.WeightStandardization
local close = testing.assert_allclose

local function keys(link)
  local list = {}
  link:serialize((dg.serializers.DictionarySerializer(list)))
  local names = {}
  for name in pairs(list) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- The largest singular value of a weight whose outputs are its first axis, or its second.
local function largest(W, axis)
  if axis == 2 then W = F.swapaxes(W, 1, 2) end
  local _, s = F.svd(F.reshape(W, { W.shape[1], -1 }), false)
  return s[1]:item()
end

--- What hooks of a weight have in common.
local function hooks_of(make)
  it("put the parameter back, also where the layer raises an error", function()
    local link = L.Linear(3, 2):add_hook(make())
    local W = link.W
    link(dg.ones(1, 3))
    assert.is_true(rawequal(W, link.W))
    assert.error_matches(function() link(dg.ones(1, 4)) end, "linear: ")
    assert.is_true(rawequal(W, link.W))
    local other = { name = "other", forward_preprocess = function() error("mine", 0) end }
    link:add_hook(other)
    assert.has_error(function() link(dg.ones(1, 3)) end, "mine")
    assert.is_true(rawequal(W, link.W))
    link:delete_hook "other"
  end)

  it("wait for a weight without a shape", function()
    local link = L.Convolution2D(nil, 2, 3):add_hook(make())
    assert.same({ 1, 2, 1, 1 }, link(dg.ones(1, 4, 3, 3)).shape)
    assert.same({ 2, 4, 3, 3 }, link.W.shape)
  end)

  it("want one layer that has the weight", function()
    local name = make().name
    assert.error_matches(function() L.Linear(3, 2):add_hook(make "V") end,
      "^" .. name .. ": Linear has no parameter V")
    assert.error_matches(function() dg.using_hook(make(), print) end,
      "^" .. name .. ": it goes with one layer")
    local link = L.Linear(3, 2):add_hook(make(nil, "mine"))
    assert.same({ "mine" }, link:local_link_hooks())
    link:delete_hook "mine"
  end)

  it("leave nothing behind", function()
    local link = L.Linear(3, 2):add_hook(make())
    local function work()
      F.sum(link(dg.Variable(dg.ones(2, 3)))):backward()
      link:cleargrads()
    end
    work()
    settle()
    local before = counts()
    dg.scope(work)
    work()
    settle()
    assert.same(before, counts())
  end)
end

describe("hooks of SpectralNormalization", function()
  hooks_of(function(weight_name, name)
    return SpectralNormalization { weight_name = weight_name, name = name }
  end)

  it("divide the weight by its largest singular value", function()
    for _, case in ipairs {
      { L.Linear(4, 3), { 2, 4 }, 1 }, { L.Convolution2D(2, 3, 2), { 1, 2, 4, 4 }, 1 },
      { L.Deconvolution2D(2, 3, 2), { 1, 2, 4, 4 }, 2 },
    } do
      local link, shape, axis = unpack(case)
      local x = dg.randn(shape)
      local plain = link(x)
      link:add_hook(SpectralNormalization { n_power_iteration = 200 })
      close(link(x), plain / largest(link.W, axis), 1e-5, 1e-4) -- biases are 0
      assert.same({ link.W.shape[axis] }, link.W_u.shape)
    end
  end)

  it("come closer with each call in training, and stay where they are outside", function()
    dg.seed(3)
    local link = L.Linear(4, 3):add_hook(SpectralNormalization())
    local x = dg.randn(2, 4)
    local wanted = F.matmul(x, link.W, false, true) / largest(link.W)
    local function off() return F.max(F.absolute(link(x) - wanted)):item() end
    local u = link.W_u:totable()
    local first = dg.test_mode(off)
    assert.same(u, link.W_u:totable())
    assert.equal(first, dg.test_mode(off))
    for _ = 1, 100 do link(x) end
    assert.not_same(u, link.W_u:totable())
    assert.is_true(first > 1e-3)
    assert.is_true(off() < 1e-5)
  end)

  it("have the gradient of W / (u W v) with u and v as they are", function()
    dg.using_config("dtype", "float64", function()
      local link = L.Linear(4, 3):add_hook(SpectralNormalization { n_power_iteration = 100 })
      local x = dg.randn(2, 4)
      link(x)
      local function f() return F.square(link(x)) end
      testing.assert_allclose(dg.grad({ F.sum(f()) }, { link.W })[1],
        dg.gradient_check.numerical_grad(f, { link.W }, { dg.ones(2, 3) }, 1e-4)[1], 1e-6, 1e-5)
    end)
  end)

  it("do not move where F.forget computes again, in scopes and outside", function()
    dg.seed(4)
    local link = L.Linear(4, 3):add_hook(SpectralNormalization())
    local numbers, begin = dg.randn(2, 4), link.W_u:copy()
    local function run(call)
      link.W_u:copydata(begin)
      link:cleargrads()
      local x = dg.Variable(numbers)
      local y = call(x)
      F.sum(F.square(y)):backward()
      return { y:totable(), x.grad:totable(), link.W.grad:totable(), link.W_u:totable() }
    end
    local wanted = run(link)
    local function forgetting(x) return F.forget(link, x) end
    assert.same(wanted, run(forgetting))
    local got
    for _ = 1, 2 do dg.scope(function() got = run(forgetting) end) end
    assert.same(wanted, got)
  end)

  it("may learn a factor, and have one that is fixed", function()
    local link = L.Linear(nil, 3, { nobias = true }):add_hook(SpectralNormalization {
      use_gamma = true, n_power_iteration = 200,
    })
    local optimizer = dg.optimizers.SGD(1):setup(link)
    local x = dg.randn(2, 4)
    local y = link(x)
    assert.near(largest(link.W), link.gamma:item(), 1e-5)
    close(y, F.matmul(x, link.W, false, true), 1e-4) -- gamma / value is 1
    local gamma = link.gamma:item()
    optimizer:update(function() return F.sum(F.square(link(x))) end)
    assert.is_true(link.gamma:item() < gamma)
    assert.same({ "W", "W_u", "gamma" }, keys(link))
    local other = L.Linear(4, 3, { nobias = true })
    local plain = other(x)
    other:add_hook(SpectralNormalization(200, 1e-12, false, 5))
    close(other(x), plain * 5 / largest(other.W), 1e-5, 1e-4)
  end)

  it("save what they keep, and take it from the layer when they go", function()
    local link = L.Linear(4, 3):add_hook(SpectralNormalization { use_gamma = true })
    local same = L.Linear(nil, 3):add_hook(SpectralNormalization { use_gamma = true })
    link(dg.ones(1, 4))
    testing.save_and_load_npz(link, same)
    assert.same(link.W_u:totable(), same.W_u:totable())
    local x = dg.randn(2, 4)
    close(same(x), link(x), 0, 0)
    link:delete_hook "SpectralNormalization"
    assert.same({ "W", "b" }, keys(link))
    assert.is_nil(link.W_u)
    assert.is_nil(link.gamma)
    close(link(x), F.linear(x, link.W, link.b), 0, 0)
    assert.error_matches(function() SpectralNormalization(0) end,
      "n_power_iteration is a positive integer, not 0")
  end)
end)

describe("hooks of WeightStandardization", function()
  hooks_of(function(weight_name, name)
    return WeightStandardization { weight_name = weight_name, name = name }
  end)

  it("give each output a weight of mean 0 and deviation 1", function()
    for _, case in ipairs {
      { L.Linear(4, 3), { 2, 4 } }, { L.Convolution2D(2, 3, 2), { 1, 2, 4, 4 } },
    } do
      local link, shape = unpack(case)
      local seen
      link:add_hook(WeightStandardization())
      link:add_hook { name = "look", forward_preprocess = function(_, call) seen = call.link.W end }
      link(dg.randn(shape))
      local rows = F.reshape(seen, { 3, -1 })
      close(F.mean(rows, 2), dg.zeros(3), 1e-6)
      close(F.mean(F.square(rows), 2), dg.ones(3), 1e-4)
      link:delete_hook "look"
    end
    local link = L.Linear(2, 1, { initialW = dg.tensor { { 1, 3 } } })
    link:add_hook(WeightStandardization(1)) -- (1 - 2) / (1 + 1)
    close(link(dg.tensor { { 1, 0 } }), dg.tensor { { -0.5 } }, 1e-6)
  end)

  it("have its gradient, and none where all numbers of a row are equal", function()
    dg.using_config("dtype", "float64", function()
      local link = L.Linear(4, 3):add_hook(WeightStandardization())
      local x = dg.randn(2, 4)
      local function f() return F.square(link(x)) end
      testing.assert_allclose(dg.grad({ F.sum(f()) }, { link.W })[1],
        dg.gradient_check.numerical_grad(f, { link.W }, { dg.ones(2, 3) }, 1e-5)[1], 1e-6, 1e-5)
      local flat = L.Linear(4, 1, { initialW = 3 }):add_hook(WeightStandardization())
      local y = flat(x)
      close(y, dg.zeros(2, 1), 0, 0)
      local g = dg.grad({ F.sum(F.square(y)) }, { flat.W })[1]
      close(g, dg.zeros(1, 4), 0, 0)
    end)
  end)

  it("want a weight of two axes or more", function()
    local link = L.Scale(2, { 3 }):add_hook(WeightStandardization())
    assert.error_matches(function() link(dg.ones(2, 3)) end,
      "^WeightStandardization: the weight W has 1 axes, wanted two or more")
  end)
end)
