--- Chainer's mark for a parameter without a shape: the pickle of NumPy's 0-d array around None.
--
-- A pickle is a program, and none is ever run here. These few exact byte strings are all that
-- NumPy can write for that one value: by protocol (2 to 5, and Python 2's), by the name that the
-- module had (`numpy.core` until 1.26, `numpy._core` since 2.0), and by how a dtype was spelled
-- (integers before NumPy 1.20, booleans since).

local MODULES = { "numpy.core.multiarray", "numpy._core.multiarray" }
local FLAGS = { "\x89\x88\x87", "K\0K\1\x87" }
local ENDS = "J\xff\xff\xff\xffJ\xff\xff\xff\xffK?t"

local function python2(module)
  return "\x80\2c" .. module .. "\n_reconstruct\nq\1cnumpy\nndarray\nq\2K\0\x85U\1b\x87Rq\3(K\1)"
    .. "cnumpy\ndtype\nq\4U\2O8K\0K\1\x87Rq\5(K\3U\1|NNN" .. ENDS .. "b\x89]q\6Natb."
end

local function protocol2(module, flags)
  return "\x80\2c" .. module .. "\n_reconstruct\nq\0cnumpy\nndarray\nq\1K\0\x85q\2c_codecs\n"
    .. "encode\nq\3X\1\0\0\0bq\4X\6\0\0\0latin1q\5\x86q\6Rq\7\x87q\8Rq\9(K\1)cnumpy\ndtype\n"
    .. "q\10X\2\0\0\0O8q\11" .. flags .. "q\12Rq\13(K\3X\1\0\0\0|q\14NNN" .. ENDS
    .. "q\15b\x89]q\16Natq\17b."
end

local function protocol3(module, flags)
  return "\x80\3c" .. module .. "\n_reconstruct\nq\0cnumpy\nndarray\nq\1K\0\x85q\2C\1bq\3\x87q\4R"
    .. "q\5(K\1)cnumpy\ndtype\nq\6X\2\0\0\0O8q\7" .. flags .. "q\8Rq\9(K\3X\1\0\0\0|q\10NNN" .. ENDS
    .. "q\11b\x89]q\12Natq\13b."
end

local function protocol4(module, flags, version)
  local frame = "\x8c" .. string.char(#module) .. module .. "\x94\x8c\12_reconstruct\x94\x93\x94"
    .. "\x8c\5numpy\x94\x8c\7ndarray\x94\x93\x94K\0\x85\x94C\1b\x94\x87\x94R\x94(K\1)h\3\x8c\5dtype"
    .. "\x94\x93\x94\x8c\2O8\x94" .. flags .. "\x94R\x94(K\3\x8c\1|\x94NNN" .. ENDS
    .. "\x94b\x89]\x94Nat\x94b."
  return "\x80" .. version .. "\x95" .. string.char(#frame) .. "\0\0\0\0\0\0\0" .. frame
end

local known = {}
for _, module in ipairs(MODULES) do
  known[python2(module)] = true
  for _, flags in ipairs(FLAGS) do
    known[protocol2(module, flags)] = true
    known[protocol3(module, flags)] = true
    known[protocol4(module, flags, "\4")] = true
    known[protocol4(module, flags, "\5")] = true
  end
end

return {
  --- What `save_npz` writes: protocol 3, which NumPy has read since Python 3 exists.
  bytes = protocol3(MODULES[1], FLAGS[1]),

  --- Whether these bytes are that pickle and nothing else.
  ---@param bytes string
  ---@return boolean
  matches = function(bytes) return known[bytes] == true end,
}
