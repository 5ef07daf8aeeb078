#!/usr/bin/env bash
# Installs what the tests and the demo need and what is not there yet: a libvirtd, QEMU, the two clients that serve as
# oracles, and the packages of package-lock.json. Starts no service, and changes nothing when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils python3-libvirt
  openssl gnutls-bin openssh-server openssh-client netcat-openbsd
  sasl2-bin libsasl2-modules libsasl2-modules-db libsasl2-modules-gssapi-mit krb5-kdc krb5-admin-server krb5-user
  libxml2-utils dbus polkitd python3-dbus python3-gi avahi-daemon avahi-utils iproute2 zsh fish
  g++ make python3 libkrb5-dev debootstrap
)

die() {
  echo "setup: $*" >&2
  exit 1
}

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
  command -v apt-get >/dev/null || die "cannot install without apt-get; needed are: ${missing[*]}"
  root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "installing needs root; install these packages first: ${missing[*]}"
    root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  # The tests start daemons of their own: while packages are installed, nothing may start the machine's.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
    "${root[@]}" chmod 755 "$policy"
    trap '"${root[@]}" rm -f "$policy"' EXIT
  fi
  log=$(mktemp)
  {
    "${root[@]}" apt-get update &&
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
  } </dev/null >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    die "apt-get failed"
  }
  rm -f "$log"
fi

./scripts/setup-npm.sh

if [ ! -e node_modules/kerberos/build/Release/kerberos.node ]; then
  echo "setup: building the kerberos package"
  npm rebuild --loglevel=error kerberos
fi
