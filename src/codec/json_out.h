/* json_out.h: JSON text straight into a buffer, from a record's table or piece by piece.
 *
 * No tree is built. Errors are the buffer's: check buf_rc once at the end. A text that is not valid
 * UTF-8 is written with U+FFFD in place of each broken part, so the output is always valid JSON. */
#ifndef CODEC_JSON_OUT_H
#define CODEC_JSON_OUT_H

#include "model/record.h"

/* What to leave out: the fields that carry one of these flags. FF_SECRET is left out always. */
enum {
    JSON_FOR_STAFF = FF_SECRET | FF_INTERNAL,
    JSON_FOR_VISITOR = FF_SECRET | FF_INTERNAL | FF_STAFF
};

/* One record as an object. Fields that are zero, empty or false are left out, but for FF_ALWAYS and
 * enumerations; enumerations are their names, F_BYTES base64. Whole numbers beyond ±2^53, which
 * JavaScript would round, are written as strings of digits. */
void json_out_record(struct buf *out, const struct record *r, const void *obj, unsigned leave_out);

/* A writer for objects built by hand. It places the commas; that braces match and that each member
 * has a key is the caller's business. */
struct json_out {
    struct buf *out;
    bool comma; /* a value stands before the next one */
};

void json_begin(struct json_out *j, struct buf *out);

void json_obj_begin(struct json_out *j);
void json_obj_end(struct json_out *j);
void json_arr_begin(struct json_out *j);
void json_arr_end(struct json_out *j);
void json_put_key(struct json_out *j, const char *key);    /* a literal: written as it is */
void json_put_name(struct json_out *j, struct td_str key); /* any key: escaped */

void json_put_str(struct json_out *j, struct td_str s);
void json_put_base64(struct json_out *j, struct td_str bytes);
void json_put_u64(struct json_out *j, uint64_t v);
void json_put_i64(struct json_out *j, int64_t v);
void json_put_bool(struct json_out *j, bool v);
void json_put_null(struct json_out *j);
/* A value that is JSON already. */
void json_put_raw(struct json_out *j, struct td_str json);
void json_put_record(struct json_out *j, const struct record *r, const void *obj,
                     unsigned leave_out);
/* The members of the record alone, into an object that the caller opened. */
void json_put_members(struct json_out *j, const struct record *r, const void *obj,
                      unsigned leave_out);

/* A key and its value. */
void json_key_str(struct json_out *j, const char *key, struct td_str s);
void json_key_u64(struct json_out *j, const char *key, uint64_t v);
void json_key_i64(struct json_out *j, const char *key, int64_t v);
void json_key_bool(struct json_out *j, const char *key, bool v);

#endif
