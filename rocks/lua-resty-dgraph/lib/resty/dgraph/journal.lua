--- What was learnt, on disk before it is acknowledged: each worker appends to a file of its own.
--
-- A file begins with 16 bytes: "dgraphJ1", the checksum of the model's signature, and zeros. Then
-- records, little-endian: the 8 bytes of `length` and `crc`, and `length` bytes of which `crc` is
-- the CRC-32: order, seq, count, input_bytes, the inputs, the targets. A file is never opened again
-- for writing, so only its end can be cut off; whoever writes next takes a new file.
local ffi = require "ffi"
local files = require "dgraph.utils.files"
local system = require "resty.dgraph.system"
local zlib = require "dgraph.utils.zlib"

local MAGIC = "dgraphJ1"
local FILE_HEAD = 16

local Head = ffi.typeof [[
struct { uint32_t length, crc; int64_t order, seq; int32_t count, input_bytes; }]]
local HeadPointer = ffi.typeof("$ *", Head)
local HEAD = ffi.sizeof(Head)
local UNSUMMED = 8 -- length and crc

local journal = {}

-- Writing --------------------------------------------------------------------------------------

local room, buffer = 0, nil

--- One step as a record. The pointer is good until the next call.
---@param order number  by which records of several files are sorted
---@param seq number  counts the records of one worker
---@param input any  a reader that has read the rows
---@param target any
---@return ffi.cdata* bytes
---@return integer size
function journal.encode(order, seq, input, target)
  local input_bytes, target_bytes = input:packed_size(), target:packed_size()
  local size = HEAD + input_bytes + target_bytes
  if size > room then
    buffer, room = ffi.new("uint8_t[?]", 2 * size), 2 * size
  end
  local head = ffi.cast(HeadPointer, buffer)
  head.length, head.order, head.seq = size - UNSUMMED, order, seq
  head.count, head.input_bytes = input.count, input_bytes
  input:pack(buffer + HEAD)
  target:pack(buffer + HEAD + input_bytes)
  head.crc = zlib.crc32(buffer + UNSUMMED, size - UNSUMMED)
  return buffer, size
end

---@class resty.dgraph.Journal
---@field unsynced boolean  whether something was written that may not be on the disk yet
---@field length integer  of the file
---@field broken integer  how often the disk failed: what waited for it then may be lost
local Journal = {}
Journal.__index = Journal

--- A writer; it opens a file with the first record.
---@param folder string
---@param signature integer  of the model
---@param slot integer  the worker's number
---@return resty.dgraph.Journal
function journal.writer(folder, signature, slot)
  return setmetatable({
    folder = folder, signature = signature, slot = slot, epoch = -1, length = 0, unsynced = false,
    broken = 0, _files = 0,
  }, Journal)
end

local function head_of_file(signature)
  local head = ffi.new "uint8_t[16]"
  ffi.copy(head, MAGIC, 8)
  ffi.cast("uint32_t *", head)[2] = signature
  return head
end

--- Ends the file; the next record begins a new one.
---@return true? done
---@return string? message
function Journal:close()
  if not self.fd then return true end
  local done, message = true, nil
  if self.unsynced then done, message = system.sync(self.fd) end
  if not done then self.broken = self.broken + 1 end
  system.close(self.fd)
  self.fd, self.unsynced = nil, false
  return done, message
end

function Journal:_open(epoch)
  local done, message = self:close()
  if not done then return nil, message end
  self._files = self._files + 1
  local path = ("%s/journal-%08d-%02d-%d-%d-%d.log"):format(self.folder, epoch, self.slot,
    system.getpid(), ngx.now() * 1000, self._files)
  local fd
  fd, message = system.create(path)
  if not fd then return nil, message end
  done, message = system.append(fd, head_of_file(self.signature), FILE_HEAD, 0)
  if not done then
    system.close(fd)
    system.unlink(path)
    return nil, message
  end
  done, message = files.sync_folder(path)
  if not done then
    system.close(fd)
    return nil, message
  end
  self.fd, self.epoch, self.length = fd, epoch, FILE_HEAD
  return true
end

--- Takes the last record back, which turned out not to be learnt.
---@param size integer  of it
function Journal:take_back(size)
  if not self.fd then return end
  self.length = self.length - size
  if not system.truncate(self.fd, self.length) then self:close() end
end

--- Appends a record; where that fails the file is as it was.
---@param epoch integer
---@param bytes ffi.cdata*
---@param size integer
---@return true? done
---@return string? message
function Journal:append(epoch, bytes, size)
  if not self.fd or epoch ~= self.epoch then
    local done, message = self:_open(epoch)
    if not done then return nil, message end
  end
  local done, message, spoiled = system.append(self.fd, bytes, size, self.length)
  if not done then
    if spoiled then self:close() end
    return nil, message
  end
  self.length, self.unsynced = self.length + size, true
  return true
end

--- Waits until all records are on the disk.
---@return true? done
---@return string? message
function Journal:sync()
  if not self.unsynced then return true end
  local done, message = system.sync(self.fd)
  if not done then
    -- What the kernel could not write it may count as written next time: begin a new file.
    system.close(self.fd)
    self.fd, self.unsynced, self.broken = nil, false, self.broken + 1
    return nil, message
  end
  self.unsynced = false
  return true
end

-- Reading --------------------------------------------------------------------------------------

---@class resty.dgraph.Record
---@field order number
---@field seq number
---@field count integer
---@field input ffi.cdata*  bytes; the file's content is kept by `owner`
---@field input_bytes integer
---@field target ffi.cdata*
---@field target_bytes integer

--- The epoch of a file, by its name.
---@param path string
---@return integer
function journal.epoch_of(path) return tonumber(path:match "journal%-(%d+)%-[^/]*$") end

--- The files of a folder.
---@param folder string
---@return string[]
function journal.list(folder) return system.list(folder, "journal-*.log") end

--- Whether nothing but zeros follows: what a file system may leave of an append at a power failure.
local function is_blank(bytes, from, size)
  for i = from, size - 1 do
    if bytes[i] ~= 0 then return false end
  end
  return true
end

--- The record that begins at a place, where it is whole.
---@param bytes ffi.cdata*
---@param at integer
---@param size integer  of all bytes
---@param owner any  what keeps them
---@return resty.dgraph.Record? record
---@return integer? bytes  how long it is, or says that it is
function journal.decode(bytes, at, size, owner)
  if size - at < HEAD then return nil end
  local head = ffi.cast(HeadPointer, bytes + at)
  local whole = UNSUMMED + head.length
  if whole < HEAD or whole > size - at then return nil end
  if zlib.crc32(bytes + at + UNSUMMED, head.length) ~= head.crc then return nil, whole end
  local input_bytes = head.input_bytes
  if input_bytes < 0 or input_bytes > whole - HEAD then return nil, whole end
  return {
    order = tonumber(head.order), seq = tonumber(head.seq), count = head.count, owner = owner,
    input = bytes + at + HEAD, input_bytes = input_bytes,
    target = bytes + at + HEAD + input_bytes, target_bytes = whole - HEAD - input_bytes,
  }, whole
end

--- Reads the records of a file up to where it was cut off.
---@param path string
---@param signature integer
---@return resty.dgraph.Record[]? records
---@return string? message  why it is refused: damage that is not at its end
function journal.read(path, signature)
  local bytes, size = files.read(path)
  if not bytes then return nil, size end
  if size < FILE_HEAD then return {} end -- killed between making it and writing to it
  if ffi.string(bytes, 8) ~= MAGIC then
    if is_blank(bytes, 0, size) then return {} end
    return nil, path .. ": no journal of this version"
  end
  if ffi.cast("uint32_t *", bytes)[2] ~= signature then
    return nil, path .. ": the journal of another model"
  end
  local records, at = {}, FILE_HEAD
  while at < size do
    local record, whole = journal.decode(bytes, at, size, bytes)
    if not record then
      if whole and at + whole < size and not is_blank(bytes, at, size) then
        return nil, ("%s: damaged at byte %d"):format(path, at), records
      end
      break
    end
    records[#records + 1] = record
    at = at + whole
  end
  return records
end

return journal
