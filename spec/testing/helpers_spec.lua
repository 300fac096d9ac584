local dg = require "dgraph"
local counts = require "spec.support.counts"
local fake_cuda = require "spec.support.fake_cuda"
local settle = require "spec.support.settle"
local support = require "spec.support.training"

local F, testing = dg.F, dg.testing

local function some_case()
  local Case = testing.FunctionTestCase:extend "add"
  Case.skip_backward_test, Case.skip_double_backward_test = true, true
  function Case:generate_inputs() return dg.random.uniform(0, 1, { self.size or 2 }) end
  function Case:forward(inputs) return inputs[1] + (self.by or 0) end
  function Case:forward_expected(inputs) return inputs[1] + (self.by or 0) end
  return Case
end

local function names_of(case)
  local names = {}
  for name in case:tests() do names[#names + 1] = name end
  return names
end

describe("product", function()
  it("takes one value from each list, the last name fastest", function()
    assert.same({
      { a = 1, b = "x" }, { a = 1, b = "y" }, { a = 2, b = "x" }, { a = 2, b = "y" },
    }, testing.product { b = { "x", "y" }, a = { 1, 2 } })
    assert.same({ {} }, testing.product {})
    assert.same({}, testing.product { a = {} })
  end)

  it("joins tables from lists of them", function()
    local wanted = { { a = 1, c = 5 }, { a = 1, c = 6 }, { a = 2, b = 3, c = 5 },
      { a = 2, b = 3, c = 6 } }
    local first, second = { { a = 1 }, { a = 2, b = 3 } }, { { c = 5 }, { c = 6 } }
    assert.same(wanted, testing.product { first, second })
    assert.same(wanted, testing.product_dict(first, second))
    assert.same({ { a = 2 } }, testing.product_dict({ { a = 1 } }, { { a = 2 } }))
  end)

  it("tells what is no list", function()
    assert.error_matches(function() testing.product { a = 3 } end,
      "^product: a must be a list, got 3")
    assert.error_matches(function() testing.product(3) end,
      "^product: the parameter must be a list, got 3")
    assert.error_matches(function() testing.product_dict({}, 3) end,
      "^product_dict: argument 2 must be a list, got 3")
  end)
end)

describe("parameterize", function()
  it("runs a class for each table, whose values are fields", function()
    local Case = testing.parameterize({ by = 1 }, { by = 2, size = 3 })(some_case())
    assert.same({ "test_forward by=1", "test_forward by=2, size=3" }, names_of(Case))
    assert.equal(2, Case:run())
    assert.same({ "test_forward" }, names_of(some_case()))
    local Twice = testing.parameterize({ size = 1 }, { size = 4 })(
      testing.parameterize({ by = 1 }, { by = 2 })(some_case()))
    assert.same({ "test_forward by=1, size=1", "test_forward by=1, size=4",
      "test_forward by=2, size=1", "test_forward by=2, size=4" }, names_of(Twice))
    assert.equal(2, testing.parameterize({ skip_backward_test = false }, {})(some_case()):run() - 1)
  end)

  it("tells parameters in errors, and what it cannot take", function()
    local Case = some_case()
    function Case.forward_expected(_, inputs) return inputs[1] + 1 end
    for _, test in testing.parameterize { by = 3, of = { 1, "x" } }(Case):tests() do
      local ok, problem = pcall(test)
      assert.is_false(ok)
      assert.matches('add: test_forward by=3, of={1, "x"}: output 1: 2 of 2', tostring(problem))
    end
    assert.error_matches(function() testing.parameterize(3) end,
      "^parameterize: argument 1 must be a list, got 3")
    assert.error_matches(function() testing.parameterize {}(print) end,
      "^parameterize: wanted a class of tests, got a function")
  end)
end)

describe("inject_backend_tests", function()
  it("runs tests on what is there", function()
    local has_card = dg.cuda.is_available()
    local Case = testing.inject_backend_tests(nil, { {}, { use_cuda = true } })(some_case())
    assert.equal(has_card and 2 or 1, #names_of(Case))
    assert.equal("test_forward", names_of(Case)[1])
    assert.equal(0, #names_of(testing.inject_backend_tests(nil, {})(some_case())))
    local Other = testing.inject_backend_tests({ "test_other" }, { {}, {} })(some_case())
    function Other.test_other() end
    assert.same({ "test_forward", "test_other", "test_other" }, names_of(Other))
    assert.error_matches(function() testing.inject_backend_tests(nil, { { use_gpu = true } }) end,
      "^BackendConfig: unknown option \"use_gpu\"")
    assert.error_matches(function() testing.inject_backend_tests("test_forward", {}) end,
      "^inject_backend_tests: method_names must be a list")
  end)

  it("runs them on a card, the stand-in here #slow", function()
    assert.equal("test_forward, test_forward on cuda:0\tcpu cuda:0 2\tcuda:0", fake_cuda([[
local testing = dg.testing
local Case = testing.FunctionTestCase:extend "identity"
local seen = {}
function Case:generate_inputs() return dg.ones(3) end
function Case:forward(inputs, device)
  assert(inputs[1].device == device)
  seen[#seen + 1] = device
  return inputs[1] * 1
end
function Case:forward_expected(inputs) return inputs[1] end
Case.skip_backward_test, Case.skip_double_backward_test = true, true
Case.contiguous = "C"
Case = testing.inject_backend_tests(nil, { {}, { use_cuda = true }, { use_cuda = true,
  cuda_device = 9 } })(Case)
local names = {}
for name in Case:tests() do names[#names + 1] = name end
local count = Case:run()
print(table.concat(names, ", "), table.concat(seen, " ") .. " " .. count,
  testing.BackendConfig({ use_cuda = true }):get_array({ dg.ones(1) })[1].device)
]]))
  end)
end)

describe("fix_random", function()
  it("has a function draw the same numbers, and puts dg.random back", function()
    local f = testing.fix_random()(function(n)
      return dg.rand(n):totable(), testing.generate_seed()
    end)
    dg.seed(5)
    local wanted = dg.rand(3):totable()
    dg.seed(5)
    local a, seed = f(3)
    assert.same({ a, seed }, { f(3) })
    assert.same(wanted, dg.rand(3):totable())
    assert.is_true(seed >= 0 and seed % 1 == 0)
    local fails = testing.fix_random()(function() error("stop", 0) end)
    dg.seed(5)
    assert.same({ false, "stop" }, { pcall(fails) })
    assert.same(wanted, dg.rand(3):totable())
    assert.error_matches(testing.generate_seed, "^generate_seed: random numbers are not fixed here")
  end)

  it("does not begin anew inside of another", function()
    local inner = testing.fix_random()(function() return dg.rand(1):item() end)
    local outer = testing.fix_random()(function()
      return { inner(), inner(), dg.rand(1):item() }
    end)
    local list = outer()
    assert.not_equal(list[1], list[2])
    assert.not_equal(list[2], list[3])
    assert.same(list, outer())
  end)

  it("fixes those of a class of tests", function()
    local drawn = {}
    local Case = some_case()
    function Case.forward_expected(_, inputs)
      drawn[#drawn + 1] = inputs[1][1]:item()
      return inputs[1]
    end
    local Fixed = testing.fix_random()(Case)
    Fixed:run()
    Fixed:run()
    Case:run()
    assert.equal(drawn[1], drawn[2])
    assert.not_equal(drawn[1], drawn[3])
    assert.error_matches(function() testing.fix_random()(3) end,
      "^fix_random: wanted a function or a class of tests")
  end)
end)

describe("generate_matrix", function()
  it("has the singular values that are wanted", function()
    for _, shape in ipairs { { 3, 3 }, { 2, 4 }, { 2, 4, 2 } } do
      local k = math.min(shape[#shape], shape[#shape - 1])
      local values = {}
      for i = 1, k do values[i] = 4 - i end
      local a = testing.generate_matrix(shape, "float64", { singular_values = values })
      assert.same(shape, a.shape)
      local _, s = F.svd(a)
      testing.assert_allclose(s, F.broadcast_to(dg.tensor(values, "float64"), s.shape), 1e-10)
    end
    assert.equal("float64", testing.generate_matrix({ 2, 2 }, { singular_values = 1 }).dtype)
    local a = testing.generate_matrix({ 2, 2 }, "float32", { singular_values = 1 })
    assert.equal("float32", a.dtype)
    testing.assert_allclose(F.matmul(a, a, false, true), dg.eye(2))
  end)

  it("tells what cannot be", function()
    assert.error_matches(function() testing.generate_matrix({ 2 }, { singular_values = 1 }) end,
      "^generate_matrix: a matrix has two axes or more")
    assert.error_matches(function() testing.generate_matrix({ 2, 2 }) end,
      "^generate_matrix: singular_values are missing")
    assert.error_matches(function()
      testing.generate_matrix({ 2, 2 }, { singular_values = { 1, -1 } })
    end, "^generate_matrix: a singular value is negative")
    assert.error_matches(function()
      testing.generate_matrix({ 2, 2 }, { singular_values = { 1, 1, 1 } })
    end, "broadcast_to")
  end)
end)

describe("save_and_load", function()
  it("takes a state through a file, which is gone then", function()
    local src, dst = dg.L.Linear(2, 3), dg.L.Linear(nil, 3)
    testing.save_and_load_npz(src, dst)
    assert.equal(support.bits(src), support.bits(dst))
    local path
    testing.save_and_load(src, dst, function(at, link)
      path = at
      return dg.serializers.save_safetensors(at, link)
    end, dg.serializers.load_safetensors)
    assert.is_nil(io.open(path))
    assert.error_matches(function()
      testing.save_and_load(src, dst, function() return nil, "no room" end, print)
    end, "^save_and_load: no room")
    assert.error_matches(function()
      testing.save_and_load(src, dst, dg.serializers.save_npz, function() return nil, "torn" end)
    end, "^save_and_load: torn")
    assert.error_matches(function() testing.save_and_load_npz(src, dg.L.Linear(5, 3)) end, "W")
  end)
end)

describe("get_trainer_with_mock_updater", function()
  it("counts iterations and epochs, and does nothing else", function()
    local out = support.folder()
    local trainer = testing.get_trainer_with_mock_updater({ 5, "iteration" }, 2, out)
    local seen, updates = {}, 0
    function trainer.updater.update_core() updates = updates + 1 end
    trainer:extend(function(each)
      local u = each.updater
      seen[#seen + 1] = { u.iteration, u.epoch, u.epoch_detail, u.previous_epoch_detail,
        u.is_new_epoch }
    end, { trigger = { 1, "iteration" }, name = "look" })
    trainer:run()
    os.execute("rm -rf " .. out)
    assert.same({ { 1, 0, 0.5, 0, false }, { 2, 1, 1, 0.5, true }, { 3, 1, 1.5, 1, false },
      { 4, 2, 2, 1.5, true }, { 5, 2, 2.5, 2, false } }, seen)
    assert.equal(5, updates)
  end)

  it("ends after 10 iterations, which are an epoch; its state can be saved", function()
    local out = support.folder()
    local trainer = testing.get_trainer_with_mock_updater(nil, nil, out)
    trainer:extend(dg.training.extensions.snapshot { filename = "s" })
    trainer:run()
    assert.same({ 10, 1 }, { trainer.updater.iteration, trainer.updater.epoch })
    local other = testing.get_trainer_with_mock_updater({ 12, "iteration" }, nil, out)
    other:extend(dg.training.extensions.snapshot { filename = "s", autoload = true })
    other:run()
    os.execute("rm -rf " .. out)
    assert.equal(12, other.updater.iteration)
    assert.equal(1.2, other.updater.epoch_detail)
  end)
end)

describe("dg.testing", function()
  it("leaves nothing behind", function()
    local function work()
      testing.generate_matrix({ 2, 2 }, { singular_values = 1 })
      testing.save_and_load_npz(dg.L.Linear(2, 3), dg.L.Linear(nil, 3))
      testing.parameterize({ by = 1 }, { by = 2 })(some_case()):run()
    end
    work()
    settle()
    local before = counts()
    work()
    settle()
    assert.same(before, counts())
  end)
end)
