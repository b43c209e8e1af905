#!/usr/bin/env bash
# Installs Chromium on Debian or Ubuntu as root, unless a browser is there: the browser of the tests, and
# with it SwiftShader, the software Vulkan device that Dawn for Node runs on where there is no GPU.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
packages=()
[ -n "${CHROMIUM_PATH:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null || packages+=(chromium)
ldconfig -p | grep -q 'libvulkan\.so\.1' || packages+=(libvulkan1)
[ ${#packages[@]} -eq 0 ] && exit
echo "Installing ${packages[*]} …"
apt-get update -qq
apt-get install -y -qq "${packages[@]}" >/dev/null
