/* JSON from peers: the first byte picks the table, the rest is the text. What is accepted must keep
 * within the limits, and written as JSON and read again, and stored and read again, be the same. */
#include <stdlib.h>

#include "codec/json_in.h"
#include "codec/json_out.h"
#include "model/tables.h"

#define MAX_BYTES (8u << 20)

static void must(bool ok) {
    if (!ok)
        abort();
}

static const struct record *pick(uint8_t first) {
    size_t n = 0;
    while (record_all[n])
        n++;
    return record_all[first % n];
}

static void check(struct td_arena *a, const struct record *r, struct td_str text) {
    void *obj = td_arena_alloc(a, r->size), *again = td_arena_alloc(a, r->size);
    struct td_error err = {0};
    int rc = json_in_text(a, r, text, FF_SECRET, obj, &err); /* secrets would not come out again */
    must(rc == TD_OK || err.text[0]);
    if (rc)
        return;
    must(record_check(r, obj, &err) == TD_OK);
    struct buf out;
    buf_init(&out, MAX_BYTES);
    json_out_record(&out, r, obj, 0);
    must(buf_rc(&out) == TD_OK);
    /* escapes make a text longer: at the very limit it may not come in again */
    rc = json_in_text(a, r, buf_str(&out), FF_SECRET, again, &err);
    must(rc == TD_OK ? record_equal(r, obj, again) : out.n > JSON_IN_MAX);
    buf_reset(&out);
    must(record_pack(&out, r, obj) == TD_OK);
    must(record_unpack(a, r, buf_str(&out), again, &err) == TD_OK);
    must(record_equal(r, obj, again));
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size)
        return 0;
    struct td_arena *a = td_arena_new();
    check(a, pick(data[0]), (struct td_str){(const char *)data + 1, size - 1});
    td_arena_free(&a);
    return 0;
}
