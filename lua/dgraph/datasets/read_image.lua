--- One image file as a tensor.
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local jpeg = require "dgraph.utils.jpeg"
local png = require "dgraph.utils.png"

local WHO = "read_image"
local CHANNELS = { gray = 1, rgb = 3 }

---@class dgraph.ReadImageOptions
---@field dtype dgraph.Dtype?  float32; the values are 0 to 255 in any
---@field mode "gray"|"rgb"|nil  make it 1 or 3 channels, without alpha; nil: those of the file
---@field device dgraph.Device?

--- Writes the planes of an image that has them one after the other in each pixel.
local function write_planes(target, image, channels)
  local source, stride, size = image.pixels, image.channels, image.width * image.height
  local has_colour = stride >= 3
  for plane = 0, channels - 1 do
    local at = plane * size
    if channels == 1 and has_colour then -- as ITU-R 601-2 weighs colours
      for i = 0, size - 1 do
        local p = i * stride
        target[at + i] = math.floor((source[p] * 299 + source[p + 1] * 587 + source[p + 2] * 114)
          / 1000 + 0.5)
      end
    else
      local from = (channels == 3 and not has_colour) and 0 or plane
      for i = 0, size - 1 do target[at + i] = source[i * stride + from] end
    end
  end
end

local function decode(path)
  local bytes, size = files.read(path)
  if not bytes then return nil, size end
  local image, message
  if png.is(bytes, size) then
    image, message = png.decode(bytes, size)
  elseif jpeg.is(bytes, size) then
    image, message = jpeg.decode(bytes, size)
  else
    message = "it is neither PNG nor JPEG"
  end
  buffer.free(bytes)
  if not image then return nil, ("%s: %s"):format(path, message) end
  return image
end

--- Reads a PNG or JPEG file: channels x height x width, values from 0 to 255.
---@param path string
---@param opts? dgraph.ReadImageOptions
---@return dgraph.Tensor?
---@return string? message  why it cannot be read
local function read_image(path, opts)
  if type(path) ~= "string" then
    errors.raisef("%s: the path must be a string, got %s", WHO, check.spell(path))
  end
  opts = check.options(opts, WHO, { dtype = true, mode = true, device = true })
  if opts.mode ~= nil and not CHANNELS[opts.mode] then
    errors.raisef('%s: mode is "gray", "rgb" or nil, not %s', WHO, check.spell(opts.mode))
  end
  if opts.dtype then dtypes.id(opts.dtype, WHO) end
  local image, message = decode(path)
  if not image then return nil, message end
  local channels = CHANNELS[opts.mode] or image.channels
  local x = require "dgraph".empty({ channels, image.height, image.width },
    { dtype = opts.dtype or "float32", device = "cpu" })
  write_planes(x:pointer(), image, channels)
  return x:to(opts.device or convert.default_device())
end

return read_image
