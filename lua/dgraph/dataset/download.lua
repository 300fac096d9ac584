--- Files from the network, in a folder of the user: `~/.dgraph/dataset` or DGRAPH_DATASET_ROOT.
local check = require "dgraph.check"
local clock = require "dgraph.utils.clock"
local buffer = require "dgraph.utils.buffer"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local md5 = require "dgraph.utils.md5"

local download = {}

local root

--- The folder in which data sets are kept: what `set_dataset_root` was told, the environment
--- variable DGRAPH_DATASET_ROOT, or `~/.dgraph/dataset`.
---@return string
function download.get_dataset_root()
  local asked = root or os.getenv "DGRAPH_DATASET_ROOT"
  if asked and asked ~= "" then return asked end
  return (os.getenv "HOME" or ".") .. "/.dgraph/dataset"
end

--- Sets that folder; nil goes back to the environment's.
---@param path string?
function download.set_dataset_root(path)
  if path ~= nil and type(path) ~= "string" then
    errors.raisef("set_dataset_root: the path must be a string, got %s", check.spell(path))
  end
  root = path
end

--- The folder of one data set below the root.
---@param name string
---@param create? boolean  make it when it is not there; true
---@return string? path
---@return string? message
function download.get_dataset_directory(name, create)
  local path = download.get_dataset_root() .. "/" .. name
  if create ~= false then
    local done, message = files.make_folder(path)
    if not done then return nil, message end
  end
  return path
end

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- Lets curl write what lies at a URL into a file.
local function run_curl(url, path)
  local command = ("curl --fail --silent --show-error --location --proto =https,http,file "
    .. "--retry 2 --connect-timeout 30 --output %s -- %s 2>&1; echo \"=$?\"")
    :format(quote(path), quote(url))
  local pipe, message = io.popen(command)
  if not pipe then return nil, message end
  local output = pipe:read "*a"
  pipe:close()
  local said, code = output:match "^(.-)%s*=(%d+)%s*$"
  if code == "0" then return true end
  if code == "127" then
    return nil, "curl was not found; install it (Debian: curl), or fetch the file by hand"
  end
  return nil, said and said ~= "" and said or ("curl ended with code %s"):format(tostring(code))
end

local function check_sum(path, wanted)
  local bytes, size = files.read(path)
  if not bytes then return nil, size end
  local sum = md5(bytes, size)
  buffer.free(bytes)
  if sum == wanted then return true end
  return nil, ("what came has the MD5 sum %s, wanted %s"):format(sum, wanted)
end

--- Fetches a URL into a file, which appears only when it is whole and has the MD5 sum.
---@param url string  https, http or file
---@param path string
---@param sum? string  hexadecimal; nil: anything will do
---@return string? path
---@return string? message
function download.fetch(url, path, sum)
  if not (url:find "^https?://" or url:find "^file:///") then
    return nil, ("%s: wanted a URL of https, http or file"):format(url)
  end
  local folder = path:match "^(.*)/[^/]*$"
  local done, message = true, nil
  if folder and folder ~= "" then
    done, message = files.make_folder(folder)
  end
  if not done then return nil, message end
  local part = ("%s.part-%08x"):format(path, clock() * 1e9 % 2 ^ 32)
  done, message = run_curl(url, part)
  if done and sum then
    done, message = check_sum(part, sum)
  end
  if done then
    done, message = os.rename(part, path)
  end
  if done then return path end
  os.remove(part)
  return nil, ("%s: %s"):format(url, message)
end

--- Fetches a URL unless it was fetched before, and returns the path of the file.
---@param url string
---@param sum? string  its MD5 sum
---@return string? path
---@return string? message
function download.cached_download(url, sum)
  local folder, message = download.get_dataset_directory "_dl_cache"
  if not folder then return nil, message end
  local path = folder .. "/" .. md5(url)
  if files.exists(path) then return path end
  return download.fetch(url, path, sum)
end

--- Loads a file that `creator` makes when it is not there. It appears only when it is whole.
---@param path string  below the dataset root unless it begins with /
---@param creator fun(path: string): any  writes the file, and returns what `loader` would
---@param loader fun(path: string): any
---@return any value
---@return string? message
function download.cache_or_load_file(path, creator, loader)
  if path:sub(1, 1) ~= "/" then path = download.get_dataset_root() .. "/" .. path end
  if files.exists(path) then return loader(path) end
  local done, message = files.make_folder(path:match "^(.*)/[^/]*$")
  if not done then return nil, message end
  local part = ("%s.part-%08x"):format(path, clock() * 1e9 % 2 ^ 32)
  local ok, value = pcall(creator, part)
  if not ok then
    os.remove(part)
    error(value, 0)
  end
  done, message = os.rename(part, path)
  if not done then return nil, message end
  return value
end

---@class dgraph.FetchOptions
---@field folder string?  where the files lie already; nothing is fetched then
---@field download boolean?  false: fetch nothing; true
---@field url string?  another place that has the same files
---@field checksum boolean?  false: that place has packed them anew; true

--- Where a data set may lie: a folder of the user alone, or that of its name below DGRAPH_DATA, and
--- then the one where files are kept that were fetched.
local function places_of(name, opts)
  if opts.folder then return { opts.folder } end
  local places, data = {}, os.getenv "DGRAPH_DATA"
  if data and data ~= "" then places[1] = data .. "/" .. name end
  table.insert(places, (download.get_dataset_directory(name, false)))
  return places
end

--- The path of a file that is there, packed or unpacked.
local function find(places, entry)
  local file = entry[1]
  for _, place in ipairs(places) do
    local path = place .. "/" .. file
    local unpacked = path:match "^(.*)%.gz$"
    if unpacked and not unpacked:find "%.tar$" and files.exists(unpacked) then return unpacked end
    if files.exists(path) then return path end
    if entry.packed and files.exists(path .. ".gz") then return path .. ".gz" end
  end
end

--- The paths of the files of a data set: in a folder of the user, or in that of the data set, where
--- those that are not there are fetched.
---@param name string  of the data set's folder
---@param list { [1]: string, [2]: string, packed: boolean? }[]  names and MD5 sums; `packed` where
---  a file with .gz behind its name will do
---@param url string  where they lie
---@param opts dgraph.FetchOptions
---@return table<string, string>? paths  by names
---@return string? message
function download.locate(name, list, url, opts)
  local places, paths = places_of(name, opts), {}
  for _, entry in ipairs(list) do
    local file, sum = entry[1], entry[2]
    local path, message = find(places, entry), nil
    if not path then
      path = places[#places] .. "/" .. file
      if opts.folder or opts.download == false then return nil, path .. " is not there" end
      path, message = download.fetch((opts.url or url):gsub("/+$", "") .. "/" .. file, path,
        opts.checksum ~= false and sum or nil)
    end
    if not path then return nil, message end
    paths[file] = path
  end
  return paths
end

return download
