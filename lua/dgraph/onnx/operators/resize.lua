--- Resize and Upsample: along any axes, by any rule for where the elements of the result lie.
--- Formulas: https://onnx.ai/onnx/operators (Resize).
local F = require "dgraph.functions"
local create = require "dgraph.create"

--- Where element `at` of the result lies in x, both counted from 0. `scale`: result by x; `length`:
--- that of the result before it is rounded down.
local PLACES = {
  asymmetric = function(at, scale) return at / scale end,
  half_pixel = function(at, scale) return (at + 0.5) / scale - 0.5 end,
  pytorch_half_pixel = function(at, scale, _, length)
    return length > 1 and (at + 0.5) / scale - 0.5 or 0
  end,
  align_corners = function(at, _, size, length)
    return length > 1 and at * (size - 1) / (length - 1) or 0
  end,
  half_pixel_symmetric = function(at, scale, size, length)
    return size / 2 * (1 - math.floor(length) / length) + (at + 0.5) / scale - 0.5
  end,
}

local ROUND = {
  round_prefer_floor = function(at) return math.ceil(at - 0.5) end,
  round_prefer_ceil = function(at) return math.floor(at + 0.5) end,
  floor = math.floor, ceil = math.ceil,
}

--- The weights of the elements around a place, whose distance from the one before it is `part`.
local WEIGHTS = {
  linear = function(part) return { [0] = 1 - part, [1] = part } end,
  cubic = function(part, a)
    local function near(d) return ((a + 2) * d - (a + 3)) * d * d + 1 end
    local function far(d) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a end
    return { [-1] = far(part + 1), [0] = near(part), [1] = near(1 - part), [2] = far(2 - part) }
  end,
}

local function clamp(at, size) return math.min(math.max(at, 0), size - 1) end

local function nearest(node, x, axis, place, length)
  local size, round = x.shape[axis], ROUND[node:get("nearest_mode", "round_prefer_floor")]
  if node.kind == "Upsample" then round = math.floor end
  local at = create.empty({ length }, { dtype = "int64", device = "cpu" })
  local to = at:pointer()
  for i = 0, length - 1 do to[i] = clamp(round(place(i)), size) + 1 end
  return F.take(x, at:to(x.device), axis)
end

--- By a matrix that mixes the elements of the axis.
local function mixed(node, x, axis, place, length, weights)
  local size, a = x.shape[axis], node:get("cubic_coeff_a", -0.75)
  local excludes = node:get("exclude_outside", 0) == 1
  local matrix = create.zeros({ length, size }, { dtype = x.dtype, device = "cpu" })
  local rows = matrix:pointer()
  for i = 0, length - 1 do
    local at = place(i)
    local first, total = math.floor(at), 0
    local around = weights(at - first, a)
    for k, weight in pairs(around) do
      local inside = first + k >= 0 and first + k < size
      if not excludes or inside then total = total + weight else around[k] = 0 end
    end
    for k, weight in pairs(around) do
      local to = i * size + clamp(first + k, size)
      rows[to] = rows[to] + weight / total
    end
  end
  matrix:touch()
  local last = F.matmul(F.moveaxis(x, axis, -1), matrix:to(x.device), false, true)
  return F.moveaxis(last, -1, axis)
end

--- For each axis that changes its size: how much longer it gets, and how long.
local function changes_of(node, x, scales, sizes)
  local shape, along, list = x.shape, node:get "axes", {}
  for i, number in ipairs(sizes or scales) do
    local axis = node:axis(along and along[i] or i - 1, #shape)
    local length = sizes and number or math.floor(shape[axis] * number)
    local scale = sizes and number / shape[axis] or number
    if scale ~= 1 then list[#list + 1] = { axis = axis, scale = scale, length = length } end
  end
  return list
end

--- Images whose height and width change by what resize_images knows, which is quicker.
local function is_plain(node, x, changes, kind, how)
  if kind ~= "linear" or x.ndim ~= 4 or how ~= "half_pixel" and how ~= "align_corners" then
    return false
  end
  for _, change in ipairs(changes) do
    if change.axis < 3 or change.length ~= x.shape[change.axis] * change.scale
        or node:get("exclude_outside", 0) == 1 then return false end
  end
  return #changes > 0
end

local function resize(node, x, scales, sizes)
  node:only("antialias", 0)
  node:only("keep_aspect_ratio_policy", "stretch")
  local kind = node:get("mode", "nearest")
  local how = node:get("coordinate_transformation_mode",
    node.kind == "Upsample" and "asymmetric" or "half_pixel")
  local rule, weights = PLACES[how], WEIGHTS[kind]
  if not rule then node:refuse("%s is not supported", how) end
  if kind ~= "nearest" and not weights then node:refuse("the mode %s is not supported", kind) end
  local changes = changes_of(node, x, scales, sizes)
  if is_plain(node, x, changes, kind, how) then
    local shape = { x.shape[3], x.shape[4] }
    for _, change in ipairs(changes) do shape[change.axis - 2] = change.length end
    return F.resize_images(x, shape, "bilinear", how == "align_corners")
  end
  for _, change in ipairs(changes) do
    local axis, length, size = change.axis, change.length, x.shape[change.axis]
    local function place(at) return rule(at, change.scale, size, size * change.scale) end
    if weights then x = mixed(node, x, axis, place, length, weights)
    else x = nearest(node, x, axis, place, length)
    end
  end
  return x
end

return function(operators)
  --- Operator set 10 has no region of interest; only tf_crop_and_resize would need it.
  function operators.Resize(node, x, second, third, sizes)
    if node.opset < 11 then return resize(node, x, node:numbers(2, second)) end
    local scales = node:numbers(3, third)
    if scales and #scales == 0 then scales = nil end
    sizes = node:numbers(4, sizes)
    if not scales and not sizes then node:refuse("neither scales nor sizes") end
    return resize(node, x, scales, sizes)
  end

  function operators.Upsample(node, x, scales)
    return resize(node, x, node:numbers_or("scales", 2, scales))
  end
end
