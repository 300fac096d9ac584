local dg = require "dgraph"
local F, L, testing = dg.F, dg.links, dg.testing
local close = testing.assert_allclose

--- The formulas of the paper.
local function step(link, h, x)
  local f = F.sigmoid(F.matmul(F.hstack { h, x }, link.W_f.W.T) + link.W_f.b)
  local new = F.tanh(F.matmul(F.hstack { f * h, x }, link.W_h.W.T) + link.W_h.b)
  return (1 - f) * h + f * new
end

describe("StatelessMGU", function()
  local Case = testing.LinkTestCase:extend "StatelessMGU"
  function Case.generate_params() return {} end
  function Case.generate_inputs() return dg.randn(4, 2), dg.randn(4, 3) end
  function Case.create_link() return L.StatelessMGU(3, 2) end
  function Case.forward_expected(_, link, inputs) return step(link, unpack(inputs)) end
  for name, test in Case:tests() do it("passes " .. name, test) end

  it("wants sizes, the input's perhaps later", function()
    assert.error_matches(function() L.StatelessMGU(3) end,
      "^StatelessMGU: out_size is a positive integer, not nil")
    assert.error_matches(function() L.StatelessMGU(0.5, 2) end,
      "^StatelessMGU: in_size is a positive integer, not 0.5")
    local link = L.StatelessMGU(nil, 2)
    assert.matches("^StatelessMGU%(in_size=%?, out_size=2\n", tostring(link))
    link(dg.zeros(1, 2), dg.zeros(1, 5))
    assert.same({ 2, 7 }, link.W_f.W.shape)
    assert.matches("^StatelessMGU%(in_size=5, out_size=2\n", tostring(link))
  end)
end)

describe("StatefulMGU", function()
  it("remembers its state, which begins with 0", function()
    local link = L.StatefulMGU(3, 2)
    local h, x = dg.zeros(4, 2), nil
    for _ = 1, 3 do
      x = dg.randn(4, 3)
      h = step(link, h, x)
      close(link(x), h, 1e-6)
      close(link.h, h, 1e-6)
    end
    link:reset_state()
    assert.is_nil(link.h)
    link:set_state(h)
    close(link(x), step(link, h, x), 1e-6)
  end)
end)
