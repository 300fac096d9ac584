--- The linear layer's bias, which cuBLAS adds where it can, on the stand-in.
local fake_cuda = require "spec.support.fake_cuda"

local HEAD = [[
ffi.cdef "int fake_biased_products(void), fake_descriptions(void); void fake_refuse_biases(int on);"
local products = fake.fake_biased_products
dg.random.seed(5)
--- Whether y is near what the host computes; how many launches and products with a bias there were.
local function try(x, w, b, tolerance)
  local far = { x:to "cuda", w:to "cuda", b:to "cuda" }
  local launched, count = fake.fake_launched(), products()
  local y = F.linear(unpack(far))
  launched, count = fake.fake_launched() - launched, products() - count
  local wanted = F.matmul(F.cast(x, "float64"), F.cast(w, "float64"):transpose())
    + F.cast(b, "float64")
  local d = F.max(F.abs(F.cast(y:to "cpu", "float64") - wanted)):item()
  return d <= tolerance and "near" or d, launched, count
end
local function normal(dtype, ...) return F.cast(dg.random.normal(0, 1, { ... }), dtype) end
]]

describe("the linear layer on a card, #slow", function()
  local function prints(wanted, code) assert.equal(wanted, fake_cuda(HEAD .. code)) end

  it("has cuBLAS add the bias, of all floats but doubles", function()
    prints("near\t0\t1\nnear\t0\t1\nnear\t0\t1\nnear\t1\t0", [[
for dtype, u in pairs { float32 = 1e-5, float16 = 2 ^ -7, bfloat16 = 2 ^ -4 } do
  print(try(normal(dtype, 7, 5), normal(dtype, 3, 5), normal(dtype, 3), u))
end
print(try(normal("float64", 7, 5), normal("float64", 3, 5), normal("float64", 3), 1e-13))
]])
  end)

  it("takes factors as they lie, and keeps what it found for each kind", function()
    prints("4\tnear\n4\tnear\n8\tnear\n12\tnear\n16\tnear\n16\tnear", [[
local x, w, b = normal("float32", 8, 8), normal("float32", 8, 8), normal("float32", 8):to "cuda"
local function multiply(a, c)
  local d = F.linear(a, c, b):to "cpu" - F.linear(a:to "cpu", c:to "cpu", b:to "cpu")
  print(fake.fake_descriptions(), F.max(F.abs(d)):item() < 1e-5 and "near" or d)
end
x, w = x:to "cuda", w:to "cuda"
multiply(x, w)
multiply(w, x)
multiply(x:transpose(), w)
multiply(x, w:transpose())
multiply(x:transpose(), w:transpose())
multiply(w:transpose(), w:transpose())
]])
  end)

  it("adds it by itself where it has gaps or lies askew", function()
    prints("near\t1\t0\nnear\t1\t0\nnear\t1\t0", [[
local x, w, b = normal("float32", 8, 8), normal("float32", 8, 8), normal("float32", 17)
local function part(far, ...)
  local launched, count = fake.fake_launched(), products()
  local y = F.linear(...)
  launched, count = fake.fake_launched() - launched, products() - count
  local near = {}
  for i = 1, 3 do near[i] = select(i, ...):to "cpu" end
  local d = F.max(F.abs(y:to "cpu" - F.linear(unpack(near)))):item()
  print(d < 1e-5 and "near" or d, launched, count)
end
x, w, b = x:to "cuda", w:to "cuda", b:to "cuda"
part("gaps", x, w, b[{ { 1, 16, 2 } }])
part("a bias askew", x, w, b[{ { 2, 9 } }])
part("a factor askew", F.flatten(x)[{ { 2, 57 } }]:reshape { 7, 8 }, w, b[{ { 1, 8 } }])
]])
  end)

  for how, text in ipairs { "finds no way", "refuses the one that it found" } do
    it("adds it by itself where cuBLAS " .. text, function()
      prints("near\t1\t0\nnear\t1\t0", ("fake.fake_refuse_biases(%d)"):format(how) .. [[

local x, w, b = normal("float32", 8, 8), normal("float32", 8, 8), normal("float32", 8)
print(try(x, w, b, 1e-5))
print(try(x, w, b, 1e-5))
]])
    end)
  end

  it("is recorded, and done again with the bias of then", function()
    prints("3 4 5 6\ttrue\ttrue", [[
local x, w = dg.ones({ 4, 2 }, { device = "cuda" }), dg.ones({ 4, 2 }, { device = "cuda" })
local b = dg.ones({ 4 }, { device = "cuda" })
local step = dg.capture(function(a) return F.linear(a, w, b) end)
local values = {}
for i = 1, 4 do
  b:fill(i)
  values[i] = step(x):to("cpu"):totable()[1][1]
end
print(table.concat(values, " "), step.replays > 0, products() < 4)
]])
  end)
end)
