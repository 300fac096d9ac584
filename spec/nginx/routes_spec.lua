-- Every route of lua-resty-dgraph in a real nginx: what it answers, and what it refuses.
local ffi = require "ffi"
local json = require "cjson.safe"
local nginx = require "spec.support.nginx"

local SETUP = [[
  require("resty.dgraph").setup {
    token = "0123456789abcdef", body = 100000, depth = 8,
    models = {
      census = {
        build = function() return require "resty.dgraph.sparse_linear"(123) end,
        optimizer = { "FTRL", { alpha = 0.1 } }, inputs = { sparse = 123 },
        targets = { binary = true }, batch = 100,
      },
      sums = {
        build = function(dg)
          local link = dg.links.Linear(3, 2)
          link.W.data = dg.tensor { { 1, 2, 3 }, { -1, 0, 1 } }
          return link
        end,
        optimizer = function(dg) return dg.optimizers.SGD(0.01) end,
        inputs = { shape = { 3 } }, targets = {}, max_gradient = 1000,
      },
      digits = {
        build = function(dg) return dg.links.Linear(4, 3) end,
        optimizer = { "Adam" }, inputs = { shape = { 2, 2 } }, targets = { classes = 3, first = 0 },
        loss = "softmax_cross_entropy", output = "softmax",
        build = function(dg)
          local Net = dg.Chain:extend "SpecNet"
          function Net:init() self.l = dg.links.Linear(4, 3) end
          function Net:forward(x) return self.l(dg.F.reshape(x, { x.shape[1], 4 })) end
          return Net()
        end,
      },
      fixed = { build = function(dg) return dg.links.Linear(3, 2) end, inputs = { shape = { 3 } } },
    },
  }]]

local EXTRA = [[
    location = /lua {
      content_by_lua_block {
        local model = require("resty.dgraph").model "sums"
        ngx.say(model:predict({ { 1, 0, 0 } })[1][1])
        ngx.say((select(2, model:predict({ { 1 } }))))
        ngx.say((select(2, require("resty.dgraph").model "none")))
        local learnt = model:train({ { 1, 0, 0 } }, { { 1, -1 } })
        ngx.say(learnt.step > 0)
      }
    }
    location = /later {
      content_by_lua_block { ngx.say "ok" }
      log_by_lua_block { require("resty.dgraph").model "census":later({ { 7 } }, { 1 }) }
    }]]

local AUTHORIZED = { Authorization = "Bearer 0123456789abcdef" }

local describe_here = nginx.is_here and describe or pending

describe_here("lua-resty-dgraph #slow", function()
  local server

  setup(function()
    server = nginx.new(SETUP, { extra = EXTRA })
    assert(server:start())
  end)
  teardown(function() server:remove() end)

  local function train(model, instances, targets)
    return server:post("/v1/models/" .. model .. ":train",
      { instances = instances, targets = targets }, AUTHORIZED)
  end

  local function predict(model, instances)
    return server:post("/v1/models/" .. model .. ":predict", { instances = instances })
  end

  it("predicts in the form of TensorFlow Serving", function()
    local response = predict("sums", { { 1, 0, 0 }, { 0, 1, 1 } })
    assert.same({ 200, { predictions = { { 1, -1 }, { 5, 1 } } } },
      { response.status, response.json })
    assert.equal("application/json", response.headers["content-type"])
  end)

  it("takes features by number, with values or without", function()
    local response = predict("census",
      { { 3, 5 }, { indices = { 1 }, values = { 0.5 } }, {} })
    assert.equal(200, response.status, response.body)
    assert.equal(3, #response.json.predictions)
  end)

  it("learns", function()
    local loss
    for _ = 1, 20 do
      local response = train("census", { { 3, 11 }, { 4 } }, { 1, 0 })
      assert.equal(200, response.status, response.body)
      assert.truthy(response.json.step > 0 and response.json.version == 0)
      assert.truthy(not loss or response.json.loss < loss)
      loss = response.json.loss
    end
    local p = predict("census", { { 3, 11 }, { 4 } }).json.predictions
    assert.truthy(p[1][1] > 0.6 and p[2][1] < 0.5)
  end)

  it("learns classes that count from where the options say", function()
    local first, last
    for _ = 1, 100 do
      last = train("digits", { { { 1, 0 }, { 0, 0 } }, { 0, 0, 0, 1 } }, { 0, 2 }).json.loss
      first = first or last
    end
    assert.truthy(last < first)
    local p = predict("digits", { { 1, 0, 0, 0 } }).json.predictions[1]
    assert.truthy(math.abs(p[1] + p[2] + p[3] - 1) < 1e-5)
  end)

  it("learns in steps where there are more instances than one takes", function()
    local before = server:get("/dgraph/status").json.models[1].steps
    local instances, targets = {}, {}
    for i = 1, 70 do instances[i], targets[i] = { 20 + i % 3 }, i % 2 end
    assert.equal(200, train("census", instances, targets).status)
    assert.equal(before + 3, server:get("/dgraph/status").json.models[1].steps)
  end)

  it("speaks the Open Inference Protocol", function()
    local response = server:post("/v2/models/sums/infer", {
      id = "42", inputs = { {
        name = "input", shape = { 2, 3 }, datatype = "FP32", data = { 1, 0, 0, 0, 1, 1 },
      } },
    })
    assert.equal(200, response.status, response.body)
    local output = response.json.outputs[1]
    assert.same({ "42", "sums", "FP32", { 2, 2 }, { 1, -1, 5, 1 } }, {
      response.json.id, response.json.model_name, output.datatype, output.shape, output.data,
    })
  end)

  it("takes features by the Open Inference Protocol", function()
    local function infer(inputs)
      return server:post("/v2/models/census/infer", { inputs = inputs }).json.outputs[1].data
    end
    local ids = {
      name = "indices", shape = { 2, 2 }, datatype = "INT32", data = { 50, 51, 50, -1 },
    }
    train("census", { { 50 } }, { 1 })
    local plain = infer { ids }
    assert.equal(plain[1], plain[2])
    local values = { name = "values", shape = { 2, 2 }, datatype = "FP32", data = { 1, 1, 2, 0 } }
    local twice = infer { ids, values }
    assert.truthy(twice[2] > twice[1])
    assert.equal(plain[1], twice[1])
  end)

  local function binary(type, values, datatype)
    local bytes = ffi.string(ffi.new(type .. "[?]", #values, values), #values * ffi.sizeof(type))
    local head = json.encode {
      inputs = { {
        name = "input", shape = { 1, 3 }, datatype = datatype,
        parameters = { binary_data_size = #bytes },
      } },
      outputs = { { name = "output", parameters = { binary_data = true } } },
    }
    return server:post("/v2/models/sums/infer", head .. bytes,
      { ["Inference-Header-Content-Length"] = #head })
  end

  it("takes and gives tensors as bytes", function()
    for _, case in ipairs {
      { "float", "FP32" }, { "double", "FP64" }, { "int32_t", "INT32" }, { "uint8_t", "UINT8" },
      { "int64_t", "INT64" },
    } do
      local response = binary(case[1], { 0, 1, 1 }, case[2])
      assert.equal(200, response.status, response.body)
      local head = tonumber(response.headers["inference-header-content-length"])
      local described = json.decode(response.body:sub(1, head))
      assert.equal(8, described.outputs[1].parameters.binary_data_size)
      local floats = ffi.cast("const float *", response.body:sub(head + 1) .. "")
      assert.same({ 5, 1 }, { floats[0], floats[1] })
    end
  end)

  it("refuses bytes that are no numbers", function()
    assert.equal(400, binary("double", { 0 / 0, 1, 1 }, "FP64").status)
    assert.equal(400, binary("float", { math.huge, 1, 1 }, "FP32").status)
    local forged = ffi.new("uint32_t[3]", 0xffffffff, 0xfffd8041, 0xffffffff)
    assert.equal(400, binary("uint32_t", { forged[0], forged[1], forged[2] }, "FP32").status)
  end)

  it("tells of itself", function()
    assert.same({ models = { "census", "digits", "fixed", "sums" } }, server:get("/v1/models").json)
    assert.equal("AVAILABLE", server:get("/v1/models/sums").json.model_version_status[1].state)
    local described = server:get("/v1/models/digits/metadata").json.metadata
    assert.same({ { -1, 2, 2 }, { -1, 3 }, 0 },
      { described.inputs.shape, described.outputs.shape, described.targets.first })
    assert.equal("lua-resty-dgraph", server:get("/v2").json.name)
    local model = server:get("/v2/models/sums").json
    assert.same({ "sums", { -1, 3 }, { -1, 2 } },
      { model.name, model.inputs[1].shape, model.outputs[1].shape })
    for _, path in ipairs { "/v2/health/live", "/v2/health/ready", "/v2/models/sums/ready" } do
      assert.equal(200, server:get(path).status, path)
    end
  end)

  it("gives Prometheus its numbers", function()
    predict("sums", { { 1, 0, 0 } })
    local response = server:get "/metrics"
    assert.truthy(response.headers["content-type"]:find "text/plain")
    local text = response.body
    assert.truthy(text:find('dgraph_requests_total{model="sums",route="predict",code="2xx"} %d'))
    assert.truthy(text:find "# TYPE dgraph_predict_seconds histogram")
    local count = tonumber(text:match 'dgraph_predict_seconds_count{model="sums"} (%d+)')
    local infinite = text:match 'dgraph_predict_seconds_bucket{model="sums",le="%+Inf"} (%d+)'
    assert.truthy(count > 0 and count == tonumber(infinite))
    for name, kind in text:gmatch "# TYPE (%S+) (%S+)" do
      assert.truthy(text:find("# HELP " .. name, 1, true) and kind, name)
    end
  end)

  it("tells the page all about a model", function()
    local model = server:get("/dgraph/status").json.models[1]
    assert.same({ "census", "FTRL", 124, true }, {
      model.name, model.optimizer, model.parameters, model.learns,
    })
    assert.equal("SparseLinear", model.layers[1].class)
    assert.truthy(model.workers[1].alive)
    nginx.wait(function() return #server:get("/dgraph/status").json.models[1].series.time > 0 end)
    local page = server:get "/dgraph/"
    assert.truthy(page.status == 200 and page.body:find "<!doctype html>")
    assert.falsy(page.body:find "https?://")
  end)

  it("serves Lua code in other places", function()
    local lines = {}
    for line in server:get("/lua").body:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.same({ "1", "instance 1 is not 3 numbers", "there is no model none", "true" }, lines)
  end)

  it("learns later, when a phase must not wait", function()
    local function steps() return server:get("/dgraph/status").json.models[1].steps end
    local before = steps()
    assert.equal(200, server:get("/later").status)
    assert.truthy(nginx.wait(function() return steps() == before + 1 end))
  end)

  describe("refuses", function()
    local function refused(status, text, response)
      assert.equal(status, response.status, response.body)
      assert.truthy(response.json and response.json.error:find(text, 1, true), response.body)
    end

    it("learning without the token", function()
      local body = { instances = { { 3 } }, targets = { 1 } }
      refused(401, "token", server:post("/v1/models/census:train", body))
      for _, header in ipairs {
        "Bearer 0123456789abcdeg", "Bearer 0123456789abcde",
        "Bearer 0123456789abcdef0123456789abcdef",
        "Basic 0123456789abcdef", "0123456789abcdef", "Bearer",
      } do
        local response = server:post("/v1/models/census:train", body, { Authorization = header })
        refused(401, "token", response)
        assert.equal("Bearer", response.headers["www-authenticate"])
      end
    end)

    it("to teach a model that does not learn", function()
      refused(403, "does not learn", train("fixed", { { 1, 2, 3 } }, { { 1, 2 } }))
    end)

    it("what is no JSON, or of another kind", function()
      for _, body in ipairs {
        "", "{", "[", "nul", "{\"instances\": [[1,2,3]]} x", "{\"instances\": [[NaN,1,2]]}",
        "{\"instances\": [[Infinity,1,2]]}", "\0\1\2", ("["):rep(5000), ("{\"a\":"):rep(100),
      } do
        refused(400, "", server:post("/v1/models/sums:predict", body))
      end
      for _, body in ipairs {
        "1", "\"x\"", "null", "true", "[]", "{}",
      } do
        refused(400, "", server:post("/v1/models/sums:predict", body))
      end
      for _, instances in ipairs {
        "null", "1", "{}", "[]", "[1]", "[[1,2]]", "[[1,2,3,4]]", "[[1,2,\"3\"]]", "[[1,2,null]]",
        "[[[1],[2],[3]]]", "[[1,2,1e39]]", "[[1,2,1e999]]", "[[1,2,true]]",
      } do
        local body = "{\"instances\":" .. instances .. "}"
        refused(400, "", server:post("/v1/models/sums:predict", body))
      end
    end)

    it("features and labels that there are not", function()
      for _, id in ipairs { 0, 124, -1, 1.5, 1e300, "x" } do
        refused(400, "feature 1", predict("census", { { id } }))
      end
      refused(400, "values", predict("census", { { indices = { 1 }, values = { 1, 2 } } }))
      for _, label in ipairs { 3, -1, 0.5, 1e300, "1", { 1 } } do
        refused(400, "target 1", train("digits", { { 0, 0, 0, 1 } }, { label }))
      end
      refused(400, "wanted 1 targets", train("digits", { { 0, 0, 0, 1 } }, { 1, 2 }))
      refused(400, "wanted 1 targets", train("digits", { { 0, 0, 0, 1 } }))
    end)

    it("too much", function()
      local instances = {}
      for i = 1, 101 do instances[i] = { 1 } end
      refused(413, "101 instances", predict("census", instances))
      refused(413, "longer than 100000", server:post("/v1/models/sums:predict", (" "):rep(100001)))
      refused(413, "", server:post("/v1/models/sums:predict", (" "):rep(2100000)))
    end)

    it("gradients that explode, and leaves the model as it was", function()
      local before = predict("sums", { { 1, 2, 3 } }).body
      local response = train("sums", { { 1e6, 1e6, 1e6 } }, { { -1e6, 1e6 } })
      refused(422, "gradient", response)
      refused(422, "", train("sums", { { 3e38, 3e38, 3e38 } }, { { 1, 1 } }))
      assert.equal(before, predict("sums", { { 1, 2, 3 } }).body)
      refused(400, "not finite", predict("sums", { { 3e38, 3e38, 3e38 } }))
    end)

    it("other methods and places", function()
      local response = server:get "/v1/models/sums:predict"
      refused(405, "POST", response)
      assert.equal("POST", response.headers.allow)
      refused(405, "GET", server:post("/metrics", "x"))
      for _, path in ipairs {
        "/", "/v1/models/none", "/v1/models/none:predict", "/dgraph/error",
        "/v1/models/../../etc/passwd", "/v1/models/sums:eval",
        "/%2e%2e/%2e%2e/etc/passwd", "/v1/models/sums%00:predict",
      } do
        assert.truthy(server:get(path).status >= 400 and server:get(path).status < 500, path)
      end
    end)

    it("odd tensors of the Open Inference Protocol", function()
      local function infer(input)
        return server:post("/v2/models/sums/infer", { inputs = { input } })
      end
      for _, input in ipairs {
        { shape = { 1, 3 }, datatype = "FP32", data = { 1, 2 } },
        { shape = { 1, 3 }, datatype = "FP32" },
        { shape = { -1, 3 }, datatype = "FP32", data = { 1, 2, 3 } },
        { shape = { 1.5, 2 }, datatype = "FP32", data = { 1, 2, 3 } },
        { shape = { 1, 3 }, datatype = "BYTES", data = { "a", "b", "c" } },
        { shape = { 3 }, datatype = "FP32", data = { 1, 2, 3 } },
        { shape = { 1, 3 }, datatype = "FP32", parameters = { binary_data_size = 12 } },
        { shape = { 1, 3 }, datatype = "FP32", parameters = { binary_data_size = -12 } },
      } do
        refused(400, "", infer(input))
      end
      refused(400, "Inference-Header", server:post("/v2/models/sums/infer", "{}",
        { ["Inference-Header-Content-Length"] = "99" }))
    end)

    it("without telling of paths or traces, and counts it", function()
      local text = server:get("/metrics").body
      for _, reason in ipairs {
        "token", "closed", "size", "syntax", "shape", "label", "gradient",
      } do
        local sum = 0
        for count in text:gmatch('refused_total{model="%w+",reason="' .. reason .. '"} (%d+)') do
          sum = sum + tonumber(count)
        end
        assert.truthy(sum > 0, reason)
      end
      assert.falsy(server:log():find "%[error%][^\n]*stack traceback")
    end)
  end)
end)
