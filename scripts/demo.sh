#!/usr/bin/env bash
# demo.sh [URI]: shows host, hypervisor and domains of a daemon; without a URI, of the hypervisor in this package, and a
# domain's life on it with the events that it makes. Needs no libvirt.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/setup-npm.sh
npx tsc -p scripts/tsconfig.json
exec node .build/scripts/scripts/demo.js "$@"
