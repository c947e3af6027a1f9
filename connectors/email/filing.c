#include "email/filing.h"

#include <curl/curl.h>
#include <stdio.h>

struct upload {
    struct td_str bytes;
    size_t at;
};

static size_t on_read(char *to, size_t size, size_t n, void *arg) {
    struct upload *u = arg;
    size_t left = u->bytes.n - u->at, take = size * n < left ? size * n : left;
    memcpy(to, u->bytes.p + u->at, take);
    u->at += take;
    return take;
}

/* What the server says is nobody's. */
static size_t on_bytes(char *p, size_t size, size_t n, void *arg) {
    (void)p, (void)arg;
    return size * n;
}

static void configure(CURL *e, const struct imap_link_options *o, struct upload *u) {
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    if (o->security == IMAP_STARTTLS)
        curl_easy_setopt(e, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (o->ca_file)
        curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
    curl_easy_setopt(e, CURLOPT_USERNAME, o->user);
    if (o->bearer) {
        curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, o->bearer);
        curl_easy_setopt(e, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
    } else {
        curl_easy_setopt(e, CURLOPT_PASSWORD, o->password);
    }
    curl_easy_setopt(e, CURLOPT_UPLOAD, 1L); /* of IMAP: APPEND, with the flag \Seen */
    curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(e, CURLOPT_READDATA, u);
    curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)u->bytes.n);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_bytes);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)FILING_MS);
}

const char *filing_put(const struct imap_link_options *o, const char *folder, struct td_str mail) {
    CURL *e = curl_easy_init();
    char *name = e ? curl_easy_escape(e, folder, 0) : NULL; /* one name, whatever stands in it */
    struct upload u = {.bytes = mail};
    char url[2000];
    CURLcode code = CURLE_FAILED_INIT;
    if (name && (size_t)snprintf(url, sizeof url, "%s://%.250s:%u/%s",
                                 o->security == IMAP_TLS ? "imaps" : "imap", o->host, o->port,
                                 name) < sizeof url) {
        curl_easy_setopt(e, CURLOPT_URL, url);
        configure(e, o, &u);
        code = curl_easy_perform(e);
    }
    curl_free(name);
    curl_easy_cleanup(e);
    return code == CURLE_OK ? NULL : curl_easy_strerror(code);
}
