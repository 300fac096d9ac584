-- Runs the example as its user would, for a short while.
local support = require "spec.support.training"

describe("the example train_mnist #slow", function()
  it("prints a table and a bar, draws curves, and can be resumed", function()
    local out = support.folder()
    local function run(flags)
      local lua = os.getenv "DGRAPH_LUA" or "luajit"
      local command = "%s examples/train_mnist.lua --smoke --out %s %s 2>&1"
      local pipe = io.popen(command:format(lua, out, flags))
      local text = pipe:read "*a"
      pipe:close()
      return text
    end
    local text = run ""
    assert.matches("# unit: 32\n# minibatch size: 100\n# epoch: 3\n\nepoch       main/loss ", text)
    local loss, accuracy = text:match "\n3 +%S+ +(%S+) +%S+ +(%S+)"
    assert.is_true(tonumber(loss) < 1.2 and tonumber(accuracy) > 0.6, text)
    assert.matches("100.00%%  75 iter, 3.00 epoch / 3 epochs", text)
    for _, name in ipairs { "loss.svg", "accuracy.svg", "cg.dot", "log", "snapshot_iter_75" } do
      assert.is_true(#support.read(out .. "/" .. name) > 0, name)
    end
    os.remove(out .. "/snapshot_iter_75")
    local function table_of(each) return each:match "\n(3 .-)  +[%d.]+\n" end
    assert.equal(table_of(text), table_of(run "--resume"))
    os.execute("rm -r " .. out)
  end)
end)
