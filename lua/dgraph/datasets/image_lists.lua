--- The lists that datasets of images are made from: names, or names and labels, in a file or an
--- array.
local check = require "dgraph.check"
local errors = require "dgraph.errors"

local image_lists = {}

--- The lines of a file that are not empty.
local function lines_of(path, who)
  local file, message = io.open(path, "r")
  local _, unreadable
  if file then _, unreadable = file:read(0) end
  if unreadable then message = path .. ": " .. unreadable end
  if message then errors.raisef("%s: %s", who, message) end
  local lines = {}
  for line in file:lines() do
    line = line:match "^%s*(.-)%s*$"
    if line ~= "" then lines[#lines + 1] = line end
  end
  file:close()
  return lines
end

--- Names of images as an array of its own.
---@param list string[]|string  the names, or the path of a file with one in each line
---@param who string
---@return string[]
function image_lists.names(list, who)
  if type(list) == "string" then list = lines_of(list, who) end
  if type(list) ~= "table" then
    errors.raisef("%s: wanted a path or an array of paths, got %s", who, check.spell(list))
  end
  local names = {}
  for i, name in ipairs(list) do
    if type(name) ~= "string" then
      errors.raisef("%s: path %d must be a string, got %s", who, i, check.spell(name))
    end
    names[i] = name
  end
  return names
end

--- A name and a label out of a pair, or out of the text "name label".
local function split_pair(pair)
  if type(pair) == "table" then return pair[1], pair[2] end
  local name, label = tostring(pair):match "^(.*%S)%s+(%S+)$"
  return name, tonumber(label)
end

--- Names of images and their labels.
---@param list { [1]: string, [2]: integer }[]|string  pairs, or the path of a file with a name and
---  a label in each line
---@param zero_based boolean?  the labels given count from 0
---@param who string
---@return string[] names
---@return integer[] labels  from 1
function image_lists.labeled(list, zero_based, who)
  if type(list) == "string" then list = lines_of(list, who) end
  if type(list) ~= "table" then
    errors.raisef("%s: wanted a path or an array of pairs, got %s", who, check.spell(list))
  end
  local names, labels = {}, {}
  for i, pair in ipairs(list) do
    local name, label = split_pair(pair)
    if type(name) ~= "string" or type(label) ~= "number" then
      errors.raisef("%s: entry %d is no path and label", who, i)
    end
    names[i], labels[i] = name, label + (zero_based and 1 or 0)
  end
  return names, labels
end

return image_lists
