local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

describe("SimplifiedDropconnect", function()
  local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }

  it("drops weights in training, and none in use", function()
    dg.seed(1)
    local link = L.SimplifiedDropconnect(3, 200, { initialW = 1 })
    local wanted = F.linear(x, link.W, link.b)
    local y = link(x)
    assert.not_same(wanted:totable(), y:totable())
    close(F.mean(y, 2), dg.tensor { 6, 15 }, 0, 0.1)
    assert.same(wanted:totable(), dg.test_mode(link, x):totable())
    assert.same(wanted:totable(), link(x, false):totable())
    assert.same(wanted:totable(), link(x, { train = false }):totable())
  end)

  it("takes a mask, or draws one for all samples", function()
    local link = L.SimplifiedDropconnect(3, 2, 0.75, { initialW = 1 })
    local mask = dg.tensor { { 1, 0, 0 }, { 0, 0, 1 } }
    for _, y in ipairs { link(x, true, mask), link(x, { mask = mask }) } do
      assert.same({ { 4, 12 }, { 16, 24 } }, y:totable())
    end
    local alike = L.SimplifiedDropconnect(3, 50)(dg.ones(2, 3), { use_batchwise_mask = false })
    assert.same(alike[1]:totable(), alike[2]:totable())
  end)

  it("stays without sizes where the first input has one axis", function()
    local link = L.SimplifiedDropconnect(nil, 2)
    local ok, message = pcall(link, dg.ones(3))
    assert.is_false(ok)
    assert.truthy(message:find("SimplifiedDropconnect: x has 1 axes", 1, true), message)
    assert.is_false(link.W.is_initialized)
  end)

  it("has Chainer's defaults and order of arguments", function()
    local link = L.SimplifiedDropconnect(3, 2)
    assert.same({ 0.5, { 2, 3 }, { 0, 0 } }, { link.ratio, link.W.shape, link.b:totable() })
    link = L.SimplifiedDropconnect(1, 1, 0.25, false, 7, 8)
    assert.same({ 0.25, { { 7 } }, { 8 } }, { link.ratio, link.W:totable(), link.b:totable() })
    assert.is_nil(L.SimplifiedDropconnect(1, 1, 0.25, true).b)
    assert.is_nil(L.SimplifiedDropconnect(1, 1, { nobias = true }).b)
    assert.error_matches(function() L.SimplifiedDropconnect(1) end,
      "^SimplifiedDropconnect: out_size is a positive integer, not nil")
    assert.error_matches(function() L.SimplifiedDropconnect(1, 1, { p = 1 }) end,
      "^SimplifiedDropconnect: unknown option p")
    dg.seed(2)
    local W = L.SimplifiedDropconnect(400, 300).W
    assert.near(1 / 20, F.std(W):item(), 1e-3)
  end)

  it("takes its number of inputs from the first input", function()
    local link = L.SimplifiedDropconnect(nil, 5)
    assert.is_false(link.W.is_initialized)
    assert.same({ 2, 5 }, link(dg.ones(2, 3, 4)).shape)
    assert.same({ 5, 12 }, link.W.shape)
  end)

  it("learns in spite of what it loses", function()
    dg.seed(3)
    local link = L.SimplifiedDropconnect(3, 1, 0.1)
    local optimizer = dg.optimizers.Adam(0.02):setup(link)
    local data = dg.randn(64, 3)
    local t = F.sum(data, 2, true)
    local function loss() return F.mean_squared_error(link(data), t) end
    for _ = 1, 300 do optimizer:update(loss) end
    assert.is_true(dg.test_mode(loss):item() < 0.05)
  end)

  it("prints its sizes", function()
    assert.equal("SimplifiedDropconnect(in_size=?, out_size=2, ratio=0.5, nobias=false)",
      tostring(L.SimplifiedDropconnect(nil, 2)))
  end)
end)
