local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"
local op_case = require "spec.support.op_case"

local F, L = dg.F, dg.links

op_case("forget", {
  f = function(x) return F.forget(F.tanh, x) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 0, 1 / 0 }, { 0, 1 } } },
  once = "F.forget: what it forgot cannot be differentiated twice",
  error_name = "tanh",
  in_lua = true,
})

describe("forget", function()
  local link = L.Linear(3, 4)
  local function f(x) return F.dropout(F.tanh(link(x))), F.sigmoid(link(x)) end

  --- What f gives, and the gradients of x and of the weights.
  local function run(call, x)
    dg.seed(5)
    link:cleargrads()
    local a, b = call(x)
    local sum = F.square(a):sum() + b:sum() + F.square(link.W):sum()
    sum:backward()
    return { a, b, link.W.grad:copy(), link.b.grad:copy(), dg.rand(2), x.grad }
  end

  local function same(wanted, got)
    assert.equal(#wanted, #got)
    for i = 1, #wanted do gradient_check.assert_allclose(got[i], wanted[i], 1e-5, 1e-5) end
  end

  local function forgetting(x) return F.forget(f, x) end

  it("computes the same values, gradients and random numbers", function()
    local numbers = dg.randn(2, 3)
    local wanted = run(f, dg.Variable(numbers))
    same(wanted, run(forgetting, dg.Variable(numbers)))
    local x = dg.Variable(numbers)
    dg.scope(function()
      dg.seed(5)
      link:cleargrads()
      local a, b = forgetting(x)
      local sum = F.square(a):sum() + b:sum() + F.square(link.W):sum()
      sum:backward()
    end)
    same({ wanted[3], wanted[6] }, { link.W.grad, x.grad })
  end)

  it("gives parameters their gradients where no input requires one", function()
    local x = dg.randn(2, 3)
    same(run(f, x), run(forgetting, x))
  end)

  it("computes gradients of functions of several tensors", function()
    gradient_check.check_backward(function(a, b)
      return F.forget(function(p, q) return p * F.exp(q), p + q end, a, b)
    end, { dg.randn(3, "float64"), dg.randn(3, "float64") },
      { dg.randn(3, "float64"), dg.randn(3, "float64") })
  end)

  it("hands over what is no tensor, and takes links", function()
    local x = dg.Variable { 3 }
    local y = F.forget(function(n, a, s) return a * (n + #s) end, 2, x, "abc")
    y:backward()
    assert.equal(5, x.grad:item())
    assert.same(link(dg.ones(1, 3)):totable(), F.forget(link, dg.ones(1, 3)):totable())
  end)

  it("goes on where one of the results is not used, or needs no gradient", function()
    local x = dg.Variable { 3 }
    local a, b = F.forget(function(p) return p * p, dg.ones(2) end, x)
    a:backward()
    assert.equal(6, x.grad:item())
    assert.same({ 1, 1 }, b:totable())
  end)

  it("nests", function()
    local x = dg.Variable { 0.5 }
    local function inner(p) return F.exp(p) * p end
    F.forget(function(p) return F.square(F.forget(inner, p)) end, x):backward()
    local e = math.exp(0.5)
    assert.near(2 * e * 0.5 * (e + 0.5 * e), x.grad:item(), 1e-5)
  end)

  it("keeps dg.config.train as it was", function()
    local x = dg.Variable(dg.ones(50))
    dg.seed(1)
    local y = F.forget(F.dropout, x)
    dg.test_mode(function() y:sum():backward() end)
    assert.same(y:totable(), x.grad:totable())
  end)

  it("computes in the autocast that there was, wherever backward is called", function()
    local numbers = dg.randn(2, 3)
    local function walk(call, inside)
      link:cleargrads()
      local x = dg.Variable(numbers)
      local function sum() return F.sum(F.cast(call(x), "float32")) end
      if inside then
        dg.autocast("bfloat16", function() sum():backward() end)
      else
        dg.autocast("bfloat16", sum):backward()
      end
      return { x.grad:totable(), link.W.grad:totable() }
    end
    local function forgets(x) return F.forget(link, x) end
    local wanted = walk(link)
    assert.same(wanted, walk(forgets))
    assert.same(wanted, walk(forgets, true))
    local y = dg.autocast(false, forgets, dg.Variable(numbers))
    dg.autocast("bfloat16", function() F.sum(y):backward() end)
    assert.is_false(dg.config.autocast)
  end)

  it("keeps less memory until backward", function()
    local x = dg.Variable(dg.ones(1000))
    local function many(p)
      for _ = 1, 20 do p = F.sin(p) end
      return p
    end
    local function nodes(call)
      return dg.scope(function()
        local before, y = dg.memory().live, call()
        assert.equal(1000, y.size)
        return dg.memory().live - before
      end)
    end
    local plain = nodes(function() return many(x) end)
    local forgetful = nodes(function() return dg.scope(function() return many(x.data) end) end)
    local got = nodes(function()
      return dg.scope(function() return F.forget(many, x) end)
    end)
    assert.is_true(plain > 10 * 4000)
    assert.is_true(got <= 2 * forgetful)
  end)

  it("records nothing where nothing is recorded", function()
    local y = dg.no_backprop_mode(F.forget, link, dg.Variable(dg.ones(1, 3)))
    assert.is_false(y.requires_grad)
  end)

  it("refuses double backprop, and what is no function", function()
    local x = dg.Variable { 2 }
    local y = F.forget(F.exp, x)
    assert.error_matches(function() y:backward { enable_double_backprop = true } end,
      "F.forget: what it forgot cannot be differentiated twice", nil, true)
    assert.error_matches(function() F.forget(5, x) end,
      "F.forget: the first argument must be a function, got 5", nil, true)
  end)

  it("passes errors on, and leaves settings and random numbers as they were", function()
    local calls, x = 0, dg.Variable { 2 }
    local y = F.forget(function(p)
      calls = calls + 1
      if calls == 2 then error "the second time" end
      return F.dropout(p, 0.1)
    end, x)
    local before = dg.random.get_state().offset
    assert.error_matches(function() y:backward() end, "the second time")
    assert.equal(before, dg.random.get_state().offset)
    assert.is_true(dg.config.train)
  end)
end)
