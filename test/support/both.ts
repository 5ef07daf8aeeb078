import { type Connection, connect } from "../../src/index.js";
import { Oracle } from "./oracle.js";

/** We and python3-libvirt, each on a connection of its own to the same daemon. */
export interface Both {
  readonly conn: Connection;
  readonly oracle: Oracle;
  close(): Promise<void>;
}

export async function openBoth(uri: string): Promise<Both> {
  const conn = await connect(uri);
  const oracle = await Oracle.start(uri);
  return {
    conn,
    oracle,
    async close() {
      await conn.close();
      await oracle.stop();
    },
  };
}
