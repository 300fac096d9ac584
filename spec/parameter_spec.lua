local dg = require "dgraph"
local settle = require "spec.support.settle"
local Parameter = dg.Parameter

describe("a parameter", function()
  it("is a leaf that learns", function()
    local p = Parameter(0.5, { 2, 2 }, "W")
    assert.same({ { 0.5, 0.5 }, { 0.5, 0.5 } }, p:totable())
    assert.same({ true, true, "W", 0.5 }, { p.requires_grad, p.is_leaf, p.name, p.initializer })
    assert.is_true(Parameter.is_parameter(p))
    assert.is_false(Parameter.is_parameter(dg.Variable { 1 }))
    assert.is_false(Parameter.is_parameter(5))
  end)

  it("gets its shape later", function()
    local p = Parameter(2)
    assert.is_false(p.is_initialized)
    assert.has_error(function() return p + 1 end)
    p:cleargrad()
    p:initialize { 3 }
    assert.same({ 2, 2, 2 }, p:totable())
    assert.has_error(function() p:initialize { 3 } end)
    assert.has_error(function() dg.Variable({ 1 }):initialize { 3 } end)
  end)

  it("is NaN without an initializer", function()
    for _, v in ipairs(Parameter(nil, 2):totable()) do assert.is_true(v ~= v) end
  end)

  it("takes its elements from a tensor or a table", function()
    local p = Parameter(dg.tensor({ 1, 2 }, "float64"))
    assert.same({ "float64", { 1, 2 } }, { p.dtype, p:totable() })
    assert.same({ { 1 }, { 2 } }, Parameter({ { 1 }, { 2 } }):totable())
    local lazy = Parameter()
    lazy:copydata(dg.tensor { 4, 5 })
    assert.same({ 4, 5 }, lazy:totable())
  end)

  it("keeps what an optimizer notes on it, and is alive after its scope", function()
    local p
    dg.scope(function() p = Parameter(1, 2) end)
    p.update_rule = { t = 0 }
    assert.same({ t = 0 }, p.update_rule)
    assert.same({ 1, 1 }, p:totable())
    assert.has_error(function() dg.Variable({ 1 }).update_rule = {} end)
    assert.is_nil(dg.Variable({ 1 }).update_rule)
  end)

  it("is forgotten when it is gone", function()
    local seen = setmetatable({}, { __mode = "v" })
    do
      local p = Parameter(1, 2)
      p.update_rule = {}
      seen[1] = p.update_rule
    end
    settle()
    collectgarbage()
    assert.is_nil(seen[1])
  end)
end)
