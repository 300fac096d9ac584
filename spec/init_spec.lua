local dg = require "dgraph"

describe("dgraph", function()
  it("loads at its first use what it does not load at once", function()
    for _, name in ipairs {
      "datasets", "iterators", "serializers", "links", "L", "optimizers", "initializers",
      "gradient_check", "random", "reporter", "Link", "Chain", "ChainList", "Sequential",
      "Function", "Reporter", "testing",
    } do
      assert.equal("table", type(dg[name]), name)
    end
    for _, name in ipairs { "report", "report_scope", "get_current_reporter" } do
      assert.equal("function", type(dg[name]), name)
    end
  end)

  it("has the modules of dgraph/utils", function()
    assert.equal(require "dgraph.utils.svg_plot", dg.utils.svg_plot)
  end)

  it("has nil for what does not exist", function()
    assert.is_nil(dg.no_such_module)
  end)
end)
