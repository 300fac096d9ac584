--- A progress bar for a terminal; plain lines, now and then, for a file or a pipe.
local ffi = require "ffi"
local clock = require "dgraph.utils.clock"

ffi.cdef [[
int dgraph_libc_fileno(void *stream) asm("fileno");
int dgraph_libc_isatty(int fd) asm("isatty");
]]

local BAR_WIDTH = 24
local TERMINAL_INTERVAL, PLAIN_INTERVAL = 0.1, 5 -- seconds between two drawings

local function is_terminal(stream)
  if io.type(stream) ~= "file" then return false end
  local fd = ffi.C.dgraph_libc_fileno(stream)
  return ffi.C.dgraph_libc_isatty(fd) == 1
end

local function spell_time(seconds)
  if seconds >= 360000 then return "--:--" end
  seconds = math.floor(seconds + 0.5)
  local minutes, hours = math.floor(seconds / 60), math.floor(seconds / 3600)
  if hours > 0 then return ("%d:%02d:%02d"):format(hours, minutes % 60, seconds % 60) end
  return ("%d:%02d"):format(minutes, seconds % 60)
end

local function spell_rate(rate)
  if rate >= 100 then return ("%.0f it/s"):format(rate) end
  if rate >= 1 then return ("%.1f it/s"):format(rate) end
  return ("%.1f s/it"):format(1 / rate)
end

--- `{ "loss", 0.31 }` pairs keep their order; a table of names is sorted.
local function spell_values(values)
  local words = {}
  if #values > 0 then
    for i, pair in ipairs(values) do words[i] = ("%s %.4g"):format(pair[1], pair[2]) end
  else
    for name, value in pairs(values) do words[#words + 1] = ("%s %.4g"):format(name, value) end
    table.sort(words)
  end
  return table.concat(words, "  ")
end

---@class dgraph.Progress
local Progress = {}
Progress.__index = Progress

--- Starts a bar over `total` iterations.
---@param total integer
---@param opts? { stream: file*, label: string, is_terminal: boolean, clock: fun(): number }
---  stream: standard error; is_terminal: found out by itself
---@return dgraph.Progress
local function new(total, opts)
  opts = opts or {}
  local stream, now = opts.stream or io.stderr, opts.clock or clock
  local terminal = opts.is_terminal
  if terminal == nil then terminal = is_terminal(stream) end
  return setmetatable({
    _total = total,
    _stream = stream,
    _label = opts.label and opts.label .. "  " or "",
    _terminal = terminal,
    _clock = now,
    _start = now(),
    _drawn = -math.huge,
    _width = 0,
    _values = "",
    _done = 0,
  }, Progress)
end

function Progress:_line(now)
  local fraction = self._total > 0 and math.min(self._done / self._total, 1) or 1
  local elapsed = now - self._start
  local rate = elapsed > 0 and self._done / elapsed or 0
  local speed, left = "-- it/s", "--:--"
  if rate > 0 then
    speed, left = spell_rate(rate), spell_time(math.max(self._total - self._done, 0) / rate)
  end
  local bar = ""
  if self._terminal then
    local full = math.floor(fraction * BAR_WIDTH)
    bar = "[" .. ("#"):rep(full) .. ("."):rep(BAR_WIDTH - full) .. "] "
  end
  local line = ("%s%s%3.0f%%  %d/%d  %s  ETA %s  %s"):format(self._label, bar,
    math.floor(100 * fraction), self._done, self._total, speed, left, self._values)
  return (line:gsub(" +$", ""))
end

function Progress:_draw(now)
  self._drawn = now
  local line = self:_line(now)
  if self._terminal then
    -- Blanks wipe what a longer line has left.
    self._stream:write("\r", line, (" "):rep(self._width - #line))
    self._width = #line
  else
    self._stream:write(line, "\n")
  end
  self._stream:flush()
end

--- Tells how far it is, and draws when the last drawing is long enough ago.
---@param done integer  iterations so far
---@param values? table<string, number>|{[1]: string, [2]: number}[]  shown behind the bar
function Progress:update(done, values)
  self._done = done
  if values then self._values = spell_values(values) end
  local now = self._clock()
  local interval = self._terminal and TERMINAL_INTERVAL or PLAIN_INTERVAL
  if now - self._drawn >= interval then self:_draw(now) end
end

--- Writes text above the bar.
---@param text string
function Progress:print(text)
  if self._terminal then self._stream:write("\r", (" "):rep(self._width), "\r") end
  self._width = 0
  self._stream:write(text, "\n")
  if self._terminal then self:_draw(self._clock()) end
end

--- Draws the last state and ends the line.
function Progress:finish()
  self:_draw(self._clock())
  if self._terminal then self._stream:write("\n") end
  self._stream:flush()
end

return new
