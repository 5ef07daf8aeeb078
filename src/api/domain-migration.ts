import type { Connection } from "./connection.js";
import type { Domain } from "./domain.js";
import { DomainCpus } from "./domain-cpus.js";
import type { MigrateFunction } from "./migration/migrate.js";
import type { MigrateOptions } from "./migration/migrate-options.js";
import type { TypedParameterValues } from "./typed-parameters.js";

/**
 * Moving a domain to another host. Migration is loaded when it is first used. While it runs, `getJobStats`,
 * `migrateStartPostCopy`, `migrateSetMaxSpeed`, `abortJob` and their likes may be called on the same connection.
 */
export abstract class DomainMigration extends DomainCpus {
  /**
   * Moves the domain to the host of another connection, and gives it as it is there. `dname` is its name there, `uri`
   * where its memory is sent, `bandwidth` the most MiB/s; all of them may be left out. Flags are of
   * `DomainMigrateFlags`. If it fails, or is cancelled by `signal` or `timeoutMs`, the domain goes on where it was.
   *
   * Stands for virDomainMigrate.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrate
   */
  async migrate(
    dconn: Connection,
    dname?: string,
    uri?: string,
    bandwidth?: bigint,
    options: MigrateOptions = {},
  ): Promise<Domain> {
    const params = { destination_name: dname, migrate_uri: uri, bandwidth };
    return await this.#migrate("migrate", dconn, params, options);
  }

  /**
   * As `migrate`, with another description of the domain for the destination, `dxml`.
   *
   * Stands for virDomainMigrate2.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrate2
   */
  async migrate2(
    dconn: Connection,
    dxml?: string,
    dname?: string,
    uri?: string,
    bandwidth?: bigint,
    options: MigrateOptions = {},
  ): Promise<Domain> {
    const params = { destination_xml: dxml, destination_name: dname, migrate_uri: uri, bandwidth };
    return await this.#migrate("migrate2", dconn, params, options);
  }

  /**
   * As `migrate`, with parameters by name, such as `{ migrate_uri, destination_name, bandwidth, migrate_disks }`:
   * those of libvirt's VIR_MIGRATE_PARAM constants.
   *
   * Stands for virDomainMigrate3.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrate3
   */
  async migrate3(
    dconn: Connection,
    params: TypedParameterValues = {},
    options: MigrateOptions = {},
  ): Promise<Domain> {
    return await this.#migrate("migrate3", dconn, params, options);
  }

  /**
   * Has the domain's host move it, without a connection to the destination from here. With the flag PEER2PEER `duri` is
   * the URI under which the host connects to the other daemon; else it is where the memory is sent.
   *
   * Stands for virDomainMigrateToURI.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateToURI
   */
  async migrateToURI(
    duri: string,
    dname?: string,
    bandwidth = 0n,
    options: MigrateOptions = {},
  ): Promise<void> {
    const { MigrateFlag } = await import("./migration/migrate-options.js");
    const peers = ((options.flags ?? 0) & MigrateFlag.PEER2PEER) !== 0;
    const params = { destination_name: dname, migrate_uri: peers ? undefined : duri, bandwidth };
    await this.#toUri(peers ? duri : undefined, params, options);
  }

  /**
   * As `migrateToURI`, with both URIs: `dconnuri`, where the host connects to with the flag PEER2PEER, and `miguri`,
   * where the memory is sent; and with another description of the domain, `dxml`.
   *
   * Stands for virDomainMigrateToURI2.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateToURI2
   */
  async migrateToURI2(
    dconnuri?: string,
    miguri?: string,
    dxml?: string,
    dname?: string,
    bandwidth = 0n,
    options: MigrateOptions = {},
  ): Promise<void> {
    const params = { destination_xml: dxml, destination_name: dname, migrate_uri: miguri, bandwidth };
    await this.#toUri(dconnuri, params, options);
  }

  /**
   * As `migrateToURI`, with parameters by name: those of libvirt's VIR_MIGRATE_PARAM constants.
   *
   * Stands for virDomainMigrateToURI3.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateToURI3
   */
  async migrateToURI3(
    dconnuri?: string,
    params: TypedParameterValues = {},
    options: MigrateOptions = {},
  ): Promise<void> {
    await this.#toUri(dconnuri, params, options);
  }

  async #migrate(
    fn: MigrateFunction,
    dconn: Connection,
    params: TypedParameterValues,
    options: MigrateOptions,
  ): Promise<Domain> {
    const { migrateDomain } = await import("./migration/migrate.js");
    const journey = { source: this.connection.side, destination: dconn.side, dom: this.wire };
    return dconn.handleOf(await migrateDomain({ ...journey, fn, params, options }));
  }

  async #toUri(
    dconnuri: string | undefined,
    params: TypedParameterValues,
    options: MigrateOptions,
  ): Promise<void> {
    const { migrateToUri } = await import("./migration/to-uri.js");
    await migrateToUri({ source: this.connection.side, dom: this.wire, dconnuri, params, options });
  }
}
