#!/usr/bin/env bash
# make-guest.sh DIR: a guest that boots in seconds under emulation. DIR/vmlinuz is Debian's kernel for clouds, DIR/initrd.gz
# holds nothing but busybox: a login (root, no password) on the serial console, and an echo on the channel
# org.example.echo.
# Fetches packages and installs none.
set -euo pipefail
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() {
  local kernel
  kernel=$(apt-cache "$@" depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [ -n "$kernel" ] && apt-get "$@" -q download "$kernel" busybox-static
}
# With lists of our own where the machine has none.
if ! fetch >/dev/null 2>&1; then
  lists=(-o "Dir::State::Lists=$work/lists")
  mkdir -p lists/partial
  apt-get "${lists[@]}" -q update >/dev/null
  fetch "${lists[@]}" >/dev/null
fi
for package in *.deb; do dpkg-deb -x "$package" files; done

root=$work/root
mkdir -p "$root"/{bin,dev,etc,proc,sys,modules}
echo 'root::0:0:root:/:/bin/sh' >"$root/etc/passwd"
cp files/bin/busybox "$root/bin/busybox"
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_console; do
  file=$(find files -name "$module.ko" | head -n 1)
  [ -z "$file" ] || cp "$file" "$root/modules/"
done
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_console; do
  insmod /modules/$module.ko 2>/dev/null
done
echo_port() {
  # The ports come a moment after their driver.
  until grep -lx org.example.echo /sys/class/virtio-ports/*/name >/tmp/port 2>/dev/null; do sleep 1; done
  port=/dev/$(basename $(dirname $(cat /tmp/port)))
  while :; do
    cat <>$port >&0
    sleep 1
  done
}
mkdir -p /tmp
echo_port &
hostname guest
while :; do setsid getty -L 115200 ttyS0 vt100; done
INIT
chmod 755 "$root/init"
mkdir -p "$out"
(cd "$root" && find . | bin/busybox cpio -o -H newc 2>/dev/null | gzip -9) >"$out/initrd.gz.part"
cp files/boot/vmlinuz-* "$out/vmlinuz.part"
chmod 644 "$out"/*.part
mv "$out/vmlinuz.part" "$out/vmlinuz"
mv "$out/initrd.gz.part" "$out/initrd.gz"
