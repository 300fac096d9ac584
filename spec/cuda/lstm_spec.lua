--- LSTMs over sequences by CUDA's kernels, on the stand-in.
local compare_cuda = require "spec.support.compare_cuda"
local fake_cuda = require "spec.support.fake_cuda"

describe("CUDA's LSTMs, run by the host, #slow", function()
  local function same(what, code)
    it("compute the same " .. what, function() assert.equal("", compare_cuda(code)) end)
  end

  same("LSTMs over sequences, with small matrices and with others", [[
local ws, bs = {}, {}
local function sequences(xs, lengths)
  local list, at = {}, 1
  for i, n in ipairs(lengths) do list[i], at = xs[{ { at, at + n - 1 } }], at + n end
  return list
end
local function lstm(lengths, two)
  return function(xs, hx, ...)
    for k = 1, two and 16 or 8 do ws[k], bs[k] = select(k, ...), select(16 + k, ...) end
    local W, b = { { unpack(ws, 1, 8) } }, { { unpack(bs, 1, 8) } }
    if two then W[2], b[2] = { unpack(ws, 9) }, { unpack(bs, 9) } end
    local f = two and F.n_step_bilstm or F.n_step_lstm
    local h, c, ys = f(1, 0, hx, hx * 0.5, W, b, sequences(xs, lengths))
    return F.concat({ F.flatten(h), F.flatten(c), F.flatten(F.concat(ys, 1)) }, 1)
  end
end
for _, case in ipairs {
  { 6, { 3, 3, 3 } }, { 8, { 5, 3, 3, 1 } }, { 36, { 2, 1 } }, { 132, { 2 } },
  { 8, { 4, 2, 2, 1, 1 }, true },
} do
  local units, lengths, two = unpack(case)
  local rows = 0
  for _, n in ipairs(lengths) do rows = rows + n end
  local inputs = { normal(rows, 4), normal(two and 2 or 1, lengths[1], units) }
  for k = 1, 16 do
    inputs[2 + k] = normal(units, (k - 1) % 8 < 4 and 4 or units) * (units < 9 and 1 or 0.2)
    inputs[18 + k] = normal(units)
  end
  local f = lstm(lengths, two)
  local function by_h(h, x, ...) return f(x, h, ...) end
  local function by_w(w, x, h, a, b, c, d, _, ...) return f(x, h, a, b, c, d, w, ...) end
  for dtype, u in pairs { float32 = 1e-5, float64 = 1e-13 } do
    local x = {}
    for i, v in ipairs(inputs) do x[i] = F.cast(v, dtype) end
    compare(units .. dtype, u, f, unpack(x))
    compare("the gradient", 20 * u, gradient(f), unpack(x))
    compare("of h", 20 * u, gradient(by_h), x[2], x[1], unpack(x, 3))
    compare("of W", 20 * u, gradient(by_w), x[7], unpack(x))
  end
end
]])

  it("go through each step of an LSTM by one kernel, and a product unless that is small", function()
    assert.equal("step_on_bf16 3 step_back_bf16 3\nall_on_f32 3 all_back_f32 4", fake_cuda([[
local dtype
local function normal(...)
  return dg.tensor(dg.randn { ... }, { dtype = dtype, device = "cuda" })
end
local function count(f)
  local first, n, name = fake.fake_launched(), 0
  local y = f()
  for i = first, fake.fake_launched() - 1 do
    local this = ffi.string(fake.fake_launch_name(i))
    if this:find "^step" or this:find "^all" then n, name = n + 1, this end
  end
  return name .. " " .. n, y
end
for _, name in ipairs { "bfloat16", "float32" } do
  dtype = name
  local xs, ws, bs = { normal(3, 2), normal(2, 2), normal(1, 2) }, {}, {}
  for k = 1, 8 do ws[k], bs[k] = normal(4, k < 5 and 2 or 4), normal(4) end
  local h = normal(1, 3, 4)
  h.requires_grad = true
  local on, y = count(function() return F.sum((F.n_step_lstm(1, 0, h, h, { ws }, { bs }, xs))) end)
  print(on .. " " .. (count(function() y:backward() end)))
end
]]))
  end)
end)
