--- Feeds damaged files to a reader, and looks at what it must never do: raise an error, take long,
--- or ask for much more memory than the file has.
local buffer = require "dgraph.utils.buffer"
local dg = require "dgraph"
local formats = require "spec.fuzz.formats"
local mutate = require "spec.fuzz.mutate"

local SLOW = 2 -- seconds for one file
local LUA_GROWTH, SLACK = 200, 2 ^ 20 -- bytes of Lua for each byte of a file, and in any case

--- Runs `f` and tells the largest block that it asked a buffer for.
local function watch_buffers(f, ...)
  local real, largest = buffer.new, 0
  buffer.new = function(size)
    largest = math.max(largest, size)
    return real(size)
  end
  local done, value, message = pcall(f, ...)
  buffer.new = real
  return largest, done, value, message
end

--- What is wrong with how a format reads a text, nil when nothing is; and what was read.
local function judge(format, text)
  local bytes, size = buffer.from_string(text)
  collectgarbage "stop"
  local before, start = collectgarbage "count", os.clock()
  local tensors = dg.memory().live
  local largest, done, value, message = watch_buffers(format.read, bytes, size)
  local seconds, grown = os.clock() - start, (collectgarbage "count" - before) * 1024
  collectgarbage "restart"
  if not done then return "an error: " .. tostring(value) end
  if value == nil and type(message) ~= "string" then return "neither a value nor a message" end
  if seconds > SLOW then return ("it took %.1f s"):format(seconds) end
  local limit = format.growth * size + SLACK
  if largest > limit then return ("a buffer of %.0f bytes"):format(largest) end
  if dg.memory().live - tensors > limit then
    return "tensors far larger than the file"
  end
  if grown > LUA_GROWTH * size + SLACK then return ("%.0f bytes of Lua"):format(grown) end
  return nil, value
end

local function spell(x) return x.dtype .. tostring(x) .. table.concat(x.shape, " ") end

--- What was read must come back when it is written.
local function judge_again(format, tensors)
  local path = os.tmpname()
  local done, message = format.write(path, tensors)
  local file = io.open(path, "rb")
  local text = file:read "*a"
  file:close()
  os.remove(path)
  if not done then return "it cannot be written again: " .. tostring(message) end
  local bytes, size = buffer.from_string(text)
  local again
  again, message = format.read(bytes, size)
  if not again then return "it cannot be read again: " .. message end
  for key, tensor in pairs(tensors) do
    if not again[key] or spell(again[key]) ~= spell(tensor) then return key .. " is another" end
  end
end

--- Fuzzes a format until `more(count)` is false.
---@param name string
---@param seed integer
---@param more fun(count: integer): boolean
---@return { runs: integer, accepted: integer, fault: string?, text: string? }
return function(name, seed, more)
  local format, r = formats[name], mutate.random(seed)
  local texts, result = format.texts(), { runs = 0, accepted = 0 }
  for _, text in ipairs(texts) do
    assert(not judge(format, text), "a file that is whole was found at fault")
  end
  while more(result.runs) do
    local text = (format.damage or mutate.text)(r, texts[r(#texts)], format.words,
      texts[r(#texts)])
    local fault, value = judge(format, text)
    if not fault and value ~= nil then
      result.accepted = result.accepted + 1
      if format.write and r(10) == 1 then fault = judge_again(format, value) end
    end
    result.runs = result.runs + 1
    if result.runs % 200 == 0 then collectgarbage() end -- it was stopped for most of the time
    if fault then
      result.fault, result.text = fault, text
      return result
    end
  end
  return result
end
