local counting_buffers = require "spec.support.counting_buffers"
local datasets = require "dgraph.datasets"
local files = require "dgraph.utils.files"
local folder = require "spec.support.folder"
local iterators = require "dgraph.iterators"
local serializers = require "dgraph.serializers"
local zip = require "dgraph.serializers.zip"

local IMAGES = "spec/fixtures/images"
local pixels = serializers.load(IMAGES .. "/pixels.npz")

--- Packs files under names: { { "name in the archive", "text" }, ... }.
local function pack(path, entries, opts)
  local writer = zip.writer(opts)
  for _, entry in ipairs(entries) do writer:add(entry[1], entry[2]) end
  assert(files.write(path, writer:finish()))
  return path
end

local function image(name) return folder.read(IMAGES .. "/" .. name) end

describe("datasets of zipped images", function()
  local place, three, one

  setup(function()
    place = folder.new()
    three = pack(place .. "/three.zip", {
      { "photos/", "" }, { "photos/b.png", image "rgb.png" }, { "photos/a.jpg", image "rgb.jpg" },
      { "c.png", image "rgba.png" },
    })
    one = pack(place .. "/one.zip", { { "gray.png", image "gray.png" } },
      { compression = false, zip64 = true })
  end)

  teardown(function() folder.remove(place) end)

  it("give the images in the order of the archive, folders left out", function()
    local dataset = datasets.ZippedImageDataset(three)
    assert.same({ 3, "ZippedImageDataset of 3 examples" }, { #dataset, tostring(dataset) })
    assert.same({ "photos/b.png", "photos/a.jpg", "c.png" }, dataset.paths)
    assert.same({ pixels.rgb_png:totable(), "float32" },
      { dataset[1]:totable(), dataset[1].dtype })
    assert.same(pixels.rgba_png:totable(), dataset[3]:totable())
    assert.same(pixels.rgba_png:totable(), dataset:get_example("c.png"):totable())
  end)

  it("make images of one kind", function()
    local dataset = datasets.ZippedImageDataset(three, { mode = "rgb", dtype = "uint8" })
    local x = dataset:batch { 3, 1 }
    assert.same({ { 2, 3, 8, 12 }, "uint8" }, { x.shape, x.dtype })
    assert.same(pixels.rgb_png:totable(), x[1]:totable())
  end)

  it("read archives that Python wrote", function()
    local dataset = datasets.ZippedImageDataset(IMAGES .. "/python.zip")
    assert.equal("photos/rgb.png", dataset.paths[1])
    assert.same({ 1, pixels.rgb_png:totable() }, { #dataset, dataset[1]:totable() })
  end)

  it("join several archives", function()
    local dataset = datasets.MultiZippedImageDataset({ one, three }, { mode = "gray" })
    assert.same({ 4, "MultiZippedImageDataset of 4 examples" }, { #dataset, tostring(dataset) })
    assert.same(pixels.gray_png:totable(), dataset[1]:totable())
    assert.same({ 4, 1, 8, 12 }, dataset:batch({ 1, 2, 3, 4 }).shape)
    assert.same(datasets.ZippedImageDataset(three, { mode = "gray" })[3]:totable(),
      dataset[4]:totable())
  end)

  it("give labels, from a file or an array", function()
    folder.write(place .. "/labels", "photos/a.jpg 0\n\nphotos/b.png 4\nphotos/a.jpg 2\n")
    local dataset = datasets.LabeledZippedImageDataset(three, place .. "/labels",
      { zero_based = true, label_dtype = "int64" })
    assert.equal("LabeledZippedImageDataset of 3 examples", tostring(dataset))
    local x, t = dataset:batch { 1, 2, 3 }
    assert.same({ { 3, 3, 8, 12 }, { 1, 5, 3 }, "int64" }, { x.shape, t:totable(), t.dtype })
    assert.same(pixels.rgb_png:totable(), x[2]:totable())
    dataset = datasets.LabeledZippedImageDataset(one, { { "gray.png", 7 } }, { dtype = "int32" })
    local example = dataset[1]
    assert.same({ "int32", 7, "int32" },
      { example[1].dtype, example[2]:item(), example[2].dtype })
    assert.same(pixels.gray_png:totable(), dataset:get_example("gray.png"):totable())
  end)

  it("go through processes that make batches", function()
    local iterator = iterators.MultiprocessIterator(datasets.ZippedImageDataset(three,
      { mode = "rgb" }), 3, { shuffle = false, repeat_ = false, n_processes = 1 })
    local x = iterator:next()
    iterator:finalize()
    assert.same({ 3, 3, 8, 12 }, x.shape)
    assert.same(pixels.rgb_png:totable(), x[1]:totable())
  end)

  it("free what the collector would not see", function()
    local damaged = folder.read(one):gsub("IDAT", "IDAX") -- stored: the checksum is wrong
    folder.write(place .. "/damaged.zip", damaged)
    for _, path in ipairs { one, three, place .. "/damaged.zip" } do
      local dataset = datasets.ZippedImageDataset(path)
      local made, freed = counting_buffers(function() pcall(dataset.get_example, dataset, 1) end)
      assert.equal(made, freed)
      assert.equal(path:find "damaged" and 1 or 2, made)
    end
  end)

  it("refuse entries that no image fills, before they make room for them", function()
    local dataset = datasets.ZippedImageDataset(one)
    local size = 2 ^ 30
    function dataset._archive.size() return size end
    assert.same({ 1, 8, 12 }, dataset[1].shape)
    size = size + 1
    assert.same({ 0, 0 }, { counting_buffers(function()
      assert.error_matches(function() return dataset[1] end,
        "one.zip: gray.png: 1073741825 bytes are more than the limit of 1073741824")
    end) })
  end)

  it("tell what is wrong, at the line of the caller", function()
    local Zipped, Labeled = datasets.ZippedImageDataset, datasets.LabeledZippedImageDataset
    local Multi = datasets.MultiZippedImageDataset
    local text = pack(place .. "/text.zip", { { "readme.txt", "no image" } })
    local damaged = image("rgb.png"):gsub("IDAT", "IDAX")
    local broken = pack(place .. "/broken.zip", { { "broken.png", damaged } })
    local wrong = folder.read(one)
    wrong = wrong:gsub("IDAT", "IDAX") -- stored as it is, so its checksum does not fit
    folder.write(place .. "/wrong.zip", wrong)
    for message, f in pairs {
      ["ZippedImageDataset: wanted the path of an archive, got 3"] = function() Zipped(3) end,
      ["ZippedImageDataset: /nowhere.zip: No such file"] = function() Zipped "/nowhere.zip" end,
      ["ZippedImageDataset: spec: Is a directory"] = function() Zipped "spec" end,
      ["ZippedImageDataset: README.md: not a zip"] = function() Zipped "README.md" end,
      ["ZippedImageDataset: mode is"] = function() Zipped(one, { mode = "hsv" }) end,
      ['ZippedImageDataset: unknown option "label_dtype"'] = function()
        Zipped(one, { label_dtype = "int32" })
      end,
      ["text.zip: readme.txt: it is neither PNG nor JPEG"] = function()
        return Zipped(text)[1]
      end,
      ["broken.zip: broken.png: png: "] = function() return Zipped(broken)[1] end,
      ["wrong.zip: gray.png: the checksum is wrong"] = function()
        return Zipped(place .. "/wrong.zip")[1]
      end,
      ['one.zip: no entry "b.png"'] = function() Zipped(one):get_example "b.png" end,
      ["ZippedImageDataset: no example 2 among 1"] = function() return Zipped(one)[2] end,
      ["MultiZippedImageDataset: wanted an array of one path or more, got nil"] = function()
        Multi()
      end,
      ["MultiZippedImageDataset: wanted an array of one path or more, got a table"] = function()
        Multi {}
      end,
      ["MultiZippedImageDataset: /nowhere.zip"] = function() Multi { one, "/nowhere.zip" } end,
      ["LabeledZippedImageDataset: entry 1 is no path and label"] = function()
        Labeled(one, { "gray.png" })
      end,
      ['LabeledZippedImageDataset: entry 2: .*one.zip has no "b.png"'] = function()
        Labeled(one, { { "gray.png", 1 }, { "b.png", 2 } })
      end,
      ["LabeledZippedImageDataset: entry 1 has the label 0.5, which int32 cannot hold"] = function()
        Labeled(one, { { "gray.png", 0.5 } })
      end,
      ["LabeledZippedImageDataset: /nowhere"] = function() Labeled(one, "/nowhere") end,
      ["LabeledZippedImageDataset: .*colour"] = function()
        Labeled(one, { { "gray.png", 1 } }, { label_dtype = "colour" })
      end,
    } do
      local done, got = pcall(f)
      assert.is_false(done, message)
      assert.matches("^spec/datasets/zipped_image_dataset_spec.lua:%d+: ", got)
      assert.matches(message, got)
    end
  end)
end)
