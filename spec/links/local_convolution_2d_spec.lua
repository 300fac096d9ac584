local dg = require "dgraph"
local F, L = dg.F, dg.links

describe("LocalConvolution2D", function()
  it("has a filter and a bias for each place", function()
    local W = dg.arange(1, 5):reshape { 2, 2, 1, 1, 1, 1 }
    local b = dg.tensor { { { 10, 20 }, { 30, 40 } } }
    local link = L.LocalConvolution2D(1, 1, 2, 1, 1, false, W, b)
    assert.same({ { { { 11, 22 }, { 33, 44 } } } }, link(dg.ones(1, 1, 2, 2)):totable())
  end)

  it("takes its sizes from the first input, unless it has both", function()
    for _, link in ipairs {
      L.LocalConvolution2D(nil, 2, { 5, 6 }, { 3, 2 }), L.LocalConvolution2D(nil, 2, nil, { 3, 2 }),
      L.LocalConvolution2D(3, 2, { ksize = { 3, 2 } }),
    } do
      assert.is_false(link.W.is_initialized)
      assert.is_false(link.b.is_initialized)
      assert.same({ 1, 2, 3, 5 }, link(dg.ones(1, 3, 5, 6)).shape)
      assert.same({ 3, 5, 2, 3, 3, 2 }, link.W.shape)
      assert.same({ 2, 3, 5 }, link.b.shape)
    end
    assert.is_true(L.LocalConvolution2D(3, 2, 5, 3).W.is_initialized)
  end)

  it("takes its options by name, and has Chainer's defaults", function()
    local link = L.LocalConvolution2D(2, 3, { in_size = { 5, 6 }, ksize = 2, stride = { 2, 3 },
      nobias = true })
    assert.is_nil(link.b)
    assert.same({ 2, 2, 3, 2, 2, 2 }, link.W.shape)
    assert.same({ 4, 3, 2, 2 }, link(dg.ones(4, 2, 5, 6)).shape)
    local usual = L.LocalConvolution2D(1, 2, 3, 3)
    assert.same({ 1, 1 }, usual.stride)
    assert.same({ 0, 0 }, usual.b:flatten():totable())
    local wanted = "in_channels=1, out_channels=2, ksize=(3, 3), nobias=false"
    assert.truthy(tostring(usual):find(wanted, 1, true))
  end)

  it("refuses filters that do not fit, and to have none", function()
    local function refuses(text, ...)
      local ok, message = pcall(L.LocalConvolution2D, ...)
      assert.is_false(ok)
      assert.truthy(message:find(text, 1, true), message)
    end
    refuses("LocalConvolution2D: filters of 3 x 3 do not fit images of 2 x 5", 1, 1, { 2, 5 }, 3)
    refuses("LocalConvolution2D: ksize is missing", 1, 1, 5)
    refuses("LocalConvolution2D: stride is a positive integer, not 0", 1, 1, 5, 3, 0)
    refuses("LocalConvolution2D: out_channels is a positive integer, not nil", 1)
  end)

  it("stays without sizes where the first input has other axes", function()
    local link = L.LocalConvolution2D(nil, 2, { ksize = 1 })
    local ok, message = pcall(link, dg.ones(1, 3, 5, 6, 1))
    assert.is_false(ok)
    assert.truthy(message:find("LocalConvolution2D: x has 5 axes, wanted 4", 1, true), message)
    assert.is_false(link.W.is_initialized)
  end)

  it("learns a different filter at each place", function()
    dg.seed(4)
    local link = L.LocalConvolution2D(1, 1, 3, 1)
    local optimizer = dg.optimizers.Adam(0.05):setup(link)
    local factors = dg.arange(9):reshape { 1, 1, 3, 3 }
    local loss
    for _ = 1, 200 do
      local x = dg.randn(8, 1, 3, 3)
      loss = F.mean_squared_error(link(x), x * factors)
      link:cleargrads()
      loss:backward()
      optimizer:update()
    end
    assert.is_true(loss:item() < 0.5)
  end)
end)
