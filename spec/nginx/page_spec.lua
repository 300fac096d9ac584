-- The page at /dgraph/: what it is made of, and, where there is Chromium, what it shows.
local nginx = require "spec.support.nginx"

local FOLDER = "rocks/lua-resty-dgraph/lib/resty/dgraph/page/"

local function output_of(command)
  local pipe = io.popen(command)
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function files()
  local list = {}
  for name in output_of("ls " .. FOLDER):gmatch "[^\n]+" do list[#list + 1] = name end
  return list
end

local function read_page(folder)
  return dofile((folder or "rocks/lua-resty-dgraph/lib/resty/dgraph") .. "/page.lua")
end

local VOID = { meta = true, link = true, input = true, path = true }

--- Tags that are not closed, or closed where they are not open.
local function unbalanced(html)
  local open = {}
  html = html:gsub("<!.->", ""):gsub("<(s%a+)([^>]*)>.-</%1>", function(tag, rest)
    if tag == "style" or tag == "script" then return ("<%s%s></%s>"):format(tag, rest, tag) end
  end)
  for slash, tag, rest in html:gmatch "<(/?)(%w+)([^>]*)>" do
    if slash == "/" then
      if table.remove(open) ~= tag then return tag end
    elseif not VOID[tag] and rest:sub(-1) ~= "/" then
      open[#open + 1] = tag
    end
  end
  return open[1]
end

describe("the page", function()
  local page = read_page()
  local html = page:gsub("<style>.*</style>", ""):gsub("<script>.*</script>", "")
  local script = page:match "<script>(.*)</script>"
  local ids = {}
  for id in html:gmatch ' id="([%w-]+)"' do ids[id] = (ids[id] or 0) + 1 end

  it("is one small text of all its files", function()
    assert.truthy(#page < 60000, #page)
    assert.falsy(page:find "@%l+@")
    for _, name in ipairs(files()) do
      local text = nginx.read(FOLDER .. name)
      local part = name:find "html$" and text:match "<main.*</main>" or text
      assert.truthy(page:find(part, 1, true), name)
    end
  end)

  it("is whole", function()
    assert.is_nil(unbalanced(page))
    assert.equal("p", unbalanced "<p>it <b>is</p>")
  end)

  it("names nothing outside", function()
    assert.falsy(page:find "https?://")
    assert.falsy(page:find "@import")
    assert.falsy(page:find "url%(")
    for value in html:gmatch ' [hs]r[ec]f?="([^"]*)"' do
      assert.truthy(value:find "^#" or value:find "^data:" or value == "status"
        or value == "../metrics", value)
    end
  end)

  it("puts what servers say into texts only", function()
    for _, name in ipairs {
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
    } do
      assert.falsy(script:find(name, 1, true), name)
    end
    for _, name in ipairs { "localStorage", "sessionStorage", "document.cookie" } do -- the token
      assert.falsy(script:find(name, 1, true), name)
    end
  end)

  it("has each element that the script looks for, once", function()
    local count = 0
    for _, pattern in ipairs { '%$%("([%w-]+)"%)', 'table%("([%w-]+)"' } do
      for id in script:gmatch(pattern) do
        assert.equal(1, ids[id], id)
        count = count + 1
      end
    end
    assert.truthy(count > 30, count)
    for id, times in pairs(ids) do assert.equal(1, times, id) end
  end)

  it("has a name for each field and region", function()
    for _, attribute in ipairs { "for", "aria%-labelledby", "aria%-describedby" } do
      for id in html:gmatch(" " .. attribute .. '="([%w-]+)"') do assert.equal(1, ids[id], id) end
    end
    for tag in html:gmatch "<%a+[^>]*>" do
      local kind, id = tag:match "^<(%a+)", tag:match ' id="([%w-]+)"'
      if kind == "input" or kind == "textarea" then
        assert.truthy(html:find(('<label for="%s"'):format(id), 1, true), tag)
      elseif kind == "canvas" or tag:find 'role="tablist"' then
        assert.truthy(tag:find "aria%-label=", tag)
      end
    end
  end)

  it("knows every reason of refusals", function()
    local source = nginx.read "rocks/lua-resty-dgraph/lib/resty/dgraph/region.lua"
    local reasons = script:match "const REASONS = (%b{})"
    for reason in source:match("region.REASONS = (%b{})"):gmatch '"([%w_]+)"' do
      assert.truthy(reasons:find("%f[%w_]" .. reason .. ": \""), reason)
    end
  end)

  it("is installed whole by make and by LuaRocks", function()
    local folder = output_of "mktemp -d":match "[^\n]+"
    finally(function() os.execute("rm -rf " .. folder) end)
    output_of("make -s -C rocks/lua-resty-dgraph install LUADIR=" .. folder)
    assert.equal(page, read_page(folder .. "/resty/dgraph"))

    local rock, named = {}, {}
    local chunk = assert(loadfile "rocks/lua-resty-dgraph/lua-resty-dgraph-scm-1.rockspec")
    setfenv(chunk, rock)()
    for module, path in pairs(rock.build.install.lua) do
      assert.truthy(module:find "^resty%.dgraph%.page%.[%w_]+$", module)
      named[path:match "[^/]+$"] = true
    end
    for _, name in ipairs(files()) do assert.truthy(named[name], name) end
  end)
end)

-- In a browser ----------------------------------------------------------------------------------

local SETUP = [[
  require("resty.dgraph").setup {
    open = true, state = "state",
    models = {
      digits = {
        build = function(dg)
          return dg.Sequential(dg.L.Linear(784, 100), dg.F.relu, dg.L.Linear(100, 10))
        end,
        optimizer = { "Adam" }, inputs = { shape = { 784 } },
        targets = { classes = 10, first = 0 }, max_gradient = 1000,
      },
      fixed = { build = function(dg) return dg.L.Linear(3, 2) end, inputs = { shape = { 3 } } },
    },
  }]]

-- The page, with a status that something has happened to.
local EXTRA = [[
  location ~ ^/(hurt|away)/$ {
    content_by_lua_block {
      ngx.header.content_type = "text/html; charset=utf-8"
      ngx.print(require "resty.dgraph.page")
    }
  }
  location = /away/status {
    content_by_lua_block {
      local counts = require "resty.dgraph"
      counts.asked = (counts.asked or 0) + 1
      ngx.exit(500)
    }
  }
  location = /away/asked { content_by_lua_block { ngx.print(require("resty.dgraph").asked) } }
  location = /hurt/status {
    content_by_lua_block {
      local text = ngx.location.capture("/dgraph/status").body
      for from, to in pairs {
        ['"failures_in_a_row":0'] = '"failures_in_a_row":3', ['"alive":true'] = '"alive":false',
        ['"rollbacks":0'] = '"rollbacks":2',
      } do
        local count
        text, count = text:gsub(from, to)
        assert(count > 0, from)
      end
      ngx.header.content_type = "application/json"
      ngx.print(text)
    }
  }]]

local describe_here = nginx.is_here and describe or pending
local chromium = output_of "command -v chromium":match "[^\n]+"

describe_here("the page in nginx #slow", function()
  local server

  setup(function()
    server = nginx.new(SETUP, { extra = EXTRA })
    assert(server:start())
    local instance = {}
    for i = 1, 784 do instance[i] = i % 3 / 2 end
    for label = 0, 4 do
      local response = server:post("/v1/models/digits:train",
        { instances = { instance }, targets = { label } })
      assert.equal(200, response.status)
    end
    server:post("/v1/models/digits:train", { instances = { instance }, targets = { 10 } })
    server:post("/v1/models/digits:predict", { instances = { instance } })
    assert(nginx.wait(function()
      local series = server:get("/dgraph/status").json.models[1].series
      return (series.steps[#series.steps] or 0) >= 5
    end))
  end)

  teardown(function() server:remove() end)

  it("is served so that nothing else can be loaded", function()
    local response = server:get "/dgraph/"
    assert.same({ 200, read_page() }, { response.status, response.body })
    local headers = response.headers
    assert.equal("text/html; charset=utf-8", headers["content-type"])
    local policy = headers["content-security-policy"]
    for _, rule in ipairs {
      "default-src 'none'", "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    } do
      assert.truthy(policy:find(rule, 1, true), rule)
    end
  end)

  --- What Chromium makes of it, and what it complains about.
  local function show(path)
    if not chromium then pending "there is no chromium" end
    local options = "--headless --no-sandbox --disable-gpu --enable-logging=stderr "
      .. "--virtual-time-budget=3000 --user-data-dir=" .. server.prefix .. "/chromium"
    local dom = output_of(("timeout 100 %s %s --dump-dom 'http://127.0.0.1:%d/%s' 2>%s")
      :format(chromium, options, server.port, path, server.prefix .. "/complaints"))
    local complaints = {}
    for line in nginx.read(server.prefix .. "/complaints"):gmatch "[^\n]*CONSOLE[^\n]*" do
      complaints[#complaints + 1] = line
    end
    return dom, complaints
  end

  it("shows a model that learns, live", function()
    local dom, complaints = show "dgraph/#digits"
    assert.same({}, complaints)
    for _, text in ipairs {
      "<title>digits · dgraph</title>", '<h1 id="name">digits</h1>',
      "784 numbers → 10 classes · 79,510 parameters", 'data-state="ok"', ">live</span>",
      "<dt>Steps</dt><dd><span>5</span>", "<dt>Examples learnt</dt><dd><span>5</span>",
      "<span>at work</span>", "<span>/0</span>", "<span>W 100 × 784, b 100</span>",
      "<span>78,500</span>", "a label or feature that there is not", 'class="line one" d="M',
      "<b>Checkpoint</b>", "Gradients longer than 1,000 are refused.", 'aria-selected="true"',
    } do
      assert.truthy(dom:find(text, 1, true), text)
    end
  end)

  it("shows a model that only predicts", function()
    local dom, complaints = show "dgraph/#fixed"
    assert.same({}, complaints)
    for _, text in ipairs {
      '<h1 id="name">fixed</h1>', "3 numbers → 2 numbers · 8 parameters", "does not learn",
      "Nothing has been refused.", "It has not learnt yet",
    } do
      assert.truthy(dom:find(text, 1, true), text)
    end
    assert.falsy(dom:find("<dt>Steps</dt>", 1, true))
  end)

  it("says in words what is wrong", function()
    local dom, complaints = show "hurt/#digits"
    assert.same({}, complaints)
    for _, pattern in ipairs {
      'data%-state="bad">.-<b>Checkpoint</b><span class="state">problem</span>.-3 attempts failed',
      'data%-state="warn">.-<b>Guard</b><span class="state">attention</span>.-Taken back 2 times',
      'data%-state="warn">.-<b>Workers</b><span class="state">attention</span>.-0 of 1 are at work',
    } do
      assert.truthy(dom:find(pattern), pattern)
    end
  end)

  it("says that the server is away", function()
    local dom, complaints = show "away/"
    assert.truthy(dom:find("No answer from the server. This page keeps trying.", 1, true))
    assert.truthy(dom:find 'id="connection"[^>]*data%-state="bad"')
    assert.truthy(dom:find '<main[^>]* hidden')
    assert.same({}, complaints)
    local asked = tonumber(server:get("/away/asked").body)
    assert.truthy(asked >= 2 and asked <= 4, asked)
  end)
end)
