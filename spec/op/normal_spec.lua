local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local INF, NAN = 1 / 0, 0 / 0

op_case("erfc", {
  f = F.erfc,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { 1 },
  known = { { { 0, 1, -INF, INF, 10 },
    { 1, 0.15729920705028513, 2, 0, 2.088487583762545e-45 }, rtol = 1e-12, atol = 0 } },
})

op_case("erfcx", {
  f = F.erfcx,
  inputs = function(r) return { r(-1, 2) } end,
  overwritten = { 1, "y" },
  known = { { { 0, 1, -1, 30, 1e200, -30, INF, -INF }, { 1, 0.427583576155807, 5.00898008076228,
    0.018795888861416751, 5.641895835477563e-201, INF, 0, INF }, rtol = 1e-13, atol = 0 } },
})

op_case("erfinv", {
  f = F.erfinv,
  inputs = function(r) return { r(-0.9, 0.9) } end,
  overwritten = { "y" },
  known = { { { 0, 0.5, -0.99, 1, -1, 1.1, 1e-300 }, { 0, 0.4769362762044699, -1.8213863677184496,
    INF, -INF, NAN, 8.862269254527581e-301 }, rtol = 1e-14, atol = 0 } },
})

op_case("erfcinv", {
  f = F.erfcinv,
  inputs = function(r) return { r(0.1, 1.9) } end,
  overwritten = { "y" },
  known = { { { 1, 0.5, 1.5, 0, 2, -0.1, 2.1, 1e-300 },
    { 0, 0.4769362762044699, -0.4769362762044699, INF, -INF, NAN, NAN, 26.209469960516 },
    rtol = 1e-13, atol = 0 } },
})

op_case("ndtr", {
  f = F.ndtr,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { 1 },
  known = { { { 0, 1, -INF, INF, -10 }, { 0.5, 0.8413447460685429, 0, 1, 7.61985302416052e-24 },
    rtol = 1e-13, atol = 0 } },
})

op_case("ndtri", {
  f = F.ndtri,
  inputs = function(r) return { r(0.1, 0.9) } end,
  overwritten = { "y" },
  known = { { { 0.5, 0.975, 0, 1, -0.1, 1.1, 1e-20 }, { 0, 1.959963984540054, -INF, INF, NAN, NAN,
    -9.262340089798408 }, rtol = 1e-14, atol = 0 } },
})

op_case("log_ndtr", {
  f = F.log_ndtr,
  inputs = function(r) return { r(-3, 3) } end,
  overwritten = { 1 },
  known = { { { 0, -INF, INF, -1000, 5 }, { -0.6931471805599453, -INF, 0, -500007.8266948112,
    -2.866516129637636e-07 }, rtol = 1e-13, atol = 0 } },
})
