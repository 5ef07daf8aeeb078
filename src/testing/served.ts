import { qemuConnectProcedures } from "../protocol/generated/qemu/served/connect.js";
import { qemuDomainProcedures } from "../protocol/generated/qemu/served/domain.js";
import { remoteAuthProcedures } from "../protocol/generated/remote/served/auth.js";
import { remoteConnectProcedures } from "../protocol/generated/remote/served/connect.js";
import { remoteConnectEventsProcedures } from "../protocol/generated/remote/served/connect-events.js";
import { remoteConnectListsProcedures } from "../protocol/generated/remote/served/connect-lists.js";
import { remoteDomainProcedures } from "../protocol/generated/remote/served/domain.js";
import { remoteDomainBlockProcedures } from "../protocol/generated/remote/served/domain-block.js";
import { remoteDomainCheckpointProcedures } from "../protocol/generated/remote/served/domain-checkpoint.js";
import { remoteDomainGetProcedures } from "../protocol/generated/remote/served/domain-get.js";
import { remoteDomainLifecycleProcedures } from "../protocol/generated/remote/served/domain-lifecycle.js";
import { remoteDomainMigrateProcedures } from "../protocol/generated/remote/served/domain-migrate.js";
import { remoteDomainSaveProcedures } from "../protocol/generated/remote/served/domain-save.js";
import { remoteDomainSetProcedures } from "../protocol/generated/remote/served/domain-set.js";
import { remoteDomainSnapshotProcedures } from "../protocol/generated/remote/served/domain-snapshot.js";
import { remoteDomainTuningProcedures } from "../protocol/generated/remote/served/domain-tuning.js";
import { remoteInterfaceProcedures } from "../protocol/generated/remote/served/interface.js";
import { remoteNetworkProcedures } from "../protocol/generated/remote/served/network.js";
import { remoteNetworkPortProcedures } from "../protocol/generated/remote/served/network-port.js";
import { remoteNodeProcedures } from "../protocol/generated/remote/served/node.js";
import { remoteNodeDeviceProcedures } from "../protocol/generated/remote/served/node-device.js";
import { remoteNwfilterProcedures } from "../protocol/generated/remote/served/nwfilter.js";
import { remoteSecretProcedures } from "../protocol/generated/remote/served/secret.js";
import { remoteStoragePoolProcedures } from "../protocol/generated/remote/served/storage-pool.js";
import { remoteStorageVolProcedures } from "../protocol/generated/remote/served/storage-vol.js";
import type { ServedProcedure } from "../protocol/server/index.js";

/** Every procedure that can be answered, and how it travels. */
export const SERVED: readonly ServedProcedure[] = [
  ...remoteAuthProcedures,
  ...remoteConnectEventsProcedures,
  ...remoteConnectListsProcedures,
  ...remoteConnectProcedures,
  ...remoteDomainBlockProcedures,
  ...remoteDomainCheckpointProcedures,
  ...remoteDomainGetProcedures,
  ...remoteDomainLifecycleProcedures,
  ...remoteDomainMigrateProcedures,
  ...remoteDomainSaveProcedures,
  ...remoteDomainSetProcedures,
  ...remoteDomainSnapshotProcedures,
  ...remoteDomainTuningProcedures,
  ...remoteDomainProcedures,
  ...remoteInterfaceProcedures,
  ...remoteNetworkPortProcedures,
  ...remoteNetworkProcedures,
  ...remoteNodeDeviceProcedures,
  ...remoteNodeProcedures,
  ...remoteNwfilterProcedures,
  ...remoteSecretProcedures,
  ...remoteStoragePoolProcedures,
  ...remoteStorageVolProcedures,
  ...qemuConnectProcedures,
  ...qemuDomainProcedures,
];
