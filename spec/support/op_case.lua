--- One battery of tests for every operator; the spec of an operator is a table for it.
--
--   op_case("tanh", {
--     f = F.tanh,
--     inputs = function(r) return { r(-2, 2) } end,
--     known = { { { 0, 1 }, { 0, 0.76159415595576 } } },   -- inputs ..., output
--     overwritten = { "y" },
--   })
--
-- Fields, with what holds when they are missing:
--   f             tensors in, one tensor or several out
--   inputs        function(r): float64 inputs. r(low, high) is uniform in the shape that the test
--                 wants, r(low, high, shape) in that shape; r.pick(values) chooses among values
--   known         lists of inputs and the output, as tables; `dtype` and `out` name other dtypes
--   shapes        what r(low, high) gives in turn: { {}, {1}, {0, 3}, {4, 3}, {2, 3, 2} }
--   layouts       lists of shapes, one for each draw in turn, whatever `inputs` asks for
--   broadcast     true: the inputs broadcast against each other
--   bad_shapes    layouts that are refused: { { {2, 3}, {2} } }, none without `broadcast`; one may
--                 have an `error_name` of its own
--   any_shape     true: there is no shape that it refuses
--   dtypes        the other dtypes that it computes on, on whole numbers: none
--   bad_dtypes    the dtypes that are refused: all others
--   result_dtype  true: whatever goes in, the result's dtype is another
--   inexact       true: float32 is not compared with float64 (steps, exact comparisons)
--   half          a factor for what is allowed where it computes on floats of 16 bits, 1; false: it
--                 is not tried on them
--   random        true: it draws numbers, others for each dtype, so that results are not known
--   nan           "some": where an input is NaN, not all results are; "none"; "refused": it is an
--                 error; a list of these, one for each input; false: it is not tried
--   overwritten   what must not change before backward: numbers of inputs, "y"; nothing. What is
--                 not named may change: then the gradients stay, or there is the error
--   differentiable false: no gradient at all
--   once          the error where a second derivative is asked for: there is one
--   atol, rtol    1e-6, 1e-5: of the gradients
--   in_lua        true: a dgraph.Function, whose calls are forgotten when memory is asked for
--   caches        true: it keeps constants, which are forgotten when memory is asked for
--   error_name    what error messages start with: the first word of the name
--
-- With DGRAPH_TEST_DEVICE=cuda (make test-cuda) the same cases run on a card.
local busted = require "busted"
local counts = require "spec.support.counts"
local dg = require "dgraph"
local drawer = require "spec.support.drawer"
local dtypes = require "dgraph.dtypes"
local gradient_check = require "dgraph.gradient_check"
local native = require "dgraph.native"
local on_device = require "spec.support.on_device"
local settle = require "spec.support.settle"
local views = require "spec.support.views"

local ALL_DTYPES = { "float32", "float64", "int32", "int64", "uint8", "bool" }
local describe, it, assert = busted.describe, busted.it, busted.assert
local DEVICE = on_device.NAME
local close = gradient_check.assert_allclose

local function pack(...)
  if select("#", ...) == 1 and type((...)) == "table" then return (...) end
  return { ... }
end

local function map(list, f)
  local result = {}
  for i = 1, #list do result[i] = f(list[i], i) end
  return result
end

local function spell(shape) return #shape == 0 and "()" or table.concat(shape, "x") end

local function is_float(x) return dtypes.names_float(x.dtype) end

--- How far results of 16 bits may be from those of float32, beside the largest of them: some
--- roundings, for the operator may be made of several.
local HALF = { float16 = 2e-3, bfloat16 = 16e-3 }

local function largest(x)
  if x.size == 0 or not is_float(x) then return 0 end
  local size = dg.functions.absolute(x)
  return dg.functions.max(dg.functions.where(dg.functions.isfinite(size), size,
    dg.zeros_like(size))):item()
end

local function as(x, from, to) return x.dtype == from and dg.tensor(x, to) or x end

--- How many elements of some tensors are NaN, and how many there are.
local function count_nan(ys)
  local count, all = 0, 0
  for _, y in ipairs(ys) do
    if is_float(y) then
      count, all = count + dg.functions.isnan(y):sum():item(), all + y.size
    end
  end
  return count, all
end

local function leaf(x)
  return dg.tensor(x, { dtype = x.dtype, requires_grad = is_float(x), device = DEVICE })
end

--- Calls f, which must raise an error with this text after the line of the caller.
local function refuses(text, f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok, ("no error where %q was expected"):format(text))
  assert(tostring(message):find(text, 1, true), ("%q was expected in: %s"):format(text, message))
end

---@param name string
---@param case table
return function(name, case)
  local shapes = case.shapes or { {}, { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } }
  local usual = case.usual or shapes[#shapes - 1] or shapes[1]
  local called = case.error_name or name:match "^[%w_]+"
  local atol, rtol = case.atol or 1e-6, case.rtol or 1e-5
  local differentiable = case.differentiable ~= false

  local function inputs(shape, seed) return case.inputs(drawer(shape or usual, seed or 1)) end

  local run = on_device(case.f)

  local function here(x) return x:to "cpu" end

  --- The operator, where it is to be tried; `view` is made there.
  local function f(...) return run(unpack(map({ ... }, function(x) return x:to(DEVICE) end))) end
  local function call(xs) return map(pack(f(unpack(xs))), here) end
  local function f_here(...) return unpack(call { ... }) end
  local function call_views(xs, view_of)
    return map(pack(run(unpack(map(xs, function(x, k)
      return view_of(k)(x:to(DEVICE))
    end)))), here)
  end
  local function same(x) return x end

  --- Weights for the outputs, so that no gradient is all ones.
  local function seeds_for(ys)
    return map(ys, function(y, k)
      return is_float(y) and drawer(y.shape, 90 + k)(-1, 1) or false
    end)
  end

  --- The gradients of the float inputs. `victim` is what is overwritten before backward: the number
  --- of an input, or "y".
  local function gradients(xs, victim)
    local leaves = map(xs, leaf)
    local ys = pack(run(unpack(leaves)))
    local gys = map(seeds_for(ys), function(gy, k)
      return gy and dg.tensor(gy, { dtype = ys[k].dtype, device = DEVICE })
    end)
    local x = victim and (victim == "y" and ys[1] or leaves[victim])
    if x then x.data = is_float(x) and dg.full_like(x, 0 / 0) or dg.zeros_like(x) end
    return map(dg.grad(ys, leaves, gys), function(g) return g and here(g) end)
  end

  local function check_gradients(xs)
    local size = 0
    for _, x in ipairs(xs) do size = size + (is_float(x) and x.size or 0) end
    if size == 0 then -- there is nothing to vary: the gradients are as empty
      for i, g in ipairs(gradients(xs)) do
        if g then assert.same(xs[i].shape, g.shape) end
      end
      return
    end
    local gys = seeds_for(call(xs))
    local options = { eps = 1e-5, atol = atol, rtol = rtol }
    gradient_check.check_backward(f_here, xs, gys, nil, options)
    if case.once then
      local leaves = map(xs, leaf)
      return refuses(case.once, function()
        local gs = dg.grad(call(leaves), leaves, gys, { enable_double_backprop = true })
        dg.grad({ gs[1]:sum() }, { leaves[1] })
      end)
    end
    local ggxs = map(xs, function(x, k)
      return is_float(x) and drawer(x.shape, 50 + k)(-1, 1) or false
    end)
    gradient_check.check_double_backward(f_here, xs, gys, ggxs, nil, nil, options)
  end

  local function same_results(got, wanted, what)
    assert(#got == #wanted)
    for k = 1, #got do close(got[k], wanted[k], 1e-12, 1e-12, what) end
  end

  --- Input i is NaN, all of it.
  local function try_nan(given, i)
    local wanted = case.nan
    if type(wanted) == "table" then wanted = wanted[i] end
    local xs = map(given, function(x, k) return k == i and dg.full_like(x, 0 / 0) or x end)
    if wanted == "refused" then return refuses("NaN", call, xs) end
    local count, all = count_nan(call(xs))
    assert.is_true(count == all or wanted == "some" and count > 0 or wanted == "none",
      ("input %d: %d of %d results are NaN"):format(i, count, all))
  end

  describe(name, function()
    for n, known in ipairs(case.known or {}) do
      it("computes known values, " .. n, function()
        local dtype = known.dtype or "float64"
        local xs = {}
        for i = 1, #known - 1 do
          local own = type(dtype) == "table" and dtype[i] or dtype
          xs[i] = dg.tensor(known[i], own)
        end
        local y = call(xs)[1]
        assert.equal(known.out or (type(dtype) == "table" and dtype[#xs]) or dtype, y.dtype)
        close(y, dg.tensor(known[#known], y.dtype), known.atol or 1e-14, known.rtol or 1e-13)
      end)
    end

    local function takes(shape)
      local xs = inputs(shape)
      local ys = call(xs)
      if #xs > 0 and case.elementwise ~= false then assert.same(xs[1].shape, ys[1].shape) end
      if differentiable then check_gradients(xs) end
    end

    for _, shape in ipairs(shapes) do
      it("takes the shape " .. spell(shape), function() takes(shape) end)
    end

    for _, layout in ipairs(case.layouts or {}) do
      it("takes the shapes " .. table.concat(map(layout, spell), ", "), function()
        takes(layout)
      end)
    end

    if not case.inexact then
      it("agrees in float32 and float64", function()
        local xs = inputs()
        local narrow = map(xs, function(x)
          return x.dtype == "float64" and dg.tensor(x, "float32") or x
        end)
        local wide = map(narrow, function(x)
          return x.dtype == "float32" and dg.tensor(x, "float64") or x
        end)
        local got, wanted = call(narrow), call(wide)
        for k = 1, #got do close(got[k], wanted[k], 1e-6, 2e-6) end
        if not differentiable then return end
        got, wanted = gradients(narrow), gradients(wide)
        for i = 1, #wanted do
          if wanted[i] then close(got[i], wanted[i], 2e-5, 2e-5, "gradient " .. i) end
        end
      end)
    end

    for dtype, error in pairs(case.half ~= false and not case.random and HALF or {}) do
      it("computes on " .. dtype .. " as on float32", function()
        local halves = map(inputs(), function(x) return as(x, "float64", dtype) end)
        local wide = map(halves, function(x) return as(x, dtype, "float32") end)
        local function compare(got, wanted, what)
          local allowed = error * (case.half or 1)
          assert.equal(wanted.dtype == "float32" and dtype or wanted.dtype, got.dtype)
          close(dg.tensor(got, wanted.dtype), wanted, allowed * math.max(1, largest(wanted)),
            allowed, what)
        end
        local got, wanted = call(halves), call(wide)
        for k = 1, #got do compare(got[k], wanted[k], "result " .. k) end
        if not differentiable then return end
        got, wanted = gradients(halves), gradients(wide)
        for i = 1, #wanted do
          if wanted[i] then compare(got[i], wanted[i], "gradient " .. i) end
        end
      end)
    end

    for kind, view in pairs(views) do
      it("takes " .. kind .. " inputs", function()
        local xs = inputs()
        local wanted = call(xs)
        same_results(call_views(xs, function() return view end), wanted, kind)
        for i = 1, #xs do
          same_results(call_views(xs, function(k) return k == i and view or same end), wanted,
            ("%s input %d"):format(kind, i))
        end
        if not differentiable then return end
        local function viewed(...)
          return unpack(call_views({ ... }, function() return view end))
        end
        gradient_check.check_backward(viewed, xs, seeds_for(wanted), nil,
          { eps = 1e-5, atol = atol, rtol = rtol })
      end)
    end

    if case.broadcast then
      it("broadcasts", function()
        local full = inputs({ 2, 3, 2 }, 3)
        for i = 1, #full do
          for _, shape in ipairs { {}, { 1 }, { 2 }, { 3, 1 }, { 1, 3, 2 }, { 2, 1, 1 } } do
            local small = inputs(shape, 4)[i]
            local xs = map(full, function(x, k) return k == i and small or x end)
            local spread = map(full, function(x, k)
              return k == i and dg.tensor(small:broadcast_to({ 2, 3, 2 })) or x
            end)
            same_results(call(xs), call(spread), "broadcast")
            if differentiable then check_gradients(xs) end
          end
        end
      end)

      it("broadcasts what has no elements", function()
        local a, b = inputs({ 0, 3 }), inputs({ 1, 3 })
        assert.same({ 0, 3 }, call(map(a, function(x, k) return k == 1 and x or b[k] end))[1].shape)
      end)
    end

    local bad_shapes = case.bad_shapes or case.broadcast and { { { 2, 3 }, { 2 }, { 2 } } } or {}
    for _, bad in ipairs(bad_shapes) do
      it("refuses shapes that do not fit", function()
        refuses((bad.error_name or called) .. ": ", call, inputs(bad))
      end)
    end

    if case.broadcast then
      it("refuses two dtypes at once", function()
        local xs = inputs()
        xs[#xs] = dg.tensor(xs[#xs], "int32")
        refuses(called .. ": ", call, xs)
      end)
    end

    local taken = case.taken or { float32 = true, float64 = true }
    for _, dtype in ipairs(case.dtypes or {}) do
      taken[dtype] = true
      it("computes on " .. dtype, function()
        local whole = map(inputs(), function(x)
          return dg.tensor(dg.tensor(x, dtype), "float64")
        end)
        local got = call(map(whole, function(x) return dg.tensor(x, dtype) end))
        local wanted = call(whole)
        if not case.result_dtype then assert.equal(dtype, got[1].dtype) end
        for k = 1, #got do close(got[k], dg.tensor(wanted[k], got[k].dtype), 0, 0, dtype) end
      end)
    end

    for _, dtype in ipairs(case.bad_dtypes or ALL_DTYPES) do
      if not taken[dtype] then
        it("refuses " .. dtype, function()
          refuses(called .. ": ", call, map(inputs(), function(x) return dg.tensor(x, dtype) end))
        end)
      end
    end

    if case.nan ~= false then
      it("gives NaN for NaN, or refuses it", function()
        for _, dtype in ipairs { "float32", "float64" } do
          local given = map(inputs(case.nan == nil and case.elementwise ~= false and { 5 } or nil),
            function(x) return is_float(x) and dg.tensor(x, dtype) or x end)
          for i, x in ipairs(given) do
            if is_float(x) and x.size > 0 then try_nan(given, i) end
          end
        end
      end)
    end

    for _, which in ipairs(differentiable and case.overwritten or {}) do
      it("notices that " .. which .. " was overwritten before backward", function()
        refuses("overwritten", gradients, inputs(), which)
      end)
    end

    if differentiable then
      it("has the same gradients where something else was overwritten, or says so", function()
        local xs, named = inputs(), {}
        for _, which in ipairs(case.overwritten or {}) do named[which] = true end
        local wanted = gradients(xs)
        for i = 0, #xs do
          local which = i == 0 and "y" or i
          local ok, got = pcall(gradients, xs, which)
          if ok then
            assert(not named[which])
            for k, g in ipairs(wanted) do
              if g then close(got[k], g, 1e-12, 1e-12, which) end
            end
          else
            assert(tostring(got):find("overwritten", 1, true), got)
          end
        end
      end)
    end

    it("leaves nothing behind", function()
      local function work()
        local xs = map(inputs(), leaf)
        local ys = call(xs)
        if differentiable then
          local ones = map(ys, function(y) return dg.ones_like(y) end)
          local gs = dg.grad(ys, xs, ones, { enable_double_backprop = not case.once })
          if gs[1] and gs[1].requires_grad then gs[1]:sum():backward() end
        end
      end
      local collect = case.caches and native.make_room or case.in_lua and native.collect
        or collectgarbage
      settle(collect)
      local before = counts()
      dg.scope(work)
      if case.caches then collect() end
      assert.same(before, counts())
      work()
      settle(collect)
      assert.same(before, counts())
    end)
  end)
end
