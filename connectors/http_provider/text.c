#include "http_provider/text.h"

static const char hex_digits[] = "0123456789abcdef";

void text_init(struct text *t, struct td_arena *a, size_t max) {
    *t = (struct text){.a = a, .max = max};
}

void text_put(struct text *t, struct td_str s) {
    if (t->over || s.n > t->max - t->n) {
        t->over = true;
        return;
    }
    if (s.n == 0)
        return;
    if (t->n + s.n > t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 128;
        if (cap < t->n + s.n)
            cap = t->n + s.n;
        char *p = td_arena_alloc(t->a, cap);
        if (t->n)
            memcpy(p, t->p, t->n);
        t->p = p;
        t->cap = cap;
    }
    memcpy(t->p + t->n, s.p, s.n);
    t->n += s.n;
}

void text_puts(struct text *t, const char *cstr) {
    text_put(t, td_str_of(cstr));
}

void text_putc(struct text *t, char c) {
    text_put(t, (struct td_str){&c, 1});
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static void put_escaped(struct text *t, struct td_str s, bool plus) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_unreserved(s.p[i])) {
            text_putc(t, s.p[i]);
        } else if (plus && c == ' ') {
            text_putc(t, '+');
        } else {
            text_putc(t, '%');
            text_putc(t, "0123456789ABCDEF"[c >> 4]);
            text_putc(t, "0123456789ABCDEF"[c & 15]);
        }
    }
}

void text_put_percent(struct text *t, struct td_str s) {
    put_escaped(t, s, false);
}

void text_put_form(struct text *t, struct td_str s) {
    put_escaped(t, s, true);
}

void text_put_json(struct text *t, struct td_str s) {
    static const char plain[] = "\"\\/bfnrt", code[] = "\"\\/\b\f\n\r\t";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *known = c && c != '/' ? strchr(code, (char)c) : NULL;
        if (known) {
            text_putc(t, '\\');
            text_putc(t, plain[known - code]);
        } else if (c < 0x20 || c == 0x7f) {
            text_puts(t, "\\u00");
            text_putc(t, hex_digits[c >> 4]);
            text_putc(t, hex_digits[c & 15]);
        } else {
            text_putc(t, (char)c);
        }
    }
}

struct td_str text_hex(struct td_arena *a, const uint8_t *p, size_t n) {
    char *out = td_arena_alloc(a, n * 2 + 1);
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex_digits[p[i] >> 4];
        out[2 * i + 1] = hex_digits[p[i] & 15];
    }
    return (struct td_str){out, n * 2};
}

struct td_str text_base64(struct td_arena *a, const uint8_t *p, size_t n) {
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = td_arena_alloc(a, (n + 2) / 3 * 4 + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16;
        if (i + 1 < n)
            v |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < n)
            v |= p[i + 2];
        out[at++] = set[v >> 18 & 63];
        out[at++] = set[v >> 12 & 63];
        out[at++] = i + 1 < n ? set[v >> 6 & 63] : '=';
        out[at++] = i + 2 < n ? set[v & 63] : '=';
    }
    return (struct td_str){out, at};
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_unhex(struct td_str s, uint8_t *out, size_t max, size_t *n) {
    if (s.n % 2 || s.n / 2 > max)
        return false;
    for (size_t i = 0; i < s.n; i += 2) {
        int high = hex_value(s.p[i]), low = hex_value(s.p[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    *n = s.n / 2;
    return true;
}

static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool text_unbase64(struct td_str s, uint8_t *out, size_t max, size_t *n) {
    uint32_t v = 0;
    unsigned bits = 0;
    size_t at = 0;
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    if (s.n % 4 == 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int x = base64_value(s.p[i]);
        if (x < 0)
            return false;
        v = v << 6 | (uint32_t)x;
        if ((bits += 6) < 8)
            continue;
        bits -= 8;
        if (at == max)
            return false;
        out[at++] = (uint8_t)(v >> bits);
        v &= (1u << bits) - 1;
    }
    *n = at;
    return v == 0; /* bits that no byte uses */
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct td_str text_trim(struct td_str s) {
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool text_eq_nocase(struct td_str a, struct td_str b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool text_starts_nocase(struct td_str s, const char *prefix) {
    struct td_str p = td_str_of(prefix);
    return s.n >= p.n && text_eq_nocase((struct td_str){s.p, p.n}, p);
}
