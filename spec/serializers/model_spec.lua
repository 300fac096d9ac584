local dg = require "dgraph"
local F, L = dg.functions, dg.links
local serializers = dg.serializers

local MLP = dg.Chain:extend("MLP")

function MLP:init(units)
  self.l1 = L.Linear(nil, units)
  self.l2 = L.Linear(units, 2)
  self.stack = dg.ChainList(L.Linear(2, 2, true), dg.Sequential(F.relu, L.EmbedID(3, 2)))
  self.mean = dg.tensor { 1, 2 }
  self:register_persistent("mean")
  self:add_persistent("seen", 0)
end

function MLP:forward(x) return self.l2(F.relu(self.l1(x))) end

describe("a model in a file", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("has the names that Chainer gives", function()
    local model = MLP(3)
    model(dg.ones(1, 4))
    assert(serializers.save_npz(path, model))
    local keys = {}
    for key in pairs(serializers.load(path)) do keys[#keys + 1] = key end
    table.sort(keys)
    assert.same({ "l1/W", "l1/b", "l2/W", "l2/b", "mean", "seen", "stack/0/W", "stack/1/0/W" },
      keys)
  end)

  it("comes back as it was, shapes included", function()
    local model, x = MLP(3), dg.randn(5, 4)
    local y = model(x):totable()
    model.seen = 7
    model.mean:copydata { 3, 4 }
    assert(serializers.save_npz(path, model))
    local fresh = MLP(3)
    assert.is_false(fresh.l1.W.is_initialized)
    local report = assert(serializers.load_npz(path, fresh))
    assert.same({ {}, {} }, { report.missing, report.unexpected })
    assert.same(y, fresh(x):totable())
    assert.same({ 7, { 3, 4 } }, { fresh.seen, fresh.mean:totable() })
  end)

  it("keeps parameters without a shape as they are", function()
    assert(serializers.save_npz(path, MLP(3)))
    local fresh = MLP(3)
    assert(serializers.load_npz(path, fresh))
    assert.is_false(fresh.l1.W.is_initialized)
    assert.same({ 5, 2 }, fresh(dg.ones(5, 4)).shape)
  end)

  it("changes nothing when it does not fit", function()
    local model = MLP(3)
    model(dg.ones(1, 4))
    assert(serializers.save_npz(path, model))
    local other = MLP(5)
    local before = other.l2.b:totable()
    assert.error_matches(function() serializers.load_npz(path, other) end, "mismatched: l2/W")
    assert.is_false(other.l1.W.is_initialized)
    assert.same(before, other.l2.b:totable())
  end)

  it("can be one that Chainer wrote", function()
    local file = "spec/fixtures/chainer_mlp.npz"
    local chainer = serializers.load(file)
    local predictor = dg.Chain()
    predictor.l1 = L.Linear(nil, chainer["predictor/l1/W"].shape[1])
    predictor.l2 = L.Linear(nil, 10, true)
    predictor:add_persistent("count", 0)
    local report = assert(serializers.load_npz(file, L.Classifier(predictor)))
    assert.same({ {}, {} }, { report.missing, report.unexpected })
    assert.same(chainer["predictor/l1/W"]:totable(), predictor.l1.W:totable())
    assert.is_false(predictor.l2.W.is_initialized) -- Chainer wrote None
    assert.equal(chainer["predictor/count"]:item(), predictor.count)
  end)

  it("can be saved in the middle of a scope", function()
    local model = MLP(3)
    dg.scope(function()
      model(dg.ones(1, 4))
      assert(serializers.save_npz(path, model))
      assert(serializers.load_npz(path, model))
    end)
    assert.equal(0, model.seen)
    assert.same({ 1, 2 }, model(dg.ones(1, 4)).shape)
  end)
end)
