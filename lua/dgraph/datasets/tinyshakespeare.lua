--- A million characters of Shakespeare, the text on which small language models are tried.
local buffer = require "dgraph.utils.buffer"
local download = require "dgraph.dataset.download"
local errors = require "dgraph.errors"
local ffi = require "ffi"
local zlib = require "dgraph.utils.zlib"

local URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare"
local FILES = { { "input.txt", "6fb458f1232090904fb40fe944165e91", packed = true } }

--- The text of tinyshakespeare, 1,115,394 characters. The file is fetched when it is asked for the
--- first time; `input.txt` or `input.txt.gz` in `opts.folder` will do.
---@param opts? dgraph.FetchOptions
---@return string
local function get_tinyshakespeare(opts)
  local paths, message = download.locate("tinyshakespeare", FILES, URL, opts or {})
  if not paths then errors.raisef("get_tinyshakespeare: %s", message) end
  local bytes, size = zlib.gunzip(paths["input.txt"])
  if not bytes then errors.raisef("get_tinyshakespeare: %s", size) end
  local text = ffi.string(bytes, size)
  buffer.free(bytes)
  return text
end

return get_tinyshakespeare
