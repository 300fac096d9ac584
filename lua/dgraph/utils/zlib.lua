--- The system's zlib, opened on first use: deflate and inflate, CRC-32, gzip files.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local shared_library = require "dgraph.utils.shared_library"

ffi.cdef [[
const char *dgraph_z_version(void) asm("zlibVersion");
int dgraph_z_inflate_init(void *stream, int bits, const char *version, int size)
  asm("inflateInit2_");
int dgraph_z_inflate(void *stream, int flush) asm("inflate");
int dgraph_z_inflate_end(void *stream) asm("inflateEnd");
int dgraph_z_deflate_init(void *stream, int level, int method, int bits, int memory,
  int strategy, const char *version, int size) asm("deflateInit2_");
int dgraph_z_deflate(void *stream, int flush) asm("deflate");
int dgraph_z_deflate_end(void *stream) asm("deflateEnd");
unsigned long dgraph_z_crc32(unsigned long crc, const void *data, unsigned int size)
  asm("crc32");
void *dgraph_z_open(const char *path, const char *mode) asm("gzopen");
int dgraph_z_read(void *file, void *target, unsigned int size) asm("gzread");
const char *dgraph_z_error(void *file, int *code) asm("gzerror");
int dgraph_z_close(void *file) asm("gzclose");
char *dgraph_libc_strerror(int code) asm("strerror");
]]

local Stream = ffi.typeof [[
struct {
  const uint8_t *next_in; unsigned int avail_in; unsigned long total_in;
  uint8_t *next_out; unsigned int avail_out; unsigned long total_out;
  const char *msg; void *state;
  void *alloc_function; void *free_function; void *opaque;
  int data_type; unsigned long adler; unsigned long reserved;
}]]

local RAW, WRAPPED = -15, 15 -- window bits; negative: no zlib header around the data
local DEFLATED, MEMORY, DEFAULT_STRATEGY = 8, 8, 0
local NO_FLUSH, FINISH = 0, 4
local OK, STREAM_END, BUF_ERROR = 0, 1, -5
local PIECE = 2 ^ 30 -- zlib counts in 32 bits: longer data goes through in pieces

local zlib = {}

local Z = shared_library("zlib", { "z", "libz.so.1", "zlib1" },
  "Debian: zlib1g, Fedora: zlib, Arch: zlib, Homebrew: zlib")

--- Starts a stream with one of zlib's two `Init2_` functions.
local function open_stream(init, ...)
  local stream = Stream()
  local arguments = { ... }
  arguments[#arguments + 1] = Z().dgraph_z_version()
  arguments[#arguments + 1] = ffi.sizeof(Stream)
  local code = init(stream, unpack(arguments))
  if code ~= OK then return nil, ("zlib cannot start (code %d)"):format(code) end
  return stream
end

--- What is still to be read and written; hands it to the stream in pieces.
local function feed(stream, source, source_size, target, target_size)
  local read, written = 0, 0
  local function refill()
    if stream.avail_in == 0 and read < source_size then
      local size = math.min(PIECE, source_size - read)
      stream.next_in, stream.avail_in = source + read, size
      read = read + size
    end
    if stream.avail_out == 0 and written < target_size then
      local size = math.min(PIECE, target_size - written)
      stream.next_out, stream.avail_out = target + written, size
      written = written + size
    end
  end
  local function left() return source_size - read + stream.avail_in end
  local function produced() return written - stream.avail_out end
  return refill, left, produced
end

local function run_inflate(stream, source, source_size, target, target_size, prefix)
  local refill, left, produced = feed(stream, source, source_size, target, target_size)
  local spare = ffi.new("uint8_t[1]")
  while true do
    refill()
    if stream.avail_out == 0 then
      if prefix then return true end
      -- All that was announced is here: only the end mark may follow, no further byte.
      stream.next_out, stream.avail_out = spare, 1
      local code = Z().dgraph_z_inflate(stream, NO_FLUSH)
      if stream.avail_out == 0 then return nil, "holds more data than it declares" end
      stream.avail_out = 0
      if code == STREAM_END then break end
      if code ~= OK or left() == 0 then return nil, "compressed data is damaged" end
    else
      local code = Z().dgraph_z_inflate(stream, NO_FLUSH)
      if code == STREAM_END then break end
      if code == BUF_ERROR then return nil, "compressed data ends too early" end
      if code ~= OK then return nil, "compressed data is damaged" end
    end
  end
  if produced() < target_size then return nil, "holds less data than it declares" end
  if left() > 0 then return nil, "bytes follow the compressed data" end
  return true
end

--- Inflates deflate data to exactly `target_size` bytes: fewer or more are an error, and nothing is
--- written past the target.
---@param source ffi.cdata*  `const uint8_t *`
---@param source_size integer
---@param target ffi.cdata*  `uint8_t *`
---@param target_size integer
---@param prefix? boolean  only the first `target_size` bytes are wanted, whatever follows
---@param wrapped? boolean  the data has zlib's header and checksum, which has to be right
---@return true? done
---@return string? message
function zlib.inflate(source, source_size, target, target_size, prefix, wrapped)
  local stream, message = open_stream(Z().dgraph_z_inflate_init, wrapped and WRAPPED or RAW)
  if not stream then return nil, message end
  local done
  done, message = run_inflate(stream, source, source_size, target, target_size, prefix)
  Z().dgraph_z_inflate_end(stream)
  return done, message
end

--- The most bytes that `size` bytes can become, which is when deflate has to store them.
local function bound(size) return size + 5 * math.ceil(size / 16000) + 64 end

--- Compresses to raw deflate data.
---@param source ffi.cdata*  `const uint8_t *`
---@param source_size integer
---@param level? integer  1 (fast) to 9 (small), 6 by default
---@return ffi.cdata*? bytes  a buffer
---@return integer|string size_or_message
function zlib.deflate(source, source_size, level)
  local target, message = buffer.new(bound(source_size))
  if not target then return nil, message end
  local stream
  stream, message = open_stream(Z().dgraph_z_deflate_init, level or 6, DEFLATED, RAW, MEMORY,
    DEFAULT_STRATEGY)
  if not stream then return nil, message end
  local refill, left, produced = feed(stream, source, source_size, target, bound(source_size))
  local code
  repeat
    refill()
    code = Z().dgraph_z_deflate(stream, left() == stream.avail_in and FINISH or NO_FLUSH)
  until code ~= OK
  Z().dgraph_z_deflate_end(stream)
  if code ~= STREAM_END then return nil, ("zlib cannot compress (code %d)"):format(code) end
  return target, produced()
end

--- The CRC-32 of some bytes, continued from `crc` when it is given.
---@param source ffi.cdata*|string
---@param size integer
---@param crc? integer
---@return integer
function zlib.crc32(source, size, crc)
  local bytes = ffi.cast("const uint8_t *", source)
  -- No loop where it would run once: the JIT compiler ends its traces there.
  if size <= PIECE then return tonumber(Z().dgraph_z_crc32(crc or 0, bytes, size)) end
  local sum, at = crc or 0, 0
  while at < size do
    local piece = math.min(PIECE, size - at)
    sum = tonumber(Z().dgraph_z_crc32(sum, bytes + at, piece))
    at = at + piece
  end
  return sum
end

--- Reads from an open gzip file until it ends or `limit` bytes are exceeded.
local function read_all(file, limit)
  local capacity = math.min(limit, 2 ^ 16) + 1
  local bytes, message = buffer.new(capacity)
  if not bytes then return nil, message end
  local function give_up(why)
    buffer.free(bytes)
    return nil, why
  end
  local size = 0
  while true do
    local count = Z().dgraph_z_read(file, bytes + size, math.min(capacity - size, PIECE))
    if count < 0 then
      return give_up(ffi.string(Z().dgraph_z_error(file, ffi.new("int[1]"))))
    end
    if count == 0 then return bytes, size end
    size = size + count
    if size > limit then return give_up(("more than %.0f bytes"):format(limit)) end
    if size == capacity then
      capacity = math.min(2 * capacity, limit + 1)
      local larger
      larger, message = buffer.new(capacity)
      if not larger then return give_up(message) end
      ffi.copy(larger, bytes, size)
      buffer.free(bytes)
      bytes = larger
    end
  end
end

--- Reads a whole file, unpacking it when it is a gzip file.
---@param path string
---@param limit? integer  the most bytes that it may hold, unpacked; 1 GiB by default
---@return ffi.cdata*? bytes  a buffer
---@return integer|string size_or_message
function zlib.gunzip(path, limit)
  local file = Z().dgraph_z_open(path, "rb")
  if file == nil then
    local reason = ffi.string(ffi.C.dgraph_libc_strerror(ffi.errno()))
    return nil, ("%s: %s"):format(path, reason)
  end
  local bytes, size = read_all(file, limit or 2 ^ 30)
  local code = Z().dgraph_z_close(file)
  if bytes and code ~= OK then
    buffer.free(bytes)
    bytes, size = nil, "the gzip data ends too early"
  end
  if not bytes then return nil, ("%s: %s"):format(path, size) end
  return bytes, size
end

return zlib
