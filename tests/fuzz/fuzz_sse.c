/* Server-sent events, and the text of HTML. The first byte is the size of the pieces: the same
 * events come out whole and in pieces, within the limit; the text is UTF-8 if the HTML is. */
#include "http_provider/html_text.h"
#include "http_provider/sse.h"

#include <stdlib.h>

enum { LIMIT = 256, OUT_MAX = 1 << 20 };

static char out[2][OUT_MAX];
static size_t n_out[2];
static int run;

static void put(struct td_str s) {
    if (n_out[run] + s.n + 1 > OUT_MAX)
        abort();
    if (s.n)
        memcpy(out[run] + n_out[run], s.p, s.n);
    n_out[run] += s.n;
    out[run][n_out[run]++] = 0;
}

static void on_event(struct sse *s, struct td_str name, struct td_str data) {
    (void)s;
    if (name.n == 0 || name.n > SSE_NAME_MAX || data.n > LIMIT)
        abort();
    put(name);
    put(data);
}

static int feed(struct td_str text, size_t piece) {
    struct sse s;
    int rc = TD_OK;
    n_out[run] = 0;
    sse_init(&s, LIMIT, on_event);
    for (size_t at = 0; at < text.n && rc == TD_OK; at += piece) {
        size_t n = text.n - at < piece ? text.n - at : piece;
        rc = sse_feed(&s, (struct td_str){text.p + at, n});
    }
    sse_fini(&s);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 65536)
        return 0;
    struct td_str text = {(const char *)data + 1, size - 1};
    run = 0;
    int whole = feed(text, text.n);
    run = 1;
    int pieces = feed(text, data[0] % 16 + 1u);
    if (whole != pieces ||
        (whole == TD_OK && (n_out[0] != n_out[1] || memcmp(out[0], out[1], n_out[0]) != 0)))
        abort();
    struct td_arena *a = td_arena_new();
    struct td_str plain = html_text(a, text, 1000);
    if (plain.n > 1000 || (td_str_is_utf8(text) && !td_str_is_utf8(plain)))
        abort();
    td_arena_free(&a);
    return 0;
}
