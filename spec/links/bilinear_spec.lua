local dg = require "dgraph"
local L, F = dg.links, dg.F

describe("Bilinear", function()
  it("maps pairs of rows to rows", function()
    local link = L.Bilinear(2, 1, 2, {
      initialW = { { { 1, 2 } }, { { 3, 4 } } }, initial_bias = { 0, { { 5, 6 } }, { 1, -1 } },
    })
    local y = link(dg.tensor { { 1, 2 } }, dg.tensor { { 2 } })
    assert.same({ { 2 * (1 + 6) + 10 + 1, 2 * (2 + 8) + 12 - 1 } }, y:totable())
  end)

  it("has parameters by Chainer's names and shapes", function()
    local link, shapes = L.Bilinear(2, 3, 4), {}
    for name, parameter in link:namedparams() do shapes[name] = parameter.shape end
    assert.same({ ["/W"] = { 2, 3, 4 }, ["/V1"] = { 2, 4 }, ["/V2"] = { 3, 4 }, ["/b"] = { 4 } },
      shapes)
    assert.same({ 0, 0, 0, 0 }, link.b:totable())
    assert.same({ 5, 4 }, link(dg.ones(5, 2), dg.ones(5, 3, 1)).shape)
    assert.same({ 5, 4 }, link:copy()(dg.ones(5, 2), dg.ones(5, 3)).shape)
  end)

  it("takes its options by position, in Chainer's order, or by name", function()
    local link = L.Bilinear(1, 1, 1, true, 7)
    assert.same({ { { 7 } } }, link.W:totable())
    assert.is_nil(link.V1 or link.V2 or link.b)
    assert.equal(3, L.Bilinear(1, 1, 1, false, nil, { 1, 2, 3 }).b:item())
    assert.is_nil(L.Bilinear(1, 1, 1, { nobias = true }).b)
    assert.error_matches(function() L.Bilinear(1, 1, 1, { initial_bias = 0 }) end,
      "Bilinear: initial_bias is a list of three")
    assert.error_matches(function() L.Bilinear(1, 0, 1) end,
      "Bilinear: right_size is a positive integer, not 0")
  end)

  it("starts as LeCun said", function()
    dg.seed(2)
    local link = L.Bilinear(40, 20, 30)
    assert.near(1 / 600, F.mean(F.square(link.W)):item(), 1e-4)
  end)

  it("learns a product", function()
    dg.seed(3)
    local link = L.Bilinear(1, 1, 1)
    local optimizer = dg.optimizers.SGD(0.1)
    optimizer:setup(link)
    local a, b = dg.randn(32, 1), dg.randn(32, 1)
    local function loss() return F.mean_squared_error(link(a, b), a * b * 2 + 1) end
    for _ = 1, 200 do optimizer:update(loss) end
    assert.is_true(loss():item() < 1e-2)
  end)
end)
