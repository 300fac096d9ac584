local dg = require "dgraph"
local F, L, testing = dg.F, dg.links, dg.testing

--- The four ways, with functions alone.
local function ways(link, x)
  local function conv(part, h, pad) return F.convolution_2d(h, part.W, part.b, 1, pad or 0) end
  return F.relu(F.concat({
    conv(link.conv1, x),
    conv(link.conv3, F.relu(conv(link.proj3, x)), 1),
    conv(link.conv5, F.relu(conv(link.proj5, x)), 2),
    conv(link.projp, F.max_pooling_2d(x, 3, 1, 1)),
  }, 2))
end

describe("Inception", function()
  local Case = testing.LinkTestCase:extend "Inception"
  Case.dodge_nondifferentiable = true
  function Case.generate_params() return {} end
  function Case.generate_inputs() return dg.randn(1, 2, 3, 4) end
  function Case.create_link()
    return L.Inception(2, 1, 2, 1, 1, 1, 1, { bias_init = dg.initializers.Normal(1) })
  end
  function Case.forward_expected(_, link, inputs) return ways(link, inputs[1]) end
  for name, test in Case:tests() do it("passes " .. name, test) end

  it("has as many places as its input, and all channels", function()
    local link = L.Inception(nil, 1, 2, 3, 4, 5, 6)
    assert.same({ 2, 15, 7, 6 }, link(dg.randn(2, 3, 7, 6)).shape)
  end)

  it("takes its options by position or by name", function()
    for _, link in ipairs {
      L.Inception(1, 1, 1, 1, 1, 1, 1, 2, 3),
      L.Inception(1, 1, 1, 1, 1, 1, 1, { conv_init = 2, bias_init = 3 }),
    } do
      for _, name in ipairs { "conv1", "proj3", "conv3", "proj5", "conv5", "projp" } do
        assert.equal(2, link[name].W[1][1][1][1]:item())
        assert.same({ 3 }, link[name].b:totable())
      end
    end
    assert.error_matches(function() L.Inception(1, 1, 1, 1, 1, 1, 1, { init = 2 }) end,
      "^Inception: unknown option init")
  end)
end)
