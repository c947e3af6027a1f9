/* What receivers of our mail look up: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). */
#include "doctor/steps.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MAX = 16384 };

/* ---- TXT records ---- */

/* The strings of a record, joined (RFC 7208 3.3). */
static struct td_str joined(struct td_arena *a, const unsigned char *p, size_t n) {
    char *out = td_arena_alloc(a, n);
    size_t at = 0;
    for (size_t i = 0; i < n && i + 1 + p[i] <= n; i += 1 + (size_t)p[i]) {
        memcpy(out + at, p + i + 1, p[i]);
        at += p[i];
    }
    return (struct td_str){out, at};
}

static bool use_server(res_state state, const char *dns) {
    char host[64];
    const char *colon = strrchr(dns, ':');
    snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - dns) : 0, dns);
    state->nscount = 1;
    state->nsaddr_list[0] = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)(colon ? strtoul(colon + 1, NULL, 10) : 53))};
    return inet_pton(AF_INET, host, &state->nsaddr_list[0].sin_addr) == 1;
}

/* The first TXT record of the name that begins so. TD_OK, TD_ENOTFOUND (*many: how many there are),
 * TD_EIO: the resolver does not say. */
static int find_txt(struct doctor *d, const char *name, const char *begins, struct td_str *out,
                    unsigned *many) {
    struct __res_state state = {0};
    unsigned char answer[ANSWER_MAX];
    ns_msg msg;
    *many = 0;
    *out = (struct td_str){NULL, 0};
    if (res_ninit(&state))
        return TD_EIO;
    state.retrans = 2;
    state.retry = 2;
    bool right = !d->in->dns || use_server(&state, d->in->dns);
    int n = right ? res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof answer) : -1;
    int why = state.res_h_errno;
    res_nclose(&state);
    if (n < 0)
        return right && (why == HOST_NOT_FOUND || why == NO_DATA) ? TD_ENOTFOUND : TD_EIO;
    if (ns_initparse(answer, n < ANSWER_MAX ? n : ANSWER_MAX, &msg))
        return TD_EIO;
    for (int i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
        ns_rr rr;
        if (ns_parserr(&msg, ns_s_an, i, &rr) || ns_rr_type(rr) != ns_t_txt)
            continue;
        struct td_str text = joined(d->a, ns_rr_rdata(rr), ns_rr_rdlen(rr));
        if (td_str_starts(text, td_str_of(begins)) && (*many)++ == 0)
            *out = text;
    }
    return *many ? TD_OK : TD_ENOTFOUND;
}

static void no_resolver(struct doctor *d, const char *step_is) {
    STEP(d, step_is, DOCTOR_SKIPPED, TD_STR("no DNS server answers"),
         "Let this machine reach a DNS server, and ask again.");
}

/* ---- the three ---- */

static void spf(struct doctor *d, const char *domain) {
    struct td_str text;
    unsigned many;
    int rc = find_txt(d, domain, "v=spf1", &text, &many);
    if (rc == TD_EIO)
        no_resolver(d, "spf");
    else if (rc != TD_OK)
        STEP(d, "spf", DOCTOR_FAILED, TD_STR("no record"),
             "Add a TXT record to %s: \"v=spf1 a:%s -all\", with what else sends for it.", domain,
             doctor_setting(d, "smtp_host"));
    else if (many > 1)
        STEP(d, "spf", DOCTOR_FAILED, td_arena_printf(d->a, "%u records", many),
             "Join the SPF records of %s into one: more than one is an error for receivers.",
             domain);
    else
        doctor_tell(d, "spf", DOCTOR_OK, td_str_cut(text, 200), NO_FIX);
}

static void dkim(struct doctor *d, const char *domain) {
    static const char *const usual[] = {"default", "mail",      "dkim",      "google", "s1",
                                        "s2",      "selector1", "selector2", "k1",     NULL};
    const char *given[] = {d->in->dkim, NULL};
    const char *const *names = d->in->dkim ? given : usual;
    for (size_t i = 0; names[i] && !doctor_late(d); i++) {
        struct td_str text;
        unsigned many;
        struct td_str name = td_arena_printf(d->a, "%s._domainkey.%s", names[i], domain);
        int rc = find_txt(d, name.p, "", &text, &many);
        if (rc == TD_EIO) {
            no_resolver(d, "dkim");
            return;
        }
        if (rc == TD_OK && memmem(text.p, text.n, "p=", 2)) {
            doctor_tell(
                d, "dkim", DOCTOR_OK,
                td_arena_printf(d->a, "selector %s: %.*s", names[i], TD_FMT(td_str_cut(text, 60))),
                NO_FIX);
            return;
        }
    }
    if (d->in->dkim)
        STEP(d, "dkim", DOCTOR_FAILED, TD_STR("no key"),
             "Publish the key that your mail server signs with as %s._domainkey.%s.", d->in->dkim,
             domain);
    else
        STEP(d, "dkim", DOCTOR_SKIPPED, TD_STR("no key at the usual selectors"),
             "Ask again with the selector that your mail server signs with: --dkim SELECTOR.");
}

static void dmarc(struct doctor *d, const char *domain) {
    struct td_str text, name = td_arena_printf(d->a, "_dmarc.%s", domain);
    unsigned many;
    int rc = find_txt(d, name.p, "v=DMARC1", &text, &many);
    const char *dot = strchr(domain, '.');
    if (rc == TD_ENOTFOUND && dot && strchr(dot + 1, '.')) { /* the parent's holds, too */
        name = td_arena_printf(d->a, "_dmarc.%s", dot + 1);
        rc = find_txt(d, name.p, "v=DMARC1", &text, &many);
    }
    if (rc == TD_EIO)
        no_resolver(d, "dmarc");
    else if (rc != TD_OK)
        STEP(d, "dmarc", DOCTOR_FAILED, TD_STR("no record"),
             "Add a TXT record to _dmarc.%s: \"v=DMARC1; p=none; rua=mailto:postmaster@%s\".",
             domain, domain);
    else
        doctor_tell(d, "dmarc", DOCTOR_OK, td_str_cut(text, 200), NO_FIX);
}

void doctor_mail_records(struct doctor *d) {
    const char *at = strrchr(doctor_setting(d, "address"), '@');
    if (!at || doctor_late(d))
        return;
    spf(d, at + 1);
    dkim(d, at + 1);
    dmarc(d, at + 1);
}
