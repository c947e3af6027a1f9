#include "http_provider/number.h"

#include "http_provider/text.h"

static bool is_all_digits(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

struct td_str number_digits(struct td_str s) {
    return s.n && s.p[0] == '+' ? (struct td_str){s.p + 1, s.n - 1} : s;
}

struct td_str number_international(struct td_arena *a, struct td_str s) {
    s = text_trim(s);
    if (s.n < 8 || s.n > 15 || !is_all_digits(s))
        return s;
    return td_arena_printf(a, "+%.*s", TD_FMT(s));
}

bool number_is_sendable(struct td_str s) {
    struct td_str digits = number_digits(s);
    return digits.n >= 3 && digits.n <= 15 && is_all_digits(digits);
}
