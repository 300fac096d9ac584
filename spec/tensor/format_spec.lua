local dg = require "dgraph"

describe("print", function()
  it("shows elements, dtype and shape", function()
    assert.equal("{{1, 2}, {3, 4.5}} float32 2x2", tostring(dg.tensor { { 1, 2 }, { 3, 4.5 } }))
    assert.equal("{30} float32 1", tostring(dg.tensor { 30 }))
    assert.equal("5 float64 scalar", tostring(dg.tensor(5, "float64")))
    assert.equal("{true, false} bool 2", tostring(dg.tensor { true, false }))
    assert.equal("{} float32 0", tostring(dg.tensor {}))
    assert.equal("{100000, -3} int64 2", tostring(dg.tensor({ 100000, -3 }, "int64")))
  end)

  it("shows what is no finite number", function()
    assert.equal("{nan, inf, -inf} float32 3",
      tostring(dg.tensor { 0 / 0, math.huge, -math.huge }))
  end)

  it("is abridged where there is much", function()
    assert.equal("{0, 1, 2, ..., 1997, 1998, 1999} float32 2000", tostring(dg.arange(2000)))
    assert.is_true(#tostring(dg.zeros(100, 100, 100)) < 5000)
    assert.equal("{{}, {}, {}, ..., {}, {}, {}} float32 1000000000x0", tostring(dg.zeros(1e9, 0)))
  end)

  it("works on what is gone or not there yet", function()
    local x = dg.scope(function() return { dg.zeros(1) } end)[1]
    x:release()
    assert.equal("released tensor", tostring(x))
    assert.equal("uninitialized float32", tostring(dg.Parameter()))
  end)
end)
