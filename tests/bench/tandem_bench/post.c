#include "post.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REQUEST_MAX = 8192, SIGNATURE_HEX = 2 * crypto_auth_hmacsha256_BYTES + 1 };

static void sign(const struct post_target *t, const char *body, size_t n, char *hex) {
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, (const unsigned char *)t->secret, strlen(t->secret));
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)body, n);
    crypto_auth_hmacsha256_final(&s, mac);
    sodium_bin2hex(hex, SIGNATURE_HEX, mac, sizeof mac);
}

/* The text carries the number as "~7~": that is how an agent's socket knows it again. */
static int make_body(const struct post_target *t, uint64_t id, char *out, size_t max) {
    static const char filler[] =
        "the quick brown fox jumps over the lazy dog and asks where the order is ";
    int n = snprintf(out, max,
                     "{\"id\":\"%s-%llu\",\"from\":\"+44770%07llu\",\"to\":\"+447700900999\","
                     "\"text\":\"~%llu~ ",
                     t->run, (unsigned long long)id, (unsigned long long)(id % t->senders),
                     (unsigned long long)id);
    for (unsigned i = 0; i < t->text_bytes; i++)
        out[n++] = filler[i % (sizeof filler - 1)];
    return n + snprintf(out + n, max - (size_t)n, "\"}");
}

/* ---- the answer ---- */

static const char *find_end(const struct bytes *b) {
    return b->n ? memmem(b->p, b->n, "\r\n\r\n", 4) : NULL;
}

static size_t content_length(const char *head, size_t n) {
    static const char name[] = "content-length:";
    for (const char *p = head; p < head + n; p++)
        if (*p == '\n' && (size_t)(head + n - p) > sizeof name &&
            strncasecmp(p + 1, name, sizeof name - 1) == 0)
            return (size_t)strtoul(p + sizeof name, NULL, 10);
    return 0;
}

static void on_data(struct net_conn *c) {
    struct post *p = (struct post *)(void *)c; /* its first member */
    const char *end = find_end(&c->in);
    if (!end)
        return;
    size_t head = (size_t)(end - c->in.p) + 4;
    size_t whole = head + content_length(c->in.p, head);
    if (c->in.n < whole)
        return;
    int status = atoi(c->in.p + 9); /* "HTTP/1.1 200" */
    bytes_drop(&c->in, whole);
    p->busy = false;
    p->done(p, status);
}

static void on_lost(struct net_conn *c) {
    struct post *p = (struct post *)(void *)c;
    if (!p->busy)
        return;
    p->busy = false;
    p->done(p, 0);
}

/* ---- the request ---- */

void post_init(struct post *p, const struct post_target *t) {
    p->conn = (struct net_conn){.fd = -1, .data = on_data, .lost = on_lost};
    p->target = t;
    p->busy = false;
}

bool post_send(struct post *p, struct net *n, uint64_t id) {
    const struct post_target *t = p->target;
    char body[REQUEST_MAX / 2], request[REQUEST_MAX], signature[SIGNATURE_HEX] = "";
    if (p->conn.fd < 0 && !net_open(n, &p->conn, t->port, 1))
        return false;
    int body_n = make_body(t, id, body, sizeof body);
    if (*t->secret)
        sign(t, body, (size_t)body_n, signature);
    int k = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: %s:%u\r\nContent-Type: application/json\r\n"
                     "X-Signature: %s\r\nContent-Length: %d\r\n\r\n%.*s",
                     t->path, t->host, t->port, signature, body_n, body_n, body);
    p->busy = true;
    p->id = id;
    net_send(&p->conn, request, (size_t)k);
    return true;
}
