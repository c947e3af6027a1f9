/* snapshot.h: the queue behind read_snapshot (read.h). */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

struct snapshots;
void snapshots_free(struct snapshots **s); /* settles all with TD_ECONN */

#endif
