--- Shapes, parts, joins, and tensors made of numbers. Semantics: https://onnx.ai/onnx/operators.
local F = require "dgraph.functions"
local create = require "dgraph.create"
local protobuf = require "dgraph.onnx.protobuf"

local refuse = protobuf.refuse

--- Whole numbers as a tensor of one axis.
local function integers(list)
  local y = create.empty({ #list }, { dtype = "int64", device = "cpu" })
  local to = y:pointer()
  for i, number in ipairs(list) do to[i - 1] = number end
  return y
end

--- Positions that count from 1, of those that count from 0 or from the end.
local function positions(indices, size)
  return F.where(F.lt(indices, 0), indices + (size + 1), indices + 1)
end

--- Broadcast both ways, as Expand does.
local function expand(x, wanted)
  local shape, result = x.shape, {}
  local ndim = math.max(#shape, #wanted)
  for i = 1, ndim do
    local a, b = shape[i - ndim + #shape] or 1, wanted[i - ndim + #wanted] or 1
    result[i] = a == 1 and b or a
  end
  return F.broadcast_to(x, result)
end

--- The part of one axis that starts, ends and steps of ONNX mean, with ends left out, clamped.
local function slice(start, finish, step, size)
  if start < 0 then start = start + size end
  if finish < 0 then finish = finish + size end
  if step > 0 then
    start, finish = math.min(math.max(start, 0), size), math.min(math.max(finish, 0), size)
    return start, math.max(math.ceil((finish - start) / step), 0)
  end
  start, finish = math.min(math.max(start, 0), size - 1), math.min(math.max(finish, -1), size - 1)
  return start, math.max(math.ceil((finish - start) / step), 0)
end

--- Where in an axis of `size` elements place `at` outside of it is to be found, from 0.
local PLACES = {
  edge = function(at, size) return math.min(math.max(at, 0), size - 1) end,
  wrap = function(at, size) return at % size end,
  reflect = function(at, size)
    local period = math.max(2 * (size - 1), 1)
    at = at % period
    return at < size and at or period - at
  end,
}

--- Pads by elements of x itself.
local function pad_by_elements(node, x, pads, along, place)
  if not place then node:refuse("the mode %s is not supported", node:get "mode") end
  for i = 1, #pads / 2 do
    local axis, list = node:axis(along and along[i] or i - 1, x.ndim), {}
    local size, before, after = x.shape[axis], pads[i], pads[#pads / 2 + i]
    if before ~= 0 or after ~= 0 then
      for at = -before, size + after - 1 do list[#list + 1] = place(at, size) + 1 end
      x = F.take(x, integers(list):to(x.device), axis)
    end
  end
  return x
end

return function(operators)
  function operators.Constant(node)
    local attributes = node.attributes
    if type(attributes.value) == "cdata" then return attributes.value end
    if attributes.value_ints then return integers(attributes.value_ints) end
    if attributes.value_int then return F.reshape(integers { attributes.value_int }, {}) end
    local list = attributes.value_floats or attributes.value_float and { attributes.value_float }
    if not list then refuse("its value is not supported") end
    local y = create.empty({ #list }, { dtype = "float32", device = "cpu" })
    local to = y:pointer()
    for i, number in ipairs(list) do to[i - 1] = number end
    return attributes.value_float and F.reshape(y, {}) or y
  end

  function operators.ConstantOfShape(node, shape)
    local value = node:get "value"
    if value and type(value) ~= "cdata" then node:refuse("its value is no tensor") end
    local dtype = value and value.dtype or "float32"
    return create.full(node:numbers(1, shape), value and node.numbers_of(value)[1] or 0,
      { dtype = dtype })
  end

  function operators.Range(node, start, limit, delta)
    local from, to, step = node:numbers(1, start)[1], node:numbers(2, limit)[1],
      node:numbers(3, delta)[1]
    return create.arange(from, to, step, { dtype = start.dtype })
  end

  function operators.Shape(node, x)
    local shape, ndim = x.shape, x.ndim
    local from, to = node:get("start", 0), node:get("end", ndim)
    from = math.max(from < 0 and from + ndim or from, 0)
    to = math.min(to < 0 and to + ndim or to, ndim)
    return integers { unpack(shape, from + 1, to) }
  end

  function operators.Size(_, x) return F.reshape(integers { x.size }, {}) end

  --- 0 stands for the size that is there, -1 for what is left.
  function operators.Reshape(node, x, shape)
    local wanted, sizes = node:numbers_or("shape", 2, shape), {}
    for i, size in ipairs(wanted) do
      sizes[i] = size == 0 and node:get("allowzero", 0) == 0 and x.shape[i] or size
    end
    return F.reshape(x, sizes)
  end

  function operators.Flatten(node, x)
    local axis, rows = node:get("axis", 1), 1
    if axis < 0 then axis = axis + x.ndim end
    for i = 1, axis do rows = rows * x.shape[i] end
    local columns = 1
    for i = axis + 1, x.ndim do columns = columns * x.shape[i] end
    return F.reshape(x, { rows, columns })
  end

  function operators.Transpose(node, x)
    local perm = node:get "perm"
    return F.transpose(x, perm and node:axes(perm, x.ndim) or nil)
  end

  function operators.Squeeze(node, x, axes)
    local list = node:numbers_or("axes", 2, axes)
    return F.squeeze(x, list and node:axes(list, x.ndim) or nil)
  end

  function operators.Unsqueeze(node, x, axes)
    local list = node:numbers_or("axes", 2, axes)
    local ours = node:axes(list, x.ndim + #list)
    table.sort(ours)
    for _, axis in ipairs(ours) do x = F.expand_dims(x, axis) end
    return x
  end

  function operators.Concat(node, ...)
    return F.concat({ ... }, node:axis(node:get("axis", 0), (...).ndim))
  end

  --- As many parts as there are results, the last one smaller, where no sizes are given.
  function operators.Split(node, x, split)
    local axis = node:axis(node:get("axis", 0), x.ndim)
    local sizes = node:numbers_or("split", 2, split)
    if not sizes then
      local count, left = node:get("num_outputs", node.outputs), x.shape[axis]
      local each = math.ceil(left / count)
      sizes = {}
      for i = 1, count do
        sizes[i] = math.min(each, left)
        left = left - sizes[i]
      end
    end
    return F.split(x, sizes, axis)
  end

  --- Starts and ends are attributes up to operator set 9.
  function operators.Slice(node, x, starts, ends, axes, steps)
    local from, to = node:numbers_or("starts", 2, starts), node:numbers_or("ends", 3, ends)
    local along, step = node:numbers_or("axes", 4, axes), node:numbers(5, steps)
    local key = {}
    for axis = 1, x.ndim do key[axis] = {} end
    for i = 1, #from do
      local axis = node:axis(along and along[i] or i - 1, x.ndim)
      local size, by = x.shape[axis], step and step[i] or 1
      local first, count = slice(from[i], to[i], by, size)
      if count == 0 then
        x = F.split(x, { 0, size }, axis)[1]
      else
        key[axis] = { first + 1, first + 1 + (count - 1) * by, by }
      end
    end
    return F.get_item(x, key)
  end

  function operators.Gather(node, x, indices)
    local axis = node:axis(node:get("axis", 0), x.ndim)
    local at = positions(indices, x.shape[axis])
    return F.take(x, at:to(x.device), axis)
  end

  function operators.GatherElements(node, x, indices)
    local axis = node:axis(node:get("axis", 0), x.ndim)
    return F.gather(x, axis, positions(indices, x.shape[axis]))
  end

  function operators.Expand(node, x, shape) return expand(x, node:numbers(2, shape)) end
  function operators.Tile(node, x, repeats) return F.tile(x, node:numbers(2, repeats)) end

  --- Pads below 0 take elements away.
  function operators.Pad(node, x, pads, value, axes)
    local list = node:numbers_or("pads", 2, pads)
    local fill = value and node:numbers(3, value)[1] or node:get("value", 0)
    local along, mode = node:numbers(4, axes), node:get("mode", "constant")
    if mode ~= "constant" then return pad_by_elements(node, x, list, along, PLACES[mode]) end
    local widths, key, cuts, n = {}, {}, false, #list / 2
    for axis = 1, x.ndim do widths[axis], key[axis] = { 0, 0 }, {} end
    for i = 1, n do
      local axis = node:axis(along and along[i] or i - 1, x.ndim)
      local before, after = list[i], list[n + i]
      widths[axis] = { math.max(before, 0), math.max(after, 0) }
      key[axis] = { 1 - math.min(before, 0), x.shape[axis] + math.min(after, 0) }
      cuts = cuts or before < 0 or after < 0
    end
    return F.pad(cuts and x[key] or x, widths, "constant", fill)
  end

  function operators.Trilu(node, x, k)
    local f = node:get("upper", 1) == 1 and F.triu or F.tril
    return f(x, k and node:numbers(2, k)[1] or 0)
  end

  --- Values off and on, in a tensor of two. Positions outside are nowhere on.
  function operators.OneHot(node, indices, depth, values)
    local count, pair = node:numbers(2, depth)[1], node:numbers(3, values)
    local at = F.where(F.lt(indices, 0), indices + count, indices)
    local places = create.arange(count, { dtype = at.dtype, device = at.device })
    local axis = node:axis(node:get("axis", -1), at.ndim + 1)
    local hot = F.cast(F.moveaxis(F.eq(F.expand_dims(at, -1), places), -1, axis), values.dtype)
    return hot * (pair[2] - pair[1]) + pair[1]
  end
end
