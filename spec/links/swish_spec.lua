local dg = require "dgraph"
local names = require "spec.support.names"

local F, L = dg.F, dg.links

describe("Swish", function()
  it("takes the shape of beta from the first input, and begins with 1", function()
    local link = L.Swish(nil)
    assert.is_false(link.beta.is_initialized)
    local x = dg.randn(2, 3, 4)
    assert.same(F.silu(x):totable(), link(x):totable())
    assert.same({ 3, 4 }, link.beta.shape)
    assert.same({ "/beta" }, names(link))
  end)

  it("takes shape and number", function()
    assert.same({ 2, 2, 2 }, L.Swish({ 3 }, 2).beta:totable())
    assert.same({ 2, 2, 2 }, L.Swish(3, { beta_init = 2 }).beta:totable())
    assert.same({}, L.Swish({}).beta.shape)
    assert.error_matches(function() L.Swish(3, { init = 2 }) end, "Swish: unknown option init")
  end)

  it("learns beta", function()
    local link = L.Swish(1)
    link(dg.tensor { { 2 } }):sum():backward()
    local s = 1 / (1 + math.exp(-2))
    assert.near(4 * s * (1 - s), link.beta.grad:item(), 1e-6)
  end)
end)
