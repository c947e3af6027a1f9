#include <stdarg.h>
#include <stdio.h>
#include <tandem/error.h>
#include <tandem/str.h>

const char *td_rc_text(int rc) {
    switch (rc) {
#define X(name, value, text)                                                                       \
    case value:                                                                                    \
        return text;
        TD_RC_LIST(X)
#undef X
    }
    return "unknown error";
}

int td_error_set(struct td_error *err, int rc, const char *fmt, ...) {
    if (!err)
        return rc;
    /* Not straight into err->text: a caller that adds its context to an error passes that very text
     * as an argument. */
    char text[sizeof err->text + 4];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0)
        n = 0;
    struct td_str s = {text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1};
    s = td_str_cut(s, sizeof err->text - 1);
    memcpy(err->text, s.p, s.n);
    err->text[s.n] = '\0';
    err->rc = rc;
    return rc;
}
