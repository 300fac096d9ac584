local dg = require "dgraph"
local op_case = require "spec.support.op_case"
local settle = require "spec.support.settle"

local F = dg.F

for _, batch in ipairs { 0, 1, 5 } do
  op_case("linear on a batch of " .. batch, {
    f = F.linear,
    inputs = function(r) return { r(-2, 2, { batch, 3 }), r(-2, 2, { 4, 3 }), r(-2, 2, { 4 }) } end,
    shapes = { {} },
    layouts = batch == 1 and { { { 1, 1 }, { 1, 1 }, { 1 } } } or {},
    bad_shapes = { { { batch, 3 }, { 4, 2 }, { 4 } }, { { 3 }, { 4, 3 }, { 4 } } },
    elementwise = false,
    nan = "some",
    overwritten = batch > 0 and { 1, 2 } or {},
    error_name = "linear",
  })
  op_case("linear without b on a batch of " .. batch, {
    f = F.linear,
    inputs = function(r) return { r(-2, 2, { batch, 3 }), r(-2, 2, { 4, 3 }) } end,
    shapes = { {} },
    elementwise = false,
    nan = "some",
    overwritten = batch > 0 and { 1, 2 } or {},
    error_name = "linear",
  })
end

describe("linear", function()
  it("is x W' + b", function()
    local x, W = dg.tensor { { 1, 2 }, { 3, 4 } }, dg.tensor { { 1, 0 }, { 1, 1 }, { 0, 2 } }
    local y = F.linear(x, W, dg.tensor { 10, 20, 30 })
    assert.same({ { 11, 23, 34 }, { 13, 27, 38 } }, y:totable())
  end)

  it("differentiates what is asked for alone", function()
    local x = dg.tensor { { 1, 2 } }
    local W, b = dg.Variable { { 3, 4 } }, dg.tensor { 5 }
    F.linear(x, W, b):sum():backward()
    assert.same({ { 1, 2 } }, W.grad:totable())
    assert.is_nil(b.grad)
  end)

  it("names the sizes that differ", function()
    assert.error_matches(function() F.linear(dg.zeros(1, 2), dg.zeros(4, 3)) end,
      "linear: inner sizes 2 and 3 differ %(x is 1x2, W is 4x3%)")
    assert.error_matches(function() F.linear(dg.zeros(1, 3), dg.zeros(4, 3), dg.zeros(3)) end,
      "linear: b is 3, wanted 4 as W is 4x3")
    assert.error_matches(function()
      F.linear(dg.zeros(1, 3), dg.zeros({ 4, 3 }, "float64"))
    end, "linear: dtypes float32, float64 differ")
  end)

  -- b that is every other element of something goes past the short way of small layers.
  local function apart(b) return F.stack({ b, b }, 2)[{ {}, 1 }] end

  --- y and the gradients of a layer of a size; `through` is done with b first.
  local function layer(size, through, scoped)
    local batch, ins, outs, dtype = unpack(size)
    local function run()
      dg.seed(batch + 7 * ins + 31 * outs)
      local x, W, b = dg.randn({ batch, ins }, dtype), dg.randn({ outs, ins }, dtype),
        dg.randn({ outs }, dtype)
      for _, leaf in ipairs { x, W, b } do leaf.requires_grad = true end
      local y = F.linear(F.tanh(x), W, through(b))
      local g = F.sin(y):detach()
      dg.no_backprop_mode(function()
        assert.is_false(F.linear(x, W, through(b)).requires_grad)
      end)
      local first = dg.grad({ y }, { x, W, b }, { g }, { enable_double_backprop = true })
      local sum = F.sum(F.square(first[1])) + F.sum(F.square(first[2]))
      sum:backward()
      local list = { y:totable() }
      for i, t in ipairs { first[1], first[2], first[3], x.grad, W.grad } do
        list[i + 1] = t:totable()
      end
      return list
    end
    if not scoped then return run() end
    local result
    dg.scope(function() result = run() end)
    return result
  end

  it("gives the same on the short way of small layers as on the long one", function()
    local function itself(b) return b end
    for _, size in ipairs {
      { 1, 1, 1, "float32" }, { 1, 40, 70, "float32" }, { 1, 129, 130, "float64" },
      { 3, 5, 2, "float64" }, { 2, 3, 0, "float32" },
    } do
      local wanted = layer(size, apart)
      for _, scoped in ipairs { false, true } do
        assert.same(wanted, layer(size, itself, scoped))
        assert.same(wanted, layer(size, apart, scoped))
      end
    end
  end)

  it("frees what it made where memory runs out on the short way", function()
    local C = require("dgraph.native").C
    local x, W, b = dg.Variable(dg.ones(30, 40)), dg.ones(50, 40), dg.ones(50)
    local function kept()
      settle()
      local memory = dg.memory()
      return { memory.tensors, memory.nodes }
    end
    local before = kept()
    for _, scoped in ipairs { false, true } do
      local function run()
        C.dg_memory_fail_after(0)
        local y = C.dg_linear(x, W, b)
        C.dg_memory_fail_after(-1)
        assert.is_true(y == nil)
        assert.matches("^linear: out of memory", require("ffi").string(C.dg_error_message()))
        C.dg_error_clear()
      end
      if scoped then dg.scope(run) else run() end
    end
    assert.same(before, kept())
    assert.equal(30, x.shape[1]) -- it lives
  end)
end)
