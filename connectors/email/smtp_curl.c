/* SMTP by libcurl: TLS from the first byte, and OAuth2. */
#include "email/smtp.h"

#include <curl/curl.h>
#include <stdio.h>

struct upload {
    struct td_str bytes;
    size_t at;
    bool all_sent;
};

static size_t on_read(char *to, size_t size, size_t n, void *arg) {
    struct upload *u = arg;
    size_t left = u->bytes.n - u->at, take = size * n < left ? size * n : left;
    memcpy(to, u->bytes.p + u->at, take);
    u->at += take;
    u->all_sent = u->at == u->bytes.n;
    return take;
}

/* The text of the last reply stands nowhere but here. */
static size_t on_header(char *p, size_t size, size_t n, void *arg) {
    char *last = arg;
    snprintf(last, 300, "%.*s", (int)(size * n < 299 ? size * n : 299), p);
    return size * n;
}

static enum smtp_stage stage_of(CURLcode code, const struct upload *u) {
    return code == CURLE_LOGIN_DENIED ? SMTP_LOGIN
           : code == CURLE_SEND_ERROR ? SMTP_RECIPIENT /* curl's name for a refused MAIL or RCPT */
           : u->at                    ? SMTP_DATA
                                      : SMTP_CONNECTING;
}

void smtp_by_curl(const struct smtp_target *t, const struct smtp_mail *m, struct smtp_result *out) {
    CURL *e = curl_easy_init();
    struct curl_slist *to = NULL;
    struct upload u = {.bytes = m->bytes};
    char url[400], from[400], last[300] = "", error[CURL_ERROR_SIZE] = "";
    smtp_judge(out, SMTP_CONNECTING, 0, "The mail library does not begin.", false);
    if (!e)
        return;
    snprintf(url, sizeof url, "%s://%.250s:%u/", t->security == SMTP_TLS ? "smtps" : "smtp",
             t->host, t->port);
    snprintf(from, sizeof from, "<%.320s>", m->from);
    for (size_t i = 0; i < m->n_to; i++)
        to = curl_slist_append(to, m->to[i]);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (t->security == SMTP_STARTTLS)
        curl_easy_setopt(e, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (t->ca_file)
        curl_easy_setopt(e, CURLOPT_CAINFO, t->ca_file);
    if (t->user[0])
        curl_easy_setopt(e, CURLOPT_USERNAME, t->user);
    if (t->bearer) {
        curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, t->bearer);
        curl_easy_setopt(e, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
    } else if (t->user[0]) {
        curl_easy_setopt(e, CURLOPT_PASSWORD, t->password);
    }
    curl_easy_setopt(e, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(e, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(e, CURLOPT_READDATA, &u);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, last);
    curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->bytes.n);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)t->timeout_ms);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms * 3);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, error);
    CURLcode code = curl_easy_perform(e);
    long reply = 0;
    curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &reply);
    if (code == CURLE_OK) {
        smtp_judge(out, SMTP_DATA, 250, "", true);
    } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        smtp_judge(out, SMTP_CONNECTING, 0, error, false);
        out->kind = TD_V_MISCONFIGURED;
    } else if (reply >= 400 && code != CURLE_OPERATION_TIMEDOUT) {
        const char *text = strlen(last) > 4 ? last + 4 : "";
        smtp_judge(out, stage_of(code, &u), (int)reply, text, u.all_sent);
    } else {
        smtp_judge(out, stage_of(code, &u), code == CURLE_LOGIN_DENIED ? 535 : 0,
                   u.all_sent ? "" : curl_easy_strerror(code), u.all_sent);
    }
    curl_easy_cleanup(e);
    curl_slist_free_all(to);
}
