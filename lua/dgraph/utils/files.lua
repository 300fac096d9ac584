--- Whole files: reading one into memory, and replacing one so that a crash never leaves half of it.
local ffi = require "ffi"
local bit = require "bit"
local buffer = require "dgraph.utils.buffer"
local clock = require "dgraph.utils.clock"

ffi.cdef [[
int dgraph_libc_open(const char *path, int flags, ...) asm("open");
ssize_t dgraph_libc_read(int fd, void *data, size_t size) asm("read");
ssize_t dgraph_libc_write(int fd, const void *data, size_t size) asm("write");
int dgraph_libc_fsync(int fd) asm("fsync");
int dgraph_libc_close(int fd) asm("close");
int dgraph_libc_rename(const char *from, const char *to) asm("rename");
int dgraph_libc_unlink(const char *path) asm("unlink");
int dgraph_libc_mkdir(const char *path, unsigned int mode) asm("mkdir");
int dgraph_libc_link(const char *from, const char *to) asm("link");
int dgraph_libc_access(const char *path, int mode) asm("access");
long dgraph_libc_lseek(int fd, long offset, int whence) asm("lseek");
void *dgraph_libc_mmap(void *address, size_t size, int protection, int flags, int fd, long offset)
  asm("mmap");
int dgraph_libc_munmap(void *address, size_t size) asm("munmap");
char *dgraph_libc_realpath(const char *path, char *resolved) asm("realpath");
size_t dgraph_libc_fread(void *data, size_t size, size_t count, void *file) asm("fread");
char *dgraph_libc_strerror(int code) asm("strerror");
int dgraph_libc_flock(int fd, int operation) asm("flock");
int dgraph_libc_glob(const char *pattern, int flags, void *on_error, void *found) asm("glob");
void dgraph_libc_globfree(void *found) asm("globfree");
]]

local C = ffi.C
local EINTR, EEXIST = 4, 17
local LOCK_EX, LOCK_NB = 2, 4

local linux = ffi.os == "Linux"
local O_RDONLY, O_WRONLY = 0, 1
local O_CREAT = linux and 0x40 or 0x200
local O_EXCL = linux and 0x80 or 0x800
local O_CLOEXEC = linux and 0x80000 or ffi.os == "OSX" and 0x1000000 or 0x100000

local files = {}

--- The calls that a write makes, in one table so that specs can let each of them fail.
files.sys = {
  open = function(path, flags, mode)
    return C.dgraph_libc_open(path, flags, ffi.cast("int", mode))
  end,
  write = function(fd, data, size) return tonumber(C.dgraph_libc_write(fd, data, size)) end,
  fsync = function(fd) return C.dgraph_libc_fsync(fd) end,
  close = function(fd) return C.dgraph_libc_close(fd) end,
  link = function(from, to) return C.dgraph_libc_link(from, to) end,
  rename = function(from, to) return C.dgraph_libc_rename(from, to) end,
  unlink = function(path) return C.dgraph_libc_unlink(path) end,
}
local sys = files.sys

local function reason() return ffi.string(C.dgraph_libc_strerror(ffi.errno())) end

--- Whether something lies at that path.
---@param path string
---@return boolean
function files.exists(path) return C.dgraph_libc_access(path, 0) == 0 end

--- Makes a folder, and those that it lies in, where they are not there yet.
---@param path string
---@return true? done
---@return string? message
function files.make_folder(path)
  local code = 0
  for to in (path .. "/"):gmatch "()/" do
    -- Only what becomes of the last one matters: others may exist and be read-only.
    if to > 1 then code = C.dgraph_libc_mkdir(path:sub(1, to - 1), 511) end -- rwxrwxrwx
  end
  if code == 0 or files.exists(path .. "/.") then return true end
  return nil, ("cannot make the folder %s: %s"):format(path, reason())
end

--- Calls `call` until it is not interrupted by a signal.
local function retry(call, ...)
  local result
  repeat
    result = call(...)
  until result ~= -1 or ffi.errno() ~= EINTR
  return result
end

local function write_bytes(fd, data, size)
  local at = 0
  while at < size do
    local count = retry(sys.write, fd, data + at, math.min(size - at, 2 ^ 30))
    if count < 0 then return nil, reason() end
    if count == 0 then return nil, "nothing more can be written" end
    at = at + count
  end
  return true
end

local function write_parts(fd, parts)
  for _, part in ipairs(parts) do
    local data, size = part, #part
    if type(part) == "table" then
      data, size = part[1], part[2]
    end
    local done, message = write_bytes(fd, ffi.cast("const uint8_t *", data), size)
    if not done then return nil, message end
  end
  if retry(sys.fsync, fd) ~= 0 then return nil, reason() end
  return true
end

--- The file that a path stands for: a symbolic link stays one, and what it points at is replaced.
local function resolve(path)
  local resolved = C.dgraph_libc_realpath(path, nil)
  if resolved == nil then return path end
  local real = ffi.string(resolved)
  C.dgraph_libc_free(resolved)
  return real
end

-- The start of Linux's glob_t; the rest is there so that it is large enough.
local Glob = ffi.typeof "struct { size_t count; char **paths; size_t reserved[16]; }"

--- Removes what processes that were killed while they wrote the same file have left behind. A file
--- that is still being written is locked by its writer.
local function remove_strays(path)
  if not linux then return end
  local found = Glob()
  local pattern = path:gsub("[%*%?%[%]\\]", "\\%0") .. ".tmp-*"
  if C.dgraph_libc_glob(pattern, 0, nil, found) ~= 0 then return end
  for i = 0, tonumber(found.count) - 1 do
    local stray = ffi.string(found.paths[i])
    local fd = stray:find("%.tmp%-%x+$") and sys.open(stray, bit.bor(O_WRONLY, O_CLOEXEC), 0) or -1
    if fd >= 0 then
      if C.dgraph_libc_flock(fd, LOCK_EX + LOCK_NB) == 0 then sys.unlink(stray) end
      sys.close(fd)
    end
  end
  C.dgraph_libc_globfree(found)
end

--- Makes a new file beside `path`, under a name that nobody else has, and locks it.
local function open_beside(path)
  local flags = bit.bor(O_WRONLY, O_CREAT, O_EXCL, O_CLOEXEC)
  while true do
    local temporary = ("%s.tmp-%08x"):format(path, clock() * 1e9 % 2 ^ 32)
    local fd = retry(sys.open, temporary, flags, 438) -- rw-rw-rw-, less the umask
    if fd >= 0 then
      retry(C.dgraph_libc_flock, fd, LOCK_EX)
      if files.exists(temporary) then return fd, temporary end
      sys.close(fd) -- another process took it for a stray before it was locked
    elseif ffi.errno() ~= EEXIST then
      return nil, reason()
    end
  end
end

--- Waits until the folder of a file is on the disk: what was made or renamed in it is safe then.
---@param path string  of the file
---@return true? done
---@return string? message
function files.sync_folder(path)
  local folder = path:match("^(.*)/[^/]*$") or "."
  if folder == "" then folder = "/" end
  local fd = retry(sys.open, folder, bit.bor(O_RDONLY, O_CLOEXEC), 0)
  if fd < 0 then return nil, reason() end
  local code = retry(sys.fsync, fd)
  local message = code ~= 0 and reason() or nil
  sys.close(fd)
  return code == 0 or nil, message
end

--- Moves the file and those before it one number on, so that `path.1` is what `path` still is. The
--- one that would be number `count` is replaced by the one before it.
local function keep_generations(path, count)
  if not files.exists(path) then return true end
  for i = count - 2, 1, -1 do
    local from = ("%s.%d"):format(path, i)
    if files.exists(from) and sys.rename(from, ("%s.%d"):format(path, i + 1)) ~= 0 then
      return nil, reason()
    end
  end
  local older = path .. ".1"
  if count == 2 then sys.unlink(older) end
  if sys.link(path, older) == 0 then return true end
  -- A file system without hard links: for a moment only `path.1` is there, which loaders find.
  if sys.rename(path, older) ~= 0 then return nil, reason() end
  return true
end

--- Replaces a file: whoever opens it, at whatever moment the power fails, finds the old content
--- or the new one, whole. On error the old file is as it was and nothing lies beside it.
---@param path string
---@param parts string|(string|{[1]: ffi.cdata*, [2]: integer})[]  strings, and pointers with sizes
---@param generations? integer  how many files are kept, this one included: 1 by default. The one
---  before is `path.1`, then `path.2` ...
---@return true? done
---@return string? message
function files.write(path, parts, generations)
  if type(parts) == "string" then parts = { parts } end
  local target = resolve(path)
  remove_strays(target)
  local fd, temporary = open_beside(target)
  if not fd then return nil, ("cannot write %s: %s"):format(path, temporary) end
  local done, message = write_parts(fd, parts)
  if sys.close(fd) ~= 0 and done and ffi.errno() ~= EINTR then
    done, message = nil, reason()
  end
  if done and (generations or 1) > 1 then done, message = keep_generations(target, generations) end
  if done and sys.rename(temporary, target) ~= 0 then
    done, message = nil, reason()
  end
  if not done then
    sys.unlink(temporary)
    return nil, ("cannot write %s: %s"):format(path, message)
  end
  done, message = files.sync_folder(target)
  if not done then return nil, ("cannot sync the folder of %s: %s"):format(path, message) end
  return true
end

--- Fills memory with what follows in an open file.
---@param file file*
---@param data ffi.cdata*  a pointer
---@param size integer  bytes
---@return boolean  false when the file has fewer
function files.fill(file, data, size)
  return tonumber(C.dgraph_libc_fread(data, 1, size, file)) == size
end

local function read_open(file, limit)
  local _, message = file:read(0)
  if message then return nil, message end -- a folder, for one
  local size
  size, message = file:seek("end")
  if not size then return nil, message end
  if size > limit then
    return nil, ("%.0f bytes are more than the limit of %.0f"):format(size, limit)
  end
  file:seek("set")
  local bytes
  bytes, message = buffer.new(size)
  if not bytes then return nil, message end
  if not files.fill(file, bytes, size) then return nil, "it became shorter while it was read" end
  return bytes, size
end

--- Reads a whole file into a buffer.
---@param path string
---@param limit? integer  the most bytes that it may hold; no limit by default
---@return ffi.cdata*? bytes  a buffer
---@return integer|string size_or_message
function files.read(path, limit)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local bytes, size = read_open(file, limit or math.huge)
  file:close()
  if not bytes then return nil, ("%s: %s"):format(path, size) end
  return bytes, size
end

local PROT_READ_WRITE, MAP_PRIVATE, SEEK_END = 3, 2, 2

local function map_open(fd, path)
  -- A folder has some size or other, but cannot be read.
  local can_read = C.dgraph_libc_read(fd, nil, 0) == 0
  local size = can_read and tonumber(C.dgraph_libc_lseek(fd, 0, SEEK_END)) or -1
  if size < 0 then return nil, ("%s: %s"):format(path, reason()) end
  if size == 0 then return buffer.new(0), 0 end
  local memory = C.dgraph_libc_mmap(nil, size, PROT_READ_WRITE, MAP_PRIVATE, fd, 0)
  if ffi.cast("intptr_t", memory) == -1 then return nil, ("%s: %s"):format(path, reason()) end
  return ffi.gc(ffi.cast("uint8_t *", memory), function(bytes)
    C.dgraph_libc_munmap(bytes, size)
  end), size
end

--- Maps a whole file into memory, as long as the pointer lives: nothing is read before it is used,
--- and processes that map the same file share it. What is written there stays private, and does
--- not reach the file. Whoever makes the file shorter kills those that map it; `files.write`
--- replaces files instead, and a mapping keeps the old one.
---@param path string
---@return ffi.cdata*? bytes  a `uint8_t *`
---@return integer|string size_or_message
function files.map(path)
  local fd = retry(sys.open, path, bit.bor(O_RDONLY, O_CLOEXEC), 0)
  if fd < 0 then return nil, ("%s: %s"):format(path, reason()) end
  local bytes, size = map_open(fd, path)
  sys.close(fd)
  return bytes, size
end

return files
