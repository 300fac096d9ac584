# harvest.awk -- the header's list of functions, gathered from the sources.
# usage: awk -f harvest.awk c/dgraph.h SOURCE... > new-header
# Of the header everything up to the marker line is kept; below it stands, for each source that has
# any, its functions that begin with DG_API, each with the comment that ends on the line above it.

function fail(message)
{
  print message > "/dev/stderr"
  failed = 1
  exit 1
}

FNR == 1 { nth++; section = doc = proto = "" }

nth == 1 {
  if (!marker) print
  if (/^\/\* ==== Functions: harvested /) {
    marker = 1
    print "/* clang-format off */\n\n#ifndef DG_TYPES_ONLY /* kernels call no operators */"
  }
  next
}

FNR == 1 {
  if (!marker) fail(ARGV[1] ": the marker line of the harvested part is missing")
  name = FILENAME
  sub(/.*\//, "", name)
  if (index($0, "/* " name " -- ") != 1) fail(FILENAME ":1: does not begin with: /* " name " -- ")
  section = substr($0, length("/* " name " -- ") + 1)
  sub(/ *\*\/ *$/, "", section)
  path = FILENAME
  sub(/^c\//, "", path)
}

/^\/\*/ { doc = ""; in_comment = 1 }
in_comment {
  doc = doc $0 "\n"
  if (/\*\//) { in_comment = 0; doc_end = FNR }
  next
}

/^DG_API/ {
  if (doc == "" || doc_end != FNR - 1 || doc_end == 1) fail(FILENAME ":" FNR ": no comment above: " $0)
  if (section != "") printf "\n/* ---- %s: %s */\n", path, section
  section = ""
  in_proto = 1
}
in_proto {
  end = match($0, /[{;]/)
  line = end ? substr($0, 1, RSTART - 1) : $0
  sub(/[ \t]+$/, "", line)
  if (line != "") proto = proto (proto == "" ? "" : "\n") line
  if (end) {
    printf "\n%s%s;\n", doc, proto
    in_proto = 0
    proto = doc = ""
  }
}

END {
  if (failed) exit 1
  print "\n#endif\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif"
}
