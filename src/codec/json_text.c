#include "codec/json_text.h"

/* ---- strings ---- */

/* How many bytes the sequence at p has, p[0] being 0x80 or above. *ok false: that many bytes begin
 * like a sequence and break off (Unicode 15, table 3-7 and §3.9, "maximal subpart"). */
static size_t utf8_sequence(const unsigned char *p, size_t n, bool *ok) {
    static const struct {
        unsigned char first, last, more, low, high; /* low…high: of the second byte */
    } rows[] = {
        {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
        {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
        {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
    };
    *ok = false;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        if (p[0] < rows[r].first || p[0] > rows[r].last)
            continue;
        unsigned char low = rows[r].low, high = rows[r].high;
        for (size_t i = 1; i <= rows[r].more; i++) {
            if (i >= n || p[i] < low || p[i] > high)
                return i;
            low = 0x80;
            high = 0xBF;
        }
        *ok = true;
        return rows[r].more + 1u;
    }
    return 1;
}

static void put_escape(struct buf *out, unsigned char c) {
    static const char letters[32] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    static const char hex[] = "0123456789abcdef";
    if (c >= 0x20) {
        buf_put(out, (char[]){'\\', (char)c}, 2);
    } else if (letters[c]) {
        buf_put(out, (char[]){'\\', letters[c]}, 2);
    } else {
        buf_put(out, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
    }
}

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void json_text_put(struct buf *out, struct td_str s) {
    const unsigned char *p = (const unsigned char *)s.p;
    size_t from = 0, i = 0; /* [from, i) is fine as it is and not written yet */
    buf_putc(out, '"');
    while (i < s.n) {
        if (is_plain(p[i])) {
            i++;
            continue;
        }
        bool ok = false;
        size_t n = p[i] >= 0x80 ? utf8_sequence(p + i, s.n - i, &ok) : 1;
        if (!ok) {
            buf_put(out, s.p + from, i - from);
            if (p[i] >= 0x80)
                buf_put(out, "\xEF\xBF\xBD", 3);
            else
                put_escape(out, p[i]);
            from = i + n;
        }
        i += n;
    }
    if (from < i)
        buf_put(out, s.p + from, i - from);
    buf_putc(out, '"');
}

/* ---- base64 ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void json_base64_put(struct buf *out, struct td_str bytes) {
    buf_putc(out, '"');
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.p[i + k] : 0u);
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], digits[v >> 6 & 63], digits[v & 63]};
        for (size_t k = n + 1; k < 4; k++)
            four[k] = '=';
        buf_put(out, four, 4);
    }
    buf_putc(out, '"');
}

/* 0…63, or −1. */
static int digit_value(char c) {
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool json_base64_get(struct td_arena *a, struct td_str text, struct td_str *bytes) {
    *bytes = (struct td_str){NULL, 0};
    if (text.n % 4)
        return false;
    if (!text.n)
        return true;
    size_t pad = text.p[text.n - 1] != '=' ? 0 : text.p[text.n - 2] != '=' ? 1 : 2;
    char *out = td_arena_alloc(a, text.n / 4 * 3);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i += 4) {
        size_t cut = i + 4 == text.n ? pad : 0;
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            int d = k >= 4 - cut ? 0 : digit_value(text.p[i + k]);
            if (d < 0)
                return false;
            v = v << 6 | (uint32_t)d;
        }
        if (cut && v & ((UINT32_C(1) << 8 * cut) - 1))
            return false;
        for (size_t k = 0; k < 3 - cut; k++)
            out[n++] = (char)(v >> (16 - 8 * k) & 0xFF);
    }
    *bytes = (struct td_str){out, n};
    return true;
}
