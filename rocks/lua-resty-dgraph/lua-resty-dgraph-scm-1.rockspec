rockspec_format = "3.0"
package = "lua-resty-dgraph"
version = "scm-1"
source = { url = "git+https://github.com/dgraph-lua/dgraph", dir = "dgraph/rocks/lua-resty-dgraph" }
description = {
  summary = "Models inside nginx that predict and keep learning from requests",
  detailed = [[
    A microservice in ten lines of nginx.conf: predictions and training as JSON, one model shared by
    all workers, checkpoints and a journal so that nothing acknowledged is lost.]],
  homepage = "https://github.com/dgraph-lua/dgraph",
  license = "MIT",
}
-- lua-cjson comes with OpenResty; Debian calls it lua-cjson.
dependencies = { "lua == 5.1", "dgraph", "lua-cjson" }
build = {
  type = "builtin",
  modules = {
    ["resty.dgraph"] = "lib/resty/dgraph.lua",
    ["resty.dgraph.build"] = "lib/resty/dgraph/build.lua",
    ["resty.dgraph.dense"] = "lib/resty/dgraph/dense.lua",
    ["resty.dgraph.gather"] = "lib/resty/dgraph/gather.lua",
    ["resty.dgraph.guard"] = "lib/resty/dgraph/guard.lua",
    ["resty.dgraph.http"] = "lib/resty/dgraph/http.lua",
    ["resty.dgraph.journal"] = "lib/resty/dgraph/journal.lua",
    ["resty.dgraph.keeper"] = "lib/resty/dgraph/keeper.lua",
    ["resty.dgraph.labels"] = "lib/resty/dgraph/labels.lua",
    ["resty.dgraph.learner"] = "lib/resty/dgraph/learner.lua",
    ["resty.dgraph.metrics"] = "lib/resty/dgraph/metrics.lua",
    ["resty.dgraph.model"] = "lib/resty/dgraph/model.lua",
    ["resty.dgraph.options"] = "lib/resty/dgraph/options.lua",
    ["resty.dgraph.page"] = "lib/resty/dgraph/page.lua",
    ["resty.dgraph.placement"] = "lib/resty/dgraph/placement.lua",
    ["resty.dgraph.region"] = "lib/resty/dgraph/region.lua",
    ["resty.dgraph.sparse"] = "lib/resty/dgraph/sparse.lua",
    ["resty.dgraph.sparse_linear"] = "lib/resty/dgraph/sparse_linear.lua",
    ["resty.dgraph.state"] = "lib/resty/dgraph/state.lua",
    ["resty.dgraph.status"] = "lib/resty/dgraph/status.lua",
    ["resty.dgraph.system"] = "lib/resty/dgraph/system.lua",
    ["resty.dgraph.token"] = "lib/resty/dgraph/token.lua",
    ["resty.dgraph.v1"] = "lib/resty/dgraph/v1.lua",
    ["resty.dgraph.v2"] = "lib/resty/dgraph/v2.lua",
    ["resty.dgraph.views"] = "lib/resty/dgraph/views.lua",
  },
  -- What page.lua reads. LuaRocks makes folders of all but the last name, and keeps files' own.
  install = {
    lua = {
      ["resty.dgraph.page.page_html"] = "lib/resty/dgraph/page/page.html",
      ["resty.dgraph.page.page_css"] = "lib/resty/dgraph/page/page.css",
      ["resty.dgraph.page.helpers_js"] = "lib/resty/dgraph/page/helpers.js",
      ["resty.dgraph.page.chart_js"] = "lib/resty/dgraph/page/chart.js",
      ["resty.dgraph.page.attempt_js"] = "lib/resty/dgraph/page/attempt.js",
      ["resty.dgraph.page.view_js"] = "lib/resty/dgraph/page/view.js",
      ["resty.dgraph.page.live_js"] = "lib/resty/dgraph/page/live.js",
    },
  },
}
