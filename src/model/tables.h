/* tables.h: for the files that hold tables: the kind numbers of records that are not entities, the
 * tables of structs inside others, and the list of all.
 *
 * Kinds are stored: append only. Entities use their enum entity_kind. */
#ifndef MODEL_TABLES_H
#define MODEL_TABLES_H

#include "model/record.h"

enum record_kind {
    RK_COMMAND = 32,
    RK_EVENT,
    RK_DELIVERY,
    RK_RESULT,
    RK_VISIT,
    RK_FACT,
    RK_SEND,
    RK_MESSAGE,
    /* bodies of commands */
    RK_ACT = 64,
    RK_INBOUND,
    RK_RECEIPT_IN,
    RK_VERDICT_IN,
    RK_CHANNEL_STATE,
    RK_VOICE,
    RK_VISITOR,
    RK_SESSION,
    RK_ACCOUNT,
    RK_START,
    RK_CONTACT_EDIT,
    RK_MEDIA_IN = 120
};

extern const struct record rec_conv_field, rec_skill_need;

/* Every top-level record, NULL-terminated: for tests, fuzzing (corpora name a record by its place
 * here: append only) and tools. */
extern const struct record *const record_all[];

#endif
