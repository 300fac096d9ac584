--- The lists that datasets of images are made from: names, or names and labels, in a file or an
--- array.
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"

local image_lists = {}

--- The lines of a file that are not empty.
local function lines_of(path, who)
  local file, message = io.open(path, "r")
  if not file then errors.raisef("%s: %s", who, message) end
  local _, unreadable = file:read(0) -- of a folder, for one
  if unreadable then
    file:close()
    errors.raisef("%s: %s: %s", who, path, unreadable)
  end
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

-- The largest label of each dtype of integers, which would take another one for it, or a fraction
-- for a whole number.
local LARGEST = { uint8 = 2 ^ 8 - 1, int32 = 2 ^ 31 - 1, int64 = 2 ^ 53 }

--- Whether a dtype can hold a label as it is.
local function fits(label, dtype)
  local largest = LARGEST[dtype]
  return not largest
    or label % 1 == 0 and label <= largest and label >= (dtype == "uint8" and 0 or -largest)
end

--- Names of images and their labels.
---@param list { [1]: string, [2]: number }[]|string  pairs, or the path of a file with a name and a
---  label in each line
---@param opts dgraph.LabeledImageOptions
---@param who string
---@return string[] names
---@return number[] labels  that count from 1; negative ones stay as they are
---@return dgraph.Dtype dtype  of the labels, which can hold them
function image_lists.labeled(list, opts, who)
  local dtype = dtypes.name(dtypes.id(opts.label_dtype or "int32", who))
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
    if opts.zero_based and label >= 0 then label = label + 1 end
    if not fits(label, dtype) then
      errors.raisef("%s: entry %d has the label %.14g, which %s cannot hold", who, i, label, dtype)
    end
    names[i], labels[i] = name, label
  end
  return names, labels, dtype
end

return image_lists
