local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local OTHERS = { "int32", "int64", "uint8", "bool" }

local function places(t) return dg.tensor(t, "int64") end

--- The case of what moves elements and leaves their values alone.
local function moves(f, bad_shape, shapes)
  return {
    f = f,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = shapes or { { 1, 1 }, { 2, 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
    elementwise = false,
    dtypes = OTHERS,
    nan = "some",
    result_dtype = f == F.trace,
    bad_shapes = { bad_shape },
    any_shape = not bad_shape,
    error_name = "",
  }
end

--- The case of what joins two tensors.
local function joins(f, bad_shape)
  return {
    f = function(a, b) return f { a, b } end,
    inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
    shapes = { { 1 }, { 0, 3 }, { 2, 3 }, { 2, 3, 2 } },
    elementwise = false,
    dtypes = OTHERS,
    nan = "some",
    bad_shapes = { bad_shape },
    error_name = "concat",
  }
end

op_case("fliplr", moves(F.fliplr, { { 3 }, error_name = "flip" }))
op_case("flipud", moves(F.flipud, { {}, error_name = "flip" }))
op_case("ravel", moves(F.ravel))
op_case("moveaxis", moves(function(x) return F.moveaxis(x, 1, -1) end, { {} }))
op_case("rollaxis", moves(function(x) return F.rollaxis(x, 2) end, { { 3 } }))
op_case("roll", moves(function(x) return F.roll(x, { 1, -2 }, { 1, -1 }) end, { {} }))
op_case("roll of all", moves(function(x) return F.roll(x, 2) end))
op_case("trace", moves(F.trace, { { 3 } }))
op_case("diag", moves(F.diag, { { 2, 3, 2 } }, { { 1 }, { 3 }, { 0 }, { 2, 3 }, { 3, 3 } }))
op_case("diag_embed", moves(function(x) return F.diag_embed(x, -1) end, { {} }))
op_case("repeat_", moves(function(x) return F.repeat_(x, 2) end))
op_case("repeat_ along an axis", moves(function(x) return F.repeat_(x, 2, 2) end, { { 3 } }))
op_case("repeat of each", moves(function(x)
  return F["repeat"](x, { 2, 0, 1 }, 2)
end, { { 2, 2 } }, { { 2, 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } }))
op_case("permutate", moves(function(x) return F.permutate(x, { 3, 1, 2 }, 2) end, { { 3, 2 } },
  { { 2, 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } }))
op_case("permutate of one", moves(function(x) return F.permutate(x, { 1 }) end, { { 2 } },
  { { 1, 1 }, { 1, 3 }, { 1 } }))
op_case("permutate back", moves(function(x)
  return F.permutate(x, places { 3, 1, 2 }, 2, true)
end, { { 3, 2 } }, { { 2, 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } }))

op_case("hstack", joins(F.hstack, { { 2, 3 }, { 3, 3 } }))
op_case("vstack", joins(F.vstack, { { 2, 3 }, { 2, 2 } }))
op_case("dstack", joins(F.dstack, { { 2, 3 }, { 2, 2 } }))

op_case("meshgrid", {
  f = function(a, b) return F.meshgrid { a, b } end,
  inputs = function(r) return { r(-2, 2, { 3 }), r(-2, 2, { 2 }) } end,
  shapes = { {} },
  layouts = { { { 0 }, { 2 } }, { { 1 }, { 1 } } },
  bad_shapes = { { { 2, 3 }, { 2 } }, { { 2 }, {} } },
  error_name = "F.meshgrid",
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("pad_sequence", {
  f = function(a, b) return F.pad_sequence({ a, b }, 4, 7) end,
  inputs = function(r) return { r(-2, 2, { 3, 2 }), r(-2, 2, { 1, 2 }) } end,
  shapes = { {} },
  layouts = { { { 0, 2 }, { 3, 2 } }, { { 1, 1 }, { 1, 1 } } },
  bad_shapes = { { { 3, 2 }, { 3, 1 } }, { { 5, 2 }, { 1, 2 } }, { {}, {} } },
  elementwise = false,
  dtypes = OTHERS,
  error_name = "",
  nan = "some",
})

op_case("transpose_sequence", {
  f = function(a, b, c) return F.transpose_sequence { a, b, c } end,
  inputs = function(r)
    return { r(-2, 2, { 3, 2 }), r(-2, 2, { 3, 2 }), r(-2, 2, { 1, 2 }) }
  end,
  shapes = { {} },
  layouts = { { { 3, 0 }, { 2, 0 }, { 2, 0 } }, { { 1 }, { 1 }, { 1 } } },
  bad_shapes = {
    { { 1, 2 }, { 3, 2 }, { 1, 2 } }, { { 3, 2 }, { 3, 3 }, { 1, 2 } }, { {}, {}, {} },
  },
  error_name = "",
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

describe("arrange:", function()
  local x = dg.arange(6):reshape { 2, 3 }

  it("fliplr and flipud turn columns and rows around", function()
    assert.same({ { 2, 1, 0 }, { 5, 4, 3 } }, F.fliplr(x):totable())
    assert.same({ { 3, 4, 5 }, { 0, 1, 2 } }, x:flipud():totable())
    assert.error_matches(function() F.fliplr(x[1]) end, "axis 2 is out of range")
  end)

  it("moveaxis puts axes where they are wanted", function()
    local y = dg.zeros(2, 3, 4, 5)
    assert.same({ 3, 4, 2, 5 }, F.moveaxis(y, 1, 3).shape)
    assert.same({ 5, 4, 2, 3 }, F.moveaxis(y, { 3, 4 }, { 2, 1 }).shape)
    assert.same({}, F.moveaxis(dg.tensor(1), {}, {}).shape)
    assert.error_matches(function() F.moveaxis(y, { 1, 2 }, 1) end, "2 sources and 1 destinations")
    assert.error_matches(function() F.moveaxis(y, { 1, -4 }, { 1, 2 }) end,
      "source 1 is given twice")
    assert.error_matches(function() F.moveaxis(y, 5, 1) end, "source 5 is out of range for 4 axes")
  end)

  it("rollaxis rolls to the front by default", function()
    local y = dg.zeros(2, 3, 4, 5)
    assert.same({ 4, 2, 3, 5 }, F.rollaxis(y, 3).shape)
    assert.same({ 3, 4, 5, 2 }, F.rollaxis(y, 1, 5).shape)
    assert.same({ 3, 2, 4, 5 }, F.rollaxis(y, 1, 3).shape)
    assert.same({ 2, 5, 3, 4 }, F.rollaxis(y, 4, { start = 2 }).shape)
    assert.error_matches(function() F.rollaxis(y, 1, 6) end, "start 6 is out of range for 4 axes")
  end)

  it("roll moves in a ring", function()
    assert.same({ { 5, 0, 1 }, { 2, 3, 4 } }, F.roll(x, 1):totable())
    assert.same({ { 2, 0, 1 }, { 5, 3, 4 } }, F.roll(x, -2, 2):totable())
    assert.same({ 0, 3 }, F.roll(dg.zeros(0, 3), 1, 1).shape)
    assert.error_matches(function() F.roll(x, 1, { 1, 2 }) end, "1 shifts for 2 axes")
  end)

  it("hstack, vstack and dstack take vectors and numbers too", function()
    local a, b = dg.tensor { 1, 2 }, dg.tensor { 3, 4 }
    assert.same({ 1, 2, 3, 4 }, F.hstack({ a, b }):totable())
    assert.same({ 1, 2 }, F.hstack({ dg.tensor(1), dg.tensor(2) }):totable())
    assert.same({ { 1, 2 }, { 3, 4 } }, F.vstack({ a, b }):totable())
    assert.same({ { { 1, 3 }, { 2, 4 } } }, F.dstack({ a, b }):totable())
    assert.same({ 2, 3, 2 }, F.dstack({ x, x }).shape)
    assert.same({ 2, 6 }, F.hstack({ x, x }).shape)
    assert.error_matches(function() F.hstack {} end, "no tensors given")
    assert.error_matches(function() F.vstack { 1 } end, "xs%[1%] must be a tensor")
  end)

  it("meshgrid has its first vector along the columns by default", function()
    local a, b = unpack(F.meshgrid { dg.tensor { 1, 2, 3 }, dg.tensor { 4, 5 } })
    assert.same({ { { 1, 2, 3 }, { 1, 2, 3 } }, { { 4, 4, 4 }, { 5, 5, 5 } } },
      { a:totable(), b:totable() })
    a = F.meshgrid({ dg.tensor { 1, 2, 3 }, dg.tensor { 4, 5 } }, "ij")[1]
    assert.same({ { 1, 1 }, { 2, 2 }, { 3, 3 } }, a:totable())
    assert.same({ 2 }, F.meshgrid({ dg.zeros(2) })[1].shape)
    assert.error_matches(function() F.meshgrid({ x }, "yx") end, "indexing is \"xy\" or \"ij\"")
  end)

  it("trace, diag and diag_embed know diagonals", function()
    assert.equal(4, F.trace(x):item())
    assert.equal(6, F.trace(x, 1):item())
    assert.same({ 0, 4 }, F.diag(x):totable())
    assert.same({ 1, 5 }, F.diag(x, 1):totable())
    assert.same({ { 0, 3 }, { 0, 0 } }, F.diag(dg.tensor { 3 }, 1):totable())
    assert.same({ { { 1, 0 }, { 0, 2 } } }, F.diag_embed(dg.tensor { { 1, 2 } }):totable())
    assert.error_matches(function() F.diag(dg.tensor(1)) end, "F.diag: wanted a vector or a matrix")
    assert.error_matches(function() F.diag_embed(dg.tensor(1)) end,
      "diag_embed: wanted 1 to 7 axes")
    assert.error_matches(function() F.diag_embed(x, 2 ^ 40) end, "there is no diagonal")
  end)

  it("repeat takes one number, or one for each place; it is flat without an axis", function()
    assert.same({ 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5 }, x:repeat_(2):totable())
    assert.same({ { 0, 0, 1, 1, 2, 2 }, { 3, 3, 4, 4, 5, 5 } }, F["repeat"](x, 2, 2):totable())
    assert.same({ { 0, 0, 2 }, { 3, 3, 5 } }, F.repeat_(x, { 2, 0, 1 }, -1):totable())
    assert.same({ { 0, 1, 2 }, { 0, 1, 2 }, { 3, 4, 5 }, { 3, 4, 5 } },
      F.repeat_(x, { 2 }, 1):totable())
    assert.error_matches(function() F.repeat_(x, { 1, 2 }, 2) end, "2 repeats for 3 places")
    assert.error_matches(function() F.repeat_(x, { 1, -1 }, 1) end, "repeats 2 is %-1")
    assert.error_matches(function() F.repeat_(x, 0.5, 1) end, "repeats must be an integer")
  end)

  it("pad_sequence fills up to the longest with zeros by default", function()
    local y = F.pad_sequence { dg.tensor { 1, 2 }, dg.tensor { 3 }, dg.zeros(0) }
    assert.same({ { 1, 2 }, { 3, 0 }, { 0, 0 } }, y:totable())
    assert.same({ { 1, 9, 9 } }, F.pad_sequence({ dg.tensor { 1 } }, 3, 9):totable())
    assert.same({ { 1, 9 } }, F.pad_sequence({ dg.tensor { 1 } },
      { length = 2, padding = 9 }):totable())
    assert.error_matches(function() F.pad_sequence({ dg.zeros(3) }, 2) end,
      "F.pad_sequence: length is 2, a sequence has 3")
    assert.error_matches(function() F.pad_sequence { dg.tensor(1) } end, "xs%[1%] has no axes")
  end)

  it("transpose_sequence turns sequences into steps and back", function()
    local steps = F.transpose_sequence {
      dg.tensor { 1, 2, 3 }, dg.tensor { 4, 5 }, dg.tensor { 6 },
    }
    local function tables(list)
      local t = {}
      for i, each in ipairs(list) do t[i] = each:totable() end
      return t
    end
    assert.same({ { 1, 4, 6 }, { 2, 5 }, { 3 } }, tables(steps))
    assert.same({ { 1, 2, 3 }, { 4, 5 }, { 6 } }, tables(F.transpose_sequence(steps)))
    assert.same({}, F.transpose_sequence {})
    assert.same({}, F.transpose_sequence { dg.zeros(0) })
    assert.error_matches(function() F.transpose_sequence { dg.zeros(1), dg.zeros(2) } end,
      "the longest comes first, but lengths 1 and 2 are 1 and 2")
  end)

  it("permutate orders places and undoes it", function()
    assert.same({ { 2, 0, 1 }, { 5, 3, 4 } }, F.permutate(x, { 3, 1, 2 }, 2):totable())
    local y = F.permutate(F.permutate(x, { 3, 1, 2 }, 2), { 3, 1, 2 }, { axis = 2, inv = true })
    assert.same(x:totable(), y:totable())
    assert.same({ { 3, 4, 5 }, { 0, 1, 2 } }, F.permutate(x, places { 2, 1 }):totable())
    assert.same({ 0 }, F.permutate(dg.zeros(0), {}).shape)
    assert.error_matches(function() F.permutate(x, { 1, 1 }) end,
      "F.permutate: index 2 is 1, wanted each of 1 to 2 once")
    assert.error_matches(function() F.permutate(x, { 1, 2 }, 2) end,
      "F.permutate: 2 indices for the 3 places of axis 2")
  end)
end)
