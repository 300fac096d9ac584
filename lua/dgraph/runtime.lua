--- What dgraph runs on: threads, instructions, libraries.
local ffi = require "ffi"
local check = require "dgraph.check"
local devices = require "dgraph.devices"
local native = require "dgraph.native"

local C = native.C

local runtime = {}

--- Sets how many threads big operations may use, this one included. 1 without a call, or what the
--- environment variable DGRAPH_NUM_THREADS says.
---@param threads integer
function runtime.set_num_threads(threads)
  native.check(C.dg_set_num_threads(check.integer(threads, "dg.set_num_threads", "threads")))
end

--- How many threads big operations may use.
---@return integer
function runtime.get_num_threads() return C.dg_num_threads() end

---@class dgraph.RuntimeInfo
---@field library string  where libdgraph was found
---@field lua string
---@field jit boolean
---@field system string
---@field instructions string  "base", "avx2" or "avx512"
---@field matmul string  what multiplies large matrices
---@field threads integer
---@field cuda string  the first card, or why there is none

--- What dgraph runs on.
---@return dgraph.RuntimeInfo
function runtime.runtime_info()
  return {
    library = native.path,
    lua = jit.version,
    jit = (jit.status()),
    system = jit.os .. " " .. jit.arch,
    instructions = ffi.string(C.dg_isa_name()),
    matmul = ffi.string(C.dg_matmul_name()),
    threads = C.dg_num_threads(),
    cuda = C.dg_device_count() > 0 and ffi.string(C.dg_device_text(1)) or devices.reason(),
  }
end

--- Prints what dgraph runs on: what a report of a problem should contain.
---@param out? file*  standard output by default
function runtime.print_runtime_info(out)
  local info = runtime.runtime_info()
  local names = { "library", "lua", "jit", "system", "instructions", "matmul", "threads", "cuda" }
  for _, name in ipairs(names) do
    (out or io.stdout):write(("%s: %s\n"):format(name, tostring(info[name])))
  end
end

return runtime
