--- JPEG images by the system's libjpeg-turbo, opened at its first use.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local shared_library = require "dgraph.utils.shared_library"

ffi.cdef [[
void *dgraph_tj_init_decompress(void) asm("tjInitDecompress");
int dgraph_tj_header(void *handle, const void *data, unsigned long size, int *width, int *height,
  int *subsampling, int *colorspace) asm("tjDecompressHeader3");
int dgraph_tj_decompress(void *handle, const void *data, unsigned long size, void *pixels,
  int width, int pitch, int height, int format, int flags) asm("tjDecompress2");
int dgraph_tj_destroy(void *handle) asm("tjDestroy");
char *dgraph_tj_error(void *handle) asm("tjGetErrorStr2");
int dgraph_tj_error_code(void *handle) asm("tjGetErrorCode");
]]

local RGB, GREY = 0, 6 -- formats of pixels
local COLORSPACE_GREY, COLORSPACE_CMYK = 2, 3
local WARNING = 0
local MAX_PIXELS = 2 ^ 27

local J = shared_library("libturbojpeg", { "libturbojpeg.so.0", "turbojpeg" },
  "Debian: libturbojpeg0, Fedora: turbojpeg, Arch: libjpeg-turbo, Homebrew: jpeg-turbo")

local jpeg = {}

--- Whether some bytes begin as a JPEG image does.
---@param bytes ffi.cdata*
---@param size integer
---@return boolean
function jpeg.is(bytes, size) return size >= 3 and ffi.string(bytes, 3) == "\255\216\255" end

--- Whether a call went well. Odd data that has all of an image is let through, as others do.
local function succeeded(handle, code)
  if code == 0 then return true end
  local message = ffi.string(J().dgraph_tj_error(handle))
  if J().dgraph_tj_error_code(handle) == WARNING and not message:find "[Pp]remature end" then
    return true
  end
  return nil, message
end

local function decode(handle, bytes, size, limit)
  local n = ffi.new("int[4]") -- width, height, subsampling, colour space
  local done, message = succeeded(handle, J().dgraph_tj_header(handle, bytes, size, n, n + 1, n + 2,
    n + 3))
  if not done then return nil, message end
  local width, height, colorspace = n[0], n[1], n[3]
  if width < 1 or height < 1 then return nil, "the header is cut off" end
  if width * height > limit then
    return nil, ("%d x %d pixels are more than the limit of %.0f"):format(width, height, limit)
  end
  if colorspace >= COLORSPACE_CMYK then return nil, "images in CMYK are not read" end
  local grey = colorspace == COLORSPACE_GREY
  local channels = grey and 1 or 3
  local pixels
  pixels, message = buffer.new(width * height * channels)
  if not pixels then return nil, message end
  done, message = succeeded(handle, J().dgraph_tj_decompress(handle, bytes, size, pixels, width,
    width * channels, height, grey and GREY or RGB, 0))
  if not done then
    buffer.free(pixels)
    return nil, message
  end
  return { pixels = pixels, width = width, height = height, channels = channels }
end

--- Decodes an image: rows of pixels of 1 (grey) or 3 (RGB) bytes. It is not turned as its Exif data
--- may ask for.
---@param bytes ffi.cdata*
---@param size integer
---@param limit? integer  the most pixels: 2^27
---@return { pixels: ffi.cdata*, width: integer, height: integer, channels: integer }?
---@return string? message
function jpeg.decode(bytes, size, limit)
  local handle = J().dgraph_tj_init_decompress()
  if handle == nil then return nil, "jpeg: out of memory" end
  local decoded, message = decode(handle, bytes, size, limit or MAX_PIXELS)
  J().dgraph_tj_destroy(handle)
  if not decoded then return nil, "jpeg: " .. message end
  return decoded
end

return jpeg
