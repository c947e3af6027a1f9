#include <tandem/sms.h>

/* The default alphabet (TS 23.038 §6.2.1) outside ASCII, in order of code points. The escape
 * (0x1B) is no character of a text. */
static const uint16_t basic[] = {
    0xA1, 0xA3, 0xA4, 0xA5,  0xA7,  0xBF,  0xC4,  0xC5,  0xC6,  0xC7,  0xC9,  0xD1,  0xD6,
    0xD8, 0xDC, 0xDF, 0xE0,  0xE4,  0xE5,  0xE6,  0xE8,  0xE9,  0xEC,  0xF1,  0xF2,  0xF6,
    0xF8, 0xF9, 0xFC, 0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9,
};
#define EURO 0x20AC

static bool is_basic(uint32_t c) {
    size_t low = 0, high = sizeof basic / sizeof *basic;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (basic[middle] == c)
            return true;
        if (basic[middle] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

unsigned td_sms_septets(uint32_t c) {
    switch (c) {
    case '\f': /* page break: the extension table's line feed */
    case '^':
    case '{':
    case '}':
    case '\\':
    case '[':
    case '~':
    case ']':
    case '|':
    case EURO:
        return 2;
    case '\n':
    case '\r':
        return 1;
    case '`': /* the one printable ASCII character without a place */
        return 0;
    default:
        return (c >= ' ' && c < 0x7F) || is_basic(c) ? 1 : 0;
    }
}

/* The next code point; a byte that begins no whole sequence stands for itself, as U+FFFD would. */
static uint32_t next(struct td_str text, size_t *at) {
    unsigned char lead = (unsigned char)text.p[*at];
    size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    struct td_str one = {text.p + *at, n};
    if (n > text.n - *at || !td_str_is_utf8(one)) {
        (*at)++;
        return 0xFFFD;
    }
    uint32_t c = n == 1 ? lead : lead & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)one.p[i] & 0x3F);
    *at += n;
    return c;
}

static unsigned units_of(uint32_t alphabet, uint32_t c) {
    return alphabet == TD_SMS_GSM7 ? td_sms_septets(c) : c > 0xFFFF ? 2 : 1;
}

/* Fills segment after segment; what does not fit whole begins the next. */
static void fill(struct td_str text, uint32_t joined, struct td_sms_count *out) {
    uint32_t used = 0;
    out->segments = 1;
    for (size_t at = 0; at < text.n;) {
        unsigned units = units_of(out->alphabet, next(text, &at));
        if (used + units > joined) {
            out->segments++;
            used = 0;
        }
        used += units;
    }
    out->left = joined - used;
}

void td_sms_count(struct td_str text, struct td_sms_count *out) {
    uint32_t septets = 0, units = 0;
    *out = (struct td_sms_count){.alphabet = TD_SMS_GSM7};
    for (size_t at = 0; at < text.n;) {
        uint32_t c = next(text, &at);
        if (!td_sms_septets(c))
            out->alphabet = TD_SMS_UCS2;
        septets += td_sms_septets(c);
        units += units_of(TD_SMS_UCS2, c);
    }
    bool wide = out->alphabet == TD_SMS_UCS2;
    uint32_t alone = wide ? 70 : 160;
    out->units = wide ? units : septets;
    if (out->units > alone) {
        fill(text, wide ? 67 : 153, out);
        return;
    }
    out->segments = text.n > 0;
    out->left = alone - out->units;
}
