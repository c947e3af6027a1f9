#include "http_provider/when.h"

#include <time.h>

#define EPOCH_MS_FROM INT64_C(100000000000) /* 1973 as milliseconds, the year 5138 as seconds */
#define EPOCH_S_FROM INT64_C(1000000000)    /* below it a number of seconds from now */
#define DAY_MS INT64_C(86400000)

static bool number(struct td_str s, int64_t *whole, int64_t *fraction_ms) {
    const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;
    struct td_str head = {s.p, dot ? (size_t)(dot - s.p) : s.n};
    uint64_t v;
    if (!td_str_to_u64(head, &v) || v > INT64_MAX / 1000)
        return false;
    *whole = (int64_t)v;
    *fraction_ms = 0;
    int64_t unit = 100;
    for (size_t i = head.n + 1; i < s.n; i++, unit /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *fraction_ms += (s.p[i] - '0') * unit;
    }
    return true;
}

/* ".123Z", "+01:00", "" … after the seconds. */
static bool rest(const char *p, int64_t *ms) {
    int64_t unit = 100;
    if (*p == '.' || *p == ',')
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
            *ms += (*p - '0') * unit;
    if (*p == 0 || ((*p == 'Z' || *p == 'z') && p[1] == 0))
        return true;
    /* "+01:00" or "+0100" */
    bool colon = p[1] && p[2] && p[3] == ':';
    if ((*p != '+' && *p != '-') || strlen(p) != (size_t)5 + colon)
        return false;
    const char *digits[] = {p + 1, p + 2, p + 3 + colon, p + 4 + colon};
    int v[4];
    for (size_t i = 0; i < 4; i++) {
        if (*digits[i] < '0' || *digits[i] > '9')
            return false;
        v[i] = *digits[i] - '0';
    }
    int hours = v[0] * 10 + v[1], minutes = v[2] * 10 + v[3];
    if (hours > 23 || minutes > 59)
        return false;
    int64_t offset = (int64_t)(hours * 60 + minutes) * 60000;
    *ms += *p == '+' ? -offset : offset;
    return true;
}

bool when_parse(struct td_str s, int64_t *ms) {
    int64_t whole, fraction;
    if (number(s, &whole, &fraction)) {
        *ms = whole >= EPOCH_MS_FROM ? whole : whole * 1000 + fraction;
        return true;
    }
    char text[48];
    if (s.n < 19 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    if (strlen(text) != s.n)
        return false;
    struct tm tm = {0};
    text[10] = text[10] == ' ' || text[10] == 't' ? 'T' : text[10];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!end)
        return false;
    *ms = (int64_t)timegm(&tm) * 1000;
    return rest(end, ms);
}

bool when_http_date(struct td_str s, int64_t *ms) {
    char text[40];
    if (s.n >= sizeof text || s.n == 0)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    struct tm tm = {0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end)
        return false;
    *ms = (int64_t)timegm(&tm) * 1000;
    return true;
}

bool when_retry(struct td_str s, int64_t now_ms, int64_t *ms) {
    int64_t whole, fraction;
    if (number(s, &whole, &fraction)) {
        if (whole < EPOCH_S_FROM)
            *ms = whole > DAY_MS ? now_ms + DAY_MS : now_ms + whole * 1000 + fraction;
        else
            *ms = whole >= EPOCH_MS_FROM ? whole : whole * 1000 + fraction;
    } else if (!when_http_date(s, ms) && !when_parse(s, ms)) {
        return false;
    }
    if (*ms < now_ms + 1000)
        *ms = now_ms + 1000;
    if (*ms > now_ms + DAY_MS)
        *ms = now_ms + DAY_MS;
    return true;
}
