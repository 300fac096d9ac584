--- Element types: their names in Lua and their numbers in C.
local ffi = require "ffi"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

---@alias dgraph.Dtype "float32"|"float64"|"int32"|"int64"|"uint8"|"bool"
---|"float16"|"bfloat16"

local dtypes = {}

--- What elements are in C, by name. Those of float16 and bfloat16 are seen as their bits.
local CTYPE = {
  float32 = "float", float64 = "double", int32 = "int32_t", int64 = "int64_t", uint8 = "uint8_t",
  bool = "bool", float16 = "uint16_t", bfloat16 = "uint16_t",
}

local ID = {
  float32 = C.DG_F32, float64 = C.DG_F64, int32 = C.DG_I32, int64 = C.DG_I64, uint8 = C.DG_U8,
  bool = C.DG_BOOL, float16 = C.DG_F16, bfloat16 = C.DG_BF16,
  f32 = C.DG_F32, f64 = C.DG_F64, i32 = C.DG_I32, i64 = C.DG_I64, u8 = C.DG_U8,
  f16 = C.DG_F16, bf16 = C.DG_BF16,
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
    errors.raisef("%s: there is no dtype %s (float32, float64, int32, int64, uint8, bool, float16, "
      .. "bfloat16)", who, type(name) == "string" and ("%q"):format(name) or tostring(name))
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

--- Whether a dtype of C is a float.
---@param id integer
---@return boolean
function dtypes.is_float(id) return id <= C.DG_F64 or id >= C.DG_F16 end

local FLOATS = { float32 = true, float64 = true, float16 = true, bfloat16 = true }

--- Whether a dtype is a float.
---@param name any
---@return boolean
function dtypes.names_float(name) return FLOATS[name] == true end

--- Whether a dtype is a float of 16 bits.
---@param name any
---@return boolean
function dtypes.names_half(name) return SIZE[name] == 2 end

--- Bytes of one element.
---@param name dgraph.Dtype
---@return integer
function dtypes.size(name) return SIZE[name] end

--- The type of a pointer to elements.
---@param name dgraph.Dtype
---@return ffi.ctype*
function dtypes.pointer(name) return POINTER[name] end

return dtypes
