--- The lines of text files: example `i` is line `i` of each.
local DatasetMixin = require "dgraph.dataset.mixin"
local check = require "dgraph.check"
local errors = require "dgraph.errors"

---@class dgraph.TextDataset: dgraph.Dataset
---@field paths string[]
local TextDataset = { name = "TextDataset" }
TextDataset.__index = TextDataset

--- The number of lines, less those that were filtered out.
---@return integer
function TextDataset:len() return #self._starts[1] end

--- Line `i`, without its end; an array of lines where there are several files.
---@param i integer
---@return string|string[]
function TextDataset:get_example(i)
  local lines = {}
  for k, path in ipairs(self.paths) do
    -- Opened anew: a forked process would share the place in an open file.
    local file, message = io.open(path, "rb")
    if not file then errors.raisef("TextDataset: %s", message) end
    file:seek("set", self._starts[k][i])
    lines[k] = file:read "*l"
    file:close()
    if not lines[k] then errors.raisef("TextDataset: %s has become shorter", path) end
    lines[k] = lines[k]:gsub("\r$", "")
  end
  return #lines == 1 and lines[1] or lines
end

--- Reads the files line by line and remembers where those begin that pass the filter.
local function index_lines(files, filter)
  local starts, lines = {}, {}
  for k = 1, #files do starts[k] = {} end
  while true do
    local places, ended = {}, 0
    for k, file in ipairs(files) do
      places[k] = file:seek()
      lines[k] = file:read "*l"
      if lines[k] then lines[k] = lines[k]:gsub("\r$", "") else ended = ended + 1 end
    end
    if ended == #files then return starts end
    if ended > 0 then return nil, "the files have different numbers of lines" end
    if not filter or filter(unpack(lines, 1, #files)) then
      for k, place in ipairs(places) do table.insert(starts[k], place) end
    end
  end
end

--- Makes a dataset of the lines of one or more files, which stay on the disk: a line is read when
--- it is asked for. `filter_func(line, ...)` says which are taken.
---@param paths string|string[]
---@param opts? { filter_func: fun(...: string): boolean }
---@return dgraph.TextDataset
local function new(paths, opts)
  if type(paths) == "string" then paths = { paths } end
  if type(paths) ~= "table" or #paths == 0 then
    errors.raisef("TextDataset: wanted a path or an array of paths, got %s", check.spell(paths))
  end
  opts = check.options(opts, "TextDataset", { filter_func = true })
  local files, message = {}, nil
  for k, path in ipairs(paths) do
    files[k], message = io.open(path, "rb")
    if not files[k] then break end
    local _, unreadable = files[k]:read(0)
    message = unreadable and ("%s: %s"):format(path, unreadable)
    if message then break end
  end
  local done, starts, why
  if not message then done, starts, why = pcall(index_lines, files, opts.filter_func) end
  for _, file in ipairs(files) do file:close() end
  if done == false then error(starts, 0) end
  if not starts then errors.raisef("TextDataset: %s", message or why) end
  return DatasetMixin(setmetatable({ paths = { unpack(paths) }, _starts = starts }, TextDataset))
end

return new
