#!/bin/bash
# The README's first command, as a user without a terminal runs it: the check twice, the second time on
# what is there; then the demo on a port of its own, and every command it says to try next.
set -eu
cd "$(dirname "$0")/../.."
for _ in 1 2; do
  last=$(./service/quickstart --check | tail -1)
  case $last in
    'main job ok: '*) echo "$last" ;;
    *) echo "no main job: $last"; exit 1 ;;
  esac
done

folder=$(mktemp -d)
port=$((10000 + RANDOM % 20000))
export BECKON_DEMO=$folder/demo BECKON_PORT=$port BECKON_WEB_PORT=$((port + 1))
trap './service/quickstart --reset; rm -rf "$folder"' EXIT
./service/quickstart >"$folder/said"
./service/quickstart >"$folder/said-again"
grep -q '█' "$folder/said" || { echo "no QR code was shown"; exit 1; }
links() { grep -o 'http://.*/in/.*' "$folder/$1"; }
[ "$(links said | wc -l)" -eq 3 ] || { echo "no links to sign in with"; exit 1; }
for link in $(links said-again); do
  curl -sf -o /dev/null "$link" || { echo "a link does not open"; exit 1; }
done
same() { sed 's|/in/.*||' "$folder/$1"; } # but for the links, which are fresh
diff <(same said) <(same said-again) || { echo "the second start says something else"; exit 1; }
grep -E '^  (export|beckon) ' "$folder/said" >"$folder/commands"
[ "$(wc -l <"$folder/commands")" -ge 9 ] || { echo "nothing to try next"; exit 1; }
(cd "$folder" && bash -euxo pipefail ./commands >"$folder/tried" 2>&1) || { tail -5 "$folder/tried"; exit 1; }
[ -s "$folder/badge.png" ] || { echo "no badge.png"; exit 1; }
