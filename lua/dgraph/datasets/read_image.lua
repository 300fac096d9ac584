--- One image file as a tensor.
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local decode_image = require "dgraph.datasets.decode_image"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"

local WHO = "read_image"

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
  decode_image.check(opts, WHO)
  local bytes, size = files.read(path)
  if not bytes then return nil, size end
  local image, message = decode_image.tensor(bytes, size, opts)
  buffer.free(bytes)
  if not image then return nil, ("%s: %s"):format(path, message) end
  return image
end

return read_image
