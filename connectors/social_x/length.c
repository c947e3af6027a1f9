/* How long X takes a text for: the weights of twitter-text's configuration, version 3. After NFC
 * each code point of the Latin, Greek, Cyrillic, Hebrew, Arabic and similar ranges counts one, all
 * others (CJK among them) two, an emoji two however many code points it has, a link 23. A link is
 * counted as one only where it has a scheme: bare domains, which X links too, count as written, so
 * a text of 280 with one may still be refused by X. */
#include "http_provider/unicode.h"
#include "social_x/x.h"

enum { LINK_WEIGHT = 23, LINK_CHAR_MAX = 0x4FF };

static const struct {
    uint32_t from, to;
} light[] = {{0, 4351}, {8192, 8205}, {8208, 8223}, {8242, 8247}};

static size_t weight_of(uint32_t c) {
    for (size_t i = 0; i < sizeof light / sizeof *light; i++)
        if (c >= light[i].from && c <= light[i].to)
            return 1;
    return 2;
}

static bool makes_emoji(uint32_t c) {
    return c == 0xFE0F || c == 0x20E3 || (c >= 0x1F1E6 && c <= 0x1F1FF) || unicode_is_pictograph(c);
}

static size_t weight_of_grapheme(struct td_str s) {
    size_t sum = 0, n = 0;
    bool emoji = false;
    for (; s.n; n++) {
        uint32_t c = unicode_next(&s);
        emoji = emoji || makes_emoji(c);
        sum += weight_of(c);
    }
    return emoji && n > 1 ? 2 : sum;
}

/* How many bytes of a link stand at the beginning: up to a blank, a character that no link has, or
 * the punctuation that ends the sentence. 0: none. */
static size_t link_at(struct td_str s) {
    size_t scheme = text_starts_nocase(s, "https://")  ? 8
                    : text_starts_nocase(s, "http://") ? 7
                                                       : 0;
    struct td_str rest = {s.p + scheme, s.n - scheme};
    size_t end = scheme;
    if (!scheme)
        return 0;
    while (rest.n) {
        uint32_t c = unicode_next(&rest);
        if (c <= ' ' || c > LINK_CHAR_MAX || unicode_is_space(c) || c == '"' || c == '<' ||
            c == '>')
            break;
        if (!unicode_is_punctuation(c) || c == '/' || c == '-' || c == '_' || c == '&' || c == '#')
            end = s.n - rest.n;
    }
    return end > scheme ? end : 0;
}

size_t x_weight(struct td_arena *a, struct td_str text) {
    struct td_str s = unicode_composed(a, text);
    size_t weight = 0;
    bool begins = true; /* where a link may begin: not inside a word */
    while (s.n) {
        size_t n = begins ? link_at(s) : 0;
        if (n) {
            weight += LINK_WEIGHT;
            s = (struct td_str){s.p + n, s.n - n};
            begins = false;
            continue;
        }
        struct td_str one = unicode_grapheme(&s), first = one;
        weight += weight_of_grapheme(one);
        begins = !unicode_is_word(unicode_next(&first));
    }
    return weight;
}
