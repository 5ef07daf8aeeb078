#!/usr/bin/env bash
# demo.sh [URI]: shows host, hypervisor and domains of a daemon; without a URI, of a private one made for the occasion.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh
npx tsc -p scripts/tsconfig.json
exec node .build/scripts/scripts/demo.js "$@"
