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
import { migrationRoutes } from "./migration.js";
import { saveRoutes } from "./save.js";
import { screenRoutes } from "./screens.js";
import { statsRoutes } from "./stats.js";
import { tuningRoutes } from "./tuning.js";
import { vcpuRoutes } from "./vcpus.js";

/** How a domain is from the beginning: running and persistent, unless told otherwise. */
export interface DomainSeed {
  readonly running?: boolean;
  /** There only as long as it runs. */
  readonly transient?: boolean;
  /** Put away by `managedsave`. */
  readonly managedSave?: boolean;
  readonly autostart?: boolean;
}

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
      migrationRoutes(park),
    ].flat();
  }

  /** What {@link seed} would take to put the same here. */
  keep(): readonly ({ readonly xml: string } & DomainSeed)[] {
    return Array.from(this.park, (domain) => ({
      xml: domain.describe({ inactive: true, secure: true }),
      running: domain.active,
      transient: !domain.persistent,
      managedSave: domain.managedSave !== undefined,
      autostart: domain.autostart,
    }));
  }

  /** Puts a domain here, as if it had always been. */
  seed(xml: string, how: DomainSeed = {}): TestDomain {
    const { running = true, transient = false, managedSave = false, autostart = false } = how;
    const domain = this.park.add(readDomain(xml));
    domain.autostart = autostart;
    domain.persistent = !transient;
    if (running || transient) this.park.start(domain, DomainRunningReason.UNKNOWN);
    else if (managedSave) domain.managedSave = domain.config.clone();
    return domain;
  }
}
