-- What the READMEs say about nginx, done: their configuration among Debian's own, their commands.
local nginx = require "spec.support.nginx"
local client = require "spec.support.http_client"

--- Debian's nginx.conf, as far as it matters.
local DEBIAN = [[
user www-data;
worker_processes 2;
pid nginx.pid;
error_log logs/error.log;
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
events { worker_connections 768; }
http {
  access_log off; gzip on; default_type application/octet-stream;
  client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
  lua_package_path "%s/rocks/lua-resty-dgraph/lib/?.lua;%s/lua/?.lua;%s/lua/?/init.lua;;";
  include conf.d/*.conf;
}
]]

local describe_here = nginx.is_here and describe or pending

describe_here("make serve #slow", function()
  it("starts a model of digits that predicts and learns", function()
    local pipe = io.popen "mktemp -d"
    local folder, port = pipe:read "*l", client.free_port()
    pipe:close()
    pipe = io.popen(("rocks/lua-resty-dgraph/serve/start %d %s >%s/out 2>&1 & echo $!"):format(
      port, folder, folder))
    local server = nginx.adopt(tonumber(pipe:read "*l"), port, folder)
    pipe:close()
    finally(function() server:remove() end)
    assert(nginx.wait(function()
      local connection = client.connect(port)
      if connection then connection:close() end
      return connection
    end), nginx.read(folder .. "/out"))
    local set = select(2, require("dgraph").datasets.get_mnist())
    local instances, targets, right = {}, {}, 0
    for i = 1, 100 do
      local example = set[i]
      instances[i], targets[i] = example[1]:totable(), example[2]:item() - 1
    end
    local response = server:post("/v1/models/digits:predict", { instances = instances })
    for i, row in ipairs(response.json.predictions) do
      local best = 1
      for k = 2, 10 do if row[k] > row[best] then best = k end end
      if best - 1 == targets[i] then right = right + 1 end
    end
    assert.truthy(right >= 80, right)
    response = server:post("/v1/models/digits:train", { instances = instances, targets = targets })
    assert.same({ 200, 4 }, { response.status, response.json.step })
  end)
end)

describe_here("nginx by the README #slow", function()
  local configuration, commands

  setup(function()
    local text = nginx.read "README.md"
    local section = text:match "### nginx\n(.-)\n## "
    configuration = section:match "```nginx\n(.-)```"
    commands = {}
    for line in section:gmatch "    (curl [^\n]+)" do commands[#commands + 1] = line end
  end)

  it("is the same in the rock's own", function()
    local text = nginx.read "rocks/lua-resty-dgraph/README.md"
    assert.equal(configuration, text:match "```nginx\n(.-)```")
    for _, command in ipairs(commands) do
      assert.truthy(text:find("\n" .. command .. "\n", 1, true), command)
    end
  end)

  it("has about ten lines, predicts and learns", function()
    local lines = select(2, configuration:gsub("\n", "\n"))
    assert.truthy(lines <= 12, lines)
    local server = nginx.new ""
    finally(function() server:remove() end)
    local here = server.checkout
    os.execute(("chmod 755 %s; mkdir -p %s/conf.d; install -d -o www-data %s/kept"):format(
      server.prefix, server.prefix, server.prefix))
    nginx.write(server.prefix .. "/nginx.conf", DEBIAN:format(here, here, here))
    local text, count = configuration:gsub("/var/lib/dgraph", server.prefix .. "/kept")
    assert.equal(1, count)
    nginx.write(server.prefix .. "/conf.d/dgraph.conf", (text:gsub("8080", server.port)))
    server.workers = 2
    assert(server:start())

    local answers = {}
    assert.equal(2, #commands)
    for i, command in ipairs(commands) do
      local pipe = io.popen("curl -s " .. command:gsub("^curl ", ""):gsub("8080", server.port))
      answers[i] = pipe:read "*a"
      pipe:close()
    end
    assert.truthy(answers[1]:find '^{"loss":[%d.]+,"step":1,"version":%d}$', answers[1])
    assert.truthy(answers[2]:find '^{"predictions":%[%[0%.%d+%]%]}$', answers[2])
    assert.truthy(server:get("/dgraph/").body:find "<!doctype html>")

    -- The folder is the workers' own, although root's master has made what is in it.
    assert(nginx.wait(function()
      return server:get("/dgraph/status").json.models[1].checkpoint.version > 0
    end))
    server:kill()
    assert(server:start())
    assert.equal(answers[2], server:post("/v1/models/scores:predict",
      { instances = { { 0.1, 0.2, 0.3 } } }).body)
    assert.truthy(client.connect(server.port))
  end)
end)
