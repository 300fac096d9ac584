# embed.awk -- the sources of CUDA kernels as C strings, for NVRTC.
# usage: awk -f embed.awk FILE... > build/cuda_texts.c
# c/device/cuda/reduce.cu becomes "reduce"; a header keeps the name by which it is included.

BEGIN {
  print "/* cuda_texts.c -- written by c/tools/embed.awk. */"
  print "#include \"device/cuda/cuda.h\"\n"
  print "const dg_cuda_text dg_cuda_texts[] = {"
}

FNR == 1 {
  if (NR > 1) print "  },"
  name = FILENAME
  sub(/^c\//, "", name)
  sub(/^device\/cuda\//, "cuda/", name)
  if (sub(/\.cu$/, "", name)) sub(/^cuda\//, "", name)
  printf "  { \"%s\",\n", name
}

{
  gsub(/\\/, "&&")
  gsub(/"/, "\\\"")
  printf "    \"%s\\n\"\n", $0
}

END {
  if (NR > 0) print "  },"
  print "  { NULL, NULL },"
  print "};"
}
