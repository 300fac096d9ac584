local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local OTHERS = { "int32", "int64", "uint8", "bool" }

--- Positions, on the device of x.
local function places(t, x) return dg.tensor(t, { dtype = "int64", device = x and x.device }) end

local INDICES = {
  { { { 2, 1, 1 }, { 1, 2, -1 } }, 1 }, { { { 2 }, { 1 } }, 2 }, { { { 3, 3, 1, 2 } }, 2 },
}

for _, index in ipairs(INDICES) do
  local rows, columns = #index[1], #index[1][1]
  op_case(("gather of %dx%d along axis %d"):format(rows, columns, index[2]), {
    f = function(x) return F.gather(x, index[2], places(index[1], x)) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 2, 3 } },
    bad_shapes = { { { 3 } }, { { 1, 1 } } },
    elementwise = false,
    dtypes = OTHERS,
    nan = "some",
    error_name = "gather",
  })
  op_case(("scatter of %dx%d along axis %d"):format(rows, columns, index[2]), {
    f = function(x, source) return F.scatter(x, index[2], places(index[1], x), source) end,
    inputs = function(r) return { r(-2, 2), r(-2, 2, { rows, columns }) } end,
    shapes = { { 2, 3 } },
    bad_shapes = { { { 3 }, { rows, columns } }, { { 2, 3 }, { rows + 1, columns } } },
    dtypes = OTHERS,
    nan = { rows * columns < 6 and "some" or "none", "some" },
    error_name = "scatter",
  })
end

for _, n in ipairs { 0, 1 } do -- what is taken of n rows, and put there
  op_case("gather of rows, " .. n, {
    f = function(x) return F.gather(x, 2, dg.ones({ n, 1 }, "int64"):to(x.device)) end,
    inputs = function(r) return { r(-2, 2, { n, 1 }) } end,
    shapes = { {} },
    elementwise = false,
    bad_dtypes = {},
    error_name = "gather",
  })
  op_case("scatter of rows, " .. n, {
    f = function(x, y) return F.scatter(x, 2, dg.ones({ n, 1 }, "int64"):to(x.device), y) end,
    inputs = function(r) return { r(-2, 2, { n, 1 }), r(-2, 2, { n, 1 }) } end,
    shapes = { {} },
    elementwise = false,
    bad_dtypes = {},
    nan = { "none", "some" },
    error_name = "scatter",
  })
end

op_case("take_along_axis", {
  f = function(x) return F.take_along_axis(x, places({ { { 2, 1, 3 } } }, x)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 4, 3 }, { 0, 1, 3 }, { 2, 2, 3 }, { 2, 1, 3 } },
  bad_shapes = { { { 2, 3 } }, { { 2, 2, 2 } } },
  error_name = "gather",
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("take_along_axis of one element", {
  f = function(x) return F.take_along_axis(x, places({ 1 }, x)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 1 } },
  dtypes = OTHERS,
})

describe("gather", function()
  local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }

  it("takes elements by integers of any kind", function()
    for _, dtype in ipairs { "int32", "int64", "uint8" } do
      assert.same({ { 3 }, { 4 } }, F.gather(x, 2, dg.tensor({ { 3 }, { 1 } }, dtype)):totable())
    end
    assert.same({ { 4, 2 } }, F.gather(x, 1, places { { 2, -2 } }):totable())
    assert.same({ 0, 3 }, F.gather(x, 1, dg.zeros({ 0, 3 }, "int64")).shape)
    assert.same({ 2, 0 }, F.gather(dg.zeros(2, 0), 2, dg.zeros({ 2, 0 }, "int64")).shape)
  end)

  it("takes many elements in several threads", function()
    local n = 70000
    local before = dg.get_num_threads()
    local wide = dg.arange(2 * n):reshape { 2, n }
    local index = places(1):broadcast_to { 2, n }
    dg.set_num_threads(2)
    local y = F.gather(wide:swapaxes(1, 2), 1, index:swapaxes(1, 2))
    dg.set_num_threads(before)
    assert.same({ n, 2 }, y.shape)
    assert.same({ 0, n }, { y[{ -1, 1 }]:item(), y[{ 5, 2 }]:item() })
  end)

  it("does not see the index change afterwards", function()
    local w, index = dg.Variable(x), places { { 1 }, { 1 } }
    local y = F.gather(w, 2, index)
    index[1] = 2
    y:sum():backward()
    assert.same({ { 1, 0, 0 }, { 1, 0, 0 } }, w.grad:totable())
  end)

  it("refuses an index that does not fit", function()
    assert.error_matches(function() F.gather(x, 2, places { { 4 }, { 1 } }) end,
      "gather: index 4 is out of range for axis 2: wanted 1 to 3, or %-3 to %-1")
    assert.error_matches(function() F.gather(x, 2, places { 1 }) end,
      "gather: an index of shape 1 for a tensor of shape 2x3: wanted as many axes, and no larger "
        .. "ones but axis 2")
    assert.error_matches(function() F.gather(x, 2, places { { 1 }, { 1 }, { 1 } }) end,
      "gather: an index of shape 3x1")
    assert.error_matches(function() F.gather(x, 3, places { { 1 } }) end,
      "gather: axis 3 is out of range for 2 axes")
    assert.error_matches(function() F.gather(x, 2, dg.ones(2, 1)) end, "gather: wanted an index")
  end)
end)

describe("take_along_axis", function()
  it("undoes argsort, along the last axis by default", function()
    local x = dg.tensor { { 3, 1, 2 }, { 4, 6, 5 } }
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, F.take_along_axis(x, F.argsort(x)):totable())
    assert.same({ { 3, 1, 2 } }, F.take_along_axis(x, places { { 1 } }, 1):totable())
  end)
end)

describe("scatter", function()
  local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }

  it("keeps the last of equal places, which alone has a gradient", function()
    local w, s = dg.Variable(x), dg.Variable { { 7, 8 } }
    local y = F.scatter(w, 2, places { { 2, 2 } }, s)
    assert.same({ { 1, 8, 3 }, { 4, 5, 6 } }, y:totable())
    y:sum():backward()
    assert.same({ { 1, 0, 1 }, { 1, 1, 1 } }, w.grad:totable())
    assert.same({ { 0, 1 } }, s.grad:totable())
  end)

  it("writes a number", function()
    local w = dg.Variable(x)
    local y = F.scatter(w, 1, places { { 2, 1, 1 } }, 9)
    assert.same({ { 1, 9, 9 }, { 9, 5, 6 } }, y:totable())
    y:sum():backward()
    assert.same({ { 1, 0, 0 }, { 0, 1, 1 } }, w.grad:totable())
  end)

  it("refuses a source that does not fit", function()
    assert.error_matches(function() F.scatter(x, 2, places { { 1 } }, dg.ones(2, 1)) end,
      "scatter: the source is float32 2x1, wanted float32 1x1 as the index")
    assert.error_matches(function() F.scatter(x, 2, places { { 1 } }, "a") end,
      "F.scatter: src must be a tensor")
    assert.error_matches(function() F.scatter(x, 2, places { { 4 } }, 1) end,
      "scatter: index 4 is out of range")
  end)
end)
