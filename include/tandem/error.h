/* error.h: return codes, and the text that explains one.
 *
 * Functions return TD_OK (0) or a negative code. A `struct td_error *` last (may be NULL) receives
 * the sentence for a person: what was found, what was expected, where. */
#ifndef TANDEM_ERROR_H
#define TANDEM_ERROR_H

#define TD_RC_LIST(X)                                                                              \
    X(OK, 0, "ok")                                                                                 \
    X(EINVAL, -1, "invalid")                                                                       \
    X(ELIMIT, -2, "over a limit")                                                                  \
    X(EPARSE, -3, "malformed")                                                                     \
    X(ENOTFOUND, -4, "not found")                                                                  \
    X(EEXIST, -5, "exists already")                                                                \
    X(ECANCELED, -6, "cancelled")                                                                  \
    X(ETIMEDOUT, -7, "timed out")                                                                  \
    X(ECONN, -8, "not connected")                                                                  \
    X(EAUTH, -9, "not authenticated")                                                              \
    X(EFORBIDDEN, -10, "not allowed")                                                              \
    X(ESTALE, -11, "out of date")                                                                  \
    X(EBUSY, -12, "busy")                                                                          \
    X(EIO, -13, "input/output error")                                                              \
    X(EVERSION, -14, "of a newer version")                                                         \
    X(EFULL, -15, "full")                                                                          \
    X(EUNSUPPORTED, -16, "unsupported")

enum td_rc {
#define X(name, value, text) TD_##name = (value),
    TD_RC_LIST(X)
#undef X
};

/* "invalid", "timed out"…; never NULL. */
const char *td_rc_text(int rc);

struct td_error {
    int rc;
    char text[256];
};

/* Fills `err` (when not NULL) and returns `rc`, so that failing is one line:
 * return td_error_set(err, TD_EINVAL, "%s: expected a number", name); */
int td_error_set(struct td_error *err, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
