local distribution_case = require "spec.support.distribution_case"

distribution_case("Gumbel", {
  names = { "loc", "scale" },
  params = { { 0.5, -1 }, { { 1 }, { 2 } } },
  other = { { 0, 1 }, { { 1.5 }, { 2.5 } } },
  batch = { 2, 2 },
  x = { { { 0.1, -2 }, { 3, 0 } }, { { -1, 1 }, { 0.6, 0.4 } } },
  support = "real",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  integrate = { -20, 50 },
})
