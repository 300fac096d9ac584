--- Compares operators with what other libraries computed (spec/fixtures/reference).
--
--   reference("activation", {
--     sigmoid = F.sigmoid,
--     ["softplus beta=2"] = function(x) return F.softplus(x, 2) end,
--   })
--
-- There must be a function for each case of the file. It gets the inputs as the file has them
-- (positions count from 0 there) and gives the results. Float64 is compared to 1e-10 of the largest
-- number, float32 to 1e-5, gradients as well where the file has them.
local busted = require "busted"
local dg = require "dgraph"
local backward = require "dgraph.backward"
local gradient_check = require "dgraph.gradient_check"
local on_device = require "spec.support.on_device"

local describe, it, assert = busted.describe, busted.it, busted.assert
local DEVICE = on_device.NAME

--- The arrays of each case: label -> { x = { ... }, y = { ... }, gy = { ... }, gx = { ... } }.
local function read(family)
  local arrays = assert(dg.serializers.load("spec/fixtures/reference/" .. family .. ".npz"))
  local cases = {}
  for key, array in pairs(arrays) do
    local label, kind, number = key:match "^(.*)/(%a+)(%d+)$"
    local case = cases[label] or { x = {}, y = {}, gy = {}, gx = {} }
    cases[label] = case
    case[kind][tonumber(number)] = array
  end
  return cases
end

local function is_float(x) return x.dtype == "float32" or x.dtype == "float64" end

local function as(x, dtype) return is_float(x) and dg.tensor(x, dtype) or x end

local function close(got, wanted, tolerance, what, relative)
  local wide = dg.tensor(wanted, "float64")
  if relative then
    assert.same(wanted.shape, got.shape, what)
    return gradient_check.assert_allclose(dg.tensor(got, "float64"), wide, 0, relative, what)
  end
  local largest = wide.size == 0 and 0 or dg.functions.absolute(wide):max():item()
  if largest ~= largest or largest == math.huge then largest = 1 end
  assert.same(wanted.shape, got.shape, what)
  local here = dg.tensor(got:to "cpu", "float64")
  gradient_check.assert_allclose(here, wide, tolerance * math.max(largest, 1), 0, what)
end

local function compare(f, case, dtype, tolerance, relative)
  local xs = {}
  for i, x in ipairs(case.x) do
    xs[i] = dg.tensor(as(x, dtype), {
      dtype = is_float(x) and dtype or x.dtype, requires_grad = is_float(x), device = DEVICE,
    })
  end
  local ys = { on_device(f)(unpack(xs)) }
  if #ys == 1 and type(ys[1]) == "table" then ys = ys[1] end
  for k, y in ipairs(case.y) do close(ys[k], y, tolerance, "result " .. k, relative) end
  if not next(case.gx) then return end
  local outputs, gys, inputs, wanted = {}, {}, {}, {}
  for k, gy in pairs(case.gy) do
    outputs[#outputs + 1], gys[#gys + 1] = ys[k], as(gy, dtype):to(DEVICE)
  end
  for i, gx in pairs(case.gx) do inputs[#inputs + 1], wanted[#wanted + 1] = xs[i], gx end
  local got = backward.grad(outputs, inputs, gys)
  for i, gx in ipairs(wanted) do close(got[i], gx, tolerance, "gradient " .. i) end
end

---@param family string  the file's name
---@param functions table<string, function>  for each case of the file
---@param options? { narrow: number, relative: number }  the tolerance of float32: 1e-5; or that of
---  float64, each number by its own size, and then there is no float32
return function(family, functions, options)
  local narrow = options and options.narrow or 1e-5
  local relative = options and options.relative
  describe("reference " .. family, function()
    local cases = read(family)

    it("has a function for each case, and a case for each function", function()
      for label in pairs(cases) do assert.is_truthy(functions[label], label) end
      for label in pairs(functions) do assert.is_truthy(cases[label], label) end
    end)

    for label, case in pairs(cases) do
      it("agrees on " .. label, function()
        compare(functions[label], case, "float64", 1e-10, relative)
        if not relative then compare(functions[label], case, "float32", narrow) end
      end)
    end
  end)
end
