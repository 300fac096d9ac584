--- Convolutions and poolings. Formulas: https://onnx.ai/onnx/operators.
local F = require "dgraph.functions"
local create = require "dgraph.create"


local function filled(count, value)
  local list = {}
  for i = 1, count do list[i] = value end
  return list
end

--- Strides, dilations and pads of a node, for as many axes as the kernel has.
local function window_of(node, kernel)
  local n = #kernel
  return {
    kernel = kernel, stride = node:get("strides", filled(n, 1)),
    dilate = node:get("dilations", filled(n, 1)), pads = node:get("pads", filled(2 * n, 0)),
  }
end

local function spread(window, i) return (window.kernel[i] - 1) * window.dilate[i] + 1 end

--- What auto_pad means for an input of this shape.
local function set_auto_pad(node, window, shape)
  local kind = node:get("auto_pad", "NOTSET")
  if kind == "NOTSET" or kind == "" then return end
  local n = #window.kernel
  window.pads = filled(2 * n, 0)
  if kind == "VALID" then return end
  for i = 1, n do
    local size, stride = shape[i + 2], window.stride[i]
    local total = math.max((math.ceil(size / stride) - 1) * stride + spread(window, i) - size, 0)
    local less = math.floor(total / 2)
    local first = kind == "SAME_UPPER" and less or total - less
    window.pads[i], window.pads[n + i] = first, total - first
  end
end

--- Pads that are the same on both sides; nil where they are not.
local function even_pads(window)
  local pads, n = {}, #window.kernel
  for i = 1, n do
    if window.pads[i] ~= window.pads[n + i] then return nil end
    pads[i] = window.pads[i]
  end
  return pads
end

--- x with `value` around it, and pads of 0, where the sides differ.
local function pad_apart(x, window, value)
  local pads = even_pads(window)
  if pads then return x, pads end
  local n, widths = #window.kernel, { { 0, 0 }, { 0, 0 } }
  for i = 1, n do widths[i + 2] = { window.pads[i], window.pads[n + i] } end
  return F.pad(x, widths, "constant", value), filled(n, 0)
end

--- How many windows there are along axis i, rounded up with `ceil`, none of which begins behind
--- the elements.
local function windows(window, i, size, ceil)
  local first, n = window.pads[i], #window.kernel
  local room = size + first + window.pads[n + i] - spread(window, i)
  local count = math.floor(room / window.stride[i]) + 1
  if not ceil then return count end
  local more = math.ceil(room / window.stride[i]) + 1
  if (more - 1) * window.stride[i] >= size + first then more = more - 1 end
  return more
end

local function max_pool(node, x)
  if node.outputs > 1 then node:refuse("its second result is not supported") end
  local window = window_of(node, node:need "kernel_shape")
  for _, dilate in ipairs(window.dilate) do
    if dilate ~= 1 then node:refuse("dilations are not supported") end
  end
  set_auto_pad(node, window, x.shape)
  local ceil, wanted = node:get("ceil_mode", 0) == 1, { {}, {} }
  for i = 1, #window.kernel do wanted[i + 2] = { 1, windows(window, i, x.shape[i + 2], ceil) } end
  local padded, pads = pad_apart(x, window, -math.huge)
  local y = F.max_pooling_nd(padded, window.kernel, window.stride, pads, ceil)
  for i = 3, y.ndim do -- windows that begin behind the elements count for us, but not there
    if y.shape[i] ~= wanted[i][2] then return y[wanted] end
  end
  return y
end

local function average_pool(node, x)
  local window = window_of(node, node:need "kernel_shape")
  set_auto_pad(node, window, x.shape)
  for i, dilate in ipairs(window.dilate) do
    if dilate ~= 1 then node:refuse("dilations are not supported") end
    local size = x.shape[i + 2]
    if node:get("ceil_mode", 0) == 1
        and windows(window, i, size, true) ~= windows(window, i, size, false) then
      node:refuse("ceil_mode is not supported")
    end
  end
  local counts_pads = node:get("count_include_pad", 0) == 1
  local padded, pads = pad_apart(x, window, 0)
  local same = padded == x
  if counts_pads or same then
    local value = 0
    if not counts_pads then value = false end
    return F.average_pooling_nd(padded, window.kernel, window.stride, pads, value)
  end
  local ones = pad_apart(create.ones_like(x), window, 0)
  return F.average_pooling_nd(padded, window.kernel, window.stride, pads, 0)
    / F.average_pooling_nd(ones, window.kernel, window.stride, pads, 0)
end

--- All axes behind batch and channels.
local function image_axes(x)
  local axes = {}
  for axis = 3, x.ndim do axes[#axes + 1] = axis end
  return axes
end

local function convolve(node, x, W, b)
  local window = window_of(node, { unpack(W.shape, 3) })
  set_auto_pad(node, window, x.shape)
  local padded, pads = pad_apart(x, window, 0)
  return F.convolution_nd(padded, W, b, window.stride, pads, false, window.dilate,
    node:get("group", 1))
end

--- The sizes of the result, and the pads that make them.
local function deconvolved(node, window, shape)
  local n, sizes = #window.kernel, {}
  local extra = node:get("output_padding", filled(n, 0))
  local wanted, auto = node:get "output_shape", node:get("auto_pad", "NOTSET")
  for i = 1, n do
    local full = window.stride[i] * (shape[i + 2] - 1) + extra[i] + spread(window, i)
    local size = wanted and wanted[#wanted - n + i]
      or auto:find "^SAME" and shape[i + 2] * window.stride[i]
    if size then
      local total = math.max(full - size, 0)
      local less = math.floor(total / 2)
      local first = auto == "SAME_UPPER" and less or total - less
      window.pads[i], window.pads[n + i] = first, total - first
    end
    sizes[i] = size or full - window.pads[i] - window.pads[n + i]
  end
  return sizes
end

local function deconvolve(node, x, W, b)
  local window = window_of(node, { unpack(W.shape, 3) })
  local sizes = deconvolved(node, window, x.shape)
  local group, pads = node:get("group", 1), even_pads(window)
  if pads then
    return F.deconvolution_nd(x, W, b, window.stride, pads, sizes, window.dilate, group)
  end
  local n, full, part = #window.kernel, {}, { {}, {} }
  for i = 1, n do
    full[i] = sizes[i] + window.pads[i] + window.pads[n + i]
    part[i + 2] = { window.pads[i] + 1, window.pads[i] + sizes[i] }
  end
  return F.deconvolution_nd(x, W, b, window.stride, filled(n, 0), full, window.dilate, group)[part]
end

return function(operators)
  operators.Conv, operators.ConvTranspose = convolve, deconvolve
  operators.MaxPool, operators.AveragePool = max_pool, average_pool

  function operators.GlobalAveragePool(_, x) return F.mean(x, image_axes(x), true) end
  function operators.GlobalMaxPool(_, x) return F.max(x, image_axes(x), true) end

  function operators.DepthToSpace(node, x)
    local f = node:get("mode", "DCR") == "DCR" and F.depth2space or F.pixel_shuffle
    return f(x, node:need "blocksize")
  end

  function operators.SpaceToDepth(node, x)
    local f = node:get("mode", "DCR") == "DCR" and F.space2depth or F.pixel_unshuffle
    return f(x, node:need "blocksize")
  end
end
