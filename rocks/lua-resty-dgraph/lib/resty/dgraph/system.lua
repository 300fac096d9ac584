--- The calls of the system that a service makes: memory, files, locks. Linux only.
local ffi = require "ffi"
local bit = require "bit"

if ffi.os ~= "Linux" then error("resty.dgraph: only Linux is supported, this is " .. ffi.os, 2) end

ffi.cdef [[
int resty_dgraph_open(const char *path, int flags, int mode) asm("open");
int resty_dgraph_close(int fd) asm("close");
long resty_dgraph_write(int fd, const void *data, size_t size) asm("write");
int resty_dgraph_ftruncate(int fd, long size) asm("ftruncate");
int resty_dgraph_fdatasync(int fd) asm("fdatasync");
int resty_dgraph_unlink(const char *path) asm("unlink");
int resty_dgraph_memfd_create(const char *name, unsigned int flags) asm("memfd_create");
void *resty_dgraph_mmap(void *address, size_t size, int protection, int flags, int fd, long offset)
  asm("mmap");
int resty_dgraph_munmap(void *address, size_t size) asm("munmap");
int resty_dgraph_fcntl(int fd, int command, void *argument) asm("fcntl");
long resty_dgraph_readlink(const char *path, char *target, size_t size) asm("readlink");
char *resty_dgraph_realpath(const char *path, char *resolved) asm("realpath");
unsigned int resty_dgraph_umask(unsigned int mask) asm("umask");
void resty_dgraph_free(void *memory) asm("free");
int resty_dgraph_statx(int folder, const char *path, int flags, unsigned int mask, void *found)
  asm("statx");
int resty_dgraph_chown(const char *path, unsigned int user, unsigned int group) asm("chown");
int resty_dgraph_usleep(unsigned int microseconds) asm("usleep");
int resty_dgraph_getpid(void) asm("getpid");
int resty_dgraph_fork(void) asm("fork");
void resty_dgraph_exit(int status) asm("_exit");
int resty_dgraph_kill(int pid, int signal) asm("kill");
int resty_dgraph_glob(const char *pattern, int flags, void *on_error, void *found) asm("glob");
void resty_dgraph_globfree(void *found) asm("globfree");
char *resty_dgraph_strerror(int code) asm("strerror");
]]

local C = ffi.C
local EINTR, EPERM = 4, 1
local O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_CLOEXEC = 1, 2, 0x40, 0x80, 0x400, 0x80000
local PROT_READ_WRITE, MAP_SHARED = 3, 1
local F_OFD_SETLK, F_OFD_SETLKW = 37, 38

local system = {}

--- What went wrong last, in words.
---@return string
function system.reason() return ffi.string(C.resty_dgraph_strerror(ffi.errno())) end

--- This process.
---@return integer
function system.getpid() return C.resty_dgraph_getpid() end

--- Blocks for some seconds, less than one.
function system.pause(seconds) C.resty_dgraph_usleep(seconds * 1e6) end

--- Calls `f()` in a process of its own, which ends with it. It has none of the files that are open
--- here but `kept`, so that connections which are closed here are closed; it must not log, since
--- what it opens may have the number of a log. nginx takes note of its end.
---@param kept integer  a file's number
---@param f fun()
---@return integer? pid
---@return string? message
function system.spawn(kept, f)
  local pid = C.resty_dgraph_fork()
  if pid < 0 then return nil, system.reason() end
  if pid > 0 then return pid end
  for fd = 3, 4095 do
    if fd ~= kept then C.resty_dgraph_close(fd) end
  end
  pcall(f)
  C.resty_dgraph_exit(0)
end

--- Whether there is a process of this number.
---@param pid integer
---@return boolean
function system.is_alive(pid)
  return C.resty_dgraph_kill(pid, 0) == 0 or ffi.errno() == EPERM
end

-- The start of glibc's glob_t; the rest is there so that it is large enough.
local Glob = ffi.typeof "struct { size_t count; char **paths; size_t reserved[16]; }"

--- The files that a pattern of the shell names, sorted. `folder` is taken as it is.
---@param folder string
---@param pattern string
---@return string[]
function system.list(folder, pattern)
  local found, list = Glob(), {}
  local quoted = folder:gsub("[%*%?%[%]\\]", "\\%0")
  if C.resty_dgraph_glob(quoted .. "/" .. pattern, 0, nil, found) ~= 0 then return list end
  for i = 0, tonumber(found.count) - 1 do list[i + 1] = ffi.string(found.paths[i]) end
  C.resty_dgraph_globfree(found)
  return list
end

--- A path without symbolic links and dots; as it is where there is no such thing.
---@param path string
---@return string
function system.realpath(path)
  local resolved = C.resty_dgraph_realpath(path, nil)
  if resolved == nil then return path end
  local real = ffi.string(resolved)
  C.resty_dgraph_free(resolved)
  return real
end

local STATX_UID_GID, AT_FDCWD = 0x18, -100
local USER, GROUP = 5, 6 -- places in struct statx, by 32 bits

--- Gives a file or folder to whom another one belongs to, where this process may: the master of
--- nginx may, and its workers are others.
---@param path string
---@param like string
function system.give(path, like)
  local found = ffi.new "uint32_t[64]"
  if C.resty_dgraph_statx(AT_FDCWD, like, 0, STATX_UID_GID, found) ~= 0 then return end
  C.resty_dgraph_chown(path, found[USER], found[GROUP])
end

-- Memory ---------------------------------------------------------------------------------------

--- The number of the open memory file of this name in this process.
local function find_memory(name)
  local wanted, target = ("/memfd:%s (deleted)"):format(name), ffi.new "char[512]"
  for _, path in ipairs(system.list("/proc/self/fd", "*")) do
    local size = tonumber(C.resty_dgraph_readlink(path, target, 512))
    if size > 0 and ffi.string(target, size) == wanted then return tonumber(path:match "%d+$") end
  end
end

--- Maps memory that this process, those that it forks, and the binary that it is upgraded to
--- find again by its name. It is all zeros at first, and goes when the last of them ends.
---@param name string
---@param size integer
---@return { pointer: ffi.cdata*, fd: integer }? memory  its pointer unmaps it when it is collected
---@return string? message
function system.memory(name, size)
  local fd = find_memory(name)
  if not fd then
    fd = C.resty_dgraph_memfd_create(name, 0)
    if fd < 0 then return nil, "no shared memory: " .. system.reason() end
    if C.resty_dgraph_ftruncate(fd, size) ~= 0 then
      local message = system.reason()
      C.resty_dgraph_close(fd)
      return nil, "no shared memory: " .. message
    end
  end
  local address = C.resty_dgraph_mmap(nil, size, PROT_READ_WRITE, MAP_SHARED, fd, 0)
  if ffi.cast("intptr_t", address) == -1 then
    return nil, "no shared memory: " .. system.reason()
  end
  local pointer = ffi.gc(ffi.cast("uint8_t *", address), function(p)
    C.resty_dgraph_munmap(p, size)
  end)
  return { pointer = pointer, fd = fd }
end

-- Files ----------------------------------------------------------------------------------------

local function opened(path, flags)
  local fd = C.resty_dgraph_open(path, bit.bor(flags, O_CLOEXEC), 384) -- rw-------
  if fd < 0 then return nil, system.reason() end
  return fd
end

local ONLY_OWNER = 63 -- what is taken away: ---rwxrwx

--- Calls `f(...)`; files that it makes are readable by this user alone. nginx takes no permission
--- away from the files of its workers.
function system.privately(f, ...)
  local before = C.resty_dgraph_umask(ONLY_OWNER)
  local ok, result, message = pcall(f, ...)
  C.resty_dgraph_umask(before)
  if not ok then error(result, 0) end
  return result, message
end

--- Opens a new file for appending; one of this name must not be there.
---@param path string
---@return integer? fd
---@return string? message
function system.create(path) return opened(path, bit.bor(O_WRONLY, O_CREAT, O_EXCL, O_APPEND)) end

--- Opens the same file once more, so that its locks are this process's own.
---@param fd integer
---@return integer? fd
---@return string? message
function system.reopen(fd) return opened("/proc/self/fd/" .. fd, O_RDWR) end

--- Opens a file whose locks last as long as this process, or one that it forked or became.
---@param path string
---@return integer? fd
---@return string? message
function system.open_lock(path)
  local fd = C.resty_dgraph_open(path, bit.bor(O_RDWR, O_CREAT), 384)
  if fd < 0 then return nil, system.reason() end
  return fd
end

--- Whether this process has a file open, and under which number.
---@param path string  absolute, without symbolic links
---@return integer? fd
function system.find_open(path)
  local target = ffi.new "char[4096]"
  for _, link in ipairs(system.list("/proc/self/fd", "*")) do
    local size = tonumber(C.resty_dgraph_readlink(link, target, 4096))
    if size > 0 and ffi.string(target, size) == path then return tonumber(link:match "%d+$") end
  end
end

function system.close(fd) C.resty_dgraph_close(fd) end

function system.unlink(path) return C.resty_dgraph_unlink(path) == 0 end

local function append_rest(fd, data, at, size, length)
  while at < size do
    local count = tonumber(C.resty_dgraph_write(fd, data + at, size - at))
    if count > 0 then
      at = at + count
    elseif count == 0 or ffi.errno() ~= EINTR then
      local message = system.reason()
      return nil, message, C.resty_dgraph_ftruncate(fd, length) ~= 0
    end
  end
  return true
end

--- Appends all of it, or nothing: what a full disk took of it is cut off again.
---@param fd integer
---@param data ffi.cdata*  a `uint8_t *`
---@param size integer
---@param length integer  of the file so far
---@return true? done
---@return string? message
---@return boolean? spoiled  a part of it is in the file and cannot be cut off
function system.append(fd, data, size, length)
  -- As a rule one call does it, and the JIT compiler ends its traces at a loop.
  local count = tonumber(C.resty_dgraph_write(fd, data, size))
  if count == size then return true end
  return append_rest(fd, data, count > 0 and count or 0, size, length)
end

--- Cuts a file off.
---@return boolean done
function system.truncate(fd, length) return C.resty_dgraph_ftruncate(fd, length) == 0 end

--- Waits until what was written to a file is on the disk.
---@return true? done
---@return string? message
function system.sync(fd)
  while C.resty_dgraph_fdatasync(fd) ~= 0 do
    if ffi.errno() ~= EINTR then return nil, system.reason() end
  end
  return true
end

-- Locks ----------------------------------------------------------------------------------------

local Flock = ffi.typeof "struct { short type, whence; long start, length; int pid; }"
local SHARED, EXCLUSIVE, NONE = 0, 1, 2
local request = Flock()

local set

function set(fd, kind, byte, command)
  request.type, request.start, request.length, request.pid = kind, byte, 1, 0
  if C.resty_dgraph_fcntl(fd, command, request) == 0 then return true end
  if ffi.errno() ~= EINTR then return false end
  return set(fd, kind, byte, command)
end

--- Locks one byte of a file, waiting for others; the lock goes with the process that took it. Each
--- process must have opened the file itself.
---@param fd integer
---@param byte integer
function system.lock(fd, byte) return set(fd, EXCLUSIVE, byte, F_OFD_SETLKW) end

--- The same, together with others who lock it so.
function system.lock_shared(fd, byte) return set(fd, SHARED, byte, F_OFD_SETLKW) end

--- The same as `lock`, without waiting.
---@return boolean locked
function system.try_lock(fd, byte) return set(fd, EXCLUSIVE, byte, F_OFD_SETLK) end

function system.unlock(fd, byte) return set(fd, NONE, byte, F_OFD_SETLK) end

return system
