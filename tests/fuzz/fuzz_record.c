/* The stored form of every record: the first byte picks the table, the rest are the bytes. Whatever
 * unpacks must pack into bytes that unpack into the same, and must survive a copy. */
#include <stdlib.h>

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

static void check(struct td_arena *a, const struct record *r, struct td_str bytes) {
    void *obj = td_arena_alloc(a, r->size), *again = td_arena_alloc(a, r->size);
    void *copy = td_arena_alloc(a, r->size);
    struct td_error err = {0};
    int rc = record_unpack(a, r, bytes, obj, &err);
    must(rc == TD_OK || err.text[0]);
    if (rc)
        return;
    struct buf packed;
    buf_init(&packed, MAX_BYTES);
    must(record_pack(&packed, r, obj) == TD_OK);
    must(record_unpack(a, r, buf_str(&packed), again, &err) == TD_OK);
    must(record_equal(r, obj, again));
    record_copy(a, r, copy, again);
    buf_fini(&packed); /* what still borrows from it is not looked at again */
    must(record_equal(r, obj, copy));
    (void)record_check(r, copy, &err);
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
