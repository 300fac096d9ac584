--- Finds libdgraph, declares it, and decides who owns what it returns.
--
-- C returns a `dg_tensor *`: a number with a generation in it, never an address. What Lua holds is
-- the reference to an empty struct that this pointer seems to point to, `h[0]`: on a pointer LuaJIT
-- would take `x[2]` for arithmetic and never ask the metatable. Nothing is read through either, and
-- the reference costs nothing under the JIT compiler. Where that is off, functions are declared a
-- second time, with the reference as what they return (`native.is_interpreted`).
--
-- Inside a scope handles are borrowed and die with it; outside each one carries a finalizer.
local errors = require "dgraph.errors"

if type(jit) ~= "table" then
  error(("dgraph needs LuaJIT (this is %s)"):format(_VERSION), 2)
end

local ffi = require "ffi"

-- ffi.cdef and ffi.metatype last as long as the Lua state, so this module does as well: without
-- package.loaded it is still the same.
local registry = debug.getregistry()
if registry["dgraph.native"] then return registry["dgraph.native"] end

---@class dgraph.native
---@field C ffi.namespace*  the library; call `C.dg_add(a, b)`, never keep its functions in locals
---@field path string  where the library was found
---@field depth integer  how many scopes are open: handles are borrowed when it is not 0
---@field is_interpreted boolean  the JIT compiler was off when dgraph was loaded: generated
---  functions call C as `dg_add_quick` and `dg_add_ref` then, and C is a table
---@field gc_limit number  live bytes at which Lua's garbage is collected
---@field capture dgraph.CapturedUpdates|false  while a step is recorded or its numbers are made:
---  there no value can be read
local native = { depth = 0, capture = false }

-- -- Finding the library ----------------------------------------------------------------------

local FILE = ffi.os == "Windows" and "dgraph.dll" or "libdgraph.so"

--- The folders that LÖVE knows; empty elsewhere.
local function love_folders()
  local fs = rawget(_G, "love") and love.filesystem -- luacheck: globals love
  if not fs then return {} end
  local folders = {}
  for _, name in ipairs { "getSource", "getSourceBaseDirectory", "getSaveDirectory" } do
    local ok, folder = pcall(fs[name])
    if ok and folder and folder ~= "" then folders[#folders + 1] = folder end
  end
  return folders
end

--- All places to look at, in order.
local function candidates()
  local places = {}
  local function add(path) places[#places + 1] = path end
  local here = debug.getinfo(1, "S").source:match "^@(.*)[/\\][^/\\]*$"
  if here then
    add(here .. "/" .. FILE)
    add(here .. "/../../build/" .. FILE)
  end
  local _, tried = package.searchpath("dgraph.libdgraph", package.cpath)
  for path in (tried or ""):gmatch "no file '([^']*)'" do add(path) end
  local found = package.searchpath("dgraph.libdgraph", package.cpath)
  if found then add(found) end
  for _, folder in ipairs(love_folders()) do add(folder .. "/" .. FILE) end
  return places
end

--- Loads the first library that is there, or tells all that was tried.
local function load_library()
  local tried = {}
  local function try(path, what)
    local ok, library = pcall(ffi.load, path)
    if ok then return library, path end
    tried[#tried + 1] = ("  %s: %s"):format(what, tostring(library):gsub("\n", " "))
  end
  local asked = os.getenv "DGRAPH_LIBRARY"
  if asked and asked ~= "" then
    local library, path = try(asked, "DGRAPH_LIBRARY=" .. asked)
    if library then return library, path end
  else
    tried[1] = "  DGRAPH_LIBRARY: not set in the environment"
    for _, path in ipairs(candidates()) do
      local file = io.open(path, "rb")
      if file then
        file:close()
        local library = try(path, path)
        if library then return library, path end
      else
        tried[#tried + 1] = ("  %s: no such file"):format(path)
      end
    end
    local library, path = try("dgraph", "ffi.load(\"dgraph\")")
    if library then return library, path end
  end
  error("dgraph: the library " .. FILE .. " was not found or cannot be loaded:\n"
    .. table.concat(tried, "\n")
    .. "\n(name it in the environment variable DGRAPH_LIBRARY; without it ffi.load finds it beside"
    .. "\nthe Lua files, along package.cpath, or where the system keeps libraries)", 0)
end

local C
C, native.path = load_library()
if not pcall(ffi.sizeof, "dg_dtype") then
  ffi.cdef "const char *dg_cdef(void);"
  ffi.cdef "typedef struct dg_tensor {} dg_tensor;"
  ffi.cdef((ffi.string(C.dg_cdef()):gsub("typedef struct dg_tensor dg_tensor;", "")))
end
native.C = C

-- -- What the interpreter calls ---------------------------------------------------------------

--- Whether `ffi.errno` sees what C fails with: on Windows each may have an errno of its own.
local function is_errno_seen()
  ffi.errno(0)
  C.dg_error_set(C.DG_EARGUMENT, "native: trying out errno")
  C.dg_error_clear()
  return ffi.errno() ~= 0
end

-- How many tensors the functions of C take that take nothing else, by name.
local tensors = {}

--- Declares each function that returns a tensor once more, as `dg_add_ref`, a `dg_tensor &`.
--
-- The interpreter makes an object for `h` and another one for `h[0]`, 80 ns with its collection,
-- and `h == nil` takes 25; under the JIT compiler all three are free. A reference cannot be
-- compared with nil, but whatever fails in C sets errno, and to ask for that takes 8 ns. It may be
-- set for other reasons, so `native.settle` looks again.
local function declare_references()
  local declarations = {}
  for name, parameters in ffi.string(C.dg_cdef()):gmatch "dg_tensor %*(dg_[%w_]+)(%b());" do
    declarations[#declarations + 1] = ("dg_tensor &%s_ref%s __asm__(\"%s\");"):format(name,
      parameters, name)
    local others, count = parameters:gsub("dg_tensor %*[%w_]+", "")
    if others == "()" or others == "(, )" then tensors[name] = count end
  end
  ffi.cdef(table.concat(declarations))
end

--- The library as a table, which the interpreter reads 25 ns faster. There are also functions of
--- Lua's own kind, `dg_add_quick`, which are faster to call (c/op/lua.c): true when the result is
--- there for `dg_lua_result_ref`, else they have done nothing. false in the place of one that takes
--- anything but one or two tensors, or where the host keeps Lua's C interface to itself.
local function make_table(library)
  local make_quick = package.loadlib and package.loadlib(native.path, "dg_lua_function")
  local function type_of(cdata) return tonumber(ffi.typeof(cdata)) end
  local handle = ffi.new("dg_tensor *")[0]
  local handles_type = type_of(handle)
  return setmetatable({}, { __index = function(known, name)
    local f = name:match "^(.*)_quick$"
    if f then
      local call = library[f]
      known[name] = make_quick and tensors[f]
        and make_quick(call, type_of(call), handle, handles_type, tensors[f]) or false
    else
      known[name] = library[name]
    end
    return known[name]
  end })
end

native.is_interpreted = not jit.status() and is_errno_seen()
if native.is_interpreted then
  declare_references()
  C = make_table(C)
  native.C = C
end

-- -- Ownership --------------------------------------------------------------------------------

local MB = 2 ^ 20
native.gc_floor = 256 * MB
native.gc_limit = native.gc_floor

local before_collection, before_shortage = {}, {}

--- Has `f` called before each full collection.
---@param f fun()
function native.on_collect(f) before_collection[#before_collection + 1] = f end

--- Has `f` called where memory is short, to forget what can be made again.
---@param f fun()
function native.on_shortage(f) before_shortage[#before_shortage + 1] = f end

--- Collects Lua's garbage, and with it the tensors that nothing refers to. Twice, as finalizers run
--- after the first time and may free what others hold.
function native.collect()
  for i = 1, #before_collection do before_collection[i]() end
  collectgarbage()
  collectgarbage()
  native.gc_limit = math.max(native.gc_floor, 2 * C.dg_memory_live())
end

--- Collects, and forgets what can be made again, as memory is short.
function native.make_room()
  for i = 1, #before_shortage do before_shortage[i]() end
  native.collect()
end

--- Raises what C said last.
local function raise_last()
  local message = ffi.string(C.dg_error_message())
  C.dg_error_clear()
  if message == "" then message = "dgraph: a tensor was expected, got nil" end
  errors.raise(message)
end
native.raise_last = raise_last

--- Hands a new reference to Lua's garbage collector.
---@param x dgraph.Tensor
---@return dgraph.Tensor x
local function own(x)
  ffi.gc(x, C.dg_release)
  if C.dg_memory_live() > native.gc_limit then native.make_room() end
  return x
end
native.own = own

--- What every handle passes that C returns: raises on NULL, takes care of the reference.
---@param h ffi.cdata*
---@return dgraph.Tensor
function native.wrap(h)
  if h == nil then raise_last() end
  if native.depth > 0 then return h[0] end
  return own(h[0])
end
local wrap = native.wrap

--- The same where NULL is no error as long as the tensor that was asked is alive: gives nil then.
---@param h ffi.cdata*
---@param asked dgraph.Tensor
---@return dgraph.Tensor?
function native.wrap_maybe(h, asked)
  if h ~= nil then return wrap(h) end
  if C.dg_alive(asked) == 0 then raise_last() end
  return nil
end

--- Raises when a function returned a status below zero.
---@param status number
---@return number status
function native.check(status)
  if status < 0 then raise_last() end
  return status
end

--- The sum of the squares of x's elements; raises where it cannot be read.
---@param x dgraph.Tensor
---@return number
function native.sum_of_squares(x)
  local sum = C.dg_sum_of_squares(x)
  if sum ~= sum and C.dg_error_code() ~= C.DG_OK then raise_last() end
  return sum
end

--- A call returned NULL: where memory ran out, garbage is collected and the call made once more.
---@param name string  of the function in C
---@param ... any  its arguments
---@return dgraph.Tensor
function native.again(name, ...)
  if C.dg_error_code() ~= C.DG_EMEMORY then raise_last() end
  native.make_room()
  C.dg_error_clear()
  return wrap(C[name](...))
end

--- What `again` gave for a call whose arguments stand in a list. The list comes first, so that it
--- is in use while garbage is collected: it may be all that the tensors in it have.
---@param _ table
---@param y dgraph.Tensor
---@return dgraph.Tensor
function native.after(_, y) return y end

local slot = ffi.new "dg_tensor *[1]"

--- The same handle in a second cdata. To LuaJIT's compiler two cdata of one pointer are one object,
--- where it sees that they are; it does not see through a call of C.
local function twin(h)
  slot[0] = h
  C.dg_alive(h)
  return slot[0]
end

--- What became of a call that returned a reference, now that errno is set: it failed, or it did not
--- and errno is from elsewhere.
---@param x dgraph.Tensor
---@param name string  of the function in C, without "_ref"
---@param ... any  its arguments
---@return dgraph.Tensor
function native.settle(x, name, ...)
  ffi.errno(0)
  slot[0] = x
  if slot[0] == nil then return native.again(name, ...) end
  return wrap(slot[0])
end

--- A second cdata of the same handle, which owns a reference that C gave for it.
---@param h dgraph.Tensor
---@return dgraph.Tensor
function native.own_copy(h) return own(twin(h)[0]) end

--- A second cdata of the same handle, which owns nothing.
---@param x dgraph.Tensor
---@return ffi.cdata*
function native.borrow(x) return twin(x)[0] end

local tensor_type = ffi.typeof "dg_tensor"

--- Whether a value is a tensor.
---@param value any
---@return boolean
local function is_tensor(value)
  return type(value) == "cdata" and ffi.istype(tensor_type, value)
end
native.is_tensor = is_tensor

local left, right = ffi.new "dg_tensor *[1]", ffi.new "dg_tensor *[1]"

--- `a == b`: whether two values are handles of one tensor.
---@return boolean
function native.same(a, b)
  if not (is_tensor(a) and is_tensor(b)) then return false end
  left[0], right[0] = a, b
  return left[0] == right[0]
end

registry["dgraph.native"] = native
return native
