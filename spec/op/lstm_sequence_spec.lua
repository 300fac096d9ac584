local ffi = require "ffi"
local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local F = dg.F
local SIZES = { 3, 2, 2, 1 }

local function run(x, h, c, W, sizes, reverse)
  local ys, numbers = ffi.new "dg_tensor *[3]", ffi.new("int64_t[?]", #sizes, sizes)
  native.check(native.C.dg_lstm_sequence(x, h, c, W, #sizes, numbers, reverse and 1 or 0, ys))
  return native.wrap(ys[0]), native.wrap(ys[1]), native.wrap(ys[2])
end

--- Rows of all a, then all i, f, o as F.lstm has them: the four of a unit side by side.
local function by_units(x)
  local rows, columns = unpack(x.shape)
  return F.reshape(F.swapaxes(F.reshape(x, { rows, 4, columns / 4 }), 2, 3), x.shape)
end

--- The same, one step after the other.
local function by_steps(x, h, c, W, sizes, reverse)
  local parts, ys = F.split(x, sizes, 1), {}
  local from, to, by = 1, #sizes, 1
  if reverse then from, to, by = #sizes, 1, -1 end
  for t = from, to, by do
    local n, all = sizes[t], h.shape[1]
    local now, rest = unpack(F.split(h, { n, all - n }, 1))
    c, ys[t] = F.lstm(c, by_units(parts[t] + F.linear(now, W)))
    h = F.concat({ ys[t], rest }, 1)
  end
  return F.concat(ys, 1), h, c
end

--- With four sequences and more the processor does all steps at once, with fewer one by one.
for _, case in ipairs {
  { "lstm_sequence", SIZES }, { "lstm_sequence, reversed", SIZES, true },
  { "lstm_sequence of many", { 4, 3, 1 } },
  { "lstm_sequence of many, reversed", { 4, 3, 1 }, true },
} do
  local name, sizes, reverse = unpack(case)
  op_case(name, {
    f = function(...)
      local xs = { ... }
      return run(xs[1], xs[2], xs[3], xs[4], sizes, reverse)
    end,
    inputs = function(r)
      local batch = sizes[1]
      return { r(-1, 1, { 8, 8 }), r(-1, 1, { batch, 2 }), r(-1, 1, { batch, 2 }),
        r(-1, 1, { 8, 2 }) }
    end,
    shapes = { { 1 } },
    elementwise = false,
    nan = "some",
    overwritten = { 1, 2, 3, 4, "y" },
    error_name = "lstm_sequence",
  })
end

describe("lstm_sequence", function()
  local function draw(batch, rows, units)
    return { dg.randn(rows, 4 * units, "float64"), dg.randn(batch, units, "float64"),
      dg.randn(batch, units, "float64"), dg.randn(4 * units, units, "float64") }
  end

  it("is a step after the other", function()
    for _, case in ipairs {
      { 3, 3, SIZES }, { 3, 3, { 2, 1, 0 } }, { 4, 3, { 4, 4, 4 } }, { 4, 3, { 3 } },
      { 11, 5, { 11, 9, 2 } }, { 20, 40, { 19, 17, 8, 1 } }, { 4, 520, { 4, 2 } },
    } do
      local batch, units, sizes = unpack(case)
      for _, reverse in ipairs { false, true } do
        local rows = 0
        for _, n in ipairs(sizes) do rows = rows + n end
        local xs = draw(batch, rows, units)
        local function leaves()
          local list = {}
          for i, x in ipairs(xs) do list[i] = dg.tensor(x, { requires_grad = true }) end
          return list
        end
        local a, b = leaves(), leaves()
        local got = { run(a[1], a[2], a[3], a[4], sizes, reverse) }
        local wanted = { by_steps(b[1], b[2], b[3], b[4], sizes, reverse) }
        for k = 1, 3 do
          gradient_check.assert_allclose(got[k], wanted[k], 1e-12, 1e-12)
          local g = dg.randn(got[k].shape, "float64")
          dg.backward(got[k], g, { retain_graph = true })
          dg.backward(wanted[k], g, { retain_graph = true })
        end
        for i = 1, 4 do gradient_check.assert_allclose(a[i].grad, b[i].grad, 1e-12, 1e-12) end
      end
    end
  end)

  it("refuses what does not fit", function()
    local function refuses(text, x, h, c, W, sizes)
      assert.error_matches(function() run(x, h, c, W, sizes) end, text, nil, true)
    end
    local x, h, W = dg.zeros(4, 8), dg.zeros(2, 2), dg.zeros(8, 2)
    refuses("x has 4 rows, the steps are for 3", x, h, h, W, { 2, 1 })
    refuses("step 2 is for 3 sequences, wanted 0 to 1", x, h, h, W, { 1, 3 })
    refuses("step 1 is for 4 sequences, wanted 0 to 2", x, h, h, W, { 4 })
    refuses("W 8x3", x, h, h, dg.zeros(8, 3), { 2, 2 })
    refuses("c 2x3", x, h, dg.zeros(2, 3), W, { 2, 2 })
    refuses("0 steps", x, h, h, W, {})
    refuses("dtypes float32 and float64 differ", x, h, h, dg.zeros(8, 2, "float64"), { 2, 2 })
  end)
end)
