# make            build/libdgraph.so                    make demo   train a classifier and look at it
# make test lint  what CI runs (.ci/run)                make bench  speed; bench-quick in two minutes
# make serve      nginx at 127.0.0.1:8080 (or PORT) with a model of digits that keeps learning
# make install    PREFIX, or LUADIR and LIBDIR          make doc    build/doc: lua.md and c.md
# make install-c  PREFIX: header and library            make clean
# make release    VERSION=x.y.z: rockspecs of a release
# demo, serve, test and lint install the packages that they need (.ci/deps).

LAYERS := base device tensor node op grad
PUBLIC := $(foreach layer,$(LAYERS),$(sort $(wildcard c/$(layer)/*.c)))
SRC    := $(PUBLIC) $(wildcard c/device/cpu/*.c c/device/cuda/*.c)
OBJ    := $(SRC:c/%.c=build/%.o) build/cdef.o build/cuda_texts.o
ASAN   := $(SRC:c/%.c=build/asan/%.o) build/asan/cdef.o build/asan/cuda_texts.o
TSAN   := $(SRC:c/%.c=build/tsan/%.o) build/tsan/cdef.o build/tsan/cuda_texts.o
KERNEL := $(wildcard c/device/*.h c/device/cuda/*.cu) \
          $(patsubst %,c/device/cuda/%.h,prelude formula sweep mma flash)
CTESTS := $(patsubst c/test/%.c,%,$(filter-out c/test/fuzz%,$(wildcard c/test/*.c)))

ifeq ($(origin CC),default)
CC     := $(if $(shell command -v gcc),gcc,clang)
endif
CFLAGS ?= -O3 -g
WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers
FLAGS   = $(CFLAGS) -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-math-errno \
          -fno-trapping-math -ffp-contract=fast -fno-semantic-interposition -pthread -Ic $(WARN)
SANE   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
# One copy of each loop will do, of portable C: the rest takes long to compile.
RACES  := -O1 -g -fno-omit-frame-pointer -fsanitize=thread -DDG_PORTABLE
SHARED := -shared -Wl,-Bsymbolic-functions -Wl,-z,nodelete -Wl,-soname,libdgraph.so -Wl,--no-undefined -Wl,--as-needed
ifeq ($(shell uname -s),Darwin)
SHARED := -dynamiclib -install_name @rpath/libdgraph.so
endif
LIBS   := -lm -lpthread -ldl

PREFIX ?= /usr/local
LUADIR ?= $(PREFIX)/share/lua/5.1
LIBDIR ?= $(PREFIX)/lib/lua/5.1
JOBS   := $(shell nproc 2>/dev/null || echo 2)
LUA     = LUA_PATH='lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY=build/libdgraph.so luajit

MAKEFLAGS += --no-print-directory

all: build/libdgraph.so

# -- The library -------------------------------------------------------------------------------

build/libdgraph.so: $(OBJ)
	@echo '  LD $@'
	@$(CC) $(FLAGS) $(LDFLAGS) $(SHARED) -o $@ $(OBJ) $(LIBS)

build/asan/libdgraph.so: $(ASAN)
	@echo '  LD $@'
	@gcc $(FLAGS) $(SANE) $(SHARED) -o $@ $(ASAN) $(LIBS)

build/tsan/libdgraph.so: $(TSAN)
	@echo '  LD $@'
	@gcc $(FLAGS) $(RACES) $(SHARED) -o $@ $(TSAN) $(LIBS)

build/fake_cuda.so: c/test/fake/cuda.c c/test/fake/blas.h
	@$(CC) -O1 -g -Wall -Wextra -shared -fPIC -o $@ $< -ldl

build/%.o: c/%.c build/flags | c/dgraph.h
	@mkdir -p $(@D)
	@echo '  CC $@'
	@$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

build/asan/%.o: c/%.c build/flags | c/dgraph.h
	@mkdir -p $(@D)
	@echo '  CC $@'
	@gcc $(FLAGS) $(SANE) -MMD -MP -c -o $@ $<

build/tsan/%.o: c/%.c build/flags | c/dgraph.h
	@mkdir -p $(@D)
	@echo '  CC $@'
	@gcc $(FLAGS) $(RACES) -MMD -MP -c -o $@ $<

$(foreach kind,build build/asan build/tsan,$(kind)/device/cpu/%.o $(kind)/device/cuda/%.o): FLAGS += -DDG_TYPES_ONLY

build/cdef.o build/cuda_texts.o: build/%.o: build/%.c build/flags
	@$(CC) $(FLAGS) -c -o $@ $<

build/asan/cdef.o build/asan/cuda_texts.o: build/asan/%.o: build/%.c build/flags
	@mkdir -p $(@D)
	@echo '  CC $@'
	@gcc $(FLAGS) $(SANE) -c -o $@ $<

build/tsan/cdef.o build/tsan/cuda_texts.o: build/tsan/%.o: build/%.c build/flags
	@mkdir -p $(@D)
	@echo '  CC $@'
	@gcc $(FLAGS) $(RACES) -c -o $@ $<

build/cdef.c: c/dgraph.h c/tools/cdef.awk
	@awk -f c/tools/cdef.awk c/dgraph.h >$@

build/cuda_texts.c: $(KERNEL) c/tools/embed.awk
	@awk -f c/tools/embed.awk $(KERNEL) >$@

# Written only if the text changes, so that objects are not rebuilt for nothing.
c/dgraph.h: FORCE
	@mkdir -p build
	@awk -f c/tools/harvest.awk $@ $(PUBLIC) >build/dgraph.h.$$$$ && \
	  { cmp -s build/dgraph.h.$$$$ $@ || cp build/dgraph.h.$$$$ $@; }; \
	  status=$$?; rm -f build/dgraph.h.$$$$; exit $$status

build/flags: FORCE
	@mkdir -p build
	@echo '$(CC) $(FLAGS) $(LDFLAGS) $(SHARED) $(SANE) $(RACES)' | cmp -s - $@ || \
	  echo '$(CC) $(FLAGS) $(LDFLAGS) $(SHARED) $(SANE) $(RACES)' >$@

-include $(OBJ:.o=.d) $(ASAN:.o=.d) $(TSAN:.o=.d)

# -- Use ---------------------------------------------------------------------------------------

demo:
	@.ci/deps demo
	@$(MAKE) -j$(JOBS) all
	@$(LUA) examples/mnist.lua

# In the foreground; its state is in build/serve.
serve:
	@.ci/deps serve
	@$(MAKE) -j$(JOBS) all
	@rocks/lua-resty-dgraph/serve/start $(PORT)

# Random damage to files of each format: SECONDS=600 for longer.
fuzz: all
	@LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' DGRAPH_LIBRARY=build/libdgraph.so luajit spec/fuzz/run.lua all $(or $(SECONDS),120)

# Peers: PYTHON=... names one that has torch; BENCH='--json FILE --threads 1' and more in run.lua.
bench bench-quick: all
	@LUA_PATH='?.lua;lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY=build/libdgraph.so luajit spec/bench/run.lua $(if $(filter bench-quick,$@),--quick) $(BENCH)

# On a card, beside PyTorch where there is one; BENCH=smoke tries all programs without a card.
bench-cuda: all
	@spec/bench/cuda/run.sh $(or $(BENCH),bench)

# How the time of a step grows, as SVG in build/curves.
bench-curves: all
	@LUA_PATH='?.lua;lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY=build/libdgraph.so env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE luajit spec/bench/curves.lua $(BENCH)

# The reference, and functions/meta.lua for editors, out of the sources; pages where there is LDoc.
doc: all
	@$(LUA) c/tools/doc.lua
	@if type ldoc >/dev/null 2>&1; then ldoc --fatalwarnings -q -c build/doc/config.ld . >build/doc/ldoc.log || { cat build/doc/ldoc.log; exit 1; }; \
	  else echo "no pages: there is no ldoc"; fi

install: all
	install -d $(DESTDIR)$(LIBDIR)/dgraph $(DESTDIR)$(LUADIR)/dgraph
	install build/libdgraph.so $(DESTDIR)$(LIBDIR)/dgraph
	cp -R lua/dgraph/. $(DESTDIR)$(LUADIR)/dgraph
	cp -R examples/data/mnist_subset $(DESTDIR)$(LUADIR)/dgraph/datasets

# For programs in C: the header, and the library where the linker looks.
install-c: all
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib
	install -m 644 c/dgraph.h $(DESTDIR)$(PREFIX)/include
	install build/libdgraph.so $(DESTDIR)$(PREFIX)/lib

# The rockspecs of a release, from those that end in scm-1; VERSION=x.y.z.
release:
	@rocks/release "$(VERSION)"

clean:
	rm -rf build

# -- Tests: each stage leaves its counts in build/counts, .ci/sum adds them up -----------------

STAGES := jit nojit asan valgrind counts threads $(CTESTS:%=c-%)
MEMCHECK := valgrind -q --suppressions=.ci/memcheck.supp --error-exitcode=99 luajit -joff

test:
	@.ci/deps test
	@rm -rf build/counts
	@$(MAKE) -j$(JOBS) all build/asan/libdgraph.so build/tsan/libdgraph.so build/fake_cuda.so
	@$(MAKE) -k -j$(JOBS) --output-sync=target $(STAGES:%=stage-%); .ci/sum $(STAGES)

# The operators' specs on a card, and learning curves beside the host's.
test-cuda: all
	@spec/bench/cuda/run.sh tests

# Operators and links with each instruction set, and with 1, 2 and 4 threads.
test-isa: all
	@LUA_PATH='lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY=build/libdgraph.so .ci/stage isa .ci/isa

test-c: $(CTESTS:%=stage-c-%)
test-asan: stage-asan
test-threads: stage-threads
test-valgrind: stage-valgrind

stage-jit: all
	@.ci/stage jit .ci/specs

stage-nojit: all
	@DGRAPH_LUA='luajit -joff' .ci/stage nojit .ci/specs --exclude-tags=install,hosts

stage-asan: build/asan/libdgraph.so
	@DGRAPH_LIBRARY=$< LD_PRELOAD=$$(gcc -print-file-name=libasan.so) \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 .ci/stage asan .ci/specs --exclude-tags=slow,install,hosts

stage-valgrind: all
	@DGRAPH_LUA='$(MEMCHECK)' .ci/stage valgrind .ci/memcheck

stage-counts: all
	@.ci/stage counts .ci/counts

# What .ci/counts compares with; `make counts` writes it anew.
counts: all
	@.ci/counts --renew

# Under the thread sanitizer. It wants addresses that are not too random.
stage-threads: build/tsan/thread_test build/tsan/lua_states
	@DGRAPH_LIBRARY=build/tsan/libdgraph.so .ci/stage threads sh -c 'for test in $^; do \
	  $$(setarch -R true 2>/dev/null && echo setarch -R) $$test || status=1; done; exit $$status'

build/tsan/thread_test: c/test/thread_test.c $(TSAN)
	@echo '  CC $@'
	@gcc $(FLAGS) $(RACES) -MMD -MP -o $@ $< $(TSAN) $(LIBS)

build/tsan/lua_states: c/test/threads/lua_states.c build/tsan/libdgraph.so
	@echo '  CC $@'
	@gcc $(FLAGS) $(RACES) -o $@ $< $$(pkg-config --cflags --libs luajit)

$(CTESTS:%=stage-c-%): stage-c-%: build/asan/test/%
	@.ci/stage c-$* $<

$(CTESTS:%=build/asan/test/%): build/asan/test/%: c/test/%.c $(ASAN)
	@mkdir -p $(@D)
	@echo '  CC $@'
	@gcc $(FLAGS) $(SANE) -MMD -MP -o $@ $< $(ASAN) $(LIBS)

-include $(CTESTS:%=build/asan/test/%.d) build/tsan/thread_test.d

# -- Lint --------------------------------------------------------------------------------------

# The header first: the build would freshen it.
lint:
	@.ci/deps test
	@awk -f c/tools/harvest.awk c/dgraph.h $(PUBLIC) | diff -u c/dgraph.h -
	@$(MAKE) -k -j$(JOBS) lint-format lint-symbols lint-cppcheck lint-lua lint-rock lint-doc

lint-format:
	@find c -name '*.[ch]' | xargs clang-format --dry-run -Werror

# Layers, exports, and static TLS, of which dlopen has 1.6 KB for all libraries together.
lint-symbols: all
	@nm -A $(OBJ) | awk -f c/tools/layers.awk
	@sed -n 's/^DG_API.*[ *]\(dg_[a-z0-9_]*\)(.*/\1/p' c/dgraph.h | sort >build/declared
	@nm -D --defined-only build/libdgraph.so | sed 's/.* //' | sort | diff build/declared -
	@size=$$(readelf -lW build/libdgraph.so | awk '$$1 == "TLS" { print $$6 }'); \
	  [ $$((size)) -le 1024 ] || { echo "thread-local variables: $$((size)) bytes"; exit 1; }

lint-cppcheck:
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
	  --suppress=pointerSize --suppress=invalidPointerCast --error-exitcode=1 -j$(JOBS) -D__GNUC__ -D__x86_64__ -Ic c

lint-lua:
	@luacheck --quiet --no-color $(wildcard lua spec examples rocks c/tools c/test)

lint-rock:
	@luarocks --lua-version=5.1 lint dgraph-scm-1.rockspec
	@luarocks --lua-version=5.1 lint rocks/lua-resty-dgraph/lua-resty-dgraph-scm-1.rockspec

# Everything that users call is explained, and meta.lua is fresh.
lint-doc: all
	@$(LUA) c/tools/doc.lua --check

FORCE:
.DELETE_ON_ERROR:
.PHONY: FORCE all demo serve fuzz bench bench-quick bench-curves bench-cuda counts doc install install-c release clean test test-c test-cuda test-isa \
  test-asan test-valgrind test-threads $(STAGES:%=stage-%) lint $(patsubst %,lint-%,format symbols cppcheck lua rock doc)
