--- Training: the loop, and what happens in it beside updates.
local extension = require "dgraph.training.extension"

return {
  Trainer = require "dgraph.training.trainer",
  Updater = require "dgraph.training.updater",
  StandardUpdater = require "dgraph.training.standard_updater",
  Extension = extension.Extension,
  make_extension = extension.make_extension,
  PRIORITY_WRITER = extension.PRIORITY_WRITER,
  PRIORITY_EDITOR = extension.PRIORITY_EDITOR,
  PRIORITY_READER = extension.PRIORITY_READER,
  get_trigger = require "dgraph.training.triggers.get_trigger",
  triggers = require "dgraph.training.triggers",
  updaters = {
    StandardUpdater = require "dgraph.training.standard_updater",
  },
  extensions = require "dgraph.training.extensions",
}
