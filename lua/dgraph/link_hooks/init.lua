--- Hooks that watch links.
return {
  LinkHook = require "dgraph.link_hooks.link_hook",
  TimerHook = require "dgraph.link_hooks.timer_hook",
  SpectralNormalization = require "dgraph.link_hooks.spectral_normalization",
  WeightStandardization = require "dgraph.link_hooks.weight_standardization",
}
