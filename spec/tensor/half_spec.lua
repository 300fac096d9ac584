local bit = require "bit"
local ffi = require "ffi"
local dg = require "dgraph"
local settle = require "spec.support.settle"
local F = dg.F

--- How many bits of exponent and fraction, and the bits of the one NaN.
local KINDS = {
  float16 = { exponent = 5, fraction = 10, nan = 0x7e00 },
  bfloat16 = { exponent = 8, fraction = 7, nan = 0x7fc0 },
}

--- The number that a pattern stands for, by definition.
local function decode(kind, pattern)
  local sign = pattern >= 0x8000 and -1 or 1
  local fraction = bit.band(pattern, 2 ^ kind.fraction - 1)
  local exponent = bit.band(bit.rshift(pattern, kind.fraction), 2 ^ kind.exponent - 1)
  local bias = 2 ^ (kind.exponent - 1) - 1
  if exponent == 2 ^ kind.exponent - 1 then
    return fraction == 0 and sign / 0 or 0 / 0
  elseif exponent == 0 then
    return sign * fraction * 2 ^ (1 - bias - kind.fraction)
  end
  return sign * (2 ^ kind.fraction + fraction) * 2 ^ (exponent - bias - kind.fraction)
end

--- All 65536 patterns, as a tensor.
local function all_patterns(dtype)
  local x = dg.empty({ 65536 }, dtype)
  local bits = x:pointer()
  for pattern = 0, 65535 do bits[pattern] = pattern end
  return x
end

local function same_number(a, b) return a == b and 1 / a == 1 / b or a ~= a and b ~= b end

--- Each element's bits, for each of `count` numbers given as `dtype`.
local function bits_of(numbers, count, dtype, to)
  return dg.from_pointer(numbers, { count }, dtype):to(to)
end

for dtype, kind in pairs(KINDS) do
  describe(dtype, function()
    local most = 2 ^ (kind.exponent + kind.fraction) - 2 ^ kind.fraction -- infinity

    for _, wide in ipairs { "float32", "float64" } do
      it("is exact in " .. wide .. ", pattern by pattern, and comes back", function()
        local x = all_patterns(dtype)
        local numbers = x:to(wide)
        local back = numbers:to(dtype):pointer()
        numbers = numbers:pointer()
        for pattern = 0, 65535 do
          local number = decode(kind, pattern)
          assert(same_number(number, numbers[pattern]), pattern)
          assert(back[pattern] == (number == number and pattern or kind.nan), pattern)
        end
      end)

      it("takes of " .. wide .. " the nearest, of two the even one", function()
        local above, middle, below = ffi.new("double[?]", most), ffi.new("double[?]", most),
          ffi.new("double[?]", most)
        local tiny = wide == "float32" and 2 ^ -12 or 2 ^ -40
        for pattern = 0, most - 1 do
          local a, b = decode(kind, pattern), decode(kind, pattern + 1)
          if b == math.huge then b = 2 * a - decode(kind, pattern - 1) end
          middle[pattern] = (a + b) / 2
          above[pattern] = (a + b) / 2 + (b - a) * tiny
          below[pattern] = (a + b) / 2 - (b - a) * tiny
        end
        local function round(numbers)
          return bits_of(numbers, most, "float64", wide):to(dtype)
        end
        local high, even, low = round(above), round(middle), round(below)
        local h, e, l = high:pointer(), even:pointer(), low:pointer()
        for pattern = 0, most - 1 do
          -- float32 has no number between where bfloat16 has its smallest
          local exact = wide == "float64" or decode(kind, pattern + 1) > 2 ^ -120
          assert(e[pattern] == pattern + pattern % 2 or not exact, pattern)
          assert(h[pattern] == pattern + 1 or not exact, pattern)
          assert(l[pattern] == pattern or not exact, pattern)
        end
        assert.equal(bit.bor(e[2], 0x8000), (-even):pointer()[2])
      end)
    end

    it("goes to infinity beyond its largest number, and keeps the sign of 0", function()
      local x = dg.tensor({ 1e39, -1e39, 0, 1e300, 1 / 0, -1 / 0 }, "float64")
      x[3] = -0.0
      local bits = x:to(dtype):pointer()
      local minus = most + 0x8000
      assert.same({ most, minus, 0x8000, most, most, minus },
        { bits[0], bits[1], bits[2], bits[3], bits[4], bits[5] })
    end)

    it("is rounded once, from doubles and from large integers", function()
      local digits = 2 ^ (kind.fraction + 1) -- 1 + 1 / digits lies half way
      local half_way = 1 + 1 / digits
      local x = dg.tensor({ half_way, half_way + 2 ^ -50, half_way - 2 ^ -50, -half_way - 2 ^ -50 },
        "float64"):to(dtype):to "float64"
      assert.same({ 1, 1 + 2 / digits, 1, -1 - 2 / digits }, x:totable())
      local wide = ffi.new("int64_t[4]", { 2LL ^ 62 })
      local one, half = bit.lshift(1LL, 62), bit.lshift(1LL, 62 - kind.fraction - 1)
      wide[0], wide[1], wide[2], wide[3] = one + half, one + half + 1, one + half - 1,
        -one - half - 1
      local y = bits_of(wide, 4, "int64", dtype):to "float64":totable()
      local next_one = (1 + 2 / digits) * 2 ^ 62
      if dtype == "float16" then next_one = math.huge end
      assert.same(dtype == "float16" and { next_one, next_one, next_one, -next_one }
        or { 2 ^ 62, next_one, 2 ^ 62, -next_one }, y)
    end)

    it("goes to integers and bools as float32 does", function()
      local x = dg.tensor({ 2.75, -2.75, 0 / 0, 1 / 0, -1 / 0, 0, 300 }, dtype)
      for _, to in ipairs { "int32", "int64", "uint8", "bool" } do
        assert.same(x:to "float32":to(to):totable(), x:to(to):totable())
        assert.same(x:to(to):to "float32":totable()[7], x:to(to):to(dtype):to "float32"
          :to(to):to "float32":totable()[7])
      end
      assert.same({ 3, 0, 255 }, dg.tensor({ 3, 0, 255 }, "uint8"):to(dtype):totable())
      assert.same({ 1, 0 }, dg.tensor({ true, false }):to(dtype):totable())
      assert.same({ -7, 100 }, dg.tensor({ -7, 100 }, "int32"):to(dtype):totable())
    end)

    it("is made, read, printed and copied", function()
      local x = dg.tensor({ { 1, 2.5 }, { -3, 0 / 0 } }, dtype)
      assert.same({ dtype, 2, 8 }, { x.dtype, x.itemsize, x.nbytes })
      assert.equal("{{1, 2.5}, {-3, nan}} " .. dtype .. " 2x2", tostring(x))
      assert.equal(2.5, x[{ 1, 2 }]:item())
      assert.equal(2.5, x:totable()[1][2])
      assert.equal("ctype<unsigned short *>", tostring(ffi.typeof(x:pointer())))
      local y = x:transpose():copy()
      y[{ 2, 1 }] = 7
      assert.same({ 1, -3 }, y:totable()[1])
      assert.same({ 7 }, { y:totable()[2][1] })
      assert.same({ { 1, 1 }, { 0, 0 } },
        { dg.ones({ 2 }, dtype):totable(), dg.zeros({ 2 }, dtype):totable() })
      assert.same({ 1, 2, 3 }, dg.arange(1, 4, 1, dtype):totable())
      assert.equal(dtype, dg.ones_like(x).dtype)
      assert.equal(8, #x:tostring())
    end)

    it("is drawn at random, as float32 rounded", function()
      dg.seed(4)
      local x = dg.randn(50, dtype)
      dg.seed(4)
      assert.same(dg.randn(50):to(dtype):totable(), x:totable())
      local whole = dg.random.randint(-5, 5, { 100 }, dtype)
      assert.same(whole:totable(), F.floor(whole):totable())
      assert.equal(dtype, dg.rand(2, dtype).dtype)
    end)

    it("is indexed and changed in place", function()
      local x = dg.arange(1, 13, 1, dtype):reshape { 3, 4 }
      assert.same({ 3, 7, 11 }, x[{ {}, 3 }]:totable())
      assert.same({ 9, 10, 11, 12 }, x[dg.tensor({ 3 }, "int64")][1]:totable())
      x[x:gt(6)] = 0
      assert.same({ 5, 6, 0, 0 }, x[2]:totable())
      x[dg.tensor({ 1, 3 }, "int64")] = dg.ones({ 2, 4 }, dtype)
      assert.same({ 1, 1, 1, 1 }, x[3]:totable())
      assert.same({ { 2, 1 }, { 2, 2 } }, F.nonzero(x[{ { 2, 2 } }] and x[{ { 2, 3 }, { 1, 2 } }]
        * dg.tensor({ { 0, 0 }, { 1, 1 } }, dtype)):totable())
    end)

    it("looks at memory of others", function()
      local bits = ffi.new("uint16_t[2]", { kind.nan, 0 })
      local x = dg.from_pointer(bits, { 2 }, dtype)
      x:fill(1)
      assert.equal(decode(kind, bits[0]), 1)
      assert.same({ 1, 1 }, x:totable())
    end)

    it("stays itself beside numbers and itself, and becomes float32 beside others", function()
      local x = dg.tensor({ 1, 2 }, dtype)
      local other = dtype == "float16" and "bfloat16" or "float16"
      assert.equal(dtype, (x * 2 + 1).dtype)
      assert.equal(dtype, (x + x).dtype)
      assert.equal("float32", (x + dg.tensor({ 1, 2 }, other)).dtype)
      assert.equal("float32", (dg.tensor { 1, 2 } - x).dtype)
      assert.equal("float64", (x * dg.tensor({ 1, 2 }, "float64")).dtype)
      assert.equal("float32", F.concat({ x, dg.ones(2) }, 1).dtype)
      assert.has_error(function() return x + dg.tensor({ 1, 2 }, "int32") end)
    end)

    it("has gradients of its own dtype, of all orders", function()
      local x = dg.tensor({ 0.5, 1, 2 }, { dtype = dtype, requires_grad = true })
      local y = F.sum(F.exp(x) * x)
      local g = dg.grad({ y }, { x }, nil, { enable_double_backprop = true })[1]
      assert.equal(dtype, g.dtype)
      local gg = dg.grad({ F.sum(g) }, { x })[1]
      assert.equal(dtype, gg.dtype)
      local error = 4 / 2 ^ kind.fraction
      for i, v in ipairs { 0.5, 1, 2 } do
        local wanted = math.exp(v) * (v + 2)
        assert.is_true(math.abs(gg:totable()[i] - wanted) < error * wanted)
      end
      y = F.sum(x * x) + F.sum(x)
      y:backward()
      assert.equal(dtype, x.grad.dtype)
      assert.same({ 2, 3, 5 }, x.grad:totable())
      F.sum(x):backward()
      assert.same({ 3, 4, 6 }, x.grad:totable())
    end)

    it("is summed in float32", function()
      local x = dg.ones({ 5000 }, dtype) * 0.25
      assert.equal(1248, x:to "float32":sum():to(dtype):item() - x:sum():item() + 1248)
      assert.equal(0.25, F.mean(x):item())
      local large = dg.full({ 1000 }, 1000, dtype)
      assert.equal(1000, F.mean(large):item())
      assert.is_true(F.var(large):item() < 1e-6)
    end)

    it("leaves nothing behind", function()
      local function work()
        local x = dg.tensor({ { 1, 2 }, { 3, 4 } }, { dtype = dtype, requires_grad = true })
        local y, z = F.split(F.matmul(x, x), 2, 1), F.lstm(dg.ones({ 1, 2 }, dtype),
          dg.ones({ 1, 8 }, dtype))
        F.sum(y[1] * y[2] + z):backward()
        pcall(F.matmul, x, dg.ones({ 3, 3 }, dtype))
      end
      settle()
      local before = dg.memory()
      work()
      dg.scope(work)
      settle()
      local after = dg.memory()
      assert.same({ before.tensors, before.nodes, before.live },
        { after.tensors, after.nodes, after.live })
    end)
  end)
end
