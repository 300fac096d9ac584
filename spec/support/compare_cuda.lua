--- Runs code that compares what the stand-in's kernels compute with what the host does.
local fake_cuda = require "spec.support.fake_cuda"

--- compare(name, tolerance, f, ...): f of the inputs on the host, and on the stand-in's device.
local COMPARE = [[
dg.random.seed(5)
local function compare(name, tolerance, f, ...)
  local near, far = { ... }, {}
  for i, x in ipairs(near) do far[i] = x:to "cuda" end
  local a, b = flat(f(unpack(near)):totable(), {}), flat(f(unpack(far)):to("cpu"):totable(), {})
  assert(#a == #b and #a > 0, name)
  for i = 1, #a do
    local d = math.abs(a[i] - b[i]) / math.max(1, math.abs(a[i]))
    if not (d <= tolerance) then print(("%s: %.9g, wanted %.9g"):format(name, b[i], a[i])) break end
  end
end
local function gradient(f)
  return function(x, ...)
    x = x:copy():detach()
    x.requires_grad = true
    local loss = F.sum(F.square(f(x, ...)))
    loss:backward()
    return x.grad
  end
end
local function normal(...) return dg.random.normal(0, 1, { ... }) end
local function integers(low, high, ...) return dg.random.randint(low, high, { ... }, "int64") end
]]

--- What the code prints: nothing, if all is the same.
return function(code) return fake_cuda(COMPARE .. code) end
