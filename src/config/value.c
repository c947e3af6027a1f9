#include "config/value.h"

#include <inttypes.h>
#include <stdio.h>

enum { TEXT_MAX = 16000, ID_MAX = 64 };

/* Descending, as they stand in "1h30m". */
static const struct unit {
    const char *name;
    int64_t factor;
} time_units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}},
  size_units[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1024}, {"", 1}};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Far beyond anything that is meant (300 years of milliseconds), far below an overflow. */
static const int64_t number_max = INT64_C(10000000000000);

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Takes digits off the front. */
static bool take_digits(struct td_str *s, int64_t *out) {
    size_t n = 0;
    int64_t v = 0;
    while (n < s->n && is_digit(s->p[n])) {
        v = v * 10 + (s->p[n] - '0');
        if (v > number_max)
            return false;
        n++;
    }
    *s = (struct td_str){s->p + n, s->n - n};
    *out = v;
    return n > 0;
}

static bool parse_number(struct td_str s, int64_t *out) {
    bool minus = s.n && s.p[0] == '-';
    if (minus)
        s = (struct td_str){s.p + 1, s.n - 1};
    if (!take_digits(&s, out) || s.n)
        return false;
    if (minus)
        *out = -*out;
    return true;
}

static bool parse_duration(struct td_str s, bool never, int64_t *out) {
    if (never && td_str_eqz(s, "never")) {
        *out = -1;
        return true;
    }
    if (td_str_eqz(s, "0")) {
        *out = 0;
        return true;
    }
    int64_t sum = 0;
    size_t last = 0; /* units come in descending order, each once */
    while (s.n) {
        int64_t v;
        if (!take_digits(&s, &v))
            return false;
        size_t letters = 0;
        while (letters < s.n && s.p[letters] >= 'a' && s.p[letters] <= 'z')
            letters++;
        size_t i = last;
        while (i < COUNT(time_units) &&
               !td_str_eqz((struct td_str){s.p, letters}, time_units[i].name))
            i++;
        if (i == COUNT(time_units) || v > number_max / time_units[i].factor)
            return false;
        sum += v * time_units[i].factor;
        last = i + 1;
        s = (struct td_str){s.p + letters, s.n - letters};
    }
    *out = sum;
    return last > 0 && sum <= number_max;
}

static bool parse_size(struct td_str s, int64_t *out) {
    if (!take_digits(&s, out))
        return false;
    for (size_t i = 0; i < COUNT(size_units); i++)
        if (td_str_eqz(s, size_units[i].name)) {
            if (*out > number_max / size_units[i].factor)
                return false;
            *out *= size_units[i].factor;
            return true;
        }
    return false;
}

static bool parse_bool(struct td_str s, int64_t *out) {
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (td_str_eqz(s, words[i])) {
            *out = (int64_t)(i & 1);
            return true;
        }
    return false;
}

/* The i-th choice; n == 0 and p NULL after the last. */
static struct td_str choice_at(const struct value_rule *rule, size_t i) {
    if (rule->names)
        return td_str_of(rule->names[i]);
    const char *p = rule->choices;
    for (; p && i; i--) {
        p = strchr(p, '|');
        p = p ? p + 1 : NULL;
    }
    return (struct td_str){p, p ? strcspn(p, "|") : 0};
}

static bool parse_choice(const struct value_rule *rule, struct td_str s, int64_t *out) {
    struct td_str c;
    for (size_t i = 0; (c = choice_at(rule, i)).p; i++)
        if (td_str_eq(s, c)) {
            *out = (int64_t)i;
            return true;
        }
    return false;
}

static bool is_url(struct td_str s) {
    size_t scheme = td_str_starts(s, TD_STR("https://"))  ? 8
                    : td_str_starts(s, TD_STR("http://")) ? 7
                                                          : 0;
    if (!scheme || s.n > 2000)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '<' || s.p[i] == '>' || s.p[i] == 0x7f)
            return false;
    struct td_str host = {s.p + scheme, s.n - scheme};
    size_t n = 0;
    while (n < host.n && !strchr("/?#", host.p[n]))
        n++;
    /* A password in a URL ends up in logs; there are settings for it. */
    return n > 0 && host.p[0] != ':' && !memchr(host.p, '@', n);
}

bool value_is_id(struct td_str s) {
    if (!s.n || s.n > ID_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(is_digit(c) || (c >= 'a' && c <= 'z') || (i && (c == '-' || c == '_'))))
            return false;
    }
    return true;
}

static bool in_range(const struct value_rule *rule, int64_t v) {
    if (rule->never && v == -1)
        return true;
    return (!rule->min && !rule->max) ? v >= 0 : v >= rule->min && (!rule->max || v <= rule->max);
}

bool value_parse(const struct value_rule *rule, struct td_str text, int64_t *number) {
    *number = 0;
    switch (rule->type) {
    case V_TEXT:
        return text.n <= TEXT_MAX;
    case V_ID:
        return value_is_id(text);
    case V_URL:
        return is_url(text);
    case V_NUMBER:
        return parse_number(text, number) && in_range(rule, *number);
    case V_SIZE:
        return parse_size(text, number) && in_range(rule, *number);
    case V_BOOL:
        return parse_bool(text, number);
    case V_DURATION:
        return parse_duration(text, rule->never, number) && in_range(rule, *number);
    case V_CHOICE:
        return parse_choice(rule, text, number);
    }
    return false;
}

void value_print_duration(int64_t ms, char out[32]) {
    if (ms <= 0) {
        snprintf(out, 32, "%s", ms ? "never" : "0");
        return;
    }
    size_t n = 0;
    int64_t left = ms;
    for (size_t i = 0; i < COUNT(time_units) && n < 32; i++) {
        int64_t factor = time_units[i].factor, whole = left / factor;
        /* "72h" and "90m" say what people mean better than "3d" and "1h30m" do; days from a week
         * on. */
        if (!whole || (i == 0 && whole < 7) ||
            (i == 1 && whole == 1 && left % factor && left % time_units[2].factor == 0))
            continue;
        n += (size_t)snprintf(out + n, 32 - n, "%" PRId64 "%s", whole, time_units[i].name);
        left -= whole * factor;
    }
}

void value_print_size(int64_t bytes, char out[32]) {
    for (size_t i = 0; i < COUNT(size_units); i++)
        if (bytes && bytes % size_units[i].factor == 0) {
            snprintf(out, 32, "%" PRId64 "%s", bytes / size_units[i].factor, size_units[i].name);
            return;
        }
    snprintf(out, 32, "%" PRId64, bytes);
}

static void print_bound(const struct value_rule *rule, int64_t v, char out[32]) {
    if (rule->type == V_DURATION)
        value_print_duration(v, out);
    else if (rule->type == V_SIZE)
        value_print_size(v, out);
    else
        snprintf(out, 32, "%" PRId64, v);
}

void value_expected(const struct value_rule *rule, char *out, size_t size) {
    static const char *const what[] = {
        [V_TEXT] = "a text of at most 16000 bytes",
        [V_ID] = "a name of a-z, 0-9, - and _ (at most 64)",
        [V_URL] = "a URL such as https://example.org/path, without a user name",
        [V_NUMBER] = "a number",
        [V_SIZE] = "a size such as 64KiB",
        [V_BOOL] = "true or false",
        [V_DURATION] = "a duration such as 45s",
        [V_CHOICE] = "one of ",
    };
    int n = snprintf(out, size, "%s", what[rule->type]);
    size_t at = n > 0 && (size_t)n < size ? (size_t)n : size - 1;
    if (rule->type == V_CHOICE) {
        struct td_str c;
        for (size_t i = 0; (c = choice_at(rule, i)).p && at < size - 1; i++) {
            n = snprintf(out + at, size - at, "%s%.*s", i ? ", " : "", TD_FMT(c));
            at = n > 0 && at + (size_t)n < size ? at + (size_t)n : size - 1;
        }
        return;
    }
    if (rule->never) {
        n = snprintf(out + at, size - at, " or never");
        at = n > 0 && at + (size_t)n < size ? at + (size_t)n : size - 1;
    }
    if (!rule->min && !rule->max)
        return;
    char lo[32], hi[32];
    print_bound(rule, rule->min, lo);
    print_bound(rule, rule->max, hi);
    if (rule->max)
        snprintf(out + at, size - at, " from %s to %s", lo, hi);
    else
        snprintf(out + at, size - at, " of at least %s", lo);
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned value_distance(struct td_str a, struct td_str b) {
    enum { MAX = 48, FAR = 8 };
    if (a.n > MAX || b.n > MAX)
        return FAR;
    unsigned rows[3][MAX + 1]; /* of the edit matrix: the last two and this one */
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned cost = a.p[i - 1] != b.p[j - 1];
            now[j] = least(least(up[j] + 1, now[j - 1] + 1), up[j - 1] + cost);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                now[j] = least(now[j], up2[j - 2] + 1);
        }
    }
    return least(rows[a.n % 3][b.n], FAR);
}
