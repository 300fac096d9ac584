local dg = require "dgraph"
local F, L = dg.F, dg.links
local gradient_check = require "dgraph.gradient_check"
local close = gradient_check.assert_allclose

--- a, i, f and o: of each unit side by side.
local function gates(link, x, h)
  local sum = F.matmul(x, link.upward.W.T) + link.upward.b
  if h then sum = sum + F.matmul(h, link.lateral.W.T) end
  local list = {}
  for k = 1, 4 do list[k] = sum[{ {}, { k, -1, 4 } }] end
  return unpack(list)
end

--- Compares with a step (link, c, h, x) -> c, h over three inputs, and goes on from a set state.
local function follows(link, step)
  local c, h, x = dg.zeros(4, 2), nil, nil
  for _ = 1, 3 do
    x = dg.randn(4, 3)
    c, h = step(link, c, h, x)
    close(link(x), h, 1e-6)
    close(link.c, c, 1e-6)
    close(link.h, h, 1e-6)
  end
  link:reset_state()
  assert.is_nil(link.h)
  assert.is_nil(link.c)
  link:set_state(c, h)
  local _, wanted = step(link, c, h, x)
  close(link(x), wanted, 1e-6)
end

--- The gradients of two steps from no state are those of the formulas.
local function has_gradients_of(make, step)
  dg.using_config("dtype", "float64", function()
    local link, x1, x2 = make(), dg.Variable(dg.randn(4, 3)), dg.Variable(dg.randn(4, 3))
    local params = { x1, x2 }
    link(x1)
    for param in link:params() do params[#params + 1] = param end
    link:reset_state()
    local c, h = step(link, dg.zeros(4, 2), nil, x1)
    c, h = step(link, c, h, x2)
    local wanted = dg.grad({ F.sum(c * h) }, params)
    link(x1)
    link(x2)
    local got = dg.grad({ F.sum(link.c * link.h) }, params)
    for i = 1, #params do close(got[i], wanted[i], 1e-12, 1e-12) end
  end)
end

local function peephole(link, c, h, x)
  local a, i, f, o = gates(link, x, h)
  local function peep(name, cell) return F.matmul(cell, link["peep_" .. name].W.T) end
  local cell = F.tanh(a) * F.sigmoid(i + peep("i", c)) + F.sigmoid(f + peep("f", c)) * c
  return cell, F.sigmoid(o + peep("o", cell)) * F.tanh(cell)
end

describe("StatefulPeepholeLSTM", function()
  it("computes Chainer's formulas and remembers its state", function()
    follows(L.StatefulPeepholeLSTM(3, 2), peephole)
  end)

  it("has their gradients, through time as well", function()
    has_gradients_of(function() return L.StatefulPeepholeLSTM(nil, 2) end, peephole)
  end)

  it("starts with biases of 0, and wants a size", function()
    assert.same({ 0, 0, 0, 0 }, L.StatefulPeepholeLSTM(1, 1).upward.b:totable())
    assert.error_matches(function() L.StatefulPeepholeLSTM(1) end,
      "^StatefulPeepholeLSTM: out_size is a positive integer, not nil")
  end)
end)

local function plain(link, c, h, x)
  local a, i, f, o = gates(link, x, h)
  local cell = F.tanh(a) * F.sigmoid(i) + F.sigmoid(f) * c
  return cell, F.sigmoid(o) * F.tanh(cell)
end

describe("StatefulZoneoutLSTM", function()
  it("is an LSTM where nothing stays, and where nothing is learned", function()
    follows(L.StatefulZoneoutLSTM(3, 2, 0, 0), plain)
    dg.test_mode(follows, L.StatefulZoneoutLSTM(3, 2), plain)
    has_gradients_of(function() return L.StatefulZoneoutLSTM(nil, 2, 0, 0) end, plain)
  end)

  it("keeps cells and outputs as often as the ratios say", function()
    dg.seed(1)
    for _, ratios in ipairs { { 0.3, 0.8 }, { c_ratio = 0.3, h_ratio = 0.8 } } do
      local link = L.StatefulZoneoutLSTM(1, 1, unpack(ratios))
      if not ratios[1] then link = L.StatefulZoneoutLSTM(1, 1, ratios) end
      local c, h = dg.full({ 4000, 1 }, 7), dg.full({ 4000, 1 }, 8)
      link:set_state(c, h)
      local y = link(dg.ones(4000, 1))
      assert.near(0.3, F.mean(F.eq(link.c, 7):astype "float32"):item(), 0.03)
      assert.near(0.8, F.mean(F.eq(y, 8):astype "float32"):item(), 0.03)
    end
    local link = L.StatefulZoneoutLSTM(1, 1)
    assert.same({ 0.5, 0.5 }, { link.c_ratio, link.h_ratio })
  end)

  it("keeps outputs while the cell moves on", function()
    local link = L.StatefulZoneoutLSTM(3, 2, 0, 1)
    local h, x = dg.randn(4, 2), dg.randn(4, 3)
    local c = plain(link, dg.zeros(4, 2), h, x)
    link:set_state(dg.zeros(4, 2), h)
    close(link(x), h, 0, 0)
    close(link.c, c, 1e-6)
  end)
end)
