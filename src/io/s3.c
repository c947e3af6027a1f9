/* Happy path: URL of the object → signed request → status 2xx. Failure: what curl or the server's
 * <Code> says, by a table, as one sentence. */
#include "io/s3.h"

#include "base/buf.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>

#define CONNECT_TIMEOUT_MS 10000
/* SHA-256 of nothing. */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ANSWER_MAX ((size_t)16384) /* of an answer that is no object */

struct s3 {
    atomic_uint refs;
    char root[1200]; /* "https://host/bucket/prefix" */
    char bucket[64], signs[100], keys[512];
};

/* ---- what it is made of ---- */

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

int s3_new(const struct s3_options *o, struct s3 **out, struct td_error *err) {
    struct s3 *s = MEM_NEW(struct s3);
    struct td_str at = o->endpoint;
    while (at.n && at.p[at.n - 1] == '/')
        at.n--;
    atomic_init(&s->refs, 1);
    bool fits = at.n <= 500 && o->bucket.n <= 63 && o->prefix.n <= 500 && o->region.n <= 64 &&
                o->access_key.n + o->secret_key.n + 1 < sizeof s->keys;
    *out = s;
    if (!fits) {
        s3_unref(out);
        return td_error_set(err, TD_ELIMIT, "media.s3: a value is too long");
    }
    snprintf(s->root, sizeof s->root, "%.*s/%.*s/%.*s", TD_FMT(at), TD_FMT(o->bucket),
             TD_FMT(o->prefix));
    snprintf(s->bucket, sizeof s->bucket, "%.*s", TD_FMT(o->bucket));
    snprintf(s->signs, sizeof s->signs, "aws:amz:%.*s:s3", TD_FMT(o->region));
    snprintf(s->keys, sizeof s->keys, "%.*s:%.*s", TD_FMT(o->access_key), TD_FMT(o->secret_key));
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted */
    return TD_OK;
}

struct s3 *s3_ref(struct s3 *s) {
    if (s)
        atomic_fetch_add(&s->refs, 1);
    return s;
}

void s3_unref(struct s3 **p) {
    struct s3 *s = *p;
    *p = NULL;
    if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
        return;
    sodium_memzero(s->keys, sizeof s->keys);
    mem_free(s);
}

/* ---- one request ---- */

struct call {
    const char *method;
    struct td_str body;
    const char *sha256; /* of the body; NULL: none */
    size_t max;
    struct buf answer;
    long status;
    int64_t modified_s;
    char trouble[CURL_ERROR_SIZE];
};

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
    struct call *c = arg;
    return buf_put(&c->answer, p, size * n) == TD_OK ? size * n : 0;
}

static CURLcode perform(CURL *e, const struct s3 *s, const char *name, struct call *c,
                        struct curl_slist *headers) {
    char url[1400];
    curl_off_t at = 0;
    snprintf(url, sizeof url, "%s%s", s->root, name);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L); /* threads */
    curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)S3_TIMEOUT_MS);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->trouble);
    curl_easy_setopt(e, CURLOPT_AWS_SIGV4, s->signs);
    curl_easy_setopt(e, CURLOPT_USERPWD, s->keys);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(e, CURLOPT_FILETIME, 1L);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
    if (strcmp(c->method, "HEAD") == 0)
        curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
    if (c->sha256) {
        curl_easy_setopt(e, CURLOPT_POST, 1L);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, c->body.n ? c->body.p : "");
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.n);
    }
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, c->method);
    CURLcode code = curl_easy_perform(e);
    curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &c->status);
    curl_easy_getinfo(e, CURLINFO_FILETIME_T, &at);
    c->modified_s = (int64_t)at;
    return code;
}

/* ---- what went wrong ---- */

static const struct {
    const char *code;
    int rc;
    const char *means;
} refusals[] = {
    {"NoSuchKey", TD_ENOTFOUND, "the file is not in the bucket"},
    {"NoSuchBucket", TD_EIO, "there is no such bucket"},
    {"RequestTimeTooSkewed", TD_ESTALE, "this machine's clock and the server's differ too much"},
    {"InvalidAccessKeyId", TD_EAUTH, "the access key is not known there"},
    {"SignatureDoesNotMatch", TD_EAUTH, "the secret key does not fit the access key"},
    {"AuthorizationHeaderMalformed", TD_EAUTH, "the region is not the bucket's"},
    {"PermanentRedirect", TD_EIO, "the bucket is at another endpoint"},
    {"AccessDenied", TD_EAUTH, "the keys may not do this in the bucket"},
};

/* The text of <Code>…</Code> (S3 API, "Error responses"). */
static struct td_str code_of(struct td_str answer) {
    const char *from = answer.n ? memmem(answer.p, answer.n, "<Code>", 6) : NULL;
    if (!from)
        return TD_STR("");
    from += 6;
    size_t left = answer.n - (size_t)(from - answer.p), n = 0;
    while (n < left && is_plain(from[n]))
        n++;
    return td_str_cut((struct td_str){from, n}, 60);
}

static int refused(const struct s3 *s, const struct call *c, struct td_error *err) {
    struct td_str code = code_of(buf_str(&c->answer));
    const char *means = c->status == 404   ? "there is no such file, or no such bucket"
                        : c->status == 403 ? "the keys may not do this in the bucket"
                                           : "the server did not take it";
    int rc = c->status == 404 ? TD_ENOTFOUND : c->status == 403 ? TD_EAUTH : TD_EIO;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (td_str_eqz(code, refusals[i].code)) {
            rc = refusals[i].rc;
            means = refusals[i].means;
        }
    return td_error_set(err, rc, "S3 bucket %s, %s: %s (status %ld%s%.*s)", s->bucket, c->method,
                        means, c->status, code.n ? ", " : "", TD_FMT(code));
}

static int failed(const struct s3 *s, const struct call *c, CURLcode code, struct td_error *err) {
    int rc = buf_rc(&c->answer) != TD_OK        ? TD_ELIMIT
             : code == CURLE_OPERATION_TIMEDOUT ? TD_ETIMEDOUT
                                                : TD_ECONN;
    const char *why = rc == TD_ELIMIT ? "the answer is larger than allowed"
                      : c->trouble[0] ? c->trouble
                                      : curl_easy_strerror(code);
    return td_error_set(err, rc, "S3 bucket %s, %s: %s", s->bucket, c->method, why);
}

static int call(const struct s3 *s, const char *name, struct call *c, struct td_error *err) {
    char digest[100];
    CURL *e = curl_easy_init();
    struct curl_slist *headers = NULL; /* curl 7.88 signs even one that is switched off here */
    buf_init(&c->answer, c->max ? c->max : ANSWER_MAX);
    snprintf(digest, sizeof digest, "x-amz-content-sha256: %s", c->sha256 ? c->sha256 : EMPTY);
    headers = curl_slist_append(headers, digest);
    if (c->sha256)
        headers = curl_slist_append(headers, "Content-Type: application/octet-stream");
    CURLcode code = e ? perform(e, s, name, c, headers) : CURLE_OUT_OF_MEMORY;
    curl_slist_free_all(headers);
    curl_easy_cleanup(e);
    if (code != CURLE_OK)
        return failed(s, c, code, err);
    return c->status >= 200 && c->status <= 299 ? TD_OK : refused(s, c, err);
}

/* ---- the verbs ---- */

int s3_put(const struct s3 *s, const char *name, struct td_str bytes, const char *sha256_hex,
           struct td_error *err) {
    struct call c = {.method = "PUT", .body = bytes, .sha256 = sha256_hex};
    int rc = call(s, name, &c, err);
    buf_fini(&c.answer);
    return rc;
}

int s3_get(const struct s3 *s, const char *name, size_t max, char **bytes, size_t *n,
           struct td_error *err) {
    struct call c = {.method = "GET", .max = max > ANSWER_MAX ? max : ANSWER_MAX};
    int rc = call(s, name, &c, err);
    struct td_str got = buf_str(&c.answer);
    if (rc == TD_OK && got.n > max)
        rc = td_error_set(err, TD_ELIMIT, "%s: longer than %zu bytes", name, max);
    if (rc == TD_OK) {
        *bytes = mem_dup(got.p ? got.p : "", got.n);
        *n = got.n;
    }
    buf_fini(&c.answer);
    return rc;
}

int s3_modified(const struct s3 *s, const char *name, int64_t *at_s, struct td_error *err) {
    struct call c = {.method = "HEAD"};
    int rc = call(s, name, &c, err);
    if (rc == TD_OK && c.modified_s <= 0)
        rc = td_error_set(err, TD_EPARSE, "S3 bucket %s: the answer has no Last-Modified",
                          s->bucket);
    *at_s = c.modified_s;
    buf_fini(&c.answer);
    return rc;
}

int s3_delete(const struct s3 *s, const char *name, struct td_error *err) {
    struct call c = {.method = "DELETE"};
    int rc = call(s, name, &c, err);
    buf_fini(&c.answer);
    return rc == TD_ENOTFOUND ? TD_OK : rc;
}
