local dg = require "dgraph"
local F, L, testing = dg.F, dg.links, dg.testing

local close = dg.gradient_check.assert_allclose

--- A convolution and what stands behind it, with functions alone.
local function step(link, name, x, stride)
  local conv, norm = link[name], link[name .. "n"]
  local pad = conv.W.shape[3] == 3 and 1 or 0
  local y = F.convolution_2d(x, conv.W, nil, stride or 1, pad)
  return F.relu(F.batch_normalization(y, norm.gamma, norm.beta))
end

--- The four ways.
local function ways(link, x)
  return F.concat({
    step(link, "conv1", x),
    step(link, "conv3", step(link, "proj3", x)),
    step(link, "conv33b", step(link, "conv33a", step(link, "proj33", x))),
    step(link, "poolp", F.max_pooling_2d(x, 3, 1, 1)),
  }, 2)
end

describe("InceptionBN", function()
  local Case = testing.LinkTestCase:extend "InceptionBN"
  Case.dodge_nondifferentiable = true
  Case.check_backward_options = { rtol = 1e-2, atol = 1e-2 }
  function Case.generate_params() return {} end
  function Case.generate_inputs() return dg.randn(2, 2, 3, 4) end
  function Case.create_link()
    dg.seed(5)
    return L.InceptionBN(2, 1, 2, 1, 1, 2, "max", 1)
  end
  function Case.forward_expected(_, link, inputs) return ways(link, inputs[1]) end
  for name, test in Case:tests() do it("passes " .. name, test) end

  it("has as many places as its input, and all channels", function()
    local link = L.InceptionBN(nil, 1, 2, 3, 4, 5, "avg", 6)
    assert.same({ 2, 15, 7, 6 }, link(dg.randn(2, 3, 7, 6)).shape)
  end)

  it("makes images smaller, by convolutions and the pooling alone", function()
    local link = L.InceptionBN(3, 0, 2, 3, 4, 5, "max", nil, 2)
    local x = dg.randn(2, 3, 8, 6)
    local y = link(x)
    assert.same({ 2, 3 + 5 + 3, 4, 3 }, y.shape)
    close(y[{ {}, { 9, 11 } }], F.max_pooling_2d(x, 3, 2, 1, false), 0, 0)
    close(y[{ {}, { 1, 3 } }], step(link, "conv3", step(link, "proj3", x), 2), 1e-5, 1e-5)
    assert.is_nil(link.conv1)
    assert.is_nil(link.poolp)
    link = L.InceptionBN(3, 0, 2, 3, 4, 5, "avg", { stride = 2 })
    close(link(x)[{ {}, { 9, 11 } }], F.average_pooling_2d(x, 3, 2, 1), 0, 0)
  end)

  it("takes its options by position or by name", function()
    for _, link in ipairs {
      L.InceptionBN(1, 1, 1, 1, 1, 1, "max", 1, 1, 2, "float64"),
      L.InceptionBN(1, 1, 1, 1, 1, 1, "max", {
        proj_pool = 1, stride = 1, conv_init = 2, dtype = "float64",
      }),
    } do
      for _, name in ipairs {
        "conv1", "proj3", "conv3", "proj33", "conv33a", "conv33b", "poolp",
      } do
        assert.equal(2, link[name].W[1][1][1][1]:item())
        assert.is_nil(link[name].b)
        assert.equal("float64", link[name .. "n"].gamma.dtype)
      end
    end
    assert.equal(1, L.InceptionBN(1, 0, 1, 1, 1, 1, "max").stride)
  end)

  it("goes by averages in use", function()
    local link = L.InceptionBN(2, 1, 2, 1, 1, 2, "max", 1)
    local x = dg.randn(2, 2, 3, 4)
    local wanted = dg.test_mode(link, x)
    link(x)
    assert.not_same(wanted:totable(), dg.test_mode(link, x):totable())
  end)

  it("says what does not go together", function()
    assert.error_matches(function() L.InceptionBN(1) end, "out1 must be an integer, got nil")
    assert.error_matches(function() L.InceptionBN(1, 1, 1, 1, 1, 1, "sum") end,
      '^InceptionBN: pooltype must be "max" or "avg", got "sum"')
    for _, options in ipairs { {}, { proj_pool = 1, stride = 2 } } do
      assert.error_matches(function() L.InceptionBN(1, 1, 1, 1, 1, 1, "max", options) end,
        "^InceptionBN: the way through 1x1 wants a stride of 1 and a proj_pool")
    end
  end)
end)
