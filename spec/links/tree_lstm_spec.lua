local dg = require "dgraph"
local F, L, testing = dg.F, dg.links, dg.testing
local close = testing.assert_allclose

local UNITS = 2

--- The columns of gate k, from 0.
local function gate(x, k) return x[{ {}, { k * UNITS + 1, (k + 1) * UNITS } }] end

--- A node's state out of a, i, o, one f for each child, and the children's states.
local function cell(a, i, o, fs, cs)
  local c = F.sigmoid(i) * F.tanh(a)
  for k, f in ipairs(fs) do c = c + F.sigmoid(f) * cs[k] end
  return c, F.sigmoid(o) * F.tanh(c)
end

--- The formulas of Tai, Socher and Manning.
local function child_sum(link, cs, hs, x)
  local from_x = F.matmul(x, link.W_x.W.T) + link.W_x.b
  local sum, fs = dg.zeros_like(gate(from_x, 0)), {}
  for k, h in ipairs(hs) do
    sum = sum + h
    fs[k] = gate(from_x, 3) + F.matmul(h, link.W_h_f.W.T)
  end
  local aio = F.matmul(sum, link.W_h_aio.W.T)
  return cell(gate(from_x, 0) + gate(aio, 0), gate(from_x, 1) + gate(aio, 1),
    gate(from_x, 2) + gate(aio, 2), fs, cs)
end

local function nary(link, cs, hs, x)
  local sum, fs = F.matmul(x, link.W_x.W.T) + link.W_x.b, {}
  for k, h in ipairs(hs) do sum = sum + F.matmul(h, link["W_h" .. k].W.T) end
  for k = 1, #hs do fs[k] = gate(sum, 2 + k) end
  return cell(gate(sum, 0), gate(sum, 1), gate(sum, 2), fs, cs)
end

--- Values and gradients beside a formula, for a number of children.
local function case_of(name, make, formula, children)
  local Case = testing.LinkTestCase:extend(name)
  Case.check_forward_options = { atol = 1e-6 }
  function Case.generate_params() return {} end
  function Case.generate_inputs()
    local inputs = {}
    for i = 1, 2 * children do inputs[i] = dg.randn(4, UNITS) end
    inputs[2 * children + 1] = dg.randn(4, 3)
    return inputs
  end
  function Case.create_link() return make() end
  function Case.forward_expected(_, link, inputs)
    local cs, hs = {}, {}
    for k = 1, children do cs[k], hs[k] = inputs[k], inputs[children + k] end
    return formula(link, cs, hs, inputs[2 * children + 1])
  end
  return Case
end

describe("ChildSumTreeLSTM", function()
  for children = 0, 3 do
    local Case = case_of("ChildSumTreeLSTM", function() return L.ChildSumTreeLSTM(3, UNITS) end,
      child_sum, children)
    for name, test in Case:tests() do
      it(("passes %s with %d children"):format(name, children), test)
    end
  end

  it("takes nil for zeros, and children in any order", function()
    local link, zero = L.ChildSumTreeLSTM(3, UNITS), dg.zeros(4, UNITS)
    local c, h, d, g, x = dg.randn(4, 2), dg.randn(4, 2), dg.randn(4, 2), dg.randn(4, 2),
      dg.randn(4, 3)
    local function same(a, b, ...)
      local p, q = link(...)
      close(p, a, 1e-6)
      close(q, b, 1e-6)
    end
    local a, b = link(c, zero, zero, h, x)
    same(a, b, c, nil, nil, h, x)
    a, b = link(c, d, h, g, dg.zeros(4, 3))
    same(a, b, c, d, h, g, nil)
    same(a, b, d, c, g, h, nil)
  end)

  it("tells what it cannot do", function()
    local link = L.ChildSumTreeLSTM(nil, UNITS)
    local h = dg.zeros(4, UNITS)
    assert.error_matches(function() link(h, h) end,
      "^ChildSumTreeLSTM: wanted c1, ..., h1, ..., x, got 2 values")
    assert.error_matches(function() link(nil, nil, nil) end,
      "^ChildSumTreeLSTM: all states and the input are nil")
    assert.error_matches(function() link(h, h, nil) end,
      "^ChildSumTreeLSTM: the size of x is not known yet, so it cannot be nil")
    assert.error_matches(function() L.ChildSumTreeLSTM(3) end, "out_size is a positive integer")
  end)
end)

describe("NaryTreeLSTM", function()
  for children = 1, 3 do
    local Case = case_of("NaryTreeLSTM", function()
      return L.NaryTreeLSTM(3, UNITS, children)
    end, nary, children)
    for name, test in Case:tests() do
      it(("passes %s with %d children"):format(name, children), test)
    end
  end

  it("has two children by default, and takes nil for zeros", function()
    local link, zero = L.NaryTreeLSTM(3, UNITS), dg.zeros(4, UNITS)
    local c, h, x = dg.randn(4, 2), dg.randn(4, 2), dg.randn(4, 3)
    local a, b = link(zero, c, h, zero, x)
    local p, q = link(nil, c, h, nil, x)
    close(p, a, 0, 0)
    close(q, b, 0, 0)
    assert.error_matches(function() link(c, h, x) end, "^NaryTreeLSTM: 1 children, wanted 2")
    assert.error_matches(function() L.NaryTreeLSTM(3, 2, 0) end,
      "^NaryTreeLSTM: n_ary is a positive integer, not 0")
  end)

  it("learns which way the larger of two leaves lies", function()
    dg.seed(1)
    local tree, out = L.NaryTreeLSTM(1, 4), L.Linear(4, 2)
    local model = dg.ChainList(tree, out)
    local optimizer = dg.optimizers.Adam(0.05):setup(model)
    local left, right = dg.rand(64, 1), dg.rand(64, 1)
    local t = F.where(F.gt(left, right), dg.full({ 64, 1 }, 1), dg.full({ 64, 1 }, 2))
    t = F.reshape(t, -1):astype "int32"
    local function lossfun()
      local c1, h1 = tree(nil, nil, nil, nil, left)
      local c2, h2 = tree(nil, nil, nil, nil, right)
      local _, h = tree(c1, c2, h1, h2, nil)
      return F.softmax_cross_entropy(out(h), t)
    end
    for _ = 1, 60 do optimizer:update(lossfun) end
    assert.is_true(lossfun():item() < 0.3)
  end)
end)
