--- Images and labels of the known data sets: bytes made tensors.
local written = require "dgraph.datasets.written"

local image_arrays = {}

--- A tensor of images out of bytes: 0 to 255 become 0 to `opts.scale`.
---@param shape integer[]
---@param opts dgraph.ImagesOptions
---@param each fun(i: integer): ffi.cdata*  the bytes of image i, from 0
---@return dgraph.Tensor
function image_arrays.images(shape, opts, each)
  local factor, size = (opts.scale or 1) / 255, 1
  for axis = 2, #shape do size = size * shape[axis] end
  return written(shape, opts.dtype or "float32", opts.device, function(target)
    for i = 0, shape[1] - 1 do
      local source, at = each(i), i * size
      for k = 0, size - 1 do target[at + k] = source[k] * factor end
    end
  end)
end

--- A tensor of labels, which count from 1, out of bytes that count from 0.
---@param count integer
---@param opts dgraph.ImagesOptions
---@param classes integer
---@param each fun(i: integer): integer
---@return dgraph.Tensor? labels
---@return integer? wrong  a byte that is no class
function image_arrays.labels(count, opts, classes, each)
  local wrong
  local labels = written({ count }, opts.label_dtype or "int32", opts.device, function(target)
    for i = 0, count - 1 do
      local label = each(i)
      if label >= classes then
        wrong = label
        return
      end
      target[i] = label + 1
    end
  end)
  if wrong then return nil, wrong end
  return labels
end

return image_arrays
