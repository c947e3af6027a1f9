/* Frames of the agents' socket: whatever a browser sends, no crash; an error names its place; what
 * is taken keeps its limits, is UTF-8, and its command can be packed and opened again. */
#include "codec/frame_in.h"

#include <stdlib.h>

static void must(bool ok) {
    if (!ok)
        abort();
}

static void check_text(struct td_str s, size_t max) {
    must(s.n <= max && td_str_is_utf8(s));
}

static void check_command(struct td_arena *a, const struct agent_frame *f) {
    const struct record *table = command_rows[f->kind].body;
    void *again = td_arena_alloc(a, table->size);
    struct td_error err = {0};
    struct buf b;
    must(record_check(table, f->body, &err) == TD_OK);
    buf_init(&b, 8 << 20);
    must(record_pack(&b, table, f->body) == TD_OK);
    must(record_unpack(a, table, buf_str(&b), again, &err) == TD_OK);
    must(record_equal(table, f->body, again));
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct td_arena *a = td_arena_new();
    struct td_str text = {(const char *)data, size};
    struct agent_frame f, quiet;
    struct td_error err = {0};
    int rc = frame_agent(a, text, &f, &err);
    must(rc == TD_OK || (rc == err.rc && err.text[0]));
    must((frame_agent(a, text, &quiet, NULL) == TD_OK) == (rc == TD_OK));
    must(td_str_eq(f.id, quiet.id) && td_str_eq(f.t, quiet.t));
    check_text(f.t, 16);
    check_text(f.id, 64);
    check_text(f.tab, 36);
    check_text(f.term, 128);
    check_text(f.event, 64);
    must(!f.kind || td_str_eqz(f.t, "cmd"));
    if (rc == TD_OK && f.kind)
        check_command(a, &f);
    td_arena_free(&a);
    return 0;
}
