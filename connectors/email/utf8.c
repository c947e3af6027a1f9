#include "email/utf8.h"

#include "http_provider/text.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

/* Length of the valid sequence at p, 0 when there is none (RFC 3629). */
static size_t sequence(const char *p, size_t n) {
    size_t want = (unsigned char)p[0] < 0x80   ? 1
                  : (unsigned char)p[0] < 0xc2 ? 0
                  : (unsigned char)p[0] < 0xe0 ? 2
                  : (unsigned char)p[0] < 0xf0 ? 3
                  : (unsigned char)p[0] < 0xf5 ? 4
                                               : 0;
    return want && want <= n && td_str_is_utf8((struct td_str){p, want}) ? want : 0;
}

struct td_str utf8_clean(struct td_arena *a, struct td_str s, bool lines) {
    char *out = td_arena_alloc(a, s.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t k = sequence(s.p + i, s.n - i);
        unsigned char c = (unsigned char)s.p[i];
        bool c1 = k == 2 && c == 0xc2 && (unsigned char)s.p[i + 1] < 0xa0;
        if (k == 0) {
            memcpy(out + n, "\xef\xbf\xbd", 3);
            n += 3;
            i++;
            continue;
        }
        if (c == '\r' && lines && i + 1 < s.n && s.p[i + 1] == '\n') {
            i++;
            continue;
        }
        if (c1 || c == 0x7f || (c < ' ' && !(lines && (c == '\n' || c == '\t'))))
            out[n++] = ' ';
        else
            for (size_t j = 0; j < k; j++)
                out[n++] = s.p[i + j];
        i += k;
    }
    return (struct td_str){out, n};
}

/* Names that are wrong and everywhere. */
static const char *real_name(const char *charset) {
    static const struct {
        const char *said, *meant;
    } rows[] = {{"iso-8859-1", "windows-1252"},
                {"latin1", "windows-1252"},
                {"us-ascii", NULL},
                {"ascii", NULL},
                {"ansi_x3.4-1968", NULL},
                {"utf8", "utf-8"},
                {"unicode-1-1-utf-7", "utf-7"},
                {"ks_c_5601-1987", "cp949"},
                {"gb2312", "gb18030"},
                {"x-gbk", "gb18030"},
                {"iso-8859-8-i", "iso-8859-8"},
                {"cp-850", "cp850"},
                {"x-sjis", "cp932"},
                {"shift_jis", "cp932"},
                {"unknown-8bit", NULL},
                {"default_charset", NULL}};
    for (size_t i = 0; charset && i < sizeof rows / sizeof *rows; i++)
        if (strcasecmp(charset, rows[i].said) == 0)
            return rows[i].meant;
    return charset && strlen(charset) < 40 ? charset : NULL;
}

static bool convert(struct td_arena *a, struct td_str s, const char *from, struct td_str *out) {
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1)
        return false;
    size_t cap = s.n * 4 + 16, left = cap, in_left = s.n;
    char *to = td_arena_alloc(a, cap), *at = to, *in = (char *)(uintptr_t)s.p;
    while (in_left && left >= 4) {
        if (iconv(cd, &in, &in_left, &at, &left) != (size_t)-1)
            break;
        if (errno == E2BIG || !in_left)
            break;
        in++, in_left--; /* one that fits nothing */
        if (left >= 3) {
            memcpy(at, "\xef\xbf\xbd", 3);
            at += 3;
            left -= 3;
        }
    }
    iconv(cd, NULL, NULL, &at, &left); /* what a shifted charset still holds */
    iconv_close(cd);
    *out = (struct td_str){to, (size_t)(at - to)};
    return true;
}

struct td_str utf8_from(struct td_arena *a, struct td_str s, const char *charset) {
    const char *from = real_name(charset);
    struct td_str out;
    bool is_utf8 = td_str_is_utf8(s);
    if (!s.n || (is_utf8 && (!from || strcasecmp(from, "utf-8") == 0)))
        return utf8_clean(a, s, true);
    if (from && strcasecmp(from, "utf-8") != 0 && convert(a, s, from, &out))
        return utf8_clean(a, out, true);
    if (is_utf8 || (from && strcasecmp(from, "utf-8") == 0))
        return utf8_clean(a, s, true);
    return utf8_clean(a, convert(a, s, "windows-1252", &out) ? out : s, true);
}
