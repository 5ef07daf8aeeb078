#!/usr/bin/env bash
# newer-libvirt.sh: makes a root folder of the next Debian, with libvirt's modular daemons and QEMU, and prints its path.
# The tests want a daemon of another version than this machine's, and modular daemons, which Debian does not package:
# those are compiled from the package's own source. It is made once, from the mirror that this machine's apt uses, and
# kept in the user's cache (about 340 MB; a minute, with a fast network). Changes nothing else, and starts no service.
set -euo pipefail

suite=trixie
packages=(
  libvirt-daemon libvirt-daemon-common libvirt-daemon-driver-qemu libvirt-daemon-driver-interface
  libvirt-daemon-driver-network libvirt-daemon-driver-nodedev libvirt-daemon-driver-nwfilter
  libvirt-daemon-driver-secret libvirt-daemon-driver-storage libvirt-daemon-log libvirt-daemon-lock
  libvirt-clients qemu-system-x86 qemu-utils
)
# What it takes to configure libvirt's source and to compile its daemons; none of it stays.
build_packages=(
  gcc libc6-dev meson pkgconf patch xz-utils python3-docutils xsltproc libxml2-utils libglib2.0-dev libgnutls28-dev
  libxml2-dev libjson-c-dev libtirpc-dev libnl-3-dev libnl-route-3-dev libsasl2-dev
)

say() { echo "newer-libvirt: $*" >&2; }
die() {
  say "$*"
  exit 1
}

[ "$(id -u)" -eq 0 ] || die "needs root, for debootstrap and chroot"
cache=${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}}/.cache}/libvirt-rpc-test
root=$cache/$suite
# What it is made of: another script makes another root.
recipe=$(sha256sum <"$0" | cut -c1-16)
mkdir -p "$cache"
# Two at once: the second waits, and finds it done.
exec 9>"$cache/$suite.lock"
flock 9
if [ "$(cat "$root/.recipe" 2>/dev/null)" = "$recipe" ]; then
  echo "$root"
  exit
fi

for tool in debootstrap unshare; do
  command -v "$tool" >/dev/null || die "$tool is missing; run scripts/setup.sh"
done
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 -E '/debian/?$') ||
  die "apt's sources name no mirror of Debian, to take $suite from"

work=$cache/$suite.new
log=$cache/$suite.log
trap 'rm -rf "$work" "$work.build"' EXIT
rm -rf "$work" "$work.build"
say "making $root from $mirror; this takes a minute or two"

# Run in namespaces: whatever is mounted or started on the way ends with them.
make_root() {
  set -euo pipefail
  debootstrap --variant=minbase "$suite" "$work" "$mirror"
  printf '#!/bin/sh\nexit 101\n' >"$work/usr/sbin/policy-rc.d"
  chmod 755 "$work/usr/sbin/policy-rc.d"
  # Nobody reads its manuals, and nobody minds if a crash of the machine spoils it.
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/locale/*' >"$work/etc/dpkg/dpkg.cfg.d/small"
  install_into "$work" $wanted
  cp -a "$work" "$work.build"
  sed -i 's/^deb \(.*\)/&\ndeb-src \1/' "$work.build/etc/apt/sources.list"
  chroot "$work.build" apt-get update
  install_into "$work.build" $build_wanted
  chroot "$work.build" bash -c compile_daemons
  cp "$work.build"/build/virt*d "$work/usr/sbin/"
  chroot "$work" apt-get clean
  rm -rf "$work"/var/lib/apt/lists/*
}

install_into() {
  local into=$1
  shift
  cp /etc/resolv.conf "$into/etc/resolv.conf"
  mountpoint -q "$into/proc" || mount -t proc proc "$into/proc"
  mountpoint -q "$into/dev" || mount --rbind /dev "$into/dev"
  DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$into" apt-get install -y --no-install-recommends "$@"
  umount "$into/proc"
  umount -l "$into/dev"
}

# A modular daemon is libvirtd's program with another driver named in it. The drivers and the library, which are all
# the rest, are in the packages: so only the program is compiled, once for each.
compile_daemons() {
  set -euo pipefail
  mkdir /build /source
  cd /source
  # Not every mirror has the signatures beside the archives; apt checks those in any case.
  apt-get source --download-only libvirt || ls libvirt_*.orig.tar.xz libvirt_*.debian.tar.xz
  tar xf libvirt_*.orig.tar.xz --strip-components=1
  tar xf libvirt_*.debian.tar.xz
  local patch
  for patch in $(grep -v '^#' debian/patches/series); do patch -p1 -s <"debian/patches/$patch"; done
  LC_ALL=C.UTF-8 meson setup /build --auto-features=disabled -Dsystem=true -Drunstatedir=/run -Dno_git=true \
    -Ddocs=disabled -Dtests=disabled -Dnls=disabled -Drpath=disabled -Dinit_script=none -Djson_c=enabled \
    -Dlibnl=enabled -Dsasl=enabled -Ddriver_remote=enabled -Ddriver_libvirtd=enabled -Dremote_default_mode=legacy
  cd /build
  local objects
  objects=$(ninja -t query src/virtproxyd | grep -oE 'src/virtproxyd\.p/[^ ]*\.o$')
  ninja $objects src/admin/libvirt_admin_driver.a
  local lib
  lib=/usr/lib/$(gcc -print-multiarch)
  link() {
    gcc -s -o "$@" src/admin/libvirt_admin_driver.a "$lib"/libvirt{,-lxc,-qemu}.so.0 \
      $(pkg-config --libs gnutls glib-2.0 gobject-2.0 gio-2.0 libxml-2.0 libtirpc libsasl2)
  }
  link virtproxyd $objects
  recompile() {
    local command
    command=$(ninja -t commands -s "src/virtproxyd.p/remote_remote_daemon$1.c.o" |
      sed "s#'-DSOCK_PREFIX=[^']*'##; s#-DWITH_IP -DVIRTPROXYD##")
    eval "${command//virtproxyd\"/virt$2d\"}" "-DMODULE_NAME='\"$2\"'"
  }
  # This part differs between virtproxyd and all the others, and these two from daemon to daemon.
  recompile _dispatch qemu
  local driver
  for driver in qemu network storage nodedev nwfilter secret interface; do
    recompile '' "$driver"
    recompile _config "$driver"
    link "virt${driver}d" $objects
  done
}

# Arrays cannot be handed on.
wanted=${packages[*]} build_wanted=${build_packages[*]}
export work mirror suite wanted build_wanted
export -f make_root install_into compile_daemons
# The lock is not for them to keep.
unshare --mount --pid --fork --kill-child --propagation private bash -c make_root </dev/null >"$log" 2>&1 9>&- || {
  tail -n 15 "$log" >&2
  die "$root could not be made from $mirror; is the network up? All of it: $log"
}

echo "$recipe" >"$work/.recipe"
rm -rf "$root"
mv "$work" "$root"
rm -f "$log"
say "done: $(du -smx "$root" | cut -f1) MB"
echo "$root"
