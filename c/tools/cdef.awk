# cdef.awk -- c/dgraph.h as the text that LuaJIT's ffi.cdef reads, in a C string.
# usage: awk -f cdef.awk c/dgraph.h > build/cdef.c

BEGIN {
  print "/* cdef.c -- written by c/tools/cdef.awk from c/dgraph.h. */"
  print "extern const char dg_cdef_text[];"
  print "const char dg_cdef_text[] ="
}

# Comments, which may begin and end anywhere.
{
  line = ""
  rest = $0
  while (rest != "") {
    if (in_comment) {
      if (!(at = index(rest, "*/"))) break
      rest = substr(rest, at + 2)
      in_comment = 0
    } else if (at = index(rest, "/*")) {
      line = line substr(rest, 1, at - 1)
      rest = substr(rest, at + 2)
      in_comment = 1
    } else {
      line = line rest
      break
    }
  }
  sub(/\/\/.*/, "", line)
}

# The preprocessor: what is only for C++ goes as a whole, else just the directives.
continued { continued = line ~ /\\$/; next }
line ~ /^ *#/ {
  if (line ~ /^ *# *if/) depth++
  if (line ~ /^ *# *ifdef +__cplusplus/) cplusplus = depth
  if (line ~ /^ *# *else/ && cplusplus == depth) cplusplus = 0
  if (line ~ /^ *# *endif/) { if (cplusplus == depth) cplusplus = 0; depth-- }
  continued = line ~ /\\$/
  next
}
cplusplus { next }

{
  sub(/^DG_API +/, "", line)
  sub(/[ \t]+$/, "", line)
  gsub(/\\/, "\\\\", line)
  gsub(/"/, "\\\"", line)
  if (line != "") printf "  \"%s\\n\"\n", line
}

END { print "  ;" }
