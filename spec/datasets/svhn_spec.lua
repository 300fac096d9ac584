local dataset = require "dgraph.dataset"
local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"

local FIXTURES = "spec/fixtures/mat"

--- The byte at a place of an image, all counted from 0, as spec/fixtures/mat/make.py writes it.
local function pixel(i, c, y, x) return (7 * y + 3 * x + 50 * c + 11 * i) % 256 end

describe("get_svhn", function()
  local place

  before_each(function() place = folder.new() end)

  after_each(function()
    dataset.set_dataset_root(nil)
    folder.remove(place)
  end)

  it("reads images and labels, where label 1 is the digit 0", function()
    local train, test, extra = datasets.get_svhn { folder = FIXTURES }
    assert.same({ 3, 2, "nil" }, { #train, #test, type(extra) })
    local x, t = train:batch { 1, 2, 3 }
    assert.same({ { 3, 3, 32, 32 }, "float32", { 2, 1, 10 }, "int32" },
      { x.shape, x.dtype, t:totable(), t.dtype })
    assert.near(pixel(2, 1, 5, 20) / 255, x[{ 3, 2, 6, 21 }]:item(), 1e-6)
    assert.same({ 3, 1 }, select(2, test:batch { 1, 2 }):totable())
  end)

  it("gives bytes, images alone and the easier images", function()
    local train, test, extra = datasets.get_svhn { folder = FIXTURES, withlabel = false,
      dtype = "uint8", scale = 255, add_extra = true }
    assert.same({ { 3, 3, 32, 32 }, { 2, 3, 32, 32 }, { 1, 3, 32, 32 }, "uint8" },
      { train.shape, test.shape, extra.shape, train.dtype })
    local wanted = {}
    for i = 0, 2 do
      for c = 0, 2 do
        for y = 0, 31 do
          for x = 0, 31 do wanted[#wanted + 1] = pixel(i, c, y, x) end
        end
      end
    end
    assert.same(wanted, train:reshape { 9216 }:totable())
    local _, _, labeled = datasets.get_svhn { folder = FIXTURES, add_extra = true,
      label_dtype = "int64" }
    assert.same({ 1, 6, "int64" }, { #labeled, labeled[1][2]:item(), labeled[1][2].dtype })
  end)

  it("gives the same values in floats of 16 bits", function()
    local wanted = datasets.get_svhn { folder = FIXTURES }
    local got = datasets.get_svhn { folder = FIXTURES, dtype = "float16", label_dtype = "bfloat16" }
    local x, t = wanted:batch { 1, 2, 3 }
    local half, labels = got:batch { 1, 2, 3 }
    assert.same({ x:to("float16"):totable(), t:totable(), "float16", "bfloat16" },
      { half:totable(), labels:to("int32"):totable(), half.dtype, labels.dtype })
  end)

  it("fetches the files, checks their sums, and finds them again #slow", function()
    for _, name in ipairs { "train_32x32.mat", "test_32x32.mat" } do
      folder.write(place .. "/source/" .. name, folder.read(FIXTURES .. "/" .. name))
    end
    dataset.set_dataset_root(place .. "/root")
    local url = ("file://%s/source"):format(place)
    local done, message = pcall(function() datasets.get_svhn { url = url } end)
    assert.is_false(done)
    assert.matches("^spec/datasets/svhn_spec.lua:%d+: get_svhn: file:.*train.*wanted e26dedcc",
      message)
    assert.equal(3, #datasets.get_svhn { url = url, checksum = false })
    local train, test = datasets.get_svhn()
    assert.same({ 3, 2 }, { #train, #test })
    assert.has_error(function() datasets.get_svhn { add_extra = true, download = false } end)
  end)

  it("refuses files that are cut off, incomplete or of something else", function()
    local whole = folder.read(FIXTURES .. "/test_32x32.mat")
    local function message(test, opts)
      folder.write(place .. "/train_32x32.mat", folder.read(FIXTURES .. "/train_32x32.mat"))
      folder.write(place .. "/test_32x32.mat", test)
      opts = opts or {}
      opts.folder = place
      local done, text = pcall(function() datasets.get_svhn(opts) end)
      assert.is_false(done)
      assert.matches("^spec/datasets/svhn_spec.lua:%d+: get_svhn: ", text)
      return text
    end
    local function variable(name, class, shape, numbers)
      local element = require "spec.support.mat_file".matrix(name, class, shape, numbers)
      return whole:sub(1, 128) .. element
    end
    assert.matches("mat: .* cut off", message(whole:sub(1, -2)))
    assert.matches("not a MATLAB 5 file", message "X")
    assert.matches('there is no "X"', message(whole:sub(1, 128)))
    local X = variable("X", 9, { 32, 32, 3 }, ("\7"):rep(3072))
    assert.matches('there is no "y"', message(X))
    assert.matches("X does not hold images of 32 x 32",
      message(variable("X", 9, { 32, 3, 32 }, ("\7"):rep(3072)), { withlabel = false }))
    local function with_labels(...) return X .. variable("y", 9, { #..., 1 }, ...):sub(129) end
    assert.matches("1 images and 2 labels", message(with_labels "\1\2"))
    assert.matches("0 is no class", message(with_labels "\0"))
    assert.matches("11 is no class", message(with_labels "\11"))
    assert.matches("ndim is 3, not 1", message(whole, { ndim = 1 }))
    local done, text = pcall(function() datasets.get_svhn { folder = FIXTURES, dtype = "none" } end)
    assert.is_false(done)
    assert.matches('^spec/datasets/svhn_spec.lua:%d+: dg.empty: there is no dtype "none"', text)
    os.remove(place .. "/test_32x32.mat")
    assert.has_error(function() datasets.get_svhn { folder = place } end)
  end)
end)
