# layers.awk -- arrows only point down: grad -> op -> node -> tensor -> device -> base.
# usage: nm -A build/*.o build/*/*.o build/device/*/*.o | awk -f layers.awk
# Objects directly in build/ (the cdef text) count as base.

BEGIN {
  split("base device tensor node op grad", order, " ")
  for (i in order) height[order[i]] = i + 0
}

{
  split($1, field, ":")
  object = layer = field[1]
  sub(/^build\//, "", object)
  layer = object
  if (!sub(/\/.*/, "", layer)) layer = "base"
  type = $(NF - 1)
  sub(/.*:/, "", type)
  if (!(layer in height)) {
    print object ": not in any layer"
    bad = 1
  } else if (type == "U" || type == "w") {
    user[++n] = object
    used[n] = $NF
    from[n] = layer
  } else if (type ~ /^[TDBRVWCi]$/) {
    home[$NF] = layer
    where[$NF] = object
  }
}

END {
  for (i = 1; i <= n; i++)
    if (used[i] in home && height[home[used[i]]] > height[from[i]]) {
      print user[i] ": uses " used[i] " of the higher layer, " where[used[i]]
      bad = 1
    }
  if (!NR) { print "layers.awk: no objects"; bad = 1 }
  exit bad
}
