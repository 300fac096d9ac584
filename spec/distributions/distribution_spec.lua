local dg = require "dgraph"
local settle = require "spec.support.settle"
local shell = require "spec.support.shell"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

local NAMES = [[Bernoulli Beta Categorical Cauchy Chisquare Dirichlet Exponential Gamma Geometric
  Gumbel Independent Laplace LogNormal MultivariateNormal Normal OneHotCategorical Pareto Poisson
  Uniform]]

describe("dg.distributions", function()
  it("has Chainer's names", function()
    local count = 0
    for name in NAMES:gmatch "%S+" do
      count = count + 1
      assert.equal(name, D[name]._name)
      assert.equal("class " .. name, tostring(D[name]))
    end
    assert.equal(19, count)
    assert.is_nil(D.Zeta)
    for _, name in ipairs { "Distribution", "kl_divergence", "register_kl", "cross_entropy" } do
      assert.equal(D[name], dg[name], name)
    end
  end)

  it("is read when it is first used, class by class", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write [[
      local dg = require "dgraph"
      local function loaded(name)
        return package.loaded["dgraph.distributions" .. name] and "read " or "not yet "
      end
      io.write(loaded "")
      local D = dg.distributions
      io.write(loaded "", loaded ".normal")
      D.Normal(0, 1)
      io.write(loaded ".normal", loaded ".gamma")]]
    file:close()
    local status, output = shell.run("LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit " .. script)
    os.remove(script)
    assert.same({ 0, "not yet read not yet read not yet " }, { status, output })
  end)
end)

describe("Distribution", function()
  it("takes parameters by position, by name, or both", function()
    for _, d in ipairs {
      D.Normal(1, 2), D.Normal(1, { scale = 2 }), D.Normal { loc = 1, scale = 2 },
    } do
      assert.same({ 1, 2 }, { d.loc:item(), d.scale:item() })
    end
  end)

  it("makes tensors of numbers and tables like those beside them", function()
    local d = D.Normal(0, dg.tensor({ 1, 2 }, "float64"))
    assert.same({ "float64", "float64", { 2 } }, { d.loc.dtype, d.dtype, d.batch_shape })
    assert.equal("float64", d:log_prob(0).dtype)
    assert.equal("float64", d:log_prob(dg.tensor({ 0, 1 }, "int32")).dtype)
    assert.equal("float32", D.Normal(0, { 1, 2 }).dtype)
    assert.equal("cpu", d.device)
  end)

  it("broadcasts its parameters", function()
    local d = D.Normal({ { 0 }, { 1 } }, { 1, 2, 3 })
    assert.same({ 2, 3 }, d.batch_shape)
    assert.same({ { 0, 0, 0 }, { 1, 1, 1 } }, d.mean:totable())
    assert.same({ { 1, 2, 3 }, { 1, 2, 3 } }, d.stddev:totable())
    assert.same({ 2, 1 }, d.params.loc.shape)
    assert.same({ 4, 2, 3 }, d:log_prob(dg.zeros(4, 1, 1)).shape)
  end)

  it("refuses what it cannot take", function()
    local function refuses(message, f, ...)
      local ok, text = pcall(f, ...)
      assert.is_false(ok)
      assert.truthy(text:find(message, 1, true), text)
      assert.truthy(text:find("distribution_spec.lua", 1, true) or text:find("C function"), text)
    end
    refuses("Normal: wanted loc, scale or loc, log_scale; got none of these", D.Normal)
    refuses("Normal: 4 arguments, at most 3 (loc, scale, log_scale)", D.Normal, 1, 2, 3, 4)
    refuses("Normal: unknown option \"sigma\"", D.Normal, 1, { sigma = 2 })
    refuses("Normal: scale is given twice, by position and by name", D.Normal, 1, 2, { scale = 2 })
    refuses("Normal: loc must be a tensor, a number or a table, got \"a\"", D.Normal, "a", 1)
    refuses("Normal: loc must be a float tensor, got int64 (cast it)", D.Normal,
      dg.arange(3, "int64"), 1)
    refuses("Normal: scale is float64, wanted float32 as the others", D.Normal,
      dg.zeros(2), dg.ones(2, "float64"))
    refuses("Normal: scale has the shape (3), which does not broadcast with (2)", D.Normal,
      { 1, 2 }, { 1, 2, 3 })
    local d = D.Normal(0, 1)
    refuses("Normal: log_prob: x must be a tensor, a number or a table, got \"a\"", d.log_prob,
      d, "a")
    refuses("Normal: sample_n: n must be an integer, got 1.5", d.sample_n, d, 1.5)
    refuses("Normal: sample_n: n is -1", d.sample_n, d, -1)
    refuses("Normal: sample: size 1 is -2", d.sample, d, { -2 })
    refuses("Normal: sample: the shape must be a list of sizes, got \"a\"", d.sample, d, "a")
  end)

  it("derives what a class does not compute itself", function()
    local d = D.Laplace(0, dg.tensor({ 1, 2 }, "float64"))
    local x = dg.tensor({ 0.5, -1 }, "float64")
    close(d:log_cdf(x), F.log(d:cdf(x)), 1e-12, 0)
    close(d:survival_function(x), 1 - d:cdf(x), 1e-12, 0)
    close(d:log_survival_function(x), F.log(1 - d:cdf(x)), 1e-12, 0)
    close(d:perplexity(x), 1 / d:prob(x), 1e-12, 1e-12)
    close(D.Gumbel(0, 2).stddev, 2 * math.pi / math.sqrt(6), 1e-6, 0)
  end)

  it("serves in one scope after the other, and in each mode", function()
    local log_scale = dg.Variable { 0.5 }
    local d = D.Normal(0, { log_scale = log_scale })
    assert.is_false(dg.no_backprop_mode(function() return d.scale.requires_grad end))
    for _ = 1, 2 do
      dg.scope(function()
        log_scale:cleargrad()
        F.sum(d:log_prob { 1 }):backward()
        close(log_scale.grad, { math.exp(-1) - 1 }, 1e-6, 0)
      end)
    end
    log_scale.data[1] = 0
    close(d.scale, { 1 })
  end)

  it("gives back what samples need on their way #long", function()
    local gamma, poisson = D.Gamma(dg.tensor { 0.5, 3 }, 1), D.Poisson { 1, 100 }
    local function work()
      gamma:sample(20000)
      poisson:sample(20000)
    end
    work()
    settle()
    local before = dg.memory().live
    collectgarbage "stop"
    work()
    local after = dg.memory().live
    collectgarbage "restart"
    -- The samples and the noise of the first, in float32.
    assert.is_true(after - before < 4 * 40000 * 4, after - before)
    settle()
    assert.equal(before, dg.memory().live)
  end)

  it("says what it is", function()
    assert.equal("Gamma: batch (2), event (), float32", tostring(D.Gamma({ 1, 2 }, 1)))
    assert.equal("Dirichlet: batch (), event (3), float64",
      tostring(D.Dirichlet(dg.ones(3, "float64"))))
    assert.is_true(D.Distribution.is(D.Normal(0, 1), D.Distribution))
    assert.is_false(D.Distribution.is(D.Normal(0, 1), D.Gamma))
  end)

  it("copies without the parameters' elements, and goes to a device with them", function()
    local loc = dg.Variable { 1 }
    local d = D.Normal(loc, 1)
    local twin = d:copy()
    loc.data[1] = 2
    assert.same({ 2 }, twin.loc:totable())
    F.sum(d:to("cpu"):log_prob { 3 }):backward()
    assert.same({ 1 }, loc.grad:totable())
    assert.has_error(function() d:to "nowhere" end)
    local inner = D.Independent(d, 1):to("cpu")
    assert.same({ { 1 }, 1 }, { inner.event_shape, inner.reinterpreted_batch_ndims })
  end)

  it("is extended in Lua", function()
    local Half = D.Distribution:extend "Half"
    Half.parameters = { "scale" }
    Half.support, Half.is_continuous = "positive", true
    function Half.getters.mean(self) return self.scale * math.sqrt(2 / math.pi) end
    function Half:log_prob(x) return D.Normal(0, self.scale):log_prob(x) + math.log(2) end
    local d = Half { 1, 2 }
    close(d.mean, { 0.7978846, 1.5957691 }, 1e-6, 0)
    close(d:prob(0), { 0.7978846, 0.3989423 }, 1e-6, 0)
    assert.error_matches(function() return d.entropy end, "Half has no entropy")
    assert.error_matches(function() d:sample() end, "Half has no sample_n")
    assert.error_matches(function() return D.Normal(0, 1).getters.nothing() end, "nil value")
  end)
end)
