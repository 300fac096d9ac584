--- Hooks that watch links.
return {
  LinkHook = require "dgraph.link_hooks.link_hook",
  TimerHook = require "dgraph.link_hooks.timer_hook",
}
