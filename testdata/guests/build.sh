#!/bin/sh
# testdata/guests/build.sh [FOLDER]: builds the guests in C into FOLDER (default: here). It needs Debian's clang and lld.
set -eu
cd "$(dirname "$0")"
out=${1:-.}
mkdir -p "$out/hostile"
for c in $(ls *.c hostile/*.c 2>/dev/null); do
	clang --target=wasm32 -O2 -fno-builtin -mbulk-memory -nostdlib -Wall -Wno-unused -Wno-infinite-recursion -Wl,--no-entry -Wl,--strip-all \
		-Wl,--stack-first -Wl,-z,stack-size=65536 -o "$out/${c%.c}.wasm" "$c"
done
