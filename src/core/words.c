#include "core/words.h"

#include "base/hash.h"

enum { GRAM = 4, SKETCH_MIN = 16 };

uint32_t words_fold(uint32_t c) {
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
        (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    if (c == 0x130) /* the Turkish dotted I */
        return 'i';
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c % 2 ? c + 1 : c;
    return c;
}

uint32_t words_next(struct td_str *s) {
    unsigned char lead = (unsigned char)s->p[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t c = n == 1 ? lead : lead & (0x7Fu >> n);
    if (n > s->n) {
        n = s->n;
        c = 0xFFFD;
    }
    for (size_t i = 1; i < n && c != 0xFFFD; i++)
        c = c << 6 | ((unsigned char)s->p[i] & 0x3F);
    s->p += n;
    s->n -= n;
    return c;
}

static bool is_blank(uint32_t c) {
    return c <= ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200B);
}

/* Of ASCII only letters and digits make words; elsewhere all but the usual punctuation and what
 * only colours an emoji. */
static bool is_letter(uint32_t c) {
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return !is_blank(c) && c >= 0xC0 && !(c >= 0x2000 && c <= 0x206F) &&
           !(c >= 0x3001 && c <= 0x303F) && !(c >= 0xFF00 && c <= 0xFF0F) &&
           !(c >= 0xFF1A && c <= 0xFF20) && c != 0xFE0F && c != 0xFFFD;
}

/* @somebody and https://… say to whom and about what, not what was said. */
static bool is_left_out(struct td_str word) {
    return word.p[0] == '@' || td_str_starts(word, TD_STR("http://")) ||
           td_str_starts(word, TD_STR("https://"));
}

/* Up to the next blank. */
static struct td_str take_word(struct td_str *s) {
    struct td_str word = {s->p, 0};
    while (s->n) {
        struct td_str after = *s;
        if (is_blank(words_next(&after)))
            break;
        *s = after;
    }
    word.n = (size_t)(s->p - word.p);
    return word;
}

size_t words_of(struct td_str s, uint32_t out[WORDS_MAX]) {
    size_t n = 0;
    while (s.n) {
        struct td_str word = take_word(&s);
        bool apart = n > 0;
        if (word.n && is_left_out(word))
            word.n = 0;
        while (word.n && n + 2 <= WORDS_MAX) {
            uint32_t c = words_next(&word);
            if (!is_letter(c)) {
                apart = n > 0;
                continue;
            }
            if (apart)
                out[n++] = ' ';
            out[n++] = words_fold(c);
            apart = false;
        }
        if (s.n)
            words_next(&s); /* the blank */
    }
    return n;
}

static bool has_no_blanks(uint32_t c) { /* Thai, Chinese, Japanese and their neighbours */
    return (c >= 0xE00 && c <= 0xEFF) || (c >= 0x2E80 && c <= 0xD7AF) || c >= 0x20000;
}

bool words_contain(const uint32_t *text, size_t n, struct td_str what) {
    uint32_t word[WORDS_MAX];
    size_t k = words_of(what, word);
    if (!k || k > n)
        return false;
    for (size_t i = 0; i + k <= n; i++) {
        bool whole = (i == 0 || text[i - 1] == ' ') && (i + k == n || text[i + k] == ' ');
        if ((whole || has_no_blanks(word[0])) && !memcmp(text + i, word, k * sizeof *word))
            return true;
    }
    return false;
}

uint64_t words_sketch(const uint32_t *text, size_t n) {
    int votes[64] = {0};
    if (n < SKETCH_MIN)
        return 0;
    for (size_t i = 0; i + GRAM <= n; i++) {
        unsigned char bytes[GRAM * 3]; /* the same on every machine */
        for (size_t k = 0; k < GRAM; k++) {
            bytes[3 * k] = (unsigned char)(text[i + k] & 0xFF);
            bytes[3 * k + 1] = (unsigned char)(text[i + k] >> 8 & 0xFF);
            bytes[3 * k + 2] = (unsigned char)(text[i + k] >> 16 & 0xFF);
        }
        uint64_t h = hash_bytes(HASH_SEED_STORED, bytes, sizeof bytes);
        for (unsigned b = 0; b < 64; b++)
            votes[b] += h >> b & 1 ? 1 : -1;
    }
    uint64_t sketch = 0;
    for (unsigned b = 0; b < 64; b++)
        sketch |= (uint64_t)(votes[b] > 0) << b;
    return sketch ? sketch : 1;
}
