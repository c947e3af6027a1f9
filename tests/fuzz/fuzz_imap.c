/* Any bytes as a mail server's answer, in pieces of a size that the first byte chooses: what is
 * read does not depend on where the pieces end. */
#include "email/imap_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static uint64_t mix(uint64_t h, struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3u;
    return h * 31 + s.n;
}

/* A hash of all that was read. */
static uint64_t read_in(const char *p, size_t n, size_t piece) {
    static struct imap_response r;
    struct imap_reader reader;
    uint64_t h = 7;
    int rc = TD_OK;
    imap_reader_init(&reader, 1 << 20);
    for (size_t at = 0; at < n && rc == TD_OK; at += piece) {
        rc = imap_reader_feed(&reader, p + at, n - at < piece ? n - at : piece);
        while (rc == TD_OK && imap_reader_next(&reader, &r, &rc)) {
            h = mix(mix(mix(h, r.tag), r.name), r.text) + r.number;
            h = mix(mix(h, r.code), r.code_value);
            for (size_t i = 0; i < r.n; i++)
                h = mix(h, r.tokens[i].s) + r.tokens[i].kind;
            const struct imap_token *t = imap_item(&r, "BODY[]");
            if (t)
                h = mix(h, t->s) + (uint64_t)imap_date_ms(t->s);
        }
    }
    imap_reader_fini(&reader);
    return h + (uint64_t)(rc == TD_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    if (n < 2)
        return 0;
    const char *bytes = (const char *)p + 1;
    if (read_in(bytes, n - 1, n) != read_in(bytes, n - 1, (size_t)p[0] % 17 + 1))
        abort();
    return 0;
}
