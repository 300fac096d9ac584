local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"

local F, L = dg.F, dg.links
local close = gradient_check.assert_allclose

--- One query after the other, one head after the other.
local function by_hand(link, query, key, value, is_hidden)
  local size, heads = link.embed_dim, link.num_heads
  local depth = size / heads
  local function part(x, first)
    local rows = { { (first - 1) * size + 1, first * size } }
    return F.linear(x, link.in_proj.W[rows], link.in_proj.b[rows], 2)
  end
  local q, k, v = part(query, 1), part(key, 2), part(value, 3)
  local batches = {}
  for n = 1, query:dim(1) do
    local parts = {}
    for h = 1, heads do
      local columns = { {}, { (h - 1) * depth + 1, h * depth } }
      local scores = F.matmul(q[n][columns], k[n][columns], false, true) / math.sqrt(depth)
      if is_hidden then scores = F.where(is_hidden[n], dg.tensor(-1e30), scores) end
      parts[h] = F.matmul(F.softmax(scores, 2), v[n][columns])
    end
    batches[n] = F.concat(parts, 2)
  end
  return link.out_proj(F.stack(batches, 1), 2)
end

describe("MultiHeadAttention", function()
  local x, y = dg.randn(2, 4, 6), dg.randn(2, 5, 6)

  it("has PyTorch's parameters and first values", function()
    dg.seed(1)
    local link = L.MultiHeadAttention(6, 3)
    local shapes = {}
    for name, p in link:namedparams() do shapes[name] = table.concat(p.shape, "x") end
    assert.same({
      ["/in_proj/W"] = "18x6", ["/in_proj/b"] = "18",
      ["/out_proj/W"] = "6x6", ["/out_proj/b"] = "6",
    }, shapes)
    assert.equal(0, link.dropout)
    assert.equal(0, link.in_proj.b:sum():item())
    local wide = L.MultiHeadAttention(60, 3)
    assert.near(math.sqrt(6 / 240), wide.in_proj.W:max():item(), 1e-3)
    assert.near(1 / math.sqrt(60), wide.out_proj.W:max():item(), 1e-3)
    assert.is_nil(L.MultiHeadAttention(6, 3, { bias = false }).in_proj.b)
  end)

  it("attends by hand", function()
    local link = L.MultiHeadAttention(6, 3)
    link.in_proj.b:copydata(dg.randn(18))
    close(link(x), by_hand(link, x, x, x), 1e-5)
    close(link(x, y), by_hand(link, x, y, y), 1e-5)
    close(link(x, y, y * 2), by_hand(link, x, y, y * 2), 1e-5)
    close(link(y, x, x), by_hand(link, y, x, x), 1e-5)
  end)

  it("hides what masks say, in PyTorch's way", function()
    local link = L.MultiHeadAttention(6, 3)
    local pairs_ = dg.random.bernoulli(0.4, { 4, 5 }, "bool")
    pairs_[{ {}, 1 }] = false
    local padding = dg.tensor({ { 0, 0, 0, 1, 0 }, { 0, 0, 1, 1, 1 } }, "bool")
    local all = F.logical_or(pairs_:expand_dims(1), padding:expand_dims(2))
    local function numbers(m) return F.where(m, dg.tensor(-math.huge), dg.tensor(0)) end
    close(link(x, y, y, { attn_mask = pairs_ }), by_hand(link, x, y, y, { pairs_, pairs_ }), 1e-5)
    for _, masks in ipairs {
      { padding, pairs_ }, { numbers(padding), pairs_ }, { padding, numbers(pairs_) },
      { numbers(padding), numbers(pairs_) },
    } do
      close(link(x, y, y, masks[1], masks[2]), by_hand(link, x, y, y, { all[1], all[2] }), 1e-5)
    end
    local each = F.reshape(F.broadcast_to(pairs_, { 2, 3, 4, 5 }), { 6, 4, 5 })
    close(link(x, y, y, nil, each), by_hand(link, x, y, y, { pairs_, pairs_ }), 1e-5)
    local later = dg.tensor({ { 0, 1, 1, 1 }, { 0, 0, 1, 1 }, { 0, 0, 0, 1 }, { 0, 0, 0, 0 } },
      "bool")
    close(link(x, x, x, { is_causal = true }), by_hand(link, x, x, x, { later, later }), 1e-5)
    local padded = F.logical_or(later, padding[{ 1, { 1, 4 } }])
    close(link(x[{ { 1, 1 } }], nil, nil, {
      is_causal = true, key_padding_mask = padding[{ { 1, 1 }, { 1, 4 } }],
    }), by_hand(link, x[{ { 1, 1 } }], x, x, { padded }), 1e-5)
  end)

  it("takes keys and values of other sizes", function()
    local link = L.MultiHeadAttention(6, 2, { kdim = 3, vdim = 4 })
    local z = link(x, dg.randn(2, 5, 3), dg.randn(2, 5, 4))
    assert.same({ 2, 4, 6 }, z.shape)
    assert.same({ 6, 3 }, link.k_proj.W.shape)
    z:sum():backward()
    for p in link:params() do assert.is_truthy(p.grad) end
  end)

  it("drops out while training", function()
    local link = L.MultiHeadAttention(6, 2, 0.5)
    assert.not_same(link(x):totable(), link(x):totable())
    local function test() return link(x):totable() end
    assert.same(dg.test_mode(test), dg.test_mode(test))
  end)

  it("gives all weights their gradients", function()
    for _, given in ipairs { { x }, { x, y }, { x, y, y * 2 } } do
      local link = L.MultiHeadAttention(6, 2)
      local other = link:copy "copy"
      F.square(link(unpack(given))):sum():backward()
      local q, k = given[1], given[2] or given[1]
      F.square(by_hand(other, q, k, given[3] or k)):sum():backward()
      for name, p in link:namedparams() do
        for path, twin in other:namedparams() do
          if path == name then close(p.grad, twin.grad, 1e-3, 1e-4) end
        end
      end
    end
  end)

  it("refuses what does not fit", function()
    local link = L.MultiHeadAttention(6, 2)
    local function refuses(text, f)
      assert.error_matches(f, "MultiHeadAttention: " .. text, nil, true)
    end
    refuses("embed_dim 6 does not divide by 4 heads", function() L.MultiHeadAttention(6, 4) end)
    refuses("dropout is a number from 0", function() L.MultiHeadAttention(6, 2, 1) end)
    refuses("an input has shape 4x6", function() link(x[1]) end)
    refuses("a mask of shape 3x4x4", function() link(x, x, x, nil, dg.zeros(3, 4, 4)) end)
    refuses("key_padding_mask has shape 2x5, wanted 2x4", function()
      link(x, x, x, dg.zeros(2, 5))
    end)
    refuses("unknown option mask", function() link(x, x, x, { mask = 1 }) end)
  end)
end)
