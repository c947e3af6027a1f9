#include "feed_rss/feed.h"

#include "http_provider/text.h"
#include "http_provider/when.h"

#include <time.h>

static const struct {
    const char *name;
    int minutes;
} zones[] = {{"GMT", 0},    {"UTC", 0},    {"UT", 0},     {"Z", 0},
             {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
             {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

static bool zone(const char *p, int64_t *minutes) {
    while (*p == ' ')
        p++;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(p, zones[i].name) == 0) {
            *minutes = zones[i].minutes;
            return true;
        }
    uint64_t v;
    if ((*p != '+' && *p != '-') || strlen(p) != 5 || !td_str_to_u64((struct td_str){p + 1, 4}, &v))
        return false;
    *minutes = (int64_t)(v / 100 * 60 + v % 100) * (*p == '-' ? -1 : 1);
    return v / 100 < 24 && v % 100 < 60;
}

bool feed_date(struct td_str s, int64_t *ms) {
    char text[48];
    struct tm tm = {0};
    int64_t minutes;
    s = text_trim(s);
    if (s.n < 10 || s.n >= sizeof text)
        return false;
    if (s.p[0] >= '0' && s.p[0] <= '9' && s.p[4] == '-')
        return when_parse(s, ms);
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    const char *comma = strchr(text, ','), *from = comma ? comma + 1 : text;
    while (*from == ' ')
        from++;
    const char *end = strptime(from, "%d %b %Y %H:%M:%S", &tm);
    if (!end) {
        tm = (struct tm){0};
        end = strptime(from, "%d %b %Y %H:%M", &tm);
    }
    if (!end || !zone(end, &minutes))
        return false;
    *ms = ((int64_t)timegm(&tm) - minutes * 60) * 1000;
    return true;
}
