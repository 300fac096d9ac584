--- The table of goals at the end of what a session with a card runs (spec/bench/cuda/run.sh).
local folder

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
  file:close()
end

--- Its lines, by how they begin.
local function table_of(...)
  local pipe = io.popen("spec/bench/cuda/run.sh table " .. table.concat({ ... }, " ") .. " 2>&1")
  local text = pipe:read "*a"
  pipe:close()
  return function(start)
    for line in text:gmatch "[^\n]+" do
      if line:sub(1, #start) == start then return line end
    end
    error("no line begins with " .. start .. ":\n" .. text)
  end
end

describe("The table of a card's goals #slow", function()
  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder) == 0)
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  it("says which are met", function()
    write("parts.txt", "# A card, 580\nbattery 0 80\nmemcheck 0 9\ntorch 124 140\n")
    write("battery.log", [[
20 successes / 0 failures / 0 errors / 1 pending : 0.8 seconds
1 success / 0 failures / 0 errors / 0 pending : 0.1 seconds
]])
    write("dgraph.json", [[{ "copy GB/s": 2000, "add GB/s": 1800, "exp GB/s": 1000,
      "bf16_8192 TFLOP/s": 760, "lenet us": 90, "lenet_captured us": 60,
      "gpt failed": "no room" }]])
    write("torch.json", [[{ "bf16_8192 TFLOP/s": 780, "lenet us": 100 }]])
    write("curve.json", [[{ "mlp eager": { "difference": 1e-5 },
      "mlp captured": { "difference": 0.1 } }]])
    local line = table_of(folder)
    assert.equal("A card, 580", line "A card")
    assert.truthy(line("1 operators"):find "21 passed, 0 failed +yes$")
    assert.truthy(line("1 compute"):find "status 0 +yes$")
    assert.truthy(line("2 add"):find "85 %% of the copy +yes$")
    assert.truthy(line("2 exp"):find "85 %% of the copy +NO$")
    assert.truthy(line("2 bf16"):find "95 %% of PyTorch's +yes$")
    assert.truthy(line("2 lenet us"):find "PyTorch eager's +yes$")
    assert.truthy(line("2 lenet_captured"):find "half of PyTorch eager's +NO$")
    assert.truthy(line("2 gpt failed"):find "no room +NO$")
    assert.truthy(line("3 losses, mlp eager"):find "1e%-05 at most +yes$")
    assert.truthy(line("3 losses, mlp captured"):find "0.1 at most +NO$")
    assert.truthy(line("torch ended"):find("its time was up", 1, true))
  end)

  it("counts a part that failed, and goes without those that are not there", function()
    write("parts.txt", "battery 124 150\n")
    write("battery.log", "20 successes / 0 failures / 0 errors / 1 pending : 0.8 seconds\n")
    write("dgraph.json", [[{ "copy GB/s": 20]]) -- cut off
    local line = table_of(folder, "/nowhere")
    assert.equal("no card", line "no card")
    assert.truthy(line("1 operators"):find "20 passed, 0 failed +NO$")
  end)

  it("counts failures", function()
    write("parts.txt", "battery 0 80\n")
    write("battery.log", "20 successes / 1 failure / 0 errors / 1 pending : 0.8 seconds\n")
    assert.truthy(table_of(folder)("1 operators"):find "20 passed, 1 failed +NO$")
  end)
end)
