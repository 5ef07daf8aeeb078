/** Something that takes one place in the window from when it is sent until it is answered. */
export interface Windowed {
  send(): void;
}

/**
 * How many calls of low priority may be open at the daemon at a time; the others wait in line. libvirtd stops reading
 * a connection with `max_client_requests` (5 by default, one of them its receive buffer) unanswered calls. It then
 * does not see the answers to its own pings either, and takes the client for dead after half a minute.
 */
export class CallWindow {
  private readonly size: number;
  private readonly line = new Set<Windowed>();
  private open = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** Calls that wait for a place. */
  get waiting(): number {
    return this.line.size;
  }

  /** Calls that are at the daemon. */
  get inFlight(): number {
    return this.open;
  }

  /** Sends at once when there is a place, else in turn. */
  enter(call: Windowed): void {
    if (this.open < this.size) {
      this.open++;
      call.send();
    } else {
      this.line.add(call);
    }
  }

  /** Takes a call that was not sent out of the line; returns whether it stood there. */
  leave(call: Windowed): boolean {
    return this.line.delete(call);
  }

  /** A call that was sent has been answered: the next one takes its place. */
  release(): void {
    const [next] = this.line;
    if (next === undefined) {
      this.open--;
      return;
    }
    this.line.delete(next);
    next.send();
  }

  clear(): void {
    this.line.clear();
    this.open = 0;
  }
}
