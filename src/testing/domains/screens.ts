import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_OPEN_CHANNEL,
  REMOTE_PROC_DOMAIN_OPEN_CONSOLE,
  REMOTE_PROC_DOMAIN_SCREENSHOT,
} from "../../protocol/generated/remote/index.js";
import { echo } from "../echo.js";
import { png } from "../png.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import type { DomainPark } from "./domain-park.js";

/** What one sees of a guest: its screen, its console, its channels. */
export function screenRoutes(park: DomainPark): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_SCREENSHOT, ({ dom, screen }, call) => {
      park.active(dom);
      if (screen !== 0) {
        throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, `there is no screen ${screen}, only 0`);
      }
      call.openStream({ source: picture() });
      return { mime: "image/png" };
    }),
    // Whatever is typed comes back: there is nobody behind it.
    handle(REMOTE_PROC_DOMAIN_OPEN_CONSOLE, ({ dom, devName }, call) => {
      requireDevice(park.active(dom).current.find("devices"), ["console", "serial", "parallel"], devName);
      call.openStream(echo());
    }),
    handle(REMOTE_PROC_DOMAIN_OPEN_CHANNEL, ({ dom, name }, call) => {
      requireDevice(park.active(dom).current.find("devices"), ["channel"], name);
      call.openStream(echo());
    }),
  ];
}

async function* picture(): AsyncGenerator<Uint8Array> {
  yield png(640, 480, (x, y) => (x * 255) / 640 / 2 + (y * 255) / 480 / 2);
}

/** A name, where one is given, must be that of such a device. */
function requireDevice(
  devices: ReturnType<DomainPark["get"]>["current"] | undefined,
  kinds: readonly string[],
  name: string | undefined,
): void {
  if (name === undefined) return;
  const known = kinds.some((kind) =>
    devices
      ?.elements(kind)
      .some((device, index) => name === `${kind}${index}` || name === device.get("name", "target")),
  );
  if (known) return;
  throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.TEST, `cannot find character device ${name}`);
}
