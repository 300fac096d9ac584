--- One battery of tests for every distribution; the spec of a class is a table for it.
--
--   distribution_case("Normal", {
--     names = { "loc", "scale" },
--     params = { { 0.5, -1 }, { { 1 }, { 2 } } },
--     other = { { 0, 1 }, 2 },
--     batch = { 2, 2 },
--     x = ...,
--     integrate = { -20, 20 },
--   })
--
-- Fields, with what holds when they are missing:
--   make          function(params ...): the distribution; the class, which takes them in turn
--   names         of the parameters
--   params        nested tables, which broadcast
--   other         parameters of another one, for the divergence; there is no formula
--   batch, event  the shapes: event {}
--   x             values whose shape ends with batch and event
--   properties    what can be differentiated: { "mean", "variance", "stddev", "entropy" }
--   lacks         names that raise an error
--   support       the text
--   discrete      true: x has no gradient
--   gradients     for each parameter whether samples have a gradient to it; true
--   integrate     { from, to }: prob has the integral 1 there, for events of one number
--   values        for discrete ones: a list of all values, of which prob adds up to 1
--   moments       false: samples are not compared with mean and variance
local busted = require "busted"
local counts = require "spec.support.counts"
local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"
local settle = require "spec.support.settle"

local D, F = dg.distributions, dg.functions
local describe, it, assert = busted.describe, busted.it, busted.assert

local SAMPLES = 2000

local function joined(...) return D.Distribution.joined(...) end

local function double(list)
  local tensors = {}
  for i, value in ipairs(list) do tensors[i] = dg.tensor(value, "float64") end
  return tensors
end

--- Raises unless the mean of the first axis is `wanted`, but for five standard errors.
local function mean_is(wanted, x, what)
  local mean = F.mean(x, 1)
  local allowed = F.sqrt(F.mean(F.square(x - mean), 1) / x.shape[1]) * 5 + 1e-9
  local far = F.gt(F.absolute(mean - wanted), allowed)
  assert(not F.any(far):item(), ("%s: %s, wanted %s, allowed %s"):format(what, tostring(mean),
    tostring(wanted), tostring(allowed)))
end

---@param name string
---@param case table
return function(name, case)
  local class = D[name]
  local make = case.make or class
  local event, gradients = case.event or {}, case.gradients or {}
  local properties = case.properties or { "mean", "variance", "stddev", "entropy" }
  local shape = joined(case.batch, event)

  local function given() return make(unpack(double(case.params))) end
  local function other() return make(unpack(double(case.other))) end

  --- log_prob and the properties; x is the last argument.
  local function all_of(...)
    local inputs = { ... }
    local x = table.remove(inputs)
    local d = make(unpack(inputs))
    local results = { d:log_prob(x) }
    for _, each in ipairs(properties) do results[#results + 1] = d[each] end
    return unpack(results)
  end

  --- Random weights like what f gives, and like its inputs.
  local function weights(f, inputs)
    local out, back = {}, {}
    dg.seed(3)
    for i, y in ipairs { f(unpack(inputs)) } do out[i] = dg.rand(y.shape, "float64") + 0.5 end
    for i, x in ipairs(inputs) do back[i] = dg.rand(x.shape, "float64") + 0.5 end
    return out, back
  end

  local function check_gradients(f, inputs, options)
    local out, back = weights(f, inputs)
    options = options or {}
    options.eps, options.rtol = 1e-5, 1e-5
    gradient_check.check_backward(f, inputs, out, nil, options)
    gradient_check.check_double_backward(f, inputs, out, back, nil, nil, options)
  end

  describe(name, function()
    it("has the shapes of its parameters and samples", function()
      local d = given()
      assert.same(case.batch, d.batch_shape)
      assert.same(event, d.event_shape)
      assert.same(shape, d:sample().shape)
      assert.same(joined({ 3 }, shape), d:sample(3).shape)
      assert.same(joined({ 3 }, shape), d:sample_n(3).shape)
      assert.same(joined({ 2, 3 }, shape), d:sample({ 2, 3 }).shape)
      assert.same(joined({ 0 }, shape), d:sample(0).shape)
      assert.same(shape, d:sample({}).shape)
      local x = dg.tensor(case.x, case.dtype or "float64")
      local lead = x.shape
      for _ = 1, #shape do lead[#lead] = nil end
      assert.same(joined(lead, case.batch), d:log_prob(x).shape)
      for _, each in ipairs(properties) do
        assert.same(each == "entropy" and case.batch or shape, d[each].shape, each)
      end
    end)

    it("knows its parameters, its support, and what it lacks", function()
      local d = given()
      for _, each in ipairs(case.names) do assert.is_true(dg.is_tensor(d.params[each]), each) end
      assert.equal(case.support, d.support)
      assert.equal(not case.discrete, d.is_continuous)
      for _, each in ipairs(case.lacks or {}) do
        local ok, message = pcall(function()
          local value = d[each]
          return type(value) == "function" and value(d, 0.5)
        end)
        assert.is_false(ok, each)
        assert.truthy(message:find(("%s has no "):format(name), 1, true), message)
      end
      assert.is_nil(d.no_such_name)
    end)

    it("has right first and second derivatives", function()
      local inputs, x = double(case.params), dg.tensor(case.x, case.dtype or "float64")
      if case.discrete then
        check_gradients(function(...) return all_of(unpack(joined({ ... }, { x }))) end, inputs)
      else
        inputs[#inputs + 1] = x
        check_gradients(all_of, inputs)
      end
    end)

    it("computes in the dtype of its parameters", function()
      local single = {}
      for i, value in ipairs(case.params) do single[i] = dg.tensor(value, "float32") end
      local d, wide = make(unpack(single)), given()
      local x = dg.tensor(case.x, case.dtype or "float32")
      assert.equal("float32", d.dtype)
      assert.equal("float32", d:log_prob(x).dtype)
      gradient_check.assert_allclose(d:log_prob(x), wide:log_prob(dg.tensor(case.x,
        case.dtype or "float64")), 1e-4, 1e-4)
      local sample = d:sample(2)
      assert.equal(case.dtype or "float32", sample.dtype)
      assert.equal("float32", d:log_prob(sample).dtype)
    end)

    it("draws the same for the same seed", function()
      local d = given()
      dg.seed(8)
      local a, b = d:sample(20), d:sample(20)
      dg.seed(8)
      local c = d:sample(20)
      assert.same(a:totable(), c:totable())
      assert.not_same(a:totable(), b:totable())
    end)

    if case.moments ~= false then
      it("draws what has its mean and variance #long", function()
        local d = given()
        dg.seed(11)
        local x = F.cast(d:sample(SAMPLES), "float64")
        mean_is(d.mean, x, "mean")
        mean_is(d.variance, F.square(x - d.mean), "variance")
        gradient_check.assert_allclose(F.square(d.stddev), d.variance, 0, 1e-12)
      end)
    end

    it("draws what its density says #long", function()
      local d = given()
      dg.seed(12)
      local x = d:sample(SAMPLES)
      assert.is_true(F.all(F.isfinite(d:log_prob(x))):item())
      local has, entropy = pcall(function() return d.entropy end)
      if has then mean_is(entropy, -d:log_prob(x), "entropy") end
      local cumulates, u = pcall(d.cdf, d, x)
      if cumulates and #event == 0 then
        mean_is(0.5, u, "cdf")
        mean_is(1 / 12, F.square(u - 0.5), "square of cdf")
        gradient_check.assert_allclose(d:icdf(u), x, 1e-6, 1e-6)
      end
    end)

    it("gives samples the gradients that are promised", function()
      local frozen, any = {}, false
      for i = 1, #case.params do
        frozen[i] = gradients[i] == false
        any = any or not frozen[i]
      end
      local inputs = double(case.params)
      for _, x in ipairs(inputs) do x.requires_grad = true end
      local y = make(unpack(inputs)):sample(3)
      assert.equal(any, y.requires_grad)
      if not any then return end
      F.sum(y):backward()
      for i, x in ipairs(inputs) do assert.equal(frozen[i], x.grad == nil, case.names[i]) end
      local function sample(...)
        dg.seed(5)
        return make(...):sample(3)
      end
      check_gradients(sample, double(case.params), { no_grads = frozen })
    end)

    if case.integrate then
      it("has a density with the integral 1 #long", function()
        local d, n = given(), 20000
        local from, to = unpack(case.integrate)
        local step = (to - from) / n
        local at = { n }
        for _ = 1, #case.batch do at[#at + 1] = 1 end
        local x = (dg.arange(0, n, 1, "float64") + 0.5) * step + from
        local total = F.sum(d:prob(x:reshape(at)), 1) * step
        gradient_check.assert_allclose(total, dg.ones(case.batch, "float64"), 1e-4, 0)
      end)
    end

    if case.values then
      it("has probabilities that add up to 1 #long", function()
        local d, total = given(), 0
        for _, value in ipairs(case.values) do total = total + d:prob(value) end
        gradient_check.assert_allclose(total, dg.ones(case.batch, "float64"), 1e-9, 0)
      end)
    end

    if case.other then
      it("has a divergence, from itself none #long", function()
        local p, q = given(), other()
        local divergence = dg.kl_divergence(p, q)
        assert.same(case.batch, divergence.shape)
        gradient_check.assert_allclose(dg.kl_divergence(p, given()),
          dg.zeros(case.batch, "float64"), 1e-12, 0)
        dg.seed(13)
        local x = p:sample(SAMPLES)
        mean_is(divergence, p:log_prob(x) - q:log_prob(x), "divergence")
        if pcall(function() return p.entropy end) then
          mean_is(dg.cross_entropy(p, q), -q:log_prob(x), "cross entropy")
        end
      end)

      it("has a divergence with right derivatives", function()
        local n, inputs = #case.params, joined(double(case.params), double(case.other))
        check_gradients(function(...)
          local all = { ... }
          return dg.kl_divergence(make(unpack(all, 1, n)), make(unpack(all, n + 1)))
        end, inputs)
      end)
    else
      it("has no divergence", function()
        assert.error_matches(function() dg.kl_divergence(given(), given()) end,
          "no formula for " .. name .. " and " .. name)
      end)
    end

    it("copies", function()
      local d = given()
      local twin, moved = d:copy(), d:to("cpu")
      assert.equal(getmetatable(d), getmetatable(twin))
      local x = dg.tensor(case.x, case.dtype or "float64")
      local wanted = d:log_prob(x):totable()
      assert.same(wanted, twin:log_prob(x):totable())
      assert.same(wanted, moved:log_prob(x):totable())
    end)

    it("leaves no memory behind", function()
      local inputs, x = double(case.params), dg.tensor(case.x, case.dtype or "float64")
      for _, each in ipairs(inputs) do each.requires_grad = true end
      local function work()
        local loss = 0
        for _, y in ipairs { all_of(unpack(joined(inputs, { x }))) } do loss = loss + F.sum(y) end
        loss:backward()
        make(unpack(inputs)):sample { 2, 2 }
        for _, each in ipairs(inputs) do each:cleargrad() end
      end
      work()
      settle()
      local before = counts()
      dg.scope(work)
      assert.same(before, counts())
      work()
      settle()
      assert.same(before, counts())
    end)
  end)
end
