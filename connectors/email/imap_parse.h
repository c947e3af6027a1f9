/* imap_parse.h: what an IMAP server says (RFC 3501 §7, §9), from bytes to responses. Pure.
 *
 * A response is one line, with the literals within it: what stands in a literal is never mistaken
 * for protocol. */
#ifndef EMAIL_IMAP_PARSE_H
#define EMAIL_IMAP_PARSE_H

#include <tandem/error.h>
#include <tandem/str.h>

enum { IMAP_TOKENS = 128 };
enum imap_token_kind { IMAP_ATOM, IMAP_STRING, IMAP_OPEN, IMAP_CLOSE };
struct imap_token {
    enum imap_token_kind kind;
    struct td_str s; /* a quoted string with its escapes as they came */
};
struct imap_response {
    bool is_continue;               /* "+ …" */
    struct td_str tag;              /* "*" when untagged */
    struct td_str name;             /* OK NO BAD BYE PREAUTH, EXISTS FETCH EXPUNGE, SEARCH, … */
    uint64_t number;                /* of EXISTS, FETCH … */
    struct td_str code, code_value; /* of OK NO BAD BYE: "UIDNEXT", "12" */
    struct td_str text;             /* of OK NO BAD BYE and SEARCH: the rest of the line */
    struct imap_token tokens[IMAP_TOKENS]; /* of FETCH: the inside of its parentheses */
    size_t n;
};

struct imap_reader {
    char *p;
    size_t n, cap, max;
    size_t taken;   /* of the response that was given last */
    size_t scanned; /* up to here it is known that it goes on */
};
void imap_reader_init(struct imap_reader *r, size_t max);
void imap_reader_fini(struct imap_reader *r);
/* TD_ELIMIT: a response longer than max. */
int imap_reader_feed(struct imap_reader *r, const char *p, size_t n);
/* true: a response, which borrows from the reader until the next call. false with *rc TD_OK: more
 * bytes are needed; TD_EPARSE, TD_ELIMIT: the connection is of no more use. */
bool imap_reader_next(struct imap_reader *r, struct imap_response *out, int *rc);

/* The value after an atom of that name in FETCH; NULL. */
const struct imap_token *imap_item(const struct imap_response *r, const char *name);
/* "17-Jul-1996 02:44:25 -0700" → Unix ms; 0: not a date. */
int64_t imap_date_ms(struct td_str s);
/* A word for a command: an atom or a quoted string; false: it has what neither can carry. */
bool imap_quote(char *out, size_t max, struct td_str s);

#endif
