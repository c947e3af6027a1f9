#include "io/web_text.h"

#include <strings.h>
#include <time.h>

static const struct {
    int status;
    const char *text;
} statuses[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

const char *web_status_text(int status) {
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "Unknown";
}

bool web_status_has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

/* Every answer has a head: no printf. At least so many digits. */
static void put_number(struct buf *out, uint64_t n, size_t digits) {
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n || sizeof text - at < digits);
    buf_put(out, text + at, sizeof text - at);
}

static void put_parts(struct buf *out, const char *before, int n, size_t digits) {
    buf_puts(out, before);
    put_number(out, (uint64_t)n, digits);
}

static void put_date(struct buf *out, int64_t wall_ms) {
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    if (!gmtime_r(&t, &tm))
        return;
    /* Not strftime: names of days must not follow the locale. */
    buf_puts(out, "Date: ");
    buf_puts(out, days[tm.tm_wday]);
    put_parts(out, ", ", tm.tm_mday, 2);
    buf_puts(out, " ");
    buf_puts(out, months[tm.tm_mon]);
    put_parts(out, " ", tm.tm_year + 1900, 4);
    put_parts(out, " ", tm.tm_hour, 2);
    put_parts(out, ":", tm.tm_min, 2);
    put_parts(out, ":", tm.tm_sec, 2);
    buf_puts(out, " GMT\r\n");
}

static void put_header(struct buf *out, const char *name, const char *value) {
    if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
        return;
    buf_puts(out, name);
    buf_puts(out, ": ");
    buf_puts(out, value);
    buf_puts(out, "\r\n");
}

void web_text_head(struct buf *out, const struct web_answer *a) {
    put_parts(out, "HTTP/1.1 ", a->status, 3);
    buf_puts(out, " ");
    buf_puts(out, web_status_text(a->status));
    buf_puts(out, "\r\n");
    put_date(out, a->wall_ms);
    if (a->type)
        put_header(out, "Content-Type", a->type);
    if (web_status_has_body(a->status)) {
        buf_puts(out, "Content-Length: ");
        put_number(out, a->body_bytes, 1);
        buf_puts(out, "\r\n");
    }
    for (const char *const *h = a->headers; h && h[0] && h[1]; h += 2)
        put_header(out, h[0], h[1]);
    if (a->close)
        buf_puts(out, "Connection: close\r\n");
    else if (a->http10)
        buf_puts(out, "Connection: keep-alive\r\n");
    buf_puts(out, "\r\n");
}

struct td_str web_text_trim(struct td_str s) {
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

bool web_text_eq_nocase(struct td_str a, const char *b) {
    return a.n == strlen(b) && (a.n == 0 || strncasecmp(a.p, b, a.n) == 0);
}

struct td_str web_text_pop(struct td_str *list) {
    size_t i = list->n;
    while (i > 0 && list->p[i - 1] != ',')
        i--;
    struct td_str last = {list->p + i, list->n - i};
    list->n = i ? i - 1 : 0;
    return web_text_trim(last);
}

bool web_text_has_token(struct td_str list, const char *token) {
    while (list.n)
        if (web_text_eq_nocase(web_text_pop(&list), token))
            return true;
    return false;
}

struct td_str web_text_cookie(struct td_str header, const char *name) {
    size_t n = strlen(name);
    while (header.n) {
        const char *semi = memchr(header.p, ';', header.n);
        struct td_str one = {header.p, semi ? (size_t)(semi - header.p) : header.n};
        size_t used = one.n + (semi ? 1 : 0);
        header.p += used;
        header.n -= used;
        one = web_text_trim(one);
        if (one.n > n && one.p[n] == '=' && memcmp(one.p, name, n) == 0)
            return (struct td_str){one.p + n + 1, one.n - n - 1};
    }
    return (struct td_str){NULL, 0};
}

struct td_str web_text_find(const struct td_pair *v, size_t n, const char *name) {
    struct td_str want = td_str_of(name);
    for (size_t i = 0; i < n; i++)
        if (td_str_eq(v[i].name, want))
            return v[i].value;
    return (struct td_str){NULL, 0};
}

static void put_encoded(struct buf *out, struct td_str s, const char *also) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-._~", c)) || (c && strchr(also, c));
        if (plain)
            buf_putc(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

struct td_str web_text_url(struct td_arena *a, struct td_str path, const struct td_pair *query,
                           size_t n) {
    struct buf b;
    buf_init(&b, 256 * 1024); /* three times the largest head there can be */
    put_encoded(&b, path, "/!$&'()*+,;=:@");
    for (size_t i = 0; i < n; i++) {
        buf_putc(&b, i ? '&' : '?');
        put_encoded(&b, query[i].name, "");
        /* lws keeps the "=": a name alone and a name with an empty value are different URLs. */
        if (query[i].value.p) {
            buf_putc(&b, '=');
            put_encoded(&b, query[i].value, "");
        }
    }
    struct td_str out = td_arena_dup(a, buf_str(&b));
    buf_fini(&b);
    return out;
}
