--- Convolutions. Images are batch x channels x axes; stride, pad, dilate and the like are numbers
--- for all axes, or lists with one for each.
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local windows = require "dgraph.functions.windows"

local C, wrap, set = native.C, native.wrap, windows.set

--- A convolution over so many axes; over those that x has where it is nil.
local function convolution(who, fixed)
  return function(x, W, b, stride, pad, cover_all, dilate, groups)
    local axes = windows.axes(x, fixed, who)
    set("stride", stride, axes, who)
    set("pad", pad, axes, who)
    set("dilate", dilate, axes, who)
    local y = C.dg_convolution(x, W, b, axes, windows.stride, windows.pad, windows.dilate, groups,
      cover_all)
    if y ~= nil then return wrap(y) end
    return native.again("dg_convolution", x, W, b, axes, windows.stride, windows.pad,
      windows.dilate, groups, cover_all)
  end
end

local function deconvolution(who, fixed)
  return function(x, W, b, stride, pad, outsize, dilate, groups)
    local axes = windows.axes(x, fixed, who)
    set("stride", stride, axes, who)
    set("pad", pad, axes, who)
    set("dilate", dilate, axes, who)
    outsize = set("outsize", outsize, axes, who)
    local y = C.dg_deconvolution(x, W, b, axes, windows.stride, windows.pad, windows.dilate,
      outsize, groups)
    if y ~= nil then return wrap(y) end
    return native.again("dg_deconvolution", x, W, b, axes, windows.stride, windows.pad,
      windows.dilate, outsize, groups)
  end
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: convolutions and their transposes
  --- Shapes: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text
  --- says.
  --- Dtypes: floats, one for all; y has it.
  --- Errors: channels that the groups do not divide; strides or dilations below 1; pads below 0; a
  --- window that does not fit.
  --- Source: Chainer.

  --- y[n, o, p] = b[o] + the sum of x[n, c, p stride - pad + i dilate] W[o, c, i] over c and i,
  --- with zeros around x. x: batch x channels x h x w, W: out x channels / groups x kh x kw, b: out
  --- or nil; y: batch x out x h' x w' with h' = (h + 2 pad - (kh - 1) dilate - 1) / stride + 1,
  --- rounded down, or up with `cover_all`. Filters of a group see the channels of that group.
  --- Floats of one dtype.
  declare("convolution_2d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, "
    .. "cover_all: boolean = false, dilate: sizes = 1, groups: integer = 1)",
    convolution("F.convolution_2d", 2))
  --- convolution_2d along one axis. x: batch x channels x length.
  declare("convolution_1d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, "
    .. "cover_all: boolean = false, dilate: sizes = 1, groups: integer = 1)",
    convolution("F.convolution_1d", 1))
  --- convolution_2d along three axes. x: batch x channels x depth x height x width.
  declare("convolution_3d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, "
    .. "cover_all: boolean = false, dilate: sizes = 1, groups: integer = 1)",
    convolution("F.convolution_3d", 3))
  --- convolution_2d along the axes that x has behind batch and channels, one to four.
  declare("convolution_nd(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, "
    .. "cover_all: boolean = false, dilate: sizes = 1, groups: integer = 1)",
    convolution("F.convolution_nd"))

  --- The transpose of a convolution: each element of x adds its multiple of the filters to y. x:
  --- batch x channels x h x w, W: channels x out / groups x kh x kw, b: out or nil; y: batch x out
  --- x h' x w' with h' = stride (h - 1) + (kh - 1) dilate + 1 - 2 pad, or `outsize`, of which a
  --- convolution must make x's size. Floats of one dtype.
  --- Errors: besides those of convolution_2d, an `outsize` from which a convolution does not make
  --- x's size.
  declare("deconvolution_2d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, outsize: sizes?, "
    .. "dilate: sizes = 1, groups: integer = 1)", deconvolution("F.deconvolution_2d", 2))
  --- deconvolution_2d along one axis.
  declare("deconvolution_1d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, outsize: sizes?, "
    .. "dilate: sizes = 1, groups: integer = 1)", deconvolution("F.deconvolution_1d", 1))
  --- deconvolution_2d along three axes.
  declare("deconvolution_3d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, outsize: sizes?, "
    .. "dilate: sizes = 1, groups: integer = 1)", deconvolution("F.deconvolution_3d", 3))
  --- deconvolution_2d along the axes that x has behind batch and channels, one to four.
  declare("deconvolution_nd(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, outsize: sizes?, "
    .. "dilate: sizes = 1, groups: integer = 1)", deconvolution("F.deconvolution_nd"))

  --- convolution_2d with filters whose elements are `dilate` apart.
  --- Source: Chainer; Yu and Koltun, arXiv:1511.07122.
  declare("dilated_convolution_2d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0, "
    .. "dilate: sizes = 1, cover_all: boolean = false)",
    function(x, W, b, stride, pad, dilate, cover_all)
      return F.convolution_2d(x, W, b, stride, pad, cover_all, dilate)
    end)

  --- Each channel convolved by itself with `multiplier` filters. x: batch x channels x h x w, W:
  --- multiplier x channels x kh x kw, b: channels multiplier or nil; y has channels multiplier
  --- channels, those of one channel of x side by side.
  --- Shapes: x: batch x channels x h x w; W: multiplier x channels x kh x kw; b: channels
  --- multiplier or nil; y: batch x channels multiplier x h' x w'.
  --- Errors: as convolution_2d; a W that is not multiplier x channels x kh x kw.
  declare("depthwise_convolution_2d(x, W, b: tensor?, stride: sizes = 1, pad: sizes = 0)",
    function(x, W, b, stride, pad)
      local shape, channels = W.shape, x:dim(2)
      if #shape ~= 4 or shape[2] ~= channels then
        errors.raisef("F.depthwise_convolution_2d: W is (%s), wanted multiplier x %d x kh x kw",
          table.concat(shape, ", "), channels)
      end
      local filters = F.reshape(F.swapaxes(W, 1, 2), { shape[1] * shape[2], 1, shape[3], shape[4] })
      return F.convolution_2d(x, filters, b, stride, pad, false, 1, channels)
    end)
end
