local dg = require "dgraph"
local reporter = require "dgraph.reporter"

describe("Reporter", function()
  it("stores what is reported while it is in use", function()
    local main, object, observation = reporter.Reporter(), {}, {}
    main:add_observer("main", object)
    reporter.report({ loss = 1 }, object)
    assert.equal(5, main:scope(observation, function()
      reporter.report({ loss = dg.tensor { 2 } }, object)
      reporter.report { free = 3 }
      return 5
    end))
    assert.same({ ["main/loss"] = 2, free = 3 }, observation)
    assert.is_nil(reporter.get_current_reporter())
  end)

  it("has scopes inside scopes, and survives errors", function()
    local main, outer, inner = reporter.Reporter(), {}, {}
    assert.has_error(function()
      main:scope(outer, function()
        reporter.report_scope(inner, function() reporter.report { a = 1 } end)
        reporter.report { b = 2 }
        error "enough"
      end)
    end)
    assert.same({ { b = 2 }, { a = 1 } }, { outer, inner })
    assert.is_nil(reporter.get_current_reporter())
  end)

  it("names all layers of a model", function()
    local main, observation = reporter.Reporter(), {}
    local model = dg.Chain { l1 = dg.L.Linear(1, 1) }
    main:add_observers("main", model:namedlinks())
    main:scope(observation, function()
      reporter.report({ x = 1 }, model)
      reporter.report({ x = 2 }, model.l1)
    end)
    assert.same({ ["main/x"] = 1, ["main/l1/x"] = 2 }, observation)
  end)

  it("refuses what is no number, and objects without a name", function()
    local main = reporter.Reporter()
    assert.error_matches(function() main:report { loss = "low" } end, "loss is a string")
    assert.error_matches(function() main:report({ loss = 1 }, {}) end, "nobody has named this")
    assert.error_matches(function() reporter.report_scope({}, print) end, "no reporter in use")
  end)
end)
