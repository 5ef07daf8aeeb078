#!/usr/bin/env bash
# Installs what is missing, then runs every check and every test. The last line says "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0

check() {
  local name=$1
  shift
  echo "== $name"
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "== $name: FAILED"
  fi
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

check "setup" ./scripts/setup.sh
[ "$failed" -eq 0 ] || finish
check "types" npm run --silent typecheck
check "lint and format" npm run --silent lint
check "generated code is up to date" npm run --silent codegen:check
check "build" npm run --silent build
check "bundle size" npm run --silent size -- --check

echo "== tests"
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
# The time limit is there for a defect that makes jest hang, not for slow machines.
COUNTS=$counts timeout --kill-after=30 3600 npm run --silent test -- \
  --ci --reporters=default --reporters=./scripts/count-reporter.js
status=$?
read -r tests_passed tests_failed <"$counts" || { tests_passed=0; tests_failed=1; }
# A failure that no test stands for: jest itself, or the time limit.
[ "$status" -eq 0 ] || [ "$tests_failed" -gt 0 ] || tests_failed=1
passed=$((passed + tests_passed))
failed=$((failed + tests_failed))
finish
