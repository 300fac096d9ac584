--- Where layers tell what they observe: losses, accuracies, whatever can be a number.
local class = require "dgraph.class"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"

---@class dgraph.Reporter
---@field observation table<string, number>  what was reported last
---@overload fun(): dgraph.Reporter
local Reporter = class.new("Reporter")

local reporter = { Reporter = Reporter }

--- The reporters in use, innermost last.
local current = {}

function Reporter:init()
  self._names = setmetatable({}, { __mode = "k" })
  self.observation = {}
end

--- Names an object: what it reports comes as "name/key".
---@param name string
---@param observer table
function Reporter:add_observer(name, observer) self._names[observer] = name end

--- Names several objects: `reporter:add_observers("main", model:namedlinks())`.
---@param prefix string
---@param ... any  an iterator over paths and objects
function Reporter:add_observers(prefix, ...)
  for path, observer in ... do
    self._names[observer] = path == "/" and prefix or prefix .. path
  end
end

--- A number out of a number or a tensor of one element.
local function number_of(name, value)
  if kinds.is_tensor(value) then return value:item() end
  if type(value) == "number" then return value end
  errors.raisef("report: %s is a %s, not a number or tensor", name, type(value))
end

--- Stores values, as numbers.
---@param values table<string, dgraph.Tensor|number>
---@param observer? table  an object that has been named before
function Reporter:report(values, observer)
  local prefix = ""
  if observer ~= nil then
    local name = self._names[observer]
    if not name then
      errors.raisef("report: nobody has named this %s (reporter:add_observer)",
        type(observer) == "table" and observer._name or type(observer))
    end
    prefix = name .. "/"
  end
  for key, value in pairs(values) do
    local name = prefix .. key
    self.observation[name] = number_of(name, value)
  end
end

local function leave(owner, observation, depth, ok, ...)
  owner.observation = observation
  for i = #current, depth + 1, -1 do current[i] = nil end
  if not ok then error((...), 0) end
  return ...
end

--- Runs `f`; what is reported meanwhile goes to this reporter, into `observation`.
---@param observation table<string, number>
---@param f fun(...): ...
---@return any ...
function Reporter:scope(observation, f, ...)
  local before, depth = self.observation, #current
  self.observation = observation
  current[depth + 1] = self
  return leave(self, before, depth, pcall(f, ...))
end

--- Runs `f`; what is reported meanwhile goes to this reporter, into its own `observation`.
---@return any ...
function Reporter:run(f, ...) return self:scope(self.observation, f, ...) end

--- The reporter in use; nil when there is none.
---@return dgraph.Reporter?
function reporter.get_current_reporter() return current[#current] end

--- Tells the reporter in use; does nothing when there is none.
---@param values table<string, dgraph.Tensor|number>
---@param observer? table
function reporter.report(values, observer)
  local target = current[#current]
  if target then target:report(values, observer) end
end

--- Runs `f`; what is reported meanwhile goes into `observation` rather than where it went before.
---@param observation table<string, number>
---@param f fun(...): ...
---@return any ...
function reporter.report_scope(observation, f, ...)
  local target = current[#current]
  if not target then errors.raisef("report_scope: there is no reporter in use") end
  return target:scope(observation, f, ...)
end

return reporter
