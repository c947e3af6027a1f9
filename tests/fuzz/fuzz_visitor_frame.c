/* Frames of the visitors' socket, where anybody may write; and the hints and log-ins that are read
 * the same way: no crash, an error says why, what is taken keeps its limits and is UTF-8. */
#include "codec/frame_in.h"

#include <stdlib.h>

static void must(bool ok) {
    if (!ok)
        abort();
}

static void check_text(struct td_str s, size_t max) {
    must(s.n <= max && td_str_is_utf8(s));
}

static void check_others(struct td_arena *a, struct td_str text) {
    struct hint h;
    struct td_str user = {0}, password = {0};
    struct td_error err = {0};
    must(frame_hint(a, text, &h, &err) == TD_OK || err.text[0]);
    check_text(h.visitor, 400);
    err = (struct td_error){0};
    int rc = frame_login(a, text, &user, &password, &err);
    must(rc == TD_OK ? user.n && password.n : err.text[0]);
    check_text(user, 128);
    check_text(password, 1024);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct td_arena *a = td_arena_new();
    struct td_str text = {(const char *)data, size};
    struct visitor_frame f;
    struct td_error err = {0};
    int rc = frame_visitor(a, text, &f, &err);
    must(rc == TD_OK || (rc == err.rc && err.text[0]));
    check_text(f.t, 16);
    check_text(f.id, 64);
    check_text(f.channel, 64);
    check_text(f.tab, 36);
    check_text(f.token, 200);
    check_text(f.identity, 4096);
    check_text(f.text, 16384);
    must(f.fields.n <= 40 && f.fields.n % 2 == 0);
    for (size_t i = 0; i < f.fields.n; i++)
        check_text(f.fields.v[i], i % 2 ? 2000 : 64);
    check_others(a, text);
    td_arena_free(&a);
    return 0;
}
