/** The folders of a cluster. Any process can use it. */
export interface CephPlace {
  /** The folder of Ceph's programs. */
  readonly programs: string
  /** The folder of the cluster, which holds `ceph.conf`. */
  readonly folder: string
}
