/* html_rules.h: what of a mail's HTML may stay. Tables; html_clean.c walks. */
#ifndef EMAIL_HTML_RULES_H
#define EMAIL_HTML_RULES_H

#include <tandem/arena.h>

bool html_rules_allows(struct td_str tag);    /* the tag itself; its content stays in any case */
bool html_rules_drops(struct td_str tag);     /* the tag with all that is in it */
bool html_rules_is_void(struct td_str tag);   /* has no end tag */
unsigned html_rules_lines(struct td_str tag); /* line ends around it in the text: 0, 1, 2 */
bool html_rules_hides(struct td_str style);   /* display:none */
bool html_rules_link(struct td_str url);      /* http, https, mailto, tel */
/* NULL: dropped. Else the name to write, and *value as it may stand. */
const char *html_rules_attribute(struct td_arena *a, struct td_str tag, struct td_str name,
                                 struct td_str *value);

/* How mail programs mark what they quote. */
enum html_quote {
    HTML_QUOTE_NONE,
    HTML_QUOTE_WHOLE, /* this element */
    HTML_QUOTE_INTRO, /* this and the element after it */
    HTML_QUOTE_REST   /* this and all that follows */
};
enum html_quote html_rules_quote(struct td_str tag, struct td_str class, struct td_str id,
                                 struct td_str type, struct td_str style);

#endif
