--- A PNG or JPEG file that lies in memory as a tensor.
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local jpeg = require "dgraph.utils.jpeg"
local png = require "dgraph.utils.png"
local written = require "dgraph.datasets.written"

local CHANNELS = { gray = 1, rgb = 3 }

---@class dgraph.ReadImageOptions
---@field dtype dgraph.Dtype?  float32; the values are 0 to 255 in any
---@field mode "gray"|"rgb"|nil  make it 1 or 3 channels, without alpha; nil: those of the file
---@field device dgraph.Device?

local decode_image = {}

--- Raises an error for options that no image could have.
---@param opts dgraph.ReadImageOptions
---@param who string
function decode_image.check(opts, who)
  if opts.mode ~= nil and not CHANNELS[opts.mode] then
    errors.raisef('%s: mode is "gray", "rgb" or nil, not %s', who, check.spell(opts.mode))
  end
  if opts.dtype then dtypes.id(opts.dtype, who) end
end

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

local function decode(bytes, size)
  if png.is(bytes, size) then return png.decode(bytes, size) end
  if jpeg.is(bytes, size) then return jpeg.decode(bytes, size) end
  return nil, "it is neither PNG nor JPEG"
end

--- Decodes an image: channels x height x width, values from 0 to 255.
---@param bytes ffi.cdata*
---@param size integer
---@param opts dgraph.ReadImageOptions  that were checked
---@return dgraph.Tensor?
---@return string? message  why it cannot be read
function decode_image.tensor(bytes, size, opts)
  local image, message = decode(bytes, size)
  if not image then return nil, message end
  local channels = CHANNELS[opts.mode] or image.channels
  local x = written({ channels, image.height, image.width }, opts.dtype or "float32", opts.device,
    function(target) write_planes(target, image, channels) end)
  buffer.free(image.pixels) -- which the collector would take for a few bytes
  return x
end

return decode_image
