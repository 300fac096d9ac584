local dg = require "dgraph"
local F, L = dg.functions, dg.links
local reporter = require "dgraph.reporter"

local function model(...)
  return L.Classifier(L.Linear(2, 2, { initialW = { { 1, 0 }, { 0, 1 } } }), ...)
end

describe("Classifier", function()
  local x, t

  before_each(function()
    x, t = dg.tensor { { 2, 0 }, { 0, 2 } }, dg.tensor({ 1, 1 }, "int32")
  end)

  it("keeps prediction, loss and accuracy", function()
    local classifier = model()
    local loss = classifier(x, t)
    local low = math.log(1 + math.exp(-2))
    assert.near(low + 1, loss:item(), 1e-6)
    assert.near(low + 1, classifier.loss:item(), 1e-6)
    assert.equal(0.5, classifier.accuracy:item())
    assert.same({ { 2, 0 }, { 0, 2 } }, classifier.y:totable())
  end)

  it("keeps them beyond a scope", function()
    local classifier = model()
    dg.scope(function() classifier(x, t) end)
    assert.equal(0.5, classifier.accuracy:item())
  end)

  it("leaves the accuracy out when it is told", function()
    local classifier = model()
    classifier.compute_accuracy = false
    classifier(x, t)
    assert.is_nil(classifier.accuracy)
  end)

  it("takes other functions", function()
    local classifier = model(function(y) return F.sum(y) end, function(y) return y.size end)
    assert.equal(4, classifier(x, t):item())
    assert.equal(4, classifier.accuracy)
  end)

  it("finds the answer among its arguments", function()
    assert.near(model()(x, t):item(), model(nil, nil, 1)(t, x):item(), 1e-7)
    assert.near(model()(x, t):item(), model(nil, nil, "t")(x, { t = t }):item(), 1e-7)
    assert.error_matches(function() model(nil, nil, 3)(x, t) end, "label_key is 3")
    assert.error_matches(function() model(nil, nil, "label")(x, { t = t }) end,
      "no table with a field label")
    assert.error_matches(function() model(nil, nil, 0) end, "counts from 1")
  end)

  it("reports its loss and accuracy as numbers", function()
    local classifier, observation = model(), {}
    local main = reporter.Reporter()
    main:add_observer("main", classifier)
    main:scope(observation, function() classifier(x, t) end)
    assert.equal(0.5, observation["main/accuracy"])
    assert.near(classifier.loss:item(), observation["main/loss"], 1e-7)
  end)
end)
