--- Tensors that look at memory of others, without a copy.
local ffi = require "ffi"
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

local foreign = {}

--- Owners of memory that tensors may still look at, with the pins that tell.
---@type { owner: any, pin: ffi.cdata* }[]
local owners, limit = {}, 64

--- Lets go of the owners whose memory nobody looks at any more.
local function sweep()
  local kept = 0
  for i = 1, #owners do
    local entry = owners[i]
    owners[i] = nil
    if C.dg_pin_held(entry.pin) > 0 then
      kept = kept + 1
      owners[kept] = entry
    end
  end
  limit = math.max(64, 2 * kept)
end
native.on_collect(sweep)

--- A tensor that looks at `pointer`: row-major elements, aligned for their dtype. `owner` is kept
--- from Lua's garbage collector as long as any tensor looks at the memory; without one the memory
--- must stay by itself. Call `x:touch()` when others write there.
---@param pointer ffi.cdata*
---@param shape integer|integer[]
---@param dtype? dgraph.Dtype  float32
---@param owner? any
---@return dgraph.Tensor
function foreign.from_pointer(pointer, shape, dtype, owner)
  if type(pointer) ~= "cdata" or native.is_tensor(pointer) then
    errors.raisef("dg.from_pointer: wanted a pointer, got %s", check.spell(pointer))
  end
  local ok, address = pcall(ffi.cast, "void *", pointer)
  if not ok then errors.raisef("dg.from_pointer: wanted a pointer, got %s", tostring(pointer)) end
  local id = dtypes.id(dtype or convert.default_dtype(), "dg.from_pointer")
  local ndim = check.shape(shape, "dg.from_pointer")
  local pin = C.dg_pin_new()
  if pin == nil then native.raise_last() end
  ffi.gc(pin, C.dg_pin_free)
  local x = native.wrap(C.dg_from_pointer(address, id, ndim, check.sizes, pin))
  if #owners >= limit then sweep() end
  owners[#owners + 1] = { owner = owner == nil and pointer or owner, pin = pin }
  return x
end

return foreign
