local ffi = require "ffi"
local md5 = require "dgraph.utils.md5"

describe("md5", function()
  it("gives the sums of RFC 1321", function()
    for text, sum in pairs {
      [""] = "d41d8cd98f00b204e9800998ecf8427e",
      a = "0cc175b9c0f1b6a831c399e269772661",
      abc = "900150983cd24fb0d6963f7d28e17f72",
      ["message digest"] = "f96b697d7cb7938d525a2f31aaf161d0",
      abcdefghijklmnopqrstuvwxyz = "c3fcd3d76192e4007dfb496cca67e13b",
      [("1234567890"):rep(8)] = "57edf4a22be3c955ac49da2e2107b67a",
    } do
      assert.equal(sum, md5(text))
    end
  end)

  it("is right around the ends of blocks, as md5sum says", function()
    for _, size in ipairs { 55, 56, 57, 63, 64, 65, 119, 120, 128, 5000 } do
      local text = ("\0\255x"):rep(size):sub(1, size)
      local path = os.tmpname()
      local file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
      local pipe = assert(io.popen("md5sum " .. path .. " 2>/dev/null || md5 -q " .. path))
      local wanted = pipe:read "*a":match "%x+"
      pipe:close()
      os.remove(path)
      assert.equal(wanted, md5(text))
      assert.equal(wanted, md5(ffi.cast("const uint8_t *", text), size))
    end
  end)
end)
