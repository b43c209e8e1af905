#!/usr/bin/env bash
# Optional, for speed: Mesa 25's lavapipe from Debian 12's backports, several times faster than SwiftShader
# for Dawn in Node. Run as root; `src/cli/dawn.ts` finds the driver by itself.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
sources=/etc/apt/sources.list.d
grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || { echo 'software-gpu: expected Debian 12' >&2; exit 1; }
if ! grep -qs bookworm-backports "$sources"/*.sources "$sources"/*.list /etc/apt/sources.list; then
  awk 'BEGIN { RS = "" } NR == 1' "$sources/debian.sources" |
    sed 's/^Suites:.*/Suites: bookworm-backports/' > "$sources/backports.sources"
fi
apt-get update -qq
apt-get install -y -qq -t bookworm-backports mesa-vulkan-drivers >/dev/null
apt-get install -y -qq libvulkan1 >/dev/null
