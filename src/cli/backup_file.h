/* backup_file.h: the file of `tandemctl backup`.
 *
 * 512 bytes of text, lines of "name value", filled up with blanks and a line end:
 *
 *     tandem-backup 1
 *     tenant main
 *     time 1764000000000
 *     term 3-…            of the fence, with batch and position: the moment it shows
 *     batch 1042
 *     position 1764000000000-0:7
 *     records 8123
 *     sha256 <hex, of all that follows>
 *
 * then records: varint length and bytes of the key, varint of the expiry (Unix ms, 0: none), varint
 * length and bytes as Redis' DUMP has them (0: the key is not there). A key may come again: the
 * last record counts. */
#ifndef CLI_BACKUP_FILE_H
#define CLI_BACKUP_FILE_H

#include "base/buf.h"
#include <stdio.h>
#include <tandem/arena.h>
#include <tandem/error.h>

enum { BACKUP_VERSION = 1, BACKUP_HEADER = 512, BACKUP_VALUE_MAX = 48 << 20 };

struct backup_head {
    char tenant[65], term[80], position[80];
    int64_t at_ms;
    uint64_t batch, records;
};
struct backup_record {
    struct td_str key, value;
    int64_t expires_ms;
};

/* ---- writing: into <path>.part, which becomes <path> when it is whole and on the disk ---- */
struct backup_writer;
int backup_create(const char *path, struct backup_writer **out, struct td_error *err);
int backup_put(struct backup_writer *w, const struct backup_record *r, struct td_error *err);
/* Frees it. Sets head->records. */
int backup_finish(struct backup_writer **w, struct backup_head *head, struct td_error *err);
void backup_drop(struct backup_writer **w); /* removes what was written; NULL is fine */

/* ---- reading: the sum is checked before the first record is given out ---- */
struct backup_reader;
int backup_open(const char *path, struct backup_reader **out, struct backup_head *head,
                struct td_error *err);
/* TD_OK; TD_ENOTFOUND: no more. The bytes live until the next call. */
int backup_next(struct backup_reader *r, struct backup_record *out, struct td_error *err);
void backup_close(struct backup_reader **r);

#endif
