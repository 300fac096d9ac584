std = "luajit"
max_line_length = 100
files["rocks"] = { std = "+ngx_lua" }
files["spec"] = { std = "+busted" }
files["examples/love"] = { std = "+love" }
files["spec/hosts/love"] = { std = "+love" }
exclude_files = { "build", "lua/dgraph/functions/meta.lua" }
