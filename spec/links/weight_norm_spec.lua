local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

local function names_of(link)
  local names = {}
  for name in link:namedparams() do names[#names + 1] = name end
  table.sort(names)
  return names
end

describe("WeightNorm", function()
  local x = dg.tensor { { 1, 2 }, { 3, 4 } }

  it("gives at first what the layer gave", function()
    local plain = L.Linear(2, 3)
    local wanted = plain(x)
    local link = L.WeightNorm(plain)
    close(link(x), wanted, 1e-6, 1e-6)
    assert.same({ 3, 1 }, link.W_g.shape)
  end)

  it("computes with g v / length of v", function()
    local link = L.WeightNorm(L.Linear(2, 1, { initialW = { { 3, 4 } } }))
    link(x)
    assert.near(5, link.W_g:item(), 1e-6)
    link.W_g:fill(10)
    close(link(x), dg.tensor { { 6 + 16 }, { 18 + 32 } }, 1e-5, 0)
    close(link.link.W, dg.tensor { { 3, 4 } }, 0, 0)
  end)

  it("has the parameters g and v in place of the weight", function()
    local link = L.WeightNorm(L.Linear(nil, 3))
    assert.same({ "/W_g", "/W_v", "/link/b" }, names_of(link))
    assert.same({ 2, 3 }, link(dg.ones(2, 4)).shape)
    assert.same({ { 3, 1 }, { 3, 4 } }, { link.W_g.shape, link.W_v.shape })
    link(dg.ones(2, 4)):sum():backward()
    assert.same({ { 3, 1 }, { 3, 4 } }, { link.W_g.grad.shape, link.W_v.grad.shape })
  end)

  it("takes another parameter, along another axis", function()
    local link = L.WeightNorm(L.EmbedID(3, 2), "W", 2)
    local y = link(dg.tensor({ 1, 3 }, "int32"))
    assert.same({ 2, 2 }, y.shape)
    assert.same({ 1, 2 }, link.W_g.shape)
    assert.error_matches(function() L.WeightNorm(L.EmbedID(3, 2), { name = "b" }) end,
      "WeightNorm: EmbedID has no parameter b")
    assert.error_matches(function() L.WeightNorm(F.relu) end, "wanted a link, got a function")
  end)

  it("learns, copied and in scopes", function()
    dg.seed(1)
    local link = L.WeightNorm(L.Linear(2, 2)):copy("init")
    local optimizer = dg.optimizers.SGD(0.05):setup(link)
    local function loss() return F.mean_squared_error(link(x), x) end
    local first = loss():item()
    for _ = 1, 200 do optimizer:update(loss) end
    assert.is_true(loss():item() < first * 0.05)
    assert.equal("WeightNorm(name=W, axis=1\n"
      .. "  (link): Linear(in_size=2, out_size=2, nobias=false),\n)", tostring(link))
  end)
end)

describe("Highway", function()
  it("mixes what a layer makes of its input with the input", function()
    local link = L.Highway(2, { init_Wh = { { 1, 0 }, { 0, -1 } }, init_Wt = 0, init_bt = 0 })
    assert.same({ { 1, 1 }, { 3, 2 } }, link(dg.tensor { { 1, 2 }, { 3, 4 } }):totable())
  end)

  it("has Chainer's defaults and names", function()
    local link = L.Highway(3)
    assert.same({ { 0, 0, 0 }, { -1, -1, -1 } },
      { link.plain.b:totable(), link.transform.b:totable() })
    assert.same({ "/plain/W", "/plain/b", "/transform/W", "/transform/b" }, names_of(link))
    assert.equal(F.relu, link.activate)
    link = L.Highway(3, true, F.tanh, 1, 2)
    assert.is_nil(link.plain.b)
    assert.same({ F.tanh, 1, 2 },
      { link.activate, link.plain.W:totable()[1][1], link.transform.W:totable()[1][1] })
  end)
end)
