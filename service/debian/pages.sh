#!/bin/sh
# pages.sh BECKOND BECKON BECKON_WEB FOLDER: what the programs print of themselves, as the package
# has it: manual pages, sample configuration, completion. From their own tables, so none grows old.
set -e
beckond=$1 beckon=$2 beckon_web=$3 out=$4
here=$(dirname "$0")
rm -rf "$out"
mkdir -p "$out/man1" "$out/man8" "$out/etc" "$out/completion" "$out/doc"
"$beckond" --man >"$out/man8/beckond.8"
"$beckon_web" --man >"$out/man8/beckon-web.8"
"$beckon" man --output "$out/man1"
"$beckond" --sample-config >"$out/etc/beckond.conf"
"$beckon_web" --sample-config >"$out/etc/beckon-web.conf"
"$beckon" completion bash >"$out/completion/beckon"
"$beckon" completion zsh >"$out/completion/_beckon"
"$beckon" completion fish >"$out/completion/beckon.fish"
cp "$here/changelog" "$here/../../README.md" "$out/doc/"
gzip -9n "$out"/man?/* "$out"/doc/*
