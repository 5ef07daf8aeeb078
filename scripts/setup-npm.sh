#!/usr/bin/env bash
# Installs the packages of package-lock.json if they are not there yet: all that the demo and the examples need.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  echo "setup: $*" >&2
  exit 1
}

command -v node >/dev/null || die "Node.js is missing; install version 20.19 or later"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  die "Node.js $(node --version) is too old; install version 20.19 or later"

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: installing npm packages"
  # Not `npm ci`: it insists on packages for other platforms, which a mirror need not have.
  # Nor with install scripts: the one package that needs building is named.
  npm install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error
fi
