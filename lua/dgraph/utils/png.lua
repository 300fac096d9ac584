--- PNG images by the system's libpng, opened at its first use.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local shared_library = require "dgraph.utils.shared_library"

ffi.cdef [[
int dgraph_png_begin(void *image, const void *data, size_t size)
  asm("png_image_begin_read_from_memory");
int dgraph_png_finish(void *image, const void *background, void *pixels, int32_t row_stride,
  void *colormap) asm("png_image_finish_read");
void dgraph_png_free(void *image) asm("png_image_free");
]]

-- The png_image of libpng's simplified interface, which does without setjmp.
local Image = ffi.typeof [[
struct {
  void *opaque; uint32_t version, width, height, format, flags, colormap_entries, warning_or_error;
  char message[64];
}]]

local VERSION = 1
local COLOR = 2 -- flag of a format; 1 is that of alpha
local IS_SRGB_16 = 4 -- flag: 16 bits mean the same colours as 8 do
local MAX_PIXELS = 2 ^ 27

local P = shared_library("libpng", { "libpng16.so.16", "png16", "png" },
  "Debian: libpng16-16, Fedora: libpng, Arch: libpng, Homebrew: libpng")

local png = {}

--- Whether some bytes begin as a PNG image does.
---@param bytes ffi.cdata*
---@param size integer
---@return boolean
function png.is(bytes, size) return size >= 8 and ffi.string(bytes, 8) == "\137PNG\r\n\26\n" end

local function read_pixels(image, limit)
  if image.width * image.height > limit then
    return nil, ("%d x %d pixels are more than the limit of %.0f"):format(image.width, image.height,
      limit)
  end
  -- Palettes and 16 bits go; what is left is grey or colour, with alpha or without.
  image.format = image.format % 4
  image.flags = IS_SRGB_16
  local channels = 1 + image.format % 2 + (image.format >= COLOR and 2 or 0)
  local row = image.width * channels
  local pixels, message = buffer.new(row * image.height)
  if not pixels then return nil, message end
  if P().dgraph_png_finish(image, nil, pixels, row, nil) == 0 then
    buffer.free(pixels)
    return nil, ffi.string(image.message)
  end
  return { pixels = pixels, width = image.width, height = image.height, channels = channels }
end

--- Decodes an image: rows of pixels of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) bytes.
---@param bytes ffi.cdata*
---@param size integer
---@param limit? integer  the most pixels: 2^27
---@return { pixels: ffi.cdata*, width: integer, height: integer, channels: integer }?
---@return string? message
function png.decode(bytes, size, limit)
  local image = Image()
  image.version = VERSION
  if P().dgraph_png_begin(image, bytes, size) == 0 then
    return nil, "png: " .. ffi.string(image.message)
  end
  local decoded, message = read_pixels(image, limit or MAX_PIXELS)
  P().dgraph_png_free(image)
  if not decoded then return nil, "png: " .. message end
  return decoded
end

return png
