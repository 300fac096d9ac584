--- What every layer must do, tried with each: names in files, sizes from the first input, copies,
--- gradients, saving, and moving to another device. VGG, ResNet and GoogLeNet, which are large,
--- have specs of their own.
local dg = require "dgraph"
local every = require "spec.support.every_link"
local expected = require "spec.support.expected_names"
local fake_cuda = require "spec.support.fake_cuda"

local F, serializers = dg.F, dg.serializers

local function listed(link)
  local list = {}
  for name, param in link:namedparams() do
    list[#list + 1] = name .. " " .. table.concat(param.shape, "x")
  end
  table.sort(list)
  return list
end

local function sorted(list)
  local copy = { unpack(list) }
  table.sort(copy)
  return copy
end

--- All tensors of some results, in lists or not.
local function tensors(found, ...)
  for i = 1, select("#", ...) do
    local x = (select(i, ...))
    if dg.is_tensor(x) then found[#found + 1] = x
    elseif type(x) == "table" then tensors(found, unpack(x)) end
  end
  return found
end

--- What it makes of the same inputs each time; a recurrent one of two in a row.
local function run(case, link)
  dg.seed(11)
  if case.state then
    link:reset_state()
    link(case.inputs())
  end
  return tensors({}, link(case.inputs()))
end

local function numbers(case, link)
  local ys = dg.test_mode(run, case, link)
  for i, y in ipairs(ys) do ys[i] = y:totable() end
  return ys
end

local function sum_of(ys)
  local sum
  for _, y in ipairs(ys) do
    local one = F.sum(F.square(F.cast(y, "float32") - 0.3))
    sum = sum and sum + one or one
  end
  return sum
end

--- What it computes with in use: a parameter, or where it has none an average.
local function first_numbers(case, link)
  local _, param = link:namedparams()()
  return param or link[case.persistent[1]]
end

for name, case in pairs(every) do
  describe(name, function()
    before_each(function() dg.seed(7) end)

    it("has its parameters by the names of files", function()
      local link = case.make()
      run(case, link)
      assert.same(sorted(case.params), listed(link))
    end)

    if case.lazy then
      it("takes sizes from the first input", function()
        local link = case.lazy()
        assert.not_same(sorted(case.params), listed(link))
        run(case, link)
        assert.same(sorted(case.params), listed(link))
      end)
    end

    it("is copied, with numbers of its own or shared ones", function()
      local link = case.make()
      local wanted = numbers(case, link)
      local copy, sharing = link:copy "copy", link:copy()
      assert.same(wanted, numbers(case, copy))
      assert.same(wanted, numbers(case, sharing))
      local param = first_numbers(case, link)
      param.data = param.data + dg.randn(param.shape)
      local other = numbers(case, link)
      assert.not_same(wanted, other)
      assert.same(wanted, numbers(case, copy))
      assert.same(other, numbers(case, sharing))
      assert.same(listed(link), listed(copy))
    end)

    it("gives each parameter a gradient, and clears them", function()
      local link = case.make()
      sum_of(run(case, link)):backward()
      for path, param in link:namedparams() do assert.is_truthy(param.grad, path) end
      link:cleargrads()
      for path, param in link:namedparams() do assert.is_nil(param.grad, path) end
    end)

    it("is saved, and computes the same when it is loaded", function()
      local link, path = case.make(), os.tmpname()
      run(case, link)
      assert(serializers.save_npz(path, link))
      local wanted = numbers(case, link)
      for _, make in ipairs { case.make, case.lazy } do
        local other = make()
        assert(serializers.load_npz(path, other))
        assert.same(wanted, numbers(case, other))
      end
      os.remove(path)
    end)
  end)
end

describe("every link", function()
  it("is tried", function()
    for _, name in ipairs(expected.links) do
      assert.is_truthy(every[name] or name:find "^VGG" or name:find "^ResNet"
        or name == "GoogLeNet", name)
    end
  end)

  it("moves with all that it has, and takes sizes where its input is #slow", function()
    local said = fake_cuda([[
package.path = "./?.lua;" .. package.path
local every = require "spec.support.every_link"
local function place(device, link, case, what)
  for path, x in link:namedparams() do
    if x.is_initialized and x.device ~= device then print(what, path, x.device) end
  end
  for _, list in ipairs { case.persistent or {}, case.state or {} } do
    for _, field in ipairs(list) do
      local x = link[field]
      if x and x.device ~= device then print(what, field, x.device) end
    end
  end
end
local count = 0
for name, case in pairs(every) do
  local link = case.make()
  link(case.inputs())
  link:to "cuda"
  place("cuda:0", link, case, name)
  link:to_cpu()
  place("cpu", link, case, name .. " back")
  link(case.inputs())
  count = count + 1
end
for _, name in ipairs { "BatchNormalization", "LSTM" } do
  local link, case = every[name].lazy():to "cuda", every[name]
  for _ = 1, 2 do link(case.inputs():to "cuda") end
  place("cuda:0", link, case, name)
end
print(count .. " links")
]])
    local count = 0
    for _ in pairs(every) do count = count + 1 end
    assert.equal(count .. " links", said)
  end)
end)
