local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local f = F.discriminative_margin_based_clustering_loss

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end

local LABELS = ids { { { 1, 2, 0 }, { 2, 1, 1 } }, { { 2, 2, 3 }, { 2, 0, -1 } } }

for norm = 1, 2 do
  op_case("discriminative_margin_based_clustering_loss, norm " .. norm, {
    f = function(x) return f(x, LABELS, 0.2, 1.5, 2, norm, 1, 1, 1) end,
    inputs = function(r) return { r(-2, 2, { 2, 2, 2, 3 }) } end,
    shapes = { {} },
    elementwise = false, nan = "some",
  })
end

for _, n in ipairs { 0, 1 } do
  op_case("discriminative_margin_based_clustering_loss of images, " .. n, {
    f = function(x) return f(x, dg.ones({ n, 1, 1 }, "uint8"), 0, 1, 1) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { n, 1, 1, 1 } },
    bad_shapes = { { { 1, 1, 1 } }, { { 2, 1, 1, 1 } }, { { n, 2, 1, 1 } }, { { n, 1, 1, 2 } } },
    error_name = "discriminative_margin_based_clustering_loss",
    elementwise = false, nan = n == 0 and "none" or "some",
  })
end

describe("discriminative_margin_based_clustering_loss", function()
  -- One image of 1 x 4 pixels: instances 1 and 2 with the means (1, 0) and (0, 2), and no instance.
  local x = dg.tensor({ { { { 1, 1, 0, 9 } }, { { 1, -1, 2, 9 } } } }, "float64")
  local labels = ids { { { 1, 1, 2, 0 } } }

  it("follows the definition", function()
    local variance, distance, size = f(x, labels, 0.25, 2, 2)
    assert.near(0.75 ^ 2 / 2, variance:item(), 1e-15) -- both pixels of the first are 1 away
    assert.near((4 - 3) ^ 2, distance:item(), 1e-15)
    assert.near(0.001 * 3 / 2, size:item(), 1e-15)
    variance, distance, size = f(x, labels, 0.25, 2, 2, 2, 3, 5, 7)
    assert.near(3 * 0.75 ^ 2 / 2, variance:item(), 1e-15)
    assert.near(5 * (4 - math.sqrt(5)) ^ 2, distance:item(), 1e-14)
    assert.near(7 * (1 + 2) / 2, size:item(), 1e-14)
  end)

  it("has gradients of 0 where a norm is 0", function()
    for norm = 1, 2 do
      local leaf = dg.Variable(dg.zeros({ 2, 2, 1, 2 }, "float64"))
      local a, b, c = f(leaf, dg.ones({ 2, 1, 2 }, "int64"), 0, 1, 2, norm)
      F.add(a, b, c):backward()
      assert.equal(0, F.max(F.absolute(leaf.grad)):item())
    end
  end)

  it("counts more pixels than floats of 16 bits can", function()
    local many = dg.ones({ 1, 1, 300, 300 }, "float16")
    local variance, _, size = f(many, dg.ones({ 1, 300, 300 }, "uint8"), 0, 1, 1, { gamma = 1 })
    assert.same({ "float16", 0, 1 }, { size.dtype, variance:item(), size:item() })
  end)

  it("refuses what does not fit", function()
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() f(unpack(args, 1, n)) end,
        "discriminative_margin_based_clustering_loss: " .. text)
    end
    bad("max_embedding_dim is 3, the embeddings have 2", x, labels, 1, 1, 3)
    bad("max_embedding_dim is 0, wanted more than 0", dg.ones(1, 0, 1, 4), labels, 1, 1, 0)
    bad("norm is 1.5, wanted 1 or 2", x, labels, 1, 1, 2, 1.5)
    bad("the labels are float64, wanted integers", x, x[1]:cast("float64")[{ { 1, 1 } }], 1, 1, 2)
    bad("shapes 1x2x1x4 and 4 do not fit", x, ids { 1, 1, 2, 2 }, 1, 1, 2)
  end)
end)
