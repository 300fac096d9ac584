local dg = require "dgraph"

local F, L = dg.F, dg.links

for name, parts in pairs {
  TransformerEncoderLayer = { "self_attn", "linear1", "linear2", "norm1", "norm2" },
  TransformerDecoderLayer = {
    "self_attn", "multihead_attn", "linear1", "linear2", "norm1", "norm2", "norm3",
  },
} do
  local is_decoder = name == "TransformerDecoderLayer"
  local function call(link, x, ...)
    if is_decoder then return link(x, x, ...) end
    return link(x, ...)
  end

  describe(name, function()
    it("has PyTorch's parts and defaults", function()
      local link, got = L[name](8, 2), {}
      for child in link:children() do got[#got + 1] = child.name end
      table.sort(got)
      table.sort(parts)
      assert.same(parts, got)
      assert.same({ 2048, 8 }, link.linear1.W.shape)
      assert.same({ 8, 2048 }, link.linear2.W.shape)
      assert.near(1 / math.sqrt(8), link.linear1.W:max():item(), 1e-3)
      assert.near(1 / math.sqrt(2048), link.linear2.W:max():item(), 1e-3)
      assert.is_true(F.absolute(link.linear1.b):max():item() > 0.3)
      assert.equal(0.1, link.dropout)
      assert.equal(0.1, link.self_attn.dropout)
      assert.is_true(link.activation == F.relu)
      assert.is_false(link.norm_first)
      assert.equal(1e-5, link.norm1.eps)
      assert.is_nil(L[name](8, 2, { bias = false }).linear1.b)
    end)

    it("takes its options by position or by name", function()
      local one = L[name](4, 2, 3, 0.2, F.tanh, 1e-3, true)
      local other = L[name](4, 2, {
        dim_feedforward = 3, dropout = 0.2, activation = F.tanh, layer_norm_eps = 1e-3,
        norm_first = true,
      })
      for _, link in ipairs { one, other } do
        assert.same({ 3, 4 }, link.linear1.W.shape)
        assert.equal(0.2, link.dropout)
        assert.is_true(link.activation == F.tanh)
        assert.equal(1e-3, link.norm2.eps)
        assert.is_true(link.norm_first)
      end
    end)

    it("drops out while training", function()
      local link, x = L[name](4, 2, 3, 0.5), dg.randn(1, 3, 4)
      assert.not_same(call(link, x):totable(), call(link, x):totable())
      local function test() return call(link, x):totable() end
      assert.same(dg.test_mode(test), dg.test_mode(test))
    end)

    it("gives all parameters a gradient", function()
      local link = L[name](4, 2, 3, 0)
      F.square(call(link, dg.randn(2, 3, 4)) - 1):sum():backward()
      for p in link:params() do assert.is_truthy(p.grad) end
    end)

    it("refuses what it does not know", function()
      assert.error_matches(function() L[name](4, 2, { activation = "elu" }) end,
        name .. ": activation is \"relu\", \"gelu\" or a function, not \"elu\"", nil, true)
      assert.error_matches(function() L[name](4, 2, { dim = 3 }) end, "unknown option dim")
      assert.error_matches(function() L[name](4, 3) end, "embed_dim 4 does not divide by 3 heads")
    end)
  end)
end

describe("TransformerEncoderLayer", function()
  it("sees no later steps where it is causal", function()
    local link = L.TransformerEncoderLayer(4, 2, 3, 0)
    local x = dg.randn(1, 5, 4)
    local y = link(x, nil, nil, true)
    local first = link(x[{ {}, { 1, 3 } }], nil, nil, true)
    dg.gradient_check.assert_allclose(y[{ {}, { 1, 3 } }], first, 1e-5)
  end)
end)
