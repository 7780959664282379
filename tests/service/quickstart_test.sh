#!/bin/sh
# The README's first command, as a user without a terminal runs it: twice, the second time on what is there.
set -eu
cd "$(dirname "$0")/../.."
for _ in 1 2; do
  last=$(./service/quickstart --check | tail -1)
  case $last in
    'main job ok: '*) echo "$last" ;;
    *) echo "no main job: $last"; exit 1 ;;
  esac
done
