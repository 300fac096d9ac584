-- A client of HTTP/1.1 on the loopback device: raw bytes out, responses in, connections kept.
local ffi = require "ffi"
local bit = require "bit"

ffi.cdef [[
int spec_socket(int domain, int kind, int protocol) asm("socket");
int spec_bind(int fd, const void *address, unsigned int size) asm("bind");
int spec_connect(int fd, const void *address, unsigned int size) asm("connect");
int spec_setsockopt(int fd, int level, int name, const void *value, unsigned int size)
  asm("setsockopt");
long spec_send(int fd, const void *data, size_t size, int flags) asm("send");
long spec_recv(int fd, void *data, size_t size, int flags) asm("recv");
int spec_close(int fd) asm("close");
]]

local C = ffi.C
local AF_INET, SOCK_STREAM, SOL_SOCKET, SO_RCVTIMEO = 2, 1, 1, 20
local NO_SIGNAL = 0x4000

local Address = ffi.typeof [[
struct { uint16_t family, port; uint8_t host[4]; uint8_t zero[8]; }]]
local Time = ffi.typeof "struct { long seconds, microseconds; }"

local function swap(port)
  return bit.bor(bit.lshift(bit.band(port, 255), 8), bit.rshift(port, 8))
end

local function address_of(port)
  local address = Address()
  address.family, address.port = AF_INET, swap(port)
  address.host[0], address.host[3] = 127, 1
  return address
end

local client = {}

local function is_free(port)
  local fd, address = C.spec_socket(AF_INET, SOCK_STREAM, 0), address_of(port)
  local bound = C.spec_bind(fd, address, ffi.sizeof(address)) == 0
  C.spec_close(fd)
  return bound
end

--- A port that nobody listens on just now. It is none of those that the system gives to clients
--- (from 32768 on): one of those may be some connection's before the server is there.
function client.free_port()
  local file = assert(io.open("/dev/urandom", "rb"))
  for _ = 1, 100 do
    local low, high = file:read(2):byte(1, 2)
    local port = 12000 + (low + 256 * high) % 20000
    if is_free(port) then
      file:close()
      return port
    end
  end
  error "there is no free port"
end

local Connection = {}
Connection.__index = Connection

--- Connects; nil where nobody listens. Reading waits for at most `seconds`.
function client.connect(port, seconds)
  local fd, address = C.spec_socket(AF_INET, SOCK_STREAM, 0), address_of(port)
  local time = Time(seconds or 60, 0)
  C.spec_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, time, ffi.sizeof(time))
  if C.spec_connect(fd, address, ffi.sizeof(address)) ~= 0 then
    C.spec_close(fd)
    return nil
  end
  return setmetatable({ fd = fd, rest = "" }, Connection)
end

function Connection:close()
  C.spec_close(self.fd)
end

function Connection:send(text)
  local at = 0
  while at < #text do
    local count = tonumber(C.spec_send(self.fd, ffi.cast("const char *", text) + at, #text - at,
      NO_SIGNAL))
    if count <= 0 then return nil end
    at = at + count
  end
  return true
end

local piece = ffi.new "char[65536]"

function Connection:_more()
  local count = tonumber(C.spec_recv(self.fd, piece, 65536, 0))
  if count <= 0 then return nil end
  self.rest = self.rest .. ffi.string(piece, count)
  return true
end

function Connection:_chunks()
  local parts = {}
  while true do
    local size, at
    repeat
      size, at = self.rest:match "^(%x+)\r\n()"
    until size or not self:_more()
    size = tonumber(size or "0", 16)
    while at and #self.rest < at + size + 1 and self:_more() do end
    if size == 0 then
      self.rest = self.rest:sub((at or 1) + 2)
      return table.concat(parts)
    end
    parts[#parts + 1] = self.rest:sub(at, at + size - 1)
    self.rest = self.rest:sub(at + size + 2)
  end
end

--- The next response: status, headers by lower-case name, body; nil where the connection ended.
function Connection:receive()
  local finish
  repeat
    local _, at = self.rest:find("\r\n\r\n", 1, true)
    finish = at
  until finish or not self:_more()
  if not finish then return nil end
  local head = self.rest:sub(1, finish)
  self.rest = self.rest:sub(finish + 1)
  local response = { status = tonumber(head:match "^HTTP/1.1 (%d+)"), headers = {} }
  for name, value in head:gmatch "\r\n([^:\r\n]+): *([^\r\n]*)" do
    response.headers[name:lower()] = value
  end
  if response.headers["transfer-encoding"] == "chunked" then
    response.body = self:_chunks()
    return response
  end
  local length = tonumber(response.headers["content-length"]) or 0
  while #self.rest < length and self:_more() do end
  response.body = self.rest:sub(1, length)
  self.rest = self.rest:sub(length + 1)
  return response
end

--- One request and its response.
function Connection:request(method, path, body, headers)
  local lines = { ("%s %s HTTP/1.1\r\nHost: localhost\r\n"):format(method, path) }
  for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. ": " .. value .. "\r\n" end
  if body then lines[#lines + 1] = ("Content-Length: %d\r\n"):format(#body) end
  lines[#lines + 1] = "\r\n" .. (body or "")
  if not self:send(table.concat(lines)) then return nil end
  return self:receive()
end

return client
