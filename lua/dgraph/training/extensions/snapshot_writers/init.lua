--- How snapshots get to the disk: `snapshot { writer = snapshot_writers.ProcessWriter() }`. Any
--- function (filename, outdir, target) will do too.
return {
  Writer = require "dgraph.training.extensions.snapshot_writers.writer",
  SimpleWriter = require "dgraph.training.extensions.snapshot_writers.simple_writer",
  ProcessWriter = require "dgraph.training.extensions.snapshot_writers.process_writer",
}
