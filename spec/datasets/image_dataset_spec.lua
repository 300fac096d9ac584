local dg = require "dgraph"
local counting_buffers = require "spec.support.counting_buffers"
local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"
local serializers = require "dgraph.serializers"

local IMAGES = "spec/fixtures/images"
local pixels = serializers.load(IMAGES .. "/pixels.npz")

local function read(name, opts) return assert(datasets.read_image(IMAGES .. "/" .. name, opts)) end

describe("read_image", function()
  for _, name in ipairs { "rgb.png", "gray.png", "rgba.png", "gray_alpha.png", "palette.png",
    "rgb.jpg", "gray.jpg" } do
    it("reads " .. name .. " as Pillow does", function()
      local wanted = pixels[name:gsub("%.", "_")]
      local image = read(name)
      assert.same({ wanted.shape, "float32" }, { image.shape, image.dtype })
      -- Decoders of JPEG may differ by one.
      local tolerance = name:find "jpg" and 1 or 0
      assert.is_true((image - wanted:to "float32"):abs():max():item() <= tolerance)
    end)
  end

  it("reads sixteen bits as eight", function()
    assert.same(pixels.gray_png:totable(), read("gray16.png", { dtype = "uint8" }):totable())
  end)

  it("makes images gray, or coloured", function()
    local gray = read("rgb.png", { mode = "gray", dtype = "int32" })
    assert.same({ 1, 8, 12 }, gray.shape)
    local difference = (gray - pixels.rgb_as_gray:to "int32"):to "float32"
    assert.is_true(difference:abs():max():item() <= 1)
    local colour = read("gray_alpha.png", { mode = "rgb" })
    assert.same({ 3, 8, 12 }, colour.shape)
    for plane = 1, 3 do
      assert.same(pixels.gray_png[1]:totable(), colour[plane]:totable())
    end
    assert.same(pixels.rgb_png:totable(), read("rgba.png", { mode = "rgb" }):totable())
    assert.same(pixels.gray_png:totable(), read("gray_alpha.png", { mode = "gray" }):totable())
  end)

  it("gives the same values in floats of 16 bits", function()
    local wanted = read("rgb.png"):totable()
    for _, dtype in ipairs { "float16", "bfloat16", "f16" } do
      local image = read("rgb.png", { dtype = dtype })
      assert.same({ dtype:gsub("^f16", "float16"), wanted },
        { image.dtype, image:to("float32"):totable() })
    end
  end)

  it("frees what the collector would not see, of damaged images too", function()
    local path = folder.new()
    for _, name in ipairs { "rgb.png", "rgb.jpg" } do
      local text = folder.read(IMAGES .. "/" .. name)
      folder.write(path .. "/whole", text)
      folder.write(path .. "/part", text:sub(1, -31))
      for _, file in ipairs { "whole", "part" } do
        local made, freed = counting_buffers(function()
          assert.equal(file == "whole", datasets.read_image(path .. "/" .. file) ~= nil)
        end)
        assert.same({ 2, 2 }, { made, freed }) -- the file and the pixels
      end
    end
    folder.remove(path)
  end)

  it("tells what it cannot read", function()
    local function message(path) return select(2, datasets.read_image(path)) end
    assert.matches("cmyk.jpg: jpeg: images in CMYK are not read", message(IMAGES .. "/cmyk.jpg"))
    assert.matches("neither PNG nor JPEG", message "README.md")
    assert.matches("No such file", message "/nowhere")
    assert.has_error(function() datasets.read_image(3) end)
    assert.has_error(function() read("rgb.png", { mode = "hsv" }) end)
    assert.has_error(function() read("rgb.png", { dtype = "colour" }) end)
    assert.has_error(function() read("rgb.png", { other = 1 }) end)
  end)

  it("refuses images that are cut off at any byte, and survives changed ones", function()
    local path = folder.new()
    for _, name in ipairs { "rgb.png", "rgb.jpg" } do
      local text = folder.read(IMAGES .. "/" .. name)
      for size = 0, #text - 13, 7 do
        folder.write(path .. "/image", text:sub(1, size))
        local image, message = datasets.read_image(path .. "/image")
        assert.is_nil(image)
        assert.matches(path .. "/image: ", message, 1, true)
      end
      for at = 9, #text, 31 do
        local changed = text:sub(1, at - 1) .. string.char(255 - text:byte(at)) .. text:sub(at + 1)
        folder.write(path .. "/image", changed)
        local image, message = datasets.read_image(path .. "/image")
        assert.is_true(image ~= nil or message ~= nil)
      end
    end
    folder.remove(path)
  end)

  it("refuses images of absurd size before it makes room for them", function()
    local png, jpeg = require "dgraph.utils.png", require "dgraph.utils.jpeg"
    local buffer = require "dgraph.utils.buffer"
    local bytes, size = buffer.from_string(folder.read(IMAGES .. "/rgb.png"))
    assert.same({ nil, "png: 12 x 8 pixels are more than the limit of 95" },
      { png.decode(bytes, size, 95) })
    bytes, size = buffer.from_string(folder.read(IMAGES .. "/rgb.jpg"))
    assert.same({ nil, "jpeg: 12 x 8 pixels are more than the limit of 95" },
      { jpeg.decode(bytes, size, 95) })
    assert.is_not_nil(jpeg.decode(bytes, size, 96))
  end)
end)

describe("ImageDataset", function()
  it("reads images when they are asked for", function()
    local dataset = datasets.ImageDataset({ "rgb.png", "rgb.jpg" }, IMAGES)
    assert.same({ 2, "ImageDataset of 2 examples" }, { #dataset, tostring(dataset) })
    assert.same(pixels.rgb_png:totable(), dataset[1]:totable())
    assert.same({ 2, 3, 8, 12 }, dataset:batch({ 2, 1 }).shape)
    local gray = datasets.ImageDataset({ "rgb.png", "gray.jpg" }, IMAGES,
      { mode = "gray", dtype = "uint8" }):batch { 1, 2 }
    assert.same({ { 2, 1, 8, 12 }, "uint8" }, { gray.shape, gray.dtype })
  end)

  it("takes a file of paths, also absolute ones", function()
    local path = folder.new()
    folder.write(path .. "/a b.png", folder.read(IMAGES .. "/gray.png"))
    folder.write(path .. "/list", ("a b.png\n\n %s/a b.png \n"):format(path))
    local dataset = datasets.ImageDataset(path .. "/list", path)
    assert.same({ 2, 1, 8, 12 }, dataset:batch({ 1, 2 }).shape)
    folder.remove(path)
  end)

  it("tells what is wrong, at the line of the caller", function()
    for _, f in ipairs {
      function() return datasets.ImageDataset({ "nothing.png" }, IMAGES)[1] end,
      function() return datasets.ImageDataset({ "rgb.png" }, IMAGES)[2] end,
      function() datasets.ImageDataset({ 3 }, IMAGES) end,
      function() datasets.ImageDataset({}, 3) end,
      function() datasets.ImageDataset("/nowhere") end,
      function() datasets.ImageDataset(IMAGES) end,
      function() datasets.ImageDataset(nil) end,
      function() datasets.ImageDataset({}, ".", { label_dtype = "int32" }) end,
    } do
      local done, message = pcall(f)
      assert.is_false(done)
      assert.matches("^spec/datasets/image_dataset_spec.lua:%d+: ImageDataset: ", message)
    end
  end)
end)

describe("LabeledImageDataset", function()
  it("gives images and labels", function()
    local dataset = datasets.LabeledImageDataset({ { "rgb.png", 3 }, { "rgb.jpg", 1 } }, IMAGES)
    local x, t = dataset:batch { 2, 1 }
    assert.same({ { 2, 3, 8, 12 }, { 1, 3 }, "int32" }, { x.shape, t:totable(), t.dtype })
    assert.equal("LabeledImageDataset of 2 examples", tostring(dataset))
    assert.equal(dg.tensor(3, "int32"):item(), dataset[1][2]:item())
  end)

  it("takes a file of paths and labels, which may count from 0", function()
    local path = os.tmpname()
    folder.write(path .. ".d/list", "rgb.png 0\nrgb.jpg\t9\n")
    local dataset = datasets.LabeledImageDataset(path .. ".d/list", IMAGES,
      { zero_based = true, label_dtype = "int64" })
    local _, t = dataset:batch { 1, 2 }
    assert.same({ { 1, 10 }, "int64" }, { t:totable(), t.dtype })
    folder.remove(path .. ".d")
    os.remove(path)
  end)

  it("leaves negative labels as they are", function()
    local dataset = datasets.LabeledImageDataset({ { "rgb.png", -1 }, { "rgb.png", 0 } }, IMAGES,
      { zero_based = true })
    assert.same({ -1, 1 }, select(2, dataset:batch { 1, 2 }):totable())
  end)

  it("takes only labels that their dtype can hold", function()
    local function label(value, dtype)
      local opts = { label_dtype = dtype, zero_based = dtype == "u8" }
      return datasets.LabeledImageDataset({ { "rgb.png", value } }, IMAGES, opts)[1][2]:item()
    end
    assert.same({ 1.5, 2 ^ 31 - 1, -2 ^ 31 + 1, 255, 2 ^ 53 },
      { label(1.5, "float32"), label(2 ^ 31 - 1), label(-2 ^ 31 + 1), label(254, "u8"),
        label(2 ^ 53, "int64") })
    for _, wrong in ipairs { { 1.5 }, { 0 / 0 }, { 1 / 0, "int64" }, { 2 ^ 31 }, { 255, "u8" },
      { -1, "uint8" } } do
      assert.error_matches(function() label(unpack(wrong)) end, "LabeledImageDataset: entry 1 has "
        .. "the label [%-.%w]+, which u?int%d+ cannot hold")
    end
  end)

  it("closes files of lists, also those that cannot be read", function()
    local path = folder.new()
    folder.write(path .. "/list", "rgb.png 1\n")
    local opened, open = {}, io.open
    finally(function() io.open = open end) -- luacheck: ignore
    function io.open(...) -- luacheck: ignore
      local file, message = open(...)
      opened[#opened + 1] = file
      return file, message
    end
    datasets.LabeledImageDataset(path .. "/list")
    assert.error_matches(function() datasets.LabeledImageDataset(path) end, "Is a directory")
    io.open = open -- luacheck: ignore
    assert.same({ "closed file", "closed file" }, { io.type(opened[1]), io.type(opened[2]) })
    folder.remove(path)
  end)

  it("refuses entries without a label", function()
    for _, entry in ipairs { "rgb.png", "rgb.png x", { "rgb.png" }, { 1, 2 }, 3 } do
      assert.has_error(function() datasets.LabeledImageDataset { entry } end)
    end
    assert.has_error(function() datasets.LabeledImageDataset(nil) end)
  end)
end)
