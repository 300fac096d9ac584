local dg = require "dgraph"

local path = os.tmpname()

local function write(text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

describe("fromfile", function()
  it("reads raw numbers, in float32 by default", function()
    for _, dtype in ipairs { "float32", "float64", "int32", "int64", "uint8", "bool" } do
      local x = dg.tensor({ 1, 0, 1 }, dtype)
      write(x:tostring())
      local y = assert(dg.fromfile(path, dtype))
      assert.equal(dtype, y.dtype)
      assert.same(x:totable(), y:totable())
    end
    write(dg.tensor({ 1.5, 2 }):tostring())
    assert.same({ 1.5, 2 }, dg.fromfile(path):totable())
  end)

  it("takes any byte but 0 for true", function()
    write "\0\7\255"
    assert.same({ false, true, true }, dg.fromfile(path, "bool"):totable())
  end)

  it("reads a part", function()
    write "abcdef"
    assert.same({ 99, 100 },
      dg.fromfile(path, { dtype = "uint8", offset = 2, count = 2 }):totable())
    assert.same({ 0 }, dg.fromfile(path, { dtype = "uint8", offset = 6 }).shape)
    assert.same({ 0 }, dg.fromfile(path, { count = 0 }).shape)
  end)

  it("tells why it cannot read", function()
    write "abcdef"
    local function message(...) return select(2, dg.fromfile(...)) end
    assert.matches("no whole number of elements of 4", message(path))
    assert.matches("2 elements were wanted, it has 1", message(path, { count = 2 }))
    assert.matches("ends after 6 bytes", message(path, { offset = 7 }))
    assert.matches("No such file", message "/nowhere/at/all")
    assert.is_string(message "/tmp")
    assert.error_matches(function() dg.fromfile(path, "float8") end, "there is no dtype")
    assert.error_matches(function() dg.fromfile(path, { sep = "" }) end, "unknown option")
    assert.error_matches(function() dg.fromfile(path, { count = -1 }) end, "count is %-1")
    assert.error_matches(function() dg.fromfile(3) end, "the path must be a string")
  end)
end)

describe("loadtxt", function()
  local function read(text, options)
    write(text)
    return assert(dg.loadtxt(path, options))
  end

  it("reads a row for each line, in float32 by default", function()
    local x = read "# two rows\n1 2.5\t-3e1\n\n 4 5 6 # the second\n"
    assert.same({ { 1, 2.5, -30 }, { 4, 5, 6 } }, x:totable())
    assert.equal("float32", x.dtype)
    assert.equal("int64", read("1 2\n3 4", "int64").dtype)
  end)

  it("drops axes of size 1 as NumPy, down to ndmin", function()
    assert.same({}, read("7\n").shape)
    assert.same({ 3 }, read("1 2 3").shape)
    assert.same({ 3 }, read("1\n2\n3\n").shape)
    assert.same({ 1 }, read("7", { ndmin = 1 }).shape)
    assert.same({ 3, 1 }, read("1\n2\n3\n", { ndmin = 2 }).shape)
    assert.same({ 0 }, read("# nothing\n").shape)
  end)

  it("takes delimiters, columns and lines as it is told", function()
    local csv = "a,b,c\r\n1,2,3\r\n4,5,6\r\n7,8,9\r\n"
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } },
      read(csv, { delimiter = ",", skiprows = 1, max_rows = 2 }):totable())
    assert.same({ { 3, 1 }, { 6, 4 }, { 9, 7 } },
      read(csv, { delimiter = ",", skiprows = 1, usecols = { -1, 1 } }):totable())
    assert.same({ 2, 5, 8 }, read(csv, { delimiter = ",", skiprows = 1, usecols = 2 }):totable())
    assert.same({ 1, 2 }, read("% old\n1 2", { comments = "%" }):totable())
  end)

  it("tells why it cannot read, with the line", function()
    local function message(text, options)
      write(text)
      local x, why = dg.loadtxt(path, options)
      assert.is_nil(x)
      return why
    end
    assert.matches("line 2: \"x\" is no number", message "1 2\n3 x\n")
    assert.matches("line 3: 1 columns where the lines before have 2", message "1 2\n\n3\n")
    assert.matches("line 1: there is no column 3", message("1 2", { usecols = 3 }))
    assert.matches("line 1: \"\" is no number", message("1,,2", { delimiter = "," }))
    assert.matches("No such file", select(2, dg.loadtxt "/nowhere/at/all"))
    assert.matches("^/tmp: ", select(2, dg.loadtxt "/tmp"))
    assert.error_matches(function() dg.loadtxt(path, { usecols = 0 }) end, "usecols counts from 1")
    assert.error_matches(function() dg.loadtxt(path, { delimiter = "" }) end, "delimiter is empty")
    assert.error_matches(function() dg.loadtxt(path, { comments = 1 }) end,
      "comments must be a string, got 1")
  end)
end)

os.remove(path)
