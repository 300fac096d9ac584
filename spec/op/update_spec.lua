local ffi = require "ffi"
local dg = require "dgraph"
local native = require "dgraph.native"

local C = native.C
local SIZES = { 0, 1, 7, 33, 1000, 70000 }

local function some(n, dtype, low) return dg.random.uniform(low or -1, 1, n, dtype) end

--- Whether x is what f gives for each element.
local function near(x, n, f, tolerance)
  local p = n > 0 and x:pointer()
  for i = 0, n - 1 do
    local wanted = f(i)
    if math.abs(p[i] - wanted) > tolerance * math.max(1, math.abs(wanted)) then
      error(("element %d is %g, wanted %g"):format(i + 1, p[i], wanted))
    end
  end
end

--- The elements as they are now.
local function copy(x, n)
  local t, p = {}, n > 0 and x:pointer()
  for i = 0, n - 1 do t[i] = p[i] end
  return t
end

for dtype, tolerance in pairs { float32 = 1e-5, float64 = 1e-13 } do
  describe("updates of " .. dtype, function()
    for _, n in ipairs(SIZES) do
      it("follow their formulas on " .. n .. " elements", function()
        dg.random.seed(n)
        local param, grad = some(n, dtype), some(n, dtype)
        local p, g = copy(param, n), copy(grad, n)
        assert.equal(0, C.dg_update_sgd(param, grad, 0.1))
        near(param, n, function(i) return p[i] - 0.1 * g[i] end, tolerance)

        local V = some(n, dtype)
        local v = copy(V, n)
        p = copy(param, n)
        assert.equal(0, C.dg_update_momentum_sgd(param, grad, V, 0.1, 0.9))
        near(V, n, function(i) return 0.9 * v[i] - 0.1 * g[i] end, tolerance)
        near(param, n, function(i) return p[i] + 0.9 * v[i] - 0.1 * g[i] end, tolerance)

        p = copy(param, n)
        assert.equal(0, C.dg_add_scaled(param, grad, 0.5))
        assert.equal(0, C.dg_scale(param, 2))
        near(param, n, function(i) return 2 * (p[i] + 0.5 * g[i]) end, tolerance)

        local sum = 0
        for i = 0, n - 1 do sum = sum + g[i] * g[i] end
        assert.near(sum, C.dg_sum_of_squares(grad), 1e-9 * (1 + sum))
      end)

      it("of Adam and AMSGrad follow theirs on " .. n .. " elements", function()
        dg.random.seed(n)
        local param, grad, M = some(n, dtype), some(n, dtype), some(n, dtype)
        local V, H = some(n, dtype, 0.1), some(n, dtype, 0.1)
        local g = copy(grad, n)
        for _, vhat in ipairs { false, H } do
          local p, m, v, h = copy(param, n), copy(M, n), copy(V, n), copy(H, n)
          assert.equal(0, C.dg_update_adam(param, grad, M, V, vhat or nil, 0.01, 0.9, 0.99, 1e-8,
            0.5, 0.1))
          local function m1(i) return m[i] + 0.1 * (g[i] - m[i]) end
          local function v1(i) return v[i] + 0.01 * (g[i] ^ 2 - v[i]) end
          local function root(i) return math.sqrt(vhat and math.max(h[i], v1(i)) or v1(i)) end
          near(M, n, m1, tolerance)
          near(V, n, v1, tolerance)
          near(H, n, function(i) return vhat and math.max(h[i], v1(i)) or h[i] end, tolerance)
          near(param, n, function(i)
            return p[i] - 0.5 * (0.01 * m1(i) / (root(i) + 1e-8) + 0.1 * p[i])
          end, tolerance)
        end
      end)
    end
  end)
end

describe("updates", function()
  it("take gradients of any strides", function()
    local param, grad = dg.zeros(3, 2), dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }
    assert.equal(0, C.dg_update_sgd(param, grad:transpose(), -1))
    assert.same({ { 1, 4 }, { 2, 5 }, { 3, 6 } }, param:totable())
  end)

  it("are noticed by a backward pass that wanted the old values", function()
    local x, w = dg.Variable { { 1, 2 } }, dg.Variable { { 3 }, { 4 } }
    local y = dg.F.matmul(x, w):sum()
    assert.equal(0, C.dg_update_sgd(w, dg.ones(2, 1), 1))
    assert.error_matches(function() y:backward() end, "matmul: input 2 was overwritten")
  end)

  it("refuse tensors that do not fit", function()
    local function refuses(text, status)
      assert.is_true(status == -1 or status ~= status)
      assert.equal(text, ffi.string(C.dg_error_message()))
      C.dg_error_clear()
    end
    local x, y = dg.zeros(2), dg.zeros(3)
    refuses("update_sgd: param is float32 2, grad is float32 3", C.dg_update_sgd(x, y, 1))
    refuses("update_sgd: param is float32 2, grad is float64 2",
      C.dg_update_sgd(x, dg.zeros({ 2 }, "float64"), 1))
    refuses("scale: wanted a float tensor, y has int32", C.dg_scale(dg.zeros({ 2 }, "int32"), 1))
    refuses("scale: y is not contiguous", C.dg_scale(dg.zeros(2, 3):transpose(), 1))
    refuses("add_scaled: x shares elements with another argument", C.dg_add_scaled(x, x, 1))
    refuses("update_sgd: grad: a tensor is missing (NULL)", C.dg_update_sgd(x, nil, 1))
    refuses("sum_of_squares: wanted a float tensor, got int32",
      C.dg_sum_of_squares(dg.zeros({ 2 }, "int32")))
  end)
end)
