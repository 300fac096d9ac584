--- Images and labels of the known data sets: bytes made tensors.
local convert = require "dgraph.tensor.convert"

local image_arrays = {}

--- A tensor of images out of bytes: 0 to 255 become 0 to `opts.scale`.
---@param shape integer[]
---@param opts dgraph.ImagesOptions
---@param each fun(i: integer): ffi.cdata*  the bytes of image i, from 0
---@return dgraph.Tensor
function image_arrays.images(shape, opts, each)
  local images = require "dgraph".empty(shape, { dtype = opts.dtype or "float32", device = "cpu" })
  local target, factor = images:pointer(), (opts.scale or 1) / 255
  local count = shape[1]
  local size = count > 0 and images.size / count or 0
  for i = 0, count - 1 do
    local source, at = each(i), i * size
    for k = 0, size - 1 do target[at + k] = source[k] * factor end
  end
  return images:to(opts.device or convert.default_device())
end

--- A tensor of labels, which count from 1, out of bytes that count from 0.
---@param count integer
---@param opts dgraph.ImagesOptions
---@param classes integer
---@param each fun(i: integer): integer
---@return dgraph.Tensor? labels
---@return integer? wrong  a byte that is no class
function image_arrays.labels(count, opts, classes, each)
  local labels = require "dgraph".empty({ count },
    { dtype = opts.label_dtype or "int32", device = "cpu" })
  local target = labels:pointer()
  for i = 0, count - 1 do
    local label = each(i)
    if label >= classes then return nil, label end
    target[i] = label + 1
  end
  return labels:to(opts.device or convert.default_device())
end

return image_arrays
