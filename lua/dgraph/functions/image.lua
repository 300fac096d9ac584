--- Images (batch x channels x height x width) in other arrangements and sizes.
local check = require "dgraph.check"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local windows = require "dgraph.functions.windows"

local C, wrap, set = native.C, native.wrap, windows.set

local function product(list, from, to)
  local result = 1
  for i = from, to do result = result * list[i] end
  return result
end

--- The shape of fold's input with an axis for each axis of the windows.
local function columns_shape(shape, size, window, apart, around, step)
  local axes, taps, places = #size, 1, 1
  local wanted = { shape[1] }
  for k = 1, axes do
    if window[k] < 1 or step[k] < 1 then
      errors.raisef("F.fold: a window of %d with a stride of %d", window[k], step[k])
    end
    local room = size[k] + 2 * around[k] - (window[k] - 1) * apart[k] - 1
    wanted[k + 2], wanted[k + 2 + axes] = window[k], math.max(math.floor(room / step[k]) + 1, 0)
    taps, places = taps * window[k], places * wanted[k + 2 + axes]
  end
  if shape[2] % taps ~= 0 then
    errors.raisef("F.fold: %d channels are not a multiple of the window's %d elements", shape[2],
      taps)
  end
  if places ~= shape[3] then
    errors.raisef("F.fold: x has %d places, wanted %d", shape[3], places)
  end
  wanted[2] = shape[2] / taps
  return wanted
end

--- The sizes of an image, and the side of a block of it.
local function image_and_block(x, r, who)
  local shape = x.shape
  if #shape ~= 4 then errors.raisef("%s: x has %d axes, wanted 4", who, #shape) end
  if r < 1 then errors.raisef("%s: blocks of size %d", who, r) end
  return shape[1], shape[2], shape[3], shape[4]
end

--- The channels of what becomes of an image with r^2 as many.
local function shared(channels, r, who)
  if channels % (r * r) ~= 0 then
    errors.raisef("%s: %d channels are not a multiple of %d^2", who, channels, r)
  end
  return channels / (r * r)
end

--- The image with height and width in blocks of r x r, or back.
local function whole_blocks(h, w, r, who)
  if h % r ~= 0 or w % r ~= 0 then
    errors.raisef("%s: %d x %d is not made of blocks of %d x %d", who, h, w, r, r)
  end
  return h / r, w / r
end

--- For each of `out` places along an axis of size n: the place before it, the one after, both
--- counted from 1, and how far it is from the first.
local function neighbours(n, out, nearest, align_corners)
  local before, after, weight = {}, {}, {}
  for i = 0, out - 1 do
    local at
    if nearest then at = math.min(math.floor(i * n / out), n - 1)
    elseif align_corners then at = out > 1 and i * (n - 1) / (out - 1) or 0
    else at = math.max((i + 0.5) * n / out - 0.5, 0) end
    local floor = math.min(math.floor(at), n - 1)
    before[i + 1], after[i + 1] = floor + 1, math.min(floor + 2, n)
    weight[i + 1] = at - floor
  end
  return before, after, weight
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: windows and columns
  --- Shapes: x: batch x channels x h x w.
  --- Dtypes: floats; y has x's.
  --- Errors: windows, strides or dilations below 1; pads below 0; a window that does not fit.
  --- Source: PyTorch.

  --- What windows of ksize look at, as channels: batch x (channels kh kw) x h' x w'. Windows and
  --- sizes as those of convolution_2d.
  --- Shapes: x: batch x channels x h x w; y: batch x channels kh kw x h' x w'.
  --- Source: Chainer.
  declare("im2col(x, ksize: sizes, stride: sizes = 1, pad: sizes = 0, "
    .. "cover_all: boolean = false, dilate: sizes = 1)",
    function(x, ksize, stride, pad, cover_all, dilate)
      local who = "F.im2col"
      windows.need("ksize", ksize, 2, who)
      set("stride", stride, 2, who)
      set("pad", pad, 2, who)
      set("dilate", dilate, 2, who)
      local y = wrap(C.dg_im2col(x, 2, windows.ksize, windows.stride, windows.pad, windows.dilate,
        cover_all))
      local shape = y.shape
      return F.reshape(y, { shape[1], product(shape, 2, 4), shape[5], shape[6] })
    end)

  --- What windows look at, one column for each: batch x (channels kh kw) x places. x has one to
  --- three axes behind batch and channels.
  --- Shapes: x: batch x channels x one to three axes; y: batch x channels kh kw x places.
  declare("unfold(x, kernel_size: sizes, dilation: sizes = 1, padding: sizes = 0, "
    .. "stride: sizes = 1)",
    function(x, kernel_size, dilation, padding, stride)
      local who = "F.unfold"
      local axes = windows.axes(x, nil, who)
      windows.need("ksize", kernel_size, axes, who, "kernel_size")
      set("dilate", dilation, axes, who, "dilation")
      set("pad", padding, axes, who, "padding")
      set("stride", stride, axes, who)
      local y = wrap(C.dg_im2col(x, axes, windows.ksize, windows.stride, windows.pad,
        windows.dilate, false))
      local shape = y.shape
      return F.reshape(y, { shape[1], product(shape, 2, axes + 2),
        product(shape, axes + 3, 2 * axes + 2) })
    end)

  --- The transpose of unfold: planes of output_size, each element the sum of what unfold would copy
  --- from there. x: batch x (channels kh kw) x places. A number for output_size means two axes.
  --- Shapes: x: batch x channels kh kw x places; y: batch x channels x output_size.
  --- Errors: besides those of im2col, channels that are no multiple of the window's elements;
  --- another number of places than the windows have.
  declare("fold(x, output_size: sizes, kernel_size: sizes, dilation: sizes = 1, "
    .. "padding: sizes = 0, stride: sizes = 1)",
    function(x, output_size, kernel_size, dilation, padding, stride)
      local who, shape = "F.fold", x.shape
      local axes = type(output_size) == "table" and #output_size or 2
      if axes < 1 or axes > 3 then errors.raisef("%s: %d axes, wanted 1 to 3", who, axes) end
      if #shape ~= 3 then errors.raisef("%s: x has %d axes, wanted 3", who, #shape) end
      local wanted = columns_shape(shape, windows.list("output_size", output_size, axes, who),
        windows.list("kernel_size", kernel_size, axes, who),
        windows.list("dilation", dilation, axes, who), windows.list("padding", padding, axes, who),
        windows.list("stride", stride, axes, who))
      local columns = F.reshape(x, wanted)
      set("outsize", output_size, axes, who)
      set("dilate", dilation, axes, who)
      set("pad", padding, axes, who)
      set("stride", stride, axes, who)
      return wrap(C.dg_col2im(columns, axes, windows.outsize, windows.stride, windows.pad,
        windows.dilate, false))
    end)

  --- Family: channels and blocks
  --- Shapes: x: batch x r^2 c x h x w; y: batch x c x r h x r w.
  --- Dtypes: any; y has x's.
  --- Errors: another number of axes than 4; an r below 1; channels that r^2 does not divide.
  --- Source: Chainer.

  --- Channels turned into blocks of r x r elements: batch x (r^2 c) x h x w becomes batch x c x (r
  --- h) x (r w). Channel (i r + j) c + k, counted from 0, is at row i and column j of the blocks of
  --- channel k.
  declare("depth2space(X, r: integer)", function(X, r)
    local n, channels, h, w = image_and_block(X, r, "F.depth2space")
    local c = shared(channels, r, "F.depth2space")
    local y = F.transpose(F.reshape(X, { n, r, r, c, h, w }), { 1, 4, 5, 2, 6, 3 })
    return F.reshape(y, { n, c, h * r, w * r })
  end)
  --- What undoes depth2space.
  --- Shapes: X: batch x c x r h x r w; y: batch x r^2 c x h x w.
  --- Errors: another number of axes than 4; an r below 1; sizes that r does not divide.
  declare("space2depth(X, r: integer)", function(X, r)
    local n, c, h, w = image_and_block(X, r, "F.space2depth")
    h, w = whole_blocks(h, w, r, "F.space2depth")
    local y = F.transpose(F.reshape(X, { n, c, h, r, w, r }), { 1, 4, 6, 2, 3, 5 })
    return F.reshape(y, { n, c * r * r, h, w })
  end)
  --- depth2space in PyTorch's order: channel k r^2 + i r + j, counted from 0, is at row i and
  --- column j of the blocks of channel k.
  --- Source: PyTorch; Shi et al., arXiv:1609.05158.
  declare("pixel_shuffle(x, upscale_factor: integer)", function(x, r)
    local n, channels, h, w = image_and_block(x, r, "F.pixel_shuffle")
    local c = shared(channels, r, "F.pixel_shuffle")
    local y = F.transpose(F.reshape(x, { n, c, r, r, h, w }), { 1, 2, 5, 3, 6, 4 })
    return F.reshape(y, { n, c, h * r, w * r })
  end)
  --- What undoes pixel_shuffle.
  --- Shapes: x: batch x c x r h x r w; y: batch x r^2 c x h x w.
  --- Errors: another number of axes than 4; an r below 1; sizes that r does not divide.
  --- Source: PyTorch.
  declare("pixel_unshuffle(x, downscale_factor: integer)", function(x, r)
    local n, c, h, w = image_and_block(x, r, "F.pixel_unshuffle")
    h, w = whole_blocks(h, w, r, "F.pixel_unshuffle")
    local y = F.transpose(F.reshape(x, { n, c, h, r, w, r }), { 1, 2, 4, 6, 3, 5 })
    return F.reshape(y, { n, c * r * r, h, w })
  end)

  --- The image in another height and width. "bilinear" mixes the four elements around each place,
  --- "nearest" takes the one at or before it. The corners lie on each other with `align_corners`;
  --- without, and with "nearest", the outer edges of the elements do.
  --- Shapes: x: batch x channels x h x w; y: batch x channels x output_shape.
  --- Dtypes: floats; y has x's.
  --- Errors: an unknown mode; sizes below 1.
  --- Source: Chainer.
  ---@param output_shape integer[]  height and width
  ---@param mode? "bilinear"|"nearest"
  declare("resize_images(x, output_shape: sizes, mode: any = 'bilinear', "
    .. "align_corners: boolean = true)", function(x, output_shape, mode, align_corners)
    local who, shape = "F.resize_images", x.shape
    if mode ~= "bilinear" and mode ~= "nearest" then
      errors.raisef("%s: mode must be \"bilinear\" or \"nearest\", got %s", who, check.spell(mode))
    end
    if #shape ~= 4 then errors.raisef("%s: x has %d axes, wanted 4", who, #shape) end
    if not dtypes.names_float(x.dtype) then
      errors.raisef("%s: wanted a float tensor, got %s", who, x.dtype)
    end
    local size, device = windows.list("output_shape", output_shape, 2, who), x.device
    for axis = 3, 4 do
      local n, out = shape[axis], size[axis - 2]
      if n < 1 or out < 1 then
        errors.raisef("%s: a size of %d cannot become %d", who, n, out)
      end
    end
    -- Whole lines are copied faster than their elements, so those are done while there are few.
    local first = size[1] > shape[3] and 4 or 3
    for _, axis in ipairs { first, 7 - first } do
      local n, out = shape[axis], size[axis - 2]
      local before, after, weight = neighbours(n, out, mode == "nearest", align_corners)
      local near = F.take(x, create.tensor(before, { dtype = "int32", device = device }), axis)
      if mode == "bilinear" then
        local far = F.take(x, create.tensor(after, { dtype = "int32", device = device }), axis)
        local w = create.tensor(weight, { dtype = x.dtype, device = device })
        if axis == 3 then w = F.reshape(w, { out, 1 }) end
        near = F.linear_interpolate(F.broadcast_to(w, far.shape), far, near)
      end
      x = near
    end
    return x
  end)
end
