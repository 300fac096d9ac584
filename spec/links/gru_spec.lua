local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"

local F, L = dg.F, dg.links
local close = gradient_check.assert_allclose

local NAMES = {
  "/W_r/W 3x2", "/W_r/b 3", "/U_r/W 3x3", "/U_r/b 3", "/W_z/W 3x2", "/W_z/b 3", "/U_z/W 3x3",
  "/U_z/b 3", "/W/W 3x2", "/W/b 3", "/U/W 3x3", "/U/b 3",
}

local function names(link)
  local list = {}
  for name, param in link:namedparams() do
    list[#list + 1] = name .. " " .. table.concat(param.shape, "x")
  end
  return list
end

--- Chainer's formulas.
local function step(l, h, x)
  local r = F.sigmoid(l.W_r(x) + l.U_r(h))
  local z = F.sigmoid(l.W_z(x) + l.U_z(h))
  return (1 - z) * h + z * F.tanh(l.W(x) + l.U(r * h))
end

describe("StatelessGRU", function()
  it("computes Chainer's formulas, with Chainer's names", function()
    local link = L.StatelessGRU(2, 3, { bias_init = dg.initializers.Normal(1) })
    assert.same(NAMES, names(link))
    local h, x = dg.randn(4, 3), dg.randn(4, 2)
    close(link(h, x), step(link, h, x), 1e-6)
  end)

  it("takes its options by position or by name, its inputs' number from the first", function()
    for _, link in ipairs {
      L.StatelessGRU(nil, 1, 2, 3, 4), L.StatelessGRU(nil, 1, {
        init = 2, inner_init = 3, bias_init = 4,
      }),
    } do
      link(dg.ones(1, 1), dg.ones(1, 2))
      assert.same({ { 2, 2 } }, link.W_z.W:totable())
      assert.same({ { 3 } }, link.U_z.W:totable())
      assert.same({ 4 }, link.U.b:totable())
    end
    assert.same({ 0 }, L.StatelessGRU(1, 1).W.b:totable())
  end)
end)

describe("StatefulGRU", function()
  it("remembers its state", function()
    local link = L.StatefulGRU(2, 3)
    assert.same(NAMES, names(link))
    local h, x = dg.zeros(4, 3), nil
    for _ = 1, 3 do
      x = dg.randn(4, 2)
      h = step(link, h, x)
      close(link(x), h, 1e-6)
      close(link.h, h, 1e-6)
    end
    link:reset_state()
    assert.is_nil(link.h)
    link:set_state(h)
    close(link(x), step(link, h, x), 1e-6)
  end)

  it("leaves out the biases of U where there is no state, as Chainer does", function()
    local link = L.StatefulGRU(1, 1, { bias_init = 1 })
    local x = dg.zeros(1, 1)
    local s = 1 / (1 + math.exp(-1))
    assert.near(s * math.tanh(1), link(x):item(), 1e-6)
  end)
end)

describe("GRU", function()
  it("is a StatefulGRU", function()
    local link = L.GRU(2, 3)
    assert.is_true(link:is(L.StatefulGRU))
    assert.same({ 4, 3 }, link(dg.ones(4, 2)).shape)
    assert.same({ 4, 3 }, link.h.shape)
  end)
end)
