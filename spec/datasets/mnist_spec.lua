local get_mnist = require "dgraph.datasets".get_mnist

describe("get_mnist", function()
  local folder = "examples/data/mnist_subset"

  it("gives images and labels of the subset that comes along", function()
    local train, test = get_mnist { folder = folder }
    assert.same({ 2500, 500 }, { #train, #test })
    local images, labels = train:batch { 1, 2, 3, 4, 5, 6, 7, 8 }
    assert.same({ { 8, 784 }, "float32" }, { images.shape, images.dtype })
    -- The first digits of MNIST are 5 0 4 1 9 2 1 3; a label is one more than its digit.
    assert.same({ 6, 1, 5, 2, 10, 3, 2, 4 }, labels:totable())
    assert.equal("int32", labels.dtype)
    local low, high = math.huge, -math.huge
    for _, row in ipairs(images:totable()) do
      for _, value in ipairs(row) do low, high = math.min(low, value), math.max(high, value) end
    end
    assert.same({ 0, 1 }, { low, high })
  end)

  it("scales, shapes and leaves the labels out as it is told", function()
    local train, test = get_mnist { folder = folder, withlabel = false, ndim = 3, scale = 255,
      dtype = "uint8" }
    assert.same({ { 2500, 1, 28, 28 }, "uint8" }, { train.shape, train.dtype })
    assert.same({ 500, 1, 28, 28 }, test.shape)
    local _, labelled = get_mnist { folder = folder, ndim = 2, label_dtype = "int64" }
    local images, labels = labelled:batch { 1 }
    assert.same({ { 1, 28, 28 }, "int64", { 8 } }, { images.shape, labels.dtype, labels:totable() })
  end)

  it("names the places where it has looked", function()
    local done, message = pcall(function() get_mnist { folder = "/nowhere" } end)
    assert.is_false(done)
    assert.matches("^spec/datasets/mnist_spec.lua:%d+: get_mnist: no train%-images", message)
    assert.matches("\n  /nowhere\n", message)
    assert.matches("DGRAPH_DATA", message)
    done, message = pcall(get_mnist, { ndim = 4 })
    assert.is_false(done)
    assert.matches("ndim is 1, 2 or 3, not 4", message)
  end)

  it("refuses files that do not belong together", function()
    local mixed = os.tmpname()
    os.execute(("rm %s && cp -r %s %s && cd %s && cp t10k-labels* train-labels-idx1-ubyte.gz")
      :format(mixed, folder, mixed, mixed))
    local done, message = pcall(get_mnist, { folder = mixed })
    os.execute("rm -r " .. mixed)
    assert.is_false(done)
    assert.matches("2500 images and 500 labels", message)
  end)
end)
