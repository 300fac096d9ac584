local shared_library = require "dgraph.utils.shared_library"

describe("shared_library", function()
  it("opens the first of some names that is there, once", function()
    local open = shared_library("the C library", { "libnothing.so.7", "libc.so.6", "c" }, "nothing")
    assert.equal(open(), open())
  end)

  it("says what to install, and what was tried, at the first use", function()
    local open = shared_library("libnothing", { "libnothing.so.7", "nothing7" }, "Debian: nothing7")
    local done, message = pcall(open)
    assert.is_false(done)
    assert.matches("^libnothing was not found; install it %(Debian: nothing7%)\n", message)
    assert.matches("libnothing.so.7.*\n.*nothing7", message)
  end)
end)
