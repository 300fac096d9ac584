--- Prints the entries of a log as a table.
local Extension = require "dgraph.training.extension"
local LogReport = require "dgraph.training.extensions.log_report"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"
local terminal = require "dgraph.training.terminal"

---@class dgraph.PrintReport: dgraph.Extension
---@overload fun(entries: string[], ...): dgraph.PrintReport
local PrintReport = Extension.Extension:extend("PrintReport")

---@param entries string[]  the columns
---@param ... any  log_report = "LogReport", its name or itself, out = io.stdout; by position, or by
---  name in one table
function PrintReport:init(entries, ...)
  if type(entries) ~= "table" or #entries == 0 then
    errors.raise "PrintReport: a list of entries is needed"
  end
  local opts = arguments.read("PrintReport", { "log_report", "out" }, ...)
  self._entries, self._log_report = entries, opts.log_report or "LogReport"
  self._out, self._printed = opts.out or io.stdout, 0
end

local function width_of(name) return math.max(10, #name) end

local function write_line(self, words)
  self._out:write((table.concat(words, "  "):gsub(" +$", "")), "\n")
end

local function write_header(self)
  local words = {}
  for i, name in ipairs(self._entries) do
    words[i] = name .. (" "):rep(width_of(name) - #name)
  end
  write_line(self, words)
  self._has_header = true
end

local function write_entry(self, entry)
  if terminal.is_terminal(self._out) then self._out:write(terminal.CLEAR) end
  local words = {}
  for i, name in ipairs(self._entries) do
    local width, value = width_of(name), entry[name]
    words[i] = value and ("%-" .. width .. "g"):format(value) or (" "):rep(width)
  end
  write_line(self, words)
end

--- Prints what has come to the log.
---@param trainer dgraph.Trainer
function PrintReport:__call(trainer)
  if not self._has_header then write_header(self) end
  local report = self._log_report
  if type(report) == "string" then report = trainer:get_extension(report) else report(trainer) end
  for i = self._printed + 1, #report.log do write_entry(self, report.log[i]) end
  self._printed = #report.log
  self._out:flush()
end

--- Saves or loads a log of its own.
---@param serializer dgraph.Serializer
function PrintReport:serialize(serializer)
  local report = self._log_report
  if LogReport.is(report, LogReport) then report:serialize(serializer._log_report) end
end

return PrintReport
