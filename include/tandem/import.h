/* import.h: history on request. An administrator's wish is a secret of the channel, written by the
 * API; whoever holds the channel finds it there, and keeps how far it has come as another, so that
 * the two never overwrite each other. Messages of it carry TD_IMPORTED. */
#ifndef TANDEM_IMPORT_H
#define TANDEM_IMPORT_H

#include <tandem/arena.h>
#include <tandem/error.h>

#define TD_IMPORT_WISH "import-wish"
#define TD_IMPORT_PROGRESS "import"

struct td_import {
    struct td_str id;     /* of the wish */
    int64_t since_s;      /* Unix seconds: what came before is left out; 0: all */
    struct td_str folder; /* "": the one that is watched */
    uint64_t done;        /* messages that are durable */
    bool finished;        /* progress only */
};
/* As a secret's text. */
struct td_str td_import_pack(struct td_arena *a, const struct td_import *x);
/* TD_EPARSE: it is none. */
int td_import_unpack(struct td_arena *a, struct td_str s, struct td_import *out);

#endif
