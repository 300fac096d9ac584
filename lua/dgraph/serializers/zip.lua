--- Zip archives in memory: what NumPy writes as .npz, and what a hostile stranger may send.
--
-- Nothing in an archive is believed. The central directory says where the entries lie; all of it
-- is checked against the size of the archive and against the local headers before the first
-- allocation, and an entry is handed out only when its CRC is right.
local ffi = require "ffi"
local bit = require "bit"
local buffer = require "dgraph.utils.buffer"
local zlib = require "dgraph.utils.zlib"

local u16, u32, u64, pack = buffer.u16, buffer.u32, buffer.u64, buffer.pack

local LOCAL, CENTRAL, END = 0x04034b50, 0x02014b50, 0x06054b50
local END64, LOCATOR64 = 0x06064b50, 0x07064b50
local LOCAL_SIZE, CENTRAL_SIZE, END_SIZE, END64_SIZE, LOCATOR64_SIZE = 30, 46, 22, 56, 20
local STORED, DEFLATED = 0, 8
local FULL16, FULL32 = 0xffff, 0xffffffff
local ENCRYPTED, DESCRIPTOR = 0x1, 0x8
local ZIP64_FIELD = 0x0001
local DATE = 0x21 -- 1 January 1980: the same arrays make the same file, as with NumPy
local MAX_RATIO = 1032 -- deflate cannot do better: a larger size is a lie

local zip = {}

--- Raises inside `open`; turned into `nil, message` there.
local function refuse(message, ...) error({ message = message:format(...) }, 0) end

local function check(condition, message, ...)
  if not condition then refuse(message, ...) end
end

--- The end record, searched backwards past a comment of any legal length.
local function find_end(bytes, size)
  check(size >= END_SIZE, "not a zip archive: only %.0f bytes", size)
  for at = size - END_SIZE, math.max(0, size - END_SIZE - FULL16), -1 do
    if u32(bytes, at) == END and at + END_SIZE + u16(bytes, at + 20) == size then return at end
  end
  refuse("not a zip archive, or its end is missing")
end

--- Where the central directory starts, and how many entries it has.
local function find_directory(bytes, size)
  local finish = find_end(bytes, size)
  local disk, start_disk = u16(bytes, finish + 4), u16(bytes, finish + 6)
  local here, count = u16(bytes, finish + 8), u16(bytes, finish + 10)
  local length, start = u32(bytes, finish + 12), u32(bytes, finish + 16)
  local locator = finish - LOCATOR64_SIZE
  if locator >= 0 and u32(bytes, locator) == LOCATOR64 then
    finish = u64(bytes, locator + 8)
    check(u32(bytes, locator + 4) == 0 and u32(bytes, locator + 16) <= 1,
      "archives of several parts are not supported")
    check(finish == locator - END64_SIZE and u32(bytes, finish) == END64,
      "the zip64 end record is damaged")
    disk, start_disk = u32(bytes, finish + 16), u32(bytes, finish + 20)
    here, count = u64(bytes, finish + 24), u64(bytes, finish + 32)
    length, start = u64(bytes, finish + 40), u64(bytes, finish + 48)
  end
  check(disk == 0 and start_disk == 0 and here == count,
    "archives of several parts are not supported")
  check(start + length == finish, "the central directory is not where the end record says")
  check(count * CENTRAL_SIZE <= length, "%.0f entries do not fit the central directory", count)
  return start, finish, count
end

--- The fields of a zip64 extra that stand in for those that are full, in their fixed order.
local function widen(bytes, at, finish, size, compressed, offset)
  while at + 4 <= finish do
    local id, next_at = u16(bytes, at), at + 4 + u16(bytes, at + 2)
    check(next_at <= finish, "an extra field is longer than its header")
    if id == ZIP64_FIELD then
      at = at + 4
      local function take(value)
        if value ~= FULL32 then return value end
        check(at + 8 <= next_at, "a zip64 extra field is too short")
        at = at + 8
        return u64(bytes, at - 8)
      end
      size = take(size)
      compressed = take(compressed)
      return size, compressed, offset and take(offset)
    end
    at = next_at
  end
  return size, compressed, offset
end

local function check_name(name)
  check(name ~= "", "an entry has no name")
  check(not name:find("[%z\1-\31\\]"), "the entry name %q has forbidden characters", name)
  check(name:sub(1, 1) ~= "/", "the entry name %q is an absolute path", name)
  for part in name:gmatch("[^/]+") do
    check(part ~= ".." and part ~= ".", "the entry name %q leaves its folder", name)
  end
end

--- One record of the central directory; the position after it comes back too.
local function read_central(bytes, at, finish)
  check(at + CENTRAL_SIZE <= finish and u32(bytes, at) == CENTRAL,
    "the central directory is damaged")
  local name_size, extra_size = u16(bytes, at + 28), u16(bytes, at + 30)
  local next_at = at + CENTRAL_SIZE + name_size + extra_size + u16(bytes, at + 32)
  check(next_at <= finish, "the central directory is cut off")
  local name = ffi.string(bytes + at + CENTRAL_SIZE, name_size)
  check_name(name)
  local extra = at + CENTRAL_SIZE + name_size
  local size, compressed, offset = widen(bytes, extra, extra + extra_size, u32(bytes, at + 24),
    u32(bytes, at + 20), u32(bytes, at + 42))
  local entry = {
    name = name,
    flags = u16(bytes, at + 8),
    method = u16(bytes, at + 10),
    crc = u32(bytes, at + 16),
    compressed = compressed,
    size = size,
    offset = offset,
  }
  check(bit.band(entry.flags, ENCRYPTED) == 0, "the entry %q is encrypted", name)
  check(entry.method == STORED or entry.method == DEFLATED,
    "the entry %q is compressed by method %d, which is not supported", name, entry.method)
  check(entry.method == DEFLATED or size == compressed, "the entry %q has two sizes", name)
  check(size <= MAX_RATIO * compressed, "the entry %q declares %.0f bytes out of %.0f", name,
    size, compressed)
  return entry, next_at
end

--- Compares an entry with its local header and finds where its data lies.
local function check_local(bytes, entry, limit)
  local at, name = entry.offset, entry.name
  check(at + LOCAL_SIZE <= limit and u32(bytes, at) == LOCAL, "the entry %q has no header", name)
  local name_size, extra_size = u16(bytes, at + 26), u16(bytes, at + 28)
  local data = at + LOCAL_SIZE + name_size + extra_size
  check(data + entry.compressed <= limit, "the entry %q is cut off", name)
  check(ffi.string(bytes + at + LOCAL_SIZE, name_size) == name,
    "the entry %q has another name in its header", name)
  check(u16(bytes, at + 8) == entry.method and u16(bytes, at + 6) == entry.flags,
    "the entry %q is of another kind in its header", name)
  local size, compressed = widen(bytes, data - extra_size, data, u32(bytes, at + 22),
    u32(bytes, at + 18))
  local crc = u32(bytes, at + 14)
  local late = bit.band(entry.flags, DESCRIPTOR) ~= 0
  check(size == entry.size or late and size == 0, "the entry %q has two sizes", name)
  check(compressed == entry.compressed or late and compressed == 0,
    "the entry %q has two sizes", name)
  check(crc == entry.crc or late and crc == 0, "the entry %q has two checksums", name)
  entry.data = data
  entry.finish = data + entry.compressed
end

local function check_overlaps(entries, limit)
  local sorted = {}
  for i, entry in ipairs(entries) do sorted[i] = entry end
  table.sort(sorted, function(a, b) return a.offset < b.offset end)
  for i, entry in ipairs(sorted) do
    local next_entry = sorted[i + 1]
    check(entry.finish <= (next_entry and next_entry.offset or limit),
      "the entry %q overlaps what follows it", entry.name)
  end
end

local function read_directory(bytes, size)
  local at, finish, count = find_directory(bytes, size)
  local limit = at
  local entries, by_name = {}, {}
  for i = 1, count do
    local entry
    entry, at = read_central(bytes, at, finish)
    check(not by_name[entry.name], "the entry %q occurs twice", entry.name)
    check_local(bytes, entry, limit)
    entries[i], by_name[entry.name] = entry, entry
  end
  check(at == finish, "bytes follow the central directory")
  check_overlaps(entries, limit)
  return entries, by_name
end

---@class dgraph.ZipArchive
---@field names string[]  in the order of the archive
local Archive = {}
Archive.__index = Archive

--- Opens an archive that lies in memory. The memory must live as long as the archive is used, and
--- not change.
---@param bytes ffi.cdata*  `const uint8_t *`
---@param size integer
---@return dgraph.ZipArchive? archive
---@return string? message
function zip.open(bytes, size)
  local done, entries, by_name = pcall(read_directory, ffi.cast("const uint8_t *", bytes), size)
  if not done then
    if type(entries) ~= "table" then error(entries, 0) end
    return nil, entries.message
  end
  local names = {}
  for i, entry in ipairs(entries) do names[i] = entry.name end
  return setmetatable({
    names = names,
    _owner = bytes,
    _bytes = ffi.cast("const uint8_t *", bytes),
    _entries = by_name,
  }, Archive)
end

--- The unpacked size of an entry, nil when there is none of that name.
---@param name string
---@return integer?
function Archive:size(name)
  local entry = self._entries[name]
  return entry and entry.size
end

local function unpack_entry(archive, name, target, size)
  local entry = archive._entries[name]
  local source = archive._bytes + entry.data
  local done, message = true, nil
  if entry.method == STORED then
    ffi.copy(target, source, size)
  else
    done, message = zlib.inflate(source, entry.compressed, target, size, size < entry.size)
  end
  return done, message
end

--- Unpacks the start of an entry, to look at before more is allocated. Its CRC is not checked.
---@param name string
---@param size integer  the most bytes that are wanted
---@return ffi.cdata*? bytes  a buffer
---@return integer|string size_or_message
function Archive:peek(name, size)
  size = math.min(size, self._entries[name].size)
  local bytes, message = buffer.new(size)
  if not bytes then return nil, message end
  local done
  done, message = unpack_entry(self, name, bytes, size)
  if not done then
    buffer.free(bytes)
    return nil, ("%s: %s"):format(name, message)
  end
  return bytes, size
end

--- Unpacks an entry and checks its CRC.
---@param name string
---@return ffi.cdata*? bytes  a buffer
---@return integer|string size_or_message
function Archive:read(name)
  local entry = self._entries[name]
  if not entry then return nil, ("no entry %q"):format(name) end
  local bytes, message = buffer.new(entry.size)
  if not bytes then return nil, message end
  local done
  done, message = unpack_entry(self, name, bytes, entry.size)
  if done and zlib.crc32(bytes, entry.size) ~= entry.crc then
    done, message = nil, "the checksum is wrong"
  end
  if not done then
    buffer.free(bytes)
    return nil, ("%s: %s"):format(name, message)
  end
  return bytes, entry.size
end

---@class dgraph.ZipWriter
local Writer = {}
Writer.__index = Writer

--- Starts an archive; its parts are handed out by `finish`.
---@param opts? { compression: boolean, zip64: boolean }  zip64: wide records for small archives too
---@return dgraph.ZipWriter
function zip.writer(opts)
  opts = opts or {}
  return setmetatable({
    _compression = opts.compression ~= false,
    _zip64 = opts.zip64 == true,
    _parts = {},
    _entries = {},
    _offset = 0,
  }, Writer)
end

function Writer:_put(data, size, owner)
  self._parts[#self._parts + 1] = size and { data, size, owner } or data
  self._offset = self._offset + (size or #data)
end

--- What local and central headers have in common, from the version to the extra field's length.
local function shared_fields(entry, wide)
  return table.concat {
    pack(wide and 45 or 20, 2), pack(entry.flags, 2), pack(entry.method, 2), pack(0, 2),
    pack(DATE, 2), pack(entry.crc, 4), pack(wide and FULL32 or entry.compressed, 4),
    pack(wide and FULL32 or entry.size, 4), pack(#entry.name, 2), pack(wide or 0, 2),
  }
end

--- Adds an entry out of a header, which is a string, and a body in memory.
---@param name string
---@param header string
---@param data? ffi.cdata*
---@param size? integer
---@param owner? any  what `data` lies in; kept alive until the archive is written
---@return true? done
---@return string? message
function Writer:add(name, header, data, size, owner)
  size = size or 0
  local crc = zlib.crc32(header, #header)
  if size > 0 then crc = zlib.crc32(data, size, crc) end
  local entry = {
    name = name,
    flags = name:find("[\128-\255]") and 0x800 or 0, -- the name is UTF-8
    method = self._compression and DEFLATED or STORED,
    crc = crc,
    size = #header + size,
    compressed = #header + size,
    offset = self._offset,
  }
  local packed
  if self._compression then
    local whole, message = buffer.new(entry.size)
    if not whole then return nil, message end
    ffi.copy(whole, header, #header)
    if size > 0 then ffi.copy(whole + #header, data, size) end
    packed, entry.compressed = zlib.deflate(whole, entry.size)
    buffer.free(whole)
    if not packed then return nil, entry.compressed end
  end
  local wide = self._zip64 or math.max(entry.size, entry.compressed) >= FULL32
  self:_put(pack(LOCAL, 4) .. shared_fields(entry, wide and 20) .. name)
  if wide then
    self:_put(pack(ZIP64_FIELD, 2) .. pack(16, 2) .. pack(entry.size, 8)
      .. pack(entry.compressed, 8))
  end
  if packed then
    self:_put(packed, entry.compressed)
  else
    self:_put(header)
    if size > 0 then self:_put(data, size, owner) end
  end
  self._entries[#self._entries + 1] = entry
  return true
end

function Writer:_put_central(entry)
  local wide = self._zip64 or math.max(entry.size, entry.compressed, entry.offset) >= FULL32
  self:_put(pack(CENTRAL, 4) .. pack(wide and 45 or 20, 2) .. shared_fields(entry, wide and 28)
    .. pack(0, 2) .. pack(0, 2) .. pack(0, 2) .. pack(0, 4)
    .. pack(wide and FULL32 or entry.offset, 4) .. entry.name)
  if wide then
    self:_put(pack(ZIP64_FIELD, 2) .. pack(24, 2) .. pack(entry.size, 8)
      .. pack(entry.compressed, 8) .. pack(entry.offset, 8))
  end
end

--- Writes the central directory; nothing can be added after it.
---@return table parts  as `files.write` takes them
function Writer:finish()
  local start, count = self._offset, #self._entries
  for _, entry in ipairs(self._entries) do self:_put_central(entry) end
  local finish = self._offset
  local length = finish - start
  local wide = self._zip64 or count >= FULL16 or finish >= FULL32
  if wide then
    self:_put(pack(END64, 4) .. pack(END64_SIZE - 12, 8) .. pack(45, 2) .. pack(45, 2)
      .. pack(0, 4) .. pack(0, 4) .. pack(count, 8) .. pack(count, 8) .. pack(length, 8)
      .. pack(start, 8))
    self:_put(pack(LOCATOR64, 4) .. pack(0, 4) .. pack(finish, 8) .. pack(1, 4))
  end
  local short_count = wide and FULL16 or count
  self:_put(pack(END, 4) .. pack(0, 2) .. pack(0, 2) .. pack(short_count, 2)
    .. pack(short_count, 2) .. pack(wide and FULL32 or length, 4)
    .. pack(wide and FULL32 or start, 4) .. pack(0, 2))
  return self._parts
end

return zip
