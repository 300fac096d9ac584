local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end

local LABELS, DRAWN = ids { 2, -1, 4 }, ids { { 1, 2 }, { 3, 3 }, { 4, 1 } }
local function sampler(shape, device)
  assert(shape[1] == 3 and shape[2] == 2)
  return DRAWN:to(device)
end

for _, reduce in ipairs { "sum", "no" } do
  op_case(reduce == "sum" and "negative_sampling" or "negative_sampling, each", {
    f = function(x, W) return (F.negative_sampling(x, LABELS, W, sampler, 2, reduce)) end,
    inputs = function(r) return { r(-2, 2, { 3, 2 }), r(-2, 2, { 4, 2 }) } end,
    shapes = { {} },
    bad_shapes = { { { 3, 2 }, { 4, 3 } }, { { 2, 2 }, { 4, 2 } }, { { 3 }, { 4, 2 } } },
    elementwise = false, nan = "some",
    error_name = "negative_sampling",
  })
end

for _, n in ipairs { 0, 1 } do
  op_case("negative_sampling of rows, " .. n, {
    f = function(x, W)
      local t = dg.ones({ n }, "int32")
      return (F.negative_sampling(x, t, W, function(shape) return dg.ones(shape, "int32") end, 2))
    end,
    inputs = function(r) return { r(-2, 2, { n, 1 }), r(-2, 2, { 1, 1 }) } end,
    shapes = { {} },
    elementwise = false, nan = n == 0 and "none" or "some",
    error_name = "negative_sampling",
  })
end

describe("negative_sampling", function()
  local x = dg.tensor({ { 1, 2 }, { 0, 1 }, { -1, 1 } }, "float64")
  local W = dg.Variable({ { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, -1 } }, { dtype = "float64" })

  it("follows the definition, and leaves out what is ignored", function()
    local function term(z) return math.log(1 + math.exp(-z)) end
    local wanted = {
      term(2) + term(-1) + term(-2), 0, term(-3) + term(3) + term(1),
    }
    local y, samples = F.negative_sampling(x, LABELS, W, sampler, 2, "no", true)
    for i = 1, 3 do assert.near(wanted[i], y[i]:item(), 1e-14) end
    assert.same({ { 2, 1, 2 }, { -1, 3, 3 }, { 4, 4, 1 } }, samples:totable())
    local sum = F.negative_sampling(x, LABELS, W, sampler, 2)
    assert.near(wanted[1] + wanted[3], sum:item(), 1e-13)
    sum:backward()
    assert.same({ 2, 1, 4 }, W:grad_rows():totable())
  end)

  it("refuses what does not fit", function()
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() F.negative_sampling(unpack(args, 1, n)) end,
        "negative_sampling: " .. text)
    end
    bad("label 5 %(element 1%) is not one of 1 to 4", x, ids { 5, 1, 1 }, W, sampler, 2)
    bad("shapes 3x2 of x, 2 of t and 4x2 of W do not fit", x, ids { 1, 1 }, W, sampler, 2)
    bad('reduce must be "sum" or "no", got "mean"', x, LABELS, W, sampler, 2, "mean")
  end)
end)
