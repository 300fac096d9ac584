local dataset = require "dgraph.dataset"
local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"

local function write_files(path, images, labels)
  for _, part in ipairs { "train", "t10k" } do
    folder.write(path .. "/" .. part .. "-images-idx3-ubyte.gz",
      ("\0\0\8\3\0\0\0%s\0\0\0\28\0\0\0\28"):format(string.char(images))
      .. ("\0\255\51\102"):rep(28 * 28 * images / 4))
    folder.write(path .. "/" .. part .. "-labels-idx1-ubyte.gz", "\0\0\8\1\0\0\0"
      .. string.char(#labels) .. labels)
  end
end

for name, sum in pairs {
  get_fashion_mnist = "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
  get_kuzushiji_mnist = "bdb82020997e1d708af4cf47b453dcf7",
} do
  describe(name, function()
    local get = datasets[name]
    local source

    before_each(function()
      source = folder.new()
      write_files(source, 2, "\0\9")
    end)

    after_each(function()
      dataset.set_dataset_root(nil)
      folder.remove(source)
    end)

    it("reads a folder of the user", function()
      local train, test = get { folder = source }
      assert.same({ 2, 2 }, { #train, #test })
      local x, t = train:batch { 1, 2 }
      assert.same({ { 2, 784 }, { 1, 10 }, "float32", "int32" },
        { x.shape, t:totable(), x.dtype, t.dtype })
      assert.same({ 0, 1, 51 / 255 }, { x[{ 1, 1 }]:item(), x[{ 1, 2 }]:item(),
        math.floor(x[{ 1, 3 }]:item() * 255 + 0.5) / 255 })
      local images = get { folder = source, withlabel = false, ndim = 3,
        scale = 255 }
      assert.same({ { 2, 1, 28, 28 }, 51 }, { images.shape, images[{ 1, 1, 1, 3 }]:item() })
    end)

    it("fetches the files into the dataset root, and checks their sums #slow", function()
      local root = folder.new()
      dataset.set_dataset_root(root)
      local done, message = pcall(function()
        get { url = "file://" .. source }
      end)
      assert.is_false(done)
      assert.matches("^spec/datasets/fashion_mnist_spec.lua:%d+: " .. name .. ": file:", message)
      assert.matches("wanted " .. sum, message)
      assert.equal(0, folder.count(root .. name:gsub("get_", "/")))
      local train = get { url = "file://" .. source, checksum = false }
      assert.equal(2, #train)
      assert.equal(4, folder.count(root .. name:gsub("get_", "/")))
      assert.equal(2, #get { download = false })
      folder.remove(root)
    end)

    it("refuses files of another form", function()
      assert.has_error(function() get { folder = source, ndim = 4 } end)
      assert.has_error(function() get { folder = "/nowhere" } end)
      write_files(source, 2, "\0\10")
      local done, message = pcall(get, { folder = source })
      assert.is_false(done)
      assert.matches("10 is no class", message)
      write_files(source, 2, "\1")
      done, message = pcall(get, { folder = source })
      assert.is_false(done)
      assert.matches("2 images and 1 labels", message)
    end)
  end)
end

describe("the classes of get_fashion_mnist", function()
  it("have names", function()
    local labels = datasets.get_fashion_mnist_labels()
    assert.same({ 10, "T-shirt/top", "Ankle boot" }, { #labels, labels[1], labels[10] })
  end)
end)

describe("the classes of get_kuzushiji_mnist", function()
  it("have names in Latin letters and in Japanese", function()
    local labels = datasets.get_kuzushiji_mnist_labels()
    assert.same({ 10, "o", "お", "wo", "を" }, { #labels, labels[1][1], labels[1][2],
      labels[10][1], labels[10][2] })
    labels[1][1] = "?"
    assert.equal("o", datasets.get_kuzushiji_mnist_labels()[1][1])
  end)
end)
