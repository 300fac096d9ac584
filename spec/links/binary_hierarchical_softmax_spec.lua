local dg = require "dgraph"
local F, L = dg.F, dg.links

local function ids(t) return dg.tensor(t, "int32") end
local Softmax = L.BinaryHierarchicalSoftmax

describe("BinaryHierarchicalSoftmax", function()
  it("makes Huffman's tree", function()
    assert.same({ 3, { 2, 1 } }, Softmax.create_huffman_tree { 8, 5, 12 })
    local tree = Softmax.create_huffman_tree { 50, 20, 10, 10, 10 }
    local depth, total = {}, 0
    local function visit(node, d)
      if type(node) == "table" then
        visit(node[1], d + 1)
        visit(node[2], d + 1)
      else
        depth[node] = d
      end
    end
    visit(tree, 0)
    for word, count in ipairs { 50, 20, 10, 10, 10 } do total = total + count * depth[word] end
    assert.equal(50 * 1 + 20 * 3 + 10 * 3 + 10 * 3 + 10 * 3, total)
    assert.error_matches(function() Softmax.create_huffman_tree {} end, "there are no words")
  end)

  it("gives probabilities that add up to 1", function()
    local link = Softmax(3, { { 1, { 2, 5 } }, { 3, 4 } })
    assert.same({ 4, 3 }, link.W.shape)
    local x, sum = dg.tensor { { 1, -2, 0.5 } }, 0
    for word = 1, 5 do sum = sum + math.exp(-link(x, ids { word }):item()) end
    assert.near(1, sum, 1e-6)
  end)

  it("adds up minus the logarithms of the answers on the way", function()
    local link = Softmax(1, { { 1, 2 }, 3 })
    link.W:copydata { { 0.5 }, { 2 } }
    local x = dg.tensor { { 1 }, { 2 } }
    local function term(z) return math.log(1 + math.exp(-z)) end
    local wanted = term(0.5) + term(-2) + term(-1) -- 2 goes left, right; 3 goes right
    local y = link(x, ids { 2, 3 })
    assert.near(wanted, y:item(), 1e-6)
    assert.same({}, y.shape)
    y:backward()
    assert.same({ 1, 2 }, link.W:grad_rows():totable())
  end)

  it("has correct gradients", function()
    local tree = { { 1, { 2, 5 } }, { 3, 4 } }
    dg.seed(1)
    local W = dg.random.uniform(-1, 1, { 4, 3 }, "float64")
    local x = dg.random.uniform(-1, 1, { 2, 3 }, "float64")
    local link = Softmax(3, tree)
    local check = dg.gradient_check
    local function f(v, w)
      link.W = w
      return link(v, ids { 5, 1 })
    end
    check.check_backward(f, { x, W }, { dg.tensor(0.7, "float64") }, nil, { eps = 1e-5 })
    check.check_double_backward(f, { x, W }, { dg.tensor(0.7, "float64") },
      { dg.ones_like(x), dg.ones_like(W) }, nil, nil, { eps = 1e-5, atol = 1e-6, rtol = 1e-5 })
  end)

  it("learns classes", function()
    dg.seed(2)
    local link = Softmax(4, Softmax.create_huffman_tree { 4, 3, 2, 1 })
    local optimizer = dg.optimizers.SGD(0.5):setup(link)
    local x, t, last = dg.eye(4), ids { 1, 2, 3, 4 }, nil
    for _ = 1, 100 do
      optimizer:update(function()
        local loss = link(x, t)
        last = loss:item()
        return loss
      end)
    end
    assert.is_true(last < 0.5)
  end)

  it("starts with numbers between -1 and 1, and saves W alone", function()
    local link, names = Softmax(500, { 1, { 2, 3 } }), {}
    for name in link:namedparams() do names[#names + 1] = name end
    assert.same({ "/W" }, names)
    assert.near(1, F.abs(link.W):max():item(), 0.02)
    assert.near(0.5, F.abs(link.W):mean():item(), 0.05)
    local twin = link:copy "copy"
    assert.equal(link(dg.ones(1, 500), ids { 2 }):item(), twin(dg.ones(1, 500), ids { 2 }):item())
  end)

  it("refuses trees that are none, and classes that are no leaves", function()
    assert.error_matches(function() Softmax(2, { 1, 2, 3 }) end, "node of the tree has 3 branches")
    assert.error_matches(function() Softmax(2, { 1, 1 }) end, "leaf 1 is no class, or is there")
    assert.error_matches(function() Softmax(2, { 0, 1 }) end, "leaf 0 is no class")
    assert.error_matches(function() Softmax(2, { 1, 3 }) end, "class 3 is a leaf, 2 is not")
    assert.error_matches(function() Softmax(2, 1) end, "the tree has one leaf")
    assert.error_matches(function() Softmax(2, { 1, 2 })(dg.ones(1, 2), ids { 3 }) end,
      "BinaryHierarchicalSoftmax: label 3")
  end)
end)
