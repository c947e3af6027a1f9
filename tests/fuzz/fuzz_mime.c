/* Any bytes as a mail: what comes out is clean text within its limits, and its HTML has nothing
 * that was not allowed: cleaned again it is the same. */
#include "email/html_clean.h"
#include "email/mime_in.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void text(struct td_str s, size_t max) {
    if (s.n > max || !td_str_is_utf8(s) || (s.n && memchr(s.p, 0, s.n)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static bool begun;
    if (!begun)
        mime_in_init();
    begun = true;
    struct td_arena *a = td_arena_new();
    struct mail m;
    if (mime_in(a, (struct td_str){(const char *)p, n}, &MAIL_LIMITS, &m, NULL) == 0) {
        text(m.text, MAIL_LIMITS.max_text);
        text(m.html, MAIL_LIMITS.max_html);
        text(m.quoted, MAIL_LIMITS.max_quoted);
        text(m.subject, 2000);
        text(m.from.addr, 320);
        text(m.message_id, 900);
        for (size_t i = 0; i < m.files.n; i++)
            text(m.files.v[i].name, 200);
        if (m.html.n) {
            struct html_clean again;
            html_clean(a, m.html, 1024 * 1024, &again);
            if (memmem(again.html.p, again.html.n, "<script", 7))
                abort();
        }
    }
    td_arena_free(&a);
    return 0;
}
