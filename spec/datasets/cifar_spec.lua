local dataset = require "dgraph.dataset"
local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"

local RED, GREEN, BLUE = ("\255"):rep(1024), ("\0"):rep(1024), ("\51"):rep(1024)

local function pack(path, name, members)
  for member, text in pairs(members) do folder.write(path .. "/" .. member, text) end
  assert(os.execute(("cd %s && tar czf %s */*.bin && rm -r cifar-*/"):format(path, name)) == 0)
end

local function cifar10(first)
  local members = { ["cifar-10-batches-bin/test_batch.bin"] = "\9" .. RED .. GREEN .. BLUE }
  for i = 1, 5 do
    members[("cifar-10-batches-bin/data_batch_%d.bin"):format(i)] = string.char(i - 1)
      .. (i == 1 and first or BLUE) .. GREEN .. RED
  end
  return members
end

describe("get_cifar10", function()
  local source

  before_each(function() source = folder.new() end)

  after_each(function()
    dataset.set_dataset_root(nil)
    folder.remove(source)
  end)

  it("reads the binary archive", function()
    pack(source, "cifar-10-binary.tar.gz", cifar10(BLUE))
    local train, test = datasets.get_cifar10 { folder = source }
    assert.same({ 5, 1 }, { #train, #test })
    local x, t = train:batch { 1, 5 }
    assert.same({ { 2, 3, 32, 32 }, { 1, 5 }, "float32", "int32" },
      { x.shape, t:totable(), x.dtype, t.dtype })
    x, t = test:batch { 1 }
    assert.same({ 1, 1, 0, 10 }, { x[{ 1, 1, 1, 1 }]:item(), x[{ 1, 1, 32, 32 }]:item(),
      x[{ 1, 2, 1, 1 }]:item(), t:item() })
    assert.near(0.2, x[{ 1, 3, 5, 7 }]:item(), 1e-7)
    local flat = datasets.get_cifar10 { folder = source, ndim = 1, withlabel = false, scale = 255,
      dtype = "uint8" }
    assert.same({ { 5, 3072 }, "uint8", 51 }, { flat.shape, flat.dtype, flat[{ 2, 1 }]:item() })
  end)

  it("fetches the archive, and checks its sum #slow", function()
    pack(source, "cifar-10-binary.tar.gz", cifar10(BLUE))
    local root = folder.new()
    dataset.set_dataset_root(root)
    local done, message = pcall(function() datasets.get_cifar10 { url = "file://" .. source } end)
    assert.is_false(done)
    assert.matches("^spec/datasets/cifar_spec.lua:%d+: get_cifar10: file:.*wanted c32a1d4a",
      message)
    assert.equal(5, #datasets.get_cifar10 { url = "file://" .. source, checksum = false })
    assert.equal(5, #datasets.get_cifar10())
    folder.remove(root)
  end)

  it("refuses archives that are cut off, wrong or incomplete", function()
    assert.has_error(function() datasets.get_cifar10 { folder = source } end)
    assert.has_error(function() datasets.get_cifar10 { folder = source, ndim = 2 } end)
    local function message(members)
      pack(source, "cifar-10-binary.tar.gz", members)
      return select(2, pcall(datasets.get_cifar10, { folder = source }))
    end
    assert.matches("no records of 3073", message(cifar10(BLUE .. "x")))
    local members = cifar10(BLUE)
    members["cifar-10-batches-bin/data_batch_3.bin"] = nil
    assert.matches("the archive has no data_batch_3.bin", message(members))
    members = cifar10(BLUE)
    members["cifar-10-batches-bin/test_batch.bin"] = "\10" .. RED .. GREEN .. BLUE
    assert.matches("10 is no class", message(members))
    folder.write(source .. "/cifar-10-binary.tar.gz", "no archive at all")
    assert.matches("tar: ", select(2, pcall(datasets.get_cifar10, { folder = source })))
  end)
end)

describe("get_cifar100", function()
  it("reads fine labels, or coarse ones", function()
    local source = folder.new()
    pack(source, "cifar-100-binary.tar.gz", {
      ["cifar-100-binary/train.bin"] = "\19\99" .. RED .. GREEN .. BLUE .. "\0\1" .. BLUE:rep(3),
      ["cifar-100-binary/test.bin"] = "\3\4" .. GREEN:rep(3),
    })
    local train, test = datasets.get_cifar100 { folder = source }
    local x, t = train:batch { 1, 2 }
    assert.same({ { 2, 3, 32, 32 }, { 100, 2 }, 1 }, { x.shape, t:totable(), #test })
    assert.equal(1, x[{ 1, 1, 1, 1 }]:item())
    train = datasets.get_cifar100 { folder = source, coarse = true }
    assert.same({ 20, 1 }, select(2, train:batch { 1, 2 }):totable())
    folder.remove(source)
  end)
end)
