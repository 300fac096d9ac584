-- Runs every example as its user would, for a short while.

local dg = require "dgraph"
local run = require("spec.support.shell").run

--- Without DGRAPH_DATA: what comes along is enough for all but those that say otherwise.
local function example(name, flags, environment)
  local lua = os.getenv "DGRAPH_LUA" or "luajit"
  local status, output = run(("unset DGRAPH_DATA; %s %s examples/%s.lua %s"):format(
    environment or "", lua, name, flags or ""))
  assert(status == 0, output)
  return output
end

--- The same with a folder of its own for what the example writes.
local function trained(name)
  local out = os.tmpname()
  os.remove(out)
  local output = example(name, "--smoke --out " .. out)
  return output, out
end

local function number_in(output, pattern)
  return tonumber(output:match(pattern)) or error("no " .. pattern .. " in\n" .. output)
end

describe("the example #slow", function()
  it("seed finds a slope, and the slope of that", function()
    local output = example "seed"
    assert.matches("30.*11", output)
    assert.matches("\n11\t2\t0\n", output)
  end)

  it("walk shows each step back", function()
    local output = example("walk", "--smoke")
    assert.matches("#1 add  float32 1  examples/walk.lua:%d+\n", output)
    assert.matches("step 1: add, from examples/walk.lua:%d+\n  comes in:  dy/d%(y%) = 1\n", output)
    assert.matches("step 2: square, .* to x = 5, 10: it had 1, and has 11\n", output)
    assert.matches("dy/dx = 1 %+ 2 x = 11\n$", output)
  end)

  it("mnist learns, saves, loads and shows digits", function()
    local output, out = trained "mnist"
    assert.is_true(number_in(output, "test accuracy ([%d.]+) %%") > 50, output)
    assert.matches("this is %d", output)
    local curve = assert(io.open(out .. "/curve.svg"))
    assert.matches("^<svg", curve:read "*a")
    curve:close()
    os.execute("rm -r " .. out)
    assert.has_error(function() example("mnist", "--epohc 3") end)
  end)

  it("lenet reads digits, and goes on from its snapshot", function()
    local output, out = trained "lenet"
    assert.is_true(number_in(output, "test accuracy ([%d.]+) %%") > 80, output)
    local resumed = example("lenet", "--smoke --resume --out " .. out)
    assert.equal(output:match "test accuracy.*", resumed:match "test accuracy.*")
    local written = assert(dg.serializers.load_onnx(out .. "/lenet.onnx"))
    assert.same({ 3, 10 }, written(dg.zeros(3, 1, 28, 28)).shape)
    os.execute("rm -r " .. out)
  end)

  it("char_rnn and gpt learn to continue a text", function()
    for name, limit in pairs { char_rnn = 3.5, gpt = 3.6 } do
      local output, out = trained(name)
      assert.is_true(number_in(output, "([%d.]+) nats for each character") < limit, output)
      os.execute("rm -r " .. out)
    end
  end)

  it("word2vec finds words that go with others", function()
    local output, out = trained "word2vec"
    local losses = {}
    for loss in output:gmatch "\n%d +([%d.]+) +[%d.]+" do losses[#losses + 1] = tonumber(loss) end
    assert.is_true(#losses > 1 and losses[#losses] < losses[1], output)
    assert.matches("tensor: %a+ %a+", output)
    os.execute("rm -r " .. out)
  end)

  it("vae draws digits", function()
    local output, out = trained "vae"
    assert.is_true(number_in(output, "([%d.]+) nats for a test image") < 230, output)
    local picture = assert(io.open(out .. "/samples.pgm", "rb")):read "*a"
    assert.equal("P5 336 336 255\n", picture:sub(1, 15))
    assert.equal(15 + 336 * 336, #picture)
    os.execute("rm -r " .. out)
  end)

  it("dqn_cartpole balances the pole longer and longer", function()
    local output = example("dqn_cartpole", "--smoke")
    assert.is_true(number_in(output, "mean of the last 100: +([%d.]+) steps\n.*mean") > 0)
    assert.is_true(number_in(output, "([%d.]+) steps, without trying") > 40, output)
  end)

  it("operator has right gradients, and neurons without any learn", function()
    local output = example("operator", "--smoke")
    assert.matches("cube roots:%s*{2, 3, %-4}", output)
    assert.matches("the gradients of cbrt are right", output)
    assert.is_true(number_in(output, "([%d.]+) %% of new points are right") > 75, output)
  end)

  it("hessian_vector finds a minimum", function()
    local output = example("hessian_vector", "--smoke")
    assert.is_true(number_in(output, "alike to ([%d.e+-]+)") < 1e-8, output)
    assert.is_true(number_in(output, "are 1 to ([%d.e+-]+)") < 1e-9, output)
  end)

  it("host_data moves structs, and keeps their energy", function()
    local output = example("host_data", "--smoke")
    assert.is_true(number_in(output, "energy changed by ([%d.e+-]+)") < 1e-3, output)
    assert.matches("written:%s*{{77, 0, 0, 255}", output)
    assert.matches("pixels: 0 0 0 in the bar, 255 100 100 below it", output)
  end)

  it("tree learns what and, or and not mean", function()
    local output = example("tree", "--smoke")
    local right = tonumber(output:match "([%d.]+) %% of 500 new expressions are right")
    assert.is_true(right > 80, output)
  end)

  it("census learns who earns much, one person after the other", function()
    local data = os.getenv "DGRAPH_DATA" or "../shared/data"
    local file = io.open(data .. "/a9a/a9a.gz")
    if not file then return pending "the data are not there" end
    file:close()
    local output = example("census", "--smoke", "DGRAPH_DATA=" .. data)
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

  it("mlp.c tells two spirals apart", function()
    local program = os.tmpname()
    local status, output = run(("cc -Wall -Werror -Ic examples/c/mlp.c -Lbuild -ldgraph -lm "
      .. "-Wl,-rpath,build -o %s && %s"):format(program, program))
    os.remove(program)
    assert.equal(0, status, output)
    assert.is_true(tonumber(output:match "(%d+) %% of the points are right") > 95, output)
  end)

  it("has less than 120 lines each", function()
    local _, output = run "wc -l examples/*.lua examples/*/*.c"
    for lines, name in output:gmatch "(%d+) (examples%S+)" do
      assert(tonumber(lines) < 120, name .. " has " .. lines .. " lines")
    end
  end)
end)
