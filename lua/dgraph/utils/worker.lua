--- Forked worker processes that share memory with this one, and talk to it over a socket.
local ffi = require "ffi"
local bit = require "bit"

ffi.cdef [[
int dgraph_libc_fork(void) asm("fork");
void dgraph_libc_exit_now(int status) asm("_exit");
int dgraph_libc_kill(int process, int signal) asm("kill");
int dgraph_libc_waitpid(int process, int *status, int options) asm("waitpid");
int dgraph_libc_socketpair(int domain, int kind, int protocol, int *ends) asm("socketpair");
ssize_t dgraph_libc_send(int fd, const void *data, size_t size, int flags) asm("send");
ssize_t dgraph_libc_recv(int fd, void *data, size_t size, int flags) asm("recv");
int dgraph_libc_setsockopt(int fd, int level, int name, const void *value, unsigned int size)
  asm("setsockopt");
int dgraph_libc_close(int fd) asm("close");
int dgraph_libc_fcntl(int fd, int command, ...) asm("fcntl");
void *dgraph_libc_mmap(void *address, size_t size, int protection, int flags, int fd,
  int64_t offset) asm("mmap");
int dgraph_libc_munmap(void *address, size_t size) asm("munmap");
long dgraph_libc_sysconf(int name) asm("sysconf");
char *dgraph_libc_strerror(int code) asm("strerror");
]]

local C = ffi.C
local linux = ffi.os == "Linux"
local EINTR = 4
local AF_UNIX, SOCK_STREAM = 1, 1
local F_SETFD, FD_CLOEXEC = 2, 1
local SIGKILL = 9
local READ_WRITE, SHARED = 3, 1
local ANONYMOUS = linux and 0x20 or 0x1000
local NO_RESERVE = linux and 0x4000 or 0x40
-- Writing to a worker that died must be an error, not a signal that ends this process.
local NO_SIGNAL = linux and 0x4000 or 0
local SOL_SOCKET, SO_NOSIGPIPE = 0xffff, 0x1022
local PROCESSORS = linux and 84 or 58

local worker = {}

local function reason() return ffi.string(C.dgraph_libc_strerror(ffi.errno())) end

local function retry(call, ...)
  local result
  repeat
    result = call(...)
  until result ~= -1 or ffi.errno() ~= EINTR
  return tonumber(result)
end

local function send(...) return C.dgraph_libc_send(...) end
local function receive(...) return C.dgraph_libc_recv(...) end
local function wait(...) return C.dgraph_libc_waitpid(...) end

--- How many processors this machine has.
---@return integer
function worker.processors() return math.max(1, tonumber(C.dgraph_libc_sysconf(PROCESSORS))) end

--- Memory that forked processes share, of which only what is written is ever used.
---@param size integer
---@return ffi.cdata*? memory  `uint8_t *`; `worker.unmap` gives it back
---@return string? message
function worker.map(size)
  local memory = C.dgraph_libc_mmap(nil, size, READ_WRITE, bit.bor(SHARED, ANONYMOUS, NO_RESERVE),
    -1, 0)
  if ffi.cast("intptr_t", memory) == -1 then return nil, reason() end
  return ffi.cast("uint8_t *", memory)
end

---@param memory ffi.cdata*
---@param size integer
function worker.unmap(memory, size) C.dgraph_libc_munmap(memory, size) end

--- Sends bytes; false when the other side is gone.
---@param fd integer
---@param data ffi.cdata*
---@param size integer
---@return boolean
function worker.send(fd, data, size)
  local bytes, at = ffi.cast("const uint8_t *", data), 0
  while at < size do
    local count = retry(send, fd, bytes + at, size - at, NO_SIGNAL)
    if count <= 0 then return false end
    at = at + count
  end
  return true
end

--- Waits for bytes; false when the other side is gone.
---@param fd integer
---@param data ffi.cdata*
---@param size integer
---@return boolean
function worker.receive(fd, data, size)
  local bytes, at = ffi.cast("uint8_t *", data), 0
  while at < size do
    local count = retry(receive, fd, bytes + at, size - at, 0)
    if count <= 0 then return false end
    at = at + count
  end
  return true
end

-- Sockets of this process to its workers. A new worker closes its copies of them: otherwise others
-- would not notice that this process is gone.
local open_sockets = {}

local in_worker = false

local function child(fd, main)
  in_worker = true
  for socket in pairs(open_sockets) do C.dgraph_libc_close(socket) end
  pcall(main, fd)
  -- Neither finalizers nor buffers: all of that belongs to the parent.
  C.dgraph_libc_exit_now(0)
end

--- Forks a process that runs `main(fd)` and ends, also when this process does: `worker.receive` is
--- false then.
---@param main fun(fd: integer)
---@return { id: integer, fd: integer }?
---@return string? message
function worker.start(main)
  local ends = ffi.new("int[2]")
  if C.dgraph_libc_socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ~= 0 then return nil, reason() end
  for i = 0, 1 do
    C.dgraph_libc_fcntl(ends[i], F_SETFD, ffi.cast("int", FD_CLOEXEC))
    if not linux then
      C.dgraph_libc_setsockopt(ends[i], SOL_SOCKET, SO_NOSIGPIPE, ffi.new("int[1]", 1), 4)
    end
  end
  local id = C.dgraph_libc_fork()
  if id == 0 then
    C.dgraph_libc_close(ends[0])
    child(ends[1], main)
  end
  local message = id < 0 and reason()
  C.dgraph_libc_close(ends[1])
  if id < 0 then
    C.dgraph_libc_close(ends[0])
    return nil, message
  end
  open_sockets[ends[0]] = true
  return { id = id, fd = ends[0] }
end

local function close(process)
  C.dgraph_libc_close(process.fd)
  open_sockets[process.fd] = nil
end

--- Waits until a worker is gone, and tells how it ended.
local function reap(process)
  local status = ffi.new("int[1]")
  if retry(wait, process.id, status, 0) ~= process.id then return "is gone" end
  local signal = bit.band(status[0], 0x7f)
  if signal ~= 0 then return ("was ended by signal %d"):format(signal) end
  return ("ended with code %d"):format(bit.rshift(bit.band(status[0], 0xff00), 8))
end

--- Ends a worker, whatever it does, and waits until it is gone; returns how it had ended if it had
--- by itself.
---@param process { id: integer, fd: integer }
---@return string
function worker.stop(process)
  if in_worker then return "is not of this process" end -- a finalizer of the parent's objects
  close(process)
  C.dgraph_libc_kill(process.id, SIGKILL)
  return reap(process)
end

--- Waits until a worker ends by itself, and returns how.
---@param process { id: integer, fd: integer }
---@return string
function worker.join(process)
  local ending = reap(process)
  close(process)
  return ending
end

return worker
