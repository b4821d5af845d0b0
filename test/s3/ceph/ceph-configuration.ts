/** Bytes. The file is sparse: it takes from the disk what is stored. */
const BLOCK_SIZE = 10 * 1024 ** 3

/** The configuration of a cluster of one monitor, one OSD and any number of gateways, all of it below `folder`. */
export function cephConfiguration(folder: string, id: string, monitorPort: number): string {
  return `[global]
fsid = ${id}
mon host = v2:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
ms bind msgr2 = true
auth cluster required = none
auth service required = none
auth client required = none
run dir = ${folder}
crash dir = ${folder}
pid file =
admin socket =
log file = ${folder}/$name.log
mon cluster log file = ${folder}/cluster.log
# One copy of everything, on the one OSD.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
# Go on if the disk is nearly full.
mon data avail crit = 1
mon data avail warn = 2
# A cluster agrees on its state every second. Alone, it need not wait: it starts in half the time.
paxos propose interval = 0.05
paxos min wait = 0.02

[mon]
mon data = ${folder}/mon

[osd]
osd data = ${folder}/osd
osd objectstore = bluestore
bluestore block create = true
bluestore block size = ${BLOCK_SIZE}
# The least that it takes, in bytes.
osd memory target = 939524096
osd class update on start = false
osd crush initial weight = 1

[client]
# A gateway asks for encryption on its own, and so for authentication.
ms mon client mode = crc
rgw data = ${folder}
rgw thread pool size = 64
rgw rados pool pg num min = 4
rgw enable usage log = false
# Without a cache, no gateway has to tell the others of a change. It would wait for one that was killed.
rgw cache enabled = false
# Garbage is collected when a test says so.
rgw enable gc threads = false
# Without TLS, too.
rgw crypt require ssl = false
`
}
