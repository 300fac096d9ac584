local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

local function names_of(link)
  local names = {}
  for name in link:namedparams() do names[#names + 1] = name end
  return names
end

describe("GroupNormalization", function()
  local x = dg.randn(2, 4, 3)

  it("normalizes groups of channels, with 1e-5 for eps", function()
    local link = L.GroupNormalization(2, 4)
    assert.equal(1e-5, link.eps)
    close(link(x), F.group_normalization(x, 2, dg.ones(4), dg.zeros(4)), 0, 0)
    assert.same({ "/gamma", "/beta" }, names_of(link))
  end)

  it("takes its arguments in Chainer's order, or by name", function()
    local link = L.GroupNormalization(2, 4, 1e-3, 2, { 1, 2, 3, 4 })
    assert.same({ 1e-3, { 2, 2, 2, 2 }, { 1, 2, 3, 4 } },
      { link.eps, link.gamma:totable(), link.beta:totable() })
    assert.same({ 4 }, L.GroupNormalization(2, { size = 4 }).gamma.shape)
    assert.error_matches(function() L.GroupNormalization(0) end,
      "groups is a positive integer, not 0")
  end)

  it("takes its size from the first input", function()
    local link = L.GroupNormalization(2)
    assert.is_false(link.gamma.is_initialized)
    link(x):sum():backward()
    assert.same({ 6, 6, 6, 6 }, link.beta.grad:totable())
    assert.equal("GroupNormalization(groups=2, size=4, eps=1e-05)", tostring(link))
  end)
end)

describe("InstanceNorm", function()
  local x = dg.randn(2, 4, 3)

  it("normalizes each channel of each sample, with 1e-5 for eps", function()
    local link = L.InstanceNorm(4)
    assert.same({}, names_of(link))
    close(link(x), F.instance_norm(x, nil, nil, 1e-5), 0, 0)
  end)

  it("has a weight and a bias if it is affine", function()
    for _, link in ipairs { L.InstanceNorm(4, 1e-5, true), L.InstanceNorm { affine = true } } do
      close(link(x), F.instance_norm(x), 1e-6, 0)
      assert.same({ "/weight", "/bias" }, names_of(link))
      assert.same({ { 1, 1, 1, 1 }, { 0, 0, 0, 0 } },
        { link.weight:totable(), link.bias:totable() })
    end
    assert.equal("InstanceNorm(eps=0.1, affine=false)", tostring(L.InstanceNorm(4, 0.1)))
  end)
end)
