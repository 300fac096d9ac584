--- Images (batch x channels x height x width) looked at elsewhere than on their own grid: warped,
--- shifted, with filters of each place, with filters that bend.
local checks = require "dgraph.functions.loss_checks"
local config = require "dgraph.config"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local sampling = require "dgraph.functions.sampling"
local widened = require "dgraph.functions.widened"
local windows = require "dgraph.functions.windows"

local C, wrap = native.C, native.wrap

local function spell(shape) return shape[1] and table.concat(shape, "x") or "()" end

--- Raises an error unless tensors are floats of one dtype; nil counts for none.
local function one_float(who, x, others)
  checks.float(who, x)
  local dtype = x.dtype
  for name, other in pairs(others) do
    if other.dtype ~= dtype then
      errors.raisef("%s: %s is %s, wanted %s as x (cast one of them)", who, name, other.dtype,
        dtype)
    end
  end
end

local function check_grid(who, grid, batch)
  local shape = grid.shape
  if #shape ~= 4 or shape[1] ~= batch or shape[2] ~= 2 then
    errors.raisef("%s: the grid is %s, wanted %d x 2 x height x width", who, spell(shape), batch)
  end
end

--- A float as products take them: under autocast of 16 bits, unless it is float64. nil stays nil.
local function narrowed(x)
  local narrow, dtype = config.values.autocast, x and x.dtype
  if not narrow or dtype == narrow or dtype == "float64" or not dtypes.names_float(dtype) then
    return x
  end
  return wrap(C.dg_cast(x, dtypes.id(narrow, "F.local_convolution_2d")))
end

--- The directions of F.shift: rows and columns by which each group of channels moves. The middle
--- one and the last change places, so that the last group stays where it is, with all channels that
--- are left over.
local function directions(kh, kw)
  local list = {}
  for i = 0, kh * kw - 1 do
    list[i + 1] = { math.floor(i / kw) - (kh - 1) / 2, i % kw - (kw - 1) / 2 }
  end
  local middle = (#list + 1) / 2
  list[middle], list[#list] = list[#list], list[middle]
  return list
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: places between elements
  --- Shapes: x: batch x channels x h x w; the places: batch x 2 x h' x w'.
  --- Dtypes: floats, one for both; y has it.
  --- Errors: sizes below 1.
  --- Source: Chainer; Jaderberg et al., arXiv:1506.02025.

  --- Where spatial_transformer_sampler looks for each element of an image of output_shape: the
  --- places of a regular grid times the matrix `theta`, [x'; y'] = theta [x; y; 1]. Both grids go
  --- from -1 to 1 along each axis; a single row or column lies at -1.
  --- Shapes: theta: batch x 2 x 3; y: batch x 2 x output_shape, first x, which goes along the
  --- width, then y.
  --- Dtypes: floats; y has theta's.
  ---@param output_shape integer|integer[]  height and width
  declare("spatial_transformer_grid(theta, output_shape: sizes)",
    widened(1, function(theta, output_shape)
    local who, shape = "F.spatial_transformer_grid", theta.shape
    one_float(who, theta, {})
    if #shape ~= 3 or shape[2] ~= 2 or shape[3] ~= 3 then
      errors.raisef("%s: theta is %s, wanted batch x 2 x 3", who, spell(shape))
    end
    local h, w = unpack(windows.positive("output_shape", output_shape, 2, who))
    local options = { dtype = theta.dtype, device = theta.device }
    local y, x = create.linspace(-1, 1, h, options), create.linspace(-1, 1, w, options)
    local grid = F.stack({
      F.broadcast_to(x, { h, w }), F.broadcast_to(F.reshape(y, { h, 1 }), { h, w }),
      create.ones({ h, w }, options),
    }, 1)
    local places = F.matmul(F.reshape(theta, { shape[1] * 2, 3 }), F.reshape(grid, { 3, h * w }))
    return F.reshape(places, { shape[1], 2, h, w })
  end))

  --- The image at other places, mixed of the four elements around each; outside of it are zeros.
  --- The centres of the corners are at -1 and 1. Differentiable in both.
  --- Shapes: x: batch x channels x h x w; grid: batch x 2 x h' x w', first the place along the
  --- width; y: batch x channels x h' x w'.
  --- Errors: none.
  declare("spatial_transformer_sampler(x, grid)", widened(2, function(x, grid)
    local who = "F.spatial_transformer_sampler"
    local shape = sampling.image_shape(who, x)
    check_grid(who, grid, shape[1])
    one_float(who, x, { grid = grid })
    local precise = sampling.precise(F, grid)
    local function coordinate(k) return (precise[{ {}, k }] + 1) * ((shape[5 - k] - 1) / 2) end
    local number = F.reshape(sampling.numbers(shape[1], x), { shape[1], 1, 1 })
    local y = sampling.at(F, sampling.planes(F, x), number, coordinate(2), coordinate(1), F.take)
    return F.transpose(y, { 1, 4, 2, 3 })
  end))

  --- Family: filters of another kind
  --- Shapes: x: batch x channels x h x w; y: batch x out x h' x w'.
  --- Dtypes: floats, one for all; y has it.
  --- Errors: strides below 1.
  --- Source: Chainer.

  --- The channels in as many groups as a window of ksize has elements, each moved by its element's
  --- distance from the middle, times `dilate`; zeros come in. The last group, which has all
  --- channels that are left over, stays where it is.
  --- Shapes: x: batch x channels x h x w; y: as x.
  --- Dtypes: floats; y has x's.
  --- Errors: a ksize that is not odd; a dilation of 0; fewer channels than groups.
  --- Source: Chainer; Wu et al., arXiv:1711.08141.
  ---@param ksize? integer|integer[]
  ---@param dilate? integer|integer[]  below 0: the other way
  declare("shift(x, ksize: sizes = 3, dilate: sizes = 1)", function(x, ksize, dilate)
    local who = "F.shift"
    local shape = sampling.image_shape(who, x)
    one_float(who, x, {})
    local kh, kw = unpack(windows.positive("ksize", ksize, 2, who))
    local apart = windows.list("dilate", dilate, 2, who)
    if kh % 2 == 0 or kw % 2 == 0 then
      errors.raisef("%s: ksize is %d x %d, wanted odd numbers", who, kh, kw)
    end
    if apart[1] == 0 or apart[2] == 0 then errors.raisef("%s: dilate is 0", who) end
    local groups, size = directions(kh, kw), math.floor(shape[2] / (kh * kw))
    if size == 0 then
      errors.raisef("%s: %d channels for %d groups", who, shape[2], #groups)
    end
    local parts, h, w = {}, shape[3], shape[4]
    for i, direction in ipairs(groups) do
      -- Further than the image is large nothing but zeros is left.
      local down = math.max(-h, math.min(direction[1] * apart[1], h))
      local across = math.max(-w, math.min(direction[2] * apart[2], w))
      local first = (i - 1) * size
      local moved = wrap(C.dg_narrow(x, 1, first, i == #groups and shape[2] - first or size))
      if down ~= 0 or across ~= 0 then
        -- Zeros come in at one end, and what they push out at the other goes.
        local from_v, from_u = math.max(-down, 0), math.max(-across, 0)
        moved = F.pad(moved, { { 0, 0 }, { 0, 0 }, { math.max(down, 0), from_v },
          { math.max(across, 0), from_u } })
        moved = wrap(C.dg_narrow(wrap(C.dg_narrow(moved, 2, from_v, h)), 3, from_u, w))
      end
      parts[i] = moved
    end
    return F.concat(parts, 2)
  end)

  --- A convolution whose filters differ from place to place: y[n, o, p] = b[o, p] + the sum of x[n,
  --- c, p stride + i] W[p, o, c, i] over c and i. There are as many places as W has.
  --- Shapes: x: batch x channels x h x w; W: h' x w' x out x channels x kh x kw; b: out x h' x w'
  --- or nil; y: batch x out x h' x w'.
  --- Errors: strides below 1; an x that is too small for so many places; no places.
  declare("local_convolution_2d(x, W, b: tensor?, stride: sizes = 1)", function(x, W, b, stride)
    local who = "F.local_convolution_2d"
    local shape, wide = sampling.image_shape(who, x), W.shape
    if #wide ~= 6 or wide[4] ~= shape[2] then
      errors.raisef("%s: W is %s, wanted height x width x out x %d x kh x kw", who, spell(wide),
        shape[2])
    end
    local h, w, out, kh, kw = wide[1], wide[2], wide[3], wide[5], wide[6]
    if b and spell(b.shape) ~= spell { out, h, w } then
      errors.raisef("%s: b is %s, wanted %d x %d x %d", who, spell(b.shape), out, h, w)
    end
    x, W, b = narrowed(x), narrowed(W), narrowed(b)
    one_float(who, x, { W = W, b = b })
    local sy, sx = unpack(windows.positive("stride", stride, 2, who))
    local tall, broad = (h - 1) * sy + kh, (w - 1) * sx + kw
    if h < 1 or w < 1 or kh < 1 or kw < 1 or tall > shape[3] or broad > shape[4] then
      errors.raisef("%s: %d x %d places of %d x %d elements do not fit x, which is %d x %d", who, h,
        w, kh, kw, shape[3], shape[4])
    end
    local columns = F.im2col(x[{ {}, {}, { 1, tall }, { 1, broad } }], { kh, kw }, { sy, sx })
    -- One product for each place: filters times the windows of the whole batch.
    local seen = F.reshape(F.transpose(columns, { 3, 4, 2, 1 }),
      { h * w, shape[2] * kh * kw, shape[1] })
    local y = F.matmul(F.reshape(W, { h * w, out, shape[2] * kh * kw }), seen)
    y = F.transpose(F.reshape(y, { h, w, out, shape[1] }), { 4, 3, 1, 2 })
    return b and y + b or y
  end)

  --- A convolution whose filters look elsewhere: element i of the filter at place p sees x at p
  --- stride + i - pad + offset[p, i], mixed of the four elements around, with zeros around x. The
  --- first kh kw channels of the offset tell how far to the right, the others how far down, in
  --- elements; there are as many places as it has. Differentiable in all four.
  --- Shapes: x: batch x channels x h x w; offset: batch x 2 kh kw x h' x w'; W: out x channels x kh
  --- x kw; b: out or nil; y: batch x out x h' x w'.
  --- Errors: strides below 1; pads below 0.
  --- Source: Chainer; Dai et al., arXiv:1703.06211.
  declare("deformable_convolution_2d_sampler(x, offset, W, b: tensor?, stride: sizes = 1, "
    .. "pad: sizes = 0)", widened(4, function(x, offset, W, b, stride, pad)
    local who = "F.deformable_convolution_2d_sampler"
    local shape, bend, wide = sampling.image_shape(who, x), offset.shape, W.shape
    if #wide ~= 4 or wide[2] ~= shape[2] then
      errors.raisef("%s: W is %s, wanted out x %d x kh x kw", who, spell(wide), shape[2])
    end
    local out, kh, kw = wide[1], wide[3], wide[4]
    local taps = kh * kw
    if #bend ~= 4 or bend[1] ~= shape[1] or bend[2] ~= 2 * taps then
      errors.raisef("%s: the offset is %s, wanted %d x %d x height x width", who, spell(bend),
        shape[1], 2 * taps)
    end
    if b and spell(b.shape) ~= tostring(out) then
      errors.raisef("%s: b is %s, wanted %d", who, spell(b.shape), out)
    end
    one_float(who, x, { offset = offset, W = W, b = b })
    local sy, sx = unpack(windows.positive("stride", stride, 2, who))
    local around = windows.list("pad", pad, 2, who)
    if around[1] < 0 or around[2] < 0 then errors.raisef("%s: a pad is below 0", who) end
    local n, h, w = bend[1], bend[3], bend[4]
    -- Places first, then the filter's elements: so all that a place sees lies in one row.
    local bent = F.transpose(F.reshape(sampling.precise(F, offset), { n, 2, kh, kw, h, w }),
      { 2, 1, 5, 6, 3, 4 })
    local function regular(count, step, first, like)
      local at = create.arange(0, count, 1, { dtype = bent.dtype, device = x.device })
      return F.reshape(at * step + first, like)
    end
    local v = bent[2] + regular(h, sy, -around[1], { h, 1, 1, 1 }) + regular(kh, 1, 0, { kh, 1 })
    local u = bent[1] + regular(w, sx, -around[2], { w, 1, 1 }) + regular(kw, 1, 0, { kw })
    local number = F.reshape(sampling.numbers(n, x), { n, 1, 1, 1, 1 })
    local seen = sampling.at(F, sampling.planes(F, x), number, v, u, F.take)
    local filters = F.reshape(F.transpose(W, { 3, 4, 2, 1 }), { taps * shape[2], out })
    local y = F.matmul(F.reshape(seen, { n * h * w, taps * shape[2] }), filters)
    y = F.reshape(y, { n, h, w, out })
    return F.transpose(b and y + b or y, { 1, 4, 2, 3 })
  end))
end
