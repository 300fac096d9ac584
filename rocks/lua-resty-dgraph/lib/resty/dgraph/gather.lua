--- Predicts for several requests of a worker at once: the first one waits a little, others join.
local semaphore = require "ngx.semaphore"

local gather = {}

local PATIENCE = 10 -- seconds; the first one cannot get lost, so nobody waits that long

--- One answer for each request of a group; where one of them is at fault, each for itself.
local function answer(model, group)
  local all = {}
  for _, item in ipairs(group) do
    for _, instance in ipairs(item.instances) do all[#all + 1] = instance end
  end
  local rows = #group > 1 and model:try_predict(all)
  local at = 0
  for _, item in ipairs(group) do
    if rows then
      item.predictions = { unpack(rows, at + 1, at + item.count) }
      at = at + item.count
    else
      item.predictions, item.message, item.reason = model:predict(item.instances)
    end
  end
end

--- Does what `model:predict` does, together with requests that come within the model's `gather_us`
--- microseconds. The event loop counts in milliseconds, and one is the least.
---@param model resty.dgraph.Model
---@param instances any[]
---@return any[]? predictions
---@return string? message
---@return string? reason
function gather.predict(model, instances)
  local count = type(instances) == "table" and #instances or 0
  if count == 0 or count > model.batch then return model:predict(instances) end -- refuses
  local item, group = { instances = instances, count = count }, model.group
  if group and group.count + count <= model.batch then
    group[#group + 1], group.count = item, group.count + count
    if not group.done:wait(PATIENCE) then return model:refuse("nobody answered", "busy") end
    return item.predictions, item.message, item.reason
  end
  group = { item, count = count, done = semaphore.new() }
  model.group = group
  ngx.sleep(math.max(1, math.floor(model.gather / 1000)) / 1000)
  if model.group == group then model.group = nil end
  answer(model, group)
  if #group > 1 then group.done:post(#group - 1) end
  return item.predictions, item.message, item.reason
end

return gather
