#include "sms_kannel/charset.h"

#include "http_provider/text.h"

#define REPLACEMENT 0xFFFDu

static void put(struct text *t, uint32_t c) {
    if (c == 0) /* no text holds one */
        c = REPLACEMENT;
    if (c < 0x80) {
        text_putc(t, (char)c);
    } else if (c < 0x800) {
        text_putc(t, (char)(0xC0 | c >> 6));
        text_putc(t, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        text_putc(t, (char)(0xE0 | c >> 12));
        text_putc(t, (char)(0x80 | (c >> 6 & 63)));
        text_putc(t, (char)(0x80 | (c & 63)));
    } else {
        text_putc(t, (char)(0xF0 | c >> 18));
        text_putc(t, (char)(0x80 | (c >> 12 & 63)));
        text_putc(t, (char)(0x80 | (c >> 6 & 63)));
        text_putc(t, (char)(0x80 | (c & 63)));
    }
}

/* A byte that is no UTF-8 becomes a replacement character; the rest stays. */
static void from_utf8(struct text *t, struct td_str s) {
    while (s.n) {
        size_t n = 1;
        unsigned char lead = (unsigned char)s.p[0];
        if (lead >= 0x80)
            n = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        struct td_str one = {s.p, n <= s.n ? n : s.n};
        if (n <= s.n && lead && td_str_is_utf8(one)) {
            text_put(t, one);
        } else {
            put(t, REPLACEMENT);
            n = 1;
        }
        s.p += n;
        s.n -= n;
    }
}

/* Windows-1252 is a superset of ISO-8859-1 for text: 0x80–0x9F are printable there and controls,
 * which no message holds, here. */
static void from_western(struct text *t, struct td_str s) {
    static const uint16_t high[] = {
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    };
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        put(t, c >= 0x80 && c <= 0x9F ? high[c - 0x80] : c);
    }
}

static uint32_t unit(struct td_str s, size_t i) {
    return (uint32_t)(unsigned char)s.p[i] << 8 | (unsigned char)s.p[i + 1];
}

/* A lone surrogate and a byte too many are no characters. */
static void from_utf16(struct text *t, struct td_str s) {
    size_t i = 0;
    for (; i + 1 < s.n; i += 2) {
        uint32_t c = unit(s, i);
        if (c >= 0xD800 && c <= 0xDBFF && i + 3 < s.n && unit(s, i + 2) >= 0xDC00 &&
            unit(s, i + 2) <= 0xDFFF) {
            c = 0x10000 + ((c - 0xD800) << 10) + (unit(s, i + 2) - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c <= 0xDFFF) {
            c = REPLACEMENT;
        }
        put(t, c);
    }
    if (i < s.n)
        put(t, REPLACEMENT);
}

static const struct {
    const char *name;
    void (*decode)(struct text *t, struct td_str s);
} charsets[] = {
    {"", from_utf8},
    {"utf-8", from_utf8},
    {"utf8", from_utf8},
    {"us-ascii", from_utf8},
    {"iso-8859-1", from_western},
    {"latin1", from_western},
    {"windows-1252", from_western},
    {"utf-16be", from_utf16},
    {"ucs-2", from_utf16},
    {"ucs-2be", from_utf16},
    {"iso-10646-ucs-2", from_utf16},
};

bool charset_decode(struct td_arena *a, struct td_str charset, struct td_str bytes,
                    struct td_str *out) {
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
        if (!text_eq_nocase(charset, td_str_of(charsets[i].name)))
            continue;
        struct text t;
        text_init(&t, a, bytes.n * 3 + 3);
        charsets[i].decode(&t, bytes);
        *out = text_str(&t);
        return true;
    }
    return false;
}
