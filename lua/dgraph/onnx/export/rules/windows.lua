--- Convolutions and poolings. Formulas: c/op and https://onnx.ai/onnx/operators.

local function filled(count, value)
  local list = {}
  for i = 1, count do list[i] = value end
  return list
end

--- What a window over the last axes of x is: sizes, strides and so on, for as many axes.
local function window_of(call, kernel)
  local n = call:number "axes"
  return {
    n = n, kernel = kernel, stride = call:list "stride" or filled(n, 1),
    pad = call:list "pad" or filled(n, 0), dilate = call:list "dilate" or filled(n, 1),
  }
end

local function spread(window, i) return (window.kernel[i] - 1) * window.dilate[i] + 1 end

--- Pads of both sides. With `cover_all` the last window begins where any element is left: as much
--- more behind the elements as it needs.
local function pads_of(call, window)
  local pads, n = {}, window.n
  for i = 1, n do
    local pad, more = window.pad[i], 0
    if call.record.arguments.cover_all == 1 then
      local left = (call:size("x", i + 2) + 2 * pad - spread(window, i)) % window.stride[i]
      more = left > 0 and window.stride[i] - left or 0
    end
    pads[i], pads[n + i] = pad, pad + more
  end
  return pads
end

local function kernel_of(call)
  local list = {}
  for i = 1, call:number "axes" do list[i] = call:size("W", i + 2) end
  return list
end

local function convolution(call)
  local window = window_of(call, kernel_of(call))
  return call:node("Conv", { call:input "x", call:input "W", call:input "b" or false }, {
    kernel_shape = window.kernel, strides = window.stride, pads = pads_of(call, window),
    dilations = window.dilate, group = call:number "groups",
  })
end

--- What `outsize` asks for beyond the least size is output_padding, what it leaves out is cut off.
local function deconvolution(call)
  local window = window_of(call, kernel_of(call))
  local n, outsize, pads, extra = window.n, call:list "outsize", {}, filled(window.n, 0)
  for i = 1, n do
    pads[i], pads[n + i] = window.pad[i], window.pad[i]
    if outsize then
      local least = window.stride[i] * (call:size("x", i + 2) - 1) + spread(window, i)
        - 2 * window.pad[i]
      local more = outsize[i] - least
      if more < 0 then pads[n + i] = pads[n + i] - more else extra[i] = more end
    end
  end
  return call:node("ConvTranspose", { call:input "x", call:input "W", call:input "b" or false }, {
    kernel_shape = window.kernel, strides = window.stride, pads = pads, output_padding = extra,
    dilations = window.dilate, group = call:number "groups",
  })
end

local function max_pooling(call)
  if call.record.arguments.wants_indices then call:refuse("the places of the maxima") end
  local ksize = call:list "ksize"
  local window = window_of(call, ksize)
  window.stride = call:list "stride" or ksize
  return call:node("MaxPool", { call:input "x" }, {
    kernel_shape = ksize, strides = window.stride, pads = pads_of(call, window),
  })
end

local function average_pooling(call)
  local ksize = call:list "ksize"
  local window = window_of(call, ksize)
  window.stride = call:list "stride" or ksize
  return call:node("AveragePool", { call:input "x" }, {
    kernel_shape = ksize, strides = window.stride, pads = pads_of(call, window),
    count_include_pad = call:number "inside" == 1 and 0 or 1,
  })
end

--- Windows of one size, where the sizes divide.
local function adaptive(kind)
  return function(call)
    if call.record.arguments.wants_indices then call:refuse("the places of the maxima") end
    local outsize, ksize = call:list "outsize", {}
    for i, size in ipairs(outsize) do
      ksize[i] = call:size("x", i + 2) / size
      if ksize[i] % 1 ~= 0 then
        call:refuse("%d places of %d are windows of several sizes", size, call:size("x", i + 2))
      end
    end
    return call:node(kind, { call:input "x" }, { kernel_shape = ksize, strides = ksize })
  end
end

--- Each element over a window of its own: repeated along an axis after each of its axes.
local function unpooling(call)
  local ksize, shape = call:list "ksize", call:shape "x"
  local window = window_of(call, ksize)
  window.stride = call:list "stride" or ksize
  local axes, from, repeats = {}, { shape[1], shape[2] }, { 1, 1 }
  for i = 1, window.n do
    local is_whole = call:output_shape()[i + 2] == call:size("x", i + 2) * ksize[i]
    if window.stride[i] ~= ksize[i] or window.pad[i] ~= 0 or not is_whole then
      call:refuse("its windows overlap or are cut off")
    end
    axes[i] = 2 * i + 1
    from[2 * i + 1], from[2 * i + 2] = shape[i + 2], ksize[i]
    repeats[2 * i + 1], repeats[2 * i + 2] = 1, ksize[i]
  end
  local x = call:unsqueeze(call:input "x", axes)
  return call:reshape(call:node("Tile", { x, call:integers(repeats) }), from, call:output_shape())
end

return function(rules)
  rules.convolution, rules.deconvolution = convolution, deconvolution
  rules.max_pooling, rules.average_pooling = max_pooling, average_pooling
  rules.adaptive_max_pooling = adaptive "MaxPool"
  rules.adaptive_average_pooling = adaptive "AveragePool"
  rules.unpooling = unpooling
end
