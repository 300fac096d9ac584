--- Hooks that watch operators.
return {
  FunctionHook = require "dgraph.function_hooks.function_hook",
  TimerHook = require "dgraph.function_hooks.timer_hook",
  PrintHook = require "dgraph.function_hooks.print_hook",
  MemoryHook = require "dgraph.function_hooks.memory_hook",
}
