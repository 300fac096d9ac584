local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"
local settle = require "spec.support.settle"

local F, L = dg.F, dg.links
local close = gradient_check.assert_allclose

local function names(link)
  local list = {}
  for name, param in link:namedparams() do
    list[#list + 1] = name .. " " .. table.concat(param.shape, "x")
  end
  return list
end

describe("LSTM", function()
  it("has Chainer's names, gates and first biases", function()
    local link = L.LSTM(2, 3)
    assert.same({ "/upward/W 12x2", "/upward/b 12", "/lateral/W 12x3" }, names(link))
    local b = { 0, 0, 1, 0 }
    assert.same({ b, b, b }, link.upward.b:reshape(3, 4):totable())
    assert.is_nil(link.c)
    assert.is_nil(link.h)
  end)

  it("takes its number of inputs from the first input", function()
    for _, link in ipairs { L.LSTM(3), L.LSTM(nil, 3), L.LSTM(3, { bias_init = 2 }) } do
      assert.is_false(link.upward.W.is_initialized)
      assert.same({ 4, 3 }, link(dg.ones(4, 5)).shape)
      assert.same({ 12, 5 }, link.upward.W.shape)
    end
  end)

  it("takes its options by position, in Chainer's order, or by name", function()
    local one = L.LSTM(2, 1, 3, 4, 5, 6)
    local other = L.LSTM(2, 1, {
      lateral_init = 3, upward_init = 4, bias_init = 5, forget_bias_init = 6,
    })
    for _, link in ipairs { one, other } do
      assert.same({ { 3 }, { 3 }, { 3 }, { 3 } }, link.lateral.W:totable())
      assert.same({ 4, 4 }, link.upward.W[1]:totable())
      assert.same({ 5, 5, 6, 5 }, link.upward.b:totable())
    end
    assert.error_matches(function() L.LSTM(2, 1, { bias = 1 }) end, "unknown option bias")
    assert.error_matches(function() L.LSTM(0) end, "out_size is a positive integer, not 0")
  end)

  it("initializes each block of weights by itself", function()
    local link = L.LSTM(5, 3, { lateral_init = dg.initializers.Orthogonal(1), upward_init = {
      { 1, 2, 3, 4, 5 }, { 6, 7, 8, 9, 10 }, { 0, 0, 0, 0, 0 },
    } })
    local block = link.lateral.W[{ { 4, 6 } }]
    close(F.matmul(block, block, false, true), dg.eye(3), 1e-6)
    assert.same({ 6, 7, 8, 9, 10 }, link.upward.W[8]:totable())
    local copy = link:copy "init"
    assert.same({ 6, 7, 8, 9, 10 }, copy.upward.W[8]:totable())
    assert.same({ 0, 0, 1, 0 }, copy.upward.b[{ { 1, 4 } }]:totable())
  end)

  it("remembers its state", function()
    local link = L.LSTM(2, 3)
    local xs = { dg.randn(4, 2), dg.randn(4, 2) }
    local c, h = dg.zeros(4, 3), dg.zeros(4, 3)
    for _, x in ipairs(xs) do
      c, h = F.lstm(c, link.upward(x) + link.lateral(h))
      assert.same(h:totable(), link(x):totable())
      assert.same(c:totable(), link.c:totable())
      assert.same(h:totable(), link.h:totable())
    end
    link:reset_state()
    assert.is_nil(link.c)
    assert.is_nil(link.h)
    link:set_state(c, h)
    assert.is_true(link.h == h)
  end)

  it("takes fewer rows than before, and leaves the state of the others", function()
    local link = L.LSTM(2, 3)
    link(dg.randn(3, 2))
    local c, h = link.c, link.h
    assert.same({ 2, 3 }, link(dg.randn(2, 2)).shape)
    assert.same({ 3, 3 }, link.h.shape)
    assert.same(c[3]:totable(), link.c[3]:totable())
    assert.same(h[3]:totable(), link.h[3]:totable())
    assert.error_matches(function() link(dg.randn(4, 2)) end, "4 rows, but the state is for 3")
  end)

  it("carries its state from scope to scope, and leaves nothing behind", function()
    local link = L.LSTM(2, 3)
    local x = dg.randn(4, 2)
    local function step() for _ = 1, 5 do link(x) end end
    dg.scope(step)
    local wanted = link.h:totable()
    settle()
    local before = dg.memory().tensors
    dg.scope(step)
    assert.not_same(wanted, link.h:totable())
    settle()
    assert.equal(before, dg.memory().tensors)
    dg.scope(function()
      local first = link(x)
      step()
      assert.is_number(first[{ 1, 1 }]:item())
    end)
    link:reset_state()
    settle()
    assert.equal(before - 2, dg.memory().tensors)
  end)

  it("gives states back as it goes, inside a scope", function()
    local link = L.LSTM(2, 3)
    local x = dg.randn(4, 2)
    local function kept()
      local before = dg.memory().tensors
      link(x)
      return dg.memory().tensors - before
    end
    dg.scope(function()
      link(x)
      link(x)
      assert.equal(kept(), kept())
    end)
    local copy = link:copy()
    dg.scope(function() link(x) end)
    assert.is_number(copy(x)[{ 1, 1 }]:item())
  end)

  it("differentiates through time, until it is cut", function()
    local link = L.LSTM(1, 2)
    local x = dg.tensor({ { 1 } }, { requires_grad = true })
    link(x)
    link(dg.ones(1, 1)):sum():backward { retain_graph = true }
    assert.not_equal(0, x.grad:item())
    x:cleargrad()
    link.h:unchain_backward()
    link.c:unchain_backward()
    link(dg.ones(1, 1)):sum():backward()
    assert.is_nil(x.grad)
  end)

  it("learns to repeat what it saw a step before", function()
    dg.seed(1)
    local Model = dg.Chain:extend "Model"
    function Model:init() self.lstm, self.out = L.LSTM(1, 8), L.Linear(8, 1) end
    local model = Model()
    local optimizer = dg.optimizers.Adam(0.03):setup(model)
    local loss = dg.zeros(1)
    for _ = 1, 120 do
      local xs = dg.randn(6, 16, 1)
      optimizer:update(function()
        model.lstm:reset_state()
        local sum
        for t = 1, 6 do
          local y = model.out(model.lstm(xs[t]))
          local one = t > 1 and F.mean_squared_error(y, xs[t - 1])
          sum = sum and one and sum + one or one or sum
        end
        loss.data = (sum / 5).data:reshape(1)
        return sum / 5
      end)
    end
    assert.is_true(loss:item() < 0.2, tostring(loss:item()))
  end)
end)

describe("StatelessLSTM", function()
  it("is given its state", function()
    local link, other = L.StatelessLSTM(2, 3), L.LSTM(2, 3)
    assert.same({ "/upward/W 12x2", "/upward/b 12", "/lateral/W 12x3" }, names(link))
    other:copyparams(link)
    local c, h
    for _ = 1, 3 do
      local x = dg.randn(4, 2)
      c, h = link(c, h, x)
      assert.same(other(x):totable(), h:totable())
      assert.same(other.c:totable(), c:totable())
    end
    assert.same({ 1, 4 }, ({ L.StatelessLSTM(4)(nil, nil, dg.ones(1, 2)) })[2].shape)
  end)
end)
