local F = require("dgraph").F
local reference = require "spec.support.reference"

local function zeta(x, q) return F.zeta(x.data, q) end -- x has no gradient

reference("special", {
  lgamma = F.lgamma,
  ["lgamma negative"] = F.lgamma,
  digamma = F.digamma,
  ["digamma negative"] = F.digamma,
  polygamma = F.polygamma,
  zeta = zeta,
  ["zeta negative"] = zeta,
  erfc = F.erfc,
  erfcx = F.erfcx,
  erfinv = F.erfinv,
  erfcinv = F.erfcinv,
  ndtr = F.ndtr,
  ndtri = F.ndtri,
  log_ndtr = F.log_ndtr,
}, { relative = 1e-12 })
