import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LibvirtdOptions } from "./libvirtd.js";

/** Users that exist only in the daemon's namespaces, by what polkit makes of them, with their ids. */
export const POLKIT_USERS = {
  allowed: 41001,
  denied: 41002,
  asked: 41003,
  admin: 41004,
  member: 41005,
} as const;
/** What `admin`, whom polkit takes for an administrator, has to type. */
export const ADMIN_PASSWORD = "pw-admin";

const RULES = `polkit.addRule(function (action, subject) {
  if (action.id != "org.libvirt.unix.manage") return polkit.Result.NOT_HANDLED;
  if (subject.user == "allowed") return polkit.Result.YES;
  if (subject.user == "denied") return polkit.Result.NO;
  return polkit.Result.NOT_HANDLED;
});
polkit.addAdminRule(function () { return ["unix-user:admin"]; });
`;

// `member` is in the group libvirt, which the distribution's own rule lets in. A wrong password costs no time.
// libvirtd looks for the bus once, when it starts: bus and polkitd have to be up before.
// Rules are read in the order of their files' names, and the first answer counts.
const PREPARE = `
mkdir -p "$DIR/etc" /run/dbus
for file in passwd group shadow; do cp /etc/$file "$DIR/etc/$file"; done
for user in ${Object.entries(POLKIT_USERS)
  .map(([name, id]) => `${name}:${id}`)
  .join(" ")}; do
  name=\${user%:*} id=\${user#*:}
  group=$id
  [ $name != member ] || group=$(getent group libvirt | cut -d: -f3)
  printf '%s\\n' "$name:x:$id:$group::/tmp:/bin/sh" >> "$DIR/etc/passwd"
  printf '%s\\n' "$name:x:$id:" >> "$DIR/etc/group"
done
mount -t tmpfs -o mode=0755 tmpfs /etc/pam.d
printf '%s\\n' 'auth required pam_unix.so nodelay' 'account required pam_permit.so' > /etc/pam.d/polkit-1
printf '%s\\n' "admin:$(openssl passwd -6 ${ADMIN_PASSWORD}):19000:0:99999:7:::" >> "$DIR/etc/shadow"
for file in passwd group shadow; do mount --bind "$DIR/etc/$file" /etc/$file; done
mount -t tmpfs -o mode=0755 tmpfs /etc/polkit-1/rules.d
printf '%s' '${RULES}' > /etc/polkit-1/rules.d/10-test.rules
mount -t tmpfs -o mode=0755 tmpfs /run/dbus
dbus-daemon --system --fork --nopidfile
/usr/lib/polkit-1/polkitd --no-debug > /dev/null 2>&1 &
has_polkit() {
  dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \\
    string:org.freedesktop.PolicyKit1 2> /dev/null | grep -q true
}
tries=0
until has_polkit; do
  tries=$((tries + 1))
  [ $tries -lt 2500 ] || { echo "polkitd did not come up" >&2; exit 1; }
  sleep 0.02
done
`;

/** A root daemon that leaves it to a polkit of its own who may connect. */
export const POLKIT_DAEMON: Pick<LibvirtdOptions, "conf" | "prepare"> = {
  conf: ['auth_unix_rw = "polkit"', 'auth_unix_ro = "polkit"'],
  prepare: PREPARE,
};

/** The command line that runs a command as another user, and without a terminal. */
export function asUser(id: number, command: readonly string[]): string[] {
  const ids = ["--reuid", String(id), "--regid", String(id), "--clear-groups"];
  return ["setsid", "--wait", "setpriv", ...ids, "env", "--chdir=/", ...command];
}

/** The command line that gives a command an agent, which answers polkit's questions, or dismisses them. */
export function withAgent(
  answer: "dismiss" | { readonly password: string },
  command: readonly string[],
): string[] {
  // As text, since another user need not be able to read this folder.
  const script = readFileSync(join(process.cwd(), "test/support/polkit-agent.py"), "utf8");
  // Debian's Python is the one that has D-Bus; another may come first in PATH.
  const how = answer === "dismiss" ? answer : `password:${answer.password}`;
  return ["/usr/bin/python3", "-c", script, how, ...command];
}
