local dg = require "dgraph"
local F, L = dg.F, dg.links

local function ids(t) return dg.tensor(t, "int32") end

describe("CRF1d", function()
  it("starts with costs of 0, or given ones", function()
    local link = L.CRF1d(3)
    assert.same({ { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 0 } }, link.cost:totable())
    assert.same({ { 1, 2 }, { 3, 4 } }, L.CRF1d(2, { { 1, 2 }, { 3, 4 } }).cost:totable())
    assert.same({ { 1, 1 }, { 1, 1 } }, L.CRF1d(2, { initial_cost = 1 }).cost:totable())
    local names = {}
    for name in link:namedparams() do names[#names + 1] = name end
    assert.same({ "/cost" }, names)
    assert.error_matches(function() L.CRF1d() end, "CRF1d: n_label is a positive integer")
  end)

  it("gives the loss and the best labels", function()
    local link = L.CRF1d(2, { { 1, 0 }, { 0.5, -1 } })
    local xs = { dg.tensor { { 1, 2 }, { 0, 1 } }, dg.tensor { { 0, 3 } } }
    local ys = { ids { 1, 2 }, ids { 2 } }
    assert.same(F.crf1d(link.cost, xs, ys):totable(), link(xs, ys):totable())
    assert.same(F.crf1d(link.cost, xs, ys, "no"):totable(), link(xs, ys, "no"):totable())
    local scores, path = link:argmax(xs)
    local wanted, way = F.argmax_crf1d(link.cost, xs)
    assert.same(wanted:totable(), scores:totable())
    assert.same({ way[1]:totable(), way[2]:totable() }, { path[1]:totable(), path[2]:totable() })
  end)

  local with_sequences = F.transpose_sequence and it or pending
  with_sequences("takes sequences as well as steps", function()
    local link = L.CRF1d(2, { { 1, 0 }, { 0.5, -1 } })
    local xs = { dg.tensor { { 1, 2 }, { 0, 1 } }, dg.tensor { { 0, 3 } } }
    local ys = { ids { 1, 2 }, ids { 2 } }
    local sequences = F.transpose_sequence(xs)
    assert.same({ { 1, 2 }, { 0, 3 } }, sequences[1]:totable())
    local loss = link(sequences, F.transpose_sequence(ys), "no", true)
    assert.same(link(xs, ys, "no"):totable(), loss:totable())
    local scores, path = link:argmax(sequences, true)
    local wanted, steps = link:argmax(xs)
    assert.same(wanted:totable(), scores:totable())
    assert.same({ steps[1][1]:item(), steps[2]:item() }, path[1]:totable())
  end)

  it("learns what comes after what", function()
    local link = L.CRF1d(3)
    local optimizer = dg.optimizers.SGD(1):setup(link)
    local xs, ys = {}, {}
    for i = 1, 6 do
      xs[i] = dg.zeros(3, 3)
      ys[i] = ids { (i - 1) % 3 + 1, i % 3 + 1, (i + 1) % 3 + 1 }
    end
    for _ = 1, 40 do optimizer:update(function() return link(xs, ys) end) end
    xs[1] = dg.tensor { { 0, 9, 0 } }
    for i = 2, 6 do xs[i] = dg.zeros(1, 3) end
    local _, path = link:argmax(xs)
    local found = {}
    for i, step in ipairs(path) do found[i] = step:item() end
    assert.same({ 2, 3, 1, 2, 3, 1 }, found)
  end)

  it("can be copied", function()
    local link = L.CRF1d(2, { { 1, 2 }, { 3, 4 } })
    local twin = link:copy "copy"
    twin.cost:fill(0)
    assert.same({ { 1, 2 }, { 3, 4 } }, link.cost:totable())
  end)
end)
