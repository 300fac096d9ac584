local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"
local reference = require "spec.support.reference"
local settle = require "spec.support.settle"

local F = dg.F
local close = dg.gradient_check.assert_allclose

for _, name in ipairs { "fft", "ifft" } do
  local f = F[name]
  op_case(name, {
    f = function(...) return f { ... } end,
    inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
    known = {
      { { 1, 2, 3, 4 }, { 0, 0, 0, 0 },
        name == "fft" and { 10, -2, -2, -2 } or { 2.5, -0.5, -0.5, -0.5 } },
      { { 5 }, { 7 }, { 5 } },
    },
    shapes = { { 1 }, { 0, 3 }, { 2 }, { 2, 3 }, { 66 }, { 2, 3, 2 } },
    usual = { 2, 3 },
    bad_shapes = { { {}, {} }, { { 3, 0 }, { 3, 0 } }, { { 2, 2 }, { 2, 3 } } },
    nan = "some",
    error_name = name,
    in_lua = true, caches = true,
  })
end

--- The transform by its definition.
local function by_definition(real, imag)
  local n = real.shape[#real.shape]
  local j = dg.arange(n, { dtype = real.dtype })
  local angle = F.mod(F.outer(j, j), n) * (2 * math.pi / n)
  local c, s = F.cos(angle), F.sin(angle)
  return F.matmul(real, c) + F.matmul(imag, s), F.matmul(imag, c) - F.matmul(real, s)
end

local function random(...) return dg.random.normal(0, 1, { ... }, { dtype = "float64" }) end

describe("fft", function()
  it("follows the definition for all kinds of sizes, and ifft leads back", function()
    for _, n in ipairs { 64, 67, 128, 254, 257, 263, 514, 771 } do
      local real, imag = random(2, n), random(2, n)
      local a, b = F.fft { real, imag }
      local c, d = by_definition(real, imag)
      close(a, c, 1e-11, 0, n)
      close(b, d, 1e-11, 0, n)
      c, d = F.ifft { a, b }
      close(c, real, 1e-13, 0, n)
      close(d, imag, 1e-13, 0, n)
    end
  end)

  it("gives zeros of one place for a constant, however many there are", function()
    local n = 3 * 2 ^ 12
    local real, imag = F.fft { dg.ones({ n }, "float64"), dg.zeros({ n }, "float64") }
    assert.near(n, real[1]:item(), 1e-9)
    real[1] = 0
    assert.is_true(F.max(F.absolute(real)):item() + F.max(F.absolute(imag)):item() < 1e-9)
  end)

  it("has gradients of one part alone, through a convolution as well", function()
    for _, n in ipairs { 6, 257 } do
      local real, imag = dg.Variable(random(n)), dg.Variable(random(n))
      local weights = random(n)
      local _, b = F.fft { real, imag }
      F.sum(b * weights):backward()
      local zero = dg.zeros_like(weights)
      local c, d = by_definition(weights, zero)
      close(real.grad, d, 1e-11, 0) -- minus the sines, which are symmetric
      close(imag.grad, c, 1e-11, 0)
    end
  end)

  it("stays float32 in autocast", function()
    local real, imag = dg.randn(2, 30), dg.randn(2, 30)
    local a, b = F.fft { real, imag }
    local c, d = dg.autocast("bfloat16", function() return F.fft { real, imag } end)
    assert.equal("float32", c.dtype)
    close(c, a, 0, 0)
    close(d, b, 0, 0)
  end)

  it("refuses what is no pair of floats", function()
    local x = dg.ones(3)
    assert.error_matches(function() F.fft { x } end, "F.fft: wanted a real .* got 1 tensors")
    assert.error_matches(function() F.ifft { x, x, x } end, "F.ifft: wanted a real .* got 3")
    for _, wrong in ipairs { 3, "x", x, dg.ones(2, 3) } do
      assert.error_matches(function() F.fft(wrong) end, "F.fft: x must be a list of tensors, got")
    end
    assert.error_matches(function() F.ifft() end, "F.ifft: x must be a list of tensors, got nil")
    assert.error_matches(function() F.fft { x, nil, x } end, "F.fft: x%[2%] must be a tensor")
    assert.error_matches(function() F.fft { 1, 2 } end, "F.fft: x%[1%] must be a tensor, got 1")
    assert.error_matches(function() F.fft { x, dg.ones(2) } end,
      "F.fft: float32 3 and float32 2 differ")
    assert.error_matches(function() F.ifft { x, dg.ones({ 3 }, "float64") } end,
      "F.ifft: float32 3 and float64 3 differ")
  end)

  it("keeps no more than some constants, and none when memory is short #long", function()
    settle(native.make_room)
    local before = dg.memory().live
    local largest = 0
    for _, n in ipairs { 2 ^ 19, 3 * 2 ^ 18, 5 * 2 ^ 17 } do
      local x = dg.zeros(n)
      dg.scope(function() F.fft { x, x } end)
      x:release()
      collectgarbage()
      collectgarbage()
      largest = math.max(largest, dg.memory().live - before)
    end
    assert.is_true(largest > 3 * 2 ^ 19 * 4 and largest < 1.2 * 2 ^ 22 * 4, largest)
    settle(native.make_room)
    assert.equal(before, dg.memory().live)
  end)
end)

local function fft(...) return F.fft { ... } end
local function ifft(...) return F.ifft { ... } end

reference("fourier", {
  fft = fft, ifft = ifft, ["fft in two steps"] = fft, ["ifft in two steps"] = ifft,
  ["fft of a prime"] = fft, ["ifft of a large prime"] = ifft,
})
