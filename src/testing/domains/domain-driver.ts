import { DomainRunningReason } from "../../protocol/generated/constants/index.js";
import type { TestRoute } from "../session.js";
import { blockRoutes } from "./blocks.js";
import { type AddressPlan, cardRoutes } from "./cards.js";
import { definitionRoutes } from "./definition.js";
import { readDomain } from "./document.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";
import { guestRoutes } from "./guest.js";
import { infoRoutes } from "./info.js";
import { iothreadRoutes } from "./iothreads.js";
import { lifecycleRoutes } from "./lifecycle.js";
import { type DomainHistory, lookupRoutes } from "./lookup.js";
import { memoryRoutes } from "./memory.js";
import { metadataRoutes } from "./metadata.js";
import { saveRoutes } from "./save.js";
import { screenRoutes } from "./screens.js";
import { statsRoutes } from "./stats.js";
import { tuningRoutes } from "./tuning.js";
import { vcpuRoutes } from "./vcpus.js";

/** Domains, with everything that can be asked of them but their past. */
export class DomainDriver {
  readonly routes: readonly TestRoute[];
  private readonly park: DomainPark;

  constructor(park: DomainPark, history: DomainHistory, plan: AddressPlan) {
    this.park = park;
    this.routes = [
      lookupRoutes(park, history),
      definitionRoutes(park, history),
      lifecycleRoutes(park),
      infoRoutes(park),
      vcpuRoutes(park),
      memoryRoutes(park),
      blockRoutes(park),
      cardRoutes(park, plan),
      statsRoutes(park, history),
      guestRoutes(park),
      metadataRoutes(park),
      saveRoutes(park),
      tuningRoutes(park),
      iothreadRoutes(park),
      screenRoutes(park),
    ].flat();
  }

  /** Puts a domain here, as if it had always been; a running one unless told otherwise. */
  seed(xml: string, { running = true }: { readonly running?: boolean } = {}): TestDomain {
    const domain = this.park.add(readDomain(xml));
    domain.persistent = true;
    if (running) this.park.start(domain, DomainRunningReason.UNKNOWN);
    return domain;
  }
}
