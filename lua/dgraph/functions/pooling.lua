--- Poolings of images (batch x channels x axes), and what undoes them. ksize, stride, pad and the
--- like are numbers for all axes, or lists with one for each.
local ffi = require "ffi"
local errors = require "dgraph.errors"
local check = require "dgraph.check"
local native = require "dgraph.native"
local windows = require "dgraph.functions.windows"

local C, wrap, set = native.C, native.wrap, windows.set

local found = ffi.new "dg_tensor *[1]"

--- Sets the arrays of windows; a stride of nil stays nil.
local function set_all(ksize, stride, pad, axes, who)
  windows.need("ksize", ksize, axes, who)
  set("pad", pad, axes, who)
  return set("stride", stride, axes, who)
end

local function max_pooling(who, fixed)
  return function(x, ksize, stride, pad, cover_all, return_indices)
    local axes = windows.axes(x, fixed, who)
    stride = set_all(ksize, stride, pad, axes, who)
    if not return_indices then
      local y = C.dg_max_pooling(x, axes, windows.ksize, stride, windows.pad, cover_all, 1, nil)
      if y ~= nil then return wrap(y) end
      return native.again("dg_max_pooling", x, axes, windows.ksize, stride, windows.pad, cover_all,
        1, nil)
    end
    local y = wrap(C.dg_max_pooling(x, axes, windows.ksize, stride, windows.pad, cover_all, 1,
      found))
    return y, wrap(found[0])
  end
end

local function average_pooling(who, fixed)
  return function(x, ksize, stride, pad, pad_value)
    if pad_value ~= 0 and pad_value ~= false then
      errors.raisef("%s: pad_value is 0, or false for none, not %s", who, check.spell(pad_value))
    end
    local axes = windows.axes(x, fixed, who)
    stride = set_all(ksize, stride, pad, axes, who)
    return wrap(C.dg_average_pooling(x, axes, windows.ksize, stride, windows.pad, not pad_value))
  end
end

local function unpooling(who, fixed)
  return function(x, ksize, stride, pad, outsize, cover_all)
    local axes = windows.axes(x, fixed, who)
    stride = set_all(ksize, stride, pad, axes, who)
    outsize = set("outsize", outsize, axes, who)
    return wrap(C.dg_unpooling(x, axes, windows.ksize, stride, windows.pad, outsize, cover_all))
  end
end

local function adaptive_max(who, axes)
  return function(x, output_size, return_indices)
    local outsize = windows.need("outsize", output_size, axes, who, "output_size")
    if not return_indices then return wrap(C.dg_adaptive_max_pooling(x, axes, outsize, 1, nil)) end
    local y = wrap(C.dg_adaptive_max_pooling(x, axes, outsize, 1, found))
    return y, wrap(found[0])
  end
end

local function adaptive_average(who, axes)
  return function(x, output_size)
    local outsize = windows.need("outsize", output_size, axes, who, "output_size")
    return wrap(C.dg_adaptive_average_pooling(x, axes, outsize))
  end
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: max poolings
  --- Shapes: x: batch x channels x h x w; y: batch x channels x h' x w'.
  --- Dtypes: floats; y has x's, the indices int32.
  --- Errors: windows or strides below 1; pads below 0; a window that does not fit.
  --- Source: Chainer.

  --- The greatest element of each window of ksize; windows are `stride` apart, ksize where that is
  --- nil. x: batch x channels x h x w; y: batch x channels x h' x w' with h' = (h + 2 pad - ksize)
  --- / stride + 1, rounded up with `cover_all`, else down. With `return_indices` also where in x's
  --- planes the maxima are: int32, counted row by row from 1; 0 for a window without elements of x,
  --- whose maximum is minus infinity. The gradient goes to the first of equals. Floats.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("max_pooling_2d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "cover_all: boolean = true, return_indices: boolean = false)",
    max_pooling("F.max_pooling_2d", 2), 2)
  --- max_pooling_2d along one axis. x: batch x channels x length.
  --- Shapes: x: batch x channels x length; y: batch x channels x length'.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("max_pooling_1d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "cover_all: boolean = true, return_indices: boolean = false)",
    max_pooling("F.max_pooling_1d", 1), 2)
  --- max_pooling_2d along three axes. x: batch x channels x depth x height x width.
  --- Shapes: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("max_pooling_3d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "cover_all: boolean = true, return_indices: boolean = false)",
    max_pooling("F.max_pooling_3d", 3), 2)
  --- max_pooling_2d along the axes that x has behind batch and channels, one to four.
  --- Shapes: x: batch x channels x one to four axes; y: batch x channels x as many.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("max_pooling_nd(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "cover_all: boolean = true, return_indices: boolean = false)",
    max_pooling("F.max_pooling_nd"), 2)

  --- Family: average poolings
  --- Shapes: x: batch x channels x h x w; y: batch x channels x h' x w'.
  --- Dtypes: floats; y has x's.
  --- Errors: as max_pooling_2d; a pad_value that is neither 0 nor false.
  --- Source: Chainer.

  --- The mean of each window of ksize; windows are `stride` apart, ksize where that is nil. What
  --- lies outside of x counts as 0, or not at all with `pad_value` false (Chainer's None). Sizes as
  --- with max_pooling_2d without cover_all. Floats.
  declare("average_pooling_2d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "pad_value: any = 0)",
    average_pooling("F.average_pooling_2d", 2))
  --- average_pooling_2d along one axis.
  --- Shapes: x: batch x channels x length; y: batch x channels x length'.
  declare("average_pooling_1d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "pad_value: any = 0)",
    average_pooling("F.average_pooling_1d", 1))
  --- average_pooling_2d along three axes.
  --- Shapes: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
  declare("average_pooling_3d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "pad_value: any = 0)",
    average_pooling("F.average_pooling_3d", 3))
  --- average_pooling_2d along the axes that x has behind batch and channels, one to four.
  --- Shapes: x: batch x channels x one to four axes; y: batch x channels x as many.
  declare("average_pooling_nd(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "pad_value: any = 0)",
    average_pooling("F.average_pooling_nd"))

  --- Family: what undoes poolings
  --- Shapes: x: batch x channels x h x w; y: batch x channels x h' x w'.
  --- Dtypes: floats; y has x's.
  --- Errors: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
  --- Source: Chainer.

  --- Each element copied over a window of ksize; windows are `stride` apart, ksize where that is
  --- nil, and add up where they overlap. A size h becomes `outsize`, or stride (h - 1) + ksize - 2
  --- pad, less stride - 1 with `cover_all`. Floats.
  declare("unpooling_2d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "outsize: sizes?, cover_all: boolean = true)", unpooling("F.unpooling_2d", 2))
  --- unpooling_2d along one axis.
  --- Shapes: x: batch x channels x length; y: batch x channels x length'.
  declare("unpooling_1d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "outsize: sizes?, cover_all: boolean = true)", unpooling("F.unpooling_1d", 1))
  --- unpooling_2d along three axes.
  --- Shapes: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
  declare("unpooling_3d(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "outsize: sizes?, cover_all: boolean = true)", unpooling("F.unpooling_3d", 3))
  --- unpooling_2d along the axes that x has behind batch and channels, one to four.
  --- Shapes: x: batch x channels x one to four axes; y: batch x channels x as many.
  declare("unpooling_nd(x, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "outsize: sizes?, cover_all: boolean = true)", unpooling("F.unpooling_nd"))

  --- What undoes a max pooling: zeros, with the elements of x at the places that its indices say,
  --- as max_pooling_2d returns them. The other arguments are that pooling's; outsize as in
  --- unpooling_2d.
  --- Shapes: x, indexes: batch x channels x h x w; y: batch x channels x outsize.
  --- Dtypes: x: floats; indexes: int32, int64 or uint8; y has x's.
  --- Errors: as the others of this family; positions outside of the planes.
  declare("upsampling_2d(x, indexes, ksize: sizes, stride: sizes?, pad: sizes = 0, "
    .. "outsize: sizes?, cover_all: boolean = true)",
    function(x, indexes, ksize, stride, pad, outsize, cover_all)
      local who = "F.upsampling_2d"
      stride = set_all(ksize, stride, pad, 2, who)
      outsize = set("outsize", outsize, 2, who)
      return wrap(C.dg_upsampling(x, indexes, 2, windows.ksize, stride, windows.pad, outsize,
        cover_all, 1))
    end)

  --- Family: average poolings to a given size
  --- Shapes: x: batch x channels x h x w; y: batch x channels x output_size.
  --- Dtypes: floats; y has x's.
  --- Errors: an output_size below 1.
  --- Source: PyTorch.

  --- The means of output_size windows, as even as they can be: place o of n on an axis of size s
  --- reaches from floor(o s / n) to below ceil((o + 1) s / n), counted from 0. x: batch x channels
  --- x h x w.
  declare("adaptive_avg_pool2d(x, output_size: sizes)",
    adaptive_average("F.adaptive_avg_pool2d", 2))
  --- adaptive_avg_pool2d along one axis.
  --- Shapes: x: batch x channels x length; y: batch x channels x output_size.
  declare("adaptive_avg_pool1d(x, output_size: sizes)",
    adaptive_average("F.adaptive_avg_pool1d", 1))
  --- adaptive_avg_pool2d along three axes.
  --- Shapes: x: batch x channels x d x h x w; y: batch x channels x output_size.
  declare("adaptive_avg_pool3d(x, output_size: sizes)",
    adaptive_average("F.adaptive_avg_pool3d", 3))
  --- Family: max poolings to a given size
  --- Shapes: x: batch x channels x h x w; y: batch x channels x output_size.
  --- Dtypes: floats; y has x's, the indices int32.
  --- Errors: an output_size below 1.
  --- Source: PyTorch.

  --- The greatest elements of the windows of adaptive_avg_pool2d; with `return_indices` also their
  --- places, as max_pooling_2d gives them.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("adaptive_max_pool2d(x, output_size: sizes, return_indices: boolean = false)",
    adaptive_max("F.adaptive_max_pool2d", 2), 2)
  --- adaptive_max_pool2d along one axis.
  --- Shapes: x: batch x channels x length; y: batch x channels x output_size.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("adaptive_max_pool1d(x, output_size: sizes, return_indices: boolean = false)",
    adaptive_max("F.adaptive_max_pool1d", 1), 2)
  --- adaptive_max_pool2d along three axes.
  --- Shapes: x: batch x channels x d x h x w; y: batch x channels x output_size.
  ---@return dgraph.Tensor
  ---@return dgraph.Tensor? indices
  declare("adaptive_max_pool3d(x, output_size: sizes, return_indices: boolean = false)",
    adaptive_max("F.adaptive_max_pool3d", 3), 2)

  --- Max poolings to 1, 4, 16 ... windows, `pyramid_height` of them, joined: batch x (channels (1 +
  --- 4 + ...)) x 1 x 1, whatever the size of x.
  --- Shapes: x: batch x channels x h x w; y: batch x channels (1 + 4 + ...) x 1 x 1.
  --- Dtypes: floats; y has x's.
  --- Errors: another pooling than "max"; another number of axes than 4; a pyramid_height below 1.
  --- Source: Chainer; He et al., arXiv:1406.4729.
  ---@param pooling? "max"
  declare("spatial_pyramid_pooling_2d(x, pyramid_height: integer, pooling: any = 'max')",
    function(x, pyramid_height, pooling)
      local who, shape, levels = "F.spatial_pyramid_pooling_2d", x.shape, {}
      if pooling ~= "max" then
        errors.raisef("%s: pooling must be \"max\", got %s", who, check.spell(pooling))
      end
      if #shape ~= 4 or pyramid_height < 1 then
        errors.raisef("%s: wanted x with 4 axes and a pyramid_height from 1, got %d axes and %d",
          who, #shape, pyramid_height)
      end
      for level = 1, pyramid_height do
        local bins, ksize, pad = 2 ^ (level - 1), {}, {}
        for axis = 1, 2 do
          local size = shape[axis + 2]
          ksize[axis] = math.ceil(size / bins)
          pad[axis] = math.floor((ksize[axis] * bins - size) / 2)
        end
        local y = F.max_pooling_2d(x, ksize, nil, pad)
        levels[level] = F.reshape(y, { shape[1], shape[2] * y:dim(3) * y:dim(4), 1, 1 })
      end
      return F.concat(levels, 2)
    end)
end
