import {
  DomainEventResumedDetailType,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainPMSuspendedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
  ErrorDomain,
  ErrorNumber,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_DESTROY,
  REMOTE_PROC_DOMAIN_DESTROY_FLAGS,
  REMOTE_PROC_DOMAIN_INJECT_NMI,
  REMOTE_PROC_DOMAIN_PM_SUSPEND_FOR_DURATION,
  REMOTE_PROC_DOMAIN_PM_WAKEUP,
  REMOTE_PROC_DOMAIN_REBOOT,
  REMOTE_PROC_DOMAIN_RESET,
  REMOTE_PROC_DOMAIN_RESUME,
  REMOTE_PROC_DOMAIN_SEND_KEY,
  REMOTE_PROC_DOMAIN_SET_LIFECYCLE_ACTION,
  REMOTE_PROC_DOMAIN_SHUTDOWN,
  REMOTE_PROC_DOMAIN_SHUTDOWN_FLAGS,
  REMOTE_PROC_DOMAIN_SUSPEND,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { PAUSED_BY_USER } from "./definition.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";

/** `virDomainLifecycle` and `virDomainLifecycleAction` as documents name them. */
const EVENTS = ["on_poweroff", "on_reboot", "on_crash"];
const ACTIONS = ["destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart"];
/** `VIR_NODE_SUSPEND_TARGET_DISK` */
const TO_DISK = 1;

/** Has domains run, wait, and stop. */
export function lifecycleRoutes(park: DomainPark): readonly TestRoute[] {
  const destroy = (domain: TestDomain): void => {
    domain.requireActive();
    park.stop(domain, DomainShutoffReason.DESTROYED, DomainEventStoppedDetailType.DESTROYED);
  };

  const shutdown = (domain: TestDomain): void => {
    if (domain.state !== DomainState.RUNNING) throw not(domain, "running");
    park.shutDown(domain);
  };

  /** What the domain's document says is to happen when the guest reboots. */
  const reboot = (domain: TestDomain): void => {
    domain.requireActive();
    const action = domain.current.textOf("on_reboot");
    if (action === "restart" || action === "rename-restart" || action === "coredump-restart") {
      domain.state = DomainState.RUNNING;
      domain.reason = DomainRunningReason.BOOTED;
      return;
    }
    park.shutDown(domain);
  };

  return [
    handle(REMOTE_PROC_DOMAIN_SUSPEND, ({ dom }) => {
      const domain = park.get(dom);
      if (domain.state !== DomainState.RUNNING) throw not(domain, "running");
      domain.pause(PAUSED_BY_USER);
      park.events.lifecycle(domain, DomainEventType.SUSPENDED, DomainEventSuspendedDetailType.PAUSED);
    }),
    handle(REMOTE_PROC_DOMAIN_RESUME, ({ dom }) => {
      const domain = park.get(dom);
      if (domain.state !== DomainState.PAUSED) throw not(domain, "paused");
      domain.resume();
      park.events.lifecycle(domain, DomainEventType.RESUMED, DomainEventResumedDetailType.UNPAUSED);
    }),
    handle(REMOTE_PROC_DOMAIN_DESTROY, ({ dom }) => destroy(park.get(dom))),
    handle(REMOTE_PROC_DOMAIN_DESTROY_FLAGS, ({ dom }) => destroy(park.get(dom))),
    handle(REMOTE_PROC_DOMAIN_SHUTDOWN, ({ dom }) => shutdown(park.get(dom))),
    handle(REMOTE_PROC_DOMAIN_SHUTDOWN_FLAGS, ({ dom }) => shutdown(park.get(dom))),
    handle(REMOTE_PROC_DOMAIN_REBOOT, ({ dom }) => reboot(park.get(dom))),
    handle(REMOTE_PROC_DOMAIN_RESET, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_INJECT_NMI, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_SEND_KEY, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_PM_SUSPEND_FOR_DURATION, ({ dom, target }) => {
      const domain = park.active(dom);
      if (domain.state !== DomainState.RUNNING) throw not(domain, "running");
      if (target === TO_DISK) {
        park.shutDown(domain);
        return;
      }
      domain.state = DomainState.PMSUSPENDED;
      domain.reason = DomainPMSuspendedReason.UNKNOWN;
      park.events.lifecycle(domain, DomainEventType.PMSUSPENDED, 0);
    }),
    handle(REMOTE_PROC_DOMAIN_PM_WAKEUP, ({ dom }) => {
      const domain = park.active(dom);
      if (domain.state !== DomainState.PMSUSPENDED) {
        const detail = "Unable to wake up domain that is not in pmsuspended state";
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
      }
      domain.resume(DomainRunningReason.WAKEUP);
      park.events.lifecycle(domain, DomainEventType.STARTED, DomainEventStartedDetailType.WAKEUP);
    }),
    handle(REMOTE_PROC_DOMAIN_SET_LIFECYCLE_ACTION, ({ dom, type, action, flags }) => {
      const [event, what] = [EVENTS[type], ACTIONS[action]];
      if (event === undefined || what === undefined) {
        throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.DOMAIN, `lifecycle ${type} action ${action}`);
      }
      for (const document of park.get(dom).affected(flags)) document.ensure(event).text = what;
    }),
  ];
}

function not(domain: TestDomain, state: string): Error {
  return refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.TEST, `domain '${domain.name}' not ${state}`);
}
