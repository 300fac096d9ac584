local fake_cuda = require "spec.support.fake_cuda"

local NO_COMPILER = { DGRAPH_NVRTC = "none" }

local function says(wanted, code, environment)
  assert.equal(wanted, fake_cuda(code, environment))
end

describe("CUDA's devices", function()
  it("are counted and named", function()
    says("2\tStand-in 1, compute capability 9.0",
      [[print(dg.cuda.device_count(), dg.cuda.device_name("cuda:1"))]])
  end)

  it("are none where the driver has none or is not there, and say why", function()
    says("false\tcuda: the driver knows of no device", "print(dg.cuda.is_available())",
      { FAKE_CUDA_DEVICES = "0" })
    says("false\tcuda: DGRAPH_CUDA is none", "print(dg.cuda.is_available())",
      { DGRAPH_CUDA = "none" })
  end)

  it("are refused beyond their number", function()
    local text = fake_cuda [[print(message(function() dg.tensor({ 1 }):to "cuda:2" end))]]
    assert.truthy(text:find("there is no device cuda:2 (there are 2)", 1, true), text)
  end)

  it("cannot be used in a child of a process that used them", function()
    local text = fake_cuda [[
dg.tensor({ 1 }):to "cuda"
io.stdout:flush()
local id = ffi.C.fork()
if id == 0 then
  io.write(message(function() dg.tensor({ 1 }):to "cuda" end))
  io.flush()
  ffi.C._exit(0)
end
ffi.C.waitpid(id, nil, 0)
]]
    assert.truthy(text:find("it was in use before this process was forked", 1, true), text)
  end)

  it("leave such a child all that needs no card", function()
    says("6\tcuda: it was in use before this process was forked: first use it in the child (in " ..
      "nginx in init_worker_by_lua)", [[
local x = dg.tensor({ 1 }):to "cuda"
local y = dg.tensor({ 1, 2 }):to "cuda"
io.stdout:flush()
local id = ffi.C.fork()
if id == 0 then
  x:release()
  y = nil
  collectgarbage() collectgarbage()
  local sum = F.sum(dg.tensor { 1, 2, 3 }):item()
  io.write(sum, "\t", (message(dg.cuda.synchronize):gsub("^.-: ", "", 2):gsub("^wait: ", "")))
  io.flush()
  ffi.C._exit(0)
end
ffi.C.waitpid(id, nil, 0)
]], NO_COMPILER)
  end)

  it("leave snapshots that another process writes what lies on the card", function()
    says("true\t1 2 3\tcpu", [[
local model = dg.Chain()
model.w = dg.Parameter({ 1, 2, 3 }, { 3 })
model:to "cuda"
local folder, name = os.tmpname():match "(.*)/(.*)"
local writer = dg.training.extensions.snapshot_writers.ProcessWriter()
writer(name, folder, model)
writer:finalize()
local arrays = dg.serializers.load(folder .. "/" .. name)
os.remove(folder .. "/" .. name)
print(model.w.device ~= "cpu", table.concat(arrays.w:totable(), " "), arrays.w.device)
]], NO_COMPILER)
  end)
end)

describe("Several cards", function()
  local PEER, WAIT, RECORD = 4, 6, 7

  it("copy from one to the other, without the host waiting", function()
    local code = [[
local x = dg.tensor({ { 1, 2 }, { 3, 4 } }):to "cuda:0"
local waits, peers, events = fake.fake_done(%d), fake.fake_done(%d), fake.fake_done(%d)
local y = x:to "cuda:1"
print(y.device, fake.fake_done(%d) - waits, fake.fake_done(%d) - peers, fake.fake_done(%d) - events,
  table.concat(F.flatten(y:to "cpu"):totable(), " "))
]]
    code = code:format(WAIT, PEER, RECORD, WAIT, PEER, RECORD)
    says("cuda:1\t0\t1\t2\t1 2 3 4", code, NO_COMPILER)
    says("cuda:1\t0\t1\t2\t1 2 3 4", "fake.fake_set_peers(0)\n" .. code, NO_COMPILER)
  end)

  it("are told apart by operators", function()
    local text = fake_cuda([[
local x, y = dg.tensor({ 1 }):to "cuda:0", dg.tensor({ 1 }):to "cuda:1"
print(message(function() return x + y end))
print(message(F.matmul, x:reshape(1, 1), y:reshape(1, 1)))
print(message(F.concat, { x, y }))
x.grad = nil
print(message(function() x.grad = y end))
]], NO_COMPILER)
    for _, part in ipairs {
      "add: input 2 is on cuda:1, input 1 on cuda:0",
      "matmul: input 2 is on cuda:1, input 1 on cuda:0",
      "concat: input 2 is on cuda:1, input 1 on cuda:0", "it is on cuda:1, its tensor on cuda:0",
    } do
      assert.truthy(text:find(part, 1, true), text)
    end
  end)

  it("move models and gradients #slow", function()
    says("cuda:1\tcuda:1\tcuda:0\t2", [[
local L = dg.links
local model = L.Linear(2, 1):to "cuda:0"
local x = dg.tensor({ { 1, 2 } }):to "cuda:0"
x.requires_grad = true
F.sum(model(x)):backward()
model:to "cuda:1"
local y = F.sum(model(x:to "cuda:1"))
y:backward()
print(model.W.grad.device, y.device, x.grad.device, model.b.grad:item())
]])
  end)
end)

describe("CUDA's memory", function()
  it("takes copies of what moves there and back", function()
    says("cuda:1\t1 2 3\tcpu\t1 2 3", [[
local x = dg.tensor { 1, 2, 3 }
local far = x:to "cuda:1"
x:fill(7)
local before = table.concat(far:to("cpu"):totable(), " ")
local near = far:to "cpu"
print(far.device, before, near.device, table.concat(near:totable(), " "))
]], NO_COMPILER)
  end)

  it("holds arrays that are larger than a chunk of the way", function()
    says("true", [[
local x = dg.random.uniform(0, 1, { 5000001 })
local y = x:to("cuda"):to "cpu"
local same, p, q = true, x:pointer(), y:pointer()
for i = 0, 5000000 do same = same and p[i] == q[i] end
print(same)
]], NO_COMPILER)
  end)

  it("is counted, cached and given back", function()
    says("0\t4096\t0\t4096\t4096\t0\t0", [[
local ACTIVATION, CACHE = 0, 4
local function bytes(kind) return C.dg_device_bytes(1, kind) end
local x = dg.empty({ 1024 }, { device = "cpu" })
local before = bytes(ACTIVATION)
local far = x:to "cuda"
local live, cached = bytes(ACTIVATION), bytes(CACHE)
far:release()
local after = bytes(CACHE)
local kept = fake.fake_bytes()
C.dg_device_trim(1)
print(before, live, cached, after, kept, bytes(CACHE), fake.fake_blocks())
]], NO_COMPILER)
  end)

  it("serves the next tensor from its cache", function()
    says("1", [[
local x = dg.empty { 1000 }
for _ = 1, 5 do x:to("cuda"):release() end
print(fake.fake_blocks())
]], NO_COMPILER)
  end)

  it("refuses what goes over its limit", function()
    local text = fake_cuda([[
dg.cuda.set_memory_limit(1e5)
local x = dg.empty { 100000 }
print(message(function() return x:to "cuda" end))
dg.cuda.set_memory_limit(nil)
print(x:to("cuda").device)
]], NO_COMPILER)
    assert.truthy(text:find("out of memory on cuda:0: 400000 bytes wanted", 1, true), text)
    assert.truthy(text:find("\ncuda:0$"), text)
  end)

  it("gives its cache back and tries once more when the driver has none left", function()
    says("cuda:0\t1", [[
local small, large = dg.empty { 1000 }, dg.empty { 100000 }
small:to("cuda"):release()
fake.fake_fail_allocation(0, 1)
print(large:to("cuda").device, fake.fake_blocks())
]], NO_COMPILER)
  end)

  it("says so when that does not help, and goes on", function()
    local text = fake_cuda([[
local x = dg.empty { 1000 }
fake.fake_fail_allocation(0, 1000)
print(message(function() return x:to "cuda" end))
fake.fake_fail_allocation(-1, 0)
print(x:to("cuda").device)
]], NO_COMPILER)
    assert.truthy(text:find("to: out of memory on cuda:0: 4000 bytes wanted", 1, true), text)
    assert.truthy(text:find("\ncuda:0$"), text)
  end)
end)

describe("CUDA's launches", function()
  it("want a compiler, and name the operator when there is none", function()
    local text = fake_cuda([[
local x = dg.tensor({ 1, 2 }):to "cuda"
print(message(function() return x + x end))
]], NO_COMPILER)
    assert.truthy(text:find("add: cuda: DGRAPH_NVRTC is none", 1, true), text)
  end)

  it("name the operator when they fail, and go on #slow", function()
    local text = fake_cuda [[
local x = dg.tensor({ 1, 2 }):to "cuda"
local y = x + x
fake.fake_fail_launch(0)
print(message(function() return x + x end))
print(table.concat((x + x):to("cpu"):totable(), " "))
]]
    assert.truthy(text:find("add: cuda: packed: unspecified launch failure", 1, true), text)
    assert.truthy(text:find("\n2 4$"), text)
  end)

  it("are one for an elementwise operator #slow", function()
    says("packed packed", [[
local x = dg.tensor({ 1, 2 }):to "cuda"
local first = fake.fake_launched()
local y = (x + x) * x
local names = {}
for i = first, fake.fake_launched() - 1 do
  names[#names + 1] = ffi.string(fake.fake_launch_name(i))
end
print(table.concat(names, " "))
]])
  end)
end)

describe("NVRTC", function()
  local FOLDER = os.tmpname()

  setup(function()
    os.remove(FOLDER)
    assert(os.execute("mkdir " .. FOLDER) == 0)
    fake_cuda "" -- builds it
    for _, version in ipairs { 12, 13 } do
      os.execute(("cp build/fake_cuda.so %s/libnvrtc.so.%d"):format(FOLDER, version))
    end
  end)
  teardown(function() os.execute("rm -rf " .. FOLDER) end)

  -- #slow: the address sanitizer has something to say of how the emulator switches stacks.
  it("is the latest that the driver, of CUDA 12 here, can use #slow", function()
    says("libnvrtc.so.12", [[
local x = dg.tensor({ 1, 2 }):to "cuda"
message(function() return x + x end)
for line in io.lines "/proc/self/maps" do
  local name = line:match "libnvrtc.*"
  if name then print(name) break end
end
]], { DGRAPH_NVRTC = "", LD_LIBRARY_PATH = FOLDER })
  end)
end)

describe("NVRTC for a card that it does not know #slow", function()
  local CODE = [[
local x = dg.tensor({ 1, 2 }):to "cuda"
print(table.concat((x + x):to("cpu"):totable(), " "))
]]

  it("makes machine code of the same generation, or what the driver compiles", function()
    for _, arch in ipairs { 86, 90, 121 } do
      says("2 4", CODE, { FAKE_CUDA_ARCH = arch, DGRAPH_CACHE = "none" })
    end
  end)

  it("says so where it is too old", function()
    assert.truthy(fake_cuda(CODE, { FAKE_CUDA_ARCH = 70, DGRAPH_CACHE = "none" }):find(
      "add: cuda: add_map does not compile: NVRTC_ERROR\n-arch=sm_70 is not known", 1, true))
  end)
end)

describe("CUDA's cache of kernels #slow", function()
  local CACHE = os.tmpname()
  local CODE = [[
local x = dg.tensor({ 1, 2 }):to "cuda"
print(message(function() print(table.concat((x - x):to("cpu"):totable(), " ")) end))
]]
  local NOTHING = { DGRAPH_CACHE = CACHE, FAKE_CUDA_EMULATE = "/no such file" }

  setup(function() os.remove(CACHE) end)
  teardown(function() os.execute("rm -rf " .. CACHE) end)

  it("is used by the next process", function()
    assert.truthy(fake_cuda(CODE, NOTHING):find("does not compile", 1, true))
    says("0 0\nno error", CODE, { DGRAPH_CACHE = CACHE })
    says("0 0\nno error", CODE, NOTHING)
  end)

  it("does without what is damaged, cut off or of something else", function()
    for _, damage in ipairs {
      "printf x | dd of=$f bs=1 seek=2000 conv=notrunc 2>/dev/null", "truncate -s -1 $f",
      "echo something else >$f", ": >$f",
    } do
      assert.equal(0, os.execute(("for f in %s/*; do %s; done"):format(CACHE, damage)))
      assert.truthy(fake_cuda(CODE, NOTHING):find("does not compile", 1, true), damage)
      says("0 0\nno error", CODE, { DGRAPH_CACHE = CACHE })
      says("0 0\nno error", CODE, NOTHING)
    end
  end)

  it("is written by several processes at once", function()
    os.execute("rm -rf " .. CACHE)
    local pipes = {}
    local make = ([[DGRAPH_CUDA=%s DGRAPH_NVRTC=%s DGRAPH_CACHE=%s luajit -e '%s' 2>&1]]):format(
      "build/fake_cuda.so", "build/fake_cuda.so", CACHE,
      [[package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
        local dg = require "dgraph"
        local x = dg.tensor({ 1, 2 }):to "cuda"
        print((x - x):to("cpu"):totable()[2])]])
    for i = 1, 3 do
      pipes[i] = io.popen("FAKE_CUDA_EMULATE=$PWD/c/test/fake/emulate.h " .. make)
    end
    for i = 1, 3 do assert.equal("0\n", pipes[i]:read "*a", pipes[i]:close()) end
    local list = io.popen("ls " .. CACHE)
    for name in list:lines() do assert.truthy(name:find "^%x+%.cubin$", name) end
    list:close()
    says("0 0\nno error", CODE, NOTHING)
  end)

  it("is no error where it cannot be written", function()
    says("0 0\nno error", CODE, { DGRAPH_CACHE = "/proc/none" })
  end)
end)
