-- Runs every example as its user would, for a short while.

local function run(command)
  local pipe = io.popen("{ " .. command .. "\n} 2>&1; echo status $?")
  local text = pipe:read "*a"
  pipe:close()
  local output, status = text:match "^(.*)status (%d+)\n$"
  return tonumber(status), output
end

local function example(name, flags)
  local lua = os.getenv "DGRAPH_LUA" or "luajit"
  local status, output = run(("%s examples/%s.lua %s"):format(lua, name, flags or ""))
  assert(status == 0, output)
  return output
end

describe("the example #slow", function()
  it("seed finds a slope, and the slope of that", function()
    local output = example "seed"
    assert.matches("30.*11", output)
    assert.matches("\n11\t2\t0\n", output)
  end)

  it("walk shows each step back", function()
    local output = example("walk", "--smoke")
    assert.matches("#1 add  float32 1\n", output)
    assert.matches("step 1: add, from examples/walk.lua:%d+\n  comes in:  dy/d%(y%) = 1\n", output)
    assert.matches("step 2: square, .* to x = 5, 10: it had 1, and has 11\n", output)
    assert.matches("dy/dx = 1 %+ 2 x = 11\n$", output)
  end)

  it("mnist learns, saves, loads and shows digits", function()
    local out = os.tmpname()
    os.remove(out)
    local output = example("mnist", "--smoke --out " .. out)
    local accuracy = tonumber(output:match "test accuracy ([%d.]+) %%")
    assert.is_true(accuracy > 50, output)
    assert.matches("this is %d", output)
    local curve = assert(io.open(out .. "/curve.svg"))
    assert.matches("^<svg", curve:read "*a")
    curve:close()
    os.execute("rm -r " .. out)
    assert.has_error(function() example("mnist", "--epohc 3") end)
  end)

  it("tree learns what and, or and not mean", function()
    local output = example("tree", "--smoke")
    local right = tonumber(output:match "([%d.]+) %% of 500 new expressions are right")
    assert.is_true(right > 80, output)
  end)

  it("census learns who earns much, one person after the other", function()
    local file = io.open((os.getenv "DGRAPH_DATA" or "../shared/data/a9a") .. "/a9a.gz")
    if not file then return pending "the data are not there" end
    file:close()
    local output = example("census", "--smoke")
    local right = tonumber(output:match "([%d.]+) %% of 16281 others are judged right")
    assert.is_true(right > 82, output)
  end)

  it("hello.c fits a line", function()
    local program = os.tmpname()
    local status, output = run(("cc -Wall -Werror -Ic examples/c/hello.c -Lbuild -ldgraph "
      .. "-Wl,-rpath,build -o %s && %s"):format(program, program))
    os.remove(program)
    assert.same({ 0, "y = 3.00 x -1.00, mean squared error 0.00009\n" }, { status, output })
  end)

  it("has less than 120 lines each", function()
    local _, output = run "wc -l examples/*.lua examples/*/*.c"
    for lines, name in output:gmatch "(%d+) (examples%S+)" do
      assert(tonumber(lines) < 120, name .. " has " .. lines .. " lines")
    end
  end)
end)
