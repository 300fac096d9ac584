--- Element types: their names in Lua and their numbers in C.
local ffi = require "ffi"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

---@alias dgraph.Dtype "float32"|"float64"|"int32"|"int64"|"uint8"|"bool"

local dtypes = {}

--- What elements are in C, by name.
local CTYPE = {
  float32 = "float", float64 = "double", int32 = "int32_t", int64 = "int64_t", uint8 = "uint8_t",
  bool = "bool",
}

local ID = {
  float32 = C.DG_F32, float64 = C.DG_F64, int32 = C.DG_I32, int64 = C.DG_I64, uint8 = C.DG_U8,
  bool = C.DG_BOOL,
  f32 = C.DG_F32, f64 = C.DG_F64, i32 = C.DG_I32, i64 = C.DG_I64, u8 = C.DG_U8,
}

local NAME, POINTER, SIZE = {}, {}, {}
for name, ctype in pairs(CTYPE) do
  NAME[ID[name]] = name
  POINTER[name] = ffi.typeof(ctype .. " *")
  SIZE[name] = ffi.sizeof(ctype)
end

--- The number of a dtype; an error naming the known ones when there is none.
---@param name dgraph.Dtype
---@param who string  what the error starts with
---@return integer
function dtypes.id(name, who)
  local id = ID[name]
  if not id then
    errors.raisef("%s: there is no dtype %s (float32, float64, int32, int64, uint8, bool)", who,
      type(name) == "string" and ("%q"):format(name) or tostring(name))
  end
  return id
end

--- Whether a value names a dtype.
---@param name any
---@return boolean
function dtypes.exists(name) return ID[name] ~= nil end

--- The name of a dtype of C.
---@param id integer
---@return dgraph.Dtype
function dtypes.name(id) return NAME[id] end

--- Bytes of one element.
---@param name dgraph.Dtype
---@return integer
function dtypes.size(name) return SIZE[name] end

--- The type of a pointer to elements.
---@param name dgraph.Dtype
---@return ffi.ctype*
function dtypes.pointer(name) return POINTER[name] end

return dtypes
