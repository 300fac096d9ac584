--- Shapes, parts and joins. Formulas: c/op and https://onnx.ai/onnx/operators.
local native = require "dgraph.native"
local sizes = require "dgraph.onnx.export.sizes"

local C = native.C
local ONE, RANGE = tonumber(C.DG_ITEM_ONE), tonumber(C.DG_ITEM_RANGE)
local NEW = tonumber(C.DG_ITEM_NEW)

--- Behind either end of any axis; exact in a double.
local FAR = 2 ^ 52

local function filled(count, value)
  local list = {}
  for i = 1, count do list[i] = value end
  return list
end

local function same_shape(a, b)
  if #a ~= #b then return false end
  for i = 1, #a do
    if not sizes.same(a[i], b[i]) then return false end
  end
  return true
end

local function arrange(rules)
  function rules.reshape(call)
    return call:reshape(call:input "x", call:shape "x", call:output_shape())
  end

  function rules.transpose(call)
    local ndim, perm = call:ndim "x", {}
    for i, axis in ipairs(call:list "axes" or {}) do perm[i] = call:axis(axis, ndim) end
    if #perm == 0 then
      for i = 1, ndim do perm[i] = ndim - i end
    end
    return call:node("Transpose", { call:input "x" }, { perm = perm })
  end

  function rules.swap_axes(call)
    local ndim, perm = call:ndim "x", {}
    local i, j = call:axis(call:number "i", ndim), call:axis(call:number "j", ndim)
    for axis = 0, ndim - 1 do perm[axis + 1] = axis == i and j or axis == j and i or axis end
    return call:node("Transpose", { call:input "x" }, { perm = perm })
  end

  function rules.expand_dims(call) return call:unsqueeze(call:input "x", { call:number "axis" }) end

  function rules.squeeze(call)
    local axes, shape = call:list "axes" or {}, call:shape "x"
    if #axes == 0 then
      for i, size in ipairs(shape) do
        if size == 1 then axes[#axes + 1] = i - 1 end
      end
    end
    if #axes == 0 then return call:node("Identity", { call:input "x" }) end
    return call:squeeze(call:input "x", axes)
  end

  --- An axis that stays as it is is 1 in what Expand wants.
  function rules.broadcast_to(call)
    local from, to, list = call:shape "x", call:output_shape(), {}
    if same_shape(from, to) then return call:node("Identity", { call:input "x" }) end
    for i, size in ipairs(to) do
      local there = from[i - #to + #from]
      list[i] = there and sizes.same(there, size) and 1 or size
    end
    return call:node("Expand", { call:input "x", call:size_list(list) })
  end

  function rules.flip(call)
    local axes = call:axes()
    local n = #axes
    if n == 0 then return call:node("Identity", { call:input "x" }) end
    return call:node("Slice", {
      call:input "x", call:integers(filled(n, -1)), call:integers(filled(n, -FAR)),
      call:integers(axes), call:integers(filled(n, -1)),
    })
  end

  for name, upper in pairs { tril = 0, triu = 1 } do
    rules[name] = function(call)
      if call.opset < 14 then call:refuse("it needs operator set 14 (opset_version)") end
      return call:node("Trilu", { call:input "x", call:scalar(call:number "k", "int64") },
        { upper = upper })
    end
  end
end

local function joins(rules)
  local function inputs_of(call)
    local list = {}
    for i = 1, call:count() do list[i] = call:input(i) end
    return list
  end

  function rules.concat(call)
    return call:node("Concat", inputs_of(call), { axis = call:number "axis" })
  end

  function rules.stack(call)
    local list, axis = inputs_of(call), call:axis(call:number "axis", #call:output_shape())
    for i, x in ipairs(list) do list[i] = call:unsqueeze(x, { axis }) end
    return call:node("Concat", list, { axis = axis })
  end

  function rules.pad(call)
    local pads = {}
    for _, side in ipairs { "before", "after" } do
      for _, size in ipairs(call:sizes(side)) do pads[#pads + 1] = size end
    end
    return call:node("Pad", {
      call:input "x", call:size_list(pads), call:scalar(call:number "value"),
    })
  end

  --- Each element as many times along an axis of its own, which then is joined.
  function rules.repeat_axis(call)
    local shape, axis = call:shape "x", call:axis(call:number "axis", call:ndim "x")
    local repeats, from = filled(#shape + 1, 1), { unpack(shape) }
    repeats[axis + 2] = call:number "times"
    table.insert(from, axis + 2, call:number "times")
    local x = call:unsqueeze(call:input "x", { axis + 1 })
    return call:reshape(call:node("Tile", { x, call:integers(repeats) }), from, call:output_shape())
  end
  rules["repeat"], rules.repeat_axis = rules.repeat_axis, nil

  function rules.tile(call)
    local times, shape, x = call:sizes "times", call:shape "x", call:input "x"
    local more = #times - #shape
    if more > 0 then
      local axes = {}
      for i = 1, more do axes[i] = i - 1 end
      x = call:unsqueeze(x, axes)
    end
    local repeats = filled(-more, 1)
    for _, count in ipairs(times) do repeats[#repeats + 1] = count end
    return call:node("Tile", { x, call:size_list(repeats) })
  end
end

--- x in parts of equal size along an axis.
local function split_evenly(call, axis, count)
  if count == 1 then return { call:node("Identity", { call:input "x" }) } end
  local attributes = { axis = axis }
  if call.opset >= 18 then attributes.num_outputs = count end
  return { call:node("Split", { call:input "x" }, attributes, count) }
end

local function are_equal(list)
  for i = 2, #list do
    if not sizes.same(list[i], list[1]) then return false end
  end
  return true
end

--- What Slice and Squeeze want for the items of an index (dg_index in c/dgraph.h).
local function read_items(call)
  local items, base = call:sizes "items", call:number "base"
  local plan = { starts = {}, ends = {}, axes = {}, steps = {}, gone = {}, new = {} }
  local axis, place = 0, 0
  local function cut(from, to, step)
    local n = #plan.axes + 1
    plan.starts[n], plan.ends[n], plan.axes[n], plan.steps[n] = from, to, axis, step
  end
  --- A position from 0, or from -1 at the end, and the one behind it in the direction of a step.
  local function position(value)
    return sizes.base(value) < 0 and value or sizes.add(value, -base)
  end
  local function behind(value, step)
    local at = position(value)
    local is_end = sizes.base(at) == (step > 0 and -1 or 0)
    return is_end and (step > 0 and FAR or -FAR) or sizes.add(at, step > 0 and 1 or -1)
  end
  for at = 1, #items, 4 do
    local kind = items[at]
    if kind == NEW then
      plan.new[#plan.new + 1] = place
    elseif kind == ONE then
      cut(position(items[at + 1]), behind(items[at + 1], 1), 1)
      plan.gone[#plan.gone + 1] = axis
    elseif kind == RANGE then
      cut(position(items[at + 1]), behind(items[at + 2], items[at + 3]), items[at + 3])
    end
    if kind ~= NEW then axis = axis + 1 end
    if kind ~= ONE then place = place + 1 end
  end
  return plan
end

local function parts(rules)
  function rules.split(call)
    local count, axis, list = call:number "count", call:number "axis", call:sizes "sizes"
    if not list or are_equal(list) then return unpack(split_evenly(call, axis, count)) end
    return call:node("Split", { call:input "x", call:size_list(list) }, { axis = axis }, count)
  end

  function rules.unstack(call)
    local axis = call:number "axis"
    local list = split_evenly(call, axis, call:number "count")
    for i, x in ipairs(list) do list[i] = call:squeeze(x, { axis }) end
    return unpack(list)
  end

  function rules.index(call)
    local plan, x = read_items(call), call:input "x"
    if #plan.axes > 0 then
      x = call:node("Slice", {
        x, call:size_list(plan.starts), call:size_list(plan.ends), call:integers(plan.axes),
        call:integers(plan.steps),
      })
    end
    if #plan.gone > 0 then x = call:squeeze(x, plan.gone) end
    if #plan.new > 0 then x = call:unsqueeze(x, plan.new) end
    return x == call:input "x" and call:node("Identity", { x }) or x
  end

  function rules.narrow(call)
    local from, size = call:number "from", call:sizes "size"
    return call:slice(call:input "x", call:axis(call:number "axis", call:ndim "x"), from,
      sizes.add(size, from))
  end
end

--- Where no label is ignored.
local NONE = tonumber(-2 ^ 63)

local function positions(rules)
  function rules.take(call)
    local at = call:positions("index", call:number "base", true)
    return call:node("Gather", { call:input "x", at }, { axis = call:number "axis" })
  end

  function rules.gather(call)
    local at = call:positions("index", call:number "base", true)
    return call:node("GatherElements", { call:input "x", at }, { axis = call:number "axis" })
  end

  function rules.select_item(call)
    local at = call:unsqueeze(call:positions("t", call:number "base"), { 1 })
    return call:squeeze(call:node("GatherElements", { call:input "x", at }, { axis = 1 }), { 1 })
  end

  --- One place along the axis, as in one_hot: where the axis counts to it the number stands.
  function rules.scatter_number(call)
    local ndim, places, shape = call:ndim "x", {}, {}
    local axis = call:axis(call:number "axis", ndim)
    for i = 1, ndim do shape[i] = 1 end
    shape[axis + 1] = call:size("x", axis + 1)
    for i = 1, shape[axis + 1] do places[i] = i - 1 end
    for i, size in ipairs(call:shape "index") do
      local wanted = i == axis + 1 and 1 or call:shape "x"[i]
      if not sizes.same(size, wanted) then
        call:refuse "an index of several places along the axis"
      end
    end
    local at = call:positions("index", call:number "base")
    if call:dtype "index" ~= "int64" then at = call:cast(at, "int64") end
    local is_there = call:node("Equal", { at, call:constant(places, "int64", shape) })
    return call:node("Where", { is_there, call:scalar(call:number "number"), call:input "x" })
  end

  --- Ids that are ignored take the first row, and zeros stand in its place.
  local function embed_id(call)
    local base, ignored = call:number "base", call:number "ignore_label"
    local at = call:positions("id", base)
    if ignored == NONE then return call:node("Gather", { call:input "W", at }, { axis = 0 }) end
    local dtype = call:dtype "id"
    local is_ignored = call:node("Equal", { call:input "id", call:scalar(ignored, dtype) })
    local zero = call:scalar(0, dtype == "uint8" and "int64" or dtype)
    at = call:node("Where", { is_ignored, zero, at })
    local rows = call:node("Gather", { call:input "W", at }, { axis = 0 })
    return call:node("Where", { call:unsqueeze(is_ignored, { -1 }), call:scalar(0), rows })
  end
  rules.embed_id = embed_id

  function rules.embedding_bag(call)
    local y, bias = call:reduce("ReduceSum", embed_id(call), { 1 }, 0), call:input "bias"
    return bias and call:node("Add", { y, bias }) or y
  end
end

return function(rules)
  arrange(rules)
  joins(rules)
  parts(rules)
  positions(rules)
end
