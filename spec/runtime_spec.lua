local dg = require "dgraph"

describe("runtime", function()
  it("tells what dgraph runs on", function()
    local info = dg.runtime_info()
    assert.equal(dg.get_num_threads(), info.threads)
    assert.is_truthy(({ base = true, avx2 = true, avx512 = true })[info.instructions])
    assert.is_truthy(info.matmul:find "^openblas" or info.matmul:find "^built%-in")
  end)

  it("sets the number of threads", function()
    local before = dg.get_num_threads()
    dg.set_num_threads(2)
    assert.equal(2, dg.get_num_threads())
    dg.set_num_threads(before)
  end)

  it("refuses a number of threads that makes no sense", function()
    assert.has_error(function() dg.set_num_threads(0) end,
      "set_num_threads: wanted 1 to 256 threads, got 0")
    assert.has_error(function() dg.set_num_threads(1.5) end)
  end)
end)
