/**
 * Functions that have a procedure of their name and yet no generated method, with the reason. Their methods are
 * written by hand in `src/api/`, or come with a part of the library that is not there yet.
 */
export const BY_HAND: Readonly<Record<string, string>> = {
  virConnectOpen: "connect() is the way in",
  virAdmConnectOpen: "connectAdmin() is the way in",
  virConnectClose: "ends the transport as well",
  virAdmConnectClose: "ends the transport as well",
  virConnectGetType: "asked once, then remembered",
  virConnectGetURI: "known on this side",
  virConnectIsSecure: "the transport has a say",
  virConnectGetAllDomainStats: "records of domain and parameters",
  virNodeGetInfo: "the model is an array of characters",
  virNodeGetSecurityModel: "arrays of characters",
  virNodeGetCPUMap: "a CPU map, and needs what it wants spelt out",
  virNodeGetCPUStats: "its own kind of parameters, counted exactly",
  virNodeGetMemoryStats: "its own kind of parameters, counted exactly",
  virDomainCreate: "asks for the new id",
  virDomainCreateWithFlags: "takes the new id",
  virDomainDestroy: "the id is gone",
  virDomainDestroyFlags: "the id is gone",
  virDomainSave: "the id is gone",
  virDomainManagedSave: "the id is gone",
  virDomainRename: "the handle takes the new name",
  virDomainGetBlockJobInfo: "may find no job",
  virDomainGetCPUStats: "a matrix with gaps",
  virDomainGetDiskErrors: "asks for the count of disks",
  virDomainGetEmulatorPinInfo: "a CPU map",
  virDomainGetIOThreadInfo: "CPU maps",
  virDomainGetSchedulerParameters: "another call knows the count",
  virDomainGetSchedulerParametersFlags: "another call knows the count",
  virDomainGetSecurityLabel: "arrays of characters",
  virDomainGetSecurityLabelList: "arrays of characters",
  virDomainGetVcpuPinInfo: "CPU maps",
  virDomainGetVcpus: "CPU maps",
  virDomainMemoryStats: "tags and values",
  virDomainBlockPeek: "the answer must be as long as asked",
  virDomainMemoryPeek: "the answer must be as long as asked",
  virNetworkUpdate: "old daemons take two arguments the other way round",
};

/** Calls that carry no strings unless the caller says that it can read them: VIR_TYPED_PARAM_STRING_OKAY. */
export const STRING_OKAY: ReadonlySet<string> = new Set([
  "virDomainGetMemoryParameters",
  "virDomainGetNumaParameters",
  "virDomainGetBlkioParameters",
  "virDomainBlockStatsFlags",
  "virDomainGetInterfaceParameters",
  "virDomainGetBlockIoTune",
  "virNodeGetMemoryParameters",
  "virNodeGetSEVInfo",
]);

/** Calls that give a list of names, and the calls that count them, where the names do not tell. */
export const COUNTED_BY: Readonly<Record<string, string>> = {
  virDomainSnapshotListNames: "virDomainSnapshotNum",
  virDomainSnapshotListChildrenNames: "virDomainSnapshotNumChildren",
  virNodeListDevices: "virNodeNumOfDevices",
};

/** Functions of the event, stream, migration and descriptor machinery, which have their own front doors. */
export const OTHER_MACHINERY: RegExp =
  /Event(?:De)?[rR]egister|CloseCallback|^virDomainMigrate(?!Get|Set|Start)|^virDomainOpen|Screenshot$|^virStorageVol(?:Up|Down)load$|With(?:Files)$|FDAssociate$|^virDomainLxcOpenNamespace$/;
