/* html_text.h: the text of a stranger's HTML, for posts and feeds. Pure, in one pass over the tags:
 * nothing is built that a nesting could make deep, and nothing of the markup comes out.
 *
 * Blanks collapse; <br> and blocks end a line, <p> leaves a blank one; an item of a list begins
 * with
 * "- "; scripts, styles and span.invisible (how Mastodon hides the ends of a long link, whose
 * span.ellipsis gets a "…") are left out with what is in them. References: the numeric ones and the
 * names that are in use; what is none stays as it is written. */
#ifndef HTTP_PROVIDER_HTML_TEXT_H
#define HTTP_PROVIDER_HTML_TEXT_H

#include <tandem/arena.h>

/* html is UTF-8; so is the result, at most `max` bytes of it, without blanks at its ends. */
struct td_str html_text(struct td_arena *a, struct td_str html, size_t max);

#endif
