local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"
local op_case = require "spec.support.op_case"

local F = dg.F
local attention, close = F.scaled_dot_product_attention, gradient_check.assert_allclose

local function draw(r)
  return { r(-2, 2, { 2, 4, 3 }), r(-2, 2, { 2, 5, 3 }), r(-2, 2, { 2, 5, 2 }) }
end

local function case(name, f, inputs, more)
  local fields = {
    bad_shapes = inputs and {} or { { { 2, 4, 3 }, { 2, 5, 2 }, { 2, 5, 2 } } },
    f = f, inputs = inputs or draw, shapes = { { 5 } }, elementwise = false, nan = "some",
    overwritten = { 1, 2, 3, "y" }, error_name = "scaled_dot_product_attention",
  }
  for key, value in pairs(more or {}) do fields[key] = value end
  op_case(name, fields)
end

local seen = dg.tensor({
  { 1, 1, 0, 0, 1 }, { 0, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1 }, { 0, 0, 0, 1, 0 },
}, "bool")

case("scaled_dot_product_attention", attention, nil, {
  known = { {
    { { 1, 0 } }, { { math.log(3) * math.sqrt(2), 5 }, { 0, 7 } }, { { 4 }, { 8 } }, { { 5 } },
  } },
})
case("scaled_dot_product_attention, causal", function(q, k, v)
  return attention(q, k, v, { is_causal = true })
end)
case("scaled_dot_product_attention, mask of bools", function(q, k, v)
  return attention(q, k, v, seen)
end)
case("scaled_dot_product_attention, mask of numbers", attention, function(r)
  local xs = draw(r)
  xs[4] = r(-2, 2, { 4, 5 })
  return xs
end, { overwritten = { 1, 2, 3 } })
case("scaled_dot_product_attention, dropout", function(q, k, v)
  dg.seed(3)
  return attention(q, k, v, { dropout_p = 0.4 })
end)
for name, shapes in pairs {
  ["no keys"] = { { 2, 3 }, { 0, 3 }, { 0, 2 } }, ["no queries"] = { { 0, 3 }, { 4, 3 }, { 4, 2 } },
  ["no depth"] = { { 2, 0 }, { 4, 0 }, { 4, 2 } }, ["no width"] = { { 2, 3 }, { 4, 3 }, { 4, 0 } },
  ["one of each"] = { { 1, 1 }, { 1, 1 }, { 1, 1 } },
  ["no matrices"] = { { 0, 2, 3 }, { 0, 4, 3 }, { 0, 4, 2 } },
} do
  case("scaled_dot_product_attention, " .. name, function(q, k, v)
    return attention(q, k, v, { scale = 0.5 })
  end, function(r)
    return { r(-2, 2, shapes[1]), r(-2, 2, shapes[2]), r(-2, 2, shapes[3]) }
  end, { overwritten = {}, nan = name == "no keys" and "none" or "some" })
end

--- The gradients of q, k and v, by the kernels or by operators.
local function gradients(q, k, v, options, is_recorded)
  dg.seed(7)
  local xs = {}
  for i, x in ipairs { q, k, v } do xs[i] = dg.tensor(x, { requires_grad = true }) end
  local y = attention(xs[1], xs[2], xs[3], options)
  dg.seed(8)
  local gs = dg.grad({ y }, xs, { dg.randn(y.shape, y.dtype) },
    { enable_double_backprop = is_recorded })
  return y, gs
end

describe("scaled_dot_product_attention", function()
  local r = function(...) return dg.randn(...) end

  it("computes the same in blocks as at once", function()
    local q, k, v = r(2, 150, 4, "float64"), r(2, 170, 4, "float64"), r(2, 170, 3, "float64")
    local mask = r(150, 170, "float64"):gt(-1)
    for _, options in ipairs {
      {}, { is_causal = true }, { attn_mask = mask }, { dropout_p = 0.3 },
      { dropout_p = 0.1, is_causal = true }, { attn_mask = r(2, 1, 170, "float64") },
    } do
      local y, fused = gradients(q, k, v, options, false)
      local _, composed = gradients(q, k, v, options, true)
      for i = 1, 3 do close(fused[i], composed[i], 1e-12, 1e-10) end
      if not options.dropout_p then
        local scores = F.matmul(q, F.swapaxes(k, 2, 3)) / 2
        if options.is_causal then
          local down, across = dg.arange(150):reshape(150, 1), dg.arange(170):reshape(1, 170)
          scores = F.where(down:ge(across), scores, dg.tensor(-1e300, "float64"))
        elseif options.attn_mask and options.attn_mask.dtype == "bool" then
          scores = F.where(mask, scores, dg.tensor(-1e300, "float64"))
        elseif options.attn_mask then
          scores = scores + options.attn_mask
        end
        close(y, F.matmul(F.softmax(scores, 3), v), 1e-12, 1e-10)
      end
    end
  end)

  it("drops weights, and keeps their mean", function()
    dg.seed(1)
    local q, k = dg.zeros(1, 40, 4), dg.zeros(1, 250, 4)
    local y = attention(q, k, dg.ones(1, 250, 1), { dropout_p = 0.25 })
    assert.near(1, y:mean():item(), 0.02)
    assert.is_true(y:max():item() > y:min():item())
    local first = dg.random.get_state().offset
    attention(q, k, k, { dropout_p = 0.25 })
    assert.equal(first + 40 * 63, dg.random.get_state().offset)
    attention(q, k, k, { dropout_p = 0 })
    assert.equal(first + 40 * 63, dg.random.get_state().offset)
  end)

  it("drops weights in tests too", function()
    dg.seed(1)
    local y = dg.test_mode(attention, dg.zeros(9, 4), dg.zeros(50, 4), dg.ones(50, 1), nil, 0.5)
    assert.is_true(y:max():item() > y:min():item())
  end)

  it("lets masks of numbers learn", function()
    local q, k, v = r(3, 4, "float64"), r(5, 4, "float64"), r(5, 2, "float64")
    local mask = dg.tensor(r(5, "float64"), { requires_grad = true })
    attention(q, k, v, mask):sum():backward()
    assert.same({ 5 }, mask.grad.shape)
    local shut = dg.full({ 3, 5 }, -math.huge, "float64")
    shut.requires_grad = true
    local y = attention(q, k, v, shut)
    assert.same({ { 0, 0 }, { 0, 0 }, { 0, 0 } }, y:totable())
    y:sum():backward()
    assert.equal(0, F.absolute(shut.grad):max():item())
  end)

  it("shows nothing to a query that sees nothing, for any mask", function()
    local q, k, v = r(1, 2), r(3, 2), r(3, 2)
    for _, mask in ipairs { dg.zeros(3, "bool"), dg.full({ 3 }, -math.huge) } do
      local y, gs = gradients(q, k, v, { attn_mask = mask })
      assert.same({ { 0, 0 } }, y:totable())
      for i = 1, 3 do assert.equal(0, F.absolute(gs[i]):max():item()) end
    end
  end)

  it("gives NaN for NaN in a query's row alone, and to all for NaN in a key", function()
    local q, k, v = r(2, 3), r(4, 3), r(4, 2)
    q[{ 1, 1 }] = 0 / 0
    local y = attention(q, k, v)
    assert.is_true(y[{ 1, 1 }]:item() ~= y[{ 1, 1 }]:item())
    assert.is_true(y[{ 2, 1 }]:item() == y[{ 2, 1 }]:item())
    y = attention(r(2, 3), dg.full({ 4, 3 }, 0 / 0), v)
    assert.is_true(y[{ 2, 1 }]:item() ~= y[{ 2, 1 }]:item())
  end)

  it("takes memory that does not grow with the square of the length", function()
    local function peak(n)
      local q = dg.tensor(r(1, n, 8), { requires_grad = true })
      dg.trim()
      dg.set_memory_limit(dg.memory().live + 40 * n * 8 * 4 + 2e6)
      local ok, message = pcall(dg.scope, function()
        attention(q, q, q, { is_causal = true }):sum():backward()
      end)
      dg.set_memory_limit(0)
      assert.is_true(ok, message)
    end
    peak(1500) -- the scores alone would be 9 MB
  end)

  it("gives the same on every number of threads", function()
    local q = r(3, 2, 130, 8)
    local y, gs = gradients(q, q, q, { is_causal = true, dropout_p = 0.1 })
    local before = dg.get_num_threads()
    dg.set_num_threads(3)
    local z, hs = gradients(q, q, q, { is_causal = true, dropout_p = 0.1 })
    dg.set_num_threads(before)
    assert.same(y:totable(), z:totable())
    for i = 1, 3 do assert.same(gs[i]:totable(), hs[i]:totable()) end
  end)

  it("refuses what does not fit", function()
    local function refuses(text, ...)
      local arguments, n = { ... }, select("#", ...)
      assert.error_matches(function() attention(unpack(arguments, 1, n)) end,
        "scaled_dot_product_attention: " .. text, nil, true)
    end
    local q, k, v = r(2, 3), r(4, 3), r(4, 2)
    refuses("query 3, key 4x3 and value 4x2 do not fit", r(3), k, v)
    refuses("query 2x3, key 4x2 and value 4x2 do not fit", q, v, v)
    refuses("query 2x3, key 4x3 and value 2x3 do not fit", q, k, q)
    refuses("query 2x2x3, key 3x4x3 and value 4x2 do not fit", r(2, 2, 3), r(3, 4, 3), v)
    refuses("the mask is 3x4, which does not spread over scores of 2x4", q, k, v, r(3, 4))
    refuses("the mask is int32, wanted bool or float32", q, k, v, dg.zeros(2, 4, "int32"))
    refuses("dropout_p is 1, wanted one from 0 to below 1", q, k, v, nil, 1)
    refuses("is_causal and attn_mask exclude each other", q, k, v, r(2, 4), 0, true)
    refuses("dtypes float32, float64 and float32 differ", q, r(4, 3, "float64"), v)
  end)
end)
