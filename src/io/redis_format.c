/* The request side of Redis' protocol, and the small readers of replies. Formatting by hand into
 * the connection's buffer costs a third of formatting into a buffer of its own and copying. */
#include "base/buf.h"
#include "io/redis.h"

static void put_size(struct buf *out, char kind, size_t n) {
    char text[24];
    char *end = text + sizeof text, *p = end;
    *--p = '\n';
    *--p = '\r';
    do
        *--p = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    *--p = kind;
    buf_put(out, p, (size_t)(end - p));
}

void redis_format_begin(struct buf *out, size_t argc) {
    put_size(out, '*', argc);
}

void redis_format_arg(struct buf *out, struct td_str arg) {
    put_size(out, '$', arg.n);
    char *p = buf_reserve(out, arg.n + 2);
    if (!p)
        return;
    if (arg.n)
        memcpy(p, arg.p, arg.n);
    memcpy(p + arg.n, "\r\n", 2);
    buf_commit(out, arg.n + 2);
}

void redis_format_int(struct buf *out, int64_t n) {
    char text[24];
    char *end = text + sizeof text, *p = end;
    uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do
        *--p = (char)('0' + u % 10);
    while ((u /= 10) > 0);
    if (n < 0)
        *--p = '-';
    redis_format_arg(out, (struct td_str){p, (size_t)(end - p)});
}

void redis_format(struct buf *out, size_t argc, const struct td_str *argv) {
    redis_format_begin(out, argc);
    for (size_t i = 0; i < argc; i++)
        redis_format_arg(out, argv[i]);
}

int64_t redis_int(const struct redis_reply *r) {
    if (redis_is(r, R_INT))
        return r->i;
    struct td_str s = redis_str(r);
    bool negative = s.n > 0 && s.p[0] == '-';
    uint64_t u;
    if (negative)
        s = (struct td_str){s.p + 1, s.n - 1};
    if (!td_str_to_u64(s, &u) || u > INT64_MAX)
        return 0;
    return negative ? -(int64_t)u : (int64_t)u;
}

bool redis_error_is(const struct redis_reply *r, const char *code) {
    return redis_is(r, R_ERROR) && td_str_starts(r->s, td_str_of(code));
}
