#include "http_provider/verdicts.h"

#include "http_provider/text.h"
#include "http_provider/when.h"

#define EXCERPT_MAX 200

static const struct {
    const char *name;
    uint32_t kind;
} kinds[] = {
    {"unknown", TD_V_UNKNOWN},
    {"accepted", TD_V_ACCEPTED},
    {"delivered", TD_V_DELIVERED},
    {"temporary", TD_V_TEMPORARY},
    {"rate-limited", TD_V_RATE_LIMITED},
    {"auth", TD_V_AUTH},
    {"misconfigured", TD_V_MISCONFIGURED},
    {"permanent", TD_V_PERMANENT},
    {"opted-out", TD_V_OPTED_OUT},
    {"window-closed", TD_V_WINDOW_CLOSED},
};
const char verdict_names_text[] = "unknown, accepted, delivered, temporary, rate-limited, auth, "
                                  "misconfigured, permanent, opted-out, window-closed";

bool verdict_kind_of(struct td_str name, uint32_t *kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (td_str_eqz(name, kinds[i].name)) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

static const struct {
    int from, to;
    uint32_t kind;
} by_status[] = {
    /* the first that fits */
    {100, 199, TD_V_UNKNOWN},                                   /* no final answer */
    {200, 299, TD_V_ACCEPTED},  {300, 399, TD_V_MISCONFIGURED}, /* redirects are not followed */
    {401, 401, TD_V_AUTH},      {402, 402, TD_V_MISCONFIGURED}, {403, 403, TD_V_AUTH},
    {408, 408, TD_V_TEMPORARY}, {425, 425, TD_V_TEMPORARY},     {429, 429, TD_V_RATE_LIMITED},
    {400, 499, TD_V_PERMANENT}, {500, 599, TD_V_TEMPORARY},
};

int64_t verdict_until(const struct td_response *r, int64_t now_ms) {
    static const char *const names[] = {"retry-after", "ratelimit-reset", "x-ratelimit-reset",
                                        "x-rate-limit-reset"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct td_str value = td_header(r->headers.v, r->headers.n, names[i]);
        int64_t until;
        if (value.n && when_retry(text_trim(value), now_ms, &until))
            return until;
    }
    return 0;
}

struct td_str verdict_excerpt(struct td_arena *a, struct td_str body) {
    body = text_trim(td_str_cut(text_trim(body), EXCERPT_MAX));
    if (!td_str_is_utf8(body))
        return TD_STR("(not text)");
    struct td_str copy = td_arena_dup(a, body);
    char *p = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
            p[i] = ' ';
    return copy;
}

void verdict_by_status(struct td_arena *a, const struct td_response *r, int64_t now_ms,
                       struct td_verdict *out) {
    out->kind = TD_V_UNKNOWN;
    for (size_t i = 0; i < sizeof by_status / sizeof *by_status; i++)
        if (r->status >= by_status[i].from && r->status <= by_status[i].to) {
            out->kind = by_status[i].kind;
            break;
        }
    if (out->kind == TD_V_ACCEPTED)
        return;
    if (!out->code.n)
        out->code = td_arena_printf(a, "HTTP %d", r->status);
    if (!out->text.n)
        out->text = r->status >= 300 && r->status < 400
                        ? TD_STR("the provider redirects elsewhere: set the URL to the new place")
                        : verdict_excerpt(a, r->body);
    if (out->kind == TD_V_RATE_LIMITED)
        out->until_ms = verdict_until(r, now_ms);
}

void verdict_no_answer(bool sent, const char *failure, struct td_verdict *out) {
    *out = (struct td_verdict){.kind = sent ? TD_V_UNKNOWN : TD_V_TEMPORARY,
                               .code = sent ? TD_STR("no-answer") : TD_STR("not-sent"),
                               .text = td_str_of(failure)};
}
